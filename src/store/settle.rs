//! Writing down what was concluded: ticket, draft, alarm, automatic reply, journal and the messages' fates, in one transaction.

use jiff::Timestamp;

use super::{Store, StoreError, millis};

/// Everything that follows from one message.
#[derive(Debug, Clone)]
pub struct Settlement {
    /// The message judged.
    pub message_id: String,
    /// `ticket`, `follow-up` or `ignored`.
    pub fate: &'static str,
    /// Why.
    pub why: String,
    /// What became of it.
    pub becomes: Becomes,
    /// The journal's line, where a ticket is concerned.
    pub journal: Line,
}

/// What a message becomes.
#[derive(Debug, Clone)]
pub enum Becomes {
    /// Nothing: it is ignored.
    Nothing,
    /// A ticket of its own.
    Ticket(Box<NewTicket>),
    /// Part of a ticket, which is judged anew; it was judged by this, and must be so still.
    Joins(Box<NewTicket>, JudgedBy),
    /// The end of a ticket: the person says that it is settled.
    Closes(String),
    /// A reply of ours came back.
    Returns(Returned),
}

/// What a ticket was judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct JudgedBy {
    /// Messages of the conversation.
    pub messages: i64,
    /// Grows with every correction that is made or taken back.
    pub marks: i64,
}

/// A reply that came back.
#[derive(Debug, Clone)]
pub struct Returned {
    /// The ticket it was of.
    pub ticket: String,
    /// Message-IDs of ours that the bounce returns.
    pub message_ids: Vec<String>,
}

/// A line for the journal.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// ULID.
    pub id: String,
    /// What happened.
    pub event: &'static str,
    /// More of it; no address, no body.
    pub detail: String,
}

/// A ticket to be opened, or what a ticket says by now.
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
    pub over_at: Option<Timestamp>,
    pub received_at: Timestamp,
    /// When its newest message was sent, and not later than now.
    pub latest_at: Timestamp,
    pub reason_en: String,
    pub reason_fr: String,
    pub words: String,
    pub quoted: Option<String>,
    pub proof: String,
    pub outcome_json: String,
    /// The words that it is found by, folded.
    pub found_by: String,
    /// A ticket that it may belong to.
    pub related: Option<String>,
    pub draft: Option<NewDraft>,
    /// A finished reply to be sent without a person.
    pub reply: Option<NewReply>,
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
}

/// A reply, finished: not a byte of it changes any more.
#[derive(Debug, Clone)]
pub struct NewReply {
    /// ULID.
    pub id: String,
    /// `automatic` or `acknowledgement`.
    pub kind: &'static str,
    /// What budgets count as the same answer: the case, or for an acknowledgement always the same, or it would tell who is registered.
    pub case: String,
    /// `queued`, or `shadow`: it is only kept to show what would have been sent.
    pub state: &'static str,
    /// The one recipient.
    pub to: String,
    /// The recipient without plus-tag: what budgets count.
    pub recipient_base: String,
    /// The recipient's domain.
    pub domain: String,
    /// Of subject and words that are answered: a robot that changes its address says the same again.
    pub text_hash: String,
    /// Fixed before the first byte is sent.
    pub message_id: String,
    /// The finished MIME.
    pub mail: Vec<u8>,
    /// Not sent before this instant.
    pub not_before: Timestamp,
    /// What the verdict stood on: a [`crate::people::ground::Ground`] as JSON; empty: it depends on the message alone.
    pub ground: String,
}

const TICKET: &str = "INSERT INTO ticket (id, number, message_id, mailbox, sender, from_address, subject, language, case_name, action, urgency,
    state, person, match_kind, deadline, received_at, status, reason_en, reason_fr, words, quoted, proof, outcome, related, latest_at, over_at)
    SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'open', $16, $17, $18, $19, $20, $21, $22, $23, $24
    FROM ticket";
