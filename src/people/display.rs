//! Display names: which part of them is the first name, which the last.

use super::names::{Name, PARTICLES, Told, fold};

/// The three ways in which a display name is written: `Tremblay, Jean` · `Jean Tremblay` · `J. Tremblay`.
/// A single word says nothing certain, nor does a name with an address or a company's words in it.
pub fn name(name: &str) -> Told {
    let name: String = name.chars().take(120).collect();
    let name = name.split(['(', '[', '<', '|', '/']).next().unwrap_or("").trim().trim_matches(['"', '\'', ' ']);
    if name.contains('@') || name.chars().any(|c| c.is_ascii_digit()) {
        return Told::default();
    }
    let both = |first: &str, last: &str| {
        let (first, last) = (Name::new(first), Name::new(last));
        let told = |n: Name| n.is_legible().then_some(n);
        Told { first: told(first), last: told(last) }
    };
    if let Some((last, first)) = name.split_once(',') {
        return both(first, last);
    }
    let words: Vec<&str> = name.split_whitespace().collect();
    match words.as_slice() {
        [first, last] => both(first, last),
        [first @ .., a, b] if fold(a).len() <= 3 && PARTICLES.contains(&fold(a).as_str()) => both(&first.join(" "), &format!("{a} {b}")),
        [first @ .., last] if words.len() <= 5 && !first.is_empty() => both(&first.join(" "), last),
        _ => Told::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_names_are_written_in_three_ways() {
        let cases = [
            ("Jean Tremblay", "Jean", "Tremblay"),
            ("Tremblay, Jean", "Jean", "Tremblay"),
            ("J. Tremblay", "J.", "Tremblay"),
            ("\"Jean-Pierre Roy\" (via help)", "Jean-Pierre", "Roy"),
            ("Baptiste de la", "Baptiste", "de la"),
            ("Ludwig van Beek", "Ludwig", "van Beek"),
            ("victim@uni.example", "", ""),
            ("Jean", "", ""),
            ("", "", ""),
        ];
        for (written, first, last) in cases {
            let read = name(written);
            let raw = |n: &Option<Name>| n.as_ref().map_or(String::new(), |n| n.raw.trim().to_owned());
            assert_eq!((raw(&read.first), raw(&read.last)), (first.to_owned(), last.to_owned()), "{written}");
        }
    }
}
