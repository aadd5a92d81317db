//! Who works at the desk: accounts, their roles, what they chose. Nobody is deleted; what an account did stays its own.

use jiff::Timestamp;

use super::{Store, StoreError, instant, millis};
use crate::facts::Language;

/// What an account may do; each role may also do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// See tickets and drafts.
    Look,
    /// Edit drafts and ask for them to be sent.
    Draft,
    /// Send.
    Send,
    /// Rules, the journal, who works here.
    Lead,
    /// Accounts.
    Operator,
}

impl Role {
    /// All, the least first.
    pub const ALL: [Self; 5] = [Self::Look, Self::Draft, Self::Send, Self::Lead, Self::Operator];

    /// `look`, `draft`, `send`, `lead`, `operator`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::Draft => "draft",
            Self::Send => "send",
            Self::Lead => "lead",
            Self::Operator => "operator",
        }
    }

    /// The role of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// ULID.
    pub id: String,
    /// Lower-case.
    pub email: String,
    /// As colleagues see it.
    pub name: String,
    /// What the account may do.
    pub role: Role,
    /// Of the pages; `None`: the browser's.
    pub language: Option<Language>,
    /// `light` or `dark`; empty: the system's.
    pub theme: String,
    /// Whether single letters are shortcuts.
    pub keys: bool,
    /// Time zone by its IANA name; empty: the desk's.
    pub zone: String,
    /// When it last did something, to the minute.
    pub seen_at: Option<Timestamp>,
    /// Since when it is shut.
    pub disabled_at: Option<Timestamp>,
    /// Whether a password was set.
    pub has_password: bool,
    /// Whether a second factor is asked for.
    pub second_factor: bool,
}

/// What is compared when somebody signs in.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The account.
    pub staff: Staff,
    /// An argon2id string; empty: none was set.
    pub password: String,
    /// What the second factor's secret is made of.
    pub factor: Option<Vec<u8>>,
    /// The same of one that is offered and not confirmed.
    pub offered: Option<Vec<u8>>,
}

/// Who changes an account, for the journal.
#[derive(Debug, Clone, Copy)]
pub struct Act<'a> {
    /// A fresh id for the journal's line.
    pub entry: &'a str,
    /// The staff member; `None`: the command line, or whoever had a one-time link.
    pub by: Option<&'a str>,
    /// When.
    pub now: Timestamp,
}

/// What came of changing an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// It is so from now on.
    Done,
    /// There is no such account, or it was so already.
    Nothing,
    /// Nobody would be left who may change accounts.
    LastOperator,
}

/// What staff choose for themselves.
#[derive(Debug, Clone, Copy)]
pub struct Preferences<'a> {
    /// As colleagues see it.
    pub name: &'a str,
    /// `None`: the browser's.
    pub language: Option<Language>,
    /// `light`, `dark` or empty.
    pub theme: &'a str,
    /// Whether single letters are shortcuts.
    pub keys: bool,
    /// IANA name or empty.
    pub zone: &'a str,
}

pub(super) const JOURNAL: &str = "INSERT INTO journal (id, at, staff_id, event, detail) VALUES ($1, $2, $3, $4, $5)";

/// A line of the journal about an account, in the transaction that changes it.
macro_rules! noted {
    ($tx:ident, $act:expr, $event:expr, $detail:expr) => {
        sqlx::query($crate::store::staff::JOURNAL)
            .bind($act.entry)
            .bind(millis($act.now))
            .bind($act.by)
            .bind($event)
            .bind($detail.to_string())
            .execute(&mut *$tx)
            .await?
    };
}
pub(super) use noted;

/// The columns of [`Row`].
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, email, name, role, language, theme, letter_keys, zone, password, factor, factor_offered, seen_at, disabled_at FROM staff ",
            $rest
        )
    };
}

/// Two operators who lower each other at once meet here.
const OPERATORS: &str = "UPDATE staff SET role = role WHERE role = 'operator' AND disabled_at IS NULL";
/// 1: nobody else may change accounts.
const LAST: &str = "SELECT COUNT(*) FROM staff s WHERE s.id = $1 AND s.role = 'operator' AND s.disabled_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM staff o WHERE o.role = 'operator' AND o.disabled_at IS NULL AND o.id <> $1)";
const END_ALL: &str = "DELETE FROM session WHERE staff_id = $1";
const END_LINKS: &str = "DELETE FROM one_time_link WHERE staff_id = $1";
const END_TOKENS: &str = "DELETE FROM api_token WHERE staff_id = $1";

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: String,
    email: String,
    name: String,
    role: String,
    language: String,
    theme: String,
    letter_keys: bool,
    zone: String,
    password: String,
    factor: Option<Vec<u8>>,
    factor_offered: Option<Vec<u8>>,
    seen_at: Option<i64>,
    disabled_at: Option<i64>,
}

