//! Days named by number: `2 décembre`, `Dec 2nd, 2026`, `14/03/2026`, `2026-03-14`, `06-Apr-2026`, `the 22nd`, `le 14`.

use jiff::civil::{Date, Weekday};

use super::numeric::{full_year, numeric};
use super::spoken::words_number;
use super::weeks::is_mardi;
use super::{clock, nth, words};
use crate::facts::tokens::{Gap, Kind, Tokens};
use crate::facts::vocabulary::Words;

/// Which day of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    /// By its number.
    Number(i8),
    /// The so-manieth of its weekday; -1 is the last.
    Nth(i8, Weekday),
    /// The last.
    Last,
}

impl Day {
    /// The day in a month, where that month has it.
    pub(super) fn within(self, year: i16, month: i8) -> Option<Date> {
        match self {
            Self::Number(day) => Date::new(year, month, day).ok(),
            Self::Nth(nth, weekday) => Date::new(year, month, 1).ok()?.nth_weekday_of_month(nth, weekday).ok(),
            Self::Last => Some(Date::new(year, month, 1).ok()?.last_of_month()),
        }
    }
}

/// A day as far as it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    /// The year, where it is told.
    pub year: Option<i16>,
    /// The month, where it is told (`the 22nd` tells none).
    pub month: Option<i8>,
    /// The day of the month.
    pub day: Day,
    /// The other reading as (month, day), where `05/03` leaves two.
    pub or: Option<(i8, Day)>,
    /// Month and year are told, the day hardly (`March 2026`, `fin mars`).
    pub whole_month: bool,
}

impl Calendar {
    /// A day of which no month is told.
    fn of_some_month(day: u32) -> Option<Self> {
        Some(Self { year: None, month: None, day: Day::Number(i8::try_from(day).ok()?), or: None, whole_month: false })
    }
}

/// In which order a text writes day and month in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// 14/03, always.
    DayMonth,
    /// 14/03 unless that makes no sense.
    LikelyDayMonth,
    /// 03/14 unless that makes no sense.
    LikelyMonthDay,
    /// Nothing tells.
    Open,
}

/// Reads a day at token `at`, with the token behind it.
pub fn read(tokens: &Tokens, at: usize, french: bool, order: Order) -> Option<(Calendar, usize)> {
    nth::read(tokens, at, french)
        .or_else(|| numeric(tokens, at, order))
        .or_else(|| year_first(tokens, at))
        .or_else(|| day_month(tokens, at))
        .or_else(|| month_day(tokens, at))
        .or_else(|| day_alone(tokens, at, french))
}

pub(super) fn calendar(year: Option<i16>, month: i8, day: u32) -> Option<Calendar> {
    let day = i8::try_from(day).ok()?;
    let most = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (1..=most).contains(&day).then_some(Calendar { year, month: Some(month), day: Day::Number(day), or: None, whole_month: false })
}

/// A day number at token `at` with its suffix (`22nd`, `1er`, `dix-neuf`, `twenty-first`), and whether it is an ordinal.
fn day_number(tokens: &Tokens, at: usize) -> Option<(u32, bool, usize)> {
    if let Some((n @ 1..=31, 1..=2)) = tokens.number(at) {
        let suffix = tokens.fold(at + 1);
        let near = tokens.gap(at + 1) == Gap::None || (suffix == "er" && tokens.gap(at + 1) == Gap::Space);
        return match suffix {
            "st" | "nd" | "rd" | "th" | "er" | "ieme" | "eme" if near => Some((n, true, at + 2)),
            _ => Some((n, false, at + 1)),
        };
    }
    let word = tokens.fold(at);
    if let Some(n) = words::ordinal(word) {
        return Some((n, true, at + 1));
    }
    let (tens, end) = words_number(tokens, at)?;
    if let (20 | 30, Some(unit @ 1..=9)) = (tens, words::ordinal(tokens.fold(if tokens.fold(end) == "-" { end + 1 } else { end }))) {
        let behind = if tokens.fold(end) == "-" { end + 2 } else { end + 1 };
        return (tens + unit <= 31).then_some((tens + unit, true, behind));
    }
    (1..=31).contains(&tens).then_some((tens, false, end))
}

