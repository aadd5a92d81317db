//! Addresses in a reply: those that must not stand in it however they are disguised, and any other that is written plainly.

use std::ops::Range;

use super::plain::{Plain, Sign, begins_word, ends_word, signs};
use crate::facts::emails;
use crate::facts::names::first;
use crate::facts::tokens::fold;
use crate::people::Candidate;

/// Words that stand for the `@`, and those that stand for a mark within a name.
const AT: [&str; 9] = ["at", "arobase", "arobas", "arobace", "arrobas", "acommercial", "chez", "atsign", "a"];
const MARKS: [&str; 11] = ["dot", "point", "punto", "tiret", "dash", "hyphen", "underscore", "tiretbas", "soulign", "plus", "moins"];
/// Letters and digits that an address has at least; fewer would be met in any words.
const SHORTEST: usize = 6;
/// Steps that one place of a text is worth; a disguise takes far fewer.
const MOST_STEPS: usize = 1_500;

/// One address to look for.
#[derive(Debug)]
pub(super) struct Wanted {
    /// Letters and digits before the `@`, as runs; marks stand between.
    local: Vec<Vec<char>>,
    /// The same behind it.
    domain: Vec<Vec<char>>,
}

impl Wanted {
    /// Looks for `address`.
    pub(super) fn of(address: &str) -> Option<Self> {
        let (local, domain) = address.split_once('@')?;
        let wanted = Self { local: runs(local), domain: runs(domain) };
        let letters = |part: &[Vec<char>]| part.iter().map(Vec::len).sum::<usize>();
        let fits = !wanted.local.is_empty() && letters(&wanted.local) + letters(&wanted.domain) >= SHORTEST;
        fits.then_some(wanted)
    }

    /// Every place where the whole address stands, however it is written.
    pub(super) fn find(&self, text: &Signs) -> Vec<Range<usize>> {
        text.beginning(&self.local).filter_map(|at| Some(text.place(at)?..self.whole(text, at)?)).collect()
    }

    /// Every place where the local part stands alone, with its own marks, or before an `@`.
    pub(super) fn find_local(&self, text: &Signs, distinctive: bool) -> Vec<Range<usize>> {
        let found = |at: usize| {
            let end = text.written(at, &self.local)?;
            let addressed = text.0.get(end).is_some_and(|s| s.c == '@' && !s.apart);
            let alone = distinctive && ends_word(&text.0, end) && !addressed;
            (alone || addressed).then(|| text.end(end)).flatten()
        };
        text.beginning(&self.local).filter_map(|at| Some(text.place(at)?..found(at)?)).collect()
    }

    fn whole(&self, text: &Signs, at: usize) -> Option<usize> {
        let mut steps = MOST_STEPS;
        for local_end in text.spelled(at, &self.local, &mut steps) {
            for (domain_start, said) in text.behind_at(local_end) {
                for end in text.spelled(domain_start, &self.domain, &mut steps) {
                    // Where nothing stands for the `@`, the domain has to be written as one.
                    let dotted = || text.written(text.skip_marks(domain_start), &self.domain) == Some(end);
                    if ends_word(&text.0, end) && (said || dotted()) {
                        return text.end(end);
                    }
                }
            }
        }
        None
    }
}

/// A text as letters, digits and marks, look-alikes among letters and digits made one.
#[derive(Debug)]
pub(super) struct Signs(Vec<Sign>);

impl Signs {
    /// Of a plain text.
    pub(super) fn of(text: &str) -> Self {
        let mut signs = signs(text);
        signs.iter_mut().for_each(|s| s.c = alike(s.c));
        Self(signs)
    }

    fn place(&self, at: usize) -> Option<usize> {
        self.0.get(at).map(|s| s.at)
    }

    /// The byte behind the sign before `next`.
    fn end(&self, next: usize) -> Option<usize> {
        self.0.get(next.checked_sub(1)?).map(|s| s.at + 1)
    }

    /// Where words begin with the first letter of `runs`.
    fn beginning<'a>(&'a self, runs: &'a [Vec<char>]) -> impl Iterator<Item = usize> + 'a {
        let first = runs.first().and_then(|run| run.first()).copied();
        let places = self.0.iter().enumerate().filter(move |(_, sign)| Some(sign.c) == first);
        places.map(|(at, _)| at).filter(|at| begins_word(&self.0, *at))
    }

    fn skip_marks(&self, at: usize) -> usize {
        at + self.0.get(at..).unwrap_or_default().iter().take_while(|s| !s.is_letter() && s.c != '@').take(8).count()
    }

