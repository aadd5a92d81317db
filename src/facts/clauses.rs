//! What happens to what: sentences cut into clauses, and in each the things and what is said to happen to them, well or badly.

use super::concepts::{Concepts, Group, Hit, Id};
use super::sentences::Sentence;

/// One clause.
#[derive(Debug, Clone)]
pub struct Clause<'a> {
    /// Which sentence it is part of.
    pub sentence: usize,
    /// Its words.
    pub words: Vec<&'a str>,
    /// All concepts heard, in order.
    pub heard: Vec<Hit>,
    /// The things among them.
    pub things: Vec<Hit>,
    /// What happens.
    pub happens: Vec<Happening>,
    /// Things of the clause before that had some: what "it" may be.
    pub carried: Vec<Id>,
}

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Happening {
    /// Where and what.
    pub hit: Hit,
    /// It goes well: a good word, or a bad one that is negated.
    pub well: bool,
}

/// Where one thought ends and another begins. `,` stands for a comma or a colon.
const BORDERS: [&str; 11] = [",", "but", "mais", "however", "pourtant", "although", "though", "et", "and", "cependant", "whereas"];
/// French negations stand behind the verb.
const BEHIND: [&str; 5] = ["pas", "plus", "pu", "jamais", "rien"];
/// Words before a happening in which a negation counts for it.
const REACH: usize = 4;
/// Words that end the reach of a negation.
const TURNS: [&str; 16] =
    ["or", "ou", "because", "car", "parce", "since", "when", "quand", "that", "que", "qui", "so", "then", "puis", "donc", "as"];
/// Clauses that are read at most.
const MOST: usize = 400;

impl Clause<'_> {
    /// The thing that a happening is about: the nearest in the clause, else what was spoken of last.
    pub fn about(&self, happening: &Happening) -> Option<Id> {
        let hit = happening.hit;
        let distance = |thing: &Hit| thing.start.abs_diff(hit.end).min(hit.start.abs_diff(thing.end));
        self.things.iter().min_by_key(|thing| distance(thing)).map(|t| t.id).or_else(|| self.carried.last().copied())
    }
}

/// Cuts sentences into clauses and hears what they say.
pub fn of<'a>(sentences: &'a [Sentence], concepts: &Concepts) -> Vec<Clause<'a>> {
    let not = concepts.id("not");
    let mut clauses: Vec<Clause<'a>> = Vec::new();
    let mut carried: Vec<Id> = Vec::new();
    for (at, sentence) in sentences.iter().enumerate() {
        let words: Vec<&str> = sentence.words().collect();
        for part in words.split(|word| BORDERS.contains(word)).filter(|part| !part.is_empty()) {
            if clauses.len() >= MOST {
                return clauses;
            }
            let clause = clause(at, part.to_vec(), concepts, not, &carried);
            if !clause.things.is_empty() {
                carried = clause.things.iter().map(|t| t.id).collect();
                carried.sort_unstable();
                carried.dedup();
            }
            clauses.push(clause);
        }
    }
    clauses
}

fn clause<'a>(sentence: usize, words: Vec<&'a str>, concepts: &Concepts, not: Option<Id>, carried: &[Id]) -> Clause<'a> {
    let all = concepts.hear(&words);
    let heard: Vec<Hit> = all.iter().filter(|hit| !all.iter().any(|other| swallows(other, hit, concepts, not))).copied().collect();
    let group = |hit: &Hit| concepts.get(hit.id).map(|c| c.group);
    let things: Vec<Hit> = heard.iter().filter(|h| group(h) == Some(Group::Things)).copied().collect();
    let negations: Vec<usize> = heard.iter().filter(|h| Some(h.id) == not).map(|h| h.start).collect();
    let happens = heard
        .iter()
        .filter_map(|hit| match group(hit)? {
            Group::Good => Some(Happening { hit: *hit, well: !negated(hit, &words, &negations) }),
            Group::Bad => Some(Happening { hit: *hit, well: negated(hit, &words, &negations) }),
            _ => None,
        })
        .collect();
    let carried = if things.is_empty() { carried.to_vec() } else { Vec::new() };
    Clause { sentence, words, heard, things, happens, carried }
}

/// Whether `hit` is only part of the longer `other`: the "passe" of "mot de passe", the "not" of "not found". A thing stays a thing
/// inside what happens to it ("no account").
fn swallows(other: &Hit, hit: &Hit, concepts: &Concepts, not: Option<Id>) -> bool {
    let inside = other.start <= hit.start && hit.end <= other.end && other.end - other.start > hit.end - hit.start;
    if !inside || other.id == hit.id {
        return false;
    }
    let group = |hit: &Hit| concepts.get(hit.id).map(|c| c.group);
    match group(hit) {
        Some(Group::Things) => matches!(group(other), Some(Group::Things | Group::Words)),
        Some(Group::Good | Group::Bad) => group(other) != Some(Group::Matters),
        _ => Some(hit.id) == not,
    }
}

fn negated(hit: &Hit, words: &[&str], negations: &[usize]) -> bool {
    let behind = |at: usize| words.get(at).is_some_and(|word| BEHIND.contains(word));
    // A French negation reaches forward over one word ("pas encore reçu"), an English one over a few, neither into another thought.
    let before = |at: usize| {
        let reach = if behind(at) { 2 } else { REACH };
        at < hit.start && hit.start - at <= reach && !words.get(at..hit.start).unwrap_or_default().iter().any(|w| TURNS.contains(w))
    };
    negations.iter().any(|at| before(*at) || (hit.end..=hit.end + 1).contains(at) && behind(*at))
}
