//! What a person does to a ticket: take it, write, send, undo, hand it over, ignore it. Each is a form, answered by 303; what came
//! or changed meanwhile is answered by 409 with what was typed still on the page.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use axum::{Form, Router};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};

use super::judge::Wish;
use super::seat::Seat;
use super::ticket::corrections::corrected;
use super::ticket::{self, Opened, reply};
use super::{Desk, live};
use crate::draft::{Draft, compose};
use crate::facts::Language;
use crate::message::address::Address;
use crate::store::outgoing::Wish as Steer;
use crate::store::reply::{Approval, Approved, Saved, Seen};
use crate::store::settle::NewDraft;
use crate::store::settle::anew::By;
use crate::store::staff::Role;
use crate::store::written::{Writer, domain_of};
use crate::triage::corrected::Correction;

/// Bytes of a reply.
const LONGEST_TEXT: usize = 64 * 1024;
/// An imminent reply is held shorter.
const IMMINENT_HOLD: SignedDuration = SignedDuration::from_secs(5);

/// The routes of what is done to a ticket.
pub fn routes() -> Router<Desk> {
    Router::new()
        .route("/queue/{number}/take", post(take))
        .route("/queue/{number}/take-over", post(take_over))
        .route("/queue/{number}/release", post(release))
        .route("/queue/{number}/draft", post(autosave))
        .route("/queue/{number}/save", post(save))
        .route("/queue/{number}/send", post(send))
        .route("/queue/{number}/undo", post(undo))
        .route("/queue/{number}/send-now", post(send_now))
        .route("/queue/{number}/case", post(case))
        .route("/queue/{number}/language", post(language))
        .route("/queue/{number}/hand-over", post(hand_over))
        .route("/queue/{number}/ignore", post(ignore))
        .route("/queue/{number}/reopen", post(reopen))
        .route("/queue/{number}/typed", post(drop_typed))
        .route("/queue/{number}/presence", post(live::presence))
}

/// The ticket, or the answer that there is none.
pub async fn opened(desk: &Desk, seat: &Seat, number: i64) -> Result<Opened, Response> {
    match Opened::load(desk, number).await {
        Ok(Some(opened)) => Ok(opened),
        Ok(None) => Err(desk.told(seat, StatusCode::NOT_FOUND, "frame.no_ticket").await),
        Err(error) => Err(desk.broken(&error)),
    }
}

/// Back to the ticket.
pub fn back(number: i64) -> Response {
    Redirect::to(&format!("/queue/{number}")).into_response()
}

/// The reply as it was posted.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Typed {
    /// Messages that were seen.
    #[serde(default)]
    seen: i64,
    /// `id.version` of the draft that was seen, or `new`.
    #[serde(default)]
    draft: String,
    /// One press of the button.
    #[serde(default)]
    key: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    text: String,
    case: Option<String>,
    language: Option<String>,
    /// "Send as well", said a second time.
    also: Option<String>,
}

impl Typed {
    fn seen_draft(&self) -> Option<Seen> {
        let (id, version) = self.draft.rsplit_once('.')?;
        Some(Seen { id: id.to_owned(), version: version.parse().ok()? })
    }

    /// Lines end as they do here; a subject is one line.
    fn plain(mut self) -> Self {
        self.text = self.text.replace("\r\n", "\n").replace('\r', "\n");
        self.text.retain(|c| c == '\n' || c == '\t' || !c.is_control());
        self.subject = self.subject.chars().filter(|c| !c.is_control()).take(200).collect();
        self
    }
}

fn by<'a>(desk: &Desk, seat: &'a Seat, line: &'a str) -> By<'a> {
    By { staff: &seat.staff.id, line, at: desk.clock.now() }
}

async fn take(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>) -> Response {
    taken(&desk, &seat, number, false).await
}

async fn take_over(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>) -> Response {
    taken(&desk, &seat, number, true).await
}

async fn taken(desk: &Desk, seat: &Seat, number: i64, over: bool) -> Response {
    if let Err(no) = seat.may(Role::Draft) {
        return no;
    }
    let opened = match opened(desk, seat, number).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let id = &opened.line.ticket.id;
    let now = desk.clock.now();
    let done = async {
        let taken = desk.store.take(id, &seat.staff.id, over, now).await?;
        if taken {
            desk.store.note_by(&desk.clock.id().to_string(), Some(id), "taken", "", &seat.staff.id, now).await?;
        }
        Ok(taken)
    };
    match done.await {
        Ok(_) => back(number),
        Err(error) => desk.broken(&error),
    }
}

