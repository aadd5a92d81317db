//! The queue: whom to answer first. Time left is the order.

mod rows;

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::Deserialize;
use serde_json::{Value, json};

use super::seat::Seat;
use super::{Desk, format};
use crate::rules::policy::Limits;
use crate::store::StoreError;
use crate::store::queue::QueueLine;

/// Tickets that are kept in mind; of further ones only their number is said.
const MOST: u32 = 5_000;
/// Rows that a group shows at first.
const SHOWN: usize = 25;
/// Rows that one group alone shows.
const SHOWN_ALONE: usize = 100;
/// Minutes pass without anything changing, and they too move tickets from group to group.
const FRESH: SignedDuration = SignedDuration::from_secs(20);

/// Where a ticket stands: in the first group that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// A request, and the evaluation is within a day.
    Imminent,
    /// Within three days, or it waits for longer than a working day.
    Today,
    /// A draft to be reviewed.
    Review,
    /// No reply is drafted.
    Person,
}

impl Group {
    const ALL: [Self; 4] = [Self::Imminent, Self::Today, Self::Review, Self::Person];

    /// Its name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Imminent => "imminent",
            Self::Today => "today",
            Self::Review => "review",
            Self::Person => "person",
        }
    }
}

/// The group of a ticket.
pub fn group(line: &QueueLine, now: Timestamp, limits: &Limits, not_a_request: &[String]) -> Group {
    let ticket = &line.ticket;
    let over = line.over_at.is_some_and(|over| over <= now);
    let left = ticket.deadline.filter(|_| !over).map(|deadline| deadline.duration_since(now));
    let request = !not_a_request.contains(&ticket.case);
    match left {
        Some(left) if left <= limits.imminent && request => Group::Imminent,
        Some(left) if left <= limits.soon && request => Group::Today,
        _ if request && ticket.received_at < a_working_day_before(now) => Group::Today,
        _ if ticket.action == "hand_over" => Group::Person,
        _ => Group::Review,
    }
}

/// The same time on the working day before: what came on Friday has not waited a day by Sunday.
fn a_working_day_before(now: Timestamp) -> Timestamp {
    let at = now.to_zoned(TimeZone::UTC);
    let days = match at.weekday() {
        Weekday::Monday => 3,
        Weekday::Sunday => 2,
        _ => 1,
    };
    at.checked_sub(days.days()).map_or(now, |z| z.timestamp())
}

/// The queue as it stood at a change.
#[derive(Debug)]
pub struct Queue {
    seq: i64,
    at: Timestamp,
    /// In order, with their groups.
    pub lines: Vec<(Group, QueueLine)>,
}

impl Queue {
    /// How many wait.
    pub fn count(&self) -> usize {
        self.lines.len()
    }

    /// The same in figures: `14`, `5000+`.
    pub fn count_text(&self) -> String {
        let more = if self.lines.len() >= MOST as usize { "+" } else { "" };
        format!("{}{more}", self.lines.len())
    }

    /// Who is next: after this ticket, or first of all.
    pub fn next(&self, after: Option<i64>) -> Option<&QueueLine> {
        let at = after.and_then(|number| self.lines.iter().position(|(_, l)| l.ticket.number == number));
        let next = at.and_then(|at| self.lines.get(at + 1)).or_else(|| self.lines.iter().find(|(_, l)| Some(l.ticket.number) != after));
        next.map(|(_, line)| line)
    }

    /// A line by its ticket's number.
    pub fn line(&self, number: i64) -> Option<&(Group, QueueLine)> {
        self.lines.iter().find(|(_, l)| l.ticket.number == number)
    }
}

/// The newest queue that was read; read again when something changed.
#[derive(Debug, Default)]
pub struct Kept(Mutex<Option<Arc<Queue>>>);

impl Desk {
    /// The queue as it is.
    pub(super) async fn queue(&self) -> Result<Arc<Queue>, StoreError> {
        let (seq, now) = (self.store.newest_change().await?, self.clock.now());
        let kept = self.queue.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(queue) = kept.filter(|q| q.seq == seq && now.duration_since(q.at) < FRESH) {
            return Ok(queue);
        }
        let policy = &self.playbook.rulebook.policy;
        let lines = self.store.waiting_tickets(MOST, now).await?.into_iter();
        let mut lines: Vec<_> = lines.map(|l| (group(&l, now, &self.playbook.limits, &policy.not_a_request), l)).collect();
        // Stable: inside a group the order of the store stays.
        lines.sort_by_key(|(group, _)| *group);
        let queue = Arc::new(Queue { seq, at: now, lines });
        *self.queue.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&queue));
        Ok(queue)
    }
}

