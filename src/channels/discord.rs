//! Messages to a Discord channel: serenity's types, our own HTTP client, the base URL a setting.

use std::path::PathBuf;

use jiff::SignedDuration;
use secrecy::SecretString;

use super::Fault;

/// `[discord]`.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DiscordSettings {
    /// Bot token.
    pub token: Option<SecretString>,
    /// File that holds the token.
    pub token_file: Option<PathBuf>,
    /// Base of the REST API, without `/v10`.
    pub api: String,
    /// Server.
    pub guild: Option<u64>,
    /// Channel that alarms go to.
    pub channel: Option<u64>,
    /// Role that is mentioned.
    pub role: Option<u64>,
    /// Role that is mentioned when nobody claims.
    pub lead_role: Option<u64>,
    /// How long an alarm may stay unclaimed.
    pub claim_after: SignedDuration,
    /// How long a claim holds without activity.
    pub expire_after: SignedDuration,
    /// How long Discord may be silent before mail goes to on-call.
    pub fallback_after: SignedDuration,
    /// The window in which many alarms become one digest.
    pub digest_after: SignedDuration,
}

impl Default for DiscordSettings {
    fn default() -> Self {
        Self {
            token: None,
            token_file: None,
            api: "https://discord.com/api".into(),
            guild: None,
            channel: None,
            role: None,
            lead_role: None,
            claim_after: SignedDuration::from_mins(3),
            expire_after: SignedDuration::from_mins(10),
            fallback_after: SignedDuration::from_secs(30),
            digest_after: SignedDuration::from_secs(60),
        }
    }
}

/// One alarm as a chat message: no name, no address, no quote, no code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Short ticket number, `T-104`.
    pub ticket: String,
    /// Label of the case, ours.
    pub case: String,
    /// Start of the evaluation, seconds since 1970.
    pub starts_at: Option<i64>,
    /// Whether a draft is ready.
    pub draft_ready: bool,
    /// Link to the ticket in the desk.
    pub url: String,
    /// At most 25 characters, fixed before the first try; Discord drops a second message with the same one.
    pub nonce: String,
}

/// A way to Discord. One writer for a channel: share one.
#[derive(Debug)]
pub struct Discord {}

impl Discord {
    /// Prepares the way.
    ///
    /// # Errors
    /// `Permanent` when the token, the channel or the base URL is missing or wrong.
    pub fn new(_settings: &DiscordSettings) -> Result<Self, Fault> {
        todo!("stub")
    }

    /// Asks who we are and whether the channel can be seen: for `usher doctor`.
    ///
    /// # Errors
    /// What does not work.
    pub async fn check(&self) -> Result<(), Fault> {
        todo!("stub")
    }

    /// Posts one alarm and answers the message's id. Repeating it with the same nonce is safe.
    ///
    /// # Errors
    /// `Passing` (429 with the waiting time, 5xx, a lost connection), `Permanent` (401, 403, 404, 400).
    pub async fn post(&self, _alarm: &Alarm) -> Result<String, Fault> {
        todo!("stub")
    }
}
