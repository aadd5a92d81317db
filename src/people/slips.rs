//! Slips of the keys: how many, of which kind, and whether a hand would make them.

/// Letters that are compared; longer strings are never near.
pub(super) const MOST: usize = 64;

/// Optimal string alignment distance (insertion, deletion, substitution, transposition of neighbours) if it is at most `most` (≤ 2).
/// Looks at [`MOST`] characters; longer strings are never near.
pub fn distance(a: &str, b: &str, most: usize) -> Option<usize> {
    let (mut left, mut right) = (['\0'; MOST], ['\0'; MOST]);
    let (a, b) = (spread(a, &mut left)?, spread(b, &mut right)?);
    let (a, b) = trim(a, b);
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    if a.is_empty() || b.is_empty() {
        return Some(a.len().max(b.len()));
    }
    if most == 0 {
        return None;
    }
    let found = aligned(a, b);
    (found <= most).then_some(found)
}

fn spread<'a>(text: &str, into: &'a mut [char; MOST]) -> Option<&'a [char]> {
    let mut n = 0;
    for c in text.chars() {
        *into.get_mut(n)? = c;
        n += 1;
    }
    into.get(..n)
}

/// Cuts off what both begin and end with: distances do not change, and most comparisons end here.
fn trim<'a>(a: &'a [char], b: &'a [char]) -> (&'a [char], &'a [char]) {
    let front = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(front..).unwrap_or(&[]), b.get(front..).unwrap_or(&[]));
    let back = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    (a.get(..a.len() - back).unwrap_or(&[]), b.get(..b.len() - back).unwrap_or(&[]))
}

fn aligned(a: &[char], b: &[char]) -> usize {
    let mut before = [0usize; MOST + 1];
    let mut row: [usize; MOST + 1] = std::array::from_fn(|n| n);
    let mut last = None;
    for (i, x) in a.iter().enumerate() {
        let mut next = [0usize; MOST + 1];
        if let Some(start) = next.first_mut() {
            *start = i + 1;
        }
        let mut left = i + 1;
        let mut previous = None;
        for (j, y) in b.iter().enumerate() {
            let at = |line: &[usize; MOST + 1], n: usize| line.get(n).copied().unwrap_or(usize::MAX / 2);
            let mut best = (at(&row, j + 1) + 1).min(left + 1).min(at(&row, j) + usize::from(x != y));
            if last == Some(y) && previous == Some(x) && j > 0 {
                best = best.min(at(&before, j - 1) + 1);
            }
            if let Some(cell) = next.get_mut(j + 1) {
                *cell = best;
            }
            left = best;
            previous = Some(y);
        }
        before = row;
        row = next;
        last = Some(x);
    }
    row.get(b.len()).copied().unwrap_or(usize::MAX)
}

/// What happened where two strings are one slip apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slip {
    /// Two neighbours changed places.
    Transposed,
    /// A letter doubled, or one of a double lost.
    Doubled,
    /// A key beside the right one.
    Beside,
    /// A letter lost or added inside the word.
    Inner,
    /// Only what stands between the letters differs: a dot, a hyphen, an underscore.
    Separator,
    /// Only accents differ.
    Accent,
    /// Anything else: another letter, or one more or less at an end. A hand rarely does that; another name does.
    Other,
}

impl Slip {
    /// Whether a hand makes it easily.
    pub fn is_of_the_hand(self) -> bool {
        self != Self::Other
    }
}

/// Names the slip between two strings that are one slip apart; `None` when they are not.
pub fn one(written: &str, meant: &str) -> Option<Slip> {
    if distance(written, meant, 1) != Some(1) {
        return None;
    }
    let (mut left, mut right) = (['\0'; MOST], ['\0'; MOST]);
    let (whole_a, whole_b) = (spread(written, &mut left)?, spread(meant, &mut right)?);
    let (a, b) = trim(whole_a, whole_b);
    let at = whole_a.iter().zip(whole_b).take_while(|(x, y)| x == y).count();
    Some(match (a, b) {
        ([x, y], [v, w]) if x == w && y == v => Slip::Transposed,
        ([x], [y]) if beside(*x, *y) => Slip::Beside,
        ([x], []) => lost_or_added(whole_a, at, *x),
        ([], [y]) => lost_or_added(whole_b, at, *y),
        _ => Slip::Other,
    })
}

/// The longer string holds one `letter` more than the other, at `at` or before.
fn lost_or_added(longer: &[char], at: usize, letter: char) -> Slip {
    let doubled = [at.checked_sub(1), at.checked_add(1)].into_iter().flatten().any(|n| longer.get(n) == Some(&letter));
    let at_an_end = at == 0 || at + 1 >= longer.len();
    match (doubled, at_an_end) {
        (true, _) => Slip::Doubled,
        (false, true) => Slip::Other,
        (false, false) => Slip::Inner,
    }
}

/// Neighbours on a QWERTY, QWERTZ or AZERTY keyboard.
fn beside(x: char, y: char) -> bool {
    const ROWS: [[&str; 3]; 2] = [["qwertyuiop", "asdfghjkl", "zxcvbnm"], ["azertyuiop", "qsdfghjklm", "wxcvbn"]];
    ROWS.iter().any(|board| {
        let place = |c: char| board.iter().enumerate().find_map(|(r, row)| row.find(c).map(|n| (r, n)));
        match (place(x), place(y)) {
            (Some((r, n)), Some((s, m))) => r == s && n.abs_diff(m) == 1,
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_slip_is_named() {
        let cases = [
            ("phcs", "phsc", Some(Slip::Transposed)),
            ("pitet", "pittet", Some(Slip::Doubled)),
            ("daiel.gagnon", "daniel.gagnon", Some(Slip::Inner)),
            ("danuel", "daniel", Some(Slip::Beside)),
            ("roseann", "roseanna", Some(Slip::Other)),
            ("okafor.chidnma", "okafor.chidinma", Some(Slip::Inner)),
            ("lapoimte", "lapointe", Some(Slip::Beside)),
            ("noemie.auber", "noemie.aubert", Some(Slip::Other)),
            ("maria.roy", "marie.roy", Some(Slip::Other)),
            ("mario", "marie", Some(Slip::Other)),
            ("same", "same", None),
            ("far", "away", None),
        ];
        for (written, meant, expected) in cases {
            assert_eq!(one(written, meant), expected, "{written} for {meant}");
        }
    }

    proptest! {
        #[test]
        fn the_distance_is_the_reference_one(a in "[ab.c]{0,12}", b in "[ab.c]{0,12}", most in 0usize..3) {
            let reference = strsim::osa_distance(&a, &b);
            prop_assert_eq!(distance(&a, &b, most), (reference <= most).then_some(reference));
        }

        #[test]
        fn near_strings_have_the_reference_distance(a in "[a-d]{6,14}", at in 0usize..14, with in "[a-d]{0,2}", cut in 0usize..3) {
            let at = at.min(a.len());
            let b = format!("{}{with}{}", a.get(..at).unwrap_or_default(), a.get((at + cut).min(a.len())..).unwrap_or_default());
            let reference = strsim::osa_distance(&a, &b);
            prop_assert_eq!(distance(&a, &b, 2), (reference <= 2).then_some(reference));
        }
    }
}