/// The routes of the queue itself.
pub fn routes() -> Router<Desk> {
    Router::new()
        .route("/queue", get(list))
        .route("/queue/list", get(part))
        .route("/queue/rows/{number}", get(one_row))
        .route("/live", get(live))
        .route("/tickets/{id}", get(by_id))
}

#[derive(Debug, Deserialize)]
struct Asked {
    group: Option<String>,
}

async fn list(State(desk): State<Desk>, seat: Seat, Query(asked): Query<Asked>) -> Response {
    let queue = match desk.queue().await {
        Ok(queue) => queue,
        Err(error) => return desk.broken(&error),
    };
    let void = match rows::void(&desk, &seat, &queue).await {
        Ok(void) => void,
        Err(error) => return desk.broken(&error),
    };
    let title = desk.words.say(seat.language, "frame.queue", &[]);
    let view = json!({"title": title, "panes": true, "list": true, "here": "/queue", "void": void,
        "groups": rows::groups(&desk, &seat, &queue, None, asked.group.as_deref())});
    desk.pages.page(&desk, &seat, "queue", view).await
}

/// The list alone, for pages that are open.
async fn part(State(desk): State<Desk>, seat: Seat, Query(asked): Query<Asked>) -> Response {
    match desk.queue().await {
        Ok(queue) => desk.pages.bare(
            seat.language,
            "queue_list",
            json!({"groups": rows::groups(&desk, &seat, &queue, None, asked.group.as_deref())}),
        ),
        Err(error) => desk.broken(&error),
    }
}

/// One row as it is now; nothing when the ticket waits no longer.
async fn one_row(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>) -> Response {
    match desk.queue().await {
        Ok(queue) => match queue.line(number) {
            Some((_, line)) => desk.pages.bare(seat.language, "row", rows::row(&desk, &seat, line, None, desk.clock.now())),
            None => StatusCode::NO_CONTENT.into_response(),
        },
        Err(error) => desk.broken(&error),
    }
}

async fn live(State(desk): State<Desk>, seat: Seat) -> Response {
    match super::frame::live(&desk, &seat, desk.clock.now()).await {
        Ok(live) => desk.pages.bare(seat.language, "live", json!({"frame": {"live": live}})),
        Err(error) => desk.broken(&error),
    }
}

/// Links in alarms name a ticket by its id.
async fn by_id(State(desk): State<Desk>, seat: Seat, Path(id): Path<String>) -> Response {
    match desk.store.ticket(&id).await {
        Ok(Some(ticket)) => Redirect::to(&format!("/queue/{}", ticket.row.number)).into_response(),
        Ok(None) => desk.told(&seat, StatusCode::NOT_FOUND, "frame.no_ticket").await,
        Err(error) => desk.broken(&error),
    }
}

/// The groups of the queue with their rows; `current`: the ticket that is open.
pub fn list_view(desk: &Desk, seat: &Seat, queue: &Queue, current: Option<i64>) -> Vec<Value> {
    rows::groups(desk, seat, queue, current, None)
}

/// Who a line is about.
pub fn who(line: &QueueLine) -> String {
    rows::who(line)
}

/// A line as a row, outside of the queue.
pub fn row(desk: &Desk, seat: &Seat, line: &QueueLine, now: Timestamp) -> Value {
    rows::row(desk, seat, line, None, now)
}

/// Who is next, in the words of the outbox strip.
pub fn next_words(desk: &Desk, seat: &Seat, queue: &Queue, after: Option<i64>) -> Value {
    let Some(line) = queue.next(after) else { return Value::Null };
    let now = desk.clock.now();
    let left = line.ticket.deadline.map(|d| d.duration_since(now).as_secs()).filter(|s| *s > 0);
    json!({"href": format!("/queue/{}", line.ticket.number), "who": rows::who(line), "left": left.map(|s| format::left(s, false, seat.language))})
}

#[cfg(test)]
mod tests;
