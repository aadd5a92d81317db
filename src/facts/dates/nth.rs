//! Days counted within their month: `the third Tuesday of May`, `le dernier jour du mois`, `end of March`, `fin mars`.

use super::calendar::{Calendar, Day, month_at, year_at};
use super::relative::Relative;
use super::weeks::weeks;
use super::words;
use crate::facts::tokens::{Gap, Tokens};

/// Reads such a day at token `at`, with the token behind it.
pub(super) fn read(tokens: &Tokens, at: usize, french: bool) -> Option<(Calendar, usize)> {
    if let Some((nth, next)) = count(tokens, at) {
        let word = tokens.fold(next);
        return match words::weekday(word, french) {
            Some((weekday, _)) => in_month(tokens, next + 1, Day::Nth(nth, weekday), false),
            None if nth == -1 && matches!(word, "day" | "jour") => in_month(tokens, next + 1, Day::Last, false),
            None => None,
        };
    }
    match tokens.fold(at) {
        "fin" if words::month(tokens.fold(at + 1)).is_some() || linked(tokens, at + 1) => in_month(tokens, at + 1, Day::Last, true),
        "end" if linked(tokens, at + 1) => in_month(tokens, at + 1, Day::Last, true),
        _ => None,
    }
}

/// `first`, `3rd`, `2e`, `dernier`.
fn count(tokens: &Tokens, at: usize) -> Option<(i8, usize)> {
    if let Some((n @ 1..=5, 1)) = tokens.number(at) {
        let suffix = matches!(tokens.fold(at + 1), "st" | "nd" | "rd" | "th" | "e" | "er" | "eme" | "ieme");
        return (suffix && tokens.gap(at + 1) == Gap::None).then_some((i8::try_from(n).ok()?, at + 2));
    }
    let nth = match tokens.fold(at) {
        "first" | "premier" => 1,
        "second" | "deuxieme" => 2,
        "third" | "troisieme" => 3,
        "fourth" | "quatrieme" => 4,
        "fifth" | "cinquieme" => 5,
        "last" | "dernier" => -1,
        _ => return None,
    };
    Some((nth, at + 1))
}

fn linked(tokens: &Tokens, at: usize) -> bool {
    matches!(tokens.fold(at), "of" | "in" | "du" | "de" | "d" | "en")
}

/// The month that a day is counted in; a month told from this one is left to be read as the piece behind.
fn in_month(tokens: &Tokens, at: usize, day: Day, whole_month: bool) -> Option<(Calendar, usize)> {
    let of = |year, month| Calendar { year, month, day, or: None, whole_month };
    for next in at..at + 5 {
        if let Some((Relative::Month(_), _)) = weeks(tokens, next) {
            return linked(tokens, at).then_some((of(None, None), at));
        }
        if let Some((month, end)) = month_at(tokens, next) {
            let (year, end) = year_at(tokens, end);
            return Some((of(year, Some(month)), end));
        }
        let here = matches!(tokens.fold(next), "month" | "mois");
        if here && !linked(tokens, next + 1) {
            return Some((of(None, None), next + 1));
        }
        if !(here || linked(tokens, next) || matches!(tokens.fold(next), "the" | "l" | "'")) {
            return None;
        }
    }
    None
}
