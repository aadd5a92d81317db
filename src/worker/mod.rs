//! The loops, each a few lines round one public step: mailbox, triage, deliver, alarm, mirror, health.

pub mod alarm;
mod conclude;
pub mod deliver;
mod drafts;
pub mod health;
pub mod intake;
mod mailbox;
pub mod mirror;
pub mod register;
mod sent;
mod shared;
pub mod triage;

pub use drafts::as_a_persons;
pub use shared::{Report, Shared};

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use self::mirror::{DirectorySettings, Mirror};
use crate::channels::mailbox::{MailboxSettings, Source};
use crate::channels::{Fault, discord::DiscordSettings, platform::Platform, smtp::SmtpSettings};
use crate::clock::Clock;
use crate::message::thread::Threads;
use crate::people::{codes::Seal, directory::InForce};
use crate::store::Store;
use crate::triage::playbook::Playbook;

/// How long a reply that is being sent may take once the program was told to stop.
const LAST_REPLY: Duration = Duration::from_secs(25);

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
    /// Automatic replies to one address in 30 days.
    pub monthly_per_sender: u32,
    /// Automatic replies to one domain in an hour.
    pub hourly_per_domain: u32,
    /// Automatic replies in an hour to messages that say the same.
    pub hourly_same_text: u32,
    /// Automatic replies in an hour in all.
    pub hourly_total: u32,
    /// Whether authenticated people get an acknowledgement.
    pub acknowledge: bool,
}

impl Default for RepliesSettings {
    fn default() -> Self {
        Self {
            automatic: Vec::new(),
            hold: SignedDuration::from_secs(10),
            daily_per_sender: 2,
            monthly_per_sender: 4,
            hourly_per_domain: 50,
            hourly_same_text: 10,
            hourly_total: 200,
            acknowledge: false,
        }
    }
}

