//! `rules/disclosure.toml`, compiled: how a state of an account or an invitation is said, and what makes it a condition or a question.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Deserialize;

use super::LeakKind;
use super::forms::{Form, Lists};
use crate::facts::concepts::{Concepts, Group, Id, is_readable, spellings};
use crate::facts::sentences;
use crate::fault::{Fault, Faults, TextFile};

/// The file that the phrases are read from.
pub(super) const FILE: &str = "disclosure.toml";
const REMEDY: &str = "Compare with the other entries of the file.";

type Named = BTreeMap<String, Vec<String>>;

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    grammar: Named,
    unsure: Named,
    sure: Named,
    things: Named,
    words: Named,
    #[serde(default)]
    statement: Vec<Entry>,
}

/// One way in which a reply tells what only the register knows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    /// What it tells.
    #[serde(default = "account_state")]
    kind: LeakKind,
    /// How it is said.
    forms: Vec<String>,
    /// Lists of which no word may stand in the same clause.
    #[serde(default)]
    without: Vec<String>,
    /// Sentences in which it must be found.
    pub(super) examples: Vec<String>,
    /// Sentences in which nothing may be found.
    #[serde(default)]
    pub(super) counterexamples: Vec<String>,
}

fn account_state() -> LeakKind {
    LeakKind::AccountState
}

/// What a list is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Your,
    Any,
    You,
    It,
    Border,
    Turn,
    Asks,
    Problem,
    Condition,
    Unsure,
    Sure,
    Thing,
    Word,
}

/// Lists of `[grammar]` that must be there.
const GRAMMAR: [(&str, Role); 8] = [
    ("your", Role::Your),
    ("any", Role::Any),
    ("you", Role::You),
    ("it", Role::It),
    ("borders", Role::Border),
    ("turns", Role::Turn),
    ("asks", Role::Asks),
    ("problems", Role::Problem),
];

/// A statement, ready to be heard.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) kind: LeakKind,
    pub(super) forms: Vec<Form>,
    pub(super) without: Vec<Id>,
}

/// How a state is said, ready to be heard.
#[derive(Debug, Default)]
pub struct Phrases {
    pub(super) concepts: Concepts,
    pub(super) roles: Vec<Role>,
    pub(super) statements: Vec<Statement>,
    /// What the platform displays, folded: whoever quotes it tells nothing.
    pub(super) displayed: Vec<String>,
    words: HashSet<String>,
    stems: Vec<String>,
    slips: HashMap<u64, Vec<String>>,
}

impl Phrases {
    /// Compiles `disclosure.toml`, and runs its examples: a check that does not find what it should is no check.
    ///
    /// # Errors
    /// All mistakes at once, each with file and line.
    pub fn load(files: &[TextFile]) -> Result<Self, Faults> {
        let text_of = |path: &str| files.iter().find(|f| f.path == path);
        let missing = || Fault::new(FILE, None, "is missing", "Copy it from the rules that `usher init` writes.");
        let file = text_of(FILE).ok_or_else(|| Faults(vec![missing()]))?;
        let parsed: File = toml::from_str(&file.text).map_err(|error| {
            let line = error.span().map(|span| Fault::line_of(&file.text, span.start));
            Faults(vec![Fault::new(FILE, line, error.message().trim().replace('\n', " "), REMEDY)])
        })?;
        let mut faults = Vec::new();
        let mut phrases = compile(&parsed, &file.text, &mut faults);
        for other in ["reading/concepts.toml", "reading/messages.toml"] {
            phrases.learn_words(text_of(other).map_or("", |f| f.text.as_str()));
        }
        phrases.displayed = displayed(text_of("reading/messages.toml").map_or("", |f| f.text.as_str()));
        if faults.is_empty() {
            faults.extend(phrases.examples_gone_wrong(&parsed.statement, &file.text));
        }
        if faults.is_empty() { Ok(phrases) } else { Err(Faults(faults)) }
    }

    /// What a list is for.
    pub(super) fn role(&self, id: Id) -> Role {
        self.roles.get(usize::from(id)).copied().unwrap_or(Role::Word)
    }

