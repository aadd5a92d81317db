//! The invitation code a person writes: 6 to 16 letters and digits, often in groups; never a course code, a phone or student number.

mod cues;
pub mod shapes;

use std::ops::Range;

use super::tokens::head;
use super::vocabulary::Words;
use cues::{cue_points, introduced_as_other};
use shapes::{is_course_shape, is_date_like, is_hyphenated_word, is_postal, is_student_number, is_time_or_ordinal};

/// Runs of letters and digits that are looked at.
const MOST_RUNS: usize = 20_000;

/// A code and how surely it is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// Points for it.
    pub points: i32,
}

/// What may be a code in `text`, best first.
pub fn candidates(text: &str) -> Vec<Candidate> {
    let text = head(text, 64 * 1024);
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        return Vec::new();
    }
    let digit = |run: &Range<usize>| text.as_bytes().get(run.clone()).is_some_and(|run| run.iter().any(u8::is_ascii_digit));
    // No run goes on in another line, and most lines hold no digit.
    let mut end = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        end += line.len();
        (end - line.len(), line)
    });
    let mut found: Vec<Candidate> = lines
        .filter(|(_, line)| line.bytes().any(|b| b.is_ascii_digit()))
        .flat_map(|(start, line)| runs(line, true).map(move |run| start + run.start..start + run.end))
        .take(MOST_RUNS)
        .filter(|run| run.len() >= 6 && digit(run))
        .flat_map(|run| pieces(text, run))
        .filter_map(|span| judge(text, span))
        .collect();
    if mentions_code(text) {
        found.extend(in_groups(text));
    }
    found.sort_by_key(|c| (-c.points, c.span.start));
    found
}

/// The best of them that is sure enough. `skip`: spans that hold none (addresses, error messages).
pub fn choose(candidates: &[Candidate], skip: &[Range<usize>]) -> Option<Range<usize>> {
    let outside = |c: &&Candidate| !skip.iter().any(|k| k.start < c.span.end && c.span.start < k.end);
    candidates.iter().filter(outside).find(|c| c.points >= 3).map(|c| c.span.clone())
}

/// The code in `text`, if one is sure enough.
pub fn read(text: &str, skip: &[Range<usize>]) -> Option<Range<usize>> {
    choose(&candidates(text), skip)
}

/// What may be a code in a run of joined groups: the run itself, the part of a link that activates (`/activate/F7H2V9JP1X`), or
/// what stands between dots and underscores, which join a code's groups only where all of them look like it (`NX5H_2TBM_64LC`).
fn pieces(text: &str, run: Range<usize>) -> Vec<Range<usize>> {
    let written = text.get(run.clone()).unwrap_or("");
    if let Some((head, last)) = written.rsplit_once('/')
        && ACTIVATES.has(&head.rsplit(['/', '.']).next().unwrap_or("").to_ascii_lowercase())
    {
        let code = run.end - last.len()..run.end;
        return vec![code];
    }
    if !written.contains(['.', '_']) || is_grouped(written) {
        return vec![run];
    }
    let mut start = run.start;
    let mut parts = Vec::new();
    for part in written.split(['.', '_']) {
        parts.push(start..start + part.len());
        start += part.len() + 1;
    }
    parts
}

/// `NX5H.2TBM.64LC`: capitals and digits in groups of one size, the last one may be shorter.
fn is_grouped(written: &str) -> bool {
    let groups: Vec<&str> = written.split(['.', '_']).collect();
    let size = groups.first().map_or(0, |g| g.len());
    let fits = |g: &&str| g.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    let (last, rest) = groups.split_last().map_or((0, &[][..]), |(l, r)| (l.len(), r));
    let mixed = groups.iter().filter(|g| g.bytes().any(|b| b.is_ascii_digit()) && g.bytes().any(|b| b.is_ascii_alphabetic())).count();
    (3..=6).contains(&size) && (2..=size).contains(&last) && rest.iter().all(|g| g.len() == size) && groups.iter().all(fits) && mixed > 0
}

