//! Failed tries to sign in: how many, and how long to wait before the next. A try counts before it is made, so that a hundred at once are a
//! hundred; one that succeeds is taken back.

use jiff::{SignedDuration, Timestamp};

use super::{Store, StoreError, instant, millis};

/// The first wait; each failure doubles it.
const FIRST: SignedDuration = SignedDuration::from_secs(10);
const LONGEST: SignedDuration = SignedDuration::from_mins(15);
/// Failures are forgotten when there was none for so long.
const FORGOTTEN: SignedDuration = SignedDuration::from_mins(30);
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Something that tries are counted of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// A keyed hash: who tries what is not written down.
    pub name: String,
    /// Failures without a wait.
    pub free: i64,
}

/// How long to wait after so many failures, the last at an instant.
fn wait(free: i64, failures: i64, last: Timestamp, now: Timestamp) -> Option<SignedDuration> {
    let age = now.duration_since(last);
    let over = u32::try_from(failures.checked_sub(free)?).ok()?;
    let wait = FIRST.checked_mul(2_i32.checked_pow(over).unwrap_or(i32::MAX)).unwrap_or(LONGEST).min(LONGEST);
    (age < FORGOTTEN && age < wait).then(|| wait.saturating_sub(age))
}

impl Store {
    /// Counts a try of all of `counted`; or how long to wait before one: none is counted then.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn try_sign_in(&self, counted: &[Counted], now: Timestamp) -> Result<Option<SignedDuration>, StoreError> {
        const LOOK: &str = "SELECT failures, last_at FROM sign_in_try WHERE name = $1";
        // Reads and keeps the row for this transaction alone.
        const TAKE: &str = "INSERT INTO sign_in_try (name, failures, last_at) VALUES ($1, 0, $2)
            ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING failures, last_at";
        const COUNT: &str = "UPDATE sign_in_try SET failures = $2, last_at = $3 WHERE name = $1";
        const OLD: &str = "DELETE FROM sign_in_try WHERE last_at < $1";
        let mut counted = counted.to_vec();
        // Two who try at once take the rows in one order.
        counted.sort_by(|a, b| a.name.cmp(&b.name));
        let longer = |so_far: Option<SignedDuration>, c: &Counted, (failures, last): (i64, i64)| {
            so_far.max(wait(c.free, failures, instant(last), now))
        };
        let mut waits = None;
        for c in &counted {
            let row: Option<(i64, i64)> = on!(self, pool => sqlx::query_as(LOOK).bind(&c.name).fetch_optional(pool).await?);
            waits = row.map_or(waits, |row| longer(waits, c, row));
        }
        if waits.is_some() {
            return Ok(waits);
        }
        Ok(within!(self, tx => {
            let mut rows: Vec<(i64, i64)> = Vec::new();
            for c in &counted {
                rows.push(sqlx::query_as(TAKE).bind(&c.name).bind(millis(now)).fetch_one(&mut *tx).await?);
            }
            let waits = counted.iter().zip(&rows).fold(None, |so_far, (c, row)| longer(so_far, c, *row));
            if waits.is_none() {
                for (c, (failures, last)) in counted.iter().zip(&rows) {
                    let fresh = now.duration_since(instant(*last)) < FORGOTTEN;
                    let failures = if fresh { failures + 1 } else { 1 };
                    sqlx::query(COUNT).bind(&c.name).bind(failures).bind(millis(now)).execute(&mut *tx).await?;
                }
                let old = millis(now.checked_sub(KEPT).unwrap_or(Timestamp::UNIX_EPOCH));
                sqlx::query(OLD).bind(old).execute(&mut *tx).await?;
            }
            waits
        }))
    }

    /// A try succeeded: the failures of `own` are forgotten, and the try is taken back from `shared`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn signed_in_after_tries(&self, own: &Counted, shared: &[Counted]) -> Result<(), StoreError> {
        const OWN: &str = "DELETE FROM sign_in_try WHERE name = $1";
        const SHARED: &str = "UPDATE sign_in_try SET failures = failures - 1 WHERE name = $1 AND failures > 0";
        let all = std::iter::once((OWN, own)).chain(shared.iter().map(|c| (SHARED, c)));
        for (sql, c) in all {
            on!(self, pool => sqlx::query(sql).bind(&c.name).execute(pool).await.map(drop)?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_beyond_the_free_ones_doubles_the_wait_up_to_a_quarter_of_an_hour() {
        let last = Timestamp::UNIX_EPOCH;
        let cases = [
            (4, 0, None),
            (5, 0, Some(10)),
            (5, 4, Some(6)),
            (5, 10, None),
            (6, 0, Some(20)),
            (7, 0, Some(40)),
            (12, 0, Some(900)),
            (1_000_000, 899, Some(1)),
            (1_000_000, 900, None),
        ];
        for (failures, after, expected) in cases {
            let now = last + SignedDuration::from_secs(after);
            assert_eq!(wait(5, failures, last, now).map(|w| w.as_secs()), expected, "{failures} failures, {after} s ago");
        }
    }
}
