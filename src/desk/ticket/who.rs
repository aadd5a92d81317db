//! Who it is about, with the evidence; the state of the invitation; the evaluation in both time zones.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Opened, sentence};
use crate::desk::seat::Seat;
use crate::desk::{Desk, act, format};
use crate::facts::Language;
use crate::people::{Evaluation, Invitation, Registered, invitation};
use crate::store::staff::Role;

/// From so many points on a line of evidence is strong, or fair.
const STRONG: i64 = 25;
const FAIR: i64 = 12;

/// The person found, how, and who else was near.
pub fn view(desk: &Desk, seat: &Seat, opened: &Opened, _now: Timestamp) -> Value {
    let fr = seat.language == Language::Fr;
    let outcome = &opened.outcome;
    let score = outcome.pointer("/evidence/score").and_then(Value::as_f64).unwrap_or(0.0);
    let kind = outcome.get("match").and_then(Value::as_str).unwrap_or("none");
    let others = others(desk, seat, opened);
    let sum = match &opened.registered {
        Some(r) => format!("{} {}, {}", r.candidate.first_name, r.candidate.last_name, percent(score, seat.language)),
        None if kind == "ambiguous" => desk.words.say(seat.language, "who.several", &[("n", &others.len().max(2).to_string())]),
        None => desk.words.say(seat.language, "who.nobody", &[]),
    };
    json!({
        "sum": format::visible(&sum),
        "found": opened.registered.is_some(),
        "line": opened.registered.as_ref().map(|r| {
            let writes = if r.candidate.language == Language::Fr { "who.writes_fr" } else { "who.writes_en" };
            format!("{} · {} · {}", r.institution.name, r.candidate.id, desk.words.say(seat.language, writes, &[]))
        }),
        "addresses": addresses(opened),
        "evidence": evidence(outcome, fr),
        "others": others,
        "alias": alias_wanted(opened).filter(|_| opened.is_open()),
        "open": opened.is_open(),
    })
}

fn percent(score: f64, language: Language) -> String {
    let whole = (score.clamp(0.0, 1.0) * 100.0).round();
    if language == Language::Fr { format!("{whole}\u{202f}%") } else { format!("{whole}%") }
}

fn evidence(outcome: &Value, fr: bool) -> Vec<Value> {
    let lines = outcome.pointer(if fr { "/evidence/lines_fr" } else { "/evidence/lines" }).and_then(Value::as_array);
    let points = outcome.pointer("/evidence/points").and_then(Value::as_array);
    let point = |at: usize| points.and_then(|p| p.get(at)).and_then(Value::as_i64).unwrap_or(0);
    let lines = lines.map(Vec::as_slice).unwrap_or_default().iter().enumerate();
    lines
        .filter_map(|(at, line)| {
            let (icon, weight) = match point(at) {
                p if p >= STRONG => ("ok", "who.strong"),
                p if p >= FAIR => ("ok", "who.fair"),
                p if p > 0 => ("ok", "who.weak"),
                0 => ("mid", "who.no_help"),
                _ => ("no", "who.against"),
            };
            Some(json!({"text": sentence(line.as_str()?), "icon": icon, "weight": weight}))
        })
        .collect()
}

fn others(desk: &Desk, seat: &Seat, opened: &Opened) -> Vec<Value> {
    let (directory, fr) = (desk.in_force.get(), seat.language == Language::Fr);
    let near = opened.outcome.get("others").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    // The one found is number 1.
    let first = 1 + usize::from(opened.registered.is_some());
    near.iter()
        .filter_map(|n| Some((n, directory.registered(n.get("candidate_id")?.as_str()?)?)))
        .enumerate()
        .map(|(at, (n, r))| {
            let lines = n.get(if fr { "lines_fr" } else { "lines" }).or_else(|| n.get("lines")).and_then(Value::as_array);
            let why = lines.map(Vec::as_slice).unwrap_or_default().iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" · ");
            let course = r.evaluations.first().map(|e| e.course_code.clone()).unwrap_or_default();
            let score = n.get("score").and_then(Value::as_f64).unwrap_or(0.0);
            json!({"id": r.candidate.id, "name": format::visible(&format!("{} {}", r.candidate.first_name, r.candidate.last_name)),
                "more": format!("{course}, {}", percent(score, seat.language)), "address": r.candidate.email, "why": sentence(&why), "key": at + first})
        })
        .collect()
}

/// Used, registered, and where the mail came from: stacked, with the difference marked.
fn addresses(opened: &Opened) -> Vec<Value> {
    let used = opened.outcome.get("email_used").and_then(Value::as_str);
    let registered = opened.registered.as_ref().map(|r| r.candidate.email.as_str());
    let from = opened.ticket.from_address.as_deref();
    let compared = used.or(from);
    let mut lines = Vec::new();
    for (word, address) in [("who.used", used), ("who.registered", registered), ("who.from", from.filter(|f| Some(*f) != used))] {
        let Some(address) = address else { continue };
        let other = if word == "who.registered" { compared } else { None };
        let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
        let (local, domain) = (format::visible(local), format!("@{}", format::visible(domain)));
        let (other_local, other_domain) =
            other.and_then(|o| o.rsplit_once('@')).map_or((None, None), |(l, d)| (Some(l.to_owned()), Some(format!("@{d}"))));
        lines.push(
            json!({"word": word, "local": marked(&local, other_local.as_deref()), "domain": marked(&domain, other_domain.as_deref())}),
        );
    }
    lines
}

