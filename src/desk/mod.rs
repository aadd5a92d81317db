//! The desk: the page where support staff read tickets, correct what was read, and send replies. It approves by writing an outbox row;
//! whoever delivers takes it from there.

mod act;
mod api;
mod approve;
mod assets;
mod attempt;
mod chart;
mod csv;
mod doors;
mod factor;
mod format;
mod frame;
mod guard;
mod health;
mod journal;
mod judge;
mod ledger;
mod live;
mod me;
mod openid;
mod outbox;
mod pages;
pub mod password;
mod queue;
mod register;
mod rules;
mod search;
mod seat;
pub mod secrets;
mod sign_in;
mod staff;
mod statistics;
mod ticket;
pub mod welcome;
mod words;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Router, middleware};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::json;
use tower_http::compression::CompressionLayer;

use self::doors::Doors;
use self::pages::Pages;
use self::seat::Seat;
use self::words::Words;
use crate::channels::openid::OpenIdSettings;
use crate::clock::Clock;
use crate::message::thread::Threads;
use crate::people::codes::Seal;
use crate::people::directory::InForce;
use crate::store::{Store, StoreError};
use crate::triage::playbook::Playbook;

/// How long answers that were begun may take once the desk is told to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// `[desk]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeskSettings {
    /// Address and port to listen on.
    pub listen: String,
    /// How people reach it.
    pub url: String,
    /// Whether cookies are for https only; by itself where `url` is https.
    pub secure_cookies: bool,
    /// The time zone of people who set none of their own.
    pub time_zone: String,
    /// How long a session lasts without a request.
    pub idle: SignedDuration,
    /// How long one lasts at most.
    pub longest: SignedDuration,
    /// Whether a code is asked for beside the password.
    pub second_factor: SecondFactor,
    /// Whether a proxy stands before the desk, which says where requests come from (the last X-Forwarded-For).
    pub behind_proxy: bool,
    /// `[desk.openid]`: an identity provider to sign in by.
    pub openid: Option<OpenIdSettings>,
}

/// Who has to have a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactor {
    /// Whoever wants one.
    #[default]
    Optional,
    /// Everybody.
    Required,
}

impl Default for DeskSettings {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".into(),
            url: "http://127.0.0.1:8080".into(),
            secure_cookies: false,
            time_zone: "UTC".into(),
            idle: SignedDuration::from_mins(30),
            longest: SignedDuration::from_hours(12),
            second_factor: SecondFactor::Optional,
            behind_proxy: false,
            openid: None,
        }
    }
}

/// Everything that the desk works with.
#[derive(Clone)]
pub struct Works {
    /// The memory.
    pub store: Store,
    /// Rules and templates.
    pub playbook: Arc<Playbook>,
    /// The register in force.
    pub in_force: Arc<InForce>,
    /// Nothing else in this process keeps the register up to date: by this the codes in it are compared.
    pub alone: Option<Seal>,
    /// Marks conversations.
    pub threads: Threads,
    /// The desk's own From.
    pub from: String,
    /// `[desk]`.
    pub settings: DeskSettings,
    /// The mailboxes by name, and whether drafts stand in their drafts folders.
    pub mailboxes: BTreeMap<String, bool>,
    /// Nothing is sent: there is nobody to deliver.
    pub trial: bool,
    /// How long a reply that was approved waits before it goes.
    pub hold: SignedDuration,
    /// The key of the house: second factors are sealed under it.
    pub key: [u8; 32],
    /// Time.
    pub clock: Arc<dyn Clock>,
}

/// The desk as its handlers know it.
#[derive(Clone)]
pub(crate) struct Desk(Arc<Inner>);

pub(crate) struct Inner {
    works: Works,
    pages: Pages,
    words: Arc<Words>,
    queue: queue::Kept,
    doors: Doors,
    live: live::Live,
}

impl std::ops::Deref for Inner {
    type Target = Works;

    fn deref(&self) -> &Works {
        &self.works
    }
}

impl std::ops::Deref for Desk {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Desk {
    /// The time zone in which somebody reads times.
    fn zone(&self, seat: &Seat) -> TimeZone {
        let own = Some(seat.staff.zone.as_str()).filter(|z| !z.is_empty()).unwrap_or(&self.settings.time_zone);
        TimeZone::get(own).unwrap_or(TimeZone::UTC)
    }

