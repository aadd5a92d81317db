//! Text as words, numbers and marks, each with its span and without accents or capitals: what the readers of names,
//! dates and courses walk over, so that no reader needs its own regular expressions.

use std::ops::Range;

/// Longer text is read up to here: no person writes more, and every loop below stays bounded.
const MOST_BYTES: usize = 64 * 1024;

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Letters.
    Word,
    /// ASCII digits.
    Number,
    /// One other character.
    Mark,
}

/// White space before a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// It touches the token before.
    None,
    /// Blanks.
    Space,
    /// A line end.
    Line,
    /// An empty line, or the start of the text.
    Blank,
}

/// One word, number or mark.
#[derive(Debug, Clone)]
pub struct Token {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// What it is made of.
    pub kind: Kind,
    /// What stands before it.
    pub gap: Gap,
    /// Whether its first letter is a capital.
    pub capital: bool,
    folded: Range<usize>,
}

/// A text and its tokens.
#[derive(Debug)]
pub struct Tokens<'t> {
    text: &'t str,
    folded: String,
    list: Vec<Token>,
}

impl<'t> Tokens<'t> {
    /// Splits `text`; beyond 64 KiB it is not read.
    pub fn of(text: &'t str) -> Self {
        let text = head(text, MOST_BYTES);
        let mut tokens = Self { text, folded: String::with_capacity(text.len()), list: Vec::with_capacity(text.len() / 4) };
        let mut gap = Gap::Blank;
        let mut start = 0;
        while let Some(c) = text.get(start..).and_then(|rest| rest.chars().next()) {
            if c.is_whitespace() || is_invisible(c) {
                gap = wider(gap, c);
                start += c.len_utf8();
                continue;
            }
            let kind = kind_of(c);
            let from = tokens.folded.len();
            let end = tokens.take(kind, start, c);
            let folded = from..tokens.folded.len();
            tokens.list.push(Token { span: start..end, kind, gap, capital: c.is_uppercase(), folded });
            gap = Gap::None;
            start = end;
        }
        tokens
    }

    /// Folds the token of `kind` that begins with `first` at byte `start`; where it ends.
    fn take(&mut self, kind: Kind, start: usize, first: char) -> usize {
        if kind == Kind::Mark {
            fold_into(&mut self.folded, first);
            return start + first.len_utf8();
        }
        let rest = self.text.get(start..).unwrap_or("");
        let plain = rest.bytes().take_while(|b| if kind == Kind::Word { b.is_ascii_alphabetic() } else { b.is_ascii_digit() }).count();
        let from = self.folded.len();
        self.folded.push_str(rest.get(..plain).unwrap_or(""));
        if let Some(folded) = self.folded.get_mut(from..) {
            folded.make_ascii_lowercase();
        }
        let mut end = start + plain;
        // ASCII behind it ends it; other letters may go on, and marks that combine with the last one.
        for next in rest.get(plain..).unwrap_or("").chars() {
            if kind_of(next) != kind && !(kind == Kind::Word && is_combining(next)) {
                break;
            }
            fold_into(&mut self.folded, next);
            end += next.len_utf8();
        }
        end
    }

    /// The text that the spans count in.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The token at `at`.
    pub fn get(&self, at: usize) -> Option<&Token> {
        self.list.get(at)
    }

    /// The token at `at` in small letters without accents; empty beyond the end.
    pub fn fold(&self, at: usize) -> &str {
        self.list.get(at).and_then(|t| self.folded.get(t.folded.clone())).unwrap_or("")
    }

