//! Pages that are open: what changed, as it changes; who looks at which ticket.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::broadcast;

use super::seat::Seat;
use super::{Desk, format};

/// How often the store is asked what changed.
const PAUSE: Duration = Duration::from_millis(700);
/// Events that a page that fell behind may miss; then it fetches the queue once.
const BEHIND: usize = 256;
/// Changes that are kept for pages that come back after a gap.
const KEPT: usize = 2_000;
/// Changes that are read at once.
const MOST: u32 = 500;
/// So many of the last changes are read again each time.
const LOOK_BACK: i64 = 100;
/// How often a stream looks whether its session is still open.
const CHECKED: SignedDuration = SignedDuration::from_secs(60);
/// Somebody who was not heard of for so long is gone.
const GONE: SignedDuration = SignedDuration::from_secs(40);

/// Something that open pages fetch again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Grows.
    pub seq: i64,
    /// `ticket`, `presence` and the ticket's number; `queue`, `outbox`, `mail`: 0.
    pub name: &'static str,
    /// The ticket.
    pub number: i64,
}

/// What open pages share.
#[derive(Debug)]
pub struct Live {
    out: broadcast::Sender<Change>,
    kept: Mutex<VecDeque<Change>>,
    present: Mutex<BTreeMap<(i64, String), Presence>>,
}

#[derive(Debug, Clone)]
struct Presence {
    name: String,
    typing: bool,
    at: Timestamp,
}

impl Default for Live {
    fn default() -> Self {
        Self { out: broadcast::Sender::new(BEHIND), kept: Mutex::default(), present: Mutex::default() }
    }
}

impl Live {
    fn say(&self, change: Change) {
        // Who is here is of the moment.
        if change.seq > 0 {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() == KEPT {
                kept.pop_front();
            }
            kept.push_back(change.clone());
        }
        // Nobody may be listening.
        drop(self.out.send(change));
    }

    /// What happened after `seq`; `None`: too long ago to tell.
    fn after(&self, seq: i64) -> Option<Vec<Change>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.front().is_some_and(|first| first.seq <= seq + 1);
        known.then(|| kept.iter().filter(|c| c.seq > seq).cloned().collect())
    }
}

/// Watches the store for ever and tells open pages.
pub(super) async fn watch(desk: Desk) {
    if let Err(error) = desk.store.make_findable().await {
        tracing::warn!("older tickets cannot be made findable: {}", error.kind());
    }
    let mut seen = desk.store.newest_change().await.unwrap_or(0);
    let (mut trimmed, mut told) = (seen, BTreeSet::new());
    loop {
        desk.clock.rest(PAUSE).await;
        // A lower number may be committed after a higher one: the last few are looked at again.
        match desk.store.changes_after(seen - LOOK_BACK, MOST).await {
            Ok(mut changes) => {
                let first = told.is_empty();
                changes.retain(|(seq, _)| told.insert(*seq) && (*seq > seen || !first));
                told.retain(|seq| *seq > seen - LOOK_BACK * 2);
                let mut numbers: Vec<i64> = changes.iter().map(|(_, number)| *number).collect();
                numbers.sort_unstable();
                numbers.dedup();
                seen = changes.iter().map(|(seq, _)| *seq).fold(seen, i64::max);
                for number in &numbers {
                    desk.live.say(Change { seq: seen, name: "ticket", number: *number });
                }
                if !numbers.is_empty() {
                    desk.live.say(Change { seq: seen, name: "queue", number: 0 });
                    desk.live.say(Change { seq: seen, name: "outbox", number: 0 });
                }
                if seen - trimmed > i64::from(MOST) * 4 {
                    // Other processes on this database look as often as this one.
                    trimmed = seen - i64::from(MOST) * 2;
                    if let Err(error) = desk.store.trim_changes(trimmed).await {
                        tracing::warn!("the desk: {}", error.kind());
                    }
                }
            }
            Err(error) => tracing::warn!("open pages are not told what changed: {}", error.kind()),
        }
    }
}