async fn release(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>) -> Response {
    let opened = match opened(&desk, &seat, number).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    match desk.store.release(&opened.line.ticket.id, &seat.staff.id).await {
        Ok(_) => back(number),
        Err(error) => desk.broken(&error),
    }
}

/// What came of saving what was typed.
enum Kept {
    /// The draft that is seen from now on.
    Draft(Seen),
    /// Nothing was typed that is not saved.
    Same(Seen),
    /// Somebody or something changed the draft meanwhile.
    Changed,
}

/// Saves what was typed, beginning a draft where there was none.
async fn keep(desk: &Desk, seat: &Seat, opened: &Opened, typed: &Typed) -> Result<Kept, Response> {
    if typed.text.len() > LONGEST_TEXT {
        return Err(desk.told(seat, StatusCode::PAYLOAD_TOO_LARGE, "act.too_long").await);
    }
    let line = desk.clock.id().to_string();
    let by = by(desk, seat, &line);
    let id = &opened.line.ticket.id;
    let broken = |error| desk.broken(&error);
    let Some(seen) = typed.seen_draft() else {
        let Some(draft) = begun(desk, opened, typed) else { return Ok(Kept::Changed) };
        let seen = Seen { id: draft.id.clone(), version: 1 };
        let begun = desk.store.begin_reply(id, &draft, by).await.map_err(broken)?;
        return Ok(if begun { Kept::Draft(seen) } else { Kept::Changed });
    };
    let same = opened
        .written
        .as_ref()
        .is_some_and(|w| w.id == seen.id && w.version == seen.version && w.subject == typed.subject && w.text == typed.text);
    if same {
        return Ok(Kept::Same(seen));
    }
    Ok(match desk.store.save_reply(id, &seen, &typed.subject, &typed.text, by).await.map_err(broken)? {
        Saved::Version(version) => Kept::Draft(Seen { id: seen.id, version }),
        Saved::Changed => Kept::Changed,
    })
}

/// A draft of a person's own, where usher wrote none.
fn begun(desk: &Desk, opened: &Opened, typed: &Typed) -> Option<NewDraft> {
    let message = &opened.readings.last()?.message;
    let writer = writer(desk, &opened.line.ticket.mailbox);
    let mut references = message.references.clone();
    references.extend(message.message_id.clone());
    let draft = Draft {
        to: message.speaker.clone()?,
        subject: typed.subject.clone(),
        text: typed.text.clone(),
        template: String::new(),
        language: Language::from_code(&opened.line.ticket.language).unwrap_or(Language::En),
        in_reply_to: message.message_id.clone(),
        references,
    };
    let (ticket, draft) = (&opened.line.ticket.id, writer.marked(&opened.line.ticket.id, &draft));
    let id = desk.clock.id().to_string();
    Some(NewDraft {
        message_id: writer.message_id(ticket, &id),
        id,
        to: draft.to.as_str().to_owned(),
        subject: draft.subject,
        text: draft.text,
        template: draft.template,
        language: draft.language.code().to_owned(),
        in_reply_to: draft.in_reply_to,
        references: draft.references,
        state: "kept",
    })
}

fn writer<'a>(desk: &'a Desk, mailbox: &str) -> Writer<'a> {
    let saves_drafts = desk.mailboxes.get(mailbox).copied().unwrap_or(false);
    Writer { threads: &desk.threads, domain: domain_of(&desk.from), saves_drafts, clock: &*desk.clock }
}

/// The ticket as somebody may write to it; else the answer.
async fn writable(desk: &Desk, seat: &Seat, number: i64, role: Role) -> Result<Opened, Response> {
    seat.may(role)?;
    let opened = opened(desk, seat, number).await?;
    if opened.is_of(&seat.staff.id) == Some(false) {
        return Err(ticket::page(desk, seat, &opened, StatusCode::CONFLICT, json!({"conflict": "taken"})).await);
    }
    Ok(opened)
}

