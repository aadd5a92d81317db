//! The names that are known, so that a slip is told from somebody else's name.

use std::collections::HashSet;

use super::hash::{ByHash, mix, text};
use super::names::Name;
use super::nicknames;

/// Words of first and last names of the register, as hashes, beside those known everywhere.
#[derive(Debug, Default)]
pub struct Vocabulary {
    first: HashSet<u64, ByHash>,
    last: HashSet<u64, ByHash>,
}

impl Vocabulary {
    /// Takes in the words of a registered first name.
    pub fn add_first(&mut self, name: &Name) {
        name.each_key(|key| {
            self.first.insert(mix(text(key)));
        });
    }

    /// Takes in the words of a registered last name.
    pub fn add_last(&mut self, name: &Name) {
        name.each_key(|key| {
            self.last.insert(mix(text(key)));
        });
    }

    /// Whether `word` is somebody's first name.
    pub fn is_first(&self, word: &str) -> bool {
        self.first.contains(&mix(text(word))) || nicknames::is_first_name(word)
    }

    /// Whether `word` is somebody's last name here.
    pub fn is_last(&self, word: &str) -> bool {
        self.last.contains(&mix(text(word)))
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        // A table of hashes: eight bytes and one of control each.
        (self.first.capacity() + self.last.capacity()) * 9
    }
}
