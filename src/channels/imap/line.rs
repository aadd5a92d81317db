//! A signed-in connection: commands out, parsed answers in. Every wait is bounded, every tagged status is looked at,
//! and no error repeats what the server wrote.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_imap::Client;
use imap_proto::{Outcome, Response, Status};
use jiff::Timestamp;
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use super::door::{self, Offers, Wire};
use super::folders::Plan;
use super::guard::{Seen, TooLarge};
use super::{Account, Patience, names};
use crate::channels::Fault;
use crate::channels::mailbox::Room;
use crate::clock::{Clock as _, System};

/// More answers than this to one command are no answer.
const MOST_ANSWERS: u32 = 20_000_000;
/// How often a single answer may need another [`Patience::silence`] while bytes still trickle in.
const MOST_PAUSES: u32 = 15;

const GOODBYE: &str = "said goodbye";

/// Milliseconds of peace for a server that has too much to do.
pub(super) const THROTTLED: u64 = 60_000;

/// The same where somebody else has the mailbox open.
const IN_USE: u64 = 15_000;

/// How long a server wants to be left alone, by the code of its refusal (RFC 5530, and Gmail's own).
pub(super) fn peace(code: Option<&str>) -> Option<u64> {
    match code? {
        "INUSE" => Some(IN_USE),
        "THROTTLED" | "LIMIT" | "UNAVAILABLE" | "OVERQUOTA" => Some(THROTTLED),
        _ => None,
    }
}

/// A wait is looked after this often.
const SLICE: Duration = Duration::from_secs(1);

/// What went wrong with a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It is gone or silent: nothing more may be read from it.
    Lost(String),
    /// The answer was understood by no parser: asking again for the same brings the same.
    Garbled,
    /// The server answered NO or BAD.
    Refused {
        /// What was asked, for people.
        doing: &'static str,
        /// BAD, not NO.
        bad: bool,
        /// The code in brackets.
        code: Option<String>,
    },
    /// A fault that is fully told already.
    Told(Fault),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Told(fault)
    }
}

impl Trouble {
    /// The same for those outside.
    pub fn fault(self, host: &str) -> Fault {
        match self {
            Self::Lost(what) => Fault::passing(format!("{host} {what}")),
            Self::Garbled => Fault::passing(format!("{host} answers what nobody can read")),
            // "User is authenticated but not connected": a throttled server says BAD, and wants minutes of peace.
            Self::Refused { doing, bad: true, .. } => {
                Fault::Passing { what: format!("{host} refuses to {doing} (BAD)"), after_ms: Some(120_000) }
            }
            Self::Refused { doing, code, .. } => {
                let after_ms = peace(code.as_deref());
                let shown = code.map(|c| format!(" [{c}]")).unwrap_or_default();
                Fault::Passing { what: format!("{host} does not {doing} now{shown}"), after_ms }
            }
            Self::Told(fault) => fault,
        }
    }

    /// Whether the connection still keeps step and may be used on.
    pub fn leaves_line_whole(&self) -> bool {
        matches!(self, Self::Refused { bad: false, .. })
    }
}

/// A signed-in connection.
#[derive(Debug)]
pub(super) struct Line {
    client: Client<Wire>,
    seen: Arc<Seen>,
    tags: u32,
    /// When it signed in.
    born: Timestamp,
    /// Whether any command was done on it.
    worked: bool,
    pub patience: Patience,
    pub offers: Offers,
    /// Where the rooms are.
    pub plan: Plan,
    /// The room that is examined, and its UIDVALIDITY.
    pub open_folder: Option<(Room, u32)>,
}

impl Line {
    /// Connects and signs in.
    pub async fn connect(account: &Account) -> Result<Self, Fault> {
        let (wire, offers) = door::enter(account).await?;
        let seen = wire.get_ref().seen();
        let plan = Plan::new(account.rooms.clone());
        let (client, patience) = (Client::new(wire), account.patience);
        Ok(Self { client, seen, tags: 0, born: System.now(), worked: false, patience, offers, plan, open_folder: None })
    }

    /// How long it may still be used: servers end old sessions in the midst of a command.
    pub fn left(&self) -> Duration {
        let age = Duration::try_from(System.now().duration_since(self.born)).unwrap_or_default();
        self.patience.session.saturating_sub(age)
    }

    /// Sends a command and answers its tag.
    pub async fn begin(&mut self, command: &str) -> Result<String, Trouble> {
        self.tags += 1;
        let tag = format!("u{}", self.tags);
        self.write(format!("{tag} {command}\r\n").as_bytes()).await?;
        Ok(tag)
    }

