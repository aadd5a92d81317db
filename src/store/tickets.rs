//! Tickets: one conversation of one person with the desk.

use jiff::Timestamp;

use super::{Store, StoreError};

/// A ticket as the queue shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketRow {
    /// ULID.
    pub id: String,
    /// Short number for people, from 1.
    pub number: i64,
    /// Mailbox it came through.
    pub mailbox: String,
    /// Who wrote: display name, or address.
    pub sender: String,
    /// Subject.
    pub subject: String,
    /// `en` or `fr`.
    pub language: String,
    /// Case name.
    pub case: String,
    /// Action, snake_case.
    pub action: String,
    /// Urgency, snake_case.
    pub urgency: String,
    /// Invitation state, snake_case.
    pub state: Option<String>,
    /// Who was found: "First Last".
    pub person: Option<String>,
    /// How: match kind, snake_case.
    pub match_kind: String,
    /// Start of the evaluation counted to.
    pub deadline: Option<Timestamp>,
    /// When the message came.
    pub received_at: Timestamp,
    /// `open`, `answered`, `closed`.
    pub status: String,
    /// The first reason, in English and French.
    pub reason_en: String,
    /// The first reason in French.
    pub reason_fr: String,
}

/// A ticket, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The row of the queue.
    pub row: TicketRow,
    /// The person's own words.
    pub words: String,
    /// What was quoted.
    pub quoted: Option<String>,
    /// The sender's address.
    pub from_address: Option<String>,
    /// `proven` or `unproven`.
    pub proof: String,
    /// The JSON of `usher triage --json` for this message: facts, evidence, others, because.
    pub outcome_json: String,
    /// The draft, where there is one.
    pub draft: Option<DraftRow>,
}

/// A draft as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRow {
    /// ULID.
    pub id: String,
    /// The one recipient.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Text.
    pub text: String,
    /// `reply/code_expired`.
    pub template: String,
    /// `en` or `fr`.
    pub language: String,
    /// `ready`, `saved` (stands in the drafts folder), `queued`, `sent`, `unsure`, `failed`.
    pub state: String,
}

impl Store {
    /// Open tickets, soonest deadline first, then oldest.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn queue(&self, _most: u32) -> Result<Vec<TicketRow>, StoreError> {
        todo!("stub")
    }

    /// The newest `most` tickets whatever their status, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn recent(&self, _most: u32) -> Result<Vec<TicketRow>, StoreError> {
        todo!("stub")
    }

    /// One ticket by its id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ticket(&self, _id: &str) -> Result<Option<Ticket>, StoreError> {
        todo!("stub")
    }
}
