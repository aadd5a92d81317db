//! Days in numbers: `14/03/2026`, `2026-03-14`, `11.12.`, `06-Apr-2026`, `3/30`.

use super::calendar::{Calendar, Order, calendar};
use super::words;
use crate::facts::tokens::{Gap, Kind, Tokens};
use crate::facts::vocabulary::Words;

/// `14/03/2026`, `2026-03-14`, `11.12.`, `06-Apr-2026`, `3/30`.
pub(super) fn numeric(tokens: &Tokens, at: usize, order: Order) -> Option<(Calendar, usize)> {
    let (first, width) = tokens.number(at)?;
    if width == 8 {
        return compact(tokens, at, first);
    }
    let sep = tokens.fold(at + 1);
    if tokens.kind(at + 1) == Some(Kind::Number) {
        return spaced(tokens, at, order);
    }
    if !matches!(sep, "/" | "-" | ".") || glued_before(tokens, at) || is_version(tokens, at) {
        return None;
    }
    let style = spacing(tokens, at + 1, sep)?;
    if let Some(found) = named_month(tokens, at, sep) {
        return Some(found);
    }
    let (second, second_width) = tokens.number(at + 2)?;
    let third = if tokens.fold(at + 3) == sep && spacing(tokens, at + 3, sep) == Some(style) { tokens.number(at + 4) } else { None };
    match style {
        Spacing::Tight => {}
        Spacing::Apart if third.is_none() || sep == "-" => return None,
        Spacing::Behind if third.is_none_or(|t| t.1 != 4) => return None,
        _ => {}
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

/// Blanks around the marks of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spacing {
    /// `14.03.2026`
    Tight,
    /// `14 / 03 / 2026`
    Apart,
    /// `14. 03. 2026`
    Behind,
}

fn spacing(tokens: &Tokens, mark: usize, sep: &str) -> Option<Spacing> {
    match (tokens.gap(mark), tokens.gap(mark + 1)) {
        (Gap::None, Gap::None) => Some(Spacing::Tight),
        (Gap::Space, Gap::Space) => Some(Spacing::Apart),
        (Gap::None, Gap::Space) if sep == "." => Some(Spacing::Behind),
        _ => None,
    }
}

/// `06-Apr-2026`, `14/March`, `2027/May/21`.
fn named_month(tokens: &Tokens, at: usize, sep: &str) -> Option<(Calendar, usize)> {
    let month = words::month(tokens.fold(at + 2))?;
    let (first, width) = tokens.number(at)?;
    if width == 4 {
        let (day, 1..=2) = tokens.number(at + 4).filter(|_| tokens.fold(at + 3) == sep)? else { return None };
        return Some((calendar(full_year(first, 4), month, day)?, at + 5));
    }
    if width > 2 {
        return None;
    }
    let end = if tokens.fold(at + 3) == "." { at + 4 } else { at + 3 };
    let year = if tokens.fold(end) == sep { tokens.number(end + 1).and_then(|(y, w)| full_year(y, w)) } else { None };
    let apart = tokens.number(end).filter(|_| tokens.gap(end) == Gap::Space).and_then(|(y, w)| full_year(y, w).filter(|_| w == 4));
    Some(match (year, apart) {
        (None, Some(_)) => (calendar(apart, month, first)?, end + 1),
        _ => (calendar(year, month, first)?, if year.is_some() { end + 2 } else { end }),
    })
}

/// `20 04 2026`: written out in full, and no part of a longer row of numbers.
fn spaced(tokens: &Tokens, at: usize, order: Order) -> Option<(Calendar, usize)> {
    let (Some((first, 2)), Some((second, 2)), Some((year @ 2000..2100, 4))) =
        (tokens.number(at), tokens.number(at + 1), tokens.number(at + 2))
    else {
        return None;
    };
    let spaces = (1..=2).all(|i| tokens.gap(at + i) == Gap::Space);
    let in_row = |i: Option<usize>| i.and_then(|i| tokens.kind(i)) == Some(Kind::Number);
    if !spaces || in_row(at.checked_sub(1)) || in_row(Some(at + 3)) || glued_before(tokens, at) || tokens.fold_before(at) == "+" {
        return None;
    }
    Some((ordered(first, second, full_year(year, 4), order)?, ends_free(tokens, at + 3)?))
}

/// Whether the numbers are introduced as a version: `Version: 1.1.30`.
fn is_version(tokens: &Tokens, at: usize) -> bool {
    introduced(tokens, at, |word| VERSION.has(word))
}

/// Whether the word before, a colon, `is` or `est` passed over, is one of some kind.
fn introduced(tokens: &Tokens, at: usize, kind: impl Fn(&str) -> bool) -> bool {
    let word = (1..=3).filter_map(|i| at.checked_sub(i)).find(|i| !matches!(tokens.fold(*i), ":" | "is" | "est" | "#" | "=" | "no" | "°"));
    word.is_some_and(|i| kind(tokens.fold(i)))
}

static VERSION: Words = Words::new("version versions ver v build release firmware ios ipados android macos windows chrome firefox safari");

/// Words that introduce a number which is no day, however much it looks like one.
static NUMBERED: Words = Words::new(
    "number numbers num numero nr id matricule identifiant code codes student etudiant etudiante ticket ref reference dossier \
     permanent case phone tel telephone",
);

/// `20260314`.
fn compact(tokens: &Tokens, at: usize, number: u32) -> Option<(Calendar, usize)> {
    let (year, month) = (i16::try_from(number / 10_000).ok()?, i8::try_from(number / 100 % 100).ok()?);
    let free = !glued_before(tokens, at) && (2000..2100).contains(&year) && !introduced(tokens, at, |word| NUMBERED.has(word));
    Some((calendar(Some(year).filter(|_| free), month, number % 100).filter(|_| free)?, ends_free(tokens, at + 1)?))
}

/// `12/11`, `3/30`, `le 11.12.`: only where it stands as a day does.
fn without_year(tokens: &Tokens, at: usize, first: (u32, usize), second: (u32, usize), order: Order) -> Option<(Calendar, usize)> {
    let sep = tokens.fold(at + 1);
    let led = LEADING.has(tokens.fold_before(at)) || words::weekday(tokens.fold_before(at), false).is_some();
    let plain = (first.1 == 2 && second.1 == 2 && (first.0 < 10 || second.0 < 10)) || first.0.max(second.0) > 12;
    let timed = tokens.gap(at + 3) == Gap::Space && tokens.number(at + 3).is_some() && tokens.fold(at + 4) == ":";
    let marked = (1..=4)
        .any(|i| at.checked_sub(i).is_some_and(|i| matches!(tokens.fold(i), "score" | "note" | "grade" | "mark" | "resultat" | "result")));
    let fraction = matches!(tokens.fold(at + 3), "of" | "de" | "des" | "du") && first.0 < second.0;
    if (first.0, second.0) == (24, 7) || marked || fraction || matches!(tokens.fold(at + 3), "%" | "h" | "am" | "pm" | "p" | ":") {
        return None;
    }
    let end = match sep {
        "/" if led || timed || (plain && !matches!(tokens.fold_before(at), "a" | "etape" | "step" | "page" | "note" | "score")) => at + 3,
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

static LEADING: Words = Words::new(
    "le on du au for by until till avant before from since depuis exam test final midterm paper quiz examen epreuve evaluation date \
     is est : ( des and et jusqu",
);

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

/// `end`, unless more letters or digits stick to it (a code, a version, a phone number); `T` or a mark may lead to a clock time.
fn ends_free(tokens: &Tokens, end: usize) -> Option<usize> {
    let touching = tokens.gap(end) == Gap::None && end < tokens.len();
    let sticks = touching
        && match tokens.fold(end) {
            "t" => tokens.kind(end + 1) != Some(Kind::Number),
            "-" | "/" | "_" if tokens.fold(end + 2) == ":" && tokens.number(end + 1).is_some() => false,
            "-" | "/" | "_" => tokens.gap(end + 1) == Gap::None && end + 1 < tokens.len(),
            _ => tokens.kind(end) != Some(Kind::Mark),
        };
    (!sticks).then_some(end)
}
