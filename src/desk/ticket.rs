//! One ticket: who this is, what happened, how long is left and why usher thinks so; the conversation, the evidence, the reply.

pub mod corrections;
pub mod fact;
pub mod html;
pub mod reply;
mod talk;
mod who;
mod why;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::seat::Seat;
use super::{Desk, act, format, live, queue};
use crate::facts::Language;
use crate::people::Registered;
use crate::store::StoreError;
use crate::store::conversations::Said;
use crate::store::corrections::Corrected;
use crate::store::queue::QueueLine;
use crate::store::reply::{Reply, Written};
use crate::store::settle::JudgedBy;
use crate::store::tickets::Ticket;
use crate::store::typed::Typed;
use crate::triage::{self, Reading};

/// Bytes of a conversation that count as what the person wrote.
const MOST_WORDS: usize = 200_000;
/// Letters of the verdict in the head.
const VERDICT: usize = 110;

/// A ticket with everything that its page shows.
pub struct Opened {
    pub line: QueueLine,
    pub ticket: Ticket,
    /// The JSON of its verdict.
    pub outcome: Value,
    pub said: Vec<Said>,
    pub readings: Vec<Reading>,
    pub replies: Vec<Reply>,
    pub written: Option<Written>,
    pub typed: Option<Typed>,
    pub corrections: Vec<Corrected>,
    /// What was counted before anything else was read.
    pub judged_by: JudgedBy,
    pub notes: Vec<(String, Timestamp, String)>,
    /// What the register holds of the person found.
    pub registered: Option<Registered>,
}

impl Opened {
    /// Everything of ticket `number`; `None`: there is none.
    pub async fn load(desk: &Desk, number: i64) -> Result<Option<Self>, StoreError> {
        let store = &desk.store;
        let Some(line) = store.tickets_numbered(&[number]).await?.pop() else { return Ok(None) };
        let Some(judged_by) = store.judged_by(&line.ticket.id).await? else { return Ok(None) };
        let Some(ticket) = store.ticket(&line.ticket.id).await? else { return Ok(None) };
        let id = &line.ticket.id;
        let outcome: Value = serde_json::from_str(&ticket.outcome_json).unwrap_or_default();
        let said = store.said(id, "").await?;
        let playbook = Arc::clone(&desk.playbook);
        let raws: Vec<Vec<u8>> = said.iter().map(|s| s.raw.clone()).collect();
        let readings = tokio::task::spawn_blocking(move || raws.iter().map(|raw| triage::read(raw, &playbook)).collect());
        let readings = readings.await.map_err(|_| StoreError::Unusable("a message cannot be read".into()))?;
        let candidate = outcome.get("candidate_id").and_then(Value::as_str);
        let registered = candidate.and_then(|id| desk.in_force.get().registered(id));
        Ok(Some(Self {
            replies: store.replies(id).await?,
            written: store.written(id).await?,
            typed: store.typed(id).await?,
            corrections: store.corrections(id).await?,
            notes: store.notes(id).await?,
            line,
            judged_by,
            ticket,
            outcome,
            said,
            readings,
            registered,
        }))
    }

    /// Who has the ticket: `None`, or whether it is `staff`.
    pub fn is_of(&self, staff: &str) -> Option<bool> {
        self.line.owner.as_ref().map(|(id, _)| id == staff)
    }

    /// Whether anything can still be done to the reply.
    pub fn is_open(&self) -> bool {
        self.ticket.row.status == "open" && !self.is_leaving()
    }

    fn is_leaving(&self) -> bool {
        self.replies.iter().any(|r| r.kind != "acknowledgement" && matches!(r.state.as_str(), "queued" | "sending" | "retry"))
    }

    /// The start that is counted to: of a day that was told without a time, the register may know the time.
    fn deadline(&self, now: Timestamp) -> Option<Timestamp> {
        let told = self.ticket.row.deadline?;
        let known = self.registered.as_ref().and_then(|r| {
            let within = |at: Timestamp| told <= now && at > now && self.line.over_at.is_some_and(|over| at < over);
            r.evaluations.iter().map(|e| e.starts_at).find(|at| within(*at))
        });
        Some(known.unwrap_or(told))
    }

