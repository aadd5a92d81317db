//! Dates in headers (RFC 5322 section 3.3, its obsolete forms, and what programs write instead).

use jiff::{Timestamp, Zoned, civil, tz};

/// Reads a date in its own offset. `None`: it names no instant (or an offset that does not exist).
pub fn read(text: &str) -> Option<Zoned> {
    let mut date = Parts::default();
    let plain = text.get(..text.len().min(200)).unwrap_or_default().replace([',', ';', '(', ')'], " ");
    for word in plain.split_whitespace() {
        date.take(word);
    }
    date.zoned()
}

#[derive(Debug, Default)]
struct Parts {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    clock: Option<(i8, i8, i8)>,
    /// Seconds east of Greenwich.
    offset: Option<i32>,
    impossible: bool,
}

impl Parts {
    fn take(&mut self, word: &str) {
        if let Some((day, clock)) = word.split_once('T').filter(|(d, c)| d.len() >= 8 && c.contains(':')) {
            self.take(day);
            self.clock_with_zone(clock);
        } else if word.contains(':') && word.starts_with(|c: char| c.is_ascii_digit()) {
            self.clock_with_zone(word);
        } else if self.year.is_some() && self.clock.is_none() && word.len() <= 8 && word.matches('.').count() == 2 {
            // "10.00.00" behind a whole date.
            self.clock_with_zone(word);
        } else if let Some(sign) = word.chars().next().filter(|c| matches!(c, '+' | '-')) {
            self.zone(sign, word.get(1..).unwrap_or_default());
        } else if word.starts_with(|c: char| c.is_ascii_digit()) {
            self.number(word);
        } else if let Some(month) = month(word) {
            self.month = self.month.or(Some(month));
        } else if word.eq_ignore_ascii_case("pm") {
            self.clock = self.clock.map(|(h, m, s)| (if h < 12 { h + 12 } else { h }, m, s));
        } else if word.eq_ignore_ascii_case("am") {
            self.clock = self.clock.map(|(h, m, s)| (if h == 12 { 0 } else { h }, m, s));
        } else {
            self.named_zone(word);
        }
    }

    fn number(&mut self, word: &str) {
        if word.contains(['-', '/', '.']) {
            let pieces: Vec<&str> = word.split(['-', '/', '.']).collect();
            // 2026-11-02 and 02-Nov-2026; 11/02/2026 says two different things.
            let iso = pieces.first().is_some_and(|p| p.len() == 4);
            let named = pieces.iter().any(|p| month(p).is_some());
            if iso {
                if let [y, m, d, ..] = pieces.as_slice() {
                    (self.year, self.month, self.day) = (y.parse().ok(), m.parse().ok().or_else(|| month(m)), d.parse().ok());
                }
            } else if named {
                for piece in pieces {
                    self.take(piece);
                }
            }
            return;
        }
        let digits = word.trim_end_matches(|c: char| !c.is_ascii_digit());
        match (digits.len(), digits.parse::<i16>().ok()) {
            (4, Some(year)) => self.year = self.year.or(Some(year)),
            (3, Some(year)) => self.year = self.year.or(Some(1900 + year)),
            (1 | 2, Some(number)) if self.day.is_none() => self.day = i8::try_from(number).ok(),
            (2, Some(number)) if self.year.is_none() => self.year = Some(if number < 50 { 2000 + number } else { 1900 + number }),
            _ => {}
        }
    }

    fn clock_with_zone(&mut self, word: &str) {
        let end = word.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.').unwrap_or(word.len());
        let (clock, zone) = word.split_at_checked(end).unwrap_or((word, ""));
        let mut numbers = clock.split(['.', ':']).map(|n| n.parse::<i8>().ok());
        let (hour, minute) = (numbers.next().flatten(), numbers.next().flatten());
        let second = numbers.next().flatten().unwrap_or(0).min(59);
        self.clock = hour.zip(minute).map(|(h, m)| (h, m, second));
        match zone.chars().next() {
            Some(sign @ ('+' | '-')) => self.zone(sign, zone.get(1..).unwrap_or_default()),
            Some(_) => self.take(zone),
            None => {}
        }
    }

    fn zone(&mut self, sign: char, rest: &str) {
        let digits: String = rest.chars().filter(char::is_ascii_digit).take(4).collect();
        let (hours, minutes) = match digits.len() {
            4 => (digits.get(..2), digits.get(2..)),
            2 => (digits.get(..2), Some("0")),
            3 => (digits.get(..1), digits.get(1..)),
            _ => return,
        };
        let number = |d: Option<&str>| d.and_then(|d| d.parse::<i32>().ok()).unwrap_or(0);
        let seconds = number(hours) * 3600 + number(minutes) * 60;
        self.impossible |= number(hours) > 15;
        if self.offset.is_none() {
            self.offset = Some(if sign == '-' { -seconds } else { seconds });
        }
    }

