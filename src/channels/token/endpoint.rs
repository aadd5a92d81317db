//! A token endpoint: one request however many ask, and none while an answer in hand still holds.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::header::{ACCEPT, HeaderMap};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use super::answer::{Answer, Token, code, read, rest};
use super::refresh::Refresh;
use super::{Age, TokenSettings, locked};
use crate::channels::tls::secret;
use crate::channels::{Fault, web};
use crate::clock::{Clock as _, System};

/// No answer in this time is none.
const AT_MOST: Duration = Duration::from_secs(20);
/// The largest answer that is read.
const LARGEST_ANSWER: usize = 64 * 1024;
/// How long a refusal that only the operator can mend is believed.
const AFTER_REFUSAL: SignedDuration = SignedDuration::from_mins(5);
/// How long those who asked at the same time share a failure.
const AFTER_FAILURE: SignedDuration = SignedDuration::from_secs(2);
/// The rest after a 429 that names none.
const SLOWER: SignedDuration = SignedDuration::from_secs(60);
/// What an application of its own right asks for where `scope` says nothing: Exchange Online.
const OWN_RIGHT: &str = "https://outlook.office365.com/.default";

/// A token endpoint with what it gave last.
pub(in crate::channels) struct Endpoint {
    settings: TokenSettings,
    url: reqwest::Url,
    turn: Arc<tokio::sync::Mutex<()>>,
    state: Mutex<State>,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Endpoint({})", self.host())
    }
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    /// A refusal by the mail server already cost a token that had not expired.
    doubted: bool,
    refusal: Option<Refusal>,
    /// An answer whose refresh token is on no disk yet.
    unwritten: Option<(Asked, Answer)>,
}

/// What a request holds, as a hash: other files make another request.
type Asked = [u8; 32];

struct Refusal {
    asked: Asked,
    fault: Fault,
    until: Timestamp,
}

