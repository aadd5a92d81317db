//! Conversations among real servers: who answers what, what becomes of the draft, and what nobody answers twice.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;
use usher::clock::{Clock as _, System};

use crate::house::dovecot::Dovecot;
use crate::house::smtp::SmtpSink;
use crate::post::{Post, answering, header, request, two_people};

const BO: &str = "bo.lund@uni.example";
const REFUSED: &str = "My invitation code is not accepted, it says it is invalid.";

/// Bo asks; the reply that leaves by itself. Then the mailbox, the sink and everything beside them.
struct Answered {
    dovecot: Dovecot,
    sink: SmtpSink,
    post: Post,
    _register: tempfile::TempDir,
    reply_id: String,
}

fn answered() -> Answered {
    let (dovecot, sink, register) = (Dovecot::start(), SmtpSink::start(), two_people());
    let post = Post::with(&dovecot, register.path(), &answering(&sink, "0s"));
    post.begin();
    dovecot.deliver(&request(BO, "first", REFUSED));
    post.drain();
    let sent = sink.mails();
    assert_eq!(sent.len(), 1, "Bo's is answered");
    let reply_id = header(&sent[0].raw, "Message-ID").unwrap();
    Answered { dovecot, sink, post, _register: register, reply_id }
}

/// A mail that answers `reference`.
fn answer(from: &str, id: &str, reference: &str, text: &str) -> Vec<u8> {
    let mail = String::from_utf8(request(from, id, text)).unwrap();
    let threaded = format!("In-Reply-To: {reference}\r\nReferences: <first@uni.example> {reference}\r\nSubject: Re: invitation code");
    mail.replace("Subject: invitation code", &threaded).into_bytes()
}

fn fates(post: &Post) -> Vec<String> {
    post.ledger().iter().map(|row| row["fate"].as_str().unwrap().to_owned()).collect()
}

