//! Alarms to the chat: each posted once, repeated safely with the nonce it was given, never given up while it is due.

use std::sync::Arc;
use std::time::Duration;

use super::{Shared, Step, pause_after};
use crate::channels::Fault;
use crate::channels::discord::{Alarm, Discord};
use crate::store::{alarms::AlarmRow, instant};

const PAUSE: Duration = Duration::from_secs(2);

/// Posts for ever, woken by settled tickets.
///
/// # Errors
/// When the store fails.
pub(super) async fn watch(shared: &Arc<Shared>) -> anyhow::Result<()> {
    let Some(discord) = discord(shared) else { return std::future::pending().await };
    let mut settled = shared.settled.subscribe();
    loop {
        if post(shared, &discord).await? == Step::Idle {
            tokio::select! {
                _ = settled.changed() => {}
                () = shared.works.clock.rest(PAUSE) => {}
            }
        }
    }
}

/// Posts the next alarm that is due, where there is a chat.
///
/// # Errors
/// When the store fails.
pub async fn one(shared: &Arc<Shared>) -> anyhow::Result<Step> {
    match discord(shared) {
        Some(discord) => post(shared, &discord).await,
        None => Ok(Step::Idle),
    }
}

fn discord(shared: &Shared) -> Option<Discord> {
    let settings = shared.works.discord.as_ref()?;
    Discord::new(settings).map_err(|fault| shared.trouble(format!("discord: {fault}"))).ok()
}

/// What does not work is told once, and again after this long until it is mended.
const TELL_AGAIN: jiff::SignedDuration = jiff::SignedDuration::from_hours(1);

async fn post(shared: &Arc<Shared>, discord: &Discord) -> anyhow::Result<Step> {
    let store = &shared.works.store;
    let Some(row) = store.alarm_due(shared.now()).await? else { return tell(shared, discord).await };
    let now = shared.now();
    match discord.post(&message(shared, &row)).await {
        Ok(id) => {
            store.set_alarm(&row.id, "posted", "", Some(&id), now).await?;
            store.note(&shared.id(), Some(&row.ticket_id), "alarm posted", "", now).await?;
            shared.count(|r| r.alarms += 1);
        }
        Err(fault) => {
            shared.trouble(format!("discord: {fault}"));
            let pause = match &fault {
                Fault::Passing { after_ms: Some(after), .. } => jiff::SignedDuration::from_millis(i64::try_from(*after).unwrap_or(60_000)),
                // Somebody must mend the settings; the alarm stays due, for it may be needed more than ever.
                Fault::Permanent(_) => jiff::SignedDuration::from_mins(1),
                _ => pause_after(row.attempts.min(6), shared.works.clock.id().random()),
            };
            store.set_alarm(&row.id, "due", &fault.to_string(), None, now.saturating_add(pause).unwrap_or(now)).await?;
        }
    }
    Ok(Step::Done)
}

/// Tells the operators of the next trouble that is due.
async fn tell(shared: &Arc<Shared>, discord: &Discord) -> anyhow::Result<Step> {
    let (store, now) = (&shared.works.store, shared.now());
    let Some(trouble) = store.trouble_due(now).await? else { return Ok(Step::Idle) };
    let after = |span| now.saturating_add(span).unwrap_or(now);
    match discord.notice(&trouble.what, &trouble.nonce).await {
        Ok(()) => {
            store.trouble_told(&trouble.name, true, &shared.nonce(), after(TELL_AGAIN)).await?;
            shared.count(|r| r.alarms += 1);
        }
        Err(fault) => {
            shared.trouble(format!("discord: {fault}"));
            store.trouble_told(&trouble.name, false, &trouble.nonce, after(jiff::SignedDuration::from_secs(30))).await?;
        }
    }
    Ok(Step::Done)
}

fn message(shared: &Shared, row: &AlarmRow) -> Alarm {
    Alarm {
        ticket: format!("T-{}", row.number),
        case: row.case_name.replace('_', " "),
        starts_at: row.deadline.map(|d| instant(d).as_second()),
        draft_ready: row.draft_ready,
        url: format!("{}/tickets/{}", shared.works.desk_url.trim_end_matches('/'), row.ticket_id),
        nonce: row.nonce.clone(),
    }
}
