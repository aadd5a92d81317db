//! Replies on their way out: at most once, and never more than the budgets allow.

use jiff::Timestamp;
use usher::store::Store;
use usher::store::outbox::{Budgets, End, OutboxRow, Spent, Taken};
use usher::store::outgoing::Wish;

use crate::server::both;
use crate::{later, now, opened};

pub const BUDGETS: Budgets = Budgets {
    daily_per_sender: 2,
    monthly_per_sender: 4,
    hourly_per_domain: 50,
    hourly_same_text: 10,
    hourly_total: 200,
    per_minute: 60,
    register_is_fresh: true,
};

async fn take(store: &Store, budgets: &Budgets, at: Timestamp) -> Option<OutboxRow> {
    match store.take_reply(budgets, at).await.unwrap() {
        Taken::Send(row) => Some(row),
        Taken::Nothing => None,
        Taken::Held(_, spent) => panic!("held: {spent}"),
    }
}

async fn state(store: &Store, ticket: &str) -> String {
    store.reply_state(ticket).await.unwrap().unwrap().0
}

async fn draft_state(store: &Store, ticket: &str) -> String {
    store.ticket(ticket).await.unwrap().unwrap().draft.unwrap().state
}

#[tokio::test]
async fn a_reply_that_may_have_left_is_never_handed_out_again() {
    let (stores, _folder, _server) = both("outbox").await;
    for store in stores {
        opened(&store, "m1", Some(later(10))).await;
        assert!(take(&store, &BUDGETS, now()).await.is_none(), "it is held for ten seconds");
        let row = take(&store, &BUDGETS, later(11)).await.unwrap();
        assert_eq!((row.recipient_base.as_str(), row.attempts, row.fence), ("ada@uni.example", 1, 1));
        assert!(take(&store, &BUDGETS, later(12)).await.is_none(), "it is being sent");
        assert_eq!(store.doubt_unfinished(false, later(13)).await.unwrap(), 0, "whoever sends it has time for it");
        assert_eq!(store.doubt_unfinished(true, later(13)).await.unwrap(), 1, "the process died");
        assert!(take(&store, &BUDGETS, later(99_999)).await.is_none(), "a person decides");
        assert_eq!(state(&store, "t-m1").await, "unknown");
        assert!(store.finish(&row, End::Sent, "found among sent mail", "j1", later(14)).await.unwrap(), "its copy was found");
        assert_eq!((state(&store, "t-m1").await, draft_state(&store, "t-m1").await), ("sent".into(), "sent".into()));
        assert_eq!(store.ticket("t-m1").await.unwrap().unwrap().row.status, "answered");
        assert_eq!(store.uncopied("support").await.unwrap().len(), 1);
        store.copied(&row.id).await.unwrap();
        assert!(store.uncopied("support").await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_process_that_wakes_after_its_time_decides_nothing() {
    let (stores, _folder, _server) = both("fence").await;
    for store in stores {
        opened(&store, "m1", Some(now())).await;
        let frozen = take(&store, &BUDGETS, now()).await.unwrap();
        assert_eq!(store.doubt_unfinished(false, later(3_600)).await.unwrap(), 1);
        let (ticket, before) = store.steer(1, Wish::Send, None, later(3_601)).await.unwrap().unwrap();
        assert_eq!((ticket.as_str(), before.as_str()), ("t-m1", "unknown"));
        let anew = take(&store, &BUDGETS, later(3_602)).await.unwrap();
        assert!(!store.finish(&frozen, End::Failed, "too late", "j1", later(3_603)).await.unwrap());
        assert!(store.finish(&anew, End::Sent, "", "j2", later(3_604)).await.unwrap());
        assert_eq!(state(&store, "t-m1").await, "sent");
    }
}

#[tokio::test]
async fn each_budget_holds_back_and_leaves_the_draft_to_a_person() {
    let (stores, _folder, _server) = both("budgets").await;
    let cases = [
        ("daily", Budgets { daily_per_sender: 1, ..BUDGETS }, Spent::Daily(1)),
        ("monthly", Budgets { daily_per_sender: 9, monthly_per_sender: 1, ..BUDGETS }, Spent::Monthly(1)),
        ("the same case", BUDGETS, Spent::SameCase(2)),
        ("in all", Budgets { hourly_total: 1, ..BUDGETS }, Spent::Total(1)),
    ];
    for store in stores {
        opened(&store, "m0", Some(now())).await;
        let row = take(&store, &BUDGETS, now()).await.unwrap();
        // Even one that is still in the sending counts.
        for (n, (says, budgets, expected)) in cases.iter().enumerate() {
            let id = format!("m{}", n + 1);
            opened(&store, &id, Some(now())).await;
            match store.take_reply(budgets, later(1)).await.unwrap() {
                Taken::Held(held, spent) => assert_eq!((held.ticket_id, spent), (format!("t-{id}"), *expected), "{says}"),
                other => panic!("{says}: {other:?}"),
            }
            assert_eq!(
                (state(&store, &format!("t-{id}")).await.as_str(), draft_state(&store, &format!("t-{id}")).await.as_str()),
                ("held", "ready")
            );
        }
        store.finish(&row, End::Sent, "", "j1", later(1)).await.unwrap();
        opened(&store, "next-week", Some(later(8 * 24 * 3_600))).await;
        assert!(take(&store, &BUDGETS, later(8 * 24 * 3_600)).await.is_some(), "a week later it may leave again");
    }
}

#[tokio::test]
async fn the_providers_minute_is_respected_by_waiting() {
    let (stores, _folder, _server) = both("minute").await;
    for store in stores {
        let many = Budgets { daily_per_sender: 99, monthly_per_sender: 99, per_minute: 1, ..BUDGETS };
        opened(&store, "m1", Some(now())).await;
        take(&store, &many, now()).await.unwrap();
        opened(&store, "m2", Some(now())).await;
        assert!(matches!(store.take_reply(&many, later(1)).await.unwrap(), Taken::Nothing), "later, not never");
        assert_eq!(state(&store, "t-m2").await, "queued");
    }
}

#[tokio::test]
async fn what_stood_on_something_that_changed_is_judged_again_and_not_sent() {
    let (stores, _folder, _server) = both("shaken").await;
    for store in stores {
        opened(&store, "m1", Some(now())).await;
        let row = take(&store, &BUDGETS, now()).await.unwrap();
        assert!(store.finish(&row, End::Shaken, "the account was activated", "j1", now()).await.unwrap());
        assert_eq!((state(&store, "t-m1").await.as_str(), draft_state(&store, "t-m1").await.as_str()), ("held", "kept"));
        let again = store.lease(10, later(1)).await.unwrap();
        assert_eq!((again[0].ticket_id.as_deref(), again[0].imported), (Some("t-m1"), 1), "what comes of it waits for a person");
    }
}

#[tokio::test]
async fn a_person_may_send_what_was_held_and_cancel_what_waits() {
    let (stores, _folder, _server) = both("steer").await;
    for store in stores {
        opened(&store, "m1", Some(later(60))).await;
        store.steer(1, Wish::Cancel, None, now()).await.unwrap().unwrap();
        assert_eq!((state(&store, "t-m1").await.as_str(), draft_state(&store, "t-m1").await.as_str()), ("cancelled", "ready"));
        assert_eq!(store.steer(1, Wish::Send, None, now()).await.unwrap(), None, "what is cancelled is a draft now");
        assert_eq!(store.steer(9, Wish::Send, None, now()).await.unwrap(), None, "there is no such ticket");
        opened(&store, "m2", Some(now())).await;
        let nothing = Budgets { hourly_total: 0, ..BUDGETS };
        assert!(matches!(store.take_reply(&nothing, later(1)).await.unwrap(), Taken::Held(..)));
        store.steer(2, Wish::Send, None, later(2)).await.unwrap().unwrap();
        let row = take(&store, &nothing, later(2)).await.unwrap();
        assert_eq!((row.approved_at, row.ground.as_str()), (Some(later(2).as_millisecond()), ""), "a person's word needs no budget");
        assert_eq!(store.outbox(true, 10).await.unwrap().len(), 1);
        assert_eq!(store.outbox(false, 10).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn what_is_being_sent_at_this_moment_cannot_be_steered() {
    let (stores, _folder, _server) = both("sending").await;
    for store in stores {
        opened(&store, "m1", Some(now())).await;
        let row = take(&store, &BUDGETS, now()).await.unwrap();
        assert_eq!(store.steer(1, Wish::Send, None, now()).await.unwrap(), None);
        assert_eq!(store.steer(1, Wish::Cancel, None, now()).await.unwrap(), None);
        assert!(store.finish(&row, End::Sent, "", "j1", now()).await.unwrap());
    }
}

#[tokio::test]
async fn a_draft_of_the_same_words_is_taken_out_of_the_folder_when_its_reply_leaves() {
    let (stores, _folder, _server) = both("same_words").await;
    for store in stores {
        opened(&store, "m1", Some(now())).await;
        let none = Budgets { hourly_total: 0, ..BUDGETS };
        assert!(matches!(store.take_reply(&none, now()).await.unwrap(), Taken::Held(..)));
        store.saving_draft("d-m1", "hash", now()).await.unwrap();
        store.saved_draft("d-m1", now()).await.unwrap();
        store.steer(1, Wish::Send, Some(b"From: a\r\n\r\nby a person\r\n"), later(1)).await.unwrap().unwrap();
        assert!(store.withdrawal_due("support", later(1)).await.unwrap().is_some());
        let row = take(&store, &none, later(1)).await.unwrap();
        assert!(row.mail.ends_with(b"by a person\r\n"));
        assert!(store.finish(&row, End::Sent, "", "j1", later(2)).await.unwrap());
        assert_eq!(draft_state(&store, "t-m1").await, "sent");
    }
}

#[tokio::test]
async fn an_automatic_reply_that_cannot_leave_in_time_is_left_to_a_person() {
    let (stores, _folder, _server) = both("given_up").await;
    for store in stores {
        opened(&store, "m1", Some(now())).await;
        let stale = Budgets { register_is_fresh: false, ..BUDGETS };
        assert!(take(&store, &stale, later(1)).await.is_none(), "the register is too old");
        assert_eq!(store.give_up_waiting(now(), later(2)).await.unwrap(), 0);
        assert_eq!(store.give_up_waiting(later(1), later(2)).await.unwrap(), 1);
        assert_eq!((state(&store, "t-m1").await.as_str(), draft_state(&store, "t-m1").await.as_str()), ("failed", "ready"));
    }
}
