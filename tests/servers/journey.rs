//! The whole journey: mail delivered to a real Dovecot becomes drafts in its Drafts folder, whatever happens to the program on the way.
//!
//! Procedure. The 120 mails of `tests/corpus` are delivered; `usher serve --until-idle` runs and is killed in the middle; it runs
//! twice more. Then: one draft in Drafts for each mail that deserves one, none twice, and a fate in the ledger for each of the 120.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use usher::clock::{Clock, System};

use crate::house::discord::DiscordStandIn;
use crate::house::dovecot::Dovecot;
use crate::house::smtp::SmtpSink;
use crate::house::{self, within};
use crate::post::{Post, USHER, answered, answering, corpus, header, mails, request, two_people};

/// The Message-IDs of the mails that deserve a draft, by `usher triage --json` as of now.
fn deserving() -> BTreeSet<String> {
    let out = Command::new(USHER)
        .args(["triage", "--json", "--as-of", "now", "--directory"])
        .arg(corpus().join("directory"))
        .arg(corpus().join("mail"))
        .output()
        .expect("usher runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let raw: BTreeMap<String, Vec<u8>> = mails().into_iter().collect();
    let text = String::from_utf8(out.stdout).expect("UTF-8");
    text.lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON"))
        .filter(|verdict| !verdict["reply"].is_null())
        .filter_map(|verdict| header(raw.get(verdict["file"].as_str()?)?, "Message-ID"))
        .collect()
}

#[test]
fn each_mail_gets_one_draft_and_a_fate_though_the_program_is_killed() {
    let dovecot = Dovecot::start();
    for (_, raw) in mails() {
        dovecot.deliver(&raw);
    }
    let post = Post::at(&dovecot);

    let mut child = post.start(&["serve", "--until-idle"]);
    wait_until("some drafts are there", || dovecot.drafts().len() >= 5);
    child.kill().expect("usher is killed");
    child.wait().expect("usher has ended");
    let before = dovecot.drafts().len();

    post.drain();
    let after = answered(&dovecot.drafts());
    post.drain();

    let expected: Vec<String> = deserving().into_iter().collect();
    assert!(before < expected.len(), "the kill came too late to prove anything: {before} drafts of {}", expected.len());
    assert!(expected.len() > 60, "only {} mails deserve a draft", expected.len());
    assert_eq!(after, expected, "one draft for each mail that deserves one");
    assert_eq!(answered(&dovecot.drafts()), expected, "a further run adds nothing");

    let ledger = post.ledger();
    assert_eq!(ledger.len(), 120);
    let without: Vec<_> = ledger.iter().filter(|row| row["fate"] == "waiting" || row["why"] == "").collect();
    assert!(without.is_empty(), "{without:?}");
}

#[test]
fn mail_that_comes_while_usher_runs_is_drafted_without_waiting_for_the_poll() {
    let dovecot = Dovecot::start();
    let post = Post::at(&dovecot);
    dovecot.deliver(&mails().remove(2).1);
    let mut child = post.start(&["serve", "--only", "intake,triage"]);
    wait_until("the first draft is there", || !dovecot.drafts().is_empty());
    let first = dovecot.drafts().len();
    let request = mails().into_iter().find(|(name, _)| name.ends_with("0002.eml")).expect("a request").1;
    // Before usher has looked once the mail would be found by that first look, which proves less.
    wait_until("usher waits in IDLE", || {
        post.folder.path().join("usher.db").exists() && !post.usher(&["ledger", "--json"]).output().expect("usher runs").stdout.is_empty()
    });
    let delivered = house::now();
    dovecot.deliver(&request);
    wait_until("the draft is there", || dovecot.drafts().len() > first);
    println!("from delivery to draft: {} ms (Dovecot itself takes about 500 ms to wake a client)", delivered.elapsed().as_millis());
    child.kill().expect("usher is killed");
    child.wait().expect("usher has ended");
}

#[test]
fn told_to_stop_with_nothing_in_the_sending_usher_stops_at_once() {
    let (dovecot, sink) = (Dovecot::start(), SmtpSink::start());
    for more in [String::new(), answering(&sink, "0s")] {
        let post = Post::with(&dovecot, &corpus().join("directory"), &more);
        post.begin();
        let mut child = post.start(&["serve", "--only", "intake,triage,deliver"]);
        house::rest(Duration::from_secs(3));
        assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill runs").success());
        let ended = within(Duration::from_secs(5), "usher stops", || child.try_wait().expect("usher is asked"));
        assert!(ended.success(), "{ended}");
    }
}

/// Waits for `done`, at most 30 s: far longer than it takes, far shorter than the poll of 60 s.
fn wait_until(says: &str, mut done: impl FnMut() -> bool) {
    within(Duration::from_secs(30), says, || done().then_some(()));
}

#[test]
fn an_imminent_evaluation_alarms_the_channel_once_and_an_allowed_case_is_answered_once() {
    let (dovecot, sink, discord) = (Dovecot::start(), SmtpSink::start(), DiscordStandIn::start());
    let register = two_people();
    let post = Post::with(
        &dovecot,
        register.path(),
        &format!(
            "{}[discord]\ntoken = \"{}\"\napi = \"{}\"\nchannel = {}\n",
            answering(&sink, "0s"),
            house::discord::TOKEN,
            discord.api(),
            house::discord::CHANNEL
        ),
    );
    post.begin();
    dovecot.deliver(&request("ada.roy@uni.example", "ada", "My invitation code is refused, it says it does not exist."));
    dovecot.deliver(&request("bo.lund@uni.example", "bo", "My invitation code is not accepted, it says it is invalid."));
    post.drain();
    post.drain();

    let sent = sink.mails();
    assert_eq!(sent.len(), 1, "one reply, once");
    let reply = String::from_utf8_lossy(&sent[0].raw).into_owned();
    assert!(
        reply.contains("To: bo.lund@uni.example")
            && reply.contains("Auto-Submitted: auto-replied")
            && reply.contains("In-Reply-To: <bo@uni.example>"),
        "{reply}"
    );
    let alarms = discord.messages();
    assert_eq!(alarms.len(), 1, "one alarm, once");
    let said = alarms[0].to_string();
    assert!(!said.contains("Ada") && !said.contains("ada.roy") && !said.contains("ABCD"), "nothing about a person: {said}");
    assert_eq!(discord.violations(), Vec::<String>::new());
    assert_eq!(answered(&dovecot.drafts()), ["<ada@uni.example>"], "the imminent one waits for a person as a draft");
}

#[test]
fn a_reply_whose_ground_changed_while_it_was_held_does_not_leave_and_the_draft_says_what_is_true_now() {
    let (dovecot, sink) = (Dovecot::start(), SmtpSink::start());
    let register = two_people();
    let post = Post::with(&dovecot, register.path(), &answering(&sink, "0s"));
    post.begin();
    dovecot.deliver(&request("bo.lund@uni.example", "bo", "My invitation code is not accepted, it says it is invalid."));
    let judged = post.usher(&["serve", "--until-idle", "--only", "intake,triage"]).output().expect("usher runs");
    assert!(judged.status.success(), "{}", String::from_utf8_lossy(&judged.stderr));
    // Bo finds the code and activates the account before the reply leaves.
    let invitations = register.path().join("invitations.csv");
    let now = (System.now() - jiff::SignedDuration::from_secs(5)).to_string();
    let text = fs::read_to_string(&invitations).expect("the invitations");
    let (others, bo) = text.trim_end().rsplit_once('\n').expect("Bo's is the last");
    fs::write(&invitations, format!("{others}\n{}{now}\n", bo)).expect("the invitations are written");
    post.drain();
    assert_eq!(sink.mails().len(), 0, "nothing leaves");
    post.drain();
    assert_eq!(sink.mails().len(), 0, "and nothing later");
    let drafts = dovecot.drafts();
    let told =
        drafts.iter().map(|raw| String::from_utf8_lossy(raw).replace("\r\n", "\n").replace("=\n", "")).collect::<Vec<_>>().join("\n");
    assert!(drafts.len() == 1 && told.contains("already active") && !told.contains("expired"), "{told}");
}

#[test]
fn nothing_leaves_by_a_register_that_is_too_old() {
    let (dovecot, sink) = (Dovecot::start(), SmtpSink::start());
    let register = two_people();
    let post = Post::with(&dovecot, register.path(), &answering(&sink, "3s"));
    post.begin();
    dovecot.deliver(&request("bo.lund@uni.example", "bo", "My invitation code is not accepted, it says it is invalid."));
    let out = post.usher(&["serve", "--until-idle"]).env("USHER_DIRECTORY_STALE_AFTER", "1s").output().expect("usher runs");
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(sink.mails().is_empty() && said.contains("no reply leaves without a person"), "{said}");
    post.drain();
    assert_eq!(sink.mails().len(), 1, "it leaves once the source was looked at again");
}

#[test]
fn a_mailbox_that_is_down_and_a_wrong_password_are_told_and_disturb_no_other() {
    let dovecot = Dovecot::start();
    dovecot.deliver(&mails().remove(2).1);
    let post = Post::with(
        &dovecot,
        &corpus().join("directory"),
        &format!(
            "[mailbox.wrong]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nuser = \"support\"\npassword = \"guess\"\n\
             [mailbox.down]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nuser = \"support\"\npassword = \"secret\"\n",
            dovecot.port(),
            house::free_port()
        ),
    );
    let out = post.usher(&["serve", "--until-idle"]).output().expect("usher runs");
    let said = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(1), "{said}");
    assert!(said.contains("mailbox wrong:") && said.contains("mailbox down:"), "{said}");
    assert!(!said.contains("guess") && !said.contains("secret"), "{said}");
    assert_eq!(dovecot.drafts().len(), 1, "{said}");
}
