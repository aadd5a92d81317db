//! A reply as sentences of folded words, each word with its place. Unlike what is read of a person's mail, all of it is read.

use std::ops::Range;

use super::phrases::Phrases;
use crate::facts::sentences::fold;

/// One folded word.
#[derive(Debug, Clone)]
pub(super) struct Word {
    /// Small ASCII letters; `,` for whatever parts a sentence.
    pub(super) text: String,
    /// Bytes of the plain text.
    pub(super) span: Range<usize>,
}

/// One sentence, or a part of one that never ends.
#[derive(Debug, Clone, Default)]
pub(super) struct Sentence {
    /// Its words.
    pub(super) words: Vec<Word>,
    /// It asks something.
    pub(super) asks: bool,
    /// It ends with a colon at a line end: what follows is listed under it.
    pub(super) heads: bool,
    /// It stands in a list.
    pub(super) listed: bool,
}

/// Words of a sentence that are read together.
const LONGEST: usize = 60;
/// Letters of a word that are looked at.
const LONGEST_WORD: usize = 200;
/// A line this long may have been broken by a program, within a sentence.
const FULL_LINE: usize = 50;

/// All sentences of `text`.
pub(super) fn of(text: &str, phrases: &Phrases) -> Vec<Sentence> {
    let mut reader = Reader { phrases, sentences: Vec::new(), current: Sentence::default(), in_item: false };
    let (mut start, mut before) = (0, "");
    for line in text.split_inclusive('\n') {
        let (bullet, words) = item(line);
        if bullet > 0 || starts_anew(before, words) {
            reader.end();
            reader.in_item = bullet > 0;
            reader.current.listed = reader.in_item;
        }
        reader.line(words, start + bullet);
        start += line.len();
        before = line.trim_end();
    }
    reader.end();
    reader.sentences
}

struct Reader<'a> {
    phrases: &'a Phrases,
    sentences: Vec<Sentence>,
    current: Sentence,
    /// The line, or the one that it goes on from, stands in a list.
    in_item: bool,
}

impl Reader<'_> {
    fn line(&mut self, line: &str, start: usize) {
        let mut at = 0;
        for token in line.split_inclusive(char::is_whitespace) {
            let place = start + at;
            at += token.len();
            let token = token.trim_end();
            self.word(token, place);
            let core = token.trim_end_matches(['"', '”', '»', ')', ']', '’', '\'', '*', '_']);
            if core.ends_with(['.', '!', '?', ';', '…']) {
                self.current.asks |= core.ends_with('?');
                self.end();
            }
        }
        self.current.heads = line.trim_end().ends_with(':');
    }

    fn word(&mut self, token: &str, at: usize) {
        let span = at..at + token.len();
        let folded = fold(token.get(..token.floor_char_boundary(LONGEST_WORD)).unwrap_or(""));
        if token.starts_with(['(', '[', '–', '—']) || token == "-" {
            self.push(",", &span);
        }
        for word in folded.split(' ').filter(|w| !w.is_empty()) {
            let meant = self.phrases.meant(word);
            self.push(meant, &span);
        }
        if token.contains([')', ']']) {
            self.push(",", &span);
        }
    }

    fn push(&mut self, word: &str, span: &Range<usize>) {
        self.current.words.push(Word { text: word.to_owned(), span: span.clone() });
        if self.current.words.len() >= LONGEST {
            let half = self.current.words.split_off(LONGEST / 2);
            let mut rest = self.current.clone();
            rest.words = half;
            let mut whole = std::mem::replace(&mut self.current, rest);
            whole.words.extend(self.current.words.iter().cloned());
            self.sentences.push(whole);
        }
    }

    /// Ends the sentence; a question mark alone belongs to the one before (`actif ?`).
    fn end(&mut self) {
        let ended = std::mem::replace(&mut self.current, Sentence { listed: self.in_item, ..Sentence::default() });
        if !ended.words.is_empty() {
            self.sentences.push(ended);
        } else if let Some(last) = self.sentences.last_mut() {
            last.asks |= ended.asks;
        }
    }
}

/// How many bytes the sign of a list takes at the start of a line, and the rest of the line.
fn item(line: &str) -> (usize, &str) {
    let bare = line.trim_start();
    let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
    let sign = match bare.chars().next() {
        Some(c @ ('-' | '*' | '•' | '–' | '·')) => c.len_utf8(),
        _ if (1..=2).contains(&digits) && bare.get(digits..).is_some_and(|r| r.starts_with(['.', ')'])) => digits + 1,
        _ => return (0, line),
    };
    let rest = bare.get(sign..).unwrap_or("");
    if rest.starts_with(char::is_whitespace) { (line.len() - rest.len(), rest) } else { (0, line) }
}

/// Whether a line begins a sentence of its own, by the line before it.
fn starts_anew(before: &str, line: &str) -> bool {
    let first = line.trim_start().chars().next();
    let ended = before.is_empty() || before.ends_with(['.', '!', '?', ';', ':', '…', ',']);
    let small = first.is_some_and(|c| !c.is_uppercase());
    first.is_none() || ended || !(small || before.chars().count() >= FULL_LINE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let joined = |s: Sentence| {
            let words: Vec<String> = s.words.into_iter().map(|w| w.text).collect();
            let signs = [(s.asks, "?"), (s.heads, ":"), (s.listed, "-")].into_iter().filter(|(is, _)| *is).map(|(_, sign)| sign);
            format!("{}{}", words.join(" "), signs.collect::<String>())
        };
        of(text, &Phrases::default()).into_iter().map(joined).collect()
    }

    #[test]
    fn sentences_go_on_over_a_broken_line_and_end_where_they_should() {
        let cases: [(&str, &[&str]); 6] = [
            ("Your account\nis active.", &["your account is active"]),
            ("Bonjour\nVotre compte", &["bonjour", "votre compte"]),
            ("Est-il actif ? Merci", &["est il actif?", "merci"]),
            ("If it is so:\n- one\n2. two", &["if it is so ,:", "one-", "two-"]),
            ("It (your account) is", &["it , your account , is"]),
            ("Your code – yours – is old", &["your code , yours , is old"]),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn a_sentence_without_end_is_read_in_parts_that_overlap() {
        let text = (0..500).map(|n| ["a", "b", "c", "d"][n % 4]).collect::<Vec<_>>().join(" ");
        let parts = of(&text, &Phrases::default());
        assert!(parts.len() > 10 && parts.iter().all(|s| s.words.len() <= LONGEST));
        assert_eq!(parts.last().and_then(|s| s.words.last()).map(|w| w.span.end), Some(text.len()));
    }
}
