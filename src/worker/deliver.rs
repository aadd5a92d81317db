//! Replies out: only what the operator allowed, only to the proven, at most once. A reply that may have left waits for a person.

use std::sync::Arc;
use std::time::Duration;

use super::{Shared, Step, drafts, pause_after};
use crate::channels::{Fault, mailbox::Source, smtp::Smtp};
use crate::draft::{compose, write};
use crate::facts::Language;
use crate::message::address::Address;
use crate::people::ground::Ground;
use crate::store::drafts::StoredDraft;
use crate::store::outbox::OutboxRow;

const PAUSE: Duration = Duration::from_secs(1);
/// How long the live source may take to tell of one person.
const PATIENCE: Duration = Duration::from_secs(15);
/// Tries of a reply that the server puts off (about two days with the pauses between).
const MOST_ATTEMPTS: i64 = 60;
/// So often in a week the same case of the same person is answered by a machine; the next time a person looks.
const SAME_CASE: i64 = 1;

/// Delivers for ever.
///
/// # Errors
/// When the store fails.
pub(super) async fn watch(shared: &Arc<Shared>) -> anyhow::Result<()> {
    let Some(smtp) = smtp(shared) else { return std::future::pending().await };
    loop {
        if one(shared, &smtp).await? == Step::Idle {
            shared.works.clock.rest(PAUSE).await;
        }
    }
}

/// Delivers all that is due, waiting out the hold of what was just queued.
///
/// # Errors
/// When the store fails.
pub(super) async fn drain(shared: &Arc<Shared>) -> anyhow::Result<()> {
    let Some(smtp) = smtp(shared) else { return Ok(()) };
    if shared.works.replies.automatic.is_empty() {
        return Ok(());
    }
    let hold = Duration::try_from(shared.works.replies.hold).unwrap_or_default();
    shared.works.clock.rest(hold + Duration::from_millis(50)).await;
    while one(shared, &smtp).await? == Step::Done {}
    Ok(())
}

fn smtp(shared: &Shared) -> Option<Smtp> {
    let settings = shared.works.smtp.as_ref()?;
    Smtp::new(settings).map_err(|fault| shared.trouble(format!("smtp: {fault}"))).ok()
}

/// Delivers the next reply that is due.
///
/// # Errors
/// When the store fails.
pub async fn one(shared: &Arc<Shared>, smtp: &Smtp) -> anyhow::Result<Step> {
    let store = &shared.works.store;
    if let Some(since) = store.directory_stale_since(shared.now()).await? {
        shared.trouble(format!("no reply leaves without a person: the directory was last looked at {since}, which is too long ago"));
        return Ok(Step::Idle);
    }
    // Taken means marked `sending`, and that is on the disk before a connection is made.
    let Some(row) = store.take_reply(shared.now()).await? else { return Ok(Step::Idle) };
    let Some(draft) = store.draft(&row.draft_id).await? else {
        store.set_reply(&row.id, "failed", "its draft is gone", shared.now(), shared.now()).await?;
        return Ok(Step::Done);
    };
    if let Some(why) = over_budget(shared, &row).await? {
        return to_a_person(shared, &row, "held", &why).await;
    }
    match shaken(shared, &row).await? {
        Ok(None) => {}
        Ok(Some(why)) => return to_be_judged_again(shared, &row, &why).await,
        Err(fault) => {
            let next = shared.now().saturating_add(pause_after(row.attempts, shared.works.clock.id().random())).unwrap_or(shared.now());
            shared.trouble(format!("replies wait: the live directory was not read: {fault}"));
            store.set_reply(&row.id, "retry", &fault.to_string(), next, shared.now()).await?;
            return Ok(Step::Done);
        }
    }
    let (mail, to) = match written(shared, &draft) {
        Ok(ready) => ready,
        Err(what) => return to_a_person(shared, &row, "failed", &what).await,
    };
    match smtp.send(&to, true, &mail).await {
        Ok(()) => sent(shared, &row, &draft, &mail).await,
        Err(Fault::Passing { what, after_ms }) if row.attempts < MOST_ATTEMPTS => {
            let pause = after_ms.map_or_else(
                || pause_after(row.attempts, shared.works.clock.id().random()),
                |ms| jiff::SignedDuration::from_millis(i64::try_from(ms).unwrap_or(60_000)),
            );
            let next = shared.now().saturating_add(pause).unwrap_or(shared.now());
            store.set_reply(&row.id, "retry", &what, next, shared.now()).await?;
            Ok(Step::Done)
        }
        Err(Fault::Passing { what, .. } | Fault::Permanent(what)) => to_a_person(shared, &row, "failed", &what).await,
        Err(Fault::Unsure(what)) => {
            // SMTP cannot tell whether it left (RFC 5321 section 4.5.3.2.6): never sent again by the machine.
            store.set_reply(&row.id, "unsure", &what, shared.now(), shared.now()).await?;
            store.note(&shared.id(), Some(&row.ticket_id), "reply may have left", "a person decides", shared.now()).await?;
            shared.trouble("a reply may or may not have left; a person has to decide".into());
            Ok(Step::Done)
        }
    }
}

