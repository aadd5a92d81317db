//! What a message sounds like, as numbered features: its words, the concepts they speak of, and what is said to happen to what.

use super::clauses::Clause;
use super::concepts::{Concepts, Hash, Id, hash_of};
use super::sentences::Sentence;

/// A feature, told apart by its hash.
pub type Feature = Hash;

/// Kinds of features: the same words make another feature in another place.
#[derive(Clone, Copy)]
enum Kind {
    Bias = 1,
    Word,
    Two,
    Concept,
    Pair,
    Follows,
    Happens,
    Beside,
    BesideAny,
    About,
    AboutAny,
    Carried,
    CarriedAny,
}

/// Concepts of one clause whose pairs are counted at most.
const MOST: usize = 24;

fn feature(kind: Kind, parts: &[Hash]) -> Feature {
    let start = (kind as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    parts.iter().fold(start, |hash, part| (hash.rotate_left(23) ^ part).wrapping_mul(0xff51_afd7_ed55_8ccd))
}

/// Gives every feature to `take`, with the sentence that it was heard in; many come more than once.
pub fn each(sentences: &[Sentence], clauses: &[Clause<'_>], concepts: &Concepts, take: &mut impl FnMut(usize, Feature)) {
    take(0, feature(Kind::Bias, &[]));
    for (at, sentence) in sentences.iter().enumerate() {
        let mut before = None;
        for word in sentence.words().filter(|word| *word != ",").map(hash_of) {
            take(at, feature(Kind::Word, &[word]));
            if let Some(before) = before {
                take(at, feature(Kind::Two, &[before, word]));
            }
            before = Some(word);
        }
    }
    for clause in clauses {
        spoken_of(clause, concepts, take);
        happening(clause, concepts, take);
    }
}

fn spoken_of(clause: &Clause<'_>, concepts: &Concepts, take: &mut impl FnMut(usize, Feature)) {
    let hash = |id: Id| concepts.get(id).map_or(0, |c| c.hash);
    let order: Vec<Hash> = clause.heard.iter().map(|h| hash(h.id)).collect();
    let mut each = order.clone();
    each.sort_unstable();
    each.dedup();
    each.truncate(MOST);
    for (at, a) in each.iter().enumerate() {
        take(clause.sentence, feature(Kind::Concept, &[*a]));
        for b in each.iter().skip(at + 1) {
            take(clause.sentence, feature(Kind::Pair, &[*a, *b]));
        }
    }
    for (at, a) in order.iter().enumerate() {
        for b in order.iter().skip(at + 1).take(2) {
            take(clause.sentence, feature(Kind::Follows, &[*a, *b]));
        }
    }
}

fn happening(clause: &Clause<'_>, concepts: &Concepts, take: &mut impl FnMut(usize, Feature)) {
    let hash = |id: Id| concepts.get(id).map_or(0, |c| c.hash);
    let at = clause.sentence;
    for happening in &clause.happens {
        let well = u64::from(happening.well);
        let what = hash(happening.hit.id).wrapping_add(well);
        take(at, feature(Kind::Happens, &[what]));
        for thing in clause.things.iter().map(|t| hash(t.id)) {
            take(at, feature(Kind::Beside, &[thing, what]));
            take(at, feature(Kind::BesideAny, &[thing, well]));
        }
        if clause.things.is_empty() {
            for thing in clause.carried.iter().map(|id| hash(*id)) {
                take(at, feature(Kind::Carried, &[thing, what]));
                take(at, feature(Kind::CarriedAny, &[thing, well]));
            }
        } else if let Some(thing) = clause.about(happening).map(hash) {
            take(at, feature(Kind::About, &[thing, what]));
            take(at, feature(Kind::AboutAny, &[thing, well]));
        }
    }
}
