//! What happened to a ticket, append-only; no addresses, no bodies.

use jiff::Timestamp;

use super::{Store, StoreError, instant, millis};

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What: `opened`, `draft saved`, `sent`, `alarm posted`.
    pub event: String,
    /// More of it.
    pub detail: String,
}

impl Store {
    /// Adds a line.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note(&self, id: &str, ticket: Option<&str>, event: &str, detail: &str, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO journal (id, at, ticket_id, event, detail) VALUES ($1, $2, $3, $4, $5)";
        on!(self, pool => sqlx::query(SQL).bind(id).bind(millis(now)).bind(ticket).bind(event).bind(detail).execute(pool).await.map(drop)?);
        Ok(())
    }

    /// Adds a line about what a member of staff did.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_by(
        &self,
        id: &str,
        ticket: Option<&str>,
        event: &str,
        detail: &str,
        staff: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO journal (id, at, ticket_id, event, detail, staff_id) VALUES ($1, $2, $3, $4, $5, $6)";
        on!(self, pool => sqlx::query(SQL).bind(id).bind(millis(now)).bind(ticket).bind(event).bind(detail).bind(staff).execute(pool).await.map(drop)?);
        Ok(())
    }

    /// The journal of a ticket, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn journal(&self, ticket: &str) -> Result<Vec<Entry>, StoreError> {
        const SQL: &str = "SELECT at, event, detail FROM journal WHERE ticket_id = $1 ORDER BY at, id";
        let rows: Vec<(i64, String, String)> = on!(self, pool => sqlx::query_as(SQL).bind(ticket).fetch_all(pool).await?);
        Ok(rows.into_iter().map(|(at, event, detail)| Entry { at: instant(at), event, detail }).collect())
    }
}
