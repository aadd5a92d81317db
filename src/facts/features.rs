//! What a message sounds like, as numbered features: its words and their beginnings, the concepts they speak of and how it goes with them.

use std::hash::Hasher;

use super::concepts::{Concepts, Hash, Hit};
use super::heard::Heard;
use super::vocabulary::Fnv;

/// A feature, told apart by its hash.
pub type Feature = Hash;

/// Kinds of features: the same words make another feature in another place.
#[derive(Clone, Copy)]
enum Kind {
    Bias = 1,
    Word,
    Two,
    Stem,
    LongStem,
    TwoStems,
    Near,
    Concept,
    Pair,
    Follows,
    FollowsAnywhere,
    Together,
}

/// Letters that tell what a word is about, whatever its ending and its slips.
const STEM: usize = 4;
const LONG_STEM: usize = 5;
/// Words further than this from each other are not heard as a pair.
const NEAR: usize = 4;
/// Concepts of one clause, and of one message, whose pairs are counted at most.
const MOST: usize = 24;
const MOST_TOGETHER: usize = 48;

fn feature(kind: Kind, parts: [Hash; 2]) -> Feature {
    let start = (kind as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    parts.iter().fold(start, |hash, part| (hash.rotate_left(23) ^ part).wrapping_mul(0xff51_afd7_ed55_8ccd))
}

/// The hashes of a word and of its beginnings.
struct Word {
    whole: Hash,
    stem: Hash,
    long: Hash,
    length: usize,
}

impl Word {
    fn of(word: &str) -> Self {
        let mut hash = Fnv::default();
        let (mut stem, mut long) = (None, None);
        for (at, byte) in word.bytes().enumerate() {
            if at == STEM {
                stem = Some(hash.finish());
            }
            if at == LONG_STEM {
                long = Some(hash.finish());
            }
            hash.write_u8(byte);
        }
        let whole = hash.finish();
        Self { whole, stem: stem.unwrap_or(whole), long: long.unwrap_or(whole), length: word.len() }
    }
}

/// Gives every feature to `take`, with the sentence that it was heard in; many come more than once.
pub fn each(heard: &Heard<'_>, concepts: &Concepts, take: &mut impl FnMut(usize, Feature)) {
    take(0, feature(Kind::Bias, [0, 0]));
    let mut words = Vec::new();
    for (at, sentence) in heard.sentences.iter().enumerate() {
        words.clear();
        words.extend(sentence.words().filter(|word| *word != ",").map(Word::of));
        of_words(&words, &mut |feature| take(at, feature));
    }
    of_concepts(heard, concepts, take);
}

fn of_words(words: &[Word], take: &mut impl FnMut(Feature)) {
    for (at, word) in words.iter().enumerate() {
        take(feature(Kind::Word, [word.whole, 0]));
        if word.length > STEM {
            take(feature(Kind::Stem, [word.stem, 0]));
        }
        if word.length > LONG_STEM {
            take(feature(Kind::LongStem, [word.long, 0]));
        }
        let mut ahead = words.iter().skip(at + 1);
        if let Some(next) = ahead.next() {
            take(feature(Kind::Two, [word.whole, next.whole]));
            take(feature(Kind::TwoStems, [word.stem, next.stem]));
        }
        for other in ahead.take(NEAR - 1) {
            take(feature(Kind::Near, [word.long, other.long]));
        }
    }
}

/// A concept and how it goes with it: the same word counts otherwise where it is negated.
fn signed(hit: &Hit, well: Option<bool>, concepts: &Concepts) -> Hash {
    concepts.get(hit.id).map_or(0, |c| c.hash).wrapping_add(well.map_or(0, |well| 1 + u64::from(well)))
}

fn of_concepts(heard: &Heard<'_>, concepts: &Concepts, take: &mut impl FnMut(usize, Feature)) {
    let mut together: Vec<Hash> = Vec::new();
    let mut last = None;
    for clause in &heard.clauses {
        let at = clause.sentence;
        let well = |hit: &Hit| clause.happens.iter().find(|h| h.hit == *hit).map(|h| h.well);
        let order: Vec<Hash> = clause.heard.iter().map(|hit| signed(hit, well(hit), concepts)).collect();
        for pair in order.windows(2) {
            if let [a, b] = pair {
                take(at, feature(Kind::Follows, [*a, *b]));
            }
        }
        for concept in &order {
            if let Some(before) = last.replace(*concept) {
                take(at, feature(Kind::FollowsAnywhere, [before, *concept]));
            }
            if !together.contains(concept) && together.len() < MOST_TOGETHER {
                together.iter().for_each(|other| take(at, pair(Kind::Together, *other, *concept)));
                together.push(*concept);
            }
        }
        let mut each = order;
        each.sort_unstable();
        each.dedup();
        each.truncate(MOST);
        for (place, a) in each.iter().enumerate() {
            take(at, feature(Kind::Concept, [*a, 0]));
            each.iter().skip(place + 1).for_each(|b| take(at, feature(Kind::Pair, [*a, *b])));
        }
    }
}

/// A pair in no order.
fn pair(kind: Kind, a: Hash, b: Hash) -> Feature {
    feature(kind, [a.min(b), a.max(b)])
}
