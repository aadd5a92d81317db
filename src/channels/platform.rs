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

    /// Asks which type the id of a candidate has in a table: neither database compares an index with another type.
    fn kind_of_candidate(&self, table: Table) -> String {
        let kind = match &self.pool {
            Pool::Sqlite(_) => "typeof(q.candidate_id)",
            Pool::Postgres(_) => "CAST(pg_typeof(q.candidate_id) AS TEXT)",
        };
        format!("SELECT {kind} FROM ({}) AS q LIMIT 1", self.queries.of(table))
    }

    /// What the database says of one person at this moment; `None`: it knows nobody by that id.
    ///
    /// # Errors
    /// When the database cannot be reached or a query fails.
    pub async fn standing(&self, candidate_id: &str) -> Result<Option<Standing>, Fault> {
        let q = &self.queries;
        let of_person =
            [(Table::Candidates, Table::Candidates), (Table::Evaluations, Table::Registrations), (Table::Invitations, Table::Invitations)];
        // The key does not matter: a standing tells no code.
        let mut checker = Checker::new(Seal::new(&[0; 32]));
        Table::ALL.into_iter().for_each(|table| checker.unread(table));
        let mut records: BTreeMap<Table, Vec<Record>> = BTreeMap::new();
        in_snapshot!(&self.pool, c => {
            for (table, by) in of_person {
                let kind = sqlx::query_scalar::<_, String>(AssertSqlSafe(self.kind_of_candidate(by)));
                let kind = kind.fetch_optional(&mut *c).await.map_err(|e| of_query(by, &e))?;
                let own = own(kind.as_deref().unwrap_or_default(), candidate_id);
                let text = match by {
                    Table::Registrations => format!(
                        "{} WHERE CAST(q.evaluation_id AS TEXT) IN (SELECT CAST(q.evaluation_id AS TEXT) FROM ({}) AS q {own})",
                        q.select(table),
                        q.of(by)
                    ),
                    _ => format!("{} {own}", q.select(table)),
                };
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

/// Whose rows: `$1` is an id as text. A column is compared as what it is, where that is one of the usual types, so that its index
/// serves; and as text, so that no other way of writing a number counts.
fn own(kind: &str, candidate_id: &str) -> String {
    let like = match kind {
        "smallint" | "integer" | "bigint" if candidate_id.parse::<i64>().is_ok() => "q.candidate_id = CAST($1 AS BIGINT) AND ",
        "text" => "q.candidate_id = CAST($1 AS TEXT) AND ",
        "character varying" => "q.candidate_id = CAST($1 AS VARCHAR) AND ",
        "uuid" if is_uuid(candidate_id) => "q.candidate_id = CAST($1 AS UUID) AND ",
        _ => "",
    };
    format!("WHERE {like}CAST(q.candidate_id AS TEXT) = $1")
}

/// As databases write them: 8-4-4-4-12 hexadecimal digits.
fn is_uuid(text: &str) -> bool {
    let mut parts = text.split('-').map(|part| part.bytes().all(|b| b.is_ascii_hexdigit()).then_some(part.len()));
    [8, 4, 4, 4, 12].into_iter().all(|length| parts.next() == Some(Some(length))) && parts.next().is_none()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_compared_as_what_its_column_is_so_that_an_index_serves() {
        // (type of the column, id, what stands before the comparison as text)
        let cases = [
            ("bigint", "17", "q.candidate_id = CAST($1 AS BIGINT) AND "),
            ("integer", "17x", ""),
            ("text", "17x", "q.candidate_id = CAST($1 AS TEXT) AND "),
            ("uuid", "0b9fa1c0-5f3e-4c55-9a53-0c1d2e3f4a5b", "q.candidate_id = CAST($1 AS UUID) AND "),
            ("uuid", "0b9fa1c0", ""),
            ("character", "17", ""),
            ("", "17", ""),
        ];
        for (kind, id, like) in cases {
            assert_eq!(own(kind, id), format!("WHERE {like}CAST(q.candidate_id AS TEXT) = $1"), "{kind} {id}");
        }
    }
}
