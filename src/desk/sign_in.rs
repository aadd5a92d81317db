//! Signing in and out: the password, then the code where one is asked for, or the second factor that has to be set up.

use axum::Router;
use axum::extract::{Form, Query, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};

use super::attempt::{Attempt, wait_in_words};
use super::seat::{Client, Half, Seat, Stamp, Who};
use super::{Desk, doors, factor, password, secrets};
use crate::clock;
use crate::facts::Language;
use crate::message::address::Address;
use crate::store::StoreError;
use crate::store::sessions::{Session, Stage};
use crate::store::staff::Staff;

/// The doors of the desk.
pub fn routes() -> Router<Desk> {
    Router::new()
        .route("/sign-in", get(show).post(with_password))
        .route("/sign-in/code", post(with_code))
        .route("/sign-in/enrol", post(enrol))
        .route("/sign-out", post(sign_out))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wish {
    next: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Told {
    email: String,
    password: String,
    code: String,
    next: String,
    lang: String,
}

impl Told {
    fn language(&self, headers: &HeaderMap) -> Language {
        Language::from_code(&self.lang).unwrap_or_else(|| doors::language(None, headers))
    }
}

/// What a try came to.
enum Tried {
    Right(Box<Staff>),
    Wrong,
    Wait(SignedDuration),
}

/// One of the pages of signing in.
pub fn page(desk: &Desk, language: Language, status: StatusCode, mut view: Value) -> Response {
    if let Some(view) = view.as_object_mut() {
        view.insert("title".into(), desk.words.say(language, "account.sign_in_title", &[]).into());
        view.insert("support".into(), desk.from.clone().into());
        let next = factor::percent(view.get("next").and_then(Value::as_str).unwrap_or("/"));
        if desk.doors.openid.is_some() {
            view.insert("openid".into(), next.clone().into());
        }
        view.insert("switch".into(), format!("/sign-in?next={next}&lang=").into());
    }
    desk.pages.rendered(status, language, "sign_in", view)
}

async fn show(State(desk): State<Desk>, who: Who, RawQuery(query): RawQuery, Query(wish): Query<Wish>, headers: HeaderMap) -> Response {
    let language = doors::language(query.as_deref(), &headers);
    match who {
        Who::Whole => Redirect::to(doors::local(&wish.next)).into_response(),
        Who::Half(half) => half_page(&desk, language, &half, StatusCode::OK, &wish.next, None).await,
        Who::Nobody => page(&desk, language, StatusCode::OK, json!({ "password": true, "next": doors::local(&wish.next) })),
    }
}

/// What a half-finished sign-in wants next.
async fn half_page(desk: &Desk, language: Language, half: &Half, status: StatusCode, next: &str, trouble: Option<String>) -> Response {
    let mut view = json!({ "next": doors::local(next), "csrf": secrets::csrf(&half.token), "trouble": trouble });
    let enrols = half.session.stage == Stage::Enrol;
    let offered = match desk.store.credentials_of(&half.staff.id).await {
        Ok(credentials) => credentials.and_then(|c| c.offered).filter(|_| enrols),
        Err(error) => return desk.broken(&error),
    };
    let shown = offered.map(|made_of| factor::shown(&desk.doors.keys, &half.staff.id, &made_of, &half.staff.email));
    if let Some(view) = view.as_object_mut() {
        view.insert(if enrols { "enrol" } else { "code" }.into(), true.into());
        view.insert("factor".into(), shown.unwrap_or_default());
    }
    page(desk, language, status, view)
}

async fn with_password(State(desk): State<Desk>, Client(client): Client, headers: HeaderMap, Form(told): Form<Told>) -> Response {
    let language = told.language(&headers);
    let view = |trouble: String| json!({ "password": true, "email": told.email, "next": doors::local(&told.next), "trouble": trouble });
    match tried(&desk, &headers, &client, &told.email, &told.password).await {
        Err(error) => desk.broken(&error),
        Ok(Tried::Wait(wait)) => {
            waiting(page(&desk, language, StatusCode::TOO_MANY_REQUESTS, view(wait_in_words(&desk, language, wait))), wait)
        }
        Ok(Tried::Wrong) => {
            page(&desk, language, StatusCode::UNPROCESSABLE_ENTITY, view(desk.words.say(language, "account.wrong_pair", &[])))
        }
        Ok(Tried::Right(staff)) => enter(&desk, &headers, &staff, &told.next).await,
    }
}

/// Says for how long in a header too.
fn waiting(mut response: Response, wait: SignedDuration) -> Response {
    if let Ok(seconds) = HeaderValue::from_str(&(wait.as_secs() + 1).to_string()) {
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

/// Whether a password is that of an address. Whatever is wrong, the answer is the same, and takes as long.
async fn tried(desk: &Desk, headers: &HeaderMap, client: &str, email: &str, typed: &str) -> Result<Tried, StoreError> {
    let now = desk.clock.now();
    let email = Address::parse(email).map_or_else(|| email.trim().to_lowercase(), |a| a.as_str().to_owned());
    let known = desk.store.credentials(&email).await?;
    let device = desk.doors.device(headers, now).filter(|(staff, _)| known.as_ref().is_some_and(|k| k.staff.id == *staff));
    let attempt = Attempt::new(&desk.doors, "password", &email, device.as_ref().map(|(_, mark)| mark.as_str()), client);
    if let Some(wait) = attempt.begin(&desk.store, now).await? {
        return Ok(Tried::Wait(wait));
    }
    let open = known.filter(|k| k.staff.disabled_at.is_none());
    let right = password::is(typed, open.as_ref().map(|k| k.password.as_str())).await;
    let Some(known) = open.filter(|_| right) else { return Ok(Tried::Wrong) };
    attempt.succeeded(&desk.store).await?;
    Ok(Tried::Right(Box::new(known.staff)))
}

/// Begins a session for whoever has proven who they are by a password or a link; the answer leads on.
pub async fn enter(desk: &Desk, headers: &HeaderMap, staff: &Staff, next: &str) -> Response {
    let stage = match (staff.second_factor, desk.doors.factor_required) {
        (true, _) => Stage::Factor,
        (false, true) => Stage::Enrol,
        (false, false) => Stage::Full,
    };
    if stage == Stage::Enrol
        && let Err(error) = desk.store.offer_factor(&staff.id, &clock::secret()).await
    {
        return desk.broken(&error);
    }
    let to =
        if stage == Stage::Full { doors::local(next).to_owned() } else { format!("/sign-in?next={}", factor::percent(doors::local(next))) };
    begin(desk, headers, staff, stage, Redirect::to(&to).into_response()).await
}

/// Begins a session, which takes the place of whatever the browser had, and gives `answer` its cookies.
async fn begin(desk: &Desk, headers: &HeaderMap, staff: &Staff, stage: Stage, mut answer: Response) -> Response {
    let (stamp, token) = (Stamp::new(desk), secrets::token());
    let session = Session {
        id: desk.clock.id().to_string(),
        staff_id: staff.id.clone(),
        stage,
        browser: doors::browser(headers),
        began_at: stamp.now,
        seen_at: stamp.now,
    };
    let instead = desk.doors.session(headers).map(|token| secrets::hash(&token));
    let begun =
        desk.store.begin_session(&session, &secrets::hash(&token), instead.as_ref(), desk.doors.lasts, stamp.by(Some(&staff.id))).await;
    if let Err(error) = begun {
        return desk.broken(&error);
    }
    answer.headers_mut().append(header::SET_COOKIE, desk.doors.session_cookie(Some(&token)));
    if stage == Stage::Full {
        answer.headers_mut().append(header::SET_COOKIE, desk.doors.device_cookie(&staff.id, stamp.now));
    }
    answer
}

async fn with_code(State(desk): State<Desk>, half: Half, Client(client): Client, headers: HeaderMap, Form(told): Form<Told>) -> Response {
    if half.session.stage != Stage::Factor {
        return Redirect::to("/sign-in").into_response();
    }
    let language = told.language(&headers);
    let now = desk.clock.now();
    let device = desk.doors.device(&headers, now).filter(|(staff, _)| *staff == half.staff.id);
    let attempt = Attempt::new(&desk.doors, "code", &half.staff.id, device.as_ref().map(|(_, mark)| mark.as_str()), &client);
    match attempt.begin(&desk.store, now).await {
        Err(error) => return desk.broken(&error),
        Ok(Some(wait)) => {
            let trouble = wait_in_words(&desk, language, wait);
            return waiting(half_page(&desk, language, &half, StatusCode::TOO_MANY_REQUESTS, &told.next, Some(trouble)).await, wait);
        }
        Ok(None) => {}
    }
    match code_is_right(&desk, &half.staff, &told.code).await {
        Err(error) => desk.broken(&error),
        Ok(false) => {
            let trouble = desk.words.say(language, "account.wrong_code", &[]);
            half_page(&desk, language, &half, StatusCode::UNPROCESSABLE_ENTITY, &told.next, Some(trouble)).await
        }
        Ok(true) => {
            if let Err(error) = attempt.succeeded(&desk.store).await {
                return desk.broken(&error);
            }
            begin(&desk, &headers, &half.staff, Stage::Full, Redirect::to(doors::local(&told.next)).into_response()).await
        }
    }
}

/// Whether a code is that of the account's second factor, or a recovery code; it is used up by that.
async fn code_is_right(desk: &Desk, staff: &Staff, code: &str) -> Result<bool, StoreError> {
    let (stamp, keys) = (Stamp::new(desk), &desk.doors.keys);
    let made_of = desk.store.credentials_of(&staff.id).await?.and_then(|c| c.factor);
    if let Some(step) = made_of.and_then(|made_of| factor::step(keys, &staff.id, &made_of, code, stamp.now)) {
        return desk.store.use_step(&staff.id, step).await;
    }
    match factor::recovery_hash(keys, &staff.id, code) {
        Some(hash) => desk.store.use_recovery_code(&staff.id, &hash, stamp.by(Some(&staff.id))).await,
        None => Ok(false),
    }
}

/// Confirms the second factor that is offered by its first code; the new recovery codes, or `None`: the code is wrong.
///
/// # Errors
/// When the database fails.
pub async fn confirm(desk: &Desk, staff: &Staff, code: &str) -> Result<Option<Vec<String>>, StoreError> {
    let (stamp, keys) = (Stamp::new(desk), &desk.doors.keys);
    let Some(offered) = desk.store.credentials_of(&staff.id).await?.and_then(|c| c.offered) else { return Ok(None) };
    let Some(step) = factor::step(keys, &staff.id, &offered, code, stamp.now) else { return Ok(None) };
    let codes = factor::recovery_codes();
    let hashes: Vec<[u8; 32]> = codes.iter().filter_map(|code| factor::recovery_hash(keys, &staff.id, code)).collect();
    let confirmed = desk.store.confirm_factor(&staff.id, &offered, step, &hashes, stamp.by(Some(&staff.id))).await?;
    Ok(confirmed.then_some(codes))
}

async fn enrol(State(desk): State<Desk>, half: Half, headers: HeaderMap, Form(told): Form<Told>) -> Response {
    if half.session.stage != Stage::Enrol {
        return Redirect::to("/sign-in").into_response();
    }
    let language = told.language(&headers);
    match confirm(&desk, &half.staff, &told.code).await {
        Err(error) => desk.broken(&error),
        Ok(None) => {
            let trouble = desk.words.say(language, "account.wrong_code", &[]);
            half_page(&desk, language, &half, StatusCode::UNPROCESSABLE_ENTITY, &told.next, Some(trouble)).await
        }
        Ok(Some(codes)) => {
            let answer = page(&desk, language, StatusCode::OK, json!({ "codes": codes, "next": doors::local(&told.next) }));
            begin(&desk, &headers, &half.staff, Stage::Full, answer).await
        }
    }
}

async fn sign_out(State(desk): State<Desk>, seat: Seat) -> Response {
    let stamp = Stamp::new(&desk);
    if let Err(error) = desk.store.end_session(&seat.session.id, &seat.staff.id, stamp.by(Some(&seat.staff.id))).await {
        return desk.broken(&error);
    }
    let mut answer = Redirect::to("/sign-in").into_response();
    answer.headers_mut().append(header::SET_COOKIE, desk.doors.session_cookie(None));
    answer
}