    /// Whether `word` (folded) is an ordinary one of this trade, and so no name by itself.
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.words.contains(word) || self.stems.iter().any(|stem| word.starts_with(stem.as_str()))
    }

    /// The word of the lists that `word` is a slip of: one letter too many, missing, another, or two exchanged.
    pub(super) fn meant<'a>(&'a self, word: &'a str) -> &'a str {
        if word.len() < SHORTEST_SLIP - 1 || word.len() > 20 || !word.is_ascii() || self.is_word(word) {
            return word;
        }
        let fits = |known: &&String| known.bytes().next() == word.bytes().next() && is_slip(known.as_bytes(), word.as_bytes());
        let found = less_a_letter(word).find_map(|hash| self.slips.get(&hash)?.iter().find(fits));
        found.map_or(word, String::as_str)
    }

    fn learn_words(&mut self, text: &str) {
        let quoted = text.lines().filter(|line| !line.starts_with('#')).flat_map(|line| line.split('"').skip(1).step_by(2));
        for words in quoted.filter(|w| is_readable(w)) {
            for word in spellings(words).iter().flat_map(|w| w.split(' ')).filter(|w| !w.ends_with('*') && w.len() > 1) {
                self.words.insert(word.to_owned());
            }
        }
    }

    fn examples_gone_wrong(&self, statements: &[Entry], text: &str) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (at, entry) in statements.iter().enumerate() {
            let name = at + 1;
            let silent = entry.examples.iter().filter(|example| !super::said::said(example, "", self).iter().any(|s| s.statement == at));
            faults.extend(silent.map(|example| {
                let what = format!("statement {name} is not found in its example `{example}`");
                Fault::new(FILE, line_of(text, example), what, "Add the way of saying it to `forms`, or its words to the lists.")
            }));
            for example in &entry.counterexamples {
                if let Some(said) = super::said::said(example, "", self).first() {
                    let what = format!("statement {} is found in the counterexample `{example}`", said.statement + 1);
                    faults.push(Fault::new(FILE, line_of(text, example), what, "Narrow its forms, or name a list in `without`."));
                }
            }
        }
        faults
    }
}

/// Compiles what is sound, and says what is not.
fn compile(file: &File, text: &str, faults: &mut Vec<Fault>) -> Phrases {
    let mut lists: Vec<(&str, Role, &Vec<String>)> = Vec::new();
    for (name, words) in &file.grammar {
        match GRAMMAR.iter().find(|(known, _)| known == name) {
            Some((_, role)) => lists.push((name, *role, words)),
            None => faults.push(Fault::new(FILE, line_of_key(text, name), format!("[grammar] knows no `{name}`"), REMEDY)),
        }
    }
    for (name, _) in GRAMMAR.iter().filter(|(name, _)| !file.grammar.contains_key(*name)) {
        faults.push(Fault::new(FILE, None, format!("[grammar] lacks `{name}`"), "Copy it from the rules that `usher init` writes."));
    }
    let unsure = |name: &str| if name == "conditions" { Role::Condition } else { Role::Unsure };
    lists.extend(file.unsure.iter().map(|(name, words)| (name.as_str(), unsure(name), words)));
    let sections = [(&file.sure, Role::Sure), (&file.things, Role::Thing), (&file.words, Role::Word)];
    lists.extend(sections.into_iter().flat_map(|(named, role)| named.iter().map(move |(name, words)| (name.as_str(), role, words))));
    check_lists(&lists, text, faults);
    let spoken = plain_words(&file.statement);
    let concepts = concepts(&lists, &spoken);
    let mut phrases = Phrases { concepts, ..Phrases::default() };
    for at in 0.. {
        let Some(concept) = phrases.concepts.get(at) else { break };
        phrases.roles.push(lists.iter().find(|(name, ..)| *name == concept.name).map_or(Role::Word, |(_, role, _)| *role));
    }
    phrases.take_words(&lists, &spoken);
    let known = Lists { concepts: &phrases.concepts, roles: &phrases.roles };
    phrases.statements = file.statement.iter().enumerate().map(|(at, entry)| statement(at, entry, &known, text, faults)).collect();
    phrases
}

fn check_lists(lists: &[(&str, Role, &Vec<String>)], text: &str, faults: &mut Vec<Fault>) {
    for (at, (name, _, words)) in lists.iter().enumerate() {
        if lists.iter().take(at).any(|(other, ..)| other == name) {
            faults.push(Fault::new(FILE, line_of_key(text, name), format!("there are two lists `{name}`"), "Give one another name."));
        }
        for word in words.iter().filter(|word| !is_readable(word) && word.as_str() != ",") {
            let what = format!("`{word}` is no word: small letters without accents, digits, spaces, `*` and `?`");
            faults.push(Fault::new(FILE, line_of(text, word), what, "Write the word as the others are written."));
        }
    }
}

/// All lists as concepts, and each word that stands plainly in a form as one of its own.
fn concepts(lists: &[(&str, Role, &Vec<String>)], spoken: &[String]) -> Concepts {
    let sound = |words: &Vec<String>| words.iter().filter(|w| is_readable(w)).cloned().collect::<Vec<_>>();
    let mut named: Named = lists.iter().map(|(name, _, words)| ((*name).to_owned(), sound(words))).collect();
    named.extend(spoken.iter().map(|word| (format!("={word}"), vec![word.clone()])));
    Concepts::compile(&BTreeMap::from([(Group::Words, named)])).unwrap_or_default()
}

