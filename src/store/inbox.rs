//! Every message of every mailbox, raw, and its fate.

use jiff::{SignedDuration, Timestamp};

use super::{Store, StoreError, millis};

/// How long a message may be judged before somebody else takes it.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// Tries after which a message is set aside for a person.
pub const MOST_ATTEMPTS: i64 = 3;

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow, serde::Serialize)]
pub struct LedgerRow {
    /// Mailbox name.
    pub mailbox: String,
    /// UID or file name.
    pub uid: String,
    /// `waiting`, `ticket`, `ignored`, `duplicate`, `history`, `gone`, `quarantined`.
    pub fate: String,
    /// Why.
    pub why: String,
    /// The ticket, where the fate is one.
    pub ticket: Option<String>,
}

/// A message to be written down.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// ULID.
    pub id: String,
    /// UID or file name.
    pub uid: String,
    /// Raw bytes, or their beginning.
    pub raw: Vec<u8>,
    /// The whole size in bytes.
    pub size: i64,
    /// [`crate::message::fingerprint::of`] of `raw`; empty for history and for what is gone.
    pub content_hash: String,
    /// `waiting`, `history` or `gone`.
    pub fate: &'static str,
    /// Why that fate.
    pub why: String,
}

/// A message to be judged.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Leased {
    /// ULID.
    pub id: String,
    /// Mailbox name.
    pub mailbox: String,
    /// Raw bytes.
    pub raw: Vec<u8>,
    /// The whole size; larger than `raw` when only the beginning is kept.
    pub size: i64,
    /// Tries so far, this one included.
    pub attempts: i64,
}

const INSERT: &str = "INSERT INTO message (id, mailbox, epoch, uid, raw, size, content_hash, fate, why, arrived_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (mailbox, epoch, uid) DO NOTHING";
const TWIN: &str =
    "SELECT id FROM message WHERE mailbox = $1 AND content_hash = $2 AND fate NOT IN ('duplicate', 'history', 'gone') LIMIT 1";
const MOVE: &str = "INSERT INTO mailbox (name, epoch, next) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch, next = excluded.next";

macro_rules! lease {
    ($skip:literal) => {
        concat!(
            "UPDATE message SET leased_until = $1, attempts = attempts + 1 WHERE fate = 'waiting' AND leased_until <= $2 AND id IN ",
            "(SELECT id FROM message WHERE fate = 'waiting' AND leased_until <= $2 ORDER BY arrived_at, id LIMIT $3 ",
            $skip,
            ") RETURNING id, mailbox, raw, size, attempts"
        )
    };
}

