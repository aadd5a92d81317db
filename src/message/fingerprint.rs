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
    hex(&hash.finalize())
}

/// A hash of Message-ID, Date, From and Subject and of the whole size: finds a message again whose mailbox was renumbered, by its
/// header alone. Two messages may share one, so it is never proof. Empty where there is nothing to tell messages apart by.
pub fn of_head(raw: &[u8], size: u64) -> String {
    let mut fields: Vec<Vec<u8>> = NAMED.iter().filter_map(|name| field(raw, name)).collect();
    if fields.len() < 2 {
        return String::new();
    }
    fields.sort();
    let mut hash = Sha256::new();
    for field in fields {
        hash.update(&field);
        hash.update(b"\n");
    }
    hash.update(size.to_le_bytes());
    hex(&hash.finalize())
}

/// The fields of [`of_head`].
const NAMED: [&str; 4] = ["message-id:", "date:", "from:", "subject:"];

/// The Message-ID without angle brackets; a hint, never proof.
pub fn message_id(raw: &[u8]) -> Option<String> {
    let field = field(raw, "message-id:")?;
    let text = String::from_utf8_lossy(field.get("message-id:".len()..)?).into_owned();
    let id: String = text.trim().trim_matches(['<', '>']).chars().filter(|c| !c.is_control()).take(LONGEST_ID).collect();
    (!id.is_empty()).then_some(id)
}

/// Characters of a Message-ID that are kept.
const LONGEST_ID: usize = 400;

/// A hash of everything in a draft that a person may have changed: recipients, subject and text.
pub fn of_draft(raw: &[u8]) -> String {
    let mut hash = Sha256::new();
    for name in ["to:", "cc:", "bcc:", "subject:"] {
        hash.update(field(raw, name).unwrap_or_default());
        hash.update(b"\n");
    }
    let (_, body) = split(raw);
    for line in body.split(|b| *b == b'\n') {
        hash.update(line.trim_ascii_end());
        hash.update(b"\n");
    }
    hex(&hash.finalize())
}

/// The first header field of this name, unfolded, its name in small letters and its white space made plain.
fn field(raw: &[u8], name: &str) -> Option<Vec<u8>> {
    let (head, _) = split(raw);
    let mut lines = head.split(|b| *b == b'\n').skip_while(|line| !starts_with(line, name));
    let mut field = name.as_bytes().to_vec();
    let first = lines.next()?.get(name.len()..)?;
    let folded = lines.take_while(|line| line.first().is_some_and(|b| *b == b' ' || *b == b'\t'));
    for word in std::iter::once(first).chain(folded).flat_map(|line| line.split(u8::is_ascii_whitespace)).filter(|w| !w.is_empty()) {
        field.push(b' ');
        field.extend_from_slice(word);
    }
    Some(field)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
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

    #[test]
    fn a_head_is_known_again_whatever_the_server_folds_or_leaves_out() {
        let whole =
            b"Received: x\r\nFrom: Ada <ada@uni.example>\r\nSubject: my\r\n code\r\nMessage-ID: <1@uni>\r\nDate: today\r\n\r\nbody\r\n";
        let fields = b"message-id: <1@uni>\r\nSubject: my code\r\nFrom: Ada <ada@uni.example>\r\nDate: today\r\n\r\n";
        assert_eq!(of_head(whole, 7), of_head(fields, 7));
        assert_ne!(of_head(whole, 7), of_head(whole, 8), "another size");
        assert_eq!(of_head(b"Subject: x\n\n", 7), "", "nothing to tell it by");
        assert_eq!(message_id(whole).as_deref(), Some("1@uni"));
    }

    #[test]
    fn a_draft_that_only_the_server_touched_is_the_draft() {
        let saved = b"To: ada@uni.example\r\nSubject: Re: x\r\n\r\nHello\r\n";
        let stands = b"X-Keywords: \r\nTo: ada@uni.example\nSubject: Re: x\n\nHello\n";
        assert_eq!(of_draft(saved), of_draft(stands));
        for changed in
            [&b"To: ada@uni.example\nSubject: Re: x\n\nHello Ada\n"[..], b"To: ada@uni.example\nCc: b@c.example\nSubject: Re: x\n\nHello\n"]
        {
            assert_ne!(of_draft(saved), of_draft(changed));
        }
    }
}