    /// The answer when the house is broken; the log says why, without anybody's data.
    fn broken(&self, error: &StoreError) -> Response {
        tracing::error!("the desk: {}", error.kind());
        (StatusCode::INTERNAL_SERVER_ERROR, "The desk cannot show this page; the operator's log says why.").into_response()
    }

    /// A page that says one sentence.
    async fn told(&self, seat: &Seat, status: StatusCode, word: &str) -> Response {
        let text = self.words.say(seat.language, word, &[]);
        self.pages.page_as(status, self, seat, "told", json!({"title": text, "text": text})).await
    }
}

/// Opens the desk's listener.
///
/// # Errors
/// When `listen` is no address of this machine, or is taken, or can be reached from elsewhere although nothing in front of it encrypts.
pub async fn listen(settings: &DeskSettings) -> std::io::Result<tokio::net::TcpListener> {
    let listen = &settings.listen;
    let address: SocketAddr =
        listen.parse().map_err(|_| std::io::Error::other(format!("[desk] listen: `{listen}` is no address and port")))?;
    if !address.ip().is_loopback() && !settings.url.starts_with("https://") {
        return Err(std::io::Error::other(format!(
            "[desk] listen: {address} can be reached from other machines, and passwords would travel in clear; put a proxy with TLS before it \
             and say so in [desk] url (https://…), or listen on 127.0.0.1"
        )));
    }
    tokio::net::TcpListener::bind(address).await.map_err(|e| std::io::Error::new(e.kind(), format!("[desk] listen {address}: {e}")))
}

/// Serves the desk on an open listener until `stop` resolves.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    works: Works,
    listener: tokio::net::TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let clock = Arc::clone(&works.clock);
    let service = router(works)?.into_make_service_with_connect_info::<SocketAddr>();
    let stopping = Arc::new(tokio::sync::Notify::new());
    let told = Arc::clone(&stopping);
    let stop = async move {
        stop.await;
        told.notify_one();
    };
    tokio::select! {
        served = axum::serve(listener, service).with_graceful_shutdown(stop) => served,
        // Pages that are open listen for ever: they are not waited for.
        () = async { stopping.notified().await; clock.rest(LAST_ANSWERS).await } => Ok(()),
    }
}

/// A page that there is not.
async fn nowhere(State(desk): State<Desk>, seat: Seat) -> Response {
    desk.told(&seat, StatusCode::NOT_FOUND, "frame.not_found").await
}

fn router(works: Works) -> std::io::Result<Router> {
    let words = Arc::new(Words::built_in().map_err(std::io::Error::other)?);
    let pages = Pages::built_in(Arc::clone(&words)).map_err(std::io::Error::other)?;
    let doors = Doors::new(&works.settings, &works.key).map_err(std::io::Error::other)?;
    let inner = Inner { works, pages, words, queue: queue::Kept::default(), live: live::Live::default(), doors };
    let desk = Desk(Arc::new(inner));
    tokio::spawn(live::watch(desk.clone()));
    if let Some(seal) = desk.alone.clone() {
        tokio::spawn(register::keep(desk.clone(), seal));
    }
    Ok(Router::new()
        .route("/", get(|| async { Redirect::to("/queue") }))
        .merge(sign_in::routes())
        .merge(openid::routes())
        .merge(welcome::routes())
        .merge(me::routes())
        .merge(staff::routes())
        .merge(queue::routes())
        .merge(ticket::routes().layer(middleware::from_fn_with_state(desk.clone(), guard::with_register)))
        .route("/events", get(live::events))
        .route("/search", get(search::show))
        .route("/outbox", get(outbox::show))
        .merge(ledger::routes())
        .merge(statistics::routes())
        .merge(rules::routes())
        .merge(journal::routes())
        .merge(api::routes().layer(middleware::from_fn_with_state(desk.clone(), guard::with_register)))
        // Pages carry secrets beside strangers' words, and are not compressed: sizes would tell of them.
        .route("/assets/{name}", get(assets::serve).layer(CompressionLayer::new()))
        .route("/healthz", get(health::show))
        .fallback(nowhere)
        .layer(middleware::from_fn_with_state(desk.clone(), guard::own))
        .layer(middleware::map_response(guard::headers))
        .with_state(desk))
}
