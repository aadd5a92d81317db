//! Titles beside a word for evaluation or course: `examen de Biochimie structurale`, `my stats midterm`.

use std::ops::Range;

use super::Reader;
use super::words::{is_adjective, is_course_word, is_determiner, is_no_title, is_plain, is_small};
use crate::facts::dates::evaluation::is_exam_word;
use crate::facts::names::words as name_words;
use crate::facts::tokens::{Gap, Kind};
use crate::facts::vocabulary::Words;

impl Reader<'_, '_> {
    /// `examen de Biochimie structurale`, `exam in Oral Pathology`, `cours de droit constit`, `the module, Cell Biology`.
    pub(super) fn title_behind(&self) -> Option<Range<usize>> {
        for at in 0..self.tokens.len() {
            let word = self.fold(at);
            let exam = is_exam_word(word);
            if !(exam || is_course_word(word)) || self.in_date(at) {
                continue;
            }
            let whole =
                matches!(self.fold(at + 1), "uniforme" | "synthese" | "national" | "nationale" | "professionnel" | "professionnelle");
            if whole && matches!(word, "examen" | "epreuve" | "examination" | "exam") {
                let end = self.tokens.follow(at + 2, &["de", "programme"]).unwrap_or(at + 2);
                let end = self.tokens.follow(end, &["d", "'", "admission"]).unwrap_or(end);
                return Some(at..end);
            }
            let link = at + 1 + usize::from(matches!(self.fold(at + 1), "final" | "finale" | "ecrit" | "ecrite" | "oral" | "orale" | "s"));
            if let Some(start) = self.linked(link, exam) {
                let end = self.title_end(start);
                if start < end && self.is_title(start, end) {
                    let whole = exam && self.needs_head(start);
                    return Some(self.trimmed(if whole { at..end } else { start..end }));
                }
            }
        }
        None
    }

    /// `épreuve « Urgences obstétricales »`.
    pub(super) fn quoted_title(&self) -> Option<Range<usize>> {
        (0..self.tokens.len()).filter(|i| is_exam_word(self.fold(*i)) && self.fold(i + 1) == "\"").find_map(|at| {
            let close = (at + 3..at + 12).find(|i| self.fold(*i) == "\"")?;
            Some(at + 2..close)
        })
    }

    /// `I have to sit Marketing II`, `je passe Obstétrique 2`, `examen français appliqué`: a capital behind a verb of sitting, or behind the evaluation's own word.
    pub(super) fn sat(&self) -> Option<Range<usize>> {
        (0..self.tokens.len()).find_map(|at| {
            let word = self.fold(at);
            let verb = SAT.has(word);
            let french_exam = matches!(
                word,
                "examen"
                    | "epreuve"
                    | "evaluation"
                    | "test"
                    | "session"
                    | "certification"
                    | "partiel"
                    | "concours"
                    | "exam"
                    | "paper"
                    | "quiz"
            ) && self.tokens.get(at).is_some_and(|t| !t.capital || at == 0 || self.tokens.ends_sentence(at - 1));
            let mut start = at + 1;
            start += usize::from(matches!(self.fold(start), "en") && matches!(word, "compose" | "composer" | "composons"));
            while matches!(self.fold(start), "the" | "my" | "mon" | "ma" | "la" | "le" | "l" | "'" | "d" | "of") && verb {
                start += 1;
            }
            let named = self.tokens.get(start).is_some_and(|t| t.capital && t.kind == Kind::Word) && self.tokens.gap(start) <= Gap::Line;
            let end = self.title_end(start);
            let fits = (verb || french_exam)
                && named
                && start < end
                && self.is_title(start, end)
                && !is_plain(self.fold(start))
                && !name_words::is_title(self.fold(start));
            fits.then(|| self.trimmed(start..end))
        })
    }

