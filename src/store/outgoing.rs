//! The outbox as people see and steer it.

use jiff::Timestamp;

use super::drafts::StoredDraft;
use super::settle::WITHDRAW;
use super::{Store, StoreError, instant, millis};

/// One line of the outbox.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct OutboxLine {
    /// The ticket's number.
    pub ticket: i64,
    /// `automatic`, `acknowledgement`.
    pub kind: String,
    /// `queued`, `sending`, `sent`, `retry`, `failed`, `held`, `unknown`, `returned`, `cancelled`, `shadow`.
    pub state: String,
    /// Why.
    pub why: String,
    /// The case that it answers.
    pub case: String,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// When it is tried next, where it is to be.
    pub next_at: Option<Timestamp>,
    /// Tries so far.
    pub attempts: i64,
}

/// What a person wants of a reply that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Send it now: it was held, failed, may have left (and did not), or still waits out its hold.
    Send,
    /// It shall not leave.
    Cancel,
}

impl Store {
    /// Replies, the newest first; `unfinished`: only those that still wait for something.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn outbox(&self, unfinished: bool, most: u32) -> Result<Vec<OutboxLine>, StoreError> {
        const SQL: &str = "SELECT t.number, o.kind, o.state, o.why, o.case_name, o.queued_at, o.next_at, o.attempts FROM outbox o
            JOIN ticket t ON t.id = o.ticket_id WHERE $1 = 0 OR o.state NOT IN ('sent', 'cancelled', 'shadow') ORDER BY o.queued_at DESC, o.id DESC LIMIT $2";
        type Row = (i64, String, String, String, String, i64, i64, i64);
        let rows: Vec<Row> =
            on!(self, pool => sqlx::query_as(SQL).bind(i64::from(unfinished)).bind(i64::from(most)).fetch_all(pool).await?);
        Ok(rows
            .into_iter()
            .map(|(ticket, kind, state, why, case, queued, next, attempts)| OutboxLine {
                ticket,
                kind,
                next_at: matches!(state.as_str(), "queued" | "retry").then(|| instant(next)),
                state,
                why,
                case,
                queued_at: instant(queued),
                attempts,
            })
            .collect())
    }

    /// Does what a person wants of the newest reply of ticket `number`. `mail`: what is sent in its stead, composed as a person's; its
    /// Message-ID has to be the same. By a person's wish no budget counts, and the register may have changed. Answers the ticket's id and
    /// the state before; `None`: there is no reply that it could be done to, or it is being sent at this moment.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn steer(
        &self,
        number: i64,
        wish: Wish,
        mail: Option<&[u8]>,
        now: Timestamp,
    ) -> Result<Option<(String, String)>, StoreError> {
        const FIND: &str =
            "SELECT o.id, o.ticket_id, o.state, o.kind, o.fence FROM outbox o JOIN ticket t ON t.id = o.ticket_id WHERE t.number = $1
            AND o.state <> 'shadow' ORDER BY o.queued_at DESC, o.id DESC LIMIT 1";
        const SEND: &str = "UPDATE outbox SET state = 'queued', approved_at = $3, ground = '', why = '', next_at = $3, queued_at = $3, fence = fence + 1,
            mail = COALESCE($4, mail), messages = (SELECT messages FROM ticket WHERE id = outbox.ticket_id) WHERE id = $1 AND fence = $2 AND state <> 'sending'";
        const CANCEL: &str = "UPDATE outbox SET state = 'cancelled', why = 'a person cancelled it', done_at = $3, fence = fence + 1
            WHERE id = $1 AND fence = $2 AND state <> 'sending'";
        const QUEUED: &str = "UPDATE draft SET state = 'queued' WHERE ticket_id = $1 AND state IN ('ready', 'saving', 'saved', 'kept')";
        const READY: &str = "UPDATE draft SET state = 'ready', next_at = $2 WHERE ticket_id = $1 AND state = 'queued'";
        Ok(within!(self, tx => {
            let found: Option<(String, String, String, String, i64)> = sqlx::query_as(FIND).bind(number).fetch_optional(&mut *tx).await?;
            let Some((id, ticket, before, kind, fence)) = found.filter(|(_, _, state, ..)| waits(state)) else { return Ok(None) };
            let done = match wish {
                Wish::Send => sqlx::query(SEND).bind(&id).bind(fence).bind(millis(now)).bind(mail).execute(&mut *tx).await?.rows_affected(),
                Wish::Cancel => sqlx::query(CANCEL).bind(&id).bind(fence).bind(millis(now)).execute(&mut *tx).await?.rows_affected(),
            };
            if done > 0 && kind == "automatic" {
                match wish {
                    Wish::Send => {
                        // The draft of the same words is taken out of the folder, or somebody would send it too.
                        sqlx::query(WITHDRAW).bind(&ticket).execute(&mut *tx).await?;
                        sqlx::query(QUEUED).bind(&ticket).execute(&mut *tx).await?;
                    }
                    Wish::Cancel => {
                        sqlx::query(READY).bind(&ticket).bind(millis(now)).execute(&mut *tx).await?;
                    }
                }
            }
            (done > 0).then_some((ticket, before))
        }))
    }

    /// The draft of a ticket and the Message-ID of its newest reply, to compose the reply anew as a person's.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reply_to_approve(&self, number: i64) -> Result<Option<(StoredDraft, String)>, StoreError> {
        const ID: &str = "SELECT o.message_id, o.ticket_id FROM outbox o JOIN ticket t ON t.id = o.ticket_id
            WHERE t.number = $1 AND o.kind = 'automatic' AND o.state <> 'shadow' ORDER BY o.queued_at DESC, o.id DESC LIMIT 1";
        let found: Option<(String, String)> = on!(self, pool => sqlx::query_as(ID).bind(number).fetch_optional(pool).await?);
        let Some((message_id, ticket)) = found else { return Ok(None) };
        Ok(self.draft_of(&ticket).await?.map(|draft| (draft, message_id)))
    }
}

