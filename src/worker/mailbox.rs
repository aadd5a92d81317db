//! One actor a mailbox, so that a slow or broken one disturbs none: mail in, drafts out, sent mail watched, the ledger compared.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Shared, drafts, intake, pause_after, sent};
use crate::channels::Fault;
use crate::channels::mailbox::{MailboxSettings, Source, Wake};
use crate::store::open::Hold;

/// A settings fault is looked at again this often: the operator may have mended the other side.
const SLOW: Duration = Duration::from_secs(60);
/// A mailbox that another process attends to is asked for again so often.
const ANOTHER: Duration = Duration::from_secs(10);
/// Tries of `--until-idle` before a mailbox is given up for this run.
const MOST_TRIES: i64 = 6;

/// Watches a mailbox for ever: mail in as it comes, drafts out as they are due.
///
/// # Errors
/// When the store fails.
pub(super) async fn watch(shared: &Arc<Shared>, name: &str) -> anyhow::Result<()> {
    let Some(settings) = shared.works.mailboxes.get(name).cloned() else { return Ok(()) };
    let mut attendance = Attendance { failures: 0, seen: HashSet::new() };
    let mut source = None;
    loop {
        // Two processes that attended to one mailbox would save its drafts twice.
        let Some(mut hold) = shared.works.store.hold(&trouble_name(name)).await? else {
            shared.works.clock.rest(ANOTHER).await;
            continue;
        };
        while hold.stands().await {
            // Kept after a fault: it connects anew by itself, and it remembers which mail cost it the connection.
            let (label, fault) = match &mut source {
                Some(source) => attend(shared, name, &settings, source, &mut hold, &mut attendance).await?,
                None => match Source::open(&settings).await {
                    Ok(opened) => {
                        tracing::info!("mailbox {name}: connected");
                        source = Some(opened);
                        continue;
                    }
                    Err(fault) => (name.to_owned(), Some(fault)),
                },
            };
            let Some(fault) = fault else { break };
            failing(shared, &label, &fault).await?;
            match fault {
                Fault::Permanent(_) => shared.works.clock.rest(SLOW).await,
                Fault::Passing { after_ms: Some(after), .. } => shared.works.clock.rest(Duration::from_millis(after)).await,
                _ => rest(shared, attendance.failures).await,
            }
            attendance.failures += 1;
        }
    }
}

/// What is remembered of a mailbox while it is attended to.
struct Attendance {
    /// In a row.
    failures: i64,
    /// Files of the sent folder that were read.
    seen: HashSet<String>,
}

/// Takes in all that a mailbox holds, then returns. A mailbox that cannot be read is a trouble, not the end.
///
/// # Errors
/// When the store fails.
pub(super) async fn drain(shared: &Arc<Shared>, name: &str) -> anyhow::Result<()> {
    with_tries(shared, name, Errand::Intake).await
}

/// Does what is due in the folders of a mailbox, then returns.
///
/// # Errors
/// When the store fails.
pub(super) async fn tidy(shared: &Arc<Shared>, name: &str) -> anyhow::Result<()> {
    if !drafts::is_due(shared, name).await? && !sent::is_due(shared, name).await? {
        return Ok(());
    }
    with_tries(shared, name, Errand::Folders).await
}

/// What a mailbox is opened for.
#[derive(Debug, Clone, Copy)]
enum Errand {
    Intake,
    Folders,
}

/// Opens the mailbox and does the errand, again when the connection fails, and gives up after some tries.
async fn with_tries(shared: &Arc<Shared>, name: &str, errand: Errand) -> anyhow::Result<()> {
    let Some(settings) = shared.works.mailboxes.get(name) else { return Ok(()) };
    let Some(_hold) = shared.works.store.hold(&trouble_name(name)).await? else {
        shared.trouble(format!("mailbox {name}: another process attends to it"));
        return Ok(());
    };
    let mut source = None;
    for attempt in 0..MOST_TRIES {
        let opened = match source.take() {
            Some(source) => Ok(source),
            None => Source::open(settings).await,
        };
        let fault = match opened {
            Ok(mut open) => {
                let done = match errand {
                    Errand::Intake => intake::once(shared, name, settings, &mut open).await?,
                    Errand::Folders => folders(shared, name, settings, &mut open).await?,
                };
                source = Some(open);
                match done {
                    Ok(()) => return Ok(()),
                    Err(fault) => fault,
                }
            }
            Err(fault) => fault,
        };
        if matches!(fault, Fault::Permanent(_)) || attempt + 1 == MOST_TRIES {
            return failing(shared, name, &fault).await;
        }
        rest(shared, attempt).await;
    }
    Ok(())
}

