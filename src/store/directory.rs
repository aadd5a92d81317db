//! The register in the database.

pub mod change;
pub mod stage;

use futures_util::TryStreamExt as _;
use jiff::Timestamp;

use super::{Store, StoreError, instant, millis};
use crate::facts::Language;
use crate::people::codes::Seal;
use crate::people::directory::{Directory, Loader};
use crate::people::ground::Standing;
use crate::people::import::{Record, Taker};
use crate::people::{Candidate, Evaluation, Institution, Invitation};

/// What the register in the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryStatus {
    /// Counts up with every change.
    pub version: i64,
    /// When it last changed.
    pub imported_at: Timestamp,
    /// When its source was last looked at with success, changed or not.
    pub looked_at: Timestamp,
    /// Counts, in the order of `people::import::FILES`.
    pub counts: [i64; 5],
}

const CANDIDATES: &str = "SELECT id, first_name, last_name, email, institution_id, language FROM candidate ORDER BY id";
const REGISTRATIONS: &str = "SELECT candidate_id, evaluation_id FROM registration ORDER BY candidate_id";
const INVITATIONS: &str =
    "SELECT id, candidate_id, code_mac, sent_at, activation_started_at, activated_at FROM invitation ORDER BY candidate_id";
const STATUS: &str = "SELECT version, imported_at, looked_at, institutions, evaluations, candidates, registrations, invitations FROM directory_status WHERE id = 1";
const LOOKED: &str = "UPDATE directory_status SET looked_at = $1, stale_at = $2 WHERE id = 1";

type InvitationRow = (String, String, Option<Vec<u8>>, Option<i64>, Option<i64>, Option<i64>);
type StatusRow = (i64, i64, i64, i64, i64, i64, i64, i64);
type CandidateRow = (String, String, String, String, String, String);

