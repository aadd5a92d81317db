//! Replies on their way out: `queued` → `sending` (committed before connecting) → `sent`, `retry`, `failed`, `held` or `unknown`;
//! later perhaps `returned`. `shadow` replies only show what would have been sent; `cancelled` ones never left.

use jiff::{SignedDuration, Timestamp};

use super::settle::{JOURNAL, WITHDRAW};
use super::{Store, StoreError, instant, millis};

/// How long a reply may be in the sending; longer than SMTP may take in all (RFC 5321 section 4.5.3.2).
const LEASE: SignedDuration = SignedDuration::from_mins(20);
/// Two processes on one Postgres count budgets one after the other.
const COUNTING: &str = "SELECT pg_advisory_xact_lock(7262001)";

/// A reply to be sent.
#[derive(Debug, Clone, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct OutboxRow {
    pub id: String,
    pub ticket_id: String,
    pub kind: String,
    pub recipient: String,
    pub recipient_base: String,
    pub recipient_domain: String,
    pub text_hash: String,
    pub case_name: String,
    pub message_id: String,
    pub mail: Vec<u8>,
    pub state: String,
    pub why: String,
    pub queued_at: i64,
    pub attempts: i64,
    pub fence: i64,
    pub ground: String,
    /// When a person said that it shall leave; no budget counts then.
    pub approved_at: Option<i64>,
    /// Messages of the ticket that it answers: whatever came later it does not.
    pub messages: i64,
}

/// How much a machine may send (SAFETY, section 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budgets {
    /// To one address in 24 h, plus-tags folded.
    pub daily_per_sender: u32,
    /// To one address in 30 days.
    pub monthly_per_sender: u32,
    /// To one domain in an hour.
    pub hourly_per_domain: u32,
    /// To messages that say the same in an hour.
    pub hourly_same_text: u32,
    /// In all in an hour.
    pub hourly_total: u32,
    /// Messages of any kind in a minute, as the provider allows.
    pub per_minute: u32,
    /// Whether the register is fresh enough to answer by; what does not depend on it leaves all the same.
    pub register_is_fresh: bool,
}

/// The budget that is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spent {
    /// To this address in a day.
    Daily(i64),
    /// To this address in a month.
    Monthly(i64),
    /// The same case to the same person in a week; and so many replies to them were held in a day.
    SameCase(i64),
    /// To this domain in an hour.
    Domain(i64),
    /// The same text in an hour.
    SameText(i64),
    /// In all in an hour.
    Total(i64),
}

/// What [`Store::take_reply`] found.
#[derive(Debug, Clone)]
pub enum Taken {
    /// Nothing is due, or the provider's minute is full.
    Nothing,
    /// This one, marked `sending`.
    Send(OutboxRow),
    /// This one would be too much; it is marked `held`.
    Held(OutboxRow, Spent),
}

const DUE: &str =
    "SELECT id, ticket_id, kind, recipient, recipient_base, recipient_domain, text_hash, case_name, message_id, mail, state, why, queued_at,
    attempts, fence, ground, approved_at, messages FROM outbox WHERE state IN ('queued', 'retry') AND next_at <= $1 AND (kind <> 'automatic' OR approved_at IS NOT NULL OR $2 = 1) ORDER BY next_at, id LIMIT 1";
const MARK: &str = "UPDATE outbox SET state = $2, why = $3, attempts = attempts + 1, fence = fence + 1, leased_until = $4, done_at = $5
    WHERE id = $1 AND state IN ('queued', 'retry') AND fence = $6";
const RECIPIENT: &str = "SELECT COUNT(*) FROM outbox WHERE state IN ('sending', 'sent', 'unknown', 'returned') AND done_at > $1
    AND recipient_base = $2";
const HELD: &str = "SELECT COUNT(*) FROM outbox WHERE state = 'held' AND done_at > $1 AND recipient_base = $2";
const CASE: &str = "SELECT COUNT(*) FROM outbox WHERE state IN ('sending', 'sent', 'unknown', 'returned') AND done_at > $1
    AND recipient_base = $2 AND case_name = $3 AND kind = $4";
const DOMAIN: &str = "SELECT COUNT(*) FROM outbox WHERE state IN ('sending', 'sent', 'unknown', 'returned') AND done_at > $1
    AND recipient_domain = $2";
const TEXT: &str = "SELECT COUNT(*) FROM outbox WHERE state IN ('sending', 'sent', 'unknown', 'returned') AND done_at > $1
    AND text_hash = $2";
const TOTAL: &str = "SELECT COUNT(*) FROM outbox WHERE state IN ('sending', 'sent', 'unknown', 'returned') AND done_at > $1";
const ANY: &str = "SELECT COUNT(*) FROM outbox WHERE state IN ('sending', 'sent', 'unknown', 'returned') AND done_at > $1";

