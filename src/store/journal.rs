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

/// One line of the journal of the whole desk.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns of the tables")]
pub struct Noted {
    pub id: String,
    pub at: i64,
    pub ticket_id: Option<String>,
    pub number: Option<i64>,
    pub event: String,
    pub detail: String,
    /// Whoever did it; `None`: nobody but the machine.
    pub staff: Option<String>,
}

impl Store {
    /// At most `most` lines of the whole desk's journal, newest first, older than the line of an instant and id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn journal_page(&self, before: Option<(Timestamp, &str)>, most: u32) -> Result<Vec<Noted>, StoreError> {
        const SQL: &str =
            "SELECT j.id, j.at, j.ticket_id, t.number, j.event, j.detail, COALESCE(s.name, j.staff_id) AS staff FROM journal j
            LEFT JOIN ticket t ON t.id = j.ticket_id LEFT JOIN staff s ON s.id = j.staff_id
            WHERE (j.at, j.id) < ($1, $2) ORDER BY j.at DESC, j.id DESC LIMIT $3";
        let (at, id) = before.map_or((i64::MAX, ""), |(at, id)| (millis(at), id));
        Ok(on!(self, pool => sqlx::query_as(SQL).bind(at).bind(id).bind(i64::from(most)).fetch_all(pool).await?))
    }

    /// The newest `most` lines of one ticket, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn journal_of(&self, number: i64, most: u32) -> Result<Vec<Noted>, StoreError> {
        const SQL: &str = "SELECT j.id, j.at, j.ticket_id, t.number, j.event, j.detail, COALESCE(s.name, j.staff_id) AS staff FROM ticket t
            JOIN journal j ON j.ticket_id = t.id LEFT JOIN staff s ON s.id = j.staff_id
            WHERE t.number = $1 ORDER BY j.at DESC, j.id DESC LIMIT $2";
        Ok(on!(self, pool => sqlx::query_as(SQL).bind(number).bind(i64::from(most)).fetch_all(pool).await?))
    }

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
