//! The title, the code and the start of an evaluation in a reply.

use std::ops::Range;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};

use super::phrases::Phrases;
use super::plain::{Plain, Sign, find_groups, groups};
use super::written::Written;
use crate::facts::dates::calendar::Order;
use crate::facts::dates::evaluation::is_exam_word;
use crate::facts::dates::{self, Mention, Now};
use crate::facts::tokens::Tokens;
use crate::people::{Evaluation, Registered};

/// Every title, code, day and time of this person's evaluations that the person did not write.
pub(super) fn find(plain: &Plain, signs: &[Sign], registered: &Registered, written: &Written, phrases: &Phrases) -> Vec<Range<usize>> {
    let zone = TimeZone::get(&registered.institution.time_zone).unwrap_or(TimeZone::UTC);
    let mut found = Vec::new();
    for evaluation in &registered.evaluations {
        for name in names(evaluation, phrases).into_iter().filter(|name| !written.has(name)) {
            found.extend(find_groups(signs, &name));
        }
        found.extend(starts(plain, evaluation.starts_at.to_zoned(zone.clone()).datetime(), written));
    }
    found
}

/// The course code and the titles, without the words that any evaluation has.
fn names(evaluation: &Evaluation, phrases: &Phrases) -> Vec<Vec<Vec<char>>> {
    let word = |group: &[char]| group.iter().collect::<String>();
    let plain = |group: &Vec<char>| {
        let word = word(group);
        word.len() < 3 || is_exam_word(&word) || word.chars().all(char::is_numeric)
    };
    let titles = [&evaluation.title_en, &evaluation.title_fr].into_iter().map(|title| {
        let groups = groups(title);
        let from = groups.iter().position(|g| !plain(g)).unwrap_or(groups.len());
        let to = groups.iter().rposition(|g| !plain(g)).map_or(from, |at| at + 1);
        groups.get(from..to).unwrap_or_default().to_vec()
    });
    let titles = titles.filter(|title| !title.iter().all(|group| phrases.is_word(&word(group)) || plain(group)));
    let code = groups(&evaluation.course_code);
    let numbered = code.iter().any(|g| g.iter().all(|c| c.is_numeric())) && code.len() > 1;
    let code = Some(code).filter(|code| numbered || code.iter().all(|g| g.len() > 3 && !phrases.is_word(&word(g))));
    titles.chain(code).filter(|name| !name.is_empty()).collect()
}

/// Where the day or the clock time of `start` is told, and the person told neither.
fn starts(plain: &Plain, start: DateTime, written: &Written) -> Vec<Range<usize>> {
    let Ok(before) = start.checked_sub(1.day()) else { return Vec::new() };
    let own = mentions(written.plain(), before);
    let told_day = own.iter().any(|m| is_day(&m.mention, start.date()));
    let told_time = own.iter().any(|m| is_time(&m.mention, start.time()));
    let tells = |m: &Told| {
        let day = m.mention.calendar && is_day(&m.mention, start.date());
        let time = is_time(&m.mention, start.time()) && (day || m.mention.on.is_none() && m.of_exam);
        day && !told_day || time && !told_time
    };
    mentions(plain, before).into_iter().filter(tells).map(|m| m.span).collect()
}

fn is_day(mention: &Mention, day: Date) -> bool {
    mention.on == Some(day) && !mention.vague
}

fn is_time(mention: &Mention, time: Time) -> bool {
    let half_a_day = SignedDuration::from_hours(12);
    let same = |told: Time| told.hour() == time.hour() && told.minute() == time.minute();
    mention.time.is_some_and(|told| same(told) || mention.either_half && same(told.wrapping_add(half_a_day))) && !mention.computed
}

/// A day or time, where it stands, and whether its line speaks of an evaluation.
struct Told {
    mention: Mention,
    span: Range<usize>,
    of_exam: bool,
}

/// Read in the ways of both languages: which of them a reply is written in does not matter.
fn mentions(plain: &Plain, moment: DateTime) -> Vec<Told> {
    let ways = [(true, Order::DayMonth), (false, Order::LikelyMonthDay), (false, Order::LikelyDayMonth)];
    let mut found = Vec::new();
    for (start, piece) in plain.pieces(2_048, 128).into_iter().filter(|(_, piece)| speaks_of_time(piece)) {
        let tokens = Tokens::of(piece);
        let mut line = 0;
        let mut exams: Vec<Range<usize>> = Vec::new();
        for text in piece.split_inclusive('\n') {
            let (from, to) = (tokens.at_byte(line), tokens.at_byte(line + text.len()));
            exams.extend((from..to).any(|at| is_exam_word(tokens.fold(at))).then_some(line..line + text.len()));
            line += text.len();
        }
        for (french, order) in ways {
            let read = dates::read(&tokens, Now { moment: Some(moment), french, order }, &[]);
            found.extend(read.into_iter().map(|mention| {
                let of_exam = exams.iter().any(|line| line.contains(&mention.span.start));
                Told { span: start + mention.span.start..start + mention.span.end, of_exam, mention }
            }));
        }
    }
    found
}

/// Whether there is a digit, or a word for noon: nothing else tells a day of the calendar or a clock time.
fn speaks_of_time(piece: &str) -> bool {
    piece.bytes().any(|b| b.is_ascii_digit()) || ["noon", "midi", "midnight", "minuit"].iter().any(|w| piece.contains(w))
}
