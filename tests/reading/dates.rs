//! Days and times as people write them.

use std::fmt::Write;

use usher::facts::{self, Facts};
use usher::message::{Identity, parse};
use usher::triage::playbook::Playbook;

pub fn playbook() -> Playbook {
    Playbook::built_in(Identity::default(), Default::default(), Default::default()).expect("the built-in rules load")
}

fn facts_of(text: &str, playbook: &Playbook) -> Facts {
    let raw = format!(
        "From: a@mail.example\r\nTo: support@nexam.example\r\nDate: Tue, 03 Nov 2026 10:00:00 -0500\r\nSubject: x\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n"
    );
    facts::extract(&parse::message(raw.as_bytes(), &playbook.identity), &playbook.lexicon)
}

#[test]
fn days_and_times_are_read_as_people_write_them() {
    let playbook = playbook();
    let mut wrong = String::new();
    for line in include_str!("dates.txt").lines().filter(|l| !l.starts_with('#')) {
        let mut parts = line.split('|');
        let (text, on, time) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        let facts = facts_of(text, &playbook);
        let days: Vec<String> = facts.dates.iter().filter_map(|d| d.on).map(|d| d.to_string()).collect();
        let times: Vec<String> = facts.dates.iter().filter_map(|d| d.time).map(|t| t.strftime("%H:%M").to_string()).collect();
        let right = if on.is_empty() {
            days.is_empty()
        } else {
            days.iter().any(|d| d == on) && (time.is_empty() || times.iter().any(|t| t == time))
        };
        if !right {
            let _ = writeln!(wrong, "{text:?}: expected {on} {time}, read {days:?} {times:?}");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
