//! A stand-in for Discord's REST API v10, as strict as its documentation: it refuses what Discord refuses, keeps the
//! list of what it found wrong, holds nonces, and fails where it is told to.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::now;

pub const TOKEN: &str = "house.of.servers";
pub const CHANNEL: u64 = 4711;
pub const ROLE: u64 = 750;

/// What the next requests meet, in order; then all is well.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mishap {
    /// A status without effect.
    Status(u16),
    /// 429, asking for a rest of so many seconds.
    Slow(f64),
    /// 500 although the message was created.
    After,
    /// The message is created, the answer never comes.
    Hang,
    /// A redirection to elsewhere.
    Elsewhere,
    /// 200 with a page that is no JSON.
    Page,
}

#[derive(Default)]
struct Hall {
    messages: Vec<Value>,
    nonces: BTreeMap<String, usize>,
    violations: Vec<String>,
    mishaps: Vec<Mishap>,
    requests: usize,
    /// Requests in the present window of five seconds, when the window counts.
    window: Option<(std::time::Instant, u32)>,
    /// How many creates a window allows, and how long it is.
    limit: (u32, Duration),
}

type Shared = Arc<Mutex<Hall>>;

/// A running stand-in.
pub struct DiscordStandIn {
    address: SocketAddr,
    hall: Shared,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
}

impl DiscordStandIn {
    /// Starts one with Discord's customary rate: 5 messages in 5 seconds for a channel.
    pub fn start() -> Self {
        Self::with_limit(5, Duration::from_secs(5))
    }

