//! Sets and tables of words, written as texts so that they read and edit like ones.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::OnceLock;

/// Words of one kind, folded (small letters, no accents), with blanks between.
#[derive(Debug)]
pub struct Words {
    text: &'static str,
    index: OnceLock<Index>,
}

/// What words tell: the words that tell the same in one text.
#[derive(Debug)]
pub struct Table<T: 'static> {
    rows: &'static [(&'static str, T)],
    index: OnceLock<Index>,
}

/// Words, each with the number of its row.
#[derive(Debug)]
struct Index {
    words: HashMap<&'static str, usize, BuildHasherDefault<Fnv>>,
    /// One bit for each shape that a word has: most words asked for are not here, and their shape alone tells.
    shapes: [u64; SHAPES / 64],
}

/// Shapes that are told apart: many more than there are words in one index.
const SHAPES: usize = 2048;

/// Length, first, middle and last letter, mixed to a number below [`SHAPES`].
fn shape(word: &str) -> usize {
    let bytes = word.as_bytes();
    let (Some(first), Some(last), Some(middle)) = (bytes.first(), bytes.last(), bytes.get(bytes.len() / 2)) else { return 0 };
    let length = u32::try_from(bytes.len() & 0x3f).unwrap_or(0);
    let letters = u32::from(*first) | u32::from(*middle) << 8 | u32::from(*last) << 16 | length << 24;
    usize::try_from(letters.wrapping_mul(0x9e37_79b1) >> 21).unwrap_or(0)
}

impl Index {
    fn of(rows: impl Iterator<Item = &'static str>) -> Self {
        let mut words = HashMap::default();
        let mut shapes = [0; SHAPES / 64];
        for (row, word) in rows.enumerate().flat_map(|(row, text)| text.split_whitespace().map(move |word| (row, word))) {
            words.entry(word).or_insert(row);
            if let Some(bits) = shapes.get_mut(shape(word) / 64) {
                *bits |= 1 << (shape(word) % 64);
            }
        }
        Self { words, shapes }
    }

    fn row(&self, word: &str) -> Option<usize> {
        let shape = shape(word);
        let met = self.shapes.get(shape / 64).is_some_and(|bits| bits >> (shape % 64) & 1 == 1);
        if met { self.words.get(word).copied() } else { None }
    }
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
        Self { text, index: OnceLock::new() }
    }

    /// Whether `word` is one of them.
    pub fn has(&self, word: &str) -> bool {
        self.index.get_or_init(|| Index::of(std::iter::once(self.text))).row(word).is_some()
    }
}

impl<T: Copy> Table<T> {
    /// Takes rows of words and what they tell; where a word stands in two, the first counts.
    pub const fn new(rows: &'static [(&'static str, T)]) -> Self {
        Self { rows, index: OnceLock::new() }
    }

    /// What `word` tells.
    pub fn get(&self, word: &str) -> Option<T> {
        let row = self.index.get_or_init(|| Index::of(self.rows.iter().map(|(text, _)| *text))).row(word)?;
        self.rows.get(row).map(|(_, told)| *told)
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

    #[test]
    fn a_word_tells_what_its_row_says() {
        static SOME: Table<u32> = Table::new(&[("one un", 1), ("two deux un", 2)]);
        for (word, expected) in [("un", Some(1)), ("deux", Some(2)), ("u", None), ("", None)] {
            assert_eq!(SOME.get(word), expected, "{word}");
        }
    }
}
