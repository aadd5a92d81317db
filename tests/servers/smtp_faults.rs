//! A mail server that fails at each stage in turn, and what is said of the reply afterwards: it may be tried again, it may
//! not, or nobody knows. The server's own journal is the witness.

use std::time::Duration;

use futures_util::future::join_all;
use usher::channels::Fault;
use usher::channels::smtp::{Limits, Smtp, SmtpSettings};
use usher::channels::tls::Tls;
use usher::message::address::Address;

use crate::house::scripted_smtp::{Mishap, ScriptedSmtp, Stage};

const MAIL: &[u8] = b"From: support@nexam.example\r\nTo: ada@uni.example\r\nMessage-ID: <1@nexam.example>\r\n\r\nHello\r\n.\r\n";

/// What became of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Is {
    Sent,
    Passing,
    /// Passing, after so many milliseconds.
    After(u64),
    Permanent,
    Unsure,
}

impl Is {
    fn of(result: &Result<(), Fault>) -> Self {
        match result {
            Ok(()) => Self::Sent,
            Err(Fault::Passing { after_ms: None, .. }) => Self::Passing,
            Err(Fault::Passing { after_ms: Some(ms), .. }) => Self::After(*ms),
            Err(Fault::Permanent(_)) => Self::Permanent,
            Err(Fault::Unsure(_)) => Self::Unsure,
        }
    }
}

fn way(server: &ScriptedSmtp) -> Smtp {
    let settings = SmtpSettings {
        host: "localhost".into(),
        port: Some(server.port()),
        tls: Tls::None,
        user: "support".into(),
        password: Some("hunter2".into()),
        ..SmtpSettings::default()
    };
    let limits = Limits { connect: Duration::from_secs(5), reply: Duration::from_secs(2), accept: Duration::from_secs(3) };
    Smtp::with_limits(&settings, limits).unwrap()
}

/// Tries all at once: each server is its own.
async fn hold(cases: &[(Stage, Mishap, Is)]) {
    let ada = Address::parse("ada@uni.example").unwrap();
    let tries = cases.iter().map(|(stage, mishap, expected)| {
        let ada = ada.clone();
        async move {
            let server = ScriptedSmtp::start(*stage, *mishap);
            let result = way(&server).send(&ada, false, MAIL).await;
            let says = format!("{stage:?} {mishap:?}: {result:?}");
            assert_eq!(Is::of(&result), *expected, "{says}");
            let told = format!("{result:?}");
            assert!(!["secret.example", "hunter2", "ada@", "aHVudGVyMg"].iter().any(|word| told.contains(word)), "{says}");
            (says, result, server.taken())
        }
    });
    for (says, result, taken) in join_all(tries).await {
        let whole = taken.iter().any(|t| t.raw == MAIL);
        assert_eq!(taken.len(), usize::from(whole), "{says}: {taken:?}");
        match Is::of(&result) {
            Is::Sent => assert!(whole, "{says}"),
            // The whole message arrived, and the server never gave it a code that ends the matter.
            Is::Unsure => assert!(whole && taken[0].answered.as_ref().is_none_or(|a| a.starts_with('3')), "{says}: {taken:?}"),
            // Refused for good or for now, by a code, if it arrived at all.
            _ => assert!(!whole || taken[0].answered.as_ref().is_some_and(|a| a.starts_with(['4', '5'])), "{says}: {taken:?}"),
        }
    }
}

#[tokio::test]
async fn each_reply_code_says_whether_to_try_again() {
    use Mishap::Say;
    hold(&[
        (Stage::Banner, Say("421 4.3.2 closing, ada@secret.example"), Is::After(60_000)),
        (Stage::Banner, Say("450 later"), Is::Passing),
        (Stage::Banner, Say("554 5.7.1 no, ada@secret.example"), Is::Permanent),
        (Stage::Hello, Say("421 closing"), Is::After(60_000)),
        (Stage::Hello, Say("550 5.7.1 no, ada@secret.example"), Is::Permanent),
        (Stage::Login, Say("454 4.7.0 later"), Is::Passing),
        (Stage::Login, Say("421 4.7.0 closing"), Is::After(60_000)),
        (Stage::Login, Say("432 4.3.2 Concurrent connections limit exceeded"), Is::After(60_000)),
        (Stage::Login, Say("535 5.7.8 no, ada@secret.example"), Is::After(120_000)),
        (Stage::Mail, Say("421 4.3.2 closing"), Is::After(60_000)),
        (Stage::Mail, Say("432 4.3.2 Concurrent connections limit exceeded"), Is::After(60_000)),
        (Stage::Mail, Say("451 4.3.0 later, ada@secret.example"), Is::Passing),
        (Stage::Mail, Say("550 5.7.60 no"), Is::Permanent),
        (Stage::Rcpt, Say("450 4.2.0 later, ada@secret.example"), Is::Passing),
        (Stage::Rcpt, Say("550 5.1.1 <ada@uni.example> unknown"), Is::Permanent),
        (Stage::Rcpt, Say("552 5.2.2 full"), Is::Permanent),
        (Stage::Data, Say("451 4.3.0 later"), Is::Passing),
        (Stage::Data, Say("554 5.5.1 no, ada@secret.example"), Is::Permanent),
        (Stage::Dot, Say("421 4.3.2 closing"), Is::After(60_000)),
        (Stage::Dot, Say("432 4.3.2 sender thread limit exceeded"), Is::After(60_000)),
        (Stage::Dot, Say("451 4.3.0 later"), Is::Passing),
        (Stage::Dot, Say("452 4.3.1 full"), Is::Passing),
        (Stage::Dot, Say("550 5.7.1 no, ada@secret.example"), Is::Permanent),
        (Stage::Dot, Say("554 5.6.0 no"), Is::Permanent),
        (Stage::Dot, Say("250 2.0.0 kept"), Is::Sent),
    ])
    .await;
}

