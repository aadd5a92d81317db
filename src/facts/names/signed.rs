//! How a mail is signed: the name on its last lines, behind its last words, or in the signature.

use std::ops::Range;

use super::body::{Letters, run};
use super::words;
use super::written::{Written, split};
use crate::facts::tokens::{Gap, Kind, Tokens};

/// How the body is signed: the last lines, or the end of the last one.
pub fn signed(tokens: &Tokens, skip: &[Range<usize>]) -> Option<Written> {
    let mut end = before_postscript(tokens);
    let mut single = None;
    for from_end in 0..5 {
        let Some(start) = line_start(tokens, end) else { break };
        let found = signs(tokens, start..end, skip, from_end);
        if found.as_ref().is_some_and(|n| n.first.is_some() && n.last.is_some() && !is_degree(tokens, n)) {
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

/// `BDS IV`, `MD PHD`: short words in capitals below a name.
fn is_degree(tokens: &Tokens, name: &Written) -> bool {
    let short = |span: &Option<Range<usize>>| {
        span.clone()
            .is_none_or(|s| tokens.slice(s).len() <= 4 && tokens.slice(span.clone().unwrap_or(0..0)).chars().all(char::is_uppercase))
    };
    short(&name.first) && short(&name.last)
}

/// Where the last lines end: before a `P.-S.`
fn before_postscript(tokens: &Tokens) -> usize {
    let opens = |i: usize| {
        tokens
            .follow(i, &["p", ".", "-", "s"])
            .or_else(|| tokens.follow(i, &["p", ".", "s"]))
            .or_else(|| tokens.follow(i, &["ps"]))
            .is_some()
            && tokens.gap(i) >= Gap::Line
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
    let closes = found.end >= line.end
        || matches!(behind, "," | "(" | "|" | ".")
        || (behind == "-" && tokens.gap(found.end) != Gap::None)
        || (0..line.end - found.end).all(|i| tokens.kind(found.end + i) == Some(Kind::Mark));
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
        let stop = matches!(before, "." | "!" | "?" | ")" | "…")
            || (tokens.kind(start - 1) == Some(Kind::Mark) && !tokens.raw(start - 1).is_ascii() && !matches!(before, "-" | "'" | "\""));
        let closed = (matches!(before, ",") && words::is_closer(tokens.fold(start.saturating_sub(2))))
            || (words::is_closer(before) && !matches!(before, "you" | "bien" | "vous" | "help" | "day" | "morning"));
        let dash = before == "-" && tokens.gap(start - 1) != Gap::None;
        let initial = before == "."
            && start >= 2
            && tokens.gap(start - 1) == Gap::None
            && tokens.get(start - 2).is_some_and(|t| t.capital)
            && tokens.raw(start - 2).chars().count() == 1;
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
        let apposition = both && matches!(tokens.fold(found.end), "," | "(") && tokens.get(start).is_some_and(|t| t.capital) && !listed;
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
        if let Some(name) =
            whole_line(tokens, start..end).or_else(|| (end == tokens.len() && start == 0).then(|| whole_line(tokens, 0..end)).flatten())
        {
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
            ("Help.\n\nWarm regards,\nPriya Roy\nBDS IV", Some("Priya"), Some("Roy")),
            ("Le code est refusé. Kossi\nP.-S. Je l'ai retapé.", Some("Kossi"), None),
            ("Deux portes, deux murs. — Carole Roy, Genève", Some("Carole"), Some("Roy")),
            ("L'épreuve est à 10 h. Salomé", Some("Salomé"), None),
            ("kindly do it today, Gurleen Roy.", Some("Gurleen"), Some("Roy")),
            ("all is stale. With warm regards, Iyer Roy, Cost Accountant.", Some("Iyer"), Some("Roy")),
            ("merci de faire le nécessaire", None, None),
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