    /// The ends of `runs` spelled from `at` on, whatever marks and blanks stand between their letters; between runs, words for marks too.
    fn spelled(&self, at: usize, runs: &[Vec<char>], steps: &mut usize) -> Vec<usize> {
        let mut ends = vec![at];
        for (number, run) in runs.iter().enumerate() {
            let mut next: Vec<usize> = Vec::new();
            for from in ends {
                let mut starts = vec![from];
                if number > 0 {
                    starts.extend(MARKS.iter().filter_map(|word| self.letters(from, word.chars().map(alike), steps)));
                }
                next.extend(starts.into_iter().filter_map(|start| self.letters(start, run.iter().copied(), steps)));
            }
            next.sort_unstable();
            next.dedup();
            ends = next;
        }
        ends
    }

    fn letters(&self, at: usize, letters: impl Iterator<Item = char>, steps: &mut usize) -> Option<usize> {
        let mut next = at;
        for c in letters {
            next = self.skip_marks(next);
            *steps = steps.checked_sub(1)?;
            self.0.get(next).filter(|s| s.c == c)?;
            next += 1;
        }
        Some(next)
    }

    /// Where a domain may begin behind a local part that ends before `from`, and whether something stands for the `@`.
    fn behind_at(&self, from: usize) -> Vec<(usize, bool)> {
        let at = self.skip_marks(from);
        let signs = self.0.get(at..).unwrap_or_default().iter().take_while(|s| s.c == '@').take(3).count();
        if signs > 0 {
            return vec![(at + signs, true)];
        }
        let parted = |at: usize| self.0.get(at).is_some_and(|s| s.apart || !s.is_letter());
        let before = at > from || parted(at);
        let spell = |word: &&str| self.letters(at, word.chars().map(alike), &mut 40).filter(|end| before && parted(*end));
        AT.iter().filter_map(spell).map(|end| (end, true)).chain(before.then_some((at, false))).collect()
    }

    /// The end of `runs` as an address has them: no blanks within a run, and a mark, or a word for one, between two.
    fn written(&self, at: usize, runs: &[Vec<char>]) -> Option<usize> {
        let mut next = at;
        for (number, run) in runs.iter().enumerate() {
            if number > 0 {
                next = self.mark(next)?;
            }
            for (place, c) in run.iter().enumerate() {
                self.0.get(next).filter(|s| s.c == *c && (place == 0 || !s.apart))?;
                next += 1;
            }
        }
        Some(next)
    }

    /// Behind one mark. A full stop with a blank behind it and none before ends a sentence.
    fn mark(&self, at: usize) -> Option<usize> {
        let sign = self.0.get(at)?;
        if !sign.is_letter() && sign.c != '@' {
            let ends_sentence = sign.c == '.' && !sign.apart && self.0.get(at + 1).is_some_and(|s| s.apart);
            return (!ends_sentence).then_some(at + 1);
        }
        MARKS.iter().filter(|_| sign.apart).find_map(|word| self.letters(at, word.chars().map(alike), &mut 20))
    }
}

/// Letters and digits that are taken for each other.
fn alike(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | 'l' => 'i',
        c => c,
    }
}

fn runs(part: &str) -> Vec<Vec<char>> {
    let mut runs: Vec<Vec<char>> = Vec::new();
    let mut joined = false;
    for sign in signs(Plain::of(part).text()) {
        if !sign.is_letter() {
            joined = false;
            continue;
        }
        match runs.last_mut().filter(|_| joined && !sign.apart) {
            Some(run) => run.push(alike(sign.c)),
            None => runs.push(vec![alike(sign.c)]),
        }
        joined = true;
    }
    runs
}

/// Whether the local part of somebody's address says by itself whose it is: it is more than a name that anybody bears, and no word.
pub(super) fn is_distinctive(candidate: &Candidate, is_word: impl Fn(&str) -> bool) -> bool {
    let local = fold(candidate.email.split_once('@').map_or("", |(local, _)| local));
    let letters = |text: &str| fold(text).chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let bare = letters(&local);
    let names = [letters(&candidate.first_name), letters(&candidate.last_name)];
    if bare.chars().count() < 4 || names.contains(&bare) || first::is_known(&bare) {
        return false;
    }
    let marked = local.contains(|c: char| !c.is_alphanumeric()) || bare.contains(|c: char| c.is_numeric());
    let of_a_name = names.iter().any(|name| name.len() >= 4 && bare.contains(name.as_str()));
    marked || of_a_name || (bare.len() >= 6 && !is_word(&bare) && !ROLES.contains(&bare.as_str()))
}

/// Local parts that are words of any reply.
const ROLES: [&str; 8] = ["support", "contact", "student", "etudiant", "secretariat", "bureau", "office", "administration"];

