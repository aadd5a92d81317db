//! A text as its reader sees it: without what shows nothing, disguised letters made plain, each with its place.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::facts::tokens;

/// A text without disguise.
#[derive(Debug)]
pub(super) struct Plain {
    text: String,
    /// For each byte of `text`, the byte of the original that it was made from; one more for the end.
    places: Vec<usize>,
}

impl Plain {
    /// Makes `text` plain.
    pub(super) fn of(text: &str) -> Self {
        let mut plain = Self { text: String::with_capacity(text.len()), places: Vec::with_capacity(text.len() + 1) };
        for (at, c) in text.char_indices() {
            match c {
                ' '..='~' | '\n' => plain.push(c, at),
                _ if shows_nothing(c) => {}
                _ if c.is_whitespace() => plain.push(if matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}') { '\n' } else { ' ' }, at),
                // Accents stay, each with its letter: other readers want them.
                _ if c.is_alphabetic() && latin(c).is_none() && std::iter::once(c).nfkc().eq([c]) => plain.push(c, at),
                _ => std::iter::once(c).nfkc().for_each(|c| plain.push(latin(c).unwrap_or(c), at)),
            }
        }
        plain.places.push(text.len());
        plain
    }

    fn push(&mut self, c: char, at: usize) {
        self.text.push(c);
        self.places.resize(self.text.len(), at);
    }

    /// The plain text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Bytes of the original that `span` of the plain text was made from.
    pub(super) fn original(&self, span: Range<usize>) -> Range<usize> {
        let end = self.places.last().copied().unwrap_or(0);
        let start = self.places.get(span.start).copied().unwrap_or(end);
        start..self.places.get(span.end).copied().unwrap_or(end).max(start)
    }

    /// Pieces of at most `most` bytes or a little more, cut at line ends where there are any, each with its place. Neighbours that are cut
    /// within a line have `shared` bytes in common.
    pub(super) fn pieces(&self, most: usize, shared: usize) -> Vec<(usize, &str)> {
        let (text, mut from, mut pieces) = (self.text.as_str(), 0, Vec::new());
        while from < text.len() {
            let limit = text.ceil_char_boundary((from + most).min(text.len()));
            let whole = text.get(from..limit).unwrap_or("");
            let line_end = if limit < text.len() { whole.rfind('\n').map(|at| from + at + 1) } else { None };
            let end = line_end.unwrap_or(limit);
            pieces.push((from, text.get(from..end).unwrap_or("")));
            from = if line_end.is_some() || end >= text.len() { end } else { text.floor_char_boundary(end - shared.min(most / 2)) };
        }
        pieces
    }
}

