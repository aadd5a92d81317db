//! Servers that have too much to do, sessions that grow old, and the mail that costs the connection each time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use usher::channels::Fault;
use usher::channels::mailbox::{Patience, Source, Wake};

use crate::house::scripted::{Said, Scripted};
use crate::house::{now, rest};
use crate::imap_faults::{drain, is_bodies, open, quick, settings, three};

fn asked_to_wait(fault: &Fault) -> Option<u64> {
    match fault {
        Fault::Passing { after_ms, .. } => *after_ms,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn each_answer_of_a_throttled_server_says_how_long_it_wants_its_peace() {
    let cases: [(&str, &str, Option<u64>); 9] = [
        ("UID FETCH", "TAG NO [THROTTLED] secret\r\n", Some(60_000)),
        ("UID FETCH", "TAG NO [LIMIT] secret\r\n", Some(60_000)),
        ("EXAMINE", "TAG NO [UNAVAILABLE] secret\r\n", Some(60_000)),
        ("EXAMINE", "TAG NO [INUSE] secret\r\n", Some(15_000)),
        ("LOGIN", "TAG NO [INUSE] secret\r\n", Some(15_000)),
        ("LOGIN", "TAG NO [UNAVAILABLE] secret\r\n", Some(60_000)),
        ("UID FETCH", "TAG OK Success [THROTTLED]\r\n", Some(60_000)),
        ("EXAMINE", "TAG BAD User is authenticated but not connected.\r\n", Some(120_000)),
        ("UID FETCH", "TAG NO secret\r\n", None),
    ];
    for (at, answer, expected) in cases {
        let server = Scripted::start(three(), move |talk, tag, command| {
            if command.starts_with(at) && !command.contains("SIZE") {
                talk.say(&answer.replace("TAG", tag));
                return Said::All;
            }
            Said::Nothing
        });
        let fault = match Source::open_with(&settings(server.port()), quick()).await {
            Err(fault) => fault,
            Ok(mut source) => drain(&mut source).await.unwrap_err(),
        };
        assert_eq!(asked_to_wait(&fault), expected, "{at}: {answer}{fault}");
        assert!(!fault.to_string().contains("secret"));
    }
    let full = Scripted::start(three(), |talk, tag, command| {
        if command.starts_with("APPEND") {
            talk.say(&format!("{tag} NO [OVERQUOTA] full\r\n"));
            return Said::All;
        }
        Said::Nothing
    });
    assert_eq!(asked_to_wait(&open(&full).await.save_draft(b"x").await.unwrap_err()), Some(60_000));
}

#[tokio::test]
async fn a_goodbye_right_after_the_login_wants_a_minute_of_peace() {
    for at in ["EXAMINE", "ID "] {
        let server = Scripted::start(three(), move |talk, _, command| {
            if command.starts_with(at) {
                talk.say("* BYE Connection closed. 14\r\n");
                return Said::Cut;
            }
            Said::Nothing
        });
        let fault = Source::open_with(&settings(server.port()), quick()).await.unwrap_err();
        assert_eq!(asked_to_wait(&fault), Some(60_000), "{at}: {fault}");
    }
    // The waiting connection keeps to it as well.
    let server = Scripted::start(three(), |talk, _, command| {
        if command.starts_with("EXAMINE") && talk.connection > 1 {
            talk.say("* BYE Connection closed. 14\r\n");
            return Said::Cut;
        }
        Said::Nothing
    });
    let mut source = open(&server).await;
    source.look(None).await.unwrap();
    let began = now();
    while began.elapsed() < Duration::from_secs(4) {
        source.wait(Duration::from_millis(500)).await.unwrap();
        rest(Duration::from_millis(100));
    }
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn an_old_connection_is_made_anew_between_two_commands() {
    let server = Scripted::start(three(), |_, _, _| Said::Nothing);
    let patience = Patience { session: Duration::from_millis(700), ..quick() };
    let mut source = Source::open_with(&settings(server.port()), patience).await.unwrap();
    let look = source.look(None).await.unwrap();
    assert_eq!(server.connections(), 1);
    rest(Duration::from_millis(800));
    assert_eq!(source.fetch(&look.waiting).await.unwrap().len(), 3, "the UIDs hold on the new connection");
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_waiting_connection_ends_by_itself_when_it_is_old() {
    let ends = Arc::<AtomicUsize>::default();
    let counter = Arc::clone(&ends);
    let server = Scripted::start(three(), move |talk, tag, command| {
        if command == "IDLE" {
            talk.say("+ idling\r\n");
            counter.fetch_add(usize::from(talk.hear().as_deref() == Some("DONE")), Ordering::SeqCst);
            talk.say(&format!("{tag} OK done\r\n"));
            return Said::All;
        }
        Said::Nothing
    });
    let patience = Patience { session: Duration::from_millis(700), quiet: Duration::from_secs(60), ..quick() };
    let mut source = Source::open_with(&settings(server.port()), patience).await.unwrap();
    source.look(None).await.unwrap();
    let began = now();
    while server.connections() < 4 {
        assert!(matches!(source.wait(Duration::from_millis(200)).await, Ok(Wake::Mail | Wake::Quiet)));
        assert!(began.elapsed() < Duration::from_secs(10), "no back-off between sessions that ended well");
    }
    assert!(began.elapsed() > Duration::from_millis(1400), "and none before its time");
    assert!(ends.load(Ordering::SeqCst) >= 2, "each is ended in due form");
}

/// UIDs of a fetch of bodies.
fn set(command: &str) -> &str {
    command.split(' ').nth(2).unwrap_or_default()
}

#[tokio::test]
async fn the_mail_that_costs_the_connection_each_time_is_found_and_the_others_are_had() {
    // What of message 2 costs the connection, and what is had of it in the end.
    let cases = [("its whole", "BODY.PEEK[])", 17), ("all but its header", "BODY.PEEK[]", 16), ("anything", "BODY.PEEK[", 0)];
    for (says, costs, left) in cases {
        let server = Scripted::start(three(), move |_, _, command| {
            let second = ["1:3", "2:3", "2"].contains(&set(command));
            if second && command.contains(costs) { Said::Cut } else { Said::Nothing }
        });
        let mut source = open(&server).await;
        for _ in 0..2 {
            let fault = drain(&mut source).await.unwrap_err();
            assert!(matches!(fault, Fault::Passing { .. }), "{says}: {fault}");
        }
        let (_, arrivals) = drain(&mut source).await.unwrap_or_else(|e| panic!("{says}: {e}"));
        let got: Vec<_> = arrivals.iter().map(|a| (a.uid.as_str(), a.raw.len(), a.cut_from)).collect();
        assert_eq!(got, [("1", 17, None), ("2", left, Some(17)), ("3", 19, None)], "{says}");
    }
}

#[tokio::test]
async fn a_message_that_never_fails_alone_is_never_cut() {
    let server =
        Scripted::start(three(), |_, _, command| if is_bodies(command) && set(command).contains(':') { Said::Cut } else { Said::Nothing });
    let mut source = open(&server).await;
    while drain(&mut source).await.is_err() {
        assert!(server.connections() < 10);
    }
    let (_, arrivals) = {
        // Once they were had, an odd loss is a chance again.
        assert!(drain(&mut source).await.is_err() && drain(&mut source).await.is_err());
        drain(&mut source).await.unwrap()
    };
    assert!(arrivals.iter().all(|a| a.cut_from.is_none()), "{arrivals:?}");
    assert_eq!(arrivals.len(), 3);
}

#[tokio::test]
async fn a_server_that_is_ill_as_a_whole_costs_no_mail() {
    let server = Scripted::start(three(), |talk, _, command| {
        let ill = talk.connection > 1 && (is_bodies(command) || command.starts_with("UID SEARCH"));
        if ill || is_bodies(command) { Said::Cut } else { Said::Nothing }
    });
    let mut source = open(&server).await;
    for _ in 0..5 {
        assert!(matches!(drain(&mut source).await, Err(Fault::Passing { .. })));
    }
}
