//! What words are about: the concepts of `rules/reading/concepts.toml`, found in folded words.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

use serde::Deserialize;

use super::vocabulary::Fnv;

/// A number that stands for a word, a concept or a feature.
pub type Hash = u64;

/// What kind of concept it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Something to which things happen: a code, a link, a password.
    Things,
    /// What happens when all is well: it works, it comes.
    Good,
    /// What happens when it is not: refused, expired, missing.
    Bad,
    /// Words that colour a sentence: not, still, thanks.
    Words,
    /// Matters other than getting in: grades, invoices.
    Matters,
}

/// One concept.
#[derive(Debug, Clone)]
pub struct Concept {
    /// Its name in the file.
    pub name: String,
    /// What kind it is.
    pub group: Group,
    /// The number that stands for it, the same in every run.
    pub hash: Hash,
}

/// Number of a concept in [`Concepts::all`].
pub type Id = u16;

/// A concept heard in words `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// First word.
    pub start: usize,
    /// The word behind the last.
    pub end: usize,
    /// Which concept.
    pub id: Id,
}

/// All concepts, ready to be found.
#[derive(Debug, Default)]
pub struct Concepts {
    all: Vec<Concept>,
    patterns: Vec<Pattern>,
    /// Patterns by the hash of their first word; those that leave its ending open by the hash of what is fixed.
    closed: Begun,
    open: Begun,
}

/// Patterns by the hash of what they begin with.
#[derive(Debug, Default)]
struct Begun {
    patterns: HashedMap<Vec<u32>>,
    /// One bit for each of many hashes: most words, and most beginnings of words, begin no pattern, and this tells at once.
    met: Vec<u64>,
}

/// Bits of [`Begun::met`].
const MET: usize = 1 << 16;

impl Begun {
    fn place(hash: Hash) -> (usize, u64) {
        let bit = (hash ^ hash >> 29) % MET as u64;
        (usize::try_from(bit / 64).unwrap_or(0), 1 << (bit % 64))
    }

    fn add(&mut self, hash: Hash, pattern: u32) {
        self.met.resize(MET / 64, 0);
        let (at, bit) = Self::place(hash);
        if let Some(word) = self.met.get_mut(at) {
            *word |= bit;
        }
        self.patterns.entry(hash).or_default().push(pattern);
    }

    fn get(&self, hash: Hash) -> Option<&Vec<u32>> {
        let (at, bit) = Self::place(hash);
        if self.met.get(at).is_some_and(|word| word & bit != 0) { self.patterns.get(&hash) } else { None }
    }
}

#[derive(Debug)]
struct Pattern {
    words: Vec<Part>,
    id: Id,
}

#[derive(Debug, Clone)]
struct Part {
    stem: Box<str>,
    open: bool,
    hash: Hash,
}

/// A word of the file that cannot be read as one.
#[derive(Debug, PartialEq, Eq)]
pub struct Unreadable(pub String);

/// Concepts that are taken from one clause at most.
const MOST_HITS: usize = 48;

impl Concepts {
    /// Compiles groups of named word lists.
    ///
    /// # Errors
    /// The first word that has signs other than small letters, digits, spaces, `*` and `?`.
    pub fn compile(groups: &BTreeMap<Group, BTreeMap<String, Vec<String>>>) -> Result<Self, Unreadable> {
        let mut concepts = Self::default();
        for (group, named) in groups {
            for (name, words) in named {
                let id = Id::try_from(concepts.all.len()).map_err(|_| Unreadable(name.clone()))?;
                concepts.all.push(Concept { name: name.clone(), group: *group, hash: hash_of(name) });
                for word in words {
                    concepts.add(word, id)?;
                }
            }
        }
        Ok(concepts)
    }

    fn add(&mut self, word: &str, id: Id) -> Result<(), Unreadable> {
        if !is_readable(word) {
            return Err(Unreadable(word.to_owned()));
        }
        for spelling in spellings(word) {
            let parts: Vec<Part> = spelling.split_whitespace().map(part).collect();
            let Some(first) = parts.first() else { continue };
            let at = u32::try_from(self.patterns.len()).map_err(|_| Unreadable(word.to_owned()))?;
            let index = if first.open { &mut self.open } else { &mut self.closed };
            index.add(hash_of(&first.stem), at);
            self.patterns.push(Pattern { words: parts, id });
        }
        Ok(())
    }

    /// The concept of a number.
    pub fn get(&self, id: Id) -> Option<&Concept> {
        self.all.get(usize::from(id))
    }

    /// The number of a named concept.
    pub fn id(&self, name: &str) -> Option<Id> {
        self.all.iter().position(|c| c.name == name).and_then(|at| Id::try_from(at).ok())
    }

