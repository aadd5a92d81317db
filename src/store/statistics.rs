//! What happened in a span of time, in numbers: each question reads indexes alone and is bounded by the span.

use jiff::{SignedDuration, Timestamp};

use super::{Store, StoreError, instant, millis};
use crate::people::invitation::{self, VALID_DAYS};
use crate::people::{Invitation, InvitationState};

/// From an instant on, up to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first instant that counts.
    pub from: Timestamp,
    /// The first instant that counts no more.
    pub to: Timestamp,
}

/// Tickets of one case that were treated the same way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conclusion {
    /// Case name.
    pub case: String,
    /// What was done: `escalate`, `auto_reply` (a machine answered, or is about to), `draft`, `hand_over`.
    pub action: String,
    /// How many.
    pub tickets: i64,
}

/// How long the writer of one ticket waited for the first reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// When the request came.
    pub received_at: Timestamp,
    /// Whether the evaluation was imminent.
    pub imminent: bool,
    /// The time until the reply left.
    pub waited: SignedDuration,
    /// Whether no person had a hand in it.
    pub alone: bool,
}

/// How often people said the same instead of what one rule said.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Corrected {
    /// The rule file that had decided; empty: none is known.
    pub rule: String,
    /// What was corrected, as [`crate::triage::corrected::Correction::kind`] has it.
    pub kind: String,
    /// Of a case, the correction as JSON; what else was said is about people and is not told.
    pub said: String,
    /// How often.
    pub times: i64,
}

/// An evaluation that lies ahead, and how its candidates stand.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns of the tables")]
pub struct Ahead {
    pub id: String,
    pub course_code: String,
    pub title_en: String,
    pub title_fr: String,
    pub institution: String,
    pub starts_at: i64,
    /// Candidates.
    pub registered: i64,
    /// Those of them whose account is not active.
    pub not_activated: i64,
    /// Those of them whose newest code is over 30 days old.
    pub expired: i64,
}

/// A candidate whose account is not active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotActivated {
    /// First and last name.
    pub name: String,
    /// The registered address.
    pub email: String,
    /// How the newest invitation stands.
    pub state: InvitationState,
}

/// What the machine was allowed to send and a person stopped, or had to send, was the person's work.
const CONCLUSIONS: &str =
    "SELECT t.case_name, t.action, COUNT(*), COUNT(CASE WHEN t.action = 'auto_reply' AND EXISTS (SELECT 1 FROM outbox o
        WHERE o.ticket_id = t.id AND o.state IN ('queued', 'retry', 'sending', 'sent', 'unknown', 'returned') AND o.kind = 'automatic'
        AND o.approved_at IS NULL) THEN 1 END)
    FROM ticket t WHERE t.received_at >= $1 AND t.received_at < $2 GROUP BY t.case_name, t.action ORDER BY t.case_name, t.action";
/// The last digit of the reply says whether a person had a hand in it: one look into the index tells when and who.
const ANSWERS: &str =
    "SELECT t.received_at, t.urgency = 'imminent', (SELECT MIN(o.done_at * 2 + CASE WHEN o.kind = 'automatic' AND o.approved_at IS NULL
        THEN 0 ELSE 1 END) FROM outbox o WHERE o.ticket_id = t.id AND o.state = 'sent' AND o.kind <> 'acknowledgement'),
        (SELECT MIN(j.at) FROM journal j WHERE j.ticket_id = t.id AND j.event = 'answered')
    FROM ticket t WHERE t.received_at >= $1 AND t.received_at < $2 ORDER BY t.received_at";
const NO_REQUEST: &str = "SELECT (SELECT COUNT(*) FROM message WHERE fate = 'ignored' AND arrived_at >= $1 AND arrived_at < $2)
    + (SELECT COUNT(*) FROM journal WHERE event = 'closed' AND at >= $1 AND at < $2)";
/// An edited text, a sender vouched for and a line for a colleague say of no rule that it was wrong.
const CORRECTED: &str = "SELECT rule, kind, CASE WHEN kind = 'case' THEN said ELSE '' END AS said, COUNT(*) AS times FROM correction
    WHERE at >= $1 AND at < $2 AND taken_back_at IS NULL AND kind NOT IN ('text', 'vouched', 'note') GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3 LIMIT 5000";
/// As `people::invitation::state` has it: activated at any time; else what the newest invitation says that was sent.
const AHEAD: &str = "WITH soon AS (SELECT id, institution_id, course_code, title_en, title_fr, starts_at FROM evaluation
        WHERE starts_at >= $1 AND starts_at < $2 ORDER BY starts_at, id LIMIT $3),
    person AS (SELECT s.id AS evaluation_id, r.candidate_id,
            MAX(CASE WHEN i.activated_at <= $1 THEN 1 ELSE 0 END) AS active,
            MAX(CASE WHEN i.sent_at <= $1 THEN i.sent_at END) AS newest,
            MAX(CASE WHEN i.sent_at <= $1 AND i.activation_started_at <= $1 THEN i.sent_at END) AS begun
        FROM soon s JOIN registration r ON r.evaluation_id = s.id LEFT JOIN invitation i ON i.candidate_id = r.candidate_id
        GROUP BY s.id, r.candidate_id),
    counted AS (SELECT evaluation_id, COUNT(*) AS registered, COUNT(CASE WHEN active = 0 THEN 1 END) AS not_activated,
            COUNT(CASE WHEN active = 0 AND newest < $4 AND (begun IS NULL OR begun < newest) THEN 1 END) AS expired
        FROM person GROUP BY evaluation_id)
    SELECT s.id, s.course_code, s.title_en, s.title_fr, COALESCE(n.name, '') AS institution, s.starts_at, c.registered, c.not_activated, c.expired
    FROM soon s JOIN counted c ON c.evaluation_id = s.id LEFT JOIN institution n ON n.id = s.institution_id ORDER BY s.starts_at, s.id";
