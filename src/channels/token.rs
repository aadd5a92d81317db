//! Bearer tokens for XOAUTH2: from a command of the operator's own, or from a token endpoint (OAuth 2.0, RFC 6749).

mod answer;
mod command;
mod endpoint;
mod refresh;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};

use self::endpoint::Endpoint;
use super::{Fault, web};

/// Where a token comes from: `token_command`, or `token_url` with what it needs. Two sections that say the same share one token.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenSettings {
    /// A command that prints a bearer token.
    pub command: Option<String>,
    /// Token endpoint.
    pub url: Option<String>,
    /// Client at the token endpoint.
    pub client_id: Option<String>,
    /// File with the client's secret.
    pub client_secret_file: Option<PathBuf>,
    /// File with the refresh token; a new one is written to it.
    pub refresh_token_file: Option<PathBuf>,
    /// What the token shall be good for.
    pub scope: Option<String>,
    /// Own root certificates (PEM), beside the system's.
    pub ca_file: Option<PathBuf>,
}

impl TokenSettings {
    /// What is missing or too much, and what to do: the key it stands at, the fault, the remedy.
    pub fn contradictions(&self) -> Vec<(&'static str, &'static str, &'static str)> {
        let mut faults = Vec::new();
        let mut fault = |key, what, remedy| faults.push((key, what, remedy));
        let Some(url) = &self.url else {
            if self.command.is_none() {
                let remedy = "Name a command that prints a bearer token, or the token endpoint with client_id and a file.";
                fault("auth", "auth = \"xoauth2\" needs token_command or token_url", remedy);
            }
            return faults;
        };
        if self.command.is_some() {
            fault("token_url", "has token_command and token_url", "Keep the one that the token comes from.");
        }
        if web::address(url).is_none() {
            fault(
                "token_url",
                "token_url is no https address",
                "Write https://… (http:// is for this machine only, and no name or password in it).",
            );
        }
        if self.client_id.as_ref().is_none_or(|id| id.trim().is_empty()) {
            fault("token_url", "token_url needs client_id", "Name the application as it is registered with the token's issuer.");
        }
        if self.refresh_token_file.is_none() && self.client_secret_file.is_none() {
            let remedy = "Name the file with the refresh token, or for an application's own permission the file with its secret.";
            fault("token_url", "token_url needs refresh_token_file or client_secret_file", remedy);
        }
        faults
    }
}

/// The tokens in use. Clones share them, so that however many connections ask at once, one request is made.
#[derive(Clone, Default)]
pub struct Tokens(Arc<Mutex<BTreeMap<TokenSettings, Arc<Endpoint>>>>);

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens")
    }
}

impl Tokens {
    /// Whom to ask.
    ///
    /// # Errors
    /// `Permanent` when the settings are contradictory.
    pub(super) fn issuer(&self, settings: &TokenSettings) -> Result<Issuer, Fault> {
        if let Some((_, what, remedy)) = settings.contradictions().first() {
            return Err(Fault::Permanent(format!("{what}. {remedy}")));
        }
        if let Some(command) = &settings.command {
            return Ok(Issuer::Command(command.clone()));
        }
        let mut endpoints = locked(&self.0);
        if let Some(known) = endpoints.get(settings) {
            return Ok(Issuer::Endpoint(Arc::clone(known)));
        }
        let endpoint = Arc::new(Endpoint::new(settings)?);
        endpoints.insert(settings.clone(), Arc::clone(&endpoint));
        Ok(Issuer::Endpoint(endpoint))
    }

    /// Whether `other` uses the same tokens.
    #[cfg(test)]
    pub(crate) fn shares_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// A token that is good now.
    ///
    /// # Errors
    /// `Permanent` where the operator must act, else `Passing`.
    pub async fn bearer(&self, settings: &TokenSettings) -> Result<Bearer, Fault> {
        self.issuer(settings)?.bearer().await
    }

    /// When the token in use was obtained and when it expires. `None`: there is none yet, or it comes from a command.
    pub fn age(&self, settings: &TokenSettings) -> Option<Age> {
        locked(&self.0).get(settings)?.age()
    }
}

/// Since when and until when a token is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Age {
    /// When it was obtained.
    pub obtained: Timestamp,
    /// When it expires, as its issuer said.
    pub expires: Timestamp,
}