fn outbox(post: &Post) -> Vec<Value> {
    let out = post.usher(&["outbox", "--all", "--json"]).output().unwrap();
    String::from_utf8(out.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text(raw: &[u8]) -> String {
    String::from_utf8_lossy(raw).replace("\r\n", "\n").replace("=\n", "")
}

#[test]
fn whoever_answers_a_reply_by_machine_continues_the_ticket_and_meets_a_person() {
    let house = answered();
    house.dovecot.deliver(&answer(BO, "second", &house.reply_id, "It still says that the code is not accepted. What now?"));
    house.post.drain();
    assert_eq!(fates(&house.post), ["ticket", "follow-up"]);
    assert_eq!(house.sink.mails().len(), 1, "no second reply by machine");
    let drafts = house.dovecot.drafts();
    assert_eq!(drafts.len(), 1, "a person answers now");
    assert_eq!(header(&drafts[0], "In-Reply-To").as_deref(), Some("<second@uni.example>"));
}

#[test]
fn thanks_for_a_reply_close_the_ticket_and_a_vacation_notice_changes_nothing() {
    let house = answered();
    let away = String::from_utf8(answer(BO, "away", &house.reply_id, "I am out of the office until Monday.")).unwrap();
    house.dovecot.deliver(away.replace("MIME-Version", "Auto-Submitted: auto-replied\r\nMIME-Version").as_bytes());
    house.dovecot.deliver(&answer(BO, "thanks", &house.reply_id, "It works now, thank you very much!"));
    house.post.drain();
    assert_eq!(fates(&house.post), ["ticket", "ignored", "follow-up"]);
    assert!(house.dovecot.drafts().is_empty() && house.sink.mails().len() == 1);
}

#[test]
fn a_stranger_who_knows_the_message_id_opens_a_ticket_of_their_own() {
    let house = answered();
    house.dovecot.deliver(&answer("eve@elsewhere.example", "eve", &house.reply_id, REFUSED));
    house.post.drain();
    assert_eq!(fates(&house.post), ["ticket", "ticket"]);
    assert_eq!(house.sink.mails().len(), 1);
}

#[test]
fn our_own_reply_that_somebody_forwards_back_is_not_answered() {
    let house = answered();
    let own =
        String::from_utf8(house.sink.mails()[0].raw.clone()).unwrap().replace("From: support@nexam.example", "From: forwarder@uni.example");
    house.dovecot.deliver(own.replace("Auto-Submitted: auto-replied\r\n", "").replace("X-Auto-Response-Suppress: All\r\n", "").as_bytes());
    house.post.drain();
    assert_eq!(fates(&house.post), ["ticket", "ignored"]);
}

#[test]
fn a_reply_that_bounces_opens_its_ticket_again() {
    let house = answered();
    let bounce = format!(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.uni.example\r\nTo: support@nexam.example\r\nSubject: Undelivered Mail Returned to Sender\r\n\
         Date: Fri, 27 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nThe mailbox is full.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.uni.example\r\n\r\nFinal-Recipient: rfc822; {BO}\r\nAction: failed\r\nStatus: 5.2.2\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {}\r\nTo: {BO}\r\n\r\n--b--\r\n",
        house.reply_id
    );
    house.dovecot.deliver(bounce.as_bytes());
    house.post.drain();
    let ledger = house.post.ledger();
    assert!(ledger[1]["fate"] == "ignored" && ledger[1]["why"].as_str().unwrap().contains("came back (T-1)"), "{ledger:?}");
    assert_eq!(outbox(&house.post)[0]["state"], "returned");
}

/// Bo's request is drafted, not answered; the draft stands in the folder.
fn drafted() -> (Dovecot, Post, tempfile::TempDir) {
    let (dovecot, register) = (Dovecot::start(), two_people());
    let post = Post::with(&dovecot, register.path(), "");
    dovecot.deliver(&request(BO, "first", REFUSED));
    post.drain();
    assert_eq!(dovecot.drafts().len(), 1);
    (dovecot, post, register)
}

#[test]
fn a_newer_message_replaces_the_draft_in_the_folder() {
    let (dovecot, post, _register) = drafted();
    let old = header(&dovecot.drafts()[0], "Message-ID").unwrap();
    dovecot.deliver(&answer(BO, "second", &old, "I forgot my password too, and cannot log in."));
    post.drain();
    let drafts = dovecot.drafts();
    assert_eq!(drafts.len(), 1, "one draft a ticket");
    assert_eq!(header(&drafts[0], "In-Reply-To").as_deref(), Some("<second@uni.example>"));
}

#[test]
fn a_draft_that_a_person_changed_is_left_and_no_second_one_put_beside_it() {
    let (dovecot, post, _register) = drafted();
    let file = dovecot.folder_files("Drafts").remove(0);
    let old = fs::read(&file).unwrap();
    let id = header(&old, "Message-ID").unwrap();
    // A mail program keeps the references and makes a message of its own.
    let changed = String::from_utf8(old).unwrap().replace(&id, "<edited@uni.example>").replace("Hello", "Dear Bo");
    fs::write(&file, changed).unwrap();
    dovecot.deliver(&answer(BO, "second", &id, "I forgot my password too, and cannot log in."));
    post.drain();
    let drafts = dovecot.drafts();
    assert!(drafts.len() == 1 && text(&drafts[0]).contains("Dear Bo"), "{}", text(&drafts[0]));
}

#[test]
fn an_answer_from_a_persons_own_mail_program_takes_the_draft_away() {
    let (dovecot, post, _register) = drafted();
    post.watch_for_a_while();
    let token = header(&dovecot.drafts()[0], "References").unwrap();
    let date = System.now().strftime("%a, %d %b %Y %H:%M:%S +0000");
    let own = format!(
        "From: support@nexam.example\r\nTo: {BO}\r\nSubject: Re: invitation code\r\nDate: {date}\r\n\
         Message-ID: <own@desk.example>\r\nIn-Reply-To: <first@uni.example>\r\nReferences: {token}\r\n\r\nHello Bo, this is Lea.\r\n"
    );
    dovecot.put("Sent", own.as_bytes());
    post.watch_for_a_while();
    assert!(dovecot.drafts().is_empty(), "it was answered");
}

#[test]
fn everybody_who_is_proven_to_write_gets_the_same_acknowledgement_once() {
    let (dovecot, sink, register) = (Dovecot::start(), SmtpSink::start(), two_people());
    let more = answering(&sink, "0s").replace("automatic = [\"code_expired\"]", "automatic = []\nacknowledge = true");
    let post = Post::with(&dovecot, register.path(), &more);
    post.begin();
    for (from, id) in [(BO, "bo"), ("nobody@uni.example", "nobody")] {
        dovecot.deliver(&request(from, id, REFUSED));
    }
    let forged = String::from_utf8(request("ada.roy@uni.example", "forged", REFUSED)).unwrap().replace("dmarc=pass", "dmarc=fail");
    dovecot.deliver(forged.as_bytes());
    post.drain();
    let bodies: Vec<String> = sink.mails().iter().map(|mail| text(&mail.raw).split_once("\n\n").unwrap().1.to_owned()).collect();
    assert_eq!(bodies.len(), 2, "not the one whose sender is not proven");
    assert_eq!(bodies[0], bodies[1], "registered or not");
    assert!(bodies[0].contains("a person will read it"), "{}", bodies[0]);
    assert_eq!(dovecot.drafts().len(), 3, "each waits for a person all the same");
    let again = header(&sink.mails()[0].raw, "Message-ID").unwrap();
    dovecot.deliver(&answer(BO, "second", &again, REFUSED));
    post.drain();
    assert_eq!(sink.mails().len(), 2, "once a ticket");
}

#[test]
fn what_was_there_before_usher_is_never_answered_by_machine() {
    for start in ["all", "now"] {
        let (dovecot, sink, register) = (Dovecot::start(), SmtpSink::start(), two_people());
        let more = answering(&sink, "0s").replace("[replies]", "[replies]\nacknowledge = true");
        let post = Post::with(&dovecot, register.path(), &more);
        post.set("start = \"all\"", &format!("start = \"{start}\""));
        dovecot.deliver(&request(BO, "old", REFUSED));
        post.drain();
        assert!(sink.mails().is_empty(), "{start}");
        assert_eq!(dovecot.drafts().len(), usize::from(start == "all"), "{start}");
        dovecot.deliver(&request(BO, "new", "My invitation code is not accepted today either, it says it is invalid."));
        post.drain();
        assert_eq!(sink.mails().len(), 1, "{start}: what comes after is");
    }
}

#[test]
fn in_shadow_it_is_told_what_would_have_been_sent() {
    let (dovecot, sink, register) = (Dovecot::start(), SmtpSink::start(), two_people());
    let post = Post::with(&dovecot, register.path(), &answering(&sink, "0s").replace("[\"code_expired\"]", "[]"));
    post.begin();
    dovecot.deliver(&request(BO, "first", REFUSED));
    let out = post.usher(&["serve", "--until-idle"]).output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(said.contains("1 replies would have been sent"), "{said}");
    assert!(sink.mails().is_empty() && dovecot.drafts().len() == 1);
    assert_eq!(outbox(&post)[0]["state"], "shadow");
}

#[test]
fn a_renumbered_mailbox_brings_no_ticket_twice_and_no_history_back() {
    let (mut dovecot, register) = (Dovecot::start(), two_people());
    let post = Post::with(&dovecot, register.path(), "");
    post.set("start = \"all\"", "start = \"now\"");
    dovecot.deliver(&request("old@uni.example", "old", "My code is refused."));
    post.drain();
    dovecot.deliver(&request(BO, "first", REFUSED));
    post.drain();
    assert_eq!(fates(&post), ["history", "ticket"]);
    for round in 0..2 {
        dovecot.reset_uid_validity();
        let out = post.usher(&["serve", "--until-idle"]).output().unwrap();
        assert!(String::from_utf8_lossy(&out.stderr).contains("2 are known, 0 are taken in"), "{}", String::from_utf8_lossy(&out.stderr));
        assert_eq!(fates(&post), ["history", "ticket"], "round {round}");
    }
    assert_eq!(dovecot.drafts().len(), 1);
    let again = post.usher(&["ledger", "reconcile"]).output().unwrap();
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stdout));
}

