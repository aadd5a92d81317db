//! The loops, each a few lines round one public step: intake, triage, deliver, alarm, mirror.

pub mod alarm;
pub mod deliver;
pub mod drafts;
pub mod intake;
pub mod mirror;
pub mod register;
pub mod triage;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, RwLock};

use self::mirror::{DirectorySettings, Mirror};
use crate::channels::{discord::DiscordSettings, mailbox::MailboxSettings, platform::Platform, smtp::SmtpSettings};
use crate::clock::Clock;
use crate::people::{codes::Seal, directory::Directory};
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
    /// Seals codes.
    pub seal: Seal,
    /// Rules and templates.
    pub playbook: Arc<Playbook>,
    /// `[directory]`.
    pub directory: DirectorySettings,
    /// The way to `[directory] url`.
    pub platform: Option<Platform>,
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

/// What all loops share while they run.
pub struct Shared {
    /// Everything they work with.
    pub works: Works,
    /// The register in force; swapped whole.
    pub directory: RwLock<Arc<Directory>>,
    /// A message came in.
    pub arrived: Notify,
    /// A ticket was settled: drafts, replies and alarms may be due.
    pub settled: Notify,
    report: Mutex<Report>,
}

impl Shared {
    fn new(works: Works, directory: Directory) -> Self {
        Self {
            works,
            directory: RwLock::new(Arc::new(directory)),
            arrived: Notify::new(),
            settled: Notify::new(),
            report: Mutex::default(),
        }
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

    /// Says once what does not work; the words hold nothing about a person.
    pub fn trouble(&self, what: String) {
        tracing::warn!("{what}");
        self.count(|r| {
            if !r.troubles.contains(&what) && r.troubles.len() < 100 {
                r.troubles.push(what);
            }
        });
    }

    fn report(&self) -> Report {
        self.report.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Runs the loops.
///
/// # Errors
/// When the house is broken: the store fails, or there is no directory to judge by.
pub async fn run(works: Works, until: Until) -> anyhow::Result<Report> {
    let _claim = works.store.claim().await?;
    works.store.release_leases().await?;
    works.store.doubt_unfinished().await?;
    let (mirror, directory) = Mirror::first(&works).await?;
    let shared = Arc::new(Shared::new(works, directory));
    match until {
        Until::Idle => drain(&shared).await?,
        Until::Stopped => serve(&shared, mirror).await?,
    }
    Ok(shared.report())
}

/// Everything that is there, once, and everything that follows from it.
async fn drain(shared: &Arc<Shared>) -> anyhow::Result<()> {
    let mut mailboxes = tokio::task::JoinSet::new();
    for name in shared.works.mailboxes.keys() {
        let (shared, name) = (Arc::clone(shared), name.clone());
        mailboxes.spawn(async move { intake::drain(&shared, &name).await });
    }
    while let Some(done) = mailboxes.join_next().await {
        done??;
    }
    while triage::batch(shared).await? > 0 {}
    for name in shared.works.mailboxes.keys() {
        drafts::drain(shared, name).await?;
    }
    while alarm::one(shared).await? == Step::Done {}
    deliver::drain(shared).await?;
    Ok(())
}

/// Every loop until SIGTERM or Ctrl-C. A loop that fails says so and goes on; the store failing for good ends the program.
async fn serve(shared: &Arc<Shared>, mirror: Mirror) -> anyhow::Result<()> {
    let mut loops = tokio::task::JoinSet::new();
    for name in shared.works.mailboxes.keys() {
        let (shared, name) = (Arc::clone(shared), name.clone());
        loops.spawn(async move { intake::watch(&shared, &name).await });
    }
    let (a, b, c, d) = (Arc::clone(shared), Arc::clone(shared), Arc::clone(shared), Arc::clone(shared));
    loops.spawn(async move { triage::watch(&a).await });
    loops.spawn(async move { deliver::watch(&b).await });
    loops.spawn(async move { alarm::watch(&c).await });
    loops.spawn(async move { mirror::watch(&d, mirror).await });
    tokio::select! {
        () = told_to_stop() => {
            tracing::info!("stopping");
            Ok(())
        }
        Some(ended) = loops.join_next() => ended?,
    }
}

/// SIGTERM or Ctrl-C.
async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    drop(interrupt.await);
}

/// Whether a step found something to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It did.
    Done,
    /// There was nothing due.
    Idle,
}

/// How long to wait after `attempts` failures: doubling from half a second to 80 s, less up to a quarter so that many do not return at once.
pub(crate) fn pause_after(attempts: i64, dice: u128) -> SignedDuration {
    let doubled = 500_i64.saturating_mul(1 << attempts.clamp(0, 8)).min(80_000);
    let off = i64::try_from(dice % 250).unwrap_or(0);
    SignedDuration::from_millis(doubled - doubled * off / 1000)
}
