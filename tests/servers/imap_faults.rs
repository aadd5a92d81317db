//! Servers that misbehave, one way each. Held after every one: no mail is taken for fetched that was not, none is
//! handled that was not asked for, and nobody waits for ever.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use usher::channels::Fault;
use usher::channels::mailbox::{Arrival, Cursor, LARGEST, Look, MailboxSettings, Patience, Source, Waiting, Wake};
use usher::channels::tls::Tls;

use crate::house::scripted::{Said, Scripted, Shop, line, raw};
use crate::house::trust::{Flaw, Trust};
use crate::house::{now, rest};
use crate::smtp::server_config;

pub fn settings(port: u16) -> MailboxSettings {
    MailboxSettings {
        host: Some("localhost".into()),
        port: Some(port),
        tls: Tls::None,
        user: "support".into(),
        password: Some("secret".into()),
        ..MailboxSettings::default()
    }
}

pub fn quick() -> Patience {
    Patience {
        connect: Duration::from_secs(3),
        silence: Duration::from_secs(1),
        idle: Duration::from_secs(1),
        quiet: Duration::from_secs(2),
        ..Patience::default()
    }
}

pub async fn open(server: &Scripted) -> Source {
    Source::open_with(&settings(server.port()), quick()).await.unwrap()
}

pub async fn drain(source: &mut Source) -> Result<(Look, Vec<Arrival>), Fault> {
    let look = source.look(None).await?;
    let arrivals = source.fetch(&look.waiting).await?;
    Ok((look, arrivals))
}

pub fn is_bodies(command: &str) -> bool {
    command.starts_with("UID FETCH") && command.contains("BODY.PEEK")
}

pub fn three() -> Shop {
    Shop::with(&["Subject: one\r\n\r\n1", "Subject: two\r\n\r\n2", "Subject: three\r\n\r\n3"])
}

#[tokio::test]
async fn a_batch_counts_only_after_its_tagged_ok() {
    let endings: [(&str, &str); 5] = [
        ("NO", "TAG NO later\r\n"),
        ("BAD", "TAG BAD what\r\n"),
        ("BYE", "* BYE closing\r\n"),
        ("a cut", ""),
        ("another tag", "zz OK done\r\n"),
    ];
    for (says, ending) in endings {
        let server = Scripted::start(three(), move |talk, tag, command| {
            if !is_bodies(command) || talk.connection > 1 {
                return Said::Nothing;
            }
            let first = talk.body(1);
            talk.say(&first);
            talk.say(&ending.replace("TAG", tag));
            if ending.contains("TAG") { Said::All } else { Said::Cut }
        });
        let mut source = open(&server).await;
        let fault = drain(&mut source).await.unwrap_err();
        assert!(matches!(fault, Fault::Passing { .. }), "{says}: {fault}");
        if says == "BAD" {
            assert!(matches!(fault, Fault::Passing { after_ms: Some(60_000..), .. }), "a throttled server wants minutes of peace");
        }
        if says != "NO" {
            assert_eq!(drain(&mut source).await.unwrap().1.len(), 3, "{says}: the next try brings all");
        }
    }
}

#[tokio::test]
async fn a_cut_at_any_byte_of_an_answer_stores_no_half_message() {
    let answer = "* 1 FETCH (UID 1 BODY[] {18}\r\nSubject: one\r\n\r\n1\n)\r\nTAG OK done\r\n";
    for at in 0..answer.len() - 1 {
        let server = Scripted::start(
            Shop { next: Some(2), mails: vec![(1, b"Subject: one\r\n\r\n1\n".to_vec())], ..Shop::default() },
            move |talk, tag, command| {
                if !is_bodies(command) {
                    return Said::Nothing;
                }
                let whole = answer.replace("TAG", tag);
                talk.give(&whole.as_bytes()[..at.min(whole.len() - 1)]);
                Said::Cut
            },
        );
        let mut source = open(&server).await;
        assert!(matches!(drain(&mut source).await, Err(Fault::Passing { .. })), "cut at {at}");
    }
}

