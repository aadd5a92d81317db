//! A ticket that is judged anew because a person corrected something.

use jiff::Timestamp;

use super::super::corrections::{INSERT, NewCorrection, REPLACES};
use super::super::{Store, StoreError, millis};
use super::*;

/// Who did something, in the journal's words.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// The id of the account.
    pub staff: &'a str,
    /// A fresh ULID for the journal.
    pub line: &'a str,
    /// When.
    pub at: Timestamp,
}

const JOURNAL_BY: &str = "INSERT INTO journal (id, at, ticket_id, event, detail, staff_id) VALUES ($1, $2, $3, $4, $5, $6)";
/// Whether a ticket waits: it is open, and nobody's reply is on its way.
const WAITS: &str = "SELECT id FROM ticket WHERE id = $1 AND status = 'open' AND NOT EXISTS (SELECT 1 FROM outbox o
    WHERE o.ticket_id = ticket.id AND (o.state = 'sending' OR o.kind = 'approved' AND o.state IN ('queued', 'retry')))";

impl Store {
    /// Writes corrections down and the conclusion that follows: draft, queued reply and verdict are replaced. `judged_by`: what
    /// it was judged by; `taken_back`: kinds that count no more. `false`: something came or changed meanwhile, or the ticket does not wait; nothing is written then.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn correct(
        &self,
        ticket: &NewTicket,
        judged_by: JudgedBy,
        corrections: &[NewCorrection],
        taken_back: &[String],
        detail: &str,
        by: By<'_>,
    ) -> Result<bool, StoreError> {
        let at = millis(by.at);
        Ok(within!(self, tx => {
            if matches!(self, Self::Postgres(_)) {
                sqlx::query(SETTLING).execute(&mut *tx).await?;
            }
            let waits: Option<(String,)> = sqlx::query_as(WAITS).bind(&ticket.id).fetch_optional(&mut *tx).await?;
            let now: Option<JudgedBy> = sqlx::query_as(JUDGED_BY).bind(&ticket.id).fetch_optional(&mut *tx).await?;
            let current = waits.is_some() && now == Some(judged_by);
            if current {
                for kind in taken_back {
                    sqlx::query(REPLACES).bind(&ticket.id).bind(kind).bind(at).execute(&mut *tx).await?;
                }
                for c in corrections {
                    let kind = c.correction.kind();
                    let said = serde_json::to_string(&c.correction).unwrap_or_default();
                    sqlx::query(REPLACES).bind(&ticket.id).bind(&kind).bind(at).execute(&mut *tx).await?;
                    sqlx::query(INSERT).bind(&c.id).bind(&ticket.id).bind(at).bind(by.staff).bind(&kind).bind(&c.rule).bind(said)
                        .bind(&c.instead_of).execute(&mut *tx).await?;
                }
                judged_anew!(tx, ticket);
                taken_back!(tx, &ticket.id, "a person corrected the ticket", at);
                followed!(tx, ticket, at);
                sqlx::query(JOURNAL_BY).bind(by.line).bind(at).bind(&ticket.id).bind("corrected").bind(detail).bind(by.staff)
                    .execute(&mut *tx).await?;
            }
            current
        }))
    }
}
