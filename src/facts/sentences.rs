//! Text to folded sentences: what a message sounds like when accents, case, punctuation and personal details are taken away.

use std::borrow::Cow;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Sentences that are read at most; what stands behind them is not what the message is about.
const MOST: usize = 120;
/// Folded bytes of one sentence that are read at most.
const LONGEST: usize = 1_200;

/// One sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Bytes of the text it was read from.
    pub span: Range<usize>,
    /// Small ASCII words with one space between them, and around them. Addresses, codes and numbers are only named as such;
    /// a comma or a colon is a word of its own: `,`.
    pub folded: String,
    /// It asks something.
    pub asks: bool,
}

/// Whether not all of a text was read: what is not read cannot be said to be harmless.
pub fn is_cut(sentences: &[Sentence]) -> bool {
    sentences.len() >= MOST || sentences.iter().any(|s| s.folded.len() > LONGEST)
}

impl Sentence {
    /// The folded words.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.folded.split(' ').filter(|word| !word.is_empty())
    }
}

/// The sentences of `text`, in order. Total and bounded.
pub fn of(text: &str) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let ends = match c {
            '\n' | '…' | '\u{2028}' => true,
            '.' | '!' | '?' | ';' => chars.peek().is_none_or(|(_, next)| next.is_whitespace()),
            _ => false,
        };
        if ends {
            let end = at + c.len_utf8();
            push(text, start..end, &mut sentences);
            start = end;
            if sentences.len() >= MOST {
                return sentences;
            }
        }
    }
    push(text, start..text.len(), &mut sentences);
    sentences
}

fn push(text: &str, span: Range<usize>, sentences: &mut Vec<Sentence>) {
    let Some(part) = text.get(span.clone()) else { return };
    let folded = fold(part);
    if folded.len() > 1 {
        let lead = part.len() - part.trim_start().len();
        let length = part.trim().len();
        let asks = part.contains('?');
        sentences.push(Sentence { span: span.start + lead..span.start + lead + length, folded, asks });
    }
}

/// Folds one piece of text.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(LONGEST) + 2);
    let mut scratch = String::new();
    out.push(' ');
    for word in text.split_whitespace() {
        if out.len() > LONGEST {
            break;
        }
        // Most words are letters alone, and need no closer look.
        if word.bytes().all(|b| b.is_ascii_alphabetic()) && !word.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("http")) {
            letters(word, &mut scratch, &mut out);
            continue;
        }
        match personal(word) {
            Some(name) => {
                out.push_str(name);
                out.push(' ');
            }
            None => plain(word, &mut scratch, &mut out),
        }
    }
    out
}

/// Words that say what something is, not what it is about.
fn personal(word: &str) -> Option<&'static str> {
    let core = word.trim_matches(|c: char| !c.is_alphanumeric());
    if core.contains('@') {
        return Some("xmail");
    }
    let begins = |with: &str| core.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(with));
    if begins("http") || begins("www.") {
        return Some("xurl");
    }
    let digits = core.bytes().any(|b| b.is_ascii_digit());
    (digits && is_joined(core)).then_some("xcode")
}

/// Five or more letters and digits in one piece, hyphens apart.
fn is_joined(core: &str) -> bool {
    let letters = core.chars().any(char::is_alphabetic);
    letters && core.chars().all(|c| c.is_alphanumeric() || c == '-') && core.chars().count() >= 5
}

fn letters(word: &str, scratch: &mut String, out: &mut String) {
    scratch.clear();
    scratch.push_str(word);
    scratch.make_ascii_lowercase();
    contraction(&unstretched(scratch), out);
}

/// `scratch` is only there so that no word needs a new text of its own.
fn plain(word: &str, scratch: &mut String, out: &mut String) {
    scratch.clear();
    if word.is_ascii() {
        word.bytes().for_each(|b| folded(char::from(b.to_ascii_lowercase()), scratch));
    } else {
        let letters = word.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
        letters.for_each(|c| folded(c, scratch));
    }
    for piece in scratch.split_whitespace() {
        contraction(&unstretched(piece), out);
    }
}

/// Adds one small letter without accents.
fn folded(c: char, out: &mut String) {
    match c {
        'a'..='z' | '\'' => out.push(c),
        '0'..='9' => {
            if !out.ends_with('0') {
                out.push('0');
            }
        }
        ',' | ':' => out.push_str(" , "),
        'œ' => out.push_str("oe"),
        'æ' => out.push_str("ae"),
        '’' | 'ʼ' => out.push('\''),
        c if c.is_alphanumeric() => out.push('x'),
        _ => out.push(' '),
    }
}

/// "pleeease" and "heeelp": no word of either language has a letter three times in a row.
fn unstretched(word: &str) -> Cow<'_, str> {
    let bytes = word.as_bytes();
    if !bytes.windows(3).any(|three| matches!(three, [a, b, c] if a == b && b == c)) {
        return Cow::Borrowed(word);
    }
    let mut out = String::with_capacity(word.len());
    let mut chars = word.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(c);
        while chars.next_if_eq(&c).is_some() {}
    }
    Cow::Owned(out)
}

/// English negations in one word, however they are typed, become two.
fn contraction(word: &str, out: &mut String) {
    const STEMS: [&str; 16] =
        ["do", "does", "did", "is", "was", "are", "has", "have", "had", "wo", "ca", "would", "could", "should", "were", "ai"];
    if !word.ends_with('t') && !word.contains('\'') {
        out.push_str(word);
        out.push(' ');
        return;
    }
    let stem = word.strip_suffix("n't").or_else(|| word.strip_suffix("nt").filter(|s| STEMS.contains(s)));
    match (stem, word) {
        (Some("ca"), _) | (_, "cannot") => out.push_str("can not "),
        (Some("wo"), _) => out.push_str("will not "),
        (Some(stem), _) => {
            out.push_str(stem);
            out.push_str(" not ");
        }
        (None, _) => {
            for part in word.split('\'').filter(|p| !p.is_empty()) {
                out.push_str(part);
                out.push(' ');
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_what_does_not_change_their_meaning() {
        let cases = [
            ("J’ai oublié", " j ai oublie "),
            ("It doesn't work, CAN'T!", " it does not work , can not "),
            ("isnt cannot", " is not can not "),
            ("ada@uni.example NX07-4KTR 2026", " xmail xcode 0 "),
            ("Heeelp, pleaaase: now", " help , please , now "),
        ];
        for (text, expected) in cases {
            assert_eq!(fold(text), expected);
        }
    }

    #[test]
    fn sentences_keep_their_place() {
        let text = "Bonjour. Mon code est refusé ! Merci";
        let spans: Vec<&str> = of(text).iter().filter_map(|s| text.get(s.span.clone())).collect();
        assert_eq!(spans, ["Bonjour.", "Mon code est refusé !", "Merci"]);
        assert!(of(&"a. ".repeat(10_000)).len() <= MOST);
    }
}