fn plain_words(statements: &[Entry]) -> Vec<String> {
    let words = statements.iter().flat_map(|s| &s.forms).flat_map(|form| form.split(' '));
    words.filter(|w| !w.starts_with(['<', '[', '.', '+']) && is_readable(w)).map(str::to_owned).collect()
}

fn statement(at: usize, entry: &Entry, known: &Lists<'_>, text: &str, faults: &mut Vec<Fault>) -> Statement {
    let name = at + 1;
    let start = text.match_indices("[[statement]]").nth(at).map(|(start, _)| Fault::line_of(text, start));
    if entry.forms.is_empty() || entry.examples.is_empty() {
        let what = format!("statement {name}: `forms` and `examples` must not be empty");
        faults.push(Fault::new(FILE, start, what, "Say how it is said, and give a sentence in which it is found."));
    }
    if !matches!(entry.kind, LeakKind::AccountState | LeakKind::Evaluation) {
        let what = format!("statement {name}: its kind can be `account_state` or `evaluation` alone");
        faults.push(Fault::new(FILE, start, what, "The program itself finds the others."));
    }
    let mut forms = Vec::new();
    for written in &entry.forms {
        match Form::read(written, known) {
            Ok(form) => forms.push(form),
            Err(part) => {
                let what = format!("statement {name}: `{part}` in `{written}` names no list");
                faults.push(Fault::new(
                    FILE,
                    line_of(text, written),
                    what,
                    "Write <list>, [thing], a word, or + and ... for other words between.",
                ));
            }
        }
    }
    let ids = entry.without.iter().filter_map(|list| {
        let id = known.concepts.id(list);
        if id.is_none() {
            faults.push(Fault::new(FILE, start, format!("statement {name}: there is no list `{list}`"), REMEDY));
        }
        id
    });
    Statement { kind: entry.kind, without: ids.collect(), forms }
}

impl Phrases {
    /// Takes the words of the lists as known, and the longer ones of things and words as such that may be mistyped.
    fn take_words(&mut self, lists: &[(&str, Role, &Vec<String>)], spoken: &[String]) {
        let spelled = lists.iter().flat_map(|(_, role, words)| words.iter().map(move |w| (*role, w)));
        for (role, word) in spelled.flat_map(|(role, words)| spellings(words).into_iter().map(move |w| (role, w))) {
            for part in word.split(' ') {
                match part.strip_suffix('*') {
                    Some(stem) => self.stems.push(stem.to_owned()),
                    None => {
                        self.words.insert(part.to_owned());
                        if matches!(role, Role::Thing | Role::Word) && part.len() >= SHORTEST_SLIP {
                            less_a_letter(part).for_each(|hash| self.slips.entry(hash).or_default().push(part.to_owned()));
                        }
                    }
                }
            }
        }
        self.words.extend(spoken.iter().cloned());
    }
}

/// Letters that a word has at least in which a slip is looked for.
const SHORTEST_SLIP: usize = 6;

/// Hashes of a word and of all that it becomes when one letter is left out.
fn less_a_letter(word: &str) -> impl Iterator<Item = u64> {
    let without = |at: usize| {
        let mut hasher = DefaultHasher::new();
        word.bytes().enumerate().filter(|(n, _)| *n != at).for_each(|(_, b)| b.hash(&mut hasher));
        hasher.finish()
    };
    (0..=word.len()).map(without)
}

/// Whether one slip of the keys lies between two words.
fn is_slip(known: &[u8], written: &[u8]) -> bool {
    let same = known.iter().zip(written).take_while(|(a, b)| a == b).count();
    let (known, written) = (known.get(same..).unwrap_or_default(), written.get(same..).unwrap_or_default());
    match (known, written) {
        ([_, rest @ ..], other) if rest == other => true,
        (other, [_, rest @ ..]) if rest == other => true,
        ([a, b, rest @ ..], [c, d, other @ ..]) if a == d && b == c => rest == other,
        ([_, rest @ ..], [_, other @ ..]) => rest == other,
        _ => false,
    }
}

/// The messages of the platform, folded.
fn displayed(text: &str) -> Vec<String> {
    let values = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split('"').nth(1));
    values.map(sentences::fold).filter(|folded| folded.len() > 2).collect()
}

fn line_of(text: &str, written: &str) -> Option<usize> {
    text.find(&format!("\"{written}\"")).map(|at| Fault::line_of(text, at))
}

fn line_of_key(text: &str, name: &str) -> Option<usize> {
    text.find(&format!("\n{name} = ")).map(|at| Fault::line_of(text, at + 1))
}
