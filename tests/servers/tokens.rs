//! Signing in with tokens: from the endpoint to the mail server's door.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use secrecy::ExposeSecret as _;
use usher::channels::Fault;
use usher::channels::mailbox::{Auth, MailboxSettings, Source};
use usher::channels::smtp::{Smtp, SmtpSettings};
use usher::channels::tls::Tls;
use usher::channels::token::{TokenSettings, Tokens};
use usher::message::address::Address;

use crate::house::dovecot::{Dovecot, USER};
use crate::house::rest;
use crate::house::scripted::{line, raw};
use crate::house::scripted_smtp::ScriptedSmtp;
use crate::house::tokens::{CLIENT, CLIENT_SECRET, FIRST_REFRESH, Mishap, TokenEndpoint};
use crate::house::trust::{Flaw, Trust};
use crate::smtp::server_config;

/// A folder for secrets, with the endpoint's first refresh token and its client's secret.
struct Secrets(tempfile::TempDir);

impl Secrets {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::create_dir(place.folder()).unwrap();
        place.write(FIRST_REFRESH);
        fs::write(place.0.path().join("client"), format!("{CLIENT_SECRET}\n")).unwrap();
        place
    }

    fn folder(&self) -> PathBuf {
        self.0.path().join("secrets")
    }

    fn refresh(&self) -> PathBuf {
        self.folder().join("refresh")
    }

    fn write(&self, refresh: &str) {
        fs::write(self.refresh(), format!("{refresh}\n")).unwrap();
    }

    fn held(&self) -> String {
        fs::read_to_string(self.refresh()).unwrap().trim().to_owned()
    }

    fn settings(&self, endpoint: &TokenEndpoint) -> TokenSettings {
        TokenSettings {
            url: Some(endpoint.url()),
            client_id: Some(CLIENT.into()),
            client_secret_file: Some(self.0.path().join("client")),
            refresh_token_file: Some(self.refresh()),
            ..TokenSettings::default()
        }
    }
}

