//! One actor a mailbox, so that a slow or broken one disturbs none: mail in, drafts out, sent mail watched, the ledger compared.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use super::{Shared, drafts, intake, pause_after, sent};
use crate::channels::Fault;
use crate::channels::mailbox::{MailboxSettings, Source};

/// A settings fault is looked at again this often: the operator may have mended the other side.
const SLOW: Duration = Duration::from_secs(60);
/// Tries of `--until-idle` before a mailbox is given up for this run.
const MOST_TRIES: i64 = 6;

/// Watches a mailbox for ever: mail in as it comes, drafts out as they are due.
///
/// # Errors
/// When the store fails.
pub(super) async fn watch(shared: &Arc<Shared>, name: &str) -> anyhow::Result<()> {
    let Some(settings) = shared.works.mailboxes.get(name).cloned() else { return Ok(()) };
    let (mut failures, mut source) = (0, None);
    loop {
        // Kept after a fault: it connects anew by itself, and it remembers which mail cost it the connection.
        let fault = match &mut source {
            Some(source) => attend(shared, name, &settings, source, &mut failures).await?,
            None => match Source::open(&settings).await {
                Ok(opened) => {
                    tracing::info!("mailbox {name}: connected");
                    source = Some(opened);
                    continue;
                }
                Err(fault) => fault,
            },
        };
        failing(shared, name, &settings, &fault).await?;
        match fault {
            Fault::Permanent(_) => shared.works.clock.rest(SLOW).await,
            Fault::Passing { after_ms: Some(after), .. } => shared.works.clock.rest(Duration::from_millis(after)).await,
            _ => rest(shared, failures).await,
        }
        failures += 1;
    }
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
            return failing(shared, name, settings, &fault).await;
        }
        rest(shared, attempt).await;
    }
    Ok(())
}

/// Looks, tidies the folders, waits; until the connection fails.
async fn attend(
    shared: &Arc<Shared>,
    name: &str,
    settings: &MailboxSettings,
    source: &mut Source,
    failures: &mut i64,
) -> anyhow::Result<Fault> {
    let poll = Duration::try_from(settings.poll).unwrap_or(SLOW);
    let mut look = true;
    loop {
        if look {
            if let Err(fault) = intake::once(shared, name, settings, source).await? {
                return Ok(fault);
            }
            if let Err(fault) = sent::watch(shared, name, settings, source).await? {
                return Ok(fault);
            }
            *failures = 0;
        }
        if let Err(fault) = folders(shared, name, settings, source).await? {
            return Ok(fault);
        }
        look = tokio::select! {
            wake = source.wait(poll) => match wake {
                // A quiet poll looks as well: a wake that was lost costs no more than that.
                Ok(_) => true,
                Err(fault) => return Ok(fault),
            },
            () = shared.settled.notified() => false,
        };
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

/// Writes down that a mailbox cannot be read, and raises the alarm when that lasts.
async fn failing(shared: &Shared, name: &str, settings: &MailboxSettings, fault: &Fault) -> anyhow::Result<()> {
    let now = shared.now();
    let since = shared.works.store.failing(name, &fault.to_string(), now).await?;
    shared.trouble(format!("mailbox {name}: {fault}"));
    if now.duration_since(since) >= silent_after(settings) {
        let what = format!("mailbox {name} cannot be read: {fault}");
        shared.works.store.raise(&trouble_name(name), &what, &shared.nonce(), now).await?;
    }
    Ok(())
}

/// How long a mailbox may be silent before somebody has to hear of it.
pub(super) fn silent_after(settings: &MailboxSettings) -> SignedDuration {
    settings.silent_after.max(SignedDuration::from_secs(1))
}

/// Under which name a mailbox's trouble is kept.
pub(super) fn trouble_name(mailbox: &str) -> String {
    format!("mailbox {mailbox}")
}

async fn rest(shared: &Shared, attempts: i64) {
    let pause = pause_after(attempts, shared.works.clock.id().random());
    shared.works.clock.rest(Duration::try_from(pause).unwrap_or(SLOW)).await;
}
