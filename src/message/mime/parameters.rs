//! Values with parameters: Content-Type, Content-Disposition (RFC 2045 section 5.1, RFC 2231).

use super::{charset, encoded, transfer};

const MOST_PARAMETERS: usize = 50;

/// `text/plain; charset=utf-8`, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Structured {
    /// What stands before the first semicolon, lower-case, without comments.
    pub value: String,
    parameters: Vec<(String, String)>,
}

impl Structured {
    /// The decoded parameter of that (lower-case) name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// Reads the value of a field.
pub fn read(raw: &[u8], defects: &mut Vec<String>) -> Structured {
    let text = flat(raw);
    let pieces = split(&text);
    let mut pieces = pieces.iter().map(|p| p.trim()).filter(|p| !p.is_empty());
    let first = pieces.next().unwrap_or_default();
    // `text/plain charset=utf-8`: the semicolon got lost.
    let (value, rest) = match first.split_once(char::is_whitespace) {
        Some((value, rest)) if !first.starts_with('"') => (value, Some(rest)),
        _ => (first, None),
    };
    let mut raw_parameters: Vec<(String, String)> = Vec::new();
    for piece in rest.into_iter().chain(pieces).take(MOST_PARAMETERS) {
        if let Some((name, value)) = piece.split_once('=') {
            raw_parameters.push((name.trim().to_ascii_lowercase(), unquoted(value.trim())));
        }
    }
    Structured { value: value.trim_matches('"').to_ascii_lowercase(), parameters: joined(raw_parameters, defects) }
}

/// The text without folds and comments; letters beyond ASCII by guess.
fn flat(raw: &[u8]) -> String {
    let unfolded: Vec<u8> = raw.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect();
    let text = charset::decode(&unfolded, None).text.into_owned();
    if !text.contains('(') {
        return text;
    }
    let (mut out, mut depth, mut quoted) = (String::with_capacity(text.len()), 0_usize, false);
    for c in text.chars() {
        match c {
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted && (depth > 0 || out.is_empty() || out.ends_with([' ', ';'])) => {
                depth += 1;
                continue;
            }
            ')' if depth > 0 => {
                depth -= 1;
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            out.push(c);
        }
    }
    if depth > 0 { text } else { out }
}

/// At semicolons outside quotes; a quote that nobody closes is none.
fn split(text: &str) -> Vec<&str> {
    let (mut pieces, mut from, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    let last_quote = text.rfind('"').unwrap_or(0);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if quoted || at < last_quote => quoted = !quoted,
            ';' if !quoted => {
                pieces.push(text.get(from..at).unwrap_or_default());
                from = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(text.get(from..).unwrap_or_default());
    pieces
}

fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"') else { return value.trim_matches('\'').to_owned() };
    let (mut out, mut escaped) = (String::with_capacity(inner.len()), false);
    for c in inner.chars() {
        match c {
            _ if escaped => {
                // A Windows path has back-slashes that escape nothing.
                if c != '"' && c != '\\' {
                    out.push('\\');
                }
                out.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => break,
            _ => out.push(c),
        }
    }
    out
}

/// Continuations (`name*0*=`) put together, escapes and encoded words decoded. The first of two equal names counts.
fn joined(raw: Vec<(String, String)>, defects: &mut Vec<String>) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::with_capacity(raw.len());
    for (name, _) in &raw {
        let base = name.split('*').next().unwrap_or(name);
        if base != name && !out.iter().any(|(n, _)| n == base) {
            out.push((base.to_owned(), extended(base, &raw, defects)));
        }
    }
    for (name, value) in raw {
        if !name.contains('*') && !out.iter().any(|(n, _)| *n == name) {
            let value = if value.contains("=?") { encoded::decode(value.as_bytes(), None, defects) } else { value };
            out.push((name, value));
        }
    }
    out
}

fn extended(base: &str, raw: &[(String, String)], defects: &mut Vec<String>) -> String {
    let mut segments: Vec<(usize, bool, &str)> = raw
        .iter()
        .filter_map(|(name, value)| {
            let rest = name.strip_prefix(base)?.strip_prefix('*')?;
            let number = rest.trim_end_matches('*');
            let at = if number.is_empty() { 0 } else { number.parse().ok()? };
            Some((at, rest.is_empty() || rest.ends_with('*'), value.as_str()))
        })
        .collect();
    segments.sort_by_key(|s| s.0);
    let mut label = None;
    let mut bytes = Vec::new();
    for (at, escaped, value) in segments {
        let mut value = value;
        if at == 0 && escaped && value.matches('\'').count() >= 2 {
            let mut parts = value.splitn(3, '\'');
            label = parts.next().filter(|l| !l.is_empty()).map(str::to_owned);
            value = parts.nth(1).unwrap_or_default();
        }
        if escaped { percent_decoded(value.as_bytes(), &mut bytes) } else { bytes.extend_from_slice(value.as_bytes()) }
    }
    let decoded = charset::decode(&bytes, label.as_deref());
    if let Some(doubt) = decoded.doubt {
        encoded::note(defects, format!("a parameter was {doubt}"));
    }
    decoded.text.into_owned()
}

fn percent_decoded(value: &[u8], out: &mut Vec<u8>) {
    let mut at = 0;
    while let Some(b) = value.get(at) {
        let escape = (*b == b'%').then(|| transfer::hex(value.get(at + 1).copied(), value.get(at + 2).copied())).flatten();
        out.push(escape.unwrap_or(*b));
        at += if escape.is_some() { 3 } else { 1 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_however_they_are_written() {
        type Case<'a> = (&'a str, &'a [u8], &'a str, &'a str, Option<&'a str>);
        let cases: [Case<'_>; 14] = [
            ("plain", b"text/plain; charset=utf-8", "text/plain", "charset", Some("utf-8")),
            ("case and quotes", b"Text/HTML; CharSet=\"UTF-8\"", "text/html", "charset", Some("UTF-8")),
            ("no semicolon", b"text/plain charset=utf-8", "text/plain", "charset", Some("utf-8")),
            ("folded", b"multipart/mixed;\r\n\tboundary=\"a b\"", "multipart/mixed", "boundary", Some("a b")),
            ("semicolon in quotes", b"a/b; name=\"x;y\"; z=1", "a/b", "name", Some("x;y")),
            ("a quote left open", b"a/b; name=\"x.pdf", "a/b", "name", Some("x.pdf")),
            ("spaces without quotes", b"a/b; name=my file.pdf; x=1", "a/b", "name", Some("my file.pdf")),
            ("comment", b"text/plain (my comment); charset=utf-8 (x)", "text/plain", "charset", Some("utf-8")),
            ("RFC 2231", b"a/b; name*=iso-8859-1'fr'r%E9sum%E9.pdf", "a/b", "name", Some("résumé.pdf")),
            ("RFC 2231 in pieces", b"a/b; name*0*=utf-8''r%C3; name*1*=%A9s; name*2=um.pdf", "a/b", "name", Some("résum.pdf")),
            ("encoded word in quotes", b"a/b; name=\"=?utf-8?Q?r=C3=A9sum=C3=A9.pdf?=\"", "a/b", "name", Some("résumé.pdf")),
            ("raw letters", b"a/b; name=\"r\xe9sum\xe9.pdf\"", "a/b", "name", Some("résumé.pdf")),
            ("a path", b"a/b; name=\"C:\\dir\\x.pdf\"", "a/b", "name", Some("C:\\dir\\x.pdf")),
            ("nothing", b"", "", "charset", None),
        ];
        for (says, raw, value, name, expected) in cases {
            let read = read(raw, &mut Vec::new());
            assert_eq!((read.value.as_str(), read.get(name)), (value, expected), "{says}");
        }
    }
}
