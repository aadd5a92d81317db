//! Which messages are one conversation.

use jiff::{SignedDuration, Timestamp};

use super::settle::{CANCEL, STATUS, WITHDRAW};
use super::{Store, StoreError, millis};

/// How far back a ticket of the same person may be related to a new message.
const RELATED: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Messages of a conversation that are read again with a new one; the newest count most.
const MOST: i64 = 30;

/// A ticket, as far as a message that may belong to it needs to know.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Conversation {
    /// ULID of the ticket.
    pub id: String,
    /// Number for people.
    pub number: i64,
    /// The first message.
    pub message_id: String,
    /// Mailbox it came through.
    pub mailbox: String,
    /// Who writes.
    pub from_address: Option<String>,
    /// Messages of it that were judged: another number later means that something came meanwhile.
    pub messages: i64,
    /// 1: a reply was sent, is on its way or may have left, or a person is at it: no machine answers any more.
    pub in_hand: i64,
}

/// A message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Said {
    /// ULID.
    pub id: String,
    /// Raw bytes.
    pub raw: Vec<u8>,
}

impl Store {
    /// A ticket by its id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn conversation(&self, ticket: &str) -> Result<Option<Conversation>, StoreError> {
        const SQL: &str = "SELECT t.id, t.number, t.message_id, t.mailbox, t.from_address, t.messages,
            CAST(EXISTS (SELECT 1 FROM outbox o WHERE o.ticket_id = t.id AND o.kind IN ('automatic', 'acknowledgement', 'approved') AND o.state NOT IN ('shadow', 'cancelled')) OR t.owner IS NOT NULL
            OR EXISTS (SELECT 1 FROM draft d WHERE d.ticket_id = t.id AND d.edited_at IS NOT NULL) AS INTEGER) AS in_hand
            FROM ticket t WHERE t.id = $1";
        const POSTGRES: &str = "SELECT t.id, t.number, t.message_id, t.mailbox, t.from_address, t.messages,
            CASE WHEN EXISTS (SELECT 1 FROM outbox o WHERE o.ticket_id = t.id AND o.kind IN ('automatic', 'acknowledgement', 'approved') AND o.state NOT IN ('shadow', 'cancelled'))
            OR t.owner IS NOT NULL OR EXISTS (SELECT 1 FROM draft d WHERE d.ticket_id = t.id AND d.edited_at IS NOT NULL) THEN 1::BIGINT ELSE 0::BIGINT END AS in_hand
            FROM ticket t WHERE t.id = $1";
        Ok(match self {
            Self::Sqlite(pool, _) => sqlx::query_as(SQL).bind(ticket).fetch_optional(pool).await?,
            Self::Postgres(pool) => sqlx::query_as(POSTGRES).bind(ticket).fetch_optional(pool).await?,
        })
    }

    /// The messages of a ticket but `not`, oldest first; at most the newest thirty.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn said(&self, ticket: &str, not: &str) -> Result<Vec<Said>, StoreError> {
        const SQL: &str = "SELECT m.id, SUBSTR(c.raw, 1, 1000000) AS raw FROM message m JOIN content c ON c.message_id = m.id
            WHERE m.ticket_id = $1 AND m.id <> $2 AND m.fate IN ('ticket', 'follow-up', 'waiting')
            ORDER BY m.arrived_at DESC, m.id DESC LIMIT $3";
        let mut said: Vec<Said> = on!(self, pool => sqlx::query_as(SQL).bind(ticket).bind(not).bind(MOST).fetch_all(pool).await?);
        said.reverse();
        Ok(said)
    }

    /// A ticket that a message may belong to without proof: it answers one of its messages, or the same address wrote it lately.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn related(
        &self,
        mailbox: &str,
        from: Option<&str>,
        answers: &[String],
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        const ANSWERED: &str = "SELECT ticket_id FROM message WHERE mailbox = $1 AND header_id = $2 AND ticket_id IS NOT NULL ORDER BY arrived_at DESC LIMIT 1";
        const SENDER: &str = "SELECT id FROM ticket WHERE from_address = $1 AND received_at > $2 ORDER BY received_at DESC LIMIT 1";
        for id in answers {
            let found: Option<(String,)> = on!(self, pool => sqlx::query_as(ANSWERED).bind(mailbox).bind(id).fetch_optional(pool).await?);
            if let Some((ticket,)) = found {
                return Ok(Some(ticket));
            }
        }
        let Some(from) = from else { return Ok(None) };
        let since = millis(now.saturating_sub(RELATED).unwrap_or(now));
        let found: Option<(String,)> = on!(self, pool => sqlx::query_as(SENDER).bind(from).bind(since).fetch_optional(pool).await?);
        Ok(found.map(|(ticket,)| ticket))
    }

    /// A person answered from a mail program of their own, at an instant: what was drafted is taken out, what was queued does not leave.
    /// `false`: the ticket was answered already, or something newer came after that answer.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn answered_elsewhere(&self, ticket: &str, answered: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
        const OPEN: &str = "SELECT id FROM ticket WHERE id = $1 AND status = 'open' AND latest_at <= $2";
        const SETTLED: &str = "UPDATE draft SET state = 'answered' WHERE ticket_id = $1";
        Ok(within!(self, tx => {
            let open: Option<(String,)> = sqlx::query_as(OPEN).bind(ticket).bind(millis(answered)).fetch_optional(&mut *tx).await?;
            if open.is_some() {
                sqlx::query(CANCEL).bind(ticket).bind("a person answered").bind(millis(now)).execute(&mut *tx).await?;
                sqlx::query(WITHDRAW).bind(ticket).execute(&mut *tx).await?;
                sqlx::query(SETTLED).bind(ticket).execute(&mut *tx).await?;
                sqlx::query(STATUS).bind(ticket).bind("answered").bind("").execute(&mut *tx).await?;
            }
            open.is_some()
        }))
    }
}