/// Looks, tidies the folders, waits; until the connection fails, or somebody else holds the mailbox (no fault). Answers what failed.
async fn attend(
    shared: &Arc<Shared>,
    name: &str,
    settings: &MailboxSettings,
    source: &mut Source,
    hold: &mut Hold,
    attendance: &mut Attendance,
) -> anyhow::Result<(String, Option<Fault>)> {
    let poll = settings.poll.max(SignedDuration::from_secs(1));
    let mut settled = shared.settled.subscribe();
    let mut next_look = shared.now();
    loop {
        let look = shared.now() >= next_look;
        if look {
            if !hold.stands().await {
                return Ok((name.to_owned(), None));
            }
            next_look = shared.now().saturating_add(poll).unwrap_or(Timestamp::MAX);
            if let Err(fault) = intake::once(shared, name, settings, source).await? {
                return Ok((name.to_owned(), Some(fault)));
            }
            if let Err(fault) = sent::watch(shared, name, settings, source, &mut attendance.seen).await? {
                return Ok((folders_name(name), Some(fault)));
            }
        }
        settled.mark_unchanged();
        if let Err(fault) = folders(shared, name, settings, source).await? {
            return Ok((folders_name(name), Some(fault)));
        }
        if look {
            shared.works.store.looked(&folders_name(name), shared.now()).await?;
            attendance.failures = 0;
        }
        // Whatever is settled elsewhere, the poll runs.
        let left = Duration::try_from(next_look.duration_since(shared.now())).unwrap_or_default();
        tokio::select! {
            wake = source.wait(left) => match wake {
                Ok(Wake::Mail) => next_look = shared.now(),
                Ok(Wake::Quiet) => {}
                Err(fault) => return Ok((name.to_owned(), Some(fault))),
            },
            _ = settled.changed() => {}
        }
    }
}

/// Takes out of the folders what is no longer wanted, and puts in what is.
async fn folders(shared: &Arc<Shared>, name: &str, settings: &MailboxSettings, source: &mut Source) -> anyhow::Result<Result<(), Fault>> {
    if let Err(fault) = drafts::withdraw(shared, name, source).await? {
        return Ok(Err(fault));
    }
    if let Err(fault) = drafts::save(shared, name, settings, source).await? {
        return Ok(Err(fault));
    }
    sent::tidy(shared, name, source).await
}

/// Writes down what cannot be reached; whoever looks after the others raises the alarm when that lasts.
async fn failing(shared: &Shared, label: &str, fault: &Fault) -> anyhow::Result<()> {
    shared.works.store.failing(label, &fault.to_string(), shared.now()).await?;
    shared.trouble(format!("mailbox {label}: {fault}"));
    Ok(())
}

/// How long a mailbox may be silent before somebody has to hear of it.
pub(super) fn silent_after(settings: &MailboxSettings) -> SignedDuration {
    settings.silent_after.max(SignedDuration::from_secs(1))
}

/// Under which name the state of a mailbox's drafts and sent folders is kept.
pub(super) fn folders_name(mailbox: &str) -> String {
    format!("{mailbox} (drafts and sent)")
}

/// Under which name a mailbox's trouble is kept.
pub(super) fn trouble_name(mailbox: &str) -> String {
    format!("mailbox {mailbox}")
}

async fn rest(shared: &Shared, attempts: i64) {
    let pause = pause_after(attempts, shared.works.clock.id().random());
    shared.works.clock.rest(Duration::try_from(pause).unwrap_or(SLOW)).await;
}
