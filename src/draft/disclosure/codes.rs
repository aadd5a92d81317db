//! Invitation codes in a reply: what has the shape of one, and the person's own whatever its shape.

use std::collections::BTreeSet;
use std::ops::Range;

use super::plain::Plain;
use crate::draft::templates::Letterhead;
use crate::facts::codes;
use crate::people::Registered;
use crate::people::codes::{SealedCode, canonical};

/// Points from which letters and digits are taken for a code.
const SURE: i32 = 3;
/// Groups with blanks between that are tried together.
const MOST_GROUPS: usize = 4;

/// Every code in `plain`. `skip`: addresses, which hold none.
pub(super) fn find(plain: &Plain, registered: Option<&Registered>, letterhead: &Letterhead, skip: &[Range<usize>]) -> Vec<Range<usize>> {
    let text = plain.text();
    let links = [&letterhead.sign_in_url, &letterhead.code_url].into_iter().filter(|link| !link.is_empty());
    let links = links.flat_map(|link| text.match_indices(link.as_str()).map(|(at, link)| at..at + link.len()));
    let skip: Vec<Range<usize>> = links.chain(skip.iter().cloned()).collect();
    let mut found: Vec<Range<usize>> = Vec::new();
    for (start, piece) in plain.pieces(16 * 1024, 256) {
        let sure = codes::candidates(piece).into_iter().filter(|c| c.points >= SURE);
        found.extend(sure.map(|c| start + c.span.start..start + c.span.end));
    }
    found.retain(|span| !skip.iter().any(|s| s.start < span.end && span.start < s.end));
    found.extend(own(text, registered));
    found
}

/// The codes that were mailed to this person, however they look.
fn own(text: &str, registered: Option<&Registered>) -> Vec<Range<usize>> {
    let sealed: Vec<&SealedCode> = registered.iter().flat_map(|r| &r.invitations).filter_map(|i| i.code.as_ref()).collect();
    if sealed.is_empty() {
        return Vec::new();
    }
    let (mut tried, mut found) = (BTreeSet::new(), Vec::new());
    for line in text.split_inclusive('\n') {
        let base = line.as_ptr().addr().saturating_sub(text.as_ptr().addr());
        let runs: Vec<Range<usize>> = runs(line).collect();
        for (at, first) in runs.iter().enumerate() {
            for last in runs.iter().skip(at).take(MOST_GROUPS) {
                let span = base + first.start..base + last.end;
                let Some(written) = text.get(span.clone()).filter(|w| w.len() <= 48) else { break };
                let code = canonical(written);
                let may_be = (5..=32).contains(&code.len()) && code.bytes().any(|b| b.is_ascii_digit());
                if may_be && (tried.insert(code) || found.iter().any(|f: &Range<usize>| text.get(f.clone()) == Some(written))) {
                    found.extend(sealed.iter().any(|s| s.is(written)).then_some(span));
                }
            }
        }
    }
    found
}

/// Runs of letters and digits, hyphens and the like within.
fn runs(line: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    line.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '–' | '‑'))).filter_map(move |run| {
        let start = line.get(at..).and_then(|rest| rest.find(run)).map_or(at, |skipped| at + skipped);
        at = start + run.len();
        let core = run.trim_matches(|c: char| !c.is_alphanumeric());
        let lead = run.len() - run.trim_start_matches(|c: char| !c.is_alphanumeric()).len();
        (!core.is_empty()).then_some(start + lead..start + lead + core.len())
    })
}
