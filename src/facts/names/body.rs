//! Names in running text: form lines, introductions, the person somebody writes for, and how a mail is signed.

use crate::facts::vocabulary::Words;
use std::ops::Range;

use super::another::another;
use super::form::form;
use super::words;
use super::written::{Unit, Written, split, unit};
use crate::facts::tokens::{Gap, Kind, Tokens};

/// A name told in the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The name.
    pub name: Written,
    /// It is of somebody whom the writer writes for.
    pub for_another: bool,
    /// Said in words that can mean nothing else.
    pub sure: bool,
}

/// The name that the body tells, by form lines, by introduction, or as the person written for.
pub fn told(tokens: &Tokens, skip: &[Range<usize>]) -> Option<Told> {
    if let Some(name) = form(tokens) {
        return Some(Told { name, for_another: false, sure: true });
    }
    let own = introduced(tokens, true);
    if let Some(name) = own {
        return Some(Told { name, for_another: false, sure: true });
    }
    if let Some(name) = another(tokens, skip) {
        return Some(Told { name, for_another: true, sure: false });
    }
    introduced(tokens, false).map(|name| Told { name, for_another: false, sure: false })
}

/// How a name may be written where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Letters {
    /// Each word but particles begins with a capital.
    Capitals,
    /// Any letters.
    Any,
}

/// The run of name-like units from token `at` on: token range.
pub(super) fn run(tokens: &Tokens, at: usize, letters: Letters, most: usize) -> Option<Range<usize>> {
    let mut end = at;
    let mut count = 0;
    let mut next = at;
    while words::is_title(tokens.fold(next))
        && next < at + 4
        && tokens.is_word(next)
        && (tokens.fold(next + 1) == "." || tokens.gap(next + 1) == Gap::Space)
    {
        next += 1 + usize::from(tokens.fold(next + 1) == ".");
    }
    while count < most {
        let Some(unit) = unit(tokens, next).filter(|u| next == at || tokens.gap(u.tokens.start) <= Gap::Space) else { break };
        let word = tokens.fold(unit.tokens.start);
        let single = unit.tokens.len() == 1;
        if words::is_title(word) && single && count > 0 && unit.capital {
            return None;
        }
        let particle = unit.particle && (count > 0 || letters == Letters::Capitals && unit.capital);
        let fits = particle
            || ((letters == Letters::Any || unit.capital)
                && !(single && words::is_common(word))
                && !(unit.tokens.len() > 1 && is_elision(tokens, &unit)));
        if !fits
            || tokens.kind(unit.tokens.end) == Some(Kind::Number) && tokens.gap(unit.tokens.end) == Gap::None
            || matches!(tokens.fold(unit.tokens.end), "@" | "_")
        {
            break;
        }
        next = unit.tokens.end;
        if !unit.particle {
            end = next;
        }
        count += 1;
    }
    (end > at).then_some(at..end)
}

/// `j'ai`, `l'examen`, `c'est`, `can't`: words with an apostrophe that are no names.
fn is_elision(tokens: &Tokens, unit: &Unit) -> bool {
    let first = tokens.fold(unit.tokens.start);
    let second = tokens.fold(unit.tokens.start + 2);
    let apostrophe = tokens.fold(unit.tokens.start + 1) == "'";
    apostrophe
        && (ELISION.has(first)
            || matches!(second, "s" | "m" | "ll" | "ve" | "re" | "t" | "d")
            || (first == "d" && words::is_common(second)))
        || (!apostrophe && words::is_common(first) && words::is_common(second))
}

/// Words that can mean nothing but an introduction.
const SURE: &[&str] = &[
    "my name is",
    "my name ' s",
    "my names",
    "name is",
    "name ' s",
    "names",
    "je m ' appelle",
    "je mappelle",
    "mon nom est",
    "mon nom c ' est",
    "moi c ' est",
    "moi cest",
    "je me nomme",
    "my full name is",
    "mon nom complet est",
    "my name",
    "nom :",
    "je me presente ,",
    "undersigned ,",
    "soussigne ,",
    "soussignee ,",
    "soussigne",
    "soussignee",
];

/// Words that introduce somebody where a name stands behind them.
const LOOSE: &[&str] = &["i am", "i ' m", "im", "this is", "je suis", "ici", "it ' s", "its", "c ' est", "signe", "signed"];

