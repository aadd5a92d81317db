//! The folders beside the inbox: what stands in the drafts and the sent folder, and the one draft that is taken away.

use usher::channels::Fault;
use usher::channels::mailbox::{Cursor, Look, MailboxSettings, Room, Source, Standing};
use usher::channels::tls::Tls;

use crate::house::dovecot::Dovecot;
use crate::house::scripted::{Said, Scripted, Shop};
use crate::imap::{mail, settings};
use crate::imap_faults::{open, three};

const ID: &str = "usher.1@nexam.example";
const TOKEN: &str = "ticket.7@nexam.example";

/// The draft itself, and an answer that a person began by hand.
const MEANT: [&[u8]; 2] = [
    b"Message-ID: <usher.1@nexam.example>\r\nSubject: Re: help\r\n\r\nHello\r\n",
    b"Message-ID: <by.hand@nexam.example>\r\nReferences: <a@uni.example>\r\n <ticket.7@nexam.example>\r\n\r\nBonjour\r\n",
];

/// What a server that searches for parts of words finds as well.
const OTHERS: [&[u8]; 4] = [
    b"Message-ID: <not.usher.1@nexam.example>\r\n\r\n1\r\n",
    b"Message-ID: <usher.1@nexam.example.org>\r\n\r\n2\r\n",
    b"Message-ID: <b@c.example>\r\nReferences: <ticket.7@nexam.example.org>\r\n\r\n3\r\n",
    b"Message-ID: <c@c.example>\r\nSubject: <ticket.7@nexam.example>\r\n\r\n<usher.1@nexam.example>\r\n",
];

async fn with_drafts(dovecot: &Dovecot) -> Source {
    let mut source = Source::open(&settings(dovecot, Tls::Implicit)).await.unwrap();
    for draft in MEANT.into_iter().chain(OTHERS) {
        source.save_draft(draft).await.unwrap();
    }
    source
}

fn texts(standing: &[Standing]) -> Vec<&[u8]> {
    standing.iter().map(|s| s.raw.as_slice()).collect()
}

/// What lies in the drafts folder, in the order of the bytes: the names of the files do not tell which came first.
fn in_drafts(dovecot: &Dovecot) -> Vec<Vec<u8>> {
    sorted(dovecot.drafts())
}

fn sorted(mut mails: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    mails.sort();
    mails
}

/// Marks this draft as deleted, as another program would.
fn mark_deleted(dovecot: &Dovecot, mail: &[u8]) {
    let files = dovecot.folder_files("Drafts");
    dovecot.flag(files.iter().find(|path| std::fs::read(path).unwrap() == unix(mail)).unwrap(), 'T');
}

/// As Dovecot keeps it.
fn unix(mail: &[u8]) -> Vec<u8> {
    mail.iter().copied().filter(|b| *b != b'\r').collect()
}

#[tokio::test]
async fn a_draft_is_found_by_its_id_and_by_a_token_in_its_references() {
    let dovecot = Dovecot::start();
    let mut source = with_drafts(&dovecot).await;
    let cases: [(&str, &str, &[&[u8]]); 6] = [
        (ID, TOKEN, &MEANT),
        (ID, "", &MEANT[..1]),
        ("", TOKEN, &MEANT[1..]),
        ("usher.1@nexam", "ticket.7", &[]),
        ("", "", &[]),
        ("a\r\nX LOGOUT", "tïcket", &[]),
    ];
    for (id, token, expected) in cases {
        assert_eq!(texts(&source.standing(Room::Drafts, id, token).await.unwrap()), expected, "{id:?} {token:?}");
    }
    source.save_sent(MEANT[1]).await.unwrap();
    assert_eq!(texts(&source.standing(Room::Sent, ID, TOKEN).await.unwrap()), MEANT[1..]);
}

#[tokio::test]
async fn a_removed_draft_leaves_every_other_mail() {
    let dovecot = Dovecot::start();
    (0..2).for_each(|n| dovecot.deliver(&mail(n)));
    let mut source = with_drafts(&dovecot).await;
    let inbox = source.look(None).await.unwrap();
    // Somebody else marked a draft of their own as deleted, and has not expunged yet.
    mark_deleted(&dovecot, OTHERS[1]);
    let standing = source.standing(Room::Drafts, ID, "").await.unwrap();
    assert_eq!(standing.len(), 1);
    source.remove_draft(&standing[0].uid).await.unwrap();
    assert!(source.standing(Room::Drafts, ID, "").await.unwrap().is_empty() && !source.has_draft(ID).await.unwrap());
    let rest = sorted(MEANT[1..].iter().chain(&OTHERS).map(|m| unix(m)).collect());
    assert_eq!(in_drafts(&dovecot), rest);
    source.remove_draft(&standing[0].uid).await.expect("gone already is gone");
    assert_eq!(in_drafts(&dovecot), rest);
    assert_eq!(source.fetch(&inbox.waiting).await.unwrap().len(), 2, "the inbox is read as before");
    assert!(matches!(source.remove_draft("1:*").await, Err(Fault::Permanent(_))));
}

