//! Which lines of a body are somebody else's: marked quotes, "On … wrote:" lines, headers of replies, forwarded mail.
//! Programs write these in their users' languages; what they share is a shape, so shapes are looked for before words.

use std::sync::LazyLock;

use super::Line;
use super::attribution::{attribution, is_dated};
use super::fields::{is_header, is_lotus, kind_of};
use super::separators::{is_above, is_bare_rule, is_forward, is_passed_on, is_ruled};
use crate::message::pattern::{Pattern, pattern};

/// Longest line in bytes that may begin a quote.
pub(super) const LONGEST: usize = 400;
/// Lines with `>` that a person may have written: a path through menus, a number that is exceeded.
const OWN_MARKS: usize = 3;

/// What is quoted.
pub(super) struct Marked {
    /// For each line, whether it is.
    pub quoted: Vec<bool>,
    /// A line says whom the marked lines below it are from, so that a mail of nothing else has no words of its own.
    pub attributed: bool,
}

/// How a stretch of somebody else's words begins.
enum Start {
    /// "On … wrote:", this many lines long.
    Attribution(usize),
    /// Everything from here on is another mail.
    Rest,
}

/// Which lines are quoted.
pub(super) fn mark(lines: &[Line]) -> Marked {
    let mut quoted: Vec<bool> = lines.iter().map(|l| l.quoted || l.text.trim_start().starts_with(['>', '＞'])).collect();
    keep_own_marks(lines, &mut quoted);
    mark_initials(lines, &mut quoted);
    let mut attributed = false;
    let mut last_marked = quoted.iter().rposition(|q| *q);
    let mut at = 0;
    while at < lines.len() {
        if quoted.get(at) == Some(&true) && !is_groupwise(lines, &quoted, at) {
            at += 1;
            continue;
        }
        match start_at(lines, &quoted, at) {
            Some(Start::Attribution(length)) => {
                set(&mut quoted, at, at + length);
                at += length;
                // The quoted text carries no mark of its own, so all of the rest is it.
                if last_marked.is_none_or(|last| last < at) {
                    set(&mut quoted, at, lines.len());
                    last_marked = Some(lines.len());
                } else {
                    attributed = true;
                }
            }
            Some(Start::Rest) => {
                let head = marked_below(lines, &quoted, at);
                let end = head.map_or(lines.len(), |length| at + length);
                attributed |= head.is_some();
                set(&mut quoted, at, end);
                at = end;
            }
            None => at += 1,
        }
    }
    if attributed {
        join_wrapped(lines, &mut quoted);
    }
    Marked { quoted, attributed }
}

fn set(quoted: &mut [bool], from: usize, to: usize) {
    quoted.iter_mut().take(to).skip(from).for_each(|q| *q = true);
}

/// A `>` in the middle of a sentence ("the score is⏎> 60") marks no quote: one short run in the whole mail, right behind a line that has not
/// come to its end. A lone `>` is no quote either.
fn keep_own_marks(lines: &[Line], quoted: &mut [bool]) {
    let Some(first) = quoted.iter().position(|q| *q) else { return };
    let Some(last) = quoted.iter().rposition(|q| *q) else { return };
    let length = last - first + 1;
    if length > OWN_MARKS || quoted.iter().take(last).skip(first).any(|q| !*q) || lines.iter().any(|l| l.quoted) {
        return;
    }
    let lone = length == 1 && lines.get(first).is_some_and(|l| l.text.trim() == ">");
    let above = first.checked_sub(1).and_then(|at| lines.get(at)).map_or("", |l| l.text.trim());
    let open = !above.is_empty()
        && !above.ends_with(['.', '?', '!', ':', ',', ';', '：', '。', '>', '-', '_'])
        && !is_dated(above)
        && !above.contains('@');
    if lone || open {
        quoted.iter_mut().take(last + 1).skip(first).for_each(|q| *q = false);
    }
}

/// "MQ> Which day?": some programs quote with the initials of the author. Two such lines are needed, and no command line has them.
fn mark_initials(lines: &[Line], quoted: &mut [bool]) {
    const PROMPTS: [&str; 6] = ["SQL", "PS", "FTP", "CMD", "C", "D"];
    let initials = |line: &Line| {
        if line.text.trim_start().starts_with('>') {
            return None;
        }
        let name: String = line.text.trim_start().chars().take_while(|c| *c != '>').take(5).collect();
        let fits = (1..=4).contains(&name.chars().count()) && name.chars().all(char::is_uppercase);
        (fits && line.text.contains("> ") && !PROMPTS.contains(&name.as_str())).then_some(name)
    };
    let mut found = lines.iter().filter(|l| l.text.get(..6).unwrap_or(&l.text).contains('>')).filter_map(initials);
    let Some(name) = found.next().filter(|first| found.any(|other| other == *first)) else { return };
    for (line, quoted) in lines.iter().zip(quoted) {
        *quoted |= initials(line).is_some_and(|n| n == name);
    }
}

