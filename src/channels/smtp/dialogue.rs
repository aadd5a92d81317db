//! One SMTP dialogue (RFC 5321): a command, a whole reply. Replies are read by hand: their texts may be in any charset, a code in
//! any of their lines counts, and whether the final dot was on its way must be known.

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufStream};

use crate::channels::tls::Stream;

/// No reply line is longer (RFC 5321 allows 512), and no reply has more of them.
const LONGEST_LINE: u64 = 2048;
const MOST_LINES: usize = 100;
/// The message is handed over in pieces of this size.
const PIECE: usize = 64 * 1024;

/// Why there is no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The connection is gone.
    Cut(std::io::ErrorKind),
    /// What came is no reply.
    NoReply,
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self::Cut(error.kind())
    }
}

/// A whole reply.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub code: u16,
    /// Enhanced status code (RFC 3463), such as `5.1.1`.
    pub enhanced: Option<String>,
    /// Its lines without the code. Never shown: they quote addresses.
    texts: Vec<String>,
}

impl Reply {
    /// 2 for success, 3 for "go on", 4 for later, 5 for never.
    pub fn class(&self) -> u16 {
        self.code / 100
    }

    /// The codes, which tell nothing of anybody.
    pub fn codes(&self) -> String {
        self.enhanced.as_ref().map_or_else(|| format!("SMTP {}", self.code), |enhanced| format!("SMTP {} {enhanced}", self.code))
    }
}

/// A connection and what the other side offers on it.
pub(super) struct Dialogue {
    wire: BufStream<Box<dyn Stream>>,
    offers: Vec<String>,
}

impl Dialogue {
    /// Nothing is read or written yet.
    pub fn new(stream: Box<dyn Stream>) -> Self {
        Self { wire: BufStream::new(stream), offers: Vec::new() }
    }

    /// The bare connection. Whatever lies in the buffer goes with the buffer.
    pub fn into_inner(self) -> Box<dyn Stream> {
        self.wire.into_inner()
    }

    /// Sends one line and reads its reply.
    pub async fn command(&mut self, line: &str) -> Result<Reply, Trouble> {
        self.wire.write_all(line.as_bytes()).await?;
        self.wire.write_all(b"\r\n").await?;
        self.wire.flush().await?;
        self.reply().await
    }

    /// Says who we are and hears what is offered.
    pub async fn hello(&mut self, name: &str) -> Result<Reply, Trouble> {
        let reply = self.command(&format!("EHLO {name}")).await?;
        // The first line greets.
        self.offers = reply.texts.iter().skip(1).map(|line| line.trim().to_ascii_uppercase()).collect();
        Ok(reply)
    }

    /// Whether `keyword` is offered.
    pub fn offers(&self, keyword: &str) -> bool {
        self.offers.iter().any(|line| line.split_ascii_whitespace().next() == Some(keyword))
    }

    /// Whether one can sign in by `mechanism`. Some servers write `AUTH=` too.
    pub fn signs_in_by(&self, mechanism: &str) -> bool {
        let lists = self.offers.iter().filter_map(|line| line.strip_prefix("AUTH ").or_else(|| line.strip_prefix("AUTH=")));
        lists.flat_map(str::split_ascii_whitespace).any(|offered| offered == mechanism)
    }

    /// Sends the message and its final dot, and reads the reply. `whole` says whether the dot may have left: without it the
    /// other side has no message (RFC 5321 section 4.1.1.4).
    pub async fn message(&mut self, mail: &[u8], whole: &mut bool) -> Result<Reply, Trouble> {
        for piece in stuffed(mail).chunks(PIECE) {
            self.wire.write_all(piece).await?;
        }
        self.wire.flush().await?;
        // Set before: whoever loses patience with the next step does not know how far it came.
        *whole = true;
        self.wire.write_all(b".\r\n").await?;
        if let Err(error) = self.wire.flush().await {
            // What the system did not take did not leave.
            *whole = false;
            return Err(error.into());
        }
        self.reply().await
    }

    /// The next reply, with all its lines.
    pub async fn reply(&mut self) -> Result<Reply, Trouble> {
        let mut reply: Option<Reply> = None;
        for _ in 0..MOST_LINES {
            let mut bytes = Vec::new();
            (&mut self.wire).take(LONGEST_LINE).read_until(b'\n', &mut bytes).await?;
            if bytes.is_empty() {
                return Err(Trouble::Cut(std::io::ErrorKind::UnexpectedEof));
            }
            let (code, last, text) = line(&bytes).ok_or(Trouble::NoReply)?;
            let reply = reply.get_or_insert_with(|| Reply { code, enhanced: None, texts: Vec::new() });
            if reply.code != code {
                return Err(Trouble::NoReply);
            }
            if reply.enhanced.is_none() {
                reply.enhanced = enhanced(code, &text);
            }
            reply.texts.push(text);
            if last {
                return Ok(Reply { code, enhanced: reply.enhanced.take(), texts: std::mem::take(&mut reply.texts) });
            }
        }
        Err(Trouble::NoReply)
    }
}

