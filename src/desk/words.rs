//! What the desk says, in both languages: `templates/desk/words/*.toml`.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};

use crate::facts::Language;
use crate::fault::{Fault, Faults};

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates/desk/words");

/// The words of all parts, by `part.name`.
#[derive(Debug, Default)]
pub struct Words(BTreeMap<String, Said>);

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    en: String,
    fr: String,
}

impl Words {
    /// The words that the program was built with.
    ///
    /// # Errors
    /// All mistakes of all files at once.
    pub fn built_in() -> Result<Self, Faults> {
        let (mut words, mut faults) = (Self::default(), Vec::new());
        for file in FILES.files() {
            let name = format!("templates/desk/words/{}", file.path().display());
            let text = file.contents_utf8().unwrap_or_default();
            match toml::from_str::<BTreeMap<String, BTreeMap<String, Said>>>(text) {
                Ok(parts) => {
                    for (part, said) in parts {
                        let typeset = |said: Said| Said { fr: french(&said.fr), ..said };
                        words.0.extend(said.into_iter().map(|(key, said)| (format!("{part}.{key}"), typeset(said))));
                    }
                }
                Err(e) => {
                    let line = e.span().map(|s| Fault::line_of(text, s.start));
                    faults.push(Fault::new(
                        name,
                        line,
                        e.message().to_owned(),
                        "Each word is written `name = { en = \"…\", fr = \"…\" }`.",
                    ));
                }
            }
        }
        if faults.is_empty() { Ok(words) } else { Err(Faults(faults)) }
    }

    /// Whether there is such a word.
    pub fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// The words for `key`, its `{names}` filled in. An unknown key speaks for itself; a test keeps that from happening.
    pub fn say(&self, language: Language, key: &str, values: &[(&str, &str)]) -> String {
        let Some(said) = self.0.get(key) else { return key.to_owned() };
        let text = if language == Language::Fr { &said.fr } else { &said.en };
        filled(text, |name| values.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned()))
    }
}

/// French typography: a thin no-break space before `: ; ? ! »` and `%`, and after `«`; whoever writes the words types an ordinary one.
pub fn french(text: &str) -> String {
    const MARKS: [(&str, &str); 7] = [
        (" :", "\u{202f}:"),
        (" ;", "\u{202f};"),
        (" ?", "\u{202f}?"),
        (" !", "\u{202f}!"),
        (" »", "\u{202f}»"),
        (" %", "\u{202f}%"),
        ("« ", "«\u{202f}"),
    ];
    MARKS.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// `{name}` replaced, in one pass: a value is never looked into.
fn filled(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        match after.split_once('}') {
            Some((name, tail)) => {
                out.push_str(&value(name).unwrap_or_else(|| format!("{{{name}}}")));
                rest = tail;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_said_in_both_languages_with_the_same_names() {
        let words = Words::built_in().unwrap();
        let names = |text: &str| {
            let mut names: Vec<String> =
                text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect();
            names.sort();
            names
        };
        for (key, said) in &words.0 {
            assert!(!said.en.trim().is_empty() && !said.fr.trim().is_empty(), "{key} says nothing");
            assert_eq!(names(&said.en), names(&said.fr), "{key}");
        }
    }

    #[test]
    fn french_has_its_thin_spaces() {
        assert_eq!(french("Essai : « oui » ?"), "Essai\u{202f}: «\u{202f}oui\u{202f}»\u{202f}?");
        assert_eq!(french("https://x.example"), "https://x.example");
    }

    #[test]
    fn a_value_is_never_looked_into() {
        assert_eq!(filled("{a} and {b}", |name| Some(if name == "a" { "{b}".into() } else { "2".into() })), "{b} and 2");
        assert_eq!(filled("open { end", |_| None), "open { end");
    }
}