    /// Everything that the person wrote, subjects included.
    pub fn all_words(&self) -> String {
        let mut words = String::new();
        for reading in &self.readings {
            let message = &reading.message;
            for text in [message.sender_name(), &message.subject, &message.new_text] {
                let room = MOST_WORDS.saturating_sub(words.len());
                let end = text.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= room).last().unwrap_or(0);
                words.push_str(text.get(..end).unwrap_or_default());
                words.push('\n');
            }
        }
        words
    }
}

/// The routes of a ticket.
pub fn routes() -> Router<Desk> {
    Router::new()
        .route("/queue/{number}", get(show))
        .route("/queue/{number}/news", get(news))
        .route("/queue/{number}/fact/{kind}", get(fact::form).post(fact::correct))
        .route("/queue/{number}/html/{message}", get(html::show))
        .route("/queue/{number}/person", get(who::choose).post(corrections::person))
        .route("/queue/{number}/not-person", post(corrections::not_person))
        .route("/queue/{number}/vouch", post(corrections::vouch))
        .route("/queue/{number}/alias", post(corrections::alias))
        .route("/queue/{number}/take-back", post(corrections::take_back))
        .merge(act::routes())
}

async fn show(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>) -> Response {
    let opened = match Opened::load(&desk, number).await {
        Ok(Some(opened)) => opened,
        Ok(None) => return desk.told(&seat, StatusCode::NOT_FOUND, "frame.no_ticket").await,
        Err(error) => return desk.broken(&error),
    };
    page(&desk, &seat, &opened, StatusCode::OK, json!({})).await
}

/// What a page that is open has seen.
#[derive(Debug, serde::Deserialize)]
struct Seen {
    seen: i64,
    draft: String,
}

/// Whether anything came since a page was opened: a newer message, a colleague's answer, a colleague's edit.
async fn news(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>, Query(seen): Query<Seen>) -> Response {
    let opened = match act::opened(&desk, &seat, number).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let now = desk.clock.now();
    let newest = opened.replies.iter().rev().find(|r| r.kind == "approved");
    let answered = newest.filter(|_| !opened.is_open()).map(|r| {
        let at = crate::store::instant(r.done_at.unwrap_or(r.queued_at));
        json!({"by": r.approved_by, "when": format::day_time(at, now, &desk.zone(&seat), seat.language)})
    });
    let edited = opened.written.as_ref().filter(|w| format!("{}.{}", w.id, w.version) != seen.draft).and_then(|w| w.edited.as_ref());
    let by_another = edited.map(|(name, _)| name.clone()).filter(|name| *name != seat.staff.name && answered.is_none());
    let taken = opened.line.owner.as_ref().filter(|(id, _)| *id != seat.staff.id && answered.is_none()).map(|(_, name)| name.clone());
    let view = json!({"number": number, "csrf": seat.csrf, "head": head(&desk, &seat, &opened, now), "taken": taken,
        "messages": opened.judged_by.messages, "newer": opened.judged_by.messages != seen.seen,
        "answered": answered, "edited": by_another});
    desk.pages.bare(seat.language, "news", view)
}

/// The page of a ticket. `more`: what an action has to say (a conflict, a leak), laid over the view.
pub async fn page(desk: &Desk, seat: &Seat, opened: &Opened, status: StatusCode, more: Value) -> Response {
    let queue = match desk.queue().await {
        Ok(queue) => queue,
        Err(error) => return desk.broken(&error),
    };
    let mut view = view(desk, seat, opened);
    if let (Some(view), Value::Object(more)) = (view.as_object_mut(), more) {
        if !seat.only_main {
            let current = opened.line.ticket.number;
            view.insert("groups".into(), queue::list_view(desk, seat, &queue, Some(current)).into());
        }
        view.extend(more);
    }
    desk.pages.page_as(status, desk, seat, "ticket", view).await
}

