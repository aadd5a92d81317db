//! The conversation: what the person wrote with its facts marked, and what was answered, in order of time.

use std::ops::Range;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Opened;
use crate::desk::seat::Seat;
use crate::desk::{Desk, format};
use crate::facts::{Facts, Found, Place};
use crate::message::{Message, parse};
use crate::store::conversations::Said;
use crate::store::instant;
use crate::store::reply::Reply;
use crate::triage::Reading;

/// Letters of one message that the page shows; the rest is a download away.
const MOST: usize = 20_000;
/// Facts that a desk asks for, and the keys of the verdict that hold them.
const ASKED: [(&str, &[&str]); 6] = [
    ("name", &["first_name", "last_name"]),
    ("address", &["email_used"]),
    ("course", &["course"]),
    ("date", &["evaluation_on"]),
    ("error", &["error_text"]),
    ("code", &["invitation_code"]),
];
/// Those of them without which nobody can be looked up.
const NEEDED: [&str; 4] = ["name", "address", "course", "error"];

/// All messages and replies, oldest first, and which facts were found.
pub fn view(desk: &Desk, seat: &Seat, opened: &Opened, now: Timestamp) -> Value {
    let last = opened.said.len().saturating_sub(1);
    let messages = opened.said.iter().zip(&opened.readings).enumerate();
    let mut items: Vec<(Timestamp, Value)> =
        messages.map(|(at, (said, reading))| message(desk, seat, opened, said, reading, at == last && at > 0, now)).collect();
    items.extend(opened.replies.iter().map(|reply| answer(desk, seat, reply, now)));
    items.sort_by_key(|(at, _)| *at);
    let items: Vec<Value> = items.into_iter().map(|(_, item)| item).collect();
    json!({"items": items, "found": found(desk, seat, opened), "corrected": corrected(desk, seat, opened)})
}

fn message(desk: &Desk, seat: &Seat, opened: &Opened, said: &Said, reading: &Reading, new: bool, now: Timestamp) -> (Timestamp, Value) {
    let Reading { message, facts } = reading;
    let at = message.moment().unwrap_or(now);
    let zone = desk.zone(seat);
    let place = opened.registered.as_ref().map(|r| r.institution.time_zone.as_str());
    let local = place.and_then(|name| jiff::tz::TimeZone::get(name).ok().map(|zone| (name, zone)));
    let there = local.filter(|(_, local)| local.to_offset(at) != zone.to_offset(at)).map(|(name, local)| {
        desk.words.say(
            seat.language,
            "ticket.there",
            &[("time", &format::time(at, &local, seat.language)), ("city", &format::city(name, &desk.words, seat.language))],
        )
    });
    let quoted = message.quoted.as_deref().filter(|q| !q.trim().is_empty());
    let first_quoted = quoted.and_then(|q| q.lines().find(|l| !l.trim().is_empty())).map(|l| clipped(l, 70));
    let from = message.from.first();
    let item = json!({
        "by_person": true, "id": said.id, "new": new,
        "by": format::visible(match message.sender_name() { "" => from.map_or("", |m| m.address.as_str()), name => name }),
        "address": from.map(|m| format::visible(&m.address)),
        "at": at.to_string(), "when": format::day_time(at, now, &zone, seat.language), "there": there,
        "lang": facts.language.code(),
        "subject": format::visible(&message.subject),
        "paragraphs": paragraphs(&message.clean, marks(facts, Place::Body), opened.line.ticket.number),
        "signature": message.signature.as_deref().map(|s| paragraphs(s, marks(facts, Place::Signature), opened.line.ticket.number)),
        "long": message.clean.len() > MOST,
        "quoted": quoted.map(|q| json!({"count": q.lines().count(), "first": first_quoted, "lines": q.lines().take(400).map(format::visible).collect::<Vec<_>>()})),
        "html": super::html::has(&said.raw),
        "attachments": message.attachments.iter().map(|a| json!({"name": format::visible(&clipped(&a.name, 80)), "kind": clipped(&a.media_type, 60), "size": size(a.size)})).collect::<Vec<_>>(),
        "others": others(message),
        "defects": message.defects.iter().take(6).map(|d| format::visible(d)).collect::<Vec<_>>(),
    });
    (at, item)
}