/// Runs of letters and digits, `joined`: across hyphens, slashes, dots and underscores; else only those that are words of their own.
fn runs(text: &str, joined: bool) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let is_sign = move |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let joint = move |at: usize| match bytes.get(at..).unwrap_or_default() {
        [b'-' | b'/' | b'.' | b'_', ..] => Some(1),
        [0xe2, 0x80, 0x90 | 0x91 | 0x93, ..] => Some(3),
        _ => None,
    };
    let mut at = 0;
    let all = std::iter::from_fn(move || {
        let start = at + bytes.get(at..)?.iter().position(u8::is_ascii_alphanumeric)?;
        at = start;
        loop {
            at += bytes.get(at..).unwrap_or_default().iter().take_while(|b| b.is_ascii_alphanumeric()).count();
            match joint(at).filter(|length| joined && is_sign(at + length)) {
                Some(length) => at += length,
                None => return Some(start..at),
            }
        }
    });
    let beside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    // A run takes in all the ASCII letters and digits that there are, so only `_` and other letters may touch it.
    let apart = |b: Option<&u8>| b.is_none_or(|b| b.is_ascii() && *b != b'_');
    let alone = move |run: &Range<usize>| {
        (apart(run.start.checked_sub(1).and_then(|at| bytes.get(at))) || !beside(text.get(..run.start).and_then(|b| b.chars().next_back())))
            && (apart(bytes.get(run.end)) || !beside(text.get(run.end..).and_then(|a| a.chars().next())))
    };
    all.take(MOST_RUNS).filter(move |run| joined || alone(run))
}

fn mentions_code(text: &str) -> bool {
    const WORDS: [&[u8]; 5] = [b"code", b"invit", b"typed", b"put in", b"key in"];
    let bytes = text.as_bytes();
    let begins = |at: usize| WORDS.iter().any(|w| bytes.get(at..at + w.len()).is_some_and(|b| b.eq_ignore_ascii_case(w)));
    let may_begin = |b: &u8| matches!(b | 0x20, b'c' | b'i' | b't' | b'p' | b'k');
    bytes.iter().enumerate().any(|(at, b)| may_begin(b) && begins(at))
}

/// Codes in groups with blanks between: each run of two to four such groups, letters and digits mixed.
fn in_groups(text: &str) -> Vec<Candidate> {
    let words: Vec<Range<usize>> = runs(text, false).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = words.get(at) {
        at += 1;
        let Some(written) = text.get(first.clone()).filter(|w| starts_group(w) || (w.len() == 1 && is_capital(w))) else { continue };
        let mut end = first.end;
        let mut count = 1;
        for next in words.iter().skip(at).take(if written.len() > 1 { 3 } else { 0 }) {
            let touches = text.get(end..next.start) == Some(" ");
            if !touches || !text.get(next.clone()).is_some_and(|w| continues_group(w, written)) {
                break;
            }
            (end, count) = (next.end, count + 1);
        }
        if count < 2 {
            if let Some((end, taken)) = letter_by_letter(text, &words, at - 1) {
                at += taken - 1;
                found.extend(judge_groups(text, first.start..end));
            }
            continue;
        }
        at += count - 1;
        found.extend(judge_groups(text, first.start..end));
    }
    found
}

/// `F 7 H 2 V 9 J P 1 X`: where the run ends, and how many characters it has.
fn letter_by_letter(text: &str, words: &[Range<usize>], at: usize) -> Option<(usize, usize)> {
    let first = words.get(at)?.start;
    let mut end = first;
    let mut count = 0;
    for word in words.iter().skip(at).take(20) {
        let alone = word.len() == 1 && text.get(word.clone()).is_some_and(is_capital);
        if !alone || !(word.start == first || text.get(end..word.start) == Some(" ")) {
            break;
        }
        (end, count) = (word.end, count + 1);
    }
    (count >= 6).then_some((end, count))
}

