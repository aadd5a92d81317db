//! Alarms that have to reach the chat; repeating one is safe because its nonce is fixed.

use jiff::Timestamp;

use super::{Store, StoreError, millis};

/// An alarm to be posted.
#[derive(Debug, Clone, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns of the tables")]
pub struct AlarmRow {
    pub id: String,
    pub ticket_id: String,
    pub number: i64,
    pub nonce: String,
    pub case_name: String,
    pub deadline: Option<i64>,
    pub draft_ready: bool,
    pub attempts: i64,
}

impl Store {
    /// The next alarm due, the soonest evaluation first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn alarm_due(&self, now: Timestamp) -> Result<Option<AlarmRow>, StoreError> {
        const SQL: &str = "SELECT a.id, a.ticket_id, t.number, a.nonce, t.case_name, t.deadline,
            EXISTS (SELECT 1 FROM draft d WHERE d.ticket_id = t.id) AS draft_ready, a.attempts
            FROM alarm a JOIN ticket t ON t.id = a.ticket_id WHERE a.state = 'due' AND a.next_at <= $1 ORDER BY t.deadline, a.id LIMIT 1";
        Ok(on!(self, pool => sqlx::query_as(SQL).bind(millis(now)).fetch_optional(pool).await?))
    }

    /// What became of an alarm.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_alarm(&self, id: &str, state: &str, why: &str, posted_id: Option<&str>, next_at: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE alarm SET state = $2, why = $3, posted_id = $4, next_at = $5, attempts = attempts + 1 WHERE id = $1";
        on!(self, pool => sqlx::query(SQL).bind(id).bind(state).bind(why).bind(posted_id).bind(millis(next_at)).execute(pool).await.map(drop)?);
        Ok(())
    }

    /// How many alarms wait to be posted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn alarms_waiting(&self) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT COUNT(*) FROM alarm WHERE state = 'due'";
        let (count,): (i64,) = on!(self, pool => sqlx::query_as(SQL).fetch_one(pool).await?);
        Ok(count)
    }
}
