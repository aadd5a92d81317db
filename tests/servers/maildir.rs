//! A Maildir and a folder of files as mailboxes.

use std::fs;
use std::time::Duration;

use usher::channels::Fault;
use usher::channels::mailbox::{LARGEST, Look, MailboxSettings, Room, Source, Wake};

const DRAFT: &[u8] = b"Message-ID: <usher.1@nexam.example>\nSubject: Re: help\n\nHello\n";

#[tokio::test]
async fn a_maildir_is_read_and_drafts_are_put_beside_it() {
    let place = tempfile::tempdir().unwrap();
    let settings = MailboxSettings { maildir: Some(place.path().to_owned()), ..MailboxSettings::default() };
    let mut source = Source::open(&settings).await.unwrap();
    assert!(source.look(None).await.unwrap().waiting.is_empty());
    assert_eq!(source.wait(Duration::from_millis(300)).await.unwrap(), Wake::Quiet);
    fs::write(place.path().join("tmp/1790000003.half"), "From: half").unwrap();
    fs::write(place.path().join("new/1790000002.b"), "From: b@uni.example\n\nb").unwrap();
    fs::write(place.path().join("cur/1790000001.a:2,FS"), "From: a@uni.example\n\na").unwrap();
    assert_eq!(source.wait(Duration::from_secs(5)).await.unwrap(), Wake::Mail);
    let look = source.look(None).await.unwrap();
    let mut uids: Vec<_> = look.waiting.iter().map(|w| w.uid.as_str()).collect();
    uids.sort_unstable();
    assert_eq!(uids, ["1790000001.a", "1790000002.b"], "a half-written file is not there yet");
    // A mail program reads one meanwhile, and deletes the other.
    fs::rename(place.path().join("new/1790000002.b"), place.path().join("cur/1790000002.b:2,S")).unwrap();
    fs::remove_file(place.path().join("cur/1790000001.a:2,FS")).unwrap();
    let arrivals = source.fetch(&look.waiting).await.unwrap();
    assert_eq!(arrivals.len(), 1);
    assert_eq!((arrivals[0].uid.as_str(), arrivals[0].raw.as_slice()), ("1790000002.b", &b"From: b@uni.example\n\nb"[..]));
    assert!(!source.has_draft("usher.1@nexam.example").await.unwrap());
    source.save_draft(DRAFT).await.unwrap();
    assert!(source.has_draft("usher.1@nexam.example").await.unwrap());
    assert!(!source.has_draft("usher.2@nexam.example").await.unwrap());
    let drafts: Vec<_> = fs::read_dir(place.path().join(".Drafts/cur")).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(drafts.len(), 1);
    assert!(drafts[0].to_str().unwrap().ends_with(":2,DS"));
    assert!(fs::read(&drafts[0]).unwrap().starts_with(b"Message-ID: <usher.1@nexam.example>\r\n"));
}

#[tokio::test]
async fn a_folder_takes_whole_files_and_leaves_those_that_grow() {
    let place = tempfile::tempdir().unwrap();
    let settings = MailboxSettings { folder: Some(place.path().to_owned()), ..MailboxSettings::default() };
    let mut source = Source::open(&settings).await.unwrap();
    fs::write(place.path().join("1.eml"), "From: a@uni.example\n\na").unwrap();
    fs::write(place.path().join("notes.txt"), "no mail").unwrap();
    let growing = place.path().join("2.eml");
    let writer = tokio::spawn({
        let growing = growing.clone();
        async move {
            let clock = usher::clock::System;
            let mut text = "From: b@uni.example\n\n".to_owned();
            for _ in 0..40 {
                text.push_str("more\n");
                fs::write(&growing, &text).unwrap();
                usher::clock::Clock::rest(&clock, Duration::from_millis(100)).await;
            }
        }
    });
    let look = source.look(None).await.unwrap();
    assert_eq!(look.waiting.iter().map(|w| w.uid.as_str()).collect::<Vec<_>>(), ["1.eml"]);
    writer.await.unwrap();
    let look = source.look(None).await.unwrap();
    assert_eq!(look.waiting.len(), 2);
    let arrivals = source.fetch(&look.waiting).await.unwrap();
    assert_eq!(arrivals.iter().find(|a| a.uid == "2.eml").unwrap().raw, fs::read(&growing).unwrap());
    source.save_draft(DRAFT).await.unwrap();
    source.save_sent(DRAFT).await.unwrap();
    assert!(source.has_draft("usher.1@nexam.example").await.unwrap() && source.has_sent("usher.1@nexam.example").await.unwrap());
    assert_eq!(source.look(None).await.unwrap().waiting.len(), 2, "drafts are no mail");
    fs::write(place.path().join("Drafts/by-hand.eml"), "Subject: x\nMessage-Id: <by.hand@nexam.example>\n\n").unwrap();
    assert!(source.has_draft("by.hand@nexam.example").await.unwrap());
}

