//! Opening the database: which kind, how careful, up to date.

use std::str::FromStr;
use std::time::Duration;

use sqlx::Connection as _;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::{Store, StoreError, StoreSettings};

const BUSY: Duration = Duration::from_secs(20);

impl Store {
    /// Opens (and creates) the database and brings its tables up to date.
    ///
    /// # Errors
    /// When it cannot be opened or migrated.
    pub async fn open(settings: &StoreSettings) -> Result<Self, StoreError> {
        let url = settings.url.as_str();
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let pool = PgPoolOptions::new().max_connections(8).acquire_timeout(BUSY).connect(url).await?;
            sqlx::migrate!("migrations/postgres").run(&pool).await?;
            return Ok(Self::Postgres(pool));
        }
        if !url.starts_with("sqlite:") {
            return Err(StoreError::Unusable("the store's url begins with neither sqlite: nor postgres://".into()));
        }
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A message is acknowledged by the row, so the row has to be on the disk.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            // What a statement needs beside the database stays in memory: a temporary file a statement is dear.
            .pragma("temp_store", "MEMORY")
            .pragma("wal_autocheckpoint", "2000")
            .page_size(16_384);
        if !url.contains(":memory:") {
            for_the_owner_alone(options.get_filename())?;
        }
        let pool = |connections| SqlitePoolOptions::new().max_connections(connections).acquire_timeout(BUSY);
        // SQLite ends a transaction by itself when the disk is full; sqlx still counts one then and begins no other on that connection.
        let writer = pool(1).before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }));
        let writer = writer.connect_with(options.clone().pragma("cache_size", "-32000")).await?;
        sqlx::migrate!("migrations/sqlite").run(&writer).await?;
        Ok(Self::Sqlite(pool(3).connect_with(options).await?, writer))
    }

    /// Claims the database for one serving process; dropped with the value. Postgres needs none: its rows are leased.
    ///
    /// # Errors
    /// When another process serves this SQLite file.
    pub async fn claim(&self) -> Result<Option<std::fs::File>, StoreError> {
        let Self::Sqlite(pool, _) = self else { return Ok(None) };
        let mut path = pool.connect_options().get_filename().as_os_str().to_owned();
        path.push(".lock");
        let unusable = |e: std::io::Error| StoreError::Unusable(format!("{}: {e}", path.to_string_lossy()));
        let file = std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(_) => Err(StoreError::Unusable(format!(
                "another usher serves this database ({} is locked): stop it first, or use Postgres to share the work",
                path.to_string_lossy()
            ))),
        }
    }
}

/// That this process alone does something, for as long as the value lives.
#[derive(Debug)]
pub struct Hold(Option<sqlx::PgConnection>);

impl Hold {
    /// Whether it still holds.
    pub async fn stands(&mut self) -> bool {
        match &mut self.0 {
            Some(connection) => sqlx::query("SELECT 1").execute(connection).await.is_ok(),
            None => true,
        }
    }
}

impl Store {
    /// Takes `what` for this process alone: two that saved drafts into one folder would save them twice. SQLite has one process anyhow.
    /// `None`: another process has it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hold(&self, what: &str) -> Result<Option<Hold>, StoreError> {
        let Self::Postgres(pool) = self else { return Ok(Some(Hold(None))) };
        // Apart from the pool: the lock ends with the connection, and with nothing else.
        let mut connection = pool.acquire().await?.detach();
        let (got,): (bool,) =
            sqlx::query_as("SELECT pg_try_advisory_lock(7262003, hashtext($1))").bind(what).fetch_one(&mut connection).await?;
        Ok(got.then_some(Hold(Some(connection))))
    }
}

/// The database holds people's mail: nobody else on the machine reads it, nor what SQLite writes beside it, which gets the rights
/// that the file itself has by then.
fn for_the_owner_alone(file: &std::path::Path) -> Result<(), StoreError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        let unusable = |e: std::io::Error| StoreError::Unusable(format!("{}: {e}", file.display()));
        std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(file).map_err(unusable)?;
        for beside in ["", "-wal", "-shm"] {
            let mut path = file.as_os_str().to_owned();
            path.push(beside);
            let path = std::path::PathBuf::from(path);
            if path.exists() {
                std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).map_err(unusable)?;
            }
        }
    }
    Ok(())
}