    /// Writes bytes as they are, in pieces, so that a slow line is told from a dead one.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let wire = self.client.get_mut();
        for piece in bytes.chunks(64 * 1024) {
            let writing = async {
                wire.write_all(piece).await?;
                wire.flush().await
            };
            match timeout(self.patience.silence, writing).await {
                Ok(Ok(())) => {}
                Ok(Err(e)) => return Err(Trouble::Lost(format!("broke the connection off ({})", e.kind()))),
                Err(_) => return Err(Trouble::Lost("does not listen any more".into())),
            }
        }
        Ok(())
    }

    /// What `see` makes of the next answer. A pause is allowed as long as bytes come in.
    pub async fn answer<T>(&mut self, see: impl FnOnce(&Response<'_>) -> T + Send) -> Result<T, Trouble> {
        let silence = self.patience.silence;
        self.answer_within(silence, MOST_PAUSES, see).await
    }

    /// What `see` makes of the next answer, waiting `silence` at a time, `pauses` times more while bytes come in.
    pub async fn answer_within<T>(
        &mut self,
        silence: Duration,
        pauses: u32,
        see: impl FnOnce(&Response<'_>) -> T + Send,
    ) -> Result<T, Trouble> {
        let Self { client, seen, tags, .. } = self;
        let slice = silence.min(SLICE);
        let slices = u32::try_from(silence.as_millis().div_ceil(slice.as_millis().max(1))).unwrap_or(u32::MAX);
        let (mut before, mut quiet) = (seen.bytes.load(Ordering::Relaxed), 0);
        let mut reading = std::pin::pin!(client.read_response());
        for _ in 0..slices.saturating_mul(pauses + 1) {
            match timeout(slice, reading.as_mut()).await {
                Ok(Ok(Some(answer))) => return Ok(see(answer.parsed())),
                Ok(Ok(None)) => return Err(Trouble::Lost("closed the connection".into())),
                Ok(Err(e)) => return Err(unreadable(&e)),
                Err(_) => {}
            }
            let now = seen.bytes.load(Ordering::Relaxed);
            quiet = if now == before { quiet + 1 } else { 0 };
            before = now;
            // The server has ended the command, and the parser still waits for the rest of something before it.
            if quiet > 0 && seen.tag.load(Ordering::Relaxed) == *tags {
                return Err(Trouble::Garbled);
            }
            if quiet >= slices {
                return Err(Trouble::Lost("fell silent".into()));
            }
        }
        Err(Trouble::Lost("is too slow".into()))
    }

    /// Runs a command to its tagged line. Only a tagged OK is success; `each` sees every answer before it.
    pub async fn run(&mut self, doing: &'static str, command: &str, mut each: impl FnMut(&Response<'_>) + Send) -> Result<(), Trouble> {
        let tag = self.begin(command).await?;
        self.finish(doing, &tag, &mut each).await
    }

    /// Reads to the tagged line of `tag`.
    pub async fn finish(&mut self, doing: &'static str, tag: &str, each: &mut (impl FnMut(&Response<'_>) + Send)) -> Result<(), Trouble> {
        for _ in 0..MOST_ANSWERS {
            let over = self.answer(|answer| {
                let over = ended(doing, tag, answer)?;
                if !over {
                    each(answer);
                }
                Ok::<_, Trouble>(over)
            });
            match over.await? {
                Ok(true) => {
                    self.worked = true;
                    return Ok(());
                }
                // Let in and sent away: it has too many of us, or no mailbox behind the login.
                Err(Trouble::Lost(what)) if what == GOODBYE && !self.worked => {
                    let what = "the mail server says goodbye right after the login".into();
                    return Err(Trouble::Told(Fault::Passing { what, after_ms: Some(THROTTLED) }));
                }
                other => other.map(|_| ())?,
            }
        }
        Err(Trouble::Lost("never comes to an end".into()))
    }
}

/// Whether this answer is the tagged OK of `tag`; an error when it ends the command, or the connection, in any other way.
pub(super) fn ended(doing: &'static str, tag: &str, answer: &Response<'_>) -> Result<bool, Trouble> {
    match answer {
        Response::Done { tag: theirs, status, outcome } if theirs.0 == tag => match status {
            Status::Ok => Ok(true),
            Status::No | Status::Bad => Err(Trouble::Refused { doing, bad: *status == Status::Bad, code: code_of(outcome) }),
            Status::PreAuth | Status::Bye => Err(Trouble::Lost("answers out of order".into())),
        },
        Response::Done { .. } => Err(Trouble::Lost("answers out of order".into())),
        Response::Data { status: Status::Bye, .. } => Err(Trouble::Lost(GOODBYE.into())),
        _ => Ok(false),
    }
}

fn code_of(outcome: &Outcome<'_>) -> Option<String> {
    match &outcome.code {
        Some(imap_proto::ResponseCode::TryCreate) => Some("TRYCREATE".into()),
        _ => outcome.information.as_deref().and_then(names::code),
    }
}

fn unreadable(error: &std::io::Error) -> Trouble {
    // The parser's own errors quote the mail they failed at: only the kind may leave.
    let too_large = error.get_ref().is_some_and(|e| e.is::<TooLarge>());
    match error.kind() {
        _ if too_large => Trouble::Garbled,
        std::io::ErrorKind::Other => Trouble::Garbled,
        kind => Trouble::Lost(format!("broke the connection off ({kind})")),
    }
}
