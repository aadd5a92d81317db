//! The platform's own database, read and never written: five queries in one snapshot, or one person's rows.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use serde::Deserialize;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, PgPool, Row as _, SqlitePool};
use tokio::sync::mpsc;

use super::Fault;
use crate::people::codes::Seal;
use crate::people::ground::Standing;
use crate::people::import::check::Checker;
use crate::people::import::row::{Place, Row};
use crate::people::import::{FaultList, Record, Table};

/// How long a connection may take.
const PATIENCE: Duration = Duration::from_secs(10);
const BATCH: usize = 2_000;
/// The most columns of a table.
const WIDEST: usize = 7;

/// `[directory.queries]`: each selects the columns of its CSV file, in any order and of any type.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "one for each table")]
pub struct Queries {
    pub institutions: String,
    pub evaluations: String,
    pub candidates: String,
    pub registrations: String,
    pub invitations: String,
    /// The ids of candidates of whom anything changed since `$1`, a time as RFC 3339 text.
    pub changed: Option<String>,
}

impl Default for Queries {
    fn default() -> Self {
        let of = |table: Table| format!("SELECT * FROM {}", table.view());
        Self {
            institutions: of(Table::Institutions),
            evaluations: of(Table::Evaluations),
            candidates: of(Table::Candidates),
            registrations: of(Table::Registrations),
            invitations: of(Table::Invitations),
            changed: None,
        }
    }
}

impl Queries {
    fn of(&self, table: Table) -> &str {
        let query = match table {
            Table::Institutions => &self.institutions,
            Table::Evaluations => &self.evaluations,
            Table::Candidates => &self.candidates,
            Table::Registrations => &self.registrations,
            Table::Invitations => &self.invitations,
        };
        query.trim().trim_end_matches(';')
    }

    /// The columns of a table, each as text whatever its type.
    fn select(&self, table: Table) -> String {
        let columns: Vec<_> = table.columns().iter().map(|c| format!("CAST(q.{c} AS TEXT)")).collect();
        format!("SELECT {} FROM ({}) AS q", columns.join(", "), self.of(table))
    }
}

/// A way to the platform's database.
#[derive(Debug, Clone)]
pub struct Platform {
    pool: Pool,
    queries: Queries,
}

#[derive(Debug, Clone)]
enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// How a database is opened so that it cannot be written.
enum Way {
    Sqlite(Box<SqliteConnectOptions>),
    Postgres(Box<PgConnectOptions>),
}

impl Way {
    fn of(url: &str) -> Result<Self, Fault> {
        let wrong = |e: sqlx::Error| Fault::Permanent(format!("[directory] url: {e}"));
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url).map_err(wrong)?.read_only(true).create_if_missing(false);
            Ok(Self::Sqlite(Box::new(options.busy_timeout(PATIENCE))))
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let given =
                [("default_transaction_read_only", "on"), ("TimeZone", "UTC"), ("DateStyle", "ISO, YMD"), ("statement_timeout", "300s")];
            let options = PgConnectOptions::from_str(url).map_err(wrong)?.options(given).application_name("usher");
            Ok(Self::Postgres(Box::new(options)))
        } else {
            Err(Fault::Permanent("[directory] url begins with neither sqlite: nor postgres://".into()))
        }
    }
}

/// What a whole reading came to.
#[derive(Debug, Default)]
pub struct Read {
    /// Rows that were read.
    pub rows: u64,
    /// Rows that were left out.
    pub left_out: usize,
    /// Why, so many of them as people read.
    pub faults: Vec<crate::fault::Fault>,
}

/// Runs one body in a snapshot that cannot write.
macro_rules! in_snapshot {
    ($pool:expr, $c:ident => $body:block) => {
        match $pool {
            Pool::Sqlite(pool) => {
                let mut $c = pool.begin().await.map_err(said)?;
                $body
            }
            Pool::Postgres(pool) => {
                let mut $c = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.map_err(said)?;
                $body
            }
        }
    };
}

impl Platform {
    /// Whether `url` is one of a database that can be read.
    ///
    /// # Errors
    /// When it is not.
    pub fn check(url: &str) -> Result<(), Fault> {
        Way::of(url).map(drop)
    }

    /// A way to the database at `url`; it is reached when it is first asked.
    ///
    /// # Errors
    /// When the URL is none of a database that can be read.
    pub fn new(url: &str, queries: &Queries) -> Result<Self, Fault> {
        let pool = match Way::of(url)? {
            Way::Sqlite(options) => {
                Pool::Sqlite(SqlitePoolOptions::new().max_connections(2).acquire_timeout(PATIENCE).connect_lazy_with(*options))
            }
            Way::Postgres(options) => {
                Pool::Postgres(PgPoolOptions::new().max_connections(2).acquire_timeout(PATIENCE).connect_lazy_with(*options))
            }
        };
        Ok(Self { pool, queries: queries.clone() })
    }

    /// Whether changes can be asked for.
    pub fn tells_changes(&self) -> bool {
        self.queries.changed.is_some()
    }

    /// Whether each query runs and gives its columns.
    ///
    /// # Errors
    /// When the database cannot be reached or a query fails; says which.
    pub async fn probe(&self) -> Result<(), Fault> {
        in_snapshot!(&self.pool, c => {
            for table in Table::ALL {
                let text = AssertSqlSafe(format!("{} LIMIT 1", self.queries.select(table)));
                sqlx::query(text).fetch_optional(&mut *c).await.map_err(|e| of_query(table, &e))?;
            }
        });
        Ok(())
    }

