//! Replies on their way out: `queued` → `sending` (committed before connecting) → `sent`, `retry`, `failed`, `held` or `unsure`.

use jiff::{SignedDuration, Timestamp};

use super::{Store, StoreError, millis};

/// A reply to be sent.
#[derive(Debug, Clone, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct OutboxRow {
    pub id: String,
    pub ticket_id: String,
    pub draft_id: String,
    pub recipient: String,
    pub recipient_base: String,
    pub case_name: String,
    pub message_id: String,
    pub state: String,
    pub attempts: i64,
    pub ground: String,
}

/// What was sent lately, for budgets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spent {
    /// To this recipient in 24 h.
    pub to_recipient: i64,
    /// To this recipient about this case in 7 days.
    pub same_case: i64,
    /// In all in an hour.
    pub in_all: i64,
}

impl Store {
    /// Every reply that a dead process left in `sending` may have left the house: it becomes `unsure` and waits for a person.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn doubt_unfinished(&self) -> Result<u64, StoreError> {
        const SQL: &str = "UPDATE outbox SET state = 'unsure', why = 'interrupted while it was being sent' WHERE state = 'sending'";
        Ok(on!(self, pool => sqlx::query(SQL).execute(pool).await?.rows_affected()))
    }

    /// Takes the next due reply and marks it `sending`, which is committed before anything is sent.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_reply(&self, now: Timestamp) -> Result<Option<OutboxRow>, StoreError> {
        const SQL: &str = "UPDATE outbox SET state = 'sending', attempts = attempts + 1 WHERE state IN ('queued', 'retry') AND id =
            (SELECT id FROM outbox WHERE state IN ('queued', 'retry') AND next_at <= $1 ORDER BY next_at, id LIMIT 1)
            RETURNING id, ticket_id, draft_id, recipient, recipient_base, case_name, message_id, state, attempts, ground";
        Ok(on!(self, pool => sqlx::query_as(SQL).bind(millis(now)).fetch_optional(pool).await?))
    }

    /// What became of a reply.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_reply(&self, id: &str, state: &str, why: &str, next_at: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE outbox SET state = $2, why = $3, next_at = $4, done_at = $5 WHERE id = $1";
        on!(self, pool => sqlx::query(SQL).bind(id).bind(state).bind(why).bind(millis(next_at)).bind(millis(now)).execute(pool).await.map(drop)?);
        Ok(())
    }

    /// What was sent, or may have been, lately.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn spent(&self, recipient_base: &str, case: &str, now: Timestamp) -> Result<Spent, StoreError> {
        const TO: &str = "SELECT COUNT(*) FROM outbox WHERE recipient_base = $1 AND state IN ('sent', 'unsure') AND done_at > $2";
        const CASE: &str =
            "SELECT COUNT(*) FROM outbox WHERE recipient_base = $1 AND case_name = $3 AND state IN ('sent', 'unsure') AND done_at > $2";
        const ALL: &str = "SELECT COUNT(*) FROM outbox WHERE state IN ('sent', 'unsure') AND done_at > $1";
        let ago = |hours: i64| millis(now.saturating_sub(SignedDuration::from_hours(hours)).unwrap_or(now));
        let (to_recipient,): (i64,) = on!(self, pool => sqlx::query_as(TO).bind(recipient_base).bind(ago(24)).fetch_one(pool).await?);
        let (same_case,): (i64,) =
            on!(self, pool => sqlx::query_as(CASE).bind(recipient_base).bind(ago(24 * 7)).bind(case).fetch_one(pool).await?);
        let (in_all,): (i64,) = on!(self, pool => sqlx::query_as(ALL).bind(ago(1)).fetch_one(pool).await?);
        Ok(Spent { to_recipient, same_case, in_all })
    }

    /// The state of a ticket's reply in the outbox, and why.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reply_state(&self, ticket: &str) -> Result<Option<(String, String)>, StoreError> {
        const SQL: &str = "SELECT state, why FROM outbox WHERE ticket_id = $1";
        Ok(on!(self, pool => sqlx::query_as(SQL).bind(ticket).fetch_optional(pool).await?))
    }
}
