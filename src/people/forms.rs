//! Local parts built from a name: `j.tremblay`, `tremblayj`, `jean.t`, `marie-eve.gagne` for Marie-Ève Gagné-Roy.

use super::directory::Entry;

/// Whether `squash` (folded, no separators) could have been built from this person's names: pieces and initials in any order,
/// with the last name (or first name and last initial) among them. Digits at its end do not count.
pub(super) fn built_from(squash: &str, entry: &Entry) -> bool {
    let bare = squash.trim_end_matches(|c: char| c.is_ascii_digit());
    if bare.len() < 3 || bare.len() > 40 || !bare.is_ascii() {
        return false;
    }
    let firsts: Vec<&str> = entry.first.strong_tokens().map(|t| &*t.text).chain([&*entry.first.joined]).collect();
    let lasts: Vec<&str> = entry.last.strong_tokens().map(|t| &*t.text).chain([&*entry.last.joined, &*entry.last.strong]).collect();
    let initials: Vec<char> = entry.first.tokens.iter().chain(&entry.last.tokens).filter_map(|t| t.text.chars().next()).collect();
    let last_inside = lasts.iter().any(|l| l.len() > 1 && bare.contains(l));
    let first_inside = firsts.iter().any(|f| f.len() > 2 && bare.starts_with(f));
    let last_initial = entry.last.tokens.iter().filter_map(|t| t.text.chars().next()).any(|c| bare.ends_with(c));
    let pieces: Vec<&str> = firsts.iter().chain(&lasts).copied().filter(|p| p.len() > 1).collect();
    (last_inside || first_inside && last_initial) && eats(bare, &pieces, &initials, 0, 0)
}

/// Whether `rest` is used up by pieces (at least one) and at most two initials.
fn eats(rest: &str, pieces: &[&str], initials: &[char], taken: u8, single: u8) -> bool {
    if rest.is_empty() {
        return taken >= 1;
    }
    let by_piece = taken < 5 && pieces.iter().any(|p| rest.strip_prefix(p).is_some_and(|r| eats(r, pieces, initials, taken + 1, single)));
    let by_initial =
        single < 2 && initials.iter().any(|i| rest.strip_prefix(*i).is_some_and(|r| eats(r, pieces, initials, taken, single + 1)));
    by_piece || by_initial
}
