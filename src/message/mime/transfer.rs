//! Transfer encodings (RFC 2045 section 6) and uuencode, decoded as far as they can be.

use std::borrow::Cow;

use memchr::memmem;

use super::head::line_at;

/// How bytes were made fit for transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transfer {
    /// 7bit, 8bit, binary.
    Identity,
    /// Quoted-printable.
    Quoted,
    /// Base64.
    Base64,
    /// Unix-to-Unix.
    Uuencode,
}

impl Transfer {
    /// By the value of Content-Transfer-Encoding; case, punctuation and comments do not matter. Unknown ones are identity.
    pub fn named(value: &[u8]) -> Self {
        let word = value.split(|b| matches!(b, b';' | b'(')).next().unwrap_or_default();
        let squeezed: String =
            word.iter().filter(|b| b.is_ascii_alphanumeric()).map(|b| char::from(b.to_ascii_lowercase())).take(20).collect();
        match squeezed.as_str() {
            "quotedprintable" | "qp" => Self::Quoted,
            "base64" => Self::Base64,
            "uuencode" | "xuuencode" | "xuue" | "uue" | "xuu" => Self::Uuencode,
            _ => Self::Identity,
        }
    }

    /// Decodes; the second part says what was broken.
    pub fn decode(self, bytes: &[u8]) -> (Cow<'_, [u8]>, Option<&'static str>) {
        match self {
            Self::Identity => (bytes.into(), None),
            Self::Quoted => (quoted_printable(bytes).into(), None),
            Self::Base64 => base64(bytes),
            Self::Uuencode => match uuencoded(bytes) {
                Some(file) => (file.bytes.into(), None),
                None => (bytes.into(), Some("no uuencoded text where it was declared")),
            },
        }
    }

    /// How many bytes decoding gives, without decoding.
    pub fn size(self, bytes: &[u8]) -> usize {
        match self {
            Self::Base64 => bytes.iter().filter(|b| is_base64(**b)).count() * 3 / 4,
            Self::Quoted => quoted_printable(bytes).len(),
            _ => bytes.len(),
        }
    }
}

/// The value of two hexadecimal digits.
pub fn hex(high: Option<u8>, low: Option<u8>) -> Option<u8> {
    let digit = |b: Option<u8>| char::from(b?).to_digit(16).and_then(|d| u8::try_from(d).ok());
    Some(digit(high)? << 4 | digit(low)?)
}

/// Escapes that are none stay as they are; a soft break may have white space behind it, or be cut off.
fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = memchr::memchr(b'=', rest) {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        out.extend_from_slice(before);
        let tail = from.get(1..).unwrap_or_default();
        if let Some(byte) = hex(tail.first().copied(), tail.get(1).copied()) {
            out.push(byte);
            rest = tail.get(2..).unwrap_or_default();
            continue;
        }
        // Bounded: white space before a line end is short, and a storm of it is no soft break.
        let blank = tail.iter().take(80).take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
        rest = match tail.get(blank) {
            Some(b'\n') => tail.get(blank + 1..).unwrap_or_default(),
            None => &[],
            Some(_) if blank > 0 && tail.get(blank - 1) == Some(&b'\r') => tail.get(blank..).unwrap_or_default(),
            Some(_) => {
                out.push(b'=');
                tail
            }
        };
    }
    out.extend_from_slice(rest);
    out
}

/// Whether text that claims to need no decoding is quoted-printable all the same: several escapes, and nothing else behind any `=`.
pub fn is_secretly_quoted(bytes: &[u8]) -> bool {
    let (mut letters, mut breaks) = (0, 0);
    for at in memchr::memchr_iter(b'=', bytes).take(200) {
        match (bytes.get(at + 1), bytes.get(at + 2)) {
            (Some(b'\n'), _) | (Some(b'\r'), Some(b'\n')) => breaks += 1,
            (Some(a), Some(b)) if matches!(a, b'8'..=b'9' | b'A'..=b'F') && b.is_ascii_hexdigit() => letters += 1,
            (Some(b'2' | b'3'), Some(b'0' | b'D')) => {}
            _ => return false,
        }
    }
    letters >= 3 || letters + breaks >= 3
}

