//! Who is signed in, by what: sessions of browsers, links that are good once, tokens of programs. Only hashes of secrets are kept.

use jiff::{SignedDuration, Timestamp};

use super::staff::{Act, Staff, noted};
use super::{Store, StoreError, instant, millis};

/// How far somebody has come in signing in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The code of the second factor is wanted.
    Factor,
    /// A second factor has to be set up.
    Enrol,
    /// Signed in.
    Full,
}

impl Stage {
    fn as_str(self) -> &'static str {
        match self {
            Self::Factor => "factor",
            Self::Enrol => "enrol",
            Self::Full => "full",
        }
    }

    /// What is unknown lets nobody in.
    fn parse(name: &str) -> Self {
        match name {
            "full" => Self::Full,
            "enrol" => Self::Enrol,
            _ => Self::Factor,
        }
    }
}

/// How long sessions last.
#[derive(Debug, Clone, Copy)]
pub struct Lasts {
    /// Without a request.
    pub idle: SignedDuration,
    /// At most.
    pub longest: SignedDuration,
    /// One that waits for the second factor.
    pub half: SignedDuration,
}

/// A browser that signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// ULID; not the secret.
    pub id: String,
    /// Whose.
    pub staff_id: String,
    /// How far it has come.
    pub stage: Stage,
    /// `Firefox, Linux`.
    pub browser: String,
    /// When it began.
    pub began_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
}

/// A token for programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// ULID; not the secret.
    pub id: String,
    /// Whose.
    pub staff_id: String,
    /// What it is for.
    pub name: String,
    /// `read` or `approve`.
    pub scope: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub used_at: Option<Timestamp>,
}

/// What a one-time link does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opens {
    /// Lets a password be chosen.
    Password,
    /// Signs in.
    SignIn,
}

/// How exactly it is known when something was last used.
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

const STAFF_SEEN: &str = "UPDATE staff SET seen_at = $2 WHERE id = $1";

type SessionRow = (String, String, String, String, i64, i64);
type TokenRow = (String, String, String, String, i64, Option<i64>);

fn session((id, staff_id, stage, browser, began_at, seen_at): SessionRow) -> Session {
    let (began_at, seen_at) = (instant(began_at), instant(seen_at));
    Session { id, staff_id, stage: Stage::parse(&stage), browser, began_at, seen_at }
}

fn token((id, staff_id, name, scope, created_at, used_at): TokenRow) -> ApiToken {
    ApiToken { id, staff_id, name, scope, created_at: instant(created_at), used_at: used_at.map(instant) }
}

/// `now` less `length`, as the database holds it.
fn before(now: Timestamp, length: SignedDuration) -> i64 {
    millis(now.checked_sub(length).unwrap_or(Timestamp::UNIX_EPOCH))
}

