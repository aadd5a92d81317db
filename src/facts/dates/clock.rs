//! Clock times as people write them: `9h`, `13 h 30`, `2pm`, `0900 hrs`, `half past two`, `dix-neuf heures et quart`, `noon`.

use super::spoken::{named, past_the_hour, spelled, words_number};
use super::words;
use crate::facts::tokens::{Gap, Kind, Tokens};
use crate::facts::vocabulary::Words;

/// A clock time met in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
    /// Whether it could as well be twelve hours later: nothing says morning or afternoon.
    pub either_half: bool,
    /// The token behind it.
    pub end: usize,
}

impl Clock {
    pub(super) fn new(hour: u32, minute: u32, either_half: bool, end: usize) -> Option<Self> {
        let hour = if hour == 24 && minute == 0 { 0 } else { hour };
        (hour < 24 && minute < 60).then_some(Self { hour, minute, either_half, end })
    }

    /// With the part of the day taken into account.
    pub fn in_part(self, part: words::Part) -> Self {
        if self.either_half { Self { hour: part.hour(self.hour), either_half: false, ..self } } else { self }
    }
}

/// Words that stand before a clock time.
const BEFORE: &[&str] =
    &["at", "a", "@", "by", "vers", "around", "about", "from", "des", "avant", "before", "until", "till", "pour", "hour", "time", "@"];

/// Reads a clock time at token `at`. `beside_day`: a day was named just before, so less is enough (`Monday at 9`, `sat 0900`).
pub fn read(tokens: &Tokens, at: usize, beside_day: bool) -> Option<Clock> {
    match tokens.kind(at)? {
        Kind::Number => digits(tokens, at, beside_day),
        Kind::Word => named(tokens, at).or_else(|| past_the_hour(tokens, at)).or_else(|| spelled(tokens, at, beside_day)),
        Kind::Mark => None,
    }
}

/// Whether a word that commonly leads to a clock time stands just before token `at`.
pub fn is_led_to(tokens: &Tokens, at: usize) -> bool {
    let softened = matches!(tokens.fold_before(at), "environ" | "approximately" | "roughly" | "exactement" | "exactly");
    BEFORE.contains(&tokens.fold_before(at - usize::from(softened)))
}

fn digits(tokens: &Tokens, at: usize, beside_day: bool) -> Option<Clock> {
    let (n, width) = tokens.number(at)?;
    let before = tokens.fold_before(at);
    let stamp = before == "/" && tokens.fold(at + 1) == ":" && at.checked_sub(2).and_then(|i| tokens.number(i)).is_some_and(|n| n.1 == 4);
    if matches!(before, ":" | "/" | "." | "'" | "$" | "€" | "#") && tokens.gap(at) == Gap::None && !stamp {
        return None;
    }
    if width == 4 {
        return four_digits(tokens, at, n, beside_day);
    }
    if width > 2 || n > 24 {
        return past_the_hour(tokens, at);
    }
    with_colon(tokens, at, n, width)
        .or_else(|| with_h(tokens, at, n, beside_day))
        .or_else(|| with_meridiem(tokens, at, n))
        .or_else(|| with_stop(tokens, at, n, width, beside_day))
        .or_else(|| o_clock(tokens, at + 1).and_then(|end| finish(tokens, n, 0, false, end)))
        .or_else(|| (n == 12).then(|| named(tokens, at + 1)).flatten())
        .or_else(|| past_the_hour(tokens, at))
        .or_else(|| hour_range(tokens, at, n, beside_day))
        .or_else(|| bare(tokens, at, n, beside_day))
}

fn four_digits(tokens: &Tokens, at: usize, n: u32, beside_day: bool) -> Option<Clock> {
    let next = tokens.fold(at + 1);
    let said = matches!(next, "hrs" | "hours" | "hour" | "hr" | "h" | "utc" | "gmt");
    let led = is_led_to(tokens, at) || tokens.raw(at).starts_with('0');
    let year = (1990..2100).contains(&n);
    let meridiem = meridiem(tokens, at + 1);
    if !(said || (beside_day && led && !year) || meridiem.is_some()) {
        return None;
    }
    let end = meridiem.map_or(at + 1 + usize::from(said && !matches!(next, "utc" | "gmt")), |m| m.1);
    let hour = meridiem.map_or(Some(n / 100), |(pm, _)| twelve(n / 100, pm))?;
    Clock::new(hour, n % 100, false, end)
}

