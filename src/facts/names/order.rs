//! Which words of a written name are first names. No sign of it is sure by itself: known first names, the parts of an address, and
//! how From spells the same name are weighed together; without any of them, the first name leads.

use std::ops::Range;

use super::first;
use super::written::{self, Unit, Written};
use crate::facts::tokens::{Tokens, fold};

/// What is known beside the words of a name.
#[derive(Debug, Default)]
pub struct Signs {
    /// First and last name that From shows, as they stand there.
    pub shown: Option<(String, String)>,
    /// Local parts of the addresses that are the writer's, folded.
    pub locals: Vec<String>,
}

/// One way to take a name apart: the words before `cut` are first names, or the last name.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Reading {
    cut: usize,
    last_first: bool,
}

/// A word of a name with the particles that lead it.
struct Word {
    span: Range<usize>,
    folded: String,
    particle: bool,
}

/// Takes `name` apart by all signs. What its own spelling decides (a comma, capitals, a family name that always leads) stays. `lasting`:
/// how much the order first name, last name counts where the name stands.
pub fn arrange(tokens: &Tokens, name: Written, signs: &Signs, lasting: i32) -> Written {
    rearranged(tokens, &name, signs, lasting).unwrap_or(name)
}

fn rearranged(tokens: &Tokens, name: &Written, signs: &Signs, lasting: i32) -> Option<Written> {
    let (first, last) = (name.first.clone()?, name.last.clone()?);
    let last_first = last.start < first.start;
    let (head, tail) = if last_first { (last, first) } else { (first, last) };
    let between = tokens.text().get(head.end..tail.start)?;
    if between.is_empty() || !between.chars().all(|c| c.is_whitespace() && c != '\n') {
        return None;
    }
    let units = written::run(tokens, tokens.at_byte(head.start)..tokens.at_byte(tail.end))?;
    if written::is_told(tokens, &units) {
        return None;
    }
    let words = words(tokens, &units);
    let told = Reading { cut: words.iter().take_while(|w| w.span.start < tail.start).count(), last_first };
    if !last_first && words.get(told.cut).is_some_and(|w| w.particle) {
        return None;
    }
    let readings = (1..words.len()).flat_map(|cut| [false, true].map(|last_first| Reading { cut, last_first }));
    let best = readings.max_by_key(|r| (weigh(&words, *r, told, signs, lasting), *r == told))?;
    let part = |range: Range<usize>| Some(words.get(range.start)?.span.start..words.get(range.end.checked_sub(1)?)?.span.end);
    let (head, tail) = (part(0..best.cut), part(best.cut..words.len()));
    Some(if best.last_first { Written { first: tail, last: head } } else { Written { first: head, last: tail } })
}

fn words(tokens: &Tokens, units: &[Unit]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut open = None;
    for (at, unit) in units.iter().enumerate() {
        let span = tokens.span(unit.tokens.start, unit.tokens.end);
        let start = open.take().unwrap_or(span.start);
        if unit.particle && at + 1 < units.len() {
            open = Some(start);
            continue;
        }
        words.push(Word { folded: fold(tokens.slice(start..span.end)), particle: start < span.start, span: start..span.end });
    }
    words
}

fn weigh(words: &[Word], reading: Reading, told: Reading, signs: &Signs, lasting: i32) -> i32 {
    let (head, tail) = words.split_at(reading.cut.min(words.len()));
    let (first, last) = if reading.last_first { (tail, head) } else { (head, tail) };
    let order = if reading.last_first == told.last_first { lasting } else { 0 } + i32::from(reading == told);
    let lexicon: i32 = first.iter().map(|w| as_first(w, reading, told, words.len())).chain(last.iter().map(as_last)).sum();
    let addresses = signs.locals.iter().map(|local| by_address(local, first, last)).max().unwrap_or(0);
    order + lexicon + addresses + signs.shown.as_ref().map_or(0, |shown| by_from(shown, first, last))
}

fn as_first(word: &Word, reading: Reading, told: Reading, count: usize) -> i32 {
    let lead = lead(word);
    let turned = reading.last_first != told.last_first;
    match (first::is_known(lead), first::is_also_last(lead)) {
        _ if word.particle => -4,
        (true, true) => {
            if turned {
                1
            } else {
                3
            }
        }
        // Of two words the second is often a first name by which a family is called.
        (true, false) => {
            if turned && count == 2 {
                2
            } else {
                4
            }
        }
        (false, _) => -1,
    }
}

fn as_last(word: &Word) -> i32 {
    let lead = lead(word);
    -i32::from(!word.particle && first::is_known(lead) && !first::is_also_last(lead))
}

/// `marie` of `marie-claude`.
fn lead(word: &Word) -> &str {
    word.folded.split('-').next().unwrap_or("")
}

/// `aroy`, `mbaongo.ada`, `ada.roy`: what the local part of an address says of the parts.
fn by_address(local: &str, first: &[Word], last: &[Word]) -> i32 {
    let joined = |words: &[Word]| -> String { words.iter().flat_map(|w| w.folded.chars()).filter(|c| c.is_alphanumeric()).collect() };
    let initials: String = first.iter().flat_map(|w| w.folded.split('-')).filter_map(|w| w.chars().next()).collect();
    let (given, family) = (joined(first), joined(last));
    let pieces: Vec<&str> =
        local.split(['.', '_', '-']).map(|p| p.trim_matches(|c: char| c.is_ascii_digit())).filter(|p| !p.is_empty()).collect();
    let glued = pieces.iter().any(|p| last.len() > 1 && *p == family || first.len() > 1 && *p == given);
    let by_initials = matches!(pieces.as_slice(), [one] if family.len() > 2
        && [initials.as_str(), initials.get(..1).unwrap_or("")].iter().any(|i| !i.is_empty() && one.strip_prefix(i) == Some(&family)));
    let leads = pieces.len() > 1 && first.first().zip(pieces.first()).is_some_and(|(w, p)| w.folded == **p);
    if by_initials || glued { 4 } else { i32::from(leads) }
}

/// How From spells the name counts more where it is shorter: whoever leaves words out keeps the name they go by.
fn by_from((given, family): &(String, String), first: &[Word], last: &[Word]) -> i32 {
    let has = |words: &[Word], part: &String| part.split(' ').any(|p| words.iter().any(|w| w.folded == p));
    let length = given.split(' ').count() + family.split(' ').count();
    match has(first, given) && has(last, family) {
        true if length < first.len() + last.len() => 4,
        true => 2,
        false => 0,
    }
}
