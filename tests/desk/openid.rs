//! Signing in by an identity provider: one of the test's own, which lies in every way that it can.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use usher::channels::openid::OpenIdSettings;
use usher::clock::Clock;
use usher::store::staff::Role;

use super::house::{Answer, Browser, House};

/// What the provider says the next time.
struct Says {
    claims: Value,
    algorithm: Algorithm,
    kid: &'static str,
    challenge: String,
}

struct Provider {
    url: String,
    says: Arc<Mutex<Says>>,
}

impl Provider {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let says = Arc::new(Mutex::new(Says { claims: Value::Null, algorithm: Algorithm::ES256, kid: "one", challenge: String::new() }));
        let (own, told) = (url.clone(), says.clone());
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                answer(&mut stream.unwrap(), &own, &key, &told.lock().unwrap());
            }
        });
        Self { url, says }
    }
}

fn answer(stream: &mut TcpStream, own: &str, key: &KeyPair, says: &Says) {
    let mut request = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let read = stream.read(&mut piece).unwrap();
        if read == 0 {
            return;
        }
        request.extend_from_slice(&piece[..read]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.to_lowercase().split_once("content-length: ").map_or(0, |(_, n)| n.lines().next().unwrap().parse().unwrap());
        if body.len() >= length {
            break;
        }
    }
    let request = String::from_utf8(request).unwrap();
    let path = request.split(' ').nth(1).unwrap();
    let body = match path {
        "/.well-known/openid-configuration" => json!({"issuer": own, "authorization_endpoint": format!("{own}/door?x=1"),
            "token_endpoint": format!("{own}/token"), "jwks_uri": format!("{own}/keys")}),
        "/keys" => {
            let point = key.public_key_raw();
            json!({"keys": [{"kty": "odd", "kid": "none"}, {"kty": "EC", "crv": "P-256", "kid": "one", "use": "sig",
                "x": B64.encode(&point[1..33]), "y": B64.encode(&point[33..65])}]})
        }
        _ => {
            let verifier = request.split_once("code_verifier=").unwrap().1.split('&').next().unwrap();
            assert!(request.contains("code=the-code") && request.contains("client_id=usher"), "{request}");
            assert_eq!(B64.encode(Sha256::digest(verifier)), says.challenge, "PKCE");
            json!({"id_token": token(key, says)})
        }
    };
    let body = body.to_string();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
}

fn token(key: &KeyPair, says: &Says) -> String {
    let mut header = Header::new(says.algorithm);
    header.kid = Some(says.kid.into());
    let key = match says.algorithm {
        Algorithm::ES256 => EncodingKey::from_ec_der(&key.serialize_der()),
        // A public key taken for a secret.
        _ => EncodingKey::from_secret(&key.public_key_raw()[1..]),
    };
    jsonwebtoken::encode(&header, &says.claims, &key).unwrap()
}

struct Bench {
    house: House,
    provider: Provider,
}

impl Bench {
    async fn open() -> Self {
        let provider = Provider::start();
        let openid = OpenIdSettings {
            issuer: provider.url.clone(),
            client_id: "usher".into(),
            allowed_domains: vec!["nexam.example".into()],
            ..OpenIdSettings::default()
        };
        let house = House::open(|desk| desk.openid = Some(openid)).await;
        Self { house, provider }
    }

