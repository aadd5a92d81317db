//! Usual short forms of first names, and first names common enough that a near-miss of another name is not a slip but somebody else.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::facts::names::first;

/// One full name a line, then its short forms; folded. A short form may stand in several lines.
const SHORT_FORMS: &str = include_str!("nicknames.txt");

static GROUPS: LazyLock<HashMap<&'static str, Vec<usize>>> = LazyLock::new(|| {
    let mut groups: HashMap<&str, Vec<usize>> = HashMap::new();
    for (n, line) in lines(SHORT_FORMS).enumerate() {
        for word in line.split_whitespace() {
            groups.entry(word).or_default().push(n);
        }
    }
    groups
});

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Whether `told` is a usual short or full form of `registered` (both folded).
pub fn fit(told: &str, registered: &str) -> bool {
    match (GROUPS.get(told), GROUPS.get(registered)) {
        (Some(a), Some(b)) => a.iter().any(|group| b.contains(group)),
        _ => false,
    }
}

/// Whether `word` (folded) is a first name by itself, whatever else it is short for.
pub fn is_own_name(word: &str) -> bool {
    first::is_known(word)
}

/// Whether `word` (folded) is a first name known everywhere.
pub fn is_first_name(word: &str) -> bool {
    first::is_known(word) || GROUPS.contains_key(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_fit_their_full_name_and_no_other() {
        let cases = [
            ("bob", "robert", true),
            ("robert", "bob", true),
            ("bob", "rob", true),
            ("alex", "alexandra", true),
            ("alex", "alexandre", true),
            ("fred", "frederic", true),
            ("jean", "jeanne", false),
            ("marie", "maria", false),
            ("bob", "roberta", false),
            ("nobody", "robert", false),
        ];
        for (told, registered, expected) in cases {
            assert_eq!(fit(told, registered), expected, "{told} for {registered}");
        }
    }

    #[test]
    fn the_lists_are_folded_and_hold_no_line_of_one_word() {
        let folded = |word: &str| word.bytes().all(|b| b.is_ascii_lowercase());
        assert!(GROUPS.keys().all(|w| folded(w)), "short forms are folded");
        assert!(lines(SHORT_FORMS).all(|line| line.split_whitespace().nth(1).is_some()), "a full name has a short form");
    }
}
