//! Lengths of time: `3 days`, `an hour and a half`, `2h et 15 minutes`, `trois quarts d'heure`, `2d 3hr 10min`.

use super::spoken::words_number;
use super::words::{self, Unit};
use crate::facts::tokens::{Gap, Tokens};

/// A length of time, in what a calendar counts apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Length {
    /// Months.
    pub months: i32,
    /// Days.
    pub days: i32,
    /// Minutes.
    pub minutes: i32,
}

impl Length {
    /// So many days.
    pub const fn of_days(days: i32) -> Self {
        Self { months: 0, days, minutes: 0 }
    }

    fn of(count: i32, unit: Unit) -> Option<Self> {
        let (months, days, minutes) = match unit {
            Unit::Minute => (0, 0, count),
            Unit::Hour => (0, 0, count.checked_mul(60)?),
            Unit::Day => (0, count, 0),
            Unit::Week => (0, count.checked_mul(7)?, 0),
            Unit::Fortnight => (0, count.checked_mul(14)?, 0),
            Unit::Month => (count, 0, 0),
            Unit::Year => (count.checked_mul(12)?, 0, 0),
        };
        Some(Self { months, days, minutes })
    }

    fn plus(self, more: Self) -> Option<Self> {
        Some(Self {
            months: self.months.checked_add(more.months)?,
            days: self.days.checked_add(more.days)?,
            minutes: self.minutes.checked_add(more.minutes)?,
        })
    }

    /// `length` times.
    pub fn times(self, n: i32) -> Option<Self> {
        Some(Self { months: self.months.checked_mul(n)?, days: self.days.checked_mul(n)?, minutes: self.minutes.checked_mul(n)? })
    }
}

/// A length met in a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Amount {
    pub length: Length,
    /// `les 2 prochaines semaines`: it counts from now.
    pub coming: bool,
    /// The token behind it.
    pub end: usize,
    finest: Unit,
}

/// Reads a length at token `at`: units that grow finer belong together (`1 year 2 months`, `2 hours and 30 minutes`).
pub(super) fn read(tokens: &Tokens, at: usize) -> Option<Amount> {
    let mut all = one(tokens, at)?;
    for _ in 0..4 {
        let next = all.end + usize::from(matches!(tokens.fold(all.end), "and" | "et"));
        let near = tokens.gap(all.end) <= Gap::Line && tokens.gap(next) <= Gap::Line;
        let Some(more) = one(tokens, next).filter(|m| near && rank(m.finest) < rank(all.finest)) else { break };
        all = Amount { length: all.length.plus(more.length)?, end: more.end, finest: more.finest, ..all };
    }
    Some(all)
}

fn rank(unit: Unit) -> u8 {
    match unit {
        Unit::Minute => 0,
        Unit::Hour => 1,
        Unit::Day => 2,
        Unit::Week | Unit::Fortnight => 3,
        Unit::Month => 4,
        Unit::Year => 5,
    }
}

/// Lengths that are no number of a unit, in minutes.
const FRACTIONS: &[(&str, i32)] = &[
    ("half an hour", 30),
    ("une demi - heure", 30),
    ("une demi heure", 30),
    ("a quarter of an hour", 15),
    ("quarter of an hour", 15),
    ("three quarters of an hour", 45),
    ("un quart d ' heure", 15),
    ("trois quarts d ' heure", 45),
    ("half a day", 720),
    ("une demi - journee", 720),
];

/// `3 days`, `a week`, `two more weeks`, `an hour and a half`, `1h30`, `2.5 hours`.
fn one(tokens: &Tokens, at: usize) -> Option<Amount> {
    if let Some((minutes, end)) = FRACTIONS.iter().find_map(|(words, minutes)| Some((*minutes, tokens.spells(at, words)?))) {
        return Some(Amount { length: Length { minutes, ..Length::default() }, coming: false, end, finest: Unit::Minute });
    }
    let (count, tenths, mut next) = count(tokens, at)?;
    let coming = matches!(tokens.fold(next), "prochains" | "prochaines");
    if coming || matches!(tokens.fold(next), "more" | "full" | "short" | "other" | "autres" | "petits" | "calendar") {
        next += 1;
    }
    let unit = unit(tokens, next).filter(|_| tokens.gap(next) <= Gap::Line)?;
    let (length, end) = match unit {
        Unit::Hour => hours(tokens, count, tenths, next + 1)?,
        Unit::Day if tenths > 0 => (Length { minutes: count.checked_mul(1440)? + tenths * 144, ..Length::default() }, next + 1),
        _ if tenths > 0 => return None,
        _ => (Length::of(count, unit)?, next + 1),
    };
    Some(Amount { length, coming, end, finest: unit })
}

/// How many, with tenths: `2`, `2.5`, `deux`, `a couple of`.
fn count(tokens: &Tokens, at: usize) -> Option<(i32, i32, usize)> {
    let Some((n, width)) = tokens.number(at) else {
        let (n, end) = match tokens.fold(at) {
            "a" | "an" | "un" | "une" if tokens.fold(at + 1) == "couple" => (2, at + 2 + usize::from(tokens.fold(at + 2) == "of")),
            "a" | "an" => (1, at + 1),
            "quelques" | "few" => return None,
            _ => words_number(tokens, at)?,
        };
        return Some((i32::try_from(n).ok()?, 0, end));
    };
    let count = i32::try_from(n).ok().filter(|_| width <= 3)?;
    let joined = matches!(tokens.fold(at + 1), "." | ",") && tokens.gap(at + 1) == Gap::None && tokens.gap(at + 2) == Gap::None;
    match tokens.number(at + 2).filter(|_| joined) {
        Some((tenths, 1)) => Some((count, i32::try_from(tenths).ok()?, at + 3)),
        Some(_) => None,
        None => Some((count, 0, at + 1)),
    }
}

/// The unit at token `at`, a letter alone only where it touches its number (`1d`, `3j`).
fn unit(tokens: &Tokens, at: usize) -> Option<Unit> {
    words::unit(tokens.fold(at)).or_else(|| match tokens.fold(at) {
        _ if tokens.gap(at) != Gap::None => None,
        "d" | "j" => Some(Unit::Day),
        "w" => Some(Unit::Week),
        "y" => Some(Unit::Year),
        _ => None,
    })
}

/// Hours with what may follow them: `and a half`, `et demie`, `1h30`.
fn hours(tokens: &Tokens, count: i32, tenths: i32, end: usize) -> Option<(Length, usize)> {
    let minutes = count.checked_mul(60)? + tenths * 6;
    let of = |minutes, end| Some((Length { minutes, ..Length::default() }, end));
    let half = ["and a half", "et demie", "et demi"].iter().find_map(|words| tokens.spells(end, words));
    if let Some(behind) = half {
        return of(minutes + 30, behind);
    }
    // `deux heures trente`, where nothing countable follows.
    if let Some((extra, behind)) = words_number(tokens, end).filter(|(n, behind)| n % 5 == 0 && *n < 60 && !tokens.is_word(*behind)) {
        return of(minutes + i32::try_from(extra).ok()?, behind);
    }
    match tokens.number(end).filter(|_| tokens.gap(end) <= Gap::Space && unit(tokens, end + 1).is_none()) {
        Some((extra @ 0..60, 1..=2)) => of(minutes + i32::try_from(extra).ok()?, end + 1),
        _ => of(minutes, end),
    }
}
