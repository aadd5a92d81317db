//! Drafts on their way into the mailbox's drafts folder: `ready` → `saving` (committed before the APPEND) → `saved`.

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

impl Store {
    /// The next draft of `mailbox` that has to be saved, or whose saving was interrupted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn draft_due(&self, mailbox: &str, now: Timestamp) -> Result<Option<StoredDraft>, StoreError> {
        const SQL: &str =
            "SELECT id, ticket_id, recipient, subject, text, template, language, in_reply_to, refs, message_id, state, attempts, created_at
            FROM draft WHERE mailbox = $1 AND state IN ('ready', 'saving') AND next_at <= $2 ORDER BY created_at, id LIMIT 1";
        Ok(on!(self, pool => sqlx::query_as(SQL).bind(mailbox).bind(millis(now)).fetch_optional(pool).await?))
    }

    /// One draft.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn draft(&self, id: &str) -> Result<Option<StoredDraft>, StoreError> {
        const SQL: &str =
            "SELECT id, ticket_id, recipient, subject, text, template, language, in_reply_to, refs, message_id, state, attempts, created_at
            FROM draft WHERE id = $1";
        Ok(on!(self, pool => sqlx::query_as(SQL).bind(id).fetch_optional(pool).await?))
    }

    /// Moves a draft to `state`; `next_at` says when it is looked at again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_draft(&self, id: &str, state: &str, next_at: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE draft SET state = $2, next_at = $3, attempts = attempts + 1 WHERE id = $1";
        on!(self, pool => sqlx::query(SQL).bind(id).bind(state).bind(millis(next_at)).execute(pool).await.map(drop)?);
        Ok(())
    }
}