/// `9:00`, `14:00 hrs`, `3:00 PM`.
fn with_colon(tokens: &Tokens, at: usize, n: u32, width: usize) -> Option<Clock> {
    let touching = tokens.gap(at + 1) == Gap::None && tokens.gap(at + 2) == Gap::None;
    let apart = tokens.gap(at + 1) == Gap::Space && tokens.gap(at + 2) == Gap::Space;
    if tokens.fold(at + 1) != ":" || !(touching || apart) {
        return None;
    }
    let (minute, 2) = tokens.number(at + 2)? else { return None };
    let mut end = at + 3;
    if tokens.fold(end) == ":" && tokens.gap(end + 1) == Gap::None && tokens.number(end + 1).is_some() {
        end += 2;
    }
    if matches!(tokens.fold(end), "min" | "mins" | "minute" | "minutes" | "sec" | "secs" | "seconds" | "secondes") {
        return None;
    }
    if matches!(tokens.fold(end), "hrs" | "hr" | "hours" | "h" | "heures") {
        return Clock::new(n, minute, false, end + 1);
    }
    finish(tokens, n, minute, width == 2 && n < 10, end)
}

/// `9h`, `13 h 30`, `8h30`, `14 heures`.
fn with_h(tokens: &Tokens, at: usize, n: u32, beside_day: bool) -> Option<Clock> {
    if let Some(first) = shares_h(tokens, at, n, beside_day) {
        return Some(first);
    }
    let unit = tokens.fold(at + 1);
    let long = matches!(unit, "heure" | "heures" | "hres" | "hre");
    if !(unit == "h" || long) || tokens.gap(at + 1) > Gap::Space || lasts(tokens, at) {
        return None;
    }
    let in_part = tokens.fold(at + 2) == "du" && words::Part::of(tokens.fold(at + 3)).is_some();
    if long && !beside_day && !in_part && !is_led_to(tokens, at) {
        return None;
    }
    if let Some((minute, 2)) = tokens.number(at + 2)
        && tokens.gap(at + 2) <= Gap::Space
        && minute < 60
    {
        return finish(tokens, n, minute, false, at + 3);
    }
    let (add, end) = quarters(tokens, at + 2);
    let minutes = i64::from(n) * 60 + add;
    let (hour, minute) = (u32::try_from(minutes.div_euclid(60)).ok()?, u32::try_from(minutes.rem_euclid(60)).ok()?);
    finish(tokens, hour, minute, false, end)
}

/// `9-11h`, `de 9 à 11 heures`: the first hour of a range that has its unit behind the last.
fn shares_h(tokens: &Tokens, at: usize, n: u32, beside_day: bool) -> Option<Clock> {
    let led = beside_day || matches!(tokens.fold_before(at), "de" | "entre" | "from" | "between");
    let to = matches!(tokens.fold(at + 1), "-" | "a" | "et" | "to" | "and");
    let (_, 1..=2) = tokens.number(at + 2).filter(|(until, _)| led && to && *until <= 24 && n < *until)? else { return None };
    let unit = matches!(tokens.fold(at + 3), "h" | "heures") && tokens.gap(at + 3) <= Gap::Space;
    (unit && !(tokens.fold(at + 1) == "et" && tokens.fold_before(at) != "entre")).then(|| Clock::new(n, 0, n < 12, at + 1)).flatten()
}

/// `et demie`, `et quart`, `moins le quart`: minutes to add, and the token behind.
pub(super) fn quarters(tokens: &Tokens, at: usize) -> (i64, usize) {
    let spelled = [
        (&["et", "demie"][..], 30),
        (&["et", "demi"], 30),
        (&["et", "quart"], 15),
        (&["moins", "quart"], -15),
        (&["moins", "le", "quart"], -15),
        (&["moins", "dix"], -10),
        (&["moins", "cinq"], -5),
        (&["moins", "vingt"], -20),
    ];
    for (words, add) in spelled {
        if let Some(end) = tokens.follow(at, words) {
            return (add, end);
        }
    }
    let and = tokens.fold(at) == "et";
    let start = at + usize::from(and);
    let number = words_number(tokens, start).or_else(|| tokens.number(start).filter(|_| and).map(|(n, _)| (n, start + 1)));
    match number {
        Some((n @ 1..60, end)) if words::unit(tokens.fold(end)) == Some(words::Unit::Minute) => (i64::from(n), end + 1),
        Some((n @ 5..60, end)) if !and && words::unit(tokens.fold(end)).is_none() => (i64::from(n), end),
        _ => (0, at),
    }
}

/// Whether the number at `at` is a length of time, not a clock time: `dure 4 h`, `48 h`, `depuis 2 h`.
pub(super) fn lasts(tokens: &Tokens, at: usize) -> bool {
    LASTS.has(tokens.fold_before(at))
        || matches!(tokens.fold(at + 2), "plus" | "apres" | "later" | "ago" | "durant")
        || tokens.follow(at.saturating_sub(3), &["il", "y", "a"]).is_some_and(|end| end == at)
        || tokens.follow(at.saturating_sub(3), &["y", "'", "a"]).is_some_and(|end| end == at)
}