const NOT_ACTIVATED: &str = "SELECT c.id, c.first_name, c.last_name, c.email, i.sent_at, i.activation_started_at, i.activated_at
    FROM registration r JOIN candidate c ON c.id = r.candidate_id LEFT JOIN invitation i ON i.candidate_id = c.id
    WHERE r.evaluation_id = $1 ORDER BY c.last_name, c.first_name, c.id, i.sent_at, i.id LIMIT $2";
/// Rows of one evaluation that are read, far above any that is held.
const MOST_INVITED: i64 = 500_000;

type Invited = (String, String, String, String, Option<i64>, Option<i64>, Option<i64>);

impl Store {
    /// Tickets that came in the span, by case and by what was done.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn conclusions(&self, span: Span) -> Result<Vec<Conclusion>, StoreError> {
        let rows: Vec<(String, String, i64, i64)> =
            on!(self, pool => sqlx::query_as(CONCLUSIONS).bind(millis(span.from)).bind(millis(span.to)).fetch_all(pool).await?);
        let mut counted: Vec<Conclusion> = Vec::new();
        for (case, said, tickets, alone) in rows {
            let done = if said == "auto_reply" { "draft" } else { said.as_str() };
            for (action, tickets) in [("auto_reply", alone), (done, tickets - alone)].into_iter().filter(|(_, tickets)| *tickets > 0) {
                match counted.iter_mut().find(|c| c.case == case && c.action == action) {
                    Some(known) => known.tickets += tickets,
                    None => counted.push(Conclusion { case: case.clone(), action: action.to_owned(), tickets }),
                }
            }
        }
        Ok(counted)
    }

    /// The first reply to each ticket that came in the span and has one, in the order of arrival.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn answers(&self, span: Span) -> Result<Vec<Answer>, StoreError> {
        type Row = (i64, bool, Option<i64>, Option<i64>);
        let rows: Vec<Row> =
            on!(self, pool => sqlx::query_as(ANSWERS).bind(millis(span.from)).bind(millis(span.to)).fetch_all(pool).await?);
        Ok(rows.into_iter().filter_map(|(at, urgent, reply, elsewhere)| answer(at, urgent, reply, elsewhere)).collect())
    }

    /// Messages that came in the span and were no request: machines wrote them, or people who say that it is settled.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn no_requests(&self, span: Span) -> Result<i64, StoreError> {
        let (count,): (i64,) =
            on!(self, pool => sqlx::query_as(NO_REQUEST).bind(millis(span.from)).bind(millis(span.to)).fetch_one(pool).await?);
        Ok(count)
    }

    /// What people corrected in the span and did not take back, most often first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn corrected(&self, span: Span) -> Result<Vec<Corrected>, StoreError> {
        Ok(on!(self, pool => sqlx::query_as(CORRECTED).bind(millis(span.from)).bind(millis(span.to)).fetch_all(pool).await?))
    }

    /// The next evaluations that begin in the span, at most `most`, and how their candidates stand at its beginning.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ahead(&self, span: Span, most: u32) -> Result<Vec<Ahead>, StoreError> {
        let valid = SignedDuration::from_hours(24 * VALID_DAYS);
        let expired = millis(span.from.saturating_sub(valid).unwrap_or(span.from));
        Ok(on!(self, pool => sqlx::query_as(AHEAD).bind(millis(span.from)).bind(millis(span.to)).bind(i64::from(most)).bind(expired)
            .fetch_all(pool).await?))
    }

    /// The course code of an evaluation; `None`: there is no such evaluation.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn course_code(&self, evaluation: &str) -> Result<Option<String>, StoreError> {
        const SQL: &str = "SELECT course_code FROM evaluation WHERE id = $1";
        let row: Option<(String,)> = on!(self, pool => sqlx::query_as(SQL).bind(evaluation).fetch_optional(pool).await?);
        Ok(row.map(|(code,)| code))
    }

    /// The candidates of an evaluation whose accounts are not active, by last name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn not_activated(&self, evaluation: &str, now: Timestamp) -> Result<Vec<NotActivated>, StoreError> {
        let rows: Vec<Invited> =
            on!(self, pool => sqlx::query_as(NOT_ACTIVATED).bind(evaluation).bind(MOST_INVITED).fetch_all(pool).await?);
        let mut found = Vec::new();
        for invited in rows.chunk_by(|a, b| a.0 == b.0) {
            let invitations: Vec<Invitation> = invited.iter().map(invitation_of).collect();
            let state = invitation::state(&invitations, now);
            if let Some((_, first, last, email, ..)) = invited.first()
                && state != InvitationState::Activated
            {
                found.push(NotActivated { name: format!("{first} {last}"), email: email.clone(), state });
            }
        }
        Ok(found)
    }
}

fn answer(received: i64, imminent: bool, reply: Option<i64>, elsewhere: Option<i64>) -> Option<Answer> {
    let by_us = reply.map(|coded| (coded / 2, coded % 2 == 0));
    let (at, alone) = by_us.into_iter().chain(elsewhere.map(|at| (at, false))).min_by_key(|(at, _)| *at)?;
    // A date in a mail may lie ahead of our own clock.
    let waited = SignedDuration::from_millis(at.saturating_sub(received).max(0));
    Some(Answer { received_at: instant(received), imminent, waited, alone })
}

fn invitation_of((candidate, _, _, _, sent, started, activated): &Invited) -> Invitation {
    Invitation {
        id: String::new(),
        candidate_id: candidate.clone(),
        code: None,
        sent_at: sent.map(instant),
        activation_started_at: started.map(instant),
        activated_at: activated.map(instant),
    }
}
