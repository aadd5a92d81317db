//! Signing in by an identity provider. It opens accounts that there are, and makes none.

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;

use super::{Desk, doors, factor, secrets, sign_in};
use crate::channels::openid::{Provider, Round, Who};
use crate::message::address::Address;
use crate::store::StoreError;
use crate::store::staff::Staff;

/// How long the way there and back may take.
const LASTS: SignedDuration = SignedDuration::from_mins(10);

/// `/sign-in/openid`.
pub fn routes() -> Router<Desk> {
    Router::new().route("/sign-in/openid", get(leave)).route("/sign-in/openid/back", get(back))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    next: String,
    code: String,
    state: String,
}

/// What the browser keeps meanwhile: `state.nonce.verifier.ends.next`, under a key of the house.
struct Kept {
    state: String,
    nonce: String,
    verifier: String,
    next: String,
}

impl Kept {
    fn new(next: &str) -> Self {
        let [state, nonce, verifier] = [secrets::token(), secrets::token(), secrets::token()];
        Self { state, nonce, verifier, next: doors::local(next).to_owned() }
    }

    fn sealed(&self, desk: &Desk, until: Timestamp) -> String {
        let Self { state, nonce, verifier, next } = self;
        let text = format!("{state}.{nonce}.{verifier}.{}.{}", until.as_second(), factor::percent(next).replace('.', "%2E"));
        format!("{text}.{}", desk.doors.keys.name("openid", &[text.as_bytes()]))
    }

    fn opened(desk: &Desk, headers: &HeaderMap, now: Timestamp) -> Option<Self> {
        let sealed = doors::cookie(headers, &desk.doors.named("-openid"))?;
        let (text, proof) = sealed.rsplit_once('.')?;
        let mut parts = text.split('.').map(str::to_owned);
        let [state, nonce, verifier, until, next] = std::array::from_fn(|_| parts.next().unwrap_or_default());
        let in_time = until.parse::<i64>().is_ok_and(|until| now.as_second() < until);
        let next = form_decoded(&next);
        (in_time && secrets::same(proof, &desk.doors.keys.name("openid", &[text.as_bytes()]))).then_some(Self {
            state,
            nonce,
            verifier,
            next,
        })
    }

    fn round<'a>(&'a self, back: &'a str) -> Round<'a> {
        Round { back, state: &self.state, nonce: &self.nonce, verifier: &self.verifier }
    }
}

/// What [`factor::percent`] wrote.
fn form_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let hex = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16)).and_then(|d| u8::try_from(d).ok());
        match byte {
            b'%' => bytes.extend(hex(rest.next()).zip(hex(rest.next())).map(|(high, low)| high << 4 | low)),
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn address(desk: &Desk) -> String {
    format!("{}/sign-in/openid/back", desk.settings.url.trim_end_matches('/'))
}

async fn leave(State(desk): State<Desk>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    let Some(provider) = &desk.doors.openid else { return StatusCode::NOT_FOUND.into_response() };
    let (kept, now) = (Kept::new(&asked.next), desk.clock.now());
    match provider.door(kept.round(&address(&desk)), now).await {
        Ok(door) => {
            let mut answer = Redirect::to(&door).into_response();
            let cookie = desk.doors.cookie("-openid", &kept.sealed(&desk, now + LASTS), &format!("; Max-Age={}", LASTS.as_secs()));
            answer.headers_mut().append(header::SET_COOKIE, cookie);
            answer
        }
        Err(fault) => failed(&desk, &headers, &fault.to_string(), "account.openid_failed"),
    }
}

/// The sign-in page with what went wrong; the log says why, and nothing of whom.
fn failed(desk: &Desk, headers: &HeaderMap, why: &str, word: &str) -> Response {
    tracing::warn!("nobody was signed in by OpenID: {why}");
    let language = doors::language(None, headers);
    let trouble = desk.words.say(language, word, &[]);
    sign_in::page(desk, language, StatusCode::UNPROCESSABLE_ENTITY, json!({ "password": true, "next": "/", "trouble": trouble }))
}

async fn back(State(desk): State<Desk>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    let Some(provider) = &desk.doors.openid else { return StatusCode::NOT_FOUND.into_response() };
    let now = desk.clock.now();
    let kept = Kept::opened(&desk, &headers, now).filter(|kept| secrets::same(&kept.state, &asked.state));
    let Some(kept) = kept else { return failed(&desk, &headers, "it was not begun in that browser", "account.openid_failed") };
    if asked.code.is_empty() {
        return failed(&desk, &headers, "the provider sends no code", "account.openid_failed");
    }
    let answer = match signed_in(&desk, provider, &asked.code, kept.round(&address(&desk)), now).await {
        Err(answer) => return answer,
        Ok(Err(fault)) => failed(&desk, &headers, &fault, "account.openid_failed"),
        Ok(Ok(None)) => failed(&desk, &headers, "no account is theirs", "account.openid_unknown"),
        Ok(Ok(Some(staff))) => sign_in::enter(&desk, &headers, &staff, &kept.next).await,
    };
    let mut answer = answer;
    answer.headers_mut().append(header::SET_COOKIE, desk.doors.cookie("-openid", "", "; Max-Age=0"));
    answer
}

/// The account of whoever the provider names: by its own name for them, else by an address that it made sure of, which binds that name.
async fn signed_in(
    desk: &Desk,
    provider: &Provider,
    code: &str,
    round: Round<'_>,
    now: Timestamp,
) -> Result<Result<Option<Staff>, String>, Response> {
    match provider.who(code, round, now).await {
        Err(fault) => Ok(Err(fault.to_string())),
        Ok(who) => account(desk, &who).await.map(Ok).map_err(|error| desk.broken(&error)),
    }
}

async fn account(desk: &Desk, who: &Who) -> Result<Option<Staff>, StoreError> {
    let open = |staff: &Staff| staff.disabled_at.is_none();
    let email = who.email.as_deref().and_then(Address::parse);
    let allowed = desk.settings.openid.as_ref().map(|o| o.allowed_domains.as_slice()).unwrap_or_default();
    let may = allowed.is_empty() || email.as_ref().is_some_and(|email| allowed.iter().any(|d| d.eq_ignore_ascii_case(email.domain())));
    if !may {
        return Ok(None);
    }
    if let Some(staff) = desk.store.staff_by_subject(&who.subject).await? {
        return Ok(Some(staff).filter(open));
    }
    let Some(email) = email else { return Ok(None) };
    let Some(known) = desk.store.credentials(email.as_str()).await?.filter(|k| open(&k.staff)) else { return Ok(None) };
    Ok(desk.store.bind_subject(&known.staff.id, &who.subject).await?.then_some(known.staff))
}
