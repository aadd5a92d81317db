//! Tickets: one conversation of one person with the desk.

use jiff::Timestamp;

use super::{Store, StoreError, instant};

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
    /// What staff have to know beside the case: `reply_returned`, `draft_touched`; empty: nothing.
    pub notice: String,
    /// The number of a ticket that this one may belong to.
    pub related: Option<i64>,
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
    /// `ready`, `saving`, `saved` (stands in the drafts folder), `kept` (here only), `queued` (to be sent), `sent`, `answered` (by a person,
    /// from elsewhere).
    pub state: String,
}

const QUEUE: &str = "SELECT id, number, mailbox, sender, subject, language, case_name, action, urgency, state, person, match_kind, deadline, received_at, status,
    reason_en, reason_fr FROM ticket WHERE status = 'open' ORDER BY CASE WHEN deadline IS NULL THEN 1 ELSE 0 END, deadline, received_at, id LIMIT $1";
const RECENT: &str = "SELECT id, number, mailbox, sender, subject, language, case_name, action, urgency, state, person, match_kind, deadline, received_at, status,
    reason_en, reason_fr FROM ticket ORDER BY number DESC LIMIT $1";
const ONE: &str = "SELECT id, number, mailbox, sender, subject, language, case_name, action, urgency, state, person, match_kind, deadline, received_at, status,
    reason_en, reason_fr FROM ticket WHERE id = $1";
const REST: &str = "SELECT t.words, t.quoted, t.from_address, t.proof, t.outcome, t.notice, r.number FROM ticket t
    LEFT JOIN ticket r ON r.id = t.related WHERE t.id = $1";
const DRAFT: &str = "SELECT id, recipient, subject, text, template, language, state FROM draft WHERE ticket_id = $1";

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: String,
    number: i64,
    mailbox: String,
    sender: String,
    subject: String,
    language: String,
    case_name: String,
    action: String,
    urgency: String,
    state: Option<String>,
    person: Option<String>,
    match_kind: String,
    deadline: Option<i64>,
    received_at: i64,
    status: String,
    reason_en: String,
    reason_fr: String,
}

impl From<Row> for TicketRow {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            number: row.number,
            mailbox: row.mailbox,
            sender: row.sender,
            subject: row.subject,
            language: row.language,
            case: row.case_name,
            action: row.action,
            urgency: row.urgency,
            state: row.state,
            person: row.person,
            match_kind: row.match_kind,
            deadline: row.deadline.map(instant),
            received_at: instant(row.received_at),
            status: row.status,
            reason_en: row.reason_en,
            reason_fr: row.reason_fr,
        }
    }
}

type Rest = (String, Option<String>, Option<String>, String, String, String, Option<i64>);
type Draft = (String, String, String, String, String, String, String);

impl Store {
    /// Open tickets, soonest deadline first, then oldest.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn queue(&self, most: u32) -> Result<Vec<TicketRow>, StoreError> {
        let rows: Vec<Row> = on!(self, pool => sqlx::query_as(QUEUE).bind(i64::from(most)).fetch_all(pool).await?);
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// The newest `most` tickets whatever their status, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn recent(&self, most: u32) -> Result<Vec<TicketRow>, StoreError> {
        let rows: Vec<Row> = on!(self, pool => sqlx::query_as(RECENT).bind(i64::from(most)).fetch_all(pool).await?);
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// One ticket by its id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ticket(&self, id: &str) -> Result<Option<Ticket>, StoreError> {
        let row: Option<Row> = on!(self, pool => sqlx::query_as(ONE).bind(id).fetch_optional(pool).await?);
        let Some(row) = row else { return Ok(None) };
        let (words, quoted, from_address, proof, outcome_json, notice, related): Rest =
            on!(self, pool => sqlx::query_as(REST).bind(id).fetch_one(pool).await?);
        let draft: Option<Draft> = on!(self, pool => sqlx::query_as(DRAFT).bind(id).fetch_optional(pool).await?);
        let draft =
            draft.map(|(id, to, subject, text, template, language, state)| DraftRow { id, to, subject, text, template, language, state });
        Ok(Some(Ticket { row: row.into(), words, quoted, from_address, proof, outcome_json, notice, related, draft }))
    }

    /// Sets a ticket's status: `open`, `answered`, `closed`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_ticket_status(&self, id: &str, status: &str) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE ticket SET status = $2 WHERE id = $1";
        on!(self, pool => sqlx::query(SQL).bind(id).bind(status).execute(pool).await.map(drop)?);
        Ok(())
    }
}
