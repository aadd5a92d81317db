//! The finished MIME of a reply, as a person's mail program would write it.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use lettre::message::header::{self, ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, SinglePart};

use super::Draft;

/// Ids that are carried along in References; the first and the newest matter to mail programs.
const MOST_REFERENCES: usize = 20;

/// Who sends it, and how it is marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// The desk's own address, `Support Nexam <support@…>` or bare.
    pub from: &'a str,
    /// Fixed beforehand, without angle brackets.
    pub message_id: &'a str,
    /// The `Date:`.
    pub date: Timestamp,
    /// Answered by the machine: marked `Auto-Submitted: auto-replied` (RFC 3834). A reply that a person sends is not.
    pub automatic: bool,
}

/// The message as bytes with CRLF line ends.
///
/// # Errors
/// When an address or header cannot be written safely; the text says which, without quoting it.
pub fn mail(draft: &Draft, envelope: &Envelope<'_>) -> Result<Vec<u8>, String> {
    let from: Mailbox = envelope.from.parse().map_err(|_| "the desk's own From is no address".to_owned())?;
    let to = draft.to.as_str().parse().map_err(|_| "the recipient's address cannot be written in a header".to_owned())?;
    let seconds = u64::try_from(envelope.date.as_second()).unwrap_or(0);
    let mut message = Message::builder()
        .from(from)
        .to(Mailbox::new(None, to))
        .subject(&draft.subject)
        .date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
        .message_id(Some(format!("<{}>", envelope.message_id)));
    if let Some(id) = draft.in_reply_to.as_deref().and_then(sane_id) {
        message = message.in_reply_to(id);
    }
    let references = references(&draft.references);
    if !references.is_empty() {
        message = message.references(references);
    }
    if envelope.automatic {
        message = message.raw_header(raw("Auto-Submitted", "auto-replied"));
        message = message.raw_header(raw("X-Auto-Response-Suppress", "All"));
    }
    let body = SinglePart::builder()
        .header(ContentType::TEXT_PLAIN)
        .header(header::ContentDisposition::inline())
        .header(ContentTransferEncoding::QuotedPrintable)
        .body(draft.text.replace('\n', "\r\n"));
    let message = message.singlepart(body).map_err(|error| format!("the reply cannot be written: {error}"))?;
    Ok(message.formatted())
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// `<id>`, when it can stand in a header: one token, no more than a line holds (RFC 5322 section 2.1.1).
fn sane_id(id: &str) -> Option<String> {
    let plain = id.chars().all(|c| c.is_ascii_graphic() && c != '<' && c != '>');
    (plain && !id.is_empty() && id.len() <= 250).then(|| format!("<{id}>"))
}

fn references(ids: &[String]) -> String {
    let sane: Vec<String> = ids.iter().filter_map(|id| sane_id(id)).collect();
    let newest = sane.len().saturating_sub(MOST_REFERENCES - 1);
    let kept = sane.iter().enumerate().filter(|(at, _)| *at == 0 || *at >= newest);
    kept.map(|(_, id)| id.as_str()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Language;
    use crate::message::address::Address;

    fn draft() -> Draft {
        Draft {
            to: Address::parse("ada@uni.example").unwrap(),
            subject: "Re: code expiré".into(),
            text: "Bonjour,\n\nVoilà.\n".into(),
            template: "reply/x".into(),
            language: Language::Fr,
            in_reply_to: Some("a@uni.example".into()),
            references: vec!["a@uni.example".into()],
        }
    }

    fn written(draft: &Draft, automatic: bool) -> String {
        let envelope =
            Envelope { from: "support@nexam.example", message_id: "usher.1@nexam.example", date: Timestamp::UNIX_EPOCH, automatic };
        String::from_utf8(mail(draft, &envelope).unwrap()).unwrap()
    }

    #[test]
    fn a_reply_threads_and_has_one_recipient() {
        let text = written(&draft(), false);
        for line in [
            "To: ada@uni.example\r\n",
            "In-Reply-To: <a@uni.example>\r\n",
            "References: <a@uni.example>\r\n",
            "Message-ID: <usher.1@nexam.example>\r\n",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
        assert!(!text.contains("Auto-Submitted") && !text.contains("\nCc:"));
    }

    #[test]
    fn only_an_automatic_reply_is_marked() {
        assert!(written(&draft(), true).contains("Auto-Submitted: auto-replied\r\n"));
    }

    #[test]
    fn hostile_headers_stay_in_their_line() {
        let hostile = Draft {
            subject: "Re: Hi\r\nBcc: all@evil.example".into(),
            in_reply_to: Some("x>\r\nBcc: b@evil.example".into()),
            references: (0..2_000).map(|n| format!("{n}@uni.example")).collect(),
            ..draft()
        };
        let text = written(&hostile, false);
        let head = text.split("\r\n\r\n").next().unwrap();
        assert!(!head.lines().any(|l| l.starts_with("Bcc")), "{head}");
        assert!(head.lines().all(|l| l.len() <= 998), "{head}");
        assert_eq!(head.lines().filter(|l| l.starts_with("Subject:")).count(), 1);
    }
}
