//! Writing a reply: what is typed is saved, checked and sent; what came or changed meanwhile is answered by 409 with what was typed
//! still on the page.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{back, by, opened, writable, writer};
use crate::desk::approve::{self, Refusal, Wanted};
use crate::desk::judge::Wish;
use crate::desk::seat::Seat;
use crate::desk::ticket::corrections::corrected;
use crate::desk::ticket::{self, Opened, reply};
use crate::desk::{Desk, format};
use crate::draft::Draft;
use crate::facts::Language;
use crate::store::reply::{Approved, Saved, Seen};
use crate::store::settle::NewDraft;
use crate::store::staff::Role;
use crate::triage::corrected::Correction;

/// Bytes of a reply.
const LONGEST_TEXT: usize = 64 * 1024;

/// The reply as it was posted.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Typed {
    /// Messages that were seen.
    #[serde(default)]
    seen: i64,
    /// `id.version` of the draft that was seen, or `new`.
    #[serde(default)]
    pub draft: String,
    /// One press of the button.
    #[serde(default)]
    key: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    pub text: String,
    case: Option<String>,
    language: Option<String>,
    /// "Send as well", said a second time.
    also: Option<String>,
    /// A line for colleagues.
    #[serde(default)]
    pub note: String,
}

impl Typed {
    fn seen_draft(&self) -> Option<Seen> {
        let (id, version) = self.draft.rsplit_once('.')?;
        Some(Seen { id: id.to_owned(), version: version.parse().ok()? })
    }

    /// What was typed, and what it gives away, for the page that shows it again.
    pub fn view(&self, desk: &Desk, seat: &Seat, opened: &Opened) -> Value {
        let check = reply::check(desk, seat.language, opened, &self.subject, &self.text);
        json!({"subject": self.subject, "text": self.text, "check": check})
    }

    /// Lines end as they do here; a subject is one line.
    pub fn plain(mut self) -> Self {
        self.text = self.text.replace("\r\n", "\n").replace('\r', "\n");
        self.text.retain(|c| c == '\n' || c == '\t' || !c.is_control());
        self.note.retain(|c| !c.is_control());
        self.subject = self.subject.chars().filter(|c| !c.is_control()).take(200).collect();
        self
    }
}

/// What came of saving what was typed.
pub enum Kept {
    /// The draft that is seen from now on.
    Draft(Seen),
    /// Nothing was typed that is not saved.
    Same(Seen),
    /// Somebody or something changed the draft meanwhile.
    Changed,
}

