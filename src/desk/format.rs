//! Instants, spans and names as people read them, in both languages.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::words::Words;
use crate::facts::Language;

const WEEKDAYS: [[&str; 7]; 2] =
    [["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."]];
const MONTHS: [[&str; 12]; 2] = [
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juill.", "août", "sept.", "oct.", "nov.", "déc."],
];

fn of<'a, const N: usize>(names: &'a [[&'a str; N]; 2], language: Language, at: i8) -> &'a str {
    let [en, fr] = names;
    let names = if language == Language::Fr { fr } else { en };
    usize::try_from(at).ok().and_then(|at| names.get(at)).copied().unwrap_or("")
}

/// `14:06`, `14 h 06`.
pub fn time(at: Timestamp, zone: &TimeZone, language: Language) -> String {
    clock(&at.to_zoned(zone.clone()), language)
}

fn clock(at: &Zoned, language: Language) -> String {
    match language {
        Language::Fr => format!("{}\u{a0}h\u{a0}{:02}", at.hour(), at.minute()),
        Language::En => format!("{:02}:{:02}", at.hour(), at.minute()),
    }
}

/// `10 Nov`, `10 nov.`; with the year where it is not `now`'s.
pub fn day(at: Timestamp, now: Timestamp, zone: &TimeZone, language: Language) -> String {
    let (at, now) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    let (day, month) = (at.day(), of(&MONTHS, language, at.month() - 1));
    let day = if language == Language::Fr && day == 1 { "1er".to_owned() } else { day.to_string() };
    if at.year() == now.year() { format!("{day} {month}") } else { format!("{day} {month} {}", at.year()) }
}

/// `Tue 10 Nov`, `mar. 10 nov.`
pub fn weekday(at: Timestamp, now: Timestamp, zone: &TimeZone, language: Language) -> String {
    let name = of(&WEEKDAYS, language, at.to_zoned(zone.clone()).weekday().to_monday_zero_offset());
    format!("{name} {}", day(at, now, zone, language))
}

/// The clock time alone on the day itself, else day and time.
pub fn day_time(at: Timestamp, now: Timestamp, zone: &TimeZone, language: Language) -> String {
    if at.to_zoned(zone.clone()).date() == now.to_zoned(zone.clone()).date() {
        return time(at, zone, language);
    }
    format!("{}, {}", weekday(at, now, zone, language), time(at, zone, language))
}

/// As short as a row of the queue allows: the time today, the weekday this week, else the day.
pub fn short(at: Timestamp, now: Timestamp, zone: &TimeZone, language: Language) -> String {
    let (then, today) = (at.to_zoned(zone.clone()).date(), now.to_zoned(zone.clone()).date());
    match today.since(then).map_or(i32::MAX, |span| span.get_days()) {
        0 => time(at, zone, language),
        1..=6 => of(&WEEKDAYS, language, then.weekday().to_monday_zero_offset()).to_owned(),
        _ => day(at, now, zone, language),
    }
}

/// Time left: `48 min`, `12 h 48`, `1 d 18 h`, `9 d`; `long`: `12 h 48 min`. Nothing is left of what began.
pub fn left(seconds: i64, long: bool, language: Language) -> String {
    let (minutes, d) = (seconds.max(0) / 60, if language == Language::Fr { 'j' } else { 'd' });
    let (hours, days) = (minutes / 60, minutes / 60 / 24);
    match hours {
        0 => format!("{minutes} min"),
        1..=23 if long => format!("{hours} h {:02} min", minutes % 60),
        1..=23 => format!("{hours} h {:02}", minutes % 60),
        _ if days < 4 => format!("{days} {d} {} h", hours % 24),
        _ => format!("{days} {d}"),
    }
}

/// How long ago: `20 s`, `3 min`, `2 h`, `5 d`.
pub fn age(seconds: i64, language: Language) -> String {
    match seconds.max(0) {
        s @ 0..=59 => format!("{s} s"),
        s @ 60..=3599 => format!("{} min", s / 60),
        s @ 3600..=172_799 => format!("{} h", s / 3600),
        s => format!("{} {}", s / 86_400, if language == Language::Fr { 'j' } else { 'd' }),
    }
}

/// The city that a time zone is named after: `Brussels`, `Bruxelles`.
pub fn city(zone: &str, words: &Words, language: Language) -> String {
    let name = zone.rsplit('/').next().unwrap_or(zone);
    let key = format!("city.{name}");
    if words.has(&key) { words.say(language, &key, &[]) } else { name.replace('_', " ") }
}

/// `LG` of `Léa Gagnon`.
pub fn initials(name: &str) -> String {
    let mut parts = name.split_whitespace().filter_map(|p| p.chars().find(|c| c.is_alphanumeric()));
    let (first, last) = (parts.next(), parts.next_back());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// What was written with what cannot be seen made visible: bidi marks, zero-width and control characters as `U+202E` (SAFETY, row 67).
pub fn visible(text: &str) -> String {
    let hidden = |c: char| {
        matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}' | '\u{61c}' | '\u{180e}')
            || c.is_control() && c != '\n' && c != '\t'
    };
    if !text.contains(hidden) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut before = ' ';
    for c in text.chars() {
        // What joins emoji, or letters of scripts that need it, is no trick.
        let joins = c == '\u{200d}' && !before.is_ascii() && before != ' ';
        if hidden(c) && !joins && c != '\r' {
            out.push_str(&format!("[U+{:04X}]", u32::from(c)));
        } else if c != '\r' {
            out.push(c);
        }
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_is_as_short_as_the_queue_needs() {
        let (minute, hour, day) = (60, 3600, 86_400);
        let cases = [
            (-5, "0 min"),
            (48 * minute, "48 min"),
            (hour + 48 * minute, "1 h 48"),
            (23 * hour + 59 * minute, "23 h 59"),
            (day + 18 * hour, "1 d 18 h"),
            (9 * day + hour, "9 d"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(left(seconds, false, Language::En), expected);
        }
        assert_eq!(left(12 * hour + 48 * minute, true, Language::En), "12 h 48 min");
        assert_eq!(left(day + 18 * hour, false, Language::Fr), "1 j 18 h");
    }

    #[test]
    fn times_are_written_as_each_language_writes_them() {
        let at: Timestamp = "2026-11-10T19:06:00Z".parse().unwrap();
        let zone = TimeZone::get("America/Montreal").unwrap();
        let now: Timestamp = "2026-11-12T19:06:00Z".parse().unwrap();
        assert_eq!(day_time(at, now, &zone, Language::En), "Tue 10 Nov, 14:06");
        assert_eq!(day_time(at, now, &zone, Language::Fr), "mar. 10 nov., 14\u{a0}h\u{a0}06");
        assert_eq!(short(at, now, &zone, Language::En), "Tue");
        assert_eq!(day_time(at, at, &zone, Language::En), "14:06");
    }

    #[test]
    fn what_cannot_be_seen_is_shown() {
        assert_eq!(visible("gpj\u{202e}exe"), "gpj[U+202E]exe");
        assert_eq!(visible("vic\u{200b}tim@uni.example"), "vic[U+200B]tim@uni.example");
        assert_eq!(visible("👩\u{200d}🎓 ok"), "👩\u{200d}🎓 ok");
        assert_eq!(visible("a\nb"), "a\nb");
    }

    #[test]
    fn initials_are_of_the_first_and_the_last_name() {
        assert_eq!(initials("Léa Marie Gagnon"), "LG");
        assert_eq!(initials("élan"), "É");
        assert_eq!(initials(""), "");
    }
}
