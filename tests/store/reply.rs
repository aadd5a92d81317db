//! What people do to tickets and replies: written once, under what was seen, on both databases.

use usher::store::Store;
use usher::store::corrections::NewCorrection;
use usher::store::outbox::Taken;
use usher::store::reply::{Approval, Approved, Saved, Seen};
use usher::store::settle::JudgedBy;
use usher::store::settle::anew::By;
use usher::store::staff::{Act, Role};
use usher::triage::corrected::Correction;

use crate::outbox::BUDGETS;
use crate::server::both;
use crate::{later, now, opened, ticket};

async fn colleague(store: &Store, id: &str) {
    assert!(
        store
            .add_staff(id, &format!("{id}@nexam.example"), id, Role::Send, Act { entry: &format!("e-{id}"), by: None, now: now() })
            .await
            .unwrap()
    );
}

fn by<'a>(staff: &'a str, line: &'a str) -> By<'a> {
    By { staff, line, at: now() }
}

fn approval(key: &str, version: i64) -> Approval {
    Approval {
        ticket: "t-m1".into(),
        seen: Seen { id: "d-m1".into(), version },
        messages: 1,
        also: false,
        subject: "Re: code".into(),
        text: "Hello, Ada".into(),
        key: key.into(),
        id: format!("o-{key}"),
        case: "code_expired".into(),
        to: "ada+x@uni.example".into(),
        recipient_base: "ada@uni.example".into(),
        domain: "uni.example".into(),
        message_id: format!("usher.{key}@nexam.example"),
        mail: b"From: support@nexam.example\r\n\r\nHello, Ada\r\n".to_vec(),
        not_before: later(10),
        trial: false,
        edited: Some((format!("c-{key}"), "reply/code_expired".into())),
    }
}

#[tokio::test]
async fn a_reply_is_approved_once_under_what_was_seen_and_taken_back_while_it_waits() {
    let (stores, _folder, _server) = both("approve").await;
    for store in stores {
        colleague(&store, "lea").await;
        opened(&store, "m1", None).await;
        let seen = Seen { id: "d-m1".into(), version: 1 };
        assert_eq!(store.save_reply("t-m1", &seen, "Re: code", "Hello, A", by("lea", "1")).await.unwrap(), Saved::Version(2));
        assert_eq!(store.save_reply("t-m1", &seen, "Re: code", "older", by("lea", "2")).await.unwrap(), Saved::Changed);
        assert_eq!(store.written("t-m1").await.unwrap().unwrap().edited.unwrap().0, "lea");
        assert_eq!(
            store.waiting_tickets(9, now()).await.unwrap()[0].owner.clone().unwrap(),
            ("lea".into(), "lea".into()),
            "whoever types has it"
        );

        assert_eq!(store.approve(&approval("a", 1), by("lea", "3")).await.unwrap(), Approved::Changed);
        let newer = Approval { messages: 0, ..approval("b", 2) };
        assert_eq!(store.approve(&newer, by("lea", "4")).await.unwrap(), Approved::Newer);
        assert_eq!(store.approve(&approval("c", 2), by("lea", "5")).await.unwrap(), Approved::Queued);
        assert_eq!(store.approve(&approval("c", 2), by("lea", "6")).await.unwrap(), Approved::Queued, "the same press");
        assert_eq!(store.approve(&approval("d", 3), by("lea", "7")).await.unwrap(), Approved::Answered);
        assert_eq!(store.waiting_tickets(9, now()).await.unwrap(), [], "its reply is on its way");
        assert_eq!(store.leaving("lea", now()).await.unwrap().len(), 1);

        store.undo(1, now()).await.unwrap().unwrap();
        assert_eq!(store.undo(1, now()).await.unwrap(), None, "nothing waits");
        assert_eq!((store.waiting_tickets(9, now()).await.unwrap().len(), store.leaving("lea", now()).await.unwrap().len()), (1, 0));
        assert_eq!(store.approve(&approval("e", 3), by("lea", "8")).await.unwrap(), Approved::Queued);
        let Taken::Send(row) = store.take_reply(&BUDGETS, later(11)).await.unwrap() else { panic!("it is due") };
        assert_eq!((row.kind.as_str(), row.approved_at.is_some()), ("approved", true));
        assert!(store.replies("t-m1").await.unwrap().iter().any(|r| r.approved_by.as_deref() == Some("lea")));
    }
}