/// Saves while somebody types: answers the saved time and the check, never the text.
async fn autosave(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>, Form(typed): Form<Typed>) -> Response {
    let typed = typed.plain();
    let opened = match writable(&desk, &seat, number, Role::Draft).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let kept = match keep(&desk, &seat, &opened, &typed).await {
        Ok(kept) => kept,
        Err(answer) => return answer,
    };
    let (seen, changed) = match kept {
        Kept::Draft(seen) | Kept::Same(seen) => (Some(seen), false),
        Kept::Changed => (None, true),
    };
    let now = desk.clock.now();
    let view = json!({
        "check": reply::check(&desk, &seat, &opened, &typed.subject, &typed.text),
        "draft": seen.map_or_else(|| typed.draft.clone(), |s| format!("{}.{}", s.id, s.version)),
        "saved_at": (!changed).then(|| super::format::time(now, &desk.zone(&seat), seat.language)),
        "newer": opened.line.messages != typed.seen, "changed": changed, "number": number,
    });
    desk.pages.bare(seat.language, "saved", view)
}

/// Saves, and puts the draft into the mailbox's drafts folder.
async fn save(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>, Form(typed): Form<Typed>) -> Response {
    let typed = typed.plain();
    let opened = match writable(&desk, &seat, number, Role::Draft).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    match keep(&desk, &seat, &opened, &typed).await {
        Ok(Kept::Draft(_) | Kept::Same(_)) => {}
        Ok(Kept::Changed) => return newer(&desk, &seat, number, Some(&typed)).await,
        Err(answer) => return answer,
    }
    // What is in the folder can be sent from there: the check holds for it too.
    let check = reply::check(&desk, &seat, &opened, &typed.subject, &typed.text);
    let clean = check.get("clean") == Some(&Value::Bool(true));
    if clean && desk.mailboxes.get(&opened.line.ticket.mailbox).copied().unwrap_or(false) {
        let id = &opened.line.ticket.id;
        let message_id = writer(&desk, &opened.line.ticket.mailbox).message_id(id, &desk.clock.id().to_string());
        if let Err(error) = desk.store.file_reply(id, &message_id, desk.clock.now()).await {
            return desk.broken(&error);
        }
    }
    back(number)
}

/// Lets the reply leave, and shows who is next.
async fn send(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>, Form(typed): Form<Typed>) -> Response {
    let typed = typed.plain();
    let opened = match writable(&desk, &seat, number, Role::Send).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let queue = match desk.queue().await {
        Ok(queue) => queue,
        Err(error) => return desk.broken(&error),
    };
    let next = queue.next(Some(number)).map(|l| l.ticket.number);
    match approve(&desk, &seat, &opened, &typed).await {
        Ok(Approved::Queued) => Redirect::to(&next.map_or_else(|| "/queue".to_owned(), |n| format!("/queue/{n}"))).into_response(),
        Ok(_) => newer(&desk, &seat, number, Some(&typed)).await,
        Err(answer) => answer,
    }
}

