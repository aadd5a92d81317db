//! Which messages are one conversation, and what a newer one does to what was drafted before.

use jiff::SignedDuration;
use usher::store::settle::{Becomes, JudgedBy, Returned, Settlement};
use usher::store::{Store, inbox::NewMessage};

use crate::server::both;
use crate::{arrival, later, now, opened, settlement, ticket};

async fn came(store: &Store, id: &str) {
    store.admit("support", 1, Some(3), &[arrival(id, id, id)], later(60)).await.unwrap();
}

fn joins(message: &str, to: &str, messages: i64) -> Settlement {
    let mut newer = ticket(message, None);
    newer.id = to.into();
    newer.case = "already_activated".into();
    Settlement { fate: "follow-up", ..settlement(message, Becomes::Joins(Box::new(newer), JudgedBy { messages, marks: 0 })) }
}

#[tokio::test]
async fn a_follow_up_replaces_the_draft_and_takes_the_old_one_out_of_the_folder() {
    let (stores, _folder, _server) = both("follow_up").await;
    for store in stores {
        opened(&store, "m1", None).await;
        store.saving_draft("d-m1", "hash", now()).await.unwrap();
        store.saved_draft("d-m1", now()).await.unwrap();
        came(&store, "m2").await;
        assert_eq!(store.said("t-m1", "m2").await.unwrap().len(), 1);
        store.settle(&[joins("m2", "t-m1", 1)], later(60)).await.unwrap();
        let known = store.ticket("t-m1").await.unwrap().unwrap();
        assert_eq!((known.row.case.as_str(), known.draft.unwrap().id.as_str()), ("already_activated", "d-m2"));
        assert!(store.draft_due("support", later(61)).await.unwrap().is_none(), "not before the old one is out");
        let unwanted = store.withdrawal_due("support", later(61)).await.unwrap().unwrap();
        assert_eq!((unwanted.message_id.as_str(), unwanted.saved_hash.as_str()), ("usher.m1@nexam.example", "hash"));
        store.withdrawn(&unwanted.message_id).await.unwrap();
        assert_eq!(store.draft_due("support", later(61)).await.unwrap().unwrap().id, "d-m2");
        assert_eq!(store.queue(10).await.unwrap().len(), 1, "one ticket");
        assert_eq!(store.ledger("support").await.unwrap().iter().filter(|r| r.fate == "follow-up").count(), 1);
    }
}

#[tokio::test]
async fn what_is_queued_does_not_leave_once_something_newer_came() {
    let (stores, _folder, _server) = both("newer").await;
    for store in stores {
        opened(&store, "m1", Some(later(600))).await;
        came(&store, "m2").await;
        store.settle(&[joins("m2", "t-m1", 1)], later(60)).await.unwrap();
        assert_eq!(store.reply_state("t-m1").await.unwrap().unwrap().0, "cancelled");
    }
}

#[tokio::test]
async fn thanks_close_the_ticket() {
    let (stores, _folder, _server) = both("closes").await;
    for store in stores {
        opened(&store, "m1", None).await;
        came(&store, "m2").await;
        store.settle(&[settlement("m2", Becomes::Closes("t-m1".into()))], later(60)).await.unwrap();
        let known = store.ticket("t-m1").await.unwrap().unwrap();
        assert_eq!((known.row.status.as_str(), known.draft), ("closed", None));
    }
}

#[tokio::test]
async fn a_reply_that_came_back_opens_its_ticket_again() {
    let (stores, _folder, _server) = both("returns").await;
    for store in stores {
        opened(&store, "m1", None).await;
        store.set_ticket_status("t-m1", "answered").await.unwrap();
        came(&store, "m2").await;
        let returned = Returned { ticket: "t-m1".into(), message_ids: vec!["usher.r-m1@nexam.example".into()] };
        store.settle(&[settlement("m2", Becomes::Returns(returned))], later(60)).await.unwrap();
        let known = store.ticket("t-m1").await.unwrap().unwrap();
        assert_eq!((known.row.status.as_str(), known.notice.as_str()), ("open", "reply_returned"));
    }
}