    /// The concepts that `words` speak of, in the order in which they stand; of many, the first.
    pub fn hear(&self, words: &[&str]) -> Vec<Hit> {
        let mut hits = self.hear_all(words);
        hits.truncate(MOST_HITS);
        hits
    }

    /// Every concept that `words` speak of, in the order in which they stand.
    pub fn hear_all(&self, words: &[&str]) -> Vec<Hit> {
        let mut hits = Vec::new();
        let hashes: Vec<Hash> = words.iter().map(|word| hash_of(word)).collect();
        let fit = |patterns: &[u32], start: usize, hits: &mut Vec<Hit>| {
            let rest = words.get(start..).unwrap_or_default().iter().zip(hashes.get(start..).unwrap_or_default());
            for pattern in patterns.iter().filter_map(|at| self.patterns.get(*at as usize)) {
                let length = pattern.words.len();
                if length <= rest.len() && pattern.words.iter().zip(rest.clone()).all(|(part, (word, hash))| part.fits(word, *hash)) {
                    hits.push(Hit { start, end: start + length, id: pattern.id });
                }
            }
        };
        for (start, (word, whole)) in words.iter().zip(&hashes).enumerate() {
            let mut hash = Fnv::default();
            for byte in word.bytes() {
                hash.write_u8(byte);
                if let Some(patterns) = self.open.get(hash.finish()) {
                    fit(patterns, start, &mut hits);
                }
            }
            if let Some(patterns) = self.closed.get(*whole) {
                fit(patterns, start, &mut hits);
            }
        }
        hits.sort_unstable();
        hits.dedup();
        hits
    }
}

impl Part {
    fn fits(&self, word: &str, hash: Hash) -> bool {
        if self.open { word.starts_with(&*self.stem) } else { hash == self.hash && word == &*self.stem }
    }
}

/// Whether a word of a file is written as it should: small letters without accents, digits, spaces, `*` and `?`.
pub fn is_readable(word: &str) -> bool {
    let plain = word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || " *?".contains(c));
    plain && !word.trim().is_empty() && !word.starts_with(['*', '?'])
}

fn part(word: &str) -> Part {
    let stem = word.trim_end_matches('*');
    Part { stem: stem.into(), open: stem.len() < word.len(), hash: hash_of(stem) }
}

/// All spellings of a word in which `?` makes the letter before it optional.
pub fn spellings(word: &str) -> Vec<String> {
    let Some(at) = word.find('?') else { return vec![word.to_owned()] };
    let (before, after) = (word.get(..at).unwrap_or(""), word.get(at + 1..).unwrap_or(""));
    let without = before.get(..before.len().saturating_sub(1)).unwrap_or("");
    [format!("{before}{after}"), format!("{without}{after}")].iter().flat_map(|w| spellings(w)).collect()
}

/// The number that stands for a text, the same in every run.
pub fn hash_of(text: &str) -> Hash {
    let mut hash = Fnv::default();
    hash.write(text.as_bytes());
    hash.finish()
}

/// A map whose keys are hashes already: mixed once, not hashed again. Only built from files of the operator, never from strangers' text.
pub type HashedMap<T> = HashMap<Hash, T, BuildHasherDefault<Mixed>>;

/// Mixes a number that is a hash already.
#[derive(Debug, Default, Clone)]
pub struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        let mut hash = Fnv::default();
        hash.write(bytes);
        self.0 = hash.finish();
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(26);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn concepts() -> Concepts {
        let words = |list: &[&str]| list.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        let things = BTreeMap::from([("code".to_owned(), words(&["codes?", "cle d activation"]))]);
        let good = BTreeMap::from([("comes".to_owned(), words(&["receiv*", "come in"]))]);
        Concepts::compile(&BTreeMap::from([(Group::Things, things), (Group::Good, good)])).unwrap()
    }

    #[test]
    fn words_open_words_and_phrases_are_found() {
        let concepts = concepts();
        let names = |text: &str| -> Vec<String> {
            let words: Vec<&str> = text.split(' ').collect();
            concepts.hear(&words).iter().filter_map(|h| concepts.get(h.id)).map(|c| c.name.clone()).collect()
        };
        assert_eq!(names("my code was received"), ["code", "comes"]);
        assert_eq!(names("ma cle d activation"), ["code"]);
        assert_eq!(names("codec receipt come on"), Vec::<String>::new());
        assert_eq!(names("two codes come in"), ["code", "comes"]);
    }

    #[test]
    fn a_word_with_accents_is_answered_by_itself() {
        let wrong = BTreeMap::from([("code".to_owned(), vec!["clé".to_owned()])]);
        assert_eq!(Concepts::compile(&BTreeMap::from([(Group::Things, wrong)])).unwrap_err(), Unreadable("clé".into()));
    }
}
