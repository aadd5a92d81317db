//! A mailbox on a real Dovecot.

use std::time::Duration;

use usher::channels::Fault;
use usher::channels::mailbox::{Auth, Cursor, MailboxSettings, Source, Wake};
use usher::channels::tls::Tls;

use crate::house::dovecot::{Dovecot, PASSWORD, USER};
use crate::house::trust::Flaw;

pub fn settings(dovecot: &Dovecot, tls: Tls) -> MailboxSettings {
    MailboxSettings {
        host: Some("localhost".into()),
        port: Some(if tls == Tls::Implicit { dovecot.tls_port() } else { dovecot.port() }),
        tls,
        user: USER.into(),
        password: Some(PASSWORD.into()),
        ca_file: Some(dovecot.ca_file().to_owned()),
        ..MailboxSettings::default()
    }
}

pub fn mail(n: usize) -> Vec<u8> {
    format!("From: c{n}@uni.example\r\nMessage-ID: <{n}@uni.example>\r\nSubject: help {n}\r\n\r\nnumber {n}\r\n").into_bytes()
}

#[tokio::test]
async fn every_mail_is_fetched_once_and_none_is_touched() {
    let dovecot = Dovecot::start();
    (0..450).for_each(|n| dovecot.deliver(&mail(n)));
    assert_eq!(dovecot.inbox_count(), 450);
    let mut source = Source::open(&settings(&dovecot, Tls::Implicit)).await.unwrap();
    let look = source.look(None).await.unwrap();
    assert_eq!((look.waiting.len(), look.next), (450, 451));
    let arrivals = source.fetch(&look.waiting).await.unwrap();
    assert_eq!(arrivals.len(), 450);
    assert!(arrivals.iter().enumerate().all(|(n, a)| a.raw == mail(n) && a.cut_from.is_none()));
    let cursor = Cursor { epoch: look.epoch, next: look.next };
    // `n:*` would name the last message again here.
    assert!(source.look(Some(cursor)).await.unwrap().waiting.is_empty());
    dovecot.deliver(&mail(450));
    let look = source.look(Some(cursor)).await.unwrap();
    assert_eq!(look.waiting.iter().map(|w| w.uid.as_str()).collect::<Vec<_>>(), ["451"]);
    // Flags stand in a file's name, behind ":2,"; the folder's own random name may hold any letter.
    let is_seen = |p: &std::path::PathBuf| p.to_string_lossy().rsplit_once(":2,").is_some_and(|(_, flags)| flags.contains('S'));
    let seen = dovecot.inbox_files().iter().filter(|p| is_seen(p)).count();
    assert_eq!(seen, 0, "nothing is marked as read");
}

#[tokio::test]
async fn a_new_mail_wakes_and_quiet_is_quiet() {
    let dovecot = Dovecot::start();
    let mut source = Source::open(&settings(&dovecot, Tls::Starttls)).await.unwrap();
    let look = source.look(None).await.unwrap();
    assert_eq!(source.wait(Duration::from_secs(3)).await.unwrap(), Wake::Quiet);
    // The wait may be dropped half-way: what comes meanwhile is not lost.
    let _ = tokio::time::timeout(Duration::from_millis(50), source.wait(Duration::from_secs(60))).await;
    dovecot.deliver(&mail(1));
    assert_eq!(source.wait(Duration::from_secs(30)).await.unwrap(), Wake::Mail);
    let look = source.look(Some(Cursor { epoch: look.epoch, next: look.next })).await.unwrap();
    assert_eq!(source.fetch(&look.waiting).await.unwrap()[0].raw, mail(1));
}

#[tokio::test]
async fn mail_that_came_before_anybody_waited_wakes_too() {
    let dovecot = Dovecot::start();
    let mut source = Source::open(&settings(&dovecot, Tls::None)).await.unwrap();
    source.look(None).await.unwrap();
    dovecot.deliver(&mail(1));
    assert_eq!(source.wait(Duration::from_secs(30)).await.unwrap(), Wake::Mail);
}

#[tokio::test]
async fn a_draft_stands_in_the_drafts_folder_and_is_found_again() {
    let dovecot = Dovecot::start();
    let mut source = Source::open(&settings(&dovecot, Tls::Implicit)).await.unwrap();
    assert!(!source.has_draft("usher.1@nexam.example").await.unwrap());
    source.save_draft(b"Message-ID: <usher.1@nexam.example>\nSubject: Re: help\n\nHello\n").await.unwrap();
    assert!(source.has_draft("usher.1@nexam.example").await.unwrap());
    assert!(!source.has_draft("usher.12@nexam.example").await.unwrap());
    // Dovecot keeps lines as Unix does; over the wire they end in CRLF.
    assert_eq!(dovecot.drafts(), [b"Message-ID: <usher.1@nexam.example>\nSubject: Re: help\n\nHello\n".to_vec()]);
    let flags = dovecot.folder_files("Drafts")[0].to_string_lossy().rsplit(":2,").next().unwrap().to_owned();
    assert!(flags.contains('D') && flags.contains('S'), "{flags}");
    source.save_sent(b"Message-ID: <usher.2@nexam.example>\r\n\r\n").await.unwrap();
    assert!(source.has_sent("usher.2@nexam.example").await.unwrap());
    // The inbox is still where the next look starts.
    dovecot.deliver(&mail(1));
    let look = source.look(None).await.unwrap();
    source.has_draft("x@y").await.unwrap();
    assert_eq!(source.fetch(&look.waiting).await.unwrap().len(), 1);
}

