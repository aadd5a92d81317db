//! Names in running text: form lines, introductions, the person somebody writes for, and how a mail is signed.

use std::ops::Range;

use super::words;
use super::written::{Unit, Written, split, unit};
use crate::facts::tokens::{Gap, Kind, Tokens, fold};

/// A name told in the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The name.
    pub name: Written,
    /// It is of somebody whom the writer writes for.
    pub for_another: bool,
}

/// The name that the body tells, by form lines, by introduction, or as the person written for.
pub fn told(tokens: &Tokens, skip: &[Range<usize>]) -> Option<Told> {
    if let Some(name) = form(tokens) {
        return Some(Told { name, for_another: false });
    }
    let own = introduced(tokens, true);
    if let Some(name) = own {
        return Some(Told { name, for_another: false });
    }
    if let Some(name) = another(tokens, skip) {
        return Some(Told { name, for_another: true });
    }
    introduced(tokens, false).map(|name| Told { name, for_another: false })
}

/// How a name may be written where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Letters {
    /// Each word but particles begins with a capital.
    Capitals,
    /// Any letters.
    Any,
}

/// The run of name-like units from token `at` on: token range.
fn run(tokens: &Tokens, at: usize, letters: Letters, most: usize) -> Option<Range<usize>> {
    let mut end = at;
    let mut count = 0;
    let mut next = at;
    while words::is_title(tokens.fold(next)) && next < at + 4 && tokens.is_word(next) && (tokens.fold(next + 1) == "." || tokens.gap(next + 1) == Gap::Space) {
        next += 1 + usize::from(tokens.fold(next + 1) == ".");
    }
    while count < most {
        let Some(unit) = unit(tokens, next).filter(|u| next == at || tokens.gap(u.tokens.start) <= Gap::Space) else { break };
        let word = tokens.fold(unit.tokens.start);
        let single = unit.tokens.len() == 1;
        let particle = unit.particle && (count > 0 || letters == Letters::Capitals && unit.capital);
        let fits = particle || ((letters == Letters::Any || unit.capital) && !(single && words::is_common(word)) && !(unit.tokens.len() > 1 && is_elision(tokens, &unit)));
        if !fits || tokens.kind(unit.tokens.end) == Some(Kind::Number) && tokens.gap(unit.tokens.end) == Gap::None || matches!(tokens.fold(unit.tokens.end), "@" | "_") {
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
    apostrophe && (matches!(first, "j" | "l" | "c" | "n" | "s" | "m" | "t" | "qu" | "it" | "i" | "don" | "can" | "won" | "didn" | "aujourd" | "doesn" | "isn") || matches!(second, "s" | "m" | "ll" | "ve" | "re" | "t" | "d") || (first == "d" && words::is_common(second)))
        || (!apostrophe && words::is_common(first) && words::is_common(second))
}

/// `First name: …`, `Nom : …`, `Name - …`, at the start of a line or behind a comma.
fn form(tokens: &Tokens) -> Option<Written> {
    let (mut first, mut last, mut full) = (None, None, None);
    for at in 0..tokens.len() {
        let opens = at == 0 || tokens.gap(at) >= Gap::Line || matches!(tokens.fold_before(at), "," | ";" | "*" | "-" | "|" | "/" | "\u{2022}" | "." | "(");
        if !opens || !tokens.is_word(at) {
            continue;
        }
        let Some((kind, behind)) = label(tokens, at) else { continue };
        let Some(value) = value(tokens, behind) else { continue };
        match kind {
            Label::First => first = first.or(Some(value)),
            Label::Last => last = last.or(Some(value)),
            Label::Full(last_first) => full = full.or(Some((value, last_first))),
        }
    }
    let span = |r: &Range<usize>| tokens.span(r.start, r.end);
    match (&first, &last, full) {
        (Some(_), _, _) | (_, Some(_), None) if first.is_some() || last.is_some() => {
            if first.is_none()
                && let Some(last) = last.clone()
                && (last.start..last.end).filter_map(|i| unit(tokens, i)).filter(|u| tokens.gap(u.tokens.start) != Gap::None).count() >= 1
                && last.len() > 1
            {
                return split(tokens, last, false);
            }
            Some(Written { first: first.as_ref().map(span), last: last.as_ref().map(span) })
        }
        (_, _, Some((value, last_first))) => split(tokens, value, last_first),
        _ => None,
    }
}

enum Label {
    First,
    Last,
    Full(bool),
}

fn label(tokens: &Tokens, at: usize) -> Option<(Label, usize)> {
    const LABELS: &[(&[&str], u8)] = &[
        (&["first", "name"], 1), (&["given", "name"], 1), (&["firstname"], 1), (&["forename"], 1), (&["prenom"], 1), (&["prenoms"], 1), (&["last", "name"], 2), (&["family", "name"], 2), (&["surname"], 2),
        (&["lastname"], 2), (&["nom", "de", "famille"], 2), (&["nom", "et", "prenom"], 4), (&["surname", ",", "given"], 4), (&["last", "name", ",", "first", "name"], 4), (&["surname", "and", "given", "name"], 4), (&["nom", ",", "prenom"], 4), (&["nom", "prenom"], 4), (&["nom", "/", "prenom"], 4), (&["prenom", "et", "nom"], 3), (&["prenom", "nom"], 3), (&["prenom", ",", "nom"], 3),
        (&["nom", "complet"], 3), (&["full", "name"], 3), (&["student", "name"], 3), (&["candidate", "name"], 3), (&["name", "of", "student"], 3), (&["name", "of", "candidate"], 3), (&["nom", "de", "l", "'", "etudiant"], 3), (&["nom", "de", "l", "'", "etudiante"], 3),
        (&["nom", "du", "candidat"], 3), (&["nom", "de", "la", "candidate"], 3), (&["first", "and", "last", "name"], 3), (&["name"], 3), (&["nom"], 2), (&["student"], 3), (&["candidate"], 3), (&["candidat"], 3), (&["candidate's", "name"], 3), (&["etudiant"], 3), (&["etudiante"], 3),
        (&["my", "name"], 3), (&["first"], 1), (&["last"], 2),
    ];
    for (words, kind) in LABELS {
        let Some(mut end) = tokens.follow(at, words) else { continue };
        if tokens.fold(end) == "(" && matches!(tokens.fold(end + 1), "s" | "e") {
            end += 3;
        }
        let dash = tokens.fold(end) == "-" && tokens.gap(end) == Gap::Space && tokens.gap(end + 1) == Gap::Space;
        if matches!(tokens.fold(end), ":" | "=") || dash {
            let kind = match kind {
                1 => Label::First,
                2 => Label::Last,
                other => Label::Full(*other == 4),
            };
            return Some((kind, end + 1));
        }
    }
    None
}

/// The rest of a form line: units up to its end or a comma with something else behind.
fn value(tokens: &Tokens, at: usize) -> Option<Range<usize>> {
    if tokens.gap(at) >= Gap::Line {
        return None;
    }
    let mut end = at;
    while end < tokens.len() && end < at + 14 && (end == at || tokens.gap(end) < Gap::Line) {
        let part = match tokens.kind(end) {
            Some(Kind::Word) => label(tokens, end).is_none(),
            Some(Kind::Mark) => matches!(tokens.fold(end), "-" | "'" | ".") && !(tokens.fold(end) == "-" && tokens.gap(end) != Gap::None) || (tokens.fold(end) == "," && tokens.is_word(end + 1) && label(tokens, end + 1).is_none() && end > at && !words::is_common(tokens.fold(end + 1)) && end + 4 > tokens.len().min(end + 3)),
            _ => false,
        };
        if !part {
            break;
        }
        end += 1;
    }
    while end > at && !tokens.is_word(end - 1) {
        end -= 1;
    }
    (end > at && end - at <= 12).then_some(at..end)
}

/// `my name is …`, `je m'appelle …`, `I am …`, `… here`. `sure`: only the forms that can mean nothing else.
fn introduced(tokens: &Tokens, sure: bool) -> Option<Written> {
    const SURE: &[&[&str]] = &[
        &["my", "name", "is"], &["my", "name", "'", "s"], &["my", "names"], &["name", "is"], &["name", "'", "s"], &["names"], &["je", "m", "'", "appelle"], &["je", "mappelle"], &["mon", "nom", "est"], &["mon", "nom", "c", "'", "est"], &["moi", "c", "'", "est"], &["moi", "cest"],
        &["je", "me", "nomme"], &["my", "full", "name", "is"], &["mon", "nom", "complet", "est"], &["my", "name"], &["nom", ":"], &["je", "me", "presente", ","], &["undersigned", ","], &["soussigne", ","], &["soussignee", ","], &["soussigne"], &["soussignee"],
    ];
    const LOOSE: &[&[&str]] = &[&["i", "am"], &["i", "'", "m"], &["im"], &["this", "is"], &["je", "suis"], &["ici"], &["it", "'", "s"], &["its"], &["c", "'", "est"], &["signe"], &["signed"]];
    for at in 0..tokens.len() {
        let forms = if sure { SURE } else { LOOSE };
        for form in forms {
            let Some(start) = tokens.follow(at, form) else { continue };
            let letters = if sure && !matches!(*form, ["names"] | ["my", "names"]) { Letters::Any } else { Letters::Capitals };
            let Some(found) = run(tokens, start, letters, 5).filter(|r| tokens.gap(r.start) <= Gap::Line) else { continue };
            let two = found.len() > 1 && split(tokens, found.clone(), false).is_some_and(|w| w.first.is_some() && w.last.is_some());
            let ends = found.end >= tokens.len() || tokens.kind(found.end) == Some(Kind::Mark) || tokens.gap(found.end) >= Gap::Line || matches!(tokens.fold(found.end), "from" | "de" | "du" | "in" | "et" | "and" | "en" | "again" | "here");
            let plain = !sure && (!two && (!matches!(form.first(), Some(&"this" | &"ici" | &"it" | &"its" | &"i" | &"im")) || !ends));
            if plain || is_place(tokens, found.start, &found) {
                continue;
            }
            let mut name = split(tokens, found, false)?;
            if matches!(*form, ["mon", "nom", "est"] | ["mon", "nom", "c", "'", "est"]) && name.last.is_none() {
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
    found.len() == 1 && tokens.raw(at).chars().count() > 1 && tokens.raw(at).chars().all(char::is_uppercase) && tokens.fold_before(at) == "am"
}

/// `Maddie here`, `hiii maria quintero here so …`.
fn before_here(tokens: &Tokens, at: usize) -> Option<Written> {
    let mut start = at;
    while start > 0 && at - start < 6 && tokens.is_word(start - 1) && (start == at || tokens.gap(start) <= Gap::Space) && !is_greeting(tokens.fold(start - 1)) {
        start -= 1;
        if tokens.fold_before(start) == "-" && tokens.gap(start) == Gap::None {
            start = start.saturating_sub(1);
        }
    }
    let opens = start == 0 || tokens.gap(start) >= Gap::Line || tokens.kind(start - 1) == Some(Kind::Mark) || is_greeting(tokens.fold(start - 1));
    let found = run(tokens, start, Letters::Any, 5).filter(|r| r.end == at && opens)?;
    let capital = tokens.get(start).is_some_and(|t| t.capital);
    (capital || found.len() > 1 || tokens.fold(at) == "this").then(|| split(tokens, found, false)).flatten()
}

fn is_greeting(word: &str) -> bool {
    matches!(word, "hello" | "hey" | "bonjour" | "salut" | "allo" | "bonsoir" | "yo" | "coucou") || (word.starts_with("hi") && word.trim_end_matches('i') == "h")
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
    (matches!(tokens.fold(found.end), "," | "(" | "from" | "de" | "du" | "-") && name.first.is_some() && name.last.is_some()).then_some(name)
}

/// `my daughter X`, `un de nos étudiants, X`, `on behalf of X`, `X (ma blonde)`, `Mme X (x@uni.example)`.
fn another(tokens: &Tokens, skip: &[Range<usize>]) -> Option<Written> {
    for at in 0..tokens.len() {
        let word = tokens.fold(at);
        let before = tokens.fold_before(at);
        let for_them = (at.saturating_sub(3)..at).any(|i| matches!(tokens.fold(i), "for" | "pour" | "behalf"));
        if let Some(name) = our_somebody(tokens, at).or_else(|| of_relative(tokens, at)).or_else(|| beside_address(tokens, at, skip)).or_else(|| named_with_title(tokens, at)) {
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
            let writes = tokens.follow(at, &["writing", "for"]).or_else(|| tokens.follow(at, &["writing", "about"])).or_else(|| tokens.follow(at, &["ecris", "pour"])).or_else(|| tokens.follow(at, &["ecris", "au", "sujet", "de"]));
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
            let open = tokens.fold(found.end) == "(" && tokens.get(found.end + 1).is_some_and(|t| skip.iter().any(|s| s.contains(&t.span.start)));
            if open {
                return split(tokens, found, false);
            }
        }
    }
    None
}

/// `mon oncle, Anicet Razafy`, `our general counsel, Ada Roy`: a whole name set behind somebody of ours who is no contact person.
fn our_somebody(tokens: &Tokens, at: usize) -> Option<Written> {
    if !matches!(tokens.fold(at), "my" | "our" | "mon" | "ma" | "notre" | "nos") {
        return None;
    }
    let comma = (at + 2..at + 5).find(|i| tokens.fold(*i) == ",")?;
    let plain = |i: usize| {
        let word = tokens.fold(i);
        tokens.is_word(i) && !tokens.get(i).is_some_and(|t| t.capital) && !words::is_contact(word) && !words::is_friend(word) && !words::is_common(word)
    };
    let name = split(tokens, run(tokens, comma + 1, Letters::Capitals, 5)?, false)?;
    ((at + 1..comma).all(plain) && name.first.is_some() && name.last.is_some()).then_some(name)
}

/// `je suis la mère de Jérémy`, `l'épouse de M. Adrien Maes`, `the mother of Ada`.
fn of_relative(tokens: &Tokens, at: usize) -> Option<Written> {
    let word = tokens.fold(at);
    let relative = words::is_relation(word) || matches!(word, "maman" | "papa" | "parent" | "tuteur" | "tutrice" | "coordinator" | "coordonnatrice" | "enseignante" | "enseignant" | "teacher" | "assistant" | "assistante" | "secretary" | "secretaire" | "pa");
    let writer = (at.saturating_sub(4)..at).any(|i| matches!(tokens.fold(i), "suis" | "am" | "m" | "is" | "c" | "represente") || tokens.follow(i, &["ici"]).is_some());
    let of = match tokens.fold(at + 1) {
        "of" | "de" | "to" => at + 2,
        "d" if tokens.fold(at + 2) == "'" => at + 3,
        _ => return None,
    };
    if !relative || !writer {
        return None;
    }
    split(tokens, run(tokens, of, Letters::Capitals, 5)?, false)
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
    let told = skip.iter().filter(|s| s.end <= tokens.text().len()).any(|s| fold(tokens.slice((*s).clone())).split('@').next().is_some_and(|l| l.replace(['-', '_', '.'], "").contains(&last)));
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

/// How the body is signed: the last lines, or the end of the last one.
pub fn signed(tokens: &Tokens, skip: &[Range<usize>]) -> Option<Written> {
    let mut end = before_postscript(tokens);
    let mut single = None;
    for from_end in 0..5 {
        let Some(start) = line_start(tokens, end) else { break };
        let found = signs(tokens, start..end, skip, from_end);
        if found.as_ref().is_some_and(|n| n.first.is_some() && n.last.is_some()) {
            return found;
        }
        single = single.or(found);
        if start == 0 || end - start > 12 {
            break;
        }
        end = start;
    }
    single
}

/// Where the last lines end: before a `P.-S.`
fn before_postscript(tokens: &Tokens) -> usize {
    let opens = |i: usize| {
        tokens.follow(i, &["p", ".", "-", "s"]).or_else(|| tokens.follow(i, &["p", ".", "s"])).or_else(|| tokens.follow(i, &["ps"])).is_some() && tokens.gap(i) >= Gap::Line
    };
    (1..tokens.len()).find(|i| opens(*i)).unwrap_or(tokens.len())
}

fn line_start(tokens: &Tokens, end: usize) -> Option<usize> {
    let mut i = end.checked_sub(1)?;
    while i > 0 && tokens.gap(i) < Gap::Line {
        i -= 1;
    }
    Some(i)
}

/// The name in one of the last lines.
fn signs(tokens: &Tokens, line: Range<usize>, skip: &[Range<usize>], from_end: usize) -> Option<Written> {
    if tokens.get(line.start).is_some_and(|t| skip.iter().any(|s| s.contains(&t.span.start))) {
        return None;
    }
    let whole = whole_line(tokens, line.clone());
    if whole.is_some() || from_end > 0 {
        return whole;
    }
    tail(tokens, line)
}

/// A line that is nothing but a name, a dash or a closing word before it, a degree or place behind a comma.
fn whole_line(tokens: &Tokens, line: Range<usize>) -> Option<Written> {
    let mut at = line.start;
    while at < line.end && (tokens.kind(at) == Some(Kind::Mark) || words::is_closer(tokens.fold(at))) {
        at += 1;
    }
    let marked = at > line.start && tokens.kind(at - 1) == Some(Kind::Mark);
    let found = run(tokens, at, if marked { Letters::Any } else { Letters::Capitals }, 6).filter(|r| r.end <= line.end)?;
    let behind = tokens.fold(found.end);
    let closes = found.end >= line.end || matches!(behind, "," | "(" | "|" | ".") || (behind == "-" && tokens.gap(found.end) != Gap::None) || (0..line.end - found.end).all(|i| tokens.kind(found.end + i) == Some(Kind::Mark));
    let first_line = line.start == 0 && line.end == tokens.len() && !marked;
    let short = line.end - found.end <= 10;
    let long_text_behind_dot = behind == "." && line.end - found.end > 2;
    let name = split(tokens, found.clone(), false)?;
    let after_comma = behind == "," && line.end - found.end > 1;
    let both = name.first.is_some() && name.last.is_some();
    (closes && short && !long_text_behind_dot && (both || !(first_line || after_comma))).then_some(name)
}

/// The end of the last line: `… fresh one. Chinedu Obasanya`, `Thanks, Rohan`, `(marcus)`, `- jaspreet`.
fn tail(tokens: &Tokens, line: Range<usize>) -> Option<Written> {
    tail_behind(tokens, line.clone(), false).or_else(|| tail_behind(tokens, line, true))
}

/// `lists`: a comma alone is enough before the name (`kindly do it, Ada Roy.`).
fn tail_behind(tokens: &Tokens, line: Range<usize>, lists: bool) -> Option<Written> {
    let mut end = line.end;
    while end > line.start && tokens.kind(end - 1) == Some(Kind::Mark) {
        end -= 1;
    }
    if let Some(name) = leads_last_sentence(tokens, line.start, end) {
        return Some(name);
    }
    for start in (line.start.max(end.saturating_sub(9)) + 1..end).rev() {
        let before = tokens.fold(start - 1);
        let stop = matches!(before, "." | "!" | "?" | ")" | "…") || (tokens.kind(start - 1) == Some(Kind::Mark) && !tokens.raw(start - 1).is_ascii() && !matches!(before, "-" | "'" | "\""));
        let closed = (matches!(before, ",") && words::is_closer(tokens.fold(start.saturating_sub(2)))) || (words::is_closer(before) && !matches!(before, "you" | "bien" | "vous" | "help" | "day" | "morning"));
        let dash = before == "-" && tokens.gap(start - 1) != Gap::None;
        let initial = before == "." && start >= 2 && tokens.gap(start - 1) == Gap::None && tokens.get(start - 2).is_some_and(|t| t.capital) && tokens.raw(start - 2).chars().count() == 1;
        let listed = lists && before == "," && !closed;
        if initial {
            continue;
        }
        let bracket = before == "(" && tokens.fold(end) == ")";
        if !(stop || closed || dash || bracket || listed) || tokens.gap(start) == Gap::None && !bracket && !dash {
            continue;
        }
        let comma = closed && before == ",";
        let letters = if comma || dash || bracket { Letters::Any } else { Letters::Capitals };
        let Some(found) = run(tokens, start, letters, 5) else { continue };
        let Some(name) = split(tokens, found.clone(), false) else { continue };
        let both = name.first.is_some() && name.last.is_some();
        let abbreviated = tokens.fold(end) == "." && found.end == end + 1;
        let apposition = both && matches!(tokens.fold(found.end), "," | "(") && (letters == Letters::Capitals || dash) && !listed;
        if found.end == end || abbreviated || apposition {
            let shouted = tokens.raw(start).chars().count() > 1 && tokens.raw(start).chars().all(char::is_uppercase);
            let capital = tokens.get(start).is_some_and(|t| t.capital);
            let thanked = capital || words::is_closer(tokens.fold(start.saturating_sub(2)));
            if both || closed || dash || (bracket && thanked) || (stop && !shouted) {
                return Some(name);
            }
        }
    }
    None
}

/// `… went. Arvind Pillaikkar, appearing for EE-302`: the last sentence begins with a whole name and a comma.
fn leads_last_sentence(tokens: &Tokens, line: usize, end: usize) -> Option<Written> {
    let start = tokens.sentence_start(end.checked_sub(1)?).max(line);
    let found = run(tokens, start, Letters::Capitals, 5)?;
    let name = split(tokens, found.clone(), false)?;
    let behind = tokens.fold(found.end);
    let parted = matches!(behind, "," | "(" | "/") || (behind == "-" && tokens.gap(found.end) != Gap::None);
    (start > 0 && parted && found.end < end && name.first.is_some() && name.last.is_some()).then_some(name)
}

/// The name in a signature: its first line that is one.
pub fn in_signature(tokens: &Tokens) -> Option<Written> {
    let mut start = 0;
    for _ in 0..6 {
        if start >= tokens.len() {
            return None;
        }
        let end = (start + 1..tokens.len()).find(|i| tokens.gap(*i) >= Gap::Line).unwrap_or(tokens.len());
        if let Some(name) = whole_line(tokens, start..end).or_else(|| (end == tokens.len() && start == 0).then(|| whole_line(tokens, 0..end)).flatten()) {
            return Some(name);
        }
        start = end;
    }
    None
}

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

    #[test]
    fn the_end_of_a_mail_is_signed() {
        let cases = [
            ("Please help.\n\nSophie Lavoie", Some("Sophie"), Some("Lavoie")),
            ("Aidez-moi.\nMerci,\nÉmilie", Some("Émilie"), None),
            ("Kindly send a fresh one. Chinedu Obasanya", Some("Chinedu"), Some("Obasanya")),
            ("Your code fails. Thanks, Rohan", Some("Rohan"), None),
            ("exam fri - jaspreet", Some("jaspreet"), None),
            ("nvm got in!! ty (marcus)", Some("marcus"), None),
            ("Merci beaucoup, Sophie Leblanc", Some("Sophie"), Some("Leblanc")),
            ("HELP ME.\nTYRELL HOSKINSON", Some("TYRELL"), Some("HOSKINSON")),
            ("Help.\n\nNathalie Desrosiers, inh.\nTél. : 450 555-0178", Some("Nathalie"), Some("Desrosiers")),
            ("Help.\n\nGurpreet Dhillon\n3rd year Chemistry", Some("Gurpreet"), Some("Dhillon")),
            ("Inbox silent. Kavya S.", Some("Kavya"), None),
            ("all blank. Regards, G. Thornquist", None, Some("Thornquist")),
            ("Rien n'est venu. Cordialement, Hubert Lacasse-Morin", Some("Hubert"), Some("Lacasse-Morin")),
            ("Where is it now. Mrs Olufunke Daramolade (formerly Ige)", Some("Olufunke"), Some("Daramolade")),
            ("Thanks for your help", None, None),
            ("My code does not work", None, None),
            ("Examen demain. Aidez-moi svp", None, None),
            ("PLEASE CALL ME", None, None),
            ("rien reçu. Merci", None, None),
            ("link dead", None, None),
        ];
        for (text, first, last) in cases {
            let tokens = Tokens::of(text);
            assert_eq!(shown(text, signed(&tokens, &[])), (first, last), "{text}");
        }
    }

    #[test]
    fn a_signature_gives_its_name_line() {
        for (text, first, last) in [
            ("Sophie Lavoie\nUniversité Boréale", Some("Sophie"), Some("Lavoie")),
            ("--\nDr Simon Roy, R5", Some("Simon"), Some("Roy")),
            ("Service des examens\n418 555-0123", None, None),
            ("Sent from my iPhone", None, None),
        ] {
            let tokens = Tokens::of(text);
            assert_eq!(shown(text, in_signature(&tokens)), (first, last), "{text}");
        }
    }
}
