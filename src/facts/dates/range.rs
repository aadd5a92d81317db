//! What hangs behind the pieces of a date: the end of a range, a year behind the clock time, an offset from UTC.

use super::Now;
use super::calendar::{Calendar, Day};
use super::clock::{self, Clock};
use super::group::{Group, group};
use super::spoken::words_number;
use super::words;
use crate::facts::tokens::{Gap, Tokens};

impl Group {
    /// Takes what belongs to the piece just met and is none itself.
    pub(super) fn take_tail(&mut self, tokens: &Tokens, bare: bool) {
        self.take_hours(tokens, bare);
        self.take_offset(tokens);
        self.take_year(tokens);
        self.take_coming(tokens);
    }

    /// `9:00 to 11:00`, `9h-11h30`, `1:30 to 3:30 pm`: the end of a clock range belongs to it, and its half of the day to both ends.
    fn take_hours(&mut self, tokens: &Tokens, bare: bool) {
        let Some(first) = self.clock.filter(|c| c.end == self.end) else { return };
        let to = match tokens.fold(self.end) {
            "-" | "to" | "a" | "until" | "till" | "et" | "and" | "jusqu" => self.end + 1,
            _ => return,
        };
        let to = if tokens.fold(to) == "'" { to + 1 + usize::from(tokens.fold(to + 1) == "a") } else { to };
        let bare = bare || (self.has_day() && matches!(tokens.fold(self.end), "-" | "to" | "until" | "till"));
        let Some(last) = clock::read(tokens, to, bare).or_else(|| bare_end(tokens, to).filter(|_| bare)) else { return };
        self.end = last.end;
        // Only an am or pm says so: 20:00 is written on a clock of 24 hours, and so is what stands before it.
        let written = tokens.number(to).or_else(|| words_number(tokens, to).map(|(n, _)| (n, 0))).map_or(0, |n| n.0);
        if first.either_half && !last.either_half && written < last.hour && first.hour + 12 <= last.hour {
            self.clock = Some(Clock { hour: first.hour + 12, either_half: false, ..first });
        }
    }

    /// `08:45:20+02:00`, `09:00Z`: an offset is no second clock time.
    fn take_offset(&mut self, tokens: &Tokens) {
        let at = self.end;
        if self.clock.is_none_or(|c| c.end != at) || tokens.gap(at) != Gap::None {
            return;
        }
        match (tokens.fold(at), tokens.number(at + 1)) {
            ("z", _) => self.end = at + 1,
            ("+", Some((0..=14, 2))) if tokens.fold(at + 2) == ":" && tokens.number(at + 3).is_some() => self.end = at + 4,
            ("+" | "-", Some((_, 4))) | ("+", Some((0..=14, 2))) => self.end = at + 2,
            _ => {}
        }
    }

    /// `May 21 08:40:00 2027`, `Sep 7 10:00:00 EDT 2027`, `April 1 at 9am, 2027`.
    fn take_year(&mut self, tokens: &Tokens) {
        let behind_clock = self.clock.is_some_and(|c| c.end == self.end);
        let Some(calendar) = self.calendar.filter(|c| behind_clock && c.year.is_none() && c.month.is_some()) else { return };
        let zone = matches!(
            tokens.fold(self.end),
            "," | "est" | "edt" | "cst" | "cdt" | "mst" | "mdt" | "pst" | "pdt" | "utc" | "gmt" | "cet" | "cest"
        );
        let at = self.end + usize::from(zone);
        let Some((year @ 1990..2100, 4)) = tokens.number(at) else { return };
        let clock = tokens.fold(at + 1) == ":" || matches!(tokens.fold(at + 1), "h" | "hrs" | "hours" | "hr");
        let counted = tokens.is_word(at + 1) && tokens.gap(at + 1) < Gap::Line && !clock::may_follow_an_hour(tokens.fold(at + 1));
        if tokens.gap(at) == Gap::Space && !clock && !counted {
            self.calendar = Some(Calendar { year: i16::try_from(year).ok(), ..calendar });
            self.end = at + 1;
        }
    }

    /// `le 14 février prochain`.
    fn take_coming(&mut self, tokens: &Tokens) {
        let dated = self.calendar.is_some_and(|c| c.year.is_none() && c.month.is_some());
        if dated && tokens.fold(self.end) == "prochain" {
            (self.coming, self.end) = (true, self.end + 1);
        }
    }

    /// `from the 13th to the 15th of July`, `April 28 to May 2, 2027`: the end of a range tells what its start leaves out.
    pub(super) fn take_last_day(&mut self, tokens: &Tokens, at: usize, now: Now) {
        let Some(first) = self.calendar else { return };
        let link = tokens.fold(self.end);
        let between =
            matches!(link, "and" | "et" | "&") && (at.saturating_sub(3)..at).any(|i| matches!(tokens.fold(i), "between" | "entre"));
        let range = between || matches!(link, "to" | "au" | "until" | "till" | "through" | "-" | "jusqu");
        if !(range || matches!(link, "and" | "et" | "&")) || tokens.gap(self.end) > if link == "-" { Gap::Space } else { Gap::Line } {
            return;
        }
        let start =
            (self.end + 1..self.end + 5).find(|i| !matches!(tokens.fold(*i), "le" | "the" | "'" | "au" | "du" | "on")).unwrap_or(self.end);
        let Some(last) = group(tokens, start, now) else { return };
        let Some(told) = last.calendar.filter(|c| !c.whole_month && last.relative.is_none()) else { return };
        let month_first = words::month(tokens.fold(start)).is_some();
        if self.month.is_none() && (range || !month_first) {
            self.calendar = Some(shared(first, told, range));
        }
        self.end = if range { last.end } else { self.end };
    }
}

/// The end of `9 to 11 on April 3`.
fn bare_end(tokens: &Tokens, at: usize) -> Option<Clock> {
    let (hour, 1..=2) = tokens.number(at)? else { return None };
    let counted = tokens.is_word(at + 1) && !clock::may_follow_an_hour(tokens.fold(at + 1));
    let goes_on =
        matches!(tokens.fold(at + 1), "/" | "." | ":" | "%" | "$") && tokens.gap(at + 1) == Gap::None && tokens.number(at + 2).is_some();
    if counted || goes_on { None } else { Clock::new(hour, 0, hour < 12, at + 1) }
}

/// `first` with the month and year of `last`, so that it does not lie behind it.
fn shared(first: Calendar, last: Calendar, range: bool) -> Calendar {
    let (Day::Number(from), Day::Number(to)) = (first.day, last.day) else { return first };
    match (first.month, first.year, last.month) {
        (None, None, Some(month)) if from <= to => Calendar { month: Some(month), year: last.year, or: None, ..first },
        (None, None, Some(1)) if range => Calendar { month: Some(12), year: last.year.map(|y| y - 1), ..first },
        (None, None, Some(month)) if range => Calendar { month: Some(month - 1), year: last.year, ..first },
        (Some(month), None, Some(until)) if range => {
            let crossed = (month, from) > (until, to);
            Calendar { year: last.year.map(|y| y - i16::from(crossed)), ..first }
        }
        _ => first,
    }
}
