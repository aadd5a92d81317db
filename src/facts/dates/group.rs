//! The pieces of one date, gathered from the tokens that stand together.

use jiff::civil::Weekday;

use super::Now;
use super::calendar::{self, Calendar};
use super::clock::{self, Clock};
use super::length::Length;
use super::relative::{self, Relative, Turn};
use super::words::{self, Part};
use crate::facts::tokens::{Gap, Kind, Tokens};
use crate::facts::vocabulary::Words;

/// Pieces of one date, as they were met.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    /// The token behind it.
    pub end: usize,
    pub calendar: Option<Calendar>,
    pub weekday: Option<(Weekday, Turn)>,
    pub relative: Option<Relative>,
    /// So much after (or before) what the other pieces tell.
    pub later: Length,
    pub week: Option<i32>,
    pub month: Option<i32>,
    pub part: Option<Part>,
    pub clock: Option<Clock>,
    /// The calendar date is still to come (`le 14 février prochain`).
    pub coming: bool,
}

impl Group {
    /// Whether a day is told.
    pub fn has_day(&self) -> bool {
        self.calendar.is_some() || self.weekday.is_some() || self.relative.is_some() || self.week.is_some() || self.month.is_some()
    }

    /// Takes a piece; false where its place is taken.
    fn take(&mut self, piece: Piece, end: usize) -> bool {
        let free = match piece {
            Piece::Calendar(c) => {
                let clash = matches!(self.relative, Some(Relative::Minutes(_) | Relative::Months(_) | Relative::Span(_)))
                    || self.calendar.is_some();
                !clash && self.calendar.replace(c).is_none()
            }
            Piece::Relative(Relative::Weekday(day, turn, _)) => self.weekday.is_none() && self.weekday.replace((day, turn)).is_none(),
            Piece::Relative(Relative::Later(n)) => {
                let free = self.later == Length::default() && !self.has_day();
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

#[derive(Debug, Clone, Copy)]
pub(super) enum Piece {
    Calendar(Calendar),
    Relative(Relative),
    Part(Part),
    Clock(Clock),
}

/// Gathers the pieces that stand together from token `at` on.
pub(super) fn group(tokens: &Tokens, at: usize, now: Now) -> Option<Group> {
    let mut group = Group::default();
    let (first, end) = match piece(tokens, at, now, &group) {
        Some((Piece::Part(_), _)) => return None,
        Some(found) => found,
        None => leading_hour(tokens, at)?,
    };
    let needs_day = clock::read(tokens, at, false).is_none() && matches!(first, Piece::Clock(_));
    group.take(first, end);
    group.take_tail(tokens, needs_day);
    for _ in 0..8 {
        let Some((piece, end)) = next_piece(tokens, now, &group) else { break };
        if !group.take(piece, end) {
            break;
        }
        group.take_tail(tokens, false);
    }
    (!needs_day || group.has_day() || group.part.is_some()).then_some(group)
}

/// `at 10 on Friday`, `9 tomorrow`: a bare hour that only the day behind it makes one.
fn leading_hour(tokens: &Tokens, at: usize) -> Option<(Piece, usize)> {
    if matches!(tokens.fold(at + 1), "tomorrow" | "tmrw" | "tmr" | "tonight") && !is_numbering(tokens, at) {
        let (n @ 1..=12, 1..=2) = tokens.number(at)? else { return None };
        let clock = Clock::new(n, 0, n < 12, at + 1)?;
        return Some((Piece::Clock(clock), clock.end));
    }
    let led = matches!(tokens.fold_before(at), "at" | "@" | "from" | "between" | "entre" | "de");
    let clock = clock::read(tokens, at, true).filter(|_| led)?;
    Some((Piece::Clock(clock), clock.end))
}

/// Whether a word before makes the number at `at` its own: `chapter 9 tomorrow`, `BIO-9`.
fn is_numbering(tokens: &Tokens, at: usize) -> bool {
    let told = matches!(
        tokens.fold_before(at),
        "is" | "s" | "starts" | "begins" | "at" | "it" | "its" | "until" | "by" | "for" | "around" | "about"
    );
    let numbering = at > 0 && tokens.gap(at) < Gap::Blank && tokens.is_word(at - 1) && !told;
    numbering || (at > 0 && tokens.gap(at) == Gap::None)
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
            && fits(&found, group, links, links > 0 && tokens.fold_before(at) == "au")
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
fn fits(piece: &Piece, group: &Group, links: usize, behind_au: bool) -> bool {
    match piece {
        Piece::Relative(Relative::Minutes(_) | Relative::Months(_) | Relative::Span(_) | Relative::Later(_)) => false,
        // `du 13 au lundi 15 juin`: behind `au` stands the end of a range.
        Piece::Relative(Relative::Weekday(..)) => !(behind_au && group.calendar.is_some()),
        Piece::Relative(Relative::Days(_, part)) => group.relative.is_none() && (group.calendar.is_none() || part.is_some() || links <= 1),
        Piece::Calendar(c) => !(matches!(group.relative, Some(Relative::Days(..))) && c.month.is_none() && links > 2),
        _ => true,
    }
}

fn is_link(word: &str) -> bool {
    LINKS.has(word)
}

/// Words between the pieces of one date.
static LINKS: Words = Words::new(
    ", - ( ) / | : @ ' at a par by from de des d of on le la l the for pour in en dans vers around about environ starting beginning \
     starts start debut debute commence commencant du au time heure hour t partir that is just before apres after begins between entre \
     plutot rather approximately roughly exactement exactly ~ ⋅ ·",
);