/// The disclosure check, the finished MIME, and one transaction.
pub async fn approve(desk: &Desk, seat: &Seat, opened: &Opened, typed: &Typed) -> Result<Approved, Response> {
    let number = opened.line.ticket.number;
    if typed.text.trim().is_empty() || typed.subject.trim().is_empty() {
        let more = json!({"fault": "act.empty", "typed_now": {"subject": typed.subject, "text": typed.text}});
        return Err(ticket::page(desk, seat, opened, StatusCode::UNPROCESSABLE_ENTITY, more).await);
    }
    let check = reply::check(desk, seat, opened, &typed.subject, &typed.text);
    if check.get("clean") != Some(&Value::Bool(true)) {
        let more = json!({"typed_now": {"subject": typed.subject, "text": typed.text, "check": check}});
        return Err(ticket::page(desk, seat, opened, StatusCode::UNPROCESSABLE_ENTITY, more).await);
    }
    let mut typed = typed.clone();
    let mut written = opened.written.clone();
    if written.is_none() {
        match keep(desk, seat, opened, &typed).await? {
            Kept::Draft(seen) | Kept::Same(seen) => typed.draft = format!("{}.{}", seen.id, seen.version),
            Kept::Changed => return Ok(Approved::Changed),
        }
        written = desk.store.written(&opened.line.ticket.id).await.map_err(|e| desk.broken(&e))?;
    }
    let (Some(written), Some(seen)) = (written, typed.seen_draft()) else { return Ok(Approved::Changed) };
    let Some(to) = Address::parse(&written.to) else {
        return Err(desk.told(seat, StatusCode::UNPROCESSABLE_ENTITY, "act.no_address").await);
    };
    let row = &opened.line.ticket;
    let id = desk.clock.id().to_string();
    let message_id = writer(desk, &row.mailbox).message_id(&row.id, &id);
    let draft = Draft {
        to: to.clone(),
        subject: typed.subject.clone(),
        text: typed.text.clone(),
        template: written.template.clone(),
        language: Language::from_code(&written.language).unwrap_or(Language::En),
        in_reply_to: written.in_reply_to.clone(),
        references: serde_json::from_str(&written.refs).unwrap_or_default(),
    };
    let now = desk.clock.now();
    let envelope = compose::Envelope { from: &desk.from, message_id: &message_id, date: now, automatic: false };
    let mail = match compose::mail(&draft, &envelope) {
        Ok(mail) => mail,
        Err(why) => {
            tracing::warn!("a reply to ticket {number} cannot be written: {why}");
            return Err(desk.told(seat, StatusCode::UNPROCESSABLE_ENTITY, "act.no_address").await);
        }
    };
    let hold = if row.urgency == "imminent" { IMMINENT_HOLD.min(desk.hold) } else { desk.hold };
    let edited = (written.version > 1 || written.text != typed.text).then(|| (desk.clock.id().to_string(), written.template.clone()));
    let approval = Approval {
        ticket: row.id.clone(),
        seen,
        messages: typed.seen,
        also: typed.also.is_some(),
        subject: typed.subject,
        text: typed.text,
        key: format!("{}:{}", seat.staff.id, typed.key),
        id,
        case: row.case.clone(),
        to: to.as_str().to_owned(),
        recipient_base: format!("{}@{}", to.local().split('+').next().unwrap_or_default(), to.domain()),
        domain: to.domain().to_owned(),
        message_id,
        mail,
        not_before: now.saturating_add(hold).unwrap_or(now),
        trial: desk.trial,
        edited,
    };
    let line = desk.clock.id().to_string();
    desk.store.approve(&approval, by(desk, seat, &line)).await.map_err(|e| desk.broken(&e))
}

/// Something came or changed: the ticket as it is now, with what was typed, and Send off until it was seen.
pub async fn newer(desk: &Desk, seat: &Seat, number: i64, typed: Option<&Typed>) -> Response {
    let opened = match opened(desk, seat, number).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let conflict = match typed {
        Some(typed) if opened.line.messages != typed.seen => "newer",
        _ if !opened.is_open() => "answered",
        _ => "changed",
    };
    let typed =
        typed.map(|t| json!({"subject": t.subject, "text": t.text, "check": reply::check(desk, seat, &opened, &t.subject, &t.text)}));
    let more = json!({"conflict": conflict, "typed_now": typed});
    ticket::page(desk, seat, &opened, StatusCode::CONFLICT, more).await
}

async fn steer(desk: &Desk, seat: &Seat, number: i64, wish: Steer, event: &str) -> Response {
    if let Err(no) = seat.may(Role::Send) {
        return no;
    }
    let now = desk.clock.now();
    let done = async {
        let steered = desk.store.steer(number, wish, None, now).await?;
        if let Some((ticket, _)) = &steered {
            desk.store.note_by(&desk.clock.id().to_string(), Some(ticket), event, "", &seat.staff.id, now).await?;
        }
        Ok(steered.is_some())
    };
    match done.await {
        Ok(true) => back(number),
        Ok(false) => desk.told(seat, StatusCode::CONFLICT, "act.too_late").await,
        Err(error) => desk.broken(&error),
    }
}

async fn undo(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>) -> Response {
    steer(&desk, &seat, number, Steer::Cancel, "undone").await
}

async fn send_now(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>) -> Response {
    steer(&desk, &seat, number, Steer::Send, "sent at once").await
}