#[tokio::test]
async fn a_text_left_out_under_a_tagged_ok_is_not_fetched() {
    let forms = [
        "* 2 FETCH (UID 2 BODY[] NIL)\r\n",
        "* 2 FETCH (UID 2 FLAGS (\\Seen))\r\n",
        "* 2 FETCH (FLAGS (\\Seen))\r\n",
        "* 2 FETCH (UID 2 BODY[] {0}\r\n)\r\n",
        "",
    ];
    for form in forms {
        let server = Scripted::start(three(), move |talk, tag, command| {
            if !is_bodies(command) {
                return Said::Nothing;
            }
            let (first, third) = (talk.body(1), talk.body(3));
            talk.say(&format!("{first}{form}{third}{tag} OK Success [THROTTLED]\r\n"));
            Said::All
        });
        let mut source = open(&server).await;
        assert!(matches!(drain(&mut source).await, Err(Fault::Passing { .. })), "{form:?}");
    }
}

#[tokio::test]
async fn a_message_is_gone_only_when_a_search_says_so() {
    let server = Scripted::start(three(), |talk, _, command| {
        if is_bodies(command) || command.starts_with("UID SEARCH") {
            talk.shop.mails.retain(|(uid, _)| *uid != 2);
        }
        Said::Nothing
    });
    let mut source = open(&server).await;
    let (look, arrivals) = drain(&mut source).await.unwrap();
    assert_eq!(look.waiting.len(), 3);
    assert_eq!(arrivals.iter().map(|a| a.uid.as_str()).collect::<Vec<_>>(), ["1", "3"]);
    assert!(server.heard().iter().any(|c| c == "UID SEARCH UID 2"));
}

#[tokio::test]
async fn a_message_that_was_not_asked_for_is_not_handled() {
    let server = Scripted::start(three(), |talk, tag, command| {
        if is_bodies(command) {
            let stranger = "* 9 FETCH (UID 9 BODY[] {5}\r\nwrong)\r\n".to_owned();
            let all: String = [stranger].into_iter().chain((1..=3).map(|n| talk.body(n))).collect();
            talk.say(&format!("{all}{tag} OK done\r\n"));
            return Said::All;
        }
        Said::Nothing
    });
    let mut source = open(&server).await;
    let look = source.look(None).await.unwrap();
    let only = source.fetch(&look.waiting[..1]).await.unwrap();
    assert_eq!(only.len(), 1);
    assert_eq!(only[0].raw, b"Subject: one\r\n\r\n1");
}

#[tokio::test]
async fn what_breaks_the_parser_stops_neither_the_program_nor_the_next_mail() {
    let poisons = [
        ("a date that is none makes the parser panic", "* 2 FETCH (UID 2 INTERNALDATE NIL BODY[] {1}\r\nx)\r\n"),
        ("a line that no grammar knows", "* 2 FETCH UID secret-text-of-a-mail\r\n"),
        ("a line that the parser waits to see the end of", "* 2 FETCH (UID 2 BODY[ secret-text-of-a-mail\r\n"),
        ("a literal that would fill the memory", "* 2 FETCH (UID 2 BODY[] {400000000}\r\n"),
        ("a literal beyond all numbers", "* 2 FETCH (UID 2 BODY[] {99999999999}\r\n"),
    ];
    for (says, poison) in poisons {
        let server = Scripted::start(three(), move |talk, tag, command| {
            let wants_second =
                command.starts_with("UID FETCH 1:3 ") || command.starts_with("UID FETCH 2:3 ") || command.starts_with("UID FETCH 2 ");
            if is_bodies(command) && wants_second && !command.contains("<0.") {
                talk.say(&format!("{poison}{tag} OK done\r\n"));
                return Said::All;
            }
            Said::Nothing
        });
        let mut source = open(&server).await;
        let (_, arrivals) = drain(&mut source).await.unwrap_or_else(|e| panic!("{says}: {e}"));
        let got: Vec<_> = arrivals.iter().map(|a| (a.uid.as_str(), a.raw.len(), a.cut_from)).collect();
        assert_eq!(got, [("1", 17, None), ("2", 17, Some(17)), ("3", 19, None)], "{says}");
    }
}

