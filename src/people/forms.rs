//! Local parts built from a name: `j.tremblay`, `tremblayj`, `jean.t`, `marie-eve.gagne` for Marie-Ève Gagné-Roy.

use super::register::Entry;

/// Initials beside whole words.
const MOST_INITIALS: u8 = 2;

/// Whether `squash` (folded, no separators) could have been built from this person's names: words and initials in any order, each
/// used once, with a last name (or a first name and a last initial) among them. Digits at its end do not count.
pub(super) fn built_from(squash: &str, entry: &Entry<'_>) -> bool {
    let bare = without_digits(squash);
    (3..=40).contains(&bare.len()) && bare.is_ascii() && eats(bare, entry, Taken::default())
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
fn eats(rest: &str, entry: &Entry<'_>, taken: Taken) -> bool {
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
        let by_word = |word: &str| word.len() > 1 && rest.strip_prefix(word).is_some_and(|after| eats(after, entry, whole));
        let initial = Taken { words, initials: taken.initials + 1, last_initial: taken.last_initial || is_last, ..taken };
        let by_initial =
            |letter: char| taken.initials < MOST_INITIALS && rest.strip_prefix(letter).is_some_and(|r| eats(r, entry, initial));
        by_word(token.text) || token.alt.is_some_and(by_word) || token.initial().is_some_and(by_initial)
    })
}