const AGAIN: &str = "UPDATE ticket SET language = $2, case_name = $3, action = $4, urgency = $5, state = $6, person = $7, match_kind = $8,
    deadline = $9, status = 'open', reason_en = $10, reason_fr = $11, words = $12, quoted = $13, proof = $14, outcome = $15, notice = '', latest_at = $16, over_at = $17,
    messages = (SELECT COUNT(*) FROM message WHERE ticket_id = $1) WHERE id = $1";
const DRAFT: &str = "INSERT INTO draft (id, ticket_id, mailbox, recipient, subject, text, template, language, in_reply_to, refs, message_id, state, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const REPLY: &str =
    "INSERT INTO outbox (id, ticket_id, kind, recipient, recipient_base, recipient_domain, text_hash, case_name, message_id, mail, ground,
    state, queued_at, next_at, messages) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
    (SELECT messages FROM ticket WHERE id = $2)) ON CONFLICT DO NOTHING";
const ALARM: &str =
    "INSERT INTO alarm (id, ticket_id, nonce, state, next_at) VALUES ($1, $2, $3, 'due', $4) ON CONFLICT (ticket_id) DO UPDATE
    SET state = 'due', nonce = excluded.nonce, next_at = excluded.next_at WHERE alarm.state = 'posted'";
pub(super) const JOURNAL: &str = "INSERT INTO journal (id, at, ticket_id, event, detail) VALUES ($1, $2, $3, $4, $5)";
const FATE: &str = "UPDATE message SET fate = $2, why = $3, ticket_id = $4 WHERE id = $1 AND fate = 'waiting'";
/// What stands in a drafts folder and is no longer wanted is taken out.
pub(super) const WITHDRAW: &str = "INSERT INTO withdrawal (message_id, ticket_id, mailbox, saved_hash, state)
    SELECT message_id, ticket_id, mailbox, saved_hash, 'due' FROM draft WHERE ticket_id = $1 AND state IN ('saving', 'saved') ON CONFLICT DO NOTHING";
/// What somebody typed is kept when the draft goes.
const KEEP_TYPED: &str = "INSERT INTO typed (ticket_id, subject, text, staff_id, at) SELECT ticket_id, subject, text, edited_by, edited_at
    FROM draft WHERE ticket_id = $1 AND edited_at IS NOT NULL AND state NOT IN ('sent', 'answered') ON CONFLICT (ticket_id) DO UPDATE
    SET subject = excluded.subject, staff_id = excluded.staff_id, at = excluded.at,
    text = CASE WHEN typed.text = excluded.text THEN typed.text ELSE excluded.text || '\n\n---\n\n' || typed.text END";
const UNFIND: &str = "DELETE FROM ticket_find WHERE rowid = (SELECT number FROM ticket WHERE id = $1)";
const FIND: &str = "INSERT INTO ticket_find (rowid, text) SELECT number, $2 FROM ticket WHERE id = $1";
const FORGET_DRAFT: &str = "DELETE FROM draft WHERE ticket_id = $1";
pub(super) const CANCEL: &str = "UPDATE outbox SET state = 'cancelled', why = $2, done_at = $3, approval_key = NULL WHERE ticket_id = $1 AND state IN ('queued', 'retry', 'held', 'failed')";
pub(super) const STATUS: &str = "UPDATE ticket SET status = $2, notice = $3 WHERE id = $1";
/// One process at a time gives out numbers and continues conversations.
const SETTLING: &str = "SELECT pg_advisory_xact_lock(7262002)";
const JUDGED_BY: &str = "SELECT messages, (SELECT COUNT(*) + COUNT(taken_back_at) FROM correction
    WHERE ticket_id = ticket.id AND kind NOT IN ('text', 'note')) AS marks FROM ticket WHERE id = $1";
const RETURNED: &str = "UPDATE outbox SET state = 'returned', why = 'it came back undelivered', done_at = $2
    WHERE message_id = $1 AND state IN ('sending', 'sent', 'unknown')";

