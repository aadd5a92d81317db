//! Replies out: only what a person approved or the operator allowed, at most once. A reply that may have left waits for a person.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Shared, Step};
use crate::channels::{Fault, smtp::Smtp};
use crate::message::address::Address;
use crate::people::ground::Ground;
use crate::points;
use crate::store::instant;
use crate::store::outbox::{Budgets, End, OutboxRow, Spent, Taken};

const PAUSE: Duration = Duration::from_secs(1);
/// Tries to write down that a reply was sent.
const MOST_TRIES: u32 = 15;
/// How long the live source may take to tell of one person.
const PATIENCE: Duration = Duration::from_secs(15);
/// A reply that nobody takes for so long goes to a person.
const LONGEST: SignedDuration = SignedDuration::from_hours(48);
/// The pause after a first failure; doubled each time…
const FIRST_PAUSE: i64 = 30_000;
/// …up to an hour.
const LONGEST_PAUSE: i64 = 3_600_000;
/// An automatic reply that cannot leave for so long is left to a person: its draft stands in no folder meanwhile.
const TOO_LATE: SignedDuration = SignedDuration::from_hours(4);
/// After so many replies to one person that were held in a day the operators hear of it.
const LOOKS_LIKE_A_LOOP: i64 = 5;
/// When a reply that may have left is first looked for among sent mail.
const LOOK_FOR_IT: SignedDuration = SignedDuration::from_mins(2);

/// Delivers for ever.
///
/// # Errors
/// When the store fails.
pub(super) async fn watch(shared: &Arc<Shared>) -> anyhow::Result<()> {
    let Some(smtp) = smtp(shared) else {
        shared.stopping().await;
        return Ok(());
    };
    while !shared.is_stopping() {
        if one(shared, &smtp).await? == Step::Idle {
            shared.works.store.doubt_unfinished(false, shared.now()).await?;
            let before = shared.now().saturating_sub(TOO_LATE).unwrap_or(shared.now());
            let given_up = shared.works.store.give_up_waiting(before, shared.now()).await?;
            if given_up > 0 {
                shared.trouble(format!("{given_up} automatic replies could not leave in time: people answer (`usher outbox`)"));
                shared.settled();
            }
            tokio::select! {
                () = shared.works.clock.rest(PAUSE) => {}
                () = shared.stopping() => {}
            }
        }
    }
    Ok(())
}

