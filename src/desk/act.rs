//! What a person does to a ticket: take it, write, send, undo, hand it over, ignore it. Each is a form, answered by 303; what came
//! or changed meanwhile is answered by 409 with what was typed still on the page.

mod write;

use write::Typed;
pub use write::newer;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use axum::{Form, Router};
use serde_json::json;

use super::seat::Seat;
use super::ticket::{self, Opened};
use super::{Desk, live};
use crate::store::settle::anew::By;
use crate::store::staff::Role;
use crate::store::written::{Writer, domain_of};

/// The routes of what is done to a ticket.
pub fn routes() -> Router<Desk> {
    Router::new()
        .route("/queue/{number}/take", post(take))
        .route("/queue/{number}/take-over", post(take_over))
        .route("/queue/{number}/release", post(release))
        .route("/queue/{number}/draft", post(write::autosave))
        .route("/queue/{number}/save", post(write::save))
        .route("/queue/{number}/send", post(write::send))
        .route("/queue/{number}/undo", post(undo))
        .route("/queue/{number}/send-now", post(send_now))
        .route("/queue/{number}/case", post(write::case))
        .route("/queue/{number}/language", post(write::language))
        .route("/queue/{number}/hand-over", post(hand_over))
        .route("/queue/{number}/ignore", post(ignore))
        .route("/queue/{number}/reopen", post(reopen))
        .route("/queue/{number}/typed", post(write::drop_typed))
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

/// Writes drafts of a mailbox.
pub fn writer<'a>(desk: &'a Desk, mailbox: &str) -> Writer<'a> {
    let saves_drafts = desk.mailboxes.get(mailbox).copied().unwrap_or(false);
    Writer { threads: &desk.threads, domain: domain_of(&desk.from), saves_drafts, clock: &*desk.clock }
}

/// The ticket as somebody may write to it; else the answer, with what was typed still on the page.
async fn writable(desk: &Desk, seat: &Seat, number: i64, role: Role, typed: Option<&Typed>) -> Result<Opened, Response> {
    seat.may(role)?;
    let opened = opened(desk, seat, number).await?;
    if opened.is_of(&seat.staff.id) == Some(false) {
        return Err(taken_by_another(desk, seat, &opened, typed).await);
    }
    Ok(opened)
}

/// A colleague has the ticket.
pub async fn taken_by_another(desk: &Desk, seat: &Seat, opened: &Opened, typed: Option<&Typed>) -> Response {
    let more = json!({"conflict": "taken", "typed_now": typed.map(|t| t.view(desk, seat, opened))});
    ticket::page(desk, seat, opened, StatusCode::CONFLICT, more).await
}

/// Does something to the reply that waits, and says so in the journal.
async fn steered(desk: &Desk, seat: &Seat, number: i64, hasten: bool) -> Response {
    if let Err(no) = seat.may(Role::Send) {
        return no;
    }
    let now = desk.clock.now();
    let done = async {
        let ticket = if hasten { desk.store.hasten(number, now).await? } else { desk.store.undo(number, now).await? };
        if let Some(ticket) = &ticket {
            let event = if hasten { "sent at once" } else { "undone" };
            desk.store.note_by(&desk.clock.id().to_string(), Some(ticket), event, "", &seat.staff.id, now).await?;
        }
        Ok(ticket.is_some())
    };
    match done.await {
        Ok(true) => back(number),
        Ok(false) => desk.told(seat, StatusCode::CONFLICT, "act.too_late").await,
        Err(error) => desk.broken(&error),
    }
}

async fn undo(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>) -> Response {
    steered(&desk, &seat, number, false).await
}

async fn send_now(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>) -> Response {
    steered(&desk, &seat, number, true).await
}

/// Hands the ticket over with a line for colleagues; what was typed is saved.
async fn hand_over(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>, Form(typed): Form<Typed>) -> Response {
    let typed = typed.plain();
    let opened = match writable(&desk, &seat, number, Role::Draft, Some(&typed)).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    if !typed.draft.is_empty() && !typed.text.trim().is_empty() {
        match write::keep(&desk, &seat, &opened, &typed).await {
            Ok(write::Kept::Changed) => return newer(&desk, &seat, number, Some(&typed)).await,
            Ok(_) => {}
            Err(answer) => return answer,
        }
    }
    let note: String = typed.note.trim().chars().take(300).collect();
    let (id, line) = (desk.clock.id().to_string(), desk.clock.id().to_string());
    match desk.store.hand_ticket_over(&opened.line.ticket.id, [&id, &note], by(&desk, &seat, &line)).await {
        Ok(_) => on_to_next(&desk, number).await,
        Err(error) => desk.broken(&error),
    }
}

async fn ignore(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>) -> Response {
    let opened = match writable(&desk, &seat, number, Role::Send, None).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let line = desk.clock.id().to_string();
    match desk.store.ignore(&opened.line.ticket.id, by(&desk, &seat, &line)).await {
        // Shown once more as closed, so that it can be opened again at once.
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
