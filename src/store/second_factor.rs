//! Second factors: what a secret is made of, the last code that was used, and codes for whoever lost theirs.

use super::staff::{Act, noted};
use super::{Store, StoreError, millis};

impl Store {
    /// Keeps what a second factor's secret is made of, until its first code confirms it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn offer_factor(&self, staff: &str, made_of: &[u8]) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE staff SET factor_offered = $2 WHERE id = $1";
        on!(self, pool => sqlx::query(SQL).bind(staff).bind(made_of).execute(pool).await.map(drop)?);
        Ok(())
    }

    /// The factor offered is asked for from now on; `step` is that of its first code, `codes` are hashes of new recovery codes.
    /// `false`: another was offered since.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn confirm_factor(
        &self,
        staff: &str,
        made_of: &[u8],
        step: i64,
        codes: &[[u8; 32]],
        act: Act<'_>,
    ) -> Result<bool, StoreError> {
        const SQL: &str =
            "UPDATE staff SET factor = factor_offered, factor_offered = NULL, factor_step = $3 WHERE id = $1 AND factor_offered = $2";
        let detail = serde_json::json!({ "staff": staff });
        Ok(within!(self, tx => {
            let confirmed = sqlx::query(SQL).bind(staff).bind(made_of).bind(step).execute(&mut *tx).await?.rows_affected() == 1;
            if confirmed {
                sqlx::query(FORGET).bind(staff).execute(&mut *tx).await?;
                for code in codes {
                    sqlx::query(CODE).bind(staff).bind(code.as_slice()).execute(&mut *tx).await?;
                }
                noted!(tx, act, "second factor set", detail);
            }
            confirmed
        }))
    }

    /// The second factor is asked for no more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_factor(&self, staff: &str, act: Act<'_>) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE staff SET factor = NULL, factor_offered = NULL WHERE id = $1";
        let detail = serde_json::json!({ "staff": staff });
        within!(self, tx => {
            sqlx::query(SQL).bind(staff).execute(&mut *tx).await?;
            sqlx::query(FORGET).bind(staff).execute(&mut *tx).await?;
            noted!(tx, act, "second factor removed", detail);
        });
        Ok(())
    }

    /// Uses up the code of a step and of all before it; `false`: it was used already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn use_step(&self, staff: &str, step: i64) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE staff SET factor_step = $2 WHERE id = $1 AND factor_step < $2";
        Ok(on!(self, pool => sqlx::query(SQL).bind(staff).bind(step).execute(pool).await?.rows_affected()) == 1)
    }

    /// Uses up a recovery code by its hash; `false`: it is none, or was used already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn use_recovery_code(&self, staff: &str, hash: &[u8; 32], act: Act<'_>) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE recovery_code SET used_at = $3 WHERE staff_id = $1 AND hash = $2 AND used_at IS NULL";
        let detail = serde_json::json!({ "staff": staff });
        Ok(within!(self, tx => {
            let now = millis(act.now);
            let used = sqlx::query(SQL).bind(staff).bind(hash.as_slice()).bind(now).execute(&mut *tx).await?.rows_affected() == 1;
            if used {
                noted!(tx, act, "recovery code used", detail);
            }
            used
        }))
    }

    /// How many recovery codes are left.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn recovery_codes_left(&self, staff: &str) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT COUNT(*) FROM recovery_code WHERE staff_id = $1 AND used_at IS NULL";
        let (left,): (i64,) = on!(self, pool => sqlx::query_as(SQL).bind(staff).fetch_one(pool).await?);
        Ok(left)
    }
}

const FORGET: &str = "DELETE FROM recovery_code WHERE staff_id = $1";
const CODE: &str = "INSERT INTO recovery_code (staff_id, hash) VALUES ($1, $2)";
