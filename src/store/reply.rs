//! The reply as people write it: edited under versions, approved once, taken back while it waits.

use jiff::Timestamp;

use super::corrections;
use super::settle::anew::By;
use super::settle::{CANCEL as CANCEL_ALL, NewDraft, WITHDRAW};
use super::{Store, StoreError, instant, millis};

/// A draft as the desk shows and edits it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// ULID; another draft has another.
    pub id: String,
    /// Grows with every edit.
    pub version: i64,
    /// The one recipient.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Text.
    pub text: String,
    /// `reply/code_expired`.
    pub template: String,
    /// `en` or `fr`.
    pub language: String,
    /// As [`super::tickets::DraftRow`] has it.
    pub state: String,
    /// Message-ID answered.
    pub in_reply_to: Option<String>,
    /// References, a JSON list.
    pub refs: String,
    /// Who edited it last, by name, and when.
    pub edited: Option<(String, Timestamp)>,
}

/// Which draft somebody saw when they typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: i64,
}

/// What came of saving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// The draft has this version now.
    Version(i64),
    /// Somebody or something changed it meanwhile; nothing is overwritten.
    Changed,
}

/// A reply that a person lets leave.
#[derive(Debug, Clone)]
pub struct Approval {
    /// The ticket.
    pub ticket: String,
    /// Which draft was seen.
    pub seen: Seen,
    /// Messages of the conversation that were seen.
    pub messages: i64,
    /// Also where the ticket was answered meanwhile.
    pub also: bool,
    /// Subject as typed.
    pub subject: String,
    /// Text as typed.
    pub text: String,
    /// One press of the button is one reply.
    pub key: String,
    /// ULID of the reply.
    pub id: String,
    /// The case that it answers.
    pub case: String,
    /// The one recipient.
    pub to: String,
    /// The recipient without plus-tag.
    pub recipient_base: String,
    /// The recipient's domain.
    pub domain: String,
    /// Fixed beforehand.
    pub message_id: String,
    /// The finished MIME.
    pub mail: Vec<u8>,
    /// Not sent before this instant.
    pub not_before: Timestamp,
    /// Nothing is sent: what would have been sent is kept.
    pub trial: bool,
    /// Where the text differs from the template: a fresh ULID and what the template said.
    pub edited: Option<(String, String)>,
}

/// What came of approving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approved {
    /// It leaves after its hold; or the same press was counted before.
    Queued,
    /// Something newer came from the person.
    Newer,
    /// The ticket was answered, closed, or its reply is already leaving.
    Answered,
    /// A colleague changed the reply.
    Changed,
}

/// A reply of the conversation that was sent, is leaving or did not leave.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Reply {
    pub kind: String,
    pub state: String,
    pub why: String,
    pub mail: Vec<u8>,
    pub queued_at: i64,
    pub done_at: Option<i64>,
    pub approved_by: Option<String>,
}

const ONE: &str =
    "SELECT d.id, d.version, d.recipient, d.subject, d.text, d.template, d.language, d.state, d.in_reply_to, d.refs, s.name, d.edited_at
    FROM draft d LEFT JOIN staff s ON s.id = d.edited_by WHERE d.ticket_id = $1";
/// States in which a draft can be edited: nobody sends it at the moment. What is typed reaches no drafts folder until it was looked at.
const EDIT: &str = "UPDATE draft SET subject = $3, text = $4, version = version + 1, edited_by = $5, edited_at = $6,
    state = CASE WHEN state = 'ready' THEN 'kept' ELSE state END
    WHERE id = $1 AND version = $2 AND state IN ('ready', 'saving', 'saved', 'kept')";
const CLAIM: &str = "UPDATE ticket SET owner = $2, owned_at = $3 WHERE id = $1 AND owner IS NULL AND status = 'open'";
const REPLY: &str = "INSERT INTO outbox (id, ticket_id, kind, recipient, recipient_base, recipient_domain, case_name, message_id, mail, state,
    queued_at, next_at, approved_at, approved_by, approval_key, messages) VALUES ($1, $2, 'approved', $3, $4, $5, $6, $7, $8, $9, $10, $11, $10, $12, $13, $14)";
const JOURNAL_BY: &str = "INSERT INTO journal (id, at, ticket_id, event, detail, staff_id) VALUES ($1, $2, $3, $4, $5, $6)";
const ANSWERED: &str = "UPDATE ticket SET status = 'answered', notice = '' WHERE id = $1";

