//! Days counted from now or from another day: `in 2 days`, `il y a 3 jours`, `a week from Friday`, `la veille du 2 avril`.

use super::calendar::{self, Order};
use super::evaluation::{is_exam_word, tells_of_the_past};
use super::length::{self, Amount, Length};
use super::relative::{Relative, Turn};
use super::spoken::words_number;
use super::weeks::weekday;
use super::words;
use crate::facts::tokens::{Kind, Tokens};
use crate::facts::vocabulary::Words;

/// `in 2 days`, `dans une demi-heure`, `3 days ago`, `a week from Friday`, `4 days until the exam`.
pub(super) fn counted(tokens: &Tokens, at: usize, french: bool) -> Option<(Relative, usize)> {
    let lead = match tokens.fold(at) {
        "in" | "within" | "dans" | "ds" | "sous" => Some((at + 1, 1)),
        "en" if french && tokens.kind(at + 1) == Some(Kind::Number) => return in_some(tokens, at),
        "next" => Some((at + 1, 1)),
        "d" => tokens.follow(at, &["d", "'", "ici"]).map(|start| (start, 1)),
        "il" => tokens.follow(at, &["il", "y", "a"]).map(|start| (start, -1)),
        "y" => tokens.follow(at, &["y", "a"]).or_else(|| tokens.follow(at, &["y", "'", "a"])).map(|start| (start, -1)),
        "ya" | "depuis" | "since" => Some((at + 1, -1)),
        "ca" => tokens.follow(at, &["ca", "fait"]).map(|start| (start, -1)),
        "after" | "apres" => return after_some(tokens, at),
        "day" | "veille" | "lendemain" => return beside_a_day(tokens, at, french),
        _ => None,
    };
    match lead {
        Some((start, sign)) => led(tokens, start, sign, french),
        None => turns_from_now(tokens, at).or_else(|| unled(tokens, at, french)),
    }
}

/// What follows `in`, `dans`, `il y a`.
fn led(tokens: &Tokens, start: usize, sign: i32, french: bool) -> Option<(Relative, usize)> {
    let amount = length::read(tokens, skip_softeners(tokens, start))?;
    let end = amount.end;
    if tokens.fold(end) == "ago" {
        return span(amount.length.times(-1)?, end + 1);
    }
    if let Some(found) = (sign > 0).then(|| later(tokens, &amount, french)).flatten() {
        return Some(found);
    }
    let end = match (tokens.fold(end), tokens.fold(end + 1)) {
        ("'", "time") => end + 2,
        ("time", _) => end + 1,
        _ => tokens.spells(end, "jour pour jour").unwrap_or(end),
    };
    span(amount.length.times(sign)?, end)
}

/// `3 days ago`, `2 days later`, `4 days until the exam`, `les 2 prochaines semaines`, `2 days after April 1`.
fn unled(tokens: &Tokens, at: usize, french: bool) -> Option<(Relative, usize)> {
    let amount = length::read(tokens, at)?;
    let (length, end) = (amount.length, amount.end);
    match (tokens.fold(end), tokens.fold(end + 1)) {
        ("ago", _) => return span(length.times(-1)?, end + 1),
        ("left" | "away" | "hence" | "out", _) if tokens.fold_before(at) != "for" => return span(length, end + 1),
        ("from", "now" | "today") | ("to", "go") => return span(length, end + 2),
        ("until" | "till" | "til", _) => return span(length, end),
        ("later", _) if looks_forward(tokens, at, end + 1) => return span(length, end + 1),
        ("plus", "tard") if looks_forward(tokens, at, end + 2) => return span(length, end + 2),
        _ if amount.coming => return span(length, end),
        _ => {}
    }
    let before_exam = matches!(tokens.fold(end), "before" | "avant")
        && !matches!(tokens.fold_before(at), "the" | "les")
        && (end + 1..end + 5).any(|i| is_exam_word(tokens.fold(i)));
    if before_exam {
        return span(length, end);
    }
    later(tokens, &amount, french).filter(|_| !french || tokens.fold(end) != "on")
}

/// `after 4 days`: only of what is to come, and not of a page that failed after 20 seconds.
fn after_some(tokens: &Tokens, at: usize) -> Option<(Relative, usize)> {
    let amount = length::read(tokens, at + 1).filter(|a| a.length.minutes == 0)?;
    if !looks_forward(tokens, at, amount.end) || matches!(tokens.fold(amount.end), "of" | "de" | "d") {
        return None;
    }
    span(amount.length, amount.end)
}

