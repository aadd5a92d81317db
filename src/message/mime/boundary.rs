//! Where the parts of a multipart begin and end (RFC 2046 section 5.1).

use memchr::memmem;

use super::head::line_at;

/// One more than is opened, so that too many are noticed.
const MOST_BODIES: usize = 501;

/// The parts between boundary lines.
#[derive(Debug, PartialEq, Eq)]
pub struct Split<'a> {
    /// Bytes of each part, head and body, without the line end before the next boundary.
    pub bodies: Vec<&'a [u8]>,
    /// The closing boundary was there.
    pub closed: bool,
}

/// Splits at lines of `--boundary`; a longer boundary that begins with this one is another. `None`: there is no such line.
/// Parts behind the closing line are taken too, as some gateways add theirs there.
pub fn split<'a>(body: &'a [u8], boundary: Option<&str>) -> Option<Split<'a>> {
    let boundary = boundary?.trim_end();
    if boundary.is_empty() {
        return None;
    }
    let marker = [b"--", boundary.as_bytes()].concat();
    let mut found = Split { bodies: Vec::new(), closed: false };
    let mut open: Option<usize> = None;
    let mut seen = false;
    for at in memmem::find_iter(body, &marker) {
        let starts_line = at == 0 || matches!(body.get(at - 1), Some(b'\n' | b'\r'));
        // Asked first: finding the end of an endless line at each of its hyphens would never end.
        if !starts_line {
            continue;
        }
        let Some((line, next)) = line_at(body, at) else { continue };
        let tail = line.get(marker.len()..).unwrap_or_default().trim_ascii();
        let closes = tail.starts_with(b"--");
        if !(tail.is_empty() || closes) {
            continue;
        }
        seen = true;
        if let Some(from) = open.take() {
            found.bodies.push(without_last_end(body.get(from..at).unwrap_or_default()));
        }
        found.closed = closes;
        if found.bodies.len() >= MOST_BODIES {
            return Some(found);
        }
        open = (!closes).then_some(next);
    }
    if let Some(from) = open {
        found.bodies.push(body.get(from..).unwrap_or_default());
    }
    seen.then_some(found).filter(|f| !f.bodies.is_empty())
}

fn without_last_end(part: &[u8]) -> &[u8] {
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}

/// The boundary that the body shows when the declared one is missing or wrong: a line of two hyphens and more, above a `Content-` field.
pub fn derived_boundary(body: &[u8], most_lines: usize) -> Option<String> {
    let mut at = 0;
    for _ in 0..most_lines.min(10_000) {
        let (line, next) = line_at(body, at)?;
        if line.starts_with(b"--")
            && line.len() > 4
            && line_at(body, next).is_some_and(|(l, _)| l.get(..8).is_some_and(|p| p.eq_ignore_ascii_case(b"content-")))
        {
            let found = String::from_utf8_lossy(line.get(2..)?).trim().to_owned();
            return (!found.is_empty() && found.len() <= 200).then_some(found);
        }
        at = next;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(body: &str, boundary: &str) -> Option<Vec<String>> {
        split(body.as_bytes(), Some(boundary)).map(|s| s.bodies.iter().map(|b| String::from_utf8_lossy(b).into_owned()).collect())
    }

    #[test]
    fn parts_are_found_between_boundaries() {
        let cases: [(&str, &str, &str, Option<&[&str]>); 8] = [
            ("plain", "x\n--b\none\n--b\ntwo\n--b--\nepilogue", "b", Some(&["one", "two"])),
            ("CRLF", "--b\r\none\r\n--b--\r\n", "b", Some(&["one"])),
            ("not closed", "--b\none\n--b\ntwo\n", "b", Some(&["one", "two\n"])),
            ("a longer boundary", "--b\none\n--bb\nstill\n--b--", "b", Some(&["one\n--bb\nstill"])),
            ("spaces behind", "--b  \none\n--b--  \n", "b", Some(&["one"])),
            ("behind the end", "--b\none\n--b--\n--b\ntwo\n--b--\n", "b", Some(&["one", "two"])),
            ("none", "one\ntwo", "b", None),
            ("empty", "--\none", "", None),
        ];
        for (says, body, boundary, expected) in cases {
            assert_eq!(parts(body, boundary), expected.map(|e| e.iter().map(|s| (*s).to_owned()).collect()), "{says}");
        }
    }

    #[test]
    fn a_wrong_boundary_is_read_from_the_body() {
        assert_eq!(derived_boundary(b"pre\n--xyz1\nContent-Type: text/plain\n\nhi\n--xyz1--", 100).as_deref(), Some("xyz1"));
        assert_eq!(derived_boundary(b"hello\n-- \nAda", 100), None);
    }
}