impl Store {
    /// The draft of a ticket.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn written(&self, ticket: &str) -> Result<Option<Written>, StoreError> {
        type Row = (String, i64, String, String, String, String, String, String, Option<String>, String, Option<String>, Option<i64>);
        let row: Option<Row> = on!(self, pool => sqlx::query_as(ONE).bind(ticket).fetch_optional(pool).await?);
        Ok(row.map(|(id, version, to, subject, text, template, language, state, in_reply_to, refs, by, at)| {
            let edited = at.map(|at| (by.unwrap_or_default(), instant(at)));
            Written { id, version, to, subject, text, template, language, state, in_reply_to, refs, edited }
        }))
    }

    /// Saves what somebody typed; the ticket becomes theirs if it is nobody's.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn save_reply(&self, ticket: &str, seen: &Seen, subject: &str, text: &str, by: By<'_>) -> Result<Saved, StoreError> {
        let at = millis(by.at);
        Ok(within!(self, tx => {
            let edited = sqlx::query(EDIT).bind(&seen.id).bind(seen.version).bind(subject).bind(text).bind(by.staff).bind(at)
                .execute(&mut *tx).await?.rows_affected();
            if edited > 0 {
                sqlx::query(CLAIM).bind(ticket).bind(by.staff).bind(at).execute(&mut *tx).await?;
                Saved::Version(seen.version + 1)
            } else {
                Saved::Changed
            }
        }))
    }

    /// Begins a reply where none was drafted. `false`: there is one by now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin_reply(&self, ticket: &str, draft: &NewDraft, by: By<'_>) -> Result<bool, StoreError> {
        const SQL: &str = "INSERT INTO draft (id, ticket_id, mailbox, recipient, subject, text, template, language, in_reply_to, refs, message_id, state, created_at,
            edited_by, edited_at) SELECT $1, id, mailbox, $3, $4, $5, $6, $7, $8, $9, $10, 'kept', $11, $12, $11 FROM ticket WHERE id = $2
            ON CONFLICT (ticket_id) DO NOTHING";
        let references = serde_json::to_string(&draft.references).unwrap_or_else(|_| "[]".into());
        let begun = on!(self, pool => sqlx::query(SQL).bind(&draft.id).bind(ticket).bind(&draft.to).bind(&draft.subject).bind(&draft.text)
            .bind(&draft.template).bind(&draft.language).bind(&draft.in_reply_to).bind(&references).bind(&draft.message_id)
            .bind(millis(by.at)).bind(by.staff).execute(pool).await?.rows_affected());
        if begun > 0 {
            on!(self, pool => sqlx::query(CLAIM).bind(ticket).bind(by.staff).bind(millis(by.at)).execute(pool).await.map(drop)?);
        }
        Ok(begun > 0)
    }

    /// Puts the draft as it was seen into the mailbox's drafts folder, in place of the one that may stand there. `message_id`: a fresh one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn file_reply(&self, ticket: &str, seen: &Seen, message_id: &str, now: Timestamp) -> Result<(), StoreError> {
        const FRESH: &str = "UPDATE draft SET state = 'ready', message_id = $2, next_at = $3 WHERE id = $1 AND version = $4 AND state IN ('ready', 'saving', 'saved', 'kept')";
        within!(self, tx => {
            sqlx::query(WITHDRAW).bind(ticket).execute(&mut *tx).await?;
            sqlx::query(FRESH).bind(&seen.id).bind(message_id).bind(millis(now)).bind(seen.version).execute(&mut *tx).await?;
        });
        Ok(())
    }

    /// Lets a reply leave, once, as it was seen: whatever came or changed since says no.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn approve(&self, a: &Approval, by: By<'_>) -> Result<Approved, StoreError> {
        const KNOWN: &str = "SELECT id FROM outbox WHERE approval_key = $1 AND state <> 'cancelled'";
        /// What a machine wanted to say; first of all, so that nobody begins to send it meanwhile.
        const CANCEL: &str =
            "UPDATE outbox SET state = 'cancelled', why = 'a person answers', done_at = $2, fence = fence + 1 WHERE ticket_id = $1
            AND (kind <> 'approved' AND state IN ('queued', 'retry', 'held', 'failed') OR kind = 'approved' AND state = 'failed')";
        const TICKET: &str = "SELECT status, messages FROM ticket WHERE id = $1";
        const LEAVING: &str = "SELECT COUNT(*) FROM outbox WHERE ticket_id = $1 AND (state = 'sending' OR kind = 'approved' AND state IN ('queued', 'retry'))";
        const QUEUED: &str = "UPDATE draft SET state = $2 WHERE ticket_id = $1";
        /// Of two who approve at one moment the second waits here, and finds the first's reply.
        const LOCK: &str = "UPDATE ticket SET owner = COALESCE(owner, $2) WHERE id = $1";
        let at = millis(by.at);
        Ok(within!(self, tx => {
            sqlx::query(LOCK).bind(&a.ticket).bind(by.staff).execute(&mut *tx).await?;
            let known: Option<(String,)> = sqlx::query_as(KNOWN).bind(&a.key).fetch_optional(&mut *tx).await?;
            if known.is_some() {
                return Ok(Approved::Queued);
            }
            sqlx::query(CANCEL).bind(&a.ticket).bind(at).execute(&mut *tx).await?;
            let ticket: Option<(String, i64)> = sqlx::query_as(TICKET).bind(&a.ticket).fetch_optional(&mut *tx).await?;
            let (leaving,): (i64,) = sqlx::query_as(LEAVING).bind(&a.ticket).fetch_one(&mut *tx).await?;
            match ticket {
                Some((_, messages)) if messages != a.messages => return Ok(Approved::Newer),
                Some((status, _)) if leaving == 0 && (status == "open" || a.also) => {}
                _ => return Ok(Approved::Answered),
            }
            let edited = sqlx::query(EDIT).bind(&a.seen.id).bind(a.seen.version).bind(&a.subject).bind(&a.text).bind(by.staff).bind(at)
                .execute(&mut *tx).await?.rows_affected();
            if edited == 0 {
                return Ok(Approved::Changed);
            }
            sqlx::query(WITHDRAW).bind(&a.ticket).execute(&mut *tx).await?;
            sqlx::query(QUEUED).bind(&a.ticket).bind(if a.trial { "sent" } else { "queued" }).execute(&mut *tx).await?;
            sqlx::query(REPLY).bind(&a.id).bind(&a.ticket).bind(&a.to).bind(&a.recipient_base).bind(&a.domain).bind(&a.case)
                .bind(&a.message_id).bind(&a.mail).bind(if a.trial { "shadow" } else { "queued" }).bind(at).bind(millis(a.not_before))
                .bind(by.staff).bind(&a.key).bind(a.messages).execute(&mut *tx).await?;
            if a.trial {
                sqlx::query(ANSWERED).bind(&a.ticket).execute(&mut *tx).await?;
            }
            if let Some((id, template)) = &a.edited {
                sqlx::query(corrections::INSERT).bind(id).bind(&a.ticket).bind(at).bind(by.staff).bind(corrections::TEXT).bind("")
                    .bind(&a.text).bind(template).execute(&mut *tx).await?;
            }
            sqlx::query(JOURNAL_BY).bind(by.line).bind(at).bind(&a.ticket).bind("approved").bind(&a.case).bind(by.staff).execute(&mut *tx).await?;
            Approved::Queued
        }))
    }

    /// The reply that a person approved waits no longer: it is taken back, and its draft can be edited again. The ticket's id; `None`: it
    /// is gone, or nothing waits.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn undo(&self, number: i64, now: Timestamp) -> Result<Option<String>, StoreError> {
        const FIND: &str = "SELECT o.id, o.ticket_id, o.fence FROM outbox o JOIN ticket t ON t.id = o.ticket_id
            WHERE t.number = $1 AND o.kind = 'approved' AND o.state IN ('queued', 'retry') ORDER BY o.queued_at DESC LIMIT 1";
        const CANCEL: &str =
            "UPDATE outbox SET state = 'cancelled', why = 'a person cancelled it', done_at = $3, fence = fence + 1, approval_key = NULL
            WHERE id = $1 AND fence = $2 AND state IN ('queued', 'retry')";
        const KEPT: &str = "UPDATE draft SET state = 'kept' WHERE ticket_id = $1 AND state = 'queued'";
        Ok(within!(self, tx => {
            let found: Option<(String, String, i64)> = sqlx::query_as(FIND).bind(number).fetch_optional(&mut *tx).await?;
            let Some((id, ticket, fence)) = found else { return Ok(None) };
            let done = sqlx::query(CANCEL).bind(&id).bind(fence).bind(millis(now)).execute(&mut *tx).await?.rows_affected();
            if done > 0 {
                sqlx::query(KEPT).bind(&ticket).execute(&mut *tx).await?;
            }
            (done > 0).then_some(ticket)
        }))
    }

    /// The reply that a person approved does not wait out its hold. The ticket's id; `None`: it is gone, or nothing waits.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hasten(&self, number: i64, now: Timestamp) -> Result<Option<String>, StoreError> {
        const SQL: &str = "UPDATE outbox SET next_at = $2 WHERE kind = 'approved' AND state IN ('queued', 'retry')
            AND ticket_id = (SELECT id FROM ticket WHERE number = $1) RETURNING ticket_id";
        let row: Option<(String,)> = on!(self, pool => sqlx::query_as(SQL).bind(number).bind(millis(now)).fetch_optional(pool).await?);
        Ok(row.map(|(ticket,)| ticket))
    }

    /// Replies of a ticket that left, are leaving or did not leave, oldest first; at most the newest thirty.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn replies(&self, ticket: &str) -> Result<Vec<Reply>, StoreError> {
        const SQL: &str = "SELECT o.kind, o.state, o.why, o.mail, o.queued_at, o.done_at, s.name AS approved_by FROM outbox o
            LEFT JOIN staff s ON s.id = o.approved_by WHERE o.ticket_id = $1 AND (o.state NOT IN ('cancelled', 'shadow') OR o.kind = 'approved' AND o.state = 'shadow')
            ORDER BY o.queued_at DESC, o.id DESC LIMIT 30";
        let mut replies: Vec<Reply> = on!(self, pool => sqlx::query_as(SQL).bind(ticket).fetch_all(pool).await?);
        replies.reverse();
        Ok(replies)
    }

    /// A ticket goes to whoever is there, with a line for them; its draft stays.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hand_ticket_over(&self, ticket: &str, note: [&str; 2], by: By<'_>) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE ticket SET action = 'hand_over', owner = NULL, owned_at = NULL WHERE id = $1 AND status = 'open'";
        let (at, [id, note]) = (millis(by.at), note);
        Ok(within!(self, tx => {
            let handed = sqlx::query(SQL).bind(ticket).execute(&mut *tx).await?.rows_affected();
            if handed > 0 {
                sqlx::query(corrections::INSERT).bind(id).bind(ticket).bind(at).bind(by.staff).bind(corrections::NOTE).bind("").bind(note).bind("")
                    .execute(&mut *tx).await?;
                sqlx::query(JOURNAL_BY).bind(by.line).bind(at).bind(ticket).bind("handed over").bind("").bind(by.staff).execute(&mut *tx).await?;
            }
            handed > 0
        }))
    }

    /// Lines that colleagues left when they handed a ticket over: who, when, what; oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn notes(&self, ticket: &str) -> Result<Vec<(String, Timestamp, String)>, StoreError> {
        const SQL: &str = "SELECT COALESCE(s.name, ''), c.at, c.said FROM correction c LEFT JOIN staff s ON s.id = c.staff_id
            WHERE c.ticket_id = $1 AND c.kind = 'note' ORDER BY c.at, c.id LIMIT 20";
        let rows: Vec<(String, i64, String)> = on!(self, pool => sqlx::query_as(SQL).bind(ticket).fetch_all(pool).await?);
        Ok(rows.into_iter().map(|(who, at, said)| (who, instant(at), said)).collect())
    }

    /// A person closes a ticket without an answer; nothing that was queued leaves.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ignore(&self, ticket: &str, by: By<'_>) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE ticket SET status = 'closed', notice = '' WHERE id = $1 AND status = 'open'";
        let at = millis(by.at);
        Ok(within!(self, tx => {
            let closed = sqlx::query(SQL).bind(ticket).execute(&mut *tx).await?.rows_affected();
            if closed > 0 {
                sqlx::query(CANCEL_ALL).bind(ticket).bind("a person closed the ticket").bind(at).execute(&mut *tx).await?;
                sqlx::query(WITHDRAW).bind(ticket).execute(&mut *tx).await?;
                sqlx::query(JOURNAL_BY).bind(by.line).bind(at).bind(ticket).bind("ignored").bind("").bind(by.staff).execute(&mut *tx).await?;
            }
            closed > 0
        }))
    }

    /// A ticket that was closed or answered waits again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reopen(&self, ticket: &str, by: By<'_>) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE ticket SET status = 'open' WHERE id = $1 AND status <> 'open'";
        const READY: &str = "UPDATE draft SET state = 'kept', version = version + 1 WHERE ticket_id = $1 AND state IN ('ready', 'saving', 'saved', 'answered', 'sent', 'queued')";
        let at = millis(by.at);
        Ok(within!(self, tx => {
            let opened = sqlx::query(SQL).bind(ticket).execute(&mut *tx).await?.rows_affected();
            if opened > 0 {
                sqlx::query(READY).bind(ticket).execute(&mut *tx).await?;
                sqlx::query(JOURNAL_BY).bind(by.line).bind(at).bind(ticket).bind("opened again").bind("").bind(by.staff).execute(&mut *tx).await?;
            }
            opened > 0
        }))
    }
}