const SET: &str = "UPDATE outbox SET state = $3, why = $4, next_at = $5, done_at = $6,
    sent_copy = CASE WHEN $3 = 'sent' THEN 'due' ELSE sent_copy END WHERE id = $1 AND fence = $2 AND state IN ('sending', 'unknown')";
const DRAFT: &str = "UPDATE draft SET state = $2, next_at = $3 WHERE ticket_id = $1 AND state = 'queued'";
const DRAFT_SENT: &str = "UPDATE draft SET state = 'sent' WHERE ticket_id = $1";
const ANSWERED: &str = "UPDATE ticket SET status = 'answered', notice = '' WHERE id = $1 AND messages = $2";
/// The newest message of a ticket waits to be judged again; what comes of it is not sent without a person.
const JUDGE_AGAIN: &str = "UPDATE message SET fate = 'waiting', why = 'is judged again', attempts = 0, leased_until = 0, imported = 1
    WHERE id = (SELECT id FROM message WHERE ticket_id = $1 AND fate IN ('ticket', 'follow-up') ORDER BY arrived_at DESC, id DESC LIMIT 1)";

/// How the sending of a reply ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The server took it.
    Sent,
    /// It cannot be sent: a person decides.
    Failed,
    /// What it stood on changed: it is held, and the ticket judged again.
    Shaken,
}

/// Counts rows inside a transaction, whichever database it is of.
macro_rules! count {
    ($tx:ident, $sql:expr, $($bound:expr),+) => {{
        let (count,): (i64,) = sqlx::query_as($sql)$(.bind($bound))+.fetch_one(&mut *$tx).await?;
        count
    }};
}