/// Every address that is written as one, in small letters, with its place.
pub(super) fn written(plain: &Plain) -> Vec<(String, Range<usize>)> {
    let mut found: Vec<(String, Range<usize>)> = Vec::new();
    for (start, piece) in plain.pieces(800, 320) {
        // A line end beside the `@` parts nothing.
        let joined = piece.replace("@\n", "@ ").replace("\n@", " @");
        found.extend(emails::read(&joined).into_iter().map(|m| (m.address, start + m.span.start..start + m.span.end)));
    }
    found.dedup_by(|b, a| a.1.start < b.1.end && b.1.start < a.1.end);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, address: &str) -> Vec<String> {
        let plain = Plain::of(text);
        let places = Wanted::of(address).unwrap().find(&Signs::of(plain.text()));
        places.into_iter().map(|span| plain.text().get(span).unwrap().to_owned()).collect()
    }

    #[test]
    fn an_address_is_found_however_it_is_written() {
        for text in [
            "ada.roy@uni.example",
            "ADA.ROY@Uni.Example",
            "ada . roy @ uni . example",
            "ada.roy (at) uni.example",
            "ada.roy[at]uni[dot]example",
            "ada dot roy at uni dot example",
            "ada point roy arobase uni point example",
            "a\u{200b}da.roy@uni.exa\u{ad}mple",
            "аdа.rоу@uni.example",
            "ada.roy@\nuni.example",
            "ada.roy\n@uni.example",
            "ada.\nroy@uni.example",
            "a d a . r o y @ u n i . e x a m p l e",
            "<mailto:ada.roy@uni.example>",
            "ada.r0y@uni.examp1e",
            "ada.roy, at uni.example",
            "ada.roy uni.example",
            "adaroy@uni.example",
            "**ada.roy**@uni.example",
        ] {
            assert_eq!(found(&format!("Write to {text}, please"), "ada.roy@uni.example").len(), 1, "{text}");
        }
    }

    #[test]
    fn other_words_are_no_such_address() {
        for text in [
            "nada.roy@uni.example",
            "ada.roy@uni.examples",
            "Ada Roy is at the university, for example",
            "Hello Ada Roy, look at the page",
            "ada.roi@uni.example",
        ] {
            assert_eq!(found(text, "ada.roy@uni.example"), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn a_local_part_is_found_alone_where_it_says_who_it_is() {
        let candidate = |first: &str, last: &str, email: &str| Candidate {
            id: "C1".into(),
            first_name: first.into(),
            last_name: last.into(),
            email: email.into(),
            institution_id: "I1".into(),
            language: crate::facts::Language::En,
        };
        let cases = [
            ("Ada", "Roy", "ada.roy@uni.example", "use ada.roy as it is", true),
            ("Ada", "Roy", "ada.roy@uni.example", "use ada dot roy", true),
            ("Ada", "Roy", "ada.roy@uni.example", "the one before the @ is ada.\u{200b}roy", true),
            ("Ada", "Roy", "ada.roy@uni.example", "Hello Ada Roy", false),
            ("Ada", "Roy", "ada.roy@uni.example", "I asked Ada. Roy will answer.", false),
            ("Ada", "Roy", "ada@uni.example", "Hello Ada,", false),
            ("Ada", "Roy", "ada@uni.example", "write from ada@ and nothing else", true),
            ("Jean", "Tremblay", "jtremblay@uni.example", "log in as jtremblay", true),
            ("Jean", "Tremblay", "tremblay@uni.example", "Hello Mr Tremblay", false),
            ("Marie-Ève", "Roy", "marie-eve@uni.example", "Bonjour Marie-Ève", false),
            ("Ada", "Roy", "roy99@uni.example", "your name is roy99", true),
            ("Ada", "Roy", "page@uni.example", "on this page", false),
            ("Ada", "Roy", "support@uni.example", "our support team", false),
        ];
        for (first, last, email, text, expected) in cases {
            let candidate = candidate(first, last, email);
            let distinctive = is_distinctive(&candidate, |word| word == "page");
            let plain = Plain::of(text);
            let places = Wanted::of(email).unwrap().find_local(&Signs::of(plain.text()), distinctive);
            assert_eq!(!places.is_empty(), expected, "{email}: {text}");
        }
    }

    #[test]
    fn plain_addresses_are_all_read() {
        let text = format!("{}\nbob@uni.example and eve@\nuni.example", "x ".repeat(2_000));
        let addresses: Vec<String> = written(&Plain::of(&text)).into_iter().map(|(a, _)| a).collect();
        assert_eq!(addresses, ["bob@uni.example", "eve@uni.example"]);
    }
}
