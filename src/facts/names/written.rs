//! A name as written, taken apart: which of its words are first names, which the last name.

use std::ops::Range;

use super::words;
use crate::facts::tokens::{Gap, Kind, Tokens};

/// A name's parts as bytes of its text; at least one is there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    /// First name or names.
    pub first: Option<Range<usize>>,
    /// Last name or names.
    pub last: Option<Range<usize>>,
}

/// One word of a name, hyphens and apostrophes included: `Marie-Ève`, `d'Amours`, `St-Onge`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Token range.
    pub tokens: Range<usize>,
    /// Only one letter.
    pub initial: bool,
    /// First letter a capital.
    pub capital: bool,
    /// All letters capitals, at least two.
    pub shouted: bool,
    /// de, van, el, bin …
    pub particle: bool,
}

/// The unit that starts at token `at`.
pub fn unit(tokens: &Tokens, at: usize) -> Option<Unit> {
    let first = tokens.get(at).filter(|t| t.kind == Kind::Word)?;
    let mut end = at + 1;
    while end + 1 < tokens.len()
        && matches!(tokens.fold(end), "-" | "'")
        && tokens.gap(end) == Gap::None
        && tokens.gap(end + 1) == Gap::None
        && tokens.is_word(end + 1)
        && end - at < 8
    {
        end += 2;
    }
    let raw = tokens.slice(tokens.span(at, end));
    let letters = raw.chars().filter(|c| c.is_alphabetic()).count();
    let saint = matches!(tokens.fold(at), "st" | "ste") && end == at + 1;
    let point = tokens.fold(end) == "." && tokens.gap(end) == Gap::None;
    let initial = letters == 1 || (point && letters <= 2 && first.capital && !saint && !words::is_title(tokens.fold(at)));
    let dotted = (initial || saint && tokens.is_word(end + 1) && tokens.gap(end + 1) == Gap::Space) && point;
    let shouted = letters >= 2 && raw.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase);
    let particle = end == at + 1 && words::is_particle(tokens.fold(at));
    Some(Unit {
        tokens: at..end + usize::from(dotted),
        initial,
        capital: first.capital || (end > at + 1 && tokens.get(end - 1).is_some_and(|t| t.capital)),
        shouted,
        particle,
    })
}

/// Takes the name apart that stands in the tokens of `range`; `last_first`: the text says that the last name leads.
pub fn split(tokens: &Tokens, range: Range<usize>, last_first: bool) -> Option<Written> {
    let (units, comma, titled) = units(tokens, range);
    let named: Vec<&Unit> = units.iter().filter(|u| !u.initial).collect();
    let span = |from: usize, to: usize| {
        let (first, last) = (named.get(from)?, named.get(to.checked_sub(1)?)?);
        (from < to).then(|| tokens.span(first.tokens.start, last.tokens.end))
    };
    let count = named.len();
    if count == 0 || count > 6 || named.iter().all(|u| u.particle) {
        return None;
    }
    if let Some(comma) = comma {
        let at = named.iter().take_while(|u| u.tokens.start < comma).count();
        return Some(Written { first: span(at, count), last: span(0, at) });
    }
    let initial_leads = units.iter().any(|u| u.initial && u.tokens.start < named.first().map_or(0, |n| n.tokens.start));
    let cut = if initial_leads || (titled && count == 1) { Cut::LastBegins(0) } else { border(tokens, &named, last_first) };
    let written = match cut {
        Cut::LastBegins(at) => Written { first: span(0, at), last: span(at, count) },
        Cut::LastEnds(at) => Written { first: span(at, count), last: span(0, at) },
    };
    (written.first.is_some() || written.last.is_some()).then_some(written)
}

enum Cut {
    LastBegins(usize),
    LastEnds(usize),
}

fn border(tokens: &Tokens, named: &[&Unit], last_first: bool) -> Cut {
    let count = named.len();
    let fold = |i: usize| named.get(i).map_or("", |u| tokens.fold(u.tokens.start));
    if count == 1 {
        return Cut::LastBegins(1);
    }
    if let Some(cut) = by_capitals(named) {
        return cut;
    }
    if last_first {
        let particles = named.iter().take_while(|u| u.particle).count();
        return Cut::LastEnds((particles + 1).min(count - 1));
    }
    if let Some(cut) = by_family(tokens, named) {
        return cut;
    }
    if let Some(at) = (1..count).find(|i| named.get(*i).is_some_and(|u| u.particle)) {
        let iberian = matches!(fold(at), "de" | "da" | "do" | "dos" | "das" | "del") && at == 2 && !words::is_second_first_name(fold(1));
        return Cut::LastBegins(if iberian { 1 } else { at });
    }
    if count == 3 && (words::is_leading_surname(fold(2)) || words::is_second_first_name(fold(1))) {
        return Cut::LastBegins(2);
    }
    Cut::LastBegins(1)
}

/// `LE GOFF Maëlle`, `Hugo FABRE`: the last name in capitals.
fn by_capitals(named: &[&Unit]) -> Option<Cut> {
    let count = named.len();
    let leading = named.iter().take_while(|u| u.shouted).count();
    if leading > 0 && leading < count && named.iter().skip(leading).all(|u| !u.shouted) {
        return Some(Cut::LastEnds(leading));
    }
    let trailing = named.iter().rev().take_while(|u| u.shouted).count();
    (trailing > 0 && trailing < count && named.iter().take(count - trailing).all(|u| !u.shouted))
        .then_some(Cut::LastBegins(count - trailing))
}

