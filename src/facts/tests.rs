//! Whole messages, and any text at all.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::message::{Authentication, Mailbox, address::Address};

fn message(subject: &str, clean: &str) -> Message {
    let mailbox = |name: &str, address: &str| Mailbox { name: name.into(), address: address.into() };
    Message {
        from: vec![mailbox("Ada Roy", "ada.roy@home.example")],
        to: vec![mailbox("", "support@nexam.example")],
        cc: vec![],
        reply_to: vec![],
        sender: Address::parse("ada.roy@home.example"),
        speaker: Address::parse("ada.roy@home.example"),
        subject: subject.into(),
        date: "2026-11-02T09:30:00-05:00[-05:00]".parse().ok(),
        received: None,
        message_id: None,
        in_reply_to: vec![],
        references: vec![],
        text: clean.into(),
        new_text: clean.into(),
        clean: clean.into(),
        quoted: None,
        signature: None,
        attachments: vec![],
        automatic: None,
        automatic_why: vec![],
        no_auto_reply: vec![],
        failed_address: None,
        forwarded: None,
        authentication: Authentication::NotProven("test".into()),
        deceptive: false,
        defects: vec![],
    }
}

fn read_of(message: &Message) -> Read {
    read(message, &KnownMessages::default())
}

#[test]
fn every_fact_is_read_with_the_place_it_stands_in() {
    let mut mail = message("Exam", "Hi,\nMy CHEM 2301 exam is tomorrow at 2pm and it says \"Code not accepted\". I use a.roy@uni.example.");
    mail.signature = Some("Ada Roy\n3rd year".into());
    mail.quoted = Some("Your invitation code: NX-917350".into());
    let read = read_of(&mail);
    assert_eq!(read.language, Language::En);
    assert_eq!(read.names.first.as_ref().map(|f| (f.value.as_str(), f.place)), Some(("Ada", Place::Signature)));
    assert_eq!(read.names.last.as_ref().map(|f| f.value.as_str()), Some("Roy"));
    assert_eq!(read.email_used.map(|f| f.value).as_deref(), Some("a.roy@uni.example"));
    assert_eq!(read.details.error_text.map(|f| f.value).as_deref(), Some("Code not accepted"));
    assert_eq!(read.details.course.map(|f| f.value).as_deref(), Some("CHEM 2301"));
    assert_eq!(read.details.evaluation_on.map(|f| f.value), Some(date(2026, 11, 3)));
    assert_eq!(read.details.evaluation_time.map(|f| f.value), Some(jiff::civil::time(14, 0, 0, 0)));
    let code = read.details.invitation_code.unwrap();
    assert_eq!((code.value.as_str(), code.place), ("NX-917350", Place::Quoted));
    let [mention] = read.dates.as_slice() else { panic!("{:?}", read.dates) };
    assert_eq!(mail.clean.get(mention.span.clone()), Some("tomorrow at 2pm"));
}

#[test]
fn an_empty_body_is_read_from_the_subject() {
    let read = read_of(&message("PSY-2140 jeudi 13h et mon lien est mort. Ada Roy", ""));
    assert_eq!(read.details.course.map(|f| f.place), Some(Place::Subject));
    assert_eq!(read.details.evaluation_on.map(|f| f.value), Some(date(2026, 11, 5)));
    assert_eq!(read.details.evaluation_time.map(|f| f.value), Some(jiff::civil::time(13, 0, 0, 0)));
    assert!(read.dates.is_empty());
}

#[test]
fn without_a_date_header_only_whole_dates_resolve() {
    let mut mail = message("", "My exam is tomorrow, no, on 14 May 2027.");
    mail.date = None;
    let read = read_of(&mail);
    assert_eq!(read.details.evaluation_on.map(|f| f.value), Some(date(2027, 5, 14)));
}

#[test]
fn a_far_away_date_header_gives_way_to_the_time_of_receipt() {
    let mut mail = message("", "My exam is tomorrow at 9am");
    mail.received = "2026-12-10T12:00:00Z".parse().ok();
    assert_eq!(read_of(&mail).details.evaluation_on.map(|f| f.value), Some(date(2026, 12, 11)));
}

#[test]
fn spans_give_back_what_was_read() {
    let mail = message(
        "",
        "Nom : Roy\nPrénom : Ada\nCours : Droit notarial\nCode : NX4T8K-Q2ZD\nCourriel : ada@uni.example\nDate : le 2 décembre à 13 h 30",
    );
    let read = read_of(&mail);
    for found in [&read.names.first, &read.names.last, &read.details.course, &read.details.invitation_code, &read.email_used] {
        let found = found.as_ref().unwrap();
        assert_eq!(mail.clean.get(found.span.clone()), Some(found.value.as_str()));
    }
}

fn pieces() -> impl Strategy<Value = String> {
    let mut words: Vec<&str> = "exam demain 12/11 9h at le 14 Dec 2026 - . , ( ) \" « » @ gmail com NX-12 NX code my name is Roy É ' in 2 days 99999999999 next week Friday half past dans une heure it says Nom : 31 Feb a \u{301} 🙃 \u{202e} İ ß de du mois 0900 24:00 from".split(' ').collect();
    words.extend(["\n", "\n\n"]);
    prop::collection::vec(prop::sample::select(words), 0..40).prop_flat_map(|list| {
        prop::collection::vec(any::<bool>(), list.len())
            .prop_map(move |blanks| list.iter().zip(blanks).map(|(w, b)| if b { format!("{w} ") } else { (*w).to_owned() }).collect())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_is_read(subject in any::<String>(), body in any::<String>(), quoted in any::<String>()) {
        let mut mail = message(&subject, &body);
        mail.quoted = Some(quoted.clone());
        mail.signature = Some(quoted);
        let _ = read_of(&mail);
    }

    #[test]
    fn any_run_of_our_own_words_is_read_and_its_spans_lie_in_the_text(body in pieces()) {
        let mail = message("", &body);
        let read = read_of(&mail);
        for span in read.dates.iter().map(|d| &d.span).chain(read.emails.iter().map(|e| &e.span)) {
            prop_assert!(mail.clean.get(span.clone()).is_some());
        }
    }

    #[test]
    fn any_moment_is_counted_from(seconds in -377_000_000_000_i64..253_000_000_000, body in pieces()) {
        let mut mail = message("", &body);
        mail.date = Timestamp::from_second(seconds).ok().map(|t| t.to_zoned(jiff::tz::TimeZone::UTC));
        let _ = read_of(&mail);
    }
}
