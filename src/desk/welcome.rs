//! Links that are good once: whoever has one chooses a password, or is signed in. Looking at it uses nothing up, since mail scanners look too.

use axum::Router;
use axum::extract::{Form, Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;

use super::seat::{Stamp, refused};
use super::{Desk, doors, password, secrets, sign_in};
use crate::facts::Language;
use crate::store::sessions::Opens;
use crate::store::staff::{Act, Staff};
use crate::store::{Store, StoreError};

/// How long a link to choose a password is good.
pub const LASTS: SignedDuration = SignedDuration::from_hours(24);

/// Makes a link for an account, good once until `until`, and gives its address below `url`; earlier ones are good no more.
///
/// # Errors
/// When the database fails.
pub async fn link(store: &Store, url: &str, staff: &str, opens: Opens, until: Timestamp, act: Act<'_>) -> Result<String, StoreError> {
    let token = secrets::token();
    store.one_time_link(staff, &secrets::hash(&token), opens, until, act).await?;
    Ok(format!("{}/welcome/{token}", url.trim_end_matches('/')))
}

/// `/welcome/{token}`.
pub(super) fn routes() -> Router<Desk> {
    Router::new().route("/welcome/{token}", get(show).post(take))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Told {
    password: String,
    again: String,
    lang: String,
}

fn page(desk: &Desk, language: Language, status: StatusCode, staff: &Staff, opens: Opens, trouble: Option<&str>) -> Response {
    let say = |word: &str| desk.words.say(language, word, &[("n", &password::SHORTEST.to_string())]);
    let view = json!({
        "title": say("account.welcome_title"),
        "name": staff.name,
        "email": staff.email,
        "choose": opens == Opens::Password,
        "trouble": trouble.map(say),
        "least": password::SHORTEST,
        "switch": "?lang=",
    });
    desk.pages.rendered(status, language, "welcome", view)
}

async fn show(State(desk): State<Desk>, Path(token): Path<String>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let language = doors::language(query.as_deref(), &headers);
    match desk.store.link(&secrets::hash(&token), desk.clock.now()).await {
        Err(error) => desk.broken(&error),
        Ok(None) => refused(&desk, language, StatusCode::GONE, "account.link_over"),
        Ok(Some((staff, opens))) => page(&desk, language, StatusCode::OK, &staff, opens, None),
    }
}

async fn take(State(desk): State<Desk>, Path(token): Path<String>, headers: HeaderMap, Form(told): Form<Told>) -> Response {
    let language = Language::from_code(&told.lang).unwrap_or_else(|| doors::language(None, &headers));
    let (stamp, hash) = (Stamp::new(&desk), secrets::hash(&token));
    let over = || refused(&desk, language, StatusCode::GONE, "account.link_over");
    let (staff, opens) = match desk.store.link(&hash, stamp.now).await {
        Err(error) => return desk.broken(&error),
        Ok(None) => return over(),
        Ok(Some(found)) => found,
    };
    let mut chosen = None;
    if opens == Opens::Password {
        if let Some(trouble) = password::trouble(&told.password, &told.again, &staff) {
            return page(&desk, language, StatusCode::UNPROCESSABLE_ENTITY, &staff, opens, Some(trouble));
        }
        chosen = password::hashed(&told.password).await;
        if chosen.is_none() {
            return page(&desk, language, StatusCode::SERVICE_UNAVAILABLE, &staff, opens, Some("account.password_busy"));
        }
    }
    match desk.store.use_link(&hash, stamp.now).await {
        Err(error) => return desk.broken(&error),
        Ok(false) => return over(),
        Ok(true) => {}
    }
    if let Some(chosen) = chosen
        && let Err(error) = desk.store.set_password(&staff.id, &chosen, None, stamp.by(Some(&staff.id))).await
    {
        return desk.broken(&error);
    }
    sign_in::enter(&desk, &headers, &staff, "/").await
}
