//! Evaluations that are named by a level: `Français B2`, `the C1 certificate`, `permis B théorique`.

use std::ops::Range;

use super::Reader;
use crate::facts::dates::evaluation::is_exam_word;
use crate::facts::tokens::Gap;
use crate::facts::vocabulary::Words;

impl Reader<'_, '_> {
    /// A language with its level, a level's certificate, or the class of a licence to drive.
    pub(super) fn levelled(&self) -> Option<Range<usize>> {
        (0..self.tokens.len()).find_map(|at| self.language(at).or_else(|| self.certificate(at)).or_else(|| self.licence(at)))
    }

    /// A level of the Common European Framework at `at`: its end.
    fn level(&self, at: usize) -> Option<usize> {
        let letter = matches!(self.fold(at), "a" | "b" | "c") && self.tokens.get(at).is_some_and(|t| t.capital);
        let (step, width) = self.tokens.number(at + 1)?;
        (letter && width == 1 && (1..=2).contains(&step) && self.tokens.gap(at + 1) == Gap::None).then_some(at + 2)
    }

    fn language(&self, at: usize) -> Option<Range<usize>> {
        let next = self.tokens.gap(at + 1) == Gap::Space;
        (next && LANGUAGE.has(self.fold(at))).then(|| self.level(at + 1)).flatten().map(|end| at..end)
    }

    fn certificate(&self, at: usize) -> Option<Range<usize>> {
        let end = self.level(at)?;
        (matches!(self.fold(end), "certificate" | "diploma" | "certificat") || is_exam_word(self.fold(end))).then_some(at..end + 1)
    }

    /// `examen théorique permis B`, `permis C théorique`.
    fn licence(&self, at: usize) -> Option<Range<usize>> {
        let class = self.tokens.raw(at + 1);
        let letter = class.chars().count() == 1 && class.chars().all(|c| c.is_ascii_uppercase()) && self.tokens.gap(at + 1) == Gap::Space;
        if !letter || !matches!(self.fold(at), "permis" | "licence" | "license") {
            return None;
        }
        let part = |i: usize| matches!(self.fold(i), "theorique" | "pratique" | "theory" | "practical");
        let mut start = at;
        start -= usize::from(start > 0 && matches!(self.fold(start - 1), "de" | "du"));
        start = if start > 0 && part(start - 1) { start - 1 } else { at };
        start -= usize::from(start < at && start > 0 && is_exam_word(self.fold(start - 1)));
        Some(start..at + 2 + usize::from(part(at + 2)))
    }
}

static LANGUAGE: Words = Words::new(
    "francais anglais allemand espagnol italien neerlandais portugais russe chinois mandarin japonais arabe coreen polonais turc grec \
     french english german spanish italian dutch portuguese russian chinese japanese arabic korean polish turkish greek",
);