/// The words that one of them begins with.
static OPENERS: Words = Words::new("my name names je mon moi nom undersigned soussigne soussignee i im this ici it its c signe signed");

/// `my name is …`, `je m'appelle …`, `I am …`, `… here`. `sure`: only the forms that can mean nothing else.
fn introduced(tokens: &Tokens, sure: bool) -> Option<Written> {
    for at in 0..tokens.len() {
        let forms = if sure { SURE } else { LOOSE };
        let forms = if OPENERS.has(tokens.fold(at)) { forms } else { &[] };
        for form in forms {
            let Some(start) = tokens.spells(at, form) else { continue };
            let letters = if sure && !matches!(*form, "names" | "my names") { Letters::Any } else { Letters::Capitals };
            let Some(found) = run(tokens, start, letters, 5).filter(|r| tokens.gap(r.start) <= Gap::Line) else { continue };
            let two = found.len() > 1 && split(tokens, found.clone(), false).is_some_and(|w| w.first.is_some() && w.last.is_some());
            let ends = found.end >= tokens.len()
                || tokens.kind(found.end) == Some(Kind::Mark)
                || tokens.gap(found.end) >= Gap::Line
                || matches!(tokens.fold(found.end), "from" | "de" | "du" | "in" | "et" | "and" | "en" | "again" | "here");
            let plain = !sure && (!two && (!matches!(*form, "this is" | "ici" | "it ' s" | "its" | "i am" | "i ' m" | "im") || !ends));
            if plain || is_place(tokens, found.start, &found) {
                continue;
            }
            let mut name = split(tokens, found, false)?;
            if matches!(*form, "mon nom est" | "mon nom c ' est") && name.last.is_none() {
                std::mem::swap(&mut name.first, &mut name.last);
            }
            return Some(name);
        }
        if !sure
            && (matches!(tokens.fold(at), "here" | "ici") || tokens.follow(at, &["this", "side"]).is_some())
            && let Some(name) = before_here(tokens, at)
        {
            return Some(name);
        }
    }
    if sure { None } else { greeted(tokens).or_else(|| leads(tokens)) }
}

fn is_place(tokens: &Tokens, at: usize, found: &Range<usize>) -> bool {
    found.len() == 1
        && tokens.raw(at).chars().count() > 1
        && tokens.raw(at).chars().all(char::is_uppercase)
        && tokens.fold_before(at) == "am"
}

/// `Maddie here`, `hiii maria quintero here so …`.
fn before_here(tokens: &Tokens, at: usize) -> Option<Written> {
    let mut start = at;
    while start > 0
        && at - start < 6
        && tokens.is_word(start - 1)
        && (start == at || tokens.gap(start) <= Gap::Space)
        && !is_greeting(tokens.fold(start - 1))
    {
        start -= 1;
        if tokens.fold_before(start) == "-" && tokens.gap(start) == Gap::None {
            start = start.saturating_sub(1);
        }
    }
    let opens =
        start == 0 || tokens.gap(start) >= Gap::Line || tokens.kind(start - 1) == Some(Kind::Mark) || is_greeting(tokens.fold(start - 1));
    let found = run(tokens, start, Letters::Any, 5).filter(|r| r.end == at && opens)?;
    let capital = tokens.get(start).is_some_and(|t| t.capital);
    (capital || found.len() > 1 || tokens.fold(at) == "this").then(|| split(tokens, found, false)).flatten()
}

fn is_greeting(word: &str) -> bool {
    matches!(word, "hello" | "hey" | "bonjour" | "salut" | "allo" | "bonsoir" | "yo" | "coucou")
        || (word.starts_with("hi") && word.trim_end_matches('i') == "h")
}

/// `Wei-Ting Hsu. Exam tomorrow`, `ZHANG, Weiling — the code`: a whole name opens the text and is set apart.
fn leads(tokens: &Tokens) -> Option<Written> {
    let found = run(tokens, 0, Letters::Capitals, 5)?;
    let other = (tokens.fold(found.end) == ",").then(|| run(tokens, found.end + 1, Letters::Capitals, 3)).flatten();
    let end = other.as_ref().map_or(found.end, |o| o.end);
    let set_apart = matches!(tokens.fold(end), "." | ":" | "/") || (tokens.fold(end) == "-" && tokens.gap(end) != Gap::None);
    let name = split(tokens, 0..end, false)?;
    (set_apart && end < tokens.len() - 1 && name.first.is_some() && name.last.is_some()).then_some(name)
}

