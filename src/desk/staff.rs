//! Who works at the desk. Leads see it, operators change it.

use axum::Router;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};

use super::seat::{Seat, Stamp};
use super::{Desk, format, me, welcome};
use crate::message::address::Address;
use crate::store::StoreError;
use crate::store::sessions::Opens;
use crate::store::staff::{Changed, Role, Staff};

/// What `?done=` may say.
const DONE: [&str; 4] = ["role", "disabled", "enabled", "session_ended"];

/// `/staff`.
pub fn routes() -> Router<Desk> {
    Router::new()
        .route("/staff", get(list).post(add))
        .route("/staff/{id}", get(one))
        .route("/staff/{id}/role", post(role))
        .route("/staff/{id}/disable", post(disable))
        .route("/staff/{id}/enable", post(enable))
        .route("/staff/{id}/reset", post(reset))
        .route("/staff/{id}/sessions/{session}/end", post(end_session))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wish {
    done: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Told {
    email: String,
    name: String,
    role: String,
    second_factor: String,
}

fn roles(chosen: Role) -> Vec<Value> {
    let role = |role: Role| json!({"value": role.as_str(), "word": format!("account.role_{}", role.as_str()), "chosen": role == chosen});
    Role::ALL.into_iter().map(role).collect()
}

async fn listed(desk: &Desk, seat: &Seat, status: StatusCode, more: Value) -> Response {
    let (now, zone) = (desk.clock.now(), desk.zone(seat));
    let rows: Vec<Value> = match desk.store.all_staff().await {
        Err(error) => return desk.broken(&error),
        Ok(all) => (all.iter())
            .map(|s| {
                json!({"id": s.id, "name": s.name, "email": s.email, "role": format!("account.role_{}", s.role.as_str()),
                "factor": s.second_factor, "password": s.has_password, "disabled": s.disabled_at.is_some(),
                "seen": s.seen_at.map(|at| format::day_time(at, now, &zone, seat.language))})
            })
            .collect(),
    };
    let mut view = json!({
        "title": desk.words.say(seat.language, "account.staff_title", &[]),
        "here": "/staff",
        "rows": rows,
        "may_change": seat.staff.role >= Role::Operator,
        "roles": roles(Role::Send),
    });
    if let Some(view) = view.as_object_mut() {
        view.extend(more.as_object().cloned().unwrap_or_default());
    }
    desk.pages.page_as(status, desk, seat, "staff", view).await
}

async fn list(State(desk): State<Desk>, seat: Seat) -> Response {
    match seat.may(Role::Lead) {
        Ok(()) => listed(&desk, &seat, StatusCode::OK, json!({})).await,
        Err(refused) => refused,
    }
}

async fn add(State(desk): State<Desk>, seat: Seat, Form(told): Form<Told>) -> Response {
    if let Err(refused) = seat.may(Role::Operator) {
        return refused;
    }
    let say = |word: &str| json!({"trouble": desk.words.say(seat.language, word, &[]), "told": {"email": told.email, "name": told.name}});
    let (Some(email), Some(name), Some(role)) = (Address::parse(&told.email), me::name(&told.name), Role::parse(&told.role)) else {
        return listed(&desk, &seat, StatusCode::UNPROCESSABLE_ENTITY, say("account.bad_account")).await;
    };
    let (stamp, id) = (Stamp::new(&desk), desk.clock.id().to_string());
    match desk.store.add_staff(&id, email.as_str(), &name, role, stamp.by(Some(&seat.staff.id))).await {
        Err(error) => return desk.broken(&error),
        Ok(false) => return listed(&desk, &seat, StatusCode::UNPROCESSABLE_ENTITY, say("account.account_exists")).await,
        Ok(true) => {}
    }
    match link(&desk, &seat, &id).await {
        Err(error) => desk.broken(&error),
        Ok(link) => listed(&desk, &seat, StatusCode::OK, json!({"link": link, "for": name})).await,
    }
}

/// A link to choose a password with; it is shown once.
async fn link(desk: &Desk, seat: &Seat, id: &str) -> Result<String, StoreError> {
    let stamp = Stamp::new(desk);
    let until = stamp.now + welcome::LASTS;
    welcome::link(&desk.store, &desk.settings.url, id, Opens::Password, until, stamp.by(Some(&seat.staff.id))).await
}

async fn account(desk: &Desk, seat: &Seat, staff: &Staff, status: StatusCode, more: Value) -> Response {
    let (now, zone) = (desk.clock.now(), desk.zone(seat));
    let time = |at| format::day_time(at, now, &zone, seat.language);
    let sessions = match desk.store.sessions(Some(&staff.id), desk.doors.lasts, now).await {
        Ok(sessions) => sessions,
        Err(error) => return desk.broken(&error),
    };
    let mut view = json!({
        "title": staff.name,
        "here": format!("/staff/{}", staff.id),
        "id": staff.id,
        "name": staff.name,
        "email": staff.email,
        "role": format!("account.role_{}", staff.role.as_str()),
        "roles": roles(staff.role),
        "factor": staff.second_factor,
        "password": staff.has_password,
        "disabled": staff.disabled_at.map(time),
        "seen": staff.seen_at.map(time),
        "sessions": sessions.iter().map(|s| me::session_view(s, s.id == seat.session.id, &time)).collect::<Vec<_>>(),
        "may_change": seat.staff.role >= Role::Operator,
    });
    if let Some(view) = view.as_object_mut() {
        view.extend(more.as_object().cloned().unwrap_or_default());
    }
    desk.pages.page_as(status, desk, seat, "staff_one", view).await
}

/// The account of an address, for whoever may; else the answer.
async fn wanted(desk: &Desk, seat: &Seat, id: &str, role: Role) -> Result<Staff, Response> {
    seat.may(role)?;
    match desk.store.staff(id).await {
        Ok(Some(staff)) => Ok(staff),
        Ok(None) => Err(desk.told(seat, StatusCode::NOT_FOUND, "account.no_account").await),
        Err(error) => Err(desk.broken(&error)),
    }
}

async fn one(State(desk): State<Desk>, seat: Seat, Path(id): Path<String>, Query(wish): Query<Wish>) -> Response {
    let done = DONE.iter().find(|known| **known == wish.done).map(|known| format!("account.done_{known}"));
    match wanted(&desk, &seat, &id, Role::Lead).await {
        Ok(staff) => account(&desk, &seat, &staff, StatusCode::OK, json!({ "done": done })).await,
        Err(answer) => answer,
    }
}

/// What is shown when a change was tried.
async fn changed(desk: &Desk, seat: &Seat, staff: &Staff, changed: Result<Changed, StoreError>, done: &str) -> Response {
    match changed {
        Err(error) => desk.broken(&error),
        Ok(Changed::LastOperator) => {
            let trouble = desk.words.say(seat.language, "account.last_operator", &[]);
            account(desk, seat, staff, StatusCode::CONFLICT, json!({ "trouble": trouble })).await
        }
        Ok(Changed::Done | Changed::Nothing) => Redirect::to(&format!("/staff/{}?done={done}", staff.id)).into_response(),
    }
}

async fn role(State(desk): State<Desk>, seat: Seat, Path(id): Path<String>, Form(told): Form<Told>) -> Response {
    let staff = match wanted(&desk, &seat, &id, Role::Operator).await {
        Ok(staff) => staff,
        Err(answer) => return answer,
    };
    let role = Role::parse(&told.role).unwrap_or(staff.role);
    let stamp = Stamp::new(&desk);
    let tried = desk.store.set_role(&staff.id, role, stamp.by(Some(&seat.staff.id))).await;
    changed(&desk, &seat, &staff, tried, "role").await
}

async fn disable(State(desk): State<Desk>, seat: Seat, Path(id): Path<String>) -> Response {
    match wanted(&desk, &seat, &id, Role::Operator).await {
        Err(answer) => answer,
        Ok(staff) => {
            let stamp = Stamp::new(&desk);
            let tried = desk.store.disable_staff(&staff.id, stamp.by(Some(&seat.staff.id))).await;
            changed(&desk, &seat, &staff, tried, "disabled").await
        }
    }
}

async fn enable(State(desk): State<Desk>, seat: Seat, Path(id): Path<String>) -> Response {
    match wanted(&desk, &seat, &id, Role::Operator).await {
        Err(answer) => answer,
        Ok(staff) => {
            let stamp = Stamp::new(&desk);
            let tried = desk.store.enable_staff(&staff.id, stamp.by(Some(&seat.staff.id))).await;
            changed(&desk, &seat, &staff, tried, "enabled").await
        }
    }
}

async fn reset(State(desk): State<Desk>, seat: Seat, Path(id): Path<String>, Form(told): Form<Told>) -> Response {
    let staff = match wanted(&desk, &seat, &id, Role::Operator).await {
        Ok(staff) => staff,
        Err(answer) => return answer,
    };
    let (stamp, factor) = (Stamp::new(&desk), !told.second_factor.is_empty());
    if let Err(error) = desk.store.reset_staff(&staff.id, factor, stamp.by(Some(&seat.staff.id))).await {
        return desk.broken(&error);
    }
    match (link(&desk, &seat, &staff.id).await, desk.store.staff(&staff.id).await) {
        (Ok(link), Ok(now)) => account(&desk, &seat, &now.unwrap_or(staff), StatusCode::OK, json!({ "link": link })).await,
        (Err(error), _) | (_, Err(error)) => desk.broken(&error),
    }
}

async fn end_session(State(desk): State<Desk>, seat: Seat, Path((id, session)): Path<(String, String)>) -> Response {
    match wanted(&desk, &seat, &id, Role::Operator).await {
        Err(answer) => answer,
        Ok(staff) => {
            let stamp = Stamp::new(&desk);
            match desk.store.end_session(&session, &staff.id, stamp.by(Some(&seat.staff.id))).await {
                Ok(_) => Redirect::to(&format!("/staff/{}?done=session_ended", staff.id)).into_response(),
                Err(error) => desk.broken(&error),
            }
        }
    }
}