#[tokio::test]
async fn a_draft_that_somebody_marked_as_deleted_does_not_stand_any_more() {
    let dovecot = Dovecot::start();
    let mut source = with_drafts(&dovecot).await;
    mark_deleted(&dovecot, MEANT[0]);
    assert_eq!(texts(&source.standing(Room::Drafts, ID, TOKEN).await.unwrap()), MEANT[1..]);
}

#[tokio::test]
async fn heads_are_the_lines_that_a_fetch_would_bring() {
    let dovecot = Dovecot::start();
    (0..450).for_each(|n| dovecot.deliver(&mail(n)));
    dovecot
        .deliver(b"Received: from x\r\nsubject: =?utf-8?q?a?=\r\n\tb\r\nDate: Mon, 1 Jan 2026 10:00:00 +0000\r\nX-Odd: 1\r\n\r\nTo: x\r\n");
    dovecot.deliver(b"X-Odd: 1\r\n\r\nFrom: body\r\n");
    let mut source = Source::open(&settings(&dovecot, Tls::Implicit)).await.unwrap();
    let look = source.look_in(Room::Inbox, None).await.unwrap();
    let heads = source.heads(Room::Inbox, look.epoch, &look.waiting).await.unwrap();
    let mails = source.fetch(&look.waiting).await.unwrap();
    assert_eq!(heads.len(), 452);
    for (head, mail) in heads.iter().zip(&mails).take(450) {
        let whole = String::from_utf8_lossy(&mail.raw);
        assert_eq!(String::from_utf8_lossy(&head.raw), format!("{}\r\n", whole.split("\r\n\r\n").next().unwrap()));
        assert_eq!((&head.uid, head.cut_from), (&mail.uid, Some(mail.raw.len() as u64)));
    }
    assert_eq!(heads[450].raw, b"subject: =?utf-8?q?a?=\r\n\tb\r\nDate: Mon, 1 Jan 2026 10:00:00 +0000\r\n");
    assert_eq!(heads[451].raw, b"", "a mail with none of the fields is there all the same");
    // One is taken away meanwhile.
    std::fs::remove_file(&dovecot.inbox_files()[1]).unwrap();
    assert_eq!(dovecot.inbox_count(), 451);
    let look = source.look_in(Room::Inbox, None).await.unwrap();
    assert_eq!(source.heads(Room::Inbox, look.epoch, &look.waiting).await.unwrap().len(), 451);
    assert!(matches!(source.heads(Room::Inbox, look.epoch + 1, &look.waiting).await, Err(Fault::Passing { .. })), "another epoch");
}

#[tokio::test]
async fn the_sent_folder_is_watched_by_a_cursor_of_its_own() {
    let dovecot = Dovecot::start();
    dovecot.deliver(&mail(1));
    let mut source = Source::open(&settings(&dovecot, Tls::Implicit)).await.unwrap();
    let inbox = source.look(None).await.unwrap();
    source.save_sent(MEANT[0]).await.unwrap();
    let first = source.look_in(Room::Sent, None).await.unwrap();
    assert_eq!((first.waiting.len(), first.next), (1, 2));
    source.save_sent(MEANT[1]).await.unwrap();
    let second = source.look_in(Room::Sent, Some(Cursor { epoch: first.epoch, next: first.next })).await.unwrap();
    assert_eq!(second.waiting.iter().map(|w| w.uid.as_str()).collect::<Vec<_>>(), ["2"]);
    let heads = source.heads(Room::Sent, second.epoch, &second.waiting).await.unwrap();
    assert!(heads[0].raw.starts_with(b"Message-ID: <by.hand@nexam.example>"));
    assert_eq!(source.fetch(&inbox.waiting).await.unwrap()[0].raw, mail(1), "the inbox has its own numbers");
}

#[tokio::test]
async fn a_missing_drafts_folder_is_made_whatever_its_name() {
    let dovecot = Dovecot::without_marks();
    let named = MailboxSettings { drafts: "Réponses \"R&D\"".into(), ..settings(&dovecot, Tls::None) };
    let mut source = Source::open(&named).await.unwrap();
    assert!(!source.has_draft("usher.1@nexam.example").await.unwrap());
    source.save_draft(b"Message-ID: <usher.1@nexam.example>\r\n\r\n").await.unwrap();
    assert!(source.has_draft("usher.1@nexam.example").await.unwrap());
    let impossible = MailboxSettings { drafts: "a\r\nX LOGOUT".into(), ..settings(&dovecot, Tls::None) };
    let mut source = Source::open(&impossible).await.unwrap();
    assert!(matches!(source.save_draft(b"x").await, Err(Fault::Permanent(_))));
}

