//! The connection that waits in IDLE (RFC 2177). It mends itself: whoever waits only ever hears "look".

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use imap_proto::{MailboxDatum, Response, Status};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::line::{Line, Trouble, ended};
use super::{Account, backoff};
use crate::channels::Fault;
use crate::channels::mailbox::Room;
use crate::clock::{Clock as _, System};

/// An IDLE is begun anew before a server's half hour is over (RFC 2177 section 3).
const RENEW: Duration = Duration::from_secs(25 * 60);
/// A connection that held so long was a good one.
const GOOD: i64 = 60;

/// A background task in IDLE, and what it heard.
#[derive(Debug)]
pub(super) struct Ear {
    heard: Arc<Heard>,
    task: JoinHandle<()>,
}

/// What the listener leaves for whoever waits.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// One permit is kept, so that nothing heard between two waits is lost.
    pub wake: Notify,
    /// The server knows no IDLE, or cannot be heard just now: looking by the clock is all there is.
    pub deaf: AtomicBool,
    /// UIDNEXT as the working connection last saw it.
    pub looked: AtomicU32,
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Ear {
    /// Begins to listen.
    pub fn open(account: Arc<Account>, looked: u32) -> Self {
        let heard = Arc::new(Heard { looked: AtomicU32::new(looked), ..Heard::default() });
        let task = tokio::spawn(listen(account, Arc::clone(&heard)));
        Self { heard, task }
    }

    pub fn heard(&self) -> &Heard {
        &self.heard
    }
}

/// Listens for ever.
async fn listen(account: Arc<Account>, heard: Arc<Heard>) {
    let mut failures = 0;
    loop {
        let began = System.now();
        // A parser that panics takes this inner task with it and nothing else.
        let mut inner = tokio::task::JoinSet::new();
        inner.spawn(session(Arc::clone(&account), Arc::clone(&heard)));
        let ended = inner.join_next().await;
        heard.deaf.store(true, Ordering::Relaxed);
        // Something may have come while nobody listened.
        heard.wake.notify_one();
        let peace = match ended {
            Some(Ok(Ended::NoIdle)) => return,
            Some(Ok(Ended::Old)) => {
                failures = 0;
                continue;
            }
            Some(Ok(Ended::Lost(peace))) => peace,
            Some(Err(_)) | None => Duration::ZERO,
        };
        let lasted = System.now().duration_since(began).as_secs();
        failures = if lasted >= GOOD { 0 } else { failures + 1 };
        System.rest(backoff(failures).max(peace)).await;
    }
}

/// Why a listening session ended.
enum Ended {
    /// The server has no IDLE for us.
    NoIdle,
    /// It was time for a new connection.
    Old,
    /// Anything else: connect again, and not before so long.
    Lost(Duration),
}

async fn session(account: Arc<Account>, heard: Arc<Heard>) -> Ended {
    match attend(&account, &heard).await {
        Err(Trouble::Refused { doing: IDLING, .. }) => Ended::NoIdle,
        Ok(()) => Ended::Old,
        Err(trouble) => match trouble.fault("the mail server") {
            Fault::Passing { after_ms: Some(after), .. } => Ended::Lost(Duration::from_millis(after)),
            _ => Ended::Lost(Duration::ZERO),
        },
    }
}

const IDLING: &str = "wait with us";

/// Waits in IDLE until the connection is old.
async fn attend(account: &Account, heard: &Heard) -> Result<(), Trouble> {
    let mut line = Line::connect(account).await?;
    if !line.offers.has("IDLE") {
        return Err(Trouble::Refused { doing: IDLING, bad: false, code: None });
    }
    let next = line.enter(Room::Inbox).await?.and_then(|folder| folder.next);
    // Mail that came between the last look and this moment wakes nobody any more: say it now.
    if next.is_none_or(|next| next != heard.looked.load(Ordering::Relaxed)) {
        heard.wake.notify_one();
    }
    while !line.left().is_zero() {
        line.idle(heard).await?;
        // What the server told while it ended the wait is heard by looking.
        heard.wake.notify_one();
    }
    Ok(())
}

impl Line {
    /// One IDLE: from the command to the tagged OK behind DONE.
    async fn idle(&mut self, heard: &Heard) -> Result<(), Trouble> {
        let patience = self.patience;
        let tag = self.begin("IDLE").await?;
        loop {
            let told = self.answer_within(patience.idle, 0, |answer| {
                // EXISTS may come before the `+`: it must not be slept through.
                wake_if_mail(answer, heard);
                (matches!(answer, Response::Continue(_)), ended(IDLING, &tag, answer))
            });
            let (go_on, over) = told.await?;
            if go_on {
                break;
            }
            if over? {
                return Err(Trouble::Refused { doing: IDLING, bad: false, code: None });
            }
        }
        heard.deaf.store(false, Ordering::Relaxed);
        let span = RENEW.min(self.left());
        match timeout(span, self.hear(&tag, patience.quiet, heard)).await {
            Err(_) | Ok(Ok(())) => {}
            Ok(Err(trouble)) => return Err(trouble),
        }
        self.write(b"DONE\r\n").await?;
        let mut each = |answer: &Response<'_>| wake_if_mail(answer, heard);
        match timeout(patience.idle, self.finish("end the wait", &tag, &mut each)).await {
            Ok(done) => done,
            Err(_) => Err(Trouble::Lost("does not end the wait".into())),
        }
    }

    /// Hears until nothing at all came for `quiet`: then the line itself is in doubt.
    async fn hear(&mut self, tag: &str, quiet: Duration, heard: &Heard) -> Result<(), Trouble> {
        loop {
            let told = self.answer_within(quiet * 2, 0, |answer| {
                wake_if_mail(answer, heard);
                ended(IDLING, tag, answer)
            });
            let Ok(over) = timeout(quiet, told).await else { return Ok(()) };
            if over?? {
                return Err(Trouble::Lost("ended the wait by itself".into()));
            }
        }
    }
}

fn wake_if_mail(answer: &Response<'_>, heard: &Heard) {
    let mail = matches!(answer, Response::MailboxData(MailboxDatum::Exists(_) | MailboxDatum::Recent(_)))
        || matches!(answer, Response::Data { status: Status::No | Status::Bad, .. });
    if mail {
        heard.wake.notify_one();
    }
}
