//! Which of several renderings of the same words is read.

use std::collections::HashSet;

use super::parts::{Piece, Plain};

/// Words looked at when two texts are compared.
const SOME_WORDS: usize = 2_000;
/// Bytes looked at.
const SOME_BYTES: usize = 256 * 1024;

/// The children of a multipart/alternative: plain text when it says something, else the last HTML.
pub fn choose(children: Vec<Vec<Piece>>) -> Vec<Piece> {
    let mut plain: Option<Vec<Piece>> = None;
    let mut rich: Option<Vec<Piece>> = None;
    for pieces in children {
        if pieces.is_empty() {
            continue;
        }
        if pieces.iter().any(|p| matches!(p, Piece::Html(_) | Piece::Either(..))) {
            rich = Some(pieces);
        } else if plain.is_none() {
            plain = Some(pieces);
        } else if let (Some(first), false) = (&mut plain, all_blank(&pieces)) {
            if all_blank(first) {
                *first = pieces;
            } else {
                // Two plain texts that claim to be the same: nothing is lost by reading both.
                first.extend(pieces);
            }
        }
    }
    match (plain, rich) {
        (Some(plain), Some(rich)) => either(plain, rich),
        (plain, rich) => plain.or(rich).unwrap_or_default(),
    }
}

fn all_blank(pieces: &[Piece]) -> bool {
    !pieces.iter().any(|p| match p {
        Piece::Plain(plain) => plain.text.chars().any(char::is_alphanumeric),
        Piece::Html(_) | Piece::Either(..) => true,
    })
}

fn either(mut plain: Vec<Piece>, mut rich: Vec<Piece>) -> Vec<Piece> {
    if all_blank(&plain) || is_stub(&plain, &rich) {
        return rich;
    }
    match (plain.pop(), rich.pop()) {
        (Some(Piece::Plain(text)), Some(Piece::Html(html))) if plain.is_empty() && rich.is_empty() => vec![Piece::Either(text, html)],
        (last, _) => {
            plain.extend(last);
            plain
        }
    }
}

/// "Your program cannot show HTML": a plain text that only says where to look.
fn is_stub(plain: &[Piece], rich: &[Piece]) -> bool {
    let [Piece::Plain(text)] = plain else { return false };
    let says = text.text.trim();
    let html: usize = rich.iter().map(|p| if let Piece::Html(h) = p { h.len() } else { 0 }).sum();
    let lower = says.to_ascii_lowercase();
    says.len() < 300
        && html > 4 * says.len()
        && lower.contains("html")
        && (lower.contains("view") || lower.contains("mail") || lower.contains("client"))
}

/// The children of any other multipart, one after the other; an HTML part that repeats the plain text before it is its other rendering.
pub fn merged(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        if let (Piece::Html(html), Some(Piece::Plain(plain))) = (&piece, out.last_mut())
            && is_same(&plain.text, html)
        {
            let plain: Plain = std::mem::take(plain);
            let html = html.clone();
            out.pop();
            out.push(Piece::Either(plain, html));
            continue;
        }
        out.push(piece);
    }
    out
}

/// Whether an HTML part holds nearly all words of a plain text and hardly any others.
fn is_same(plain: &str, html: &str) -> bool {
    let (a, b) = (bag(plain), bag(&without_tags(html)));
    let common = a.intersection(&b).count();
    a.len() >= 3 && common * 10 >= a.len() * 8 && common * 10 >= b.len() * 6
}

/// Whether two renderings share too few words to be the same text.
pub fn differ(plain: &str, rich: &str) -> bool {
    let (a, b) = (bag(plain), bag(rich));
    let fewer = a.len().min(b.len());
    fewer >= 4 && a.intersection(&b).count() * 2 < fewer
}

fn bag(text: &str) -> HashSet<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|w| w.len() > 3 && w.chars().count() > 3);
    words.take(SOME_WORDS).map(str::to_lowercase).collect()
}

