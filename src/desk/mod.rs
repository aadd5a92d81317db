//! The desk: the page where support staff see tickets and drafts. It reads the store and changes nothing.

mod view;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use handlebars::Handlebars;
use serde::Deserialize;

use crate::clock::{Clock, System};
use crate::facts::Language;
use crate::store::{Store, StoreError};

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

/// For machines that watch: 200 while all is well, else 503 and why.
async fn health(State(desk): State<Desk>) -> Response {
    match desk.store.directory_stale_since(System.now()).await {
        Ok(None) => (StatusCode::OK, "ok\n").into_response(),
        Ok(Some(since)) => {
            let why = format!("the directory is stale: last looked at {since}; no reply leaves without a person\n");
            (StatusCode::SERVICE_UNAVAILABLE, why).into_response()
        }
        Err(error) => {
            tracing::error!("the desk cannot tell its health: {error}");
            (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n").into_response()
        }
    }
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
    let (stale, held) = match (desk.store.directory_stale_since(now).await, held(desk, id.as_deref()).await) {
        (Ok(stale), Ok(held)) => (stale, held),
        (Err(error), _) | (_, Err(error)) => return broken(&error),
    };
    match desk.pages.render("page", &view::page(&tickets, open.as_ref(), &view::Notes { stale, held }, language, now)) {
        Ok(html) => Html(html).into_response(),
        Err(error) => broken(&error),
    }
}

/// Why a reply that was to leave without a person did not.
async fn held(desk: &Desk, id: Option<&str>) -> Result<Option<String>, StoreError> {
    let Some(id) = id else { return Ok(None) };
    let reply = desk.store.reply_state(id).await?;
    Ok(reply.filter(|(state, why)| state != "sent" && !why.is_empty()).map(|(_, why)| why))
}

fn broken(error: &dyn std::fmt::Display) -> Response {
    tracing::error!("the desk cannot show a page: {error}");
    (StatusCode::INTERNAL_SERVER_ERROR, "The desk cannot show this page; the operator's log says why.").into_response()
}
