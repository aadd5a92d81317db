//! Lines of the ledger to what the page shows.

use std::collections::BTreeMap;

use jiff::Timestamp;
use memchr::memmem;
use serde_json::{Value, json};

use super::{Asked, PAGE};
use crate::desk::seat::Seat;
use crate::desk::statistics::count;
use crate::desk::{Desk, format, rules};
use crate::facts::Language;
use crate::message::{Identity, parse};
use crate::store::ledger::{Comparison, Line};
use crate::store::staff::Role;

/// Fates, their icons, and whether their filter stands there though nothing has the fate.
const FATES: [(&str, &str, bool); 10] = [
    ("ticket", "mail", true),
    ("answered", "ok", true),
    ("closed", "ok", false),
    ("ignored", "mid", true),
    ("held", "many", true),
    ("quarantined", "warn", true),
    ("waiting", "clock", false),
    ("duplicate", "many", false),
    ("history", "clock", false),
    ("gone", "no", false),
];
/// Reasons that the machine writes word for word.
const REASONS: [(&str, &str); 8] = [
    ("", "ledger.why_waiting"),
    ("was there before usher began", "ledger.why_history"),
    ("was moved or deleted before it could be fetched", "ledger.why_gone"),
    ("the same message is known already", "ledger.why_duplicate"),
    ("judging it failed time and again", "ledger.why_failed"),
    ("judging it failed", "ledger.why_failing"),
    ("is tried again", "ledger.why_again"),
    ("a person wrote it, staff say", "ledger.why_person"),
];
/// Letters of a subject, a sender or a reason that a line has room for.
const LONGEST: usize = 100;

/// What the page is made of.
pub(super) struct Ledger<'a> {
    pub lines: &'a [Line],
    pub counts: &'a BTreeMap<(String, String), i64>,
    pub compared: &'a [Comparison],
}

impl Ledger<'_> {
    /// How many lines a mailbox has of a fate; empty: of all.
    fn count(&self, mailbox: &str, fate: &str) -> i64 {
        let fits = |wanted: &str, is: &str| wanted.is_empty() || wanted == is;
        self.counts.iter().filter(|((m, f), _)| fits(mailbox, m) && fits(fate, f)).map(|(_, n)| n).sum()
    }
}

/// The page.
pub(super) fn page(desk: &Desk, seat: &Seat, asked: &Asked, ledger: &Ledger<'_>) -> Value {
    let say = |word: &str, values: &[(&str, &str)]| desk.words.say(seat.language, word, values);
    let older = ledger.lines.last().filter(|_| ledger.lines.len() == PAGE as usize);
    let older = older.map(|l| Asked::href(&asked.mailbox, &asked.fate, &format!("before={}-{}", l.arrived_at, l.id)));
    let sub = match asked.mailbox.as_str() {
        "" => say("ledger.sub", &[]),
        name => say("ledger.sub_of", &[("mailbox", &format::visible(name))]),
    };
    let done = matches!(asked.done.as_str(), "person" | "again" | "late").then(|| say(&format!("ledger.done_{}", asked.done), &[]));
    json!({
        "title": say("frame.ledger", &[]),
        "here": Asked::href(&asked.mailbox, &asked.fate, ""),
        "sub": sub,
        "mailbox": asked.mailbox,
        "fate": asked.fate,
        "mailboxes": mailboxes(asked, ledger, &say("ledger.all_mailboxes", &[])),
        "fates": fates(seat, asked, ledger),
        "figures": figures(desk, seat, asked, ledger),
        "rows": ledger.lines.iter().map(|line| row(desk, seat, line)).collect::<Vec<_>>(),
        "older": older,
        "newest": (!asked.before.is_empty()).then(|| Asked::href(&asked.mailbox, &asked.fate, "")),
        "may": seat.staff.role >= Role::Send,
        "done": done,
    })
}

/// Links to the mailboxes, where there are several.
fn mailboxes(asked: &Asked, ledger: &Ledger<'_>, all: &str) -> Vec<Value> {
    let mut names: Vec<&str> =
        ledger.counts.keys().map(|(m, _)| m.as_str()).chain(ledger.compared.iter().map(|c| c.mailbox.as_str())).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() < 2 {
        return Vec::new();
    }
    let link =
        |name: &str, label: String| json!({"href": Asked::href(name, &asked.fate, ""), "label": label, "current": asked.mailbox == name});
    std::iter::once(link("", all.to_owned())).chain(names.into_iter().take(50).map(|name| link(name, format::visible(name)))).collect()
}

/// Links to the fates, with how many messages each has.
fn fates(seat: &Seat, asked: &Asked, ledger: &Ledger<'_>) -> Vec<Value> {
    let link = |fate: &str, word: String, n: i64| json!({"href": Asked::href(&asked.mailbox, fate, ""), "word": word, "count": count(n, seat.language), "current": asked.fate == fate});
    let all = link("", "ledger.all".into(), ledger.count(&asked.mailbox, ""));
    let some = FATES.iter().filter_map(|(fate, _, always)| {
        let n = ledger.count(&asked.mailbox, fate);
        (*always || n > 0 || asked.fate == *fate).then(|| link(fate, format!("ledger.fates_{fate}"), n))
    });
    std::iter::once(all).chain(some).collect()
}

