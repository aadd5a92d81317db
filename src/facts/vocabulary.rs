//! A set of words, written as one text so that it reads and edits like one.

use std::collections::HashSet;
use std::sync::OnceLock;

/// Words of one kind, folded (small letters, no accents), with blanks between.
#[derive(Debug)]
pub struct Words {
    text: &'static str,
    set: OnceLock<HashSet<&'static str>>,
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
