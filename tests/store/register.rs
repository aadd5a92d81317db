//! The register: compared, taken over whole, refused when it looks broken.

use std::path::{Path, PathBuf};

use usher::people::codes::Seal;
use usher::people::import::{self, FILES, Options, Record, Table, Taker};
use usher::people::{Candidate, Tables};
use usher::store::directory::change::Change;
use usher::store::{Store, StoreSettings};

use super::server::both;
use super::{later, now};

/// The seal of [`import::tables`].
pub fn seal() -> Seal {
    Seal::new(&[0; 32])
}

pub fn corpus() -> Tables {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/directory");
    let files: Vec<_> = FILES.iter().map(|n| ((*n).to_owned(), std::fs::read(folder.join(n)).unwrap())).collect();
    import::tables(&files).unwrap()
}

fn records(tables: &Tables) -> Vec<Record> {
    let t = tables.clone();
    let registration = |(candidate_id, evaluation_id)| Record::Registration { candidate_id, evaluation_id };
    t.institutions
        .into_iter()
        .map(Record::Institution)
        .chain(t.evaluations.into_iter().map(Record::Evaluation))
        .chain(t.candidates.into_iter().map(Record::Candidate))
        .chain(t.registrations.into_iter().map(registration))
        .chain(t.invitations.into_iter().map(Record::Invitation))
        .collect()
}

/// Takes `tables` over unless that is refused.
pub async fn take(store: &Store, tables: &Tables, force: bool) -> Change {
    let mut staging = store.stage().await.unwrap();
    staging.add(&records(tables)).await.unwrap();
    let change = staging.change(now()).await.unwrap();
    if force || change.refusal().is_none() {
        staging.take_over(&change, now(), None).await.unwrap();
    }
    change
}

pub async fn version(store: &Store) -> i64 {
    store.directory_status().await.unwrap().unwrap().version
}

fn sorted(mut tables: Tables) -> Tables {
    tables.institutions.sort_by(|a, b| a.id.cmp(&b.id));
    tables.evaluations.sort_by(|a, b| a.id.cmp(&b.id));
    tables.candidates.sort_by(|a, b| a.id.cmp(&b.id));
    tables.invitations.sort_by(|a, b| a.id.cmp(&b.id));
    tables.registrations.sort();
    tables
}

#[tokio::test]
async fn a_register_comes_back_as_it_was_taken_and_the_same_again_changes_nothing() {
    let (stores, _folder, _server) = both("register").await;
    let tables = corpus();
    for store in stores {
        assert!(store.directory::<Tables>(&seal()).await.unwrap().is_none());
        let first = take(&store, &tables, false).await;
        assert_eq!((first.of(Table::Candidates).added, first.refusal()), (tables.candidates.len() as u64, None));
        let (status, back) = store.directory::<Tables>(&seal()).await.unwrap().unwrap();
        assert_eq!(status.version, 1);
        assert_eq!(status.counts[3], i64::try_from(tables.registrations.len()).unwrap());
        assert_eq!(sorted(back), sorted(tables.clone()));
        let again = take(&store, &tables, false).await;
        assert!(again.is_nothing() && version(&store).await == 1, "{again:?}");
        store.directory_looked_at(later(60), Some(later(90))).await.unwrap();
        assert_eq!(store.directory_status().await.unwrap().unwrap().looked_at, later(60));
        assert_eq!(store.directory_stale_since(later(89)).await.unwrap(), None);
        assert_eq!(store.directory_stale_since(later(90)).await.unwrap(), Some(later(60)));
        store.directory_looked_at(later(60), None).await.unwrap();
        assert_eq!(store.directory_stale_since(later(9_999)).await.unwrap(), None, "kept by hand");
    }
}

#[tokio::test]
async fn what_would_change_is_counted_by_table_and_institution_before_it_changes() {
    let (stores, _folder, _server) = both("changes").await;
    for store in stores {
        let mut tables = corpus();
        take(&store, &tables, false).await;
        let gone = tables.candidates.pop().unwrap();
        tables.registrations.retain(|(candidate, _)| *candidate != gone.id);
        tables.invitations.retain(|i| i.candidate_id != gone.id);
        let home = tables.candidates[0].institution_id.clone();
        tables.candidates[0].last_name = "Renamed".into();
        tables.candidates.push(Candidate { id: "NEW".into(), email: "new@somewhere.example".into(), ..tables.candidates[0].clone() });
        let mut staging = store.stage().await.unwrap();
        staging.add(&records(&tables)).await.unwrap();
        let change = staging.change(now()).await.unwrap();
        let candidates = change.of(Table::Candidates);
        assert_eq!((candidates.added, candidates.changed, candidates.gone), (1, 1, 1));
        let of_home = change.institutions.iter().find(|i| i.id == home).unwrap();
        assert_eq!((of_home.candidates.added, of_home.candidates.changed), (1, 1));
        assert!(!of_home.name.is_empty());
        drop(staging);
        assert_eq!(version(&store).await, 1, "a look alone leaves no trace");
        assert_eq!(store.directory::<Tables>(&seal()).await.unwrap().unwrap().1.candidates.len(), corpus().candidates.len());
        // Whoever writes mail meanwhile is not kept waiting by what was dropped.
        store.note("j", None, "opened", "", now()).await.unwrap();
        take(&store, &tables, false).await;
        assert_eq!(sorted(store.directory::<Tables>(&seal()).await.unwrap().unwrap().1), sorted(tables));
    }
}

