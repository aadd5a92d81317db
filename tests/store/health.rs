//! What the operator has to hear of.

use crate::server::both;
use crate::{later, now, opened};

#[tokio::test]
async fn a_trouble_is_told_once_and_again_until_it_is_mended() {
    let (stores, _folder, _server) = both("troubles").await;
    for store in stores {
        store.raise("mailbox a", "cannot be read", "n1", now()).await.unwrap();
        store.raise("mailbox a", "cannot be read at all", "n2", later(5)).await.unwrap();
        let due = store.trouble_due(later(5)).await.unwrap().unwrap();
        assert_eq!((due.what.as_str(), due.nonce.as_str(), due.since), ("cannot be read at all", "n1", now().as_millisecond()));
        store.trouble_told("mailbox a", true, "n3", later(3_600)).await.unwrap();
        assert!(store.trouble_due(later(3_599)).await.unwrap().is_none());
        assert_eq!(store.trouble_due(later(3_600)).await.unwrap().unwrap().nonce, "n3");
        assert!(store.mended("mailbox a").await.unwrap());
        assert!(!store.mended("mailbox a").await.unwrap());
        assert!(store.troubles().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_mailbox_that_fails_keeps_the_time_since_when() {
    let (stores, _folder, _server) = both("mailboxes").await;
    for store in stores {
        store.looked("a", now()).await.unwrap();
        assert_eq!(store.failing("a", "is away", later(10)).await.unwrap(), later(10));
        assert_eq!(store.failing("a", "is still away", later(20)).await.unwrap(), later(10));
        let state = store.mailbox_states().await.unwrap().remove(0);
        assert_eq!((state.looked_at, state.failing_since, state.why.as_str()), (Some(now()), Some(later(10)), "is still away"));
        store.looked("a", later(30)).await.unwrap();
        assert_eq!(store.mailbox_states().await.unwrap()[0].failing_since, None);
        store.set_sent_cursor("a", 7, 9).await.unwrap();
        store.reconciled("a", later(40)).await.unwrap();
        assert_eq!((store.sent_cursor("a").await.unwrap(), store.reconciled_at("a").await.unwrap()), (Some((7, 9)), Some(later(40))));
    }
}

#[tokio::test]
async fn what_waits_tells_since_when() {
    let (stores, _folder, _server) = both("waiting").await;
    for store in stores {
        assert_eq!((store.oldest_unjudged().await.unwrap(), store.oldest_unsent().await.unwrap()), (None, None));
        opened(&store, "m1", Some(later(60))).await;
        assert_eq!(store.oldest_unsent().await.unwrap(), Some(now()));
        let span = jiff::SignedDuration::from_secs(600);
        assert!(!store.overdue_reply(later(120), span).await.unwrap());
        assert!(store.overdue_reply(later(700), span).await.unwrap());
    }
}
