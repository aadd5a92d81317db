//! What stands round every page: the top bar, what is wrong at the moment, the replies that are leaving.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::seat::Seat;
use super::{Desk, format, outbox};
use crate::store::StoreError;
use crate::store::staff::Role;

/// A mailbox that was not looked into for so long is a trouble.
const SILENT: i64 = 180;

/// The frame of the page that the template `name` makes.
pub async fn of(desk: &Desk, seat: &Seat, name: &str) -> Result<Value, StoreError> {
    let now = desk.clock.now();
    let strips = strips(desk, seat, now).await?;
    let queue = desk.queue().await?;
    Ok(json!({
        "count": queue.count(),
        "nav": [
            entry("queue", "/queue", matches!(name, "queue" | "ticket"), queue.count_text()),
            entry("ledger", "/ledger", name == "ledger", String::new()),
            entry("statistics", "/statistics", name == "statistics", String::new()),
            entry("rules", "/rules", matches!(name, "rules" | "rule"), String::new()),
        ],
        "theme": seat.staff.theme,
        "keys": seat.staff.keys,
        "live": live(desk, seat, now).await?,
        "me": {"name": seat.staff.name, "initials": format::initials(&seat.staff.name)},
        "leads": seat.staff.role >= Role::Lead,
        "strips": strips,
        "outbox": outbox::strip(desk, seat, now).await?,
    }))
}

fn entry(name: &str, href: &str, current: bool, count: String) -> Value {
    json!({"word": format!("frame.{name}"), "href": href, "current": current, "count": count})
}

/// When mail was last looked for: a stopped fetch is visible on every page.
pub async fn live(desk: &Desk, seat: &Seat, now: Timestamp) -> Result<Value, StoreError> {
    let states = desk.store.mailbox_states().await?;
    let oldest = states.iter().filter_map(|m| m.looked_at).min();
    let seconds = oldest.map(|at| now.duration_since(at).as_secs().max(0));
    let zone = desk.zone(seat);
    Ok(match (oldest, seconds) {
        (Some(at), Some(age)) if age > SILENT => json!({"silent": true,
            "text": desk.words.say(seat.language, "frame.silent", &[("time", &format::time(at, &zone, seat.language))])}),
        (Some(_), Some(age)) => json!({"silent": false,
            "text": desk.words.say(seat.language, "frame.live", &[("age", &format::age(age, seat.language))])}),
        _ => json!({"silent": false, "text": desk.words.say(seat.language, "frame.no_mail_yet", &[])}),
    })
}

async fn strips(desk: &Desk, seat: &Seat, now: Timestamp) -> Result<Vec<Value>, StoreError> {
    let mut strips = Vec::new();
    let say =
        |key: &str, values: &[(&str, &str)]| json!({"text": desk.words.say(seat.language, key, values), "lang": seat.language.code()});
    if desk.trial {
        strips.push(say("frame.trial", &[]));
    }
    if let Some(since) = desk.store.directory_stale_since(now).await? {
        strips.push(say("frame.stale", &[("time", &format::day_time(since, now, &desk.zone(seat), seat.language))]));
    }
    if seat.staff.role >= Role::Lead {
        // Of what does not work the leads hear here too, not only where the operator watches.
        strips.extend(desk.store.troubles().await?.into_iter().take(3).map(|trouble| json!({"text": trouble.what, "lang": "en"})));
    }
    Ok(strips)
}
