//! The one way by which a person lets a reply leave: the disclosure check, the finished MIME, one transaction.

use jiff::SignedDuration;

use super::ticket::{Opened, reply};
use super::{Desk, act};
use crate::draft::{Draft, compose};
use crate::facts::Language;
use crate::message::address::Address;
use crate::store::StoreError;
use crate::store::reply::{Approval, Approved, Seen};
use crate::store::settle::anew::By;

/// An imminent reply is held shorter.
const IMMINENT_HOLD: SignedDuration = SignedDuration::from_secs(5);

/// A reply that somebody wants to leave.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The draft that was seen.
    pub seen: Seen,
    /// Messages that were seen.
    pub messages: i64,
    /// Subject.
    pub subject: String,
    /// Text.
    pub text: String,
    /// One press of the button.
    pub key: String,
    /// Also where the ticket was answered meanwhile.
    pub also: bool,
}

/// Why it does not leave.
#[derive(Debug)]
pub enum Refusal {
    /// Subject or text is empty.
    Empty,
    /// It tells what the sender may not know.
    Leaks,
    /// The recipient's address cannot be written to.
    NoAddress,
    /// The house is broken.
    Broken(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Broken(error)
    }
}

/// Lets a reply leave in somebody's name, unless it says too much, or something came or changed since.
///
/// # Errors
/// See [`Refusal`].
pub async fn approve(desk: &Desk, staff: &str, opened: &Opened, wanted: Wanted) -> Result<Approved, Refusal> {
    if wanted.text.trim().is_empty() || wanted.subject.trim().is_empty() {
        return Err(Refusal::Empty);
    }
    if !reply::leaks(desk, opened, &wanted.subject, &wanted.text).is_empty() {
        return Err(Refusal::Leaks);
    }
    let row = &opened.line.ticket;
    let Some(written) = desk.store.written(&row.id).await?.filter(|w| w.id == wanted.seen.id) else { return Ok(Approved::Changed) };
    let to = Address::parse(&written.to).ok_or(Refusal::NoAddress)?;
    let id = desk.clock.id().to_string();
    let message_id = act::writer(desk, &row.mailbox).message_id(&row.id, &id);
    let draft = Draft {
        to: to.clone(),
        subject: wanted.subject.clone(),
        text: wanted.text.clone(),
        template: written.template.clone(),
        language: Language::from_code(&written.language).unwrap_or(Language::En),
        in_reply_to: written.in_reply_to.clone(),
        references: serde_json::from_str(&written.refs).unwrap_or_default(),
    };
    let now = desk.clock.now();
    let envelope = compose::Envelope { from: &desk.from, message_id: &message_id, date: now, automatic: false };
    let mail = compose::mail(&draft, &envelope).map_err(|why| {
        tracing::warn!("a reply to ticket {} cannot be written: {why}", row.number);
        Refusal::NoAddress
    })?;
    let hold = if row.urgency == "imminent" { IMMINENT_HOLD.min(desk.hold) } else { desk.hold };
    let edited = written.version > 1 || written.text != wanted.text;
    let approval = Approval {
        ticket: row.id.clone(),
        seen: wanted.seen,
        messages: wanted.messages,
        also: wanted.also,
        subject: wanted.subject,
        text: wanted.text,
        key: format!("{staff}:{}:{}", row.id, wanted.key),
        id,
        case: row.case.clone(),
        to: to.as_str().to_owned(),
        recipient_base: format!("{}@{}", to.local().split('+').next().unwrap_or_default(), to.domain()),
        domain: to.domain().to_owned(),
        message_id,
        mail,
        not_before: now.saturating_add(hold).unwrap_or(now),
        trial: desk.trial,
        edited: edited.then(|| (desk.clock.id().to_string(), written.template)),
    };
    let line = desk.clock.id().to_string();
    Ok(desk.store.approve(&approval, By { staff, line: &line, at: now }).await?)
}
