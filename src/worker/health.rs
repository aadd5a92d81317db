//! Nothing stops in silence: a mailbox that is not looked into, mail that is not judged and replies that do not leave are told once, and
//! again until they are mended.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Shared, mailbox};

const PAUSE: Duration = Duration::from_secs(15);
/// Mail that waits so long to be judged, or a reply that is so long past its time, means that something stands still.
const STUCK: SignedDuration = SignedDuration::from_mins(10);

/// Looks after the others for ever.
///
/// # Errors
/// When the store fails.
pub(super) async fn watch(shared: &Arc<Shared>) -> anyhow::Result<()> {
    loop {
        shared.works.clock.rest(PAUSE).await;
        once(shared).await?;
    }
}

/// One look at everything that may stand still.
///
/// # Errors
/// When the store fails.
pub async fn once(shared: &Arc<Shared>) -> anyhow::Result<()> {
    let (store, now) = (&shared.works.store, shared.now());
    let states = store.mailbox_states().await?;
    for (name, settings) in &shared.works.mailboxes {
        if let Some(age) = settings.tokens.age(&settings.token()) {
            store.note_token(name, age.obtained, age.expires).await?;
        }
        let state = states.iter().find(|s| s.name == *name);
        let looked = state.and_then(|s| s.looked_at).unwrap_or(Timestamp::UNIX_EPOCH).max(shared.began);
        let patience = mailbox::silent_after(settings).max(settings.poll + settings.poll);
        let why = state.map(|s| s.why.as_str()).filter(|why| !why.is_empty()).unwrap_or("it does not answer");
        let silent = shared.works.intake && now.duration_since(looked) > patience;
        let minutes = now.duration_since(looked).as_mins();
        let what = format!("mailbox {name} was not read for {minutes} minutes: {why}");
        tell(shared, &mailbox::trouble_name(name), silent.then_some(what), now).await?;
        let folders = states.iter().find(|s| s.name == mailbox::folders_name(name)).filter(|s| s.failing_since.is_some());
        let broken = folders.filter(|s| s.failing_since.is_some_and(|since| now.duration_since(since) > patience));
        let what = broken.map(|s| format!("drafts or sent mail of mailbox {name} cannot be reached: {}", s.why));
        tell(shared, &mailbox::trouble_name(&mailbox::folders_name(name)), what, now).await?;
    }
    let unjudged = store.oldest_unjudged().await?.is_some_and(|at| now.duration_since(at.max(shared.began)) > STUCK);
    tell(shared, "triage", unjudged.then(|| "mail waits to be judged, and nothing is judged".into()), now).await?;
    let unsent = shared.works.smtp.is_some() && store.overdue_reply(now, STUCK).await?;
    tell(shared, "smtp", unsent.then(|| "replies wait to be sent, and none leaves".into()), now).await?;
    for trouble in store.troubles().await? {
        let old = now.duration_since(crate::store::instant(trouble.since)) > ONCE_FOR;
        if ONCE.contains(&trouble.name.as_str()) && old && (trouble.name != "quarantine" || store.quarantined().await? == 0) {
            store.mended(&trouble.name).await?;
        }
    }
    Ok(())
}

/// Troubles that nothing ends but time; what comes after is told anew.
const ONCE: [&str; 3] = ["replies", "quarantine", "ledger"];
const ONCE_FOR: SignedDuration = SignedDuration::from_hours(1);

/// Raises a trouble, or ends it.
async fn tell(shared: &Shared, name: &str, what: Option<String>, now: Timestamp) -> anyhow::Result<()> {
    let store = &shared.works.store;
    match what {
        Some(what) => {
            shared.trouble(what.clone());
            store.raise(name, &what, &shared.nonce(), now).await?;
        }
        None => {
            if store.mended(name).await? {
                tracing::warn!("{name}: works again");
            }
        }
    }
    Ok(())
}
