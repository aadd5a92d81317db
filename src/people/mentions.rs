//! Institutions, courses and evaluations of the register that a message names.

use std::ops::Range;

use super::directory::{Directory, Entry};
use super::names::fold;
use super::scope::Used;
use super::{Claim, Evaluation, Institution};

/// Words that many institutions' names share: alone they name none.
const COMMON: [&str; 34] = [
    "university",
    "universite",
    "college",
    "school",
    "ecole",
    "institute",
    "institut",
    "faculty",
    "faculte",
    "ordre",
    "order",
    "haute",
    "hautes",
    "medecine",
    "medicine",
    "nursing",
    "sciences",
    "health",
    "sante",
    "association",
    "national",
    "nationale",
    "central",
    "centre",
    "center",
    "north",
    "south",
    "quebec",
    "canada",
    "ontario",
    "medical",
    "nursin",
    "technology",
    "professional",
];
/// Text in which names are looked for.
const MOST_TEXT: usize = 20_000;

impl Directory {
    /// The institutions that `claim` names: by name, acronym or distinctive word in its text, by its course, by the domain of the stated address.
    pub fn institutions_named(&self, claim: &Claim) -> Vec<&Institution> {
        self.numbers_named(claim).into_iter().filter_map(|n| self.institutions.get(n as usize)).collect()
    }

    /// As [`Directory::institutions_named`], by number.
    pub(super) fn numbers_named(&self, claim: &Claim) -> Vec<u32> {
        let text = spaced(&fold(&capped(claim.institution.as_deref().unwrap_or_default())));
        let mut numbers: Vec<u32> = (0..).zip(&self.institutions).filter(|(_, i)| self.is_named(i, &text)).map(|(n, _)| n).collect();
        if let Some(course) = &claim.course {
            let told = squashed(course);
            let held = self.evaluations.iter().filter(|e| fits(&told, e));
            numbers.extend(
                held.filter_map(|e| self.institutions.iter().position(|i| i.id == e.institution_id)).filter_map(|n| u32::try_from(n).ok()),
            );
        }
        let used = claim.email_used.as_deref().and_then(|a| Used::parse(a, true));
        if let Some((scope, _)) = used.and_then(|u| self.scope_of(&u.domain, true)).filter(|(scope, _)| !scope.open) {
            numbers.push(scope.id);
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers.retain(|n| (*n as usize) < self.institutions.len());
        numbers
    }

    fn is_named(&self, institution: &Institution, text: &str) -> bool {
        let name = spaced(&fold(&institution.name));
        if name.len() > 5 && text.contains(&name) {
            return true;
        }
        let words: Vec<&str> = name.split_whitespace().collect();
        let distinctive = |w: &&&str| w.len() >= 6 && !COMMON.contains(*w) && self.is_of_one_institution(w);
        let by_word = words.iter().filter(distinctive).any(|w| text.contains(&format!(" {w} ")));
        by_word || acronym(&words).is_some_and(|a| text.contains(&format!(" {a} ")))
    }

    fn is_of_one_institution(&self, word: &str) -> bool {
        let with = |i: &&Institution| spaced(&fold(&i.name)).contains(&format!(" {word} "));
        self.institutions.iter().filter(with).take(2).count() == 1
    }

    /// Whether one of the person's evaluations is the course told.
    pub(super) fn sits(&self, entry: &Entry, course: &str) -> bool {
        let told = squashed(course);
        entry.evaluations.iter().filter_map(|e| self.evaluations.get(*e as usize)).any(|e| fits(&told, e))
    }

    /// The course code or title of the register that stands in `text` (accents, case, spaces aside), verbatim with its bytes; the longest.
    pub fn course_in(&self, text: &str) -> Option<(String, Range<usize>)> {
        let text = text.get(..text.len().min(MOST_TEXT)).unwrap_or(text);
        let (folded, places) = squashed_with_places(text);
        let mut best: Option<Range<usize>> = None;
        for evaluation in &self.evaluations {
            let code = squashed(&evaluation.course_code);
            let code_is_one = code.chars().any(|c| c.is_ascii_digit()) && code.len() >= 4;
            let titles = [squashed(&evaluation.title_en), squashed(&evaluation.title_fr)].into_iter().filter(|t| t.len() >= 7);
            for wanted in titles.chain(Some(code).filter(|_| code_is_one)) {
                let found = folded.find(&wanted).and_then(|at| span(text, &places, at, wanted.len()));
                if let Some(found) = found.filter(|f| best.as_ref().is_none_or(|b| f.len() > b.len())) {
                    best = Some(found);
                }
            }
        }
        let span = best?;
        Some((text.get(span.clone())?.to_owned(), span))
    }
}

fn capped(text: &str) -> String {
    text.chars().take(MOST_TEXT).collect()
}

/// Words with one space between and around them.
fn spaced(folded: &str) -> String {
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    format!(" {} ", words.join(" "))
}

fn acronym(words: &[&str]) -> Option<String> {
    let letters: String = words.iter().filter(|w| w.len() > 2).filter_map(|w| w.chars().next()).collect();
    (letters.len() >= 4).then_some(letters)
}

pub(super) fn squashed(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Squashed text, and for each of its bytes the byte of the text that it came from.
fn squashed_with_places(text: &str) -> (String, Vec<usize>) {
    let (mut out, mut places) = (String::new(), Vec::new());
    let mut letter = [0_u8; 4];
    for (at, c) in text.char_indices() {
        for folded in fold(c.encode_utf8(&mut letter)).chars().filter(|c| c.is_alphanumeric()) {
            out.push(folded);
            places.extend(std::iter::repeat_n(at, folded.len_utf8()));
        }
    }
    (out, places)
}

/// The span in the text of `length` squashed bytes at `at`; `None` when it begins or ends inside a word.
fn span(text: &str, places: &[usize], at: usize, length: usize) -> Option<Range<usize>> {
    let start = *places.get(at)?;
    let last = *places.get(at + length - 1)?;
    let end = last + text.get(last..)?.chars().next()?.len_utf8();
    let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let cut = inside(text.get(..start)?.chars().next_back()) || inside(text.get(end..)?.chars().next());
    (!cut).then_some(start..end)
}

/// Whether a course as told (squashed) is this evaluation's: its code, or words of its title.
fn fits(told: &str, evaluation: &Evaluation) -> bool {
    let code = squashed(&evaluation.course_code);
    if told.len() < 3 || code.is_empty() {
        return false;
    }
    let titles = [squashed(&evaluation.title_en), squashed(&evaluation.title_fr)];
    told == code
        || code.len() >= 4 && told.contains(&code)
        || told.len() >= 4 && code.contains(told) && told.chars().any(|c| c.is_ascii_digit())
        || told.len() > 4 && titles.iter().any(|t| t.contains(told) || t.len() > 6 && told.contains(t.as_str()))
}