    /// The token at `at` as written; empty beyond the end.
    pub fn raw(&self, at: usize) -> &'t str {
        self.list.get(at).map_or("", |t| self.slice(t.span.clone()))
    }

    /// The token before `at`, folded; empty at the start.
    pub fn fold_before(&self, at: usize) -> &str {
        at.checked_sub(1).map_or("", |i| self.fold(i))
    }

    /// The kind of the token at `at`.
    pub fn kind(&self, at: usize) -> Option<Kind> {
        self.list.get(at).map(|t| t.kind)
    }

    /// Whether the token at `at` is a word.
    pub fn is_word(&self, at: usize) -> bool {
        self.kind(at) == Some(Kind::Word)
    }

    /// White space before the token at `at`.
    pub fn gap(&self, at: usize) -> Gap {
        self.list.get(at).map_or(Gap::Blank, |t| t.gap)
    }

    /// The number at `at` and how many digits it has; no more than 9.
    pub fn number(&self, at: usize) -> Option<(u32, usize)> {
        let token = self.list.get(at).filter(|t| t.kind == Kind::Number)?;
        let digits = self.slice(token.span.clone());
        (digits.len() <= 9).then(|| digits.parse().ok().map(|n| (n, digits.len()))).flatten()
    }

    /// Bytes of the text from the token at `from` up to, not including, the one at `to`.
    pub fn span(&self, from: usize, to: usize) -> Range<usize> {
        let start = self.list.get(from).map_or(self.text.len(), |t| t.span.start);
        let end = to.checked_sub(1).and_then(|i| self.list.get(i)).map_or(start, |t| t.span.end);
        start..end.max(start)
    }

    /// A piece of the text; empty where `span` is none of it.
    pub fn slice(&self, span: Range<usize>) -> &'t str {
        self.text.get(span).unwrap_or("")
    }

    /// Where the tokens from `at` on spell `words` (folded, one token each), the index behind them.
    pub fn follow(&self, at: usize, words: &[&str]) -> Option<usize> {
        words.iter().enumerate().all(|(i, word)| self.fold(at + i) == *word).then_some(at + words.len())
    }

    /// As [`Tokens::follow`], the words with blanks between: `my name ' s`.
    pub fn spells(&self, at: usize, text: &str) -> Option<usize> {
        if !text.starts_with(self.fold(at)) {
            return None;
        }
        let mut end = at;
        for word in text.split(' ') {
            if self.fold(end) != word {
                return None;
            }
            end += 1;
        }
        Some(end)
    }

    /// The first token of the sentence (or line block) that `at` stands in.
    pub fn sentence_start(&self, at: usize) -> usize {
        let mut i = at;
        while i > 0 && self.gap(i) != Gap::Blank && !self.ends_sentence(i - 1) {
            i -= 1;
        }
        i
    }

    /// Behind the last token of the sentence that `at` stands in.
    pub fn sentence_end(&self, at: usize) -> usize {
        let mut i = at;
        while i < self.len() && !self.ends_sentence(i) && (i + 1 >= self.len() || self.gap(i + 1) != Gap::Blank) {
            i += 1;
        }
        (i + 1).min(self.len())
    }

    /// Whether a sentence ends with the token at `at`: a full stop with white space behind it that closes no abbreviation.
    pub fn ends_sentence(&self, at: usize) -> bool {
        match self.fold(at) {
            "!" | "?" | "…" | "\u{2022}" => true,
            "." => {
                let before = self.fold_before(at);
                let short = matches!(before, "m" | "mr" | "mrs" | "ms" | "dr" | "mme" | "mlle" | "prof" | "st" | "ste" | "no" | "vs")
                    || (self.is_word(at.wrapping_sub(1))
                        && before.chars().count() == 1
                        && self.get(at.wrapping_sub(1)).is_some_and(|t| t.capital));
                let small_next =
                    self.get(at + 1).is_some_and(|t| t.kind != Kind::Mark && !t.capital) && super::dates::words::month(before).is_some();
                self.gap(at + 1) != Gap::None && !short && !small_next && self.fold(at + 1) != ","
            }
            _ => false,
        }
    }

    /// The index of the first token that starts at byte `at` or behind it.
    pub fn at_byte(&self, at: usize) -> usize {
        self.list.partition_point(|t| t.span.start < at)
    }
}

/// The first `most` bytes of `text`, cut on a character border.
pub fn head(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or(text)
}

/// `text` in small letters, without accents, curly apostrophes made straight; length in bytes may change.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    text.chars().for_each(|c| fold_into(&mut folded, c));
    folded
}

/// Whether `c` shows nothing: soft hyphen, zero-width marks, direction marks.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn kind_of(c: char) -> Kind {
    if c.is_ascii_digit() {
        Kind::Number
    } else if c.is_alphabetic() {
        Kind::Word
    } else {
        Kind::Mark
    }
}

fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

fn wider(gap: Gap, c: char) -> Gap {
    match (gap, c) {
        (Gap::Blank, _) | (Gap::Line, '\n') => Gap::Blank,
        (Gap::Line, _) | (_, '\n' | '\u{2028}') => Gap::Line,
        (_, '\u{2029}') => Gap::Blank,
        _ => Gap::Space,
    }
}

