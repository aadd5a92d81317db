//! What every request must be and what every answer carries: nothing acts but a form of the desk's own, nothing from elsewhere runs or
//! loads, nobody frames the page, no browser keeps what is about people.

use axum::body::{Body, to_bytes};
use axum::extract::{Form, FromRequest as _, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::seat::{is_api, refused};
use super::{Desk, doors, secrets};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
    frame-src 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The most octets of a form.
const LARGEST: usize = 1024 * 1024;

/// Lets a request that may change something through only where it comes from a page of the desk and, with a session, knows its secret.
pub async fn own(State(desk): State<Desk>, mut request: Request, next: Next) -> Response {
    if is_api(request.uri().path()) {
        // Programs bring a token of their own; what a browser adds by itself counts for nothing.
        request.headers_mut().remove(header::COOKIE);
        return next.run(request).await;
    }
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let language = doors::language(None, request.headers());
    if !desk.doors.is_own(request.headers()) {
        return refused(&desk, language, StatusCode::FORBIDDEN, "account.other_origin");
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST).await else {
        return refused(&desk, language, StatusCode::PAYLOAD_TOO_LARGE, "account.too_large");
    };
    // Whoever is not signed in has no secret yet.
    let needless = parts.uri.path() == "/sign-in" || parts.uri.path().starts_with("/welcome/");
    let session = desk.doors.session(&parts.headers).filter(|_| !needless);
    if let Some(session) = session {
        let told = told(Request::from_parts(parts.clone(), Body::from(bytes.clone()))).await.unwrap_or_default();
        if !secrets::same(&told, &secrets::csrf(&session)) {
            return refused(&desk, language, StatusCode::FORBIDDEN, "account.stale_form");
        }
    }
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}

/// The session's secret as the header or the form tells it.
async fn told(request: Request) -> Option<String> {
    #[derive(Deserialize)]
    struct Told {
        csrf: String,
    }
    if let Some(header) = request.headers().get("x-csrf-token") {
        return header.to_str().ok().map(str::to_owned);
    }
    Form::<Told>::from_request(request, &()).await.ok().map(|Form(told)| told.csrf)
}

/// Adds the headers, unless the page brings stricter ones.
pub async fn headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        // With `no-referrer` browsers would send `Origin: null` with the desk's own forms.
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    for (name, value) in [(header::CONTENT_SECURITY_POLICY, POLICY), (header::X_FRAME_OPTIONS, "DENY"), (header::CACHE_CONTROL, "no-store")]
    {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Nothing is written to a ticket before the register was read: the check of replies would know nobody.
pub async fn with_register(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    if request.method() == Method::GET || desk.in_force.is_there() {
        return next.run(request).await;
    }
    let told =
        "The register is being read; try again in a moment. / Les inscriptions sont en cours de lecture ; réessayez dans un instant.";
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")], told).into_response()
}
