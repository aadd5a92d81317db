//! Who is signed in. (Stands in until signing in is built.)

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;

use super::Desk;
use crate::facts::Language;
use crate::store::staff::{Role, Staff};

/// Whoever makes a request.
#[derive(Debug, Clone)]
pub struct Seat {
    /// The account.
    pub staff: Staff,
    /// What every form of the session carries.
    pub csrf: String,
    /// The language of the pages.
    pub language: Language,
    /// The page that asks wants the main pane alone.
    pub only_main: bool,
}

impl Seat {
    /// Whether the role allows it; else the answer that says so.
    pub fn may(&self, _role: Role) -> Result<(), Response> {
        Ok(())
    }
}

impl FromRequestParts<Desk> for Seat {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Desk) -> Result<Self, Infallible> {
        let staff = Staff {
            id: "x".into(),
            email: "a@b.example".into(),
            name: "Marc Lefort".into(),
            role: Role::Operator,
            language: None,
            theme: String::new(),
            keys: true,
            zone: String::new(),
            seen_at: None,
            disabled_at: None,
            has_password: true,
            second_factor: false,
        };
        Ok(Self { staff, csrf: "x".into(), language: Language::En, only_main: parts.headers.get("hx-target").is_some_and(|t| t == "main") })
    }
}
