//! Days told from today: `tomorrow`, `ce soir`, `in two days`, `il y a 3 jours`, `next Friday`, `jeudi en huit`, `la semaine prochaine`.

use jiff::civil::Weekday;

use super::counted::counted;
use super::length::Length;
use super::weeks::{weekday, weekend, weeks};
use super::words::Part;
use crate::facts::tokens::{Gap, Kind, Tokens};

/// Which of the weeks a weekday lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The coming one, today included.
    Coming,
    /// English "next": the one in the next calendar week.
    NextWeek,
    /// French "prochain": the coming one, today not included.
    Prochain,
    /// The last one before today.
    Last,
    /// The coming one and so many weeks more ("jeudi en huit", "Thursday week").
    After(i32),
}

/// One piece of a date that needs to know what today is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relative {
    /// So many days from today, in a part of the day where one is told.
    Days(i32, Option<Part>),
    /// So many minutes from now.
    Minutes(i32),
    /// So many months from today.
    Months(i32),
    /// A length of time in several units from now (`in 1 year 2 months`).
    Span(Length),
    /// So much after what is told next (`a week from Friday`), or before it.
    Later(Length),
    /// A weekday; the flag: the word has other meanings.
    Weekday(Weekday, Turn, bool),
    /// So many weeks from this one, day not told.
    Week(i32),
    /// So many months from this one, day not told.
    Month(i32),
    /// The Saturday so many weeks from this one's.
    Weekend(i32),
}

/// Reads what is told from today at token `at`, with the token behind it.
pub fn read(tokens: &Tokens, at: usize, french: bool) -> Option<(Relative, usize)> {
    if !matches!(tokens.kind(at)?, Kind::Word | Kind::Number) {
        return None;
    }
    named(tokens, at)
        .map(|found| in_eight_days(tokens, found))
        .or_else(|| counted(tokens, at, french))
        .or_else(|| weekend(tokens, at))
        .or_else(|| weeks(tokens, at))
        .or_else(|| weekday(tokens, at, french))
}

/// today, tomorrow, ce soir, avant-hier …
fn named(tokens: &Tokens, at: usize) -> Option<(Relative, usize)> {
    let days = |n, end| Some((Relative::Days(n, None), end));
    let part = |n, part, end| Some((Relative::Days(n, Some(part)), end));
    let next = tokens.fold(at + 1);
    match tokens.fold(at) {
        "today" | "tdy" | "todays" | "auj" | "ajd" | "aujourdhui" => days(0, at + 1),
        "2" if tokens.gap(at + 1) == Gap::None && matches!(next, "day" | "moro" | "morrow" | "main" | "mro") => {
            days(i32::from(next != "day"), at + 2)
        }
        "dem" | "2m" if next == "1" && tokens.gap(at + 1) == Gap::None => days(1, at + 2),
        "aujourd" => {
            tokens.follow(at, &["aujourd", "'", "hui"]).or_else(|| tokens.follow(at, &["aujourd", "hui"])).and_then(|end| days(0, end))
        }
        "tonight" | "tonite" | "tonights" => part(0, Part::Evening, at + 1),
        "this" => match Part::of(next).filter(|_| next != "pm") {
            Some(p) => part(0, p, at + 2),
            None => None,
        },
        "last" if next == "night" => part(-1, Part::Evening, at + 2),
        "ce" | "c" | "cet" | "cette" => this_part(tokens, at),
        "a" if matches!(next, "soir" | "matin") && tokens.gap(at + 1) == Gap::Space => part(0, Part::of(next)?, at + 2),
        "day" => ["tomorrow", "tmrw", "tmr", "tomorow", "tommorow", "tommorrow"]
            .iter()
            .find_map(|tomorrow| tokens.follow(at, &["day", "after", tomorrow]))
            .and_then(|end| days(2, end))
            .or_else(|| tokens.follow(at, &["day", "before", "yesterday"]).and_then(|end| days(-2, end))),
        "after" if tokens.follow(at, &["after", "-", "tomorrow"]).is_some() => days(2, at + 3),
        "tomorrow" | "tmrw" if next == "week" => days(8, at + 2),
        "overmorrow" | "surlendemain" | "apresdemain" => days(2, at + 1),
        "next" if next == "tomorrow" => days(2, at + 2),
        "tomorrow" | "tmrw" | "tmr" | "tmrow" | "tomorow" | "tommorow" | "tommorrow" | "tomoro" | "tomoz" | "tomorrows" | "tmw"
        | "tomorrrow" | "demain" | "dmain" | "demin" => days(1, at + 1),
        "apres" | "apr" if next == "demain" => days(2, at + 2),
        "apres" if tokens.follow(at, &["apres", "-", "demain"]).is_some() => days(2, at + 3),
        "yesterday" | "hier" => days(-1, at + 1),
        "avant" if next == "hier" => days(-2, at + 2),
        "avant" if tokens.follow(at, &["avant", "-", "hier"]).is_some() => days(-2, at + 3),
        "j" | "d"
            if next == "-"
                && tokens.gap(at + 1) == Gap::None
                && tokens.gap(at + 2) == Gap::None
                && tokens.get(at).is_some_and(|t| t.capital) =>
        {
            let (n, 1..=2) = tokens.number(at + 2)? else { return None };
            (tokens.gap(at + 3) != Gap::None || at + 3 >= tokens.len() || tokens.fold(at + 3) != "-").then_some(())?;
            days(i32::try_from(n).ok()?, at + 3)
        }
        _ => None,
    }
}

