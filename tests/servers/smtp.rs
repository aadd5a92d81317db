//! Replies, handed to a real mail server: as they are, by TLS, with a login, to addresses beyond ASCII.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use usher::channels::Fault;
use usher::channels::smtp::{Limits, Smtp, SmtpSettings};
use usher::channels::tls::Tls;
use usher::message::address::Address;

use crate::house::scripted::{line, raw};
use crate::house::smtp::{Protection, SmtpSink};
use crate::house::trust::{Flaw, Trust};

const MAIL: &[u8] = b"From: support@nexam.example\r\nTo: ada@uni.example\r\nMessage-ID: <1@nexam.example>\r\n\r\nHello\r\n.\r\n..dots\r\n";

fn settings(port: u16, tls: Tls) -> SmtpSettings {
    SmtpSettings { host: "localhost".into(), port: Some(port), tls, ..SmtpSettings::default() }
}

fn quick() -> Limits {
    Limits { connect: Duration::from_secs(5), reply: Duration::from_secs(2), accept: Duration::from_secs(2) }
}

fn plain(port: u16) -> Smtp {
    Smtp::with_limits(&settings(port, Tls::None), quick()).unwrap()
}

fn ada() -> Address {
    Address::parse("ada@uni.example").unwrap()
}

#[tokio::test]
async fn a_reply_arrives_byte_for_byte_with_one_recipient() {
    let sink = SmtpSink::start();
    let smtp = plain(sink.port());
    smtp.send(&ada(), false, MAIL).await.unwrap();
    smtp.send(&ada(), true, b"Subject: unix\n\nline\n").await.unwrap();
    let returning = SmtpSettings { return_path: "bounces@nexam.example".into(), ..settings(sink.port(), Tls::None) };
    Smtp::with_limits(&returning, quick()).unwrap().send(&ada(), true, MAIL).await.unwrap();
    let kept = sink.mails();
    assert_eq!(kept[0].raw, MAIL);
    assert_eq!((kept[0].from.as_str(), kept[0].to.as_slice()), ("support@nexam.example", &["ada@uni.example".to_owned()][..]));
    assert_eq!(kept[2].from, "bounces@nexam.example", "what cannot be delivered comes back");
    assert_eq!((kept[1].from.as_str(), kept[1].raw.as_slice()), ("", &b"Subject: unix\r\n\r\nline\r\n"[..]));
}

#[tokio::test]
async fn tls_and_a_login_are_used_as_the_settings_say() {
    for (protection, tls) in [(Protection::Implicit, Tls::Implicit), (Protection::Starttls, Tls::Starttls)] {
        let sink = SmtpSink::with(protection, true, Flaw::None);
        let with = |password: &str| SmtpSettings {
            user: "support".into(),
            password: Some(password.into()),
            ca_file: Some(sink.ca_file().to_owned()),
            ..settings(sink.port(), tls)
        };
        let smtp = Smtp::with_limits(&with("secret"), quick()).unwrap();
        smtp.check().await.unwrap();
        smtp.send(&ada(), false, MAIL).await.unwrap();
        let kept = sink.mails();
        assert!(kept[0].tls && kept[0].login, "{protection:?}");
        let wrong = Smtp::with_limits(&with("hunter2"), quick()).unwrap();
        assert!(matches!(wrong.check().await, Err(Fault::Permanent(_))), "doctor says what to do");
        let failed = wrong.send(&ada(), false, MAIL).await.unwrap_err();
        assert!(matches!(failed, Fault::Passing { .. }), "a reply waits until the password is mended: {failed}");
        assert!(!failed.to_string().contains("hunter2"));
        let stranger = Smtp::with_limits(&SmtpSettings { ca_file: None, ..with("secret") }, quick()).unwrap();
        assert!(matches!(stranger.send(&ada(), false, MAIL).await, Err(Fault::Permanent(_))), "an unknown root is not trusted");
        assert_eq!(sink.mails().len(), 1);
    }
}