    /// `C'est pour Droit des obligations`, `my account for Oral Pathology`: a title behind what the evaluation is wanted for.
    pub(super) fn meant(&self) -> Option<Range<usize>> {
        (0..self.tokens.len()).find_map(|at| {
            let lead = match self.fold(at) {
                "pour" => {
                    self.tokens.follow(at.saturating_sub(3), &["c", "'", "est"]).is_some()
                        || at == 0
                        || self.tokens.ends_sentence(at - 1)
                        || self.tokens.fold_before(at) == ","
                        || wanted(self.tokens.fold_before(at))
                }
                "for" => wanted(self.tokens.fold_before(at)),
                "in" | "en" | "dans" => {
                    matches!(self.tokens.fold_before(at), "enrolled" | "inscrit" | "inscrite" | "student" | "candidate" | "candidat")
                }
                _ => false,
            };
            let start = at + 1 + usize::from(matches!(self.fold(at + 1), "the" | "my" | "le" | "la"));
            let end = self.title_end(start);
            let capital = self.tokens.get(start).is_some_and(|t| t.capital && t.kind == Kind::Word);
            let closes = end >= self.tokens.len() || self.tokens.ends_sentence(end) || self.tokens.gap(end) >= Gap::Line;
            // `C'est pour histoire des sciences`: several words that are all of the sentence.
            let whole = closes && self.tokens.follow(at.saturating_sub(3), &["c", "'", "est", "pour"]).is_some();
            let named = whole && (start + 1..end).any(|i| matches!(self.fold(i), "de" | "des" | "du" | "d"));
            let dated = named || self.in_date(end) || (self.fold(end) == "(" && self.in_date(end + 1));
            let fits = lead
                && (capital || dated)
                && start < end
                && self.is_title(start, end)
                && !is_plain(self.fold(start))
                && !name_words::is_title(self.fold(start));
            fits.then(|| self.trimmed(start..end))
        })
    }

    /// `l'ECOS`, `Concours blanc`: the evaluation's own name, where nothing else is told.
    pub(super) fn named_exam(&self) -> Option<Range<usize>> {
        (0..self.tokens.len()).find_map(|at| match self.fold(at) {
            "ecos" | "osce" if self.tokens.raw(at).chars().all(char::is_uppercase) => Some(at..at + 1),
            "concours" if self.tokens.is_word(at + 1) && !is_no_title(self.fold(at + 1)) && !is_small(self.fold(at + 1)) => {
                Some(at..at + 2)
            }
            _ => None,
        })
    }

    /// Behind `de`, `d'`, `en`, `in`, `of`, `for` and an article.
    pub(super) fn linked(&self, at: usize, exam: bool) -> Option<usize> {
        let mut i = match self.fold(at) {
            "de" | "en" | "du" | "des" | "in" | "of" => at + 1,
            "d" if self.fold(at + 1) == "'" => at + 2,
            "for" if exam => at + 1,
            "celui" | "celle" if exam => return None,
            "c" if !exam => self.tokens.follow(at, &["c", "'", "est"]).filter(|i| self.tokens.get(*i).is_some_and(|t| t.capital))?,
            "is" | "est" if !exam && self.tokens.get(at + 1).is_some_and(|t| t.capital) => at + 1,
            "," | ":" | "-" if self.tokens.get(at + 1).is_some_and(|t| t.capital) && !exam => at + 1,
            _ if !exam
                && self.tokens.get(at).is_some_and(|t| t.capital)
                && matches!(self.tokens.fold_before(at), "course" | "module" | "cours" | "subject" | "matiere") =>
            {
                at
            }
            _ => return None,
        };
        if matches!(self.fold(i), "la" | "the" | "my" | "mon" | "ma" | "notre" | "le") {
            i += 1;
        }
        if self.fold(i) == "l" && self.fold(i + 1) == "'" {
            i += 2;
        }
        if is_course_word(self.fold(i)) && matches!(self.fold(i + 1), "de" | "d" | "in" | "of") {
            i += 2 + usize::from(self.fold(i + 2) == "'");
        }
        (self.tokens.gap(i) < Gap::Line).then_some(i)
    }

