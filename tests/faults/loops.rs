//! Machines that answer machines: two desks that write to each other, and robots that answer every reply at once.

use crate::bench::Bench;
use crate::house::discord::{self, DiscordStandIn};
use crate::house::smtp::SmtpSink;
use crate::letters;

const OTHER: &str = "help@other.example";

/// Answers of every kind, within the budgets that usher comes with but for `more`.
fn eager(sink: &SmtpSink, more: &str) -> String {
    format!("{}[replies]\nautomatic = [\"code_expired\"]\nacknowledge = true\nhold = \"0s\"\n{more}", crate::bench::smtp(sink.port()))
}

/// What a desk sent, as the other desk's server delivers it. `stripped`: something on the way took out all that tells a machine.
fn carried(raw: &[u8], from: &str, to: &str, stripped: bool) -> Vec<u8> {
    const TELLING: [&str; 4] = ["auto-submitted:", "x-auto-response-suppress:", "precedence:", "auto-"];
    let text = String::from_utf8_lossy(raw);
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut lines: Vec<&str> = head.split("\r\n").collect();
    if stripped {
        lines.retain(|line| !TELLING.iter().any(|name| line.to_lowercase().starts_with(name)));
    }
    let domain = |address: &str| address.rsplit('@').next().unwrap().to_owned();
    let path = if stripped { from } else { "" };
    format!(
        "Return-Path: <{path}>\r\nAuthentication-Results: mx.{}; dmarc=pass header.from={}\r\n{}\r\n\r\n{body}",
        domain(to),
        domain(from),
        lines.join("\r\n")
    )
    .into_bytes()
}

#[test]
fn two_desks_that_write_to_each_other_fall_silent_at_once() {
    for stripped in [false, true] {
        let sinks = [SmtpSink::start(), SmtpSink::start()];
        let desks = [Bench::at(letters::DESK, "here", 10, &eager(&sinks[0], "")), Bench::at(OTHER, "there", 10, &eager(&sinks[1], ""))];
        desks.iter().for_each(|desk| drop(desk.drain()));
        let first = letters::letter(OTHER, "first@other.example", "code refused", "Our candidate's invitation code is refused. Why?", "");
        desks[0].dovecot.deliver(&first);
        let mut carried_on = [0, 0];
        for _ in 0..4 {
            for at in [0, 1] {
                desks[at].drain();
                let (from, to) = if at == 0 { (letters::DESK, OTHER) } else { (OTHER, letters::DESK) };
                for kept in sinks[at].mails().into_iter().skip(carried_on[at]) {
                    carried_on[at] += 1;
                    desks[1 - at].dovecot.deliver(&carried(&kept.raw, from, to, stripped));
                }
            }
        }
        assert_eq!(carried_on[0], 1, "the first was acknowledged");
        assert!(carried_on[1] <= usize::from(stripped), "machines talked: {carried_on:?}, stripped: {stripped}");
    }
}

#[test]
fn a_robot_that_answers_each_reply_gets_its_budget_and_then_silence() {
    // By whom it says to be, what it says, the settings that hold it, and the replies it gets at most.
    type Voice = fn(usize) -> String;
    let plus: Voice = |n| format!("robot+{n}@machines.example");
    let domain: Voice = |n| format!("robot{n}@machines.example");
    let same: Voice = |_| "I received your message. Is my invitation code refused?".into();
    let other: Voice = |n| format!("This is answer {n}. My invitation code number {n} is refused.");
    let twofold: Voice = |n| match n % 2 {
        0 => format!("This is answer {n}. Please change my e-mail address to robot@elsewhere.example."),
        _ => format!("This is answer {n}. My invitation code number {n} is refused."),
    };
    let cases = [
        ("a plus-address, the same case", plus, other, "", 1),
        ("a plus-address, two cases: an acknowledgement says the same of both", plus, twofold, "", 1),
        ("a domain", domain, other, "hourly_per_domain = 5\n", 5),
        ("the same words", domain, same, "hourly_same_text = 3\n", 3),
    ];
    for (says, address, words, more, most) in cases {
        let (sink, chat) = (SmtpSink::start(), DiscordStandIn::start());
        let discord = format!("[discord]\ntoken = \"{}\"\napi = \"{}\"\nchannel = {}\n", discord::TOKEN, chat.api(), discord::CHANNEL);
        let bench = Bench::start("robot", 10, &format!("{}{discord}", eager(&sink, more)));
        let (mut answered, mut written) = (0, 0);
        // It answers whatever it gets, and writes of itself a few times more.
        for _ in 0..most + 7 {
            let write = (sink.mails().len() - answered).max(1);
            answered = sink.mails().len();
            for _ in 0..write {
                written += 1;
                let id = format!("robot-{written}@machines.example");
                bench.dovecot.deliver(&letters::letter(&address(written), &id, "Your message", &words(written), ""));
            }
            bench.drain();
        }
        bench.drain();
        assert_eq!(sink.mails().len(), most, "{says}");
        let told = chat.messages();
        assert_eq!(told.len(), 1, "{says}: told once: {told:?}");
        assert!(told[0].to_string().contains("held back"), "{says}: {told:?}");
        assert_eq!(bench.dovecot.drafts().len(), written, "{says}: a draft waits for a person each time");
    }
}