impl Store {
    /// Begins a session in place of `instead` (a hash), if any; others that are over are cleared away.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin_session(
        &self,
        new: &Session,
        hash: &[u8; 32],
        instead: Option<&[u8; 32]>,
        lasts: Lasts,
        act: Act<'_>,
    ) -> Result<(), StoreError> {
        const OVER: &str = "DELETE FROM session WHERE began_at < $1 OR seen_at < $2 OR hash = $3";
        const SQL: &str = "INSERT INTO session (id, hash, staff_id, stage, browser, began_at, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $6)";
        let instead = instead.map(<[u8; 32]>::as_slice).unwrap_or_default();
        let detail = serde_json::json!({ "staff": new.staff_id, "session": new.id });
        within!(self, tx => {
            let (longest, idle) = (before(act.now, lasts.longest), before(act.now, lasts.idle));
            sqlx::query(OVER).bind(longest).bind(idle).bind(instead).execute(&mut *tx).await?;
            sqlx::query(SQL).bind(&new.id).bind(hash.as_slice()).bind(&new.staff_id).bind(new.stage.as_str()).bind(&new.browser)
                .bind(millis(act.now)).execute(&mut *tx).await?;
            if new.stage == Stage::Full {
                sqlx::query(STAFF_SEEN).bind(&new.staff_id).bind(millis(act.now)).execute(&mut *tx).await?;
                noted!(tx, act, "signed in", detail);
            }
        });
        Ok(())
    }

    /// The session of a token's hash and whose it is, unless it is over or the account is shut. With `seen`, it is in use now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session(&self, hash: &[u8; 32], lasts: Lasts, seen: bool, now: Timestamp) -> Result<Option<(Session, Staff)>, StoreError> {
        const SQL: &str = "SELECT id, staff_id, stage, browser, began_at, seen_at FROM session WHERE hash = $1";
        const SEEN: [&str; 2] = ["UPDATE session SET seen_at = $2 WHERE id = $1", STAFF_SEEN];
        let row: Option<SessionRow> = on!(self, pool => sqlx::query_as(SQL).bind(hash.as_slice()).fetch_optional(pool).await?);
        let Some(session) = row.map(session) else { return Ok(None) };
        let (age, idle) = (now.duration_since(session.began_at), now.duration_since(session.seen_at));
        let half = session.stage != Stage::Full && age >= lasts.half;
        if half || age >= lasts.longest || idle >= lasts.idle {
            return Ok(None);
        }
        let Some(staff) = self.staff(&session.staff_id).await?.filter(|s| s.disabled_at.is_none()) else { return Ok(None) };
        if seen && idle >= MINUTE {
            for (sql, id) in SEEN.into_iter().zip([&session.id, &staff.id]) {
                on!(self, pool => sqlx::query(sql).bind(id).bind(millis(now)).execute(pool).await.map(drop)?);
            }
        }
        Ok(Some((session, staff)))
    }

    /// Ends one session of an account; `false`: there is none such.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_session(&self, id: &str, staff: &str, act: Act<'_>) -> Result<bool, StoreError> {
        const SQL: &str = "DELETE FROM session WHERE id = $1 AND staff_id = $2";
        let detail = serde_json::json!({ "staff": staff, "session": id });
        Ok(within!(self, tx => {
            let ended = sqlx::query(SQL).bind(id).bind(staff).execute(&mut *tx).await?.rows_affected() == 1;
            if ended {
                noted!(tx, act, "session ended", detail);
            }
            ended
        }))
    }

    /// Ends all sessions of an account but `keep`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_sessions(&self, staff: &str, keep: Option<&str>, act: Act<'_>) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM session WHERE staff_id = $1 AND id <> $2";
        let detail = serde_json::json!({ "staff": staff });
        within!(self, tx => {
            sqlx::query(SQL).bind(staff).bind(keep.unwrap_or_default()).execute(&mut *tx).await?;
            noted!(tx, act, "sessions ended", detail);
        });
        Ok(())
    }

    /// The open sessions, of one account or of all, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sessions(&self, staff: Option<&str>, lasts: Lasts, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        const SQL: &str = "SELECT id, staff_id, stage, browser, began_at, seen_at FROM session
            WHERE stage = 'full' AND began_at > $1 AND seen_at > $2 AND ($3 = '' OR staff_id = $3) ORDER BY seen_at DESC, id DESC";
        let (longest, idle) = (before(now, lasts.longest), before(now, lasts.idle));
        let rows: Vec<SessionRow> =
            on!(self, pool => sqlx::query_as(SQL).bind(longest).bind(idle).bind(staff.unwrap_or_default()).fetch_all(pool).await?);
        Ok(rows.into_iter().map(session).collect())
    }

    /// Makes a link that is good once, until `until`; earlier ones of the account are good no more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn one_time_link(
        &self,
        staff: &str,
        hash: &[u8; 32],
        opens: Opens,
        until: Timestamp,
        act: Act<'_>,
    ) -> Result<(), StoreError> {
        const EARLIER: &str = "DELETE FROM one_time_link WHERE staff_id = $1";
        const SQL: &str = "INSERT INTO one_time_link (hash, staff_id, kind, ends_at) VALUES ($1, $2, $3, $4)";
        let kind = if opens == Opens::SignIn { "sign_in" } else { "password" };
        let detail = serde_json::json!({ "staff": staff, "kind": kind });
        within!(self, tx => {
            sqlx::query(EARLIER).bind(staff).execute(&mut *tx).await?;
            sqlx::query(SQL).bind(hash.as_slice()).bind(staff).bind(kind).bind(millis(until)).execute(&mut *tx).await?;
            noted!(tx, act, "one-time link made", detail);
        });
        Ok(())
    }

    /// Whose a link is and what it does, while it is good. Looking uses nothing up: mail scanners look too.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn link(&self, hash: &[u8; 32], now: Timestamp) -> Result<Option<(Staff, Opens)>, StoreError> {
        const SQL: &str = "SELECT staff_id, kind FROM one_time_link WHERE hash = $1 AND used_at IS NULL AND ends_at > $2";
        let row: Option<(String, String)> =
            on!(self, pool => sqlx::query_as(SQL).bind(hash.as_slice()).bind(millis(now)).fetch_optional(pool).await?);
        let Some((staff, kind)) = row else { return Ok(None) };
        let staff = self.staff(&staff).await?.filter(|s| s.disabled_at.is_none());
        Ok(staff.map(|staff| (staff, if kind == "sign_in" { Opens::SignIn } else { Opens::Password })))
    }

    /// Uses a link up; `false`: somebody else did.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn use_link(&self, hash: &[u8; 32], now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE one_time_link SET used_at = $2 WHERE hash = $1 AND used_at IS NULL AND ends_at > $2";
        Ok(on!(self, pool => sqlx::query(SQL).bind(hash.as_slice()).bind(millis(now)).execute(pool).await?.rows_affected()) == 1)
    }

    /// Makes a token for programs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_token(&self, new: &ApiToken, hash: &[u8; 32], act: Act<'_>) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO api_token (id, hash, staff_id, name, scope, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
        let detail = serde_json::json!({ "staff": new.staff_id, "token": new.id, "scope": new.scope });
        within!(self, tx => {
            sqlx::query(SQL).bind(&new.id).bind(hash.as_slice()).bind(&new.staff_id).bind(&new.name).bind(&new.scope)
                .bind(millis(act.now)).execute(&mut *tx).await?;
            noted!(tx, act, "API token made", detail);
        });
        Ok(())
    }

    /// The tokens of an account, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tokens(&self, staff: &str) -> Result<Vec<ApiToken>, StoreError> {
        const SQL: &str = "SELECT id, staff_id, name, scope, created_at, used_at FROM api_token WHERE staff_id = $1 ORDER BY id DESC";
        let rows: Vec<TokenRow> = on!(self, pool => sqlx::query_as(SQL).bind(staff).fetch_all(pool).await?);
        Ok(rows.into_iter().map(token).collect())
    }

    /// The token of a hash and whose it is, unless the account is shut; it is in use now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn token(&self, hash: &[u8; 32], now: Timestamp) -> Result<Option<(ApiToken, Staff)>, StoreError> {
        const SQL: &str = "SELECT id, staff_id, name, scope, created_at, used_at FROM api_token WHERE hash = $1";
        const USED: &str = "UPDATE api_token SET used_at = $2 WHERE id = $1";
        let row: Option<TokenRow> = on!(self, pool => sqlx::query_as(SQL).bind(hash.as_slice()).fetch_optional(pool).await?);
        let Some(token) = row.map(token) else { return Ok(None) };
        let Some(staff) = self.staff(&token.staff_id).await?.filter(|s| s.disabled_at.is_none()) else { return Ok(None) };
        if token.used_at.is_none_or(|at| now.duration_since(at) >= MINUTE) {
            on!(self, pool => sqlx::query(USED).bind(&token.id).bind(millis(now)).execute(pool).await.map(drop)?);
        }
        Ok(Some((token, staff)))
    }

    /// A token is good no more; `false`: the account has none such.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_token(&self, id: &str, staff: &str, act: Act<'_>) -> Result<bool, StoreError> {
        const SQL: &str = "DELETE FROM api_token WHERE id = $1 AND staff_id = $2";
        let detail = serde_json::json!({ "staff": staff, "token": id });
        Ok(within!(self, tx => {
            let gone = sqlx::query(SQL).bind(id).bind(staff).execute(&mut *tx).await?.rows_affected() == 1;
            if gone {
                noted!(tx, act, "API token revoked", detail);
            }
            gone
        }))
    }
}