    /// A complement that is no subject of study names the evaluation only with its head: `examen d'admission`, `examen de l'OINE`.
    pub(super) fn needs_head(&self, start: usize) -> bool {
        let acronym = self.tokens.raw(start).chars().count() >= 3
            && self.tokens.raw(start).chars().all(char::is_uppercase)
            && self.tokens.fold_before(start) == "'";
        acronym || NEEDS_HEAD.has(self.fold(start)) && self.fold(start) != "francais"
    }

    /// `my stats midterm`, `Corporate Finance paper`, `the accounting exam`.
    pub(super) fn title_before(&self) -> Option<Range<usize>> {
        for at in 1..self.tokens.len() {
            if !is_exam_word(self.fold(at))
                || matches!(self.fold(at), "session" | "evaluation" | "controle" | "ecrit" | "intra")
                || self.in_date(at)
            {
                continue;
            }
            let mut start = at;
            while start > 0 && at - start < 5 && self.tokens.gap(start) < Gap::Line && self.joins_title(start - 1) {
                start -= 1;
            }
            // "the Civil Reasoning Test", "the Written Expression Test": with a capital the word is the title's own.
            let capital = |i: usize| self.tokens.get(i).is_some_and(|t| t.capital) && self.tokens.raw(i).chars().any(char::is_lowercase);
            let entitled = matches!(self.fold(at), "test" | "examination" | "assessment") && capital(at) && start < at && capital(at - 1);
            let skill = |i: usize| entitled && capital(i) && matches!(self.fold(i), "written" | "oral" | "practical");
            while start < at && (is_small(self.fold(start)) || is_adjective(self.fold(start)) && !skill(start)) {
                start += 1;
            }
            let end = (start..at).rev().find(|i| !is_adjective(self.fold(*i))).map_or(start, |i| i + 1);
            let before = if start == 0 { "" } else { self.fold(start - 1) };
            let led = start == 0
                || self.tokens.kind(start - 1) == Some(Kind::Mark)
                || is_determiner(before)
                || self.in_date(start - 1)
                || self.tokens.gap(start) >= Gap::Line;
            let named = (start..end).any(|i| self.tokens.get(i).is_some_and(|t| t.capital && t.kind == Kind::Word));
            let lone = end - start <= 2;
            let titled = self.is_title(start, end) || (skill(start) && end > start + 1);
            if start < end && (named || (led && lone)) && titled {
                return Some(start..if entitled { at + 1 } else { end });
            }
        }
        None
    }

    pub(super) fn joins_title(&self, at: usize) -> bool {
        let word = self.fold(at);
        match self.tokens.kind(at) {
            Some(Kind::Word) => {
                !self.in_date(at)
                    && !is_determiner(word)
                    && (!is_no_title(word) || is_small(word))
                    && !self.skipped(at)
                    && word.len() > 1
                    && !matches!(word, "to" | "for" | "in" | "on" | "at" | "is" | "a")
            }
            Some(Kind::Number) => self.tokens.number(at).is_some_and(|(n, w)| w <= 2 && n < 10) && !self.in_date(at),
            _ => matches!(word, "&"),
        }
    }
}

static SAT: Words = Words::new(
    "sit sitting sat sits write writing wrote passe passer presente presenter ecrit ecris ecrire take taking retake compose composer composons",
);
static NEEDS_HEAD: Words = Words::new(
    "admission certification progression specialite residence passage synthese competence competences licence qualification entree \
     classement equivalence permis barreau ordre agrement licensure entrance placement profession fin stage langue francais \
     reconnaissance mastere titularisation",
);

/// What one has or lacks for an evaluation.
fn wanted(word: &str) -> bool {
    WANTED.has(word)
}

static WANTED: Words = Words::new(
    "account invitation code compte invite link lien activation access acces login registered inscrit inscrite email courriel exam \
     password it needed rien recu scheduled registration",
);