#[tokio::test]
async fn drafts_and_sent_mail_on_disk_are_found_and_one_draft_is_taken_away() {
    let (maildir, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let kinds = [
        MailboxSettings { maildir: Some(maildir.path().to_owned()), ..MailboxSettings::default() },
        MailboxSettings { folder: Some(folder.path().to_owned()), ..MailboxSettings::default() },
    ];
    for settings in kinds {
        let mut source = Source::open(&settings).await.unwrap();
        assert_eq!(source.look_in(Room::Sent, None).await.unwrap(), Look { epoch: 0, waiting: Vec::new(), next: 1 });
        assert!(source.standing(Room::Drafts, "usher.1@nexam.example", "t.7@nexam.example").await.unwrap().is_empty());
        source.save_draft(DRAFT).await.unwrap();
        source.save_draft(b"Message-ID: <hand@nexam.example>\nReferences: <a@b>\n <t.7@nexam.example>\n\nBonjour\n").await.unwrap();
        source.save_draft(b"Message-ID: <usher.11@nexam.example>\nSubject: t.7@nexam.example\n\nother\n").await.unwrap();
        let standing = source.standing(Room::Drafts, "usher.1@nexam.example", "t.7@nexam.example").await.unwrap();
        assert_eq!(standing.len(), 2);
        let by_id = source.standing(Room::Drafts, "usher.1@nexam.example", "").await.unwrap();
        assert!(by_id[0].raw.ends_with(b"\r\n\r\nHello\r\n"));
        source.remove_draft(&by_id[0].uid).await.unwrap();
        source.remove_draft(&by_id[0].uid).await.expect("gone already is gone");
        source.remove_draft("../../new/x").await.expect("no such draft");
        assert_eq!(source.look_in(Room::Drafts, None).await.unwrap().waiting.len(), 2);
        source.save_sent(b"Received: x\nMessage-ID: <sent@nexam.example>\nSubject: a\n b\n\nTo: body\n").await.unwrap();
        let sent = source.look_in(Room::Sent, None).await.unwrap();
        let heads = source.heads(Room::Sent, sent.epoch, &sent.waiting).await.unwrap();
        assert_eq!(heads[0].raw, b"Message-ID: <sent@nexam.example>\r\nSubject: a\r\n b\r\n");
        assert_eq!(heads[0].cut_from, Some(sent.waiting[0].size));
        assert!(source.look(None).await.unwrap().waiting.is_empty(), "none of it is mail that came");
    }
    let place = maildir.path().join(".Drafts/cur");
    let left = fs::read_dir(&place).unwrap().map(|e| e.unwrap().path()).find(|p| fs::read(p).unwrap().starts_with(b"Message-ID: <hand"));
    let left = left.unwrap();
    fs::rename(&left, format!("{}T", left.display())).unwrap();
    let settings = MailboxSettings { maildir: Some(maildir.path().to_owned()), ..MailboxSettings::default() };
    let mut source = Source::open(&settings).await.unwrap();
    assert!(source.standing(Room::Drafts, "", "t.7@nexam.example").await.unwrap().is_empty(), "trashed is gone");
}

#[tokio::test]
async fn of_an_oversize_file_only_the_beginning_is_read() {
    let place = tempfile::tempdir().unwrap();
    let big = fs::File::create(place.path().join("big.eml")).unwrap();
    big.set_len(LARGEST + 1).unwrap();
    let settings = MailboxSettings { folder: Some(place.path().to_owned()), ..MailboxSettings::default() };
    let mut source = Source::open(&settings).await.unwrap();
    let look = source.look(None).await.unwrap();
    let arrivals = source.fetch(&look.waiting).await.unwrap();
    assert_eq!((arrivals[0].raw.len(), arrivals[0].cut_from), (256 * 1024, Some(LARGEST + 1)));
}

#[tokio::test]
async fn settings_that_name_no_mailbox_or_two_are_told() {
    let none = MailboxSettings::default();
    let two = MailboxSettings { host: Some("localhost".into()), folder: Some("/tmp".into()), ..MailboxSettings::default() };
    let missing = MailboxSettings { folder: Some("/nowhere/at/all".into()), ..MailboxSettings::default() };
    for settings in [none, two, missing] {
        assert!(matches!(Source::open(&settings).await, Err(Fault::Permanent(_))));
    }
}
