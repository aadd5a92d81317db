//! Finding tickets by person, address, text or number, whatever became of them.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::seat::Seat;
use super::{Desk, queue};
use crate::store::StoreError;

/// Tickets that a search shows.
const MOST: u32 = 50;

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
}

/// The tickets that hold every word of the question; the number of a ticket leads to it.
pub async fn show(State(desk): State<Desk>, seat: Seat, Query(asked): Query<Asked>) -> Response {
    let text: String = asked.q.chars().take(400).collect();
    let found = match found(&desk, &seat, &text).await {
        Ok(found) => found,
        Err(error) => return desk.broken(&error),
    };
    let is_number = text.trim().trim_start_matches(['T', 't']).trim_start_matches(['-', '#']).parse::<i64>().is_ok();
    if let ([only], true) = (found.as_slice(), is_number)
        && let Some(number) = only.get("number").and_then(Value::as_i64)
    {
        return Redirect::to(&format!("/queue/{number}")).into_response();
    }
    let title = desk.words.say(seat.language, "search.title", &[]);
    let many = found.len() >= MOST as usize;
    let view = json!({"title": title, "q": text, "none": found.is_empty() && !text.trim().is_empty(), "many": many, "rows": found, "here": "/queue"});
    desk.pages.page(&desk, &seat, "search", view).await
}

async fn found(desk: &Desk, seat: &Seat, text: &str) -> Result<Vec<Value>, StoreError> {
    let numbers = desk.store.find(text, MOST).await?;
    let now = desk.clock.now();
    let lines = desk.store.tickets_numbered(&numbers).await?;
    Ok(lines
        .iter()
        .map(|line| {
            let mut row = queue::row(desk, seat, line, now);
            if let Some(row) = row.as_object_mut() {
                row.insert("status".into(), format!("search.{}", line.ticket.status).into());
            }
            row
        })
        .collect())
}