/// GroupWise: ">>> Ada Roy 04/03/2025 10:02 >>>" above text without marks.
fn is_groupwise(lines: &[Line], quoted: &[bool], at: usize) -> bool {
    let Some(text) = lines.get(at).map(|l| l.text.trim()) else { return false };
    text.starts_with(">>>") && text.len() > 6 && text.ends_with(">>>") && is_dated(text) && {
        let next = lines.iter().zip(quoted).skip(at + 1).find(|(l, _)| !l.text.trim().is_empty());
        next.is_some_and(|(_, quoted)| !*quoted)
    }
}

/// A program that wraps quoted lines leaves one or two words of them unmarked between marked lines.
fn join_wrapped(lines: &[Line], quoted: &mut [bool]) {
    for at in 1..lines.len() {
        let (Some(before), Some(line)) = (at.checked_sub(1).and_then(|b| lines.get(b)), lines.get(at)) else { continue };
        let between = quoted.get(at) == Some(&false) && quoted.get(at - 1) == Some(&true) && quoted.get(at + 1) == Some(&true);
        let broken = before.text.len() >= 66 && !before.text.trim_end().ends_with(['.', '?', '!', ':', '>']);
        let short = (1..=2).contains(&line.text.split_whitespace().count()) && line.text.starts_with(char::is_lowercase);
        if between && broken && short {
            set(quoted, at, at + 1);
        }
    }
}

/// The length of the separator and head at `at` when marked lines follow: those are the old words, and what stands below them is new.
fn marked_below(lines: &[Line], quoted: &[bool], at: usize) -> Option<usize> {
    if quoted.get(at) == Some(&true) {
        return None;
    }
    let is_part = |line: &Line| line.text.trim().is_empty() || is_head(&line.text);
    let length = lines.iter().zip(quoted).skip(at).take(20).take_while(|(line, quoted)| !**quoted && is_part(line)).count();
    let fields = lines.iter().skip(at).take(length).filter(|l| kind_of(&l.text).is_some()).count();
    let passed_on = lines.get(at).is_some_and(|l| is_passed_on(&l.text)) && fields > 0;
    (length > 0 && quoted.get(at + length) == Some(&true) && !passed_on).then_some(length)
}

fn start_at(lines: &[Line], quoted: &[bool], at: usize) -> Option<Start> {
    let text = lines.get(at)?.text.trim();
    // Most lines are cleared by what they lack: a colon, a rule of dashes, or the words of a forward.
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    if text.starts_with(">>>") {
        return Some(Start::Rest);
    }
    let ruled = text.starts_with(['-', '_', '=', '*', '#', '~', '‐', '–', '—', '+']);
    let next = lines.get(at + 1).map_or("", |l| l.text.as_str());
    let phrase = ruled || text.ends_with([':', '：']) || text.len() < 40 && next.contains([':', '：']);
    if phrase && text.len() < 140 && is_forward(text) || is_above(text, ruled) {
        return Some(Start::Rest);
    }
    if ruled && is_ruled(text) && (has_head_below(lines, at) || is_history(lines, at)) {
        return Some(Start::Rest);
    }
    if text.contains([':', '：', '|']) && is_header(lines, at, 3) || text.contains('@') && is_lotus(lines, at) {
        return Some(Start::Rest);
    }
    attribution(lines, quoted, at).map(Start::Attribution)
}

fn has_head_below(lines: &[Line], at: usize) -> bool {
    (1..=3).any(|ahead| is_header(lines, at + ahead, 2))
}

/// A ticket's history: a rule, then "Ada Roy, 4 Mar 2025, 10:02 CET:".
fn is_history(lines: &[Line], at: usize) -> bool {
    let rule = lines.get(at).is_some_and(|l| is_bare_rule(l.text.trim()));
    rule && lines.get(at + 1).is_some_and(|l| l.text.len() < 90 && l.text.trim_end().ends_with(':') && HISTORY.is_match(&l.text))
}

/// A line of the head of a forwarded mail.
pub(super) fn is_head(line: &str) -> bool {
    let line = line.trim();
    line.len() < LONGEST && (is_forward(line) || is_bare_rule(line) || kind_of(line).is_some())
}

static HISTORY: LazyLock<Pattern> = LazyLock::new(|| pattern(r"^\p{Lu}[^,]{2,40}, .*\b(19|20)\d\d\b.*\b\d{1,2}:\d\d\b"));