/// The fields of a request.
type Form = Vec<(&'static str, SecretString)>;

impl Endpoint {
    pub fn new(settings: &TokenSettings) -> Result<Self, Fault> {
        let url =
            settings.url.as_deref().and_then(web::address).ok_or_else(|| Fault::Permanent("`token_url` is no https address".into()))?;
        Ok(Self { settings: settings.clone(), url, turn: Arc::default(), state: Mutex::default() })
    }

    /// A token that is good now.
    pub async fn bearer(self: Arc<Self>) -> Result<SecretString, Fault> {
        if let Some(token) = self.good() {
            return Ok(token);
        }
        let turn = Arc::clone(&self.turn).lock_owned().await;
        if let Some(token) = self.good() {
            return Ok(token);
        }
        // A task of its own: whoever asked may give up waiting, but a refresh token that was used up must still be replaced.
        let asking = tokio::spawn(async move {
            let _turn = turn;
            self.ask().await
        });
        asking.await.unwrap_or_else(|_| Err(Fault::passing("asking for a token was broken off")))
    }

    pub fn age(&self) -> Option<Age> {
        locked(&self.state).token.as_ref().map(|token| token.age)
    }

    pub fn accepted(&self) {
        locked(&self.state).doubted = false;
    }

    /// Forgets the token that was refused, once: a server that refuses a fresh one too has another reason, and is not worth a
    /// request each time. After a while it is: rights are written into a token when it is made.
    pub fn refused(&self, bearer: &SecretString) {
        let mut state = locked(&self.state);
        let same = state.token.as_ref().filter(|t| t.bearer.expose_secret() == bearer.expose_secret());
        let Some(obtained) = same.map(|t| t.age.obtained) else { return };
        if !state.doubted || obtained + AFTER_REFUSAL <= System.now() {
            state.token = None;
            state.doubted = true;
        }
    }

    fn good(&self) -> Option<SecretString> {
        let now = System.now();
        locked(&self.state).token.as_ref().filter(|token| now < token.renew).map(|token| token.bearer.clone())
    }

    async fn ask(&self) -> Result<SecretString, Fault> {
        loop {
            let held = match &self.settings.refresh_token_file {
                Some(path) => Some(Refresh::take(path).await?),
                None => None,
            };
            let form = self.form(held.as_ref())?;
            let asked = hash(&form);
            let unwritten = locked(&self.state).unwritten.take().filter(|(of, _)| *of == asked);
            let answer = match unwritten {
                Some((_, answer)) => answer,
                None => self.answer(asked, &form).await?,
            };
            let token = self.keep(held.as_ref(), asked, answer)?;
            // An answer that waited for its disk may be too old by now.
            if System.now() < token.renew || token.age.obtained + AFTER_FAILURE > System.now() {
                return Ok(token.bearer);
            }
        }
    }

    /// The answer to this request, unless it was refused a short while ago.
    async fn answer(&self, asked: Asked, form: &Form) -> Result<Answer, Fault> {
        let now = System.now();
        if let Some(refusal) = locked(&self.state).refusal.as_ref().filter(|r| r.asked == asked && now < r.until) {
            let left = u64::try_from(refusal.until.duration_since(now).as_millis()).unwrap_or_default();
            return Err(match &refusal.fault {
                Fault::Passing { what, .. } => Fault::Passing { what: what.clone(), after_ms: Some(left) },
                other => other.clone(),
            });
        }
        let answered = self.request(form).await;
        locked(&self.state).refusal = answered.as_ref().err().map(|(fault, rest)| Refusal {
            asked,
            fault: fault.clone(),
            until: System.now().saturating_add(*rest).unwrap_or(Timestamp::MAX),
        });
        answered.map_err(|(fault, _)| fault)
    }

    /// A refresh token is on the disk before the access token that came with it is used.
    fn keep(&self, held: Option<&Refresh>, asked: Asked, answer: Answer) -> Result<Token, Fault> {
        let new = answer.refresh.as_ref().zip(held).filter(|(new, held)| new.expose_secret() != held.token().expose_secret());
        let written = new.map_or(Ok(()), |(new, held)| held.put(new));
        let mut state = locked(&self.state);
        if let Err(fault) = written {
            state.unwritten = Some((asked, answer));
            return Err(fault);
        }
        state.token = Some(answer.token.clone());
        Ok(answer.token)
    }

    fn form(&self, held: Option<&Refresh>) -> Result<Form, Fault> {
        let plain = |text: &str| SecretString::from(text.trim());
        let mut form = vec![("client_id", plain(self.settings.client_id.as_deref().unwrap_or_default()))];
        let mut scope = self.settings.scope.as_deref();
        match held {
            Some(held) if held.token().expose_secret().is_empty() => {
                return Err(Fault::Permanent("`refresh_token_file` is empty: the mailbox must be authorised first".into()));
            }
            Some(held) => form.extend([("grant_type", plain("refresh_token")), ("refresh_token", held.token().clone())]),
            None => {
                form.push(("grant_type", plain("client_credentials")));
                scope = scope.or(Some(OWN_RIGHT));
            }
        }
        form.extend(
            secret(None, self.settings.client_secret_file.as_deref())?.map(|secret| ("client_secret", plain(secret.expose_secret()))),
        );
        form.extend(scope.map(|scope| ("scope", plain(scope))));
        Ok(form)
    }

    /// One request. What fails brings along how long the answer holds.
    async fn request(&self, form: &Form) -> Result<Answer, (Fault, SignedDuration)> {
        let http = self.client().map_err(|fault| (fault, AFTER_FAILURE))?;
        let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.expose_secret())).collect();
        let lost = |error: &reqwest::Error| match web::distrusted(error) {
            Some(what) => (Fault::Permanent(format!("{}: the certificate {what}; nothing was sent", self.host())), AFTER_FAILURE),
            None => (Fault::passing(format!("{} {}", self.host(), web::lost(error))), AFTER_FAILURE),
        };
        let sending = http.post(self.url.clone()).header(ACCEPT, "application/json").form(&fields).send();
        let response = sending.await.map_err(|e| lost(&e))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = web::body(response, LARGEST_ANSWER).await;
        if !status.is_success() {
            return Err(self.refusal(status.as_u16(), &headers, &body.ok().flatten().unwrap_or_default()));
        }
        let body = body.map_err(|e| lost(&e))?.unwrap_or_default();
        read(&body, System.now()).ok_or_else(|| (Fault::passing(format!("{} answers with no token", self.host())), AFTER_FAILURE))
    }

    fn client(&self) -> Result<reqwest::Client, Fault> {
        let mut builder = reqwest::Client::builder()
            .timeout(AT_MOST)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("usher/", env!("CARGO_PKG_VERSION")));
        if self.url.scheme() == "http" {
            builder = builder.no_proxy();
        }
        if let Some(path) = &self.settings.ca_file {
            let wrong = || Fault::Permanent(format!("{}: cannot be read as PEM certificates (`ca_file`)", path.display()));
            let pem = std::fs::read(path).map_err(|_| wrong())?;
            for root in reqwest::Certificate::from_pem_bundle(&pem).map_err(|_| wrong())? {
                builder = builder.add_root_certificate(root);
            }
        }
        builder.build().map_err(|_| Fault::Permanent("the HTTP client for `token_url` cannot be made".into()))
    }

    /// What a status that is no success means. Of the answer's words only its code is told.
    fn refusal(&self, status: u16, headers: &HeaderMap, body: &[u8]) -> (Fault, SignedDuration) {
        let code = code(body);
        let host = self.host();
        let asked = rest(headers, System.now());
        let later = |what: String, rest: SignedDuration| {
            (Fault::Passing { what, after_ms: Some(u64::try_from(rest.as_millis()).unwrap_or_default()) }, rest)
        };
        let shown = code.as_deref().map_or_else(|| format!("({status})"), |code| format!("`{code}` ({status})"));
        match (status, code.as_deref()) {
            (429, _) => later(format!("{host} asks us to slow down (429)"), asked.unwrap_or(SLOWER)),
            (408 | 500..=599, _) | (_, Some("temporarily_unavailable" | "server_error" | "slow_down")) => {
                let what = format!("{host} is in trouble {shown}");
                asked.map_or_else(|| (Fault::passing(what.clone()), AFTER_FAILURE), |rest| later(what.clone(), rest))
            }
            (300..=399, _) => {
                let what = format!("{host} sends us elsewhere ({status}); redirections are not followed: look at `token_url`");
                (Fault::Permanent(what), AFTER_REFUSAL)
            }
            (400 | 401, code) => {
                let what = format!("the mailbox must be authorised again: {host} answers {shown}; {}", advice(code));
                (Fault::Permanent(what), AFTER_REFUSAL)
            }
            _ => (Fault::Permanent(format!("{host} refuses {shown}: look at `token_url`")), AFTER_REFUSAL),
        }
    }

    fn host(&self) -> &str {
        self.url.host_str().unwrap_or("the token endpoint")
    }
}

fn advice(code: Option<&str>) -> &'static str {
    match code {
        Some("invalid_grant") => "its refresh token is no longer good, write a new one to `refresh_token_file`",
        Some("invalid_client") => "look at `client_id` and at the secret in `client_secret_file`",
        Some("unauthorized_client") => "the application lacks this permission, or its consent was withdrawn",
        Some("invalid_scope") => "look at `scope`",
        _ => "look at `token_url`, `client_id` and the files beside them",
    }
}

fn hash(form: &Form) -> Asked {
    let mut hash = Sha256::new();
    for (name, value) in form {
        hash.update(name);
        hash.update([0]);
        hash.update(value.expose_secret());
        hash.update([0]);
    }
    hash.finalize().into()
}