/// A text in three pieces: the same, what differs from the other, the same.
fn marked(text: &str, other: Option<&str>) -> Value {
    let Some(other) = other.filter(|o| *o != text) else { return json!({"before": text, "mark": "", "after": ""}) };
    let before: usize = text.chars().zip(other.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let rest = text.get(before..).unwrap_or_default();
    let room = other.get(before..).unwrap_or_default();
    let after: usize = rest.chars().rev().zip(room.chars().rev()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let end = text.len() - after;
    json!({"before": text.get(..before), "mark": text.get(before..end), "after": text.get(end..)})
}

/// The address that staff may confirm as the found person's: stated as used or written from, and not the registered one.
pub fn alias_wanted(opened: &Opened) -> Option<String> {
    let registered = opened.registered.as_ref()?;
    let confirmed = opened
        .corrections
        .iter()
        .any(|c| matches!(&c.correction, crate::triage::corrected::Correction::Person(id) if *id == registered.candidate.id));
    let used = opened.outcome.get("email_used").and_then(Value::as_str).or(opened.ticket.from_address.as_deref())?;
    let kind = opened.outcome.get("match").and_then(Value::as_str).unwrap_or_default();
    (confirmed && used != registered.candidate.email && !matches!(kind, "exact" | "alias")).then(|| used.to_lowercase())
}

/// Sent, started, activated, expires.
pub fn invitation(desk: &Desk, seat: &Seat, opened: &Opened, now: Timestamp) -> Value {
    let (language, zone) = (seat.language, desk.zone(seat));
    let say = |key: &str, values: &[(&str, &str)]| desk.words.say(language, key, values);
    let Some(registered) = &opened.registered else {
        return json!({"sum": say("state.not_found", &[]), "path": []});
    };
    let state = invitation::state(&registered.invitations, now);
    let sent = registered.invitations.iter().filter(|i| i.sent_at.is_some_and(|at| at <= now)).collect::<Vec<_>>();
    let shown = registered.invitations.iter().find(|i| i.activated_at.is_some()).or(sent.last().copied());
    let word = serde_json::to_value(state).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
    let Some(invitation) = shown else { return json!({"sum": sentence(&say("state.not_invited", &[])), "path": []}) };
    let expires = invitation.sent_at.and_then(|at| at.checked_add(SignedDuration::from_hours(24 * invitation::VALID_DAYS)).ok());
    let steps = steps(invitation, expires, now);
    let last = steps.iter().rposition(|(_, at, done)| *done && at.is_some()).unwrap_or(0);
    let path: Vec<Value> = steps
        .iter()
        .enumerate()
        .map(|(at, (word, when, done))| {
            let unneeded = *word == "invitation.expires" && invitation.activated_at.is_some();
            json!({"word": word, "day": when.map(|w| format::day(w, now, &zone, language)), "time": when.filter(|_| !unneeded && *done).map(|w| format::time(w, &zone, language)),
                "unneeded": unneeded, "todo": !done, "next": at == last})
        })
        .collect();
    let when = match steps.get(2).and_then(|(_, at, _)| *at) {
        Some(at) => Some(at),
        None if word == "expired" => expires,
        None => invitation.activation_started_at.or(invitation.sent_at),
    };
    let sum = when.map_or_else(
        || say(&format!("state.{word}"), &[]),
        |at| say(&format!("invitation.{word}"), &[("when", &format::day_time(at, now, &zone, language))]),
    );
    json!({"sum": sum, "path": path, "newest_of": (sent.len() > 1).then_some(sent.len())})
}

type Step = (&'static str, Option<Timestamp>, bool);

fn steps(invitation: &Invitation, expires: Option<Timestamp>, now: Timestamp) -> [Step; 4] {
    let done = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
    [
        ("invitation.sent", invitation.sent_at, done(invitation.sent_at)),
        ("invitation.started", invitation.activation_started_at, done(invitation.activation_started_at)),
        ("invitation.activated_step", invitation.activated_at, done(invitation.activated_at)),
        ("invitation.expires", expires, done(expires) && invitation.activated_at.is_none()),
    ]
}

/// The evaluation that counts: title, how soon, both clocks, whether the message agrees.
pub fn evaluation(desk: &Desk, seat: &Seat, opened: &Opened, now: Timestamp) -> Value {
    let language = seat.language;
    let Some((registered, next)) = opened.registered.as_ref().and_then(|r| Some((r, counted(r, now)?))) else { return Value::Null };
    let title = if language == Language::Fr { &next.title_fr } else { &next.title_en };
    let title = if title.trim().is_empty() { &next.course_code } else { title };
    let (theirs, yours) = (TimeZone::get(&registered.institution.time_zone).unwrap_or(TimeZone::UTC), desk.zone(seat));
    let yours_name = Some(seat.staff.zone.as_str()).filter(|z| !z.is_empty()).unwrap_or(&desk.settings.time_zone);
    let clock = |zone: &TimeZone| json!({"day": format::weekday(next.starts_at, now, zone, language), "time": format::time(next.starts_at, zone, language)});
    let left = next.starts_at.duration_since(now).as_secs();
    let when = if left > 0 {
        desk.words.say(language, "evaluation.in", &[("left", &format::left(left, true, language))])
    } else {
        desk.words.say(language, "evaluation.over", &[("when", &format::day_time(next.starts_at, now, &yours, language))])
    };
    json!({
        "sum": format!("{}, {when}", format::visible(title)), "code": format::visible(&next.course_code),
        "theirs": clock(&theirs), "yours": clock(&yours),
        "their_city": format::city(&registered.institution.time_zone, &desk.words, language), "your_city": format::city(yours_name, &desk.words, language),
        "agrees": agrees(desk, seat, opened, next, &theirs),
        "more": registered.evaluations.len().saturating_sub(1),
    })
}

/// The next one, or the last where all are over.
fn counted(registered: &Registered, now: Timestamp) -> Option<&Evaluation> {
    let lasts = SignedDuration::from_hours(3);
    registered.evaluations.iter().find(|e| e.starts_at.saturating_add(lasts).is_ok_and(|ends| ends > now)).or(registered.evaluations.last())
}

/// Whether what the message says of the day and time is what the register says.
fn agrees(desk: &Desk, seat: &Seat, opened: &Opened, next: &Evaluation, zone: &TimeZone) -> Option<String> {
    let stated = opened.outcome.get("evaluation_on")?.as_str()?;
    let at = next.starts_at.to_zoned(zone.clone());
    let same_day = stated == at.date().to_string();
    let time = opened.outcome.get("evaluation_time").and_then(Value::as_str);
    let same_time = time.is_none_or(|t| t == at.strftime("%H:%M").to_string());
    if same_day && same_time {
        return Some(desk.words.say(seat.language, "evaluation.agrees", &[]));
    }
    let registered = if same_day {
        format::time(next.starts_at, zone, seat.language)
    } else {
        format!(
            "{}, {}",
            format::weekday(next.starts_at, next.starts_at, zone, seat.language),
            format::time(next.starts_at, zone, seat.language)
        )
    };
    let stated = time.map_or_else(|| stated.to_owned(), |t| format!("{stated} {t}"));
    Some(desk.words.say(seat.language, "evaluation.differs", &[("stated", &stated), ("registered", &registered)]))
}

/// A page to choose the person on, found by a search among candidates.
pub async fn choose(
    State(desk): State<Desk>,
    seat: Seat,
    Path(number): Path<i64>,
    axum::extract::Query(asked): axum::extract::Query<Asked>,
) -> Response {
    let opened = match act::opened(&desk, &seat, number).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    if let Err(no) = seat.may(Role::Draft) {
        return no;
    }
    let text: String = asked.q.unwrap_or_default().chars().take(200).collect();
    let directory = desk.in_force.get();
    let (within, wanted) = (Arc::clone(&directory), text.trim().to_owned());
    // Every candidate is compared.
    let found = tokio::task::spawn_blocking(move || if wanted.is_empty() { Vec::new() } else { within.find(&wanted, 12) });
    let found = found.await.unwrap_or_default();
    let people: Vec<Value> = found
        .into_iter()
        .filter_map(|near| directory.registered(&near.candidate.id))
        .map(|r| json!({"id": r.candidate.id, "name": format::visible(&format!("{} {}", r.candidate.first_name, r.candidate.last_name)), "address": r.candidate.email,
            "institution": r.institution.name, "courses": r.evaluations.iter().map(|e| e.course_code.clone()).collect::<Vec<_>>().join(", ")}))
        .collect();
    let view = json!({"title": desk.words.say(seat.language, "who.choose", &[]), "number": number, "asked": text, "people": people,
        "others": others(&desk, &seat, &opened), "none": !text.trim().is_empty() && people.is_empty()});
    desk.pages.page(&desk, &seat, "person", view).await
}

/// What is looked for.
#[derive(Debug, serde::Deserialize)]
pub struct Asked {
    q: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_between_two_addresses_is_marked() {
        let cases = [
            ("salma.benhaddou-oulad", "salma.benhaddou", ("salma.benhaddou", "-oulad", "")),
            ("jtremblay", "jtrembaly", ("jtremb", "la", "y")),
            ("élodie", "elodie", ("", "é", "lodie")),
            ("aa", "aaa", ("aa", "", "")),
        ];
        for (text, other, (before, mark, after)) in cases {
            assert_eq!(marked(text, Some(other)), json!({"before": before, "mark": mark, "after": after}), "{text} {other}");
        }
        assert_eq!(marked("same", Some("same")), json!({"before": "same", "mark": "", "after": ""}));
    }
}
