//! The ledger as staff look at it: pages of it, how much there is of each fate, what the last comparison with the server found; and what
//! a person says of one message.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Store, StoreError, instant, millis};
use crate::triage::corrected::Correction;

/// One message, as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns of the tables")]
pub struct Line {
    pub id: String,
    pub mailbox: String,
    pub uid: String,
    /// The message's fate; `answered`, `closed` or `held` where that is what became of its ticket.
    pub shown: String,
    pub why: String,
    pub attempts: i64,
    pub arrived_at: i64,
    /// Whether its bytes are kept.
    pub kept: bool,
    pub ticket_id: Option<String>,
    pub number: Option<i64>,
    /// Whether it continues a ticket that another message opened.
    pub follows: bool,
    pub sender: Option<String>,
    pub from_address: Option<String>,
    pub subject: Option<String>,
    pub language: Option<String>,
    pub case_name: Option<String>,
    pub reason_en: Option<String>,
    pub reason_fr: Option<String>,
    /// The beginning of what came, where no ticket tells who wrote and about what.
    pub head: Option<Vec<u8>>,
}

/// Which lines of the ledger.
#[derive(Debug, Clone, Copy, Default)]
pub struct Which<'a> {
    /// Of one mailbox; empty: of all.
    pub mailbox: &'a str,
    /// Of one fate, as [`Line::shown`] has it; empty: of all.
    pub shown: &'a str,
    /// Older than the line of this instant and id.
    pub before: Option<(Timestamp, &'a str)>,
}

/// What the last comparison of a mailbox with its server found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Mailbox name.
    pub mailbox: String,
    /// How the ledger numbers the mailbox; the low 32 bits are the server's UIDVALIDITY.
    pub epoch: Option<i64>,
    /// When it was compared.
    pub at: Option<Timestamp>,
    /// Messages that were there; `None`: it was never compared.
    pub on_server: Option<i64>,
    /// Those without a line in the ledger.
    pub missing: i64,
    /// When any was last missing.
    pub missed_at: Option<Timestamp>,
}

/// What a message shows as its fate: a ticket's messages show what became of the ticket.
macro_rules! shown {
    () => {
        "CASE WHEN t.id IS NULL OR m.fate NOT IN ('ticket', 'follow-up') THEN m.fate WHEN t.status IN ('answered', 'closed') THEN t.status
        WHEN EXISTS (SELECT 1 FROM outbox o WHERE o.ticket_id = t.id AND o.state = 'held') THEN 'held' ELSE 'ticket' END"
    };
}

// The few lines are found in indexes alone, and only then looked up.
macro_rules! page {
    ($fate:literal) => {
        concat!(
            "WITH few AS (SELECT m.id FROM message m LEFT JOIN ticket t ON t.id = m.ticket_id
                WHERE (m.arrived_at, m.id) < ($1, $2) AND ($3 = '' OR m.mailbox = $3) AND ",
            $fate,
            " ORDER BY m.arrived_at DESC, m.id DESC LIMIT $5)
            SELECT m.id, m.mailbox, m.uid, ",
            shown!(),
            " AS shown, m.why, m.attempts, m.arrived_at, EXISTS (SELECT 1 FROM content c WHERE c.message_id = m.id) AS kept,
            t.id AS ticket_id, t.number, COALESCE(t.message_id <> m.id, FALSE) AS follows,
            t.sender, t.from_address, t.subject, t.language, t.case_name, t.reason_en, t.reason_fr,
            CASE WHEN t.id IS NULL OR m.fate NOT IN ('ticket', 'follow-up')
                THEN (SELECT SUBSTR(c.raw, 1, 16384) FROM content c WHERE c.message_id = m.id) END AS head
            FROM few JOIN message m ON m.id = few.id LEFT JOIN ticket t ON t.id = m.ticket_id ORDER BY m.arrived_at DESC, m.id DESC"
        )
    };
}

const ALL: &str = page!("$4 = ''");
const BY_FATE: &str = page!("m.fate = $4");
// A ticket's messages are looked for by their age, not by their fates: most have one of the two.
const OPEN: &str = page!(
    "COALESCE(m.fate, '') IN ('ticket', 'follow-up') AND t.status NOT IN ('answered', 'closed') AND $4 <> ''
    AND NOT EXISTS (SELECT 1 FROM outbox h WHERE h.ticket_id = t.id AND h.state = 'held')"
);
const ENDED: &str = page!("COALESCE(m.fate, '') IN ('ticket', 'follow-up') AND t.status = $4");
const HELD: &str = page!(
    "COALESCE(m.fate, '') IN ('ticket', 'follow-up') AND t.status NOT IN ('answered', 'closed')
    AND m.ticket_id IN (SELECT h.ticket_id FROM outbox h WHERE h.state = $4)"
);
const COUNTS: &str = "SELECT mailbox, fate, COUNT(*) FROM message GROUP BY fate, mailbox";
const ENDED_COUNTS: &str = "SELECT m.mailbox, t.status, COUNT(*) FROM ticket t JOIN message m ON m.ticket_id = t.id
    WHERE t.status IN ('answered', 'closed') AND m.fate IN ('ticket', 'follow-up') GROUP BY m.mailbox, t.status";
const HELD_COUNTS: &str = "SELECT m.mailbox, 'held', COUNT(*) FROM message m JOIN ticket t ON t.id = m.ticket_id
    WHERE COALESCE(m.fate, '') IN ('ticket', 'follow-up') AND t.status NOT IN ('answered', 'closed')
    AND m.ticket_id IN (SELECT h.ticket_id FROM outbox h WHERE h.state = 'held') GROUP BY m.mailbox";

