//! The reply as it is edited: what stands in it, who may do what with it, whether it gives anything away.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Opened;
use crate::desk::seat::Seat;
use crate::desk::{Desk, format};
use crate::draft::disclosure::{self, Known, Leak};
use crate::draft::write;
use crate::facts::Language;
use crate::people::Candidate;
use crate::rules::Proof;
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
            if !names.contains(&name) && !desk.playbook.rulebook.policy.ignore.iter().any(|no| no == name) {
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
        "subject": if subject.is_empty() { write::subject(&opened.ticket.row.subject, "Re:") } else { subject.clone() },
        "text": text,
        "lang": language,
        "template": written.map(|w| w.template.trim_start_matches("reply/").to_owned()),
        "seen": opened.judged_by.messages,
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
pub fn leaks(desk: &Desk, opened: &Opened, subject: &str, text: &str) -> Vec<Leak> {
    let directory = desk.in_force.get();
    let others = opened.outcome.get("others").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let near = others.iter().filter_map(|n| n.get("candidate_id")?.as_str()).filter_map(|id| directory.registered(id));
    let near: Vec<Candidate> = near.map(|r| r.candidate).collect();
    let words = opened.all_words();
    // Their own subject is answered under, whatever stands in it.
    let own = opened.readings.iter().any(|r| write::subject(&r.message.subject, "") == subject);
    let subject = if own { "" } else { subject };
    let known = Known {
        proof: if opened.ticket.proof == "proven" { Proof::Proven } else { Proof::Unproven },
        sender: opened.ticket.from_address.as_deref(),
        words: &words,
        registered: opened.registered.as_ref(),
        near: &near,
        own: &desk.playbook.identity.own,
        letterhead: &desk.playbook.templates.letterhead,
    };
    disclosure::leaks(subject, text, &known, &desk.playbook.phrases)
}

/// What the text gives away, in words; `clean`: nothing. The server decides, the page only shows.
pub fn check(desk: &Desk, language: Language, opened: &Opened, subject: &str, text: &str) -> Value {
    let said = |leak: &Leak| {
        let part = if leak.line == 0 { "subject" } else { "send_off" };
        let key = format!("disclosure.{part}_{}", leak.kind.as_str());
        json!({"line": (leak.line > 0).then_some(leak.line), "text": desk.words.say(language, &key, &[("line", &leak.line.to_string())])})
    };
    let mut leaks = leaks(desk, opened, subject, text);
    leaks.dedup_by_key(|leak| (leak.line, leak.kind));
    let clean = if opened.ticket.proof == "proven" { "disclosure.clean_proven" } else { "disclosure.clean" };
    json!({"clean": leaks.is_empty(), "empty": text.trim().is_empty(), "word": clean, "leaks": leaks.iter().take(5).map(said).collect::<Vec<_>>()})
}
