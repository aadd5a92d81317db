//! What the person wrote: telling it back tells nothing new.

use std::collections::BTreeSet;

use super::plain::{Plain, Sign, find_groups, groups, signs};
use crate::facts::sentences::fold;

/// The person's own words, and their address.
#[derive(Debug)]
pub(super) struct Written {
    plain: Plain,
    signs: Vec<Sign>,
    words: BTreeSet<String>,
    /// Runs of letters of the sender's address before the `@`.
    sender: Vec<Vec<char>>,
}

impl Written {
    pub(super) fn of(words: &str, sender: Option<&str>) -> Self {
        let plain = Plain::of(words);
        let local = sender.and_then(|s| s.split_once('@')).map_or("", |(local, _)| local);
        let folded = plain.text().split_whitespace().map(fold);
        let words = folded.flat_map(|f| f.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect();
        Self { signs: signs(plain.text()), words, sender: groups(local), plain }
    }

    pub(super) fn plain(&self) -> &Plain {
        &self.plain
    }

    /// Whether these groups of letters stand in it, or the one in the sender's address.
    pub(super) fn has(&self, wanted: &[Vec<char>]) -> bool {
        let in_address = matches!(wanted, [one] if self.sender.contains(one));
        in_address || !find_groups(&self.signs, wanted).is_empty()
    }

    /// Whether each word of `text`, folded, stands in it.
    pub(super) fn has_words(&self, text: &str) -> bool {
        fold(text).split_whitespace().all(|word| self.words.contains(word))
    }
}