/// `d'aujourd'hui en huit`.
fn in_eight_days(tokens: &Tokens, (relative, end): (Relative, usize)) -> (Relative, usize) {
    match (relative, tokens.follow(end, &["en", "huit"])) {
        (Relative::Days(n, part), Some(behind)) => (Relative::Days(n + 7, part), behind),
        _ => (relative, end),
    }
}

fn this_part(tokens: &Tokens, at: usize) -> Option<(Relative, usize)> {
    let today = |part, end| Some((Relative::Days(0, part), end));
    match tokens.fold(at + 1) {
        "matin" => today(Some(Part::Morning), at + 2),
        "soir" => today(Some(Part::Evening), at + 2),
        "midi" => today(None, at + 2),
        "apresmidi" | "aprem" => today(Some(Part::Afternoon), at + 2),
        "nuit" => today(Some(Part::Evening), at + 2),
        "apres" => {
            let end = tokens.follow(at + 2, &["-", "midi"]).or_else(|| tokens.follow(at + 2, &["midi"]))?;
            today(Some(Part::Afternoon), end)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Option<Relative> {
        let tokens = Tokens::of(text);
        (0..tokens.len()).find_map(|i| read(&tokens, i, text.contains(['é', 'ç', '’']))).map(|r| r.0)
    }

    #[test]
    fn days_are_told_from_today() {
        use Relative::{Days, Later, Minutes, Month, Months, Span, Week, Weekend};
        let mixed = |months, days, minutes| Span(Length { months, days, minutes });
        let cases = [
            ("today", Days(0, None)),
            ("tonight", Days(0, Some(Part::Evening))),
            ("this morning", Days(0, Some(Part::Morning))),
            ("aujourd’hui", Days(0, None)),
            ("ce soir", Days(0, Some(Part::Evening))),
            ("cet après-midi", Days(0, Some(Part::Afternoon))),
            ("à matin", Days(0, Some(Part::Morning))),
            ("tmrw", Days(1, None)),
            ("demain", Days(1, None)),
            ("the day after tomorrow", Days(2, None)),
            ("après-demain", Days(2, None)),
            ("yesterday", Days(-1, None)),
            ("avant-hier", Days(-2, None)),
            ("in 2 days", Days(2, None)),
            ("in a week", Days(7, None)),
            ("in two weeks’ time", Days(14, None)),
            ("dans trois jours", Days(3, None)),
            ("dans une semaine jour pour jour", Days(7, None)),
            ("in a fortnight", Days(14, None)),
            ("in 26 hours", Minutes(1560)),
            ("dans une demi-heure", Minutes(30)),
            ("in an hour and a half", Minutes(90)),
            ("dans 1h30", Minutes(90)),
            ("3 days ago", Days(-3, None)),
            ("il y a 2 semaines", Days(-14, None)),
            ("4 days until the exam", Days(4, None)),
            ("2 jours avant l’examen", Days(2, None)),
            ("in 2 months", Months(2)),
            ("a week from Friday", Later(Length::of_days(7))),
            ("a week on Thursday", Later(Length::of_days(7))),
            ("next week", Week(1)),
            ("la semaine prochaine", Week(1)),
            ("le mois prochain", Month(1)),
            ("J-3", Days(3, None)),
            ("two days after April 1", Later(Length::of_days(2))),
            ("la veille du 2 avril", Later(Length::of_days(-1))),
            ("in 1 year 2 months", Months(14)),
            ("in 1 week and 2 days", Days(9, None)),
            ("in 2d 3hr 10min", Minutes(3070)),
            ("in 1 month and 3 days", mixed(1, 3, 0)),
            ("dans trois quarts d’heure", Minutes(45)),
            ("dans 2,5 heures", Minutes(150)),
            ("les 2 prochaines semaines", Days(14, None)),
            ("ce week-end", Weekend(0)),
            ("next weekend", Weekend(1)),
        ];
        for (text, expected) in cases {
            assert_eq!(told(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn weekdays_carry_their_turn() {
        use Weekday::{Friday, Monday, Thursday, Tuesday};
        let cases = [
            ("Friday", Friday, Turn::Coming),
            ("next Tuesday", Tuesday, Turn::NextWeek),
            ("this coming Monday", Monday, Turn::Coming),
            ("last Thursday", Thursday, Turn::Last),
            ("mardi prochain", Tuesday, Turn::Prochain),
            ("vendredi dernier", Friday, Turn::Last),
            ("jeudi en huit", Thursday, Turn::After(1)),
            ("Friday week", Friday, Turn::After(1)),
        ];
        for (text, day, turn) in cases {
            assert_eq!(told(text), Some(Relative::Weekday(day, turn, false)), "{text}");
        }
        for text in ["for 2 days", "chaque lundi", "every Friday", "3 people", "20 minutes", "mon code à moi é"] {
            assert_eq!(told(text), None, "{text}");
        }
    }
}
