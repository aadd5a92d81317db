//! The outbox as people see and steer it.

use jiff::Timestamp;

use super::{Store, StoreError, instant, millis};

/// One line of the outbox.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct OutboxLine {
    /// The ticket's number.
    pub ticket: i64,
    /// `automatic`, `acknowledgement`, `approved`.
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

    /// Does what a person wants of the newest reply of ticket `number`. Sent by a person's wish it is `approved`: no budget counts, and
    /// the register may have changed. Answers the ticket's id and the state before; `None`: there is no reply that it could be done to.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn steer(&self, number: i64, wish: Wish, now: Timestamp) -> Result<Option<(String, String)>, StoreError> {
        const FIND: &str = "SELECT o.id, o.ticket_id, o.state FROM outbox o JOIN ticket t ON t.id = o.ticket_id WHERE t.number = $1
            AND o.state IN ('queued', 'retry', 'held', 'failed', 'unknown') ORDER BY o.queued_at DESC, o.id DESC LIMIT 1";
        const SEND: &str = "UPDATE outbox SET state = 'queued', kind = 'approved', ground = '', why = '', next_at = $2, queued_at = $2, fence = fence + 1 WHERE id = $1";
        const CANCEL: &str =
            "UPDATE outbox SET state = 'cancelled', why = 'a person cancelled it', done_at = $2, fence = fence + 1 WHERE id = $1";
        const DRAFT: &str = "UPDATE draft SET state = $2, next_at = $3 WHERE ticket_id = $1 AND state IN ('queued', 'ready', 'kept')";
        Ok(within!(self, tx => {
            let found: Option<(String, String, String)> = sqlx::query_as(FIND).bind(number).fetch_optional(&mut *tx).await?;
            if let Some((id, ticket, _)) = &found {
                let (sql, draft) = match wish {
                    Wish::Send => (SEND, "queued"),
                    Wish::Cancel => (CANCEL, "ready"),
                };
                sqlx::query(sql).bind(id).bind(millis(now)).execute(&mut *tx).await?;
                sqlx::query(DRAFT).bind(ticket).bind(draft).bind(millis(now)).execute(&mut *tx).await?;
            }
            found.map(|(_, ticket, state)| (ticket, state))
        }))
    }
}