/// A reply that did not arrive can be edited and sent again.
const WRITE_AGAIN: &str = "UPDATE draft SET state = 'kept' WHERE ticket_id = $1 AND state IN ('sent', 'queued')";

/// Opens a ticket. (These are macros because each is typed by its own database.)
macro_rules! opened {
    ($tx:ident, $t:expr, $message:expr) => {
        sqlx::query(TICKET)
            .bind(&$t.id)
            .bind($message)
            .bind(&$t.mailbox)
            .bind(&$t.sender)
            .bind(&$t.from_address)
            .bind(&$t.subject)
            .bind(&$t.language)
            .bind(&$t.case)
            .bind(&$t.action)
            .bind(&$t.urgency)
            .bind(&$t.state)
            .bind(&$t.person)
            .bind(&$t.match_kind)
            .bind($t.deadline.map(millis))
            .bind(millis($t.received_at))
            .bind(&$t.reason_en)
            .bind(&$t.reason_fr)
            .bind(&$t.words)
            .bind(&$t.quoted)
            .bind(&$t.proof)
            .bind(&$t.outcome_json)
            .bind(&$t.related)
            .bind(millis($t.latest_at))
            .bind($t.over_at.map(millis))
            .execute(&mut *$tx)
            .await?;
        sqlx::query(FIND).bind(&$t.id).bind(&$t.found_by).execute(&mut *$tx).await?;
    };
}

/// A ticket says something else by now.
macro_rules! judged_anew {
    ($tx:ident, $t:expr) => {
        sqlx::query(AGAIN)
            .bind(&$t.id)
            .bind(&$t.language)
            .bind(&$t.case)
            .bind(&$t.action)
            .bind(&$t.urgency)
            .bind(&$t.state)
            .bind(&$t.person)
            .bind(&$t.match_kind)
            .bind($t.deadline.map(millis))
            .bind(&$t.reason_en)
            .bind(&$t.reason_fr)
            .bind(&$t.words)
            .bind(&$t.quoted)
            .bind(&$t.proof)
            .bind(&$t.outcome_json)
            .bind(millis($t.latest_at))
            .bind($t.over_at.map(millis))
            .execute(&mut *$tx)
            .await?;
        sqlx::query(UNFIND).bind(&$t.id).execute(&mut *$tx).await?;
        sqlx::query(FIND).bind(&$t.id).bind(&$t.found_by).execute(&mut *$tx).await?;
    };
}

/// What was drafted and queued before is no longer meant.
macro_rules! taken_back {
    ($tx:ident, $ticket:expr, $why:literal, $at:expr) => {
        sqlx::query(CANCEL).bind($ticket).bind($why).bind($at).execute(&mut *$tx).await?;
        sqlx::query(WITHDRAW).bind($ticket).execute(&mut *$tx).await?;
        sqlx::query(KEEP_TYPED).bind($ticket).execute(&mut *$tx).await?;
        sqlx::query(FORGET_DRAFT).bind($ticket).execute(&mut *$tx).await?;
    };
}

/// Draft, reply and alarm of a ticket.
macro_rules! followed {
    ($tx:ident, $t:expr, $at:expr) => {
        if let Some(d) = &$t.draft {
            let references = serde_json::to_string(&d.references).unwrap_or_else(|_| "[]".into());
            sqlx::query(DRAFT)
                .bind(&d.id)
                .bind(&$t.id)
                .bind(&$t.mailbox)
                .bind(&d.to)
                .bind(&d.subject)
                .bind(&d.text)
                .bind(&d.template)
                .bind(&d.language)
                .bind(&d.in_reply_to)
                .bind(references)
                .bind(&d.message_id)
                .bind(d.state)
                .bind($at)
                .execute(&mut *$tx)
                .await?;
        }
        if let Some(r) = &$t.reply {
            sqlx::query(REPLY)
                .bind(&r.id)
                .bind(&$t.id)
                .bind(r.kind)
                .bind(&r.to)
                .bind(&r.recipient_base)
                .bind(&r.domain)
                .bind(&r.text_hash)
                .bind(&r.case)
                .bind(&r.message_id)
                .bind(&r.mail)
                .bind(&r.ground)
                .bind(r.state)
                .bind($at)
                .bind(millis(r.not_before))
                .execute(&mut *$tx)
                .await?;
        }
        if let Some(nonce) = &$t.alarm {
            sqlx::query(ALARM).bind(nonce).bind(&$t.id).bind(nonce).bind($at).execute(&mut *$tx).await?;
        }
    };
}

