//! One try to prove who somebody is. Tries are counted by account and client address; by client address over all accounts; and by account over
//! all addresses. A browser that signed in to the account before is counted by itself alone, so that nobody locks its owner out.

use jiff::{SignedDuration, Timestamp};

use super::Desk;
use super::doors::Doors;
use crate::facts::Language;
use crate::store::tries::Counted;
use crate::store::{Store, StoreError};

/// Failures before the first wait.
const FREE: i64 = 5;
/// The same where many people, or many addresses, are counted together.
const FREE_SHARED: i64 = 30;

/// What a try is counted under.
pub struct Attempt {
    own: Counted,
    shared: Vec<Counted>,
}

impl Attempt {
    /// A try of a kind (`password`, `code`) at an account, by a device that is known to it or from a client address.
    pub fn new(doors: &Doors, kind: &str, account: &str, device: Option<&str>, client: &str) -> Self {
        let counted = |what: &str, parts: &[&str], free| {
            let parts: Vec<&[u8]> = [kind, what].iter().chain(parts).map(|p| p.as_bytes()).collect();
            Counted { name: doors.keys.name("try", &parts), free }
        };
        match device {
            Some(mark) => Self { own: counted("device", &[account, mark], FREE), shared: Vec::new() },
            None => Self {
                own: counted("pair", &[account, client], FREE),
                shared: vec![counted("client", &[client], FREE_SHARED), counted("account", &[account], FREE_SHARED)],
            },
        }
    }

    /// Counts the try as failed before it is made; or how long to wait before one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin(&self, store: &Store, now: Timestamp) -> Result<Option<SignedDuration>, StoreError> {
        let all: Vec<Counted> = std::iter::once(&self.own).chain(&self.shared).cloned().collect();
        store.try_sign_in(&all, now).await
    }

    /// It succeeded.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn succeeded(&self, store: &Store) -> Result<(), StoreError> {
        store.signed_in_after_tries(&self.own, &self.shared).await
    }
}

/// `Wait 40 seconds.`
pub fn wait_in_words(desk: &Desk, language: Language, wait: SignedDuration) -> String {
    // The last part of a second counts as one.
    let seconds = wait.as_secs() + i64::from(wait.subsec_nanos() > 0);
    let (word, n) = if seconds <= 90 { ("account.wait_seconds", seconds) } else { ("account.wait_minutes", (seconds + 59) / 60) };
    desk.words.say(language, word, &[("n", &n.to_string())])
}