#[tokio::test]
async fn only_silence_after_the_final_dot_is_doubt() {
    use Mishap::{Cut, CutAfter, Never, Slow};
    let before = [Stage::Banner, Stage::Hello, Stage::Login, Stage::Mail, Stage::Rcpt, Stage::Data];
    let mut cases: Vec<_> = before.into_iter().flat_map(|stage| [(stage, Cut, Is::Passing), (stage, Never, Is::Passing)]).collect();
    // After its answer to DATA a server that goes has nothing; but a short message may all have left by then.
    cases.extend([Stage::Banner, Stage::Hello, Stage::Login, Stage::Mail, Stage::Rcpt].map(|stage| (stage, CutAfter, Is::Passing)));
    cases.extend([(Stage::Banner, Slow, Is::Passing), (Stage::Mail, Slow, Is::Passing)]);
    cases.extend([(Stage::Dot, Cut, Is::Unsure), (Stage::Dot, Never, Is::Unsure), (Stage::Dot, CutAfter, Is::Sent)]);
    hold(&cases).await;
}

#[tokio::test]
async fn what_is_no_reply_settles_nothing() {
    use Mishap::{Give, Say};
    let mut cases = Vec::new();
    for stage in [Stage::Banner, Stage::Hello, Stage::Login, Stage::Mail, Stage::Rcpt, Stage::Data] {
        cases.extend([(stage, Give(b"\x00\xff garbage\r\n"), Is::Passing), (stage, Give(b"250-endless\r\n"), Is::Passing)]);
    }
    cases.extend([
        (Stage::Mail, Say("250-one\r\n250-two\r\n250 three"), Is::Sent),
        (Stage::Rcpt, Say("251 somebody else will take it"), Is::Sent),
        (Stage::Rcpt, Say("354 before its time"), Is::Passing),
        (Stage::Data, Say("354-go\r\n354 on"), Is::Sent),
        (Stage::Dot, Say("250-kept\r\n250 2.0.0 indeed"), Is::Sent),
        (Stage::Dot, Say("354 more?"), Is::Unsure),
        (Stage::Dot, Give(b"kept, thank you\r\n"), Is::Unsure),
        (Stage::Dot, Give(b"250-kept but\r\n"), Is::Unsure),
    ]);
    hold(&cases).await;
}

#[tokio::test]
async fn the_enhanced_code_is_told_and_the_words_are_not() {
    let server =
        ScriptedSmtp::start(Stage::Rcpt, Mishap::Give(b"550-5.1.1 <ada@uni.example>\r\n550 5.1.1 \xe9crire \xe0 ada@secret.example\r\n"));
    let fault = way(&server).send(&Address::parse("ada@uni.example").unwrap(), false, MAIL).await.unwrap_err();
    assert_eq!(fault.to_string(), format!("localhost:{} does not take the recipient (SMTP 550 5.1.1)", server.port()));
}

#[tokio::test]
async fn a_message_cut_before_its_dot_left_is_not_sent() {
    let ada = Address::parse("ada@uni.example").unwrap();
    // Larger than any buffer on the way: the dot cannot have left.
    let large = [MAIL, &b"a line of some length that is repeated time and again\r\n".repeat(1 << 20)].concat();
    for mishap in [Mishap::Cut, Mishap::Say("552 5.3.4 too large")] {
        let server = ScriptedSmtp::start(Stage::Body, mishap);
        let result = way(&server).send(&ada, false, &large).await;
        assert_eq!((Is::of(&result), server.taken()), (Is::Passing, vec![]), "{mishap:?}: {result:?}");
    }
    for (stage, mishap) in [(Stage::Body, Mishap::Cut), (Stage::Data, Mishap::CutAfter)] {
        let server = ScriptedSmtp::start(stage, mishap);
        let result = way(&server).send(&ada, false, MAIL).await;
        assert!(matches!(Is::of(&result), Is::Unsure | Is::Passing), "a short one may be on its way already: {result:?}");
        assert_eq!(server.taken(), []);
    }
}
