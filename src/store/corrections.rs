//! What people said is otherwise: all of it is kept, the newest of a kind counts.

use jiff::Timestamp;

use super::{Store, StoreError, instant};
use crate::triage::corrected::Correction;

/// A correction as it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrected {
    /// ULID.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// By whom: the id of an account.
    pub staff_id: String,
    /// What is said.
    pub correction: Correction,
}

/// A correction to be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCorrection {
    /// ULID.
    pub id: String,
    /// What is said.
    pub correction: Correction,
    /// What the machine said.
    pub instead_of: String,
    /// The rule file that had decided.
    pub rule: String,
}

/// The text of an edited reply beside the template it was made of; it changes no verdict.
pub const TEXT: &str = "text";

/// A line for colleagues; it changes no verdict.
pub const NOTE: &str = "note";

pub(super) const INSERT: &str =
    "INSERT INTO correction (id, ticket_id, at, staff_id, kind, rule, said, instead_of) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
pub(super) const REPLACES: &str = "UPDATE correction SET taken_back_at = $3 WHERE ticket_id = $1 AND kind = $2 AND taken_back_at IS NULL";

impl Store {
    /// Messages that staff say a person wrote although they were ignored.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn said_to_be_peoples(&self) -> Result<Vec<String>, StoreError> {
        const SQL: &str =
            "SELECT message_id FROM correction WHERE message_id IS NOT NULL AND kind = 'not_automatic' AND taken_back_at IS NULL";
        let rows: Vec<(String,)> = on!(self, pool => sqlx::query_as(SQL).fetch_all(pool).await?);
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// What was said of messages counts for the tickets that they became.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn corrections_follow(&self) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE correction SET ticket_id = (SELECT m.ticket_id FROM message m WHERE m.id = correction.message_id)
            WHERE message_id IS NOT NULL AND ticket_id IS NULL";
        on!(self, pool => sqlx::query(SQL).execute(pool).await.map(drop)?);
        Ok(())
    }

    /// The corrections of a ticket that count, in the order in which they were made.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn corrections(&self, ticket: &str) -> Result<Vec<Corrected>, StoreError> {
        const SQL: &str = "SELECT id, at, staff_id, said FROM correction WHERE ticket_id = $1 AND taken_back_at IS NULL AND kind NOT IN ('text', 'note') ORDER BY at, id";
        let rows: Vec<(String, i64, String, String)> = on!(self, pool => sqlx::query_as(SQL).bind(ticket).fetch_all(pool).await?);
        rows.into_iter()
            .map(|(id, at, staff_id, said)| {
                let correction = serde_json::from_str(&said);
                let correction =
                    correction.map_err(|_| StoreError::Inconsistent { table: "correction", column: "said", id: id.clone() })?;
                Ok(Corrected { id, at: instant(at), staff_id, correction })
            })
            .collect()
    }
}