#[tokio::test]
async fn a_folder_that_the_server_marks_is_used_where_the_named_one_is_missing() {
    let dovecot = Dovecot::start();
    let named = MailboxSettings { drafts: "Brouillons".into(), sent: "Envoyés".into(), ..settings(&dovecot, Tls::None) };
    let mut source = Source::open(&named).await.unwrap();
    source.save_draft(MEANT[0]).await.unwrap();
    assert!(source.has_draft(ID).await.unwrap());
    assert_eq!(dovecot.drafts(), [unix(MEANT[0])]);
    source.save_sent(MEANT[1]).await.unwrap();
    assert_eq!(dovecot.folder("Sent"), [unix(MEANT[1])]);
}

/// A server whose folders are these lines of LIST; the folders of the settings are among them or do not exist.
fn with_folders(offers: &str, folders: &'static [&'static str]) -> Scripted {
    let shop = Shop { capabilities: offers.into(), ..three() };
    Scripted::start(shop, move |talk, tag, command| {
        let (word, name) = command.split_once(' ').unwrap_or((command, ""));
        let there = |name: &str| folders.iter().any(|f| f.ends_with(name));
        let name = name.split(" (").next().unwrap_or_default();
        match word {
            "LIST" if command.contains("\"*\"") => {
                let listed: String = folders.iter().map(|f| format!("* LIST {f}\r\n")).collect();
                talk.say(&format!("{listed}{tag} OK done\r\n"));
            }
            "LIST" => {
                let asked = name.trim_start_matches("\"\" ");
                let listed = if there(asked) { format!("* LIST () \"/\" {asked}\r\n") } else { String::new() };
                talk.say(&format!("{listed}{tag} OK done\r\n"));
            }
            "EXAMINE" | "SELECT" if name != "\"INBOX\"" && !there(name) => talk.say(&format!("{tag} NO no such folder\r\n")),
            "APPEND" if !there(name) => talk.say(&format!("{tag} NO [TRYCREATE] no such folder\r\n")),
            "CREATE" => talk.say(&format!("{tag} NO not allowed\r\n")),
            _ => return Said::Nothing,
        }
        Said::All
    })
}

