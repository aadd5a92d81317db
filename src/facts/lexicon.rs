//! The files of `rules/reading/`, compiled: what words are about, what they mean together, and the messages of the platform.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::clauses;
use super::concepts::{Concepts, Group, Unreadable};
use super::error_text::KnownMessages;
use super::heard::Heard;
use super::learn::{Judged, Judges, Labelled, SHARED_BY};
use super::lessons::{self, Example, LABELS, PROBLEMS};
use super::meanings::{Entry, Meanings};
use super::sentences::Sentence;
use super::{Problem, features, sentences};
use crate::fault::{Fault, Faults, TextFile};

/// Compiled reading rules.
#[derive(Debug)]
pub struct Lexicon {
    /// Messages of the platform, word for word.
    pub messages: KnownMessages,
    pub(super) ear: Ear,
    /// Judges of problems, then kinds, then what was tried.
    pub(super) judges: Judges,
}

/// What hears: concepts, and the meanings made of them.
#[derive(Debug, Default)]
pub struct Ear {
    pub(super) concepts: Concepts,
    pub(super) meanings: Meanings,
    pub(super) entries: Vec<Entry>,
}

impl Ear {
    pub(super) fn hear<'a>(&self, sentences: &'a [Sentence]) -> Heard<'a> {
        let clauses = clauses::of(sentences, &self.concepts);
        let meant = self.meanings.hear(&clauses);
        Heard { sentences, clauses, meant }
    }

    pub(super) fn labelled(&self, example: &Example) -> Labelled {
        let sentences = sentences::of(&example.text);
        let heard = self.hear(&sentences);
        let mut found = Vec::new();
        features::each(&heard, &self.concepts, &mut |_, feature| found.push(feature));
        found.sort_unstable();
        found.dedup();
        (found, example.labels())
    }

    /// All of them; the work is shared, since whoever starts the program waits for it.
    fn labelled_all(&self, examples: &[Example]) -> Vec<Labelled> {
        let share = examples.len().div_ceil(SHARED_BY).max(1);
        std::thread::scope(|scope| {
            let of = |part: &'_ [Example]| part.iter().map(|example| self.labelled(example)).collect::<Vec<_>>();
            let parts: Vec<_> = examples.chunks(share).map(|part| scope.spawn(move || of(part))).collect();
            parts.into_iter().flat_map(|part| part.join().unwrap_or_default()).collect()
        })
    }

    /// What the judges say.
    pub(super) fn judge(&self, judges: &Judges, heard: &Heard<'_>) -> Judged {
        judges.judge(heard.sentences.len(), |take| {
            features::each(heard, &self.concepts, &mut |at, feature| take(at, feature));
        })
    }

    /// Moves the scores of problems by what the meanings say outright.
    pub(super) fn add_meanings(&self, heard: &Heard<'_>, judged: &mut Judged) {
        for (at, problem) in PROBLEMS.iter().enumerate() {
            let outright = heard.meant.iter().any(|(_, meant, _)| meant == problem);
            if let Some(score) = judged.scores.get_mut(at).filter(|_| outright) {
                *score += OUTRIGHT;
            }
        }
    }
}

/// How much a meaning heard outright adds to what the judges say.
const OUTRIGHT: f32 = 0.2;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MeaningFile {
    #[serde(default)]
    meaning: Vec<Entry>,
}

impl Lexicon {
    /// Compiles `reading/{concepts,meanings,messages}.toml` and learns from `reading/examples-*.toml`, unless `kept` was learned from them.
    ///
    /// # Errors
    /// All mistakes of all files at once, each with file and line.
    pub fn load(files: &[TextFile], kept: Option<Judges>) -> Result<Self, Faults> {
        let mut faults = Vec::new();
        let messages = match file_of(files, "reading/messages.toml") {
            Ok(file) => KnownMessages::load(file).map_err(|f| faults.extend(f.0)).unwrap_or_default(),
            Err(_) => KnownMessages::default(),
        };
        let ear = ear(files).map_err(|fault| faults.push(fault)).unwrap_or_default();
        let judges = kept.or_else(|| learn(files, &ear, &mut faults));
        match judges.filter(|_| faults.is_empty()) {
            Some(judges) => Ok(Self { messages, ear, judges }),
            None => Err(Faults(faults)),
        }
    }

