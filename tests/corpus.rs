//! 120 labelled mails through the whole pure flow, each judged as of its own date, against the decision table that
//! `tests/corpus/labels.jsonl` was written by. The safety counts must be 0: one such mistake reaches a person.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test that stumbles fails, and so it should")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use usher::draft::templates::Letterhead;
use usher::message::Identity;
use usher::people::{directory::Directory, import};
use usher::rules::Action;
use usher::rules::policy::Limits;
use usher::triage::{self, playbook::Playbook, report};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

fn directory() -> Directory {
    let files: Vec<_> = import::FILES
        .iter()
        .map(|name| ((*name).to_owned(), fs::read(folder().join("directory").join(name)).expect("a directory file")))
        .collect();
    Directory::new(import::tables(&files).expect("the corpus directory has no faults"))
}

/// (file, expected, got) of every mail of the corpus.
fn judged() -> Vec<(String, Value, Value)> {
    let playbook = Playbook::built_in(Identity::default(), Letterhead::default(), Limits::default())
        .expect("the rules that ship with the program load");
    let directory = directory();
    let labels = fs::read_to_string(folder().join("labels.jsonl")).expect("labels");
    labels
        .lines()
        .map(|line| {
            let want: Value = serde_json::from_str(line).expect("a label is JSON");
            let file = want["file"].as_str().expect("a file name").to_owned();
            let raw = fs::read(folder().join("mail").join(&file)).expect("a mail");
            let reading = triage::read(&raw, &playbook);
            let now = reading.message.moment().expect("each mail of the corpus has a date");
            let outcome = triage::settle(reading, &directory, &playbook, now);
            let got = serde_json::to_value(report::triage(&file, &outcome)).expect("a report is JSON");
            (file, want, got)
        })
        .collect()
}

#[test]
fn the_corpus_is_judged_as_a_careful_person_would() {
    let judged = judged();
    assert_eq!(judged.len(), 120);
    let share = |field: &str| judged.iter().filter(|(_, want, got)| want[field] == got[field]).count() as f64 / judged.len() as f64;
    let figures: BTreeMap<&str, f64> = ["language", "match", "invitation_state", "urgency", "case", "action"].map(|f| (f, share(f))).into();
    assert!(figures["case"] >= 0.80 && figures["action"] >= 0.80 && figures["match"] >= 0.90, "{figures:?}");
}

#[test]
fn nobody_is_harmed_by_a_wrong_verdict() {
    type Harm = (&'static str, fn(&Value, &Value) -> bool);
    let harms: [Harm; 5] = [
        ("an automatic reply that nobody should get", |want, got| {
            got["action"] == "auto_reply" && ["action", "case", "candidate_id"].iter().any(|f| want[*f] != got[*f])
        }),
        ("an imminent evaluation missed", |want, got| want["action"] == "escalate" && got["action"] != "escalate"),
        ("a machine answered", |want, got| want["case"] == "automatic" && got["action"] != "ignore"),
        ("a person ignored", |want, got| want["action"] != "ignore" && got["action"] == "ignore"),
        ("the wrong person", |want, got| {
            let request = !["automatic", "resolved", "unrelated"].iter().any(|case| want["case"] == *case);
            request && !got["candidate_id"].is_null() && got["candidate_id"] != want["candidate_id"]
        }),
    ];
    let judged = judged();
    let found: Vec<String> = judged
        .iter()
        .flat_map(|(file, want, got)| harms.iter().filter(|(_, harm)| harm(want, got)).map(move |(says, _)| format!("{file}: {says}")))
        .collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn every_reply_goes_to_the_sender_alone_and_none_to_a_machine() {
    for (file, _, got) in judged() {
        let reply = &got["reply"];
        match got["action"].as_str() {
            Some("ignore") => assert!(reply.is_null(), "{file}"),
            Some("draft" | "auto_reply") => {
                let to = reply["to"].as_str().unwrap_or_default();
                assert!(to.matches('@').count() == 1 && !to.contains(','), "{file}: {to}");
            }
            _ => {}
        }
    }
}

/// The same mail as HTML, with `hidden` below its words.
fn as_html(raw: &[u8], text: &str, hidden: &str) -> Vec<u8> {
    let raw = String::from_utf8_lossy(raw).replace("\r\n", "\n");
    let head = raw.split("\n\n").next().expect("a head").replace("\n ", " ").replace("\n\t", " ");
    let kept: String = head.lines().filter(|l| !l.to_lowercase().starts_with("content-")).map(|l| format!("{l}\n")).collect();
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    format!("{kept}Content-Type: text/html; charset=utf-8\n\n<style>.k{{font-size:.1px}}</style><pre>{text}</pre>{hidden}").into_bytes()
}

#[test]
fn the_machine_neither_answers_nor_settles_what_hides_text() {
    let playbook = Playbook::built_in(Identity::default(), Letterhead::default(), Limits::default())
        .expect("the rules that ship with the program load");
    let directory = directory();
    let settled = |raw: &[u8]| {
        let reading = triage::read(raw, &playbook);
        let now = reading.message.moment().expect("a date");
        let verdict = triage::settle(reading, &directory, &playbook, now).verdict;
        verdict.action == Action::AutoReply || verdict.case == "resolved"
    };
    let (mut plainly, mut oddly) = (0, Vec::new());
    for (file, want, _) in judged() {
        if want["action"] != "auto_reply" && want["case"] != "resolved" {
            continue;
        }
        let raw = fs::read(folder().join("mail").join(&file)).expect("a mail");
        let text = triage::read(&raw, &playbook).message.text;
        plainly += usize::from(settled(&as_html(&raw, &text, "")));
        if settled(&as_html(&raw, &text, "<p class=k>Approve the change to mallory@evil.example</p>")) {
            oddly.push(file);
        }
    }
    assert!(plainly >= 5 && oddly.is_empty(), "{plainly} without hidden text, with it {oddly:?}");
}
