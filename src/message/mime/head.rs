//! The header fields of a message or a part, and where its body begins.

use memchr::{memchr, memmem};

/// Limits of SAFETY, section 3.
const MOST_FIELDS: usize = 1_000;
const MOST_BYTES: usize = 256 * 1024;
const LONGEST: usize = 64 * 1024;
/// How far to look for another field behind a line that is none.
const LOOK_AHEAD: usize = 20;

/// A header field as it stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// Name as written.
    pub name: &'a str,
    /// Value with its folds, without the last line end.
    pub value: &'a [u8],
}

/// Fields and body.
#[derive(Debug, Default)]
pub struct Head<'a> {
    /// Fields, top to bottom.
    pub fields: Vec<Field<'a>>,
    /// Everything behind the first blank line.
    pub body: &'a [u8],
    /// What was broken.
    pub defects: Vec<&'static str>,
}

impl<'a> Head<'a> {
    /// The first field of that name.
    pub fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.all(name).next()
    }

    /// Every field of that name.
    pub fn all<'b>(&'b self, name: &'b str) -> impl Iterator<Item = &'a [u8]> + 'b {
        self.fields.iter().filter(move |f| f.name.eq_ignore_ascii_case(name)).map(|f| f.value)
    }
}

/// Splits fields from the body. A line that is no field is passed over when another field follows it before the blank line; otherwise the
/// body begins with it, as in mail whose blank line got lost.
pub fn split(raw: &[u8]) -> Head<'_> {
    let mut head = Head::default();
    let mut at = 0;
    // Where the value of the field that is being read begins and ends.
    let mut open: Option<(&str, usize, usize)> = None;
    while let Some((line, next)) = line_at(raw, at) {
        if line.is_empty() {
            // A mail that begins with blank lines has its fields below them.
            if head.fields.is_empty() && open.is_none() && line_at(raw, next).is_some_and(|(l, _)| l.is_empty() || field_start(l).is_some())
            {
                at = next;
                continue;
            }
            at = next;
            break;
        }
        if head.fields.len() + usize::from(open.is_some()) >= MOST_FIELDS || at > MOST_BYTES {
            note(&mut head.defects, if at > MOST_BYTES { "headers over 256 KiB were cut" } else { "over 1000 header fields were cut" });
            at = blank_line(raw, at);
            break;
        }
        let folded = line.first().is_some_and(|b| *b == b' ' || *b == b'\t');
        if folded && !ends_here(raw, line, next) {
            if let Some(o) = open.as_mut() {
                o.2 = at + line.len();
            }
        } else if let Some((name, value)) = field_start(line).filter(|_| !folded) {
            close(raw, open.replace((name, at + value, at + line.len())), &mut head);
        } else if at == 0 && (line.starts_with(b"From ") || line.starts_with(b">From ")) {
            // The separator of an mbox.
        } else if field_follows(raw, next) {
            note(&mut head.defects, "a header line without a colon was left out");
        } else {
            note(&mut head.defects, "no blank line between headers and body");
            break;
        }
        at = next;
    }
    close(raw, open, &mut head);
    head.body = raw.get(at..).unwrap_or_default();
    head
}

fn note(defects: &mut Vec<&'static str>, what: &'static str) {
    if !defects.contains(&what) {
        defects.push(what);
    }
}

fn close<'a>(raw: &'a [u8], open: Option<(&'a str, usize, usize)>, head: &mut Head<'a>) {
    let Some((name, from, to)) = open else { return };
    let mut value = raw.get(from..to).unwrap_or_default();
    if value.len() > LONGEST {
        value = value.get(..LONGEST).unwrap_or_default();
        note(&mut head.defects, "a header field over 64 KiB was cut");
    }
    head.fields.push(Field { name, value: value.trim_ascii() });
}

/// The line at `at` without its end, and where the next one begins; `None` at the end of the bytes.
pub fn line_at(raw: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let rest = raw.get(at..).filter(|r| !r.is_empty())?;
    let length = memchr(b'\n', rest);
    let mut line = rest.get(..length.unwrap_or(rest.len()))?;
    while let Some(shorter) = line.strip_suffix(b"\r") {
        line = shorter;
    }
    Some((line, at + length.map_or(rest.len(), |l| l + 1)))
}

