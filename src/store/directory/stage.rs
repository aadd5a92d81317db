//! A new register beside the one in force: its rows are laid into temporary tables, compared there, and what differs is taken over in
//! one transaction. Rows that stay as they are are not written again.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Postgres, QueryBuilder, Sqlite};

use super::super::{Store, StoreError, millis};
use super::change::{Change, Counted, OfInstitution};
use crate::people::import::{Record, Table};

/// Rows of one statement.
const ROWS: usize = 250;
const SET_STATUS: &str = "INSERT INTO directory_status (id, version, imported_at, looked_at, stale_at, institutions, evaluations, candidates, registrations, invitations)
    VALUES (1, 1, $1, $1, $7, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET version = directory_status.version + 1, imported_at = excluded.imported_at,
    looked_at = excluded.looked_at, stale_at = excluded.stale_at, institutions = excluded.institutions, evaluations = excluded.evaluations, candidates = excluded.candidates,
    registrations = excluded.registrations, invitations = excluded.invitations";

/// Where a count belongs.
type Field = fn(&mut Counted) -> &mut u64;

/// A connection of its own, closed at the end: its temporary tables and an unfinished transaction go with it.
#[derive(Debug)]
enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// Runs one body on whichever connection it is.
macro_rules! over {
    ($connection:expr, $c:ident => $body:expr) => {
        match $connection {
            Connection::Sqlite($c) => $body,
            Connection::Postgres($c) => $body,
        }
    };
}

/// One table of the store: its name, what makes a row the same row, and the rest.
struct Kept {
    name: &'static str,
    key: &'static [&'static str],
    rest: &'static [&'static str],
}

const fn kept(table: Table) -> Kept {
    let (name, key, rest): (_, &[&str], &[&str]) = match table {
        Table::Institutions => {
            ("institution", &["id"], &["name", "domains", "coordinator_name", "coordinator_email", "language", "time_zone"])
        }
        Table::Evaluations => ("evaluation", &["id"], &["institution_id", "course_code", "title_en", "title_fr", "starts_at"]),
        Table::Candidates => ("candidate", &["id"], &["first_name", "last_name", "email", "institution_id", "language"]),
        Table::Registrations => ("registration", &["candidate_id", "evaluation_id"], &[]),
        Table::Invitations => ("invitation", &["id"], &["candidate_id", "code_mac", "sent_at", "activation_started_at", "activated_at"]),
    };
    Kept { name, key, rest }
}

impl Kept {
    fn columns(&self) -> String {
        [self.key, self.rest].concat().join(", ")
    }

    /// The same row in the old table `o` and the new one `n`.
    fn same_key(&self) -> String {
        self.key.iter().map(|c| format!("n.{c} = o.{c}")).collect::<Vec<_>>().join(" AND ")
    }

    /// … and nothing of it different.
    fn same(&self) -> String {
        let rest = self.rest.iter().map(|c| format!(" AND n.{c} IS NOT DISTINCT FROM o.{c}"));
        self.same_key() + &rest.collect::<String>()
    }
}

fn absent(from: &str, condition: &str) -> String {
    format!("NOT EXISTS (SELECT 1 FROM {from} WHERE {condition})")
}

/// A register on its way in. Dropped before [`Staging::take_over`], it leaves no trace.
#[derive(Debug)]
pub struct Staging {
    connection: Connection,
}

impl Store {
    /// Begins to take a register in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn stage(&self) -> Result<Staging, StoreError> {
        let mut connection = match self {
            Self::Sqlite(pool, _) => Connection::Sqlite(pool.acquire().await?),
            Self::Postgres(pool) => Connection::Postgres(pool.acquire().await?),
        };
        over!(&mut connection, c => c.close_on_drop());
        let mut staging = Staging { connection };
        if matches!(staging.connection, Connection::Sqlite(_)) {
            // Enough to hold the indexes of a large register while it is laid in.
            staging.run("PRAGMA cache_size = -128000").await?;
        }
        // Temporary tables alone are written in this transaction: nobody waits for it.
        staging.run("BEGIN").await?;
        for table in Table::ALL {
            let name = kept(table).name;
            staging.run(&format!("CREATE TEMP TABLE new_{name} AS SELECT * FROM {name} WHERE 1 = 0")).await?;
        }
        Ok(staging)
    }
}

