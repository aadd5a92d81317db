//! How soon the evaluation is: the earliest one not yet over, stated or registered (corpus README, `urgency`).

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::policy::Limits;
use super::{Situation, Urgency};
use crate::people::Registered;

/// A timed evaluation is over this long after its start.
const LASTS: SignedDuration = SignedDuration::from_hours(3);

/// An evaluation as far as its time is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sitting {
    day: Date,
    /// Its start.
    pub starts: Timestamp,
    /// When it is over, as far as is known.
    pub ends: Timestamp,
}

/// The urgency, and the evaluation that it counts to.
pub fn of(situation: &Situation<'_>, limits: &Limits) -> (Urgency, Option<Sitting>) {
    let registered = situation.person.registered();
    let zone = zone(situation, registered);
    let known = sittings(situation, registered, &zone);
    if known.is_empty() {
        return (Urgency::Unknown, None);
    }
    let Some(next) = known.into_iter().filter(|s| s.ends > situation.now).min_by_key(|s| s.starts) else { return (Urgency::Past, None) };
    let left = next.starts.duration_since(situation.now);
    let urgency = match left {
        l if l <= limits.imminent => Urgency::Imminent,
        l if l <= limits.soon => Urgency::Soon,
        _ => Urgency::Later,
    };
    (urgency, Some(next))
}

/// The institution's zone: the found person's, else the one that the message names, else that of `Date:`.
fn zone(situation: &Situation<'_>, registered: Option<&Registered>) -> TimeZone {
    let named = registered.map(|r| r.institution.time_zone.as_str()).or(situation.named_zone);
    let by_name = named.and_then(|name| TimeZone::get(name).ok());
    by_name.or_else(|| situation.message.date.as_ref().map(|d| d.time_zone().clone())).unwrap_or(TimeZone::UTC)
}

fn sittings(situation: &Situation<'_>, registered: Option<&Registered>, zone: &TimeZone) -> Vec<Sitting> {
    let mut known: Vec<Sitting> = registered
        .map(|r| r.evaluations.as_slice())
        .unwrap_or_default()
        .iter()
        .map(|e| Sitting { day: zone.to_datetime(e.starts_at).date(), starts: e.starts_at, ends: later(e.starts_at, LASTS) })
        .collect();
    if let Some(stated) = stated(situation, zone) {
        // Of a stated and a registered start on one day the earlier counts, as long as it is not over.
        match known.iter_mut().find(|s| s.day == stated.day) {
            Some(same_day) if stated.starts < same_day.starts => {
                same_day.starts = stated.starts;
            }
            Some(_) => {}
            None => known.push(stated),
        }
    }
    known
}

fn stated(situation: &Situation<'_>, zone: &TimeZone) -> Option<Sitting> {
    let day = situation.facts.evaluation_on.as_ref()?.value;
    let time = situation.facts.evaluation_time.as_ref().map(|t| t.value);
    let at = |date: Date, time: Time| date.to_datetime(time).to_zoned(zone.clone()).ok().map(|z| z.timestamp());
    let starts = at(day, time.unwrap_or(Time::midnight()))?;
    let ends = match time {
        Some(_) => later(starts, LASTS),
        None => at(day.checked_add(1.day()).ok()?, Time::midnight())?,
    };
    Some(Sitting { day, starts, ends })
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}
