//! The course or evaluation that a message is about, as the person writes it: a course code, or a title beside a word
//! for evaluation or course.

mod code;
mod dated;
mod level;
mod title;
mod words;

use std::ops::Range;

use super::dates::evaluation::is_exam_word;
use super::dates::{Mention, words as days};
use super::tokens::{Gap, Kind, Tokens};
use words::{is_adjective, is_label, is_no_title, is_roman, is_small};

/// The span of the course. `dates`: what is read as a date is no course; `skip`: nor are codes and addresses.
pub fn read(tokens: &Tokens, dates: &[Mention], skip: &[Range<usize>]) -> Option<Range<usize>> {
    let reader = Reader { tokens, dates, skip };
    let found = reader
        .labelled()
        .or_else(|| reader.code())
        .or_else(|| reader.levelled())
        .or_else(|| reader.title_behind())
        .or_else(|| reader.title_before())
        .or_else(|| reader.quoted_title())
        .or_else(|| reader.sat())
        .or_else(|| reader.beside_date())
        .or_else(|| reader.meant())
        .or_else(|| reader.named_exam())?;
    Some(tokens.span(found.start, found.end))
}

/// Every course code in the text, as byte spans: a date beside one is likely its evaluation's.
pub fn codes(tokens: &Tokens, skip: &[Range<usize>]) -> Vec<Range<usize>> {
    let reader = Reader { tokens, dates: &[], skip };
    (0..tokens.len()).filter_map(|i| reader.code_at(i)).take(20).map(|r| tokens.span(r.start, r.end)).collect()
}

struct Reader<'a, 't> {
    tokens: &'a Tokens<'t>,
    dates: &'a [Mention],
    skip: &'a [Range<usize>],
}

impl Reader<'_, '_> {
    fn fold(&self, at: usize) -> &str {
        self.tokens.fold(at)
    }

    fn in_date(&self, at: usize) -> bool {
        self.dates.iter().any(|m| m.tokens.contains(&at))
    }

    fn skipped(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|t| self.skip.iter().any(|s| s.contains(&t.span.start)))
    }

    /// `Course: NURS 3120`, `Évaluation : Droit notarial`: the rest of the line.
    fn labelled(&self) -> Option<Range<usize>> {
        for at in 0..self.tokens.len() {
            let opens = at == 0
                || self.tokens.gap(at) >= Gap::Line
                || matches!(self.tokens.fold_before(at), "," | ";" | "." | "/" | "*" | "-" | "\u{2022}" | "|");
            if !opens || !is_label(self.fold(at)) {
                continue;
            }
            let Some(colon) = (at + 1..at + 7)
                .find(|i| matches!(self.fold(*i), ":" | "=") || self.tokens.gap(*i) >= Gap::Line)
                .filter(|i| matches!(self.fold(*i), ":" | "="))
            else {
                continue;
            };
            let start = colon + 1;
            let allowed = (at + 1..colon).all(|i| {
                matches!(
                    self.fold(i),
                    "or" | "ou"
                        | "/"
                        | "name"
                        | "code"
                        | "de"
                        | "du"
                        | "cours"
                        | "l"
                        | "'"
                        | "exam"
                        | "evaluation"
                        | "("
                        | ")"
                        | "s"
                        | "of"
                        | "and"
                        | "et"
                        | "title"
                        | "nom"
                )
            });
            let mut end = start;
            while end < self.tokens.len()
                && self.tokens.gap(end) < Gap::Line
                && !self.in_date(end)
                && end < start + 12
                && !matches!(self.fold(end), "." | ";" | "," | "/")
            {
                end += 1;
            }
            let found = self.trimmed(start..end);
            if allowed
                && !found.is_empty()
                && self.tokens.gap(start) < Gap::Line
                && (found.start..found.end).any(|i| self.tokens.is_word(i))
                && !self.skipped(start)
            {
                return Some(found);
            }
        }
        None
    }

    /// Where a title that starts at `start` ends.
    fn title_end(&self, start: usize) -> usize {
        let capitals = self.tokens.get(start).is_some_and(|t| t.capital);
        let mut i = start;
        while i < self.tokens.len() && i < start + 9 {
            let word = self.fold(i);
            let small = is_small(word) && self.tokens.is_word(i);
            if self.in_date(i) || (i > start && self.tokens.gap(i) >= Gap::Line && !small && !self.tokens.get(i).is_some_and(|t| t.capital))
            {
                break;
            }
            match self.tokens.kind(i) {
                Some(Kind::Word) if small && i > start => {}
                Some(Kind::Word) if is_no_title(word) || self.skipped(i) => break,
                Some(Kind::Word)
                    if capitals
                        && i > start
                        && i - start >= 3
                        && !self.tokens.get(i).is_some_and(|t| t.capital)
                        && !matches!(self.tokens.fold_before(i), "de" | "d" | "'" | "of" | "la" | "et" | "and" | "for") =>
                {
                    break;
                }
                Some(Kind::Word) if !capitals && i - start >= 3 => break,
                Some(Kind::Number) if self.tokens.number(i).is_none_or(|(n, w)| w > 2 || n > 12) => break,
                Some(Kind::Mark) if matches!(word, "'" | "&") || (word == "-" && i > start) => {}
                Some(Kind::Mark) => break,
                _ => {}
            }
            i += 1;
        }
        while i > start
            && (is_small(self.fold(i - 1)) && self.tokens.is_word(i - 1) || self.tokens.kind(i - 1) == Some(Kind::Mark))
            && !is_roman(self.tokens.raw(i - 1))
        {
            i -= 1;
        }
        i
    }

    fn is_title(&self, start: usize, end: usize) -> bool {
        let first = self.fold(start);
        let letters: usize = (start..end).filter(|i| self.tokens.is_word(*i)).map(|i| self.fold(i).len()).sum();
        letters >= 3
            && !is_no_title(first)
            && !is_adjective(first)
            && !(start..end).all(|i| is_small(self.fold(i)) || is_adjective(self.fold(i)) || is_no_title(self.fold(i)))
            && days::month(first).is_none()
            && days::weekday(first, false).is_none()
            && !(is_exam_word(first) && end == start + 1)
    }

    fn trimmed(&self, range: Range<usize>) -> Range<usize> {
        let mark = |i: usize| self.tokens.kind(i) == Some(Kind::Mark) && self.fold(i) != ")";
        let end = (range.start..range.end).rev().find(|i| !mark(*i)).map_or(range.start, |i| i + 1);
        let start = (range.start..end).find(|i| !mark(*i)).unwrap_or(end);
        start..end
    }
}