/// The four figures: what lies on the server, what of it is here, what is not, what is set aside.
fn figures(desk: &Desk, seat: &Seat, asked: &Asked, ledger: &Ledger<'_>) -> Vec<Value> {
    let (language, now, zone) = (seat.language, desk.clock.now(), desk.zone(seat));
    let say = |word: &str, values: &[(&str, &str)]| desk.words.say(language, word, values);
    let figure = |word: &str, value: Option<i64>, detail: String| json!({"word": word, "value": value.map_or_else(|| "–".to_owned(), |v| count(v, language)), "detail": detail});
    let of: Vec<&Comparison> = ledger.compared.iter().filter(|c| asked.mailbox.is_empty() || c.mailbox == asked.mailbox).collect();
    let counted: Vec<&&Comparison> = of.iter().filter(|c| c.on_server.is_some()).collect();
    let on_server = (!counted.is_empty()).then(|| counted.iter().filter_map(|c| c.on_server).sum::<i64>());
    let missing = on_server.map(|_| counted.iter().map(|c| c.missing).sum::<i64>());
    let time = |at: Timestamp| format::day_time(at, now, &zone, language);
    let at = counted.iter().filter_map(|c| c.at).min().map(time);
    let place = match counted.as_slice() {
        [] => say("ledger.not_compared", &[]),
        [one] => match one.epoch.map(|e| e & 0xffff_ffff).filter(|e| *e > 0) {
            Some(validity) => say("ledger.validity", &[("mailbox", &format::visible(&one.mailbox)), ("n", &validity.to_string())]),
            None => format::visible(&one.mailbox),
        },
        several => say("ledger.mailboxes", &[("n", &several.len().to_string())]),
    };
    let lines = count(ledger.count(&asked.mailbox, ""), language);
    let here = match &at {
        Some(at) => say("ledger.lines_compared", &[("n", &lines), ("time", at)]),
        None => say("ledger.lines", &[("n", &lines)]),
    };
    let missed = match counted.iter().filter_map(|c| c.missed_at).max().map(time) {
        Some(at) => say("ledger.missed", &[("time", &at)]),
        None if counted.is_empty() => String::new(),
        None => say("ledger.never_missed", &[]),
    };
    vec![
        figure("ledger.on_server", on_server, place),
        figure("ledger.in_ledger", on_server.zip(missing).map(|(there, missing)| there - missing), here),
        figure("ledger.missing", missing, missed),
        figure("ledger.quarantined", Some(ledger.count(&asked.mailbox, "quarantined")), say("ledger.kept_whole", &[])),
    ]
}

fn row(desk: &Desk, seat: &Seat, line: &Line) -> Value {
    let at = Timestamp::from_millisecond(line.arrived_at).unwrap_or(Timestamp::UNIX_EPOCH);
    let Who { name, address, subject } = who(line);
    let (because, foreign) = because(desk, seat, line);
    let icon = FATES.iter().find(|(fate, ..)| *fate == line.shown).map_or("mid", |(_, icon, _)| icon);
    let key = format!("ledger.fate_{}", line.shown);
    json!({
        "id": line.id,
        "at": at.to_string(),
        "received": format::day_time(at, desk.clock.now(), &desk.zone(seat), seat.language),
        "name": name,
        "address": address,
        "subject": subject,
        "lang": line.language,
        "fate": if desk.words.has(&key) { desk.words.say(seat.language, &key, &[]) } else { line.shown.clone() },
        "icon": format!("#{icon}"),
        "solid": line.shown == "quarantined",
        "because": because,
        "foreign": foreign,
        "uid": shortened(&line.uid, 24),
        "number": line.number,
        "ignored": line.shown == "ignored" && line.kept,
        "quarantined": line.shown == "quarantined",
        "kept": line.kept,
    })
}

/// Who wrote, and about what.
#[derive(Debug, Default, PartialEq, Eq)]
struct Who {
    name: Option<String>,
    address: Option<String>,
    subject: Option<String>,
}

fn who(line: &Line) -> Who {
    let some = |text: &str| Some(shortened(text, LONGEST)).filter(|t| !t.trim().is_empty());
    if line.head.is_none() && line.sender.is_some() && matches!(line.shown.as_str(), "ticket" | "answered" | "closed" | "held") {
        let address = line.from_address.as_deref().and_then(some);
        let name = line.sender.as_deref().and_then(some).filter(|n| Some(n) != address.as_ref());
        return Who { name, address, subject: line.subject.as_deref().and_then(some) };
    }
    let Some(head) = &line.head else { return Who::default() };
    let message = parse::message(header_of(head), &Identity::default());
    let from = message.from.first();
    Who { name: from.and_then(|f| some(&f.name)), address: from.and_then(|f| some(&f.address)), subject: some(&message.subject) }
}

