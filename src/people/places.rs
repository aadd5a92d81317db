//! Names of institutions, courses and evaluations of the register, and where they stand in a text.

use std::collections::HashMap;
use std::ops::Range;

use super::hash::{self, ByHash, mix};
use super::names::fold_into;
use super::scope;
use super::{Evaluation, Institution};

/// Words that many institutions' names share: alone they name none.
const COMMON: &str = "university universite universidad universitat college colegio school schule ecole institute institut instituto \
    faculty faculte department campus ordre order haute hautes medecine medicine nursing nursin sciences science health sante \
    association national nationale central centre center north south east west saint quebec canada ontario medical technology \
    technologie professional professionnel academy academie provincial federal public";
/// Text in which names are looked for, in bytes.
const MOST_TEXT: usize = 20_000;
/// Evaluations that one word of titles may name; a word in more titles tells nothing.
const MOST_NAMED: usize = 64;
/// Letters of a word by which a longer one is told: "oral path" for Oral Pathology.
const BEGINNING: usize = 4;

/// What a word of a text may be the beginning of, or name by itself.
#[derive(Debug, Clone)]
enum Mention {
    /// The word alone is enough: it is in no other institution's name.
    Word(u32),
    /// The first word of a whole name; the others follow.
    Name(u32, Box<[u64]>),
}

/// Names of places and courses by the hashes of their words.
#[derive(Debug, Default)]
pub(super) struct Places {
    institutions: HashMap<u64, Vec<Mention>, ByHash>,
    /// Codes, parts of codes with a digit, and titles, squashed: which evaluations they name.
    courses: HashMap<u64, Vec<u32>, ByHash>,
    /// Whole codes and titles, squashed: what is looked for in a text.
    whole: HashMap<u64, Box<str>, ByHash>,
    /// Words of titles and their beginnings; one over `MOST_NAMED` where there are too many.
    words: HashMap<u64, Vec<u32>, ByHash>,
    /// Letters of the longest code or title.
    longest: usize,
    /// The institution of each evaluation.
    of: Vec<Option<u32>>,
}

impl Places {
    /// Indexes the names; `number` gives an institution's number by its id.
    pub(super) fn new(institutions: &[Institution], evaluations: &[Evaluation], number: impl Fn(&str) -> Option<u32>) -> Self {
        let mut places = Self::default();
        let mut bearers: HashMap<u64, u32, ByHash> = HashMap::default();
        let names: Vec<Words> = institutions.iter().map(|i| Words::of(&i.name)).collect();
        for name in &names {
            let mut own: Vec<u64> = name.hashes().chain(name.acronym()).collect();
            own.sort_unstable();
            own.dedup();
            own.into_iter().for_each(|word| *bearers.entry(word).or_default() += 1);
        }
        for ((institution, name), which) in institutions.iter().zip(&names).zip(0..) {
            places.institution(institution, name, which, |word| bearers.get(&word) == Some(&1));
        }
        for (evaluation, which) in evaluations.iter().zip(0..) {
            places.of.push(number(&evaluation.institution_id));
            places.evaluation(evaluation, which);
        }
        places
    }

    fn institution(&mut self, institution: &Institution, name: &Words, which: u32, is_alone: impl Fn(u64) -> bool) {
        let mut add = |word: u64, mention: Mention| self.institutions.entry(word).or_default().push(mention);
        for (n, hash) in name.hashes().enumerate() {
            let word = name.word(n);
            if n == 0 && name.letters() >= 4 {
                add(hash, Mention::Name(which, name.hashes().skip(1).collect()));
            }
            if word.chars().count() >= 6 && !is_common(word) && is_alone(hash) {
                add(hash, Mention::Word(which));
            }
        }
        if let Some(acronym) = name.acronym() {
            add(acronym, Mention::Word(which));
        }
        for label in institution.domains.iter().filter_map(|d| d.rsplit('.').nth(1)) {
            let own = label.len() >= 4 && label.bytes().all(|b| b.is_ascii_lowercase()) && !is_common(label);
            if own && !name.hashes().any(|h| h == mix(hash::text(label))) {
                add(mix(hash::text(label)), Mention::Word(which));
            }
        }
    }

