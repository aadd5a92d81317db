//! What the store promises, held on SQLite and on Postgres alike.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that stumbles fails, and so it should")]

mod aliases;
mod conversations;
mod health;
mod ledger;
mod live;
mod mirror;
mod outbox;
mod register;
mod reply;
mod server;
mod staff;
mod statistics;

use std::sync::OnceLock;

use jiff::{SignedDuration, Timestamp};
use usher::clock::{Clock, System};
use usher::store::inbox::NewMessage;
use usher::store::settle::{Becomes, Line, NewDraft, NewReply, NewTicket, Settlement};
use usher::store::{Store, StoreError, StoreSettings};

use server::both;

fn now() -> Timestamp {
    static NOW: OnceLock<Timestamp> = OnceLock::new();
    // Whole milliseconds, as the database keeps them.
    *NOW.get_or_init(|| Timestamp::from_millisecond(System.now().as_millisecond()).unwrap())
}

fn later(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

fn arrival(id: &str, uid: &str, hash: &str) -> NewMessage {
    NewMessage {
        id: id.into(),
        uid: uid.into(),
        raw: b"From: a\n\nb\n".to_vec(),
        size: 11,
        content_hash: hash.into(),
        fate: "waiting",
        ..NewMessage::default()
    }
}

fn ticket(message: &str, reply_after: Option<Timestamp>) -> NewTicket {
    let draft = NewDraft {
        id: format!("d-{message}"),
        to: "ada+x@uni.example".into(),
        subject: "Re: code".into(),
        text: "Hello".into(),
        template: "reply/code_expired".into(),
        language: "en".into(),
        in_reply_to: Some("a@uni.example".into()),
        references: vec!["a@uni.example".into()],
        message_id: format!("usher.{message}@nexam.example"),
        state: if reply_after.is_some() { "queued" } else { "ready" },
    };
    let reply = reply_after.map(|not_before| NewReply {
        id: format!("r-{message}"),
        kind: "automatic",
        case: "code_expired".into(),
        state: "queued",
        to: "ada+x@uni.example".into(),
        recipient_base: "ada@uni.example".into(),
        domain: "uni.example".into(),
        text_hash: "words".into(),
        message_id: format!("usher.r-{message}@nexam.example"),
        mail: b"From: support@nexam.example\r\n\r\nHello\r\n".to_vec(),
        not_before,
        ground: "{}".into(),
    });
    NewTicket {
        id: format!("t-{message}"),
        mailbox: "support".into(),
        sender: "Ada".into(),
        from_address: Some("ada@uni.example".into()),
        subject: "code".into(),
        language: "en".into(),
        case: "code_expired".into(),
        action: "draft".into(),
        urgency: "imminent".into(),
        state: Some("expired".into()),
        person: Some("Ada Roy".into()),
        match_kind: "exact".into(),
        deadline: Some(later(3_600)),
        over_at: Some(later(7_200)),
        received_at: now(),
        latest_at: now(),
        reason_en: "because".into(),
        reason_fr: "parce que".into(),
        words: "My code".into(),
        quoted: None,
        proof: "proven".into(),
        outcome_json: "{}".into(),
        found_by: "ada roy uni example my code".into(),
        related: None,
        draft: Some(draft),
        reply,
        alarm: Some(format!("u-{message}")),
    }
}

fn settlement(message: &str, becomes: Becomes) -> Settlement {
    let journal = Line { id: format!("j-{message}"), event: "opened", detail: String::new() };
    Settlement { message_id: message.into(), fate: "ticket", why: "code_expired".into(), becomes, journal }
}

/// Message `id` has come and opened a ticket, with a reply that is to leave by itself from an instant on, or none.
async fn opened(store: &Store, id: &str, reply_after: Option<Timestamp>) {
    store.admit("support", 1, Some(2), &[arrival(id, id, id)], now()).await.unwrap();
    let becomes = Becomes::Ticket(Box::new(ticket(id, reply_after)));
    assert_eq!(store.settle(&[settlement(id, becomes)], now()).await.unwrap(), 1);
}

#[tokio::test]
async fn a_batch_is_written_once_and_the_cursor_moves_with_it() {
    let (stores, _folder, _server) = both("inbox").await;
    for store in stores {
        let batch = [arrival("m1", "1", "h1"), arrival("m2", "2", "h2")];
        assert_eq!(store.cursor("support").await.unwrap(), None);
        assert_eq!(store.admit("support", 7, Some(3), &batch, now()).await.unwrap(), 2);
        assert_eq!(store.admit("support", 7, Some(3), &[arrival("m3", "1", "h9")], now()).await.unwrap(), 0, "the same UID again");
        assert_eq!(store.cursor("support").await.unwrap(), Some((7, 3)));
        assert_eq!(store.known("support", 7).await.unwrap().into_iter().collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(store.admit("support", 7, None, &[arrival("m9", "9", "")], now()).await.unwrap(), 1, "found late");
        assert_eq!(store.cursor("support").await.unwrap(), Some((7, 3)), "what comes late moves nothing");
        assert_eq!(store.admit("support", 7, None, &[arrival("m8", "8", "")], now()).await.unwrap(), 1, "nobody could read either of them");
        // The same mail again under another number, and one that is new.
        assert_eq!(store.admit("support", 8, Some(4), &[arrival("m4", "1", "h2"), arrival("m5", "2", "h5")], now()).await.unwrap(), 1);
        let fates: Vec<_> = store.ledger("support").await.unwrap().into_iter().map(|r| r.fate).collect();
        assert_eq!(fates.iter().filter(|f| *f == "duplicate").count(), 1, "{fates:?}");
    }
}

#[tokio::test]
async fn a_message_is_handed_to_one_judge_and_counts_as_tried_before_it_is_judged() {
    let (stores, _folder, _server) = both("leases").await;
    for store in stores {
        let batch: Vec<_> = (0..40).map(|n| arrival(&format!("m{n:02}"), &n.to_string(), &format!("h{n}"))).collect();
        store.admit("support", 1, Some(41), &batch, now()).await.unwrap();
        let (a, b) = tokio::join!(store.lease(25, now()), store.lease(25, now()));
        let mut ids: Vec<String> = a.unwrap().into_iter().chain(b.unwrap()).map(|l| l.id).collect();
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!((ids.len(), count), (count, count), "nobody got what another got");
        assert!(store.lease(50, later(59)).await.unwrap().iter().all(|l| l.attempts == 1));
        let again = store.lease(50, later(200)).await.unwrap();
        assert_eq!((again.len(), again[0].attempts), (1, 2), "a dead judge's messages come back, one by one: one of them may be guilty");
    }
}

#[tokio::test]
async fn what_follows_from_a_message_is_written_once() {
    let (stores, _folder, _server) = both("settled").await;
    for store in stores {
        opened(&store, "m1", None).await;
        let again = settlement("m1", Becomes::Ticket(Box::new(ticket("m1", None))));
        assert_eq!(store.settle(&[again], now()).await.unwrap(), 0, "a second time changes nothing");
        let queue = store.queue(10).await.unwrap();
        assert_eq!((queue.len(), queue[0].number, queue[0].deadline), (1, 1, Some(later(3_600))));
        let ticket = store.ticket("t-m1").await.unwrap().unwrap();
        assert_eq!((ticket.words.as_str(), ticket.draft.unwrap().state.as_str()), ("My code", "ready"));
        assert_eq!(store.waiting().await.unwrap(), 0);
        assert_eq!(store.journal("t-m1").await.unwrap().len(), 1);
        assert_eq!(store.ticket("t-none").await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_draft_goes_from_ready_by_saving_to_saved() {
    let (stores, _folder, _server) = both("drafts").await;
    for store in stores {
        opened(&store, "m1", None).await;
        let draft = store.draft_due("support", now()).await.unwrap().unwrap();
        assert!(store.saving_draft(&draft.id, "hash", now()).await.unwrap());
        assert_eq!(store.draft_due("support", now()).await.unwrap().unwrap().state, "saving", "an interrupted one is seen again");
        assert!(store.saved_draft(&draft.id, now()).await.unwrap());
        assert!(!store.saved_draft(&draft.id, now()).await.unwrap(), "once");
        assert!(store.draft_due("support", later(9_999)).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn an_alarm_is_due_until_it_is_posted() {
    let (stores, _folder, _server) = both("alarms").await;
    for store in stores {
        opened(&store, "m1", None).await;
        let alarm = store.alarm_due(now()).await.unwrap().unwrap();
        assert!(alarm.draft_ready && alarm.nonce == "u-m1");
        store.set_alarm(&alarm.id, "due", "HTTP 503", None, later(30)).await.unwrap();
        assert!(store.alarm_due(now()).await.unwrap().is_none());
        let again = store.alarm_due(later(31)).await.unwrap().unwrap();
        assert_eq!(again.nonce, alarm.nonce, "the nonce stays");
        store.set_alarm(&alarm.id, "posted", "", Some("123"), now()).await.unwrap();
        assert_eq!(store.alarms_waiting().await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_second_process_on_one_file_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let settings = StoreSettings { url: format!("sqlite:{}", folder.path().join("usher.db").display()), ..StoreSettings::default() };
    let (one, other) = (Store::open(&settings).await.unwrap(), Store::open(&settings).await.unwrap());
    let claim = one.claim().await.unwrap();
    assert!(matches!(other.claim().await, Err(StoreError::Unusable(what)) if what.contains("usher.db.lock")));
    drop(claim);
    assert!(other.claim().await.unwrap().is_some());
}
