//! Style, scripts and icons, embedded in the program under names that tell their content.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

/// A file as it is served.
pub struct Asset {
    /// `desk.css`.
    pub name: &'static str,
    /// `/assets/desk.0123456789ab.css`.
    pub path: String,
    kind: &'static str,
    content: &'static str,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let script = "text/javascript; charset=utf-8";
    [
        ("desk.css", "text/css; charset=utf-8", include_str!("../../templates/desk/assets/desk.css")),
        ("desk.js", script, include_str!("../../templates/desk/assets/desk.js")),
        ("htmx.js", script, include_str!("../../templates/desk/assets/htmx/htmx.min.js")),
        ("sse.js", script, include_str!("../../templates/desk/assets/htmx/sse.min.js")),
        ("usher.svg", "image/svg+xml", include_str!("../../templates/desk/assets/usher.svg")),
    ]
    .into_iter()
    .map(|(name, kind, content)| Asset { name, path: hashed(name, content), kind, content })
    .collect()
});

/// The name with the first bytes of the content's hash in it: a browser may keep such a file for ever.
fn hashed(name: &str, content: &str) -> String {
    let hash = Sha256::digest(content.as_bytes());
    let hex: String = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    format!("/assets/{stem}.{hex}.{ending}")
}

/// All of them.
pub fn all() -> &'static [Asset] {
    &ASSETS
}

/// One of them.
pub async fn serve(Path(name): Path<String>) -> Response {
    let Some(asset) = ASSETS.iter().find(|a| a.path.strip_prefix("/assets/") == Some(name.as_str())) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut response = asset.content.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    response
}
