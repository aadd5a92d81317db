//! JSON for other programs: the tickets that wait, one ticket, and approving its reply. A token (`/me`) says who asks, and how far.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::approve::{self, Refusal, Wanted};
use super::seat::Program;
use super::ticket::Opened;
use super::{Desk, queue};
use crate::store::reply::{Approved, Seen};
use crate::store::staff::Role;

/// Tickets of one answer.
const MOST: usize = 200;

/// Whose token a program has, and for what.
#[derive(Debug, Serialize, ToSchema)]
struct Me {
    /// The account's name.
    name: String,
    /// Its role.
    role: &'static str,
    /// `read` or `approve`.
    scope: String,
}

/// A ticket in short.
#[derive(Debug, Serialize, ToSchema)]
struct TicketLine {
    /// Its number, as in T-12.
    number: i64,
    /// `imminent`, `today`, `review`, `person`.
    group: String,
    /// `code_expired` and so on.
    case: String,
    /// What the desk does: `escalate`, `draft`, `auto_reply`, `hand_over`.
    action: String,
    /// `en` or `fr`.
    language: String,
    /// State of the invitation, where a person was found.
    state: Option<String>,
    /// Start of the evaluation that is counted to, RFC 3339.
    deadline: Option<String>,
    /// When the first message came, RFC 3339.
    received_at: String,
    /// `open`, `answered`, `closed`.
    status: String,
    /// Whether somebody has it.
    taken: bool,
}

/// The tickets that wait.
#[derive(Debug, Serialize, ToSchema)]
struct TicketList {
    /// Soonest first, in the order of the queue.
    tickets: Vec<TicketLine>,
    /// Where the next page begins: give it as `after`.
    next: Option<i64>,
}

/// The reply of a ticket.
#[derive(Debug, Serialize, ToSchema)]
struct ReplyLine {
    /// The one recipient: the sender.
    to: String,
    /// Subject.
    subject: String,
    /// Text.
    text: String,
    /// Which version this is; approving needs it.
    draft: String,
}

/// A ticket with its reply.
#[derive(Debug, Serialize, ToSchema)]
struct TicketWhole {
    #[serde(flatten)]
    line: TicketLine,
    /// The person found, or whoever wrote.
    who: String,
    /// `proven` or `unproven`.
    proof: String,
    /// Subject of the first message.
    subject: String,
    /// The person's own words in the newest message.
    words: String,
    /// Messages of the conversation; approving needs it.
    seen: i64,
    /// The drafted reply.
    reply: Option<ReplyLine>,
}

/// What is approved: the reply exactly as it was read.
#[derive(Debug, Deserialize, ToSchema)]
struct Approve {
    /// `seen` of the ticket as it was read.
    seen: i64,
    /// `reply.draft` of the ticket as it was read.
    draft: String,
    /// A word of your own: the same one again counts once.
    key: String,
}

/// What became of it.
#[derive(Debug, Serialize, ToSchema)]
struct Said {
    /// `queued`, `newer`, `changed`, `answered`, `taken`, `leaks`, `no_reply`, `no_address`.
    result: &'static str,
}

/// What is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// One group alone.
    group: Option<String>,
    /// The number after which to go on.
    after: Option<i64>,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "usher",
        description = "The desk's tickets for other programs. Send `Authorization: Bearer TOKEN`; tokens are made on the desk's page of your account."
    ),
    paths(me, tickets, ticket, approve_reply),
    components(schemas(Me, TicketList, TicketLine, TicketWhole, ReplyLine, Approve, Said))
)]
struct Description;

/// The routes, as they are described.
pub fn routes() -> Router<Desk> {
    Router::new()
        .route("/api/me", get(me))
        .route("/api/tickets", get(tickets))
        .route("/api/tickets/{number}", get(ticket))
        .route("/api/tickets/{number}/approve", post(approve_reply))
        .route("/api/openapi.json", get(description))
}

async fn description() -> Json<utoipa::openapi::OpenApi> {
    Json(Description::openapi())
}

/// Whose token a program has, and for what: the first thing that it asks.
#[utoipa::path(get, path = "/api/me", responses((status = 200, body = Me), (status = 401)))]
async fn me(program: Program) -> Json<Me> {
    Json(Me { name: program.staff.name, role: program.staff.role.as_str(), scope: program.token.scope })
}

fn line(group: queue::Group, l: &crate::store::queue::QueueLine) -> TicketLine {
    let t = &l.ticket;
    TicketLine {
        number: t.number,
        group: group.name().to_owned(),
        case: t.case.clone(),
        action: t.action.clone(),
        language: t.language.clone(),
        state: t.state.clone(),
        deadline: t.deadline.map(|d| d.to_string()),
        received_at: t.received_at.to_string(),
        status: t.status.clone(),
        taken: l.owner.is_some(),
    }
}