/// Marks that no reader sees: they may stand anywhere in a word.
fn shows_nothing(c: char) -> bool {
    let control = c.is_control() && !c.is_whitespace();
    control
        || c == '\r'
        || tokens::is_invisible(c)
        || matches!(c, '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{3164}')
        || matches!(c, '\u{206a}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

/// The Latin letter, or the mark of an address, that `c` looks like.
fn latin(c: char) -> Option<char> {
    /// Each with what it looks like: Cyrillic, Greek, phonetic letters, small capitals, dots.
    const ALIKE: &str = "аa вb гr еe ёe зe іi їi кk мm нh оo рp сc тt уy хx ѕs јj ԁd ԛq ԝw һh ӏl ьb АA ВB ЕE ІI КK МM НH ОO РP СC ТT УY ХX ЅS ЈJ \
         ԜW ҺH ӀI αa βb γy εe ιi κk νv οo ρp τt υu χx ωw ϲc ϳj ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX ϹC ıi ɑa ɡg ɩi ʟl ɴn ʀr \
         ʏy ᴀa ᴄc ᴅd ᴇe ᴊj ᴋk ᴍm ᴏo ᴘp ᴛt ᴜu ᴠv ᴡw ᴢz ꜱs ․. 。. ·. ∙. ⋅. ‧.";
    ALIKE.split_whitespace().find_map(|pair| pair.strip_prefix(c)?.chars().next())
}

/// One letter, digit or mark, without capitals and accents.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sign {
    /// What it is.
    pub(super) c: char,
    /// Its byte in the plain text.
    pub(super) at: usize,
    /// Something stands between it and the sign before: blanks, brackets, quotation marks.
    pub(super) apart: bool,
}

impl Sign {
    /// Whether it is a letter or a digit.
    pub(super) fn is_letter(self) -> bool {
        self.c.is_alphanumeric()
    }
}

/// The letters, digits and marks of addresses in `text`, in order.
pub(super) fn signs(text: &str) -> Vec<Sign> {
    let mut signs = Vec::with_capacity(text.len());
    let mut apart = true;
    for (at, c) in text.char_indices() {
        if c.is_ascii_alphanumeric() || matches!(c, '@' | '.' | '_' | '-' | '+') {
            signs.push(Sign { c: c.to_ascii_lowercase(), at, apart });
            apart = false;
        } else if c.is_ascii() {
            apart = true;
        } else if !is_combining_mark(c) {
            for c in folded(c) {
                signs.push(Sign { c, at, apart });
                apart = false;
            }
            apart |= !c.is_alphanumeric();
        }
    }
    signs
}

fn folded(c: char) -> impl Iterator<Item = char> {
    let folded = tokens::fold(c.encode_utf8(&mut [0; 4]));
    let plain: Vec<char> = folded.nfkd().filter(|c| c.is_alphanumeric() || *c == '-').collect();
    plain.into_iter()
}

/// `text` in letters and digits alone, folded as [`signs`] does it; what stands between them parts the groups, and so does the border of
/// letters and digits.
pub(super) fn groups(text: &str) -> Vec<Vec<char>> {
    let mut groups: Vec<Vec<char>> = Vec::new();
    let mut last: Option<char> = None;
    for sign in signs(text) {
        if !sign.is_letter() {
            last = None;
            continue;
        }
        let joins = !sign.apart && last.is_some_and(|l| l.is_numeric() == sign.c.is_numeric());
        match groups.last_mut().filter(|_| joins) {
            Some(group) => group.push(sign.c),
            None => groups.push(vec![sign.c]),
        }
        last = Some(sign.c);
    }
    groups
}

/// Where `signs` spell these groups, whole words only: within a group nothing stands between the letters.
pub(super) fn find_groups(signs: &[Sign], groups: &[Vec<char>]) -> Vec<Range<usize>> {
    let Some(first) = groups.first().and_then(|g| g.first()) else { return Vec::new() };
    let starts = signs.iter().enumerate().filter(|(at, sign)| sign.c == *first && begins_word(signs, *at));
    starts.filter_map(|(at, sign)| Some(sign.at..follow(signs, at, groups)?)).collect()
}

/// The byte behind the groups that begin at sign `at`.
fn follow(signs: &[Sign], at: usize, groups: &[Vec<char>]) -> Option<usize> {
    let mut next = at;
    for (number, group) in groups.iter().enumerate() {
        if number > 0 {
            next += signs.get(next..)?.iter().take(3).take_while(|s| !s.is_letter()).count();
        }
        for (place, c) in group.iter().enumerate() {
            let sign = signs.get(next).filter(|s| s.c == *c && (place == 0 || !s.apart))?;
            debug_assert!(sign.is_letter());
            next += 1;
        }
    }
    let last = signs.get(next.checked_sub(1)?)?;
    ends_word(signs, next).then(|| last.at + 1)
}

/// Whether no letter touches the sign at `at` from before.
pub(super) fn begins_word(signs: &[Sign], at: usize) -> bool {
    let touched = at.checked_sub(1).and_then(|before| signs.get(before)).is_some_and(|s| s.is_letter());
    !touched || signs.get(at).is_some_and(|s| s.apart)
}

/// Whether no letter touches what ends before the sign at `next`.
pub(super) fn ends_word(signs: &[Sign], next: usize) -> bool {
    signs.get(next).is_none_or(|s| s.apart || !s.is_letter())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disguises_are_taken_off_and_places_kept() {
        let cases = [
            ("a\u{200b}d\u{ad}a", "ada"),
            ("аdа@uni", "ada@uni"),
            ("ａｄａ＠ｕｎｉ", "ada@uni"),
            ("𝒶𝖽𝐚", "ada"),
            ("é e\u{301}", "é e\u{301}"),
            ("a\u{a0}b\r\nc", "a b\nc"),
        ];
        for (text, expected) in cases {
            let plain = Plain::of(text);
            assert_eq!(plain.text(), expected);
            assert_eq!(plain.original(0..plain.text().len()), 0..text.len(), "{text}");
        }
        assert_eq!(Plain::of("x\u{200b}ada").original(1..4), 4..7);
    }

    #[test]
    fn every_look_alike_has_its_letter() {
        for c in "аеорсухіαονɑꜱ․".chars() {
            assert!(latin(c).is_some_and(|l| l.is_ascii()), "{c}");
        }
    }

    #[test]
    fn words_are_found_whole_whatever_stands_between() {
        let found = |text: &str, wanted: &str| !find_groups(&signs(text), &groups(wanted)).is_empty();
        for text in ["CHEM 2301", "chem2301.", "(Chem-2301)", "CHEM  2301"] {
            assert!(found(text, "CHEM 2301"), "{text}");
        }
        for text in ["CHEM 23011", "XCHEM 2301", "CH EM 2301", "CHEM"] {
            assert!(!found(text, "CHEM 2301"), "{text}");
        }
        assert!(found("Mme Lefèvre-Roy", "lefevre"));
    }

    #[test]
    fn pieces_hold_the_whole_text() {
        let plain = Plain::of(&"é".repeat(5_000));
        let pieces = plain.pieces(1_000, 100);
        assert!(pieces.iter().all(|(at, piece)| plain.text().get(*at..*at + piece.len()) == Some(*piece)));
        assert_eq!(pieces.last().map(|(at, piece)| at + piece.len()), Some(plain.text().len()));
        assert!(pieces.windows(2).all(|two| two[1].0 < two[0].0 + two[0].1.len()));
    }
}