/// Saves what was typed, beginning a draft where there was none.
pub async fn keep(desk: &Desk, seat: &Seat, opened: &Opened, typed: &Typed) -> Result<Kept, Response> {
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

/// Saves while somebody types: answers the saved time and the check, never the text.
pub async fn autosave(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>, Form(typed): Form<Typed>) -> Response {
    if let Err(no) = seat.may(Role::Draft) {
        return no;
    }
    let typed = typed.plain();
    let opened = match opened(&desk, &seat, number).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    if opened.is_of(&seat.staff.id) == Some(false) {
        let check = reply::check(&desk, seat.language, &opened, &typed.subject, &typed.text);
        let view = json!({"check": check, "draft": typed.draft, "changed": true, "number": number});
        return desk.pages.bare(seat.language, "saved", view);
    }
    let kept = match keep(&desk, &seat, &opened, &typed).await {
        Ok(kept) => kept,
        Err(answer) => return answer,
    };
    let (seen, changed) = match kept {
        Kept::Draft(seen) | Kept::Same(seen) => (Some(seen), false),
        Kept::Changed => {
            // The draft was replaced under the hand: what is typed is laid beside the new one.
            let line = desk.clock.id().to_string();
            let aside = desk.store.lay_aside(&opened.line.ticket.id, &typed.subject, &typed.text, by(&desk, &seat, &line)).await;
            if let Err(error) = aside {
                return desk.broken(&error);
            }
            (None, true)
        }
    };
    let now = desk.clock.now();
    let view = json!({
        "check": reply::check(&desk, seat.language, &opened, &typed.subject, &typed.text),
        "draft": seen.map_or_else(|| typed.draft.clone(), |s| format!("{}.{}", s.id, s.version)),
        "saved_at": (!changed).then(|| format::time(now, &desk.zone(&seat), seat.language)),
        "newer": opened.judged_by.messages != typed.seen, "changed": changed, "number": number,
    });
    desk.pages.bare(seat.language, "saved", view)
}

/// Saves, and puts the draft into the mailbox's drafts folder.
pub async fn save(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>, Form(typed): Form<Typed>) -> Response {
    let typed = typed.plain();
    let opened = match writable(&desk, &seat, number, Role::Draft, Some(&typed)).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let seen = match keep(&desk, &seat, &opened, &typed).await {
        Ok(Kept::Draft(seen) | Kept::Same(seen)) => seen,
        Ok(Kept::Changed) => return newer(&desk, &seat, number, Some(&typed)).await,
        Err(answer) => return answer,
    };
    // What is in the folder can be sent from there: the check holds for it too.
    let check = reply::check(&desk, seat.language, &opened, &typed.subject, &typed.text);
    let clean = check.get("clean") == Some(&Value::Bool(true));
    if clean && desk.mailboxes.get(&opened.line.ticket.mailbox).copied().unwrap_or(false) {
        let id = &opened.line.ticket.id;
        let message_id = writer(&desk, &opened.line.ticket.mailbox).message_id(id, &desk.clock.id().to_string());
        if let Err(error) = desk.store.file_reply(id, &seen, &message_id, desk.clock.now()).await {
            return desk.broken(&error);
        }
    }
    back(number)
}

/// Lets the reply leave, and shows who is next.
pub async fn send(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>, Form(typed): Form<Typed>) -> Response {
    let typed = typed.plain();
    let opened = match writable(&desk, &seat, number, Role::Send, Some(&typed)).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let queue = match desk.queue().await {
        Ok(queue) => queue,
        Err(error) => return desk.broken(&error),
    };
    let next = queue.next(Some(number)).map(|l| l.ticket.number);
    match approved(&desk, &seat, &opened, &typed).await {
        Ok(Approved::Queued) => Redirect::to(&next.map_or_else(|| "/queue".to_owned(), |n| format!("/queue/{n}"))).into_response(),
        Ok(_) => newer(&desk, &seat, number, Some(&typed)).await,
        Err(answer) => answer,
    }
}

/// Saves what was typed where nothing was drafted, and lets it leave.
async fn approved(desk: &Desk, seat: &Seat, opened: &Opened, typed: &Typed) -> Result<Approved, Response> {
    let seen = match (typed.seen_draft(), opened.written.is_some()) {
        (Some(seen), _) => seen,
        (None, true) => return Ok(Approved::Changed),
        (None, false) => match keep(desk, seat, opened, typed).await? {
            Kept::Draft(seen) | Kept::Same(seen) => seen,
            Kept::Changed => return Ok(Approved::Changed),
        },
    };
    let wanted = Wanted {
        seen,
        messages: typed.seen,
        subject: typed.subject.clone(),
        text: typed.text.clone(),
        key: if typed.key.is_empty() { desk.clock.id().to_string() } else { typed.key.clone() },
        also: typed.also.is_some(),
    };
    let typed_now = typed.view(desk, seat, opened);
    let more = match approve::approve(desk, &seat.staff.id, opened, wanted).await {
        Ok(approved) => return Ok(approved),
        Err(Refusal::Empty) => json!({"fault": "act.empty", "typed_now": typed_now}),
        Err(Refusal::NoAddress) => json!({"fault": "act.no_address", "typed_now": typed_now}),
        Err(Refusal::Leaks) => json!({"typed_now": typed_now}),
        Err(Refusal::Broken(error)) => return Err(desk.broken(&error)),
    };
    Err(ticket::page(desk, seat, opened, StatusCode::UNPROCESSABLE_ENTITY, more).await)
}

/// Something came or changed: the ticket as it is now, with what was typed, and Send off until it was seen.
pub async fn newer(desk: &Desk, seat: &Seat, number: i64, typed: Option<&Typed>) -> Response {
    let opened = match opened(desk, seat, number).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let conflict = match typed {
        Some(typed) if opened.judged_by.messages != typed.seen => "newer",
        _ if !opened.is_open() => "answered",
        _ if opened.written.as_ref().and_then(|w| w.edited.as_ref()).is_some_and(|(by, _)| *by == seat.staff.name) => "changed_here",
        _ => "changed",
    };
    let typed = typed
        .map(|t| json!({"subject": t.subject, "text": t.text, "check": reply::check(desk, seat.language, &opened, &t.subject, &t.text)}));
    let more = json!({"conflict": conflict, "typed_now": typed});
    ticket::page(desk, seat, &opened, StatusCode::CONFLICT, more).await
}

/// Another case: what was typed is kept beside the new text.
pub async fn case(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>, Form(typed): Form<Typed>) -> Response {
    let typed = typed.plain();
    let known = typed.case.clone().filter(|name| {
        let rules = &desk.playbook.rulebook;
        rules.case(name).is_some() && !rules.policy.ignore.contains(name)
    });
    let Some(name) = known else { return back(number) };
    rendered_anew(&desk, &seat, number, typed, Correction::Case(name)).await
}

/// Another language of the reply.
pub async fn language(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>, Form(typed): Form<Typed>) -> Response {
    let typed = typed.plain();
    let Some(language) = typed.language.as_deref().and_then(Language::from_code) else { return back(number) };
    rendered_anew(&desk, &seat, number, typed, Correction::Language(language)).await
}

async fn rendered_anew(desk: &Desk, seat: &Seat, number: i64, typed: Typed, correction: Correction) -> Response {
    let opened = match writable(desk, seat, number, Role::Draft, Some(&typed)).await {
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

/// What was typed into a draft that was replaced is wanted back, or no more.
#[derive(Debug, Deserialize)]
pub struct Back {
    /// Put it into the reply.
    #[serde(rename = "use")]
    wanted: Option<String>,
}

pub async fn drop_typed(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>, Form(back_to): Form<Back>) -> Response {
    let opened = match writable(&desk, &seat, number, Role::Draft, None).await {
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
        if let Some(before) = opened.written.as_ref().filter(|w| w.edited.is_some()) {
            // The two change places.
            let line = desk.clock.id().to_string();
            let aside = desk.store.lay_aside(id, &before.subject, &before.text, by(&desk, &seat, &line)).await;
            return aside.map_or_else(|error| desk.broken(&error), |()| back(number));
        }
    }
    match desk.store.forget_typed(id).await {
        Ok(()) => back(number),
        Err(error) => desk.broken(&error),
    }
}
