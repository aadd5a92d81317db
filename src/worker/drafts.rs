//! Drafts into the mailbox's drafts folder, once each whatever crashes: the Message-ID is fixed in the row before the first try,
//! and a draft that may have been saved is looked for before it is saved again.

use std::sync::Arc;

use super::{Shared, pause_after};
use crate::channels::Fault;
use crate::channels::mailbox::{MailboxSettings, Room, Source};
use crate::draft::{Draft, compose};
use crate::facts::Language;
use crate::message::address::Address;
use crate::message::fingerprint;
use crate::points;
use crate::store::drafts::{StoredDraft, Withdrawal};
use crate::store::instant;
use crate::store::written::domain_of;

/// Whether a mailbox's drafts folder needs anything.
///
/// # Errors
/// When the store fails.
pub(super) async fn is_due(shared: &Shared, name: &str) -> anyhow::Result<bool> {
    let (store, now) = (&shared.works.store, shared.now());
    Ok(store.withdrawal_due(name, now).await?.is_some() || store.draft_due(name, now).await?.is_some())
}

/// Takes out of the drafts folder what was replaced or answered; a draft that a person changed is left.
///
/// # Errors
/// When the store fails; the inner error is the mailbox's.
pub(super) async fn withdraw(shared: &Arc<Shared>, name: &str, source: &mut Source) -> anyhow::Result<Result<(), Fault>> {
    let store = &shared.works.store;
    while let Some(unwanted) = store.withdrawal_due(name, shared.now()).await? {
        match taken_out(shared, source, &unwanted).await {
            Ok(false) => store.withdrawn(&unwanted.message_id).await?,
            Ok(true) => {
                store.touched(&unwanted, shared.now()).await?;
                let told = "a person changed the draft in the folder: it is left, though something newer came";
                store.note(&shared.id(), Some(&unwanted.ticket_id), "draft left", told, shared.now()).await?;
            }
            Err(fault) => {
                let wait = pause_after(unwanted.attempts, shared.works.clock.id().random());
                store.withdraw_later(&unwanted.message_id, shared.now().saturating_add(wait).unwrap_or(shared.now())).await?;
                return Ok(Err(fault));
            }
        }
        points::pass("withdrawn");
    }
    Ok(Ok(()))
}

/// `true`: a person changed it, and it was left.
async fn taken_out(shared: &Shared, source: &mut Source, unwanted: &Withdrawal) -> Result<bool, Fault> {
    let token = shared.works.threads.token(&unwanted.ticket_id, domain_of(&shared.works.from));
    let mut touched = false;
    for standing in source.standing(Room::Drafts, &unwanted.message_id, &token).await? {
        let ours = fingerprint::message_id(&standing.raw).as_deref() == Some(unwanted.message_id.as_str());
        if ours && fingerprint::of_draft(&standing.raw) == unwanted.saved_hash {
            source.remove_draft(&standing.uid).await?;
        } else {
            touched = true;
        }
    }
    Ok(touched)
}

/// Saves every draft that is due over `source`. The outer error is the store's, the inner one the mailbox's.
///
/// # Errors
/// When the store fails.
pub(super) async fn save(
    shared: &Arc<Shared>,
    name: &str,
    settings: &MailboxSettings,
    source: &mut Source,
) -> anyhow::Result<Result<(), Fault>> {
    while let Some(draft) = shared.works.store.draft_due(name, shared.now()).await? {
        if let Err(fault) = one(shared, settings, source, &draft).await? {
            return Ok(Err(fault));
        }
    }
    Ok(Ok(()))
}

async fn one(
    shared: &Arc<Shared>,
    settings: &MailboxSettings,
    source: &mut Source,
    draft: &StoredDraft,
) -> anyhow::Result<Result<(), Fault>> {
    let store = &shared.works.store;
    if !settings.save_drafts {
        store.set_draft(&draft.id, "kept", shared.now()).await?;
        return Ok(Ok(()));
    }
    if draft.state == "saving" {
        match source.has_draft(&draft.message_id).await {
            Ok(true) => return Ok(Ok(saved(shared, draft).await?)),
            Ok(false) => {}
            Err(fault) => return Ok(Err(fault)),
        }
    }
    let mail = match written(shared, draft) {
        Ok(mail) => mail,
        Err(what) => {
            store.set_draft(&draft.id, "kept", shared.now()).await?;
            store.note(&shared.id(), Some(&draft.ticket_id), "draft not saved", &what, shared.now()).await?;
            return Ok(Ok(()));
        }
    };
    if !store.saving_draft(&draft.id, &fingerprint::of_draft(&mail), shared.now()).await? {
        return Ok(Ok(()));
    }
    points::pass("draft saving");
    match source.save_draft(&mail).await {
        Ok(()) => {
            points::pass("draft appended");
            Ok(Ok(saved(shared, draft).await?))
        }
        Err(fault) => {
            // It stays `saving`: the next try looks for it first.
            let wait = pause_after(draft.attempts, shared.works.clock.id().random());
            store.set_draft(&draft.id, "saving", shared.now().saturating_add(wait).unwrap_or(shared.now())).await?;
            Ok(Err(fault))
        }
    }
}

async fn saved(shared: &Arc<Shared>, draft: &StoredDraft) -> anyhow::Result<()> {
    let (store, now) = (&shared.works.store, shared.now());
    if store.saved_draft(&draft.id, now).await? {
        store.note(&shared.id(), Some(&draft.ticket_id), "draft saved", &draft.template, now).await?;
        points::pass("draft saved");
        shared.count(|r| r.drafts += 1);
    }
    Ok(())
}

/// The finished MIME of a draft that a person will send.
fn written(shared: &Shared, draft: &StoredDraft) -> Result<Vec<u8>, String> {
    as_a_persons(draft, &shared.works.from, &draft.message_id)
}

/// The finished MIME of a draft as a person's mail.
///
/// # Errors
/// When an address or header cannot be written safely.
pub fn as_a_persons(draft: &StoredDraft, from: &str, message_id: &str) -> Result<Vec<u8>, String> {
    let envelope = compose::Envelope { from, message_id, date: instant(draft.created_at), automatic: false };
    compose::mail(&unpacked(draft)?, &envelope)
}

/// The draft of a row.
fn unpacked(draft: &StoredDraft) -> Result<Draft, String> {
    Ok(Draft {
        to: Address::parse(&draft.recipient).ok_or("the recipient is no address")?,
        subject: draft.subject.clone(),
        text: draft.text.clone(),
        template: draft.template.clone(),
        language: Language::from_code(&draft.language).unwrap_or_default(),
        in_reply_to: draft.in_reply_to.clone(),
        references: serde_json::from_str(&draft.refs).unwrap_or_default(),
    })
}