#[test]
fn a_form_speaks_for_whom_it_names_and_proves_nobody() {
    let (dovecot, sink, register) = (Dovecot::start(), SmtpSink::start(), two_people());
    let post = Post::with(&dovecot, register.path(), &answering(&sink, "0s"));
    post.set("authserv_id", "forms = [\"form@nexam.example\"]\nauthserv_id");
    post.begin();
    let mail = String::from_utf8(request("form@nexam.example", "form", &format!("Name: Bo Lund\r\nMessage: {REFUSED}"))).unwrap();
    let mail = mail.replace("header.from=uni.example", "header.from=nexam.example");
    dovecot.deliver(mail.replace("To: support", &format!("Reply-To: {BO}\r\nTo: support")).as_bytes());
    post.drain();
    assert!(sink.mails().is_empty(), "nobody is proven by a form");
    let drafts = dovecot.drafts();
    assert_eq!(header(&drafts[0], "To").as_deref(), Some(BO));
    assert!(
        !text(&drafts[0]).contains("expired on") && text(&drafts[0]).contains("we cannot say anything about an account"),
        "{}",
        text(&drafts[0])
    );
}

#[test]
fn a_pipe_is_a_second_way_in() {
    let (dovecot, register) = (Dovecot::start(), two_people());
    let post = Post::with(&dovecot, register.path(), "");
    post.begin();
    let hand_over = |mail: &[u8], arguments: &[&str]| {
        let mut command = post.usher(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(mail).unwrap();
        child.wait_with_output().unwrap()
    };
    let mail = request(BO, "first", REFUSED);
    for _ in 0..2 {
        assert_eq!(hand_over(&mail, &["intake", "--mailbox", "support"]).status.code(), Some(0));
    }
    post.drain();
    assert_eq!(fates(&post), ["ticket", "duplicate"]);
    assert_eq!(dovecot.drafts().len(), 1);
    assert_eq!(hand_over(b"", &["intake"]).status.code(), Some(75), "nothing was handed over");
    post.set("sqlite:usher.db", "sqlite:/nowhere/usher.db");
    let refused = hand_over(&mail, &["intake"]);
    assert_eq!(refused.status.code(), Some(75), "the mail server keeps it: {}", String::from_utf8_lossy(&refused.stderr));
}

#[test]
fn a_line_that_the_ledger_lacks_is_found_and_taken_in() {
    let (dovecot, register) = (Dovecot::start(), two_people());
    let post = Post::with(&dovecot, register.path(), "");
    post.begin();
    dovecot.deliver(&request(BO, "first", REFUSED));
    post.drain();
    post.forget_a_message();
    let found = post.usher(&["ledger", "reconcile"]).output().unwrap();
    let said = String::from_utf8_lossy(&found.stdout).into_owned();
    assert!(found.status.code() == Some(1) && said.contains("1 messages of the server have no line"), "{said}");
    assert_eq!(post.usher(&["ledger", "reconcile", "--mend"]).output().unwrap().status.code(), Some(1));
    assert_eq!(post.usher(&["ledger", "reconcile"]).output().unwrap().status.code(), Some(0));
    assert_eq!(fates(&post), ["waiting"]);
    let raw = post.usher(&["ledger", "raw", "1"]).output().unwrap();
    assert_eq!(raw.stdout, fs::read(&dovecot.inbox_files()[0]).unwrap());
}