#[tokio::test]
async fn a_message_that_nobody_can_read_is_kept_as_its_size_alone() {
    let server = Scripted::start(three(), |talk, tag, command| {
        if is_bodies(command) && !command.starts_with("UID FETCH 1 ") && !command.starts_with("UID FETCH 3 ") {
            talk.say(&format!("* 2 FETCH UID the secret text\r\n{tag} OK done\r\n"));
            return Said::All;
        }
        Said::Nothing
    });
    let mut source = open(&server).await;
    let (_, arrivals) = drain(&mut source).await.unwrap();
    assert_eq!((arrivals[1].raw.len(), arrivals[1].cut_from), (0, Some(17)));
    assert_eq!(arrivals[2].raw, b"Subject: three\r\n\r\n3");
}

#[tokio::test]
async fn no_fault_repeats_what_the_server_wrote() {
    for word in ["* 1 EXISTS \u{fe}the secret text", "TAG NO the secret text", "TAG BAD the secret text", "* BYE the secret text"] {
        let server = Scripted::start(three(), move |talk, tag, command| {
            if command.starts_with("UID FETCH") {
                talk.say(&format!("{}\r\n", word.replace("TAG", tag)));
                return Said::All;
            }
            Said::Nothing
        });
        let fault = open(&server).await.look(None).await.unwrap_err();
        assert!(!format!("{fault:?}").contains("secret"), "{fault:?}");
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_is_left() {
    for part in ["", "* 1 FETCH (UID 1 BODY[] {5000}\r\nSubject: o"] {
        let server = Scripted::start(three(), move |talk, _, command| {
            if is_bodies(command) {
                talk.say(part);
                return Said::All;
            }
            Said::Nothing
        });
        let mut source = open(&server).await;
        let began = now();
        assert!(matches!(drain(&mut source).await, Err(Fault::Passing { .. })));
        assert!(began.elapsed() < Duration::from_secs(5));
    }
    let mute = raw(|stream| rest(Duration::from_secs(if stream.peer_addr().is_ok() { 20 } else { 0 })));
    let began = now();
    assert!(matches!(Source::open_with(&settings(mute), quick()).await, Err(Fault::Passing { .. })), "no greeting at all");
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_slow_server_is_not_taken_for_a_silent_one() {
    let server = Scripted::start(three(), |talk, tag, command| {
        if is_bodies(command) && command.contains("1:3") {
            let text = format!("{}{}{}{tag} OK done\r\n", talk.body(1), talk.body(2), talk.body(3));
            for piece in text.as_bytes().chunks(text.len() / 5) {
                talk.give(piece);
                rest(Duration::from_millis(400));
            }
            return Said::All;
        }
        Said::Nothing
    });
    assert_eq!(drain(&mut open(&server).await).await.unwrap().1.len(), 3);
}

#[tokio::test]
async fn of_an_oversize_message_only_the_beginning_is_fetched() {
    let server = Scripted::start(three(), |talk, tag, command| {
        if command.contains("RFC822.SIZE") {
            talk.say(&format!("* 1 FETCH (UID 1 RFC822.SIZE 10)\r\n* 2 FETCH (UID 2 RFC822.SIZE {})\r\n{tag} OK done\r\n", LARGEST + 1));
            return Said::All;
        }
        Said::Nothing
    });
    let (_, arrivals) = drain(&mut open(&server).await).await.unwrap();
    assert_eq!((arrivals[0].cut_from, arrivals[1].cut_from), (None, Some(LARGEST + 1)));
    assert!(server.heard().contains(&"UID FETCH 2 (UID BODY.PEEK[]<0.262144>)".to_owned()));
    assert!(!server.heard().iter().any(|c| c.starts_with("SELECT") || c.contains("BODY[") || c.starts_with("STORE")));
}

#[tokio::test]
async fn a_server_that_does_not_tell_its_next_number_is_searched() {
    let server = Scripted::start(Shop { next: None, ..three() }, |_, _, _| Said::Nothing);
    let mut source = open(&server).await;
    let (look, _) = drain(&mut source).await.unwrap();
    assert_eq!((look.waiting.len(), look.next), (3, 4));
    let again = source.look(Some(Cursor { epoch: look.epoch, next: look.next })).await.unwrap();
    assert_eq!((again.waiting.len(), again.next), (0, 4), "`4:*` names message 3, which was read");
}

#[tokio::test]
async fn a_next_number_that_went_down_is_another_epoch() {
    let server = Scripted::start(three(), |_, _, _| Said::Nothing);
    let mut source = open(&server).await;
    let look = source.look(Some(Cursor { epoch: 7, next: 50 })).await.unwrap();
    assert_eq!((look.waiting.len(), look.next), (3, 4));
    assert_ne!(look.epoch, 7, "message 2 may be another one now");
    assert_eq!(source.fetch(&look.waiting).await.unwrap().len(), 3);
    let again = source.look(Some(Cursor { epoch: look.epoch, next: look.next })).await.unwrap();
    assert_eq!((again.epoch, again.waiting.len()), (look.epoch, 0), "and once told, it stays");
}

#[tokio::test]
async fn a_folder_renumbered_between_look_and_fetch_yields_nothing() {
    let server = Scripted::start(three(), |talk, _, command| {
        if command.contains("Drafts") {
            talk.shop.validity = 8;
        }
        Said::Nothing
    });
    let mut source = open(&server).await;
    let look = source.look(None).await.unwrap();
    source.has_draft("x@y").await.unwrap();
    assert!(matches!(source.fetch(&look.waiting).await, Err(Fault::Passing { .. })));
}

#[tokio::test]
async fn mail_between_idle_and_its_plus_is_not_slept_through() {
    let server = Scripted::start(three(), |talk, tag, command| {
        if command == "IDLE" {
            talk.say("* 4 EXISTS\r\n+ idling\r\n");
            talk.hear();
            talk.say(&format!("{tag} OK done\r\n"));
            return Said::All;
        }
        Said::Nothing
    });
    let mut source = open(&server).await;
    source.look(None).await.unwrap();
    let began = now();
    assert_eq!(source.wait(Duration::from_secs(10)).await.unwrap(), Wake::Mail);
    assert!(began.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_server_without_idle_is_polled() {
    let refusals: [(&str, &str); 3] = [("NO", "TAG NO not here\r\n"), ("BAD", "TAG BAD\r\n"), ("none offered", "")];
    for (says, refusal) in refusals {
        let capabilities = if refusal.is_empty() { "UIDPLUS" } else { "IDLE" }.to_owned();
        let server = Scripted::start(Shop { capabilities, ..three() }, move |talk, tag, command| {
            if command == "IDLE" {
                talk.say(&refusal.replace("TAG", tag));
                return Said::All;
            }
            Said::Nothing
        });
        let poll = MailboxSettings { poll: jiff::SignedDuration::from_millis(300), ..settings(server.port()) };
        let mut source = Source::open_with(&poll, quick()).await.unwrap();
        source.look(None).await.unwrap();
        for _ in 0..3 {
            let began = now();
            assert_eq!(source.wait(Duration::from_secs(30)).await.unwrap(), Wake::Mail, "{says}");
            assert!(began.elapsed() < Duration::from_secs(3), "{says}");
        }
        assert!(server.connections() <= 2, "{says}: a refusal is taken once");
    }
}

#[tokio::test]
async fn a_waiting_line_that_dies_is_noticed_and_mended() {
    // The first waiting connection is cut, the second never answers DONE, the third is good.
    let server = Scripted::start(three(), |talk, _, command| {
        if command != "IDLE" || talk.connection > 3 {
            return Said::Nothing;
        }
        talk.say("+ idling\r\n");
        if talk.connection == 2 {
            return Said::Cut;
        }
        talk.hear();
        talk.hear();
        Said::Cut
    });
    let mut source = open(&server).await;
    source.look(None).await.unwrap();
    let began = now();
    while server.connections() < 4 {
        assert!(matches!(source.wait(Duration::from_secs(2)).await, Ok(Wake::Mail | Wake::Quiet)));
        assert!(began.elapsed() < Duration::from_secs(20));
    }
    assert_eq!(source.look(None).await.unwrap().waiting.len(), 3, "the working connection never noticed");
}

#[tokio::test]
async fn a_draft_is_the_draft_whatever_the_server_says_first() {
    let server = Scripted::start(three(), |talk, tag, command| {
        if command.starts_with("APPEND") {
            talk.say("* 4 EXISTS\r\n* 1 RECENT\r\n* OK still here\r\n");
            talk.take(command);
            talk.say(&format!("* 5 EXISTS\r\n{tag} OK [APPENDUID 7 9] done\r\n"));
            return Said::All;
        }
        Said::Nothing
    });
    let mut source = open(&server).await;
    source.save_draft(b"Subject: draft\r\n\r\nhello\r\n").await.unwrap();
    source.save_draft(b"Subject: second\r\n\r\nhello\r\n").await.unwrap();
    let heard = server.heard();
    assert_eq!(heard.iter().filter(|c| c.starts_with("Subject: ")).count(), 2, "{heard:?}");
    assert_eq!(source.look(None).await.unwrap().waiting.len(), 3, "the line kept step");
}

#[tokio::test]
async fn an_append_that_breaks_off_says_whether_the_draft_may_be_there() {
    for (says, taken, unsure) in [("before the plus", false, false), ("after the message", true, true)] {
        let server = Scripted::start(three(), move |talk, _, command| {
            if command.starts_with("APPEND") {
                if taken {
                    talk.take(command);
                }
                return Said::Cut;
            }
            Said::Nothing
        });
        let fault = open(&server).await.save_draft(b"Subject: draft\r\n\r\n").await.unwrap_err();
        assert_eq!(matches!(fault, Fault::Unsure(_)), unsure, "{says}: {fault}");
    }
    let full = Scripted::start(three(), |talk, tag, command| {
        if command.starts_with("APPEND") {
            talk.take(command);
            talk.say(&format!("{tag} NO [OVERQUOTA] full\r\n"));
            return Said::All;
        }
        Said::Nothing
    });
    let fault = open(&full).await.save_draft(b"Subject: draft\r\n\r\n").await.unwrap_err();
    assert!(matches!(&fault, Fault::Passing { what, .. } if what.contains("OVERQUOTA")), "{fault}");
    assert!(!full.heard().iter().any(|c| c.starts_with("CREATE")));
}

#[tokio::test]
async fn a_drafts_folder_that_cannot_be_made_is_told_to_the_operator() {
    let server = Scripted::start(three(), |talk, tag, command| {
        if command.starts_with("APPEND") || command.starts_with("CREATE") {
            talk.say(&format!("{tag} NO [TRYCREATE] no\r\n"));
            return Said::All;
        }
        Said::Nothing
    });
    let fault = open(&server).await.save_draft(b"x").await.unwrap_err();
    assert!(matches!(&fault, Fault::Permanent(what) if what.contains("Drafts")), "{fault}");
}

#[tokio::test]
async fn each_refused_login_says_whether_it_can_pass() {
    let cases = [
        ("NO [AUTHENTICATIONFAILED] no", true),
        ("NO LOGIN failed.", true),
        ("NO [INUSE] later", false),
        ("NO [UNAVAILABLE] later", false),
        ("NO Too many login failures, try again later", false),
        ("BAD User is authenticated but not connected.", false),
    ];
    for (reply, permanent) in cases {
        let server = Scripted::start(three(), move |talk, tag, command| {
            if command.starts_with("LOGIN") {
                talk.say(&format!("{tag} {reply} secret\r\n"));
                return Said::All;
            }
            Said::Nothing
        });
        let fault = Source::open_with(&settings(server.port()), quick()).await.unwrap_err();
        assert_eq!(matches!(fault, Fault::Permanent(_)), permanent, "{reply}: {fault}");
        assert!(!fault.to_string().contains("secret"));
    }
    let full = Scripted::start(Shop { greeting: "* BYE too many connections".into(), ..three() }, |_, _, _| Said::Nothing);
    assert!(matches!(Source::open_with(&settings(full.port()), quick()).await, Err(Fault::Passing { .. })));
    let odd = Shop { capabilities: " IDLE  X-ODD{5}  ID".into(), ..three() };
    let odd = Scripted::start(odd, |_, _, _| Said::Nothing);
    assert_eq!(drain(&mut open(&odd).await).await.unwrap().1.len(), 3, "two spaces between capabilities keep nobody out");
}

#[tokio::test]
async fn the_password_stays_at_home_when_starttls_is_stripped() {
    for greeting in ["* OK hello", "* PREAUTH hello"] {
        let server = Scripted::start(Shop { greeting: greeting.into(), capabilities: "IDLE".into(), ..three() }, |_, _, _| Said::Nothing);
        let starttls = MailboxSettings { tls: Tls::Starttls, ..settings(server.port()) };
        assert!(matches!(Source::open_with(&starttls, quick()).await, Err(Fault::Permanent(_))), "{greeting}");
        assert!(!server.heard().iter().any(|c| c.contains("LOGIN") || c.contains("secret")));
    }
    let elsewhere = MailboxSettings { host: Some("192.0.2.1".into()), ..settings(143) };
    assert!(matches!(Source::open_with(&elsewhere, quick()).await, Err(Fault::Permanent(_))), "in clear to nobody but this machine");
}

#[tokio::test]
async fn what_is_said_before_tls_is_not_believed_behind_it() {
    let place = tempfile::tempdir().unwrap();
    let trust = Trust::new(place.path(), Flaw::None);
    let config = Arc::new(server_config(&trust));
    let port = raw(move |mut stream| {
        stream.write_all(b"* OK hello\r\n").unwrap();
        line(&mut stream);
        stream.write_all(b"* CAPABILITY IMAP4rev1 STARTTLS\r\nd1 OK done\r\n").unwrap();
        line(&mut stream);
        // One packet: the go-ahead, and answers to commands that are still to come.
        stream.write_all(b"d2 OK go on\r\n* CAPABILITY IMAP4rev1\r\nd3 OK done\r\nd4 OK signed in\r\n").unwrap();
        let session = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
        let mut secured = rustls::StreamOwned::new(session, stream);
        assert_eq!(line(&mut secured), "d3 CAPABILITY");
        secured.write_all(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nd3 OK done\r\n").unwrap();
        assert!(line(&mut secured).starts_with("d4 LOGIN"));
        secured.write_all(b"d4 NO [UNAVAILABLE] honest\r\n").unwrap();
        line(&mut secured);
    });
    let settings = MailboxSettings { tls: Tls::Starttls, ca_file: Some(trust.ca_file.clone()), ..settings(port) };
    let fault = Source::open_with(&settings, quick()).await.unwrap_err();
    assert!(fault.to_string().contains("UNAVAILABLE"), "the honest answer counts: {fault}");
}

#[tokio::test]
async fn a_uid_that_is_no_number_asks_nothing_of_the_server() {
    let server = Scripted::start(three(), |_, _, _| Said::Nothing);
    let mut source = open(&server).await;
    source.look(None).await.unwrap();
    let odd = Waiting { uid: "1:*".into(), size: 1 };
    assert!(matches!(source.fetch(&[odd]).await, Err(Fault::Permanent(_))));
}