fn fold_into(out: &mut String, c: char) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
        return;
    }
    let plain = match c {
        'À'..='Å' | 'à'..='å' | 'ā' | 'Ā' | 'ă' | 'Ă' | 'ą' | 'Ą' | '\u{1ea0}'..='\u{1eb7}' => 'a',
        'Ç' | 'ç' | 'ć' | 'Ć' | 'č' | 'Č' => 'c',
        'È'..='Ë' | 'è'..='ë' | 'ē' | 'Ē' | 'ė' | 'Ė' | 'ę' | 'Ę' | 'ě' | 'Ě' | '\u{1eb8}'..='\u{1ec7}' => 'e',
        'Ì'..='Ï' | 'ì'..='ï' | 'ī' | 'Ī' | 'ı' | 'İ' | 'ĩ' | 'Ĩ' | '\u{1ec8}'..='\u{1ecb}' => 'i',
        'Ñ' | 'ñ' | 'ń' | 'Ń' | 'ň' | 'Ň' => 'n',
        'Ò'..='Ö' | 'Ø' | 'ò'..='ö' | 'ø' | 'ō' | 'Ō' | 'ő' | 'Ő' | 'ơ' | 'Ơ' | '\u{1ecc}'..='\u{1ee3}' => 'o',
        'Ù'..='Ü' | 'ù'..='ü' | 'ū' | 'Ū' | 'ů' | 'Ů' | 'ű' | 'Ű' | 'ũ' | 'Ũ' | 'ư' | 'Ư' | '\u{1ee4}'..='\u{1ef1}' => 'u',
        'Ý' | 'ý' | 'ÿ' | 'Ÿ' | '\u{1ef2}'..='\u{1ef9}' => 'y',
        'ś' | 'Ś' | 'š' | 'Š' | 'ş' | 'Ş' | 'ș' | 'Ș' => 's',
        'ž' | 'Ž' | 'ź' | 'Ź' | 'ż' | 'Ż' => 'z',
        'ł' | 'Ł' => 'l',
        'ğ' | 'Ğ' => 'g',
        'đ' | 'Đ' => 'd',
        '’' | '‘' | 'ʼ' | '´' | '′' => '\'',
        '–' | '—' | '‐' | '‑' | '‒' | '−' => '-',
        '“' | '”' | '«' | '»' | '„' | '″' => '"',
        '\u{300}'..='\u{36f}' => return,
        'œ' | 'Œ' => return out.push_str("oe"),
        'æ' | 'Æ' => return out.push_str("ae"),
        'ß' => return out.push_str("ss"),
        _ => return out.extend(c.to_lowercase()),
    };
    out.push(plain);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folds(text: &str) -> Vec<String> {
        let tokens = Tokens::of(text);
        (0..tokens.len()).map(|i| tokens.fold(i).to_owned()).collect()
    }

    #[test]
    fn words_numbers_and_marks_stand_apart() {
        assert_eq!(folds("Déc. 9h30"), ["dec", ".", "9", "h", "30"]);
        assert_eq!(folds("l’épreuve"), ["l", "'", "epreuve"]);
        assert_eq!(folds("e\u{301}preuve cœur"), ["epreuve", "coeur"]);
    }

    #[test]
    fn spans_give_back_the_text_as_written() {
        let tokens = Tokens::of("Le 2 décembre");
        assert_eq!(tokens.slice(tokens.span(1, 3)), "2 décembre");
        assert_eq!(tokens.raw(2), "décembre");
        assert_eq!(tokens.slice(tokens.span(7, 9)), "");
    }

    #[test]
    fn a_sentence_ends_at_its_full_stop_but_not_at_an_abbreviation() {
        let tokens = Tokens::of("On 7 déc. at nine. Then Mr. Roy left");
        let nine = (0..tokens.len()).find(|i| tokens.fold(*i) == "nine").unwrap();
        assert_eq!(tokens.sentence_start(nine), 0);
        assert_eq!(tokens.fold(tokens.sentence_end(nine)), "then");
        let left = tokens.len() - 1;
        assert_eq!(tokens.fold(tokens.sentence_start(left)), "then");
    }

    #[test]
    fn gaps_tell_lines_from_paragraphs() {
        let tokens = Tokens::of("a b\nc\n\nd");
        assert_eq!((0..4).map(|i| tokens.gap(i)).collect::<Vec<_>>(), [Gap::Blank, Gap::Space, Gap::Line, Gap::Blank]);
    }
}
