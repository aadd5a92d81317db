//! Search by anything, for staff: id, address, name; forgiving of slips.

use super::directory::{Directory, Entry};
use super::names::fold;
use super::{MatchKind, Near};

/// Below this a result is noise.
const LEAST: f64 = 0.84;

impl Directory {
    /// Search by anything: id, name, address, typo-tolerant, best first, at most `most`.
    pub fn find(&self, text: &str, most: usize) -> Vec<Near> {
        let wanted: String = fold(text.trim()).chars().take(200).collect();
        if wanted.is_empty() {
            return Vec::new();
        }
        let mut scored: Vec<(f64, &Entry)> = self.people.iter().map(|e| (likeness(&wanted, e), e)).filter(|(s, _)| *s >= LEAST).collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.candidate.id.cmp(&b.1.candidate.id)));
        scored.truncate(most);
        scored
            .into_iter()
            .map(|(score, entry)| {
                let kind = if score >= 1.0 { MatchKind::Exact } else { MatchKind::Typo };
                Near { candidate: entry.candidate.clone(), kind, score: score.min(1.0), evidence: Vec::new() }
            })
            .collect()
    }
}

fn likeness(wanted: &str, entry: &Entry) -> f64 {
    let candidate = &entry.candidate;
    if candidate.email == wanted || candidate.id.eq_ignore_ascii_case(wanted) {
        return 1.0;
    }
    let names = [
        fold(&format!("{} {}", candidate.first_name, candidate.last_name)),
        fold(&format!("{} {}", candidate.last_name, candidate.first_name)),
        fold(&candidate.last_name),
    ];
    let by_name = names.iter().map(|n| if n == wanted { 0.99 } else { strsim::jaro_winkler(wanted, n) }).fold(0.0, f64::max);
    let by_address =
        if wanted.contains('@') { strsim::jaro_winkler(wanted, &candidate.email) } else { strsim::jaro_winkler(wanted, &entry.canon) };
    let inside = if wanted.len() >= 4 && candidate.email.contains(wanted) { 0.9 } else { 0.0 };
    by_name.max(by_address).max(inside).min(0.99)
}
