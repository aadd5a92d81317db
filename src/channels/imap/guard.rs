//! What an honest server never sends is stopped before the parser makes room for it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::channels::mailbox::LARGEST;

/// The longest literal: the largest message we ask for whole, and what a server may miscount.
const LONGEST_LITERAL: u64 = LARGEST + LARGEST / 4;
/// The longest line: room for the answer to a search over a million messages.
const LONGEST_LINE: u64 = 16 * 1024 * 1024;
/// The largest single response, literals and all.
const LARGEST_RESPONSE: u64 = 2 * LONGEST_LITERAL;

/// An answer that would fill the memory.
#[derive(Debug, thiserror::Error)]
#[error("an answer larger than anything that was asked for")]
pub(super) struct TooLarge;

/// What came in so far, for whoever waits for the parser behind it.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Bytes: tells slow from silent.
    pub bytes: AtomicU64,
    /// The number of the last tag `u1`, `u2`, … that began a line: tells silent from not understood.
    pub tag: AtomicU32,
}

/// A stream that counts what comes in and refuses what no honest answer holds.
#[derive(Debug)]
pub(super) struct Guard<S> {
    inner: S,
    seen: Arc<Seen>,
    scan: Scan,
}

impl<S> Guard<S> {
    pub fn new(inner: S) -> Self {
        Self { inner, seen: Arc::default(), scan: Scan::default() }
    }

    /// What came in so far, shared.
    pub fn seen(&self) -> Arc<Seen> {
        Arc::clone(&self.seen)
    }

    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guard<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(cx, buf))?;
        let fresh = buf.filled().get(before..).unwrap_or_default();
        let passed = self.scan.pass(fresh);
        self.seen.bytes.fetch_add(fresh.len() as u64, Ordering::Relaxed);
        self.seen.tag.store(self.scan.tag, Ordering::Relaxed);
        Poll::Ready(passed.map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e)))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guard<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

/// Where in the grammar of RFC 3501 the stream stands, as far as literals go.
#[derive(Debug, Default)]
struct Scan {
    /// Bytes of a literal still to come.
    literal: u64,
    /// Bytes of the line so far, literals left out.
    line: u64,
    /// Bytes of the response so far, literals and all.
    response: u64,
    /// How the response begins: tells a status line, whose free text may hold braces.
    head: Vec<u8>,
    brace: Brace,
    /// The number of the last tag of ours that began a whole line.
    tag: u32,
}

/// How much of `{123}` CR has been seen.
#[derive(Debug, Default, Clone, Copy)]
enum Brace {
    #[default]
    None,
    Open(u64),
    Closed(u64),
    Returned(u64),
}

impl Scan {
    fn pass(&mut self, mut bytes: &[u8]) -> Result<(), TooLarge> {
        while let Some((first, rest)) = bytes.split_first() {
            if self.literal > 0 {
                let step = usize::try_from(self.literal).unwrap_or(usize::MAX).min(bytes.len());
                self.literal -= step as u64;
                bytes = bytes.get(step..).unwrap_or_default();
                continue;
            }
            self.step(*first)?;
            bytes = rest;
        }
        Ok(())
    }

    fn step(&mut self, byte: u8) -> Result<(), TooLarge> {
        self.line += 1;
        self.response += 1;
        if self.head.len() < 16 {
            self.head.push(byte);
        }
        if self.line > LONGEST_LINE || self.response > LARGEST_RESPONSE {
            return Err(TooLarge);
        }
        self.brace = match (self.brace, byte) {
            (_, b'{') => Brace::Open(0),
            (Brace::Open(n), b'0'..=b'9') => Brace::Open(n.saturating_mul(10).saturating_add(u64::from(byte - b'0'))),
            (Brace::Open(n), b'}') => Brace::Closed(n),
            (Brace::Closed(n), b'\r') => Brace::Returned(n),
            (Brace::Returned(n), b'\n') => return self.announced(n),
            (_, b'\n') => {
                self.next_response();
                Brace::None
            }
            _ => Brace::None,
        };
        Ok(())
    }

    fn announced(&mut self, length: u64) -> Result<(), TooLarge> {
        if length > LONGEST_LITERAL || self.response.saturating_add(length) > LARGEST_RESPONSE {
            return Err(TooLarge);
        }
        self.brace = Brace::None;
        if self.is_status() {
            self.next_response();
        } else {
            self.literal = length;
            self.response += length;
        }
        Ok(())
    }

    fn next_response(&mut self) {
        (self.line, self.response) = (0, 0);
        let first = self.head.split(|b| *b == b' ').next().and_then(|w| w.strip_prefix(b"u"));
        let number = first.and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
        self.tag = number.unwrap_or(self.tag);
        self.head.clear();
    }

    fn is_status(&self) -> bool {
        let mut words = self.head.split(|b| *b == b' ');
        let first = words.next().unwrap_or_default();
        let second = words.next().unwrap_or_default();
        first.starts_with(b"+") || [&b"OK"[..], b"NO", b"BAD", b"BYE", b"PREAUTH"].iter().any(|s| second.eq_ignore_ascii_case(s))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_answers_that_would_fill_the_memory_are_refused() {
        let cases: [(&str, &[u8], bool); 8] = [
            ("a small literal", b"* 1 FETCH (BODY[] {3}\r\nabc)\r\n", true),
            ("a literal of 400 MB", b"* 1 FETCH (BODY[] {400000000}\r\n", false),
            ("a literal beyond all numbers", b"* 1 FETCH (BODY[] {99999999999999999999999}\r\n", false),
            ("a huge literal in a place where none belongs", b"* LIST () \"/\" {99999999999}\r\n", false),
            ("braces inside a literal are text", b"* 1 FETCH (BODY[] {15}\r\n{99999999999}\r\n)\r\n", true),
            ("braces in a status line's free text", b"* OK look here {12}\r\n* 1 FETCH (BODY[] {400000000}\r\n", false),
            ("braces that end no line", b"* LIST () \"/\" \"{99999999999}\"\r\n", true),
            ("a second literal of the same response counts too", b"* 1 FETCH (A {1}\r\nx B {99999999999}\r\n", false),
        ];
        for (says, input, passes) in cases {
            assert_eq!(Scan::default().pass(input).is_ok(), passes, "{says}");
            let mut scan = Scan::default();
            assert_eq!(input.iter().all(|b| scan.pass(&[*b]).is_ok()), passes, "{says}, byte by byte");
        }
    }

    #[test]
    fn an_endless_line_is_refused_and_many_lines_are_not() {
        let mut scan = Scan::default();
        let block = vec![b'x'; 1024 * 1024];
        assert!((0..17).any(|_| scan.pass(&block).is_err()));
        let mut scan = Scan::default();
        let lines = b"* 1 EXISTS\r\n".repeat(100_000);
        assert!((0..100).all(|_| scan.pass(&lines).is_ok()));
    }
}
