//! The ledger: every message of the mailboxes, its fate and the reason; what a person may do about those that no ticket has.

mod view;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use serde::Deserialize;

use super::seat::Seat;
use super::{Desk, journal, rules};
use crate::store::StoreError;
use crate::store::ledger::Which;
use crate::store::staff::Role;

/// Lines of a page.
const PAGE: u32 = 80;

/// The routes of the ledger.
pub fn routes() -> Router<Desk> {
    Router::new()
        .route("/ledger", get(show))
        .route("/ledger/{id}/person", post(person))
        .route("/ledger/{id}/again", post(again))
        .route("/ledger/{id}/raw", get(raw))
}

/// Which part of the ledger; all of it when nothing is said.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    mailbox: String,
    fate: String,
    before: String,
    done: String,
}

impl Asked {
    /// The address of a part of the ledger.
    fn href(mailbox: &str, fate: &str, more: &str) -> String {
        let mut parts = Vec::new();
        for (name, value) in [("mailbox", mailbox), ("fate", fate)] {
            if !value.is_empty() {
                parts.push(format!("{name}={}", in_address(value)));
            }
        }
        parts.extend(Some(more.to_owned()).filter(|m| !m.is_empty()));
        if parts.is_empty() { "/ledger".into() } else { format!("/ledger?{}", parts.join("&")) }
    }
}

/// A value as it stands in an address (RFC 3986 section 2.1).
fn in_address(value: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
    value.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

async fn show(State(desk): State<Desk>, seat: Seat, Query(asked): Query<Asked>) -> Response {
    match page(&desk, &seat, &asked).await {
        Ok(page) => page,
        Err(error) => desk.broken(&error),
    }
}

async fn page(desk: &Desk, seat: &Seat, asked: &Asked) -> Result<Response, StoreError> {
    let which = Which { mailbox: &asked.mailbox, shown: &asked.fate, before: journal::cursor(&asked.before) };
    let lines = desk.store.ledger_page(which, PAGE).await?;
    let counts = desk.store.ledger_counts().await?;
    let compared = desk.store.comparisons().await?;
    let view = view::page(desk, seat, asked, &view::Ledger { lines: &lines, counts: &counts, compared: &compared });
    Ok(desk.pages.page(desk, seat, "ledger", view).await)
}

/// Where somebody comes from, and what they want.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct From {
    mailbox: String,
    fate: String,
}

impl From {
    fn back(&self, done: &str) -> Response {
        Redirect::to(&Asked::href(&self.mailbox, &self.fate, &format!("done={done}"))).into_response()
    }
}

/// An ignored message is a person's: it is judged again as one, and answers nothing by itself.
async fn person(State(desk): State<Desk>, seat: Seat, Path(id): Path<String>, Form(from): Form<From>) -> Response {
    if let Err(refused) = seat.may(Role::Send) {
        return refused;
    }
    match is_a_person(&desk, &seat, &id).await {
        Ok(done) => from.back(if done { "person" } else { "late" }),
        Err(error) => desk.broken(&error),
    }
}

async fn is_a_person(desk: &Desk, seat: &Seat, id: &str) -> Result<bool, StoreError> {
    let Some((.., why)) = desk.store.message_place(id).await? else { return Ok(false) };
    let case = why.split_once(':').map_or(why.as_str(), |(case, _)| case);
    let ids = [desk.clock.id().to_string(), desk.clock.id().to_string()];
    let [correction, entry] = ids.each_ref().map(String::as_str);
    desk.store.is_a_person(id, &seat.staff.id, rules::rule_of(desk, case), [correction, entry], desk.clock.now()).await
}

/// A quarantined message is tried again.
async fn again(State(desk): State<Desk>, seat: Seat, Path(id): Path<String>, Form(from): Form<From>) -> Response {
    if let Err(refused) = seat.may(Role::Send) {
        return refused;
    }
    match tried_again(&desk, &seat, &id).await {
        Ok(done) => from.back(if done { "again" } else { "late" }),
        Err(error) => desk.broken(&error),
    }
}

async fn tried_again(desk: &Desk, seat: &Seat, id: &str) -> Result<bool, StoreError> {
    let Some((mailbox, uid, ..)) = desk.store.message_place(id).await? else { return Ok(false) };
    let done = desk.store.try_again(&mailbox, Some(&uid)).await? > 0;
    if done {
        let entry = desk.clock.id().to_string();
        desk.store.note_by(&entry, None, "tried again", "", &seat.staff.id, desk.clock.now()).await?;
    }
    Ok(done)
}

/// A quarantined message as it came, to be saved and never shown: nothing of it is known to be harmless.
async fn raw(State(desk): State<Desk>, seat: Seat, Path(id): Path<String>) -> Response {
    if let Err(refused) = seat.may(Role::Send) {
        return refused;
    }
    match kept(&desk, &seat, &id).await {
        Ok(Some(raw)) => download(&id, raw),
        Ok(None) => desk.told(&seat, StatusCode::NOT_FOUND, "frame.not_found").await,
        Err(error) => desk.broken(&error),
    }
}

async fn kept(desk: &Desk, seat: &Seat, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let place = desk.store.message_place(id).await?;
    if place.is_none_or(|(_, _, fate, _)| fate != "quarantined") {
        return Ok(None);
    }
    let raw = desk.store.raw_of(id).await?;
    if raw.is_some() {
        let entry = desk.clock.id().to_string();
        desk.store.note_by(&entry, None, "downloaded", "", &seat.staff.id, desk.clock.now()).await?;
    }
    Ok(raw)
}

fn download(id: &str, raw: Vec<u8>) -> Response {
    let id: String = id.chars().filter(char::is_ascii_alphanumeric).take(26).collect();
    let mut answer = raw.into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"usher-{id}.eml\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_whatever_a_mailbox_is_called() {
        for (mailbox, fate, more, expected) in [
            ("", "", "", "/ledger"),
            ("support", "", "", "/ledger?mailbox=support"),
            ("a&b=c \u{e9}\r\n", "ignored", "", "/ledger?mailbox=a%26b%3Dc%20%C3%A9%0D%0A&fate=ignored"),
            ("", "held", "before=1-x", "/ledger?fate=held&before=1-x"),
        ] {
            assert_eq!(Asked::href(mailbox, fate, more), expected);
        }
    }

    #[test]
    fn what_is_saved_is_never_shown() {
        let answer = download("01K\"\r\nX/../", b"<script>".to_vec());
        let header = |name: header::HeaderName| answer.headers().get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!(header(header::CONTENT_DISPOSITION), "attachment; filename=\"usher-01KX.eml\"");
        assert_eq!(header(header::CONTENT_TYPE), "application/octet-stream");
        assert_eq!(header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    }
}