impl Store {
    /// The whole register, and its status; `None` before the first import.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn directory<T: Taker + Default>(&self, seal: &Seal) -> Result<Option<(DirectoryStatus, T)>, StoreError> {
        let Some(mut status) = self.directory_status().await? else { return Ok(None) };
        loop {
            let mut taker = T::default();
            self.hand_over(seal, &mut taker).await?;
            // Another process may have taken a new one over while this one was being read.
            match self.directory_status().await? {
                Some(after) if after.version == status.version => return Ok(Some((after, taker))),
                Some(after) => status = after,
                None => return Ok(None),
            }
        }
    }

    /// The register indexed, confirmed aliases with it, and its version; `None` before the first import.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn indexed(&self, seal: &Seal) -> Result<Option<(i64, Directory)>, StoreError> {
        let Some((status, loader)) = self.directory::<Loader>(seal).await? else { return Ok(None) };
        let aliases = self.aliases().await?;
        let finish = move || {
            let mut directory = loader.finish();
            directory.confirm(aliases.iter().map(|a| (a.address.as_str(), a.candidate_id.as_str())));
            directory
        };
        let directory =
            tokio::task::spawn_blocking(finish).await.map_err(|_| StoreError::Unusable("the register cannot be indexed".into()))?;
        Ok(Some((status.version, directory)))
    }

    /// Every row in the order of the tables, one at a time.
    async fn hand_over(&self, seal: &Seal, taker: &mut impl Taker) -> Result<(), StoreError> {
        self.institutions().await?.into_iter().for_each(|i| taker.record(Record::Institution(i)));
        self.evaluations().await?.into_iter().for_each(|e| taker.record(Record::Evaluation(e)));
        on!(self, pool => {
            let mut rows = sqlx::query_as::<_, CandidateRow>(CANDIDATES).fetch(pool);
            while let Some(row) = rows.try_next().await? {
                taker.record(Record::Candidate(candidate(row)?));
            }
            let mut rows = sqlx::query_as::<_, (String, String)>(REGISTRATIONS).fetch(pool);
            while let Some((candidate_id, evaluation_id)) = rows.try_next().await? {
                taker.record(Record::Registration { candidate_id, evaluation_id });
            }
            let mut rows = sqlx::query_as::<_, InvitationRow>(INVITATIONS).fetch(pool);
            while let Some(row) = rows.try_next().await? {
                taker.record(Record::Invitation(invitation(row, Some(seal))));
            }
        });
        Ok(())
    }

    /// Its status alone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn directory_status(&self) -> Result<Option<DirectoryStatus>, StoreError> {
        let row: Option<StatusRow> = on!(self, pool => sqlx::query_as(STATUS).fetch_optional(pool).await?);
        Ok(row.map(|(version, at, looked, a, b, c, d, e)| DirectoryStatus {
            version,
            imported_at: instant(at),
            looked_at: instant(looked),
            counts: [a, b, c, d, e],
        }))
    }

    /// The source was looked at and is as the register is, which is too old to answer by from `stale_at` on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn directory_looked_at(&self, now: Timestamp, stale_at: Option<Timestamp>) -> Result<(), StoreError> {
        on!(self, pool => sqlx::query(LOOKED).bind(millis(now)).bind(stale_at.map(millis)).execute(pool).await.map(drop)?);
        Ok(())
    }

    /// When the source of the register was last looked at, where that is too long ago to answer by it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn directory_stale_since(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        const SQL: &str = "SELECT looked_at FROM directory_status WHERE id = 1 AND stale_at <= $1";
        let row: Option<(i64,)> = on!(self, pool => sqlx::query_as(SQL).bind(millis(now)).fetch_optional(pool).await?);
        Ok(row.map(|(at,)| instant(at)))
    }

    /// What the register says of one person; `None`: nobody has that id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn standing(&self, candidate_id: &str) -> Result<Option<Standing>, StoreError> {
        const PERSON: &str = "SELECT email FROM candidate WHERE id = $1";
        const EVALUATIONS: &str =
            "SELECT e.id, e.starts_at FROM evaluation e JOIN registration r ON r.evaluation_id = e.id WHERE r.candidate_id = $1";
        const INVITATIONS: &str =
            "SELECT id, candidate_id, code_mac, sent_at, activation_started_at, activated_at FROM invitation WHERE candidate_id = $1";
        let person: Option<(String,)> = on!(self, pool => sqlx::query_as(PERSON).bind(candidate_id).fetch_optional(pool).await?);
        let Some((email,)) = person else { return Ok(None) };
        let evaluations: Vec<(String, i64)> = on!(self, pool => sqlx::query_as(EVALUATIONS).bind(candidate_id).fetch_all(pool).await?);
        let invitations: Vec<InvitationRow> = on!(self, pool => sqlx::query_as(INVITATIONS).bind(candidate_id).fetch_all(pool).await?);
        let evaluations = evaluations.into_iter().map(|(id, at)| (id, instant(at))).collect();
        let invitations = invitations.into_iter().map(|row| invitation(row, None));
        Ok(Some(Standing { email, evaluations, invitations: invitations.collect() }))
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
}

fn candidate((id, first_name, last_name, email, institution_id, code): CandidateRow) -> Result<Candidate, StoreError> {
    let language = language("candidate", &id, &code)?;
    Ok(Candidate { id, first_name, last_name, email, institution_id, language })
}

fn invitation((id, candidate_id, mac, sent, started, done): InvitationRow, seal: Option<&Seal>) -> Invitation {
    Invitation {
        id,
        candidate_id,
        code: seal.zip(mac).and_then(|(seal, mac)| seal.sealed(&mac)),
        sent_at: sent.map(instant),
        activation_started_at: started.map(instant),
        activated_at: done.map(instant),
    }
}

fn language(table: &'static str, id: &str, code: &str) -> Result<Language, StoreError> {
    Language::from_code(code).ok_or_else(|| StoreError::Inconsistent { table, column: "language", id: id.to_owned() })
}
