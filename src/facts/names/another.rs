//! The person whom somebody writes for: `my daughter X`, `un de nos étudiants, X`, `Mme X n'a rien reçu`.

use std::ops::Range;

use super::body::{Letters, run};
use super::words;
use super::written::{Written, split};
use crate::facts::tokens::{Gap, Tokens, fold};
use crate::facts::vocabulary::Words;

/// `my daughter X`, `un de nos étudiants, X`, `on behalf of X`, `X (ma blonde)`, `Mme X (x@uni.example)`.
pub(super) fn another(tokens: &Tokens, skip: &[Range<usize>]) -> Option<Written> {
    for at in 0..tokens.len() {
        let word = tokens.fold(at);
        if !(LEADS.has(word) || words::is_relation(word) || words::is_friend(word) || words::is_title(word)) {
            continue;
        }
        let before = tokens.fold_before(at);
        let for_them = (at.saturating_sub(3)..at).any(|i| matches!(tokens.fold(i), "for" | "pour" | "behalf"));
        if let Some(name) = our_somebody(tokens, at)
            .or_else(|| one_of_ours(tokens, at))
            .or_else(|| of_relative(tokens, at))
            .or_else(|| beside_address(tokens, at, skip))
            .or_else(|| named_with_title(tokens, at))
        {
            return Some(name);
        }
        let relation = words::is_relation(word) || (words::is_friend(word) && for_them);
        if relation && (words::is_ours(before) || matches!(before, "'" | "of" | "first" | "year" | "nos" | "our")) {
            let start = at + 1 + usize::from(matches!(tokens.fold(at + 1), "," | ":" | "-" | "("));
            if let Some(found) = run(tokens, start, Letters::Capitals, 5).filter(|r| tokens.gap(r.start) <= Gap::Line) {
                return split(tokens, found, false);
            }
            if let Some(found) = parenthesised_before(tokens, at) {
                return split(tokens, found, false);
            }
        }
        let behalf = tokens.follow(at, &["on", "behalf", "of"]).or_else(|| tokens.follow(at, &["au", "nom", "de"])).or_else(|| {
            let writes = tokens
                .follow(at, &["writing", "for"])
                .or_else(|| tokens.follow(at, &["writing", "about"]))
                .or_else(|| tokens.follow(at, &["ecris", "pour"]))
                .or_else(|| tokens.follow(at, &["ecris", "au", "sujet", "de"]));
            writes.or_else(|| tokens.follow(at, &["de", "la", "part", "de"]))
        });
        if let Some(start) = behalf
            && let Some(found) = run(tokens, start, Letters::Capitals, 5)
        {
            return split(tokens, found, false);
        }
        if words::is_title(word)
            && let Some(found) = run(tokens, at, Letters::Capitals, 6)
        {
            let open =
                tokens.fold(found.end) == "(" && tokens.get(found.end + 1).is_some_and(|t| skip.iter().any(|s| s.contains(&t.span.start)));
            if open {
                return split(tokens, found, false);
            }
        }
    }
    None
}

/// Words other than titles, relations and friends that lead to somebody below.
static LEADS: Words = Words::new(
    "my our mon ma notre nos maman papa parent tuteur tutrice coordinator coordonnatrice enseignante enseignant teacher assistant \
     assistante secretary secretaire ours notres pa for pour of de on au writing ecris",
);

/// `one of ours, Ada Roy (…)`, `une des nôtres, Ada Roy`.
fn one_of_ours(tokens: &Tokens, at: usize) -> Option<Written> {
    let ours = matches!(tokens.fold(at), "ours" | "notres") && matches!(tokens.fold_before(at), "of" | "des" | "les");
    let found = run(tokens, at + 2, Letters::Capitals, 5).filter(|_| ours && tokens.fold(at + 1) == ",")?;
    split(tokens, found, false).filter(|name| name.first.is_some() && name.last.is_some())
}

