//! What is written down of a conclusion: ticket, draft, and the reply that may leave without a person.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use super::Shared;
use crate::draft::{Draft, compose, write};
use crate::facts::Intent;
use crate::message::address::Address;
use crate::people::ground::Ground;
use crate::rules::{Action, Proof};
use crate::store::conversations::Conversation;
use crate::store::inbox::Leased;
use crate::store::settle::{Becomes, JudgedBy, Line, NewReply, NewTicket, Settlement};
use crate::triage::Outcome;

/// Imported mail older than this raises no alarm.
const RECENT: SignedDuration = SignedDuration::from_hours(24);

/// A message that opens a ticket of its own, or none. `answers_us`: no machine answers it again.
pub(super) fn alone(
    shared: &Shared,
    message: &Leased,
    outcome: &Outcome,
    related: Option<String>,
    answers_us: bool,
    now: Timestamp,
) -> Settlement {
    let why = why(outcome);
    if outcome.verdict.action == Action::Ignore {
        return Settlement { message_id: message.id.clone(), fate: "ignored", why, becomes: Becomes::Nothing, journal: Line::default() };
    }
    let mut ticket = shared.writer(&message.mailbox).ticket(&shared.id(), &message.mailbox, outcome, now);
    if message.imported != 0 && ticket.received_at < now.saturating_sub(RECENT).unwrap_or(now) {
        // History calls nobody out of bed.
        ticket.alarm = None;
    }
    if message.imported == 0 && !answers_us {
        ticket.reply = reply(shared, &ticket.id, outcome, true, now);
    }
    settle_draft(&mut ticket);
    ticket.related = related;
    let detail = format!("case {}, action {}", ticket.case, ticket.action);
    Settlement {
        message_id: message.id.clone(),
        fate: "ticket",
        why,
        becomes: Becomes::Ticket(Box::new(ticket)),
        journal: Line { id: shared.id(), event: "opened", detail },
    }
}

/// A message that belongs to `known`, which is judged anew with it, `by` what the ticket was judged.
pub(super) fn joined(
    shared: &Shared,
    message: &Leased,
    outcome: &Outcome,
    known: &Conversation,
    by: JudgedBy,
    now: Timestamp,
) -> Settlement {
    let again = message.ticket_id.is_some();
    let fate = if known.message_id == message.id { "ticket" } else { "follow-up" };
    let why = format!("{} (T-{})", why(outcome), known.number);
    if outcome.verdict.action == Action::Ignore {
        let becomes = Becomes::Closes(known.id.clone());
        let journal = Line { id: shared.id(), event: "closed", detail: "the person says that it is settled".into() };
        return Settlement { message_id: message.id.clone(), fate, why, becomes, journal };
    }
    let mut ticket = shared.writer(&known.mailbox).ticket(&known.id, &known.mailbox, outcome, now);
    // One reply by machine a conversation: whoever writes again wants somebody to read it.
    if message.imported == 0 && known.in_hand == 0 {
        ticket.reply = reply(shared, &ticket.id, outcome, false, now);
    }
    settle_draft(&mut ticket);
    let event = if again { "judged again" } else { "follow-up" };
    let detail = format!("case {}, action {}", ticket.case, ticket.action);
    Settlement {
        message_id: message.id.clone(),
        fate,
        why,
        becomes: Becomes::Joins(Box::new(ticket), by),
        journal: Line { id: shared.id(), event, detail },
    }
}

/// Case and first reason.
pub(super) fn why(outcome: &Outcome) -> String {
    let verdict = &outcome.verdict;
    let mut why = verdict.because.first().map_or_else(|| verdict.case.clone(), |r| format!("{}: {}", verdict.case, r.en));
    if outcome.message.defects.iter().any(|d| d.starts_with("too large")) {
        why.push_str("; oversize: only its beginning was read");
    }
    why
}

/// A draft that a queued reply will take along is not put into the drafts folder.
fn settle_draft(ticket: &mut NewTicket) {
    let queued = ticket.reply.as_ref().is_some_and(|r| r.kind == "automatic" && r.state == "queued");
    if let Some(draft) = ticket.draft.as_mut().filter(|_| queued) {
        draft.state = "queued";
    }
}

