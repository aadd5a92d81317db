//! Search by anything, for staff: id, address, name; forgiving of slips.

use super::directory::Directory;
use super::look::Question;
use super::names::fold;
use super::register::Entry;
use super::scope;
use super::seen::Seen;
use super::{Claim, MatchKind, Near};

/// Below this a result is noise.
const LEAST: f64 = 0.84;

impl Directory {
    /// Search by anything: id, name, address, typo-tolerant, best first, at most `most`.
    pub fn find(&self, text: &str, most: usize) -> Vec<Near> {
        let wanted: String = fold(text.trim()).chars().take(200).collect();
        if wanted.is_empty() {
            return Vec::new();
        }
        let everybody = (0..self.register.len()).filter_map(|who| Some((who, self.entry(who)?)));
        let mut scored: Vec<(f64, u32, Entry<'_>)> =
            everybody.map(|(who, e)| (likeness(&wanted, &e), who, e)).filter(|(score, ..)| *score >= LEAST).collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.2.id.cmp(b.2.id)));
        scored.truncate(most);
        // What of the text is told as a name or an address is compared field by field; either name may stand first.
        let text: String = text.trim().chars().take(200).collect();
        let turned = text.rsplit_once(char::is_whitespace).map(|(rest, last)| format!("{last} {rest}"));
        let claims: Vec<Claim> = [Some(text), turned].into_iter().flatten().map(told).collect();
        let questions: Vec<Question<'_>> = claims.iter().map(|claim| Question::of(self, claim)).collect();
        let compared = |who, entry: &Entry<'_>| {
            let seen = questions.iter().map(|question| question.look(who, entry, MatchKind::None, None));
            seen.max_by_key(Seen::points).map(|seen| seen.told()).unwrap_or_default()
        };
        scored
            .into_iter()
            .map(|(score, who, entry)| {
                let kind = if score >= 1.0 { MatchKind::Exact } else { MatchKind::Typo };
                Near { candidate: self.candidate(&entry), kind, score: score.min(1.0), evidence: compared(who, &entry) }
            })
            .collect()
    }
}

fn told(text: String) -> Claim {
    Claim {
        email_used: text.contains('@').then(|| text.clone()),
        institution: Some(text.clone()),
        display_name: Some(text),
        ..Claim::default()
    }
}

fn likeness(wanted: &str, entry: &Entry<'_>) -> f64 {
    if entry.email == wanted || entry.id.eq_ignore_ascii_case(wanted) {
        return 1.0;
    }
    let names = [
        fold(&format!("{} {}", entry.first_name, entry.last_name)),
        fold(&format!("{} {}", entry.last_name, entry.first_name)),
        fold(entry.last_name),
    ];
    let by_name = names.iter().map(|n| if n == wanted { 0.99 } else { strsim::jaro_winkler(wanted, n) }).fold(0.0, f64::max);
    let address = if wanted.contains('@') { entry.email.to_owned() } else { scope::canon(entry.local, entry.domain) };
    let inside = if wanted.len() >= 4 && entry.email.contains(wanted) { 0.9 } else { 0.0 };
    by_name.max(strsim::jaro_winkler(wanted, &address)).max(inside).min(0.99)
}