async fn ask(tokens: &Tokens, settings: &TokenSettings) -> Result<String, Fault> {
    let asked = tokens.bearer(settings).await;
    let shown = format!("{asked:?} {tokens:?} {settings:?}");
    for secret in [CLIENT_SECRET, "refresh+token", "access-", "ada@", "AADSTS"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    if let Err(fault) = &asked {
        let told = fault.to_string();
        assert!(![CLIENT_SECRET, "refresh+token", "ada@", "AADSTS", "/tenant"].iter().any(|s| told.contains(s)), "{told}");
    }
    asked.map(|bearer| bearer.token().expose_secret().to_owned())
}

#[tokio::test]
async fn however_many_ask_at_once_there_is_one_request() {
    let (endpoint, secrets) = (TokenEndpoint::start(), Secrets::new());
    let (tokens, settings) = (Tokens::default(), secrets.settings(&endpoint));
    let all = join_all((0..20).map(|_| ask(&tokens, &settings))).await;
    assert!(all.iter().all(|asked| asked.as_ref().unwrap() == "access-1"));
    assert_eq!(ask(&tokens.clone(), &settings).await.unwrap(), "access-1");
    assert_eq!(endpoint.requests(), 1);
    let age = tokens.age(&settings).unwrap();
    assert_eq!(age.expires.duration_since(age.obtained).as_secs(), 3600);
    assert_eq!(Tokens::default().age(&settings), None);
    endpoint.meet(&[Mishap::Refuse(503, "server_error")]);
    let others = Tokens::default();
    let all = join_all((0..20).map(|_| ask(&others, &settings))).await;
    assert!(all.iter().all(|asked| matches!(asked, Err(Fault::Passing { .. }))), "a failure is shared too");
    assert_eq!(endpoint.requests(), 2);
}

#[tokio::test]
async fn a_token_near_its_end_is_renewed() {
    let (endpoint, secrets) = (TokenEndpoint::start(), Secrets::new());
    let (tokens, settings) = (Tokens::default(), secrets.settings(&endpoint));
    endpoint.meet(&[Mishap::Life(301)]);
    assert_eq!(ask(&tokens, &settings).await.unwrap(), "access-1");
    rest(Duration::from_millis(1100));
    assert_eq!(ask(&tokens, &settings).await.unwrap(), "access-2");
}

#[tokio::test]
async fn a_new_refresh_token_survives_a_restart_and_the_old_one_is_never_used_again() {
    let (endpoint, secrets) = (TokenEndpoint::start(), Secrets::new());
    let settings = secrets.settings(&endpoint);
    for round in 1..4 {
        assert_eq!(ask(&Tokens::default(), &settings).await.unwrap(), format!("access-{round}"));
        assert_eq!(secrets.held(), format!("refresh+token/{}", round + 1));
    }
    let both = join_all((0..4).map(|_| async { ask(&Tokens::default(), &settings).await })).await;
    assert!(both.iter().all(Result::is_ok), "several processes take turns at one file: {both:?}");
    assert_eq!((endpoint.requests(), secrets.held().as_str()), (7, "refresh+token/8"));
}

#[tokio::test]
async fn whoever_gives_up_waiting_loses_no_refresh_token() {
    let (endpoint, secrets) = (TokenEndpoint::start(), Secrets::new());
    let (tokens, settings) = (Tokens::default(), secrets.settings(&endpoint));
    let impatient = tokio::time::timeout(Duration::from_millis(20), ask(&tokens, &settings)).await;
    assert!(impatient.is_err());
    assert_eq!(ask(&tokens, &settings).await.unwrap(), "access-1");
    assert_eq!((endpoint.requests(), secrets.held().as_str()), (1, "refresh+token/2"));
}

#[tokio::test]
async fn without_its_refresh_token_on_the_disk_no_access_token_is_used() {
    let (endpoint, secrets) = (TokenEndpoint::start(), Secrets::new());
    let (tokens, settings) = (Tokens::default(), secrets.settings(&endpoint));
    let (folder, away) = (secrets.folder(), secrets.0.path().join("away"));
    let (from, to) = (folder.clone(), away.clone());
    endpoint.before_answering(move || fs::rename(from, to).unwrap());
    let fault = ask(&tokens, &settings).await.unwrap_err();
    assert!(matches!(&fault, Fault::Permanent(what) if what.contains("cannot be written") && what.contains("refresh")), "{fault}");
    assert_eq!(tokens.age(&settings), None);
    fs::rename(&away, &folder).unwrap();
    assert_eq!(secrets.held(), FIRST_REFRESH);
    assert_eq!(ask(&tokens, &settings).await.unwrap(), "access-1", "the answer was kept until its disk came back");
    assert_eq!((endpoint.requests(), secrets.held().as_str()), (1, "refresh+token/2"));
}

#[tokio::test]
async fn a_withdrawn_consent_is_told_and_not_asked_about_again() {
    let (endpoint, secrets) = (TokenEndpoint::start(), Secrets::new());
    let (tokens, settings) = (Tokens::default(), secrets.settings(&endpoint));
    secrets.write("refresh+token/0");
    for _ in 0..3 {
        let fault = ask(&tokens, &settings).await.unwrap_err();
        let told = fault.to_string();
        assert!(matches!(fault, Fault::Permanent(_)) && told.starts_with("the mailbox must be authorised again: "), "{told}");
        assert!(told.contains("`invalid_grant`"), "{told}");
    }
    assert_eq!(endpoint.requests(), 1);
    secrets.write(FIRST_REFRESH);
    assert_eq!(ask(&tokens, &settings).await.unwrap(), "access-2", "another refresh token is another question");
}

#[tokio::test]
async fn each_refusal_says_whether_it_can_pass() {
    let cases = [
        (Mishap::Refuse(400, "invalid_grant"), true, "invalid_grant"),
        (Mishap::Refuse(401, "invalid_client"), true, "client_secret_file"),
        (Mishap::Refuse(400, "unauthorized_client"), true, "consent"),
        (Mishap::Refuse(400, "Words of ada@uni.example"), true, "(400)"),
        (Mishap::Refuse(401, ""), true, "(401)"),
        (Mishap::Refuse(404, "x"), true, "token_url"),
        (Mishap::Elsewhere, true, "redirections are not followed"),
        (Mishap::Refuse(400, "temporarily_unavailable"), false, "trouble"),
        (Mishap::Refuse(500, "x"), false, "trouble"),
        (Mishap::Refuse(503, "x"), false, "trouble"),
        (Mishap::Slow("7"), false, "slow down"),
        (Mishap::Page, false, "no token"),
        (Mishap::Endless, false, "no token"),
    ];
    for (mishap, permanent, words) in cases {
        let (endpoint, secrets) = (TokenEndpoint::start(), Secrets::new());
        let (tokens, settings) = (Tokens::default(), secrets.settings(&endpoint));
        endpoint.meet(&[mishap]);
        let fault = ask(&tokens, &settings).await.unwrap_err();
        assert_eq!(matches!(fault, Fault::Permanent(_)), permanent, "{mishap:?}: {fault}");
        assert!(fault.to_string().contains(words), "{mishap:?}: {fault}");
        if mishap == Mishap::Slow("7") {
            assert!(matches!(ask(&tokens, &settings).await, Err(Fault::Passing { after_ms: Some(5000..=7000), .. })), "it is waited out");
        }
        assert_eq!(endpoint.requests(), 1, "{mishap:?}");
        assert_eq!(secrets.held(), FIRST_REFRESH, "{mishap:?}");
    }
    let secrets = Secrets::new();
    let dead = TokenSettings { url: Some("http://127.0.0.1:1/token".into()), ..secrets.settings(&TokenEndpoint::start()) };
    let fault = ask(&Tokens::default(), &dead).await.unwrap_err();
    assert!(matches!(&fault, Fault::Passing { what, .. } if what.contains("cannot be reached")), "{fault}");
}

#[tokio::test]
async fn an_application_of_its_own_right_needs_no_refresh_token() {
    let (endpoint, secrets) = (TokenEndpoint::start(), Secrets::new());
    let settings = TokenSettings { refresh_token_file: None, ..secrets.settings(&endpoint) };
    assert_eq!(ask(&Tokens::default(), &settings).await.unwrap(), "access-1");
    let form = &endpoint.forms()[0];
    assert_eq!((form["grant_type"].as_str(), form["scope"].as_str()), ("client_credentials", "https://outlook.office365.com/.default"));
    let scoped = TokenSettings { scope: Some("mail".into()), ..settings };
    let fault = ask(&Tokens::default(), &scoped).await.unwrap_err();
    assert!(fault.to_string().contains("`invalid_scope`"), "{fault}");
}

#[tokio::test]
async fn a_secret_goes_to_nobody_in_clear_nor_under_an_unknown_certificate() {
    let secrets = Secrets::new();
    let endpoint = TokenEndpoint::start();
    let to = |url: String, ca_file: Option<&Path>| TokenSettings {
        url: Some(url),
        ca_file: ca_file.map(Path::to_owned),
        ..secrets.settings(&endpoint)
    };
    for url in ["http://192.0.2.1/token", "http://login.uni.example/token", "file:///etc/passwd", "https://u:p@login.uni.example/"] {
        let fault = ask(&Tokens::default(), &to(url.into(), None)).await.unwrap_err();
        assert!(matches!(&fault, Fault::Permanent(what) if what.contains("https")), "{url}: {fault}");
    }
    let place = tempfile::tempdir().unwrap();
    let trust = Trust::new(place.path(), Flaw::None);
    let config = Arc::new(server_config(&trust));
    let port = raw(move |stream| {
        let session = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
        let mut secured = rustls::StreamOwned::new(session, stream);
        while !line(&mut secured).is_empty() {}
        let body = r#"{"access_token":"access-1","expires_in":3600}"#;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
        let _ = std::io::Write::write_all(&mut secured, format!("{head}{body}").as_bytes());
    });
    let url = format!("https://localhost:{port}/token");
    assert_eq!(ask(&Tokens::default(), &to(url.clone(), Some(&trust.ca_file))).await.unwrap(), "access-1");
    let fault = ask(&Tokens::default(), &to(url, None)).await.unwrap_err();
    assert!(matches!(&fault, Fault::Permanent(what) if what.contains("ca_file")), "{fault}");
}

fn mailbox(dovecot: &Dovecot, token: TokenSettings) -> MailboxSettings {
    MailboxSettings {
        host: Some("localhost".into()),
        port: Some(dovecot.tls_port()),
        user: USER.into(),
        auth: Auth::Xoauth2,
        token_url: token.url,
        client_id: token.client_id,
        client_secret_file: token.client_secret_file,
        refresh_token_file: token.refresh_token_file,
        ca_file: Some(dovecot.ca_file().to_owned()),
        ..MailboxSettings::default()
    }
}

#[tokio::test]
async fn a_mailbox_is_opened_with_a_token_of_the_endpoint_and_an_old_one_is_renewed() {
    let (dovecot, secrets) = (Dovecot::start(), Secrets::new());
    let issued = [dovecot.token(USER, true), dovecot.token(USER, false), dovecot.token(USER, true)];
    let endpoint = TokenEndpoint::issuing(move |number| issued[number - 1].clone());
    let settings = mailbox(&dovecot, secrets.settings(&endpoint));
    for _ in 0..2 {
        let mut source = Source::open(&settings).await.unwrap_or_else(|e| panic!("{e}\n{}", dovecot.log()));
        assert!(source.look(None).await.unwrap().waiting.is_empty());
    }
    assert_eq!(endpoint.requests(), 1);
    let again = MailboxSettings { tokens: Tokens::default(), ..settings };
    let fault = Source::open(&again).await.unwrap_err();
    assert!(matches!(&fault, Fault::Passing { what, .. } if what.contains("bearer token")), "{fault}");
    Source::open(&again).await.unwrap();
    assert_eq!(endpoint.requests(), 3);
}

#[tokio::test]
async fn a_server_that_takes_no_token_at_all_is_not_worth_a_request_each_time() {
    let (dovecot, secrets) = (Dovecot::start(), Secrets::new());
    let bad = dovecot.token("somebody", true);
    let endpoint = TokenEndpoint::issuing(move |_| bad.clone());
    let settings = mailbox(&dovecot, secrets.settings(&endpoint));
    for _ in 0..3 {
        assert!(matches!(Source::open(&settings).await, Err(Fault::Passing { .. })));
    }
    assert_eq!(endpoint.requests(), 2);
}

#[tokio::test]
async fn replies_leave_with_the_same_kind_of_token() {
    let secrets = Secrets::new();
    let (endpoint, server) = (TokenEndpoint::start(), ScriptedSmtp::for_token("access-2"));
    let token = secrets.settings(&endpoint);
    let settings = SmtpSettings {
        host: "localhost".into(),
        port: Some(server.port()),
        tls: Tls::None,
        user: "support".into(),
        auth: Auth::Xoauth2,
        token_url: token.url.clone(),
        client_id: token.client_id,
        client_secret_file: token.client_secret_file,
        refresh_token_file: token.refresh_token_file,
        ..SmtpSettings::default()
    };
    let smtp = Smtp::new(&settings).unwrap();
    let ada = Address::parse("ada@uni.example").unwrap();
    let fault = smtp.send(&ada, false, b"Subject: x\r\n\r\nx\r\n").await.unwrap_err();
    assert!(matches!(&fault, Fault::Passing { after_ms: Some(_), .. }), "the reply waits: {fault}");
    assert!(fault.to_string().contains("(SMTP 535 5.7.8)") && !fault.to_string().contains("secret.example"), "{fault}");
    assert!(server.heard().contains(&String::new()), "the server's reasons are answered by an empty line");
    smtp.send(&ada, false, b"Subject: x\r\n\r\nx\r\n").await.unwrap();
    smtp.check().await.unwrap();
    assert_eq!((endpoint.requests(), server.taken().len()), (2, 1));
    let withdrawn = SmtpSettings { tokens: Tokens::default(), ..settings };
    secrets.write("refresh+token/0");
    let smtp = Smtp::new(&withdrawn).unwrap();
    let fault = smtp.send(&ada, false, b"x").await.unwrap_err();
    assert!(matches!(&fault, Fault::Passing { .. }), "not the reply's fault: {fault}");
    assert!(matches!(smtp.check().await, Err(Fault::Permanent(_))), "doctor says what to do");
}

fn usher(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_usher")).current_dir(folder).args(arguments).stdin(Stdio::null()).output().unwrap()
}

#[test]
fn the_command_prints_the_token_alone() {
    let (endpoint, secrets) = (TokenEndpoint::start(), Secrets::new());
    let folder = secrets.0.path();
    let text = format!(
        "[mail]\nown = [\"a@b.example\"]\n[mailbox.support]\nhost = \"m.example\"\nuser = \"s\"\nauth = \"xoauth2\"\ntoken_url = \"{}\"\nclient_id = \"{CLIENT}\"\n\
         client_secret_file = \"client\"\nrefresh_token_file = \"secrets/refresh\"\n[mailbox.plain]\nhost = \"m.example\"\n\
         [smtp]\nhost = \"m.example\"\nauth = \"xoauth2\"\ntoken_command = \"{} token smtp\"\n",
        endpoint.url(),
        env!("CARGO_BIN_EXE_usher")
    );
    fs::write(folder.join("usher.toml"), text).unwrap();
    let out = usher(folder, &["token", "support"]);
    assert_eq!((String::from_utf8_lossy(&out.stdout).as_ref(), out.stderr.as_slice()), ("access-1\n", &b""[..]));
    assert_eq!(secrets.held(), "refresh+token/2");
    secrets.write("refresh+token/0");
    for (name, words) in [
        ("support", "must be authorised again"),
        ("plain", "with a password"),
        ("nobody", "plain, support, smtp"),
        ("smtp", "token_command"),
    ] {
        let out = usher(folder, &["token", name]);
        let told = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.code() == Some(2) && out.stdout.is_empty() && told.contains(words), "{name}: {told}");
    }
    let out = usher(folder, &["doctor"]);
    let told = String::from_utf8_lossy(&out.stdout);
    assert!(told.contains("FAIL  token support") && told.contains("invalid_grant") && !told.contains("refresh+token"), "{told}");
}