#[tokio::test]
async fn a_bad_certificate_and_a_missing_starttls_send_nothing() {
    for flaw in [Flaw::Expired, Flaw::OtherName] {
        let sink = SmtpSink::with(Protection::Implicit, false, flaw);
        let settings = SmtpSettings { ca_file: Some(sink.ca_file().to_owned()), ..settings(sink.port(), Tls::Implicit) };
        let failed = Smtp::with_limits(&settings, quick()).unwrap().send(&ada(), false, MAIL).await.unwrap_err();
        assert!(matches!(failed, Fault::Permanent(_)), "{flaw:?}: {failed}");
        assert!(sink.mails().is_empty());
    }
    let sink = SmtpSink::start();
    let stripped = Smtp::with_limits(&settings(sink.port(), Tls::Starttls), quick()).unwrap();
    assert!(matches!(stripped.send(&ada(), false, MAIL).await, Err(Fault::Permanent(_))));
    assert!(sink.mails().is_empty());
}

#[tokio::test]
async fn what_is_said_before_tls_is_not_believed_behind_it() {
    let place = tempfile::tempdir().unwrap();
    let trust = Trust::new(place.path(), Flaw::None);
    let config = Arc::new(server_config(&trust));
    let port = raw(move |mut stream| {
        stream.write_all(b"220 here\r\n").unwrap();
        line(&mut stream);
        stream.write_all(b"250-here\r\n250 STARTTLS\r\n").unwrap();
        line(&mut stream);
        // One packet: the go-ahead, and an answer to the EHLO that is still to come.
        stream.write_all(b"220 go on\r\n250-injected\r\n250 SMTPUTF8\r\n").unwrap();
        let session = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
        let mut secured = rustls::StreamOwned::new(session, stream);
        assert!(line(&mut secured).starts_with("EHLO"));
        secured.write_all(b"250 honest\r\n").unwrap();
        let mail = line(&mut secured);
        secured.write_all(if mail.contains("SMTPUTF8") { b"554 believed\r\n" } else { b"451 later\r\n" }).unwrap();
        line(&mut secured);
    });
    let settings = SmtpSettings { ca_file: Some(trust.ca_file.clone()), ..settings(port, Tls::Starttls) };
    let smtp = Smtp::with_limits(&settings, quick()).unwrap();
    let failed = smtp.send(&ada(), false, MAIL).await.unwrap_err();
    assert!(matches!(failed, Fault::Passing { .. }) && failed.to_string().contains("451"), "{failed}");
    let wide = Address::parse("adaé@uni.example").unwrap();
    let failed = smtp.send(&wide, false, MAIL).await.unwrap_err();
    assert!(matches!(failed, Fault::Permanent(_)), "the server behind TLS does not offer SMTPUTF8: {failed}");
}

#[tokio::test]
async fn an_address_beyond_ascii_needs_a_server_that_takes_it() {
    let wide = Address::parse("adélaïde@uni.example").unwrap();
    let sink = SmtpSink::ascii();
    assert!(matches!(plain(sink.port()).send(&wide, false, MAIL).await, Err(Fault::Permanent(_))));
    let sink = SmtpSink::start();
    plain(sink.port()).send(&wide, false, MAIL).await.unwrap();
    assert_eq!(sink.mails()[0].to, ["adélaïde@uni.example"]);
}

#[tokio::test]
async fn without_tls_nothing_leaves_this_machine() {
    let smtp = Smtp::with_limits(&SmtpSettings { host: "192.0.2.1".into(), ..settings(25, Tls::None) }, quick()).unwrap();
    assert!(matches!(smtp.send(&ada(), false, MAIL).await, Err(Fault::Permanent(_))));
}

/// TLS for a server of the tests' own.
pub fn server_config(trust: &Trust) -> rustls::ServerConfig {
    use rustls::pki_types::pem::PemObject as _;
    let chain = vec![rustls::pki_types::CertificateDer::from_pem_file(&trust.cert).unwrap()];
    let key = rustls::pki_types::PrivateKeyDer::from_pem_file(&trust.key).unwrap();
    rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap()
}
