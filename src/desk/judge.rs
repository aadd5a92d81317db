//! A ticket judged anew with what people say: pure judging, then one transaction.

use std::sync::Arc;

use super::Desk;
use super::seat::Seat;
use super::ticket::Opened;
use crate::store::StoreError;
use crate::store::corrections::NewCorrection;
use crate::store::settle::anew::By;
use crate::store::written::{Writer, domain_of};
use crate::triage::corrected::{Correction, again};

/// What is to be changed.
#[derive(Debug, Default)]
pub struct Wish {
    /// What is said from now on.
    pub said: Vec<Correction>,
    /// Kinds of corrections that count no more.
    pub taken_back: Vec<String>,
}

impl Wish {
    /// One correction, and nothing taken back.
    pub fn of(correction: Correction) -> Self {
        Self { said: vec![correction], taken_back: Vec::new() }
    }
}

/// Judges anew. `false`: something came meanwhile, or the ticket is no longer open.
pub async fn anew(desk: &Desk, seat: &Seat, opened: &Opened, wish: Wish) -> Result<bool, StoreError> {
    let kinds: Vec<String> = wish.said.iter().map(Correction::kind).chain(wish.taken_back.iter().cloned()).collect();
    let kept = opened.corrections.iter().map(|c| c.correction.clone()).filter(|c| !kinds.contains(&c.kind()));
    let corrections: Vec<Correction> = kept.chain(wish.said.iter().cloned()).collect();
    let raws: Vec<Vec<u8>> = opened.said.iter().map(|s| s.raw.clone()).collect();
    let (directory, playbook, now) = (desk.in_force.get(), Arc::clone(&desk.playbook), desk.clock.now());
    let judged = tokio::task::spawn_blocking(move || {
        let raws: Vec<&[u8]> = raws.iter().map(Vec::as_slice).collect();
        again(&raws, &corrections, &directory, &playbook, now)
    });
    let Some(outcome) = judged.await.map_err(|_| StoreError::Unusable("judging a ticket failed".into()))? else { return Ok(false) };
    let row = &opened.line.ticket;
    let saves_drafts = desk.mailboxes.get(&row.mailbox).copied().unwrap_or(false);
    let writer = Writer { threads: &desk.threads, domain: domain_of(&desk.from), saves_drafts, clock: &*desk.clock };
    let mut ticket = writer.ticket(&row.id, &row.mailbox, &outcome, now);
    if ticket.urgency == row.urgency {
        // Nobody is called a second time for what they are correcting.
        ticket.alarm = None;
    }
    let rule = opened.outcome.get("rule").and_then(serde_json::Value::as_str).unwrap_or_default();
    let written: Vec<NewCorrection> = wish
        .said
        .into_iter()
        .map(|correction| NewCorrection {
            id: desk.clock.id().to_string(),
            instead_of: opened.said_before(&correction),
            rule: rule.to_owned(),
            correction,
        })
        .collect();
    let line = desk.clock.id().to_string();
    let by = By { staff: &seat.staff.id, line: &line, at: now };
    desk.store.correct(&ticket, opened.judged_by, &written, &wish.taken_back, &kinds.join(", "), by).await
}

impl Opened {
    /// What the machine said of what is corrected.
    fn said_before(&self, correction: &Correction) -> String {
        let key = match correction {
            Correction::Case(_) => "case".to_owned(),
            Correction::Person(_) | Correction::NotPerson(_) => "candidate_id".to_owned(),
            Correction::Language(_) => "language".to_owned(),
            Correction::Vouched(_) => "proof".to_owned(),
            Correction::NotAutomatic => return "automatic".to_owned(),
            Correction::Fact(..) => correction.kind().trim_start_matches("fact.").to_owned(),
        };
        self.outcome.get(&key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
    }
}