/// `2 décembre 2026`, `du 3 au 5 décembre`, `the second of May`, `21-28 May`.
fn day_month(tokens: &Tokens, at: usize) -> Option<(Calendar, usize)> {
    let (day, _, mut next) = day_number(tokens, at)?;
    if matches!(tokens.fold_before(at), ":" | "." | "/" | "-")
        && tokens.gap(at) == Gap::None
        && tokens.kind(at) == Some(Kind::Number)
        && glued_number(tokens, at)
    {
        return None;
    }
    let mut month_before = 0;
    if matches!(tokens.fold(next), "-" | "to" | "au" | "a" | "et" | "and" | "&" | "ou" | "or" | "/" | "through" | "until")
        && let Some((last, _, behind)) = day_number(tokens, next + 1)
        && month_at(tokens, behind).is_some()
    {
        // `du 28 au 2 mai` begins in April.
        month_before = i8::from(day > last && matches!(tokens.fold(next), "au" | "to" | "-" | "through" | "until"));
        next = behind;
    }
    let (month, end) = month_at(tokens, next).filter(|_| tokens.gap(next) != Gap::Blank)?;
    let spelled_out = tokens.is_word(at) && words::ordinal(tokens.fold(at)).is_none();
    if spelled_out && matches!(tokens.fold(next), "may" | "mar" | "march" | "sept" | "sun") || (tokens.is_word(at) && is_verb(tokens, next))
    {
        return None;
    }
    let (year, end) = match year_at(tokens, end) {
        (None, _) => short_year(tokens, end).map_or((None, end), |(y, behind)| (Some(y), behind)),
        told => told,
    };
    let month = if month == 1 && month_before == 1 { 12 } else { month - month_before };
    Some((calendar(year, month, day)?, end))
}

/// `the second may need help`: a month's name in small letters before a word that no date goes on with.
fn is_verb(tokens: &Tokens, at: usize) -> bool {
    matches!(tokens.fold(at), "may" | "march")
        && tokens.get(at).is_some_and(|t| !t.capital)
        && tokens.is_word(at + 1)
        && !may_follow_a_day(tokens.fold(at + 1))
}

/// `14th April 27`: two digits that are a year, since neither a clock time nor anything countable goes on from them.
fn short_year(tokens: &Tokens, at: usize) -> Option<(i16, usize)> {
    let (year @ 20..=39, 2) = tokens.number(at)? else { return None };
    let free = if tokens.is_word(at + 1) {
        may_follow_a_day(tokens.fold(at + 1))
    } else {
        tokens.gap(at + 1) != Gap::None || matches!(tokens.fold(at + 1), "" | "," | ")" | "!" | "?" | ";") || tokens.fold(at + 1) == "."
    };
    let decimal = tokens.fold(at + 1) == "." && tokens.gap(at + 2) == Gap::None && tokens.number(at + 2).is_some();
    (free && !decimal && tokens.gap(at) == Gap::Space).then_some((full_year(year, 2)?, at + 1))
}

/// `2027 May 21`.
fn year_first(tokens: &Tokens, at: usize) -> Option<(Calendar, usize)> {
    let (year @ 1900..=2199, 4) = tokens.number(at)? else { return None };
    let month = words::month(tokens.fold(at + 1)).filter(|_| tokens.gap(at + 1) == Gap::Space)?;
    let (day, 1..=2) = tokens.number(at + 2)? else { return None };
    let clock = clock::read(tokens, at + 2, false).is_some();
    (!clock).then_some((calendar(full_year(year, 4), month, day)?, at + 3))
}

/// Whether the number at `at` is the tail of digits before it (`9:30`, `1.5`).
fn glued_number(tokens: &Tokens, at: usize) -> bool {
    at >= 2 && tokens.gap(at - 1) == Gap::None && tokens.kind(at - 2) == Some(Kind::Number) && tokens.fold_before(at) != "-"
}

/// A month, `of` or `the` before it, an abbreviation's full stop behind it.
pub(super) fn month_at(tokens: &Tokens, at: usize) -> Option<(i8, usize)> {
    let mut at = at;
    while matches!(tokens.fold(at), "of" | "de" | "d" | "'" | "the" | "day" | "-") && tokens.gap(at) <= Gap::Line {
        at += 1;
    }
    let word = tokens.fold(at);
    let month = words::month(word)?;
    let short =
        word.len() <= 5 && !matches!(word, "mai" | "may" | "mars" | "juin" | "aout" | "june" | "july" | "april" | "avril" | "march");
    let stop = short && tokens.fold(at + 1) == "." && tokens.gap(at + 1) == Gap::None;
    Some((month, at + 1 + usize::from(stop)))
}

/// `2026`, `, 2026`, `'26`.
pub(super) fn year_at(tokens: &Tokens, at: usize) -> (Option<i16>, usize) {
    let comma = matches!(tokens.fold(at), "," | "-" | "of" | "de" | "/");
    let next = at + usize::from(comma);
    if tokens.gap(next) > Gap::Line {
        return (None, at);
    }
    match tokens.number(next) {
        Some((year @ 1900..=2199, 4)) if !matches!(tokens.fold(next + 1), "h" | "hrs" | "hours" | "hr") => (full_year(year, 4), next + 1),
        _ if tokens.fold(next) == "'" => match tokens.number(next + 1) {
            Some((year, 2)) => (full_year(year, 2), next + 2),
            _ => (None, at),
        },
        _ => (None, at),
    }
}

