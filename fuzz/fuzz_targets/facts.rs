//! Any message yields facts, and they can be printed.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use usher::draft::templates::Letterhead;
use usher::facts;
use usher::message::{Identity, parse};
use usher::rules::policy::Limits;
use usher::triage::{Reading, playbook::Playbook, report};

static PLAYBOOK: LazyLock<Playbook> = LazyLock::new(|| {
    Playbook::built_in(Identity::default(), Letterhead::default(), Limits::default()).expect("the built-in rules load")
});

fuzz_target!(|text: &[u8]| {
    // A small head, so that the mutator's bytes reach the words.
    let raw = [b"From: Ada Roy <ada@uni.example>\nDate: Mon, 2 Nov 2026 09:30:00 -0500\nSubject: code\n\n", text].concat();
    let message = parse::message(&raw, &PLAYBOOK.identity);
    let facts = facts::extract(&message, &PLAYBOOK.lexicon);
    serde_json::to_string(&report::read("x", &Reading { message, facts })).expect("JSON");
});
