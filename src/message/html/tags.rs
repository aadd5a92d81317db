//! The text between tags: good enough to compare words and for documents that are no mail any more, far quicker than a document tree.

use std::sync::LazyLock;

use memchr::memmem;

use crate::message::pattern::{Pattern, pattern};

/// Elements whose text no reader sees.
const SILENT: [&str; 7] = ["style", "script", "title", "template", "noscript", "iframe", "head"];

/// What stands between the tags in the first `most` bytes, with `gap` for each tag and the commonest entities decoded. Comments are dropped,
/// and what is for programs only.
pub fn without(html: &str, most: usize, gap: char) -> String {
    let mut rest = html.get(..html.floor_char_boundary(most.min(html.len()))).unwrap_or_default();
    let mut out = String::with_capacity(rest.len() / 2);
    let mut open_head = false;
    while let Some((before, behind)) = rest.split_once('<') {
        entities(before, &mut out);
        if !behind.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            // "3 < 4" begins no tag.
            out.push('<');
            rest = behind;
            continue;
        }
        out.push(gap);
        rest = behind_tag(behind, &mut open_head);
    }
    entities(rest, &mut out);
    out
}

/// What follows the tag, or the whole silent element, that `tag` begins. What is never closed is never shown; but nobody needs to close a
/// head, and it is looked for once.
fn behind_tag<'a>(tag: &'a str, open_head: &mut bool) -> &'a str {
    if let Some(comment) = tag.strip_prefix("!--") {
        return comment.split_once("-->").map_or("", |(_, rest)| rest);
    }
    let rest = tag.split_once('>').map_or("", |(_, rest)| rest);
    let name = tag.get(..tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len())).unwrap_or_default();
    let Some(silent) = SILENT.iter().find(|s| name.eq_ignore_ascii_case(s)) else { return rest };
    let is_head = *silent == "head";
    if is_head && *open_head {
        return rest;
    }
    let behind = closed(rest, silent);
    *open_head = is_head && behind.is_none();
    behind.unwrap_or(if is_head { rest } else { "" })
}

/// What follows `</name …>`, in any letter case.
fn closed<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let found = memmem::find_iter(text.as_bytes(), b"</").find(|at| {
        let tag = text.get(at + 2..at + 2 + name.len());
        tag.is_some_and(|tag| tag.eq_ignore_ascii_case(name))
    })?;
    text.get(found..)?.split_once('>').map(|(_, behind)| behind)
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

/// Whether a document may hold hidden text, at a glance.
pub fn may_hide(html: &str) -> bool {
    HIDES.is_match(html)
}

/// Any of the ways to hide text, in a style, a rule or an attribute.
static HIDES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)display\s*:\s*none|visibility\s*:\s*(hidden|collapse)|mso-hide|opacity\s*:\s*0?\.?0|font(-size)?\s*:\s*(0|\.\d|1p[xt])|color\s*[:=]\s*[\x22']?(white|#?f[ef]f|#?f[a-f]f|rgb\(2|rgba|transparent|",
        r"snow|ivory|ghost)|background|bgcolor|-\d{3,}(\.\d+)?(px|pt|em|%|rem)?|clip|overflow|scale\(0|<[^>]+\shidden\b|<template|<dialog"
    ))
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_reader_sees_is_left() {
        let cases = [
            ("styles", "<style>p{}</style><p>d&eacute;j&agrave; <b>vu</b></p>", "déjà vu"),
            ("capitals", "<STYLE>p{}</STYLE ><SCRIPT>a<b</SCRIPT><P>seen</P>", "seen"),
            ("comments", "one<!-- <p>two</p> -->three", "one three"),
            ("the head", "<html><head><title>a</title><meta x=1>b</head><body>seen", "seen"),
            ("a head that nobody closed", "<head><title>a</title><body>seen", "seen"),
            ("a header is no head", "<header>seen</header>", "seen"),
            ("a template", "a<template><p>hidden</p></template>b", "a b"),
            ("a comparison", "3 < 4", "3 < 4"),
            ("never closed", "seen<script>hidden", "seen"),
        ];
        for (says, html, expected) in cases {
            assert_eq!(without(html, 10_000, ' ').split_whitespace().collect::<Vec<_>>().join(" "), expected, "{says}");
        }
    }
}
