//! Names on the lines of a form: `First name: …`, `Nom : …`.

use std::ops::Range;

use super::words;
use super::written::{Written, split, unit};
use crate::facts::tokens::{Gap, Kind, Tokens};
use crate::facts::vocabulary::Words;

/// `First name: …`, `Nom : …`, `Name - …`, at the start of a line or behind a comma.
pub(super) fn form(tokens: &Tokens) -> Option<Written> {
    let (mut first, mut last, mut full) = (None, None, None);
    for at in 0..tokens.len() {
        let opens = at == 0
            || tokens.gap(at) >= Gap::Line
            || matches!(tokens.fold_before(at), "," | ";" | "*" | "-" | "|" | "/" | "\u{2022}" | "." | "(");
        if !opens || !tokens.is_word(at) {
            continue;
        }
        let Some((kind, behind)) = label(tokens, at) else { continue };
        let Some(value) = value(tokens, behind) else { continue };
        match kind {
            Label::First => first = first.or(Some(value)),
            Label::Last => last = last.or(Some(value)),
            Label::Full(last_first) => full = full.or(Some((value, last_first))),
        }
    }
    let span = |r: &Range<usize>| tokens.span(r.start, r.end);
    match (&first, &last, full) {
        (Some(_), _, _) | (_, Some(_), None) if first.is_some() || last.is_some() => {
            if first.is_none()
                && let Some(last) = last.clone()
                && (last.start..last.end).filter_map(|i| unit(tokens, i)).filter(|u| tokens.gap(u.tokens.start) != Gap::None).count() >= 1
                && last.len() > 1
            {
                return split(tokens, last, false);
            }
            Some(Written { first: first.as_ref().map(span), last: last.as_ref().map(span) })
        }
        (_, _, Some((value, last_first))) => split(tokens, value, last_first),
        _ => None,
    }
}

enum Label {
    First,
    Last,
    Full(bool),
}

/// Labels of first names.
const FIRST: &[&str] = &["first name", "given name", "firstname", "forename", "prenom", "prenoms", "first"];

/// Labels of last names.
const LAST: &[&str] = &["last name", "family name", "surname", "lastname", "nom de famille", "nom", "last"];

/// Labels of whole names, first name first.
const FULL: &[&str] = &[
    "prenom et nom",
    "prenom nom",
    "prenom , nom",
    "nom complet",
    "full name",
    "student name",
    "candidate name",
    "name of student",
    "name of candidate",
    "nom de l ' etudiant",
    "nom de l ' etudiante",
    "nom du candidat",
    "nom de la candidate",
    "first and last name",
    "name",
    "student",
    "candidate",
    "candidat",
    "candidate's name",
    "etudiant",
    "etudiante",
    "my name",
];

/// Labels of whole names, last name first.
const LAST_FIRST: &[&str] =
    &["nom et prenom", "surname , given", "last name , first name", "surname and given name", "nom , prenom", "nom prenom", "nom / prenom"];

/// The words that a label begins with.
static LABEL_OPENERS: Words = Words::new(
    "first given firstname forename prenom prenoms last family surname lastname nom full student candidate name candidat candidate's etudiant etudiante my",
);

fn label(tokens: &Tokens, at: usize) -> Option<(Label, usize)> {
    if !LABEL_OPENERS.has(tokens.fold(at)) {
        return None;
    }
    for (labels, kind) in [(LAST_FIRST, 4), (FULL, 3), (FIRST, 1), (LAST, 2)] {
        for words in labels {
            let Some(mut end) = tokens.spells(at, words) else { continue };
            if tokens.fold(end) == "(" && matches!(tokens.fold(end + 1), "s" | "e") {
                end += 3;
            }
            let dash = tokens.fold(end) == "-" && tokens.gap(end) == Gap::Space && tokens.gap(end + 1) == Gap::Space;
            if matches!(tokens.fold(end), ":" | "=") || dash {
                let kind = match kind {
                    1 => Label::First,
                    2 => Label::Last,
                    other => Label::Full(other == 4),
                };
                return Some((kind, end + 1));
            }
        }
    }
    None
}

/// The rest of a form line: units up to its end or a comma with something else behind.
fn value(tokens: &Tokens, at: usize) -> Option<Range<usize>> {
    if tokens.gap(at) >= Gap::Line {
        return None;
    }
    let mut end = at;
    while end < tokens.len() && end < at + 14 && (end == at || tokens.gap(end) < Gap::Line) {
        let part = match tokens.kind(end) {
            Some(Kind::Word) => label(tokens, end).is_none(),
            Some(Kind::Mark) => {
                matches!(tokens.fold(end), "-" | "'" | ".") && !(tokens.fold(end) == "-" && tokens.gap(end) != Gap::None)
                    || (tokens.fold(end) == ","
                        && tokens.is_word(end + 1)
                        && label(tokens, end + 1).is_none()
                        && end > at
                        && !words::is_common(tokens.fold(end + 1))
                        && end + 4 > tokens.len().min(end + 3))
            }
            _ => false,
        };
        if !part {
            break;
        }
        end += 1;
    }
    while end > at && !tokens.is_word(end - 1) {
        end -= 1;
    }
    (end > at && end - at <= 12).then_some(at..end)
}