impl Store {
    /// How far a mailbox was read: epoch and next UID; `None` before the first look.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cursor(&self, mailbox: &str) -> Result<Option<(u32, u32)>, StoreError> {
        const SQL: &str = "SELECT epoch, next FROM mailbox WHERE name = $1";
        let row: Option<(i64, i64)> = on!(self, pool => sqlx::query_as(SQL).bind(mailbox).fetch_optional(pool).await?);
        Ok(row.map(|(epoch, next)| (u32::try_from(epoch).unwrap_or(0), u32::try_from(next).unwrap_or(0))))
    }

    /// Which of these UIDs have no fate yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unknown(&self, mailbox: &str, epoch: u32, uids: &[String]) -> Result<Vec<String>, StoreError> {
        const SQL: &str = "SELECT uid FROM message WHERE mailbox = $1 AND epoch = $2 AND uid = $3";
        let mut unknown = Vec::new();
        for uid in uids {
            let known: Option<(String,)> =
                on!(self, pool => sqlx::query_as(SQL).bind(mailbox).bind(i64::from(epoch)).bind(uid).fetch_optional(pool).await?);
            if known.is_none() {
                unknown.push(uid.clone());
            }
        }
        Ok(unknown)
    }

    /// Writes down a batch and moves the cursor, in one transaction. A message whose content is known gets the fate `duplicate`.
    /// Answers how many are new and waiting.
    ///
    /// # Errors
    /// When the database fails; nothing of the batch is written then.
    pub async fn admit(&self, mailbox: &str, epoch: u32, next: u32, batch: &[NewMessage], now: Timestamp) -> Result<u64, StoreError> {
        Ok(within!(self, tx => {
            let mut waiting = 0;
            for message in batch {
                let twin: Option<(String,)> = if message.fate == "waiting" {
                    sqlx::query_as(TWIN).bind(mailbox).bind(&message.content_hash).fetch_optional(&mut *tx).await?
                } else {
                    None
                };
                let (fate, why) = match &twin {
                    Some(_) => ("duplicate", "the same message is known already"),
                    None => (message.fate, message.why.as_str()),
                };
                let raw: &[u8] = if twin.is_some() { &[] } else { &message.raw };
                let done = sqlx::query(INSERT)
                    .bind(&message.id).bind(mailbox).bind(i64::from(epoch)).bind(&message.uid).bind(raw).bind(message.size)
                    .bind(&message.content_hash).bind(fate).bind(why).bind(millis(now))
                    .execute(&mut *tx).await?;
                waiting += if fate == "waiting" { done.rows_affected() } else { 0 };
            }
            sqlx::query(MOVE).bind(mailbox).bind(i64::from(epoch)).bind(i64::from(next)).execute(&mut *tx).await?;
            waiting
        }))
    }

    /// Leases up to `most` waiting messages; each counts as tried before it is judged, so a message that kills its judge is known by it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lease(&self, most: u32, now: Timestamp) -> Result<Vec<Leased>, StoreError> {
        let until = millis(now.saturating_add(LEASE).unwrap_or(now));
        Ok(match self {
            Self::Sqlite(pool) => sqlx::query_as(lease!("")).bind(until).bind(millis(now)).bind(i64::from(most)).fetch_all(pool).await?,
            Self::Postgres(pool) => {
                sqlx::query_as(lease!("FOR UPDATE SKIP LOCKED")).bind(until).bind(millis(now)).bind(i64::from(most)).fetch_all(pool).await?
            }
        })
    }

    /// Gives back what a dead process of this database had leased; only for the one process that holds the claim.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release_leases(&self) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE message SET leased_until = 0 WHERE fate = 'waiting'";
        on!(self, pool => sqlx::query(SQL).execute(pool).await.map(drop)?);
        Ok(())
    }

    /// Sets a message's fate when it is no ticket.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_fate(&self, id: &str, fate: &str, why: &str) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE message SET fate = $2, why = $3 WHERE id = $1";
        on!(self, pool => sqlx::query(SQL).bind(id).bind(fate).bind(why).execute(pool).await.map(drop)?);
        Ok(())
    }

    /// How many messages wait to be judged.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn waiting(&self) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT COUNT(*) FROM message WHERE fate = 'waiting'";
        let (count,): (i64,) = on!(self, pool => sqlx::query_as(SQL).fetch_one(pool).await?);
        Ok(count)
    }

    /// The ledger of one mailbox, in the order of arrival.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ledger(&self, mailbox: &str) -> Result<Vec<LedgerRow>, StoreError> {
        const SQL: &str = "SELECT mailbox, uid, fate, why, ticket_id AS ticket FROM message WHERE mailbox = $1 ORDER BY arrived_at, id";
        Ok(on!(self, pool => sqlx::query_as(SQL).bind(mailbox).fetch_all(pool).await?))
    }

    /// The names of all mailboxes ever looked into.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mailboxes(&self) -> Result<Vec<String>, StoreError> {
        const SQL: &str = "SELECT name FROM mailbox ORDER BY name";
        let rows: Vec<(String,)> = on!(self, pool => sqlx::query_as(SQL).fetch_all(pool).await?);
        Ok(rows.into_iter().map(|(name,)| name).collect())
    }
}