    /// Starts one that allows `creates` in each `window`.
    pub fn with_limit(creates: u32, window: Duration) -> Self {
        let hall = Arc::new(Mutex::new(Hall { limit: (creates, window), ..Hall::default() }));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let (tell, told) = std::sync::mpsc::channel();
        let shared = Arc::clone(&hall);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                let routes = Router::new()
                    .route("/api/v10/users/@me", get(who))
                    .route("/api/v10/channels/{channel}", get(channel))
                    .route("/api/v10/channels/{channel}/messages", post(create))
                    .with_state(shared);
                tokio::select! {
                    served = async { axum::serve(listener, routes).await } => served.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        Self { address: told.recv().unwrap(), hall, stop: Some(stop) }
    }

    /// Base of the API for settings.
    pub fn api(&self) -> String {
        format!("http://{}/api", self.address)
    }

    /// Adds what the next requests meet.
    pub fn meet(&self, mishaps: &[Mishap]) {
        self.hall.lock().unwrap().mishaps.extend_from_slice(mishaps);
    }

    /// What stands in the channel.
    pub fn messages(&self) -> Vec<Value> {
        self.hall.lock().unwrap().messages.clone()
    }

    /// What was wrong with the requests so far; an honest client leaves this empty.
    pub fn violations(&self) -> Vec<String> {
        self.hall.lock().unwrap().violations.clone()
    }

    /// How many requests came.
    pub fn requests(&self) -> usize {
        self.hall.lock().unwrap().requests
    }
}

impl Drop for DiscordStandIn {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

fn answer(status: u16, body: &Value) -> Response {
    (StatusCode::from_u16(status).unwrap(), axum::Json(body.clone())).into_response()
}

fn refuse(hall: &mut Hall, status: u16, what: String) -> Response {
    hall.violations.push(what);
    answer(status, &json!({"code": 50035, "message": "Invalid Form Body"}))
}

fn barred(hall: &mut Hall, headers: &HeaderMap) -> Option<Response> {
    hall.requests += 1;
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    if !header("user-agent").starts_with("DiscordBot (") {
        hall.violations.push("the user agent is not a bot's".into());
    }
    if header("authorization") != format!("Bot {TOKEN}") {
        return Some(answer(401, &json!({"code": 0, "message": "401: Unauthorized"})));
    }
    None
}

async fn who(State(hall): State<Shared>, headers: HeaderMap) -> Response {
    let mut hall = hall.lock().unwrap();
    barred(&mut hall, &headers).unwrap_or_else(|| answer(200, &json!({"id": "1", "username": "usher", "bot": true})))
}

async fn channel(State(hall): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let mut hall = hall.lock().unwrap();
    let here = || if id == CHANNEL.to_string() { answer(200, &json!({"id": id, "type": 0})) } else { answer(404, &json!({"code": 10003})) };
    barred(&mut hall, &headers).unwrap_or_else(here)
}

async fn create(State(hall): State<Shared>, Path(id): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let (response, hang) = created(&mut hall.lock().unwrap(), &id, &headers, &body);
    if hang {
        std::future::pending::<()>().await;
    }
    response
}

/// The answer, and whether it is kept back for ever.
fn created(hall: &mut Hall, id: &str, headers: &HeaderMap, body: &[u8]) -> (Response, bool) {
    if let Some(refused) = barred(hall, headers) {
        return (refused, false);
    }
    if id != CHANNEL.to_string() {
        return (answer(404, &json!({"code": 10003, "message": "Unknown Channel"})), false);
    }
    let mishap = if hall.mishaps.is_empty() { None } else { Some(hall.mishaps.remove(0)) };
    match mishap {
        Some(Mishap::Status(status)) => return (answer(status, &json!({"message": "the text quotes @everyone"})), false),
        Some(Mishap::Slow(seconds)) => return (answer(429, &json!({"retry_after": seconds, "global": false})), false),
        Some(Mishap::Elsewhere) => return ((StatusCode::FOUND, [("location", "https://evil.example/")]).into_response(), false),
        Some(Mishap::Page) => return ("<html>welcome</html>".into_response(), false),
        _ => {}
    }
    let began = hall.window.filter(|(began, _)| began.elapsed() < hall.limit.1).unwrap_or((now(), 0));
    if began.1 >= hall.limit.0 {
        hall.violations.push("the rate limit was run into".into());
        return (answer(429, &json!({"retry_after": 1.0, "global": false})), false);
    }
    hall.window = Some((began.0, began.1 + 1));
    let Ok(message) = serde_json::from_slice::<Value>(body) else {
        return (refuse(hall, 400, "the body is no JSON".into()), false);
    };
    let faults = faults(&message);
    if let Some(first) = faults.first() {
        return (refuse(hall, 400, first.clone()), false);
    }
    let stored = keep(hall, message);
    let left = hall.limit.0 - (began.1 + 1);
    let reset = hall.limit.1.saturating_sub(began.0.elapsed()).as_secs_f64();
    let paced = [("x-ratelimit-remaining", left.to_string()), ("x-ratelimit-reset-after", format!("{reset:.3}"))];
    match mishap {
        Some(Mishap::After) => (answer(500, &json!({})), false),
        Some(Mishap::Hang) => (answer(200, &stored), true),
        _ => ((paced, axum::Json(stored)).into_response(), false),
    }
}

/// The message as created now, or the one that carried the same enforced nonce before.
fn keep(hall: &mut Hall, mut message: Value) -> Value {
    let nonce = message["nonce"].as_str().filter(|_| message["enforce_nonce"] == true).map(str::to_owned);
    if let Some(before) = nonce.as_ref().and_then(|n| hall.nonces.get(n)) {
        return hall.messages[*before].clone();
    }
    message["id"] = json!(format!("{}", 1_000_000 + hall.messages.len()));
    if let Some(nonce) = nonce {
        hall.nonces.insert(nonce, hall.messages.len());
    }
    hall.messages.push(message.clone());
    message
}

/// What Discord's documentation forbids.
fn faults(message: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let mut check = |good: bool, what: &str| {
        if !good {
            faults.push(what.to_owned());
        }
    };
    let long = |v: &Value| v.as_str().map_or(0, |s| s.chars().count());
    check(long(&message["content"]) <= 2000, "content is longer than 2000");
    check(long(&message["content"]) > 0 || message["embeds"].as_array().is_some_and(|e| !e.is_empty()), "the message is empty");
    check(message["nonce"].is_null() || (1..=25).contains(&long(&message["nonce"])), "the nonce is longer than 25");
    check(!message["enforce_nonce"].as_bool().unwrap_or(false) || message["nonce"].is_string(), "enforce_nonce without a nonce");
    let mentions = &message["allowed_mentions"];
    check(mentions.is_object(), "no allowed_mentions: everybody might be called");
    let parse = mentions["parse"].as_array().cloned().unwrap_or_default();
    let roles = mentions["roles"].as_array().cloned().unwrap_or_default();
    check(!parse.contains(&json!("roles")) || roles.is_empty(), "parse: roles and a list of roles exclude each other");
    check(!parse.contains(&json!("everyone")), "everyone may be called");
    check(roles.iter().all(|r| r.as_str().is_some_and(|s| s.parse::<u64>().is_ok())), "a role is no snowflake");
    let embeds = message["embeds"].as_array().cloned().unwrap_or_default();
    check(embeds.len() <= 10, "more than 10 embeds");
    let mut total = 0;
    for embed in &embeds {
        let fields = embed["fields"].as_array().cloned().unwrap_or_default();
        check(long(&embed["title"]) <= 256, "a title is longer than 256");
        check(long(&embed["description"]) <= 4096, "a description is longer than 4096");
        check(long(&embed["footer"]["text"]) <= 2048, "a footer is longer than 2048");
        check(fields.len() <= 25, "more than 25 fields");
        check(
            fields.iter().all(|f| (1..=256).contains(&long(&f["name"])) && (1..=1024).contains(&long(&f["value"]))),
            "a field is empty or too long",
        );
        total += long(&embed["title"]) + long(&embed["description"]) + long(&embed["footer"]["text"]);
        total += fields.iter().map(|f| long(&f["name"]) + long(&f["value"])).sum::<usize>();
    }
    check(total <= 6000, "the embeds are longer than 6000");
    let rows = message["components"].as_array().cloned().unwrap_or_default();
    check(rows.len() <= 5, "more than 5 rows");
    for button in rows.iter().flat_map(|row| row["components"].as_array().cloned().unwrap_or_default()) {
        let url = button["url"].as_str().unwrap_or_default();
        check(long(&button["label"]) <= 80, "a label is longer than 80");
        check(button["style"] != 5 || (url.len() <= 512 && url.starts_with("http")), "a link is none");
        check(button["style"] != 5 || button["custom_id"].is_null(), "a link button with a custom_id");
    }
    faults
}