#[tokio::test]
async fn the_name_in_the_settings_wins_and_a_mark_comes_next() {
    const GMAIL: &[&str] = &[
        r#"(\HasChildren \Noselect) "/" "[Gmail]""#,
        r#"(\HasNoChildren \Drafts) "/" "[Gmail]/Drafts""#,
        r#"(\HasNoChildren \Sent) "/" "[Gmail]/Sent Mail""#,
    ];
    const BOTH: &[&str] = &[r#"() "/" "Drafts""#, r#"(\Drafts) "/" "Entwürfe""#, r#"(\drafts) "/" "[Gmail]/Drafts""#];
    const ODD: &[&str] = &[r#"(\Noselect \Drafts) "/" "Away""#, r#"(\Drafts) "/" "a\"b""#];
    const GERMAN: &[&str] = &[ODD[0], ODD[1], r#"(\Drafts) "/" "Entw&APw-rfe""#, r#"(\Drafts) "/" "Second""#];
    let cases: [(&str, &str, &'static [&'static str], Option<&str>); 6] = [
        ("marked in a plain LIST", "UIDPLUS", GMAIL, Some("\"[Gmail]/Drafts\"")),
        ("marked when asked", "UIDPLUS SPECIAL-USE LIST-EXTENDED", GMAIL, Some("\"[Gmail]/Drafts\"")),
        ("named and marked", "UIDPLUS SPECIAL-USE", BOTH, Some("\"Drafts\"")),
        ("marks that cannot be used", "UIDPLUS SPECIAL-USE", ODD, None),
        ("the first mark that can, as the server writes it", "UIDPLUS SPECIAL-USE", GERMAN, Some("\"Entw&APw-rfe\"")),
        ("nothing", "UIDPLUS", &[], None),
    ];
    for (says, offers, folders, expected) in cases {
        let server = with_folders(offers, folders);
        let mut source = open(&server).await;
        let saved = source.save_draft(MEANT[0]).await;
        let _ = source.has_draft(ID).await;
        let _ = source.has_sent(ID).await;
        let heard = server.heard();
        match expected {
            Some(name) => {
                saved.unwrap();
                assert!(heard.iter().any(|c| c.starts_with(&format!("EXAMINE {name}"))), "{says}: {heard:?}");
                assert!(!heard.iter().any(|c| c.starts_with("CREATE")), "{says}");
            }
            None => assert!(matches!(saved, Err(Fault::Permanent(what)) if what.contains("Drafts")), "{says}: {heard:?}"),
        }
        let asked = heard.iter().filter(|c| c.contains("\"*\"")).collect::<Vec<_>>();
        assert!(asked.len() <= server.connections(), "{says}: once a connection is enough: {asked:?}");
        assert_eq!(asked.iter().any(|c| c.ends_with("RETURN (SPECIAL-USE)")), offers.contains("LIST-EXTENDED"), "{says}");
    }
}

#[tokio::test]
async fn a_folder_that_does_not_exist_is_empty() {
    let server = with_folders("UIDPLUS", &[]);
    let mut source = open(&server).await;
    assert_eq!(source.look_in(Room::Sent, None).await.unwrap(), Look { epoch: 0, waiting: Vec::new(), next: 1 });
    assert!(source.standing(Room::Drafts, ID, TOKEN).await.unwrap().is_empty());
    assert!(!source.has_sent(ID).await.unwrap());
    source.remove_draft("3").await.expect("gone already is gone");
    assert!(!server.heard().iter().any(|c| c.starts_with("UID STORE")));
    assert_eq!(source.look(None).await.unwrap().waiting.len(), 3, "the line kept step");
}

fn drafts(capabilities: &str) -> Shop {
    let text = |m: &[u8]| String::from_utf8_lossy(m).into_owned();
    let mails: Vec<String> = MEANT.iter().chain(&OTHERS).map(|m| text(m)).collect();
    Shop { capabilities: capabilities.into(), ..Shop::with(&mails.iter().map(String::as_str).collect::<Vec<_>>()) }
}

#[tokio::test]
async fn only_the_one_draft_is_expunged_and_only_where_that_can_be_said() {
    for (capabilities, expunged) in [("UIDPLUS", Some("UID EXPUNGE 1")), ("IDLE", None)] {
        let server = Scripted::start(drafts(capabilities), |_, _, _| Said::Nothing);
        let mut source = open(&server).await;
        let standing = source.standing(Room::Drafts, ID, TOKEN).await.unwrap();
        assert_eq!(texts(&standing), MEANT, "{capabilities}: what merely looks like it is left out");
        source.remove_draft(&standing[0].uid).await.unwrap();
        source.has_draft(ID).await.unwrap();
        let heard = server.heard();
        let stores: Vec<_> = heard.iter().filter(|c| c.contains("STORE")).collect();
        assert_eq!(stores, ["UID STORE 1 +FLAGS.SILENT (\\Deleted)"]);
        assert_eq!(heard.iter().find(|c| c.contains("EXPUNGE")).map(String::as_str), expunged, "{heard:?}");
        assert_eq!(heard.iter().filter(|c| c.starts_with("SELECT")).count(), 1);
        let after = heard.iter().skip_while(|c| !c.contains("STORE")).find(|c| c.starts_with("EXAMINE"));
        assert_eq!(after.map(String::as_str), Some("EXAMINE \"Drafts\""), "what was open for writing is opened anew for reading");
    }
}

#[tokio::test]
async fn a_draft_is_removed_only_under_the_number_it_was_found_by() {
    let server = Scripted::start(drafts("UIDPLUS"), |talk, _, command| {
        if command.starts_with("SELECT") {
            talk.shop.validity = 8;
        }
        Said::Nothing
    });
    let mut source = open(&server).await;
    assert!(matches!(source.remove_draft("1").await, Err(Fault::Passing { .. })), "nobody asked what stands there");
    let standing = source.standing(Room::Drafts, ID, TOKEN).await.unwrap();
    assert!(matches!(source.remove_draft(&standing[0].uid).await, Err(Fault::Passing { .. })), "renumbered meanwhile");
    assert!(!server.heard().iter().any(|c| c.contains("STORE")));
}

#[tokio::test]
async fn a_head_that_nobody_can_read_stops_no_other() {
    let server = Scripted::start(drafts("UIDPLUS"), |talk, tag, command| {
        let second = ["1:6 ", "1:3 ", "2:3 ", "2 "].iter().any(|set| command.starts_with(&format!("UID FETCH {set}")));
        if second && command.contains("HEADER.FIELDS") {
            talk.say(&format!("* 2 FETCH UID the secret text\r\n{tag} OK done\r\n"));
            return Said::All;
        }
        Said::Nothing
    });
    let mut source = open(&server).await;
    let look = source.look(None).await.unwrap();
    let heads = source.heads(Room::Inbox, look.epoch, &look.waiting).await.unwrap();
    assert_eq!(heads.iter().map(|h| h.uid.as_str()).collect::<Vec<_>>(), ["1", "2", "3", "4", "5", "6"]);
    assert_eq!(heads.iter().map(|h| h.raw.is_empty()).collect::<Vec<_>>(), [false, true, false, false, false, false]);
}
