//! Every message of every mailbox, raw, and its fate.

use std::collections::{BTreeMap, BTreeSet};

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
    /// `waiting`, `ticket`, `follow-up`, `ignored`, `duplicate`, `history`, `gone`, `quarantined`.
    pub fate: String,
    /// Why.
    pub why: String,
    /// The ticket, where the fate is one.
    pub ticket: Option<String>,
    /// The whole size in bytes.
    pub size: i64,
    /// Bytes of it that are kept here.
    pub kept: i64,
}

/// A message to be written down.
#[derive(Debug, Clone, Default)]
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
    /// [`crate::message::fingerprint::of_head`], by which a message is found again after its mailbox was renumbered.
    pub head_hash: String,
    /// Message-ID, as a hint.
    pub header_id: Option<String>,
    /// `waiting`, `history` or `gone`.
    pub fate: &'static str,
    /// Why that fate.
    pub why: String,
    /// It was there before usher looked, or was found late: nothing is sent for it without a person.
    pub imported: bool,
}

/// A message to be judged.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Leased {
    /// ULID.
    pub id: String,
    /// Mailbox name.
    pub mailbox: String,
    /// Raw bytes; `None`: nobody could read them, only the size is known.
    pub raw: Option<Vec<u8>>,
    /// The whole size; larger than `raw` when only the beginning is kept.
    pub size: i64,
    /// Tries so far, this one included.
    pub attempts: i64,
    /// 1: nothing is sent for it without a person.
    pub imported: i64,
    /// The ticket it belongs to already: it is judged again.
    pub ticket_id: Option<String>,
}

const INSERT: &str =
    "INSERT INTO message (id, mailbox, epoch, uid, size, content_hash, fate, why, arrived_at, head_hash, header_id, imported)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (mailbox, epoch, uid) DO NOTHING";
const CONTENT: &str = "INSERT INTO content (message_id, raw) VALUES ($1, $2)";
const TWIN: &str =
    "SELECT id FROM message WHERE mailbox = $1 AND content_hash = $2 AND fate NOT IN ('duplicate', 'history', 'gone', 'ignored') LIMIT 1";
const MOVE: &str = "INSERT INTO mailbox (name, epoch, next) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch, next = excluded.next";

macro_rules! lease {
    ($tried:literal, $skip:literal) => {
        concat!(
            // Materialized: Postgres may otherwise ask the inner question once a row, and its limit means nothing then.
            "WITH due AS MATERIALIZED (SELECT id, size FROM message WHERE fate = 'waiting' AND leased_until <= $2 AND attempts ",
            $tried,
            " ORDER BY arrived_at, id LIMIT $3 ",
            $skip,
            "), few AS (SELECT id, size, SUM(size) OVER (ORDER BY id) AS so_far FROM due) ",
            "UPDATE message SET leased_until = $1, attempts = attempts + 1 WHERE fate = 'waiting' AND leased_until <= $2 ",
            // All are leased by one question, so that no two judges get the same; what is too much in bytes waits for the next.
            "AND id IN (SELECT id FROM few WHERE so_far - size < 16000000) RETURNING id, mailbox, ",
            "(SELECT raw FROM content WHERE message_id = message.id) AS raw, size, attempts, imported, ticket_id"
        )
    };
}