/// Everything the loops work with.
#[derive(Clone)]
pub struct Works {
    /// The memory.
    pub store: Store,
    /// Seals codes.
    pub seal: Seal,
    /// Marks conversations.
    pub threads: Threads,
    /// Rules and templates.
    pub playbook: Arc<Playbook>,
    /// The register in force, shared with whoever else judges in this process.
    pub in_force: Arc<InForce>,
    /// `[directory]`.
    pub directory: DirectorySettings,
    /// The way to `[directory] url`.
    pub platform: Option<Platform>,
    /// Whether the mailboxes are attended to here; their settings count in any case.
    pub intake: bool,
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

/// Runs the loops.
///
/// # Errors
/// When the house is broken: the store fails, or there is no directory to judge by.
pub async fn run(works: Works, until: Until) -> anyhow::Result<Report> {
    let claim = works.store.claim().await?;
    if claim.is_some() {
        works.store.release_leases().await?;
    }
    works.store.doubt_unfinished(claim.is_some(), works.clock.now()).await?;
    let (mirror, directory) = Mirror::first(&works).await?;
    works.in_force.put(directory);
    let shared = Arc::new(Shared::new(works, claim.is_some()));
    match until {
        Until::Idle => drain(&shared).await?,
        Until::Stopped => serve(&shared, mirror).await?,
    }
    Ok(shared.report())
}

/// Compares the ledgers of these mailboxes with their servers: how many messages each server has that have no line. `mend`: they are
/// taken in. The outer error is the store's, the inner ones the mailboxes'.
///
/// # Errors
/// When the store fails, or another process serves it.
pub async fn reconcile(works: Works, names: &[String], mend: bool) -> anyhow::Result<Vec<(String, Result<usize, Fault>)>> {
    let _claim = works.store.claim().await?;
    let shared = Arc::new(Shared::new(works, false));
    let mut found = Vec::new();
    for name in names {
        let settings = shared.works.mailboxes.get(name).ok_or_else(|| anyhow::anyhow!("there is no mailbox `{name}` in the settings"))?;
        let compared = match Source::open(settings).await {
            Ok(mut source) => intake::reconcile(&shared, name, &mut source, mend).await?,
            Err(fault) => Err(fault),
        };
        found.push((name.clone(), compared));
    }
    Ok(found)
}

/// Everything that is there, once, and everything that follows from it. What one mailbox holds is judged while another is still read.
async fn drain(shared: &Arc<Shared>) -> anyhow::Result<()> {
    let mut mailboxes = tokio::task::JoinSet::new();
    for name in shared.attended() {
        let shared = Arc::clone(shared);
        mailboxes.spawn(async move { mailbox::drain(&shared, &name).await });
    }
    loop {
        while triage::batch(shared).await? > 0 {}
        tokio::select! {
            done = mailboxes.join_next() => match done {
                Some(done) => done??,
                None => break,
            },
            () = shared.arrived.notified() => {}
        }
    }
    // What is judged again while replies leave brings further drafts.
    for _ in 0..MOST_ROUNDS {
        while triage::batch(shared).await? > 0 {}
        for name in shared.attended() {
            mailbox::tidy(shared, &name).await?;
        }
        while alarm::one(shared).await? == Step::Done {}
        deliver::drain(shared).await?;
        if shared.works.store.waiting_now(shared.now()).await? == 0 {
            break;
        }
    }
    for name in shared.attended() {
        mailbox::tidy(shared, &name).await?;
    }
    Ok(())
}

/// Rounds of a drain; each brings what the one before gave rise to.
const MOST_ROUNDS: u32 = 4;
/// A loop that failed rests so long, and longer each time.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Every loop until SIGTERM or Ctrl-C. A loop that fails says so and goes on: when space or the database comes back, so does usher.
async fn serve(shared: &Arc<Shared>, mirror: Mirror) -> anyhow::Result<()> {
    let mut loops = tokio::task::JoinSet::new();
    let mailboxes = shared.attended().into_iter().map(Round::Mailbox);
    for round in mailboxes.chain([Round::Triage, Round::Alarm, Round::Health]) {
        loops.spawn(again(Arc::clone(shared), round));
    }
    let registered = Arc::clone(shared);
    loops.spawn(async move { mirror::watch(&registered, mirror).await });
    let delivering = tokio::spawn(again(Arc::clone(shared), Round::Deliver));
    told_to_stop().await;
    tracing::info!("stopping");
    shared.stop.send_replace(true);
    loops.shutdown().await;
    // A reply in the sending is given its time: whether it left is then known.
    if tokio::time::timeout(LAST_REPLY, delivering).await.is_err() {
        shared.works.store.doubt_unfinished(shared.alone, shared.now()).await?;
    }
    Ok(())
}

/// A loop that runs until the program stops.
#[derive(Debug, Clone)]
enum Round {
    Mailbox(String),
    Triage,
    Deliver,
    Alarm,
    Health,
}

impl std::fmt::Display for Round {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Mailbox(name) => write!(f, "mailbox {name}"),
            Self::Triage => f.write_str("judging mail"),
            Self::Deliver => f.write_str("sending replies"),
            Self::Alarm => f.write_str("posting alarms"),
            Self::Health => f.write_str("looking after the loops"),
        }
    }
}

impl Round {
    async fn run(&self, shared: &Arc<Shared>) -> anyhow::Result<()> {
        match self {
            Self::Mailbox(name) => mailbox::watch(shared, name).await,
            Self::Triage => triage::watch(shared).await,
            Self::Deliver => deliver::watch(shared).await,
            Self::Alarm => alarm::watch(shared).await,
            Self::Health => health::watch(shared).await,
        }
    }
}

/// Runs a loop again after it failed, or fell over, until the program stops: no loop ends in silence.
async fn again(shared: Arc<Shared>, round: Round) {
    let mut failures = 0;
    loop {
        let mut running = tokio::task::JoinSet::new();
        let (works, once) = (Arc::clone(&shared), round.clone());
        running.spawn(async move { once.run(&works).await });
        match running.join_next().await {
            None | Some(Ok(Ok(()))) => return,
            Some(Ok(Err(error))) => shared.trouble(format!("{round}: {}", told(&error))),
            Some(Err(_)) => shared.trouble(format!("{round}: fell over, and is begun again")),
        }
        let pause = AFTER_FAILURE * (1 << failures.min(5));
        failures += 1;
        tokio::select! {
            () = shared.works.clock.rest(pause) => {}
            () = shared.stopping() => return,
        }
    }
}

/// What went wrong in the house, without what a database may quote.
fn told(error: &anyhow::Error) -> String {
    match error.downcast_ref::<crate::store::StoreError>() {
        Some(error) => error.kind(),
        None => error.to_string(),
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