#[tokio::test]
async fn no_code_stands_in_the_database_and_yet_each_is_known_again() {
    let folder = tempfile::tempdir().unwrap();
    let store =
        Store::open(&StoreSettings { url: format!("sqlite:{}", folder.path().join("usher.db").display()), ..StoreSettings::default() })
            .await
            .unwrap();
    take(&store, &corpus(), false).await;
    let source = std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/directory/invitations.csv")).unwrap();
    let written: Vec<(&str, &str)> = source.lines().skip(1).filter_map(|l| l.split(',').next().zip(l.split(',').nth(2))).collect();
    let kept = store.directory::<Tables>(&seal()).await.unwrap().unwrap().1.invitations;
    for (id, code) in written.iter().filter(|(_, code)| !code.is_empty()) {
        assert!(kept.iter().any(|i| i.id == *id && i.code.as_ref().is_some_and(|c| c.is(code))), "{id}");
    }
    for name in ["usher.db", "usher.db-wal"] {
        let bytes = std::fs::read(folder.path().join(name)).unwrap_or_default();
        for (_, code) in &written {
            assert!(code.is_empty() || !bytes.windows(code.len()).any(|w| w == code.as_bytes()), "{name} holds a code");
        }
    }
}

#[tokio::test]
async fn two_candidates_may_exchange_their_addresses() {
    let (stores, _folder, _server) = both("exchange").await;
    for store in stores {
        let mut tables = corpus();
        take(&store, &tables, false).await;
        let (a, b) = (tables.candidates[0].email.clone(), tables.candidates[1].email.clone());
        (tables.candidates[0].email, tables.candidates[1].email) = (b, a);
        let change = take(&store, &tables, false).await;
        assert_eq!(change.of(Table::Candidates).changed, 2);
        assert_eq!(sorted(store.directory::<Tables>(&seal()).await.unwrap().unwrap().1), sorted(tables));
    }
}

#[tokio::test]
async fn a_register_that_loses_over_a_tenth_is_refused_by_the_institutions_name_unless_forced() {
    let (stores, _folder, _server) = both("losses").await;
    for store in stores {
        let mut tables = corpus();
        let like = tables.candidates[0].clone();
        tables.institutions.push(usher::people::Institution {
            id: "SMALL".into(),
            name: "Petite école".into(),
            domains: vec!["petite.example".into()],
            ..tables.institutions[0].clone()
        });
        let many = |id: &str, count: usize| -> Vec<Candidate> {
            let id = id.to_owned();
            let one = |n| Candidate {
                id: format!("{id}{n}"),
                email: format!("{id}{n}@petite.example"),
                institution_id: id.clone(),
                ..like.clone()
            };
            (0..count).map(one).collect()
        };
        tables.candidates.extend(many("SMALL", 40));
        tables.candidates.extend(many(&like.institution_id, 1_000));
        take(&store, &tables, false).await;
        let mut half = tables.clone();
        half.candidates.retain(|c| c.institution_id != "SMALL" || c.id.len() < 7);
        let refused = take(&store, &half, false).await;
        let why = refused.refusal().unwrap();
        assert!(why.contains("30 of 40 of Petite école (SMALL)") && !why.contains("in all"), "{why}");
        assert_eq!(version(&store).await, 1, "refused means nothing was done");
        take(&store, &half, true).await;
        assert_eq!(
            (version(&store).await, store.directory::<Tables>(&seal()).await.unwrap().unwrap().1.candidates.len()),
            (2, half.candidates.len())
        );
    }
}

#[tokio::test]
async fn mail_is_written_down_while_a_register_is_laid_in() {
    let (stores, _folder, _server) = both("meanwhile").await;
    for store in stores {
        let mut staging = store.stage().await.unwrap();
        staging.add(&records(&corpus())).await.unwrap();
        store.note("j1", None, "opened", "", now()).await.unwrap();
        let change = staging.change(now()).await.unwrap();
        staging.take_over(&change, now(), None).await.unwrap();
        assert_eq!(version(&store).await, 1);
    }
}

/// The files of the samples are read as they are where their times have a meaning.
#[test]
fn the_sample_register_is_read_as_it_stands() {
    struct Count(usize);
    impl Taker for Count {
        fn record(&mut self, _: Record) {
            self.0 += 1;
        }
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/directory");
    let mut count = Count(0);
    usher::channels::files::register::read(&folder, &Options { seal: seal(), as_of: Some(now()) }, &mut count).unwrap();
    assert!(count.0 > 50);
    let told = usher::channels::files::register::read(&folder, &Options { seal: seal(), as_of: None }, &mut count).unwrap_err();
    assert_eq!(told.0.len(), 2, "one a file: {told}");
}