#[cfg(test)]
mod tests {
    use super::super::dates::{self, Now, calendar::Order};
    use super::*;

    fn course(text: &str) -> Option<String> {
        let tokens = Tokens::of(text);
        let french = text.contains(['é', 'è', 'à', 'ç']) || text.contains("examen") || text.contains("cours ");
        let now = Now { moment: Some(jiff::civil::date(2026, 11, 2).at(9, 0, 0, 0)), french, order: Order::DayMonth };
        read(&tokens, &dates::read(&tokens, now, &[]), &[]).and_then(|s| text.get(s)).map(str::to_owned)
    }

    #[test]
    fn courses_are_found_verbatim() {
        let cases = [
            ("My CHEM 2301 exam is tomorrow", "CHEM 2301"),
            ("pour PSY-2140 lundi", "PSY-2140"),
            ("inscrite à 201-NYA-05 le 16 octobre", "201-NYA-05"),
            ("l'examen de GIA1107 approche", "GIA1107"),
            ("pour l'UE 7.2 jeudi", "UE 7.2"),
            ("mon intra de bio 1105 est lundi", "bio 1105"),
            ("Physics 1E03, Dec 17", "Physics 1E03"),
            ("Course: NURS 3120", "NURS 3120"),
            ("Cours : Droit notarial\nDate : 3 mai", "Droit notarial"),
            ("my stats midterm is Thursday", "stats"),
            ("the accounting exam is in a week", "accounting"),
            ("before Monday's Corporate Finance paper", "Corporate Finance"),
            ("my exam in Oral Pathology is on Friday", "Oral Pathology"),
            ("the exam of Pharmacology for Nursing", "Pharmacology for Nursing"),
            ("mon examen de Biochimie structurale a lieu demain", "Biochimie structurale"),
            ("L'épreuve de Droit notarial est jeudi", "Droit notarial"),
            ("mon exam de droit constit est à 9h", "droit constit"),
            ("le test de Comptabilité de gestion, mardi", "Comptabilité de gestion"),
            ("J'ai payé pour l'examen d'admission", "examen d'admission"),
            ("examen de l'OINE le 20 novembre", "examen de l'OINE"),
            ("final de Marketing 2 mardi 14h", "Marketing 2"),
            ("Linear Algebra is on Wednesday.", "Linear Algebra"),
            ("Demain 13:30 c'est Immunologie.", "Immunologie"),
            ("Examen demain 10h, Entrepreneuriat.", "Entrepreneuriat"),
            ("mon épreuve uniforme est dans 2 jours", "épreuve uniforme"),
            ("test d'Histoire de l'art 3 demain", "Histoire de l'art 3"),
            ("The Civil Reasoning Test is tomorrow", "Civil Reasoning Test"),
            ("I cannot sign in for the Written Expression Test on Monday", "Written Expression Test"),
            ("je suis inscrite au Russe A2 de l'école", "Russe A2"),
            ("Je passe l'Espagnol B1 le 24 juin", "Espagnol B1"),
            ("I sit German C2 on Friday", "German C2"),
            ("sitting the B2 certificate myself", "B2 certificate"),
            ("je passe mon théorique permis A aujourd'hui", "théorique permis A"),
            ("c'est pour le permis D théorique", "permis D théorique"),
            ("mon permis B pratique est demain", "permis B pratique"),
            ("L'examen professionnel est le 20", "examen professionnel"),
            ("Je compose en Gestion de projet tout à l'heure", "Gestion de projet"),
            ("Le cours c'est Droit maritime.", "Droit maritime"),
            ("C'est pour histoire des sciences", "histoire des sciences"),
            ("Évaluation de chimie (CHIM-14) le 10 juin", "CHIM-14"),
            ("The course is Soil Mechanics. My code fails", "Soil Mechanics"),
        ];
        for (text, expected) in cases {
            assert_eq!(course(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_words_beside_an_exam_are_no_course() {
        let cases = [
            "my exam is tomorrow",
            "my final exam is on Friday",
            "mon examen de demain",
            "l'examen du 3 mai",
            "the online test starts at 9",
            "Error 404 on the page",
            "Room 1204",
            "call 514 555",
            "since 2024",
            "examen lundi",
            "I have an exam at 9",
            "HELP my exam",
            "la semaine de mon examen",
            "pls my test is today",
            "the exam for which I wait",
            "Je suis à 3 jours",
            "je suis au niveau 2",
            "Connexion examen",
            "c'est pour avoir accès",
            "c'est pour demain",
            "mon permis est expiré",
            "plan B, I call you",
        ];
        for text in cases {
            assert_eq!(course(text), None, "{text}");
        }
    }
}
