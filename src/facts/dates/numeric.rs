//! Days in numbers: `14/03/2026`, `2026-03-14`, `11.12.`, `06-Apr-2026`, `3/30`.

use super::calendar::{Calendar, Order, calendar};
use super::words;
use crate::facts::tokens::{Gap, Kind, Tokens};

/// `14/03/2026`, `2026-03-14`, `11.12.`, `06-Apr-2026`, `3/30`.
pub(super) fn numeric(tokens: &Tokens, at: usize, order: Order) -> Option<(Calendar, usize)> {
    let (first, width) = tokens.number(at)?;
    if width == 8 {
        return compact(tokens, at, first);
    }
    let sep = tokens.fold(at + 1);
    if !matches!(sep, "/" | "-" | ".")
        || tokens.gap(at + 1) != tokens.gap(at + 2)
        || tokens.gap(at + 1) > Gap::Space
        || glued_before(tokens, at)
    {
        return None;
    }
    if let Some(month) = words::month(tokens.fold(at + 2)).filter(|_| width <= 2) {
        let end = if tokens.fold(at + 3) == "." { at + 4 } else { at + 3 };
        let year = if tokens.fold(end) == sep { tokens.number(end + 1).and_then(|(y, w)| full_year(y, w)) } else { None };
        let apart = tokens.number(end).filter(|_| tokens.gap(end) == Gap::Space).and_then(|(y, w)| full_year(y, w).filter(|_| w == 4));
        return Some(match (year, apart) {
            (None, Some(_)) => (calendar(apart, month, first)?, end + 1),
            _ => (calendar(year, month, first)?, if year.is_some() { end + 2 } else { end }),
        });
    }
    let (second, second_width) = tokens.number(at + 2)?;
    let third = if tokens.fold(at + 3) == sep && tokens.gap(at + 3) == tokens.gap(at + 4) { tokens.number(at + 4) } else { None };
    if tokens.gap(at + 1) == Gap::Space && (third.is_none() || sep == "-") {
        return None;
    }
    match (width, third) {
        (4, Some((third, 1..=2))) if second_width <= 2 => {
            Some((calendar(full_year(first, 4), i8::try_from(second).ok()?, third)?, ends_free(tokens, at + 5)?))
        }
        (1..=2, Some((third, third_width))) if second_width <= 2 => {
            let year = full_year(third, third_width)?;
            Some((ordered(first, second, Some(year), if sep == "." { Order::DayMonth } else { order })?, ends_free(tokens, at + 5)?))
        }
        (1..=2, None) if second_width <= 2 => without_year(tokens, at, (first, width), (second, second_width), order),
        _ => None,
    }
}

/// `20260314`.
fn compact(tokens: &Tokens, at: usize, number: u32) -> Option<(Calendar, usize)> {
    let (year, month) = (i16::try_from(number / 10_000).ok()?, i8::try_from(number / 100 % 100).ok()?);
    let free = !glued_before(tokens, at) && (2000..2100).contains(&year);
    Some((calendar(Some(year).filter(|_| free), month, number % 100).filter(|_| free)?, ends_free(tokens, at + 1)?))
}

/// `12/11`, `3/30`, `le 11.12.`: only where it stands as a day does.
fn without_year(tokens: &Tokens, at: usize, first: (u32, usize), second: (u32, usize), order: Order) -> Option<(Calendar, usize)> {
    const LEADING: &[&str] = &[
        "le",
        "on",
        "du",
        "au",
        "for",
        "by",
        "until",
        "till",
        "avant",
        "before",
        "from",
        "since",
        "depuis",
        "exam",
        "test",
        "final",
        "midterm",
        "paper",
        "quiz",
        "examen",
        "epreuve",
        "evaluation",
        "date",
        "is",
        "est",
        ":",
        "(",
        "des",
        "and",
        "et",
        "jusqu",
    ];
    let sep = tokens.fold(at + 1);
    let led = LEADING.contains(&tokens.fold_before(at)) || words::weekday(tokens.fold_before(at), false).is_some();
    let plain = (first.1 == 2 && second.1 == 2 && (first.0 < 10 || second.0 < 10)) || first.0.max(second.0) > 12;
    let marked = (1..=4)
        .any(|i| at.checked_sub(i).is_some_and(|i| matches!(tokens.fold(i), "score" | "note" | "grade" | "mark" | "resultat" | "result")));
    if (first.0, second.0) == (24, 7) || marked || matches!(tokens.fold(at + 3), "%" | "h" | "am" | "pm" | "p" | ":") {
        return None;
    }
    let end = match sep {
        "/" if led || (plain && !matches!(tokens.fold_before(at), "a" | "etape" | "step" | "page" | "note" | "score")) => at + 3,
        "." if matches!(tokens.fold_before(at), "le" | "du" | "au" | "on" | "am" | "avant" | ":")
            || words::weekday(tokens.fold_before(at), true).is_some() =>
        {
            at + 3
        }
        _ => return None,
    };
    let order = if sep == "." { Order::DayMonth } else { order };
    let stop = sep == "." && tokens.fold(end) == "." && tokens.gap(end) == Gap::None;
    if stop && tokens.gap(end + 1) == Gap::None && tokens.number(end + 1).is_some() {
        return None;
    }
    let end = if stop { end + 1 } else { ends_free(tokens, end)? };
    Some((ordered(first.0, second.0, None, order)?, end))
}

fn ordered(first: u32, second: u32, year: Option<i16>, order: Order) -> Option<Calendar> {
    let day_month = i8::try_from(second).ok().and_then(|m| calendar(year, m, first));
    let month_day = i8::try_from(first).ok().and_then(|m| calendar(year, m, second));
    let both = |a: Calendar, b: Calendar| Calendar { or: b.month.map(|m| (m, b.day)).filter(|_| a.month != b.month), ..a };
    match (order, day_month, month_day) {
        (Order::DayMonth, Some(d), _) | (_, Some(d), None) => Some(d),
        (_, None, Some(m)) => (order != Order::DayMonth || year.is_some()).then_some(m),
        (Order::LikelyMonthDay, Some(d), Some(m)) => Some(both(m, d)),
        (_, Some(d), Some(m)) => Some(both(d, m)),
        _ => None,
    }
}

pub(super) fn full_year(year: u32, width: usize) -> Option<i16> {
    match (width, year) {
        (4, 1900..=2199) => i16::try_from(year).ok(),
        (2, 0..=69) => i16::try_from(2000 + year).ok(),
        (2, _) => i16::try_from(1900 + year).ok(),
        _ => None,
    }
}

fn glued_before(tokens: &Tokens, at: usize) -> bool {
    let touching = tokens.gap(at) == Gap::None;
    let before = at.checked_sub(1).and_then(|i| tokens.get(i));
    touching && before.is_some_and(|t| t.kind != Kind::Mark || matches!(tokens.fold_before(at), "-" | "/" | "." | "_" | "@" | "#" | "+"))
}

/// `end`, unless more letters or digits stick to it (a code, a version, a phone number); `T` leads to a clock time.
fn ends_free(tokens: &Tokens, end: usize) -> Option<usize> {
    let touching = tokens.gap(end) == Gap::None && end < tokens.len();
    let sticks = touching
        && match tokens.fold(end) {
            "t" => tokens.kind(end + 1) != Some(Kind::Number),
            "-" | "/" | "_" => tokens.gap(end + 1) == Gap::None && end + 1 < tokens.len(),
            _ => tokens.kind(end) != Some(Kind::Mark),
        };
    (!sticks).then_some(end)
}