pub mod anew;

impl Store {
    /// What a ticket is judged by at this moment; `None`: there is no such ticket.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn judged_by(&self, ticket: &str) -> Result<Option<JudgedBy>, StoreError> {
        Ok(on!(self, pool => sqlx::query_as(JUDGED_BY).bind(ticket).fetch_optional(pool).await?))
    }
}

impl Becomes {
    /// The ticket concerned.
    fn ticket(&self) -> Option<&str> {
        match self {
            Self::Nothing => None,
            Self::Ticket(t) | Self::Joins(t, _) => Some(&t.id),
            Self::Closes(id) => Some(id),
            Self::Returns(returned) => Some(&returned.ticket),
        }
    }
}

impl Store {
    /// Writes down what was concluded of a batch. A message that has its fate already is left as it is. Answers how many were settled.
    ///
    /// # Errors
    /// When the database fails; nothing is written then.
    pub async fn settle(&self, batch: &[Settlement], now: Timestamp) -> Result<u64, StoreError> {
        let at = millis(now);
        Ok(within!(self, tx => {
            if matches!(self, Self::Postgres(_)) {
                sqlx::query(SETTLING).execute(&mut *tx).await?;
            }
            let mut settled = 0;
            for one in batch {
                let ticket = one.becomes.ticket();
                if let Becomes::Joins(t, by) = &one.becomes {
                    let now: Option<JudgedBy> = sqlx::query_as(JUDGED_BY).bind(&t.id).fetch_optional(&mut *tx).await?;
                    if now.is_none_or(|now| now != *by) {
                        // Something came meanwhile: it keeps its lease, and is judged again with that.
                        continue;
                    }
                }
                let changed = sqlx::query(FATE).bind(&one.message_id).bind(one.fate).bind(&one.why).bind(ticket).execute(&mut *tx).await?;
                if changed.rows_affected() == 0 {
                    continue;
                }
                settled += 1;
                match &one.becomes {
                    Becomes::Nothing => {}
                    Becomes::Ticket(t) => {
                        opened!(tx, t, &one.message_id);
                        followed!(tx, t, at);
                    }
                    Becomes::Joins(t, _) => {
                        judged_anew!(tx, t);
                        taken_back!(tx, &t.id, "something newer came", at);
                        followed!(tx, t, at);
                    }
                    Becomes::Closes(id) => {
                        taken_back!(tx, id, "the person says that it is settled", at);
                        sqlx::query(STATUS).bind(id).bind("closed").bind("").execute(&mut *tx).await?;
                    }
                    Becomes::Returns(r) => {
                        for id in &r.message_ids {
                            sqlx::query(RETURNED).bind(id).bind(at).execute(&mut *tx).await?;
                        }
                        sqlx::query(WRITE_AGAIN).bind(&r.ticket).execute(&mut *tx).await?;
                        sqlx::query(STATUS).bind(&r.ticket).bind("open").bind("reply_returned").execute(&mut *tx).await?;
                    }
                }
                if let Some(ticket) = ticket {
                    let line = &one.journal;
                    sqlx::query(JOURNAL).bind(&line.id).bind(at).bind(ticket).bind(line.event).bind(&line.detail).execute(&mut *tx).await?;
                }
            }
            settled
        }))
    }
}