/// `Hi, Marguerite Oyelowokan, BSc Year 1.`
fn greeted(tokens: &Tokens) -> Option<Written> {
    if !is_greeting(tokens.fold(0)) || tokens.fold(1) != "," {
        return None;
    }
    let found = run(tokens, 2, Letters::Capitals, 4)?;
    let name = split(tokens, found.clone(), false)?;
    (matches!(tokens.fold(found.end), "," | "(" | "from" | "de" | "du" | "-") && name.first.is_some() && name.last.is_some())
        .then_some(name)
}

static ELISION: Words = Words::new("j l c n s m t qu it i don can won didn aujourd doesn isn");

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, name: Option<Written>) -> (Option<&str>, Option<&str>) {
        let name = name.unwrap_or_default();
        (name.first.and_then(|s| text.get(s)), name.last.and_then(|s| text.get(s)))
    }

    #[test]
    fn names_are_told_in_many_ways() {
        let cases = [
            ("First name: Chidinma\nLast name: Okafor", Some("Chidinma"), Some("Okafor")),
            ("Nom : Tremblay\nPrénom : Jean", Some("Jean"), Some("Tremblay")),
            ("Name - Ada Roy", Some("Ada"), Some("Roy")),
            ("Nom : Jean Tremblay\nCours : BIO", Some("Jean"), Some("Tremblay")),
            ("Nom et prénom : Tremblay Jean", Some("Jean"), Some("Tremblay")),
            ("Full name: Tremblay, Jean", Some("Jean"), Some("Tremblay")),
            ("Prénom: Ada, Nom: Roy, Cours: BIO-1105", Some("Ada"), Some("Roy")),
            ("my name is ada roy and I cannot get in", Some("ada"), Some("roy")),
            ("My name's Ada. I cannot get in", Some("Ada"), None),
            ("je m'appelle Nadia El-Khoury", Some("Nadia"), Some("El-Khoury")),
            ("moi c'est youssef el amrani, je suis", Some("youssef"), Some("el amrani")),
            ("I am Ifeoma Nwachukwu-Bello, I have not received", Some("Ifeoma"), Some("Nwachukwu-Bello")),
            ("I'm Ada Roy from the college", Some("Ada"), Some("Roy")),
            ("This is Jake, my code", Some("Jake"), None),
            ("Je suis Maëlle Le Goff en médecine", Some("Maëlle"), Some("Le Goff")),
            ("Hey, Maddie here from the tutorial", Some("Maddie"), None),
            ("hiii maria quintero vasquenza here so like", Some("maria"), Some("quintero vasquenza")),
            ("Hi, Marguerite Oyelowokan, BSc Year 1.", Some("Marguerite"), Some("Oyelowokan")),
            ("le code de Bérénice Turmel (ma blonde) passe pas", Some("Bérénice"), Some("Turmel")),
            ("Mme Aïcha Bah (a.bah@uni.example) attend", None, None),
            ("Ada-Lise Roy. Exam tomorrow, no code came.", Some("Ada-Lise"), Some("Roy")),
            ("ROY, Adeline — the code is refused", Some("Adeline"), Some("ROY")),
            ("I, the undersigned, Ada Roy, have no code", Some("Ada"), Some("Roy")),
            ("mon oncle, Anselme Roy, attend son code", Some("Anselme"), Some("Roy")),
            ("my coordinator, Jane Moss, says I am on the list", None, None),
            ("je suis la mère de Jérémy, il attend", Some("Jérémy"), None),
            ("Notre stagiaire Odile Roy n'a rien reçu", Some("Odile"), Some("Roy")),
            ("Mon nom complet est Maxime Roy-Poirier, cours", Some("Maxime"), Some("Roy-Poirier")),
            ("I am locked out of my account", None, None),
            ("I am Canadian", None, None),
            ("je suis étudiante en droit", None, None),
            ("this is urgent", None, None),
            ("C'est Immunologie demain", None, None),
        ];
        for (text, first, last) in cases {
            let tokens = Tokens::of(text);
            assert_eq!(shown(text, told(&tokens, &[]).map(|t| t.name)), (first, last), "{text}");
        }
    }
}
