//! Judging: waiting messages are leased, judged against one snapshot on all cores, and everything that follows is written in one
//! transaction. What continues a conversation is judged with what was said before.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::{Shared, conclude};
use crate::message::Automatic;
use crate::people::directory::Directory;
use crate::points;
use crate::store::conversations::Conversation;
use crate::store::inbox::{Leased, MOST_ATTEMPTS};
use crate::store::settle::{Becomes, Line, Returned, Settlement};
use crate::triage::corrected::{self, Correction};
use crate::triage::{self, Outcome, Reading, continued::continued};

const BATCH: u32 = 200;
const PAUSE: Duration = Duration::from_secs(2);

/// Judges for ever, woken by arrivals.
///
/// # Errors
/// When the store fails.
pub(super) async fn watch(shared: &Arc<Shared>) -> anyhow::Result<()> {
    loop {
        if batch(shared).await? == 0 {
            tokio::select! {
                () = shared.arrived.notified() => {}
                () = shared.works.clock.rest(PAUSE) => {}
            }
        }
    }
}

/// Judges one batch of waiting messages; answers how many.
///
/// # Errors
/// When the store fails.
pub async fn batch(shared: &Arc<Shared>) -> anyhow::Result<usize> {
    let mut leased = shared.works.store.lease(BATCH, shared.now()).await?;
    // Ids are in the order of arrival; a database answers in any.
    leased.sort_by(|a, b| a.id.cmp(&b.id));
    let count = leased.len();
    points::pass("leased");
    for guilty in leased.extract_if(.., |m| m.attempts > MOST_ATTEMPTS) {
        quarantine(shared, &guilty).await?;
    }
    let directory = shared.works.in_force.get();
    // Only what is looked at again can have been spoken of.
    let spoken_of = leased.iter().any(|m| m.imported != 0);
    let peoples = if spoken_of { shared.works.store.said_to_be_peoples().await? } else { Vec::new() };
    let now = shared.now();
    let (mut plain, mut later) = (Vec::new(), Vec::new());
    for (message, judged) in on_all_cores(shared, leased, &directory, &Arc::from(peoples), now).await {
        match judged {
            Judged::Alone(outcome) => plain.push(alone(shared, &message, *outcome, now).await?),
            Judged::Continues(..) | Judged::Returned(..) => later.push((message, judged)),
            Judged::Failed => failed(shared, &message).await?,
        }
    }
    points::pass("judged");
    write(shared, plain, now).await?;
    if spoken_of {
        shared.works.store.corrections_follow().await?;
    }
    // One after the other: each is judged with those before it.
    for (message, judged) in later {
        let settlement = match judged {
            Judged::Continues(reading, tickets) => answer(shared, &message, *reading, &tickets, &directory, now).await?,
            Judged::Returned(outcome, ids) => returned(shared, &message, &outcome, ids).await?,
            Judged::Alone(_) | Judged::Failed => None,
        };
        match settlement {
            Some(settlement) => write(shared, vec![settlement], now).await?,
            None => failed(shared, &message).await?,
        }
    }
    Ok(count)
}

/// What judging came to, before the store is asked anything.
enum Judged {
    /// The message speaks for itself.
    Alone(Box<Outcome>),
    /// It answers these tickets, or is judged again as part of one.
    Continues(Box<Reading>, Vec<String>),
    /// A bounce that returns these mails of ours.
    Returned(Box<Outcome>, Vec<String>),
    /// The judge stumbled.
    Failed,
}

/// Cuts the batch into one piece a core. A message that brings its judge down takes nothing else with it.
async fn on_all_cores(
    shared: &Arc<Shared>,
    batch: Vec<Leased>,
    directory: &Arc<Directory>,
    peoples: &Arc<[String]>,
    now: Timestamp,
) -> Vec<(Leased, Judged)> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let piece = batch.len().div_ceil(cores).max(1);
    let (mut rest, mut tasks) = (batch, Vec::new());
    while !rest.is_empty() {
        let tail = rest.split_off(piece.min(rest.len()));
        let (shared, directory, mine) = (Arc::clone(shared), Arc::clone(directory), std::mem::replace(&mut rest, tail));
        let peoples = Arc::clone(peoples);
        tasks.push(tokio::task::spawn_blocking(move || {
            let judge = |m: Leased| {
                let judged = catch_unwind(AssertUnwindSafe(|| judge(&shared, &m, &directory, peoples.contains(&m.id), now)))
                    .unwrap_or(Judged::Failed);
                (m, judged)
            };
            mine.into_iter().map(judge).collect::<Vec<_>>()
        }));
    }
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.unwrap_or_default());
    }
    all
}

