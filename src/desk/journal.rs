//! The journal of a ticket and of the whole desk: what happened, when, to which ticket, and by whose hand.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::seat::Seat;
use super::{Desk, format};
use crate::store::journal::Noted;
use crate::store::staff::Role;

/// Lines of a page.
const PAGE: u32 = 100;

/// The routes of the journal.
pub fn routes() -> Router<Desk> {
    Router::new().route("/journal", get(show)).route("/queue/{number}/journal", get(of_ticket))
}

#[derive(Debug, Deserialize)]
struct Asked {
    before: Option<String>,
}

/// Where a list goes on: an instant in milliseconds and an id. It reads as nothing where somebody changed it.
pub fn cursor(text: &str) -> Option<(Timestamp, &str)> {
    let (at, id) = text.split_once('-')?;
    Some((Timestamp::from_millisecond(at.parse().ok()?).ok()?, id))
}

async fn show(State(desk): State<Desk>, seat: Seat, Query(asked): Query<Asked>) -> Response {
    if let Err(refused) = seat.may(Role::Lead) {
        return refused;
    }
    let before = asked.before.as_deref().and_then(cursor);
    let lines = match desk.store.journal_page(before, PAGE).await {
        Ok(lines) => lines,
        Err(error) => return desk.broken(&error),
    };
    let older = lines.last().filter(|_| lines.len() == PAGE as usize).map(|l| format!("/journal?before={}-{}", l.at, l.id));
    let rows: Vec<Value> = lines.iter().map(|line| row(&desk, &seat, line)).collect();
    let title = desk.words.say(seat.language, "journal.title", &[]);
    let view = json!({"title": title, "here": "/journal", "rows": rows, "older": older, "newest": before.is_none()});
    desk.pages.page(&desk, &seat, "journal", view).await
}

/// What happened to one ticket; whoever may see it may see that.
async fn of_ticket(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>) -> Response {
    let lines = match desk.store.journal_of(number, PAGE).await {
        Ok(lines) => lines,
        Err(error) => return desk.broken(&error),
    };
    let rows: Vec<Value> = lines.iter().map(|line| row(&desk, &seat, line)).collect();
    let title = desk.words.say(seat.language, "journal.title", &[]);
    let view = json!({"title": title, "here": format!("/queue/{number}/journal"), "rows": rows, "newest": true, "of": number});
    desk.pages.page(&desk, &seat, "journal", view).await
}

fn row(desk: &Desk, seat: &Seat, line: &Noted) -> Value {
    let at = Timestamp::from_millisecond(line.at).unwrap_or(Timestamp::UNIX_EPOCH);
    let key = format!("journal.{}", line.event.replace(' ', "_"));
    let known = desk.words.has(&key);
    json!({
        "at": at.to_string(),
        "when": format::day_time(at, desk.clock.now(), &desk.zone(seat), seat.language),
        "who": line.staff.as_deref().map(format::visible),
        "number": line.number,
        "event": if known { desk.words.say(seat.language, &key, &[]) } else { format::visible(&line.event) },
        "foreign": !known,
        // What programs read is no detail for people.
        "detail": Some(format::visible(&line.detail)).filter(|d| !d.starts_with('{') && !d.is_empty()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_as_it_was_written_or_not_at_all() {
        let at = Timestamp::from_millisecond(1_762_800_000_123).unwrap();
        assert_eq!(cursor("1762800000123-01KABC"), Some((at, "01KABC")));
        assert_eq!(cursor("1762800000123-a-b"), Some((at, "a-b")));
        for odd in ["", "-", "x-1", "99999999999999999999-1", "1762800000123", "9223372036854775807-x"] {
            assert_eq!(cursor(odd), None, "{odd}");
        }
    }
}
