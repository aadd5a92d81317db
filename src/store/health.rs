//! How the mailboxes are, and what the operator has to hear of.

use jiff::Timestamp;

use super::{Store, StoreError, instant, millis};

/// How a mailbox is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxState {
    /// Mailbox name.
    pub name: String,
    /// The last look that succeeded.
    pub looked_at: Option<Timestamp>,
    /// Since when none succeeds.
    pub failing_since: Option<Timestamp>,
    /// Why; no address, no secret.
    pub why: String,
    /// When the bearer token in use was obtained.
    pub token_at: Option<Timestamp>,
    /// When it expires.
    pub token_until: Option<Timestamp>,
}

/// Something that is told once and again until it is mended.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Trouble {
    /// What it is about: `mailbox support`, `replies`.
    pub name: String,
    /// In words for people.
    pub what: String,
    /// Since when, in milliseconds since 1970.
    pub since: i64,
    /// How often it was told.
    pub told: i64,
    /// Key under which the chat drops a second message.
    pub nonce: String,
}

impl Store {
    /// A look into a mailbox succeeded.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn looked(&self, mailbox: &str, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO mailbox_state (name, looked_at) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET looked_at = excluded.looked_at, failing_since = NULL, why = ''";
        on!(self, pool => sqlx::query(SQL).bind(mailbox).bind(millis(now)).execute(pool).await.map(drop)?);
        Ok(())
    }

    /// A look did not succeed; answers since when none does.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn failing(&self, mailbox: &str, why: &str, now: Timestamp) -> Result<Timestamp, StoreError> {
        const SQL: &str = "INSERT INTO mailbox_state (name, failing_since, why) VALUES ($1, $2, $3)
            ON CONFLICT (name) DO UPDATE SET failing_since = COALESCE(mailbox_state.failing_since, excluded.failing_since), why = excluded.why
            RETURNING failing_since";
        let (since,): (i64,) = on!(self, pool => sqlx::query_as(SQL).bind(mailbox).bind(millis(now)).bind(why).fetch_one(pool).await?);
        Ok(instant(since))
    }

    /// How every mailbox is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mailbox_states(&self) -> Result<Vec<MailboxState>, StoreError> {
        const SQL: &str = "SELECT name, looked_at, failing_since, why, token_at, token_until FROM mailbox_state ORDER BY name";
        type Row = (String, Option<i64>, Option<i64>, String, Option<i64>, Option<i64>);
        let rows: Vec<Row> = on!(self, pool => sqlx::query_as(SQL).fetch_all(pool).await?);
        let state = |(name, looked, failing, why, token, until): Row| MailboxState {
            name,
            looked_at: looked.map(instant),
            failing_since: failing.map(instant),
            why,
            token_at: token.map(instant),
            token_until: until.map(instant),
        };
        Ok(rows.into_iter().map(state).collect())
    }

    /// When the ledger of a mailbox was last compared with the server.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reconciled_at(&self, mailbox: &str) -> Result<Option<Timestamp>, StoreError> {
        const SQL: &str = "SELECT reconciled_at FROM mailbox_state WHERE name = $1";
        let row: Option<(Option<i64>,)> = on!(self, pool => sqlx::query_as(SQL).bind(mailbox).fetch_optional(pool).await?);
        Ok(row.and_then(|(at,)| at).map(instant))
    }

    /// The ledger of a mailbox was compared with the server.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reconciled(&self, mailbox: &str, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO mailbox_state (name, reconciled_at) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET reconciled_at = excluded.reconciled_at";
        on!(self, pool => sqlx::query(SQL).bind(mailbox).bind(millis(now)).execute(pool).await.map(drop)?);
        Ok(())
    }

    /// How far the sent folder of a mailbox was read.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sent_cursor(&self, mailbox: &str) -> Result<Option<(u32, u32)>, StoreError> {
        const SQL: &str = "SELECT sent_epoch, sent_next FROM mailbox_state WHERE name = $1 AND sent_epoch IS NOT NULL";
        let row: Option<(i64, i64)> = on!(self, pool => sqlx::query_as(SQL).bind(mailbox).fetch_optional(pool).await?);
        Ok(row.map(|(epoch, next)| (u32::try_from(epoch).unwrap_or(0), u32::try_from(next).unwrap_or(0))))
    }

    /// Moves that cursor.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_sent_cursor(&self, mailbox: &str, epoch: u32, next: u32) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO mailbox_state (name, sent_epoch, sent_next) VALUES ($1, $2, $3)
            ON CONFLICT (name) DO UPDATE SET sent_epoch = excluded.sent_epoch, sent_next = excluded.sent_next";
        on!(self, pool => sqlx::query(SQL).bind(mailbox).bind(i64::from(epoch)).bind(i64::from(next)).execute(pool).await.map(drop)?);
        Ok(())
    }

    /// Something does not work; told at once, and then as [`Store::trouble_told`] says. Known trouble keeps its beginning.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn raise(&self, name: &str, what: &str, nonce: &str, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO trouble (name, what, since, tell_at, nonce) VALUES ($1, $2, $3, $3, $4)
            ON CONFLICT (name) DO UPDATE SET what = excluded.what";
        on!(self, pool => sqlx::query(SQL).bind(name).bind(what).bind(millis(now)).bind(nonce).execute(pool).await.map(drop)?);
        Ok(())
    }

    /// It works again. `true`: it had been told that it did not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mended(&self, name: &str) -> Result<bool, StoreError> {
        const SQL: &str = "DELETE FROM trouble WHERE name = $1 AND told > 0";
        const UNTOLD: &str = "DELETE FROM trouble WHERE name = $1";
        let told = on!(self, pool => sqlx::query(SQL).bind(name).execute(pool).await?.rows_affected());
        on!(self, pool => sqlx::query(UNTOLD).bind(name).execute(pool).await.map(drop)?);
        Ok(told > 0)
    }

    /// The next trouble that is to be told.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn trouble_due(&self, now: Timestamp) -> Result<Option<Trouble>, StoreError> {
        const SQL: &str = "SELECT name, what, since, told, nonce FROM trouble WHERE tell_at <= $1 ORDER BY tell_at LIMIT 1";
        Ok(on!(self, pool => sqlx::query_as(SQL).bind(millis(now)).fetch_optional(pool).await?))
    }

    /// Everything that does not work now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn troubles(&self) -> Result<Vec<Trouble>, StoreError> {
        const SQL: &str = "SELECT name, what, since, told, nonce FROM trouble ORDER BY since";
        Ok(on!(self, pool => sqlx::query_as(SQL).fetch_all(pool).await?))
    }

    /// It was told (`told`), or could not be; it is told next at `next` under `nonce`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn trouble_told(&self, name: &str, told: bool, nonce: &str, next: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE trouble SET told = told + $2, nonce = $3, tell_at = $4 WHERE name = $1";
        on!(self, pool => sqlx::query(SQL).bind(name).bind(i64::from(told)).bind(nonce).bind(millis(next)).execute(pool).await.map(drop)?);
        Ok(())
    }

    /// When the oldest message that waits to be judged came.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn oldest_unjudged(&self) -> Result<Option<Timestamp>, StoreError> {
        const SQL: &str = "SELECT MIN(arrived_at) FROM message WHERE fate = 'waiting'";
        let (oldest,): (Option<i64>,) = on!(self, pool => sqlx::query_as(SQL).fetch_one(pool).await?);
        Ok(oldest.map(instant))
    }

    /// The bearer token of a mailbox: since when and until when it is good.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_token(&self, mailbox: &str, obtained: Timestamp, until: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO mailbox_state (name, token_at, token_until) VALUES ($1, $2, $3)
            ON CONFLICT (name) DO UPDATE SET token_at = excluded.token_at, token_until = excluded.token_until";
        on!(self, pool => sqlx::query(SQL).bind(mailbox).bind(millis(obtained)).bind(millis(until)).execute(pool).await.map(drop)?);
        Ok(())
    }
}