    /// What was learned.
    pub fn judges(&self) -> &Judges {
        &self.judges
    }

    /// The meanings, in the order of their file.
    pub fn meanings(&self) -> &[Entry] {
        &self.ear.entries
    }

    /// What the meanings alone hear in `text`: the number of each entry from 0, and its problem; each once.
    pub fn meant(&self, text: &str) -> Vec<(usize, Problem)> {
        let sentences = sentences::of(text);
        let mut meant: Vec<(usize, Problem)> = self.ear.hear(&sentences).meant.iter().map(|(at, problem, _)| (*at, *problem)).collect();
        meant.sort_unstable();
        meant.dedup();
        meant
    }
}

/// Learns from the examples; none where one of them, or anything before, is at fault.
fn learn(files: &[TextFile], ear: &Ear, faults: &mut Vec<Fault>) -> Option<Judges> {
    let mut examples = Vec::new();
    for file in example_files(files) {
        match lessons::read(file) {
            Ok(read) => examples.extend(read),
            Err(fault) => faults.push(fault),
        }
    }
    if examples.is_empty() && faults.is_empty() {
        let what = "there are no examples to learn from";
        faults.push(Fault::new("reading/", None, what, "Copy examples-*.toml from the rules that `usher init` writes."));
    }
    faults.is_empty().then(|| Judges::learn(&ear.labelled_all(&examples), LABELS))
}

/// The files of examples, in the order of their names.
pub(super) fn example_files(files: &[TextFile]) -> impl Iterator<Item = &TextFile> {
    files.iter().filter(|f| f.path.starts_with("reading/examples-"))
}

fn file_of<'a>(files: &'a [TextFile], path: &str) -> Result<&'a TextFile, Fault> {
    let missing = || Fault::new(path, None, "is missing", "Copy it from the rules that `usher init` writes.");
    files.iter().find(|f| f.path == path).ok_or_else(missing)
}

/// Compiles what hears.
///
/// # Errors
/// The first mistake, with file and line.
pub(super) fn ear(files: &[TextFile]) -> Result<Ear, Fault> {
    let file = file_of(files, "reading/concepts.toml")?;
    let groups: BTreeMap<Group, BTreeMap<String, Vec<String>>> = toml_of(file)?;
    let concepts = Concepts::compile(&groups).map_err(|Unreadable(word)| {
        let line = file.text.find(&format!("\"{word}\"")).map(|at| Fault::line_of(&file.text, at));
        let what = format!("`{word}` is no word: small letters without accents, digits, spaces, `*` and `?`");
        Fault::new(&file.path, line, what, "Write the word as the others are written.")
    })?;
    let file = file_of(files, "reading/meanings.toml")?;
    let entries = toml_of::<MeaningFile>(file)?.meaning;
    let line_of = |at: usize| file.text.match_indices("[[meaning]]").nth(at).map(|(start, _)| Fault::line_of(&file.text, start));
    if let Some(at) = entries.iter().position(|entry| entry.happens.is_empty() || entry.examples.is_empty()) {
        let what = format!("meaning {}: `happens` and `examples` must not be empty", at + 1);
        return Err(Fault::new(&file.path, line_of(at), what, "Say what happens, and give a sentence in which it is heard."));
    }
    let meanings = Meanings::compile(&entries, &concepts).map_err(|(at, name)| {
        let line = line_of(at);
        let what = format!("meaning {}: there is no concept `{name}` that fits here", at + 1);
        Fault::new(&file.path, line, what, "Use a name of concepts.toml; what happens is written `works-` (badly) or `comes+` (well).")
    })?;
    Ok(Ear { concepts, meanings, entries })
}

pub(super) fn toml_of<T: serde::de::DeserializeOwned>(file: &TextFile) -> Result<T, Fault> {
    toml::from_str(&file.text).map_err(|error| {
        let line = error.span().map(|span| Fault::line_of(&file.text, span.start));
        Fault::new(&file.path, line, error.message().trim().replace('\n', " "), "Compare with the other entries of the file.")
    })
}
