//! Names on the lines of a form: `First name: …`, `Nom : …`.

use std::ops::Range;

use super::words;
use super::written::{Written, split, unit};
use crate::facts::tokens::{Gap, Kind, Tokens};

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

fn label(tokens: &Tokens, at: usize) -> Option<(Label, usize)> {
    const LABELS: &[(&[&str], u8)] = &[
        (&["first", "name"], 1),
        (&["given", "name"], 1),
        (&["firstname"], 1),
        (&["forename"], 1),
        (&["prenom"], 1),
        (&["prenoms"], 1),
        (&["last", "name"], 2),
        (&["family", "name"], 2),
        (&["surname"], 2),
        (&["lastname"], 2),
        (&["nom", "de", "famille"], 2),
        (&["nom", "et", "prenom"], 4),
        (&["surname", ",", "given"], 4),
        (&["last", "name", ",", "first", "name"], 4),
        (&["surname", "and", "given", "name"], 4),
        (&["nom", ",", "prenom"], 4),
        (&["nom", "prenom"], 4),
        (&["nom", "/", "prenom"], 4),
        (&["prenom", "et", "nom"], 3),
        (&["prenom", "nom"], 3),
        (&["prenom", ",", "nom"], 3),
        (&["nom", "complet"], 3),
        (&["full", "name"], 3),
        (&["student", "name"], 3),
        (&["candidate", "name"], 3),
        (&["name", "of", "student"], 3),
        (&["name", "of", "candidate"], 3),
        (&["nom", "de", "l", "'", "etudiant"], 3),
        (&["nom", "de", "l", "'", "etudiante"], 3),
        (&["nom", "du", "candidat"], 3),
        (&["nom", "de", "la", "candidate"], 3),
        (&["first", "and", "last", "name"], 3),
        (&["name"], 3),
        (&["nom"], 2),
        (&["student"], 3),
        (&["candidate"], 3),
        (&["candidat"], 3),
        (&["candidate's", "name"], 3),
        (&["etudiant"], 3),
        (&["etudiante"], 3),
        (&["my", "name"], 3),
        (&["first"], 1),
        (&["last"], 2),
    ];
    for (words, kind) in LABELS {
        let Some(mut end) = tokens.follow(at, words) else { continue };
        if tokens.fold(end) == "(" && matches!(tokens.fold(end + 1), "s" | "e") {
            end += 3;
        }
        let dash = tokens.fold(end) == "-" && tokens.gap(end) == Gap::Space && tokens.gap(end + 1) == Gap::Space;
        if matches!(tokens.fold(end), ":" | "=") || dash {
            let kind = match kind {
                1 => Label::First,
                2 => Label::Last,
                other => Label::Full(*other == 4),
            };
            return Some((kind, end + 1));
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
