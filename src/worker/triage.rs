//! Judging: a waiting message is leased, judged against one snapshot, and everything that follows is written in one transaction.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::{RepliesSettings, Shared};
use crate::alarm;
use crate::message::address::Address;
use crate::people::{Person, ground::Ground};
use crate::rules::{Action, Proof};
use crate::store::inbox::{Leased, MOST_ATTEMPTS};
use crate::store::settle::{NewDraft, NewTicket, Settlement};
use crate::triage::{self, Outcome, report};

const BATCH: u32 = 50;
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
    let leased = shared.works.store.lease(BATCH, shared.now()).await?;
    let count = leased.len();
    for message in leased {
        one(shared, message).await?;
    }
    Ok(count)
}

async fn one(shared: &Arc<Shared>, message: Leased) -> anyhow::Result<()> {
    if message.attempts > MOST_ATTEMPTS {
        shared.works.store.set_fate(&message.id, "quarantined", "judging it failed time and again").await?;
        shared.trouble("a message was quarantined; `usher ledger` shows it".into());
        return Ok(());
    }
    let directory = Arc::clone(&*shared.directory.read().await);
    let playbook = Arc::clone(&shared.works.playbook);
    let now = shared.now();
    let (raw, cut) = (message.raw, usize::try_from(message.size).is_ok_and(|size| size > 0));
    let whole = raw.len();
    let judged = tokio::task::spawn_blocking(move || {
        catch_unwind(AssertUnwindSafe(|| triage::settle(triage::read(&raw, &playbook), &directory, &playbook, now)))
    })
    .await;
    let Ok(Ok(mut outcome)) = judged else {
        tracing::error!(attempts = message.attempts, "judging a message failed");
        shared.works.store.set_fate(&message.id, "waiting", "judging it failed").await?;
        return if message.attempts >= MOST_ATTEMPTS {
            Ok(shared.works.store.set_fate(&message.id, "quarantined", "judging it failed time and again").await?)
        } else {
            Ok(())
        };
    };
    if cut && i64::try_from(whole).is_ok_and(|whole| whole < message.size) {
        outcome.message.defects.push("too large: only its beginning was read".into());
    }
    let settlement = settlement(shared, &message.id, &message.mailbox, &outcome, now);
    if shared.works.store.settle(&settlement, &shared.id(), now).await? {
        shared.count(|r| r.judged += 1);
        shared.settled.notify_waiters();
        shared.settled.notify_one();
    }
    Ok(())
}

/// What is written down of an outcome.
fn settlement(shared: &Shared, message_id: &str, mailbox: &str, outcome: &Outcome, now: Timestamp) -> Settlement {
    let verdict = &outcome.verdict;
    let reason = verdict.because.first().cloned();
    let why = reason.as_ref().map_or_else(|| verdict.case.clone(), |r| format!("{}: {}", verdict.case, r.en));
    let (fate, ticket) = match verdict.action {
        Action::Ignore => ("ignored", None),
        _ => ("ticket", Some(ticket(shared, mailbox, outcome, now))),
    };
    Settlement { message_id: message_id.to_owned(), fate, why, ticket }
}

fn ticket(shared: &Shared, mailbox: &str, outcome: &Outcome, now: Timestamp) -> NewTicket {
    let Outcome { message, facts, person, verdict, .. } = outcome;
    let line = report::triage("", outcome);
    let snake = |value: &dyn erased::Snake| value.snake();
    let sender = if message.sender_name().is_empty() { line_sender(outcome) } else { message.sender_name().to_owned() };
    let (reason_en, reason_fr) = verdict.because.first().map(|r| (r.en.clone(), r.fr.clone())).unwrap_or_default();
    NewTicket {
        id: shared.id(),
        mailbox: mailbox.to_owned(),
        sender,
        from_address: message.sender.as_ref().map(|a| a.as_str().to_owned()),
        subject: message.subject.clone(),
        language: facts.language.code().to_owned(),
        case: verdict.case.clone(),
        action: snake(&verdict.action),
        urgency: snake(&verdict.urgency),
        state: verdict.state.map(|s| snake(&s)),
        person: person_name(person),
        match_kind: snake(&person.kind()),
        deadline: verdict.deadline,
        received_at: message.moment().unwrap_or(now),
        reason_en,
        reason_fr,
        words: message.clean.clone(),
        quoted: message.quoted.clone(),
        proof: snake(&verdict.proof),
        outcome_json: serde_json::to_string(&line).unwrap_or_else(|_| "{}".into()),
        draft: draft(shared, outcome, now),
        alarm: alarm::is_due(verdict).then(|| alarm::nonce(&shared.id())),
    }
}

fn line_sender(outcome: &Outcome) -> String {
    outcome.message.from.first().map(|m| m.address.clone()).unwrap_or_default()
}

fn person_name(person: &Person) -> Option<String> {
    person.registered().map(|r| format!("{} {}", r.candidate.first_name, r.candidate.last_name))
}

fn draft(shared: &Shared, outcome: &Outcome, now: Timestamp) -> Option<NewDraft> {
    let draft = outcome.draft.as_ref()?;
    let replies = &shared.works.replies;
    let automatic = may_answer_alone(outcome, replies).then(|| now.saturating_add(replies.hold).unwrap_or(now));
    let id = shared.id();
    let domain = Address::parse(shared.works.from.rsplit_once('<').map_or(&shared.works.from, |(_, a)| a.trim_end_matches('>')));
    Some(NewDraft {
        message_id: format!("usher.{}@{}", id.to_lowercase(), domain.as_ref().map_or("localhost", Address::domain)),
        id,
        to: draft.to.as_str().to_owned(),
        subject: draft.subject.clone(),
        text: draft.text.clone(),
        template: draft.template.clone(),
        language: draft.language.code().to_owned(),
        in_reply_to: draft.in_reply_to.clone(),
        references: draft.references.clone(),
        state: if automatic.is_some() { "queued" } else { "ready" },
        automatic,
        ground: outcome.person.registered().and_then(|r| serde_json::to_string(&Ground::of(r, now)).ok()).unwrap_or_default(),
        recipient_base: base(&draft.to),
    })
}

/// The one gate for a reply without a person: the verdict allows it, the operator named the case, the sender is proven and authenticated,
/// the reply goes to the sender, and nothing about the message holds it back.
fn may_answer_alone(outcome: &Outcome, replies: &RepliesSettings) -> bool {
    let Outcome { message, verdict, draft, .. } = outcome;
    verdict.action == Action::AutoReply
        && replies.automatic.contains(&verdict.case)
        && verdict.proof == Proof::Proven
        && message.is_authenticated()
        && message.automatic.is_none()
        && message.no_auto_reply.is_empty()
        && draft.as_ref().is_some_and(|d| message.sender.as_ref() == Some(&d.to))
}

/// The mailbox behind an address: plus-tags are one person's.
fn base(address: &Address) -> String {
    let local = address.local().split('+').next().unwrap_or_default();
    format!("{local}@{}", address.domain())
}

/// snake_case names of enums, as the JSON has them.
mod erased {
    /// Anything that serialises as one word.
    pub(super) trait Snake {
        /// That word.
        fn snake(&self) -> String;
    }

    impl<T: serde::Serialize> Snake for T {
        fn snake(&self) -> String {
            serde_json::to_value(self).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
        }
    }
}