#[tokio::test]
async fn renumbered_mail_is_shown_again_under_its_new_epoch() {
    let mut dovecot = Dovecot::start();
    (0..3).for_each(|n| dovecot.deliver(&mail(n)));
    let mut source = Source::open(&settings(&dovecot, Tls::Implicit)).await.unwrap();
    let before = source.look(None).await.unwrap();
    dovecot.reset_uid_validity();
    let mut source = Source::open(&settings(&dovecot, Tls::Implicit)).await.unwrap();
    let after = source.look(Some(Cursor { epoch: before.epoch, next: before.next })).await.unwrap();
    assert_ne!(after.epoch, before.epoch);
    assert_eq!(after.waiting.len(), 3);
}

#[tokio::test]
async fn mail_that_another_program_takes_away_is_gone_and_nothing_else_is() {
    let dovecot = Dovecot::start();
    (0..3).for_each(|n| dovecot.deliver(&mail(n)));
    let mut source = Source::open(&settings(&dovecot, Tls::None)).await.unwrap();
    let look = source.look(None).await.unwrap();
    std::fs::remove_file(&dovecot.inbox_files()[1]).unwrap();
    assert_eq!(dovecot.inbox_count(), 2);
    // The server may need a fresh look to notice; a wrong answer is none of the outcomes.
    let arrivals = match source.fetch(&look.waiting).await {
        Ok(arrivals) => arrivals,
        Err(Fault::Passing { .. }) => {
            let look = source.look(None).await.unwrap();
            source.fetch(&look.waiting).await.unwrap()
        }
        Err(other) => panic!("{other}"),
    };
    assert_eq!(arrivals.iter().map(|a| a.uid.as_str()).collect::<Vec<_>>(), ["1", "3"]);
}

#[tokio::test]
async fn a_server_that_comes_back_is_spoken_to_again() {
    let mut dovecot = Dovecot::start();
    let mut source = Source::open(&settings(&dovecot, Tls::None)).await.unwrap();
    let look = source.look(None).await.unwrap();
    let _ = source.wait(Duration::from_millis(500)).await;
    dovecot.stop();
    assert!(matches!(source.look(None).await, Err(Fault::Passing { .. })));
    dovecot.deliver(&mail(1));
    dovecot.start_again();
    let look = source.look(Some(Cursor { epoch: look.epoch, next: look.next })).await.unwrap();
    assert_eq!(source.fetch(&look.waiting).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_wrong_login_is_told_without_the_password() {
    let dovecot = Dovecot::start();
    let wrong = MailboxSettings { password: Some("hunter2".into()), ..settings(&dovecot, Tls::Implicit) };
    let fault = Source::open(&wrong).await.unwrap_err();
    assert!(matches!(&fault, Fault::Permanent(what) if what.contains("AUTHENTICATIONFAILED")), "{fault}");
    assert!(!format!("{fault:?}").contains("hunter2") && !format!("{fault:?}").contains(USER));
    let nowhere = MailboxSettings { inbox: "No such folder".into(), ..settings(&dovecot, Tls::Implicit) };
    assert!(matches!(Source::open(&nowhere).await, Err(Fault::Permanent(_))));
    let beyond_ascii = MailboxSettings { password: Some("pässwörd".into()), ..settings(&dovecot, Tls::Implicit) };
    assert!(matches!(Source::open(&beyond_ascii).await, Err(Fault::Permanent(_))), "AUTHENTICATE PLAIN carries what LOGIN cannot");
}

#[tokio::test]
async fn a_bearer_token_signs_in_and_an_expired_one_does_not() {
    let dovecot = Dovecot::start();
    let with = |token: String| MailboxSettings {
        auth: Auth::Xoauth2,
        password: None,
        token_command: Some(format!("echo {token}")),
        ..settings(&dovecot, Tls::Implicit)
    };
    let mut source = Source::open(&with(dovecot.token(USER, true))).await.unwrap_or_else(|e| panic!("{e}\n{}", dovecot.log()));
    assert!(source.look(None).await.unwrap().waiting.is_empty());
    let old = dovecot.token(USER, false);
    let fault = Source::open(&with(old.clone())).await.unwrap_err();
    assert!(matches!(fault, Fault::Passing { .. }), "the next try has a fresh token: {fault}");
    assert!(!fault.to_string().contains(&old));
}

#[tokio::test]
async fn a_bad_certificate_lets_nothing_through() {
    for flaw in [Flaw::Expired, Flaw::OtherName] {
        let dovecot = Dovecot::with_flaw(flaw);
        for tls in [Tls::Implicit, Tls::Starttls] {
            let fault = Source::open(&settings(&dovecot, tls)).await.unwrap_err();
            assert!(matches!(fault, Fault::Permanent(_)), "{flaw:?} {tls:?}: {fault}");
        }
    }
    let dovecot = Dovecot::start();
    let stranger = MailboxSettings { ca_file: None, ..settings(&dovecot, Tls::Implicit) };
    assert!(matches!(Source::open(&stranger).await, Err(Fault::Permanent(_))));
}