#[tokio::test]
async fn of_many_who_approve_at_one_moment_one_does() {
    let (stores, _folder, _server) = both("approve_at_once").await;
    for store in stores {
        colleague(&store, "lea").await;
        opened(&store, "m1", None).await;
        let tries = (0..8).map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                let line = format!("l{n}");
                store.approve(&approval(&format!("k{n}"), 1), by("lea", &line)).await.unwrap()
            })
        });
        let mut queued = 0;
        for tried in tries.collect::<Vec<_>>() {
            queued += usize::from(tried.await.unwrap() == Approved::Queued);
        }
        assert_eq!((queued, store.outbox(true, 20).await.unwrap().len()), (1, 1));
    }
}

#[tokio::test]
async fn a_correction_replaces_the_one_of_its_kind_and_keeps_what_was_typed() {
    let (stores, _folder, _server) = both("correct").await;
    for store in stores {
        colleague(&store, "lea").await;
        opened(&store, "m1", None).await;
        let seen = Seen { id: "d-m1".into(), version: 1 };
        store.save_reply("t-m1", &seen, "Re: code", "my own words", by("lea", "1")).await.unwrap();
        let said = |n: u8, case: &str| NewCorrection {
            id: format!("c{n}"),
            correction: Correction::Case(case.into()),
            instead_of: "code_expired".into(),
            rule: "cases/120-code-expired.toml".into(),
        };
        for (n, case) in [(1, "technical"), (2, "wrong_address")] {
            let mut anew = ticket("m1", None);
            anew.case = case.into();
            anew.draft.as_mut().unwrap().id = format!("d-{n}");
            anew.draft.as_mut().unwrap().message_id = format!("usher.d{n}@nexam.example");
            anew.alarm = None;
            assert!(
                store
                    .correct(
                        &anew,
                        store.judged_by("t-m1").await.unwrap().unwrap(),
                        &[said(n, case)],
                        &[],
                        "case",
                        by("lea", &format!("j{n}"))
                    )
                    .await
                    .unwrap()
            );
            assert!(
                !store.correct(&anew, JudgedBy { messages: 7, marks: 0 }, &[said(9, case)], &[], "case", by("lea", "j9")).await.unwrap(),
                "something came meanwhile"
            );
        }
        let counts: Vec<Correction> = store.corrections("t-m1").await.unwrap().into_iter().map(|c| c.correction).collect();
        assert_eq!(counts, [Correction::Case("wrong_address".into())]);
        assert_eq!(store.typed("t-m1").await.unwrap().unwrap().text, "my own words");
        store.forget_typed("t-m1").await.unwrap();
        assert_eq!(store.typed("t-m1").await.unwrap(), None);
        assert_eq!(store.waiting_tickets(9, now()).await.unwrap()[0].ticket.case, "wrong_address");
        assert!(store.hand_ticket_over("t-m1", ["n1", "knows her"], by("lea", "h1")).await.unwrap());
        assert_eq!(store.notes("t-m1").await.unwrap()[0].2, "knows her");
        assert!(store.ignore("t-m1", by("lea", "i1")).await.unwrap() && !store.ignore("t-m1", by("lea", "i2")).await.unwrap());
        assert!(store.reopen("t-m1", by("lea", "r1")).await.unwrap());
    }
}

#[tokio::test]
async fn tickets_are_found_by_any_of_their_words_and_changes_are_told() {
    let (stores, _folder, _server) = both("find").await;
    for store in stores {
        let before = store.newest_change().await.unwrap();
        opened(&store, "m1", None).await;
        for (asked, found) in [
            ("Roy", 1),
            ("ro", 1),
            ("ada UNI", 1),
            ("T-1", 1),
            ("#1", 1),
            ("1", 1),
            ("nobody", 0),
            ("' OR 1=1 --", 0),
            ("\"*", 0),
            ("%", 0),
            ("", 0),
        ] {
            assert_eq!(store.find(asked, 9).await.unwrap().len(), found, "{asked}");
        }
        assert_eq!(store.tickets_numbered(&[1, 9]).await.unwrap().len(), 1);
        let changes = store.changes_after(before, 99).await.unwrap();
        assert!(!changes.is_empty() && changes.iter().all(|(seq, number)| *seq > before && *number == 1), "{changes:?}");
        let seen = store.newest_change().await.unwrap();
        assert!(!store.take("t-m1", "lea", false, now()).await.unwrap() || store.newest_change().await.unwrap() > seen);
        store.trim_changes(seen).await.unwrap();
        assert!(store.take("t-m1", "marc", true, now()).await.unwrap() && !store.take("t-m1", "lea", false, now()).await.unwrap());
        assert!(store.release("t-m1", "marc").await.unwrap() && !store.release("t-m1", "marc").await.unwrap());
    }
}
