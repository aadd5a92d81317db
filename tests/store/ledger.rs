//! The ledger as staff look at it.

use usher::store::Store;
use usher::store::inbox::NewMessage;
use usher::store::ledger::Which;
use usher::store::settle::{Becomes, Settlement};

use crate::server::both;
use crate::{arrival, later, now, opened, settlement};

async fn ignored(store: &Store, id: &str) {
    let raw = b"From: Robot <robot@uni.example>\nSubject: Away\n\nx\n".to_vec();
    store.admit("support", 1, Some(2), &[NewMessage { raw, ..arrival(id, id, id) }], now()).await.unwrap();
    let one = Settlement { fate: "ignored", why: "automatic: a machine wrote it".into(), ..settlement(id, Becomes::Nothing) };
    assert_eq!(store.settle(&[one], now()).await.unwrap(), 1);
}

async fn shown(store: &Store, which: Which<'_>) -> Vec<(String, String)> {
    store.ledger_page(which, 100).await.unwrap().into_iter().map(|l| (l.id, l.shown)).collect()
}

#[tokio::test]
async fn every_message_is_on_one_page_and_no_page_is_long() {
    let (stores, _folder, _server) = both("pages").await;
    for store in stores {
        let batch: Vec<_> = (0..250).map(|n| arrival(&format!("m{n:03}"), &n.to_string(), &format!("h{n}"))).collect();
        store.admit("support", 1, Some(251), &batch, now()).await.unwrap();
        store.admit("other", 1, Some(2), &[arrival("x", "1", "x")], later(1)).await.unwrap();
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let cursor = before.as_ref().map(|(at, id): &(i64, String)| (jiff::Timestamp::from_millisecond(*at).unwrap(), id.as_str()));
            let page = store.ledger_page(Which { mailbox: "support", before: cursor, ..Which::default() }, 100).await.unwrap();
            let Some(last) = page.last() else { break };
            before = Some((last.arrived_at, last.id.clone()));
            assert!(page.len() <= 100);
            seen.extend(page.into_iter().map(|l| l.id));
        }
        let mut expected: Vec<_> = batch.iter().map(|m| m.id.clone()).collect();
        expected.reverse();
        assert_eq!(seen, expected);
    }
}

#[tokio::test]
async fn a_message_shows_what_became_of_its_ticket() {
    let (stores, _folder, _server) = both("shown").await;
    for store in stores {
        for id in ["open", "answered", "closed", "held"] {
            opened(&store, id, Some(later(600))).await;
        }
        store.set_ticket_status("t-answered", "answered").await.unwrap();
        store.set_ticket_status("t-closed", "closed").await.unwrap();
        crate::statistics::run(&store, &["UPDATE outbox SET state = 'held' WHERE ticket_id IN ('t-held', 't-closed')".to_owned()]).await;
        ignored(&store, "robot").await;
        store.admit("support", 1, Some(2), &[arrival("new", "new", "new")], later(5)).await.unwrap();
        for (fate, expected) in
            [("ticket", "open"), ("answered", "answered"), ("closed", "closed"), ("held", "held"), ("ignored", "robot"), ("waiting", "new")]
        {
            let found = shown(&store, Which { shown: fate, ..Which::default() }).await;
            assert_eq!(found, [(expected.to_owned(), fate.to_owned())], "{fate}");
        }
        assert_eq!(shown(&store, Which::default()).await.len(), 6);
        assert_eq!(shown(&store, Which { mailbox: "other", ..Which::default() }).await, []);
        let counts: Vec<_> = store.ledger_counts().await.unwrap().into_iter().map(|((m, shown), n)| (m, shown, n)).collect();
        let expected = ["answered", "closed", "held", "ignored", "ticket", "waiting"];
        assert_eq!(counts, expected.map(|shown| ("support".to_owned(), shown.to_owned(), 1)));
        let lines = store.ledger_page(Which { shown: "ticket", ..Which::default() }, 9).await.unwrap();
        assert_eq!((lines[0].sender.as_deref(), lines[0].head.as_deref(), lines[0].follows), (Some("Ada"), None, false));
        let lines = store.ledger_page(Which { shown: "ignored", ..Which::default() }, 9).await.unwrap();
        assert!(lines[0].sender.is_none() && lines[0].head.as_ref().unwrap().starts_with(b"From: Robot") && lines[0].kept);
    }
}

#[tokio::test]
async fn what_staff_say_is_a_persons_is_judged_again_and_sends_nothing() {
    let (stores, _folder, _server) = both("a_person").await;
    for store in stores {
        ignored(&store, "robot").await;
        opened(&store, "ticket", None).await;
        assert!(store.is_a_person("robot", "s1", "cases/010-automatic.toml", ["c1", "j1"], later(5)).await.unwrap());
        assert!(!store.is_a_person("robot", "s1", "cases/010-automatic.toml", ["c2", "j2"], later(5)).await.unwrap(), "it waits already");
        assert!(!store.is_a_person("ticket", "s1", "cases/010-automatic.toml", ["c3", "j3"], later(5)).await.unwrap(), "it is one");
        assert!(!store.is_a_person("none", "s1", "cases/010-automatic.toml", ["c4", "j4"], later(5)).await.unwrap());
        let leased = store.lease(10, later(6)).await.unwrap();
        assert_eq!((leased.len(), leased[0].id.as_str(), leased[0].imported), (1, "robot", 1));
        let corrected = store.corrected(usher::store::statistics::Span { from: now(), to: later(10) }).await.unwrap();
        assert_eq!((corrected.len(), corrected[0].kind.as_str(), corrected[0].times), (1, "not_automatic", 1));
        assert_eq!(store.raw_of("robot").await.unwrap().unwrap().len(), 49);
        assert_eq!(store.raw_of("none").await.unwrap(), None);
        let place = store.message_place("robot").await.unwrap().unwrap();
        assert_eq!((place.0.as_str(), place.1.as_str(), place.2.as_str()), ("support", "robot", "waiting"));
    }
}

#[tokio::test]
async fn a_comparison_tells_what_lay_there_and_when_anything_was_missing() {
    let (stores, _folder, _server) = both("compared").await;
    for store in stores {
        store.admit("support", (1 << 32) + 1700, Some(2), &[arrival("m1", "1", "h")], now()).await.unwrap();
        store.reconciled("support", now()).await.unwrap();
        let first = store.comparisons().await.unwrap().remove(0);
        assert_eq!((first.on_server, first.missing, first.missed_at, first.at), (None, 0, None, Some(now())));
        store.compared("support", 7, 2, later(60)).await.unwrap();
        store.compared("support", 9, 0, later(120)).await.unwrap();
        let last = store.comparisons().await.unwrap().remove(0);
        assert_eq!((last.on_server, last.missing, last.missed_at, last.epoch), (Some(9), 0, Some(later(60)), Some((1 << 32) + 1700)));
    }
}