fn view(desk: &Desk, seat: &Seat, opened: &Opened) -> Value {
    let now = desk.clock.now();
    let number = opened.line.ticket.number;
    json!({
        "title": queue::who(&opened.line),
        "panes": true, "one": true,
        "here": format!("/queue/{number}"),
        "number": number,
        "csrf": seat.csrf,
        "head": head(desk, seat, opened, now),
        "here_too": live::here(desk, seat, number, now),
        "talk": talk::view(desk, seat, opened, now),
        "who": who::view(desk, seat, opened, now),
        "invitation": who::invitation(desk, seat, opened, now),
        "evaluation": who::evaluation(desk, seat, opened, now),
        "why": why::view(seat, opened),
        "safety": why::safety(opened, seat),
        "reply": reply::view(desk, seat, opened, now),
    })
}

fn head(desk: &Desk, seat: &Seat, opened: &Opened, now: Timestamp) -> Value {
    let row = &opened.line.ticket;
    let language = seat.language;
    let zone = desk.zone(seat);
    let where_ = opened.registered.as_ref().map(|r| r.institution.name.clone());
    let course = opened.outcome.get("course").and_then(Value::as_str).map(format::visible);
    let small: Vec<String> = where_.into_iter().chain(course).collect();
    let deadline = opened.deadline(now);
    let seconds = deadline.map(|d| d.duration_since(now).as_secs());
    let place = opened.registered.as_ref().map(|r| r.institution.time_zone.as_str());
    let local = place.and_then(|z| jiff::tz::TimeZone::get(z).ok()).unwrap_or_else(|| zone.clone());
    let when = deadline.map(|d| {
        let city = format::city(place.unwrap_or(&desk.settings.time_zone), &desk.words, language);
        desk.words.say(language, "ticket.evaluation_at", &[("when", &format::day_time(d, now, &local, language)), ("city", &city)])
    });
    let owner = opened.line.owner.as_ref();
    let mine = opened.is_of(&seat.staff.id) == Some(true);
    let since = opened.line.owned_at.map(|at| format::day_time(at, now, &zone, language)).unwrap_or_default();
    let policy = &desk.playbook.rulebook.policy;
    let imminent = queue::group(&opened.line, now, &desk.playbook.limits, &policy.not_a_request) == queue::Group::Imminent;
    json!({
        "who": queue::who(&opened.line),
        "small": small.join(" · "),
        "number": row.number,
        "deadline": deadline.map(|d| d.to_string()),
        "left": seconds.filter(|s| *s > 0).map(|s| format::left(s, true, language)),
        "today": imminent && seconds.is_some_and(|s| s <= 0),
        "red": imminent,
        "when": when,
        "verdict": verdict(opened, language),
        "case": format!("case.{}", row.case),
        "sends": if row.action == "auto_reply" { "ticket.machine_may_send" } else { "ticket.person_sends" },
        "status": row.status, "open": row.status == "open", "leaving": opened.is_leaving(),
        "mine": mine, "free": owner.is_none(), "since": since,
        "owner": owner.filter(|_| !mine).map(|(_, name)| name.clone()),
        "notice": (!opened.ticket.notice.is_empty()).then(|| format!("ticket.{}", opened.ticket.notice)),
        "related": opened.ticket.related,
        "notes": opened.notes.iter().map(|(who, at, said)| json!({"who": who, "when": format::day_time(*at, now, &zone, language), "said": format::visible(said)})).collect::<Vec<_>>(),
    })
}

/// The first reasons, as many as have room.
fn verdict(opened: &Opened, language: Language) -> String {
    let key = if language == Language::Fr { "because_fr" } else { "because" };
    let because = opened.outcome.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut text = String::new();
    for reason in because.iter().filter_map(Value::as_str).take(3) {
        if !text.is_empty() && text.chars().count() + reason.chars().count() > VERDICT {
            break;
        }
        if !text.is_empty() {
            text.push_str(". ");
        }
        text.push_str(&sentence(reason));
    }
    format::visible(&text)
}

/// With a capital letter, and apostrophes as they are printed.
pub fn sentence(text: &str) -> String {
    let text = text.replace('\'', "’");
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
