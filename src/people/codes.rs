//! Invitation codes as they are kept: sealed, so that neither the database nor a copy of the memory serves to activate an account.

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use unicode_normalization::UnicodeNormalization;

/// What codes are written with, in canonical form.
const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
/// Characters that are taken for each other, on paper and on a screen.
const ALIKE: [&str; 7] = ["O0QD", "I1L", "S5", "B8", "Z2", "G6", "UV"];
/// A longer text is no code, and no neighbours of it are tried.
const LONGEST: usize = 32;
/// Characters with look-alikes that are tried together; more would be guessing.
const MOST_ALIKE: usize = 5;

/// A code as it compares: compatibility forms (full width, mathematical letters) made plain, upper-case, letters and digits only.
pub fn canonical(code: &str) -> String {
    code.chars().take(200).nfkc().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// Seals codes: HMAC-SHA-256 of the canonical form, under a key that stands outside the database.
#[derive(Clone)]
pub struct Seal(Arc<Hmac<Sha256>>);

impl Seal {
    /// Under `key`.
    pub fn new(key: &[u8; 32]) -> Self {
        // HMAC fills a key up to the block of its hash.
        let mut block = [0; 64];
        block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
        Self(Arc::new(Hmac::new(&block.into())))
    }

    /// The code, sealed; `None`: nothing is written.
    pub fn code(&self, written: &str) -> Option<SealedCode> {
        let canonical = canonical(written);
        (!canonical.is_empty()).then(|| SealedCode { mac: self.mac(&canonical), seal: self.clone() })
    }

    /// A code that was sealed before.
    pub fn sealed(&self, mac: &[u8]) -> Option<SealedCode> {
        Some(SealedCode { mac: mac.try_into().ok()?, seal: self.clone() })
    }

    fn mac(&self, canonical: &str) -> [u8; 32] {
        let mut mac = (*self.0).clone();
        mac.update(canonical.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal(***)")
    }
}

/// A code that can be compared and not be read.
#[derive(Clone)]
pub struct SealedCode {
    mac: [u8; 32],
    seal: Seal,
}

impl PartialEq for SealedCode {
    fn eq(&self, other: &Self) -> bool {
        self.mac == other.mac
    }
}

impl Eq for SealedCode {}

impl fmt::Debug for SealedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedCode(***)")
    }
}

/// How a code that somebody wrote differs from the one mailed. It names no place and no character of the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slip {
    /// It is the code.
    None,
    /// Characters that look alike are confused, such as O and 0.
    LookAlike,
    /// Two neighbours are exchanged.
    Exchanged,
    /// One character is missing.
    Missing,
    /// One character is too many.
    TooMany,
    /// One character is another.
    Other,
    /// None of these.
    Far,
}

impl SealedCode {
    /// What it was sealed with.
    pub(super) fn seal(&self) -> &Seal {
        &self.seal
    }

    /// What the database keeps.
    pub fn mac(&self) -> &[u8; 32] {
        &self.mac
    }

    /// Whether `written` is this code.
    pub fn is(&self, written: &str) -> bool {
        let canonical = canonical(written);
        !canonical.is_empty() && self.is_canonical(&canonical)
    }

    fn is_canonical(&self, code: &str) -> bool {
        self.seal.mac(code) == self.mac
    }

