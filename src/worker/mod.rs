//! The loops, each a few lines round one public step: intake, triage, deliver, alarm, mirror.

pub mod alarm;
pub mod deliver;
pub mod intake;
pub mod mirror;
pub mod triage;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::SignedDuration;

use crate::channels::{discord::DiscordSettings, mailbox::MailboxSettings, smtp::SmtpSettings};
use crate::clock::Clock;
use crate::store::Store;
use crate::triage::playbook::Playbook;

/// `[replies]`.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RepliesSettings {
    /// Cases that may be answered without a person; empty: shadow.
    pub automatic: Vec<String>,
    /// How long an automatic reply waits before it goes.
    pub hold: SignedDuration,
    /// Automatic replies to one address in 24 h.
    pub daily_per_sender: u32,
    /// Automatic replies in an hour in all.
    pub hourly_total: u32,
    /// Whether authenticated people get an acknowledgement.
    pub acknowledge: bool,
}

impl Default for RepliesSettings {
    fn default() -> Self {
        Self { automatic: Vec::new(), hold: SignedDuration::from_secs(10), daily_per_sender: 2, hourly_total: 200, acknowledge: false }
    }
}

/// Everything the loops work with.
#[derive(Clone)]
pub struct Works {
    /// The memory.
    pub store: Store,
    /// Rules and templates.
    pub playbook: Arc<Playbook>,
    /// `[directory] path`: the five CSV files, taken again when they change.
    pub directory: Option<PathBuf>,
    /// `[mailbox.*]` by name.
    pub mailboxes: BTreeMap<String, MailboxSettings>,
    /// `[smtp]`.
    pub smtp: Option<SmtpSettings>,
    /// `[discord]`.
    pub discord: Option<DiscordSettings>,
    /// `[replies]`.
    pub replies: RepliesSettings,
    /// The desk's own From for drafts and replies.
    pub from: String,
    /// Base URL of the desk, for links in alarms.
    pub desk_url: String,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

/// How long to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Until told to stop (SIGTERM, Ctrl-C).
    Stopped,
    /// Until nothing is left to do.
    Idle,
}

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
    /// Alarms posted.
    pub alarms: u64,
    /// What did not work, in words, for people.
    pub troubles: Vec<String>,
}

/// Runs the loops.
///
/// # Errors
/// When the house is broken: the store fails, or there is no directory to judge by.
pub async fn run(_works: Works, _until: Until) -> anyhow::Result<Report> {
    todo!("stub")
}
