//! Display names: which part of them is the first name, which the last.

use super::names::{Name, PARTICLES, fold};
use super::relate::Told;

/// The ways in which a display name is written: `Tremblay, Jean` · `TREMBLAY Jean` · `Jean Tremblay` · `J. Tremblay`.
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
        Told { first: told(first), last: told(last), either_way: false }
    };
    if let Some((last, first)) = name.split_once(',') {
        return both(first, last);
    }
    let words: Vec<&str> = name.split_whitespace().collect();
    // "TREMBLAY Jean": the last name stands in capitals before the first.
    let shouted = words.iter().take_while(|w| is_shouted(w)).count();
    if let Some((last, first)) = words.split_at_checked(shouted)
        && !last.is_empty()
        && !first.is_empty()
        && !first.iter().any(|w| is_shouted(w))
    {
        return both(&first.join(" "), &last.join(" "));
    }
    match words.as_slice() {
        [first, last] => both(first, last),
        [first @ .., a, b] if fold(a).len() <= 3 && PARTICLES.contains(&fold(a).as_str()) => both(&first.join(" "), &format!("{a} {b}")),
        [first @ .., last] if words.len() <= 5 && !first.is_empty() => both(&first.join(" "), last),
        _ => Told::default(),
    }
}

/// A name in capitals: `TREMBLAY`, `LI`; not the initials `JP` or `J.-P.`.
fn is_shouted(word: &str) -> bool {
    let capitals = word.chars().filter(|c| c.is_uppercase()).count();
    let is_name = capitals >= 3 || capitals == 2 && fold(word).contains(['a', 'e', 'i', 'o', 'u', 'y']);
    is_name && !word.contains('.') && !word.chars().any(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_names_are_written_in_several_ways() {
        let cases = [
            ("Jean Tremblay", "Jean", "Tremblay"),
            ("Tremblay, Jean", "Jean", "Tremblay"),
            ("J. Tremblay", "J.", "Tremblay"),
            ("TREMBLAY Jean", "Jean", "Tremblay"),
            ("EL AMRANI Youssef", "Youssef", "El Amrani"),
            ("Kevin MITCHELL", "Kevin", "Mitchell"),
            ("JEAN TREMBLAY", "Jean", "Tremblay"),
            ("J.-P. Roy", "J.-P.", "Roy"),
            ("JP Roy", "JP", "Roy"),
            ("\"Jean-Pierre Roy\" (via help)", "Jean-Pierre", "Roy"),
            ("Baptiste de la", "Baptiste", "de la"),
            ("Ludwig van Beek", "Ludwig", "van Beek"),
            ("victim@uni.example", "", ""),
            ("Jean", "", ""),
            ("", "", ""),
        ];
        for (written, first, last) in cases {
            let read = name(written);
            let joined = |n: &Option<Name>| n.as_ref().map_or(String::new(), |n| n.joined().to_owned());
            let expected = |n: &str| Name::new(n).joined().to_owned();
            assert_eq!((joined(&read.first), joined(&read.last)), (expected(first), expected(last)), "{written}");
        }
    }
}
