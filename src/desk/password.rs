//! Passwords: what may be one, and argon2id (RFC 9106) as OWASP advises it.

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization as _;

use crate::clock;
use crate::store::staff::Staff;

/// The least characters of a password.
pub const SHORTEST: usize = 12;
/// The most octets of one.
const LONGEST: usize = 256;
/// Compared with where there is no account, so that an unknown one takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGF0IGFsbCE$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// Passwords that are compared at once: each takes 19 MiB.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// Why something may not be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// Under twelve characters.
    Short,
    /// Over 256 octets.
    Long,
    /// The account's own address or name, or one character all along.
    Guessable,
}

impl Unfit {
    /// The words for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Short => "account.password_short",
            Self::Long => "account.password_long",
            Self::Guessable => "account.password_guessable",
        }
    }
}

/// What is wrong with a password that was typed twice, in words of both languages.
pub fn trouble(password: &str, again: &str, staff: &Staff) -> Option<&'static str> {
    let unfit = fit(password, &staff.email, &staff.name).err().map(Unfit::word);
    unfit.or_else(|| (password != again).then_some("account.password_differs"))
}

/// Whether `password` may be that of the account.
///
/// # Errors
/// Why it may not.
pub fn fit(password: &str, email: &str, name: &str) -> Result<(), Unfit> {
    let letters = |text: &str| text.nfkc().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect::<String>();
    let (plain, local) = (letters(password), email.split_once('@').map_or(email, |(local, _)| local));
    let own = [email, local, name].into_iter().map(letters).any(|own| own == plain);
    let first = password.chars().next();
    if password.nfc().count() < SHORTEST {
        Err(Unfit::Short)
    } else if password.len() > LONGEST {
        Err(Unfit::Long)
    } else if own || password.chars().all(|c| Some(c) == first) {
        Err(Unfit::Guessable)
    } else {
        Ok(())
    }
}

fn argon2() -> Argon2<'static> {
    // 19 MiB, two passes, one lane.
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(19 * 1024, 2, 1, Some(32)).unwrap_or_default())
}

/// Keyboards write the same letter in more ways than one.
fn octets(password: &str) -> Vec<u8> {
    password.nfc().collect::<String>().into_bytes()
}

/// The argon2id string of a password; `None`: the machine could not make it.
pub async fn hashed(password: &str) -> Option<String> {
    let password = octets(password);
    let salt = SaltString::encode_b64(clock::secret().get(..16)?).ok()?;
    let _one = AT_ONCE.acquire().await.ok()?;
    let work = move || argon2().hash_password(&password, &salt).map(|hash| hash.to_string()).ok();
    tokio::task::spawn_blocking(work).await.ok().flatten()
}

/// Whether a password is that of an argon2id string. Without one the answer is no, and takes as long.
pub async fn is(password: &str, hash: Option<&str>) -> bool {
    let hash = hash.filter(|hash| !hash.is_empty() && password.len() <= LONGEST);
    let (known, hash) = (hash.is_some(), hash.unwrap_or(NOBODY).to_owned());
    let password = if known { octets(password) } else { b"nobody at all".to_vec() };
    let Ok(_one) = AT_ONCE.acquire().await else { return false };
    let work = move || PasswordHash::new(&hash).is_ok_and(|hash| argon2().verify_password(&password, &hash).is_ok());
    tokio::task::spawn_blocking(work).await.unwrap_or(false) && known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_not_the_accounts_own_words() {
        let cases = [
            ("elephant-42", Err(Unfit::Short)),
            ("elephant-421", Ok(())),
            ("éléphant-421", Ok(())),
            ("e\u{301}le\u{301}phant-4", Err(Unfit::Short)),
            ("lea.gagnon@nexam.example", Err(Unfit::Guessable)),
            ("Léa GAGNON-Roy", Err(Unfit::Guessable)),
            ("aaaaaaaaaaaaaaa", Err(Unfit::Guessable)),
        ];
        for (password, expected) in cases {
            assert_eq!(fit(password, "lea.gagnon@nexam.example", "Léa Gagnon-Roy"), expected, "{password}");
        }
        assert_eq!(fit(&"x1".repeat(129), "a@b.example", "A"), Err(Unfit::Long));
    }

    #[tokio::test]
    async fn a_password_is_known_however_its_accents_are_typed_and_nobody_has_none() {
        let hash = hashed("mot de passé long").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(is("mot de passe\u{301} long", Some(&hash)).await);
        assert!(!is("mot de passe long", Some(&hash)).await);
        assert!(!is("nobody at all", None).await && !is("", Some("")).await);
        assert!(PasswordHash::new(NOBODY).is_ok(), "or an unknown account would answer at once");
    }
}