async fn over_budget(shared: &Shared, row: &OutboxRow) -> anyhow::Result<Option<String>> {
    let spent = shared.works.store.spent(&row.recipient_base, &row.case_name, shared.now()).await?;
    let replies = &shared.works.replies;
    Ok(if spent.to_recipient >= i64::from(replies.daily_per_sender) {
        Some(format!("{} automatic replies to this person in 24 hours", spent.to_recipient))
    } else if spent.same_case >= SAME_CASE {
        Some("the same answer went to this person in the last 7 days".into())
    } else if spent.in_all >= i64::from(replies.hourly_total) {
        shared.trouble("the hourly budget of automatic replies is spent".into());
        Some(format!("{} automatic replies in all in an hour", spent.in_all))
    } else {
        None
    })
}

/// What changed of that on which the verdict stood: asked of the live source itself where there is one. The inner error is that source's.
async fn shaken(shared: &Shared, row: &OutboxRow) -> anyhow::Result<Result<Option<String>, Fault>> {
    let Ok(ground) = serde_json::from_str::<Ground>(&row.ground) else {
        return Ok(Ok(Some("what the reply stood on cannot be read".into())));
    };
    let standing = match &shared.works.platform {
        Some(platform) => match tokio::time::timeout(PATIENCE, platform.standing(&ground.candidate_id)).await {
            Ok(Ok(standing)) => standing,
            Ok(Err(fault)) => return Ok(Err(fault)),
            Err(_) => return Ok(Err(Fault::passing("the live directory does not answer"))),
        },
        None => shared.works.store.standing(&ground.candidate_id).await?,
    };
    Ok(Ok(ground.changed(standing.as_ref(), shared.now())))
}

/// The machine does not answer: the draft goes to the drafts folder like any other.
async fn to_a_person(shared: &Shared, row: &OutboxRow, state: &str, why: &str) -> anyhow::Result<Step> {
    let (store, now) = (&shared.works.store, shared.now());
    store.set_reply(&row.id, state, why, now, now).await?;
    store.set_draft(&row.draft_id, "ready", now).await?;
    store.note(&shared.id(), Some(&row.ticket_id), "left to a person", why, now).await?;
    shared.settled.notify_waiters();
    Ok(Step::Done)
}

/// What the draft says may be wrong by now: nobody finds it in the drafts folder, where nothing tells why. The desk shows it and says so.
async fn to_be_judged_again(shared: &Shared, row: &OutboxRow, why: &str) -> anyhow::Result<Step> {
    let (store, now) = (&shared.works.store, shared.now());
    store.set_reply(&row.id, "held", why, now, now).await?;
    store.set_draft(&row.draft_id, "kept", now).await?;
    store.note(&shared.id(), Some(&row.ticket_id), "left to a person", why, now).await?;
    tracing::info!("a reply was held because the register changed; its ticket on the desk says how");
    Ok(Step::Done)
}

async fn sent(shared: &Arc<Shared>, row: &OutboxRow, draft: &StoredDraft, mail: &[u8]) -> anyhow::Result<Step> {
    let (store, now) = (&shared.works.store, shared.now());
    store.set_reply(&row.id, "sent", "", now, now).await?;
    store.set_draft(&draft.id, "sent", now).await?;
    store.note(&shared.id(), Some(&row.ticket_id), "sent", &draft.template, now).await?;
    store.set_ticket_status(&row.ticket_id, "answered").await?;
    shared.count(|r| r.sent += 1);
    copy_to_sent(shared, row, mail).await;
    Ok(Step::Done)
}

/// A copy for the people who work in the mailbox; that it fails changes nothing about the reply.
async fn copy_to_sent(shared: &Shared, row: &OutboxRow, mail: &[u8]) {
    let Ok(Some(ticket)) = shared.works.store.ticket(&row.ticket_id).await else { return };
    let Some(settings) = shared.works.mailboxes.get(&ticket.row.mailbox) else { return };
    let kept = match Source::open(settings).await {
        Ok(mut source) => match source.has_sent(&row.message_id).await {
            Ok(true) => Ok(()),
            Ok(false) => source.save_sent(mail).await,
            Err(fault) => Err(fault),
        },
        Err(fault) => Err(fault),
    };
    if let Err(fault) = kept {
        shared.trouble(format!("mailbox {}: the copy of a sent reply was not kept: {fault}", ticket.row.mailbox));
    }
}

fn written(shared: &Shared, stored: &StoredDraft) -> Result<(Vec<u8>, Address), String> {
    let mut draft = drafts::unpacked(stored)?;
    let language = Language::from_code(&stored.language).unwrap_or_default();
    let note = write::automatic_note(&shared.works.playbook.templates, language).ok_or("the automatic note cannot be written")?;
    draft.text = format!("{}\n{note}", draft.text);
    let envelope = compose::Envelope { from: &shared.works.from, message_id: &stored.message_id, date: shared.now(), automatic: true };
    Ok((compose::mail(&draft, &envelope)?, draft.to))
}