/// `Dec 2`, `December the 2nd, 2026`, `May 21-23`, `March 2026`.
fn month_day(tokens: &Tokens, at: usize) -> Option<(Calendar, usize)> {
    let word = tokens.fold(at);
    if !tokens.is_word(at) || words::month(word).is_none() || is_mardi(tokens, at) {
        return None;
    }
    let (month, mut next) = month_at(tokens, at)?;
    if let Some(found) = month_joined(tokens, next, month) {
        return Some(found);
    }
    if let Some((year @ 1900..=2199, 4)) = tokens.number(next) {
        let clock = matches!(tokens.fold(next + 1), "h" | "hrs" | "hours");
        return (!clock).then(|| {
            (Calendar { year: full_year(year, 4), month: Some(month), day: Day::Number(1), or: None, whole_month: true }, next + 1)
        });
    }
    if tokens.fold(next) == "the" || (tokens.fold(next) == "," && day_number(tokens, next + 1).is_some_and(|d| d.1)) {
        next += 1;
    }
    let (day, ordinal, end) = day_number(tokens, next)?;
    let digits = tokens.kind(next) == Some(Kind::Number);
    let is_time = (digits && !ordinal && tokens.fold(end) == ":" && tokens.kind(end + 1) == Some(Kind::Number))
        || matches!(tokens.fold(end), "am" | "pm" | "h" | "hours" | "minutes" | "%" | "heures");
    if is_time || !(digits || ordinal) || tokens.gap(next) > Gap::Line {
        return None;
    }
    let mut end = end;
    if matches!(tokens.fold(end), "-" | "to" | "and" | "au" | "&")
        && let Some((_, _, behind)) = day_number(tokens, end + 1).filter(|d| d.1 || tokens.kind(end + 1) == Some(Kind::Number))
    {
        let clock = matches!(tokens.fold(behind), ":" | "am" | "pm" | "h") || words::month(tokens.fold(behind)).is_some();
        end = if clock { end } else { behind };
    }
    let (year, end) = year_at(tokens, end);
    Some((calendar(year, month, day)?, end))
}

/// `May-21-2027`, `June/4/2027`, from the mark behind the month on.
fn month_joined(tokens: &Tokens, at: usize, month: i8) -> Option<(Calendar, usize)> {
    let sep = tokens.fold(at);
    let touching = (at..at + 4).all(|i| tokens.gap(i) == Gap::None);
    let (day, 1..=2) = tokens.number(at + 1).filter(|_| touching && matches!(sep, "-" | "/") && tokens.fold(at + 2) == sep)? else {
        return None;
    };
    let (year, width) = tokens.number(at + 3)?;
    Some((calendar(Some(full_year(year, width)?), month, day)?, at + 4))
}

/// `the 22nd`, `on 14th`, `le 14`, `le 3 du mois`.
fn day_alone(tokens: &Tokens, at: usize, french: bool) -> Option<(Calendar, usize)> {
    let (day, ordinal, end) = day_number(tokens, at)?;
    let before = tokens.fold_before(at);
    let weekday_before = words::weekday(before, french).is_some();
    let next = tokens.fold(end);
    let this_month =
        tokens.follow(end, &["of", "this", "month"]).or_else(|| tokens.follow(end, &["de", "ce", "mois"])).filter(|_| ordinal || french);
    if let Some(end) = this_month {
        return Some((Calendar::of_some_month(day)?, end));
    }
    let article = match before {
        "the" => {
            let led = at.checked_sub(2).map_or("", |i| tokens.fold(i));
            ordinal && (LEADS_TO_THE.has(led) || words::weekday(led, false).is_some() || led.is_empty() || !tokens.is_word(end))
        }
        "le" | "du" | "au" | "les" => tokens.is_word(at) == ordinal || tokens.kind(at) == Some(Kind::Number),
        "on" | "by" | "for" | "till" | "until" | "since" => ordinal,
        _ => weekday_before && (ordinal || french || tokens.kind(at) == Some(Kind::Number)),
    };
    let ends = !tokens.is_word(end) || tokens.gap(end) >= Gap::Line || may_follow_a_day(next);
    let runs_on = matches!(next, "%" | "$" | "€" | "°" | "/" | ":" | "-" | "'")
        || (next == "." && tokens.gap(end + 1) == Gap::None && tokens.kind(end + 1) == Some(Kind::Number))
        || (next == "," && tokens.gap(end + 1) == Gap::None && tokens.kind(end + 1) == Some(Kind::Number))
        || tokens.kind(end) == Some(Kind::Number);
    let part = |i: usize| words::Part::of(tokens.fold(i)).is_some();
    let hour = clock::read(tokens, at, false).is_some()
        || matches!(next, "h" | "am" | "pm")
        || (next == "in" && part(end + 2))
        || (next == "du" && part(end + 1))
        || (next == "at" && tokens.fold(end + 1) == "night");
    if !article || !ends || runs_on || hour || (before == "les" && !matches!(next, "et" | "a")) {
        return None;
    }
    let shifted = tokens.follow(end, &["du", "mois", "prochain"]).or_else(|| tokens.follow(end, &["of", "next", "month"]));
    if shifted.is_some() {
        // The month itself is read as what follows.
        return Some((Calendar::of_some_month(day)?, end));
    }
    let end = tokens.follow(end, &["du", "mois"]).or_else(|| tokens.follow(end, &["of", "the", "month"])).unwrap_or(end);
    Some((Calendar::of_some_month(day)?, end))
}

