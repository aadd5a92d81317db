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

    /// The draft of a ticket.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn draft_of(&self, ticket: &str) -> Result<Option<StoredDraft>, StoreError> {
        const SQL: &str =
            "SELECT id, ticket_id, recipient, subject, text, template, language, in_reply_to, refs, message_id, state, attempts, created_at
            FROM draft WHERE ticket_id = $1";
        Ok(on!(self, pool => sqlx::query_as(SQL).bind(ticket).fetch_optional(pool).await?))
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

    /// The next draft of `mailbox` that has to be taken out of the folder.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn withdrawal_due(&self, mailbox: &str, now: Timestamp) -> Result<Option<Withdrawal>, StoreError> {
        const SQL: &str = "SELECT message_id, ticket_id, saved_hash, attempts FROM withdrawal
            WHERE mailbox = $1 AND state = 'due' AND next_at <= $2 ORDER BY next_at LIMIT 1";
        Ok(on!(self, pool => sqlx::query_as(SQL).bind(mailbox).bind(millis(now)).fetch_optional(pool).await?))
    }

    /// It is no longer in the folder.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn withdrawn(&self, message_id: &str) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM withdrawal WHERE message_id = $1";
        on!(self, pool => sqlx::query(SQL).bind(message_id).execute(pool).await.map(drop)?);
        Ok(())
    }

    /// It could not be taken out now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn withdraw_later(&self, message_id: &str, next_at: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE withdrawal SET next_at = $2, attempts = attempts + 1 WHERE message_id = $1";
        on!(self, pool => sqlx::query(SQL).bind(message_id).bind(millis(next_at)).execute(pool).await.map(drop)?);
        Ok(())
    }

    /// A person changed it, so it is left: whoever works on it shall not find a second one beside it, nor send after a machine.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn touched(&self, unwanted: &Withdrawal, now: Timestamp) -> Result<(), StoreError> {
        const DONE: &str = "UPDATE withdrawal SET state = 'touched' WHERE message_id = $1";
        const KEEP: &str = "UPDATE draft SET state = 'kept' WHERE ticket_id = $1 AND state IN ('ready', 'queued')";
        const HOLD: &str =
            "UPDATE outbox SET state = 'held', why = 'a person works on the draft in the folder', done_at = $2, fence = fence + 1
            WHERE ticket_id = $1 AND kind = 'automatic' AND state IN ('queued', 'retry')";
        const NOTICE: &str = "UPDATE ticket SET notice = 'draft_touched' WHERE id = $1 AND status = 'open'";
        within!(self, tx => {
            sqlx::query(DONE).bind(&unwanted.message_id).execute(&mut *tx).await?;
            sqlx::query(KEEP).bind(&unwanted.ticket_id).execute(&mut *tx).await?;
            sqlx::query(HOLD).bind(&unwanted.ticket_id).bind(millis(now)).execute(&mut *tx).await?;
            sqlx::query(NOTICE).bind(&unwanted.ticket_id).execute(&mut *tx).await?;
        });
        Ok(())
    }
}
