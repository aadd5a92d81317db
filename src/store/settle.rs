//! Writing down what was concluded: ticket, draft, alarm, automatic reply, journal and the message's fate, in one transaction.

use jiff::Timestamp;

use super::{Store, StoreError, millis};

/// Everything that follows from one message.
#[derive(Debug, Clone)]
pub struct Settlement {
    /// The message judged.
    pub message_id: String,
    /// `ticket` or `ignored`.
    pub fate: &'static str,
    /// Why.
    pub why: String,
    /// The ticket, unless the message is ignored.
    pub ticket: Option<NewTicket>,
}

/// A ticket to be opened.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns of the table, documented at TicketRow and Ticket")]
pub struct NewTicket {
    pub id: String,
    pub mailbox: String,
    pub sender: String,
    pub from_address: Option<String>,
    pub subject: String,
    pub language: String,
    pub case: String,
    pub action: String,
    pub urgency: String,
    pub state: Option<String>,
    pub person: Option<String>,
    pub match_kind: String,
    pub deadline: Option<Timestamp>,
    pub received_at: Timestamp,
    pub reason_en: String,
    pub reason_fr: String,
    pub words: String,
    pub quoted: Option<String>,
    pub proof: String,
    pub outcome_json: String,
    pub draft: Option<NewDraft>,
    /// Nonce of the alarm, where one is due.
    pub alarm: Option<String>,
}

/// A draft to be kept.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns of the table, documented at DraftRow")]
pub struct NewDraft {
    pub id: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub template: String,
    pub language: String,
    pub in_reply_to: Option<String>,
    pub references: Vec<String>,
    pub message_id: String,
    /// `ready` to be saved in the drafts folder, `kept` here only, or `queued` to be sent.
    pub state: &'static str,
    /// Sent without a person, not before this instant.
    pub automatic: Option<Timestamp>,
    /// What the verdict stood on: a [`crate::people::ground::Ground`] as JSON.
    pub ground: String,
    /// The recipient without plus-tag: what budgets count.
    pub recipient_base: String,
}

const TICKET: &str = "INSERT INTO ticket (id, number, message_id, mailbox, sender, from_address, subject, language, case_name, action, urgency,
    state, person, match_kind, deadline, received_at, status, reason_en, reason_fr, words, quoted, proof, outcome)
    SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'open', $16, $17, $18, $19, $20, $21
    FROM ticket";
const DRAFT: &str = "INSERT INTO draft (id, ticket_id, mailbox, recipient, subject, text, template, language, in_reply_to, refs, message_id, state, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const OUTBOX: &str =
    "INSERT INTO outbox (id, ticket_id, draft_id, recipient, recipient_base, case_name, message_id, state, next_at, ground)
    VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued', $8, $9)";
const ALARM: &str = "INSERT INTO alarm (id, ticket_id, nonce, state, next_at) VALUES ($1, $2, $3, 'due', $4)";
const JOURNAL: &str = "INSERT INTO journal (id, at, ticket_id, event, detail) VALUES ($1, $2, $3, $4, $5)";
const FATE: &str = "UPDATE message SET fate = $2, why = $3, ticket_id = $4 WHERE id = $1 AND fate = 'waiting'";

impl Store {
    /// Writes down what was concluded. A message that has its fate already is left as it is (`false`).
    ///
    /// # Errors
    /// When the database fails; nothing is written then.
    pub async fn settle(&self, settlement: &Settlement, journal_id: &str, now: Timestamp) -> Result<bool, StoreError> {
        let at = millis(now);
        let ticket_id = settlement.ticket.as_ref().map(|t| t.id.as_str());
        Ok(within!(self, tx => {
            let changed = sqlx::query(FATE).bind(&settlement.message_id).bind(settlement.fate).bind(&settlement.why).bind(ticket_id)
                .execute(&mut *tx).await?.rows_affected();
            if changed == 0 {
                return Ok(false);
            }
            if let Some(t) = &settlement.ticket {
                sqlx::query(TICKET)
                    .bind(&t.id).bind(&settlement.message_id).bind(&t.mailbox).bind(&t.sender).bind(&t.from_address).bind(&t.subject)
                    .bind(&t.language).bind(&t.case).bind(&t.action).bind(&t.urgency).bind(&t.state).bind(&t.person).bind(&t.match_kind)
                    .bind(t.deadline.map(millis)).bind(millis(t.received_at)).bind(&t.reason_en).bind(&t.reason_fr).bind(&t.words)
                    .bind(&t.quoted).bind(&t.proof).bind(&t.outcome_json)
                    .execute(&mut *tx).await?;
                if let Some(d) = &t.draft {
                    let references = serde_json::to_string(&d.references).unwrap_or_else(|_| "[]".into());
                    sqlx::query(DRAFT)
                        .bind(&d.id).bind(&t.id).bind(&t.mailbox).bind(&d.to).bind(&d.subject).bind(&d.text).bind(&d.template).bind(&d.language)
                        .bind(&d.in_reply_to).bind(references).bind(&d.message_id).bind(d.state).bind(at)
                        .execute(&mut *tx).await?;
                    if let Some(not_before) = d.automatic {
                        sqlx::query(OUTBOX)
                            .bind(&d.id).bind(&t.id).bind(&d.id).bind(&d.to).bind(&d.recipient_base).bind(&t.case).bind(&d.message_id)
                            .bind(millis(not_before)).bind(&d.ground)
                            .execute(&mut *tx).await?;
                    }
                }
                if let Some(nonce) = &t.alarm {
                    sqlx::query(ALARM).bind(nonce).bind(&t.id).bind(nonce).bind(at).execute(&mut *tx).await?;
                }
                let detail = format!("case {}, action {}", t.case, t.action);
                sqlx::query(JOURNAL).bind(journal_id).bind(at).bind(&t.id).bind("opened").bind(detail).execute(&mut *tx).await?;
            }
            true
        }))
    }
}