/// The text between tags, styles and scripts left out, the commonest entities decoded: good enough to compare words, far quicker than a
/// document tree.
pub fn without_tags(html: &str) -> String {
    let mut end = html.len().min(SOME_BYTES);
    while !html.is_char_boundary(end) {
        end -= 1;
    }
    let mut rest = html.get(..end).unwrap_or_default();
    let mut out = String::with_capacity(rest.len() / 2);
    while let Some((before, behind)) = rest.split_once('<') {
        entities(before, &mut out);
        out.push(' ');
        let tag = behind.get(..6).unwrap_or_default().to_ascii_lowercase();
        let silent = ["style", "script", "!--", "title"].iter().find(|t| tag.starts_with(**t));
        let (close, skip) = match silent {
            Some(&"!--") => ("-->", 3),
            Some(&"style") => ("</style", 7),
            Some(&"script") => ("</script", 8),
            Some(_) => ("</title", 7),
            None => (">", 1),
        };
        // What is never closed is never shown, so the rest is no text.
        let at = behind.find(close);
        rest = at.and_then(|at| behind.get(at + skip.min(behind.len() - at)..)).unwrap_or_default();
        if silent.is_some_and(|s| *s != "!--") {
            rest = rest.split_once('>').map_or("", |(_, r)| r);
        }
    }
    entities(rest, &mut out);
    out
}

fn entities(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        out.push_str(before);
        let near = behind.bytes().take(10).position(|b| b == b';');
        let name = near.and_then(|end| behind.get(..end));
        let letter = name.and_then(letter);
        match (name, letter) {
            (Some(name), Some(c)) => {
                out.push(c);
                rest = behind.get(name.len() + 1..).unwrap_or_default();
            }
            _ => rest = behind,
        }
    }
    out.push_str(rest);
}

fn letter(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hex = number.strip_prefix(['x', 'X']).map(|h| u32::from_str_radix(h, 16).ok());
        return char::from_u32(hex.unwrap_or_else(|| number.parse().ok())?);
    }
    let (base, accent) = name.split_at_checked(1)?;
    let mark = match accent {
        "acute" => '\u{301}',
        "grave" => '\u{300}',
        "circ" => '\u{302}',
        "uml" => '\u{308}',
        "cedil" => '\u{327}',
        "tilde" => '\u{303}',
        _ => return (name == "nbsp").then_some(' '),
    };
    unicode_normalization::char::compose(base.chars().next()?, mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Vec<Piece> {
        vec![Piece::Plain(Plain { text: text.into(), flowed: None })]
    }

    fn html(text: &str) -> Vec<Piece> {
        vec![Piece::Html(text.into())]
    }

    #[test]
    fn plain_text_is_read_when_it_says_something() {
        let long = "<p>a long letter about codes</p>".repeat(20);
        assert!(matches!(choose(vec![plain("hello"), html("<p>hello</p>")]).as_slice(), [Piece::Either(..)]));
        assert!(matches!(choose(vec![html("<p>hello</p>"), plain("hello")]).as_slice(), [Piece::Either(..)]));
        assert!(matches!(choose(vec![plain(" \n"), html("<p>hello</p>")]).as_slice(), [Piece::Html(_)]));
        assert!(matches!(choose(vec![plain("Please view this message in HTML."), html(&long)]).as_slice(), [Piece::Html(_)]));
        assert!(matches!(choose(vec![plain("hello")]).as_slice(), [Piece::Plain(_)]));
    }

    #[test]
    fn the_same_words_twice_are_read_once() {
        let both = |a: &str, b: &str| merged([plain(a), html(b)].concat()).len();
        assert_eq!(both("My activation code does not work", "<b>My activation code</b> does not work"), 1);
        assert_eq!(both("My activation code does not work", "<b>An appendix about something else</b>"), 2);
    }

    #[test]
    fn words_are_compared_without_tags() {
        assert_eq!(
            without_tags("<style>p{}</style><p>d&eacute;j&agrave; <b>vu</b></p>").split_whitespace().collect::<Vec<_>>(),
            ["déjà", "vu"]
        );
        assert!(differ("please send another code", "victim wants money right away"));
        assert!(!differ("please send another code", "Please send another code today"));
    }
}
