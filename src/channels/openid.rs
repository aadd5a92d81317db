//! An OpenID Connect provider (Core 1.0): the code flow with PKCE (RFC 7636). Who somebody is, is believed of an ID token alone whose
//! signature, issuer, audience, times and nonce hold. No redirections are followed; https only, but on this machine.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::tls::secret;
use super::{Fault, web};

/// No answer in this time is none.
const AT_MOST: Duration = Duration::from_secs(10);
const LARGEST_ANSWER: usize = 256 * 1024;
/// How long what the provider says of itself is believed.
const FRESH: SignedDuration = SignedDuration::from_hours(1);
/// An unknown key has the keys asked for again, no oftener than so.
const AGAIN: SignedDuration = SignedDuration::from_mins(1);
/// How far the clocks may differ.
const LEEWAY: i64 = 60;

/// `[desk.openid]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OpenIdSettings {
    /// `https://id.example`.
    pub issuer: String,
    /// The desk as the provider knows it.
    pub client_id: String,
    /// File that holds the desk's secret, where it has one.
    pub client_secret_file: Option<PathBuf>,
    /// Domains of the addresses that may sign in; all where none is named.
    pub allowed_domains: Vec<String>,
}

impl OpenIdSettings {
    /// The issuer's address, where it is one to which secrets may go.
    pub fn is_safe(&self) -> bool {
        web::address(&self.issuer).is_some()
    }
}

/// What the provider says of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// Its own name for them, for good.
    pub subject: String,
    /// Their address, where the provider made sure of it.
    pub email: Option<String>,
}

/// What one sign-in is known by when it comes back.
#[derive(Debug, Clone, Copy)]
pub struct Round<'a> {
    /// Where the provider sends the browser back to.
    pub back: &'a str,
    /// Comes back in the address.
    pub state: &'a str,
    /// Comes back in the ID token.
    pub nonce: &'a str,
    /// Told when the code is handed in (RFC 7636).
    pub verifier: &'a str,
}

/// A provider, with what it last said of itself.
#[derive(Debug)]
pub struct Provider {
    settings: OpenIdSettings,
    http: reqwest::Client,
    known: Mutex<Option<Known>>,
}

#[derive(Debug, Clone)]
struct Known {
    at: Timestamp,
    about: About,
    keys: Vec<Value>,
}

/// OpenID Connect Discovery 1.0, section 3.
#[derive(Debug, Clone, Deserialize)]
struct About {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Answer {
    id_token: String,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    azp: Option<String>,
    aud: Value,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    email_verified: Value,
}

fn odd(what: &str) -> Fault {
    Fault::Permanent(format!("the OpenID provider {what}"))
}

impl Provider {
    /// The provider of the settings.
    ///
    /// # Errors
    /// When the issuer is no safe address.
    pub fn new(settings: &OpenIdSettings) -> Result<Self, Fault> {
        let local = web::address(&settings.issuer).ok_or_else(|| odd("has no https address: look at `issuer`"))?.scheme() == "http";
        let builder = reqwest::Client::builder().timeout(AT_MOST).redirect(reqwest::redirect::Policy::none());
        let builder = if local { builder.no_proxy() } else { builder };
        let http = builder.build().map_err(|_| odd("cannot be spoken to: no HTTP client can be made"))?;
        Ok(Self { settings: settings.clone(), http, known: Mutex::new(None) })
    }

    /// Where the browser goes to sign in.
    ///
    /// # Errors
    /// When the provider does not say where.
    pub async fn door(&self, round: Round<'_>, now: Timestamp) -> Result<String, Fault> {
        let about = self.known(now, FRESH).await?.about;
        let mut door = web::address(&about.authorization_endpoint).ok_or_else(|| odd("names no safe authorization_endpoint"))?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(round.verifier.as_bytes()));
        door.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &self.settings.client_id),
            ("redirect_uri", round.back),
            ("scope", "openid email"),
            ("state", round.state),
            ("nonce", round.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        Ok(door.into())
    }

    /// Whose the code is that the browser came back with.
    ///
    /// # Errors
    /// When the provider does not take it, or what it says does not hold.
    pub async fn who(&self, code: &str, round: Round<'_>, now: Timestamp) -> Result<Who, Fault> {
        let known = self.known(now, FRESH).await?;
        let token = self.id_token(&known.about, code, round).await?;
        let key = match key_of(&token, &known.keys) {
            Some(key) => key,
            // The provider may have changed its keys.
            None => key_of(&token, &self.known(now, AGAIN).await?.keys).ok_or_else(|| odd("signs with a key that it does not show"))?,
        };
        let claims = self.read(&token, &key, &known.about.issuer, now)?;
        if claims.nonce.as_deref() != Some(round.nonce) {
            return Err(odd("answers another request (nonce)"));
        }
        // Some write it as text.
        let verified = claims.email_verified == Value::Bool(true) || claims.email_verified == "true";
        Ok(Who { subject: format!("{} {}", known.about.issuer, claims.sub), email: claims.email.filter(|_| verified) })
    }

