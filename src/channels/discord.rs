//! Messages to a Discord channel: serenity's types, our own HTTP client, the base URL a setting.

mod compose;

use std::path::PathBuf;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use serenity::builder::CreateMessage;
use tokio::sync::Mutex;

use super::tls::secret;
use super::{Fault, web};
use crate::clock::{Clock as _, System};

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
pub struct Discord {
    http: reqwest::Client,
    api: String,
    channel: u64,
    role: Option<u64>,
    lane: Mutex<Lane>,
}

/// What Discord's last answers allow.
#[derive(Debug, Default)]
struct Lane {
    /// Nothing may be sent before.
    not_before: Option<Timestamp>,
    /// The token was refused: asking on would have the whole address blocked (10,000 refusals in 10 minutes).
    refused: bool,
}

/// No answer in this time is none.
const AT_MOST: Duration = Duration::from_secs(5);
/// A rest that Discord asks for is waited out here when it is no longer than this; else the caller is told.
const SHORT_REST: u64 = 6_000;
/// No rest is longer, whatever a header or a changed clock says.
const LONGEST_REST: u64 = 3_600_000;
/// The largest answer that is read.
const LARGEST_ANSWER: usize = 256 * 1024;

impl Discord {
    /// Prepares the way.
    ///
    /// # Errors
    /// `Permanent` when the token, the channel or the base URL is missing or wrong.
    pub fn new(settings: &DiscordSettings) -> Result<Self, Fault> {
        let wrong = |what: &str| Fault::Permanent(format!("[discord] {what}"));
        let token = secret(settings.token.as_ref(), settings.token_file.as_deref())?
            .ok_or_else(|| wrong("has neither `token` nor `token_file`"))?;
        let channel = settings.channel.filter(|id| *id > 0).ok_or_else(|| wrong("names no `channel`"))?;
        let api = web::address(&settings.api)
            .filter(|url| url.query().is_none())
            .ok_or_else(|| wrong("`api` must begin with https:// (http:// for this machine alone)"))?;
        let token = token.expose_secret().trim();
        let token = token.strip_prefix("Bot ").unwrap_or(token);
        let mut bearer = HeaderValue::from_str(&format!("Bot {token}")).ok().filter(|_| !token.is_empty() && !token.contains(' '));
        let bearer = bearer.as_mut().ok_or_else(|| wrong("the token is none"))?;
        bearer.set_sensitive(true);
        let headers = HeaderMap::from_iter([(AUTHORIZATION, bearer.clone())]);
        let mut builder = reqwest::Client::builder()
            .timeout(AT_MOST)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("DiscordBot (https://nexam.example/usher, ", env!("CARGO_PKG_VERSION"), ")"))
            .default_headers(headers);
        if api.scheme() == "http" {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|_| wrong("the HTTP client cannot be made"))?;
        let api = api.as_str().trim_end_matches('/').to_owned();
        Ok(Self { http, api, channel, role: settings.role.filter(|id| *id > 0), lane: Mutex::default() })
    }

    /// Asks who we are and whether the channel can be seen: for `usher doctor`.
    ///
    /// # Errors
    /// What does not work.
    pub async fn check(&self) -> Result<(), Fault> {
        let mut lane = self.lane.lock().await;
        for path in ["/v10/users/@me".to_owned(), format!("/v10/channels/{}", self.channel)] {
            self.ask(&mut lane, self.http.get(format!("{}{path}", self.api))).await.map_err(Refusal::fault)?;
        }
        Ok(())
    }

    /// Posts one alarm and answers the message's id. Repeating it with the same nonce is safe.
    ///
    /// # Errors
    /// `Passing` (429 with the waiting time, 5xx, a lost connection), `Permanent` (401, 403, 404, 400).
    pub async fn post(&self, alarm: &Alarm) -> Result<String, Fault> {
        if alarm.nonce.is_empty() || alarm.nonce.chars().count() > 25 {
            return Err(Fault::Permanent("an alarm's nonce must have 1 to 25 characters".into()));
        }
        // Held until the answer is there: one writer for a channel.
        let mut lane = self.lane.lock().await;
        let posted = match self.create(&mut lane, &compose::message(alarm, self.role)).await {
            // Better a bare alarm than none, should Discord dislike the embed or the link.
            Err(Refusal::Malformed(_)) => self.create(&mut lane, &compose::bare(alarm, self.role)).await,
            other => other,
        };
        let answer = posted.map_err(Refusal::fault)?;
        let id = answer.get("id").and_then(serde_json::Value::as_str);
        // A proxy's friendly page is no message; the nonce makes asking again safe.
        id.map(str::to_owned).ok_or_else(|| Fault::passing("Discord's answer names no message"))
    }

    /// Posts one line for the operators: something does not work, or works again. Repeating it with the same nonce is safe.
    ///
    /// # Errors
    /// As [`Discord::post`].
    pub async fn notice(&self, text: &str, nonce: &str) -> Result<(), Fault> {
        let mut lane = self.lane.lock().await;
        self.create(&mut lane, &compose::notice(text, nonce, self.role)).await.map_err(Refusal::fault).map(drop)
    }

    async fn create(&self, lane: &mut Lane, message: &CreateMessage) -> Result<serde_json::Value, Refusal> {
        let url = format!("{}/v10/channels/{}/messages", self.api, self.channel);
        self.ask(lane, self.http.post(url).json(message)).await
    }

    /// One request, when Discord's earlier answers allow it.
    async fn ask(&self, lane: &mut Lane, request: reqwest::RequestBuilder) -> Result<serde_json::Value, Refusal> {
        if lane.refused {
            return Err(Refusal::Told(Fault::Permanent("Discord refused the token: it is not asked again before a restart".into())));
        }
        let rest = lane.rest();
        if rest > SHORT_REST {
            return Err(Refusal::Told(Fault::Passing { what: "Discord asked for a rest".into(), after_ms: Some(rest) }));
        }
        if rest > 0 {
            System.rest(Duration::from_millis(rest)).await;
        }
        let response = request.send().await.map_err(|e| Refusal::Told(lost(&e)))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let used_up = header(&headers, "x-ratelimit-remaining").is_some_and(|left| left < 1.0);
        if let Some(seconds) = header(&headers, "x-ratelimit-reset-after").filter(|_| used_up) {
            lane.rest_for(seconds);
        }
        let body = match web::body(response, LARGEST_ANSWER).await {
            Ok(whole) => whole.ok_or_else(|| Fault::passing("Discord's answer has no end")),
            Err(error) => Err(lost(&error)),
        };
        if status.is_success() {
            // The effect is there, the answer is not: the same nonce brings the same message.
            let body = body.map_err(Refusal::Told)?;
            return Ok(serde_json::from_slice(&body).unwrap_or_default());
        }
        Err(self.refusal(lane, status, &headers, &body.unwrap_or_default()))
    }

    /// What a status that is no success means. Discord's own words are left out: they quote what was sent.
    fn refusal(&self, lane: &mut Lane, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Refusal {
        Refusal::Told(match status.as_u16() {
            429 => {
                let told = serde_json::from_slice::<serde_json::Value>(body).ok();
                let seconds = told.and_then(|v| v.get("retry_after").and_then(serde_json::Value::as_f64));
                let seconds = seconds.or_else(|| header(headers, "retry-after")).unwrap_or(5.0);
                let after_ms = lane.rest_for(seconds);
                Fault::Passing { what: "Discord asks us to slow down (429)".into(), after_ms: Some(after_ms) }
            }
            400 => return Refusal::Malformed(Fault::Permanent("Discord takes the message for malformed (400)".into())),
            401 => {
                lane.refused = true;
                Fault::Permanent("Discord refuses the token (401): set a valid `token` in [discord]".into())
            }
            403 => {
                Fault::Permanent("Discord forbids it (403): the bot must be allowed to see the channel and to send messages there".into())
            }
            404 => Fault::Permanent("Discord knows no such channel (404): look at `channel` in [discord]".into()),
            300..=399 => Fault::Permanent("Discord sends us elsewhere; redirections are not followed: look at `api` in [discord]".into()),
            408 | 500..=599 => Fault::passing(format!("Discord is in trouble ({})", status.as_u16())),
            other => Fault::Permanent(format!("Discord refuses ({other})")),
        })
    }
}