    /// How `written` differs from this code: its neighbours are sealed one after the other until one is the same.
    pub fn slip(&self, written: &str) -> Slip {
        let written: Vec<char> = canonical(written).chars().collect();
        if self.among(std::iter::once(written.clone())) {
            return Slip::None;
        }
        if written.is_empty() || written.len() > LONGEST {
            return Slip::Far;
        }
        let places = 0..written.len();
        let with = |at: usize, c: char| written.iter().enumerate().map(|(n, old)| if n == at { c } else { *old }).collect::<Vec<_>>();
        let without = |at: usize| written.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, c)| *c).collect::<Vec<_>>();
        let exchanged = |at: usize| {
            let mut code = written.clone();
            code.swap(at, at + 1);
            code
        };
        let inserted = |at: usize, c: char| {
            let mut code = written.clone();
            code.insert(at, c);
            code
        };
        if self.among(alike(&written).into_iter()) {
            Slip::LookAlike
        } else if self.among((1..written.len()).map(|at| exchanged(at - 1))) {
            Slip::Exchanged
        } else if self.among(places.clone().map(without)) {
            Slip::TooMany
        } else if self.among((0..=written.len()).flat_map(|at| ALPHABET.chars().map(move |c| inserted(at, c)).collect::<Vec<_>>())) {
            Slip::Missing
        } else if self.among(places.flat_map(|at| ALPHABET.chars().map(move |c| with(at, c)).collect::<Vec<_>>())) {
            Slip::Other
        } else {
            Slip::Far
        }
    }

    fn among(&self, mut codes: impl Iterator<Item = Vec<char>>) -> bool {
        codes.any(|code| self.is_canonical(&code.into_iter().collect::<String>()))
    }
}

/// The code with every mixture of look-alikes, where few enough of its characters have any; else with one of them exchanged.
fn alike(written: &[char]) -> Vec<Vec<char>> {
    let others = |c: char| ALIKE.iter().filter(move |set| set.contains(c)).flat_map(|set| set.chars()).filter(move |o| *o != c);
    let places: Vec<usize> = written.iter().zip(0..).filter(|(c, _)| others(**c).next().is_some()).map(|(_, at)| at).collect();
    let together = places.len() <= MOST_ALIKE;
    let mut codes = vec![written.to_vec()];
    for at in places {
        let mut more = Vec::new();
        for code in if together { codes.as_slice() } else { codes.get(..1).unwrap_or_default() } {
            let Some(c) = written.get(at) else { continue };
            more.extend(others(*c).map(|o| code.iter().zip(0..).map(|(old, n)| if n == at { o } else { *old }).collect::<Vec<_>>()));
        }
        codes.extend(more);
    }
    codes.split_off(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_code_is_known_however_it_is_written_and_says_nothing() {
        let seal = Seal::new(&[7; 32]);
        let code = seal.code("AB12-CD34").unwrap();
        for (written, expected) in [("ab12cd34", true), (" ＡＢ１２ cd.34", true), ("AB12CD35", false), ("", false), ("-", false)] {
            assert_eq!(code.is(written), expected, "{written}");
        }
        assert_eq!(format!("{code:?} {seal:?}"), "SealedCode(***) Seal(***)");
        assert_eq!(seal.code(" - "), None);
        assert_eq!(seal.sealed(code.mac()), Some(code.clone()));
        assert_eq!(seal.sealed(b"short"), None);
        assert_ne!(Seal::new(&[8; 32]).code("AB12CD34"), Some(code), "another key, another seal");
    }

    #[test]
    fn the_seal_is_hmac_sha_256() {
        // RFC 4231, test case 2, padded to a key of 32 bytes as HMAC itself pads it; the data is upper-case here.
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let other = Hmac::<Sha256>::new_from_slice(b"Jefe").unwrap().chain_update(b"WHAT").finalize().into_bytes();
        assert_eq!(Seal::new(&key).code("what").unwrap().mac()[..], other[..]);
    }

    #[test]
    fn how_a_code_was_miscopied_is_told_without_telling_the_code() {
        let code = Seal::new(&[7; 32]).code("K0BX-S71Q-9M").unwrap();
        let cases = [
            ("k0bx s71q 9m", Slip::None),
            ("KOBX-S71Q-9M", Slip::LookAlike),
            ("KO8X-57IO-9M", Slip::LookAlike),
            ("KBX-S71Q-9M", Slip::Missing),
            ("K0BX-S71Q-9", Slip::Missing),
            ("K0BX-S71Q-99M", Slip::TooMany),
            ("K0BX-S17Q-9M", Slip::Exchanged),
            ("K0BX-S71Q-9N", Slip::Other),
            ("K0BX-S71Q", Slip::Far),
            ("é", Slip::Far),
            ("", Slip::Far),
        ];
        for (written, expected) in cases {
            assert_eq!(code.slip(written), expected, "{written}");
        }
        assert_eq!(code.slip(&"O0".repeat(100)), Slip::Far);
    }
}
