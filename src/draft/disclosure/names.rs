//! Names of the register in a reply.

use std::ops::Range;

use super::phrases::Phrases;
use super::plain::{Plain, Sign, find_groups, groups};
use super::written::Written;
use crate::draft::templates::Letterhead;
use crate::facts::dates::words::is_of_dates;
use crate::people::Registered;

/// Parts of names that stand in many.
const PARTICLES: [&str; 20] = [
    "de", "du", "des", "la", "le", "les", "van", "von", "der", "den", "di", "da", "el", "al", "bin", "ben", "st", "ste", "saint", "sainte",
];

/// Every part of the candidate's and the coordinator's name that the person did not write.
pub(super) fn find(plain: &Plain, signs: &[Sign], registered: &Registered, told: &Told<'_>) -> Vec<Range<usize>> {
    let candidate = &registered.candidate;
    let own = groups(&candidate.first_name).into_iter().chain(groups(&candidate.last_name));
    // A first name alone tells no coordinator from the staff who sign.
    let coordinator = groups(&registered.institution.coordinator_name);
    let last = coordinator.into_iter().enumerate().filter(|(at, _)| *at > 0).map(|(_, part)| part);
    let parts = own.chain(last).filter(|part| told.is_secret(part));
    parts.flat_map(|part| places(plain, signs, &part, told.phrases)).collect()
}

/// What is no secret, or no name.
pub(super) struct Told<'a> {
    pub(super) written: &'a Written,
    pub(super) letterhead: &'a Letterhead,
    pub(super) phrases: &'a Phrases,
}

impl Told<'_> {
    fn is_secret(&self, part: &[char]) -> bool {
        let word: String = part.iter().collect();
        let named = part.len() >= 2 && part.iter().all(|c| c.is_alphabetic()) && !PARTICLES.contains(&word.as_str());
        let signed = || [&self.letterhead.signature_en, &self.letterhead.signature_fr].iter().any(|s| groups(s).iter().any(|g| g == part));
        named && !self.written.has(&[part.to_vec()]) && !signed()
    }
}

/// Where a part of a name stands as one: "the page" names nobody who is called Page.
fn places(plain: &Plain, signs: &[Sign], part: &[char], phrases: &Phrases) -> Vec<Range<usize>> {
    let word: String = part.iter().collect();
    let (ordinary, dated) = (phrases.is_word(&word), is_of_dates(&word));
    let found = find_groups(signs, &[part.to_vec()]).into_iter();
    found.filter(|span| is_name(plain.text(), span, ordinary) && !(dated && beside_number(plain.text(), span))).collect()
}

fn is_name(text: &str, span: &Range<usize>, ordinary: bool) -> bool {
    let capital = text.get(span.start..).and_then(|rest| rest.chars().next()).is_some_and(char::is_uppercase);
    let before = text.get(..span.start).unwrap_or("");
    let blank = |c: char| matches!(c, ' ' | '"' | '“' | '«' | '(' | '*');
    let begins =
        before.trim_end_matches(blank).chars().next_back().is_none_or(|c| matches!(c, '.' | '!' | '?' | ':' | ';' | '\n' | '-' | '•'));
    !ordinary || capital && !begins
}

fn beside_number(text: &str, span: &Range<usize>) -> bool {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let before = text.get(..span.start).unwrap_or("").trim_end_matches([' ', '-', '.', 'r', 'e']).chars().next_back();
    let after = text.get(span.end..).unwrap_or("").trim_start_matches([' ', '-', '.', ',']).chars().next();
    digit(before) || digit(after)
}
