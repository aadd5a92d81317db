//! Why this case, and what may be said.

use serde_json::{Value, json};

use super::{Opened, sentence};
use crate::desk::format;
use crate::desk::seat::Seat;
use crate::facts::Language;
use crate::store::staff::Role;

/// The rule that decided and what follows from it; the reasons beside it.
pub fn view(seat: &Seat, opened: &Opened) -> Value {
    let key = if seat.language == Language::Fr { "because_fr" } else { "because" };
    let because = opened.outcome.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let reasons: Vec<String> = because.iter().filter_map(Value::as_str).map(|r| sentence(&format::visible(r))).collect();
    let rule = opened.outcome.get("rule").and_then(Value::as_str).unwrap_or_default();
    let row = &opened.line.ticket;
    json!({
        "sum": reasons.first(),
        "rule": rule.trim_start_matches("cases/").trim_start_matches("rules/cases/").trim_end_matches(".toml"),
        "case": row.case, "case_word": format!("case.{}", row.case),
        "action": format!("why.{}", row.action),
        "reasons": reasons.get(1..).unwrap_or_default(),
    })
}

/// What may be said to the sender, and why no more.
pub fn safety(opened: &Opened, seat: &Seat) -> Value {
    let newest = opened.readings.last();
    let authenticated = newest.is_some_and(|r| r.message.is_authenticated());
    let sender = newest.and_then(|r| r.message.sender.as_ref());
    let registered = opened.registered.as_ref().zip(sender).is_some_and(|(r, s)| r.candidate.email == s.as_str());
    let proven = opened.ticket.proof == "proven";
    let nothing = opened.line.ticket.action == "ignore" || opened.ticket.from_address.is_none();
    let word = match (nothing, proven) {
        (true, _) => "safety.nothing",
        (_, true) => "safety.everything",
        _ => "safety.general",
    };
    let may_vouch = !proven && opened.registered.is_some() && opened.is_open() && seat.staff.role >= Role::Send;
    json!({"word": word, "hint": format!("{word}_hint"), "authenticated": authenticated, "registered": registered,
        "vouched": proven && !(authenticated && registered), "may_vouch": may_vouch})
}