impl Store {
    /// At most `most` lines of the ledger, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ledger_page(&self, which: Which<'_>, most: u32) -> Result<Vec<Line>, StoreError> {
        let sql = match which.shown {
            "" => ALL,
            "ticket" => OPEN,
            "answered" | "closed" => ENDED,
            "held" => HELD,
            _ => BY_FATE,
        };
        let (at, id) = which.before.map_or((i64::MAX, ""), |(at, id)| (millis(at), id));
        Ok(on!(self, pool => sqlx::query_as(sql).bind(at).bind(id).bind(which.mailbox).bind(which.shown).bind(i64::from(most))
            .fetch_all(pool).await?))
    }

    /// How many lines the ledger has of each mailbox and fate, as [`Line::shown`] has it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ledger_counts(&self) -> Result<BTreeMap<(String, String), i64>, StoreError> {
        let mut counts: BTreeMap<(String, String), i64> = BTreeMap::new();
        for sql in [COUNTS, ENDED_COUNTS, HELD_COUNTS] {
            let rows: Vec<(String, String, i64)> = on!(self, pool => sqlx::query_as(sql).fetch_all(pool).await?);
            for (mailbox, fate, messages) in rows {
                let shown = if fate == "follow-up" { "ticket" } else { fate.as_str() };
                if matches!(shown, "answered" | "closed" | "held") {
                    // Counted among the tickets too.
                    *counts.entry((mailbox.clone(), "ticket".into())).or_default() -= messages;
                }
                *counts.entry((mailbox, shown.to_owned())).or_default() += messages;
            }
        }
        counts.retain(|_, messages| *messages > 0);
        Ok(counts)
    }

    /// Mailbox, UID, fate of a message, and why.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn message_place(&self, id: &str) -> Result<Option<(String, String, String, String)>, StoreError> {
        const SQL: &str = "SELECT mailbox, uid, fate, why FROM message WHERE id = $1";
        Ok(on!(self, pool => sqlx::query_as(SQL).bind(id).fetch_optional(pool).await?))
    }

    /// What is kept of a message, by its id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn raw_of(&self, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
        const SQL: &str = "SELECT raw FROM content WHERE message_id = $1";
        let row: Option<(Vec<u8>,)> = on!(self, pool => sqlx::query_as(SQL).bind(id).fetch_optional(pool).await?);
        Ok(row.map(|(raw,)| raw))
    }

    /// What the last comparison of each mailbox found.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn comparisons(&self) -> Result<Vec<Comparison>, StoreError> {
        const SQL: &str = "SELECT s.name, m.epoch, s.reconciled_at, s.on_server, s.missing, s.missed_at FROM mailbox_state s
            LEFT JOIN mailbox m ON m.name = s.name ORDER BY s.name";
        type Row = (String, Option<i64>, Option<i64>, Option<i64>, i64, Option<i64>);
        let rows: Vec<Row> = on!(self, pool => sqlx::query_as(SQL).fetch_all(pool).await?);
        let comparison = |(mailbox, epoch, at, on_server, missing, missed): Row| Comparison {
            mailbox,
            epoch,
            at: at.map(instant),
            on_server,
            missing,
            missed_at: missed.map(instant),
        };
        Ok(rows.into_iter().map(comparison).collect())
    }

    /// Notes what a comparison with the server found: messages there, and those of them without a line here.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn compared(&self, mailbox: &str, on_server: u64, missing: u64, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE mailbox_state SET on_server = $2, missing = $3, missed_at = CASE WHEN $3 > 0 THEN $4 ELSE missed_at END
            WHERE name = $1";
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        on!(self, pool => sqlx::query(SQL).bind(mailbox).bind(count(on_server)).bind(count(missing)).bind(millis(now)).execute(pool).await
            .map(drop)?);
        Ok(())
    }

    /// A person says that an ignored message is a person's: it waits to be judged again, and nothing is sent for it without a person.
    /// `rule`: the rule file that had it ignored; `ids`: fresh ones, for the correction and for the journal. `false`: it is not ignored
    /// (any more).
    ///
    /// # Errors
    /// When the database fails; nothing is written then.
    pub async fn is_a_person(&self, message: &str, staff: &str, rule: &str, ids: [&str; 2], now: Timestamp) -> Result<bool, StoreError> {
        const WAIT: &str =
            "UPDATE message SET fate = 'waiting', why = 'a person wrote it, staff say', attempts = 0, leased_until = 0, imported = 1
            WHERE id = $1 AND fate = 'ignored'";
        const CORRECT: &str = "INSERT INTO correction (id, ticket_id, message_id, at, staff_id, kind, rule, said, instead_of)
            SELECT $2, ticket_id, id, $3, $4, $5, $6, $7, 'ignored' FROM message WHERE id = $1";
        const NOTE: &str = "INSERT INTO journal (id, at, ticket_id, event, detail, staff_id)
            SELECT $2, $3, ticket_id, 'said to be a person', '', $4 FROM message WHERE id = $1";
        let [correction, entry] = ids;
        let said = serde_json::to_string(&Correction::NotAutomatic).unwrap_or_default();
        Ok(within!(self, tx => {
            let waits = sqlx::query(WAIT).bind(message).execute(&mut *tx).await?.rows_affected() > 0;
            if waits {
                let kind = Correction::NotAutomatic.kind();
                sqlx::query(CORRECT).bind(message).bind(correction).bind(millis(now)).bind(staff).bind(kind).bind(rule).bind(&said)
                    .execute(&mut *tx).await?;
                sqlx::query(NOTE).bind(message).bind(entry).bind(millis(now)).bind(staff).execute(&mut *tx).await?;
            }
            waits
        }))
    }
}
