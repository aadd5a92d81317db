//! Every day and clock time in a text, resolved against the moment it was sent.
//!
//! A walk over the tokens: pieces of a date that stand together (`Thursday`, `Dec 3`, `9h30`, `du matin`) are gathered
//! into one group, and the group is resolved once. So each piece needs one reader, whatever the order people put them in.

pub mod calendar;
pub mod clock;
mod counted;
pub mod evaluation;
mod group;
mod length;
mod nth;
mod numeric;
mod range;
pub mod relative;
mod resolve;
mod spoken;
mod weeks;
pub mod words;

use std::ops::Range;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};

use super::tokens::{Kind, Tokens};
use super::vocabulary::Words;
use calendar::Order;
use group::{Group, group};
use length::Length;
use relative::Relative;
use resolve::{Told, in_calendar, on_weekday, plus_days, plus_length, weekend};

/// No more than this many dates are read from one text.
const MOST: usize = 100;

/// What dates are resolved against.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// When the text was sent, in its own offset; without it only whole dates resolve.
    pub moment: Option<DateTime>,
    /// Whether the text is French.
    pub french: bool,
    /// How numbers are ordered where the text was written.
    pub order: Order,
}

/// A day, a clock time or both, as a text tells them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// Its tokens.
    pub tokens: Range<usize>,
    /// The day meant.
    pub on: Option<Date>,
    /// The clock time meant.
    pub time: Option<Time>,
    /// The clock time could as well be twelve hours later.
    pub either_half: bool,
    /// A week or month rather than a day.
    pub vague: bool,
    /// A day of the calendar is told, by number.
    pub calendar: bool,
    /// Counted in minutes from now: nobody stated its clock time.
    pub computed: bool,
    /// Told from today without a day's name: `today`, `this morning`, `in 2 hours`.
    pub same_day: bool,
}

/// Reads every date and clock time; `skip` are spans that hold none (addresses, codes).
pub fn read(tokens: &Tokens, now: Now, skip: &[Range<usize>]) -> Vec<Mention> {
    let mut mentions = Vec::new();
    let mut at = 0;
    while at < tokens.len() && mentions.len() < MOST {
        if !begins(tokens, at) {
            at += 1;
            continue;
        }
        let start = tokens.span(at, at + 1).start;
        if let Some(past) = skip.iter().find(|s| s.contains(&start)) {
            at = tokens.at_byte(past.end).max(at + 1);
            continue;
        }
        match group(tokens, at, now) {
            Some(mut found) => {
                found.take_last_day(tokens, at, now);
                let end = found.end.max(at + 1);
                mentions.extend(resolve(tokens, &found, now, at));
                at = end;
            }
            None => at += 1,
        }
    }
    mentions
}

/// Whether any reader below knows a day or a clock time that begins with the token at `at`: most words begin none.
fn begins(tokens: &Tokens, at: usize) -> bool {
    match tokens.kind(at) {
        Some(Kind::Number) => true,
        Some(Kind::Word) => words::is_of_dates(tokens.fold(at)) || BEGINS.has(tokens.fold(at)),
        _ => false,
    }
}

/// What leads to days that are counted or told from today, or to clock times in words.
static BEGINS: Words = Words::new(
    "a an half quarter deuxieme troisieme quatrieme cinquieme last dernier fin end today tdy todays auj ajd aujourdhui aujourd dem tonight \
     tonite tonights this ce c cet cette day after tomorrow tmrw tmr tmrow tomorow tommorow tommorrow tomoro tomoz tomorrows tmw tomorrrow \
     demain dmain demin overmorrow surlendemain apresdemain next apres apr yesterday hier avant j d in within dans ds sous en il y ya \
     depuis since ca veille lendemain coming upcoming past previous following le la week semaine mois annee noon midday midi midnight minuit",
);

fn resolve(tokens: &Tokens, group: &Group, now: Now, at: usize) -> Option<Mention> {
    let past = evaluation::tells_of_the_past(tokens, at, group.end);
    let clock = group.clock.map(|c| group.part.map_or(c, |p| c.in_part(p)));
    let told = clock.and_then(|c| Time::new(i8::try_from(c.hour).ok()?, i8::try_from(c.minute).ok()?, 0, 0).ok());
    let was = matches!(tokens.fold(group.end), "was" | "were" | "etait");
    let (on, counted) = day(group, now, told, Told { past, was, coming: group.coming, shift: group.month, ..Told::default() });
    let on = on.and_then(|d| plus_length(d, group.later));
    let time = told.or(counted);
    if on.is_none() && time.is_none() {
        return None;
    }
    let no_day_named =
        group.calendar.is_none() && group.weekday.is_none() && group.relative.is_none_or(|r| matches!(r, Relative::Weekend(_)));
    let vague = group.calendar.map_or(no_day_named && on.is_some(), |c| c.whole_month);
    Some(Mention {
        span: tokens.span(at, group.end),
        tokens: at..group.end,
        on,
        time,
        either_half: clock.is_some_and(|c| c.either_half),
        vague: vague && time.is_none(),
        calendar: group.calendar.is_some(),
        computed: counted.is_some() && group.clock.is_none(),
        same_day: matches!(group.relative, Some(Relative::Days(0, _) | Relative::Minutes(_))),
    })
}

/// The day that a group tells, and the clock time where it is counted from now.
fn day(group: &Group, now: Now, time: Option<Time>, told: Told) -> (Option<Date>, Option<Time>) {
    let today = now.moment.map(|m| m.date());
    let from_now = |length: Length| {
        let then = plus_length(today?, length)?.to_datetime(now.moment?.time()).checked_add(i64::from(length.minutes).minutes()).ok()?;
        let clock = Time::new(then.hour(), then.minute(), 0, 0).ok().filter(|_| length.minutes != 0);
        Some((Some(then.date()), clock))
    };
    let on = match (group.calendar, group.relative, group.weekday) {
        (_, Some(Relative::Minutes(minutes)), _) => return from_now(Length { minutes, ..Length::default() }).unwrap_or_default(),
        (_, Some(Relative::Span(length)), _) => return from_now(length).unwrap_or_default(),
        (_, Some(Relative::Days(n, _)), _) => today.and_then(|d| plus_days(d, n)),
        (_, Some(Relative::Months(months)), _) => today.and_then(|d| plus_length(d, Length { months, ..Length::default() })),
        (Some(calendar), _, weekday) => in_calendar(calendar, Told { weekday: weekday.map(|w| w.0), ..told }, now),
        (None, _, Some((day, turn))) => now.moment.and_then(|m| on_weekday(day, turn, group.week, m, time, told.past)),
        (None, Some(Relative::Weekend(n)), None) => today.and_then(|d| weekend(d, n)),
        (None, _, None) => today.and_then(|d| in_week_or_month(group, d)),
    };
    (on, None)
}

/// `next week`, `le mois prochain`: a day of it, for want of a better one.
fn in_week_or_month(group: &Group, today: Date) -> Option<Date> {
    let (weeks, months) = (group.week.unwrap_or(0), group.month.unwrap_or(0));
    (weeks != 0 || months != 0).then(|| plus_length(today, Length { months, days: weeks.checked_mul(7)?, minutes: 0 })).flatten()
}

#[cfg(test)]
mod tests;
