//! What a message sounds like, as a set of numbered features: its words, the concepts they speak of, and which concepts stand together.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use regex::Regex;

use super::sentences::Sentence;

/// Things that a following sentence may speak of as "it".
const THINGS: [&str; 9] = ["code", "link", "invite", "mail", "password", "reset", "login", "account", "address"];
/// Where a contrast begins, a new thought begins.
const CONTRASTS: [&str; 4] = [" but ", " mais ", " sauf ", " however "];

/// The concepts of `reading/concepts.toml`, compiled.
#[derive(Debug, Default)]
pub struct Concepts {
    /// Name and pattern, in the order of their names.
    pub named: Vec<(String, Regex)>,
}

/// A feature, told apart by its hash.
pub type Feature = u64;

type Hasher = BuildHasherDefault<DefaultHasher>;

/// A map from features that needs no random keys: the program reads the same message the same way every time.
pub type FeatureMap<T> = HashMap<Feature, T, Hasher>;

fn hash(parts: &[&str]) -> Feature {
    Hasher::default().hash_one(parts)
}

/// The features of a text, each once, sorted.
pub fn of(sentences: &[Sentence], concepts: &Concepts) -> Vec<Feature> {
    let mut found = vec![hash(&["bias"])];
    let mut previous: Vec<&str> = Vec::new();
    for sentence in sentences {
        words(&sentence.folded, &mut found);
        for thought in thoughts(&sentence.folded) {
            let heard = heard(&thought, concepts);
            thought_features(&heard, &previous, &mut found);
            previous = heard;
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The names of all concepts that are spoken of, each once.
pub fn concepts_in<'a>(sentences: &[Sentence], concepts: &'a Concepts) -> Vec<&'a str> {
    let spoken = |pattern: &Regex| sentences.iter().any(|s| pattern.is_match(&s.folded));
    concepts.named.iter().filter(|(_, pattern)| spoken(pattern)).map(|(name, _)| name.as_str()).collect()
}

fn words(folded: &str, found: &mut Vec<Feature>) {
    let words: Vec<&str> = folded.split(' ').filter(|w| !w.is_empty()).collect();
    found.extend(words.iter().map(|w| hash(&["w", w])));
    for pair in words.windows(2) {
        if let [a, b] = pair {
            found.push(hash(&["b", a, b]));
        }
    }
    for three in words.windows(3) {
        if let [a, b, c] = three {
            found.push(hash(&["t", a, b, c]));
        }
    }
}

fn thoughts(folded: &str) -> Vec<String> {
    let mut parts = vec![folded.to_owned()];
    for contrast in CONTRASTS {
        parts = parts.iter().flat_map(|p| p.split(contrast).map(|s| format!(" {s} ")).collect::<Vec<_>>()).collect();
    }
    parts
}

/// The concepts of a thought, in the order in which they are spoken of.
fn heard<'a>(thought: &str, concepts: &'a Concepts) -> Vec<&'a str> {
    let mut hits: Vec<(usize, &str)> = Vec::new();
    for (name, pattern) in &concepts.named {
        hits.extend(pattern.find_iter(thought).map(|m| (m.start(), name.as_str())));
    }
    hits.sort_unstable();
    hits.truncate(60);
    hits.into_iter().map(|(_, name)| name).collect()
}

fn thought_features(heard: &[&str], previous: &[&str], found: &mut Vec<Feature>) {
    let mut kinds = heard.to_vec();
    kinds.sort_unstable();
    kinds.dedup();
    let negated = kinds.contains(&"neg");
    for (at, a) in kinds.iter().enumerate() {
        found.push(hash(&["c", a]));
        if negated {
            found.push(hash(&["n", a]));
        }
        for b in kinds.iter().skip(at + 1) {
            found.push(hash(&["p", a, b]));
            if negated {
                found.push(hash(&["q", a, b]));
            }
        }
    }
    for (at, a) in heard.iter().enumerate() {
        found.extend(heard.iter().skip(at + 1).take(2).map(|b| hash(&["s", a, b])));
    }
    for thing in previous.iter().filter(|p| THINGS.contains(p)) {
        found.extend(kinds.iter().map(|b| hash(&["x", thing, b])));
    }
}
