//! What staff set for themselves: name, language, looks, password, second factor, open sessions, tokens for programs.

use axum::Router;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Value, json};

use super::attempt::{Attempt, wait_in_words};
use super::seat::{Seat, Stamp};
use super::{Desk, doors, factor, format, password, secrets, sign_in};
use crate::clock;
use crate::facts::Language;
use crate::store::StoreError;
use crate::store::sessions::{ApiToken, Session};
use crate::store::staff::{Preferences, Role};

/// The longest name of an account, and of a token, in characters.
pub const LONGEST_NAME: usize = 80;
/// What a program may do.
const SCOPES: [&str; 2] = ["read", "approve"];
/// What `?done=` may say.
const DONE: [&str; 6] = ["saved", "password", "factor_removed", "session_ended", "sessions_ended", "token_revoked"];

/// `/me`.
pub fn routes() -> Router<Desk> {
    Router::new()
        .route("/me", get(show).post(save))
        .route("/me/language", post(language))
        .route("/me/password", post(change_password))
        .route("/me/factor/offer", post(offer))
        .route("/me/factor/confirm", post(confirm))
        .route("/me/factor/remove", post(remove))
        .route("/me/sessions/end", post(end_others))
        .route("/me/sessions/{id}/end", post(end_one))
        .route("/me/tokens", post(add_token))
        .route("/me/tokens/{id}/revoke", post(revoke_token))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wish {
    done: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Told {
    name: String,
    language: String,
    back: String,
    theme: String,
    keys: String,
    zone: String,
    old: String,
    password: String,
    again: String,
    code: String,
    scope: String,
}

/// What is wrong with a form, and in which section of the page.
struct Trouble {
    section: &'static str,
    text: String,
    status: StatusCode,
}

/// The page, with what is beside the account's own state: a trouble, codes or a token shown once.
async fn page(desk: &Desk, seat: &Seat, trouble: Option<Trouble>, more: Value) -> Response {
    match view(desk, seat).await {
        Err(error) => desk.broken(&error),
        Ok(mut view) => {
            let status = trouble.as_ref().map_or(StatusCode::OK, |t| t.status);
            if let Some(view) = view.as_object_mut() {
                if let Some(trouble) = trouble {
                    view.insert("trouble".into(), json!({ (trouble.section): trouble.text }));
                }
                view.extend(more.as_object().cloned().unwrap_or_default());
            }
            desk.pages.page_as(status, desk, seat, "me", view).await
        }
    }
}

async fn view(desk: &Desk, seat: &Seat) -> Result<Value, StoreError> {
    let (staff, now, zone) = (&seat.staff, desk.clock.now(), desk.zone(seat));
    let time = |at| format::day_time(at, now, &zone, seat.language);
    let offered = desk.store.credentials_of(&staff.id).await?.and_then(|c| c.offered);
    let sessions = desk.store.sessions(Some(&staff.id), desk.doors.lasts, now).await?;
    let sessions: Vec<Value> = sessions.iter().map(|s| session_view(s, s.id == seat.session.id, &time)).collect();
    let tokens: Vec<Value> = (desk.store.tokens(&staff.id).await?.iter())
        .map(|t| {
            json!({"id": t.id, "name": t.name, "scope": format!("account.scope_{}", t.scope), "made": time(t.created_at),
            "used": t.used_at.map(&time)})
        })
        .collect();
    Ok(json!({
        "title": desk.words.say(seat.language, "account.me_title", &[]),
        "here": "/me",
        "name": staff.name,
        "email": staff.email,
        "role": format!("account.role_{}", staff.role.as_str()),
        "languages": [choice("", "account.language_browser", staff.language.is_none()),
            choice("en", "account.language_en", staff.language == Some(Language::En)),
            choice("fr", "account.language_fr", staff.language == Some(Language::Fr))],
        "themes": [choice("", "account.theme_system", staff.theme.is_empty()), choice("light", "account.theme_light", staff.theme == "light"),
            choice("dark", "account.theme_dark", staff.theme == "dark")],
        "keys": staff.keys,
        "zone": staff.zone,
        "desk_zone": desk.settings.time_zone,
        "least": password::SHORTEST,
        "has_password": staff.has_password,
        "has_factor": staff.second_factor,
        "factor_required": desk.doors.factor_required,
        "codes_left": desk.store.recovery_codes_left(&staff.id).await?,
        "factor": offered.map(|made_of| factor::shown(&desk.doors.keys, &staff.id, &made_of, &staff.email)),
        "sessions": sessions,
        "others": sessions.len() > 1,
        "tokens": tokens,
        "may_approve": staff.role >= Role::Send,
    }))
}

fn choice(value: &str, word: &str, chosen: bool) -> Value {
    json!({"value": value, "word": word, "chosen": chosen})
}

/// A session as lists show it.
pub fn session_view(session: &Session, mine: bool, time: &dyn Fn(jiff::Timestamp) -> String) -> Value {
    json!({"id": session.id, "browser": session.browser, "mine": mine, "began": time(session.began_at), "seen": time(session.seen_at)})
}

fn trouble(desk: &Desk, seat: &Seat, section: &'static str, word: &str) -> Trouble {
    let text = desk.words.say(seat.language, word, &[("n", &password::SHORTEST.to_string())]);
    Trouble { section, text, status: StatusCode::UNPROCESSABLE_ENTITY }
}

fn done(what: &str) -> Response {
    Redirect::to(&format!("/me?done={what}")).into_response()
}

/// A name as it is kept; `None`: it is none.
pub fn name(written: &str) -> Option<String> {
    let name = written.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = !name.is_empty() && name.chars().count() <= LONGEST_NAME && !name.chars().any(char::is_control);
    fits.then_some(name)
}

async fn show(State(desk): State<Desk>, seat: Seat, Query(wish): Query<Wish>) -> Response {
    let done = DONE.iter().find(|known| **known == wish.done).map(|known| format!("account.done_{known}"));
    page(&desk, &seat, None, json!({ "done": done })).await
}

async fn save(State(desk): State<Desk>, seat: Seat, Form(told): Form<Told>) -> Response {
    let Some(name) = name(&told.name) else {
        return page(&desk, &seat, Some(trouble(&desk, &seat, "own", "account.bad_name")), json!({})).await;
    };
    let zone = told.zone.trim();
    if !zone.is_empty() && TimeZone::get(zone).is_err() {
        return page(&desk, &seat, Some(trouble(&desk, &seat, "own", "account.bad_zone")), json!({})).await;
    }
    let theme = if matches!(told.theme.as_str(), "light" | "dark") { told.theme.as_str() } else { "" };
    let chosen = Preferences { name: &name, language: Language::from_code(&told.language), theme, keys: !told.keys.is_empty(), zone };
    match desk.store.set_preferences(&seat.staff.id, chosen).await {
        Ok(()) => done("saved"),
        Err(error) => desk.broken(&error),
    }
}

async fn language(State(desk): State<Desk>, seat: Seat, Form(told): Form<Told>) -> Response {
    let s = &seat.staff;
    let language = Language::from_code(&told.language).or(s.language);
    let chosen = Preferences { name: &s.name, language, theme: &s.theme, keys: s.keys, zone: &s.zone };
    match desk.store.set_preferences(&s.id, chosen).await {
        Ok(()) => Redirect::to(doors::local(&told.back)).into_response(),
        Err(error) => desk.broken(&error),
    }
}

/// Whether somebody who is signed in knows the password; `Err`: the trouble with it. A stolen session guesses no faster than anybody.
async fn knows(desk: &Desk, seat: &Seat, typed: &str, section: &'static str) -> Result<Result<(), Trouble>, StoreError> {
    let attempt = Attempt::new(&desk.doors, "own password", &seat.staff.id, Some(&seat.session.id), "");
    if let Some(wait) = attempt.begin(&desk.store, desk.clock.now()).await? {
        let text = wait_in_words(desk, seat.language, wait);
        return Ok(Err(Trouble { section, text, status: StatusCode::TOO_MANY_REQUESTS }));
    }
    let hash = desk.store.credentials_of(&seat.staff.id).await?.map(|c| c.password);
    if !password::is(typed, hash.as_deref()).await {
        return Ok(Err(trouble(desk, seat, section, "account.wrong_old_password")));
    }
    attempt.succeeded(&desk.store).await?;
    Ok(Ok(()))
}

async fn change_password(State(desk): State<Desk>, seat: Seat, Form(told): Form<Told>) -> Response {
    match knows(&desk, &seat, &told.old, "password").await {
        Err(error) => return desk.broken(&error),
        Ok(Err(trouble)) => return page(&desk, &seat, Some(trouble), json!({})).await,
        Ok(Ok(())) => {}
    }
    if let Some(word) = password::trouble(&told.password, &told.again, &seat.staff) {
        return page(&desk, &seat, Some(trouble(&desk, &seat, "password", word)), json!({})).await;
    }
    let Some(hash) = password::hashed(&told.password).await else {
        return page(&desk, &seat, Some(trouble(&desk, &seat, "password", "account.password_busy")), json!({})).await;
    };
    let stamp = Stamp::new(&desk);
    match desk.store.set_password(&seat.staff.id, &hash, Some(&seat.session.id), stamp.by(Some(&seat.staff.id))).await {
        Ok(()) => done("password"),
        Err(error) => desk.broken(&error),
    }
}

async fn offer(State(desk): State<Desk>, seat: Seat) -> Response {
    match desk.store.offer_factor(&seat.staff.id, &clock::secret()).await {
        Ok(()) => Redirect::to("/me#factor").into_response(),
        Err(error) => desk.broken(&error),
    }
}

async fn confirm(State(desk): State<Desk>, mut seat: Seat, Form(told): Form<Told>) -> Response {
    match sign_in::confirm(&desk, &seat.staff, &told.code).await {
        Err(error) => desk.broken(&error),
        Ok(None) => page(&desk, &seat, Some(trouble(&desk, &seat, "factor", "account.wrong_code")), json!({})).await,
        Ok(Some(codes)) => {
            seat.staff.second_factor = true;
            page(&desk, &seat, None, json!({ "codes": codes })).await
        }
    }
}

async fn remove(State(desk): State<Desk>, seat: Seat, Form(told): Form<Told>) -> Response {
    if desk.doors.factor_required {
        return page(&desk, &seat, Some(trouble(&desk, &seat, "factor", "account.factor_required")), json!({})).await;
    }
    match knows(&desk, &seat, &told.old, "factor").await {
        Err(error) => return desk.broken(&error),
        Ok(Err(trouble)) => return page(&desk, &seat, Some(trouble), json!({})).await,
        Ok(Ok(())) => {}
    }
    let stamp = Stamp::new(&desk);
    match desk.store.remove_factor(&seat.staff.id, stamp.by(Some(&seat.staff.id))).await {
        Ok(()) => done("factor_removed"),
        Err(error) => desk.broken(&error),
    }
}

async fn end_one(State(desk): State<Desk>, seat: Seat, Path(id): Path<String>) -> Response {
    let stamp = Stamp::new(&desk);
    match desk.store.end_session(&id, &seat.staff.id, stamp.by(Some(&seat.staff.id))).await {
        Ok(_) => done("session_ended"),
        Err(error) => desk.broken(&error),
    }
}

async fn end_others(State(desk): State<Desk>, seat: Seat) -> Response {
    let stamp = Stamp::new(&desk);
    match desk.store.end_sessions(&seat.staff.id, Some(&seat.session.id), stamp.by(Some(&seat.staff.id))).await {
        Ok(()) => done("sessions_ended"),
        Err(error) => desk.broken(&error),
    }
}

async fn add_token(State(desk): State<Desk>, seat: Seat, Form(told): Form<Told>) -> Response {
    let scope = SCOPES.iter().find(|scope| **scope == told.scope);
    let (Some(name), Some(scope)) = (name(&told.name), scope) else {
        return page(&desk, &seat, Some(trouble(&desk, &seat, "tokens", "account.bad_token")), json!({})).await;
    };
    if *scope == "approve"
        && let Err(refused) = seat.may(Role::Send)
    {
        return refused;
    }
    let (stamp, token) = (Stamp::new(&desk), format!("usher_{}", secrets::token()));
    let new = ApiToken {
        id: desk.clock.id().to_string(),
        staff_id: seat.staff.id.clone(),
        name,
        scope: (*scope).to_owned(),
        created_at: stamp.now,
        used_at: None,
    };
    match desk.store.add_token(&new, &secrets::hash(&token), stamp.by(Some(&seat.staff.id))).await {
        Ok(()) => page(&desk, &seat, None, json!({ "token": token })).await,
        Err(error) => desk.broken(&error),
    }
}

async fn revoke_token(State(desk): State<Desk>, seat: Seat, Path(id): Path<String>) -> Response {
    let stamp = Stamp::new(&desk);
    match desk.store.revoke_token(&id, &seat.staff.id, stamp.by(Some(&seat.staff.id))).await {
        Ok(_) => done("token_revoked"),
        Err(error) => desk.broken(&error),
    }
}
