//! From what is told of a day to the day: turns of weekdays, years and months that are not told.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time, Weekday};

use super::Now;
use super::calendar::{Calendar, Day, Order};
use super::length::Length;
use super::relative::Turn;

pub(super) fn plus_days(date: Date, days: i32) -> Option<Date> {
    date.checked_add(i64::from(days).days()).ok()
}

/// `date` and a length of whole days and months more.
pub(super) fn plus_length(date: Date, length: Length) -> Option<Date> {
    plus_days(date.checked_add(i64::from(length.months).months()).ok()?, length.days)
}

/// The Saturday so many weeks from this one's.
pub(super) fn weekend(today: Date, weeks: i32) -> Option<Date> {
    plus_days(today, weeks.checked_mul(7)? + 5 - i32::from(today.weekday().to_monday_zero_offset()))
}

/// The day of a weekday: with a week told ("mardi de la semaine prochaine") in that week, else by its turn.
pub(super) fn on_weekday(day: Weekday, turn: Turn, week: Option<i32>, now: DateTime, time: Option<Time>, past: bool) -> Option<Date> {
    let today = now.date();
    let ahead = i32::from(today.weekday().until(day));
    let monday = plus_days(today, -i32::from(today.weekday().to_monday_zero_offset()))?;
    let in_week = |n: i32| plus_days(monday, n.checked_mul(7)? + i32::from(day.to_monday_zero_offset()));
    if let Some(week) = week {
        return in_week(week);
    }
    match turn {
        Turn::NextWeek => in_week(1),
        Turn::Prochain => plus_days(today, if ahead == 0 { 7 } else { ahead }),
        Turn::After(weeks) => plus_days(today, ahead + weeks * 7),
        Turn::Last => plus_days(today, if ahead == 0 { -7 } else { ahead - 7 }),
        Turn::Coming if past => plus_days(today, if ahead == 0 { 0 } else { ahead - 7 }),
        Turn::Coming => plus_days(today, if ahead == 0 && time.is_some_and(|t| t < now.time()) { 7 } else { ahead }),
    }
}

/// What the words around a calendar date tell of it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Told {
    /// The weekday beside it.
    pub weekday: Option<Weekday>,
    /// So many months from this one.
    pub shift: Option<i32>,
    /// It is still to come (`le 14 février prochain`).
    pub coming: bool,
    /// It lies behind.
    pub past: bool,
    /// It may lie behind (`10 June was fine`).
    pub was: bool,
}

/// The day of a calendar date: a year that is not told is the one that fits best.
pub(super) fn in_calendar(calendar: Calendar, told: Told, now: Now) -> Option<Date> {
    let today = now.moment.map(|m| m.date());
    let Some(month) = calendar.month else {
        return day_of_month(calendar.day, told, today?);
    };
    let year = calendar.year.or_else(|| year_told(told.shift?, today?));
    let first = in_year(year, month, calendar.day, told, today);
    let Some((month, day)) = calendar.or else { return first };
    let second = in_year(year, month, day, told, today);
    let (Some(a), Some(b)) = (first, second) else { return first.or(second) };
    let by_weekday = |d: Date| told.weekday.is_some_and(|w| d.weekday() == w);
    if by_weekday(a) != by_weekday(b) {
        return Some(if by_weekday(a) { a } else { b });
    }
    let Some(today) = today else { return first };
    let away = |d: Date| (d - today).get_days().abs();
    let other = match now.order {
        Order::Open => away(b) < away(a),
        _ => !told.past && a < today && b >= today && away(b) < 200,
    };
    Some(if other { b } else { a })
}

/// `January 12 next year`: beside a month, whole years of months count from this year.
fn year_told(shift: i32, today: Date) -> Option<i16> {
    (shift % 12 == 0).then(|| i16::try_from(shift / 12).ok()?.checked_add(today.year())).flatten()
}

/// A day of so many days ago is likelier meant than the same day next year.
fn just_gone(told: Told) -> i32 {
    if told.was { 120 } else { 62 }
}

fn in_year(year: Option<i16>, month: i8, day: Day, told: Told, today: Option<Date>) -> Option<Date> {
    if let Some(year) = year {
        return day.within(year, month);
    }
    let today = today?;
    let fits = |d: &Date| (-300..=366).contains(&(*d - today).get_days());
    let years: Vec<Date> = (-1..=1).filter_map(|n| day.within(today.year() + n, month)).filter(fits).collect();
    if let Some(agreed) = told.weekday.and_then(|w| years.iter().find(|d| d.weekday() == w)) {
        return Some(*agreed);
    }
    let behind = years.iter().rev().find(|d| **d <= today);
    let ahead = years.iter().find(|d| **d >= today);
    match (behind, ahead) {
        (_, Some(a)) if told.coming => Some(*a),
        (Some(b), _) if told.past => Some(*b),
        (Some(b), Some(a)) if (today - *b).get_days() < just_gone(told) && (*a - today).get_days() > 183 => Some(*b),
        (b, a) => a.or(b).copied(),
    }
}

/// `the 22nd`: the coming one, or the last one where the past is told.
fn day_of_month(day: Day, told: Told, today: Date) -> Option<Date> {
    let month = |n: i32| {
        let first = today.first_of_month().checked_add(i64::from(n).months()).ok()?;
        day.within(first.year(), first.month())
    };
    if let Some(shift) = told.shift {
        return month(shift);
    }
    if let Some(agreed) =
        told.weekday.and_then(|w| (-1..=2).filter_map(month).filter(|d| told.past || *d >= today).find(|d| d.weekday() == w))
    {
        return Some(agreed);
    }
    if told.past {
        return (-2..=0).rev().filter_map(month).find(|d| *d <= today);
    }
    (0..=2).filter_map(month).find(|d| *d >= today)
}
