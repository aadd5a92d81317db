//! Local parts built from a name: `j.tremblay`, `tremblayj`, `jean.t`, `marie-eve.gagne` for Marie-Ève Gagné-Roy.

use super::register::Entry;

/// Readings that are tried; a name of many like words has no end of them.
const MOST_READINGS: u32 = 4000;
/// Initials beside whole words.
const MOST_INITIALS: u8 = 2;

/// Whether `squash` (folded, no separators) could have been built from this person's names: words and initials in any order, each
/// used once, with a last name (or a first name and a last initial) among them. Digits at its end do not count.
pub(super) fn built_from(squash: &str, entry: &Entry<'_>) -> bool {
    let bare = without_digits(squash);
    (3..=40).contains(&bare.len()) && bare.is_ascii() && eats(bare, entry, Taken::default(), &mut 0)
}

/// A local part without the digits at its end.
pub(super) fn without_digits(squash: &str) -> &str {
    squash.trim_end_matches(|c: char| c.is_ascii_digit())
}

/// What of a name has been used.
#[derive(Debug, Clone, Copy, Default)]
struct Taken {
    /// One bit a word: first names low, last names high.
    words: u32,
    initials: u8,
    whole_first: bool,
    whole_last: bool,
    last_initial: bool,
}

/// Whether `rest` is used up by words and a few initials that were not taken yet.
fn eats(rest: &str, entry: &Entry<'_>, taken: Taken, tried: &mut u32) -> bool {
    *tried += 1;
    if *tried > MOST_READINGS {
        return false;
    }
    if rest.is_empty() {
        return taken.whole_last || taken.whole_first && taken.last_initial;
    }
    let firsts = (0..).zip(entry.first.tokens()).map(|(n, t)| (n, t, false));
    let lasts = (16..).zip(entry.last.tokens()).map(|(n, t)| (n, t, true));
    firsts.chain(lasts).filter(|(n, ..)| taken.words >> n & 1 == 0).any(|(n, token, is_last)| {
        let words = taken.words | 1 << n;
        let whole = Taken {
            words,
            whole_first: taken.whole_first || !is_last && token.text.len() > 2,
            whole_last: taken.whole_last || is_last && !token.weak && token.text.len() > 1,
            ..taken
        };
        let initial = Taken { words, initials: taken.initials + 1, last_initial: taken.last_initial || is_last, ..taken };
        let by_word =
            [Some(token.text), token.alt].into_iter().flatten().filter(|word| word.len() > 1).filter_map(|word| rest.strip_prefix(word));
        let by_initial = token.initial().filter(|_| taken.initials < MOST_INITIALS).and_then(|letter| rest.strip_prefix(letter));
        by_word
            .map(|after| (after, whole))
            .chain(by_initial.map(|after| (after, initial)))
            .any(|(after, taken)| eats(after, entry, taken, tried))
    })
}
