//! The folder of the five files is watched: taken when it is whole and good, left alone while somebody writes it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use usher::channels::platform::Platform;
use usher::clock::System;
use usher::message::thread::Threads;
use usher::people::codes::Seal;
use usher::people::import::FILES;
use usher::store::{Store, StoreSettings};
use usher::triage::playbook::Playbook;
use usher::worker::mirror::{DirectorySettings, Look, Mirror};
use usher::worker::register;
use usher::worker::{RepliesSettings, Works};

pub fn works(store: Store, directory: DirectorySettings, seal: Seal) -> Works {
    let platform = directory.url.as_ref().map(|url| Platform::new(url.expose_secret(), &directory.queries).unwrap());
    Works {
        store,
        seal,
        threads: Threads::new(&[7; 32]),
        playbook: Arc::new(Playbook::built_in(Default::default(), Default::default(), Default::default()).unwrap()),
        in_force: Arc::default(),
        directory,
        platform,
        intake: true,
        mailboxes: BTreeMap::new(),
        smtp: None,
        discord: None,
        replies: RepliesSettings::default(),
        from: "support@nexam.example".into(),
        desk_url: String::new(),
        clock: Arc::new(System),
    }
}

/// Looks until the files were still for two looks.
async fn look(mirror: &mut Mirror, works: &Works) -> Look {
    assert!(matches!(mirror.look(works).await.unwrap(), Look::Same), "the first look at new files only remembers them");
    mirror.look(works).await.unwrap()
}

/// What `usher directory import --force` does, of files that are too old to answer by.
async fn take_by_force(works: &Works, folder: &Path) {
    let mut staging = register::of_files(&works.store, folder, &works.seal, Box::new(|_, _, _| {})).await.unwrap().unwrap().staging;
    let change = staging.change(works.clock.now()).await.unwrap();
    staging.take_over(&change, works.clock.now(), Some(works.clock.now())).await.unwrap();
}

fn written_long_ago(folder: &Path) {
    for name in FILES {
        let file = fs::File::options().append(true).open(folder.join(name)).unwrap();
        file.set_modified("2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap().into()).unwrap();
    }
}

#[tokio::test]
async fn files_are_taken_when_whole_and_good_and_what_is_wrong_is_said_once() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("directory");
    fs::create_dir(&folder).unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/directory");
    for name in FILES {
        fs::copy(from.join(name), folder.join(name)).unwrap();
    }
    let candidates = folder.join("candidates.csv");
    let good = fs::read_to_string(&candidates).unwrap();
    let store =
        Store::open(&StoreSettings { url: format!("sqlite:{}", place.path().join("usher.db").display()), ..StoreSettings::default() })
            .await
            .unwrap();
    let settings = DirectorySettings { path: Some(folder.clone()), ..DirectorySettings::default() };
    let works = works(store.clone(), settings, Seal::new(&[3; 32]));
    let (mut mirror, directory) = Mirror::first(&works).await.unwrap();
    let count = directory.len();
    let version = async || store.directory_status().await.unwrap().unwrap().version;

    // Somebody writes the file slowly: each look sees it grow, and none takes it.
    let first_line = good.lines().next().unwrap();
    let person = "ZZ1,Ada,Nouvelle,ada.nouvelle@nowhere.example,";
    let home = good.lines().nth(1).unwrap().split(',').nth(4).unwrap();
    let longer = format!("{good}{person}{home},fr\n");
    for written in [first_line.len(), longer.len() / 3, longer.len() / 2, longer.len() - 20] {
        fs::write(&candidates, longer.as_bytes().get(..written).unwrap()).unwrap();
        assert!(matches!(mirror.look(&works).await.unwrap(), Look::Same));
    }
    // It stays half-written for a while: refused, said once, and the register in force stays.
    let Look::Refused(what) = mirror.look(&works).await.unwrap() else { panic!("a half-written file is refused") };
    assert!(what.contains("half-written"), "{what}");
    for _ in 0..3 {
        assert!(matches!(mirror.look(&works).await.unwrap(), Look::Same), "said once");
    }
    assert_eq!(version().await, 1);

    fs::write(&candidates, &longer).unwrap();
    let Look::Fresh(fresh) = look(&mut mirror, &works).await else { panic!("mended files are taken") };
    assert_eq!((fresh.len(), version().await), (count + 1, 2));

    // Written again with the same content: nothing changes.
    fs::write(&candidates, format!("{longer}\n")).unwrap();
    assert!(matches!(look(&mut mirror, &works).await, Look::Same));
    assert_eq!(version().await, 2);

    // A broken export that loses most people is refused by name.
    fs::write(&candidates, format!("{first_line}\n{person}{home},fr\n")).unwrap();
    fs::write(folder.join("registrations.csv"), "candidate_id,evaluation_id\n").unwrap();
    let invitations = fs::read_to_string(folder.join("invitations.csv")).unwrap();
    fs::write(folder.join("invitations.csv"), format!("{}\n", invitations.lines().next().unwrap())).unwrap();
    let Look::Refused(what) = look(&mut mirror, &works).await else { panic!("a broken export is refused") };
    assert!(what.contains("over a tenth") && what.contains("--force"), "{what}");
    assert_eq!(version().await, 2);

    // The operator takes just these by force: they are in force, and looks succeed again.
    take_by_force(&works, &folder).await;
    assert!(store.directory_stale_since(works.clock.now()).await.unwrap().is_some());
    assert!(matches!(mirror.look(&works).await.unwrap(), Look::Fresh(_)));
    assert_eq!(store.directory_stale_since(works.clock.now()).await.unwrap(), None, "a look with success");

    // Whoever exports the files dies: they are looked at for ever, and are old all the same.
    written_long_ago(&folder);
    look(&mut mirror, &works).await;
    assert_eq!(store.directory_stale_since(works.clock.now()).await.unwrap(), Some("2026-01-01T00:00:00Z".parse().unwrap()));

    // Somebody else takes a register over in the store: it is noticed.
    let mut staging = store.stage().await.unwrap();
    let change = staging.change(works.clock.now()).await.unwrap();
    staging.take_over(&change, works.clock.now(), None).await.unwrap();
    assert!(matches!(mirror.look(&works).await.unwrap(), Look::Fresh(_)));
}
