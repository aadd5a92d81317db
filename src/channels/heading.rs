//! The few header fields by which a message is known again.

use crate::message::mime::head;

/// What is asked of a message that need not be fetched whole.
pub(super) const FIELDS: [&str; 7] = ["Message-ID", "Date", "From", "To", "Subject", "In-Reply-To", "References"];

/// Those fields of a message, in its own order and with their folds; servers send what they like beside them.
pub(super) fn fields(mail: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for field in head::split(mail).fields {
        if FIELDS.iter().any(|name| name.eq_ignore_ascii_case(field.name)) {
            out.extend_from_slice(field.name.as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(field.value);
            out.extend_from_slice(b"\r\n");
        }
    }
    out
}

/// The Message-ID, without angle brackets.
pub(super) fn message_id(mail: &[u8]) -> Option<String> {
    let head = head::split(mail);
    ids(head.get("Message-ID")?).next()
}

/// Whether a message has this Message-ID, or names `token` in its References (both without angle brackets). Servers
/// search for parts of words, or for words: only the header itself says.
pub(super) fn is_meant(mail: &[u8], message_id: &str, token: &str) -> bool {
    let head = head::split(mail);
    let named = |field: &str, id: &str| !id.is_empty() && head.all(field).any(|value| ids(value).any(|theirs| theirs == id));
    named("Message-ID", message_id) || named("References", token)
}

/// The identifiers of a field, as loosely written as mail programs write them.
fn ids(value: &[u8]) -> impl Iterator<Item = String> {
    value
        .split(|b| b.is_ascii_whitespace() || matches!(b, b'<' | b'>' | b','))
        .filter(|id| !id.is_empty())
        .map(|id| String::from_utf8_lossy(id).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_id_is_found_as_headers_are_written() {
        let cases: [(&str, &[u8], Option<&str>); 6] = [
            ("plain", b"From: a@b.example\r\nMessage-ID: <x@y>\r\n\r\nbody", Some("x@y")),
            ("other capitals, Unix line ends", b"MESSAGE-Id:<x@y>\nTo: z\n\n", Some("x@y")),
            ("folded", b"Message-ID:\r\n <x@y>\r\n\r\n", Some("x@y")),
            ("without brackets", b"Message-ID: x@y\r\n\r\n", Some("x@y")),
            ("only in the body", b"From: a@b.example\r\n\r\nMessage-ID: <x@y>\r\n", None),
            ("none", b"", None),
        ];
        for (says, mail, expected) in cases {
            assert_eq!(message_id(mail).as_deref(), expected, "{says}");
        }
    }

    #[test]
    fn only_the_whole_identifier_in_its_own_field_is_meant() {
        let cases: [(&str, &[u8], bool); 9] = [
            ("its Message-ID", b"Message-ID: <draft.1@d.example>\r\n\r\n", true),
            ("a longer one", b"Message-ID: <draft.1@d.example.org>\r\n\r\n", false),
            ("one that ends so", b"Message-ID: <x.draft.1@d.example>\r\n\r\n", false),
            ("the token among References", b"References: <a@b>\r\n\t<t.7@d.example>\r\n <c@d>\r\n\r\n", true),
            ("without a space between", b"References: <a@b><t.7@d.example>\r\n\r\n", true),
            ("in a second References", b"References: <a@b>\nReferences: <t.7@d.example>\n\n", true),
            ("the token as Message-ID", b"Message-ID: <t.7@d.example>\r\n\r\n", false),
            ("in the subject", b"Subject: <t.7@d.example>\r\n\r\n", false),
            ("in the body", b"Subject: x\r\n\r\nReferences: <t.7@d.example>\r\n", false),
        ];
        for (says, mail, expected) in cases {
            assert_eq!(is_meant(mail, "draft.1@d.example", "t.7@d.example"), expected, "{says}");
        }
        assert!(!is_meant(b"Message-ID: <>\r\nReferences:\r\n\r\n", "", ""), "nothing names nothing");
    }

    #[test]
    fn of_a_header_the_asked_fields_are_kept_in_their_order() {
        let mail = b"Received: by x\r\nFROM: A <a@b.example>\r\nSubject: one\r\n two\r\nX-Odd: 1\r\nMessage-ID:<x@y>\r\n\r\nTo: body\r\n";
        assert_eq!(fields(mail), b"FROM: A <a@b.example>\r\nSubject: one\r\n two\r\nMessage-ID: <x@y>\r\n");
        assert_eq!(fields(&fields(mail)), fields(mail));
        assert_eq!(fields(b"\r\n"), b"");
    }
}
