//! Corrections of one click: case, person, language, fact. Each is kept as an example and changes the verdict at once.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::Opened;
use crate::desk::judge::{self, Wish};
use crate::desk::seat::Seat;
use crate::desk::{Desk, act, format};
use crate::store::aliases::Confirmed;
use crate::store::staff::Role;
use crate::triage::corrected::Correction;

/// A correction in words.
pub fn words(desk: &Desk, seat: &Seat, correction: &Correction) -> String {
    let say = |key: &str, values: &[(&str, &str)]| desk.words.say(seat.language, key, values);
    let named = |id: &str| {
        let found = desk.in_force.get().registered(id);
        found.map_or_else(|| id.to_owned(), |r| format!("{} {}", r.candidate.first_name, r.candidate.last_name))
    };
    match correction {
        Correction::Case(name) => say("correction.case", &[("value", &say(&format!("case.{name}"), &[]))]),
        Correction::Person(id) => say("correction.person", &[("value", &named(id))]),
        Correction::NotPerson(id) => say("correction.not_person", &[("value", &named(id))]),
        Correction::Fact(_, value) => {
            let name = say(&correction.kind(), &[]);
            match value {
                Some(value) => say("correction.fact", &[("name", &name), ("value", &format::visible(value))]),
                None => say("correction.no_fact", &[("name", &name)]),
            }
        }
        Correction::Language(language) => say("correction.language", &[("value", &say(&format!("correction.{}", language.code()), &[]))]),
        Correction::NotAutomatic => say("correction.not_automatic", &[]),
        Correction::Vouched(id) => say("correction.vouched", &[("value", &named(id))]),
    }
}

/// Judges the ticket anew and shows it again.
pub async fn corrected(desk: &Desk, seat: &Seat, number: i64, wish: impl FnOnce(&Opened) -> Option<Wish>) -> Response {
    if let Err(no) = seat.may(Role::Draft) {
        return no;
    }
    let opened = match act::opened(desk, seat, number).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    if opened.is_of(&seat.staff.id) == Some(false) {
        return act::taken_by_another(desk, seat, &opened, None).await;
    }
    let Some(wish) = wish(&opened).filter(|_| opened.is_open()) else { return act::back(number) };
    match judge::anew(desk, seat, &opened, wish).await {
        Ok(true) => {
            let taken = desk.store.take(&opened.line.ticket.id, &seat.staff.id, false, desk.clock.now()).await;
            taken.map_or_else(|error| desk.broken(&error), |_| act::back(number))
        }
        Ok(false) => act::newer(desk, seat, number, None).await,
        Err(error) => desk.broken(&error),
    }
}

/// A candidate by id.
#[derive(Debug, Deserialize)]
pub struct Chosen {
    candidate: String,
}

/// It is this person.
pub async fn person(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>, Form(chosen): Form<Chosen>) -> Response {
    let known = desk.in_force.get().registered(&chosen.candidate).is_some();
    corrected(&desk, &seat, number, |_| {
        known.then(|| Wish {
            taken_back: vec![format!("not_person.{}", chosen.candidate), "vouched".into()],
            said: vec![Correction::Person(chosen.candidate)],
        })
    })
    .await
}

/// It is not the person found; the others who were near are shown.
pub async fn not_person(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>) -> Response {
    corrected(&desk, &seat, number, |opened| {
        let found = opened.registered.as_ref()?.candidate.id.clone();
        Some(Wish { said: vec![Correction::NotPerson(found)], taken_back: vec!["person".into(), "vouched".into()] })
    })
    .await
}

/// A member of staff answers for it that the sender is the person found.
pub async fn vouch(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>) -> Response {
    if let Err(no) = seat.may(Role::Send) {
        return no;
    }
    corrected(&desk, &seat, number, |opened| opened.registered.as_ref().map(|r| Wish::of(Correction::Vouched(r.candidate.id.clone()))))
        .await
}

/// The kind of a correction.
#[derive(Debug, Deserialize)]
pub struct Id {
    id: String,
}

/// A correction counts no more.
pub async fn take_back(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>, Form(which): Form<Id>) -> Response {
    corrected(&desk, &seat, number, |opened| {
        let correction = &opened.corrections.iter().find(|c| c.id == which.id)?.correction;
        Some(Wish { said: Vec::new(), taken_back: vec![correction.kind()] })
    })
    .await
}

/// The address that the message states, or came from, counts as the found person's from now on: as evidence, never as proof.
pub async fn alias(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>) -> Response {
    if let Err(no) = seat.may(Role::Send) {
        return no;
    }
    let opened = match act::opened(&desk, &seat, number).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let Some((address, registered)) = super::who::alias_wanted(&opened).zip(opened.registered.as_ref()) else { return act::back(number) };
    let ids = [desk.clock.id().to_string(), desk.clock.id().to_string()];
    let confirmed =
        desk.store.confirm_alias(&address, &registered.candidate.id, &seat.staff.id, [&ids[0], &ids[1]], desk.clock.now()).await;
    match confirmed {
        Ok(Confirmed::Done | Confirmed::Already) => act::back(number),
        Ok(_) => (axum::http::StatusCode::CONFLICT, Redirect::to(&format!("/queue/{number}"))).into_response(),
        Err(error) => desk.broken(&error),
    }
}
