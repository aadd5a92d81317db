//! Open tickets as the desk's queue shows them.

use jiff::{SignedDuration, Timestamp};

use super::tickets::TicketRow;
use super::{Store, StoreError, instant, millis};

/// A ticket that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueLine {
    /// The ticket.
    pub ticket: TicketRow,
    /// When the evaluation counted to is over.
    pub over_at: Option<Timestamp>,
    /// Who has it: account and name.
    pub owner: Option<(String, String)>,
    /// Since when.
    pub owned_at: Option<Timestamp>,
    /// Messages of the conversation.
    pub messages: i64,
    /// What staff have to know beside the case.
    pub notice: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    ticket: super::tickets::Row,
    over_at: Option<i64>,
    owner: Option<String>,
    owner_name: Option<String>,
    owned_at: Option<i64>,
    messages: i64,
    notice: String,
}

/// A reply that is on its way: its ticket does not wait. One that nobody takes comes back to people's eyes.
const LEAVING: &str = "EXISTS (SELECT 1 FROM outbox o WHERE o.ticket_id = t.id AND o.kind <> 'acknowledgement'
    AND (o.state = 'sending' OR o.state IN ('queued', 'retry') AND o.queued_at > $2))";
/// After so long.
const PATIENCE: SignedDuration = SignedDuration::from_mins(15);

impl Store {
    /// Tickets that wait for a person: open, and no reply of theirs is on its way. Soonest evaluation first, then oldest.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn waiting_tickets(&self, most: u32, now: Timestamp) -> Result<Vec<QueueLine>, StoreError> {
        let sql = format!(
            "SELECT t.id, t.number, t.mailbox, t.sender, t.subject, t.language, t.case_name, t.action, t.urgency, t.state, t.person, t.match_kind,
            t.deadline, t.received_at, t.status, t.reason_en, t.reason_fr, t.over_at, t.owner, s.name AS owner_name, t.owned_at, t.messages, t.notice
            FROM ticket t LEFT JOIN staff s ON s.id = t.owner WHERE t.status = 'open' AND NOT {LEAVING}
            ORDER BY CASE WHEN t.deadline IS NULL THEN 1 ELSE 0 END, t.deadline, t.received_at, t.id LIMIT $1"
        );
        let sql = sqlx::AssertSqlSafe(sql);
        let since = millis(now.saturating_sub(PATIENCE).unwrap_or(now));
        let rows: Vec<Row> = on!(self, pool => sqlx::query_as(sql).bind(i64::from(most)).bind(since).fetch_all(pool).await?);
        Ok(rows.into_iter().map(Row::line).collect())
    }

    /// Tickets by their numbers, whatever their state, in the order asked for.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tickets_numbered(&self, numbers: &[i64]) -> Result<Vec<QueueLine>, StoreError> {
        const SQL: &str = "SELECT t.id, t.number, t.mailbox, t.sender, t.subject, t.language, t.case_name, t.action, t.urgency, t.state, t.person, t.match_kind,
            t.deadline, t.received_at, t.status, t.reason_en, t.reason_fr, t.over_at, t.owner, s.name AS owner_name, t.owned_at, t.messages, t.notice
            FROM ticket t LEFT JOIN staff s ON s.id = t.owner WHERE t.number = $1";
        let mut lines = Vec::new();
        for number in numbers {
            let row: Option<Row> = on!(self, pool => sqlx::query_as(SQL).bind(number).fetch_optional(pool).await?);
            lines.extend(row.map(Row::line));
        }
        Ok(lines)
    }

    /// Somebody takes a ticket; `over`: also from a colleague. `false`: a colleague has it, or it is no longer open.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take(&self, ticket: &str, staff: &str, over: bool, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE ticket SET owner = $2, owned_at = CASE WHEN owner = $2 THEN owned_at ELSE $3 END
            WHERE id = $1 AND status = 'open' AND (owner IS NULL OR owner = $2 OR $4 = 1)";
        let taken = on!(self, pool => sqlx::query(SQL).bind(ticket).bind(staff).bind(millis(now)).bind(i64::from(over)).execute(pool).await?.rows_affected());
        Ok(taken > 0)
    }

    /// Somebody gives a ticket back that is theirs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release(&self, ticket: &str, staff: &str) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE ticket SET owner = NULL, owned_at = NULL WHERE id = $1 AND owner = $2";
        Ok(on!(self, pool => sqlx::query(SQL).bind(ticket).bind(staff).execute(pool).await?.rows_affected()) > 0)
    }

    /// The number of the newest change; it grows whenever a ticket or a reply changes.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn newest_change(&self) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT COALESCE(MAX(seq), 0) FROM change";
        let (seq,): (i64,) = on!(self, pool => sqlx::query_as(SQL).fetch_one(pool).await?);
        Ok(seq)
    }

    /// The tickets that changed after change `seq`, by number, with the numbers of the changes.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn changes_after(&self, seq: i64, most: u32) -> Result<Vec<(i64, i64)>, StoreError> {
        const SQL: &str =
            "SELECT c.seq, t.number FROM change c JOIN ticket t ON t.id = c.ticket_id WHERE c.seq > $1 ORDER BY c.seq LIMIT $2";
        Ok(on!(self, pool => sqlx::query_as(SQL).bind(seq).bind(i64::from(most)).fetch_all(pool).await?))
    }

    /// Forgets changes up to `seq`: every page that is open knows of them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn trim_changes(&self, seq: i64) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM change WHERE seq <= $1";
        on!(self, pool => sqlx::query(SQL).bind(seq).execute(pool).await.map(drop)?);
        Ok(())
    }
}