#[tokio::test]
async fn a_persons_own_answer_takes_back_what_was_drafted_and_queued() {
    let (stores, _folder, _server) = both("elsewhere").await;
    for store in stores {
        opened(&store, "m1", Some(later(600))).await;
        assert!(
            !store.answered_elsewhere("t-m1", now() - SignedDuration::from_secs(5), now()).await.unwrap(),
            "an older answer to something else"
        );
        assert!(store.answered_elsewhere("t-m1", later(1), later(2)).await.unwrap());
        assert!(!store.answered_elsewhere("t-m1", later(1), later(2)).await.unwrap(), "once");
        assert_eq!(store.reply_state("t-m1").await.unwrap().unwrap().0, "cancelled");
        assert_eq!(store.ticket("t-m1").await.unwrap().unwrap().row.status, "answered");
    }
}

#[tokio::test]
async fn a_ticket_may_be_related_by_what_is_answered_or_by_who_writes() {
    let (stores, _folder, _server) = both("related").await;
    for store in stores {
        let first = NewMessage { header_id: Some("a@uni.example".into()), ..arrival("m1", "1", "h1") };
        store.admit("support", 1, Some(2), &[first], now()).await.unwrap();
        store.settle(&[settlement("m1", Becomes::Ticket(Box::new(ticket("m1", None))))], now()).await.unwrap();
        let answers = ["a@uni.example".to_owned()];
        let cases = [
            ("it answers a message", None, &answers[..], Some("t-m1")),
            ("the same address", Some("ada@uni.example"), &[][..], Some("t-m1")),
            ("neither", Some("bo@uni.example"), &[][..], None),
        ];
        for (says, from, answers, expected) in cases {
            assert_eq!(store.related("support", from, answers, later(60)).await.unwrap().as_deref(), expected, "{says}");
        }
        assert_eq!(store.related("support", Some("ada@uni.example"), &[], later(99 * 24 * 3_600)).await.unwrap(), None, "long ago");
    }
}

#[tokio::test]
async fn a_renumbered_mailbox_keeps_the_fates_of_its_messages() {
    let (stores, _folder, _server) = both("renumbered").await;
    for store in stores {
        let first = NewMessage { head_hash: "head".into(), ..arrival("m1", "1", "h1") };
        let history = NewMessage { head_hash: "old".into(), fate: "history", content_hash: String::new(), ..arrival("m0", "7", "") };
        store.admit("support", 1, Some(8), &[first, history], now()).await.unwrap();
        let other: i64 = 2 + (1 << 32);
        let known = store.by_head("support", other).await.unwrap();
        assert_eq!((known["head"].as_slice(), known["old"].as_slice()), (&["m1".to_owned()][..], &["m0".to_owned()][..]));
        store.renumber(other, &[("m1".into(), "1".into()), ("m0".into(), "2".into())]).await.unwrap();
        assert!(store.by_head("support", other).await.unwrap().is_empty());
        assert_eq!(store.known("support", other).await.unwrap().len(), 2);
        assert_eq!(store.ledger("support").await.unwrap().len(), 2, "no line is lost or doubled");
    }
}

#[tokio::test]
async fn what_was_judged_without_a_message_that_came_meanwhile_is_judged_again() {
    let (stores, _folder, _server) = both("meanwhile").await;
    for store in stores {
        opened(&store, "m1", None).await;
        came(&store, "m2").await;
        came(&store, "m3").await;
        assert_eq!(store.settle(&[joins("m2", "t-m1", 1)], later(60)).await.unwrap(), 1);
        assert_eq!(store.settle(&[joins("m3", "t-m1", 1)], later(61)).await.unwrap(), 0, "it did not know of the second");
        assert_eq!(store.waiting().await.unwrap(), 1);
        assert_eq!(store.settle(&[joins("m3", "t-m1", 2)], later(62)).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn a_reply_does_not_answer_what_came_after_it_was_written() {
    use usher::store::outbox::{End, Taken};
    let (stores, _folder, _server) = both("after_it").await;
    for store in stores {
        opened(&store, "m1", Some(now())).await;
        let Taken::Send(row) = store.take_reply(&crate::outbox::BUDGETS, now()).await.unwrap() else { panic!("it is due") };
        came(&store, "m2").await;
        store.settle(&[joins("m2", "t-m1", 1)], later(60)).await.unwrap();
        assert!(store.finish(&row, End::Sent, "", "j9", later(61)).await.unwrap());
        assert_eq!(store.ticket("t-m1").await.unwrap().unwrap().row.status, "open");
    }
}