/// What stands before the first empty line: the rest is not looked at.
fn header_of(raw: &[u8]) -> &[u8] {
    let ends = [&b"\r\n\r\n"[..], b"\n\n", b"\r\r"].into_iter().filter_map(|end| memmem::find(raw, end).map(|at| at + end.len()));
    ends.min().and_then(|end| raw.get(..end)).unwrap_or(raw)
}

/// Why, and whether that is told in English on a page of another language.
fn because(desk: &Desk, seat: &Seat, line: &Line) -> (String, bool) {
    let language = seat.language;
    let say = |word: &str, values: &[(&str, &str)]| desk.words.say(language, word, values);
    if let (Some(number), Some(case), true) =
        (line.number, &line.case_name, matches!(line.shown.as_str(), "ticket" | "answered" | "closed" | "held"))
    {
        let number = number.to_string();
        if line.follows {
            return (say("ledger.joined", &[("number", &number)]), false);
        }
        let reason = if language == Language::Fr { &line.reason_fr } else { &line.reason_en };
        let reason = shortened(reason.as_deref().unwrap_or_default(), LONGEST);
        return (
            say("ledger.of_ticket", &[("number", &number), ("case", &rules::case_name(desk, language, case)), ("reason", &reason)]),
            false,
        );
    }
    if let Some((_, word)) = REASONS.iter().find(|(why, _)| *why == line.why) {
        return (say(word, &[("n", &line.attempts.to_string())]), false);
    }
    match line.why.split_once(": ").filter(|(case, _)| !rules::rule_of(desk, case).is_empty()) {
        Some((case, reason)) => {
            (format!("{} · {}", rules::case_name(desk, language, case), shortened(reason, LONGEST)), language != Language::En)
        }
        None => (shortened(&line.why, LONGEST), language != Language::En),
    }
}

/// Visible, on one line, and not longer than there is room for.
fn shortened(text: &str, most: usize) -> String {
    let text = format::visible(text).replace(['\n', '\t'], " ");
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default().trim_end()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(shown: &str, head: &[u8]) -> Line {
        Line {
            id: "m".into(),
            mailbox: "support".into(),
            uid: "1".into(),
            shown: shown.into(),
            why: String::new(),
            attempts: 0,
            arrived_at: 0,
            kept: true,
            ticket_id: None,
            number: None,
            follows: false,
            sender: None,
            from_address: None,
            subject: None,
            language: None,
            case_name: None,
            reason_en: None,
            reason_fr: None,
            head: (!head.is_empty()).then(|| head.to_vec()),
        }
    }

    #[test]
    fn who_wrote_a_message_without_a_ticket_is_read_from_its_head() {
        type Case<'a> = (&'a str, &'a [u8], [Option<&'a str>; 3]);
        let cases: [Case<'static>; 6] = [
            (
                "plain",
                b"From: Robot <robot@uni.example>\r\nSubject: Away\r\n\r\nFrom: other <o@x.example>\r\n",
                [Some("Robot"), Some("robot@uni.example"), Some("Away")],
            ),
            ("encoded", b"From: =?utf-8?q?L=C3=A9a?= <lea@uni.example>\n\nx", [Some("L\u{e9}a"), Some("lea@uni.example"), None]),
            ("cut inside the head", b"Subject: half\r\nFrom: a@b.exam", [None, Some("a@b.exam"), Some("half")]),
            ("no head", b"\xff\xfe\x00", [None, None, None]),
            ("nothing is kept", b"", [None, None, None]),
            ("turned round", b"From: a@b.example\nSubject: gpj\xe2\x80\xaeexe\n\n", [None, Some("a@b.example"), Some("gpj[U+202E]exe")]),
        ];
        for (says, head, expected) in cases {
            let Who { name, address, subject } = who(&line("ignored", head));
            assert_eq!([name.as_deref(), address.as_deref(), subject.as_deref()], expected, "{says}");
        }
    }

    #[test]
    fn a_message_of_a_ticket_is_called_as_the_ticket_is() {
        let ticket = Line {
            sender: Some("Ada".into()),
            from_address: Some("ada@uni.example".into()),
            subject: Some("code".into()),
            ..line("held", b"")
        };
        let Who { name, address, subject } = who(&ticket);
        assert_eq!([name.as_deref(), address.as_deref(), subject.as_deref()], [Some("Ada"), Some("ada@uni.example"), Some("code")]);
    }

    #[test]
    fn a_long_text_is_cut_between_letters() {
        assert_eq!(shortened(&"é".repeat(200), 10), format!("{}…", "é".repeat(10)));
        assert_eq!(shortened("a\nb", 10), "a b");
    }
}