/// Delivers all that is due, waiting out the hold of what was just queued.
///
/// # Errors
/// When the store fails.
pub(super) async fn drain(shared: &Arc<Shared>) -> anyhow::Result<()> {
    let Some(smtp) = smtp(shared) else { return Ok(()) };
    if shared.works.store.oldest_unsent().await?.is_none() {
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

async fn budgets(shared: &Shared) -> anyhow::Result<Budgets> {
    let replies = &shared.works.replies;
    let stale = shared.works.store.directory_stale_since(shared.now()).await?;
    if let Some(since) = stale {
        shared.trouble(format!("no reply leaves without a person: the directory was last looked at {since}, which is too long ago"));
    }
    Ok(Budgets {
        daily_per_sender: replies.daily_per_sender,
        monthly_per_sender: replies.monthly_per_sender,
        hourly_per_domain: replies.hourly_per_domain,
        hourly_same_text: replies.hourly_same_text,
        hourly_total: replies.hourly_total,
        per_minute: shared.works.smtp.as_ref().map_or(60, |smtp| smtp.per_minute()),
        register_is_fresh: stale.is_none(),
    })
}

/// Delivers the next reply that is due.
///
/// # Errors
/// When the store fails.
pub async fn one(shared: &Arc<Shared>, smtp: &Smtp) -> anyhow::Result<Step> {
    if shared.mail_server_rests() {
        return Ok(Step::Idle);
    }
    // Taken means marked `sending`, and that is on the disk before a connection is made.
    let row = match shared.works.store.take_reply(&budgets(shared).await?, shared.now()).await? {
        Taken::Nothing => return Ok(Step::Idle),
        Taken::Held(row, spent) => return over_budget(shared, &row, spent).await,
        Taken::Send(row) => row,
    };
    points::pass("taken to send");
    if row.kind == "automatic"
        && row.approved_at.is_none()
        && let Some(done) = held_back(shared, &row).await?
    {
        return Ok(done);
    }
    let Some(to) = Address::parse(&row.recipient).filter(|_| !row.mail.is_empty()) else {
        return to_a_person(shared, &row, "the reply cannot be sent as it is").await;
    };
    let answer = smtp.send(&to, row.approved_at.is_none(), &row.mail).await;
    points::pass("handed over");
    if let Err(Fault::Passing { after_ms: Some(after), .. }) = &answer {
        // What the server asks for is asked of all, not of this one reply.
        shared.let_mail_server_rest(*after);
    }
    match answer {
        Ok(()) => sent(shared, &row).await,
        Err(Fault::Passing { what, after_ms }) if shared.now().duration_since(instant(row.queued_at)) < LONGEST => {
            again(shared, &row, &what, after_ms).await
        }
        Err(Fault::Passing { what, .. } | Fault::Permanent(what)) => to_a_person(shared, &row, &what).await,
        Err(Fault::Unsure(what)) => {
            // SMTP cannot tell whether it left (RFC 5321 section 4.5.3.2.6): never sent again by the machine.
            let look = shared.now().saturating_add(LOOK_FOR_IT).unwrap_or(shared.now());
            shared.works.store.set_reply(&row, "unknown", &what, look, shared.now()).await?;
            shared.works.store.note(&shared.id(), Some(&row.ticket_id), "reply may have left", "a person decides", shared.now()).await?;
            shared.trouble("a reply may or may not have left; a person has to decide (`usher outbox`)".into());
            Ok(Step::Done)
        }
    }
}

/// What only automatic replies are asked: does what the verdict stood on still stand?
async fn held_back(shared: &Arc<Shared>, row: &OutboxRow) -> anyhow::Result<Option<Step>> {
    match shaken(shared, row).await? {
        Ok(None) => Ok(None),
        Ok(Some(why)) => to_be_judged_again(shared, row, &why).await.map(Some),
        Err(fault) => {
            shared.trouble(format!("replies wait: the live directory was not read: {fault}"));
            again(shared, row, &fault.to_string(), None).await.map(Some)
        }
    }
}

/// Later, unless somebody else decided meanwhile.
async fn again(shared: &Shared, row: &OutboxRow, why: &str, after_ms: Option<u64>) -> anyhow::Result<Step> {
    let pause = after_ms.and_then(|ms| i64::try_from(ms).ok()).unwrap_or_else(|| pause(row.attempts, shared.works.clock.id().random()));
    let next = shared.now().saturating_add(SignedDuration::from_millis(pause)).unwrap_or(Timestamp::MAX);
    shared.works.store.set_reply(row, "retry", why, next, shared.now()).await?;
    Ok(Step::Done)
}

/// Milliseconds after so many tries: doubling from half a minute to an hour, less up to a quarter so that many do not come back at once.
fn pause(attempts: i64, dice: u128) -> i64 {
    let doubled = FIRST_PAUSE.saturating_mul(1 << attempts.saturating_sub(1).clamp(0, 10)).min(LONGEST_PAUSE);
    let off = i64::try_from(dice % 250).unwrap_or(0);
    doubled - doubled * off / 1000
}

/// Too much by machine: a person decides, and hears of it when it looks like a loop.
async fn over_budget(shared: &Arc<Shared>, row: &OutboxRow, spent: Spent) -> anyhow::Result<Step> {
    let (store, now, why) = (&shared.works.store, shared.now(), spent.to_string());
    // Somebody in need writes twice or thrice; a robot goes on.
    let is_usual = matches!(spent, Spent::SameCase(held) if held < LOOKS_LIKE_A_LOOP);
    if !is_usual {
        let what = format!("automatic replies are held back: {why}; a person decides (`usher outbox`)");
        shared.trouble(what.clone());
        store.raise("replies", &what, &shared.nonce(), now).await?;
    }
    store.note(&shared.id(), Some(&row.ticket_id), "left to a person", &why, now).await?;
    shared.count(|r| r.held += 1);
    shared.settled();
    Ok(Step::Done)
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
async fn to_a_person(shared: &Shared, row: &OutboxRow, why: &str) -> anyhow::Result<Step> {
    if shared.works.store.finish(row, End::Failed, why, &shared.id(), shared.now()).await? {
        shared.count(|r| r.held += 1);
        shared.settled();
    }
    Ok(Step::Done)
}

/// What the reply says may be wrong by now: the ticket is judged again by the register of today, and a person sends what comes of it.
async fn to_be_judged_again(shared: &Shared, row: &OutboxRow, why: &str) -> anyhow::Result<Step> {
    if shared.works.store.finish(row, End::Shaken, why, &shared.id(), shared.now()).await? {
        shared.count(|r| r.held += 1);
        shared.arrived.notify_one();
        tracing::info!("a reply was held because the register changed; its ticket is judged again");
    }
    Ok(Step::Done)
}

async fn sent(shared: &Shared, row: &OutboxRow) -> anyhow::Result<Step> {
    let mut tries = 0;
    let written = loop {
        match shared.works.store.finish(row, End::Sent, "", &shared.id(), shared.now()).await {
            Ok(written) => break written,
            // The server's word is worth waiting for: without it nobody would know whether the reply left.
            Err(_) if tries < MOST_TRIES => {
                tries += 1;
                shared.works.clock.rest(PAUSE).await;
            }
            Err(error) => return Err(error.into()),
        }
    };
    if written {
        points::pass("sent");
        shared.count(|r| r.sent += 1);
        shared.settled();
    }
    Ok(Step::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_tried_ever_more_rarely_and_over_two_days() {
        let pauses: Vec<i64> = (1..60).map(|n| pause(n, 0)).collect();
        assert_eq!(pauses.first(), Some(&30_000));
        assert!(pauses.windows(2).all(|w| w[0] <= w[1]) && pauses.iter().all(|p| *p <= LONGEST_PAUSE));
        assert!(pause(3, 249) < pause(3, 0), "many do not come back at once");
        assert!(pauses.iter().sum::<i64>() > LONGEST.as_millis() as i64);
    }
}
