//! Which of several renderings of the same words is read.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use foldhash::fast::RandomState;

use super::super::html::tags;
use super::parts::{Piece, Plain};
use crate::message::pattern::{Pattern, pattern};

/// Words looked at when two texts are compared.
const SOME_WORDS: usize = 2_000;
/// About so many letters of a text are a word that counts; a bag of that size need not grow.
const LETTERS: usize = 16;
/// Bytes looked at.
pub const SOME_BYTES: usize = 256 * 1024;

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

/// Plain text beside HTML: which of them is read is decided once both are lines.
fn either(mut plain: Vec<Piece>, rich: Vec<Piece>) -> Vec<Piece> {
    if all_blank(&plain) {
        return rich;
    }
    let pages: Vec<&str> = rich.iter().filter_map(|p| if let Piece::Html(html) = p { Some(html.as_str()) } else { None }).collect();
    if let ([Piece::Plain(text)], false) = (plain.as_mut_slice(), pages.is_empty()) {
        return vec![Piece::Either(std::mem::take(text), pages.join("<br>"))];
    }
    plain
}

/// Whether a plain text is only a stand-in for the HTML beside it: it says how to see that, or far less than that says; both without
/// quotes and signature.
pub fn is_stub(plain: &str, rich: &str) -> bool {
    let words = |text: &str| text.split_whitespace().filter(|w| w.contains(char::is_alphabetic)).count();
    let (few, many) = (words(plain), words(rich));
    let elsewhere = || {
        let (a, b) = (bag(plain), bag(rich));
        a.intersection(&b).count() * 2 <= a.len()
    };
    many > few * 3 + 10 || few <= SHORT && many >= 3 && elsewhere() && STAND_IN.is_match(plain)
}

/// Words of a text that only says where to look.
const SHORT: usize = 60;

/// "Your program cannot show HTML", "view this mail in your browser".
static STAND_IN: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?is)\bhtml\b.{0,200}\b(e-?mail|mail|message|view\w*|client|format|courriel|messagerie|logiciel|nachricht|programm|correo|posta|bericht|lesen|afficher)|",
        r"\b(e-?mail|mail|message|view\w*|client|format|courriel|messagerie|logiciel|nachricht|correo|posta|bericht).{0,200}\bhtml\b|",
        r"\b(view|read|see|open|display|afficher|affiche|voir|lire|consulte[rz]?|visualise[rz]?|ansehen|anzeigen|ver|leggi|visualizza|bekijk)\b.{0,80}\b(browser|navigat\w+|navegador|online|en ligne|web version|version web)"
    ))
});

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
    let shown = tags::without(html, SOME_BYTES, ' ');
    let (a, b) = (bag(plain), bag(&shown));
    let common = a.intersection(&b).count();
    a.len() >= 3 && common * 10 >= a.len() * 8 && common * 10 >= b.len() * 6
}

/// Whether two renderings share too few words to be the same text.
pub fn differ(plain: &str, rich: &str) -> bool {
    let (a, b) = (bag(plain), bag(rich));
    let fewer = a.len().min(b.len());
    fewer >= 4 && a.intersection(&b).count() * 2 < fewer
}

/// Whether a text holds most words of another.
pub fn holds(text: &str, other: &str) -> bool {
    let (a, b) = (bag(text), bag(other));
    !b.is_empty() && a.intersection(&b).count() * 2 >= b.len()
}

/// Words of a text in small letters.
type Bag<'a> = HashSet<Cow<'a, str>, RandomState>;

fn bag(text: &str) -> Bag<'_> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|w| w.len() > 3 && (w.is_ascii() || w.chars().count() > 3));
    let mut bag = Bag::with_capacity_and_hasher((text.len() / LETTERS).min(SOME_WORDS), RandomState::default());
    bag.extend(words.take(SOME_WORDS).map(small));
    bag
}

/// Most words are written in small letters already.
fn small(word: &str) -> Cow<'_, str> {
    if word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) { Cow::Borrowed(word) } else { Cow::Owned(word.to_lowercase()) }
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
        assert!(matches!(choose(vec![plain("hello"), html("<p>hello</p>")]).as_slice(), [Piece::Either(..)]));
        assert!(matches!(choose(vec![html("<p>hello</p>"), plain("hello")]).as_slice(), [Piece::Either(..)]));
        assert!(matches!(choose(vec![plain(" \n"), html("<p>hello</p>")]).as_slice(), [Piece::Html(_)]));
        assert!(matches!(choose(vec![plain("hello")]).as_slice(), [Piece::Plain(_)]));
    }

    #[test]
    fn the_same_words_twice_are_read_once() {
        let both = |a: &str, b: &str| merged([plain(a), html(b)].concat()).len();
        assert_eq!(both("My activation code does not work", "<b>My activation code</b> does not work"), 1);
        assert_eq!(both("My activation code does not work", "<b>An appendix about something else</b>"), 2);
    }

    #[test]
    fn texts_are_compared_by_their_words() {
        assert!(differ("please send another code", "victim wants money right away"));
        assert!(!differ("please send another code", "Please send another code today"));
    }

    #[test]
    fn a_stand_in_is_told_from_a_short_text() {
        let long = "I typed the code from the invitation three times since Monday and the page always answers that it does not exist.";
        let cases = [
            ("Please view this message in HTML.", long, true),
            ("Your e-mail client cannot display HTML.", "My code is refused.", true),
            ("Ce message est au format HTML. Veuillez utiliser un logiciel qui l'affiche.", "Mon code est refusé.", true),
            ("To view this email in your browser: https://x.example/1", "My code is refused.", true),
            ("Cliquez ici pour afficher ce courriel dans votre navigateur", "Mon code est refusé.", true),
            ("Hi", long, true),
            ("I cannot view this message in HTML.", "I cannot view this message in HTML.", false),
            ("My code is refused.", "My code is refused. Ada Roy, Nurse", false),
            (long, long, false),
        ];
        for (plain, rich, expected) in cases {
            assert_eq!(is_stub(plain, rich), expected, "{plain}");
        }
    }
}
