//! Addresses that staff confirmed to be a candidate's: evidence from then on, never proof; withdrawn at any time, never merged.

use jiff::Timestamp;

use super::{Store, StoreError, instant, millis};

/// A confirmed address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// Lower-case.
    pub address: String,
    /// Whose it is.
    pub candidate_id: String,
    /// Who confirmed it.
    pub confirmed_by: String,
    /// When.
    pub confirmed_at: Timestamp,
}

/// What came of confirming an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmed {
    /// It counts from now on.
    Done,
    /// It counted already.
    Already,
    /// Nobody registered has that id.
    Nobody,
    /// The address is registered: its owner's id.
    Registered(String),
    /// It was confirmed as another candidate's, whose id this is; withdraw that first.
    Anothers(String),
}

const JOURNAL: &str = "INSERT INTO journal (id, at, ticket_id, event, detail) VALUES ($1, $2, NULL, $3, $4)";
/// So that every process takes the register in again.
const NEWER: &str = "UPDATE directory_status SET version = version + 1 WHERE id = 1";

impl Store {
    /// Makes `address` (lower-case) count as `candidate_id`'s. `ids`: fresh ones for the line and for the journal.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn confirm_alias(
        &self,
        address: &str,
        candidate_id: &str,
        by: &str,
        ids: [&str; 2],
        now: Timestamp,
    ) -> Result<Confirmed, StoreError> {
        const CANDIDATE: &str = "SELECT id FROM candidate WHERE id = $1";
        const OWNER: &str = "SELECT id FROM candidate WHERE email = $1";
        const HELD: &str = "SELECT candidate_id FROM alias WHERE address = $1 AND withdrawn_at IS NULL";
        const INSERT: &str = "INSERT INTO alias (id, address, candidate_id, confirmed_by, confirmed_at) VALUES ($1, $2, $3, $4, $5)";
        let [id, entry] = ids;
        Ok(within!(self, tx => {
            let known: Option<(String,)> = sqlx::query_as(CANDIDATE).bind(candidate_id).fetch_optional(&mut *tx).await?;
            let owner: Option<(String,)> = sqlx::query_as(OWNER).bind(address).fetch_optional(&mut *tx).await?;
            let held: Option<(String,)> = sqlx::query_as(HELD).bind(address).fetch_optional(&mut *tx).await?;
            match (known, owner, held) {
                (None, ..) => Confirmed::Nobody,
                (_, Some((owner,)), _) => Confirmed::Registered(owner),
                (_, _, Some((holder,))) if holder == candidate_id => Confirmed::Already,
                (_, _, Some((holder,))) => Confirmed::Anothers(holder),
                (Some(_), None, None) => {
                    sqlx::query(INSERT).bind(id).bind(address).bind(candidate_id).bind(by).bind(millis(now)).execute(&mut *tx).await?;
                    sqlx::query(NEWER).execute(&mut *tx).await?;
                    let detail = serde_json::json!({ "alias": id, "candidate": candidate_id, "by": by }).to_string();
                    sqlx::query(JOURNAL).bind(entry).bind(millis(now)).bind("alias confirmed").bind(detail).execute(&mut *tx).await?;
                    Confirmed::Done
                }
            }
        }))
    }

    /// Makes `address` (lower-case) count no more; `false`: it did not. `entry`: a fresh id for the journal.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn withdraw_alias(&self, address: &str, by: &str, entry: &str, now: Timestamp) -> Result<bool, StoreError> {
        const WITHDRAW: &str =
            "UPDATE alias SET withdrawn_by = $1, withdrawn_at = $2 WHERE address = $3 AND withdrawn_at IS NULL RETURNING id, candidate_id";
        Ok(within!(self, tx => {
            let gone: Option<(String, String)> =
                sqlx::query_as(WITHDRAW).bind(by).bind(millis(now)).bind(address).fetch_optional(&mut *tx).await?;
            if let Some((alias, candidate)) = &gone {
                sqlx::query(NEWER).execute(&mut *tx).await?;
                let detail = serde_json::json!({ "alias": alias, "candidate": candidate, "by": by }).to_string();
                sqlx::query(JOURNAL).bind(entry).bind(millis(now)).bind("alias withdrawn").bind(detail).execute(&mut *tx).await?;
            }
            gone.is_some()
        }))
    }

    /// The addresses in force, by candidate.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn aliases(&self) -> Result<Vec<Alias>, StoreError> {
        const SQL: &str =
            "SELECT address, candidate_id, confirmed_by, confirmed_at FROM alias WHERE withdrawn_at IS NULL ORDER BY candidate_id, address";
        let rows: Vec<(String, String, String, i64)> = on!(self, pool => sqlx::query_as(SQL).fetch_all(pool).await?);
        let alias = |(address, candidate_id, confirmed_by, at)| Alias { address, candidate_id, confirmed_by, confirmed_at: instant(at) };
        Ok(rows.into_iter().map(alias).collect())
    }
}
