//! What somebody typed into a draft that was replaced: nothing that was typed is lost.

use jiff::Timestamp;

use super::settle::anew::By;
use super::{Store, StoreError, instant, millis};

/// What somebody typed into a draft that is no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// Subject.
    pub subject: String,
    /// Text.
    pub text: String,
    /// By whom, by name.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

impl Store {
    /// Lays aside what somebody typed, so that it can be had again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lay_aside(&self, ticket: &str, subject: &str, text: &str, by: By<'_>) -> Result<(), StoreError> {
        const SQL: &str =
            "INSERT INTO typed (ticket_id, subject, text, staff_id, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (ticket_id) DO UPDATE
            SET subject = excluded.subject, text = excluded.text, staff_id = excluded.staff_id, at = excluded.at";
        on!(self, pool => sqlx::query(SQL).bind(ticket).bind(subject).bind(text).bind(by.staff).bind(millis(by.at)).execute(pool).await.map(drop)?);
        Ok(())
    }

    /// What somebody typed into a draft that was replaced.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn typed(&self, ticket: &str) -> Result<Option<Typed>, StoreError> {
        const SQL: &str = "SELECT t.subject, t.text, COALESCE(s.name, ''), t.at FROM typed t LEFT JOIN staff s ON s.id = t.staff_id WHERE t.ticket_id = $1";
        let row: Option<(String, String, String, i64)> = on!(self, pool => sqlx::query_as(SQL).bind(ticket).fetch_optional(pool).await?);
        Ok(row.map(|(subject, text, by, at)| Typed { subject, text, by, at: instant(at) }))
    }

    /// Nobody wants it any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_typed(&self, ticket: &str) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM typed WHERE ticket_id = $1";
        on!(self, pool => sqlx::query(SQL).bind(ticket).execute(pool).await.map(drop)?);
        Ok(())
    }
}