/// The one stream of a page.
pub async fn events(State(desk): State<Desk>, seat: Seat, headers: HeaderMap) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let last = headers.get("last-event-id").and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<i64>().ok());
    let receiver = desk.live.out.subscribe();
    let missed = match last {
        Some(seq) => desk.live.after(seq).unwrap_or_else(|| vec![Change { seq, name: "queue", number: 0 }]),
        None => Vec::new(),
    };
    let first = futures_util::stream::iter(missed.into_iter().map(event).map(Ok));
    let check = desk.clock.now();
    let rest = futures_util::stream::unfold((receiver, desk, seat, check), async |(mut receiver, desk, seat, mut check)| {
        loop {
            // A session that ended, or an account that was shut, hears nothing more.
            if desk.clock.now() >= check {
                if !is_open(&desk, &seat).await {
                    return None;
                }
                check = desk.clock.now().saturating_add(CHECKED).unwrap_or(check);
            }
            tokio::select! {
                change = receiver.recv() => match change {
                    Ok(change) => return Some((Ok(event(change)), (receiver, desk, seat, check))),
                    Err(broadcast::error::RecvError::Lagged(_)) => {
                        return Some((Ok(event(Change { seq: 0, name: "queue", number: 0 })), (receiver, desk, seat, check)));
                    }
                    Err(broadcast::error::RecvError::Closed) => return None,
                },
                () = desk.clock.rest(Duration::from_secs(60)) => {}
            }
        }
    });
    Sse::new(futures_util::StreamExt::chain(first, rest)).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}

async fn is_open(desk: &Desk, seat: &Seat) -> bool {
    let sessions = desk.store.sessions(Some(&seat.staff.id), desk.doors.lasts, desk.clock.now()).await;
    // A store that does not answer ends nobody's session.
    sessions.map_or(true, |sessions| sessions.iter().any(|s| s.id == seat.session.id))
}

fn event(change: Change) -> Event {
    let event = match change.number {
        0 => Event::default().event(change.name).data("1"),
        number => Event::default().event(format!("{}:{number}", change.name)).data(number.to_string()),
    };
    if change.seq > 0 { event.id(change.seq.to_string()) } else { event }
}

/// The heartbeat of a page: somebody looks at the ticket, or types.
#[derive(Debug, Deserialize)]
pub struct Beat {
    typing: Option<String>,
}

/// Takes a heartbeat, and answers who else is here.
pub async fn presence(State(desk): State<Desk>, seat: Seat, Path(number): Path<i64>, Form(beat): Form<Beat>) -> Response {
    let now = desk.clock.now();
    let presence = Presence { name: seat.staff.name.clone(), typing: beat.typing.is_some(), at: now };
    let before = {
        let mut present = desk.live.present.lock().unwrap_or_else(PoisonError::into_inner);
        present.retain(|_, p| now.duration_since(p.at) < GONE);
        present.insert((number, seat.staff.id.clone()), presence.clone())
    };
    if before.is_none_or(|b| b.typing != presence.typing) {
        desk.live.say(Change { seq: 0, name: "presence", number });
    }
    let view = json!({"here_too": here(&desk, &seat, number, now), "number": number});
    desk.pages.bare(seat.language, "here", view)
}

/// The colleagues who are at this ticket.
pub fn here(desk: &Desk, seat: &Seat, number: i64, now: Timestamp) -> Vec<Value> {
    let present = desk.live.present.lock().unwrap_or_else(PoisonError::into_inner);
    let others =
        present.iter().filter(|((ticket, staff), p)| *ticket == number && *staff != seat.staff.id && now.duration_since(p.at) < GONE);
    others
        .map(|(_, p)| {
            let first = p.name.split_whitespace().next().unwrap_or(&p.name);
            json!({"initials": format::initials(&p.name), "name": first, "word": if p.typing { "ticket.writing" } else { "ticket.looking" }})
        })
        .collect()
}
