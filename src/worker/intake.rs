//! Mail in: one task a mailbox, so that a slow or broken one disturbs none. What was fetched and how far are committed together.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use super::{Shared, drafts, pause_after};
use crate::channels::Fault;
use crate::channels::mailbox::{Arrival, Cursor, MailboxSettings, Source, Start, Waiting};
use crate::message::fingerprint;
use crate::store::inbox::NewMessage;

/// Messages and bytes of one batch (MAIL, section 5).
const MOST_MESSAGES: usize = 200;
const MOST_BYTES: u64 = 4 * 1024 * 1024;
/// A settings fault is looked at again this often: the operator may have mended the other side.
const SLOW: Duration = Duration::from_secs(60);
/// Tries of `--until-idle` before a mailbox is given up for this run.
const MOST_TRIES: i64 = 4;

/// Takes in all that a mailbox holds, then returns. A mailbox that cannot be read is a trouble, not the end.
///
/// # Errors
/// When the store fails.
pub(super) async fn drain(shared: &Arc<Shared>, name: &str) -> anyhow::Result<()> {
    let Some(settings) = shared.works.mailboxes.get(name) else { return Ok(()) };
    let mut kept = None;
    for attempt in 0..MOST_TRIES {
        let fault = match open(&mut kept, name, settings).await {
            Ok(mut source) => match once(shared, name, settings, &mut source).await? {
                Ok(()) => return Ok(()),
                Err(fault) => {
                    kept = Some(source);
                    fault
                }
            },
            Err(fault) => fault,
        };
        if matches!(fault, Fault::Permanent(_)) || attempt + 1 == MOST_TRIES {
            shared.trouble(format!("mailbox {name}: {fault}"));
            return Ok(());
        }
        rest(shared, attempt).await;
    }
    Ok(())
}

/// Watches a mailbox for ever: mail in as it comes, drafts out as they are due.
///
/// # Errors
/// When the store fails.
pub(super) async fn watch(shared: &Arc<Shared>, name: &str) -> anyhow::Result<()> {
    let Some(settings) = shared.works.mailboxes.get(name).cloned() else { return Ok(()) };
    let mut failures = 0;
    let mut kept = None;
    loop {
        let fault = match open(&mut kept, name, &settings).await {
            Ok(mut source) => {
                let fault = attend(shared, name, &settings, &mut source, &mut failures).await?;
                kept = Some(source).filter(|_| !matches!(fault, Fault::Permanent(_)));
                fault
            }
            Err(fault) => fault,
        };
        shared.trouble(format!("mailbox {name}: {fault}"));
        match fault {
            Fault::Permanent(_) => shared.works.clock.rest(SLOW).await,
            Fault::Passing { after_ms: Some(after), .. } => shared.works.clock.rest(Duration::from_millis(after)).await,
            _ => rest(shared, failures).await,
        }
        failures += 1;
    }
}

/// The mailbox as it was kept over a lost connection, which mends itself and knows which mail cost it; else a new one.
async fn open(kept: &mut Option<Source>, name: &str, settings: &MailboxSettings) -> Result<Source, Fault> {
    match kept.take() {
        Some(source) => Ok(source),
        None => Source::open(settings).await.inspect(|_| tracing::info!("mailbox {name}: connected")),
    }
}

/// Looks, saves drafts, waits; until the connection fails. A whole round without a fault is no failure in a row any more.
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
        if look && let Err(fault) = once(shared, name, settings, source).await? {
            return Ok(fault);
        }
        if let Err(fault) = drafts::all_due(shared, name, settings, source).await? {
            return Ok(fault);
        }
        *failures = 0;
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

async fn rest(shared: &Shared, attempts: i64) {
    let pause = pause_after(attempts, shared.works.clock.id().random());
    shared.works.clock.rest(Duration::try_from(pause).unwrap_or(SLOW)).await;
}

