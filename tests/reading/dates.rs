//! Days and times as people write them.

use std::fmt::Write;

use usher::facts::{self, Facts};
use usher::message::{Identity, parse};
use usher::triage::playbook::Playbook;

pub fn playbook() -> Playbook {
    Playbook::built_in(Identity::default(), Default::default(), Default::default()).expect("the built-in rules load")
}

/// Words, and the day and clock time meant by them.
struct Row {
    sent: &'static str,
    text: &'static str,
    on: &'static str,
    time: &'static str,
    /// Nothing else may be read.
    alone: bool,
}

/// A line `= DATE` says when the words below it are written, `=! DATE` besides that each row is all that may be read from its words.
fn rows() -> Vec<Row> {
    let (mut sent, mut alone) = ("", false);
    let mut rows = Vec::new();
    for line in include_str!("dates.txt").lines().filter(|l| !l.starts_with('#')) {
        if let Some(head) = line.strip_prefix('=') {
            (sent, alone) = (head.trim_start_matches('!').trim(), head.starts_with('!'));
            continue;
        }
        let mut parts = line.split('|');
        let mut next = || parts.next().unwrap_or("");
        rows.push(Row { sent, text: next(), on: next(), time: next(), alone });
    }
    rows
}

fn facts_of(row: &Row, playbook: &Playbook) -> Facts {
    let raw = format!(
        "From: a@mail.example\r\nTo: support@nexam.example\r\nDate: {}\r\nSubject: x\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}\r\n",
        row.sent, row.text
    );
    facts::extract(&parse::message(raw.as_bytes(), &playbook.identity), &playbook.lexicon)
}

fn is_right(row: &Row, days: &[String], times: &[String]) -> bool {
    if row.on.is_empty() {
        return days.is_empty() && (!row.alone || times.is_empty());
    }
    let told = |told: &[String], wanted: &str| told.iter().any(|t| t == wanted) && (!row.alone || told.iter().all(|t| t == wanted));
    told(days, row.on) && (row.time.is_empty() || told(times, row.time))
}

#[test]
fn days_and_times_are_read_as_people_write_them() {
    let playbook = playbook();
    let mut wrong = String::new();
    for row in rows() {
        let facts = facts_of(&row, &playbook);
        let days: Vec<String> = facts.dates.iter().filter_map(|d| d.on).map(|d| d.to_string()).collect();
        let times: Vec<String> = facts.dates.iter().filter_map(|d| d.time).map(|t| t.strftime("%H:%M").to_string()).collect();
        if !is_right(&row, &days, &times) {
            let _ = writeln!(wrong, "{:?}: expected {} {}, read {days:?} {times:?}", row.text, row.on, row.time);
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
