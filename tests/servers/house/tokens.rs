//! A token endpoint as strict as Microsoft's: it knows its application and its grants, and each use of a refresh token
//! makes a new one and ends the old one.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};

pub const CLIENT: &str = "usher-of-the-house";
pub const CLIENT_SECRET: &str = "client~secret.of&the=house";
/// The refresh token that is good at first; the next are `refresh+token/2`, `refresh+token/3`…
pub const FIRST_REFRESH: &str = "refresh+token/1";

/// What the next requests meet, in order; then all is well.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mishap {
    /// A status with an error code.
    Refuse(u16, &'static str),
    /// 429 with Retry-After.
    Slow(&'static str),
    /// A redirection to elsewhere.
    Elsewhere,
    /// 200 with a page that is no JSON.
    Page,
    /// 200 with more than anybody wants to read.
    Endless,
    /// The token lives so many seconds.
    Life(i64),
}

type Issue = Box<dyn Fn(usize) -> String + Send>;

struct Hall {
    refresh: usize,
    requests: usize,
    forms: Vec<BTreeMap<String, String>>,
    mishaps: Vec<Mishap>,
    issue: Issue,
    before: Option<Box<dyn FnOnce() + Send>>,
}

type Shared = Arc<Mutex<Hall>>;

/// A running endpoint.
pub struct TokenEndpoint {
    address: SocketAddr,
    hall: Shared,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
}

impl TokenEndpoint {
    /// Starts one that issues `access-1`, `access-2`…
    pub fn start() -> Self {
        Self::issuing(|number| format!("access-{number}"))
    }

    /// Starts one that issues what `issue` makes of the request's number.
    pub fn issuing(issue: impl Fn(usize) -> String + Send + 'static) -> Self {
        let hall = Hall { refresh: 1, requests: 0, forms: Vec::new(), mishaps: Vec::new(), issue: Box::new(issue), before: None };
        let hall = Arc::new(Mutex::new(hall));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let (tell, told) = std::sync::mpsc::channel();
        let shared = Arc::clone(&hall);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                let routes = Router::new().route("/tenant/oauth2/v2.0/token", post(token)).with_state(shared);
                tokio::select! {
                    served = async { axum::serve(listener, routes).await } => served.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        Self { address: told.recv().unwrap(), hall, stop: Some(stop) }
    }

    /// `token_url` for settings.
    pub fn url(&self) -> String {
        format!("http://{}/tenant/oauth2/v2.0/token", self.address)
    }

    /// Adds what the next requests meet.
    pub fn meet(&self, mishaps: &[Mishap]) {
        self.hall.lock().unwrap().mishaps.extend_from_slice(mishaps);
    }

    /// Does this once, while the next request waits for its answer.
    pub fn before_answering(&self, what: impl FnOnce() + Send + 'static) {
        self.hall.lock().unwrap().before = Some(Box::new(what));
    }

    /// How many requests came.
    pub fn requests(&self) -> usize {
        self.hall.lock().unwrap().requests
    }

    /// The fields of each request.
    pub fn forms(&self) -> Vec<BTreeMap<String, String>> {
        self.hall.lock().unwrap().forms.clone()
    }
}

impl Drop for TokenEndpoint {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

fn answer(status: u16, body: &Value) -> Response {
    (StatusCode::from_u16(status).unwrap(), axum::Json(body.clone())).into_response()
}

/// Refusals are told at length, as they really are, and quote what was sent.
fn refuse(status: u16, code: &str) -> Response {
    answer(status, &json!({"error": code, "error_description": format!("AADSTS70008: {FIRST_REFRESH} of ada@uni.example {CLIENT_SECRET}")}))
}

async fn token(State(hall): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    // Long enough for everybody to ask who is going to.
    #[expect(clippy::disallowed_methods, reason = "a test's server takes its time")]
    tokio::time::sleep(Duration::from_millis(50)).await;
    answered(&mut hall.lock().unwrap(), &headers, &body)
}

fn answered(hall: &mut Hall, headers: &HeaderMap, body: &[u8]) -> Response {
    hall.requests += 1;
    if let Some(before) = hall.before.take() {
        before();
    }
    if headers.get("content-type").is_none_or(|kind| kind != "application/x-www-form-urlencoded") {
        return refuse(400, "invalid_request");
    }
    let fields: Vec<(String, String)> = reqwest::Url::parse(&format!("http://x/?{}", String::from_utf8_lossy(body)))
        .unwrap()
        .query_pairs()
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let form: BTreeMap<String, String> = fields.iter().cloned().collect();
    hall.forms.push(form.clone());
    if form.len() != fields.len() {
        return refuse(400, "invalid_request");
    }
    let mut life = 3600;
    let mishap = if hall.mishaps.is_empty() { None } else { Some(hall.mishaps.remove(0)) };
    match mishap {
        Some(Mishap::Refuse(status, code)) => return refuse(status, code),
        Some(Mishap::Slow(rest)) => return (StatusCode::TOO_MANY_REQUESTS, [("retry-after", rest)]).into_response(),
        Some(Mishap::Elsewhere) => return (StatusCode::TEMPORARY_REDIRECT, [("location", "/tenant/oauth2/v2.0/token")]).into_response(),
        Some(Mishap::Page) => return "<html>welcome</html>".into_response(),
        Some(Mishap::Endless) => return answer(200, &json!({"access_token": "x".repeat(200_000)})),
        Some(Mishap::Life(seconds)) => life = seconds,
        None => {}
    }
    granted(hall, &form, life)
}

fn granted(hall: &mut Hall, form: &BTreeMap<String, String>, life: i64) -> Response {
    let field = |name: &str| form.get(name).map(String::as_str);
    if field("client_id") != Some(CLIENT) {
        return refuse(400, "unauthorized_client");
    }
    if field("client_secret").is_some_and(|secret| secret != CLIENT_SECRET) {
        return refuse(401, "invalid_client");
    }
    let mut told = json!({"token_type": "Bearer", "expires_in": life, "ext_expires_in": life});
    match field("grant_type") {
        Some("refresh_token") => {
            if field("refresh_token") != Some(&format!("refresh+token/{}", hall.refresh)) {
                return refuse(400, "invalid_grant");
            }
            hall.refresh += 1;
            told["refresh_token"] = json!(format!("refresh+token/{}", hall.refresh));
        }
        Some("client_credentials") if field("client_secret").is_none() => return refuse(401, "invalid_client"),
        Some("client_credentials") if !field("scope").is_some_and(|scope| scope.ends_with("/.default")) => {
            return refuse(400, "invalid_scope");
        }
        Some("client_credentials") => {}
        _ => return refuse(400, "unsupported_grant_type"),
    }
    told["access_token"] = json!((hall.issue)(hall.requests));
    answer(200, &told)
}