/// `Tan Wei Ling`, `Phạm Thị Hoa`: Chinese and Vietnamese family names of one syllable lead.
fn by_family(tokens: &Tokens, named: &[&Unit]) -> Option<Cut> {
    let fold = |i: usize| named.get(i).map_or("", |u| tokens.fold(u.tokens.start));
    let count = named.len();
    let vietnamese = named.iter().any(|u| tokens.slice(tokens.span(u.tokens.start, u.tokens.end)).contains(words::is_vietnamese_letter));
    let leads = words::is_leading_surname(fold(0)) || vietnamese && words::is_vietnamese_surname(fold(0));
    let ends = words::is_leading_surname(fold(count - 1)) || vietnamese && words::is_vietnamese_surname(fold(count - 1));
    let middle = (3..=4).contains(&count) && fold(1) == "thi" && !named.iter().skip(1).any(|u| u.particle);
    (middle || leads && !ends && (count == 3 || (vietnamese && count <= 4))).then_some(Cut::LastEnds(1))
}

/// Whether the spelling of the name alone says which part is which.
pub(super) fn is_told(tokens: &Tokens, units: &[Unit]) -> bool {
    let named: Vec<&Unit> = units.iter().collect();
    named.len() < 2 || by_capitals(&named).is_some() || by_family(tokens, &named).is_some()
}

/// The units of a whole name without initials or marks.
pub(super) fn run(tokens: &Tokens, range: Range<usize>) -> Option<Vec<Unit>> {
    let (units, comma, titled) = units(tokens, range);
    (comma.is_none() && !titled && units.iter().all(|u| !u.initial)).then_some(units)
}

/// The units of a range, titles and what stands in brackets left out; where a comma parts them; whether a title leads.
fn units(tokens: &Tokens, range: Range<usize>) -> (Vec<Unit>, Option<usize>, bool) {
    let (mut units, mut comma, mut titled) = (Vec::new(), None, false);
    let mut at = range.start;
    while at < range.end && units.len() < 8 {
        let word = tokens.fold(at);
        if word == "," && !units.is_empty() && comma.is_none() {
            comma = Some(at);
        } else if matches!(word, "(" | "[" | "/" | "|" | "@") {
            break;
        } else if words::is_title(word) && units.is_empty() && at + 1 < range.end {
            titled = true;
            at += usize::from(tokens.fold(at + 1) == ".");
        } else if let Some(unit) = unit(tokens, at) {
            at = unit.tokens.end;
            units.push(unit);
            continue;
        }
        at += 1;
    }
    let behind = comma.is_some_and(|c| units.iter().any(|u| u.tokens.start > c));
    (units, comma.filter(|_| behind), titled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (Option<&str>, Option<&str>) {
        let tokens = Tokens::of(text);
        let written = split(&tokens, 0..tokens.len(), false).unwrap_or_default();
        (written.first.and_then(|s| text.get(s)), written.last.and_then(|s| text.get(s)))
    }

    #[test]
    fn names_are_taken_apart_as_written() {
        let cases = [
            ("Jean Tremblay", Some("Jean"), Some("Tremblay")),
            ("Tremblay, Jean", Some("Jean"), Some("Tremblay")),
            ("M. Gagnon", None, Some("Gagnon")),
            ("Mme Aïcha Bah", Some("Aïcha"), Some("Bah")),
            ("J. Pittet", None, Some("Pittet")),
            ("A MacDonald", None, Some("MacDonald")),
            ("Kavya S.", Some("Kavya"), None),
            ("Marie-Ève Gauthier", Some("Marie-Ève"), Some("Gauthier")),
            ("Philippe d'Amours", Some("Philippe"), Some("d'Amours")),
            ("William Prud’homme", Some("William"), Some("Prud’homme")),
            ("LE GOFF Maëlle", Some("Maëlle"), Some("LE GOFF")),
            ("Hugo FABRE", Some("Hugo"), Some("FABRE")),
            ("RENÉ THIBODEAU", Some("RENÉ"), Some("THIBODEAU")),
            ("Baptiste de La Rochère", Some("Baptiste"), Some("de La Rochère")),
            ("youssef el amrani", Some("youssef"), Some("el amrani")),
            ("Muhammad Irfan bin Abdullah", Some("Muhammad Irfan"), Some("bin Abdullah")),
            ("Inês da Silva Carvalho", Some("Inês"), Some("da Silva Carvalho")),
            ("Tan Wei Ling", Some("Wei Ling"), Some("Tan")),
            ("Wei Ling Tan", Some("Wei Ling"), Some("Tan")),
            ("maria quintero vasquenza", Some("maria"), Some("quintero vasquenza")),
            ("Dr Simon Beaudoin-Lévesque", Some("Simon"), Some("Beaudoin-Lévesque")),
            ("John Q. Public", Some("John"), Some("Public")),
            ("Ada", Some("Ada"), None),
            ("Mrs Olufunke Daramolade (formerly Ige)", Some("Olufunke"), Some("Daramolade")),
            ("Catherine St-Onge", Some("Catherine"), Some("St-Onge")),
            ("Ludwig van der Berg", Some("Ludwig"), Some("van der Berg")),
            ("Odile St. Amant", Some("Odile"), Some("St. Amant")),
            ("Phạm Thị Hoa", Some("Thị Hoa"), Some("Phạm")),
            ("Pham Thi Hoa", Some("Thi Hoa"), Some("Pham")),
            ("Lê Quốc Bảo", Some("Quốc Bảo"), Some("Lê")),
            ("Đỗ Mỹ", Some("Mỹ"), Some("Đỗ")),
            ("Hòa Phạm", Some("Hòa"), Some("Phạm")),
            ("Bui Duc Long", Some("Duc Long"), Some("Bui")),
        ];
        for (text, first, last) in cases {
            assert_eq!(parts(text), (first, last), "{text}");
        }
        assert_eq!(parts("123 !"), (None, None));
    }
}