/// The message with a line end at its end, and dots at line starts doubled.
fn stuffed(mail: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(mail.len() + mail.len() / 64 + 2);
    for line in mail.split_inclusive(|b| *b == b'\n') {
        if line.starts_with(b".") {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    if !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out
}

/// `250-text` or `250 text`, with its line end: the code, whether it is the last line, and the text.
fn line(bytes: &[u8]) -> Option<(u16, bool, String)> {
    let text = String::from_utf8_lossy(bytes.strip_suffix(b"\n")?);
    let text = text.trim_end();
    let code = text.get(..3).filter(|code| code.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()?;
    let (last, rest) = match text.get(3..)? {
        "" => (true, ""),
        rest => match rest.split_at_checked(1)? {
            (" ", rest) => (true, rest),
            ("-", rest) => (false, rest),
            _ => return None,
        },
    };
    (200..600).contains(&code).then(|| (code, last, rest.to_owned()))
}

/// An enhanced status code of the same class at the start of a reply's text (RFC 2034 section 4).
fn enhanced(code: u16, text: &str) -> Option<String> {
    let word = text.split_ascii_whitespace().next()?;
    let parts: Vec<&str> = word.split('.').collect();
    let [class, subject, detail] = parts.as_slice() else { return None };
    let number = |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    (class.parse() == Ok(code / 100) && [subject, detail].into_iter().all(number)).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(bytes: &[u8]) -> Result<Reply, Trouble> {
        let (mut theirs, ours) = tokio::io::duplex(1 << 20);
        theirs.write_all(bytes).await.unwrap();
        drop(theirs);
        Dialogue::new(Box::new(ours)).reply().await
    }

    #[tokio::test]
    async fn a_reply_is_read_whatever_its_words() {
        let cases: [(&[u8], &str); 9] = [
            (b"250 2.0.0 kept\r\n", "SMTP 250 2.0.0"),
            (b"250\r\n", "SMTP 250"),
            (b"550 5.1.1 <ada@uni.example>: unknown\n", "SMTP 550 5.1.1"),
            (b"550-\xe9t\xe9\r\n550 5.7.1 refus\xe9\r\n", "SMTP 550 5.7.1"),
            (b"550 4.1.1 another class\r\n", "SMTP 550"),
            (b"550 5.1.1234 too long\r\n", "SMTP 550"),
            (b"550 192.0.2.1 is no code\r\n", "SMTP 550"),
            (b"432 4.3.2 busy\r\n", "SMTP 432 4.3.2"),
            (b"550-one\r\n550-two\r\n550 three\r\n", "SMTP 550"),
        ];
        for (bytes, expected) in cases {
            let reply = read(bytes).await.unwrap();
            assert_eq!(reply.codes(), expected, "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[tokio::test]
    async fn what_is_no_reply_is_none() {
        let cut = Trouble::Cut(std::io::ErrorKind::UnexpectedEof);
        let long = [b"250 ".as_slice(), &[b'x'; 5000]].concat();
        let endless = b"250-on\r\n".repeat(200);
        let cases: [(&[u8], Trouble); 9] = [
            (b"", cut),
            (b"250-on\r\n", cut),
            (b"hello\r\n", Trouble::NoReply),
            (b"25\xc3\xa9 x\r\n", Trouble::NoReply),
            (b"250", Trouble::NoReply),
            (b"250-on\r\n251 off\r\n", Trouble::NoReply),
            (b"999 what\r\n", Trouble::NoReply),
            (&long, Trouble::NoReply),
            (&endless, Trouble::NoReply),
        ];
        for (bytes, expected) in cases {
            assert_eq!(read(bytes).await.unwrap_err(), expected, "{}", String::from_utf8_lossy(bytes.get(..20).unwrap_or(bytes)));
        }
    }

    #[test]
    fn dots_are_doubled_and_the_last_line_ends() {
        for (mail, expected) in [("a\r\n", "a\r\n"), (".\r\n..b\r\nc.", "..\r\n...b\r\nc.\r\n"), ("", "\r\n"), ("a\r\n.", "a\r\n..\r\n")] {
            assert_eq!(stuffed(mail.as_bytes()), expected.as_bytes(), "{mail:?}");
        }
    }
}