/// An evaluation ahead, and how many of its people are not activated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ahead {
    /// Title in English.
    pub title_en: String,
    /// Title in French.
    pub title_fr: String,
    /// When it starts.
    pub starts_at: Timestamp,
    /// People registered who have not activated.
    pub not_activated: i64,
}

impl Store {
    /// Tickets answered since `from`: by the machine alone, and by people.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn answered_since(&self, from: Timestamp) -> Result<(i64, i64), StoreError> {
        const SQL: &str = "SELECT COUNT(*) FROM outbox WHERE state = 'sent' AND done_at >= $1 AND kind <> 'acknowledgement'
            AND CASE WHEN approved_at IS NULL THEN 0 ELSE 1 END = $2";
        let count = async |by_people: i64| -> Result<i64, StoreError> {
            let (count,): (i64,) = on!(self, pool => sqlx::query_as(SQL).bind(millis(from)).bind(by_people).fetch_one(pool).await?);
            Ok(count)
        };
        Ok((count(0).await?, count(1).await?))
    }

    /// The next evaluation of the register.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next_evaluation(&self, now: Timestamp) -> Result<Option<Ahead>, StoreError> {
        const NEXT: &str = "SELECT id, title_en, title_fr, starts_at FROM evaluation WHERE starts_at > $1 ORDER BY starts_at, id LIMIT 1";
        const NOT_ACTIVATED: &str = "SELECT COUNT(*) FROM registration r WHERE r.evaluation_id = $1 AND NOT EXISTS
            (SELECT 1 FROM invitation i WHERE i.candidate_id = r.candidate_id AND i.activated_at IS NOT NULL)";
        type Next = (String, String, String, i64);
        let next: Option<Next> = on!(self, pool => sqlx::query_as(NEXT).bind(millis(now)).fetch_optional(pool).await?);
        let Some((id, title_en, title_fr, starts_at)) = next else { return Ok(None) };
        let (not_activated,): (i64,) = on!(self, pool => sqlx::query_as(NOT_ACTIVATED).bind(&id).fetch_one(pool).await?);
        Ok(Some(Ahead { title_en, title_fr, starts_at: instant(starts_at), not_activated }))
    }
}

impl Row {
    fn line(self) -> QueueLine {
        QueueLine {
            ticket: self.ticket.into(),
            over_at: self.over_at.map(instant),
            owner: self.owner.map(|id| (id, self.owner_name.unwrap_or_default())),
            owned_at: self.owned_at.map(instant),
            messages: self.messages,
            notice: self.notice,
        }
    }
}