/// Whom else the mail went to, and where the sender wants answers: shown, never answered to.
fn others(message: &Message) -> Value {
    let list = |mailboxes: &[crate::message::Mailbox]| mailboxes.iter().take(10).map(|m| format::visible(&m.address)).collect::<Vec<_>>();
    let reply_to: Vec<String> = list(&message.reply_to).into_iter().filter(|a| message.from.iter().all(|f| f.address != *a)).collect();
    json!({"cc": list(&message.cc).join(", "), "reply_to": reply_to.join(", ")})
}

fn answer(desk: &Desk, seat: &Seat, reply: &Reply, now: Timestamp) -> (Timestamp, Value) {
    let at = reply.done_at.filter(|_| reply.state == "sent").map_or_else(|| instant(reply.queued_at), instant);
    let mail = parse::message(&reply.mail, &Default::default());
    let item = json!({
        "by_person": false,
        "by": reply.approved_by.clone().unwrap_or_else(|| "usher".into()),
        "machine": reply.approved_by.is_none(),
        "at": at.to_string(), "when": format::day_time(at, now, &desk.zone(seat), seat.language),
        "state": format!("reply_state.{}", reply.state), "why": format::visible(&reply.why),
        "subject": format::visible(&mail.subject),
        "paragraphs": paragraphs(mail.text.trim_end(), Vec::new(), 0),
    });
    (at, item)
}

/// Facts and where they stand.
fn marks(facts: &Facts, place: Place) -> Vec<(Range<usize>, &'static str)> {
    let mut marks = Vec::new();
    let mut add = |span: Option<(Place, Range<usize>)>, kind| {
        marks.extend(span.filter(|(p, s)| *p == place && !s.is_empty()).map(|(_, s)| (s, kind)))
    };
    fn at<T>(found: &Option<Found<T>>) -> Option<(Place, Range<usize>)> {
        found.as_ref().map(|f| (f.place, f.span.clone()))
    }
    add(at(&facts.first_name), "name");
    add(at(&facts.last_name), "name");
    add(at(&facts.email_used), "address");
    add(at(&facts.course), "course");
    add(at(&facts.evaluation_on), "date");
    add(at(&facts.evaluation_time), "date");
    add(at(&facts.error_text), "error");
    add(at(&facts.invitation_code), "code");
    marks.sort_by_key(|(span, _)| (span.start, span.end));
    marks
}