/// Another case: what was typed is kept beside the new text.
async fn case(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>, Form(typed): Form<Typed>) -> Response {
    let typed = typed.plain();
    let known = typed.case.clone().filter(|name| desk.playbook.rulebook.case(name).is_some() && name != "automatic");
    let Some(name) = known else { return back(number) };
    rendered_anew(&desk, &seat, number, typed, Correction::Case(name)).await
}

/// Another language of the reply.
async fn language(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>, Form(typed): Form<Typed>) -> Response {
    let typed = typed.plain();
    let Some(language) = typed.language.as_deref().and_then(Language::from_code) else { return back(number) };
    rendered_anew(&desk, &seat, number, typed, Correction::Language(language)).await
}

async fn rendered_anew(desk: &Desk, seat: &Seat, number: i64, typed: Typed, correction: Correction) -> Response {
    let opened = match writable(desk, seat, number, Role::Draft).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    if opened.is_open() && !typed.draft.is_empty() && !typed.text.trim().is_empty() {
        match keep(desk, seat, &opened, &typed).await {
            Ok(Kept::Changed) => return newer(desk, seat, number, Some(&typed)).await,
            Ok(_) => {}
            Err(answer) => return answer,
        }
    }
    corrected(desk, seat, number, |_| Some(Wish::of(correction))).await
}

/// One line for colleagues.
#[derive(Debug, Deserialize)]
struct Note {
    #[serde(default)]
    note: String,
}

async fn hand_over(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>, Form(note): Form<Note>) -> Response {
    let opened = match writable(&desk, &seat, number, Role::Draft).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let note: String = note.note.trim().chars().filter(|c| !c.is_control()).take(300).collect();
    let (id, line) = (desk.clock.id().to_string(), desk.clock.id().to_string());
    match desk.store.hand_ticket_over(&opened.line.ticket.id, [&id, &note], by(&desk, &seat, &line)).await {
        Ok(_) => on_to_next(&desk, number).await,
        Err(error) => desk.broken(&error),
    }
}

async fn ignore(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>) -> Response {
    let opened = match writable(&desk, &seat, number, Role::Send).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let line = desk.clock.id().to_string();
    match desk.store.ignore(&opened.line.ticket.id, by(&desk, &seat, &line)).await {
        Ok(_) => back(number),
        Err(error) => desk.broken(&error),
    }
}

async fn on_to_next(desk: &Desk, number: i64) -> Response {
    match desk.queue().await {
        Ok(queue) => {
            let next = queue.next(Some(number)).map(|l| l.ticket.number);
            Redirect::to(&next.map_or_else(|| "/queue".to_owned(), |n| format!("/queue/{n}"))).into_response()
        }
        Err(error) => desk.broken(&error),
    }
}

async fn reopen(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>) -> Response {
    if let Err(no) = seat.may(Role::Draft) {
        return no;
    }
    let opened = match opened(&desk, &seat, number).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let line = desk.clock.id().to_string();
    match desk.store.reopen(&opened.line.ticket.id, by(&desk, &seat, &line)).await {
        Ok(_) => back(number),
        Err(error) => desk.broken(&error),
    }
}

/// What was typed into a draft that was replaced is wanted back, or no more.
#[derive(Debug, Deserialize)]
struct Back {
    /// Put it into the reply.
    #[serde(rename = "use")]
    wanted: Option<String>,
}

async fn drop_typed(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>, Form(back_to): Form<Back>) -> Response {
    let opened = match writable(&desk, &seat, number, Role::Draft).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let id = &opened.line.ticket.id;
    if let (Some(_), Some(typed)) = (&back_to.wanted, &opened.typed) {
        let draft = opened.written.as_ref().map_or_else(|| "new".to_owned(), |w| format!("{}.{}", w.id, w.version));
        let typed = Typed { draft, subject: typed.subject.clone(), text: typed.text.clone(), ..Typed::default() };
        match keep(&desk, &seat, &opened, &typed).await {
            Ok(Kept::Changed) => return newer(&desk, &seat, number, None).await,
            Ok(_) => {}
            Err(answer) => return answer,
        }
    }
    match desk.store.forget_typed(id).await {
        Ok(()) => back(number),
        Err(error) => desk.broken(&error),
    }
}