/// Whether anything can be done to a reply in this state.
fn waits(state: &str) -> bool {
    matches!(state, "queued" | "retry" | "held" | "failed" | "unknown" | "returned")
}

/// A reply that somebody approved, and that is not yet where it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaving {
    /// The ticket's number.
    pub number: i64,
    /// Whom it goes to: the person found, or whoever wrote.
    pub who: String,
    /// As [`OutboxLine::state`].
    pub state: String,
    /// The server's words, where it refused.
    pub why: String,
    /// When it leaves.
    pub leaves_at: Timestamp,
}

impl Store {
    /// The replies that `staff` approved and that have not left yet, the next to leave first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn leaving(&self, staff: &str, now: Timestamp) -> Result<Vec<Leaving>, StoreError> {
        const SQL: &str =
            "SELECT t.number, COALESCE(t.person, t.sender), o.state, o.why, o.next_at FROM outbox o JOIN ticket t ON t.id = o.ticket_id
            WHERE o.state IN ('queued', 'sending', 'retry') AND o.approved_by = $1 AND o.queued_at > $2 ORDER BY o.next_at LIMIT 5";
        let since = now.saturating_sub(jiff::SignedDuration::from_hours(48)).unwrap_or(now);
        self.lines_of(SQL, staff, millis(since)).await
    }

    /// The replies that `staff` approved and that the mail server refused, or that may not have left; of tickets that still wait.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn not_sent(&self, staff: &str) -> Result<Vec<Leaving>, StoreError> {
        const SQL: &str = "SELECT t.number, COALESCE(t.person, t.sender), o.state, o.why, o.next_at FROM outbox o JOIN ticket t ON t.id = o.ticket_id
            WHERE o.state IN ('failed', 'unknown') AND o.approved_by = $1 AND t.status = 'open' AND o.queued_at > $2
            AND NOT EXISTS (SELECT 1 FROM outbox n WHERE n.ticket_id = o.ticket_id AND n.queued_at > o.queued_at) ORDER BY o.queued_at DESC LIMIT 3";
        self.lines_of(SQL, staff, 0).await
    }

    async fn lines_of(&self, sql: &'static str, staff: &str, since: i64) -> Result<Vec<Leaving>, StoreError> {
        let rows: Vec<(i64, String, String, String, i64)> =
            on!(self, pool => sqlx::query_as(sql).bind(staff).bind(since).fetch_all(pool).await?);
        Ok(rows.into_iter().map(|(number, who, state, why, at)| Leaving { number, who, state, why, leaves_at: instant(at) }).collect())
    }
}
