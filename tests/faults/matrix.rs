//! The program is ended at each of its named points, the first time it comes by and a later time, and runs again.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::bench::{Bench, GENEROUS, smtp};
use crate::check::Tally;
use crate::house::smtp::SmtpSink;
use crate::letters::{self, header};

/// What is in the mailbox when the program dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    /// Mail of every kind.
    Mail,
    /// Mail so large that it comes in several batches.
    Large,
    /// People write again about drafts that stand in the folder, and about replies they got.
    Further,
    /// The server numbers everything anew, and new mail is there too.
    Renumbered,
}

use Work::{Further, Large, Mail, Renumbered};

/// Point, how often it is passed, and what there is to do. Two lists, so that both cores have one.
const CELLS: [&[(&str, usize, Work)]; 2] = [
    &[
        ("looked", 1, Mail),
        ("fetched", 1, Mail),
        ("fetched", 2, Large),
        ("admitted", 1, Mail),
        ("admitted", 2, Large),
        ("leased", 1, Mail),
        ("leased", 2, Mail),
        ("judged", 1, Mail),
        ("judged", 1, Further),
        ("settled", 1, Mail),
        ("settled", 2, Further),
        ("settled", 3, Further),
        ("withdrawn", 1, Further),
        ("withdrawn", 2, Further),
        ("draft saving", 1, Further),
        ("draft saved", 2, Further),
    ],
    &[
        ("draft saving", 1, Mail),
        ("draft saving", 3, Mail),
        ("draft appended", 1, Mail),
        ("draft appended", 2, Mail),
        ("draft saved", 1, Mail),
        ("draft saved", 3, Mail),
        ("taken to send", 1, Mail),
        ("taken to send", 3, Mail),
        ("handed over", 1, Mail),
        ("handed over", 2, Mail),
        ("sent", 1, Mail),
        ("sent", 3, Mail),
        ("copied", 1, Mail),
        ("copied", 2, Mail),
        ("looked", 1, Renumbered),
        ("renumbered", 1, Renumbered),
        ("admitted", 1, Renumbered),
        ("draft appended", 2, Renumbered),
    ],
];

struct Row {
    point: &'static str,
    nth: usize,
    work: Work,
    hit: bool,
    tally: Tally,
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build has no points")]
fn the_program_may_end_at_any_of_its_points_and_nothing_is_lost_or_done_twice() {
    let halves: Vec<_> = (0..).zip(CELLS).map(|(n, cells)| std::thread::spawn(move || half(n, cells))).collect();
    let rows: Vec<Row> = halves.into_iter().flat_map(|half| half.join().unwrap()).collect();
    println!("{}", shown(&rows));
    let missed: Vec<_> = rows.iter().filter(|row| !row.hit).map(|row| (row.point, row.nth, row.work)).collect();
    assert!(missed.is_empty(), "the program did not come by there: {missed:?}");
    let bad: Vec<_> = rows.iter().filter(|row| !row.tally.is_good()).map(|row| (row.point, row.nth, row.work, &row.tally)).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    let points: BTreeSet<_> = rows.iter().map(|row| row.point).collect();
    assert!(points.len() >= 15, "only {} points", points.len());
}

/// One desk lives through all these ends, one after the other.
fn half(n: usize, cells: &'static [(&'static str, usize, Work)]) -> Vec<Row> {
    let sink = SmtpSink::start();
    let mut bench = Bench::start(&format!("half{n}"), 400, &format!("{}{GENEROUS}", smtp(sink.port())));
    let mut doubted = 0;
    let mut rows = Vec::new();
    for (point, nth, work) in cells.iter().copied() {
        prepare(&mut bench, work);
        let hit = bench.run_into(point, nth);
        bench.drain();
        let mut tally = Tally::of(&bench, &sink.mails().into_iter().map(|kept| kept.raw).collect::<Vec<_>>());
        // Each row tells of its own only.
        let doubts = std::mem::replace(&mut doubted, tally.in_doubt);
        tally.in_doubt -= doubts;
        rows.push(Row { point, nth, work, hit, tally });
    }
    rows
}

fn prepare(bench: &mut Bench, work: Work) {
    match work {
        Mail => bench.some(),
        Large => {
            for _ in 0..3 {
                let (n, id) = (bench.person(false), bench.id());
                let mail = letters::large(n, &id, &mut bench.dice);
                bench.expect(&id, n, &mail);
            }
        }
        Further => {
            let first: Vec<_> = [false, false, false, true].map(|expired| bench.request(expired)).into();
            bench.drain();
            for (n, before) in &first {
                again(bench, *n, before);
            }
            bench.request(true);
        }
        Renumbered => {
            bench.some();
            bench.drain();
            bench.some();
            bench.dovecot.reset_uid_validity();
        }
    }
}

/// `n` writes again about what answered `before`: a draft of it is replaced, a reply that they got stays.
fn again(bench: &mut Bench, n: usize, before: &str) {
    let answers = |mail: &Vec<u8>| header(mail, "In-Reply-To") == format!("<{before}>");
    let draft = bench.dovecot.drafts().into_iter().find(answers);
    let ours = draft.clone().or_else(|| bench.dovecot.folder("Sent").into_iter().find(answers)).expect("a draft, or a copy of the reply");
    let id = bench.id();
    let mail = letters::further(n, &id, &header(&ours, "Message-ID"), &header(&ours, "References"));
    if draft.is_some() {
        bench.expected.remove(before);
    }
    bench.expect(&id, n, &mail);
}

/// The table: what may be read of it stands in docs/reliability.md.
fn shown(rows: &[Row]) -> String {
    let mut text = format!(
        "{:<16} {:>4} {:<11} {:>4} {:>5} {:>14} {:>11} {:>13} {:>8} {:>9}\n",
        "ended at", "time", "work", "hits", "lost", "drafted twice", "sent twice", "copied twice", "unasked", "in doubt"
    );
    for Row { point, nth, work, hit, tally: t } in rows {
        let work = format!("{work:?}").to_lowercase();
        writeln!(
            text,
            "{point:<16} {nth:>4} {work:<11} {:>4} {:>5} {:>14} {:>11} {:>13} {:>8} {:>9}",
            u8::from(*hit),
            t.lost,
            t.drafted_twice,
            t.sent_twice,
            t.copied_twice,
            t.unasked,
            t.in_doubt
        )
        .unwrap();
    }
    text
}
