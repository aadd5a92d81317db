//! `[mailbox.NAME]`.

use std::path::PathBuf;

use jiff::SignedDuration;
use secrecy::SecretString;

use crate::channels::tls::Tls;
use crate::channels::token::{TokenSettings, Tokens};

/// `[mailbox.NAME]`: host and port of an IMAP server, or `maildir`, or `folder`.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailboxSettings {
    /// IMAP host; or…
    pub host: Option<String>,
    /// 993 for implicit TLS, 143 otherwise.
    pub port: Option<u16>,
    /// How the connection is protected.
    pub tls: Tls,
    /// Login name.
    pub user: String,
    /// Password.
    pub password: Option<SecretString>,
    /// File that holds the password.
    pub password_file: Option<PathBuf>,
    /// `password`; `xoauth2` takes its bearer token from `token_command` or `token_url`.
    pub auth: Auth,
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
    /// Own root certificates (PEM), beside the system's.
    pub ca_file: Option<PathBuf>,
    /// …a Maildir on disk; or…
    pub maildir: Option<PathBuf>,
    /// …a folder of `.eml` files; new ones are taken as they come.
    pub folder: Option<PathBuf>,
    /// Folder that is read.
    pub inbox: String,
    /// Folder that drafts are put into.
    pub drafts: String,
    /// Folder of sent mail.
    pub sent: String,
    /// Where the first connection starts.
    pub start: Start,
    /// The poll that runs whatever IDLE says.
    pub poll: SignedDuration,
    /// Whether drafts are put into the drafts folder.
    pub save_drafts: bool,
    /// How often the ledger is compared with everything that lies in the folder.
    pub reconcile: SignedDuration,
    /// When nothing could be read for so long, somebody has to hear of it.
    pub silent_after: SignedDuration,
}

impl Default for MailboxSettings {
    fn default() -> Self {
        Self {
            host: None,
            port: None,
            tls: Tls::default(),
            user: String::new(),
            password: None,
            password_file: None,
            auth: Auth::default(),
            token_command: None,
            token_url: None,
            client_id: None,
            client_secret_file: None,
            refresh_token_file: None,
            scope: None,
            tokens: Tokens::default(),
            ca_file: None,
            maildir: None,
            folder: None,
            inbox: "INBOX".into(),
            drafts: "Drafts".into(),
            sent: "Sent".into(),
            start: Start::default(),
            poll: SignedDuration::from_secs(60),
            save_drafts: true,
            reconcile: SignedDuration::from_hours(1),
            silent_after: SignedDuration::from_mins(10),
        }
    }
}

impl MailboxSettings {
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
}

/// How to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Auth {
    /// LOGIN or AUTHENTICATE PLAIN.
    #[default]
    Password,
    /// Bearer token.
    Xoauth2,
}

/// Where the first connection to a mailbox starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Start {
    /// With the next mail; what is there is history.
    #[default]
    Now,
    /// With the oldest mail there is.
    All,
}
