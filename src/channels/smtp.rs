//! Sending by SMTP (RFC 5321).

use std::path::PathBuf;

use secrecy::SecretString;

use super::{Fault, tls::Tls};
use crate::message::address::Address;

/// `[smtp]`.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmtpSettings {
    /// Host.
    pub host: String,
    /// 465 for implicit TLS, 587 otherwise.
    pub port: Option<u16>,
    /// How the connection is protected.
    pub tls: Tls,
    /// Login name; empty: no login.
    pub user: String,
    /// Password.
    pub password: Option<SecretString>,
    /// File that holds the password.
    pub password_file: Option<PathBuf>,
    /// The desk's address in From.
    pub from: String,
    /// Own root certificates (PEM), beside the system's.
    pub ca_file: Option<PathBuf>,
}

impl Default for SmtpSettings {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: None,
            tls: Tls::default(),
            user: String::new(),
            password: None,
            password_file: None,
            from: "support@nexam.example".into(),
            ca_file: None,
        }
    }
}

/// A way to a mail server.
#[derive(Debug)]
pub struct Smtp {}

impl Smtp {
    /// Prepares the way; nothing is connected yet.
    ///
    /// # Errors
    /// `Permanent` when settings or files are wrong.
    pub fn new(_settings: &SmtpSettings) -> Result<Self, Fault> {
        todo!("stub")
    }

    /// Signs in and hangs up: for `usher doctor`.
    ///
    /// # Errors
    /// What does not work.
    pub async fn check(&self) -> Result<(), Fault> {
        todo!("stub")
    }

    /// Hands one finished message over, to one recipient. `null_sender`: the envelope sender is `<>` (RFC 3834 section 3.3).
    ///
    /// # Errors
    /// `Passing` for 4xx and for anything before the message was offered, `Permanent` for 5xx, `Unsure` when it may have gone.
    pub async fn send(&self, _to: &Address, _null_sender: bool, _mail: &[u8]) -> Result<(), Fault> {
        todo!("stub")
    }
}