fn is_capital(character: &str) -> bool {
    character.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

fn starts_group(word: &str) -> bool {
    let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
    letters < word.len() && (letters > 0 || word.len() >= 4)
}

fn continues_group(word: &str, first: &str) -> bool {
    let digit = word.bytes().any(|b| b.is_ascii_digit());
    let shouts = !first.bytes().any(|b| b.is_ascii_lowercase());
    digit
        || (word.len() <= 4
            && !is_plain_word(word)
            && !super::dates::evaluation::is_exam_word(&word.to_ascii_lowercase())
            && (!shouts || word.bytes().all(|b| b.is_ascii_uppercase())))
}

fn judge_groups(text: &str, span: Range<usize>) -> Option<Candidate> {
    let written = text.get(span.clone())?;
    let groups: Vec<&str> = written.split(' ').collect();
    let single = groups.iter().all(|g| g.len() == 1);
    // The short end of a code in capitals looks like an hour (`P4X8 C6NR 2H`).
    let hour = |g: &&&str| is_time_or_ordinal(&g.to_ascii_lowercase()) && !(groups.len() > 2 && is_capital(g));
    let odd = groups.iter().find(hour).is_some() || is_postal(written);
    let mixed = groups.iter().any(|g| g.bytes().any(|b| b.is_ascii_digit()) && g.bytes().any(|b| b.is_ascii_alphabetic()))
        || (single && written.bytes().any(|b| b.is_ascii_digit()) && written.bytes().any(|b| b.is_ascii_alphabetic()));
    let length = written.len() - groups.len() + 1;
    let cue = cue_points(text, &span, false);
    (mixed && !odd && (7..=16).contains(&length) && cue > 0 && !introduced_as_other(text, &span))
        .then_some(Candidate { span, points: 2 + cue })
}

fn is_plain_word(group: &str) -> bool {
    PLAIN.has(&group.to_ascii_lowercase())
}

fn judge(text: &str, span: Range<usize>) -> Option<Candidate> {
    let written = text.get(span.clone())?;
    let before = text.get(..span.start)?.chars().next_back();
    let after = text.get(span.end..)?.chars().next();
    let activates = matches!(before, Some('=' | '/')) && is_link_part(text.get(..span.start)?);
    let glued = !activates
        && matches!(before, Some('@' | '/' | '.' | '_' | '=' | '#' | '%' | '+' | '?' | '&'))
        && text.get(..span.start).is_some_and(|b| b.chars().rev().nth(1).is_some_and(|c| !c.is_whitespace()))
        || matches!(after, Some('@' | '=' | '_'))
        || before.is_some_and(char::is_alphanumeric)
        || after.is_some_and(char::is_alphanumeric)
        || matches!((before, after), (Some('#'), _));
    let plain: String = written.chars().filter(char::is_ascii_alphanumeric).collect();
    let letters = plain.bytes().filter(u8::is_ascii_alphabetic).count();
    let digits = plain.len() - letters;
    let hexadecimal = plain.strip_prefix("0x").is_some_and(|h| h.bytes().all(|b| b.is_ascii_hexdigit()));
    if glued || hexadecimal || letters == 0 || digits == 0 || !(6..=18).contains(&plain.len()) || is_postal(written) {
        return None;
    }
    let lower = written.to_ascii_lowercase();
    if is_time_or_ordinal(&lower) || is_date_like(&lower) || is_hyphenated_word(written) {
        return None;
    }
    let course = is_course_shape(&lower);
    if introduced_as_other(text, &span) {
        return None;
    }
    let cue = cue_points(text, &span, course) + if activates { 2 } else { 0 };
    let groups: Vec<&str> = written.split(['-', '–', '‑', '‐', '/', '.', '_']).collect();
    let mixes = groups.iter().filter(|g| g.bytes().any(|b| b.is_ascii_digit()) && g.bytes().any(|b| b.is_ascii_alphabetic())).count();
    let shape = if course {
        -2
    } else if is_student_number(&lower) {
        -3
    } else if groups.len() > 1 {
        2 + i32::from(mixes > 0 && plain.len() >= 7)
    } else {
        1 + i32::from(digits >= 2 && letters >= 2 && plain.len() >= 8)
    };
    let capitals = i32::from(!written.bytes().any(|b| b.is_ascii_lowercase()));
    Some(Candidate { span, points: shape + cue + capitals })
}

/// Whether a link's words lead to a code: `…?code=`, `/activate/`.
fn is_link_part(before: &str) -> bool {
    let path = before.strip_suffix(['=', '/']).unwrap_or(before);
    let word = path.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
    ACTIVATES.has(&word.to_ascii_lowercase())
}

static ACTIVATES: Words = Words::new("code invitation invite activate activation activer cle key invitationcode activationcode");

static PLAIN: Words = Words::new(
    "and is it the at on in for et le la de du but not my ne pas was has ca est dit does to or ou as by me je si un no so be if an tout \
     mais pis with from this that que qui",
);

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Option<&str> {
        read(text, &[]).and_then(|s| text.get(s))
    }

    #[test]
    fn the_code_is_found_as_written() {
        let cases = [
            ("My code is NX-917350 and it fails", "NX-917350"),
            ("I typed H8S3T8TR9W twice", "H8S3T8TR9W"),
            ("exam tmrw 9am pls help (3HH-QLT-91)", "3HH-QLT-91"),
            ("Code: NX4T8K-Q2ZD", "NX4T8K-Q2ZD"),
            ("Code d'invitation : B7-MW35-60ZK", "B7-MW35-60ZK"),
            ("nx5h-2tbm-64lc is refused", "nx5h-2tbm-64lc"),
            ("mon code GH44T2 est refusé", "GH44T2"),
            ("put in wq4m 8812 zz and it went red", "wq4m 8812 zz"),
            ("the invitation code, UUH2 9917 KQ. Message", "UUH2 9917 KQ"),
            ("h7k2 99dm... c'est bien ca le code?", "h7k2 99dm"),
            ("clé d'invitation LUNE-4471-B périmée", "LUNE-4471-B"),
            ("le code TOC-TOC-77 est pas bon", "TOC-TOC-77"),
            ("my code RTX-900-B does not work for HIST 110", "RTX-900-B"),
            ("Typed ZEB-443 by hand", "ZEB-443"),
            ("BLR/7742/X also is not accepted, the code", "BLR/7742/X"),
            ("le code 0506-QLP-77 ne passe pas", "0506-QLP-77"),
            ("TTQ4-88 invalid ??", "TTQ4-88"),
            ("mon code est TOC-771 mais rien", "TOC-771"),
            ("LAW-31: my invitation code is K3PX-0Y2M", "K3PX-0Y2M"),
            ("PSY-2140 : mon code est K3PX-0Y2M", "K3PX-0Y2M"),
            ("code 2PDX8841 et ca dit invalide", "2PDX8841"),
            ("NXlL6V-K8TS is the code I have", "NXlL6V-K8TS"),
            ("Got F6611-SG on 3 March, code rejected", "F6611-SG"),
            ("the code is KX7P–22QD", "KX7P–22QD"),
            ("It won't take EE1-RR2-90", "EE1-RR2-90"),
            ("Is that a zero in 7QO0-PRKT?", "7QO0-PRKT"),
            ("https://nexam.example/activate?code=F7H2V9JP1X", "F7H2V9JP1X"),
            ("https://nexam.example/activate/F7H2V9JP1X does nothing", "F7H2V9JP1X"),
            ("Code=NX5H2TBM64LC", "NX5H2TBM64LC"),
            ("my code NX5H_2TBM_64LC is refused", "NX5H_2TBM_64LC"),
            ("my code NX5H.2TBM.64LC is refused", "NX5H.2TBM.64LC"),
            ("my code is F 7 H 2 V 9 J P 1 X", "F 7 H 2 V 9 J P 1 X"),
            ("the code P4X8 C6NR 2H is invalid", "P4X8 C6NR 2H"),
            ("the code is F7H2V9JP1X.Please help", "F7H2V9JP1X"),
            ("Code permanent TREJ12059901, code d'invitation F7H2V9JP1X refusé.", "F7H2V9JP1X"),
            ("My student ID is E2031457AB, my invitation code is F7H2V9JP1X", "F7H2V9JP1X"),
            ("I entered my student ID, F7H2V9JP1X is refused", "F7H2V9JP1X"),
        ];
        for (text, expected) in cases {
            assert_eq!(code(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn course_codes_phones_and_student_numbers_are_no_codes() {
        let cases = [
            "exam PSY-2140 tomorrow",
            "mon code pour CHIM-14 est refusé",
            "Évaluation : CHIM-14, 10 juin. Le code est refusé",
            "mon évaluation de chimie (CHIM-14) est le 10 juin",
            "The code fails. Course ECO-203.",
            "Code problem ECO-203",
            "invitation code for LAW-310 refused",
            "CHEM 2301",
            "cours 201-NYA-05 demain",
            "GIA1107",
            "student number s2104417",
            "call 902-555-0139",
            "514 555-0187",
            "le code reçu le 21-11-2025",
            "code de H2X 1Y4",
            "covid-19",
            "mon code à 9h30",
            "invitation du 06-Apr-2026",
            "ticket 00921-B",
            "three-year-old",
            "ada22@uni.example",
            "https://nexam.example/a/8F7G6H5J",
            "the code ends 4F",
            "version 12.4.1b",
            "a 6-digit code",
            "ANG-102-MQ lundi",
            "my code on 22nd of May",
            "Room B2-1104",
            "Mon code permanent est TREJ12059901 et rien ne marche",
            "My candidate number is 7GH2K9PQ. The code is refused.",
            "Numéro d'étudiant : E2031457AB. Code refusé.",
            "my ID is AB12CD34EF on the student card, the code fails",
            "My temporary password is Temp1234XY, code refused",
            "The verification code G-482913 came",
            "My backup code 8F3K-22LM for two-factor",
            "the code fails, case number CAS-48213-X7",
            "code refused. Registration number 2026-ABC-113",
            "my code fails. Section 20261-CHM-1003-02",
            "Error code ERR_CONNECTION_REFUSED (0x80072EFD)",
            "code d'erreur : AADSTS50011",
            "code reçu pour le cours de 9h30-12h30",
        ];
        for text in cases {
            assert_eq!(code(text), None, "{text}");
        }
    }
}
