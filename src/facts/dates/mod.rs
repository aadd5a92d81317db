//! Every day and clock time in a text, resolved against the moment it was sent.
//!
//! A walk over the tokens: pieces of a date that stand together (`Thursday`, `Dec 3`, `9h30`, `du matin`) are gathered
//! into one group, and the group is resolved once. So each piece needs one reader, whatever the order people put them in.

pub mod calendar;
pub mod clock;
pub mod evaluation;
mod numeric;
pub mod relative;
mod resolve;
mod spoken;
mod weeks;
pub mod words;

use std::ops::Range;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time, Weekday};

use super::tokens::{Gap, Kind, Tokens};
use calendar::{Calendar, Order};
use clock::Clock;
use relative::{Relative, Turn};
use resolve::{in_calendar, on_weekday, plus_days};
use words::Part;

/// No more than this many dates are read from one text.
const MOST: usize = 100;

/// What dates are resolved against.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// When the text was sent, in its own offset; without it only whole dates resolve.
    pub moment: Option<DateTime>,
    /// Whether the text is French.
    pub french: bool,
    /// How numbers are ordered where the text was written.
    pub order: Order,
}

/// A day, a clock time or both, as a text tells them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// Its tokens.
    pub tokens: Range<usize>,
    /// The day meant.
    pub on: Option<Date>,
    /// The clock time meant.
    pub time: Option<Time>,
    /// The clock time could as well be twelve hours later.
    pub either_half: bool,
    /// A week or month rather than a day.
    pub vague: bool,
    /// A day of the calendar is told, by number.
    pub calendar: bool,
    /// Counted in minutes from now: nobody stated its clock time.
    pub computed: bool,
    /// Told from today without a day's name: `today`, `this morning`, `in 2 hours`.
    pub same_day: bool,
}

/// Reads every date and clock time; `skip` are spans that hold none (addresses, codes).
pub fn read(tokens: &Tokens, now: Now, skip: &[Range<usize>]) -> Vec<Mention> {
    let mut mentions = Vec::new();
    let mut at = 0;
    while at < tokens.len() && mentions.len() < MOST {
        let start = tokens.span(at, at + 1).start;
        if let Some(past) = skip.iter().find(|s| s.contains(&start)) {
            at = tokens.at_byte(past.end).max(at + 1);
            continue;
        }
        match group(tokens, at, now) {
            Some(found) => {
                let end = found.end.max(at + 1);
                mentions.extend(resolve(tokens, &found, now, at));
                at = end;
            }
            None => at += 1,
        }
    }
    mentions
}

/// Pieces of one date, as they were met.
#[derive(Debug, Clone, Default)]
struct Group {
    end: usize,
    calendar: Option<Calendar>,
    weekday: Option<(Weekday, Turn)>,
    relative: Option<Relative>,
    later: i32,
    week: Option<i32>,
    month: Option<i32>,
    part: Option<Part>,
    clock: Option<Clock>,
}

impl Group {
    fn has_day(&self) -> bool {
        self.calendar.is_some() || self.weekday.is_some() || self.relative.is_some() || self.week.is_some() || self.month.is_some()
    }

    /// Takes a piece; false where its place is taken.
    fn take(&mut self, piece: Piece, end: usize) -> bool {
        let free = match piece {
            Piece::Calendar(c) => {
                let clash = matches!(self.relative, Some(Relative::Minutes(_) | Relative::Months(_))) || self.calendar.is_some();
                !clash && self.calendar.replace(c).is_none()
            }
            Piece::Relative(Relative::Weekday(day, turn, _)) => self.weekday.is_none() && self.weekday.replace((day, turn)).is_none(),
            Piece::Relative(Relative::Later(n)) => {
                let free = self.later == 0 && !self.has_day();
                self.later = if free { n } else { self.later };
                free
            }
            Piece::Relative(Relative::Week(n)) => self.week.is_none() && self.week.replace(n).is_none(),
            Piece::Relative(Relative::Month(n)) => self.month.is_none() && self.month.replace(n).is_none(),
            Piece::Relative(relative) => {
                let free = self.relative.is_none();
                if let (true, Relative::Days(_, Some(part))) = (free, relative) {
                    self.part = Some(part);
                }
                free && self.relative.replace(relative).is_none()
            }
            Piece::Part(part) => self.part.is_none() && self.part.replace(part).is_none(),
            Piece::Clock(clock) => self.clock.is_none() && self.clock.replace(clock).is_none(),
        };
        if free {
            self.end = end;
        }
        free
    }
}

