//! Drafts on their way into the mailbox's drafts folder, `ready` → `saving` (committed before the APPEND) → `saved`; and out of it again.

use jiff::Timestamp;

use super::{Store, StoreError, millis};

/// A draft as it is composed.
#[derive(Debug, Clone, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns of the table, documented at DraftRow")]
pub struct StoredDraft {
    pub id: String,
    pub ticket_id: String,
    pub recipient: String,
    pub subject: String,
    pub text: String,
    pub template: String,
    pub language: String,
    pub in_reply_to: Option<String>,
    pub refs: String,
    pub message_id: String,
    pub state: String,
    pub attempts: i64,
    pub created_at: i64,
}

/// A draft that shall no longer stand in the drafts folder.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Withdrawal {
    /// Its Message-ID.
    pub message_id: String,
    /// Its ticket.
    pub ticket_id: String,
    /// [`crate::message::fingerprint::of_draft`] of it as it was saved; empty: it may have been saved, nobody knows.
    pub saved_hash: String,
    /// Tries so far.
    pub attempts: i64,
}

impl Store {
    /// The next draft of `mailbox` that has to be saved, or whose saving was interrupted. One whose predecessor still stands in the
    /// folder waits until that is taken out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn draft_due(&self, mailbox: &str, now: Timestamp) -> Result<Option<StoredDraft>, StoreError> {
        const SQL: &str =
            "SELECT id, ticket_id, recipient, subject, text, template, language, in_reply_to, refs, message_id, state, attempts, created_at
            FROM draft WHERE mailbox = $1 AND state IN ('ready', 'saving') AND next_at <= $2
            AND NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.ticket_id = draft.ticket_id AND w.state = 'due') ORDER BY created_at, id LIMIT 1";
        Ok(on!(self, pool => sqlx::query_as(SQL).bind(mailbox).bind(millis(now)).fetch_optional(pool).await?))
    }

    /// Moves a draft to `state`; `next_at` says when it is looked at again. A draft that is no more is left so.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_draft(&self, id: &str, state: &str, next_at: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE draft SET state = $2, next_at = $3, attempts = attempts + 1 WHERE id = $1";
        on!(self, pool => sqlx::query(SQL).bind(id).bind(state).bind(millis(next_at)).execute(pool).await.map(drop)?);
        Ok(())
    }

    /// Marks a draft as on its way into the folder, with the hash of what is saved. `false`: it is no more, or its ticket was answered.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn saving_draft(&self, id: &str, hash: &str, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE draft SET state = 'saving', saved_hash = $2, next_at = $3 WHERE id = $1 AND state IN ('ready', 'saving')";
        Ok(on!(self, pool => sqlx::query(SQL).bind(id).bind(hash).bind(millis(now)).execute(pool).await?.rows_affected()) > 0)
    }

    /// A draft that stands in the folder now. `false`: it was replaced or answered while it was saved, and is to be taken out again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn saved_draft(&self, id: &str, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE draft SET state = 'saved', next_at = $2 WHERE id = $1 AND state = 'saving'";
        Ok(on!(self, pool => sqlx::query(SQL).bind(id).bind(millis(now)).execute(pool).await?.rows_affected()) > 0)
    }

    /// Moves the draft of a ticket from one state to another; where it is in none but the first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn move_draft(&self, ticket: &str, from: &str, to: &str, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE draft SET state = $3, next_at = $4 WHERE ticket_id = $1 AND state = $2";
        on!(self, pool => sqlx::query(SQL).bind(ticket).bind(from).bind(to).bind(millis(now)).execute(pool).await.map(drop)?);
        Ok(())
    }

    /// The next draft of `mailbox` that has to be taken out of the folder.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn withdrawal_due(&self, mailbox: &str, now: Timestamp) -> Result<Option<Withdrawal>, StoreError> {
        const SQL: &str = "SELECT message_id, ticket_id, saved_hash, attempts FROM withdrawal
            WHERE mailbox = $1 AND state = 'due' AND next_at <= $2 ORDER BY next_at LIMIT 1";
        Ok(on!(self, pool => sqlx::query_as(SQL).bind(mailbox).bind(millis(now)).fetch_optional(pool).await?))
    }

    /// What became of it: `removed`, `touched` (a person changed it: it is left), or `due` again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_withdrawal(&self, message_id: &str, state: &str, next_at: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE withdrawal SET state = $2, next_at = $3, attempts = attempts + 1 WHERE message_id = $1";
        on!(self, pool => sqlx::query(SQL).bind(message_id).bind(state).bind(millis(next_at)).execute(pool).await.map(drop)?);
        Ok(())
    }

    /// Whether anything of a mailbox's drafts folder is to be done.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drafts_waiting(&self) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT (SELECT COUNT(*) FROM draft WHERE state IN ('ready', 'saving')) + (SELECT COUNT(*) FROM withdrawal WHERE state = 'due')";
        let (count,): (i64,) = on!(self, pool => sqlx::query_as(SQL).fetch_one(pool).await?);
        Ok(count)
    }
}