    fn evaluation(&mut self, evaluation: &Evaluation, which: u32) {
        let code = squashed(&evaluation.course_code);
        let has_digit = |text: &str| text.bytes().any(|b| b.is_ascii_digit());
        if code.chars().count() >= 3 {
            push(&mut self.courses, hash::text(&code), which);
        }
        if code.len() >= 4 && has_digit(&code) {
            self.file(&code);
        }
        // "2301" for CHEM 2301, "CHEM2301" for CHEM2301-A.
        let pieces = pieces(&code);
        for from in 0..pieces.len() {
            for to in from + 1..=pieces.len() {
                let part = pieces.get(from..to).unwrap_or_default().concat();
                if part != code && part.len() >= 4 && has_digit(&part) {
                    push(&mut self.courses, hash::text(&part), which);
                }
            }
        }
        for title in [&evaluation.title_en, &evaluation.title_fr] {
            let whole = squashed(title);
            if whole.chars().count() >= 7 {
                push(&mut self.courses, hash::text(&whole), which);
                self.file(&whole);
            }
            let words = Words::of(title);
            for n in 0..words.all.len() {
                self.beginnings(words.word(n), which);
            }
        }
    }

    fn beginnings(&mut self, word: &str, which: u32) {
        let (mut hash, mut count, all) = (1, 0, word.chars().count());
        for letter in word.chars() {
            hash = hash::push(hash, letter);
            count += 1;
            if count < BEGINNING && count < all {
                continue;
            }
            let list = self.words.entry(mix(hash)).or_default();
            if list.len() <= MOST_NAMED && list.last() != Some(&which) {
                list.push(which);
            }
        }
    }

    fn file(&mut self, whole: &str) {
        self.longest = self.longest.max(whole.chars().count());
        self.whole.insert(mix(hash::text(whole)), whole.into());
    }