/// `2pm`, `11 a.m.`, `9-11am`, `between 1 and 4 pm`.
fn with_meridiem(tokens: &Tokens, at: usize, n: u32) -> Option<Clock> {
    if let Some((pm, end)) = meridiem(tokens, at + 1) {
        return Clock::new(twelve(n, pm)?, 0, false, end);
    }
    let to = matches!(tokens.fold(at + 1), "-" | "to") || (tokens.fold(at + 1) == "and" && tokens.fold_before(at) == "between");
    let (until, 1..=2) = tokens.number(at + 2)? else { return None };
    let (pm, end) = meridiem(tokens, at + 3).filter(|_| to && n <= 12 && until <= 12)?;
    // Noon or midnight lies between the two: `11-1pm` begins in the morning.
    let crossed = n != 12 && (n > until || until == 12);
    Clock::new(twelve(n, pm != crossed)?, 0, false, end)
}

/// `thurs 10-12`: right behind a weekday or month, two bare hours are one range.
fn hour_range(tokens: &Tokens, at: usize, n: u32, beside_day: bool) -> Option<Clock> {
    let before = tokens.fold_before(at);
    let behind_day = beside_day && (words::weekday(before, false).is_some() || words::month(before).is_some());
    let (_, 1..=2) = tokens.number(at + 2).filter(|(until, _)| behind_day && *until <= 24 && tokens.fold(at + 1) == "-")? else {
        return None;
    };
    let counted = tokens.is_word(at + 3) && !may_follow_an_hour(tokens.fold(at + 3));
    let goes_on = tokens.gap(at + 3) == Gap::None && matches!(tokens.fold(at + 3), "-" | "/" | ":" | "h");
    if counted || goes_on { None } else { Clock::new(n, 0, n < 12, at + 3) }
}

/// `9.30am`, `at 9.30`, `à 13.30`.
fn with_stop(tokens: &Tokens, at: usize, n: u32, width: usize, beside_day: bool) -> Option<Clock> {
    if tokens.fold(at + 1) != "." || tokens.gap(at + 1) != Gap::None || tokens.gap(at + 2) != Gap::None {
        return None;
    }
    let (minute, 2) = tokens.number(at + 2)? else { return None };
    if let Some((pm, end)) = meridiem(tokens, at + 3) {
        return Clock::new(twelve(n, pm)?, minute, false, end);
    }
    let more = tokens.fold(at + 3) == "." && tokens.gap(at + 4) == Gap::None && tokens.number(at + 4).is_some();
    let led = matches!(tokens.fold_before(at), "at" | "a" | "@" | "by" | "vers" | "hour");
    let percent = matches!(tokens.fold(at + 3), "%" | "x" | "cm" | "km");
    if more || percent || !(led || beside_day) || minute >= 60 {
        return None;
    }
    finish(tokens, n, minute, width == 2 && n < 10, at + 3)
}

/// `at 9`, only beside a day or with a part of the day, and where nothing countable follows.
fn bare(tokens: &Tokens, at: usize, n: u32, beside_day: bool) -> Option<Clock> {
    let next = tokens.fold(at + 1);
    let part = |i: usize| words::Part::of(tokens.fold(i)).is_some();
    let in_part = (next == "in" && tokens.fold(at + 2) == "the" && part(at + 3))
        || (next == "du" && part(at + 2))
        || (next == "at" && tokens.fold(at + 2) == "night");
    let before = tokens.fold_before(at);
    let led = in_part || matches!(before, "at" | "a" | "@" | "by" | "vers" | "around" | "about" | "from" | "between");
    let numbered =
        matches!(before, "room" | "salle" | "local" | "question" | "number" | "numero" | "section" | "group" | "groupe" | "page");
    let goes_on =
        matches!(next, "%" | "/" | "$" | "€" | "°") || (matches!(next, ":" | "." | "-") && tokens.kind(at + 2) == Some(Kind::Number));
    let counted = tokens.is_word(at + 1) && !may_follow_an_hour(next);
    if !(beside_day || (in_part && !numbered)) || !led || goes_on || counted || n == 0 || n > 23 {
        return None;
    }
    Clock::new(n, 0, n < 12, at + 1)
}

pub(super) fn may_follow_an_hour(word: &str) -> bool {
    MAY_FOLLOW_AN_HOUR.has(word) || words::weekday(word, false).is_some_and(|w| !w.1)
}

