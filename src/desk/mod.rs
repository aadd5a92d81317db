//! The desk: the page where support staff see tickets and drafts. It reads the store and changes nothing.

mod view;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use handlebars::Handlebars;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::clock::{Clock, System};
use crate::facts::Language;
use crate::message::{Identity, parse};
use crate::store::{Store, StoreError, tickets::Ticket};

const PAGE: &str = include_str!("../../templates/desk/page.hbs");
const STYLE: &str = include_str!("../../templates/desk/assets/desk.css");
/// Tickets that the queue shows.
const MOST: u32 = 300;

/// `[desk]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeskSettings {
    /// Address and port to listen on.
    pub listen: String,
    /// How people reach it.
    pub url: String,
    /// Whether cookies are for https only.
    pub secure_cookies: bool,
}

impl Default for DeskSettings {
    fn default() -> Self {
        Self { listen: "127.0.0.1:8080".into(), url: "http://127.0.0.1:8080".into(), secure_cookies: false }
    }
}

#[derive(Clone)]
struct Desk {
    store: Store,
    pages: Arc<Handlebars<'static>>,
}

#[derive(Debug, Deserialize)]
struct Wish {
    lang: Option<String>,
}

/// Opens the desk's listener. It has no sign-in, so it listens on this machine alone.
///
/// # Errors
/// When `listen` is no address of this machine, or is taken.
pub async fn listen(listen: &str) -> std::io::Result<tokio::net::TcpListener> {
    let address: SocketAddr =
        listen.parse().map_err(|_| std::io::Error::other(format!("[desk] listen: `{listen}` is no address and port")))?;
    if !address.ip().is_loopback() {
        return Err(std::io::Error::other(format!(
            "[desk] listen: {address} can be reached from other machines, and the desk has no sign-in; listen on 127.0.0.1"
        )));
    }
    tokio::net::TcpListener::bind(address).await.map_err(|e| std::io::Error::new(e.kind(), format!("[desk] listen {address}: {e}")))
}

/// Serves the desk on an open listener until `stop` resolves.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    store: Store,
    listener: tokio::net::TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router(store)?).with_graceful_shutdown(stop).await
}

fn router(store: Store) -> std::io::Result<Router> {
    let mut pages = Handlebars::new();
    pages.register_template_string("page", PAGE).map_err(std::io::Error::other)?;
    let desk = Desk { store, pages: Arc::new(pages) };
    Ok(Router::new()
        .route("/", get(queue))
        .route("/tickets/{id}", get(ticket))
        .route("/assets/desk.css", get(style))
        .route("/healthz", get(health))
        .layer(middleware::map_response(guarded))
        .with_state(desk))
}

/// Nothing from elsewhere runs or loads, nobody frames the page, nothing about people is kept by the browser (SAFETY, section 2).
async fn guarded(mut response: Response) -> Response {
    const POLICY: &str =
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
        ("cache-control", "no-store"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

async fn queue(State(desk): State<Desk>, Query(wish): Query<Wish>, headers: HeaderMap) -> Response {
    page(&desk, None, language(&wish, &headers)).await
}

async fn ticket(State(desk): State<Desk>, Path(id): Path<String>, Query(wish): Query<Wish>, headers: HeaderMap) -> Response {
    page(&desk, Some(id), language(&wish, &headers)).await
}

/// For machines that watch: 200 while all is well, else 503; what is told is the same either way.
async fn health(State(desk): State<Desk>) -> Response {
    match told(&desk.store, System.now()).await {
        Ok(told) => {
            let status = if told.get("ok") == Some(&true.into()) { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
            (status, Json(told)).into_response()
        }
        Err(error) => {
            tracing::error!("the desk cannot tell its health: {}", error.kind());
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"ok": false, "troubles": ["the store does not answer"]}))).into_response()
        }
    }
}

/// How the house is: mailboxes with their last look, the oldest message not judged, the oldest reply not sent, what does not work.
async fn told(store: &Store, now: Timestamp) -> Result<Value, StoreError> {
    let stale = store.directory_stale_since(now).await?;
    let mut troubles: Vec<String> = store.troubles().await?.into_iter().map(|t| t.what).collect();
    troubles.extend(stale.map(|since| format!("the directory is stale: last looked at {since}; no reply leaves without a person")));
    let age = |at: Option<Timestamp>| at.map(|at| now.duration_since(at).as_secs());
    let mailboxes: Vec<Value> = (store.mailbox_states().await?.into_iter())
        .map(|m| {
            json!({"name": m.name, "looked_at": m.looked_at, "failing_since": m.failing_since, "why": m.why,
            "token_obtained_at": m.token_at, "token_expires_at": m.token_until})
        })
        .collect();
    Ok(json!({
        "ok": troubles.is_empty(),
        "troubles": troubles,
        "mailboxes": mailboxes,
        "oldest_unjudged_seconds": age(store.oldest_unjudged().await?),
        "oldest_unsent_seconds": age(store.oldest_unsent().await?),
        "alarms_waiting": store.alarms_waiting().await?,
    }))
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
}

/// The language asked for, else the browser's.
fn language(wish: &Wish, headers: &HeaderMap) -> Language {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    wish.lang.as_deref().and_then(Language::from_code).unwrap_or(if accepted.starts_with("fr") { Language::Fr } else { Language::En })
}

async fn page(desk: &Desk, id: Option<String>, language: Language) -> Response {
    let now = System.now();
    let tickets = match desk.store.queue(MOST).await {
        Ok(tickets) => tickets,
        Err(error) => return broken(&error),
    };
    let open = match &id {
        Some(id) => match desk.store.ticket(id).await {
            Ok(Some(ticket)) => Some(ticket),
            Ok(None) => return (StatusCode::NOT_FOUND, "There is no such ticket. / Ce dossier n’existe pas.").into_response(),
            Err(error) => return broken(&error),
        },
        None => None,
    };
    let notes = match notes(desk, open.as_ref(), now).await {
        Ok(notes) => notes,
        Err(error) => return broken(&error),
    };
    match desk.pages.render("page", &view::page(&tickets, open.as_ref(), &notes, language, now)) {
        Ok(html) => Html(html).into_response(),
        Err(error) => broken(&error),
    }
}

/// What staff have to know beside the tickets.
async fn notes(desk: &Desk, open: Option<&Ticket>, now: Timestamp) -> Result<view::Notes, StoreError> {
    let stale = desk.store.directory_stale_since(now).await?;
    let Some(ticket) = open else { return Ok(view::Notes { stale, held: None, earlier: Vec::new() }) };
    let reply = desk.store.reply_state(&ticket.row.id).await?;
    let waits = |state: &str| !matches!(state, "sent" | "cancelled" | "shadow");
    let held = reply.filter(|(state, why)| waits(state) && !why.is_empty()).map(|(_, why)| why);
    // The newest message is the ticket's; those before it are read again from what came.
    let mut said = desk.store.said(&ticket.row.id, "").await?;
    said.pop();
    let earlier = said.iter().map(|s| parse::message(&s.raw, &Identity::default()).clean).collect();
    Ok(view::Notes { stale, held, earlier })
}

fn broken(error: &dyn std::fmt::Display) -> Response {
    tracing::error!("the desk cannot show a page: {error}");
    (StatusCode::INTERNAL_SERVER_ERROR, "The desk cannot show this page; the operator's log says why.").into_response()
}
