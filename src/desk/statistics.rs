//! The statistics: what came, what was done with it and how fast, which rules people corrected, and who will write next.

mod figures;
mod taken;
mod view;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

pub use self::figures::count;
use super::seat::Seat;
use super::{Desk, csv, rules};
use crate::store::StoreError;
use crate::store::staff::Role;
use crate::store::statistics::{Ahead, Answer, Conclusion, Corrected, Span};

/// Evaluations that lie farther ahead are nobody's hurry.
const AHEAD: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Evaluations that are looked at.
const MOST_AHEAD: u32 = 50;
/// The days that a median is compared with.
const LONG: i64 = 30;

/// The routes of the statistics.
pub fn routes() -> Router<Desk> {
    Router::new()
        .route("/statistics", get(show))
        .route("/statistics.csv", get(download))
        .route("/statistics/coordinator/{file}", get(coordinator))
}

#[derive(Debug, Deserialize)]
struct Asked {
    days: Option<String>,
}

impl Asked {
    /// The days asked for: today unless something else is that there is.
    fn days(&self) -> i64 {
        match self.days.as_deref() {
            Some("7") => 7,
            Some("30") => LONG,
            _ => 1,
        }
    }
}

/// All that the page tells, in numbers.
struct Gathered {
    days: i64,
    now: Timestamp,
    zone: TimeZone,
    span: Span,
    conclusions: Vec<Conclusion>,
    /// Of 30 days, whatever was asked for.
    answers: Vec<Answer>,
    no_requests: i64,
    corrected: Vec<Corrected>,
    ahead: Vec<Ahead>,
}

impl Gathered {
    /// The answers to what came in the span.
    fn answered(&self) -> &[Answer] {
        let from = self.answers.partition_point(|a| a.received_at < self.span.from);
        self.answers.get(from..).unwrap_or_default()
    }

    fn requests(&self) -> i64 {
        self.conclusions.iter().map(|c| c.tickets).sum()
    }

    fn medians(&self) -> Vec<figures::Medians> {
        figures::medians(self.answered(), &figures::beginnings(self.span, self.days == 1, &self.zone))
    }
}

async fn gathered(desk: &Desk, seat: &Seat, days: i64) -> Result<Gathered, StoreError> {
    let (store, now, zone) = (&desk.store, desk.clock.now(), desk.zone(seat));
    let span = figures::last_days(days, now, &zone);
    let ahead = Span { from: now, to: now.saturating_add(AHEAD).unwrap_or(now) };
    Ok(Gathered {
        conclusions: store.conclusions(span).await?,
        answers: store.answers(figures::last_days(LONG, now, &zone)).await?,
        no_requests: store.no_requests(span).await?,
        corrected: store.corrected(span).await?,
        ahead: store.ahead(ahead, MOST_AHEAD).await?.into_iter().filter(|a| a.not_activated > 0).collect(),
        days,
        now,
        zone,
        span,
    })
}

async fn show(State(desk): State<Desk>, seat: Seat, Query(asked): Query<Asked>) -> Response {
    match gathered(&desk, &seat, asked.days()).await {
        Ok(gathered) => desk.pages.page(&desk, &seat, "statistics", view::page(&desk, &seat, &gathered)).await,
        Err(error) => desk.broken(&error),
    }
}

async fn download(State(desk): State<Desk>, seat: Seat, Query(asked): Query<Asked>) -> Response {
    match gathered(&desk, &seat, asked.days()).await {
        Ok(gathered) => {
            let day = gathered.now.to_zoned(gathered.zone.clone()).date();
            csv::attachment(&format!("usher-statistics-{day}-{}-days", gathered.days), csv::file(&taken::rows(&gathered)))
        }
        Err(error) => desk.broken(&error),
    }
}

/// The candidates of one evaluation that are not activated: only a lead takes people's addresses along, and the journal says so.
async fn coordinator(State(desk): State<Desk>, seat: Seat, Path(file): Path<String>) -> Response {
    if let Err(refused) = seat.may(Role::Lead) {
        return refused;
    }
    let Some(evaluation) = file.strip_suffix(".csv") else {
        return desk.told(&seat, StatusCode::NOT_FOUND, "frame.not_found").await;
    };
    match listed(&desk, &seat, evaluation).await {
        Ok(Some(answer)) => answer,
        Ok(None) => desk.told(&seat, StatusCode::NOT_FOUND, "frame.not_found").await,
        Err(error) => desk.broken(&error),
    }
}

async fn listed(desk: &Desk, seat: &Seat, evaluation: &str) -> Result<Option<Response>, StoreError> {
    let (store, now) = (&desk.store, desk.clock.now());
    let Some(course) = store.course_code(evaluation).await? else { return Ok(None) };
    let people = store.not_activated(evaluation, now).await?;
    let detail = serde_json::json!({"evaluation": evaluation, "people": people.len()}).to_string();
    let entry = desk.clock.id().to_string();
    store.note_by(&entry, None, "list for the coordinator", &detail, &seat.staff.id, now).await?;
    let say = |word: &str| desk.words.say(seat.language, word, &[]);
    let mut rows = vec![["statistics.name", "statistics.address", "statistics.state"].map(say).to_vec()];
    rows.extend(people.into_iter().map(|p| vec![p.name, p.email, say(&format!("state.{}", rules::snake(&p.state)))]));
    let day = now.to_zoned(desk.zone(seat)).date();
    Ok(Some(csv::attachment(&format!("usher-{course}-{day}"), csv::file(&rows))))
}
