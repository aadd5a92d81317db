//! Messages of the platform, word for word.

use std::collections::HashMap;
use std::ops::Range;

use crate::facts::tokens::{Kind, Tokens};
use crate::fault::{Fault, Faults, TextFile};

/// Messages of the platform, word for word.
#[derive(Debug, Clone, Default)]
pub struct KnownMessages {
    messages: Vec<Vec<String>>,
    /// Each of a message's first three words, with the message and the word's place in it.
    starts: HashMap<String, Vec<(usize, usize)>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    message: Vec<Entry>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    en: toml::Spanned<String>,
    fr: toml::Spanned<String>,
}

impl KnownMessages {
    /// Takes `rules/reading/messages.toml`.
    ///
    /// # Errors
    /// Bad TOML; a message of fewer than four words.
    pub fn load(file: &TextFile) -> Result<Self, Faults> {
        let parsed: File = toml::from_str(&file.text).map_err(|e| {
            let line = e.span().map(|s| Fault::line_of(&file.text, s.start));
            Faults(vec![Fault::new(&file.path, line, e.message(), "each [[message]] needs en = \"…\" and fr = \"…\"")])
        })?;
        let (mut known, mut faults) = (Vec::new(), Vec::new());
        for text in parsed.message.iter().flat_map(|m| [&m.en, &m.fr]) {
            let words = words_of(text.get_ref());
            if words.len() < 4 {
                let line = Some(Fault::line_of(&file.text, text.span().start));
                faults.push(Fault::new(
                    &file.path,
                    line,
                    "a message of fewer than four words",
                    "leave it out: it would be met in people's own sentences",
                ));
            }
            known.push(words);
        }
        if faults.is_empty() { Ok(Self::of(known)) } else { Err(Faults(faults)) }
    }

    fn of(messages: Vec<Vec<String>>) -> Self {
        let mut starts: HashMap<String, Vec<(usize, usize)>> = HashMap::new();
        for (message, words) in messages.iter().enumerate() {
            for (place, word) in words.iter().take(3).enumerate() {
                starts.entry(word.clone()).or_default().push((message, place));
            }
        }
        Self { messages, starts }
    }

    /// The longest stretch of `tokens` that is one of the messages, slips of the keys and missing ends forgiven: token range.
    pub(super) fn find(&self, tokens: &Tokens) -> Option<Range<usize>> {
        let at = |start: usize| self.starts.get(tokens.fold(start)).into_iter().flatten().map(move |place| (start, place));
        let stretches = (0..tokens.len())
            .flat_map(at)
            .filter_map(|(start, (message, place))| stretch(tokens, start, self.messages.get(*message)?, *place));
        stretches.reduce(|best, next| if next.len() > best.len() { next } else { best })
    }
}

fn words_of(text: &str) -> Vec<String> {
    let tokens = Tokens::of(text);
    (0..tokens.len()).filter(|i| tokens.kind(*i) != Some(Kind::Mark)).map(|i| tokens.fold(i).to_owned()).collect()
}

/// From `start` on, where the message's word at `place` stands: at least five words in a row, and eight in ten of the message.
fn stretch(tokens: &Tokens, start: usize, known: &[String], place: usize) -> Option<Range<usize>> {
    let need = (known.len() * 8).div_ceil(10).max(known.len().min(5));
    let (mut at, mut hits, mut end, mut misses) = (start, 0, start, 0);
    for word in known.iter().skip(place) {
        while tokens.kind(at) == Some(Kind::Mark) {
            at += 1;
        }
        if alike(tokens.fold(at), word) {
            (hits, end, at) = (hits + 1, at + 1, at + 1);
        } else if misses == 0 && alike(tokens.fold(at + 1), word) {
            (hits, end, at, misses) = (hits + 1, at + 2, at + 2, 1);
        } else {
            break;
        }
    }
    (hits >= need).then_some(start..end)
}

fn alike(a: &str, b: &str) -> bool {
    let near = a.len() >= 5 && b.len() >= 5 && a.len().abs_diff(b.len()) <= 1 && a.as_bytes().first() == b.as_bytes().first();
    a == b || (near && strsim::osa_distance(a, b) <= 1)
}
