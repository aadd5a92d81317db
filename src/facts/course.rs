//! The course or evaluation that a message is about, as the person writes it: a course code, or a title beside a word
//! for evaluation or course.

use std::ops::Range;

use super::dates::evaluation::is_exam_word;
use super::dates::{Mention, words};
use super::names::words as name_words;
use super::tokens::{Gap, Kind, Tokens};

/// The span of the course. `dates`: what is read as a date is no course; `skip`: nor are codes and addresses.
pub fn read(tokens: &Tokens, dates: &[Mention], skip: &[Range<usize>]) -> Option<Range<usize>> {
    let reader = Reader { tokens, dates, skip };
    let found = reader.labelled().or_else(|| reader.code()).or_else(|| reader.title_behind()).or_else(|| reader.title_before()).or_else(|| reader.quoted_title()).or_else(|| reader.sat()).or_else(|| reader.beside_date()).or_else(|| reader.meant()).or_else(|| reader.named_exam())?;
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
            let opens = at == 0 || self.tokens.gap(at) >= Gap::Line || matches!(self.tokens.fold_before(at), "," | ";" | "." | "/" | "*" | "-" | "\u{2022}" | "|");
            if !opens || !is_label(self.fold(at)) {
                continue;
            }
            let Some(colon) = (at + 1..at + 7).find(|i| matches!(self.fold(*i), ":" | "=") || self.tokens.gap(*i) >= Gap::Line).filter(|i| matches!(self.fold(*i), ":" | "=")) else {
                continue;
            };
            let start = colon + 1;
            let allowed = (at + 1..colon).all(|i| matches!(self.fold(i), "or" | "ou" | "/" | "name" | "code" | "de" | "du" | "cours" | "l" | "'" | "exam" | "evaluation" | "(" | ")" | "s" | "of" | "and" | "et" | "title" | "nom"));
            let mut end = start;
            while end < self.tokens.len() && self.tokens.gap(end) < Gap::Line && !self.in_date(end) && end < start + 12 && !matches!(self.fold(end), "." | ";" | "," | "/") {
                end += 1;
            }
            let found = self.trimmed(start..end);
            if allowed && !found.is_empty() && self.tokens.gap(start) < Gap::Line && (found.start..found.end).any(|i| self.tokens.is_word(i)) && !self.skipped(start) {
                return Some(found);
            }
        }
        None
    }

    fn code(&self) -> Option<Range<usize>> {
        let found: Vec<Range<usize>> = (0..self.tokens.len()).filter_map(|i| self.code_at(i)).take(20).collect();
        let near_exam = |r: &&Range<usize>| (r.start.saturating_sub(4)..r.end + 3).any(|i| is_exam_word(self.fold(i)) || is_course_word(self.fold(i)));
        found.iter().find(near_exam).or(found.first()).cloned()
    }

    /// `PSY-2140`, `CHEM 2301`, `201-NYA-05`, `UE 7.2`, `GIA1107`, `kiné 220`, `Physics 1E03`.
    fn code_at(&self, at: usize) -> Option<Range<usize>> {
        if self.skipped(at) || (self.tokens.gap(at) == Gap::None && at > 0 && glues(self.tokens.fold_before(at), self.tokens.kind(at - 1))) {
            return None;
        }
        if let Some(end) = self.quebec_code(at) {
            return Some(at..end);
        }
        let word = self.tokens.raw(at);
        let letters = word.chars().count();
        if !self.tokens.is_word(at) || self.in_date(at) || is_no_subject(self.fold(at)) {
            return None;
        }
        let hyphen = usize::from(self.fold(at + 1) == "-" && self.tokens.gap(at + 1) == Gap::None && self.tokens.gap(at + 2) == Gap::None);
        let number = at + 1 + hyphen;
        let (_, digits) = self.tokens.number(number)?;
        let phone = matches!(self.fold(number + 1), "-" | ".") && self.tokens.number(number + 2).is_some_and(|(_, w)| w >= 3) && self.tokens.gap(number + 1) == Gap::None;
        if phone {
            return None;
        }
        if self.tokens.gap(number) > Gap::Space || self.in_date(number) || (hyphen == 0 && self.tokens.gap(number) == Gap::Space && self.fold(number + 1) == "%") {
            return None;
        }
        let mut end = number + 1;
        let glued_letter = self.tokens.is_word(end) && self.tokens.gap(end) == Gap::None && self.tokens.raw(end).chars().count() <= 2;
        let decimal = self.fold(end) == "." && self.tokens.gap(end) == Gap::None && self.tokens.gap(end + 1) == Gap::None && self.tokens.number(end + 1).is_some();
        if self.fold(at) == "ue" && (decimal || digits <= 3) {
            return Some(at..if decimal { end + 2 } else { end });
        }
        if glued_letter {
            end += 1;
            if self.tokens.kind(end) == Some(Kind::Number) && self.tokens.gap(end) == Gap::None {
                end += 1;
            }
        }
        if self.fold(end) == "-" && self.tokens.gap(end) == Gap::None && self.tokens.gap(end + 1) == Gap::None && self.tokens.raw(end + 1).chars().count() <= 2 {
            end += 2;
        }
        let shouted = word.chars().all(char::is_uppercase);
        let shape = (3..=4).contains(&digits) || (digits <= 2 && glued_letter && end > number + 2);
        let cued = self.cued(at, end);
        let free = self.tokens.gap(end) != Gap::None || end >= self.tokens.len() || (self.tokens.kind(end) == Some(Kind::Mark) && !matches!(self.fold(end), "@" | "_" | "/"));
        let fits = match (shouted, letters) {
            (true, 2..=6) => shape && !self.shouts_around(at),
            (_, 2..=12) => (shape || glued_letter) && (cued || (end > number + 2 && self.tokens.get(at).is_some_and(|t| t.capital))) && self.tokens.gap(number) != Gap::None,
            _ => false,
        } || (letters >= 2 && letters <= 5 && shape && digits >= 3 && (cued || self.tokens.gap(number) == Gap::None) && hyphen + usize::from(self.tokens.gap(number) == Gap::None) > 0);
        (fits && free).then_some(at..end)
    }

    /// Whether everything around is in capitals, so that capitals tell nothing here and a cue is needed.
    fn shouts_around(&self, at: usize) -> bool {
        let cued = self.cued(at, at + 2);
        let words: Vec<&str> = (at.saturating_sub(6)..at).filter(|i| self.tokens.is_word(*i)).map(|i| self.tokens.raw(i)).collect();
        !cued && words.len() >= 3 && words.iter().all(|w| w.chars().all(char::is_uppercase)) && matches!(self.tokens.fold_before(at), "code" | "error" | "erreur")
    }

    fn cued(&self, at: usize, end: usize) -> bool {
        let near = |i: usize| is_exam_word(self.fold(i)) || is_course_word(self.fold(i));
        (at.saturating_sub(4)..at).any(near) || (end..end + 3).any(near) || matches!(self.tokens.fold_before(at), "for" | "pour" | "in" | "en")
    }

    /// `201-NYA-05`.
    fn quebec_code(&self, at: usize) -> Option<usize> {
        let (_, 3) = self.tokens.number(at)? else { return None };
        let first = self.fold(at + 1) == "-" && self.tokens.raw(at + 2).len() == 3 && self.tokens.gap(at + 2) == Gap::None;
        let last = self.fold(at + 3) == "-" && self.tokens.kind(at + 4) == Some(Kind::Number) && self.tokens.gap(at + 4) == Gap::None;
        (first && last && self.tokens.is_word(at + 2)).then_some(at + 5)
    }

    /// `examen de Biochimie structurale`, `exam in Oral Pathology`, `cours de droit constit`, `the module, Cell Biology`.
    fn title_behind(&self) -> Option<Range<usize>> {
        for at in 0..self.tokens.len() {
            let word = self.fold(at);
            let exam = is_exam_word(word);
            if !(exam || is_course_word(word)) || self.in_date(at) {
                continue;
            }
            if matches!(word, "examen" | "epreuve" | "examination" | "exam") && matches!(self.fold(at + 1), "uniforme" | "synthese" | "final" | "finale" | "national" | "nationale") {
                if matches!(self.fold(at + 1), "uniforme" | "synthese" | "national" | "nationale") {
                    let end = self.tokens.follow(at + 2, &["de", "programme"]).unwrap_or(at + 2);
                    return Some(at..end);
                }
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
    fn quoted_title(&self) -> Option<Range<usize>> {
        (0..self.tokens.len()).filter(|i| is_exam_word(self.fold(*i)) && self.fold(i + 1) == "\"").find_map(|at| {
            let close = (at + 3..at + 12).find(|i| self.fold(*i) == "\"")?;
            Some(at + 2..close)
        })
    }

    /// `I have to sit Marketing II`, `je passe Obstétrique 2`, `examen français appliqué`: a capital behind a verb of sitting, or behind the evaluation's own word.
    fn sat(&self) -> Option<Range<usize>> {
        (0..self.tokens.len()).find_map(|at| {
            let word = self.fold(at);
            let verb = matches!(word, "sit" | "sitting" | "sat" | "sits" | "write" | "writing" | "wrote" | "passe" | "passer" | "presente" | "presenter" | "ecrit" | "ecris" | "ecrire" | "take" | "taking" | "retake");
            let french_exam = matches!(word, "examen" | "epreuve" | "evaluation" | "test" | "session" | "certification" | "partiel" | "concours" | "exam" | "paper" | "quiz") && self.tokens.get(at).is_some_and(|t| !t.capital || at == 0 || self.tokens.ends_sentence(at - 1));
            let mut start = at + 1;
            while matches!(self.fold(start), "the" | "my" | "mon" | "ma" | "la" | "le" | "l" | "'" | "d" | "of") && verb {
                start += 1;
            }
            let named = self.tokens.get(start).is_some_and(|t| t.capital && t.kind == Kind::Word) && self.tokens.gap(start) <= Gap::Line;
            let end = self.title_end(start);
            let fits = (verb || french_exam) && named && start < end && self.is_title(start, end) && !is_plain(self.fold(start)) && !name_words::is_title(self.fold(start));
            fits.then(|| self.trimmed(start..end))
        })
    }

    /// `C'est pour Droit des obligations`, `my account for Oral Pathology`: a title behind what the evaluation is wanted for.
    fn meant(&self) -> Option<Range<usize>> {
        (0..self.tokens.len()).find_map(|at| {
            let lead = match self.fold(at) {
                "pour" => self.tokens.follow(at.saturating_sub(3), &["c", "'", "est"]).is_some() || at == 0 || self.tokens.ends_sentence(at - 1) || self.tokens.fold_before(at) == "," || wanted(self.tokens.fold_before(at)),
                "for" => wanted(self.tokens.fold_before(at)),
                "in" | "en" | "dans" => matches!(self.tokens.fold_before(at), "enrolled" | "inscrit" | "inscrite" | "student" | "candidate" | "candidat"),
                _ => false,
            };
            let start = at + 1 + usize::from(matches!(self.fold(at + 1), "the" | "my" | "le" | "la"));
            let end = self.title_end(start);
            let capital = self.tokens.get(start).is_some_and(|t| t.capital && t.kind == Kind::Word);
            let dated = self.in_date(end) || (self.fold(end) == "(" && self.in_date(end + 1));
            let fits = lead && (capital || dated) && start < end && self.is_title(start, end) && !is_plain(self.fold(start)) && !name_words::is_title(self.fold(start));
            fits.then(|| self.trimmed(start..end))
        })
    }

    /// `l'ECOS`, `Concours blanc`: the evaluation's own name, where nothing else is told.
    fn named_exam(&self) -> Option<Range<usize>> {
        (0..self.tokens.len()).find_map(|at| match self.fold(at) {
            "ecos" | "osce" if self.tokens.raw(at).chars().all(char::is_uppercase) => Some(at..at + 1),
            "concours" if self.tokens.is_word(at + 1) && !is_no_title(self.fold(at + 1)) && !is_small(self.fold(at + 1)) => Some(at..at + 2),
            _ => None,
        })
    }

    /// Behind `de`, `d'`, `en`, `in`, `of`, `for` and an article.
    fn linked(&self, at: usize, exam: bool) -> Option<usize> {
        let mut i = match self.fold(at) {
            "de" | "en" | "du" | "des" | "in" | "of" => at + 1,
            "d" if self.fold(at + 1) == "'" => at + 2,
            "for" if exam => at + 1,
            "celui" | "celle" if exam => return None,
            "," | ":" | "-" if self.tokens.get(at + 1).is_some_and(|t| t.capital) && !exam => at + 1,
            _ if !exam && self.tokens.get(at).is_some_and(|t| t.capital) && matches!(self.tokens.fold_before(at), "course" | "module" | "cours" | "subject" | "matiere") => at,
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
    fn needs_head(&self, start: usize) -> bool {
        let acronym = self.tokens.raw(start).chars().count() >= 3 && self.tokens.raw(start).chars().all(char::is_uppercase) && self.tokens.fold_before(start) == "'";
        acronym
            || matches!(
                self.fold(start),
                "admission" | "certification" | "progression" | "specialite" | "residence" | "passage" | "synthese" | "competence" | "competences" | "licence" | "qualification" | "entree" | "classement" | "equivalence" | "permis"
                    | "barreau" | "ordre" | "agrement" | "licensure" | "entrance" | "placement" | "profession" | "fin" | "stage" | "langue" | "francais" | "reconnaissance" | "mastere" | "titularisation"
            ) && self.fold(start) != "francais"
    }

    /// `my stats midterm`, `Corporate Finance paper`, `the accounting exam`.
    fn title_before(&self) -> Option<Range<usize>> {
        for at in 1..self.tokens.len() {
            if !is_exam_word(self.fold(at)) || matches!(self.fold(at), "session" | "evaluation" | "controle" | "ecrit" | "intra") || self.in_date(at) {
                continue;
            }
            let mut start = at;
            while start > 0 && at - start < 5 && self.tokens.gap(start) < Gap::Line && self.joins_title(start - 1) {
                start -= 1;
            }
            while start < at && (is_small(self.fold(start)) || is_adjective(self.fold(start))) {
                start += 1;
            }
            let end = (start..at).rev().find(|i| !is_adjective(self.fold(*i))).map_or(start, |i| i + 1);
            let before = if start == 0 { "" } else { self.fold(start - 1) };
            let led = start == 0 || self.tokens.kind(start - 1) == Some(Kind::Mark) || is_determiner(before) || self.in_date(start - 1) || self.tokens.gap(start) >= Gap::Line;
            let named = (start..end).any(|i| self.tokens.get(i).is_some_and(|t| t.capital && t.kind == Kind::Word));
            let lone = end - start <= 2;
            if start < end && (named || (led && lone)) && self.is_title(start, end) {
                return Some(start..end);
            }
        }
        None
    }

    fn joins_title(&self, at: usize) -> bool {
        let word = self.fold(at);
        match self.tokens.kind(at) {
            Some(Kind::Word) => !self.in_date(at) && !is_determiner(word) && !(is_no_title(word) && !is_small(word)) && !self.skipped(at) && word.len() > 1 && !matches!(word, "to" | "for" | "in" | "on" | "at" | "is" | "a"),
            Some(Kind::Number) => self.tokens.number(at).is_some_and(|(n, w)| w <= 2 && n < 10) && !self.in_date(at),
            _ => matches!(word, "&"),
        }
    }

    /// `Linear Algebra is on Wednesday`, `Demain 13:30 c'est Immunologie`, `Examen demain 10h, Entrepreneuriat`.
    fn beside_date(&self) -> Option<Range<usize>> {
        self.dates.iter().filter(|m| !m.vague && m.on.is_some()).find_map(|m| self.after_date(m).or_else(|| self.before_date(m)))
    }

    fn after_date(&self, mention: &Mention) -> Option<Range<usize>> {
        let mut at = mention.tokens.end;
        let linked = match self.fold(at) {
            "," | ":" | "-" => at + 1,
            "c" if self.tokens.follow(at, &["c", "'", "est"]).is_some() => at + 3,
            "j" if self.tokens.follow(at, &["j", "'", "ai"]).is_some() => at + 3,
            _ => return None,
        };
        at = linked;
        if self.tokens.follow(at, &["j", "'", "ai"]).is_some() || self.tokens.follow(at, &["c", "'", "est"]).is_some() {
            at += 3;
        }
        let end = self.title_end(at);
        let closes = end >= self.tokens.len() || self.tokens.ends_sentence(end) || self.tokens.gap(end) >= Gap::Line || self.fold(end) == ".";
        let named = self.tokens.get(at).is_some_and(|t| t.capital && t.kind == Kind::Word) && self.tokens.gap(at) < Gap::Line;
        let signed = self.fold(linked - 1) == "-" && end >= self.tokens.len();
        (named && closes && !signed && at < end && self.is_title(at, end)).then(|| self.trimmed(at..end))
    }

    fn before_date(&self, mention: &Mention) -> Option<Range<usize>> {
        let mut end = mention.tokens.start;
        while end > 0 && matches!(self.fold(end - 1), "," | "is" | "on" | "est" | "le" | "this" | "'" | "c" | "the" | "at" | ":" | "a" | "lieu" | "tombe" | "opens" | "starts" | "-" | "for" | "by" | "pour") && self.tokens.gap(end) < Gap::Line {
            end -= 1;
        }
        let first = self.tokens.sentence_start(end.saturating_sub(1)).max(end.saturating_sub(6));
        let mut start = end;
        while start > first && self.tokens.gap(start) < Gap::Line && (self.joins_title(start - 1) || matches!(self.fold(start - 1), "de" | "des" | "du" | "d" | "'" | "l" | "la" | "of" | "and" | "et" | "to")) {
            start -= 1;
        }
        while start < end && (is_small(self.fold(start)) || self.tokens.kind(start) != Some(Kind::Word) || matches!(self.fold(start), "to")) {
            start += 1;
        }
        let start = (start..end).find(|i| !(matches!(self.fold(*i), "my" | "mon" | "ma" | "notre" | "our"))).unwrap_or(start);
        let before = self.tokens.fold_before(start);
        let whole = start == self.tokens.sentence_start(start) || matches!(before, "my" | "mon" | "ma" | "notre" | "our" | "ve" | "have" | "sit" | "ai") || matches!(self.tokens.fold_before(start), "," | "et" | "and" | "pis" | ":" | "mais");
        let capital = self.tokens.get(start).is_some_and(|t| t.capital);
        let plain = (start..end).any(|i| is_plain(self.fold(i)) && !is_small(self.fold(i)));
        let lone = end == start + 1 && self.fold(start).len() < 5;
        (whole && capital && !plain && !lone && start < end && self.is_title(start, end)).then_some(start..end)
    }

    /// Where a title that starts at `start` ends.
    fn title_end(&self, start: usize) -> usize {
        let capitals = self.tokens.get(start).is_some_and(|t| t.capital);
        let mut i = start;
        while i < self.tokens.len() && i < start + 9 {
            let word = self.fold(i);
            let small = is_small(word) && self.tokens.is_word(i);
            if self.in_date(i) || (i > start && self.tokens.gap(i) >= Gap::Line && !small && !self.tokens.get(i).is_some_and(|t| t.capital)) {
                break;
            }
            match self.tokens.kind(i) {
                Some(Kind::Word) if small && i > start => {}
                Some(Kind::Word) if is_no_title(word) || self.skipped(i) => break,
                Some(Kind::Word) if capitals && i > start && i - start >= 3 && !self.tokens.get(i).is_some_and(|t| t.capital) && !matches!(self.tokens.fold_before(i), "de" | "d" | "'" | "of" | "la" | "et" | "and" | "for") => break,
                Some(Kind::Word) if !capitals && i - start >= 3 => break,
                Some(Kind::Number) if self.tokens.number(i).is_none_or(|(n, w)| w > 2 || n > 12) => break,
                Some(Kind::Mark) if matches!(word, "'" | "&") || (word == "-" && i > start) => {}
                Some(Kind::Mark) => break,
                _ => {}
            }
            i += 1;
        }
        while i > start && (is_small(self.fold(i - 1)) && self.tokens.is_word(i - 1) || self.tokens.kind(i - 1) == Some(Kind::Mark)) && !is_roman(self.tokens.raw(i - 1)) {
            i -= 1;
        }
        i
    }

    fn is_title(&self, start: usize, end: usize) -> bool {
        let first = self.fold(start);
        let letters: usize = (start..end).filter(|i| self.tokens.is_word(*i)).map(|i| self.fold(i).len()).sum();
        letters >= 3 && !is_no_title(first) && !is_adjective(first) && !(start..end).all(|i| is_small(self.fold(i)) || is_adjective(self.fold(i)) || is_no_title(self.fold(i)))
            && words::month(first).is_none() && words::weekday(first, false).is_none() && !(is_exam_word(first) && end == start + 1)
    }

    fn trimmed(&self, range: Range<usize>) -> Range<usize> {
        let mark = |i: usize| self.tokens.kind(i) == Some(Kind::Mark) && self.fold(i) != ")";
        let end = (range.start..range.end).rev().find(|i| !mark(*i)).map_or(range.start, |i| i + 1);
        let start = (range.start..end).find(|i| !mark(*i)).unwrap_or(end);
        start..end
    }
}

/// What one has or lacks for an evaluation.
fn wanted(word: &str) -> bool {
    matches!(word, "account" | "invitation" | "code" | "compte" | "invite" | "link" | "lien" | "activation" | "access" | "acces" | "login" | "registered" | "inscrit" | "inscrite" | "email" | "courriel" | "exam" | "password" | "it" | "needed" | "rien" | "recu" | "scheduled" | "registration" | "it's")
}

/// A common word that no title begins with.
fn is_plain(word: &str) -> bool {
    name_words::is_common(word) && !name_words::is_study(word) && !is_exam_word(word) && !matches!(word, "unit" | "master" | "may" | "new")
}

fn glues(before: &str, kind: Option<Kind>) -> bool {
    kind != Some(Kind::Mark) || matches!(before, "-" | "@" | "_" | "." | "/" | "#")
}

fn is_roman(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| matches!(c, 'I' | 'V' | 'X'))
}

fn is_label(word: &str) -> bool {
    matches!(word, "course" | "cours" | "exam" | "examen" | "evaluation" | "epreuve" | "module" | "matiere" | "subject" | "class" | "assessment" | "test" | "ue" | "sigle" | "courses")
}

fn is_course_word(word: &str) -> bool {
    matches!(word, "course" | "cours" | "module" | "matiere" | "class" | "classe" | "ue" | "subject" | "unit" | "inscrit" | "inscrite" | "enrolled" | "registered" | "programme" | "groupe" | "section" | "liste" | "list")
}

/// Small words inside a title.
fn is_small(word: &str) -> bool {
    matches!(word, "de" | "des" | "du" | "d" | "la" | "le" | "les" | "l" | "et" | "of" | "and" | "for" | "the" | "a" | "au" | "aux" | "en" | "in" | "to" | "'" | "&" | "i" | "ii" | "iii" | "iv")
}

fn is_determiner(word: &str) -> bool {
    matches!(word, "my" | "the" | "our" | "his" | "her" | "their" | "your" | "an" | "a" | "this" | "that" | "mon" | "notre" | "ton" | "un" | "le" | "s" | "d" | "l" | "ur" | "any")
}

/// Words before `exam` that are no subject.
fn is_adjective(word: &str) -> bool {
    matches!(
        word,
        "online" | "on" | "line" | "final" | "first" | "second" | "third" | "next" | "upcoming" | "coming" | "midterm" | "practice" | "mock" | "big" | "important" | "whole" | "real" | "actual" | "same" | "last" | "entire" | "remote"
            | "proctored" | "written" | "previous" | "other" | "term" | "semester" | "end" | "mid" | "sem" | "make" | "up" | "makeup" | "resit" | "supplementary" | "deferred" | "virtual" | "only" | "each" | "every" | "new" | "own" | "current"
            | "scheduled" | "open" | "book" | "timed" | "nexam" | "class" | "course" | "school" | "state" | "board" | "demo" | "trial" | "past" | "main" | "stupid" | "damn" | "exam" | "midterms" | "theory" | "computer" | "licence" | "license" | "licensing" | "professional" | "pratique" | "prochain" | "prochaine" | "dernier" | "premier" | "review"
            | "morning" | "afternoon" | "evening" | "one" | "two" | "three" | "hour" | "minute" | "unit" | "entrance" | "monday" | "pre" | "post"
    )
}

/// Words that carry numbers but name no subject: `Room 1204`, `Error 404`, `iOS 17`.
fn is_no_subject(word: &str) -> bool {
    matches!(
        word,
        "http" | "error" | "erreur" | "code" | "codes" | "windows" | "ios" | "room" | "salle" | "local" | "tel" | "rue" | "box" | "cp" | "covid" | "iso" | "id" | "no" | "ref" | "page" | "step" | "etape" | "utc" | "gmt" | "est" | "ext" | "poste"
            | "at" | "a" | "the" | "le" | "in" | "on" | "since" | "depuis" | "en" | "de" | "by" | "before" | "avant" | "chrome" | "firefox" | "edge" | "android" | "iphone" | "version" | "ticket" | "case" | "group" | "groupe" | "grp" | "sec"
            | "section" | "year" | "annee" | "session" | "over" | "about" | "around" | "than" | "que" | "invoice" | "facture" | "is" | "was" | "to" | "and" | "et" | "or" | "ou" | "for" | "pour" | "of" | "du" | "des" | "les" | "vers" | "number"
            | "numero" | "num" | "nr" | "po" | "usd" | "cad" | "eur" | "chf" | "fall" | "winter" | "summer" | "spring" | "automne" | "hiver" | "ete" | "printemps" | "promo" | "cohorte" | "class" | "exam" | "examen" | "test" | "invitation" | "my" | "with"
            | "avec" | "sur" | "from" | "un" | "une" | "an" | "plus" | "like" | "oct" | "nov" | "dec" | "jan" | "feb" | "apr" | "jun" | "jul" | "aug" | "sep" | "mar" | "may" | "floor" | "question" | "until" | "only" | "got" | "step's" | "not"
            | "tried" | "up" | "port" | "err" | "status" | "par" | "dans" | "il" | "je" | "cohort" | "bac" | "promotion" | "etage" | "bureau" | "office" | "suite" | "apt" | "galaxy" | "ipad" | "mac" | "pc" | "mm" | "nx" | "au" | "enrolled" | "hrs" | "emails" | "mails" | "times" | "fois" | "minutes" | "application" | "dossier" | "matricule"
    )
}

/// Words with which a sentence goes on behind a title, or that cannot start one.
fn is_no_title(word: &str) -> bool {
    matches!(
        word,
        "is" | "are" | "was" | "will" | "on" | "at" | "by" | "this" | "that" | "today" | "tomorrow" | "tonight" | "starts" | "start" | "begins" | "opens" | "and" | "but" | "so" | "because" | "my" | "your" | "i" | "it" | "we" | "you" | "he" | "she" | "they"
            | "with" | "has" | "have" | "had" | "not" | "no" | "can" | "cannot" | "please" | "thanks" | "when" | "which" | "what" | "who" | "how" | "if" | "as" | "to" | "from" | "until" | "before" | "after" | "since" | "there" | "here" | "next" | "now" | "all"
            | "est" | "sont" | "etait" | "sera" | "a" | "ont" | "ai" | "demain" | "aujourd" | "hier" | "ce" | "cet" | "cette" | "ces" | "qui" | "que" | "dont" | "ou" | "mais" | "car" | "donc" | "pour" | "dans" | "avec" | "sans" | "sur" | "par" | "je" | "j"
            | "tu" | "il" | "elle" | "on's" | "nous" | "vous" | "ils" | "ne" | "pas" | "mon" | "ma" | "mes" | "votre" | "vos" | "son" | "sa" | "commence" | "debute" | "lieu" | "tombe" | "prevu" | "prevue" | "se" | "si" | "y" | "depuis" | "avant" | "apres" | "vers"
            | "entre" | "pendant" | "c" | "s" | "m" | "n" | "t" | "pis" | "svp" | "merci" | "bonjour" | "hello" | "hi" | "hey" | "dear" | "sorry" | "url" | "help" | "code" | "invitation" | "link" | "lien" | "compte" | "account" | "password" | "email" | "courriel"
            | "nexam" | "support" | "platform" | "plateforme" | "login" | "activation" | "urgent" | "urgence" | "same" | "meme" | "reprise" | "rattrapage" | "semaine" | "week" | "month" | "mois" | "jour" | "day" | "days" | "jours" | "fin" | "debut" | "an" | "the"
            | "doesn" | "don" | "didn" | "isn" | "write" | "take" | "sit" | "miss" | "missed" | "missing" | "got" | "get" | "need" | "want" | "pass" | "passed" | "passing" | "taking" | "writing" | "sitting" | "do" | "does" | "did" | "me" | "us" | "him" | "her"
            | "them" | "for" | "for's" | "or" | "im" | "ive" | "its" | "pls" | "plz" | "lol" | "omg" | "wtf" | "ok" | "okay" | "still" | "also" | "just" | "only" | "then" | "than" | "very" | "really" | "even" | "yet" | "up" | "out" | "off" | "into" | "over"
            | "about" | "between" | "during" | "while" | "where" | "why" | "these" | "those" | "whose" | "been" | "being" | "be" | "am" | "would" | "could" | "should" | "may" | "might" | "must" | "shall" | "start's" | "entry" | "access" | "using" | "use" | "used"
            | "works" | "work" | "working" | "says" | "saying" | "open" | "opened" | "prof" | "teacher" | "coordinator" | "lundi" | "mardi" | "mercredi" | "jeudi" | "vendredi" | "samedi" | "dimanche" | "moi" | "toi" | "lui" | "eux" | "bientot" | "soon" | "later"
            | "part" | "commencait" | "revient" | "approche" | "arrive" | "finished" | "done" | "practice" | "mock" | "room" | "salle" | "fee" | "frais" | "score" | "results" | "questions" | "time" | "times" | "date" | "dates" | "name" | "nom" | "page" | "site" | "app"
            | "dure" | "cours" | "course" | "courses" | "student" | "students" | "etudiant" | "etudiante" | "seat" | "candidat" | "candidate" | "people" | "place" | "l" | "d" | "step" | "etape"
    )
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
        ];
        for (text, expected) in cases {
            assert_eq!(course(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_words_beside_an_exam_are_no_course() {
        let cases = [
            "my exam is tomorrow", "my final exam is on Friday", "mon examen de demain", "l'examen du 3 mai", "the online test starts at 9", "Error 404 on the page", "Room 1204", "call 514 555", "since 2024", "examen lundi",
            "I have an exam at 9", "HELP my exam", "la semaine de mon examen", "pls my test is today", "the exam for which I wait", "Je suis à 3 jours",
        ];
        for text in cases {
            assert_eq!(course(text), None, "{text}");
        }
    }
}