impl Group {
    /// `9:00 to 11:00`, `9h-11h30`, `1:30 to 3:30 pm`: the end of a clock range belongs to it, and its half of the day to both ends.
    fn take_range(&mut self, tokens: &Tokens, bare: bool) {
        let Some(first) = self.clock else { return };
        let to = match tokens.fold(self.end) {
            "-" | "to" | "a" | "until" | "till" | "et" | "and" | "jusqu" => self.end + 1,
            _ => return,
        };
        let to = if tokens.fold(to) == "'" { to + 1 + usize::from(tokens.fold(to + 1) == "a") } else { to };
        let Some(last) = clock::read(tokens, to, bare) else { return };
        self.end = last.end;
        if first.either_half && !last.either_half && last.hour >= 12 && first.hour + 12 <= last.hour {
            self.clock = Some(Clock { hour: first.hour + 12, either_half: false, ..first });
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Piece {
    Calendar(Calendar),
    Relative(Relative),
    Part(Part),
    Clock(Clock),
}

/// Gathers the pieces that stand together from token `at` on.
fn group(tokens: &Tokens, at: usize, now: Now) -> Option<Group> {
    let mut group = Group::default();
    let (first, end) = match piece(tokens, at, now, &group) {
        Some((Piece::Part(_), _)) => return None,
        Some(found) => found,
        None => leading_hour(tokens, at)?,
    };
    let needs_day = clock::read(tokens, at, false).is_none() && matches!(first, Piece::Clock(_));
    group.take(first, end);
    group.take_range(tokens, needs_day);
    for _ in 0..8 {
        let Some((piece, end)) = next_piece(tokens, now, &group) else { break };
        if !group.take(piece, end) {
            break;
        }
        group.take_range(tokens, false);
    }
    (!needs_day || group.has_day() || group.part.is_some()).then_some(group)
}

/// `at 10 on Friday`: a bare hour that only the day behind it makes one.
fn leading_hour(tokens: &Tokens, at: usize) -> Option<(Piece, usize)> {
    let led = matches!(tokens.fold_before(at), "at" | "@" | "from" | "between" | "entre" | "de");
    let clock = clock::read(tokens, at, true).filter(|_| led)?;
    Some((Piece::Clock(clock), clock.end))
}

fn piece(tokens: &Tokens, at: usize, now: Now, group: &Group) -> Option<(Piece, usize)> {
    if let Some((calendar, end)) = calendar::read(tokens, at, now.french, now.order)
        && !(group.calendar.is_some() && calendar.month.is_none())
        && !(calendar.month.is_none() && clock_unit(tokens, end))
    {
        return Some((Piece::Calendar(calendar), end));
    }
    if let Some((relative, end)) = relative::read(tokens, at, now.french)
        && !is_weak(tokens, relative, at, end, group)
    {
        return Some((Piece::Relative(relative), end));
    }
    if let Some(clock) = clock::read(tokens, at, group.has_day()) {
        return Some((Piece::Clock(clock), clock.end));
    }
    let compound = tokens.follow(at, &["apres", "-", "midi"]).or_else(|| tokens.follow(at, &["apres", "midi"]));
    if let Some(end) = compound {
        return Some((Piece::Part(Part::Afternoon), end));
    }
    let part = Part::of(tokens.fold(at)).filter(|_| group.has_day() || group.clock.is_some())?;
    Some((Piece::Part(part), at + 1))
}

fn clock_unit(tokens: &Tokens, at: usize) -> bool {
    matches!(tokens.fold(at), "h" | "am" | "pm" | "heures" | "heure")
}

/// Whether a word such as `sat`, `sun` or `wed` stands without anything that makes it a weekday.
fn is_weak(tokens: &Tokens, relative: Relative, at: usize, end: usize, group: &Group) -> bool {
    const LEADING: &[&str] = &[
        "on", "this", "next", "by", "until", "till", "last", "before", "is", "for", "ce", "le", "du", "au", "exam", "exams", "test",
        "final", "midterm", "quiz", "paper", "coming", "from", "since", "(", ":", ",",
    ];
    let Relative::Weekday(_, _, true) = relative else { return false };
    let led = LEADING.contains(&tokens.fold_before(at)) || group.clock.is_some() || group.calendar.is_some();
    let numbered = tokens.kind(end) == Some(Kind::Number) || clock::read(tokens, end, true).is_some();
    let dotted = tokens.fold(end.wrapping_sub(1)) == ".";
    let supported = led || numbered || (words::month(tokens.fold(end)).is_some() && !matches!(tokens.fold(end), "may" | "mar" | "march"));
    !supported && !dotted || (dotted && !numbered && !led)
}

/// The next piece behind a few words that link the pieces of a date.
fn next_piece(tokens: &Tokens, now: Now, group: &Group) -> Option<(Piece, usize)> {
    for links in 0..5 {
        let at = group.end + links;
        if at >= tokens.len() || tokens.gap(at) == Gap::Blank {
            return None;
        }
        if let Some((found, end)) = piece(tokens, at, now, group)
            && fits(&found, group, links)
        {
            return Some((found, end));
        }
        if !is_link(tokens.fold(at)) {
            return None;
        }
    }
    None
}

/// Whether a piece may join: a length of time does not run on from a clock time, nor a new day from a whole date.
fn fits(piece: &Piece, group: &Group, links: usize) -> bool {
    match piece {
        Piece::Relative(Relative::Minutes(_) | Relative::Months(_) | Relative::Later(_)) => false,
        Piece::Relative(Relative::Days(_, part)) => group.relative.is_none() && (group.calendar.is_none() || part.is_some() || links <= 1),
        Piece::Calendar(c) => !(matches!(group.relative, Some(Relative::Days(..))) && c.month.is_none() && links > 2),
        _ => true,
    }
}

fn is_link(word: &str) -> bool {
    matches!(
        word,
        "," | "-"
            | "("
            | ")"
            | "/"
            | "|"
            | ":"
            | "@"
            | "'"
            | "at"
            | "a"
            | "par"
            | "by"
            | "from"
            | "de"
            | "des"
            | "d"
            | "of"
            | "on"
            | "le"
            | "la"
            | "l"
            | "the"
            | "for"
            | "pour"
            | "in"
            | "en"
            | "dans"
            | "vers"
            | "around"
            | "about"
            | "environ"
            | "starting"
            | "beginning"
            | "starts"
            | "start"
            | "debut"
            | "debute"
            | "commence"
            | "commencant"
            | "du"
            | "au"
            | "time"
            | "heure"
            | "hour"
            | "t"
            | "partir"
            | "that"
            | "is"
            | "just"
            | "before"
            | "apres"
            | "after"
            | "begins"
    )
}

fn resolve(tokens: &Tokens, group: &Group, now: Now, at: usize) -> Option<Mention> {
    let past = evaluation::tells_of_the_past(tokens, at, group.end);
    let today = now.moment.map(|m| m.date());
    let clock = group.clock.map(|c| group.part.map_or(c, |p| c.in_part(p)));
    let mut time = clock.and_then(|c| Time::new(i8::try_from(c.hour).ok()?, i8::try_from(c.minute).ok()?, 0, 0).ok());
    let mut vague = false;
    let on = match (group.calendar, group.relative, group.weekday) {
        (_, Some(Relative::Minutes(n)), _) => {
            let then = now.moment?.checked_add(i64::from(n).minutes()).ok()?;
            time = time.or(Time::new(then.hour(), then.minute(), 0, 0).ok());
            Some(then.date())
        }
        (_, Some(Relative::Days(n, _)), _) => Some(plus_days(today?, n)?),
        (_, Some(Relative::Months(n)), _) => Some(today?.checked_add(i64::from(n).months()).ok()?),
        (Some(calendar), _, weekday) => {
            vague = calendar.whole_month;
            in_calendar(calendar, weekday.map(|w| w.0), group.month, now, past)
        }
        (None, _, Some((day, turn))) => Some(on_weekday(day, turn, group.week, now.moment?, time, past)?),
        (None, _, None) if group.week.unwrap_or(0) != 0 || group.month.unwrap_or(0) != 0 => {
            vague = true;
            let weeks = plus_days(today?, group.week.unwrap_or(0).checked_mul(7)?)?;
            Some(weeks.checked_add(i64::from(group.month.unwrap_or(0)).months()).ok()?)
        }
        _ => None,
    };
    let on = on.and_then(|d| plus_days(d, group.later));
    if on.is_none() && time.is_none() {
        return None;
    }
    Some(Mention {
        span: tokens.span(at, group.end),
        tokens: at..group.end,
        on,
        time,
        either_half: clock.is_some_and(|c| c.either_half),
        vague: vague && time.is_none(),
        calendar: group.calendar.is_some(),
        computed: matches!(group.relative, Some(Relative::Minutes(_))) && group.clock.is_none(),
        same_day: matches!(group.relative, Some(Relative::Days(0, _) | Relative::Minutes(_))),
    })
}

#[cfg(test)]
mod tests;
