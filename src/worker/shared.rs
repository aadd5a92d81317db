//! What all loops share while they run, and what they report.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, watch};

use super::Works;
use crate::store::written::{Writer, domain_of};

/// The same trouble is said again after so long.
const SAY_AGAIN: SignedDuration = SignedDuration::from_mins(5);

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Messages taken in.
    pub taken: u64,
    /// Messages judged.
    pub judged: u64,
    /// Drafts put into drafts folders.
    pub drafts: u64,
    /// Replies sent.
    pub sent: u64,
    /// Replies left to a person that were to leave by themselves.
    pub held: u64,
    /// Replies that would have been sent, had the operator named their cases.
    pub shadow: u64,
    /// Alarms posted.
    pub alarms: u64,
    /// What did not work, in words, for people.
    pub troubles: Vec<String>,
}

/// What all loops share while they run.
pub struct Shared {
    /// Everything they work with.
    pub works: Works,
    /// A message came in.
    pub arrived: Notify,
    /// Counts up when a ticket was settled: drafts, replies and alarms may be due.
    pub(super) settled: watch::Sender<u64>,
    /// Until when the mail server wants peace.
    pub(super) rests_until: Mutex<Option<Timestamp>>,
    /// Whether no other process can be sending.
    pub(super) alone: bool,
    /// Told to stop.
    pub(super) stop: watch::Sender<bool>,
    pub(super) began: Timestamp,
    /// What was said lately, and when.
    said: Mutex<BTreeMap<String, Timestamp>>,
    report: Mutex<Report>,
}

impl Shared {
    pub(super) fn new(works: Works, alone: bool) -> Self {
        let began = works.clock.now();
        Self {
            works,
            arrived: Notify::new(),
            settled: watch::Sender::new(0),
            rests_until: Mutex::default(),
            alone,
            stop: watch::Sender::new(false),
            began,
            said: Mutex::default(),
            report: Mutex::default(),
        }
    }

    /// Wakes whoever delivers, saves or alarms.
    pub(super) fn settled(&self) {
        self.settled.send_modify(|count| *count += 1);
    }

    /// The mail server asked for peace: no reply leaves for so many milliseconds.
    pub(super) fn let_mail_server_rest(&self, millis: u64) {
        let pause = SignedDuration::from_millis(i64::try_from(millis).unwrap_or(60_000));
        *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = self.now().checked_add(pause).ok();
    }

    pub(super) fn mail_server_rests(&self) -> bool {
        self.rests_until.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|until| self.now() < until)
    }

    /// The mailboxes that are attended to here.
    pub(super) fn attended(&self) -> Vec<String> {
        if self.works.intake { self.works.mailboxes.keys().cloned().collect() } else { Vec::new() }
    }

    /// Whether the program was told to stop.
    pub(super) fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// Returns once the program is told to stop.
    pub(super) async fn stopping(&self) {
        let mut told = self.stop.subscribe();
        drop(told.wait_for(|stop| *stop).await);
    }

    /// Writes tickets of a mailbox.
    pub(super) fn writer(&self, mailbox: &str) -> Writer<'_> {
        Writer {
            threads: &self.works.threads,
            domain: domain_of(&self.works.from),
            // Without a folder to stand in a draft is kept for the desk.
            saves_drafts: self.works.mailboxes.get(mailbox).is_some_and(|m| m.save_drafts),
            clock: &*self.works.clock,
        }
    }

    /// A fresh key under which the chat drops a second message.
    pub(super) fn nonce(&self) -> String {
        crate::alarm::nonce(&self.id())
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.works.clock.now()
    }

    /// A fresh identifier.
    pub fn id(&self) -> String {
        self.works.clock.id().to_string()
    }

    /// Counts what was done.
    pub fn count(&self, add: impl FnOnce(&mut Report)) {
        add(&mut self.report.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Says what does not work, once in five minutes; the words hold nothing about a person.
    pub fn trouble(&self, what: String) {
        let now = self.now();
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.retain(|_, at| now.duration_since(*at) < SAY_AGAIN);
        let new = !said.contains_key(&what);
        if new {
            said.insert(what.clone(), now);
        }
        drop(said);
        if new {
            tracing::warn!("{what}");
        }
        self.count(|r| {
            if !r.troubles.contains(&what) && r.troubles.len() < 100 {
                r.troubles.push(what);
            }
        });
    }

    pub(super) fn report(&self) -> Report {
        self.report.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
