//! The small form in which a fact is corrected.

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Opened;
use super::corrections::corrected;
use crate::desk::judge::Wish;
use crate::desk::seat::Seat;
use crate::desk::{Desk, act};
use crate::triage::corrected::{Correction, FactKind};

/// The facts behind one label of the conversation.
fn behind(label: &str) -> &'static [FactKind] {
    match label {
        "name" => &[FactKind::FirstName, FactKind::LastName],
        "address" => &[FactKind::EmailUsed],
        "course" => &[FactKind::Course],
        "date" => &[FactKind::EvaluationOn, FactKind::EvaluationTime],
        "error" => &[FactKind::ErrorText],
        "code" => &[FactKind::InvitationCode],
        _ => &[],
    }
}

fn name(kind: FactKind) -> String {
    Correction::Fact(kind, None).kind().trim_start_matches("fact.").to_owned()
}

/// What the form begins with: text that was selected, say.
#[derive(Debug, Default, Deserialize)]
pub struct Begin {
    text: Option<String>,
}

/// The form; on a page of its own without script.
pub async fn form(
    State(desk): State<Desk>,
    seat: Seat,
    headers: HeaderMap,
    Path((number, label)): Path<(i64, String)>,
    Query(begin): Query<Begin>,
) -> Response {
    let opened = match act::opened(&desk, &seat, number).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    if behind(&label).is_empty() {
        return desk.told(&seat, StatusCode::NOT_FOUND, "frame.not_found").await;
    }
    let view = view(&desk, &seat, &opened, &label, begin.text.as_deref(), None);
    shown(&desk, &seat, StatusCode::OK, view, headers.contains_key("hx-request")).await
}

async fn shown(desk: &Desk, seat: &Seat, status: StatusCode, mut view: Value, part: bool) -> Response {
    if part {
        if let Some(view) = view.as_object_mut() {
            view.insert("csrf".into(), seat.csrf.clone().into());
        }
        return desk.pages.rendered(status, seat.language, "fact_form", view);
    }
    desk.pages.page_as(status, desk, seat, "fact", view).await
}

fn view(desk: &Desk, seat: &Seat, opened: &Opened, label: &str, text: Option<&str>, fault: Option<String>) -> Value {
    let number = opened.line.ticket.number;
    let fields: Vec<Value> = behind(label)
        .iter()
        .enumerate()
        .map(|(at, kind)| {
            let name = name(*kind);
            let now = opened.outcome.get(&name).and_then(Value::as_str).unwrap_or_default();
            let value = text.filter(|_| at == 0).unwrap_or(now);
            let input = match kind {
                FactKind::EvaluationOn => "date",
                FactKind::EvaluationTime => "time",
                FactKind::EmailUsed => "email",
                _ => "text",
            };
            json!({"name": name, "word": format!("fact.{name}"), "value": value, "input": input})
        })
        .collect();
    let word = desk.words.say(seat.language, &format!("fact.{label}"), &[]);
    let title = desk.words.say(seat.language, "fact.correct", &[("name", &word)]);
    json!({"title": title, "number": number, "label": label, "fields": fields, "back": format!("/queue/{number}"), "fault": fault})
}

/// The fields of the form; `none`: it is not a fact.
#[derive(Debug, Deserialize)]
pub struct Fields {
    first_name: Option<String>,
    last_name: Option<String>,
    email_used: Option<String>,
    course: Option<String>,
    evaluation_on: Option<String>,
    evaluation_time: Option<String>,
    error_text: Option<String>,
    invitation_code: Option<String>,
    none: Option<String>,
}

impl Fields {
    fn of(&self, kind: FactKind) -> Option<&str> {
        let value = match kind {
            FactKind::FirstName => &self.first_name,
            FactKind::LastName => &self.last_name,
            FactKind::EmailUsed => &self.email_used,
            FactKind::Course => &self.course,
            FactKind::EvaluationOn => &self.evaluation_on,
            FactKind::EvaluationTime => &self.evaluation_time,
            FactKind::ErrorText => &self.error_text,
            FactKind::InvitationCode => &self.invitation_code,
        };
        value.as_deref().map(str::trim)
    }
}

/// Corrects the facts behind a label; what stayed the same is no correction.
pub async fn correct(
    State(desk): State<Desk>,
    seat: Seat,
    Path((number, label)): Path<(i64, String)>,
    Form(fields): Form<Fields>,
) -> Response {
    let mut said = Vec::new();
    for kind in behind(&label) {
        let value = fields.of(*kind).filter(|v| !v.is_empty() && fields.none.is_none());
        let correction = Correction::Fact(*kind, value.map(str::to_owned));
        if !correction.is_sound() {
            let opened = match act::opened(&desk, &seat, number).await {
                Ok(opened) => opened,
                Err(answer) => return answer,
            };
            let word = desk.words.say(seat.language, &format!("fact.{}", name(*kind)), &[]);
            let fault = desk.words.say(seat.language, "fact.not_sound", &[("name", &word)]);
            let view = view(&desk, &seat, &opened, &label, None, Some(fault));
            return shown(&desk, &seat, StatusCode::UNPROCESSABLE_ENTITY, view, false).await;
        }
        said.push((*kind, correction));
    }
    corrected(&desk, &seat, number, |opened| {
        let now = |kind| opened.outcome.get(name(kind)).and_then(Value::as_str).map(str::to_owned);
        let new = said.into_iter().filter(|(kind, c)| !matches!(c, Correction::Fact(_, value) if *value == now(*kind)));
        let said: Vec<Correction> = new.map(|(_, correction)| correction).collect();
        (!said.is_empty()).then(|| Wish { said, taken_back: Vec::new() })
    })
    .await
}