/// The reply that leaves without a person, where one may: the answer to the proven, or an acknowledgement to the others.
fn reply(shared: &Shared, ticket: &str, outcome: &Outcome, first: bool, now: Timestamp) -> Option<NewReply> {
    let replies = &shared.works.replies;
    if may_answer_alone(outcome) {
        let language = outcome.facts.language;
        let mut draft = shared.writer("").marked(ticket, outcome.draft.as_ref()?);
        let note = write::automatic_note(&shared.works.playbook.templates, language)?;
        draft.text = format!("{}\n{note}", draft.text);
        let ground = outcome.person.registered().and_then(|r| serde_json::to_string(&Ground::of(r, now)).ok())?;
        let named = replies.automatic.contains(&outcome.verdict.case);
        if named || !(first && replies.acknowledge) {
            let state = if named { "queued" } else { "shadow" };
            return finished(shared, ticket, &draft, Plan { kind: "automatic", state, ground }, outcome, now);
        }
    }
    let acknowledged = first && replies.acknowledge && may_acknowledge(outcome);
    let draft =
        acknowledged.then(|| write::acknowledgement(&outcome.message, &outcome.facts, &shared.works.playbook.templates)).flatten()?;
    let draft = shared.writer("").marked(ticket, &draft);
    finished(shared, ticket, &draft, Plan { kind: "acknowledgement", state: "queued", ground: String::new() }, outcome, now)
}

struct Plan {
    kind: &'static str,
    state: &'static str,
    ground: String,
}

fn finished(shared: &Shared, ticket: &str, draft: &Draft, plan: Plan, outcome: &Outcome, now: Timestamp) -> Option<NewReply> {
    let id = shared.id();
    let message_id = shared.writer("").message_id(ticket, &id);
    let envelope = compose::Envelope { from: &shared.works.from, message_id: &message_id, date: now, automatic: true };
    let mail = compose::mail(draft, &envelope).ok()?;
    if plan.state == "shadow" {
        shared.count(|r| r.shadow += 1);
    }
    Some(NewReply {
        id,
        kind: plan.kind,
        case: if plan.kind == "automatic" { outcome.verdict.case.clone() } else { plan.kind.to_owned() },
        state: plan.state,
        to: draft.to.as_str().to_owned(),
        recipient_base: base(&draft.to),
        domain: draft.to.domain().to_owned(),
        text_hash: text_hash(outcome),
        message_id,
        mail,
        not_before: now.saturating_add(shared.works.replies.hold).unwrap_or(now),
        ground: plan.ground,
    })
}

/// The one gate for an answer without a person, but for the operator's word: the verdict allows it, the sender is proven and authenticated,
/// the reply goes to the sender, and nothing about the message holds it back.
fn may_answer_alone(outcome: &Outcome) -> bool {
    let Outcome { message, verdict, draft, .. } = outcome;
    verdict.action == Action::AutoReply
        && verdict.proof == Proof::Proven
        && takes_replies_by_machine(outcome)
        && draft.as_ref().is_some_and(|d| message.sender.as_ref() == Some(&d.to))
}

/// Whether the sender gets an acknowledgement: by the message alone, so that nothing tells who is registered.
fn may_acknowledge(outcome: &Outcome) -> bool {
    takes_replies_by_machine(outcome) && !matches!(outcome.facts.intent, Intent::Resolved | Intent::Unrelated) && !outcome.message.deceptive
}

fn takes_replies_by_machine(outcome: &Outcome) -> bool {
    let message = &outcome.message;
    message.is_authenticated() && message.automatic.is_none() && message.no_auto_reply.is_empty() && message.sender == message.speaker
}

/// What the message says: a robot that changes its address is known by it.
fn text_hash(outcome: &Outcome) -> String {
    let mut hash = Sha256::new();
    for text in [&outcome.message.subject, &outcome.message.clean] {
        for word in text.split_whitespace() {
            hash.update(word.to_lowercase());
            hash.update(b" ");
        }
        hash.update(b"\n");
    }
    hash.finalize().iter().take(16).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The mailbox behind an address: plus-tags are one person's.
fn base(address: &Address) -> String {
    let local = address.local().split('+').next().unwrap_or_default();
    format!("{local}@{}", address.domain())
}