/// Who gives the token.
#[derive(Clone)]
pub(super) enum Issuer {
    Command(String),
    Endpoint(Arc<Endpoint>),
}

impl std::fmt::Debug for Issuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.setting())
    }
}

impl Issuer {
    /// A token that is good now.
    pub async fn bearer(&self) -> Result<Bearer, Fault> {
        match self {
            Self::Command(command) => Ok(Bearer { token: command::bearer(command).await?, endpoint: None }),
            Self::Endpoint(endpoint) => Ok(Bearer { token: Arc::clone(endpoint).bearer().await?, endpoint: Some(Arc::clone(endpoint)) }),
        }
    }

    /// The setting to look at when its tokens are not taken.
    pub fn setting(&self) -> &'static str {
        match self {
            Self::Command(_) => "what `token_command` prints",
            Self::Endpoint(_) => "`scope`, and whether the token's owner may open the mailbox of `user`",
        }
    }
}

/// A token, and whom to tell what the mail server thought of it.
#[derive(Debug)]
pub struct Bearer {
    token: SecretString,
    endpoint: Option<Arc<Endpoint>>,
}

impl Bearer {
    /// The token itself.
    pub fn token(&self) -> &SecretString {
        &self.token
    }

    /// The first answer of SASL XOAUTH2.
    pub(super) fn xoauth2(&self, user: &str) -> String {
        STANDARD.encode(format!("user={user}\x01auth=Bearer {}\x01\x01", self.token.expose_secret()))
    }

    /// The mail server took it.
    pub(super) fn accepted(&self) {
        if let Some(endpoint) = &self.endpoint {
            endpoint.accepted();
        }
    }

    /// The mail server refused it: the next try shall ask anew.
    pub(super) fn refused(&self) {
        if let Some(endpoint) = &self.endpoint {
            endpoint.refused(&self.token);
        }
    }
}

/// Nothing that is kept behind these locks can be left half done by a panic.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete() -> TokenSettings {
        TokenSettings {
            url: Some("https://login.uni.example/token".into()),
            client_id: Some("usher".into()),
            refresh_token_file: Some("refresh".into()),
            ..TokenSettings::default()
        }
    }

    #[test]
    fn each_contradiction_has_its_own_words() {
        type Change = fn(&mut TokenSettings);
        let with = |change: Change| {
            let mut settings = complete();
            change(&mut settings);
            settings.contradictions().iter().map(|(_, what, _)| *what).collect::<Vec<_>>().join(" · ")
        };
        assert_eq!(with(|_| {}), "");
        assert_eq!(with(|s| *s = TokenSettings { command: Some("print".into()), ..TokenSettings::default() }), "");
        let cases: [(Change, &str); 6] = [
            (|s| *s = TokenSettings::default(), "needs token_command or token_url"),
            (|s| s.command = Some("print".into()), "token_command and token_url"),
            (|s| s.url = Some("http://login.uni.example/token".into()), "no https"),
            (|s| s.url = Some("login.uni.example".into()), "no https"),
            (|s| s.client_id = None, "needs client_id"),
            (|s| s.refresh_token_file = None, "needs refresh_token_file or client_secret_file"),
        ];
        for (change, expected) in cases {
            let told = with(change);
            assert!(told.contains(expected) && !told.contains('·'), "{expected}: {told}");
        }
    }

    #[test]
    fn the_same_settings_share_one_endpoint_and_others_do_not() {
        let tokens = Tokens::default();
        let endpoint = |tokens: &Tokens, settings: &TokenSettings| match tokens.issuer(settings).unwrap() {
            Issuer::Endpoint(endpoint) => endpoint,
            Issuer::Command(_) => panic!("this is an endpoint"),
        };
        let first = endpoint(&tokens, &complete());
        assert!(Arc::ptr_eq(&first, &endpoint(&tokens.clone(), &complete())));
        assert!(!Arc::ptr_eq(&first, &endpoint(&tokens, &TokenSettings { refresh_token_file: Some("other".into()), ..complete() })));
        assert!(!Arc::ptr_eq(&first, &endpoint(&Tokens::default(), &complete())));
    }
}