/// Text cut at its facts; neighbours of one kind are one fact, and of two that overlap the first counts.
fn pieces<'a>(text: &'a str, marks: Vec<(Range<usize>, &'static str)>) -> Vec<(&'a str, Option<&'static str>)> {
    let mut joined: Vec<(Range<usize>, &'static str)> = Vec::new();
    for (span, kind) in marks {
        match joined.last_mut() {
            Some((last, before))
                if *before == kind && text.get(last.end..span.start).is_some_and(|gap| gap.trim().is_empty() && !gap.contains('\n')) =>
            {
                last.end = last.end.max(span.end);
            }
            Some((last, _)) if span.start < last.end => {}
            _ => joined.push((span, kind)),
        }
    }
    let (mut at, mut pieces) = (0, Vec::new());
    for (span, kind) in joined {
        if let (Some(before), Some(fact)) = (text.get(at..span.start), text.get(span.clone())) {
            pieces.extend([(before, None), (fact, Some(kind))]);
            at = span.end;
        }
    }
    pieces.extend(text.get(at..).map(|rest| (rest, None)));
    pieces.retain(|(text, _)| !text.is_empty());
    pieces
}

/// Paragraphs of pieces: plain text, a fact that links to its form, a line break.
fn paragraphs(text: &str, marks: Vec<(Range<usize>, &'static str)>, ticket: i64) -> Vec<Value> {
    let end = text.char_indices().nth(MOST).map_or(text.len(), |(at, _)| at);
    let text = text.get(..end).unwrap_or(text);
    let marks = marks.into_iter().filter(|(span, _)| span.end <= end).collect();
    let (mut done, mut open) = (Vec::new(), Vec::new());
    for (piece, kind) in pieces(text, marks) {
        if let Some(kind) = kind {
            let short = piece.chars().count() <= 40;
            let tight = short && !piece.contains('@');
            open.push(json!({"fact": kind, "word": format!("fact.{kind}"), "text": format::visible(piece), "href": format!("/queue/{ticket}/fact/{kind}"), "nb": tight}));
            continue;
        }
        for (at, part) in piece.split("\n\n").enumerate() {
            if at > 0 && !open.is_empty() {
                done.push(Value::Array(std::mem::take(&mut open)));
            }
            for (at, line) in part.split('\n').enumerate() {
                if at > 0 && !open.is_empty() {
                    open.push(json!({"br": true}));
                }
                if !line.is_empty() {
                    open.push(json!({"text": format::visible(line)}));
                }
            }
        }
    }
    if !open.is_empty() {
        done.push(Value::Array(open));
    }
    done
}

/// Which facts were found, which are missing.
fn found(desk: &Desk, seat: &Seat, opened: &Opened) -> Value {
    let has = |keys: &[&str]| keys.iter().any(|key| opened.outcome.get(*key).is_some_and(|v| v.as_str().is_some_and(|s| !s.is_empty())));
    let (found, missing): (Vec<_>, Vec<_>) = ASKED.into_iter().partition(|(_, keys)| has(keys));
    let words = |names: &mut dyn Iterator<Item = &str>| {
        names.map(|name| json!({"name": desk.words.say(seat.language, &format!("fact.{name}"), &[]), "href": format!("/queue/{}/fact/{name}", opened.line.ticket.number)})).collect::<Vec<_>>()
    };
    let needed = missing.iter().filter(|(name, _)| NEEDED.contains(name)).count();
    json!({"all": needed == 0, "count": found.len(), "of": ASKED.len(), "missing": words(&mut missing.iter().map(|(name, _)| *name))})
}

/// What people said is otherwise, in words, each with a way to take it back.
fn corrected(desk: &Desk, seat: &Seat, opened: &Opened) -> Vec<Value> {
    opened.corrections.iter().map(|c| json!({"id": c.id, "text": super::corrections::words(desk, seat, &c.correction)})).collect()
}

fn clipped(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return format::visible(text);
    }
    format!("{}…", format::visible(&text.chars().take(most).collect::<String>()))
}

fn size(bytes: usize) -> String {
    match bytes {
        0..=999 => format!("{bytes} B"),
        1000..=999_999 => format!("{} kB", bytes / 1000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_its_facts() {
        let text = "I am Ada Roy, of BIO 1101.";
        let got = pieces(text, vec![(5..8, "name"), (9..12, "name"), (17..25, "course")]);
        assert_eq!(got, [("I am ", None), ("Ada Roy", Some("name")), (", of ", None), ("BIO 1101", Some("course")), (".", None)]);
    }

    #[test]
    fn of_two_facts_that_overlap_the_first_counts() {
        let got = pieces("abcdef", vec![(0..4, "error"), (2..6, "code")]);
        assert_eq!(got, [("abcd", Some("error")), ("ef", None)]);
    }

    #[test]
    fn lines_and_paragraphs_stay_apart() {
        let got = paragraphs("Hello,\n\nfirst\nsecond\n", Vec::new(), 1);
        assert_eq!(got.len(), 2);
        assert_eq!(got[1], json!([{"text": "first"}, {"br": true}, {"text": "second"}, {"br": true}]));
    }
}