impl Store {
    /// A reply in the sending whose process is gone may have left the house: it becomes `unknown` and waits for a person.
    /// `all`: no other process can be sending.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn doubt_unfinished(&self, all: bool, now: Timestamp) -> Result<u64, StoreError> {
        const SQL: &str = "UPDATE outbox SET state = 'unknown', why = 'interrupted while it was being sent', next_at = $2
            WHERE state = 'sending' AND leased_until <= $1";
        let until = if all { i64::MAX } else { millis(now) };
        Ok(on!(self, pool => sqlx::query(SQL).bind(until).bind(millis(now)).execute(pool).await?.rows_affected()))
    }

    /// Takes the next due reply. What a machine may send is counted and the reply marked in one transaction, committed before anything
    /// is sent.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_reply(&self, budgets: &Budgets, now: Timestamp) -> Result<Taken, StoreError> {
        let ago = |span: SignedDuration| millis(now.saturating_sub(span).unwrap_or(now));
        let hours = |n: i64| ago(SignedDuration::from_hours(n));
        let over = |count: i64, most: u32| count >= i64::from(most);
        Ok(within!(self, tx => {
            if matches!(self, Self::Postgres(_)) {
                sqlx::query(COUNTING).execute(&mut *tx).await?;
            }
            if over(count!(tx, ANY, ago(SignedDuration::from_mins(1))), budgets.per_minute) {
                return Ok(Taken::Nothing);
            }
            let due: Option<OutboxRow> = sqlx::query_as(DUE).bind(millis(now)).bind(i64::from(budgets.register_is_fresh)).fetch_optional(&mut *tx).await?;
            let Some(mut row) = due else { return Ok(Taken::Nothing) };
            let base = row.recipient_base.as_str();
            let (day, month) = (count!(tx, RECIPIENT, hours(24), base), count!(tx, RECIPIENT, hours(24 * 30), base));
            let same = count!(tx, CASE, hours(24 * 7), base, row.case_name.as_str(), row.kind.as_str());
            let domain = count!(tx, DOMAIN, hours(1), row.recipient_domain.as_str());
            let text = if row.text_hash.is_empty() { 0 } else { count!(tx, TEXT, hours(1), row.text_hash.as_str()) };
            let total = count!(tx, TOTAL, hours(1));
            let spent = match row.approved_at {
                Some(_) => None,
                _ if over(total, budgets.hourly_total) => Some(Spent::Total(total)),
                _ if over(day, budgets.daily_per_sender) => Some(Spent::Daily(day)),
                _ if over(month, budgets.monthly_per_sender) => Some(Spent::Monthly(month)),
                _ if same > 0 => Some(Spent::SameCase(count!(tx, HELD, hours(24), base))),
                _ if over(domain, budgets.hourly_per_domain) => Some(Spent::Domain(domain)),
                _ if over(text, budgets.hourly_same_text) => Some(Spent::SameText(text)),
                _ => None,
            };
            let state = if spent.is_some() { "held" } else { "sending" };
            let why = spent.map(|s| s.to_string()).unwrap_or_default();
            let until = millis(now.saturating_add(LEASE).unwrap_or(now));
            let marked = sqlx::query(MARK).bind(&row.id).bind(state).bind(&why).bind(until).bind(millis(now)).bind(row.fence)
                .execute(&mut *tx).await?.rows_affected();
            if marked > 0 && spent.is_some() {
                sqlx::query(DRAFT).bind(&row.ticket_id).bind("ready").bind(millis(now)).execute(&mut *tx).await?;
            }
            row.fence += 1;
            row.attempts += 1;
            match (marked, spent) {
                (0, _) => Taken::Nothing,
                (_, Some(spent)) => Taken::Held(row, spent),
                (_, None) => Taken::Send(row),
            }
        }))
    }

    /// What became of a reply that was taken under its fence, and all that follows: draft, ticket, journal, in one transaction.
    /// `false`: somebody else decided meanwhile, and that stands.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn finish(&self, row: &OutboxRow, end: End, why: &str, journal: &str, now: Timestamp) -> Result<bool, StoreError> {
        let at = millis(now);
        let (state, draft, event) = match end {
            End::Sent => ("sent", "sent", "sent"),
            // A person's own reply stays at the desk; a machine's goes to the drafts folder.
            End::Failed if row.approved_at.is_some() => ("failed", "kept", "left to a person"),
            End::Failed => ("failed", "ready", "left to a person"),
            End::Shaken => ("held", "kept", "left to a person"),
        };
        let answers = end == End::Sent && row.kind != "acknowledgement";
        let detail = if why.is_empty() { row.kind.as_str() } else { why };
        Ok(within!(self, tx => {
            let done = sqlx::query(SET).bind(&row.id).bind(row.fence).bind(state).bind(why).bind(at).bind(at).execute(&mut *tx).await?.rows_affected();
            if done > 0 {
                if answers || end != End::Sent {
                    sqlx::query(DRAFT).bind(&row.ticket_id).bind(draft).bind(at).execute(&mut *tx).await?;
                }
                if answers {
                    // A draft of the same words that stands in the folder is not sent a second time.
                    let current = sqlx::query(ANSWERED).bind(&row.ticket_id).bind(row.messages).execute(&mut *tx).await?.rows_affected();
                    if current > 0 {
                        sqlx::query(WITHDRAW).bind(&row.ticket_id).execute(&mut *tx).await?;
                        sqlx::query(DRAFT_SENT).bind(&row.ticket_id).execute(&mut *tx).await?;
                    }
                }
                if end == End::Shaken {
                    sqlx::query(JUDGE_AGAIN).bind(&row.ticket_id).execute(&mut *tx).await?;
                }
                sqlx::query(JOURNAL).bind(journal).bind(at).bind(&row.ticket_id).bind(event).bind(detail).execute(&mut *tx).await?;
            }
            done > 0
        }))
    }

    /// Puts a reply that was taken under its fence off, or in doubt. `false`: somebody else decided meanwhile, and that stands.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_reply(&self, row: &OutboxRow, state: &str, why: &str, next_at: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
        let done = on!(self, pool => sqlx::query(SET).bind(&row.id).bind(row.fence).bind(state).bind(why).bind(millis(next_at)).bind(millis(now))
            .execute(pool).await?.rows_affected());
        if done > 0 && state == "unknown" {
            // Whoever decides may write again.
            on!(self, pool => sqlx::query(DRAFT).bind(&row.ticket_id).bind("kept").bind(millis(now)).execute(pool).await.map(drop)?);
        }
        Ok(done > 0)
    }

    /// Replies of a mailbox's tickets in `state` whose time has come: `unknown` ones to be looked for among sent mail.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn replies_in(&self, mailbox: &str, state: &str, now: Timestamp) -> Result<Vec<OutboxRow>, StoreError> {
        const SQL: &str =
            "SELECT o.id, o.ticket_id, o.kind, o.recipient, o.recipient_base, o.recipient_domain, o.text_hash, o.case_name, o.message_id, o.mail,
            o.state, o.why, o.queued_at, o.attempts, o.fence, o.ground, o.approved_at, o.messages FROM outbox o JOIN ticket t ON t.id = o.ticket_id
            WHERE t.mailbox = $1 AND o.state = $2 AND o.next_at <= $3 ORDER BY o.next_at LIMIT 50";
        Ok(on!(self, pool => sqlx::query_as(SQL).bind(mailbox).bind(state).bind(millis(now)).fetch_all(pool).await?))
    }

    /// Sent replies of a mailbox's tickets that have no copy among sent mail yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn uncopied(&self, mailbox: &str) -> Result<Vec<OutboxRow>, StoreError> {
        const SQL: &str =
            "SELECT o.id, o.ticket_id, o.kind, o.recipient, o.recipient_base, o.recipient_domain, o.text_hash, o.case_name, o.message_id, o.mail,
            o.state, o.why, o.queued_at, o.attempts, o.fence, o.ground, o.approved_at, o.messages FROM outbox o JOIN ticket t ON t.id = o.ticket_id
            WHERE t.mailbox = $1 AND o.state = 'sent' AND o.sent_copy = 'due' ORDER BY o.done_at LIMIT 50";
        Ok(on!(self, pool => sqlx::query_as(SQL).bind(mailbox).fetch_all(pool).await?))
    }

    /// The copy of a sent reply is kept, or none is wanted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn copied(&self, id: &str) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE outbox SET sent_copy = 'done' WHERE id = $1";
        on!(self, pool => sqlx::query(SQL).bind(id).execute(pool).await.map(drop)?);
        Ok(())
    }

    /// When an `unknown` reply is looked for the next time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn look_for_reply(&self, id: &str, next_at: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE outbox SET next_at = $2 WHERE id = $1 AND state = 'unknown'";
        on!(self, pool => sqlx::query(SQL).bind(id).bind(millis(next_at)).execute(pool).await.map(drop)?);
        Ok(())
    }

    /// Whether a Message-ID is one of our replies'.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_ours(&self, message_id: &str) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT id FROM outbox WHERE message_id = $1";
        let row: Option<(String,)> = on!(self, pool => sqlx::query_as(SQL).bind(message_id).fetch_optional(pool).await?);
        Ok(row.is_some())
    }

    /// The state of a ticket's newest reply in the outbox, and why.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reply_state(&self, ticket: &str) -> Result<Option<(String, String)>, StoreError> {
        const SQL: &str = "SELECT state, why FROM outbox WHERE ticket_id = $1 ORDER BY queued_at DESC, id DESC LIMIT 1";
        Ok(on!(self, pool => sqlx::query_as(SQL).bind(ticket).fetch_optional(pool).await?))
    }

    /// Automatic replies that could not leave since `before` go to a person: their drafts wait in no folder meanwhile. Answers how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn give_up_waiting(&self, before: Timestamp, now: Timestamp) -> Result<u64, StoreError> {
        const FAIL: &str = "UPDATE outbox SET state = 'failed', why = 'could not leave in time', done_at = $2, fence = fence + 1
            WHERE state IN ('queued', 'retry') AND kind = 'automatic' AND approved_at IS NULL AND queued_at < $1";
        const READY: &str = "UPDATE draft SET state = 'ready', next_at = $1 WHERE state = 'queued'
            AND ticket_id IN (SELECT ticket_id FROM outbox WHERE state = 'failed')";
        Ok(within!(self, tx => {
            let failed = sqlx::query(FAIL).bind(millis(before)).bind(millis(now)).execute(&mut *tx).await?.rows_affected();
            if failed > 0 {
                sqlx::query(READY).bind(millis(now)).execute(&mut *tx).await?;
            }
            failed
        }))
    }

    /// Whether a reply is past its time by more than `most`, and none left meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn overdue_reply(&self, now: Timestamp, most: SignedDuration) -> Result<bool, StoreError> {
        const SQL: &str =
            "SELECT COUNT(*) FROM outbox WHERE state IN ('queued', 'retry') AND next_at < $1 OR state = 'retry' AND queued_at < $1";
        let before = millis(now.saturating_sub(most).unwrap_or(now));
        let (count,): (i64,) = on!(self, pool => sqlx::query_as(SQL).bind(before).fetch_one(pool).await?);
        Ok(count > 0)
    }

    /// When the oldest reply that waits to be sent was queued.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn oldest_unsent(&self) -> Result<Option<Timestamp>, StoreError> {
        const SQL: &str = "SELECT MIN(queued_at) FROM outbox WHERE state IN ('queued', 'retry', 'sending')";
        let (oldest,): (Option<i64>,) = on!(self, pool => sqlx::query_as(SQL).fetch_one(pool).await?);
        Ok(oldest.map(instant))
    }
}

impl std::fmt::Display for Spent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Daily(n) => write!(f, "{n} automatic replies to this person in 24 hours"),
            Self::Monthly(n) => write!(f, "{n} automatic replies to this person in 30 days"),
            Self::SameCase(_) => f.write_str("the same answer went to this person in the last 7 days"),
            Self::Domain(n) => write!(f, "{n} automatic replies to this domain in an hour"),
            Self::SameText(n) => write!(f, "{n} automatic replies to messages of the same words in an hour"),
            Self::Total(n) => write!(f, "{n} automatic replies in all in an hour"),
        }
    }
}
