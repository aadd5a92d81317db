//! Drafts into the mailbox's drafts folder, once each whatever crashes: the Message-ID is fixed in the row before the first try,
//! and a draft that may have been saved is looked for before it is saved again.

use std::sync::Arc;

use super::{Shared, pause_after};
use crate::channels::Fault;
use crate::channels::mailbox::{MailboxSettings, Source};
use crate::draft::{Draft, compose};
use crate::facts::Language;
use crate::message::address::Address;
use crate::store::{drafts::StoredDraft, instant};

/// Saves every draft of a mailbox, over a connection of its own.
///
/// # Errors
/// When the store fails.
pub(super) async fn drain(shared: &Arc<Shared>, name: &str) -> anyhow::Result<()> {
    let Some(settings) = shared.works.mailboxes.get(name) else { return Ok(()) };
    if shared.works.store.draft_due(name, shared.now()).await?.is_none() {
        return Ok(());
    }
    for _ in 0..3 {
        let fault = match Source::open(settings).await {
            Ok(mut source) => match all_due(shared, name, settings, &mut source).await? {
                Ok(()) => return Ok(()),
                Err(fault) => fault,
            },
            Err(fault) => fault,
        };
        shared.trouble(format!("mailbox {name}: {fault}"));
        if matches!(fault, Fault::Permanent(_)) {
            break;
        }
    }
    Ok(())
}

/// Saves every draft that is due over `source`. The outer error is the store's, the inner one the mailbox's.
///
/// # Errors
/// When the store fails.
pub(super) async fn all_due(
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
    store.set_draft(&draft.id, "saving", shared.now()).await?;
    match source.save_draft(&mail).await {
        Ok(()) => Ok(Ok(saved(shared, draft).await?)),
        Err(fault) => {
            // It stays `saving`: the next try looks for it first.
            let wait = pause_after(draft.attempts, shared.works.clock.id().random());
            store.set_draft(&draft.id, "saving", shared.now().saturating_add(wait).unwrap_or(shared.now())).await?;
            Ok(Err(fault))
        }
    }
}

async fn saved(shared: &Arc<Shared>, draft: &StoredDraft) -> anyhow::Result<()> {
    let now = shared.now();
    shared.works.store.set_draft(&draft.id, "saved", now).await?;
    shared.works.store.note(&shared.id(), Some(&draft.ticket_id), "draft saved", &draft.template, now).await?;
    shared.count(|r| r.drafts += 1);
    Ok(())
}

/// The finished MIME of a draft that a person will send.
fn written(shared: &Shared, draft: &StoredDraft) -> Result<Vec<u8>, String> {
    let envelope =
        compose::Envelope { from: &shared.works.from, message_id: &draft.message_id, date: instant(draft.created_at), automatic: false };
    compose::mail(&unpacked(draft)?, &envelope)
}

/// The draft of a row.
pub(super) fn unpacked(draft: &StoredDraft) -> Result<Draft, String> {
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