/// The tickets that wait for a person.
#[utoipa::path(get, path = "/api/tickets", params(Asked), responses((status = 200, body = TicketList), (status = 401), (status = 410, description = "`after` left the queue: begin again")))]
async fn tickets(State(desk): State<Desk>, _program: Program, Query(asked): Query<Asked>) -> Response {
    let queue = match desk.queue().await {
        Ok(queue) => queue,
        Err(error) => return desk.broken(&error),
    };
    let wanted = queue.lines.iter().filter(|(group, _)| asked.group.as_deref().is_none_or(|name| name == group.name()));
    let from = match asked.after.map(|after| queue.lines.iter().position(|(_, l)| l.ticket.number == after)) {
        None => 0,
        Some(Some(at)) => at + 1,
        // It left the queue meanwhile: nobody can say where it stood.
        Some(None) => return StatusCode::GONE.into_response(),
    };
    let skipped = queue.lines.get(..from).unwrap_or_default();
    let rest: Vec<TicketLine> = wanted
        .filter(|(_, l)| !skipped.iter().any(|(_, s)| s.ticket.number == l.ticket.number))
        .take(MOST + 1)
        .map(|(group, l)| line(*group, l))
        .collect();
    let next = (rest.len() > MOST).then(|| rest.get(MOST - 1).map(|l| l.number)).flatten();
    Json(TicketList { tickets: rest.into_iter().take(MOST).collect(), next }).into_response()
}

/// One ticket with its reply.
#[utoipa::path(get, path = "/api/tickets/{number}", params(("number" = i64, Path, description = "The ticket's number")),
    responses((status = 200, body = TicketWhole), (status = 401), (status = 404)))]
async fn ticket(State(desk): State<Desk>, _program: Program, Path(number): Path<i64>) -> Response {
    let opened = match Opened::load(&desk, number).await {
        Ok(Some(opened)) => opened,
        Ok(None) => return StatusCode::NOT_FOUND.into_response(),
        Err(error) => return desk.broken(&error),
    };
    let policy = &desk.playbook.rulebook.policy;
    let group = queue::group(&opened.line, desk.clock.now(), &desk.playbook.limits, &policy.not_a_request);
    let reply = opened.written.as_ref().map(|w| ReplyLine {
        to: w.to.clone(),
        subject: w.subject.clone(),
        text: w.text.clone(),
        draft: format!("{}.{}", w.id, w.version),
    });
    Json(TicketWhole {
        line: line(group, &opened.line),
        who: queue::who(&opened.line),
        proof: opened.ticket.proof.clone(),
        subject: opened.ticket.row.subject.clone(),
        words: opened.ticket.words.clone(),
        seen: opened.judged_by.messages,
        reply,
    })
    .into_response()
}

/// Lets the drafted reply leave, exactly as it was read.
#[utoipa::path(post, path = "/api/tickets/{number}/approve", params(("number" = i64, Path, description = "The ticket's number")),
    request_body = Approve,
    responses((status = 202, body = Said, description = "It leaves after the desk's hold"), (status = 401), (status = 403), (status = 404),
        (status = 409, body = Said, description = "Something came or changed since"), (status = 422, body = Said)))]
async fn approve_reply(State(desk): State<Desk>, program: Program, Path(number): Path<i64>, Json(asked): Json<Approve>) -> Response {
    if program.token.scope != "approve" || program.staff.role < Role::Send {
        return StatusCode::FORBIDDEN.into_response();
    }
    let opened = match Opened::load(&desk, number).await {
        Ok(Some(opened)) => opened,
        Ok(None) => return StatusCode::NOT_FOUND.into_response(),
        Err(error) => return desk.broken(&error),
    };
    let said = |status: StatusCode, result: &'static str| (status, Json(Said { result })).into_response();
    if opened.is_of(&program.staff.id) == Some(false) {
        return said(StatusCode::CONFLICT, "taken");
    }
    let seen = asked.draft.rsplit_once('.').and_then(|(id, version)| Some(Seen { id: id.to_owned(), version: version.parse().ok()? }));
    let Some((written, seen)) = opened.written.as_ref().zip(seen) else { return said(StatusCode::UNPROCESSABLE_ENTITY, "no_reply") };
    let wanted = Wanted {
        seen,
        messages: asked.seen,
        subject: written.subject.clone(),
        text: written.text.clone(),
        key: format!("api:{}", asked.key.chars().take(100).collect::<String>()),
        also: false,
    };
    match approve::approve(&desk, &program.staff.id, &opened, wanted).await {
        Ok(Approved::Queued) => said(StatusCode::ACCEPTED, "queued"),
        Ok(Approved::Newer) => said(StatusCode::CONFLICT, "newer"),
        Ok(Approved::Changed) => said(StatusCode::CONFLICT, "changed"),
        Ok(Approved::Answered) => said(StatusCode::CONFLICT, "answered"),
        Err(Refusal::Leaks) => said(StatusCode::UNPROCESSABLE_ENTITY, "leaks"),
        Err(Refusal::Empty) => said(StatusCode::UNPROCESSABLE_ENTITY, "no_reply"),
        Err(Refusal::NoAddress) => said(StatusCode::UNPROCESSABLE_ENTITY, "no_address"),
        Err(Refusal::Broken(error)) => desk.broken(&error),
    }
}