/// Whether a byte is a letter of the base64 alphabet.
pub fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

fn value(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

/// Decodes letters of the alphabet; `=` ends a group, everything else is passed over.
pub fn base64_letters(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() / 4 * 3 + 3);
    let (mut bits, mut held) = (0_u32, 0);
    for b in bytes {
        match value(*b) {
            Some(v) => {
                bits = bits << 6 | v;
                held += 6;
                if held == 24 {
                    out.extend_from_slice(bits.to_be_bytes().get(1..).unwrap_or_default());
                    (bits, held) = (0, 0);
                }
            }
            None if *b == b'=' => {
                flush(&mut out, bits, held);
                (bits, held) = (0, 0);
            }
            None => {}
        }
    }
    flush(&mut out, bits, held);
    out
}

fn flush(out: &mut Vec<u8>, bits: u32, held: u32) {
    let whole = held / 8;
    let aligned = bits << (24 - held.min(24));
    let bytes = aligned.to_be_bytes();
    out.extend(bytes.iter().skip(1).take(usize::try_from(whole).unwrap_or(0)));
}

fn base64(bytes: &[u8]) -> (Cow<'_, [u8]>, Option<&'static str>) {
    let clean = bytes.iter().all(|b| is_base64(*b) || matches!(b, b'=' | b'\r' | b'\n'));
    if clean {
        let letters = bytes.iter().filter(|b| is_base64(**b)).count();
        let closed = letters.is_multiple_of(4) || memchr::memchr(b'=', bytes).is_some();
        return (base64_letters(bytes).into(), (!closed).then_some("base64 was cut off"));
    }
    let (mut kept, mut plain, mut at) = (Vec::with_capacity(bytes.len()), 0, 0);
    while let Some((line, next)) = line_at(bytes, at) {
        let line_in = line.trim_ascii();
        // A list appends its footer below a blank line; what stands there is no base64, even where a line of it could be.
        if line_in.is_empty() && !kept.is_empty() && is_text_below(bytes, next) {
            plain += 1;
            break;
        }
        let spaces = line_in.iter().filter(|b| b.is_ascii_whitespace()).count();
        let junk = line_in.iter().filter(|b| !is_base64(**b) && !matches!(b, b'=' | b' ' | b'\t')).count();
        if spaces * 8 > line_in.len() || junk * 2 > line_in.len() || !line_in.is_ascii() {
            plain += line_in.len();
        } else {
            kept.extend_from_slice(line_in);
        }
        at = next;
    }
    if plain > kept.len() {
        return (bytes.into(), Some("declared base64, but it is plain text"));
    }
    (base64_letters(&kept).into(), Some("base64 with other text in it"))
}

/// Whether the next line that is not blank holds what base64 never does.
fn is_text_below(bytes: &[u8], mut at: usize) -> bool {
    for _ in 0..5 {
        match line_at(bytes, at).map(|(line, next)| (line.trim_ascii(), next)) {
            Some(([], next)) => at = next,
            Some((line, _)) => return line.iter().any(|b| !is_base64(*b) && *b != b'='),
            None => return false,
        }
    }
    false
}

/// A file inside text, by uuencode.
#[derive(Debug, PartialEq, Eq)]
pub struct Uuencoded {
    /// The name in the `begin` line.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Where it stands in the text, from the `begin` to behind the `end` line.
    pub span: (usize, usize),
}

/// The first uuencoded file in `text`; only a `begin` line whose next line has the length it promises counts.
pub fn uuencoded(text: &[u8]) -> Option<Uuencoded> {
    let mut from = 0;
    for _ in 0..50 {
        let at = from + memmem::find(text.get(from..)?, b"begin ")?;
        let starts_line = at == 0 || text.get(at - 1) == Some(&b'\n');
        match starts_line.then(|| file_at(text, at)).flatten() {
            Some(file) => return Some(file),
            None => from = at + 6,
        }
    }
    None
}