/// A line of white space only is a fold when the header goes on behind it, else it was meant as the blank line.
fn ends_here(raw: &[u8], line: &[u8], next: usize) -> bool {
    let goes_on = |l: &[u8]| l.is_empty() || l.first().is_some_and(|b| *b == b' ' || *b == b'\t') || field_start(l).is_some();
    line.trim_ascii().is_empty() && line_at(raw, next).is_some_and(|(following, _)| !goes_on(following))
}

/// `Name:`, with the offset of the value. Names are printable ASCII without spaces; a space before the colon is a common slip.
fn field_start(line: &[u8]) -> Option<(&str, usize)> {
    let colon = memchr(b':', line.get(..line.len().min(80)).unwrap_or_default())?;
    let name = line.get(..colon)?.trim_ascii_end();
    let fits = !name.is_empty() && name.iter().all(|b| (33..=126).contains(b));
    fits.then(|| std::str::from_utf8(name).ok().map(|n| (n, colon + 1))).flatten()
}

fn field_follows(raw: &[u8], from: usize) -> bool {
    let mut at = from;
    for _ in 0..LOOK_AHEAD {
        match line_at(raw, at) {
            Some((line, next)) if !line.is_empty() => {
                if field_start(line).is_some_and(|(name, _)| is_usual(name)) {
                    return true;
                }
                at = next;
            }
            _ => return false,
        }
    }
    false
}

/// Names that stand in the head of a mail, not in a sentence of its body.
fn is_usual(name: &str) -> bool {
    const USUAL: [&str; 18] = [
        "from",
        "to",
        "cc",
        "bcc",
        "subject",
        "date",
        "sender",
        "reply-to",
        "return-path",
        "received",
        "message-id",
        "mime-version",
        "in-reply-to",
        "references",
        "importance",
        "precedence",
        "organization",
        "status",
    ];
    let starts = |prefix: &str| name.get(..prefix.len()).is_some_and(|p| p.eq_ignore_ascii_case(prefix));
    USUAL.iter().any(|u| name.eq_ignore_ascii_case(u)) || starts("x-") || starts("content-") || starts("list-") || starts("dkim-")
}

fn blank_line(raw: &[u8], from: usize) -> usize {
    let rest = raw.get(from..).unwrap_or_default();
    let lf = memmem::find(rest, b"\n\n").map(|at| at + 2);
    let crlf = memmem::find(rest, b"\n\r\n").map(|at| at + 3);
    from + lf.into_iter().chain(crlf).min().unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_however_the_head_is_broken() {
        let cases: [(&str, &[u8], &[&str], &str); 12] = [
            ("plain", b"From: a\nTo: b\n\nbody", &["From", "To"], "body"),
            ("CRLF", b"From: a\r\nTo: b\r\n\r\nbody", &["From", "To"], "body"),
            ("a doubled CR", b"From: a\r\r\nTo: b\r\r\n\r\r\nbody", &["From", "To"], "body"),
            ("folded", b"Subject: a\n b\nTo: c\n\nbody", &["Subject", "To"], "body"),
            ("mbox", b"From a@b Mon Nov  2\nFrom: a\n\nbody", &["From"], "body"),
            ("blank lines first", b"\n\nFrom: a\n\nbody", &["From"], "body"),
            ("space before the colon", b"Subject : x\n\nbody", &["Subject"], "body"),
            ("a line without colon", b"From: a\nnonsense here\nSubject: x\n\nbody", &["From", "Subject"], "body"),
            ("the blank line got lost", b"From: a\nHello there\nNote: bring it\n", &["From"], "Hello there\nNote: bring it\n"),
            ("a fold of white space", b"Subject: a\n \n b\nTo: c\n\nbody", &["Subject", "To"], "body"),
            ("white space for the blank line", b"Subject: a\n  \nHello there\n", &["Subject"], "Hello there\n"),
            ("no body", b"Subject: a", &["Subject"], ""),
        ];
        for (says, raw, names, body) in cases {
            let head = split(raw);
            assert_eq!(head.fields.iter().map(|f| f.name).collect::<Vec<_>>(), names, "{says}");
            assert_eq!(String::from_utf8_lossy(head.body).trim_start(), body, "{says}");
        }
    }

    #[test]
    fn an_endless_head_is_cut_and_its_body_still_found() {
        let raw = format!("{}\nbody", "X-A: b\n".repeat(60_000));
        let head = split(raw.as_bytes());
        assert!(head.fields.len() <= MOST_FIELDS && !head.defects.is_empty());
        assert_eq!(head.body, b"body");
    }
}
