//! Course codes: `PSY-2140`, `CHEM 2301`, `201-NYA-05`, `UE 7.2`, `Physics 1E03`.

use std::ops::Range;

use super::Reader;
use super::words::{is_course_word, is_no_subject};
use crate::facts::dates::evaluation::is_exam_word;
use crate::facts::tokens::{Gap, Kind};

impl Reader<'_, '_> {
    pub(super) fn code(&self) -> Option<Range<usize>> {
        let found: Vec<Range<usize>> = (0..self.tokens.len()).filter_map(|i| self.code_at(i)).take(20).collect();
        let near_exam =
            |r: &&Range<usize>| (r.start.saturating_sub(4)..r.end + 3).any(|i| is_exam_word(self.fold(i)) || is_course_word(self.fold(i)));
        found.iter().find(near_exam).or(found.first()).cloned()
    }

    /// `PSY-2140`, `CHEM 2301`, `201-NYA-05`, `UE 7.2`, `GIA1107`, `kiné 220`, `Physics 1E03`.
    pub(super) fn code_at(&self, at: usize) -> Option<Range<usize>> {
        if self.skipped(at) || (self.tokens.gap(at) == Gap::None && at > 0 && glues(self.tokens.fold_before(at), self.tokens.kind(at - 1)))
        {
            return None;
        }
        if let Some(end) = self.quebec_code(at) {
            return Some(at..end);
        }
        if !self.tokens.is_word(at) || self.in_date(at) || is_no_subject(self.fold(at)) {
            return None;
        }
        let hyphen = self.fold(at + 1) == "-" && self.touches(at + 1) && self.touches(at + 2);
        let number = at + 1 + usize::from(hyphen);
        let (_, digits) = self.tokens.number(number)?;
        let phone = matches!(self.fold(number + 1), "-" | ".")
            && self.tokens.number(number + 2).is_some_and(|(_, w)| w >= 3)
            && self.touches(number + 1);
        let share = !hyphen && !self.touches(number) && self.fold(number + 1) == "%";
        if phone || share || self.tokens.gap(number) > Gap::Space || self.in_date(number) {
            return None;
        }
        let decimal = self.fold(number + 1) == "."
            && self.touches(number + 1)
            && self.touches(number + 2)
            && self.tokens.number(number + 2).is_some();
        if self.fold(at) == "ue" && (decimal || digits <= 3) {
            return Some(at..if decimal { number + 3 } else { number + 1 });
        }
        let end = self.code_end(number);
        let free = !self.touches(end)
            || end >= self.tokens.len()
            || (self.tokens.kind(end) == Some(Kind::Mark) && !matches!(self.fold(end), "@" | "_" | "/"));
        (free && self.fits(at, number, digits, end)).then_some(at..end)
    }

    fn touches(&self, at: usize) -> bool {
        self.tokens.gap(at) == Gap::None
    }

    /// Behind the number and what sticks to it: `2301A`, `1E03`, `102-MQ`.
    fn code_end(&self, number: usize) -> usize {
        let mut end = number + 1;
        if self.tokens.is_word(end) && self.touches(end) && self.tokens.raw(end).chars().count() <= 2 {
            end += 1;
            if self.tokens.kind(end) == Some(Kind::Number) && self.touches(end) {
                end += 1;
            }
        }
        if self.fold(end) == "-" && self.touches(end) && self.touches(end + 1) && self.tokens.raw(end + 1).chars().count() <= 2 {
            end += 2;
        }
        end
    }

    /// Whether word, number and tail have the shape of a course code; a shape that other things have too needs a cue near.
    fn fits(&self, at: usize, number: usize, digits: usize, end: usize) -> bool {
        let word = self.tokens.raw(at);
        let letters = word.chars().count();
        let tail = self.tokens.is_word(number + 1) && end > number + 1;
        let mixed = tail && end > number + 2;
        let shape = (3..=4).contains(&digits) || (digits <= 2 && mixed);
        let cued = self.cued(at, end);
        let glued = self.touches(number);
        let capital = self.tokens.get(at).is_some_and(|t| t.capital);
        let plain = match (word.chars().all(char::is_uppercase), letters) {
            (true, 2..=6) => shape && !self.shouts_around(at),
            (_, 2..=12) => (shape || tail) && (cued || (mixed && capital)) && !glued,
            _ => false,
        };
        let joined = number > at + 1 || glued;
        let short = number == at + 2 && digits == 2 && (3..=6).contains(&letters) && word.chars().all(char::is_uppercase);
        plain || (short && !tail && self.cued(at, end)) || ((2..=5).contains(&letters) && digits >= 3 && shape && joined && (cued || glued))
    }

    /// Whether everything around is in capitals, so that capitals tell nothing here and a cue is needed.
    pub(super) fn shouts_around(&self, at: usize) -> bool {
        let cued = self.cued(at, at + 2);
        let words: Vec<&str> = (at.saturating_sub(6)..at).filter(|i| self.tokens.is_word(*i)).map(|i| self.tokens.raw(i)).collect();
        !cued
            && words.len() >= 3
            && words.iter().all(|w| w.chars().all(char::is_uppercase))
            && matches!(self.tokens.fold_before(at), "code" | "error" | "erreur")
    }

    pub(super) fn cued(&self, at: usize, end: usize) -> bool {
        let near = |i: usize| is_exam_word(self.fold(i)) || is_course_word(self.fold(i));
        (at.saturating_sub(4)..at).any(near)
            || (end..end + 3).any(near)
            || matches!(self.tokens.fold_before(at), "for" | "pour" | "in" | "en")
    }

    /// `201-NYA-05`.
    pub(super) fn quebec_code(&self, at: usize) -> Option<usize> {
        let (_, 3) = self.tokens.number(at)? else { return None };
        let first = self.fold(at + 1) == "-" && self.tokens.raw(at + 2).len() == 3 && self.tokens.gap(at + 2) == Gap::None;
        let last = self.fold(at + 3) == "-" && self.tokens.kind(at + 4) == Some(Kind::Number) && self.tokens.gap(at + 4) == Gap::None;
        (first && last && self.tokens.is_word(at + 2)).then_some(at + 5)
    }
}

fn glues(before: &str, kind: Option<Kind>) -> bool {
    kind != Some(Kind::Mark) || matches!(before, "-" | "@" | "_" | "." | "/" | "#")
}