fn file_at(text: &[u8], at: usize) -> Option<Uuencoded> {
    let (line, mut next) = line_at(text, at)?;
    let mut words = line.splitn(3, |b| *b == b' ').skip(1);
    let mode = words.next()?;
    if !(3..=4).contains(&mode.len()) || !mode.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let name = String::from_utf8_lossy(words.next()?).trim().to_owned();
    let (mut bytes, mut lines) = (Vec::new(), 0);
    while let Some((line, behind)) = line_at(text, next) {
        if line == b"end" {
            return (lines > 0).then_some(Uuencoded { name, bytes, span: (at, behind) });
        }
        let Some(decoded) = uu_line(line) else { break };
        bytes.extend(decoded);
        lines += 1;
        next = behind;
    }
    // No end line: cut off, but plainly a file when it filled several lines.
    (lines > 2).then_some(Uuencoded { name, bytes, span: (at, next) })
}

fn uu_line(line: &[u8]) -> Option<Vec<u8>> {
    let digit = |b: u8| (32..=96).contains(&b).then(|| u32::from((b - 32) & 63));
    let Some((first, rest)) = line.split_first() else { return Some(Vec::new()) };
    let length = usize::try_from(digit(*first)?).ok()?;
    if rest.len() + 4 < length.div_ceil(3) * 4 || rest.len() > 100 {
        return None;
    }
    let mut out = Vec::with_capacity(length + 2);
    for group in rest.chunks(4) {
        let mut bits = 0;
        for at in 0..4 {
            bits = bits << 6 | digit(group.get(at).copied().unwrap_or(b' '))?;
        }
        out.extend_from_slice(bits.to_be_bytes().get(1..)?);
    }
    out.truncate(length);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_decoded_as_far_as_they_can_be() {
        type Case<'a> = (&'a str, &'a [u8], &'a [u8], &'a [u8]);
        let cases: [Case<'_>; 15] = [
            ("quoted", b"quoted-printable", b"d=C3=A9j=c3=a0", "déjà".as_bytes()),
            ("soft break", b"Quoted-Printable", b"a=\r\nb=\nc", b"abc"),
            ("soft break with spaces", b"quoted-printable", b"a=  \r\nb", b"ab"),
            ("soft break with two CR", b"quoted-printable", b"a=\r\r\nb", b"ab"),
            ("cut at the end", b"quoted-printable", b"a=", b"a"),
            ("no escape", b"quoted-printable", b"a=b, 1=2 =XY", b"a=b, 1=2 =XY"),
            ("name with a space", b"quoted printable", b"=41", b"A"),
            ("base64", b"BASE64", b"YWJj\r\nZA==", b"abcd"),
            ("no padding", b"base64", b"YWJjZA", b"abcd"),
            ("two encodings in a row", b"base64", b"YQ==\nYg==", b"ab"),
            ("junk", b"base64", b"YW!Jj*ZA==", b"abcd"),
            ("a list's footer", b"base64", b"YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo=\n______\na list of us\n", b"abcdefghijklmnopqrstuvwxyz"),
            ("plain text after all", b"base64", b"Hello there, this is no base64 at all.", b"Hello there, this is no base64 at all."),
            ("uuencode", b"x-uuencode", b"begin 644 a.txt\n#0V%T\n`\nend\n", b"Cat"),
            ("unknown", b"x-what", b"=41", b"=41"),
        ];
        for (says, name, raw, expected) in cases {
            assert_eq!(Transfer::named(name).decode(raw).0.as_ref(), expected, "{says}");
        }
    }

    #[test]
    fn quoted_text_is_known_without_being_declared() {
        assert!(is_secretly_quoted(b"d=C3=A9j=C3=A0 vu"));
        assert!(!is_secretly_quoted(b"a=b and x=20"));
        assert!(!is_secretly_quoted(b"no sign of it"));
    }

    #[test]
    fn a_sentence_that_begins_with_begin_is_no_file() {
        assert_eq!(uuencoded(b"begin 644 things at once\nplease, all of them\n"), None);
        assert_eq!(uuencoded(b"x\nbegin 644 cat.txt\n#0V%T\n`\nend\ny").map(|f| (f.name, f.span)), Some(("cat.txt".into(), (2, 32))));
    }
}
