//! Patterns that stand in this program: no input is ever compiled as one.
//!
//! Where a pattern asks for the border of a word (`\b`), the fast engine of [`regex`] gives up at the first letter with an accent and a
//! slow one searches all of the text again. Most texts match nothing, so a text with accents is first searched by a pattern that asks for
//! less and needs no such borders ([`borders`]); only what it lets through is looked at closely.

mod borders;

use std::borrow::Cow;
use std::sync::OnceLock;

use regex::{CaptureMatches, Captures, Match, Regex, Replacer};

/// A fixed pattern. That it compiles is proven by every test that comes by it.
pub fn pattern(text: &'static str) -> Pattern {
    Pattern { text, exact: compiled(text), loose: OnceLock::new() }
}

#[expect(clippy::expect_used, reason = "a fixed pattern, not input")]
fn compiled(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern compiles")
}

/// A pattern and its quick form.
#[derive(Debug)]
pub struct Pattern {
    text: &'static str,
    exact: Regex,
    /// Matches wherever `exact` does, and at times elsewhere; made when the first text asks for it.
    loose: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// Whether it matches anywhere in `text`.
    pub fn is_match(&self, text: &str) -> bool {
        self.from(text, 0).is_some_and(|from| self.exact.is_match_at(text, from))
    }

    /// The first match.
    pub fn find<'t>(&self, text: &'t str) -> Option<Match<'t>> {
        self.exact.find_at(text, self.from(text, 0)?)
    }

    /// All matches that hold something, one behind the other.
    pub fn find_iter<'t>(&self, text: &'t str) -> impl Iterator<Item = Match<'t>> {
        let mut at = 0;
        std::iter::from_fn(move || {
            loop {
                // Behind the last match too, what is not there is seen quickly.
                let found = self.exact.find_at(text, self.from(text, at)?)?;
                at = if found.is_empty() { text.ceil_char_boundary(found.end() + 1) } else { found.end() };
                if at > text.len() {
                    return None;
                }
                if !found.is_empty() {
                    return Some(found);
                }
            }
        })
    }

    /// The groups of the first match.
    pub fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        self.exact.captures_at(text, self.from(text, 0)?)
    }

    /// The groups of all matches.
    pub fn captures_iter<'t>(&self, text: &'t str) -> impl Iterator<Item = Captures<'t>> {
        let matches: Option<CaptureMatches<'_, 't>> = self.from(text, 0).map(|_| self.exact.captures_iter(text));
        matches.into_iter().flatten()
    }

    /// The text with every match replaced.
    pub fn replace_all<'t>(&self, text: &'t str, by: impl Replacer) -> Cow<'t, str> {
        if self.from(text, 0).is_some() { self.exact.replace_all(text, by) } else { Cow::Borrowed(text) }
    }

    /// From `at` on, nothing matches before this place; `None`: nothing does at all.
    fn from(&self, text: &str, at: usize) -> Option<usize> {
        if text.is_ascii() {
            return Some(at);
        }
        // A form that should not compile is done without: this runs on strangers' text.
        match self.loose.get_or_init(|| Regex::new(&borders::without(self.text)?).ok()) {
            Some(loose) => loose.find_at(text, at).map(|found| found.start()),
            None => Some(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All texts of up to four letters: with accents, with a sign that is none, and such as ASCII letters fold to.
    fn texts() -> Vec<String> {
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..4 {
            last = last.iter().flat_map(|text| ['a', 's', 'é', 'ſ', '\u{212a}', '’', ' ', '-'].map(|c| format!("{text}{c}"))).collect();
            all.extend(last.iter().cloned());
        }
        all
    }

    #[test]
    fn the_quick_form_changes_no_answer() {
        let patterns: [&'static str; 9] = [
            r"\ba\b",
            r"(?i)\b(as|é|s)\b",
            r"(?i)\b(s|k)['’]?\b.{0,2}\ba",
            r"\b[aé]{1,2}\b",
            r"(a|\bs)é|-\b.",
            r"^é\b|\b(a ?)?s\b",
            r"\b-|\B’|\b{start}s|\w\b{end}",
            r"(?i)(\bs+|^)[^a]\b",
            r"a{2}|’",
        ];
        let texts = texts();
        for text in patterns {
            let pattern = pattern(text);
            let exact = compiled(text);
            for text in &texts {
                assert_eq!(pattern.is_match(text), exact.is_match(text), "{pattern:?} {text}");
                assert_eq!(pattern.find(text), exact.find(text), "{pattern:?} {text}");
                assert!(pattern.find_iter(text).eq(exact.find_iter(text).filter(|found| !found.is_empty())), "{pattern:?} {text}");
            }
        }
    }
}
