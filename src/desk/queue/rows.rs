//! Lines of the queue to rows of the page.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Group, Queue, SHOWN, SHOWN_ALONE};
use crate::desk::seat::Seat;
use crate::desk::{Desk, format};
use crate::facts::Language;
use crate::store::StoreError;
use crate::store::queue::QueueLine;

/// Letters of a reason that a row has room for.
const REASON: usize = 48;

/// The groups that hold anything; `only`: this one alone, with more of its rows.
pub fn groups(desk: &Desk, seat: &Seat, queue: &Queue, current: Option<i64>, only: Option<&str>) -> Vec<Value> {
    let now = desk.clock.now();
    let shown = if only.is_some() { SHOWN_ALONE } else { SHOWN };
    Group::ALL
        .into_iter()
        .filter(|group| only.is_none_or(|only| only == group.name()))
        .filter_map(|group| {
            let lines: Vec<&QueueLine> = queue.lines.iter().filter(|(g, _)| *g == group).map(|(_, l)| l).collect();
            let count = lines.len();
            let of_group = |at: usize, line: &QueueLine| at < shown || current == Some(line.ticket.number);
            let rows: Vec<Value> = lines
                .into_iter()
                .enumerate()
                .filter(|(at, line)| of_group(*at, line))
                .map(|(_, line)| row(desk, seat, line, current, now))
                .collect();
            let more = count.saturating_sub(rows.len());
            (count > 0).then(|| {
                json!({"name": group.name(), "word": format!("queue.{}", group.name()), "hint": format!("queue.{}_hint", group.name()),
                    "now": group == Group::Imminent, "count": count, "rows": rows, "more": (more > 0).then_some(more)})
            })
        })
        .collect()
}

/// One row.
pub fn row(desk: &Desk, seat: &Seat, line: &QueueLine, current: Option<i64>, now: Timestamp) -> Value {
    let ticket = &line.ticket;
    let seconds = ticket.deadline.map(|d| d.duration_since(now).as_secs());
    let imminent = super::group(line, now, &desk.playbook.limits, &desk.playbook.rulebook.policy.not_a_request) == Group::Imminent;
    let zone = desk.zone(seat);
    let owner = line.owner.as_ref();
    let mine = owner.is_some_and(|(id, _)| *id == seat.staff.id);
    json!({
        "number": ticket.number,
        "who": who(line),
        "current": current == Some(ticket.number),
        "deadline": ticket.deadline.map(|d| d.to_string()),
        "left": seconds.filter(|s| *s > 0).map(|s| format::left(s, false, seat.language)),
        "today": imminent && seconds.is_some_and(|s| s <= 0),
        "red": imminent,
        "case": format!("case.{}", ticket.case),
        "reason": short(if seat.language == Language::Fr { &ticket.reason_fr } else { &ticket.reason_en }, REASON),
        "language": ticket.language.to_uppercase(),
        "state": state(line).map(|s| format!("state.{s}")),
        "mine": mine,
        "owner": owner.filter(|_| !mine).map(|(_, name)| json!({"initials": format::initials(name), "name": first(name)})),
        "free": imminent && owner.is_none(),
        "new": line.messages > 1,
        "returned": line.notice == "reply_returned",
        "received": ticket.received_at.to_string(),
        "received_short": format::short(ticket.received_at, now, &zone, seat.language),
    })
}

/// The state of the invitation, as far as anybody was found.
pub fn state(line: &QueueLine) -> Option<&str> {
    line.ticket.state.as_deref().or((line.ticket.match_kind == "none").then_some("not_found"))
}

/// Who it is about: the person found, else whoever wrote.
pub fn who(line: &QueueLine) -> String {
    format::visible(line.ticket.person.as_deref().unwrap_or(&line.ticket.sender))
}

fn first(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most - 1).collect();
    format!("{}…", cut.trim_end())
}

/// What the pane says while no ticket is open: reassurance with proof, or who is first.
pub async fn void(desk: &Desk, seat: &Seat, queue: &Queue) -> Result<Value, StoreError> {
    let first = queue.next(None).map(|line| {
        let now = desk.clock.now();
        json!({"href": format!("/queue/{}", line.ticket.number), "who": who(line),
            "left": line.ticket.deadline.map(|d| d.duration_since(now).as_secs()).filter(|s| *s > 0).map(|s| format::left(s, true, seat.language))})
    });
    if first.is_some() {
        return Ok(json!({"first": first}));
    }
    let now = desk.clock.now();
    let zone = desk.zone(seat);
    let midnight = now.to_zoned(zone.clone()).start_of_day().map_or(now, |z| z.timestamp());
    let (by_machine, by_people) = desk.store.answered_since(midnight).await?;
    let looked = desk.store.mailbox_states().await?.iter().filter_map(|m| m.looked_at).min();
    let next = desk.store.next_evaluation(now).await?.map(|e| {
        json!({"title": if seat.language == Language::Fr { &e.title_fr } else { &e.title_en },
            "when": format::day_time(e.starts_at, now, &zone, seat.language), "not_activated": e.not_activated})
    });
    Ok(json!({"by_machine": by_machine, "by_people": by_people, "next": next,
        "fetched": looked.map(|at| format::age(now.duration_since(at).as_secs(), seat.language))}))
}