/// am or pm at token `at`: whether it is pm, and the token behind.
pub(super) fn meridiem(tokens: &Tokens, at: usize) -> Option<(bool, usize)> {
    if tokens.gap(at) > Gap::Space {
        return None;
    }
    let first = tokens.fold(at);
    match first {
        "am" | "pm" => Some((first == "pm", at + 1)),
        "a" | "p" => {
            let numbered = at.checked_sub(1).and_then(|i| tokens.kind(i)) == Some(Kind::Number);
            if numbered && tokens.fold(at + 1) == "m" && tokens.gap(at + 1) == Gap::Space && tokens.fold(at + 2) != "'" {
                return Some((first == "p", at + 2));
            }
            let minutes = numbered && tokens.gap(at) == Gap::None && at.checked_sub(2).is_some_and(|i| tokens.fold(i) == ":");
            if minutes && !(tokens.fold(at + 1) == "." && tokens.fold(at + 2) == "m") {
                return Some((first == "p", at + 1));
            }
            let dotted = tokens.follow(at + 1, &[".", "m"]).filter(|_| tokens.gap(at + 1) == Gap::None)?;
            let end = if tokens.fold(dotted) == "." && tokens.gap(dotted) == Gap::None { dotted + 1 } else { dotted };
            Some((first == "p", end))
        }
        _ => None,
    }
}

pub(super) fn twelve(hour: u32, pm: bool) -> Option<u32> {
    match (hour, pm) {
        (12, false) => Some(0),
        (1..=11, true) => Some(hour + 12),
        (0..=12, _) => Some(hour),
        (13..=23, true) => Some(hour),
        _ => None,
    }
}

pub(super) fn o_clock(tokens: &Tokens, at: usize) -> Option<usize> {
    tokens.follow(at, &["o", "'", "clock"]).or_else(|| tokens.follow(at, &["oclock"])).or_else(|| tokens.follow(at, &["o", "clock"]))
}

/// With an am or pm behind, where there is one.
pub(super) fn finish(tokens: &Tokens, hour: u32, minute: u32, padded: bool, end: usize) -> Option<Clock> {
    match meridiem(tokens, end) {
        Some((pm, end)) => Clock::new(twelve(hour, pm)?, minute, false, end),
        None => Clock::new(hour, minute, !padded && (1..12).contains(&hour), end),
    }
}

static LASTS: Words = Words::new("dure pendant depuis dans durant duree les last lasts for in within of since sous fait");

static MAY_FOLLOW_AN_HOUR: Words = Words::new(
    "in on and or sharp this tomorrow today tonight next the my i so but for please pls plz local est edt utc gmt eastern pacific \
     central uk with to at ce du de demain et pour mais je dans svp merci pile le la thanks ty help because as pis when until till",
);

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(text: &str, beside_day: bool) -> Option<String> {
        let tokens = Tokens::of(text);
        (0..tokens.len()).find_map(|i| read(&tokens, i, beside_day)).map(|c| format!("{:02}:{:02}", c.hour, c.minute))
    }

    #[test]
    fn clock_times_are_read_as_people_write_them() {
        let cases = [
            ("9h", "09:00"),
            ("à 13 h 30", "13:30"),
            ("8h30", "08:30"),
            ("14 h 00 précises", "14:00"),
            ("à 14 heures", "14:00"),
            ("à neuf heures et demie", "09:30"),
            ("à dix-neuf heures", "19:00"),
            ("à huit heures moins le quart", "07:45"),
            ("à midi", "12:00"),
            ("midi et demi", "12:30"),
            ("à minuit", "00:00"),
            ("9:00", "09:00"),
            ("14:00 hrs", "14:00"),
            ("3:00 PM IST", "15:00"),
            ("at 12 noon", "12:00"),
            ("2pm", "14:00"),
            ("11 a.m.", "11:00"),
            ("12am", "00:00"),
            ("9.30am", "09:30"),
            ("at 9.30", "09:30"),
            ("0900 hrs", "09:00"),
            ("1400 UTC", "14:00"),
            ("8 o'clock", "08:00"),
            ("two o’clock", "02:00"),
            ("half past two", "02:30"),
            ("quarter to nine", "08:45"),
            ("ten past 8", "08:10"),
            ("at eight thirty", "08:30"),
            ("9-11am", "09:00"),
            ("10 to 2pm", "10:00"),
            ("five pm", "17:00"),
        ];
        for (text, expected) in cases {
            assert_eq!(clock(text, false).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn beside_a_day_a_bare_hour_is_enough() {
        for (text, expected) in [("at 9", "09:00"), ("à 14", "14:00"), ("0900", "09:00"), ("at nine", "09:00"), ("@ 7", "07:00")] {
            assert_eq!(clock(text, true).as_deref(), Some(expected), "{text}");
            assert_eq!(clock(text, false), None, "{text}");
        }
    }

    #[test]
    fn lengths_scores_and_versions_are_no_clock_times() {
        for text in [
            "dure 4 h",
            "il y a 2 h",
            "99%",
            "1.5x",
            "at 80%",
            "UE 7.2",
            "25:00",
            "9:75",
            "in 2026",
            "room 1400",
            "3 people",
            "48h",
            "at 3 different times",
        ] {
            assert_eq!(clock(text, false), None, "{text}");
        }
    }
}