    /// Goes to the provider and comes back with what it says, as `change` makes it say.
    async fn round(&self, browser: &mut Browser, change: impl FnOnce(&mut Says)) -> Answer {
        let away = browser.get("/sign-in/openid?next=%2Fme%3Fdone%3Dsaved").await;
        assert_eq!(away.status, 303, "{}", away.body);
        let field = |name: &str| away.to.split_once(&format!("{name}=")).unwrap().1.split('&').next().unwrap().to_owned();
        assert!(away.to.starts_with(&format!("{}/door?x=1&", self.provider.url)) && field("code_challenge_method") == "S256");
        {
            let mut says = self.provider.says.lock().unwrap();
            let now = self.house.clock.now().as_second();
            says.claims = json!({"iss": self.provider.url, "aud": "usher", "sub": "s-1", "exp": now + 300, "nonce": field("nonce"),
                "email": "Lea@nexam.example", "email_verified": true});
            (says.algorithm, says.kid, says.challenge) = (Algorithm::ES256, "one", field("code_challenge"));
            change(&mut says);
        }
        browser.get(&format!("/sign-in/openid/back?code=the-code&state={}", field("state"))).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_opens_the_account_of_an_address_that_it_made_sure_of_and_nothing_else() {
    let bench = Bench::open().await;
    bench.house.account("lea", Role::Send).await;
    let mut browser = bench.house.browser(1);
    assert!(browser.get("/sign-in").await.body.contains("Sign in with your organisation"));
    type Lie = (&'static str, fn(&mut Says));
    let lies: [Lie; 14] = [
        ("another's token", |says| says.claims["aud"] = json!("another")),
        ("for two, given to another", |says| says.claims["aud"] = json!(["usher", "another"])),
        ("given to another", |says| says.claims["azp"] = json!("another")),
        ("of another issuer", |says| says.claims["iss"] = json!("https://id.evil.example")),
        ("over", |says| says.claims["exp"] = json!(1_700_000_000)),
        ("without an end", |says| drop(says.claims.as_object_mut().unwrap().remove("exp"))),
        ("not yet", |says| says.claims["nbf"] = json!(9_000_000_000_i64)),
        ("another request's", |says| says.claims["nonce"] = json!("another")),
        ("no request's", |says| drop(says.claims.as_object_mut().unwrap().remove("nonce"))),
        ("signed by the public key as a secret", |says| says.algorithm = Algorithm::HS256),
        ("signed by an unknown key", |says| says.kid = "two"),
        ("an address that nobody made sure of", |says| says.claims["email_verified"] = json!(false)),
        ("an address of elsewhere", |says| says.claims["email"] = json!("lea@elsewhere.example")),
        ("somebody without an account", |says| says.claims["email"] = json!("nobody@nexam.example")),
    ];
    for (lie, change) in lies {
        let answer = bench.round(&mut browser, change).await;
        assert_eq!((answer.status, browser.is_in().await), (422, false), "{lie}: {}", answer.body);
    }
    let answer = bench.round(&mut browser, |_| {}).await;
    assert_eq!((answer.status, answer.to.as_str()), (303, "/me?done=saved"), "{}", answer.body);
    assert!(browser.is_in().await);

    // The subject is bound: another of the same address is somebody else; the same one is known under a new address.
    let mut other = bench.house.browser(1);
    assert_eq!(bench.round(&mut other, |says| says.claims["sub"] = json!("s-2")).await.status, 422);
    assert_eq!(bench.round(&mut other, |says| says.claims["email"] = json!("lea.roy@nexam.example")).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_begun_in_the_browser_ends_nowhere() {
    let bench = Bench::open().await;
    bench.house.account("lea", Role::Send).await;
    let (mut browser, mut other) = (bench.house.browser(1), bench.house.browser(2));
    let away = browser.get("/sign-in/openid").await;
    let state = away.to.split_once("state=").unwrap().1.split('&').next().unwrap().to_owned();
    let back = format!("/sign-in/openid/back?code=the-code&state={state}");
    assert_eq!(other.get(&back).await.status, 422, "another browser");
    assert_eq!(browser.get("/sign-in/openid/back?code=the-code&state=x").await.status, 422);
    browser.get("/sign-in/openid").await;
    bench.house.clock.on(jiff::SignedDuration::from_mins(11));
    assert_eq!(browser.get(&back).await.status, 422, "too late, and the state of an earlier round");
    assert_eq!(House::open(|_| {}).await.browser(1).get("/sign-in/openid").await.status, 404, "no provider is set");
}