    /// What the ID token says, if it holds (OpenID Connect Core 1.0, section 3.1.3.7).
    fn read(&self, token: &str, key: &DecodingKey, issuer: &str, now: Timestamp) -> Result<Claims, Fault> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| odd("answers with no ID token"))?;
        if !matches!(header.alg, Algorithm::RS256 | Algorithm::ES256) {
            return Err(odd("signs by another algorithm than RS256 and ES256"));
        }
        let mut rules = Validation::new(header.alg);
        rules.set_issuer(&[issuer]);
        rules.set_audience(&[&self.settings.client_id]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // Times are compared below, with a clock that tests can move.
        rules.validate_exp = false;
        let claims =
            jsonwebtoken::decode::<Claims>(token, key, &rules).map_err(|_| odd("answers with an ID token that does not hold"))?.claims;
        let second = now.as_second();
        if claims.exp + LEEWAY <= second || claims.nbf.is_some_and(|from| from - LEEWAY > second) {
            return Err(odd("answers with an ID token of another time"));
        }
        let several = claims.aud.as_array().is_some_and(|aud| aud.len() > 1);
        if (several || claims.azp.is_some()) && claims.azp.as_deref() != Some(&self.settings.client_id) {
            return Err(odd("answers with an ID token for somebody else (azp)"));
        }
        Ok(claims)
    }

    async fn id_token(&self, about: &About, code: &str, round: Round<'_>) -> Result<String, Fault> {
        let url = web::address(&about.token_endpoint).ok_or_else(|| odd("names no safe token_endpoint"))?;
        let mut form = BTreeMap::from([
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", round.back),
            ("code_verifier", round.verifier),
        ]);
        let own: Option<SecretString> = secret(None, self.settings.client_secret_file.as_deref())?;
        let request = self.http.post(url);
        let methods = &about.token_endpoint_auth_methods_supported;
        let by_header = methods.is_empty() || methods.iter().any(|m| m == "client_secret_basic");
        let request = match &own {
            Some(secret) if by_header => request.basic_auth(&self.settings.client_id, Some(secret.expose_secret())),
            own => {
                form.insert("client_id", &self.settings.client_id);
                if let Some(secret) = own {
                    form.insert("client_secret", secret.expose_secret());
                }
                request
            }
        };
        Ok(answer::<Answer>(request.form(&form)).await?.id_token)
    }

    /// What the provider says of itself, not older than `age`.
    async fn known(&self, now: Timestamp, age: SignedDuration) -> Result<Known, Fault> {
        let kept = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = kept.filter(|known| now.duration_since(known.at).abs() < age) {
            return Ok(known);
        }
        let issuer = self.settings.issuer.trim();
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let about: About = answer(self.http.get(url)).await?;
        if about.issuer != issuer {
            return Err(odd("calls itself something else than `issuer`"));
        }
        let keys = web::address(&about.jwks_uri).ok_or_else(|| odd("names no safe jwks_uri"))?;
        let keys: Keys = answer(self.http.get(keys)).await?;
        let known = Known { at: now, about, keys: keys.keys };
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known.clone());
        Ok(known)
    }
}

/// The key that signed a token: by its id; without one, the only one there is. A key of a kind that we do not know is none.
fn key_of(token: &str, keys: &[Value]) -> Option<DecodingKey> {
    let header = jsonwebtoken::decode_header(token).ok()?;
    let for_signing = |jwk: &Value| jwk.get("use").is_none_or(|purpose| purpose == "sig");
    let known: Vec<Jwk> = keys.iter().filter(|jwk| for_signing(jwk)).filter_map(|jwk| serde_json::from_value(jwk.clone()).ok()).collect();
    let found = match header.kid {
        Some(kid) => known.iter().find(|jwk| jwk.common.key_id.as_ref() == Some(&kid)),
        None => known.first().filter(|_| known.len() == 1),
    };
    DecodingKey::from_jwk(found?).ok()
}

async fn answer<T: DeserializeOwned>(request: reqwest::RequestBuilder) -> Result<T, Fault> {
    let lost = |error: &reqwest::Error| match web::distrusted(error) {
        Some(what) => odd(&format!("has a certificate that {what}; nothing was sent")),
        None => Fault::passing(format!("the OpenID provider {}", web::lost(error))),
    };
    let response = request.header("accept", "application/json").send().await.map_err(|e| lost(&e))?;
    let status = response.status();
    if !status.is_success() {
        return Err(odd(&format!("answers {}", status.as_u16())));
    }
    let body = web::body(response, LARGEST_ANSWER).await.map_err(|e| lost(&e))?.unwrap_or_default();
    serde_json::from_slice(&body).map_err(|_| odd("answers with something else than was asked for"))
}
