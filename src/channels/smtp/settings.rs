//! `[smtp]`: whom to hand replies to, how to sign in there, and what that server is known to do.

use std::path::PathBuf;

use secrecy::SecretString;

use crate::channels::mailbox::Auth;
use crate::channels::tls::Tls;
use crate::channels::token::{TokenSettings, Tokens};

/// Providers that put what they send into the sent folder by themselves.
const KEEP_COPIES: [&str; 4] = ["gmail.com", "googlemail.com", "office365.com", "outlook.com"];
/// Providers that take thirty messages a minute.
const TAKE_THIRTY: [&str; 2] = ["office365.com", "outlook.com"];

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
    /// `password`; `xoauth2` takes its bearer token from `token_command` or `token_url`.
    pub auth: Auth,
    /// Password.
    pub password: Option<SecretString>,
    /// File that holds the password.
    pub password_file: Option<PathBuf>,
    /// A command that prints a bearer token; or…
    pub token_command: Option<String>,
    /// …the token endpoint, which is asked on behalf of whoever gave the refresh token, or else in the application's own right.
    pub token_url: Option<String>,
    /// The application's name at the token endpoint.
    pub client_id: Option<String>,
    /// File with the application's secret.
    pub client_secret_file: Option<PathBuf>,
    /// File with the refresh token; where the endpoint gives a new one, that is written to it.
    pub refresh_token_file: Option<PathBuf>,
    /// What the token shall be good for.
    pub scope: Option<String>,
    /// The tokens in use, shared by all who sign in with the same settings.
    #[serde(skip)]
    pub tokens: Tokens,
    /// How many messages the server takes a minute; what it is known to take when absent.
    pub per_minute: Option<u32>,
    /// Whether the server puts what it sends into the sent folder by itself; what it is known to do when absent.
    pub saves_copy: Option<bool>,
    /// Where automatic replies come back to that cannot be delivered, such as the desk's own address. Empty: the null sender, to which
    /// nothing comes back (RFC 3834 section 3.3).
    pub return_path: String,
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
            auth: Auth::default(),
            password: None,
            password_file: None,
            token_command: None,
            token_url: None,
            client_id: None,
            client_secret_file: None,
            refresh_token_file: None,
            scope: None,
            tokens: Tokens::default(),
            per_minute: None,
            saves_copy: None,
            return_path: String::new(),
            from: "support@nexam.example".into(),
            ca_file: None,
        }
    }
}

impl SmtpSettings {
    /// Where the token for `auth = "xoauth2"` comes from.
    pub fn token(&self) -> TokenSettings {
        TokenSettings {
            command: self.token_command.clone(),
            url: self.token_url.clone(),
            client_id: self.client_id.clone(),
            client_secret_file: self.client_secret_file.clone(),
            refresh_token_file: self.refresh_token_file.clone(),
            scope: self.scope.clone(),
            ca_file: self.ca_file.clone(),
        }
    }

    /// How many messages the server takes a minute.
    pub fn per_minute(&self) -> u32 {
        self.per_minute.unwrap_or(if self.is_at(&TAKE_THIRTY) { 30 } else { 60 })
    }

    /// Whether the server puts what it sends into the sent folder by itself: a copy of our own would be a second one.
    pub fn saves_copy(&self) -> bool {
        self.saves_copy.unwrap_or_else(|| self.is_at(&KEEP_COPIES))
    }

    fn is_at(&self, providers: &[&str]) -> bool {
        let host = self.host.trim().trim_end_matches('.').to_ascii_lowercase();
        providers.iter().any(|provider| host.strip_suffix(provider).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_provider_is_known_for_holds_until_the_settings_say_otherwise() {
        let cases = [
            ("smtp.office365.com", 30, true),
            ("smtp-mail.Outlook.com.", 30, true),
            ("outlook.com", 30, true),
            ("smtp.gmail.com", 60, true),
            ("smtp.googlemail.com", 60, true),
            ("smtp.uni.example", 60, false),
            ("notoutlook.com", 60, false),
            ("outlook.com.evil.example", 60, false),
            ("", 60, false),
        ];
        for (host, per_minute, saves_copy) in cases {
            let settings = SmtpSettings { host: host.into(), ..SmtpSettings::default() };
            assert_eq!((settings.per_minute(), settings.saves_copy()), (per_minute, saves_copy), "{host}");
            let own = SmtpSettings { per_minute: Some(7), saves_copy: Some(!saves_copy), ..settings };
            assert_eq!((own.per_minute(), own.saves_copy()), (7, !saves_copy), "{host}");
        }
    }
}
