//! An mbox (RFC 4155) read as a stream: messages between `From ` lines, `>From ` unquoted as mboxrd and mboxo wrote it.

use std::io::{self, BufRead};

use super::{LARGEST, RawMail};

/// The messages of an mbox whose first five bytes, `From `, were read already.
pub(super) struct Mbox<R> {
    name: String,
    reader: R,
    number: usize,
    /// The line read last, when it belongs to the next message.
    pending: Option<Vec<u8>>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The rest of the first `From ` line is still to be read.
    Begin,
    Within,
    End,
}

impl<R: BufRead> Mbox<R> {
    pub fn new(name: String, reader: R) -> Self {
        Self { name, reader, number: 0, pending: None, state: State::Begin }
    }

    /// The next line with its end; empty at the end of the file. No line is longer than a message may be.
    fn line(&mut self) -> io::Result<Vec<u8>> {
        if let Some(line) = self.pending.take() {
            return Ok(line);
        }
        let mut line = Vec::new();
        io::Read::take(&mut self.reader, LARGEST + 1).read_until(b'\n', &mut line)?;
        Ok(line)
    }

    /// Everything up to the next separator. `Ok(None)`: too large; the rest of it was skipped.
    fn message(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut raw: Vec<u8> = Vec::new();
        let (mut after_blank, mut whole) = (false, true);
        loop {
            let line = self.line()?;
            if line.is_empty() {
                self.state = State::End;
                break;
            }
            if after_blank && line.starts_with(b"From ") {
                let next = self.line()?;
                let separates = is_separator(&line, &next);
                self.pending = Some(next);
                if separates {
                    break;
                }
            }
            after_blank = matches!(line.as_slice(), b"\n" | b"\r\n");
            whole &= raw.len() as u64 + line.len() as u64 <= LARGEST;
            if whole {
                raw.extend_from_slice(unquoted(&line));
            }
        }
        // The blank line before a separator belongs to the mbox, not to the message.
        if after_blank {
            let end = if raw.ends_with(b"\r\n") { 2 } else { 1 };
            raw.truncate(raw.len().saturating_sub(end));
        }
        Ok(whole.then_some(raw))
    }
}

impl<R: BufRead> Iterator for Mbox<R> {
    type Item = Result<RawMail, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.state == State::End {
            return None;
        }
        let mut read = || -> io::Result<Option<Vec<u8>>> {
            if self.state == State::Begin {
                self.line()?;
                self.state = State::Within;
            }
            self.message()
        };
        let outcome = read();
        self.number += 1;
        let name = format!("{}#{}", self.name, self.number);
        Some(match outcome {
            Ok(Some(raw)) => Ok(RawMail { name, raw }),
            Ok(None) => Err(format!("{name}: larger than {} MiB; no message is", LARGEST / 1024 / 1024)),
            Err(e) => {
                self.state = State::End;
                Err(format!("{name}: cannot be read ({})", e.kind()))
            }
        })
    }
}

/// Whether a `From ` line behind a blank line begins a message: it carries a time and a year, or a header follows.
/// A sentence that begins with "From" does neither.
fn is_separator(line: &[u8], next: &[u8]) -> bool {
    let text = String::from_utf8_lossy(line);
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let is_time = |w: &&&str| w.split(':').count() >= 2 && w.split(':').all(|p| p.len() == 2 && p.bytes().all(|b| b.is_ascii_digit()));
    let is_year = |w: &&&str| w.len() == 4 && w.bytes().all(|b| b.is_ascii_digit());
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let dated = words.iter().any(|w| is_time(&w)) && words.iter().any(|w| is_year(&w)) && words.iter().any(|w| months.contains(w));
    let field = String::from_utf8_lossy(next);
    let heads = field.split_once(':').is_some_and(|(name, _)| {
        ["from", "received", "return-path", "message-id", "delivered-to", "x-mozilla-status", "x-gmail-labels", "date", "subject", "to"]
            .iter()
            .any(|f| name.eq_ignore_ascii_case(f))
    });
    dated || heads && words.len() <= 8
}

/// `>From ` without its first `>`, and `>>From ` likewise.
fn unquoted(line: &[u8]) -> &[u8] {
    let quotes = line.iter().take_while(|b| **b == b'>').count();
    let rest = line.get(quotes..).unwrap_or_default();
    if quotes > 0 && rest.starts_with(b"From ") { line.get(1..).unwrap_or_default() } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<String> {
        let rest = text.strip_prefix("From ").unwrap();
        Mbox::new("box".into(), rest.as_bytes())
            .map(|m| m.unwrap())
            .map(|m| format!("{}|{}", m.name, String::from_utf8(m.raw).unwrap()))
            .collect()
    }

    #[test]
    fn messages_are_parted_at_from_lines_and_nowhere_else() {
        let cases = [
            (
                "two messages",
                "From a@b.example Mon Nov 23 10:00:00 2026\nSubject: 1\n\none\n\nFrom c@d.example Mon Nov 23 11:00:00 2026 +0000\nSubject: 2\n\ntwo\n",
                vec!["box#1|Subject: 1\n\none\n", "box#2|Subject: 2\n\ntwo\n"],
            ),
            (
                "a sentence that begins with From",
                "From a Mon Nov 23 10:00:00 2026\nSubject: 1\n\nhello\n\nFrom 10:30 on nothing works, said A: nothing.\nbye\n",
                vec!["box#1|Subject: 1\n\nhello\n\nFrom 10:30 on nothing works, said A: nothing.\nbye\n"],
            ),
            (
                "quoted From lines, once and twice",
                "From a Mon Nov 23 10:00:00 2026\nSubject: 1\n\n>From me\n>>From you\n> From them\n",
                vec!["box#1|Subject: 1\n\nFrom me\n>From you\n> From them\n"],
            ),
            (
                "CRLF, and a separator without a date before a header",
                "From - \r\nSubject: 1\r\n\r\none\r\n\r\nFrom MAILER-DAEMON\r\nReceived: x\r\n\r\ntwo\r\n\r\n",
                vec!["box#1|Subject: 1\r\n\r\none\r\n", "box#2|Received: x\r\n\r\ntwo\r\n"],
            ),
            ("an empty message", "From a Mon Nov 23 10:00:00 2026\n", vec!["box#1|"]),
        ];
        for (says, text, expected) in cases {
            assert_eq!(split(text), expected, "{says}");
        }
    }
}
