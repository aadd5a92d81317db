//! The sent folder: what people answer from their own mail programs, copies of what usher sent, and replies of which nobody knows
//! whether they left.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::SignedDuration;

use super::Shared;
use crate::channels::Fault;
use crate::channels::mailbox::{Cursor, MailboxSettings, Room, Source, Waiting};
use crate::message::{Message, address::Address, parse};
use crate::points;
use crate::store::outbox::{End, OutboxRow};

/// Headers of one batch.
const MOST_HEADS: usize = 500;
/// A reply that may have left is looked for among sent mail so long after, and for so long.
const FIRST_LOOK: SignedDuration = SignedDuration::from_mins(2);
const LAST_LOOK: SignedDuration = SignedDuration::from_hours(1);

/// Looks for answers that people sent from their own mail programs. The first look only marks where the folder ends.
///
/// # Errors
/// When the store fails; the inner error is the mailbox's.
pub(super) async fn watch(
    shared: &Arc<Shared>,
    name: &str,
    settings: &MailboxSettings,
    source: &mut Source,
    seen: &mut HashSet<String>,
) -> anyhow::Result<Result<(), Fault>> {
    let store = &shared.works.store;
    if settings.sent.is_empty() {
        return Ok(Ok(()));
    }
    let stored = store.sent_cursor(name).await?;
    let look = match source.look_in(Room::Sent, stored.map(|(epoch, next)| Cursor { epoch, next })).await {
        Ok(look) => look,
        Err(fault) => return Ok(Err(fault)),
    };
    // Epoch 0: files, or a folder that did not exist yet.
    let known = stored.is_some_and(|(epoch, _)| epoch == look.epoch || epoch == 0);
    let waiting = if known { look.waiting.as_slice() } else { &[] };
    let files = look.epoch == 0;
    let new: Vec<Waiting> = waiting.iter().filter(|w| !files || !seen.contains(&w.uid)).cloned().collect();
    for batch in new.chunks(MOST_HEADS) {
        let heads = match source.heads(Room::Sent, look.epoch, batch).await {
            Ok(heads) => heads,
            Err(fault) => return Ok(Err(fault)),
        };
        for head in heads {
            answered(shared, name, &parse::message(&head.raw, &shared.works.playbook.identity)).await?;
        }
    }
    if files {
        // Each look shows all files; what was read is read once in the life of the program, and an old answer closes nothing newer.
        seen.extend(look.waiting.into_iter().map(|w| w.uid));
    }
    if stored != Some((look.epoch, look.next)) {
        store.set_sent_cursor(name, look.epoch, look.next).await?;
    }
    Ok(Ok(()))
}

/// A message among sent mail: if it answers a ticket and is none of ours, a person has answered.
async fn answered(shared: &Arc<Shared>, name: &str, message: &Message) -> anyhow::Result<()> {
    let (store, threads) = (&shared.works.store, &shared.works.threads);
    if let Some(id) = &message.message_id
        && store.is_ours(id).await?
    {
        return Ok(());
    }
    // A draft of ours that was sent as it stood keeps its Message-ID; one that was edited keeps at least its References.
    let own = message.message_id.iter().filter_map(|id| threads.ticket(id));
    let ticket = match own.chain(threads.answered(message)).next() {
        Some(ticket) => Some(ticket),
        None => store.related(name, None, &message.in_reply_to, shared.now()).await?,
    };
    let Some(ticket) = ticket else { return Ok(()) };
    // A request that is passed on to a colleague is no answer to the person.
    let person = store.conversation(&ticket).await?.and_then(|t| t.from_address);
    let to_them =
        message.to.iter().chain(&message.cc).filter_map(|m| Address::parse(&m.address)).any(|a| Some(a.as_str()) == person.as_deref());
    let sent_at = message.moment().unwrap_or(shared.now());
    if to_them && store.answered_elsewhere(&ticket, sent_at, shared.now()).await? {
        store.note(&shared.id(), Some(&ticket), "answered", "from a mail program", shared.now()).await?;
    }
    Ok(())
}

/// Whether anything is due here.
///
/// # Errors
/// When the store fails.
pub(super) async fn is_due(shared: &Shared, name: &str) -> anyhow::Result<bool> {
    let store = &shared.works.store;
    Ok(!store.uncopied(name).await?.is_empty() || !store.replies_in(name, "unknown", shared.now()).await?.is_empty())
}

/// Keeps copies of what was sent, and looks for replies of which nobody knows whether they left.
///
/// # Errors
/// When the store fails; the inner error is the mailbox's.
pub(super) async fn tidy(shared: &Arc<Shared>, name: &str, source: &mut Source) -> anyhow::Result<Result<(), Fault>> {
    let store = &shared.works.store;
    let wanted = shared.works.mailboxes.get(name).is_some_and(|m| !m.sent.is_empty());
    // Until there is none: nothing may come for a long time that would bring anybody back to what is left.
    loop {
        let rows = store.uncopied(name).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            if wanted && let Err(fault) = copy(shared, source, &row).await {
                return Ok(Err(fault));
            }
            points::pass("copied");
            store.copied(&row.id).await?;
        }
    }
    for row in store.replies_in(name, "unknown", shared.now()).await? {
        match source.has_sent(&row.message_id).await {
            Ok(found) => decide(shared, &row, found).await?,
            Err(fault) => return Ok(Err(fault)),
        }
    }
    Ok(Ok(()))
}

/// A copy for the people who work in the mailbox, where the mail server keeps none by itself.
async fn copy(shared: &Shared, source: &mut Source, row: &OutboxRow) -> Result<(), Fault> {
    let kept_there = shared.works.smtp.as_ref().is_some_and(|smtp| smtp.saves_copy());
    if kept_there || source.has_sent(&row.message_id).await? {
        return Ok(());
    }
    source.save_sent(&row.mail).await
}

async fn decide(shared: &Arc<Shared>, row: &OutboxRow, found: bool) -> anyhow::Result<()> {
    let (store, now) = (&shared.works.store, shared.now());
    if found {
        if store.finish(row, End::Sent, "its copy was found among sent mail", &shared.id(), now).await? {
            store.copied(&row.id).await?;
        }
        return Ok(());
    }
    let queued = crate::store::instant(row.queued_at);
    let next = if now.duration_since(queued) < LAST_LOOK { now.saturating_add(FIRST_LOOK) } else { Ok(jiff::Timestamp::MAX) };
    Ok(store.look_for_reply(&row.id, next.unwrap_or(jiff::Timestamp::MAX)).await?)
}