impl TryFrom<Row> for Credentials {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let Some(role) = Role::parse(&row.role) else {
            return Err(StoreError::Inconsistent { table: "staff", column: "role", id: row.id });
        };
        let staff = Staff {
            id: row.id,
            email: row.email,
            name: row.name,
            role,
            language: Language::from_code(&row.language),
            theme: row.theme,
            keys: row.letter_keys,
            zone: row.zone,
            seen_at: row.seen_at.map(instant),
            disabled_at: row.disabled_at.map(instant),
            has_password: !row.password.is_empty(),
            second_factor: row.factor.is_some(),
        };
        Ok(Self { staff, password: row.password, factor: row.factor, offered: row.factor_offered })
    }
}

impl Store {
    /// Makes an account without a password; `false`: the address has one already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_staff(&self, id: &str, email: &str, name: &str, role: Role, act: Act<'_>) -> Result<bool, StoreError> {
        const SQL: &str =
            "INSERT INTO staff (id, email, name, role, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (email) DO NOTHING";
        let detail = serde_json::json!({ "staff": id, "role": role });
        Ok(within!(self, tx => {
            let now = millis(act.now);
            let insert = sqlx::query(SQL).bind(id).bind(email).bind(name).bind(role.as_str()).bind(now);
            let added = insert.execute(&mut *tx).await?.rows_affected() == 1;
            if added {
                noted!(tx, act, "account made", detail);
            }
            added
        }))
    }

    /// All accounts, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn all_staff(&self) -> Result<Vec<Staff>, StoreError> {
        let rows: Vec<Row> = on!(self, pool => sqlx::query_as(select!("ORDER BY name, id")).fetch_all(pool).await?);
        rows.into_iter().map(|row| Credentials::try_from(row).map(|c| c.staff)).collect()
    }

    /// One account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn staff(&self, id: &str) -> Result<Option<Staff>, StoreError> {
        Ok(self.credentials_of(id).await?.map(|c| c.staff))
    }

    /// One account with what signs it in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn credentials_of(&self, id: &str) -> Result<Option<Credentials>, StoreError> {
        let row: Option<Row> = on!(self, pool => sqlx::query_as(select!("WHERE id = $1")).bind(id).fetch_optional(pool).await?);
        row.map(TryInto::try_into).transpose()
    }

    /// The account of an address (lower-case).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn credentials(&self, email: &str) -> Result<Option<Credentials>, StoreError> {
        let row: Option<Row> = on!(self, pool => sqlx::query_as(select!("WHERE email = $1")).bind(email).fetch_optional(pool).await?);
        row.map(TryInto::try_into).transpose()
    }

    /// The account that an identity provider's subject is bound to.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn staff_by_subject(&self, subject: &str) -> Result<Option<Staff>, StoreError> {
        let row: Option<Row> = on!(self, pool => sqlx::query_as(select!("WHERE subject = $1")).bind(subject).fetch_optional(pool).await?);
        row.map(|row| Credentials::try_from(row).map(|c| c.staff)).transpose()
    }

    /// Binds an identity provider's subject to an account that has none; `false`: it has another.
    ///
    /// # Errors
    /// When the database fails, or another account has that subject.
    pub async fn bind_subject(&self, id: &str, subject: &str) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE staff SET subject = $2 WHERE id = $1 AND (subject IS NULL OR subject = $2)";
        Ok(on!(self, pool => sqlx::query(SQL).bind(id).bind(subject).execute(pool).await?.rows_affected()) == 1)
    }

    /// Sets what staff choose for themselves.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_preferences(&self, id: &str, chosen: Preferences<'_>) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE staff SET name = $2, language = $3, theme = $4, letter_keys = $5, zone = $6 WHERE id = $1";
        let language = chosen.language.map(Language::code).unwrap_or_default();
        on!(self, pool => sqlx::query(SQL).bind(id).bind(chosen.name).bind(language).bind(chosen.theme).bind(chosen.keys).bind(chosen.zone)
            .execute(pool).await.map(drop)?);
        Ok(())
    }

    /// Sets a password (an argon2id string) and ends all sessions but `keep`, and all one-time links.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_password(&self, id: &str, password: &str, keep: Option<&str>, act: Act<'_>) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE staff SET password = $2 WHERE id = $1";
        const END: &str = "DELETE FROM session WHERE staff_id = $1 AND id <> $2";
        let detail = serde_json::json!({ "staff": id });
        within!(self, tx => {
            sqlx::query(SQL).bind(id).bind(password).execute(&mut *tx).await?;
            sqlx::query(END).bind(id).bind(keep.unwrap_or_default()).execute(&mut *tx).await?;
            sqlx::query(END_LINKS).bind(id).execute(&mut *tx).await?;
            noted!(tx, act, "password set", detail);
        });
        Ok(())
    }

    /// Takes the password away and ends all sessions, links and API tokens; with `factor` the second factor goes too.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reset_staff(&self, id: &str, factor: bool, act: Act<'_>) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE staff SET password = '' WHERE id = $1";
        const FACTOR: &str = "UPDATE staff SET factor = NULL, factor_offered = NULL WHERE id = $1";
        const CODES: &str = "DELETE FROM recovery_code WHERE staff_id = $1";
        let detail = serde_json::json!({ "staff": id, "second_factor": factor });
        within!(self, tx => {
            for sql in [SQL, END_ALL, END_LINKS, END_TOKENS] {
                sqlx::query(sql).bind(id).execute(&mut *tx).await?;
            }
            if factor {
                sqlx::query(FACTOR).bind(id).execute(&mut *tx).await?;
                sqlx::query(CODES).bind(id).execute(&mut *tx).await?;
            }
            noted!(tx, act, "account reset", detail);
        });
        Ok(())
    }

    /// Gives an account another role.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_role(&self, id: &str, role: Role, act: Act<'_>) -> Result<Changed, StoreError> {
        const SQL: &str = "UPDATE staff SET role = $2 WHERE id = $1 AND role <> $2";
        let detail = serde_json::json!({ "staff": id, "role": role });
        Ok(within!(self, tx => {
            sqlx::query(OPERATORS).execute(&mut *tx).await?;
            let (last,): (i64,) = sqlx::query_as(LAST).bind(id).fetch_one(&mut *tx).await?;
            if last == 1 && role != Role::Operator {
                Changed::LastOperator
            } else if sqlx::query(SQL).bind(id).bind(role.as_str()).execute(&mut *tx).await?.rows_affected() == 1 {
                noted!(tx, act, "role changed", detail);
                Changed::Done
            } else {
                Changed::Nothing
            }
        }))
    }

    /// Shuts an account and ends all it has open.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn disable_staff(&self, id: &str, act: Act<'_>) -> Result<Changed, StoreError> {
        const SQL: &str = "UPDATE staff SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL";
        let detail = serde_json::json!({ "staff": id });
        Ok(within!(self, tx => {
            sqlx::query(OPERATORS).execute(&mut *tx).await?;
            let (last,): (i64,) = sqlx::query_as(LAST).bind(id).fetch_one(&mut *tx).await?;
            if last == 1 {
                Changed::LastOperator
            } else if sqlx::query(SQL).bind(id).bind(millis(act.now)).execute(&mut *tx).await?.rows_affected() == 1 {
                for sql in [END_ALL, END_LINKS, END_TOKENS] {
                    sqlx::query(sql).bind(id).execute(&mut *tx).await?;
                }
                noted!(tx, act, "account disabled", detail);
                Changed::Done
            } else {
                Changed::Nothing
            }
        }))
    }

    /// Opens a shut account again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn enable_staff(&self, id: &str, act: Act<'_>) -> Result<Changed, StoreError> {
        const SQL: &str = "UPDATE staff SET disabled_at = NULL WHERE id = $1 AND disabled_at IS NOT NULL";
        let detail = serde_json::json!({ "staff": id });
        Ok(within!(self, tx => {
            if sqlx::query(SQL).bind(id).execute(&mut *tx).await?.rows_affected() == 1 {
                noted!(tx, act, "account enabled", detail);
                Changed::Done
            } else {
                Changed::Nothing
            }
        }))
    }
}
