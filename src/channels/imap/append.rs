//! Putting a message into a folder. The crate's own way falls out of step when the server says something before its
//! `+`, and then the next command becomes the message; this one waits for the `+` whatever comes first.

use imap_proto::Response;

use super::line::{Line, Trouble, ended};
use crate::channels::Fault;
use crate::channels::mailbox::Room;

const DOING: &str = "take the message";

impl Line {
    /// Puts `mail` into `room`; makes the folder when there is none.
    pub async fn append(&mut self, room: Room, flags: &str, mail: &[u8]) -> Result<(), Trouble> {
        let name = self.plan.written(room)?;
        let mail = with_crlf(mail);
        let refused = match self.append_once(&name, flags, &mail).await {
            Err(refused @ Trouble::Refused { bad: false, .. }) => refused,
            other => return other,
        };
        let code = match &refused {
            Trouble::Refused { code, .. } => code.as_deref(),
            _ => None,
        };
        // Only these say that the folder is missing; some servers say it without any code.
        if !matches!(code, None | Some("TRYCREATE" | "NONEXISTENT")) {
            return Err(refused);
        }
        if !self.exists(&name).await? && self.turn_to_marked(room).await? {
            let name = self.plan.written(room)?;
            return self.append_once(&name, flags, &mail).await;
        }
        match self.run("make the folder", &format!("CREATE {name}"), |_| {}).await {
            Ok(()) => self.append_once(&name, flags, &mail).await,
            // It exists after all: the refusal had another reason.
            Err(Trouble::Refused { bad: false, code: Some(c), .. }) if c == "ALREADYEXISTS" => Err(refused),
            Err(Trouble::Refused { .. }) if code.is_some() => Err(Trouble::Told(Fault::Permanent(format!(
                "the mailbox has no folder “{}” and does not let us make one: make it by hand, or set `drafts` and `sent`",
                self.plan.name(room)
            )))),
            Err(Trouble::Refused { .. }) => Err(refused),
            Err(trouble) => Err(trouble),
        }
    }

    async fn append_once(&mut self, name: &str, flags: &str, mail: &[u8]) -> Result<(), Trouble> {
        let tag = self.begin(&format!("APPEND {name} {flags} {{{}}}", mail.len())).await?;
        loop {
            let (go_on, over) = self.answer(|a| (matches!(a, Response::Continue(_)), ended(DOING, &tag, a))).await?;
            if go_on {
                break;
            }
            if over? {
                return Err(Trouble::Lost("took a message that it was not given".into()));
            }
        }
        let handed_over = async {
            self.write(mail).await?;
            self.write(b"\r\n").await?;
            self.finish(DOING, &tag, &mut |_| {}).await
        };
        handed_over.await.map_err(|trouble| match trouble {
            // From the first byte of the literal on, a lost line leaves it open whether the message is there.
            Trouble::Lost(what) => Trouble::Told(Fault::Unsure(format!("the mail server {what} while it took a message"))),
            Trouble::Garbled => Trouble::Told(Fault::Unsure("the mail server's answer to a message cannot be read".into())),
            other => other,
        })
    }
}

/// Every line end as CRLF: the server counts octets, and a lone LF is none in IMAP or SMTP.
pub(in crate::channels) fn with_crlf(mail: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(mail.len() + mail.len() / 32);
    let mut bytes = mail.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\r' => {
                bytes.next_if_eq(&b'\n');
                out.extend_from_slice(b"\r\n");
            }
            b'\n' => out.extend_from_slice(b"\r\n"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_ends_in_crlf() {
        let cases: [(&str, &[u8], &[u8]); 5] = [
            ("as it should be", b"a\r\nb\r\n", b"a\r\nb\r\n"),
            ("Unix", b"a\nb\n", b"a\r\nb\r\n"),
            ("old Mac", b"a\rb", b"a\r\nb"),
            ("a smuggled end of data", b"a\n.\nMAIL FROM:<x>", b"a\r\n.\r\nMAIL FROM:<x>"),
            ("mixed", b"\r\r\n\n", b"\r\n\r\n\r\n"),
        ];
        for (says, input, expected) in cases {
            assert_eq!(with_crlf(input), expected, "{says}");
        }
    }
}