impl Store {
    /// How far a mailbox was read: epoch and next UID; `None` before the first look.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cursor(&self, mailbox: &str) -> Result<Option<(i64, u32)>, StoreError> {
        const SQL: &str = "SELECT epoch, next FROM mailbox WHERE name = $1";
        let row: Option<(i64, i64)> = on!(self, pool => sqlx::query_as(SQL).bind(mailbox).fetch_optional(pool).await?);
        Ok(row.map(|(epoch, next)| (epoch, u32::try_from(next).unwrap_or(0))))
    }

    /// The UIDs of an epoch that have a fate.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn known(&self, mailbox: &str, epoch: i64) -> Result<BTreeSet<String>, StoreError> {
        const SQL: &str = "SELECT uid FROM message WHERE mailbox = $1 AND epoch = $2";
        let rows: Vec<(String,)> = on!(self, pool => sqlx::query_as(SQL).bind(mailbox).bind(epoch).fetch_all(pool).await?);
        Ok(rows.into_iter().map(|(uid,)| uid).collect())
    }

    /// Messages of other epochs than `epoch` by the hash of their head, oldest first: what a renumbered mailbox may hold still.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn by_head(&self, mailbox: &str, epoch: i64) -> Result<BTreeMap<String, Vec<String>>, StoreError> {
        const SQL: &str = "SELECT head_hash, id FROM message WHERE mailbox = $1 AND epoch <> $2 AND head_hash NOT IN ('', '-') AND fate <> 'gone' ORDER BY arrived_at, id";
        let rows: Vec<(String, String)> = on!(self, pool => sqlx::query_as(SQL).bind(mailbox).bind(epoch).fetch_all(pool).await?);
        let mut by_head: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (hash, id) in rows {
            by_head.entry(hash).or_default().push(id);
        }
        Ok(by_head)
    }

    /// Gives known messages the UIDs that a renumbered mailbox has for them; their fates stay.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn renumber(&self, epoch: i64, of: &[(String, String)]) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE message SET epoch = $2, uid = $3 WHERE id = $1";
        within!(self, tx => {
            for (id, uid) in of {
                sqlx::query(SQL).bind(id).bind(epoch).bind(uid).execute(&mut *tx).await?;
            }
        });
        Ok(())
    }

    /// Writes down a batch and moves the cursor, in one transaction. A message whose content is known gets the fate `duplicate`.
    /// `next`: `None` leaves the cursor where it is. Answers how many are new and waiting.
    ///
    /// # Errors
    /// When the database fails; nothing of the batch is written then.
    pub async fn admit(
        &self,
        mailbox: &str,
        epoch: i64,
        next: Option<u32>,
        batch: &[NewMessage],
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        Ok(within!(self, tx => {
            let mut waiting = 0;
            for message in batch {
                let twin: Option<(String,)> = if message.fate == "waiting" && !message.content_hash.is_empty() {
                    sqlx::query_as(TWIN).bind(mailbox).bind(&message.content_hash).fetch_optional(&mut *tx).await?
                } else {
                    None
                };
                let (fate, why) = match &twin {
                    Some(_) => ("duplicate", "the same message is known already"),
                    None => (message.fate, message.why.as_str()),
                };
                let done = sqlx::query(INSERT)
                    .bind(&message.id).bind(mailbox).bind(epoch).bind(&message.uid).bind(message.size)
                    .bind(&message.content_hash).bind(fate).bind(why).bind(millis(now))
                    .bind(&message.head_hash).bind(&message.header_id).bind(i64::from(message.imported))
                    .execute(&mut *tx).await?;
                if done.rows_affected() > 0 && twin.is_none() && !message.raw.is_empty() {
                    sqlx::query(CONTENT).bind(&message.id).bind(&message.raw).execute(&mut *tx).await?;
                }
                waiting += if fate == "waiting" { done.rows_affected() } else { 0 };
            }
            if let Some(next) = next {
                sqlx::query(MOVE).bind(mailbox).bind(epoch).bind(i64::from(next)).execute(&mut *tx).await?;
            }
            waiting
        }))
    }

    /// Leases up to `most` waiting messages; each counts as tried before it is judged, so a message that kills its judge is known by it.
    /// One that was tried before comes alone: whatever was judged beside the guilty one is not suspected with it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lease(&self, most: u32, now: Timestamp) -> Result<Vec<Leased>, StoreError> {
        let (until, at) = (millis(now.saturating_add(LEASE).unwrap_or(now)), millis(now));
        let most = i64::from(most);
        let fresh: Vec<Leased> = match self {
            Self::Sqlite(_, pool) => sqlx::query_as(lease!("= 0", "")).bind(until).bind(at).bind(most).fetch_all(pool).await?,
            Self::Postgres(pool) => {
                sqlx::query_as(lease!("= 0", "FOR UPDATE SKIP LOCKED")).bind(until).bind(at).bind(most).fetch_all(pool).await?
            }
        };
        if !fresh.is_empty() {
            return Ok(fresh);
        }
        Ok(match self {
            Self::Sqlite(_, pool) => sqlx::query_as(lease!("> 0", "")).bind(until).bind(at).bind(1_i64).fetch_all(pool).await?,
            Self::Postgres(pool) => {
                sqlx::query_as(lease!("> 0", "FOR UPDATE SKIP LOCKED")).bind(until).bind(at).bind(1_i64).fetch_all(pool).await?
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

    /// Sets a message's fate when it is no ticket; `waiting` gives it back to be judged at once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_fate(&self, id: &str, fate: &str, why: &str) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE message SET fate = $2, why = $3, leased_until = 0 WHERE id = $1";
        on!(self, pool => sqlx::query(SQL).bind(id).bind(fate).bind(why).execute(pool).await.map(drop)?);
        Ok(())
    }

    /// Gives quarantined messages another try: one by its UID, or all of a mailbox. Answers how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn try_again(&self, mailbox: &str, uid: Option<&str>) -> Result<u64, StoreError> {
        const SQL: &str = "UPDATE message SET fate = 'waiting', why = 'is tried again', attempts = 0, leased_until = 0
            WHERE mailbox = $1 AND fate = 'quarantined' AND (uid = $2 OR $2 IS NULL)";
        Ok(on!(self, pool => sqlx::query(SQL).bind(mailbox).bind(uid).execute(pool).await?.rows_affected()))
    }

    /// What is kept of a message, by its UID in the newest epoch that has it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn raw(&self, mailbox: &str, uid: &str) -> Result<Option<Vec<u8>>, StoreError> {
        const SQL: &str = "SELECT c.raw FROM message m JOIN content c ON c.message_id = m.id WHERE m.mailbox = $1 AND m.uid = $2 ORDER BY m.epoch DESC LIMIT 1";
        let row: Option<(Vec<u8>,)> = on!(self, pool => sqlx::query_as(SQL).bind(mailbox).bind(uid).fetch_optional(pool).await?);
        Ok(row.map(|(raw,)| raw))
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

    /// UIDs and sizes of history whose header was not read yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn headless(&self, mailbox: &str, epoch: i64, most: u32) -> Result<Vec<(String, i64)>, StoreError> {
        const SQL: &str =
            "SELECT uid, size FROM message WHERE mailbox = $1 AND epoch = $2 AND fate = 'history' AND head_hash = '' LIMIT $3";
        Ok(on!(self, pool => sqlx::query_as(SQL).bind(mailbox).bind(epoch).bind(i64::from(most)).fetch_all(pool).await?))
    }

    /// Notes the header of history: UID, hash (`-`: there is nothing to know it by) and Message-ID.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_heads(&self, mailbox: &str, epoch: i64, heads: &[(String, String, Option<String>)]) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE message SET head_hash = $4, header_id = $5 WHERE mailbox = $1 AND epoch = $2 AND uid = $3";
        within!(self, tx => {
            for (uid, hash, id) in heads {
                sqlx::query(SQL).bind(mailbox).bind(epoch).bind(uid).bind(hash).bind(id).execute(&mut *tx).await?;
            }
        });
        Ok(())
    }

    /// Whether the database takes what is written: a message's lease, as it is.
    ///
    /// # Errors
    /// When it does not.
    pub async fn probe(&self, message: &str, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE message SET leased_until = $2 WHERE id = $1";
        let until = millis(now.saturating_add(LEASE).unwrap_or(now));
        on!(self, pool => sqlx::query(SQL).bind(message).bind(until).execute(pool).await.map(drop)?);
        Ok(())
    }

    /// How many messages are quarantined.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn quarantined(&self) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT COUNT(*) FROM message WHERE fate = 'quarantined'";
        let (count,): (i64,) = on!(self, pool => sqlx::query_as(SQL).fetch_one(pool).await?);
        Ok(count)
    }

    /// How many messages can be judged now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn waiting_now(&self, now: Timestamp) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT COUNT(*) FROM message WHERE fate = 'waiting' AND leased_until <= $1";
        let (count,): (i64,) = on!(self, pool => sqlx::query_as(SQL).bind(millis(now)).fetch_one(pool).await?);
        Ok(count)
    }

    /// The ledger of one mailbox, in the order of arrival.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ledger(&self, mailbox: &str) -> Result<Vec<LedgerRow>, StoreError> {
        const SQL: &str =
            "SELECT m.mailbox, m.uid, m.fate, m.why, m.ticket_id AS ticket, m.size, CAST(COALESCE(LENGTH(c.raw), 0) AS BIGINT) AS kept
            FROM message m LEFT JOIN content c ON c.message_id = m.id WHERE m.mailbox = $1 ORDER BY m.arrived_at, m.id";
        Ok(on!(self, pool => sqlx::query_as(SQL).bind(mailbox).fetch_all(pool).await?))
    }

    /// The names of all mailboxes that anything came through.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mailboxes(&self) -> Result<Vec<String>, StoreError> {
        const SQL: &str = "SELECT name FROM mailbox UNION SELECT DISTINCT mailbox FROM message ORDER BY 1";
        let rows: Vec<(String,)> = on!(self, pool => sqlx::query_as(SQL).fetch_all(pool).await?);
        Ok(rows.into_iter().map(|(name,)| name).collect())
    }
}
