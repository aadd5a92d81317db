//! Clock times in words: `half past two`, `neuf heures et quart`, `eight thirty`, `noon`, and the numbers they are made of.

use super::clock::{Clock, finish, is_led_to, lasts, may_follow_an_hour, meridiem, o_clock, quarters, twelve};
use super::words;
use crate::facts::tokens::{Kind, Tokens};

/// noon, midi, midnight, minuit.
pub(super) fn named(tokens: &Tokens, at: usize) -> Option<Clock> {
    match tokens.fold(at) {
        "noon" | "midday" => Clock::new(12, 0, false, at + 1),
        "midi" if !matches!(tokens.fold_before(at), "-" | "ce" | "cet" | "apres" | "le") => {
            let (add, end) = match tokens.number(at + 1) {
                Some((n @ 0..60, 2)) => (i64::from(n), at + 2),
                _ => quarters(tokens, at + 1),
            };
            let minutes = u32::try_from(720 + add).ok()?;
            Clock::new(minutes / 60, minutes % 60, false, end)
        }
        "midnight" | "minuit" => Clock::new(0, 0, false, at + 1),
        _ => None,
    }
}

/// `half past two`, `quarter to nine`, `ten past 8`, `20 minutes to 2pm`, `quarter to noon`.
pub(super) fn past_the_hour(tokens: &Tokens, at: usize) -> Option<Clock> {
    let at = tokens.follow(at, &["a"]).filter(|i| tokens.fold(*i) == "quarter").unwrap_or(at);
    let (minutes, next) = minutes_told(tokens, at)?;
    let past = match tokens.fold(next) {
        "past" | "after" => true,
        word if tokens.fold(at) == "half"
            && words::number(word).is_some_and(|n| n <= 12)
            && words::unit(tokens.fold(next + 1)).is_none() =>
        {
            return finish(tokens, words::number(word)?, 30, false, next + 1);
        }
        "to" | "before" | "of" if minutes != 30 => false,
        _ => return None,
    };
    if let Some(twelve) = named(tokens, next + 1).filter(|c| c.minute == 0) {
        let hour = if past { twelve.hour } else { (twelve.hour + 23) % 24 };
        return Clock::new(hour, if past { minutes } else { 60 - minutes }, false, twelve.end);
    }
    let (hour, end) = tokens.number(next + 1).map(|(n, _)| (n, next + 2)).or_else(|| words_number(tokens, next + 1))?;
    if !(1..=12).contains(&hour) || words::unit(tokens.fold(end)).is_some() {
        return None;
    }
    let counted = tokens.kind(at) == Some(Kind::Number) && tokens.is_word(end) && meridiem(tokens, end).is_none();
    if counted && !may_follow_an_hour(tokens.fold(end)) && o_clock(tokens, end).is_none() {
        return None;
    }
    let (hour, minute) = if past { (hour, minutes) } else { (if hour == 1 { 12 } else { hour - 1 }, 60 - minutes) };
    let end = o_clock(tokens, end).unwrap_or(end);
    to_the_hour(finish(tokens, hour, minute, false, end)?, past, minute)
}

/// `20 minutes to 12am` lies before midnight: the half of the day is the told hour's, not the one before it.
fn to_the_hour(clock: Clock, past: bool, minute: u32) -> Option<Clock> {
    let crossed = !past && !clock.either_half && clock.hour % 12 == 11;
    Clock::new(if crossed { (clock.hour + 12) % 24 } else { clock.hour }, minute, clock.either_half, clock.end)
}

/// The minutes before or past an hour: in words, or in digits with their unit.
fn minutes_told(tokens: &Tokens, at: usize) -> Option<(u32, usize)> {
    let minute = |i: usize| matches!(words::unit(tokens.fold(i)), Some(words::Unit::Minute));
    match (tokens.fold(at), tokens.number(at)) {
        ("half", _) => Some((30, at + 1)),
        ("quarter", _) => Some((15, at + 1)),
        (_, Some((n @ 1..60, 1..=2))) => minute(at + 1).then_some((n, at + 2)),
        (_, Some(_)) => None,
        _ => {
            let (n, end) = words_number(tokens, at).filter(|(n, _)| *n < 60 && n % 5 == 0)?;
            Some((n, end + usize::from(minute(end))))
        }
    }
}

/// `eight thirty`, `neuf heures`, `two o'clock`, `five pm`.
pub(super) fn spelled(tokens: &Tokens, at: usize, beside_day: bool) -> Option<Clock> {
    let (n, end) = words_number(tokens, at).filter(|(n, _)| *n <= 24)?;
    let led = is_led_to(tokens, at);
    if matches!(tokens.fold(end), "heure" | "heures") && (beside_day || led) && !lasts(tokens, at) {
        let (add, end) = quarters(tokens, end + 1);
        let minutes = u32::try_from(i64::from(n) * 60 + add).ok()?;
        return finish(tokens, minutes / 60, minutes % 60, false, end);
    }
    if let Some(end) = o_clock(tokens, end) {
        return finish(tokens, n, 0, false, end);
    }
    if let Some((pm, end)) = meridiem(tokens, end).filter(|_| n <= 12) {
        return Clock::new(twelve(n, pm)?, 0, false, end);
    }
    let minutes = words_number(tokens, end).filter(|(m, behind)| *m >= 10 && *m < 60 && words::unit(tokens.fold(*behind)).is_none());
    if let Some((minute, end)) = minutes.filter(|_| n <= 12 && (led || beside_day)) {
        return finish(tokens, n, minute, false, end);
    }
    let open = !tokens.is_word(end) || may_follow_an_hour(tokens.fold(end));
    (beside_day && tokens.fold_before(at) == "at" && n <= 12 && open).then(|| Clock::new(n, 0, n < 12, end)).flatten()
}

/// A number in words from token `at` on, with its end: `vingt et un`, `dix-neuf`, `forty-five`.
pub fn words_number(tokens: &Tokens, at: usize) -> Option<(u32, usize)> {
    let n = words::number(tokens.fold(at))?;
    let mut next = at + 1;
    if tokens.fold(next) == "-" {
        next += 1;
    }
    if tokens.follow(next, &["et", "un"]).is_some() && n >= 20 {
        return Some((n + 1, next + 2));
    }
    match words::number(tokens.fold(next)) {
        Some(unit @ 1..=9) if n >= 20 => Some((n + unit, next + 1)),
        Some(unit @ 7..=9) if tokens.fold(at) == "dix" => Some((n + unit, next + 1)),
        _ => Some((n, at + 1)),
    }
}
