//! The register in the database.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{Store, StoreError, instant, millis};
use crate::facts::Language;
use crate::people::{Candidate, Evaluation, Institution, Invitation, Tables};

/// What an import would change, or changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// New candidates.
    pub added: usize,
    /// Candidates with another name, address, institution or language.
    pub changed: usize,
    /// Candidates no longer there.
    pub gone: usize,
    /// Candidates before.
    pub before: usize,
    /// Candidates after.
    pub after: usize,
    /// Whether it was (or would be) refused: over a tenth of the candidates would go, and it was not forced.
    pub refused: bool,
}

/// What the register in the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryStatus {
    /// Counts up with every change.
    pub version: i64,
    /// When it was last imported.
    pub imported_at: Timestamp,
    /// Counts, in the order of `people::import::FILES`.
    pub counts: [i64; 5],
}

const CANDIDATES: &str = "SELECT id, first_name, last_name, email, institution_id, language FROM candidate";
const STATUS: &str =
    "SELECT version, imported_at, institutions, evaluations, candidates, registrations, invitations FROM directory_status WHERE id = 1";
const SET_STATUS: &str = "INSERT INTO directory_status (id, version, imported_at, institutions, evaluations, candidates, registrations, invitations)
    VALUES (1, 1, $1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET version = directory_status.version + 1, imported_at = excluded.imported_at,
    institutions = excluded.institutions, evaluations = excluded.evaluations, candidates = excluded.candidates,
    registrations = excluded.registrations, invitations = excluded.invitations";
/// Above this share of candidates gone, an import looks like a broken export.
const MOST_GONE: usize = 10;

type InvitationRow = (String, String, String, Option<i64>, Option<i64>, Option<i64>);
type CandidateRow = (String, String, String, String, String, String);

impl Store {
    /// What importing `tables` would change.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn directory_change(&self, tables: &Tables) -> Result<Change, StoreError> {
        let rows: Vec<CandidateRow> = on!(self, pool => sqlx::query_as(CANDIDATES).fetch_all(pool).await?);
        let mut before: HashMap<&str, &CandidateRow> = rows.iter().map(|r| (r.0.as_str(), r)).collect();
        let mut change = Change { before: rows.len(), after: tables.candidates.len(), ..Change::default() };
        for c in &tables.candidates {
            match before.remove(c.id.as_str()) {
                None => change.added += 1,
                Some((_, first, last, email, institution, language)) => {
                    let same = *first == c.first_name && *last == c.last_name && *email == c.email && *institution == c.institution_id;
                    change.changed += usize::from(!same || language != c.language.code());
                }
            }
        }
        change.gone = before.len();
        change.refused = change.gone * MOST_GONE > change.before;
        Ok(change)
    }

    /// Replaces the register in one transaction; refused (nothing done) when over a tenth would go and not `force`.
    ///
    /// # Errors
    /// When the database fails; nothing is changed then.
    pub async fn import_directory(&self, tables: &Tables, force: bool, now: Timestamp) -> Result<Change, StoreError> {
        let mut change = self.directory_change(tables).await?;
        if change.refused && !force {
            return Ok(change);
        }
        change.refused = false;
        let counts = [
            tables.institutions.len(),
            tables.evaluations.len(),
            tables.candidates.len(),
            tables.registrations.len(),
            tables.invitations.len(),
        ]
        .map(|n| i64::try_from(n).unwrap_or(i64::MAX));
        within!(self, tx => {
            for table in ["DELETE FROM institution", "DELETE FROM evaluation", "DELETE FROM candidate", "DELETE FROM registration", "DELETE FROM invitation"] {
                sqlx::query(table).execute(&mut *tx).await?;
            }
            for i in &tables.institutions {
                sqlx::query("INSERT INTO institution (id, name, domains, coordinator_name, coordinator_email, language, time_zone) VALUES ($1, $2, $3, $4, $5, $6, $7)")
                    .bind(&i.id).bind(&i.name).bind(i.domains.join(" ")).bind(&i.coordinator_name).bind(&i.coordinator_email)
                    .bind(i.language.code()).bind(&i.time_zone).execute(&mut *tx).await?;
            }
            for e in &tables.evaluations {
                sqlx::query("INSERT INTO evaluation (id, institution_id, course_code, title_en, title_fr, starts_at) VALUES ($1, $2, $3, $4, $5, $6)")
                    .bind(&e.id).bind(&e.institution_id).bind(&e.course_code).bind(&e.title_en).bind(&e.title_fr).bind(millis(e.starts_at))
                    .execute(&mut *tx).await?;
            }
            for c in &tables.candidates {
                sqlx::query("INSERT INTO candidate (id, first_name, last_name, email, institution_id, language) VALUES ($1, $2, $3, $4, $5, $6)")
                    .bind(&c.id).bind(&c.first_name).bind(&c.last_name).bind(&c.email).bind(&c.institution_id).bind(c.language.code())
                    .execute(&mut *tx).await?;
            }
            for (candidate, evaluation) in &tables.registrations {
                sqlx::query("INSERT INTO registration (candidate_id, evaluation_id) VALUES ($1, $2)").bind(candidate).bind(evaluation).execute(&mut *tx).await?;
            }
            for i in &tables.invitations {
                sqlx::query("INSERT INTO invitation (id, candidate_id, code, sent_at, activation_started_at, activated_at) VALUES ($1, $2, $3, $4, $5, $6)")
                    .bind(&i.id).bind(&i.candidate_id).bind(&i.code).bind(i.sent_at.map(millis)).bind(i.activation_started_at.map(millis))
                    .bind(i.activated_at.map(millis)).execute(&mut *tx).await?;
            }
            let [institutions, evaluations, candidates, registrations, invitations] = counts;
            sqlx::query(SET_STATUS).bind(millis(now)).bind(institutions).bind(evaluations).bind(candidates).bind(registrations).bind(invitations)
                .execute(&mut *tx).await?;
        });
        Ok(change)
    }

    /// The whole register, and its status; `None` before the first import.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn directory(&self) -> Result<Option<(DirectoryStatus, Tables)>, StoreError> {
        let Some(status) = self.directory_status().await? else { return Ok(None) };
        let tables = Tables {
            institutions: self.institutions().await?,
            evaluations: self.evaluations().await?,
            candidates: self.candidates().await?,
            registrations: on!(self, pool => sqlx::query_as("SELECT candidate_id, evaluation_id FROM registration").fetch_all(pool).await?),
            invitations: self.invitations().await?,
        };
        Ok(Some((status, tables)))
    }

    /// Its status alone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn directory_status(&self) -> Result<Option<DirectoryStatus>, StoreError> {
        let row: Option<(i64, i64, i64, i64, i64, i64, i64)> = on!(self, pool => sqlx::query_as(STATUS).fetch_optional(pool).await?);
        Ok(row.map(|(version, at, a, b, c, d, e)| DirectoryStatus { version, imported_at: instant(at), counts: [a, b, c, d, e] }))
    }

    async fn institutions(&self) -> Result<Vec<Institution>, StoreError> {
        const SQL: &str = "SELECT id, name, domains, coordinator_name, coordinator_email, language, time_zone FROM institution ORDER BY id";
        let rows: Vec<(String, String, String, String, String, String, String)> =
            on!(self, pool => sqlx::query_as(SQL).fetch_all(pool).await?);
        rows.into_iter()
            .map(|(id, name, domains, coordinator_name, coordinator_email, code, time_zone)| {
                let language = language("institution", &id, &code)?;
                let domains = domains.split(' ').filter(|d| !d.is_empty()).map(str::to_owned).collect();
                Ok(Institution { id, name, domains, coordinator_name, coordinator_email, language, time_zone })
            })
            .collect()
    }

    async fn evaluations(&self) -> Result<Vec<Evaluation>, StoreError> {
        const SQL: &str = "SELECT id, institution_id, course_code, title_en, title_fr, starts_at FROM evaluation ORDER BY id";
        let rows: Vec<(String, String, String, String, String, i64)> = on!(self, pool => sqlx::query_as(SQL).fetch_all(pool).await?);
        let evaluation = |(id, institution_id, course_code, title_en, title_fr, starts_at)| Evaluation {
            id,
            institution_id,
            course_code,
            title_en,
            title_fr,
            starts_at: instant(starts_at),
        };
        Ok(rows.into_iter().map(evaluation).collect())
    }

    async fn candidates(&self) -> Result<Vec<Candidate>, StoreError> {
        let rows: Vec<CandidateRow> = on!(self, pool => sqlx::query_as(CANDIDATES).fetch_all(pool).await?);
        rows.into_iter()
            .map(|(id, first_name, last_name, email, institution_id, code)| {
                let language = language("candidate", &id, &code)?;
                Ok(Candidate { id, first_name, last_name, email, institution_id, language })
            })
            .collect()
    }

    async fn invitations(&self) -> Result<Vec<Invitation>, StoreError> {
        const SQL: &str = "SELECT id, candidate_id, code, sent_at, activation_started_at, activated_at FROM invitation";
        let rows: Vec<InvitationRow> = on!(self, pool => sqlx::query_as(SQL).fetch_all(pool).await?);
        let invitation = |(id, candidate_id, code, sent, started, done): InvitationRow| Invitation {
            id,
            candidate_id,
            code,
            sent_at: sent.map(instant),
            activation_started_at: started.map(instant),
            activated_at: done.map(instant),
        };
        Ok(rows.into_iter().map(invitation).collect())
    }
}

fn language(table: &'static str, id: &str, code: &str) -> Result<Language, StoreError> {
    Language::from_code(code).ok_or_else(|| StoreError::Inconsistent { table, column: "language", id: id.to_owned() })
}
