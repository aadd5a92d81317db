//! The memory of the house: inbox, tickets, directory, outbox, journal. SQLite or Postgres, one text for both.

pub mod alarms;
pub mod directory;
pub mod drafts;
pub mod inbox;
pub mod journal;
pub mod outbox;
pub mod tickets;

use jiff::Timestamp;
use sqlx::{PgPool, SqlitePool};

/// `[store]`.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreSettings {
    /// `sqlite:usher.db` or `postgres://…`.
    pub url: String,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self { url: "sqlite:usher.db".into() }
    }
}

/// An open database.
#[derive(Debug, Clone)]
pub enum Store {
    /// One file, one process.
    Sqlite(SqlitePool),
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

impl Store {
    /// Opens (and creates) the database and brings its tables up to date.
    ///
    /// # Errors
    /// When it cannot be opened or migrated.
    pub async fn open(_settings: &StoreSettings) -> Result<Self, StoreError> {
        todo!("stub")
    }
}

/// An instant as the database holds it.
pub(crate) fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}