impl Staging {
    /// Lays rows in; each id once, which whoever read them has checked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add(&mut self, records: &[Record]) -> Result<(), StoreError> {
        for rows in records.chunk_by(|a, b| std::mem::discriminant(a) == std::mem::discriminant(b)) {
            for rows in rows.chunks(ROWS) {
                over!(&mut self.connection, c => {
                    let mut query = QueryBuilder::new(head(rows));
                    query.push_values(rows, |mut values, record| match record {
                        Record::Institution(i) => {
                            values.push_bind(&i.id).push_bind(&i.name).push_bind(i.domains.join(" ")).push_bind(&i.coordinator_name);
                            values.push_bind(&i.coordinator_email).push_bind(i.language.code()).push_bind(&i.time_zone);
                        }
                        Record::Evaluation(e) => {
                            values.push_bind(&e.id).push_bind(&e.institution_id).push_bind(&e.course_code).push_bind(&e.title_en);
                            values.push_bind(&e.title_fr).push_bind(millis(e.starts_at));
                        }
                        Record::Candidate(p) => {
                            values.push_bind(&p.id).push_bind(&p.first_name).push_bind(&p.last_name).push_bind(&p.email);
                            values.push_bind(&p.institution_id).push_bind(p.language.code());
                        }
                        Record::Registration { candidate_id, evaluation_id } => {
                            values.push_bind(candidate_id).push_bind(evaluation_id);
                        }
                        Record::Invitation(i) => {
                            let mac = i.code.as_ref().map(|code| code.mac().as_slice());
                            values.push_bind(&i.id).push_bind(&i.candidate_id).push_bind(mac).push_bind(i.sent_at.map(millis));
                            values.push_bind(i.activation_started_at.map(millis)).push_bind(i.activated_at.map(millis));
                        }
                    });
                    query.build().execute(&mut **c).await?;
                });
            }
        }
        Ok(())
    }

    /// What taking over would change as of `now`. From here on nobody else changes the register until this is taken over or dropped.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn change(&mut self, now: Timestamp) -> Result<Change, StoreError> {
        for table in Table::ALL {
            let kept = kept(table);
            let (name, key) = (kept.name, kept.key.join(", "));
            self.run(&format!("CREATE UNIQUE INDEX new_{name}_key ON new_{name} ({key})")).await?;
        }
        self.run("COMMIT").await?;
        match self.connection {
            Connection::Sqlite(_) => self.run("BEGIN IMMEDIATE").await?,
            Connection::Postgres(_) => {
                let names = Table::ALL.map(|t| kept(t).name);
                self.run(&format!("ANALYZE {}", names.map(|n| format!("new_{n}")).join(", "))).await?;
                self.run("BEGIN").await?;
                self.run(&format!("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", names.join(", "))).await?;
            }
        }
        let mut change = Change::default();
        for (table, counted) in Table::ALL.into_iter().zip(&mut change.tables) {
            let by = self.counted(&kept(table), "''", "").await?;
            *counted = by.into_values().next().unwrap_or_default();
        }
        if !change.of(Table::Candidates).is_nothing() {
            change.institutions = self.of_institutions().await?;
        }
        if change.of(Table::Registrations).gone > 0 {
            change.over = self.over(now).await?;
        }
        Ok(change)
    }

    /// Registrations that would go for evaluations that have begun.
    async fn over(&mut self, now: Timestamp) -> Result<u64, StoreError> {
        let absent = absent("new_registration n", &kept(Table::Registrations).same_key());
        let text = format!(
            "SELECT '', COUNT(*) FROM registration o JOIN evaluation e ON e.id = o.evaluation_id WHERE e.starts_at < {} AND {absent}",
            millis(now)
        );
        Ok(self.groups(&text).await?.into_iter().map(|(_, count)| u64::try_from(count).unwrap_or(0)).sum())
    }

    /// Rows of a table grouped by `group`; `within` narrows what counts as the same row.
    async fn counted(&mut self, kept: &Kept, group: &str, within: &str) -> Result<BTreeMap<String, Counted>, StoreError> {
        let name = kept.name;
        let (key, same) = (kept.same_key() + within, kept.same());
        let new = |more: &str| format!("SELECT {group}, COUNT(*) FROM new_{name} n {more} GROUP BY 1").replace("_.", "n.");
        let old = |more: &str| format!("SELECT {group}, COUNT(*) FROM {name} o {more} GROUP BY 1").replace("_.", "o.");
        let texts: [(String, Field); 5] = [
            (old(""), |c| &mut c.before),
            (new(""), |c| &mut c.after),
            (new(&format!("WHERE {}", absent(&format!("{name} o"), &key))), |c| &mut c.added),
            (old(&format!("WHERE {}", absent(&format!("new_{name} n"), &key))), |c| &mut c.gone),
            (new(&format!("JOIN {name} o ON {key} WHERE NOT ({same})")), |c| &mut c.changed),
        ];
        let mut found: BTreeMap<String, Counted> = BTreeMap::new();
        for (text, field) in texts {
            for (group, count) in self.groups(&text).await? {
                *field(found.entry(group).or_default()) = u64::try_from(count).unwrap_or(0);
            }
        }
        Ok(found)
    }

    async fn of_institutions(&mut self) -> Result<Vec<OfInstitution>, StoreError> {
        let by = self.counted(&kept(Table::Candidates), "_.institution_id", " AND n.institution_id = o.institution_id").await?;
        const NAMES: &str = "SELECT id, name FROM new_institution UNION ALL
            SELECT id, name FROM institution o WHERE NOT EXISTS (SELECT 1 FROM new_institution n WHERE n.id = o.id)";
        let names: Vec<(String, String)> = over!(&mut self.connection, c => sqlx::query_as(NAMES).fetch_all(&mut **c).await?);
        let names: BTreeMap<String, String> = names.into_iter().collect();
        let mut found: Vec<OfInstitution> = by
            .into_iter()
            .filter(|(_, candidates)| !candidates.is_nothing())
            .map(|(id, candidates)| OfInstitution { name: names.get(&id).cloned().unwrap_or_default(), id, candidates })
            .collect();
        let size = |i: &OfInstitution| i.candidates.gone + i.candidates.changed + i.candidates.added;
        found.sort_by(|a, b| (b.candidates.gone, size(b), &a.id).cmp(&(a.candidates.gone, size(a), &b.id)));
        Ok(found)
    }

    /// Takes over what `change` (of this very staging) says, and is the register from then on; too old to answer by from `stale_at` on.
    ///
    /// # Errors
    /// When the database fails; nothing is changed then.
    pub async fn take_over(mut self, change: &Change, now: Timestamp, stale_at: Option<Timestamp>) -> Result<(), StoreError> {
        for table in Table::ALL.into_iter().filter(|t| !change.of(*t).is_nothing()) {
            let kept = kept(table);
            let (name, columns) = (kept.name, kept.columns());
            // First everything out that is not there just so: two candidates may have exchanged their addresses.
            self.run(&format!("DELETE FROM {name} AS o WHERE {}", absent(&format!("new_{name} n"), &kept.same()))).await?;
            let absent = absent(&format!("{name} o"), &kept.same_key());
            self.run(&format!("INSERT INTO {name} ({columns}) SELECT {columns} FROM new_{name} n WHERE {absent}")).await?;
        }
        if change.is_nothing() {
            over!(&mut self.connection, c => sqlx::query(super::LOOKED).bind(millis(now)).bind(stale_at.map(millis)).execute(&mut **c).await?.rows_affected());
        } else {
            let [institutions, evaluations, candidates, registrations, invitations] =
                change.tables.map(|counted| i64::try_from(counted.after).unwrap_or(i64::MAX));
            over!(&mut self.connection, c => {
                let query = sqlx::query(SET_STATUS).bind(millis(now)).bind(institutions).bind(evaluations);
                query.bind(candidates).bind(registrations).bind(invitations).bind(stale_at.map(millis)).execute(&mut **c).await?.rows_affected()
            });
        }
        self.run("COMMIT").await
    }

    /// The text is put together of names in this file alone.
    async fn run(&mut self, text: &str) -> Result<(), StoreError> {
        over!(&mut self.connection, c => sqlx::raw_sql(AssertSqlSafe(text.to_owned())).execute(&mut **c).await.map(drop)?);
        Ok(())
    }

    async fn groups(&mut self, text: &str) -> Result<Vec<(String, i64)>, StoreError> {
        Ok(over!(&mut self.connection, c => sqlx::query_as(AssertSqlSafe(text.to_owned())).fetch_all(&mut **c).await?))
    }
}

fn head(rows: &[Record]) -> String {
    let kept = kept(match rows.first() {
        Some(Record::Institution(_)) => Table::Institutions,
        Some(Record::Evaluation(_)) => Table::Evaluations,
        Some(Record::Candidate(_)) | None => Table::Candidates,
        Some(Record::Registration { .. }) => Table::Registrations,
        Some(Record::Invitation(_)) => Table::Invitations,
    });
    format!("INSERT INTO new_{} ({}) ", kept.name, kept.columns())
}
