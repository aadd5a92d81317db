//! Who makes a request: a person whose browser carries a session, or a program with a token; never both.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde_json::json;

use super::{Desk, doors, secrets};
use crate::facts::Language;
use crate::store::sessions::{ApiToken, Session, Stage};
use crate::store::staff::{Act, Role, Staff};

/// A person who is signed in.
#[derive(Clone)]
pub struct Seat {
    /// The account.
    pub staff: Staff,
    /// What every form of the session carries.
    pub csrf: String,
    /// The language of the pages.
    pub language: Language,
    /// The session.
    pub session: Session,
    /// The page that asks wants the main pane alone.
    pub only_main: bool,
    desk: Desk,
}

impl Seat {
    /// Whether the role allows it; else the answer that says so.
    ///
    /// # Errors
    /// 403 in words.
    // The answer is what the handler returns at once.
    #[expect(clippy::result_large_err, reason = "the error is the response itself")]
    pub fn may(&self, role: Role) -> Result<(), Response> {
        if self.staff.role >= role { Ok(()) } else { Err(refused(&self.desk, self.language, StatusCode::FORBIDDEN, "frame.no_right")) }
    }
}

impl FromRequestParts<Desk> for Seat {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Response> {
        match found(parts, desk).await? {
            Some((session, staff, token)) if session.stage == Stage::Full => {
                let language = staff.language.unwrap_or_else(|| doors::language(None, &parts.headers));
                let only_main = parts.headers.get("hx-target").is_some_and(|target| target == "main");
                Ok(Self { staff, csrf: secrets::csrf(&token), language, session, only_main, desk: desk.clone() })
            }
            _ => Err(away(parts)),
        }
    }
}

/// Somebody who is signing in: the password was right, and more is wanted.
pub struct Half {
    /// The account.
    pub staff: Staff,
    /// The session, which becomes another when it is whole.
    pub session: Session,
    /// Its token.
    pub token: String,
}

impl FromRequestParts<Desk> for Half {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Response> {
        match found(parts, desk).await? {
            Some((session, staff, token)) if session.stage != Stage::Full => Ok(Self { staff, session, token }),
            _ => Err(Redirect::to("/sign-in").into_response()),
        }
    }
}

/// How far the browser has come.
pub enum Who {
    /// It carries no session that is open.
    Nobody,
    /// More is wanted.
    Half(Box<Half>),
    /// Signed in.
    Whole,
}

impl FromRequestParts<Desk> for Who {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Response> {
        Ok(match found(parts, desk).await? {
            None => Self::Nobody,
            Some((session, ..)) if session.stage == Stage::Full => Self::Whole,
            Some((session, staff, token)) => Self::Half(Box::new(Half { staff, session, token })),
        })
    }
}

/// Where a request comes from, as failed tries are counted.
pub struct Client(pub String);

impl FromRequestParts<Desk> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Infallible> {
        Ok(Self(desk.doors.client(&parts.headers, &parts.extensions)))
    }
}

/// What the journal's line about a change needs.
pub struct Stamp {
    entry: String,
    /// When.
    pub now: Timestamp,
}

impl Stamp {
    /// Now.
    pub fn new(desk: &Desk) -> Self {
        Self { entry: desk.clock.id().to_string(), now: desk.clock.now() }
    }

    /// A change by somebody.
    pub fn by<'a>(&'a self, staff: Option<&'a str>) -> Act<'a> {
        Act { entry: &self.entry, by: staff, now: self.now }
    }
}

/// A program with a token, under `/api/`.
#[derive(Clone)]
pub struct Program {
    /// Whose token it is.
    pub staff: Staff,
    /// The token.
    pub token: ApiToken,
}

impl FromRequestParts<Desk> for Program {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Response> {
        let no = || (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")], "A valid token is needed: Authorization: Bearer …");
        let told = parts.headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.split_once(' '));
        let Some((_, token)) = told.filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer")) else { return Err(no().into_response()) };
        match desk.store.token(&secrets::hash(token.trim()), desk.clock.now()).await {
            Ok(Some((token, staff))) => Ok(Self { staff, token }),
            Ok(None) => Err(no().into_response()),
            Err(error) => Err(desk.broken(&error)),
        }
    }
}

/// The session that a request carries, however far it has come.
async fn found(parts: &Parts, desk: &Desk) -> Result<Option<(Session, Staff, String)>, Response> {
    // Programs have tokens: a cookie counts for nothing there.
    let Some(token) = desk.doors.session(&parts.headers).filter(|_| !is_api(parts.uri.path())) else { return Ok(None) };
    let found = desk.store.session(&secrets::hash(&token), desk.doors.lasts, !by_itself(parts), desk.clock.now()).await;
    found.map(|found| found.map(|(session, staff)| (session, staff, token))).map_err(|error| desk.broken(&error))
}

/// Where programs speak to the desk.
pub fn is_api(path: &str) -> bool {
    path.starts_with("/api/")
}

/// What an open page asks for without anybody at it does not keep a session open.
fn by_itself(parts: &Parts) -> bool {
    let path = parts.uri.path();
    matches!(path, "/events" | "/live" | "/outbox" | "/queue/list") || path.ends_with("/presence") || path.ends_with("/news")
}

/// The way to sign in: a page for people, 401 for what a page asks for by script.
fn away(parts: &Parts) -> Response {
    if by_script(&parts.headers) || is_api(parts.uri.path()) {
        return (StatusCode::UNAUTHORIZED, "Sign in again. / Entrez de nouveau.").into_response();
    }
    let back = parts.uri.path_and_query().map(|p| p.as_str()).filter(|_| parts.method == Method::GET);
    match back.filter(|back| *back != "/") {
        Some(back) => Redirect::to(&format!("/sign-in?next={}", super::factor::percent(back))).into_response(),
        None => Redirect::to("/sign-in").into_response(),
    }
}

fn by_script(headers: &HeaderMap) -> bool {
    let says = |name: &str, word: &str| headers.get(name).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains(word));
    headers.contains_key("hx-request") || says("accept", "text/event-stream") || says("sec-fetch-mode", "cors")
}

/// A page that says why something is not done, for whoever may not be signed in.
pub fn refused(desk: &Desk, language: Language, status: StatusCode, word: &str) -> Response {
    desk.pages.rendered(status, language, "refused", json!({ "text": desk.words.say(language, word, &[]) }))
}
