//! The memory of the house: inbox, tickets, directory, outbox, journal. SQLite or Postgres, one text for both.

use std::path::PathBuf;

use jiff::Timestamp;
use sqlx::{PgPool, SqlitePool};

/// `[store]`.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreSettings {
    /// `sqlite:usher.db` or `postgres://…`.
    pub url: String,
    /// File that holds the key under which codes are sealed.
    pub key_file: PathBuf,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self { url: "sqlite:usher.db".into(), key_file: "usher.key".into() }
    }
}

/// An open database.
#[derive(Debug, Clone)]
pub enum Store {
    /// One file, one process; and the one connection by which everything is written that takes more than a statement. Two that took
    /// turns would throw each other's pages away.
    Sqlite(SqlitePool, SqlitePool),
    /// Many processes.
    Postgres(PgPool),
}

/// The house is broken: the database does not answer, or holds what it cannot hold.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database said no.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The migrations did not run.
    #[error("database migrations: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A row that cannot be understood.
    #[error("{table}.{column} of row {id} cannot be understood")]
    Inconsistent {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// Row.
        id: String,
    },
    /// The URL or the file is not usable.
    #[error("{0}")]
    Unusable(String),
}

impl StoreError {
    /// What went wrong, without anything that a database quotes of a row.
    pub fn kind(&self) -> String {
        match self {
            Self::Database(sqlx::Error::Database(e)) => match e.code().as_deref() {
                // SQLite's SQLITE_FULL and SQLITE_BUSY, Postgres's disk_full.
                Some("13" | "53100") => "the database's disk is full".into(),
                Some("5") => "another process keeps the database locked".into(),
                code => format!("the database refuses ({})", code.unwrap_or("no code")),
            },
            Self::Database(sqlx::Error::Io(e)) => format!("the database is not reached ({})", e.kind()),
            Self::Database(sqlx::Error::PoolTimedOut) => "the database is too busy".into(),
            Self::Database(_) => "the database does not answer as it should".into(),
            other => other.to_string(),
        }
    }
}

/// Runs one body on whichever pool is open: the SQL is written once, each arm is typed by its own driver.
macro_rules! on {
    ($store:expr, $pool:ident => $body:expr) => {
        match $store {
            $crate::store::Store::Sqlite($pool, _) => $body,
            $crate::store::Store::Postgres($pool) => $body,
        }
    };
}

/// Runs one body in one transaction. SQLite takes the write lock at once, or two writers would meet half-way.
macro_rules! within {
    ($store:expr, $tx:ident => $body:block) => {
        match $store {
            $crate::store::Store::Sqlite(_, pool) => {
                let mut $tx = pool.begin_with("BEGIN IMMEDIATE").await?;
                let out = $body;
                $tx.commit().await?;
                out
            }
            $crate::store::Store::Postgres(pool) => {
                let mut $tx = pool.begin().await?;
                let out = $body;
                $tx.commit().await?;
                out
            }
        }
    };
}

pub mod alarms;
pub mod aliases;
pub mod conversations;
pub mod corrections;
pub mod directory;
pub mod drafts;
pub mod find;
pub mod health;
pub mod inbox;
pub mod journal;
pub mod key;
pub mod ledger;
pub mod open;
pub mod outbox;
pub mod outgoing;
pub mod queue;
pub mod reply;
pub mod second_factor;
pub mod sessions;
pub mod settle;
pub mod staff;
pub mod statistics;
pub mod tickets;
pub mod tries;
pub mod typed;
pub mod written;

/// An instant as the database holds it.
pub(crate) fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// The instant that the database holds.
pub(crate) fn instant(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}