/// One look: everything behind the cursor is fetched and written down. The outer error is the store's, the inner one the mailbox's.
///
/// # Errors
/// When the store fails.
pub async fn once(shared: &Arc<Shared>, name: &str, settings: &MailboxSettings, source: &mut Source) -> anyhow::Result<Result<(), Fault>> {
    let stored = shared.works.store.cursor(name).await?;
    let look = match source.look(stored.map(|(epoch, next)| Cursor { epoch, next })).await {
        Ok(look) => look,
        Err(fault) => return Ok(Err(fault)),
    };
    if stored.is_none() && settings.start == Start::Now {
        let history: Vec<NewMessage> =
            look.waiting.iter().map(|w| without_words(shared, w, "history", "was there before usher began")).collect();
        shared.works.store.admit(name, look.epoch, look.next, &history, shared.now()).await?;
        return Ok(Ok(()));
    }
    let uids: Vec<String> = look.waiting.iter().map(|w| w.uid.clone()).collect();
    let unknown: HashSet<String> = shared.works.store.unknown(name, look.epoch, &uids).await?.into_iter().collect();
    let new: Vec<Waiting> = look.waiting.into_iter().filter(|w| unknown.contains(&w.uid)).collect();
    for batch in batches(&new) {
        let arrivals = match source.fetch(batch).await {
            Ok(arrivals) => arrivals,
            Err(fault) => return Ok(Err(fault)),
        };
        let written = written(shared, batch, arrivals);
        let next =
            batch.last().and_then(|w| w.uid.parse::<u32>().ok()).map_or(look.next, |uid| uid.saturating_add(1).min(look.next.max(1)));
        let came = shared.works.store.admit(name, look.epoch, next, &written, shared.now()).await?;
        if came > 0 {
            tracing::info!(count = came, "mailbox {name}: mail came");
            shared.count(|r| r.taken += came);
            shared.arrived.notify_one();
        }
    }
    shared.works.store.admit(name, look.epoch, look.next, &[], shared.now()).await?;
    Ok(Ok(()))
}

/// Cuts a list into batches of bounded number and size.
fn batches(waiting: &[Waiting]) -> Vec<&[Waiting]> {
    let (mut cut, mut start, mut bytes) = (Vec::new(), 0, 0_u64);
    for (at, message) in waiting.iter().enumerate() {
        let full = at - start >= MOST_MESSAGES || bytes + message.size > MOST_BYTES;
        if full && at > start {
            cut.extend(waiting.get(start..at));
            start = at;
            bytes = 0;
        }
        bytes += message.size;
    }
    cut.extend(waiting.get(start..).filter(|rest| !rest.is_empty()));
    cut
}

fn without_words(shared: &Shared, waiting: &Waiting, fate: &'static str, why: &str) -> NewMessage {
    NewMessage {
        id: shared.id(),
        uid: waiting.uid.clone(),
        raw: Vec::new(),
        size: i64::try_from(waiting.size).unwrap_or(i64::MAX),
        content_hash: String::new(),
        fate,
        why: why.to_owned(),
    }
}

/// What is written down of a batch: every message that was asked for has a row, those that are gone too.
fn written(shared: &Shared, asked: &[Waiting], arrivals: Vec<Arrival>) -> Vec<NewMessage> {
    let arrived: HashSet<&str> = arrivals.iter().map(|a| a.uid.as_str()).collect();
    let gone: Vec<NewMessage> = asked
        .iter()
        .filter(|w| !arrived.contains(w.uid.as_str()))
        .map(|w| without_words(shared, w, "gone", "was moved or deleted before it could be fetched"))
        .collect();
    let mut rows: Vec<NewMessage> = arrivals
        .into_iter()
        .map(|a| NewMessage {
            id: shared.id(),
            content_hash: fingerprint::of(&a.raw),
            size: i64::try_from(a.cut_from.unwrap_or(a.raw.len() as u64)).unwrap_or(i64::MAX),
            uid: a.uid,
            raw: a.raw,
            fate: "waiting",
            why: String::new(),
        })
        .collect();
    rows.extend(gone);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_bounded_and_lose_nothing() {
        let waiting: Vec<Waiting> = (0..450).map(|n| Waiting { uid: n.to_string(), size: 1_000 }).collect();
        let sizes: Vec<usize> = batches(&waiting).iter().map(|b| b.len()).collect();
        assert_eq!(sizes, [200, 200, 50]);
        let large: Vec<Waiting> = (0..3).map(|n| Waiting { uid: n.to_string(), size: 3 * 1024 * 1024 }).collect();
        assert_eq!(batches(&large).len(), 3);
        assert!(batches(&[]).is_empty());
    }
}
