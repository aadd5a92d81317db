//! `/healthz`: how the house is, for machines that watch it; nothing about people.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Desk;
use crate::store::{Store, StoreError};

/// For machines that watch: 200 while all is well, else 503; what is told is the same either way.
pub async fn show(State(desk): State<Desk>) -> Response {
    match told(&desk.store, desk.clock.now()).await {
        Ok(told) => {
            let status = if told.get("ok") == Some(&true.into()) { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
            (status, Json(told)).into_response()
        }
        Err(error) => {
            tracing::error!("the desk cannot tell its health: {}", error.kind());
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"ok": false, "troubles": ["the store does not answer"]}))).into_response()
        }
    }
}

/// How the house is: mailboxes with their last look, the oldest message not judged, the oldest reply not sent, what does not work.
async fn told(store: &Store, now: Timestamp) -> Result<Value, StoreError> {
    let stale = store.directory_stale_since(now).await?;
    let mut troubles: Vec<String> = store.troubles().await?.into_iter().map(|t| t.what).collect();
    troubles.extend(stale.map(|since| format!("the directory is stale: last looked at {since}; no reply leaves without a person")));
    let age = |at: Option<Timestamp>| at.map(|at| now.duration_since(at).as_secs());
    let mailboxes: Vec<Value> = (store.mailbox_states().await?.into_iter())
        .map(|m| {
            json!({"name": m.name, "looked_at": m.looked_at, "failing_since": m.failing_since, "why": m.why,
            "token_obtained_at": m.token_at, "token_expires_at": m.token_until})
        })
        .collect();
    Ok(json!({
        "ok": troubles.is_empty(),
        "troubles": troubles,
        "mailboxes": mailboxes,
        "oldest_unjudged_seconds": age(store.oldest_unjudged().await?),
        "oldest_unsent_seconds": age(store.oldest_unsent().await?),
        "alarms_waiting": store.alarms_waiting().await?,
    }))
}
