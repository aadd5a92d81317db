//! What makes two copies one message, whatever road they came by. A Message-ID is a hint, never proof: some programs reuse theirs.

use sha2::{Digest, Sha256};

/// A hash of From, Date, Subject and body, as 64 hexadecimal digits. Trace headers (RFC 5321 section 4.4) differ between copies
/// and do not count; nor do line ends.
pub fn of(raw: &[u8]) -> String {
    let mut hash = Sha256::new();
    let (head, body) = split(raw);
    let mut counts = false;
    for line in head.split(|b| *b == b'\n') {
        let folded = line.first().is_some_and(|b| *b == b' ' || *b == b'\t');
        if !folded {
            counts = ["from:", "date:", "subject:"].iter().any(|name| starts_with(line, name));
        }
        if counts {
            hash.update(line.strip_suffix(b"\r").unwrap_or(line));
            hash.update(b"\n");
        }
    }
    for line in body.split(|b| *b == b'\n') {
        hash.update(line.strip_suffix(b"\r").unwrap_or(line));
        hash.update(b"\n");
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn starts_with(line: &[u8], name: &str) -> bool {
    line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()))
}

fn split(raw: &[u8]) -> (&[u8], &[u8]) {
    let lf = raw.windows(2).position(|w| w == b"\n\n").map(|at| (at, at + 2));
    let crlf = raw.windows(4).position(|w| w == b"\r\n\r\n").map(|at| (at, at + 4));
    let border = match (lf, crlf) {
        (Some(a), Some(b)) => Some(if a.0 < b.0 { a } else { b }),
        (a, b) => a.or(b),
    };
    let (end, start) = border.unwrap_or((raw.len(), raw.len()));
    (raw.get(..end).unwrap_or_default(), raw.get(start..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_by_other_roads_are_one_message() {
        let one = of(b"Received: from a\nFrom: ada@uni.example\nSubject: x\n y\nMessage-ID: <1>\n\nbody\n");
        let other = of(b"Received: from b\r\nFrom: ada@uni.example\r\nSubject: x\r\n y\r\nMessage-ID: <2>\r\n\r\nbody\r\n");
        assert_eq!(one, other);
    }

    #[test]
    fn other_words_under_the_same_id_are_another_message() {
        assert_ne!(of(b"From: a\nMessage-ID: <1>\n\nbody\n"), of(b"From: a\nMessage-ID: <1>\n\nother\n"));
    }
}
