//! Weeks, months and weekdays told from today: `next week`, `le mois prochain`, `jeudi en huit`.

use jiff::civil::Weekday;

use super::relative::{Relative, Turn};
use super::words::{self, Unit};
use crate::facts::tokens::{Gap, Tokens};

/// `next week`, `the week after next`, `la semaine prochaine`, `le mois passé`.
pub(super) fn weeks(tokens: &Tokens, at: usize) -> Option<(Relative, usize)> {
    let (first, second, third) = (tokens.fold(at), tokens.fold(at + 1), tokens.fold(at + 2));
    if matches!(first, "semaine" | "mois" | "annee" | "an") {
        let turn = match second {
            "prochaine" | "prochain" | "suivante" | "suivant" => 1,
            "passee" | "passe" | "derniere" | "dernier" => -1,
            "qui" if third == "vient" => return shift(first, 1, at + 3),
            _ => return None,
        };
        return shift(first, turn, at + 2);
    }
    if let Some(end) = tokens.follow(at, &["week", "after", "next"]) {
        return shift("week", 2, end);
    }
    let turn = match first {
        "next" | "following" | "coming" => 1,
        "this" | "cette" | "ce" => 0,
        "last" | "previous" => -1,
        _ => return None,
    };
    let at = if matches!(second, "coming" | "following") { at + 1 } else { at };
    shift(tokens.fold(at + 1), turn, at + 2)
}

fn shift(unit: &str, turn: i32, end: usize) -> Option<(Relative, usize)> {
    match words::unit(unit)? {
        Unit::Week => Some((Relative::Week(turn), end)),
        Unit::Month => Some((Relative::Month(turn), end)),
        Unit::Year => Some((Relative::Month(turn.checked_mul(12)?), end)),
        _ => None,
    }
}

/// `this weekend`, `ce week-end`, `la fin de semaine prochaine`.
pub(super) fn weekend(tokens: &Tokens, at: usize) -> Option<(Relative, usize)> {
    let first = tokens.fold(at);
    let turn = match first {
        "next" => 1,
        "this" | "coming" | "ce" | "cette" | "le" | "la" => 0,
        "last" => -1,
        _ => return None,
    };
    let start = at + 1 + usize::from(tokens.fold(at + 1) == "coming");
    let end = ["weekend", "week - end", "week end", "fin de semaine"].iter().find_map(|words| tokens.spells(start, words))?;
    match tokens.fold(end) {
        "prochain" | "prochaine" => Some((Relative::Weekend(0), end + 1)),
        "dernier" | "derniere" | "passe" | "passee" => Some((Relative::Weekend(-1), end + 1)),
        _ => (!matches!(first, "le" | "la")).then_some((Relative::Weekend(turn), end)),
    }
}

/// Whether `mar` at token `at` is short for mardi: a day and its month follow (`mar. 5 mai`).
pub(super) fn is_mardi(tokens: &Tokens, at: usize) -> bool {
    let stop = tokens.fold(at + 1) == "." && tokens.gap(at + 1) == Gap::None;
    let day = at + 1 + usize::from(stop);
    if tokens.fold(at) != "mar" || !matches!(tokens.number(day), Some((1..=31, 1..=2))) {
        return false;
    }
    let month = day + 1 + usize::from(tokens.fold(day + 1) == "er");
    words::month(tokens.fold(month)).is_some() || (tokens.fold(month) == "/" && tokens.number(month + 1).is_some())
}

/// A weekday with `next`, `this`, `prochain`, `dernier`, `en huit`, `week` around it.
pub(super) fn weekday(tokens: &Tokens, at: usize, french: bool) -> Option<(Relative, usize)> {
    let (turn, day_at) = match tokens.fold(at) {
        "next" => (Turn::NextWeek, at + 1),
        "this" | "coming" | "upcoming" => (Turn::Coming, at + 1 + usize::from(matches!(tokens.fold(at + 1), "coming" | "upcoming"))),
        "last" | "past" => (Turn::Last, at + 1),
        _ => (Turn::Coming, at),
    };
    if matches!(tokens.fold_before(at), "every" | "each" | "chaque" | "tous" | "les") {
        return None;
    }
    let (day, weak) = if is_mardi(tokens, day_at) { (Weekday::Tuesday, true) } else { words::weekday(tokens.fold(day_at), french)? };
    let mut end = day_at + 1;
    if weak && tokens.fold(end) == "." && tokens.gap(end) == Gap::None {
        end += 1;
    }
    if tokens.fold(end) == "'" && tokens.fold(end + 1) == "s" && tokens.gap(end + 1) == Gap::None {
        end += 2;
    }
    let (turn, end) = match (tokens.fold(end), tokens.fold(end + 1)) {
        ("prochain", _) => (Turn::Prochain, end + 1),
        ("dernier" | "passe", _) => (Turn::Last, end + 1),
        ("qui", "vient") => (Turn::Prochain, end + 2),
        ("en", "huit") => (Turn::After(1), end + 2),
        ("en", "quinze") => (Turn::After(2), end + 2),
        ("week", _) => (Turn::After(1), end + 1),
        ("after", "next") => (Turn::After(1), end + 2),
        ("next", next) if words::unit(next).is_none() => (Turn::NextWeek, end + 1),
        ("gone", _) => (Turn::Last, end + 1),
        _ => (turn, end),
    };
    Some((Relative::Weekday(day, turn, weak && day_at == at), end))
}
