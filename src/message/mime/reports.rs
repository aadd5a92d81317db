//! What machine-readable parts say of another message: delivery status (RFC 3464, RFC 6533), read receipts (RFC 8098), abuse reports
//! (RFC 5965).

use super::head;

/// The gist of a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The message was not (yet) delivered.
    pub undelivered: bool,
    /// A read receipt or an abuse report.
    pub other: bool,
    /// The address that failed.
    pub failed: Option<String>,
}

impl Report {
    /// Adds what another part says.
    pub fn take(&mut self, other: Self) {
        self.undelivered |= other.undelivered;
        self.other |= other.other;
        self.failed = self.failed.take().or(other.failed);
    }
}

/// Reads the body of a part message/`subtype`; `None`: that is no report.
pub fn read(subtype: &str, body: &[u8]) -> Option<Report> {
    match subtype {
        "delivery-status" | "global-delivery-status" => Some(delivery(body)),
        "disposition-notification" | "global-disposition-notification" | "feedback-report" => {
            Some(Report { other: true, ..Report::default() })
        }
        _ => None,
    }
}

/// Groups of fields, one a recipient; the first that failed counts, or the first at all.
fn delivery(body: &[u8]) -> Report {
    let mut report = Report { undelivered: true, ..Report::default() };
    let mut rest = body;
    for _ in 0..50 {
        let group = head::split(rest);
        let value = |name: &str| group.get(name).map(|v| String::from_utf8_lossy(v).into_owned());
        let recipient = ["original-recipient", "final-recipient"].iter().find_map(|n| value(n)).map(|v| address(&v));
        let failed =
            value("action").is_none_or(|a| !matches!(a.trim().to_ascii_lowercase().as_str(), "delivered" | "relayed" | "expanded"));
        if failed && report.failed.is_none() {
            report.failed = recipient.filter(|a| a.contains('@'));
        }
        if group.body.len() >= rest.len() || group.body.is_empty() {
            break;
        }
        rest = group.body;
    }
    report
}

/// `rfc822; <bob@x.example>` without its type and brackets; xtext (`+40`, RFC 3461 section 4) decoded where it hides the `@`.
fn address(value: &str) -> String {
    let value = value.split_once(';').map_or(value, |(_, v)| v).trim();
    let value = value.trim_matches(|c: char| "<>\"' ".contains(c));
    if value.contains('@') { value.to_owned() } else { value.replace("+40", "@") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_that_failed_is_named() {
        let cases = [
            ("usual", "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; bob@x.example\nAction: failed\n", Some("bob@x.example")),
            (
                "original goes before final",
                "A: b\n\nOriginal-Recipient: rfc822;b@x.example\nFinal-Recipient: rfc822;c@y.example\n",
                Some("b@x.example"),
            ),
            (
                "the second failed",
                "A: b\n\nFinal-Recipient: rfc822; a@x.example\nAction: delivered\n\nFinal-Recipient: rfc822; b@x.example\nAction: failed\n",
                Some("b@x.example"),
            ),
            ("none", "Reporting-MTA: dns; x\n", None),
        ];
        for (says, body, expected) in cases {
            assert_eq!(delivery(body.as_bytes()).failed.as_deref(), expected, "{says}");
        }
    }
}
