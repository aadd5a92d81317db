//! The running program is killed at times that dice choose, while mail keeps coming.

use std::time::Duration;

use crate::bench::{Bench, GENEROUS, smtp};
use crate::check::Tally;
use crate::house::smtp::SmtpSink;
use crate::house::{now, rest};
use crate::letters::{self, Dice};

/// `USHER_FAULT_SEEDS` and `USHER_FAULT_MAILS` ask for more of either.
const SEEDS: u64 = 3;
const MAILS: usize = 150;
/// How long what is left may take once nobody is killed any more: two seconds, and a tenth for each mail.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn the_program_may_be_killed_at_any_time_while_mail_comes() {
    let asked = |name: &str| std::env::var(name).ok().and_then(|n| n.parse::<u64>().ok());
    let (seeds, mails) = (asked("USHER_FAULT_SEEDS").unwrap_or(SEEDS), asked("USHER_FAULT_MAILS").map_or(MAILS, |n| n as usize));
    println!(
        "{:>4} {:>6} {:>6} {:>6} {:>5} {:>14} {:>11} {:>8} {:>9}",
        "seed", "mails", "kills", "sent", "lost", "drafted twice", "sent twice", "unasked", "in doubt"
    );
    let mut bad = Vec::new();
    for seed in 1..=seeds {
        let (kills, sent, tally) = storm(seed, mails);
        println!(
            "{seed:>4} {mails:>6} {kills:>6} {sent:>6} {:>5} {:>14} {:>11} {:>8} {:>9}",
            tally.lost, tally.drafted_twice, tally.sent_twice, tally.unasked, tally.in_doubt
        );
        if !tally.is_good() || tally.in_doubt > kills {
            bad.push((seed, tally));
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

/// Kills, replies sent, and what became of all.
fn storm(seed: u64, mails: usize) -> (usize, usize, Tally) {
    let sink = SmtpSink::start();
    let mut bench = Bench::start(&format!("seed{seed}"), mails * 2, &format!("{}{GENEROUS}", smtp(sink.port())));
    bench.dice = Dice::new(seed);
    let kills = 5 + bench.dice.roll(6) as usize;
    let mut seen = Vec::new();
    for round in 0..kills {
        let running = bench.serve();
        let until = now() + Duration::from_millis(300 + bench.dice.roll(2_500));
        let mut left = mails / kills + if round == 0 { mails % kills } else { 0 };
        while now() < until {
            let some = left.min(bench.dice.roll(6) as usize);
            left -= some;
            (0..some).for_each(|_| one(&mut bench, &mut seen));
            rest(Duration::from_millis(20 + bench.dice.roll(60)));
        }
        (0..left).for_each(|_| one(&mut bench, &mut seen));
        drop(running);
    }
    let sent = || sink.mails().into_iter().map(|kept| kept.raw).collect::<Vec<_>>();
    let running = bench.serve();
    let began = now();
    while began.elapsed() < PATIENCE + Duration::from_millis(100) * u32::try_from(mails).unwrap() && !Tally::of(&bench, &sent()).is_done() {
        rest(Duration::from_millis(300));
    }
    drop(running);
    bench.drain();
    (kills, sent().len(), Tally::of(&bench, &sent()))
}

/// Delivers a mail of some kind.
fn one(bench: &mut Bench, seen: &mut Vec<Vec<u8>>) {
    match bench.dice.roll(10) {
        0..=3 => drop(bench.request(true)),
        4 | 5 => drop(bench.request(false)),
        6 | 7 => {
            let id = bench.id();
            let mail = letters::strangers(&id, &mut bench.dice);
            bench.expect(&id, usize::MAX, &mail);
            seen.push(mail);
        }
        8 => bench.machine(),
        _ if seen.is_empty() => bench.machine(),
        _ => {
            let again = bench.dice.one(seen).clone();
            bench.dovecot.deliver(&again);
        }
    }
}