/// Why a request brought nothing.
enum Refusal {
    /// 400: another message might be taken.
    Malformed(Fault),
    /// Anything else.
    Told(Fault),
}

impl Refusal {
    fn fault(self) -> Fault {
        match self {
            Self::Malformed(fault) | Self::Told(fault) => fault,
        }
    }
}

impl Lane {
    /// Milliseconds that are still to be waited.
    fn rest(&self) -> u64 {
        let Some(not_before) = self.not_before else { return 0 };
        let left = not_before.duration_since(System.now()).as_millis();
        u64::try_from(left.max(0)).unwrap_or(LONGEST_REST).min(LONGEST_REST)
    }

    /// Notes a rest, rounded up, and answers its milliseconds.
    fn rest_for(&mut self, seconds: f64) -> u64 {
        let rest = Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::from_millis(LONGEST_REST));
        let millis = u64::try_from(rest.as_millis()).unwrap_or(LONGEST_REST).saturating_add(1).min(LONGEST_REST);
        let until = System.now().saturating_add(Duration::from_millis(millis)).unwrap_or(Timestamp::MAX);
        self.not_before = Some(self.not_before.map_or(until, |before| before.max(until)));
        millis
    }
}

fn header(headers: &HeaderMap, name: &str) -> Option<f64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok().filter(|n: &f64| n.is_finite())
}

fn lost(error: &reqwest::Error) -> Fault {
    Fault::passing(format!("Discord {}", web::lost(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_settings_are_named_and_the_token_is_never_shown() {
        let with = |token: Option<&str>, channel, api: &str| {
            let settings = DiscordSettings { token: token.map(Into::into), channel, api: api.into(), ..DiscordSettings::default() };
            Discord::new(&settings)
        };
        let good = "https://discord.com/api";
        for (says, made) in [
            ("no token", with(None, Some(1), good)),
            ("no channel", with(Some("tok"), None, good)),
            ("http", with(Some("tok"), Some(1), "http://discord.com")),
            ("a token with a line break", with(Some("tok\nX: y"), Some(1), good)),
        ] {
            let fault = made.unwrap_err();
            assert!(matches!(fault, Fault::Permanent(_)), "{says}");
            assert!(!fault.to_string().contains("tok\n"), "{says}");
        }
        let made = with(Some("abc.def.ghi"), Some(1), good).unwrap();
        assert!(!format!("{made:?}").contains("abc.def.ghi"));
    }
}
