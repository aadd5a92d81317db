//! The strip of replies that are leaving, and what a person does to them: undo, send now, try again.

use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::seat::Seat;
use super::{Desk, format, queue};
use crate::store::StoreError;

/// The strip alone, for pages that are open.
pub async fn show(State(desk): State<Desk>, seat: Seat) -> Response {
    match strip(&desk, &seat, desk.clock.now()).await {
        Ok(strip) => desk.pages.bare(seat.language, "out", json!({"frame": {"outbox": strip}, "csrf": seat.csrf})),
        Err(error) => desk.broken(&error),
    }
}

/// The strip; null: nothing is leaving.
pub async fn strip(desk: &Desk, seat: &Seat, now: Timestamp) -> Result<Value, StoreError> {
    let leaving = desk.store.leaving(&seat.staff.id, now).await?;
    let failed = desk.store.not_sent(&seat.staff.id).await?;
    if leaving.is_empty() && failed.is_empty() {
        return Ok(Value::Null);
    }
    let queue = desk.queue().await?;
    let after = leaving.first().map(|l| l.number);
    let lines: Vec<Value> = leaving
        .iter()
        .map(|l| {
            let seconds = l.leaves_at.duration_since(now).as_secs().max(0);
            json!({"number": l.number, "who": format::visible(&l.who), "at": l.leaves_at.to_string(), "seconds": seconds,
                "waits": l.state == "queued", "again": l.state == "retry"})
        })
        .collect();
    let failed: Vec<Value> = failed
        .iter()
        .map(
            |l| json!({"number": l.number, "who": format::visible(&l.who), "why": format::visible(&l.why), "unsure": l.state == "unknown"}),
        )
        .collect();
    Ok(json!({"lines": lines, "failed": failed, "next": queue::next_words(desk, seat, &queue, after)}))
}