    /// Reads all five tables as of one moment; each good row goes to `taker`, and one with faults is left out and counted.
    ///
    /// # Errors
    /// When the database cannot be reached or a query fails; says which.
    pub async fn read(&self, seal: &Seal, taker: &mpsc::Sender<Vec<Record>>) -> Result<Read, Fault> {
        let mut reading = Reading { checker: Checker::new(seal.clone()), faults: FaultList::default(), batch: Vec::new(), rows: 0 };
        in_snapshot!(&self.pool, c => {
            for table in Table::ALL {
                let text = AssertSqlSafe(self.queries.select(table));
                let mut rows = sqlx::query(text).fetch(&mut *c);
                while let Some(row) = rows.try_next().await.map_err(|e| of_query(table, &e))? {
                    let values = std::array::from_fn(|n| row.try_get::<Option<String>, _>(n).ok().flatten().unwrap_or_default());
                    reading.row(table, &values);
                    if reading.batch.len() >= BATCH {
                        // Whoever takes them says why when it stops.
                        drop(taker.send(std::mem::take(&mut reading.batch)).await);
                    }
                }
            }
        });
        for remark in reading.checker.remarks() {
            tracing::info!("{}", remark.logged());
        }
        drop(taker.send(reading.batch).await);
        let left_out = reading.faults.rows;
        Ok(Read { rows: reading.rows, left_out, faults: reading.faults.told() })
    }

    /// Whether anything changed since `since`.
    ///
    /// # Errors
    /// When the database cannot be reached or the query fails.
    pub async fn changed_since(&self, since: Timestamp) -> Result<bool, Fault> {
        let Some(query) = &self.queries.changed else { return Ok(true) };
        let text = query.trim().trim_end_matches(';').to_owned();
        let failed = |e: sqlx::Error| Fault::passing(format!("[directory.queries] changed: {}", told(&e)));
        in_snapshot!(&self.pool, c => {
            let query = sqlx::query(AssertSqlSafe(text)).bind(since.to_string());
            Ok(query.fetch_optional(&mut *c).await.map_err(failed)?.is_some())
        })
    }

    /// What the database says of one person at this moment; `None`: it knows nobody by that id.
    ///
    /// # Errors
    /// When the database cannot be reached or a query fails.
    pub async fn standing(&self, candidate_id: &str) -> Result<Option<Standing>, Fault> {
        let (q, own) = (&self.queries, "WHERE CAST(q.candidate_id AS TEXT) = $1");
        let of_person = [
            (Table::Candidates, format!("{} {own}", q.select(Table::Candidates))),
            (
                Table::Evaluations,
                format!(
                    "{} WHERE CAST(q.evaluation_id AS TEXT) IN (SELECT CAST(q.evaluation_id AS TEXT) FROM ({}) AS q {own})",
                    q.select(Table::Evaluations),
                    q.of(Table::Registrations)
                ),
            ),
            (Table::Invitations, format!("{} {own}", q.select(Table::Invitations))),
        ];
        // The key does not matter: a standing tells no code.
        let mut checker = Checker::new(Seal::new(&[0; 32]));
        Table::ALL.into_iter().for_each(|table| checker.unread(table));
        let mut records: BTreeMap<Table, Vec<Record>> = BTreeMap::new();
        in_snapshot!(&self.pool, c => {
            for (table, text) in of_person {
                let mut rows = sqlx::query(AssertSqlSafe(text)).bind(candidate_id).fetch(&mut *c);
                while let Some(row) = rows.try_next().await.map_err(|e| of_query(table, &e))? {
                    let values: [String; WIDEST] = std::array::from_fn(|n| row.try_get::<Option<String>, _>(n).ok().flatten().unwrap_or_default());
                    let values = values.each_ref().map(String::as_str);
                    let mut row = Row::new(table, Place::Database, values.get(..table.columns().len()).unwrap_or_default(), None);
                    records.entry(table).or_default().extend(checker.check(&mut row));
                }
            }
        });
        Ok(Standing::of(records.into_values().flatten()))
    }
}

struct Reading {
    checker: Checker,
    faults: FaultList,
    batch: Vec<Record>,
    rows: u64,
}

impl Reading {
    fn row(&mut self, table: Table, values: &[String; WIDEST]) {
        let values = values.each_ref().map(String::as_str);
        let mut row = Row::new(table, Place::Database, values.get(..table.columns().len()).unwrap_or_default(), None);
        self.rows += 1;
        self.batch.extend(self.checker.check(&mut row));
        self.faults.row(row.faults);
    }
}

fn said(error: sqlx::Error) -> Fault {
    Fault::passing(format!("[directory] url: {error}"))
}

fn of_query(table: Table, error: &sqlx::Error) -> Fault {
    Fault::passing(format!("[directory.queries] {}: {}", table.file().trim_end_matches(".csv"), told(error)))
}

/// A value that cannot be read (SQLSTATE class 22) is quoted in the database's words, and would stand in a log.
fn told(error: &sqlx::Error) -> String {
    let code = error.as_database_error().and_then(|e| e.code()).filter(|code| code.starts_with("22") && code.len() == 5);
    code.map_or_else(|| error.to_string(), |code| format!("a value is not of the type that the query takes it for (SQLSTATE {code})"))
}
