//! What deserves an alarm, and whom (pure).

use crate::rules::{Action, Verdict};

/// An evaluation is imminent and somebody cannot get in: a person has to see it now.
pub fn is_due(verdict: &Verdict) -> bool {
    verdict.action == Action::Escalate
}

/// The key under which Discord drops a second message: at most 25 characters, fixed before the first try.
pub fn nonce(id: &str) -> String {
    // The end of an id is its dice; its beginning is the time, which many share.
    let tail: Vec<char> = id.chars().rev().filter(char::is_ascii_alphanumeric).take(23).collect();
    format!("u-{}", tail.iter().rev().collect::<String>().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_fits_and_tells_alarms_apart() {
        let (one, other) = (nonce("01ARZ3NDEKTSV4RRFFQ69G5FAV"), nonce("01ARZ3NDEKTSV4RRFFQ69G5XAV"));
        assert!(one.len() <= 25 && one != other, "{one} {other}");
    }
}