/// `by_a_person`: staff say so, whatever the message looks like.
fn judge(shared: &Shared, leased: &Leased, directory: &Directory, by_a_person: bool, now: Timestamp) -> Judged {
    let playbook = &shared.works.playbook;
    let threads = &shared.works.threads;
    let raw = leased.raw.as_deref().unwrap_or_default();
    let mut reading = triage::read(raw, playbook);
    if let Some(id) = &reading.message.message_id
        && threads.ticket(id).is_some()
    {
        // Our own mail, whoever passed it on.
        reading.message.automatic = Some(Automatic::Own);
        reading.message.automatic_why.push("its Message-ID is one of ours".into());
    }
    if raw.len() < usize::try_from(leased.size).unwrap_or(usize::MAX) {
        reading.message.defects.push("too large: only its beginning was read".into());
    }
    if by_a_person {
        return Judged::Alone(Box::new(corrected::settle(reading, &[Correction::NotAutomatic], directory, playbook, now)));
    }
    let tickets: Vec<String> = leased.ticket_id.iter().cloned().chain(threads.answered(&reading.message)).collect();
    if reading.message.automatic == Some(Automatic::Bounce) {
        let ids = threads.returned(raw);
        if !ids.is_empty() && says_failed(raw) {
            return Judged::Returned(Box::new(triage::settle(reading, directory, playbook, now)), ids);
        }
    }
    if !tickets.is_empty() && reading.message.automatic.is_none() {
        return Judged::Continues(Box::new(reading), tickets);
    }
    Judged::Alone(Box::new(triage::settle(reading, directory, playbook, now)))
}

/// A delivery report that only tells of a delay, or of a delivery, returns nothing (RFC 3464 section 2.3.3); one in prose does.
fn says_failed(raw: &[u8]) -> bool {
    const ACTION: &[u8] = b"action:";
    let lines = raw.split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
    let mut actions = lines.filter(|line| line.get(..ACTION.len()).is_some_and(|start| start.eq_ignore_ascii_case(ACTION))).peekable();
    actions.peek().is_none()
        || actions.any(|line| line.get(ACTION.len()..).unwrap_or_default().trim_ascii().eq_ignore_ascii_case(b"failed"))
}

/// A message that belongs to no ticket as far as anything proves.
async fn alone(shared: &Shared, message: &Leased, outcome: Outcome, now: Timestamp) -> anyhow::Result<Settlement> {
    let related = if outcome.message.automatic.is_none() { related(shared, message, &outcome, now).await? } else { None };
    Ok(conclude::alone(shared, message, &outcome, related, false, now))
}

async fn related(shared: &Shared, message: &Leased, outcome: &Outcome, now: Timestamp) -> anyhow::Result<Option<String>> {
    let from = outcome.message.speaker.as_ref().map(|a| a.as_str().to_owned());
    let answers: Vec<String> =
        outcome.message.in_reply_to.iter().chain(outcome.message.references.iter().rev()).take(20).cloned().collect();
    Ok(shared.works.store.related(&message.mailbox, from.as_deref(), &answers, now).await?)
}

/// A message that answers a ticket: part of it when the same person writes, else a ticket of its own that may be related.
async fn answer(
    shared: &Arc<Shared>,
    message: &Leased,
    reading: Reading,
    tickets: &[String],
    directory: &Arc<Directory>,
    now: Timestamp,
) -> anyhow::Result<Option<Settlement>> {
    let store = &shared.works.store;
    let speaker = reading.message.speaker.as_ref().map(|a| a.as_str().to_owned());
    let mut other = None;
    for id in tickets {
        let Some(ticket) = store.conversation(id).await? else { continue };
        let own = message.ticket_id.as_ref() == Some(&ticket.id);
        if own || speaker.is_some() && ticket.from_address == speaker {
            return joined(shared, message, reading, &ticket, directory, now).await;
        }
        other.get_or_insert(ticket.id);
    }
    let (playbook, directory) = (Arc::clone(&shared.works.playbook), Arc::clone(directory));
    let settled =
        tokio::task::spawn_blocking(move || catch_unwind(AssertUnwindSafe(|| triage::settle(reading, &directory, &playbook, now))).ok());
    let Some(outcome) = settled.await.ok().flatten() else { return Ok(None) };
    let related = match other {
        Some(id) => Some(id),
        None => related(shared, message, &outcome, now).await?,
    };
    // What answers a mail of ours is not answered by a machine again, whoever sends it.
    Ok(Some(conclude::alone(shared, message, &outcome, related, true, now)))
}

