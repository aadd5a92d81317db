//! Hashes of what people are looked up by. A hash only leads to people; strings decide who is meant.

use std::hash::{BuildHasherDefault, Hasher};

/// Odd, so that no letter is lost; otherwise without meaning.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// Spreads every bit over all bits (the finalizer of SplitMix64).
pub(super) const fn mix(mut x: u64) -> u64 {
    x ^= x >> 30;
    x = x.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^= x >> 27;
    x = x.wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The letters as one number; one letter more or less is one multiplication more or less.
pub(super) fn text(text: &str) -> u64 {
    text.chars().fold(1, push)
}

/// One letter more.
pub(super) fn push(hash: u64, letter: char) -> u64 {
    hash.wrapping_mul(BASE).wrapping_add(u64::from(letter) + 1)
}

/// Calls `take` with the hash of `letters` less each one of them (once where neighbours are alike); what [`text`] gives for the shorter string.
pub(super) fn each_less(letters: &[char], mut take: impl FnMut(u64)) {
    let mut powers = [1_u64; super::slips::MOST + 1];
    for n in 1..powers.len() {
        let before = powers.get(n - 1).copied().unwrap_or(1);
        if let Some(power) = powers.get_mut(n) {
            *power = before.wrapping_mul(BASE);
        }
    }
    // Value of the letters behind each place, as they stand at the end of the whole.
    let mut behind = [0_u64; super::slips::MOST + 1];
    for (n, letter) in letters.iter().enumerate().rev() {
        let after = behind.get(n + 1).copied().unwrap_or(0);
        let power = powers.get(letters.len() - 1 - n).copied().unwrap_or(1);
        if let Some(place) = behind.get_mut(n) {
            *place = after.wrapping_add((u64::from(*letter) + 1).wrapping_mul(power));
        }
    }
    let mut before = 1_u64;
    for (n, letter) in letters.iter().enumerate() {
        if letters.get(n + 1) != Some(letter) {
            let power = powers.get(letters.len() - 1 - n).copied().unwrap_or(1);
            take(before.wrapping_mul(power).wrapping_add(behind.get(n + 1).copied().unwrap_or(0)));
        }
        before = push(before, *letter);
    }
}

/// What a hash is looked up by.
#[derive(Debug, Clone, Copy)]
pub(super) enum Key {
    /// `candidate_id`.
    Id,
    /// A mailbox of a scope, squashed, whole or less one letter.
    Mailbox(u32),
    /// A last name and the initial of a first name at an institution.
    LastInitial(u32),
    /// A first name and the initial of a last name at an institution.
    FirstInitial(u32),
    /// A first and a last name at an institution.
    Names(u32),
    /// The whole name, wherever registered.
    Whole,
    /// A local part and the whole name, whatever the domain.
    Local,
}

impl Key {
    /// The hash to file `of` under.
    pub(super) const fn hash(self, of: u64) -> u64 {
        let (kind, place) = match self {
            Self::Id => (1, 0),
            Self::Mailbox(scope) => (2, scope),
            Self::LastInitial(institution) => (3, institution),
            Self::FirstInitial(institution) => (4, institution),
            Self::Names(institution) => (5, institution),
            Self::Whole => (6, 0),
            Self::Local => (7, 0),
        };
        mix(of ^ mix((kind << 32) | place as u64))
    }
}

/// Two hashes as one; the order counts.
pub(super) const fn pair(first: u64, second: u64) -> u64 {
    mix(first).wrapping_mul(BASE).wrapping_add(second)
}

/// For maps whose keys are hashes already.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Ready(u64);

impl Hasher for Ready {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = mix(self.0 ^ u64::from(*byte));
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// For maps of many strings that are asked once for every row.
pub(super) type Fast = foldhash::quality::RandomState;

/// [`Ready`] for `HashMap` and `HashSet`.
pub(super) type ByHash = BuildHasherDefault<Ready>;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_string_less_a_letter_has_the_hash_of_the_shorter_string(word in "[a-cé]{1,20}") {
            let letters: Vec<char> = word.chars().collect();
            let mut found = Vec::new();
            each_less(&letters, |hash| found.push(hash));
            let shorter = |skip: usize| letters.iter().enumerate().filter(|(n, _)| *n != skip).map(|(_, c)| *c).collect::<String>();
            let mut expected: Vec<String> = (0..letters.len()).map(shorter).collect();
            expected.dedup();
            prop_assert_eq!(found, expected.iter().map(|s| text(s)).collect::<Vec<_>>());
        }
    }
}
