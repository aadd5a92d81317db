//! A set of words, written as one text so that it reads and edits like one.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::OnceLock;

/// Words of one kind, folded (small letters, no accents), with blanks between.
#[derive(Debug)]
pub struct Words {
    text: &'static str,
    set: OnceLock<HashSet<&'static str, BuildHasherDefault<Fnv>>>,
}

/// FNV-1a: quick on short words; nobody else chooses the words that are kept, so collisions cannot be forced.
#[derive(Debug, Clone)]
pub(super) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

impl Words {
    /// Takes the words of `text`; they are sorted in at the first question.
    pub const fn new(text: &'static str) -> Self {
        Self { text, set: OnceLock::new() }
    }

    /// Whether `word` is one of them.
    pub fn has(&self, word: &str) -> bool {
        self.set.get_or_init(|| self.text.split_whitespace().collect()).contains(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_met_whole_or_not_at_all() {
        static SOME: Words = Words::new("un deux\n trois");
        for (word, expected) in [("un", true), ("trois", true), ("de", false), ("", false), ("un deux", false)] {
            assert_eq!(SOME.has(word), expected, "{word}");
        }
    }
}
