//! How names and numbers are written in IMAP: quoted strings, modified UTF-7, sets of UIDs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// A quoted string (RFC 3501 section 4.3). `None`: it holds what cannot be quoted (CR, LF, NUL, or anything but ASCII).
pub(super) fn quoted(text: &str) -> Option<String> {
    let plain = text.bytes().all(|b| b.is_ascii() && !matches!(b, b'\r' | b'\n' | 0));
    plain.then(|| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// A folder name as the server wants it: modified UTF-7 (RFC 3501 section 5.1.3), quoted. `None`: it holds line breaks.
pub(super) fn folder(name: &str) -> Option<String> {
    quoted(&utf7(name))
}

/// Modified UTF-7: ASCII as it is, `&` as `&-`, the rest as UTF-16 in a base64 with `,` for `/`.
pub(in crate::channels) fn utf7(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut wide: Vec<u8> = Vec::new();
    let flush = |wide: &mut Vec<u8>, out: &mut String| {
        if !wide.is_empty() {
            out.push('&');
            out.push_str(&STANDARD_NO_PAD.encode(&wide).replace('/', ","));
            out.push('-');
            wide.clear();
        }
    };
    for c in name.chars() {
        // Line breaks stay as they are, so that quoting refuses them.
        if c.is_ascii_graphic() || matches!(c, ' ' | '\r' | '\n' | '\0') {
            flush(&mut wide, &mut out);
            out.push(c);
            if c == '&' {
                out.push('-');
            }
        } else {
            let mut units = [0; 2];
            wide.extend(c.encode_utf16(&mut units).iter().flat_map(|u| u.to_be_bytes()));
        }
    }
    flush(&mut wide, &mut out);
    out
}

/// A set of UIDs with its runs drawn together: `1:5,7`. The numbers are sorted first.
pub(super) fn set(uids: &[u32]) -> String {
    let mut sorted = uids.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for uid in sorted {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(uid) => *last = uid,
            _ => runs.push((uid, uid)),
        }
    }
    let written = runs.iter().map(|(a, b)| if a == b { a.to_string() } else { format!("{a}:{b}") });
    written.collect::<Vec<_>>().join(",")
}

/// The word in brackets that begins a status text: `[AUTHENTICATIONFAILED] …`. The free text behind it is never shown:
/// nobody knows what a server quotes there.
pub(super) fn code(text: &str) -> Option<String> {
    let inside = text.trim_start().strip_prefix('[')?;
    let word: String = inside.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').take(41).collect();
    (!word.is_empty() && word.len() <= 40).then(|| word.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_the_server_reads_them() {
        let cases = [
            ("plain", "Drafts", Some("\"Drafts\"")),
            ("a quote and a backslash", "a\"b\\c", Some("\"a\\\"b\\\\c\"")),
            ("an ampersand", "R&D", Some("\"R&-D\"")),
            ("French", "Brouillons envoyés", Some("\"Brouillons envoy&AOk-s\"")),
            ("the RFC's own example", "~peter/mail/台北/日本語", Some("\"~peter/mail/&U,BTFw-/&ZeVnLIqe-\"")),
            ("beyond the first plane", "x😀", Some("\"x&2D3eAA-\"")),
            ("a smuggled command", "Drafts\"\r\nA1 DELETE INBOX", None),
            ("a NUL", "a\0b", None),
        ];
        for (says, name, expected) in cases {
            assert_eq!(folder(name).as_deref(), expected, "{says}");
        }
    }

    #[test]
    fn a_set_of_uids_is_written_short() {
        assert_eq!(set(&[7, 1, 2, 3, 3, 5, u32::MAX]), "1:3,5,7,4294967295");
        assert_eq!(set(&[]), "");
    }

    #[test]
    fn of_a_refusal_only_its_code_is_kept() {
        assert_eq!(code("[AUTHENTICATIONFAILED] wrong password secret").as_deref(), Some("AUTHENTICATIONFAILED"));
        assert_eq!(code("[UIDVALIDITY 12] ok").as_deref(), Some("UIDVALIDITY"));
        assert_eq!(code("invalid command LOGIN me secret"), None);
        assert_eq!(code("[]"), None);
    }
}