async fn joined(
    shared: &Arc<Shared>,
    message: &Leased,
    reading: Reading,
    ticket: &Conversation,
    directory: &Arc<Directory>,
    now: Timestamp,
) -> anyhow::Result<Option<Settlement>> {
    let Some(by) = shared.works.store.judged_by(&ticket.id).await? else { return Ok(None) };
    let said = shared.works.store.said(&ticket.id, &message.id).await?;
    let corrections: Vec<Correction> = shared.works.store.corrections(&ticket.id).await?.into_iter().map(|c| c.correction).collect();
    let (playbook, directory) = (Arc::clone(&shared.works.playbook), Arc::clone(directory));
    let settled = tokio::task::spawn_blocking(move || {
        catch_unwind(AssertUnwindSafe(|| {
            let earlier = said.iter().map(|s| triage::read(&s.raw, &playbook)).collect();
            let corrections = corrected::still_meant(corrections, &reading);
            corrected::settle(continued(earlier, reading), &corrections, &directory, &playbook, now)
        }))
        .ok()
    });
    let Some(outcome) = settled.await.ok().flatten() else { return Ok(None) };
    Ok(Some(conclude::joined(shared, message, &outcome, ticket, by, now)))
}

/// A reply of ours came back: its ticket is opened again.
async fn returned(shared: &Shared, message: &Leased, outcome: &Outcome, ids: Vec<String>) -> anyhow::Result<Option<Settlement>> {
    let Some(ticket) = ids.iter().find_map(|id| shared.works.threads.ticket(id)) else { return Ok(None) };
    let known = shared.works.store.conversation(&ticket).await?;
    let why = conclude::why(outcome);
    Ok(Some(match known {
        Some(ticket) => Settlement {
            message_id: message.id.clone(),
            fate: "ignored",
            why: format!("{why}; a reply of ours came back (T-{})", ticket.number),
            becomes: Becomes::Returns(Returned { ticket: ticket.id, message_ids: ids }),
            journal: Line { id: shared.id(), event: "reply came back", detail: "it could not be delivered".into() },
        },
        None => Settlement { message_id: message.id.clone(), fate: "ignored", why, becomes: Becomes::Nothing, journal: Line::default() },
    }))
}

/// Writes a batch; where the database refuses it, one by one, so that a message that cannot be written stops no other.
async fn write(shared: &Arc<Shared>, batch: Vec<Settlement>, now: Timestamp) -> anyhow::Result<()> {
    if batch.is_empty() {
        return Ok(());
    }
    let store = &shared.works.store;
    let settled = match store.settle(&batch, now).await {
        Ok(settled) => settled,
        Err(_) => {
            let mut settled = 0;
            for one in &batch {
                match store.settle(std::slice::from_ref(one), now).await {
                    Ok(written) => settled += written,
                    Err(error) => {
                        // Is it the message, or is it the database? It keeps its lease and is tried again; in the end it is set aside.
                        store.probe(&one.message_id, now).await?;
                        tracing::error!("what was concluded of a message cannot be written: {}", error.kind());
                    }
                }
            }
            settled
        }
    };
    points::pass("settled");
    shared.count(|r| r.judged += settled);
    shared.settled();
    Ok(())
}

async fn failed(shared: &Shared, message: &Leased) -> anyhow::Result<()> {
    tracing::error!(attempts = message.attempts, "judging a message failed");
    if message.attempts >= MOST_ATTEMPTS {
        return quarantine(shared, message).await;
    }
    Ok(shared.works.store.set_fate(&message.id, "waiting", "judging it failed").await?)
}

async fn quarantine(shared: &Shared, message: &Leased) -> anyhow::Result<()> {
    let (store, now) = (&shared.works.store, shared.now());
    store.set_fate(&message.id, "quarantined", "judging it failed time and again").await?;
    let what = format!("a message of mailbox {} was quarantined: a person has to read it (`usher ledger`)", message.mailbox);
    shared.trouble(what.clone());
    Ok(store.raise("quarantine", &what, &shared.nonce(), now).await?)
}
