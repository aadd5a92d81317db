//! Addresses that staff confirmed.

use usher::people::directory::Loader;
use usher::people::{Claim, MatchKind};
use usher::store::aliases::Confirmed;

use super::register::{corpus, seal, take, version};
use super::server::both;
use super::{later, now};

const ADDRESS: &str = "somebody.else@proton.me";

#[tokio::test]
async fn a_confirmed_address_is_evidence_until_it_is_withdrawn() {
    let (stores, _folder, _server) = both("aliases").await;
    let tables = corpus();
    let (ada, bob) = (&tables.candidates[0], &tables.candidates[1]);
    for store in stores {
        take(&store, &tables, false).await;
        let before = version(&store).await;
        assert_eq!(store.confirm_alias(ADDRESS, "nobody", "Léa", ["1", "2"], now()).await.unwrap(), Confirmed::Nobody);
        assert_eq!(
            store.confirm_alias(&bob.email, &ada.id, "Léa", ["1", "2"], now()).await.unwrap(),
            Confirmed::Registered(bob.id.clone())
        );
        assert_eq!(store.confirm_alias(ADDRESS, &ada.id, "Léa", ["1", "2"], now()).await.unwrap(), Confirmed::Done);
        assert_eq!(store.confirm_alias(ADDRESS, &ada.id, "Léa", ["3", "4"], now()).await.unwrap(), Confirmed::Already);
        assert_eq!(store.confirm_alias(ADDRESS, &bob.id, "Léa", ["3", "4"], now()).await.unwrap(), Confirmed::Anothers(ada.id.clone()));
        assert!(version(&store).await > before, "other processes take the register in again");

        let aliases = store.aliases().await.unwrap();
        assert_eq!(aliases.iter().map(|a| (a.address.as_str(), &a.candidate_id)).collect::<Vec<_>>(), [(ADDRESS, &ada.id)]);
        let (_, loader) = store.directory::<Loader>(&seal()).await.unwrap().unwrap();
        let mut directory = loader.finish();
        directory.confirm(aliases.iter().map(|a| (a.address.as_str(), a.candidate_id.as_str())));
        let claim = Claim { sender: Some(ADDRESS.into()), ..Claim::default() };
        assert_eq!(directory.resolve(&claim).kind(), MatchKind::Alias);

        // The same register again, and one without the candidate: the address stays on record, and leads nowhere.
        assert!(take(&store, &tables, false).await.is_nothing());
        assert!(store.withdraw_alias(ADDRESS, "Léa", "5", later(1)).await.unwrap());
        assert!(!store.withdraw_alias(ADDRESS, "Léa", "6", later(2)).await.unwrap());
        assert!(store.aliases().await.unwrap().is_empty());
        assert_eq!(store.confirm_alias(ADDRESS, &bob.id, "Léa", ["7", "8"], later(3)).await.unwrap(), Confirmed::Done);
    }
}