    /// The institutions that `text` names; a single word of the person's own names names none.
    pub(super) fn institutions_in(&self, text: &str, own_names: &[&str]) -> Vec<u32> {
        let own: Vec<u64> = own_names.iter().flat_map(|name| Words::of(capped(name)).hashes().collect::<Vec<_>>()).collect();
        let mut found = Vec::new();
        let words = Words::of(capped(text));
        let hashes: Vec<u64> = words.hashes().collect();
        for (n, word) in hashes.iter().enumerate() {
            for mention in self.institutions.get(word).into_iter().flatten() {
                match mention {
                    Mention::Word(which) if !own.contains(word) => found.push(*which),
                    Mention::Name(which, rest) if hashes.get(n + 1..).is_some_and(|after| after.starts_with(rest)) => found.push(*which),
                    Mention::Word(_) | Mention::Name(..) => {}
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The evaluations that a course as told may be: by its code, its title, or words that only some titles have.
    pub(super) fn evaluations_told(&self, course: &str) -> Vec<u32> {
        let words = Words::of(capped(course));
        let mut found: Vec<u32> = Vec::new();
        words.each_run(self.longest.max(16), |hash, _, _| {
            found.extend(self.courses.get(&hash).into_iter().flatten());
        });
        if found.is_empty() && words.letters() >= 5 {
            found = self.by_words(&words);
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The institution where an evaluation is sat.
    pub(super) fn institution_of(&self, evaluation: u32) -> Option<u32> {
        self.of.get(evaluation as usize).copied().flatten()
    }

    /// Where the longest course code or title that stands in `text` is.
    pub(super) fn course_in(&self, text: &str) -> Option<Range<usize>> {
        let mut best: Option<Range<usize>> = None;
        Words::of(capped(text)).each_run(self.longest, |hash, letters, span| {
            let longer = best.as_ref().is_none_or(|b| span.len() > b.len());
            if longer && self.whole.get(&mix(hash)).is_some_and(|whole| letters.eq(whole.chars())) {
                best = Some(span);
            }
        });
        best
    }

    /// The evaluations whose title has every word told, or words that begin so; words of many titles tell nothing.
    fn by_words(&self, words: &Words) -> Vec<u32> {
        let mut lists: Vec<&[u32]> = Vec::new();
        for hash in words.hashes() {
            match self.words.get(&hash) {
                Some(list) if list.len() <= MOST_NAMED => lists.push(list),
                Some(_) => {}
                None => return Vec::new(),
            }
        }
        let Some((first, others)) = lists.split_first() else { return Vec::new() };
        first.iter().filter(|which| others.iter().all(|list| list.contains(which))).copied().collect()
    }
}

/// The words of a text, folded, each with the bytes that it came from.
#[derive(Debug, Default)]
struct Words {
    folded: String,
    all: Vec<(Range<usize>, Range<usize>)>,
}

impl Words {
    fn of(text: &str) -> Self {
        let mut words = Self::default();
        let mut rest = 0;
        for piece in text.split(|c: char| !c.is_alphanumeric() && !unicode_normalization::char::is_combining_mark(c)) {
            let (at, from) = (rest, words.folded.len());
            rest += piece.len();
            rest += text.get(rest..).and_then(|t| t.chars().next()).map_or(0, char::len_utf8);
            fold_into(piece, &mut words.folded);
            if words.folded.len() > from {
                words.all.push((from..words.folded.len(), at..at + piece.len()));
            }
        }
        words
    }

    fn word(&self, n: usize) -> &str {
        self.all.get(n).and_then(|(folded, _)| self.folded.get(folded.clone())).unwrap_or_default()
    }

    fn hashes(&self) -> impl Iterator<Item = u64> + '_ {
        (0..self.all.len()).map(|n| mix(hash::text(self.word(n))))
    }

    fn letters(&self) -> usize {
        self.folded.chars().count()
    }

    /// The first letters of the longer words: four at least make an acronym.
    fn acronym(&self) -> Option<u64> {
        let letters: String =
            (0..self.all.len()).map(|n| self.word(n)).filter(|w| w.chars().count() > 2).filter_map(|w| w.chars().next()).collect();
        (letters.chars().count() >= 4).then(|| mix(hash::text(&letters)))
    }

    /// Calls `take` with every run of words of at most `most` letters: the hash of its letters, the letters, its bytes in the text.
    fn each_run<'a>(&'a self, most: usize, mut take: impl FnMut(u64, std::str::Chars<'a>, Range<usize>)) {
        for (n, (folded, span)) in self.all.iter().enumerate() {
            let (mut hash, mut count) = (1, 0);
            for (word, (piece, last)) in (n..).zip(self.all.get(n..).unwrap_or_default()) {
                for letter in self.word(word).chars() {
                    hash = hash::push(hash, letter);
                    count += 1;
                }
                if count > most {
                    break;
                }
                take(hash, self.folded.get(folded.start..piece.end).unwrap_or_default().chars(), span.start..last.end);
            }
        }
    }
}

fn push(map: &mut HashMap<u64, Vec<u32>, ByHash>, key: u64, which: u32) {
    let list = map.entry(key).or_default();
    if list.last() != Some(&which) {
        list.push(which);
    }
}

fn is_common(word: &str) -> bool {
    COMMON.split_whitespace().any(|common| common == word)
}

fn capped(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MOST_TEXT)).unwrap_or(text)
}

/// Folded letters and digits only.
fn squashed(text: &str) -> String {
    scope::squash(text)
}

/// Runs of letters and runs of digits.
fn pieces(code: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut from = 0;
    let kinds = code.char_indices().zip(code.chars().skip(1));
    for ((at, a), b) in kinds {
        if a.is_ascii_digit() != b.is_ascii_digit() {
            let end = at + a.len_utf8();
            pieces.extend(code.get(from..end));
            from = end;
        }
    }
    pieces.extend(code.get(from..).filter(|rest| !rest.is_empty()));
    pieces
}
