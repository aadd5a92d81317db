//! The files of `rules/reading/`, compiled: what words are about, what they mean together, and the messages of the platform.

use std::collections::BTreeMap;

use regex::Regex;
use serde::Deserialize;

use super::error_text::KnownMessages;
use super::features::{self, Concepts};
use super::learn::Judges;
use super::{Language, Problem, Tried, sentences};
use crate::fault::{Fault, Faults, TextFile};

/// What kind of message an example is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Somebody cannot get in.
    Request,
    /// It works now, or thanks only.
    Resolved,
    /// Not about getting in.
    Unrelated,
    /// The words of a machine.
    Automatic,
}

/// All problems, in the order of the judges.
pub(super) const PROBLEMS: [Problem; 9] = [
    Problem::CodeRejected,
    Problem::LinkDead,
    Problem::InvitationNotReceived,
    Problem::ActivationUnfinished,
    Problem::CannotSignIn,
    Problem::ForgotPassword,
    Problem::ResetNotReceived,
    Problem::AddressChange,
    Problem::Other,
];
pub(super) const KINDS: [Kind; 4] = [Kind::Request, Kind::Resolved, Kind::Unrelated, Kind::Automatic];
pub(super) const TRIED: [Tried; 7] = [
    Tried::Reset,
    Tried::Junk,
    Tried::ExactAddress,
    Tried::DirectSignIn,
    Tried::OtherBrowser,
    Tried::RetypedCode,
    Tried::ContactedCoordinator,
];

/// Compiled reading rules.
#[derive(Debug)]
pub struct Lexicon {
    /// Messages of the platform, word for word.
    pub messages: KnownMessages,
    pub(super) concepts: Concepts,
    /// Judges of problems, then kinds, then what was tried.
    pub(super) judges: Judges,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConceptFile {
    concepts: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExampleFile {
    example: Vec<Example>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    text: String,
    #[serde(rename = "language")]
    _language: Language,
    kind: Kind,
    #[serde(default)]
    problems: Vec<Problem>,
    #[serde(default)]
    tried: Vec<Tried>,
}

impl Lexicon {
    /// Compiles `reading/concepts.toml`, `reading/messages.toml`, and learns from `reading/examples-*.toml`.
    ///
    /// # Errors
    /// All mistakes of all files at once, each with file and line.
    pub fn load(files: &[TextFile]) -> Result<Self, Faults> {
        let mut faults = Vec::new();
        let reading: Vec<&TextFile> = files.iter().filter(|f| f.path.starts_with("reading/")).collect();
        let named = |name: &str| reading.iter().find(|f| f.path.ends_with(name)).copied();
        let messages = named("/messages.toml").map(KnownMessages::load).transpose().map_err(|f| faults.extend(f.0)).unwrap_or_default();
        let concepts = match named("/concepts.toml") {
            Some(file) => concepts(file).map_err(|fault| faults.push(fault)).unwrap_or_default(),
            None => {
                faults.push(Fault::new("reading/concepts.toml", None, "is missing", "Copy it from the rules that `usher init` writes."));
                Concepts::default()
            }
        };
        let mut learned = Vec::new();
        for file in reading.iter().filter(|f| f.path.starts_with("reading/examples-")) {
            match examples(file, &concepts) {
                Ok(examples) => learned.extend(examples),
                Err(fault) => faults.push(fault),
            }
        }
        if learned.is_empty() && faults.is_empty() {
            faults.push(Fault::new(
                "reading/",
                None,
                "there are no examples to learn from",
                "Copy examples-*.toml from the rules that `usher init` writes.",
            ));
        }
        if !faults.is_empty() {
            return Err(Faults(faults));
        }
        let judges = Judges::learn(&learned, PROBLEMS.len() + KINDS.len() + TRIED.len());
        Ok(Self { messages: messages.unwrap_or_default(), concepts, judges })
    }
}

fn toml_of<T: serde::de::DeserializeOwned>(file: &TextFile) -> Result<T, Fault> {
    toml::from_str(&file.text).map_err(|error| {
        let line = error.span().map(|span| Fault::line_of(&file.text, span.start));
        Fault::new(&file.path, line, error.message().trim().replace('\n', " "), "Compare with the other entries of the file.")
    })
}

fn concepts(file: &TextFile) -> Result<Concepts, Fault> {
    let read: ConceptFile = toml_of(file)?;
    let mut named = Vec::new();
    for (name, words) in read.concepts {
        let pattern = pattern(&words).map_err(|word| {
            let line = file.text.find(&format!("\"{word}\"")).map(|at| Fault::line_of(&file.text, at));
            let what = format!("`{word}` is no word: small letters without accents, digits, spaces, `*` and `?`");
            Fault::new(&file.path, line, what, "Write the word as the others are written.")
        })?;
        named.push((name, pattern));
    }
    Ok(Concepts { named })
}

/// One pattern for all words of a concept; the word that cannot be one is the error.
fn pattern(words: &[String]) -> Result<Regex, String> {
    let mut alternatives = Vec::new();
    for word in words {
        let plain = word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || " *?".contains(c));
        if !plain || word.trim().is_empty() || word.starts_with(['*', '?']) {
            return Err(word.clone());
        }
        alternatives.push(word.replace('*', "[a-z0-9]*"));
    }
    // Longer words first: the first alternative that fits is taken.
    alternatives.sort_by_key(|a| std::cmp::Reverse(a.len()));
    Regex::new(&format!(r"\b(?:{})\b", alternatives.join("|"))).map_err(|_| words.join(" "))
}

type Labelled = (Vec<features::Feature>, Vec<usize>);

fn examples(file: &TextFile, concepts: &Concepts) -> Result<Vec<Labelled>, Fault> {
    let read: ExampleFile = toml_of(file)?;
    for (at, example) in read.example.iter().enumerate() {
        if (example.kind == Kind::Request) == example.problems.is_empty() {
            let what = format!("example {}: a request has at least one problem, anything else has none", at + 1);
            return Err(Fault::new(&file.path, None, what, "Set `problems`, or another `kind`."));
        }
    }
    Ok(read.example.iter().map(|e| (features::of(&sentences::of(&e.text), concepts), labels(e))).collect())
}

fn labels(example: &Example) -> Vec<usize> {
    let problems = PROBLEMS.iter().enumerate().filter(|(_, p)| example.problems.contains(p)).map(|(at, _)| at);
    let kinds = KINDS.iter().enumerate().filter(|(_, k)| **k == example.kind).map(|(at, _)| PROBLEMS.len() + at);
    let tried = TRIED.iter().enumerate().filter(|(_, t)| example.tried.contains(t)).map(|(at, _)| PROBLEMS.len() + KINDS.len() + at);
    problems.chain(kinds).chain(tried).collect()
}