/// `en 2 heures`: more often how long something took.
fn in_some(tokens: &Tokens, at: usize) -> Option<(Relative, usize)> {
    let amount = length::read(tokens, at + 1).filter(|a| looks_forward(tokens, at, a.end))?;
    span(amount.length, amount.end)
}

/// Whether a length counts from now and is none of a story: its sentence says nothing else, or tells of an evaluation to come.
fn looks_forward(tokens: &Tokens, at: usize, end: usize) -> bool {
    let start = tokens.sentence_start(at);
    let alone = start == at && !(end..tokens.sentence_end(at)).any(|i| tokens.is_word(i));
    let told = (start..at).any(|i| is_exam_word(tokens.fold(i)) || matches!(tokens.fold(i), "will" | "sera" | "aura"));
    alone || (told && !tells_of_the_past(tokens, at, end))
}

/// `two Fridays from now`.
fn turns_from_now(tokens: &Tokens, at: usize) -> Option<(Relative, usize)> {
    let (n, next) = match tokens.number(at) {
        Some((n @ 1..=20, _)) => (n, at + 1),
        _ => words_number(tokens, at)?,
    };
    let (day, _) = words::weekday(tokens.fold(next), false).filter(|w| !w.1)?;
    let end = tokens.spells(next + 1, "from now").or_else(|| tokens.spells(next + 1, "from today"))?;
    Some((Relative::Weekday(day, Turn::After(i32::try_from(n).ok()? - 1), false), end))
}

/// `the day after April 1`, `la veille du 2 avril`, `le lendemain de vendredi`.
fn beside_a_day(tokens: &Tokens, at: usize, french: bool) -> Option<(Relative, usize)> {
    let days = match (tokens.fold(at), tokens.fold(at + 1)) {
        ("day", "after") | ("lendemain", "du" | "de") => 1,
        ("day", "before") | ("veille", "du" | "de") => -1,
        _ => return None,
    };
    let anchor = anchor(tokens, at + 2, french)?;
    Some((Relative::Later(Length::of_days(days)), anchor))
}

/// `2 days after April 1`, `a week from Friday`, `a week today`: the length before the day that it counts from.
fn later(tokens: &Tokens, amount: &Amount, french: bool) -> Option<(Relative, usize)> {
    let length = amount.length;
    if length.minutes != 0 {
        return None;
    }
    let (sign, linked) = match tokens.fold(amount.end) {
        "from" | "after" | "apres" => (1, true),
        "before" | "avant" => (-1, true),
        "on" | "this" => (1, false),
        _ => {
            let here = near_day(tokens, amount.end).then_some(amount.end)?;
            return Some((Relative::Later(length), here));
        }
    };
    let next = amount.end + 1;
    let here = if linked { anchor(tokens, next, french)? } else { near_day(tokens, next).then_some(next)? };
    Some((Relative::Later(length.times(sign)?), here))
}

/// `today`, `tomorrow`, a weekday written out.
fn near_day(tokens: &Tokens, at: usize) -> bool {
    let word = tokens.fold(at);
    matches!(word, "today" | "tonight" | "tomorrow" | "tmrw" | "yesterday" | "demain") || words::weekday(word, false).is_some_and(|w| !w.1)
}

/// Where the day begins that something is counted from, an article before it passed over.
fn anchor(tokens: &Tokens, at: usize, french: bool) -> Option<usize> {
    let day = at + usize::from(matches!(tokens.fold(at), "the" | "le" | "du"));
    let whole = || calendar::read(tokens, day, french, Order::DayMonth).is_some_and(|(c, _)| c.month.is_some() && !c.whole_month);
    let turned = || weekday(tokens, day, french).is_some_and(|(w, _)| !matches!(w, Relative::Weekday(_, _, true)));
    (near_day(tokens, day) || turned() || whole()).then_some(day)
}

fn skip_softeners(tokens: &Tokens, at: usize) -> usize {
    (at..at + 4).find(|i| !SOFTENERS.has(tokens.fold(*i))).unwrap_or(at)
}

/// A length from now, by the plainest name that it has.
fn span(length: Length, end: usize) -> Option<(Relative, usize)> {
    let relative = match length {
        Length { months: 0, days: 0, minutes } => Relative::Minutes(minutes),
        Length { months: 0, days, minutes: 0 } => Relative::Days(days, None),
        Length { months, days: 0, minutes: 0 } => Relative::Months(months),
        Length { months: 0, days, minutes } => Relative::Minutes(days.checked_mul(1440)?.checked_add(minutes)?),
        mixed => Relative::Span(mixed),
    };
    Some((relative, end))
}

static SOFTENERS: Words =
    Words::new("about around exactly only just the next environ les less than moins de like deja approximately juste at most ~");
