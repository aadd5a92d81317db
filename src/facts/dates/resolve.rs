//! From what is told of a day to the day: turns of weekdays, years and months that are not told.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time, Weekday};

use super::Now;
use super::calendar::{Calendar, Order};
use super::relative::Turn;

pub(super) fn plus_days(date: Date, days: i32) -> Option<Date> {
    date.checked_add(i64::from(days).days()).ok()
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

/// The day of a calendar date: a year that is not told is the one that fits best.
pub(super) fn in_calendar(calendar: Calendar, weekday: Option<Weekday>, month_shift: Option<i32>, now: Now, past: bool) -> Option<Date> {
    let today = now.moment.map(|m| m.date());
    let Some(month) = calendar.month else {
        return day_of_month(calendar.day, weekday, month_shift, today?, past);
    };
    let first = in_year(calendar.year, month, calendar.day, weekday, today, past);
    let Some((month, day)) = calendar.or else { return first };
    let second = in_year(calendar.year, month, day, weekday, today, past);
    let (Some(a), Some(b)) = (first, second) else { return first.or(second) };
    let by_weekday = |d: Date| weekday.is_some_and(|w| d.weekday() == w);
    if by_weekday(a) != by_weekday(b) {
        return Some(if by_weekday(a) { a } else { b });
    }
    let Some(today) = today else { return first };
    let away = |d: Date| (d - today).get_days().abs();
    let other = match now.order {
        Order::Open => away(b) < away(a),
        _ => !past && a < today && b >= today && away(b) < 200,
    };
    Some(if other { b } else { a })
}

fn in_year(year: Option<i16>, month: i8, day: i8, weekday: Option<Weekday>, today: Option<Date>, past: bool) -> Option<Date> {
    if let Some(year) = year {
        return Date::new(year, month, day).ok();
    }
    let today = today?;
    let fits = |d: &Date| (-300..=366).contains(&(*d - today).get_days());
    let years: Vec<Date> = (-1..=1).filter_map(|n| Date::new(today.year() + n, month, day).ok()).filter(fits).collect();
    if let Some(agreed) = weekday.and_then(|w| years.iter().find(|d| d.weekday() == w)) {
        return Some(*agreed);
    }
    let behind = years.iter().rev().find(|d| **d <= today);
    let ahead = years.iter().find(|d| **d >= today);
    match (behind, ahead) {
        (Some(b), _) if past => Some(*b),
        (Some(b), Some(a)) if (today - *b).get_days() < 120 && (*a - today).get_days() > 183 => Some(*b),
        (b, a) => a.or(b).copied(),
    }
}

/// `the 22nd`: the coming one, or the last one where the past is told.
fn day_of_month(day: i8, weekday: Option<Weekday>, month_shift: Option<i32>, today: Date, past: bool) -> Option<Date> {
    let month = |n: i32| {
        let first = today.first_of_month().checked_add(i64::from(n).months()).ok()?;
        Date::new(first.year(), first.month(), day).ok()
    };
    if let Some(shift) = month_shift {
        return month(shift);
    }
    if let Some(agreed) = weekday.and_then(|w| (-1..=2).filter_map(month).filter(|d| past || *d >= today).find(|d| d.weekday() == w)) {
        return Some(agreed);
    }
    if past {
        return (-2..=0).rev().filter_map(month).find(|d| *d <= today);
    }
    (0..=2).filter_map(month).find(|d| *d >= today)
}