    fn named_zone(&mut self, word: &str) {
        if let Some((name, rest)) = word.split_once(['+', '-']).filter(|(n, _)| matches!(*n, "GMT" | "UTC")) {
            let sign = word.chars().nth(name.len()).unwrap_or('+');
            self.zone(sign, rest);
            return;
        }
        let quarters = match word.to_ascii_uppercase().as_str() {
            "Z" | "GMT" | "UT" | "UTC" | "WET" => 0,
            "BST" | "CET" | "MET" | "MEZ" | "WEST" => 4,
            "CEST" | "MEST" | "MESZ" | "EET" => 8,
            "EEST" | "MSK" => 12,
            "IST" => 22,
            "JST" | "KST" => 36,
            "NST" => -14,
            "NDT" => -10,
            "ADT" => -12,
            "AST" | "EDT" | "HAE" => -16,
            "EST" | "HNE" | "CDT" => -20,
            "CST" | "MDT" => -24,
            "MST" | "PDT" => -28,
            "PST" => -32,
            _ => return,
        };
        self.offset = self.offset.or(Some(quarters * 900));
    }

    fn zoned(self) -> Option<Zoned> {
        if self.impossible {
            return None;
        }
        let (hour, minute, second) = self.clock.unwrap_or((0, 0, 0));
        let local = civil::DateTime::new(self.year?, self.month?, self.day?, hour, minute, second, 0).ok()?;
        let offset = tz::Offset::from_seconds(self.offset.unwrap_or(0)).ok()?;
        offset.to_timestamp(local).ok().map(|at: Timestamp| at.to_zoned(offset.to_time_zone()))
    }
}

fn month(word: &str) -> Option<i8> {
    let folded: String = word
        .chars()
        .take(4)
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'é' | 'è' => 'e',
            'û' => 'u',
            'ä' => 'a',
            c => c,
        })
        .collect();
    let number = match folded.get(..3)? {
        "jan" | "ene" => 1,
        "feb" | "fev" => 2,
        "mar" | "mrz" => 3,
        "apr" | "avr" | "abr" => 4,
        "may" | "mai" => 5,
        "jun" => 6,
        "jui" => {
            if folded.ends_with('l') {
                7
            } else {
                6
            }
        }
        "jul" => 7,
        "aug" | "aou" | "ago" => 8,
        "sep" => 9,
        "oct" | "okt" => 10,
        "nov" => 11,
        "dec" | "dez" | "dic" => 12,
        _ => return None,
    };
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_their_own_offset() {
        let cases = [
            ("by the book", "Mon, 2 Nov 2026 09:30:00 -0500", Some("2026-11-02T09:30:00-05:00")),
            ("with a comment", "Mon, 02 Nov 2026 09:30:00 -0500 (EST)", Some("2026-11-02T09:30:00-05:00")),
            ("without seconds", "2 Nov 2026 09:30 +0100", Some("2026-11-02T09:30:00+01:00")),
            ("GMT", "Mon, 2 Nov 2026 14:30:00 GMT", Some("2026-11-02T14:30:00+00:00")),
            ("two digits", "Mon, 2 Nov 26 09:30:00 EST", Some("2026-11-02T09:30:00-05:00")),
            ("as ctime", "Mon Nov  2 09:30:00 2026", Some("2026-11-02T09:30:00+00:00")),
            ("ISO", "2026-11-02T09:30:00-05:00", Some("2026-11-02T09:30:00-05:00")),
            ("ISO in UTC", "2026-11-02 09:30:00Z", Some("2026-11-02T09:30:00+00:00")),
            ("hyphens", "02-Nov-2026 09:30:00 +0000", Some("2026-11-02T09:30:00+00:00")),
            ("French", "lundi 2 novembre 2026 09:30:00 +0100", Some("2026-11-02T09:30:00+01:00")),
            ("no such zone", "Mon, 2 Nov 2026 09:30:00 +9999", None),
            ("no date", "yesterday", None),
            ("no such day", "Mon, 31 Feb 2026 09:30:00 +0000", None),
            ("twelve-hour clock", "Mon, 2 Nov 2026 9:30:00 PM +0000", Some("2026-11-02T21:30:00+00:00")),
        ];
        for (says, text, expected) in cases {
            let read = read(text).map(|z| z.timestamp().display_with_offset(z.offset()).to_string());
            assert_eq!(read.as_deref(), expected, "{says}");
        }
    }
}