/// `mon oncle, Anicet Razafy`, `our general counsel, Ada Roy`: a whole name set behind somebody of ours who is no contact person.
fn our_somebody(tokens: &Tokens, at: usize) -> Option<Written> {
    if !matches!(tokens.fold(at), "my" | "our" | "mon" | "ma" | "notre" | "nos") {
        return None;
    }
    let comma = (at + 2..at + 5).find(|i| tokens.fold(*i) == ",")?;
    let plain = |i: usize| {
        let word = tokens.fold(i);
        tokens.is_word(i)
            && !tokens.get(i).is_some_and(|t| t.capital)
            && !words::is_contact(word)
            && !words::is_friend(word)
            && !words::is_common(word)
    };
    let name = split(tokens, run(tokens, comma + 1, Letters::Capitals, 5)?, false)?;
    ((at + 1..comma).all(plain) && name.first.is_some() && name.last.is_some()).then_some(name)
}

/// `je suis la mère de Jérémy`, `l'épouse de M. Adrien Maes`, `the mother of Ada`.
fn of_relative(tokens: &Tokens, at: usize) -> Option<Written> {
    let word = tokens.fold(at);
    let relative = words::is_relation(word)
        || matches!(
            word,
            "maman"
                | "papa"
                | "parent"
                | "tuteur"
                | "tutrice"
                | "coordinator"
                | "coordonnatrice"
                | "enseignante"
                | "enseignant"
                | "teacher"
                | "assistant"
                | "assistante"
                | "secretary"
                | "secretaire"
                | "pa"
        );
    let writer = (at.saturating_sub(4)..at)
        .any(|i| matches!(tokens.fold(i), "suis" | "am" | "m" | "is" | "c" | "represente") || tokens.follow(i, &["ici"]).is_some());
    let of = match tokens.fold(at + 1) {
        "of" | "de" | "to" => at + 2,
        "d" if tokens.fold(at + 2) == "'" => at + 3,
        _ => return None,
    };
    if !relative || !writer {
        return None;
    }
    let found = run(tokens, of, Letters::Capitals, 5)?;
    // "a student of Ada Lovelace College" names no student.
    let body =
        words::is_role(tokens.fold(found.end)) && tokens.gap(found.end) == Gap::Space && tokens.get(found.end).is_some_and(|t| t.capital);
    if body { None } else { split(tokens, found, false) }
}

/// `update the address for Tessa Rideout, currently trideout@…`: a whole name behind for/of whose last name is in an address of the text.
fn beside_address(tokens: &Tokens, at: usize, skip: &[Range<usize>]) -> Option<Written> {
    if !matches!(tokens.fold(at), "for" | "pour" | "of" | "de") {
        return None;
    }
    let name = split(tokens, run(tokens, at + 1, Letters::Capitals, 4)?, false)?;
    let last = fold(tokens.slice(name.last.clone()?));
    let last: String = last.chars().filter(|c| c.is_alphanumeric()).collect();
    let first = name.first.is_some();
    let told = skip
        .iter()
        .filter(|s| s.end <= tokens.text().len())
        .any(|s| fold(tokens.slice((*s).clone())).split('@').next().is_some_and(|l| l.replace(['-', '_', '.'], "").contains(&last)));
    (first && last.len() >= 3 && told).then_some(name)
}

/// `Mme Loubna Cherkaoui n'a rien reçu`: a whole name with a title, of which something is said.
fn named_with_title(tokens: &Tokens, at: usize) -> Option<Written> {
    if !words::is_title(tokens.fold(at)) || words::is_title(tokens.fold_before(at)) {
        return None;
    }
    let found = run(tokens, at, Letters::Capitals, 6)?;
    let name = split(tokens, found.clone(), false)?;
    let lacks = match tokens.fold(found.end) {
        "n" => tokens.fold(found.end + 1) == "'",
        "has" | "cannot" | "hasn" | "did" | "didn" | "ne" | "attend" | "is" | "est" | "can" => true,
        _ => false,
    };
    (lacks && name.first.is_some() && name.last.is_some()).then_some(name)
}

/// `Bérénice Turmel (ma blonde)`: the name before the bracket that the relation at `at` stands in.
fn parenthesised_before(tokens: &Tokens, at: usize) -> Option<Range<usize>> {
    let open = (at.saturating_sub(3)..at).find(|i| tokens.fold(*i) == "(")?;
    let first = (open.saturating_sub(6)..open).find(|i| run(tokens, *i, Letters::Capitals, 5).is_some_and(|r| r.end == open))?;
    Some(first..open)
}