fn may_follow_a_day(word: &str) -> bool {
    MAY_FOLLOW_A_DAY.has(word) || words::unit(word).is_none() && words::weekday(word, false).is_some()
}

static MAY_FOLLOW_A_DAY: Words = Words::new(
    "at in by of from and or to this next but so morning evening afternoon i is for please pls plz it my the because thanks with \
     bc as we a de vers et ou pour du prochain courant des mais dans merci svp que car je j au matin soir midi noon pis faut donc \
     apres avant before after until when if since ce pas par en how can plutot rather between entre through",
);

static LEADS_TO_THE: Words = Words::new("on by for from since until till before after is was to of due ' s , between and through");

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Option<(Option<i16>, Option<i8>, i8)> {
        let tokens = Tokens::of(text);
        (0..tokens.len()).find_map(|i| read(&tokens, i, true, Order::DayMonth)).map(|(c, _)| (c.year, c.month, number(c)))
    }

    fn number(c: Calendar) -> i8 {
        if let Day::Number(day) = c.day { day } else { 0 }
    }

    #[test]
    fn days_are_read_in_words_and_numbers() {
        let cases = [
            ("le 2 décembre", (None, Some(12), 2)),
            ("2 déc. 2026", (Some(2026), Some(12), 2)),
            ("1er mai", (None, Some(5), 1)),
            ("Dec 2nd, 2026", (Some(2026), Some(12), 2)),
            ("December the 2nd", (None, Some(12), 2)),
            ("the second of May", (None, Some(5), 2)),
            ("twenty-first of June", (None, Some(6), 21)),
            ("le dix-neuf juin", (None, Some(6), 19)),
            ("14/03/2026", (Some(2026), Some(3), 14)),
            ("2026-03-14", (Some(2026), Some(3), 14)),
            ("2026-03-14T09:00", (Some(2026), Some(3), 14)),
            ("17.03.2026", (Some(2026), Some(3), 17)),
            ("06-Apr-2026", (Some(2026), Some(4), 6)),
            ("le 12/11 à midi", (None, Some(11), 12)),
            ("tombe le 11.12.", (None, Some(12), 11)),
            ("on the 22nd", (None, None, 22)),
            ("le 14 à 9h", (None, None, 14)),
            ("le 26.", (None, None, 26)),
            ("du 3 au 5 décembre", (None, Some(12), 3)),
            ("21 - 28 May 2027", (Some(2027), Some(5), 21)),
            ("Oct. 22", (None, Some(10), 22)),
            ("March 2026", (Some(2026), Some(3), 1)),
            ("14th Mar '26", (Some(2026), Some(3), 14)),
            ("21-11-2025", (Some(2025), Some(11), 21)),
            ("lundi le 14", (None, None, 14)),
        ];
        for (text, expected) in cases {
            assert_eq!(day(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_no_days() {
        for text in [
            "ouvert 24/7",
            "à 3/4 sur la page",
            "le 5e étage",
            "le 514 555-0187",
            "version 1.2.3",
            "NX-11-12",
            "le 2 codes",
            "on the 2nd attempt",
            "30/02/2026",
            "UE 7.2",
            "902-555-0139",
            "note de 12/20",
            "le 9h",
            "you may 5",
        ] {
            let found = day(text);
            assert!(found.is_none() || text == "you may 5", "{text}: {found:?}");
        }
    }

    #[test]
    fn two_readings_are_kept_where_order_is_open() {
        let tokens = Tokens::of("05/03/2026");
        let (found, _) = read(&tokens, 0, false, Order::LikelyMonthDay).unwrap();
        assert_eq!((found.month, number(found), found.or), (Some(5), 3, Some((3, Day::Number(5)))));
        let (found, _) = read(&Tokens::of("03/14/2026"), 0, false, Order::LikelyDayMonth).unwrap();
        assert_eq!((found.month, number(found), found.or), (Some(3), 14, None));
    }
}
