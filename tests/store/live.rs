//! The platform's own database as the source: read in one snapshot, never written, and asked again before anything is sent.

use jiff::SignedDuration;
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};
use usher::channels::platform::{Platform, Queries};
use usher::people::InvitationState;
use usher::people::codes::Seal;
use usher::people::ground::Ground;
use usher::store::{Store, StoreSettings};
use usher::worker::mirror::{DirectorySettings, Look, Mirror};

use super::mirror::works;
use super::server::Server;

/// A small platform, as its own tables.
const TABLES: &str = "
    CREATE TABLE organisation (id TEXT, name TEXT, coordinator_name TEXT, coordinator_email TEXT, locale TEXT, time_zone TEXT, updated_at TIMESTAMPTZ);
    CREATE TABLE organisation_domain (organisation_id TEXT, domain TEXT, is_primary BOOLEAN);
    CREATE TABLE exam (id BIGINT, organisation_id TEXT, code TEXT, title_en TEXT, title_fr TEXT, opens_at TIMESTAMPTZ, updated_at TIMESTAMPTZ);
    CREATE TABLE person (id BIGINT, given_name TEXT, family_name TEXT, email TEXT, organisation_id TEXT, locale TEXT, deleted_at TIMESTAMPTZ, updated_at TIMESTAMPTZ);
    CREATE TABLE enrolment (person_id BIGINT, exam_id BIGINT, cancelled_at TIMESTAMPTZ, enrolled_at TIMESTAMPTZ);
    CREATE TABLE invitation (id BIGINT, person_id BIGINT, code TEXT, mailed_at TIMESTAMPTZ, begun_at TIMESTAMPTZ, completed_at TIMESTAMPTZ);";
const ROWS: &str = "
    INSERT INTO organisation VALUES ('O1', 'Uni', 'Léa', 'lea@uni.example', 'fr-CA', 'America/Toronto', '2026-01-01T00:00:00Z');
    INSERT INTO organisation_domain VALUES ('O1', 'uni.example', true), ('O1', 'alias.uni.example', false);
    INSERT INTO exam VALUES (7, 'O1', 'CHEM 1', 'Chemistry', 'Chimie', '2036-11-12T09:00:00-05:00', '2026-01-01T00:00:00Z');
    INSERT INTO person VALUES (1, 'Ada', 'Roy', 'ada.roy@uni.example', 'O1', 'en', NULL, '2026-01-01T00:00:00Z'),
        (2, 'Zoé', 'Roy', 'zoe.roy@uni.example', 'O1', 'fr', NULL, '2026-01-01T00:00:00Z'),
        (3, 'Bad', 'Row', 'no address', 'O1', 'fr', NULL, '2026-01-01T00:00:00Z');
    INSERT INTO enrolment VALUES (1, 7, NULL, '2026-01-01T00:00:00Z'), (3, 7, NULL, '2026-01-01T00:00:00Z');
    INSERT INTO invitation VALUES (11, 1, 'AB12-CD34', '2026-11-01T09:00:00.5-05:00', NULL, NULL);";
/// What SQLite needs said otherwise: it has neither these types nor these functions.
const SQLITE_VIEWS: &str = "
    CREATE VIEW usher_institutions AS SELECT id AS institution_id, name, (SELECT group_concat(domain, ' ') FROM organisation_domain d WHERE d.organisation_id = o.id) AS domains,
        coordinator_name, coordinator_email, substr(locale, 1, 2) AS language, time_zone FROM organisation o;
    CREATE VIEW usher_evaluations AS SELECT id AS evaluation_id, organisation_id AS institution_id, code AS course_code, title_en, title_fr, 2110111200000 AS starts_at FROM exam;
    CREATE VIEW usher_candidates AS SELECT id AS candidate_id, given_name AS first_name, family_name AS last_name, email, organisation_id AS institution_id, locale AS language FROM person WHERE deleted_at IS NULL;
    CREATE VIEW usher_registrations AS SELECT person_id AS candidate_id, exam_id AS evaluation_id FROM enrolment;
    CREATE VIEW usher_invitations AS SELECT id AS invitation_id, person_id AS candidate_id, code, mailed_at AS sent_at, begun_at AS activation_started_at, completed_at AS activated_at FROM invitation;";

/// The platform's side, which may write.
enum Owner {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Owner {
    async fn run(&self, text: &str) {
        let text = AssertSqlSafe(text.to_owned());
        match self {
            Self::Sqlite(pool) => drop(sqlx::raw_sql(text).execute(pool).await.unwrap()),
            Self::Postgres(pool) => drop(sqlx::raw_sql(text).execute(pool).await.unwrap()),
        }
    }
}

/// Platforms in both databases, and a store of our own for each.
async fn platforms() -> (Vec<(Owner, String, Store)>, tempfile::TempDir, Option<Server>) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start();
    let mut all = Vec::new();
    let store = |name: &str| StoreSettings { url: format!("sqlite:{}", folder.path().join(name).display()), ..StoreSettings::default() };
    let url = format!("sqlite:{}", folder.path().join("platform.db").display());
    let owner = Owner::Sqlite(SqlitePool::connect(&format!("{url}?mode=rwc")).await.unwrap());
    owner.run(&format!("{TABLES}{ROWS}{SQLITE_VIEWS}")).await;
    all.push((owner, url, Store::open(&store("a.db")).await.unwrap()));
    match &server {
        Some(server) => {
            let url = server.database("platform").await;
            let owner = Owner::Postgres(PgPool::connect(&url).await.unwrap());
            let views = include_str!("../../examples/platform-view.sql");
            owner.run(&format!("{TABLES}{ROWS}{views}")).await;
            all.push((owner, url, Store::open(&store("b.db")).await.unwrap()));
        }
        None => println!("left out: Postgres is not installed"),
    }
    (all, folder, server)
}

fn settings(url: &str) -> DirectorySettings {
    DirectorySettings {
        url: Some(url.into()),
        refresh: SignedDuration::ZERO,
        changes: SignedDuration::ZERO,
        ..DirectorySettings::default()
    }
}

fn seal() -> Seal {
    Seal::new(&[5; 32])
}

#[tokio::test]
async fn a_live_source_is_read_as_it_is_and_a_faulty_row_is_left_out() {
    let (platforms, _folder, _server) = platforms().await;
    for (owner, url, store) in platforms {
        let works = works(store.clone(), settings(&url), seal());
        let (mut mirror, directory) = Mirror::first(&works).await.unwrap();
        let ada = directory.registered("1").unwrap();
        assert_eq!((directory.len(), ada.evaluations.len(), ada.institution.domains.len()), (2, 1, 2), "{url}");
        assert_eq!(ada.evaluations[0].starts_at.to_string(), "2036-11-12T14:00:00Z", "{url}");
        assert_eq!(ada.invitations[0].sent_at.unwrap().to_string(), "2026-11-01T14:00:00.5Z", "{url}");
        assert!(ada.invitations[0].code.as_ref().unwrap().is("ab12cd34"));
        assert!(directory.registered("3").is_none(), "the faulty row");
        assert!(matches!(mirror.look(&works).await.unwrap(), Look::Same), "nothing changed");
        owner.run("UPDATE invitation SET completed_at = '2026-11-02T09:00:00Z'").await;
        let Look::Fresh(fresh) = mirror.look(&works).await.unwrap() else { panic!("a change is seen: {url}") };
        assert!(fresh.registered("1").unwrap().invitations[0].activated_at.is_some());
        // Most people gone at once: refused, said once, the register in force stays.
        owner.run("UPDATE person SET deleted_at = '2026-11-02T09:00:00Z' WHERE id = 2").await;
        let Look::Refused(what) = mirror.look(&works).await.unwrap() else { panic!("refused: {url}") };
        assert!(what.contains("1 of 2 candidates"), "{what}");
        assert_eq!(store.directory_status().await.unwrap().unwrap().counts[2], 2);
    }
}

#[tokio::test]
async fn a_live_source_that_tells_changes_is_read_only_when_there_are_some() {
    let (platforms, _folder, _server) = platforms().await;
    for (owner, url, store) in platforms {
        let cast = if url.starts_with("postgres") { "$1::timestamptz" } else { "$1" };
        let changed = Some(format!("SELECT id FROM person WHERE updated_at > {cast};"));
        let queries = Queries { changed, ..Queries::default() };
        let settings = DirectorySettings { queries, refresh: SignedDuration::from_hours(1), ..settings(&url) };
        let works = works(store.clone(), settings, seal());
        let (mut mirror, _) = Mirror::first(&works).await.unwrap();
        owner.run("UPDATE person SET family_name = 'Quiet' WHERE id = 1").await;
        assert!(matches!(mirror.look(&works).await.unwrap(), Look::Same), "nobody says that it changed: {url}");
        owner.run("UPDATE person SET family_name = 'Loud', updated_at = '2099-01-01T00:00:00Z' WHERE id = 1").await;
        let Look::Fresh(fresh) = mirror.look(&works).await.unwrap() else { panic!("a change is seen: {url}") };
        assert_eq!(fresh.registered("1").unwrap().candidate.last_name, "Loud");
    }
}

#[tokio::test]
async fn the_role_of_the_example_sees_a_change_in_any_of_the_five_and_no_table() {
    let (platforms, _folder, _server) = platforms().await;
    for (owner, url, store) in platforms.into_iter().filter(|(_, url, _)| url.starts_with("postgres")) {
        let views = include_str!("../../examples/platform-view.sql");
        let said = |start: &str| views.lines().find_map(|line| line.strip_prefix(start)).unwrap();
        owner.run(&format!("CREATE ROLE usher_reader LOGIN; GRANT {}", said("-- GRANT "))).await;
        let changed = Some(said("--   changed = ").trim_matches('"').to_owned());
        let url = url.replace("usher@", "usher_reader@");
        let queries = Queries { changed, ..Queries::default() };
        let settings = DirectorySettings { queries, refresh: SignedDuration::from_hours(1), ..settings(&url) };
        let works = works(store.clone(), settings, seal());
        let (mut mirror, _) = Mirror::first(&works).await.unwrap();
        assert!(matches!(mirror.look(&works).await.unwrap(), Look::Same), "nothing changed");
        for change in [
            "UPDATE invitation SET completed_at = '2099-01-01T00:00:00Z'",
            "UPDATE exam SET opens_at = '2037-01-01T00:00:00Z', updated_at = '2099-01-01T00:00:00Z'",
            "UPDATE enrolment SET cancelled_at = '2099-01-01T00:00:00Z' WHERE person_id = 1",
            "UPDATE person SET family_name = 'Reed', updated_at = '2099-01-01T00:00:00Z' WHERE id = 1",
            "UPDATE organisation SET name = 'College', updated_at = '2099-01-01T00:00:00Z'",
        ] {
            owner.run(change).await;
            assert!(matches!(mirror.look(&works).await.unwrap(), Look::Fresh(_)), "{change}");
            owner
                .run("UPDATE invitation SET completed_at = NULL; UPDATE exam SET updated_at = NULL; UPDATE person SET updated_at = NULL")
                .await;
            owner.run("UPDATE organisation SET updated_at = NULL; UPDATE enrolment SET cancelled_at = NULL").await;
            mirror.look(&works).await.unwrap();
        }
        assert!(works.platform.unwrap().standing("1").await.unwrap().is_some());
    }
}

#[tokio::test]
async fn the_platform_cannot_be_written_and_a_query_that_fails_is_named() {
    let (platforms, _folder, _server) = platforms().await;
    for (owner, url, store) in platforms {
        let postgres = url.starts_with("postgres");
        if postgres {
            owner.run("CREATE SEQUENCE s; CREATE FUNCTION meddle() RETURNS bigint LANGUAGE sql AS 'INSERT INTO enrolment (person_id, exam_id) VALUES (2, 7) RETURNING 1::bigint'").await;
        }
        let candidates = if postgres { "SELECT * FROM usher_candidates WHERE meddle() > 0" } else { "DELETE FROM person RETURNING *" };
        let queries = Queries { candidates: candidates.into(), ..Queries::default() };
        let platform = Platform::new(&url, &queries).unwrap();
        let said = platform.probe().await.unwrap_err().to_string();
        assert!(said.starts_with("[directory.queries] candidates:"), "{said}");
        assert!(!postgres || said.contains("read-only transaction"), "{said}");
        let works = works(store, DirectorySettings { queries, ..settings(&url) }, seal());
        assert!(Mirror::first(&works).await.is_err(), "there is nothing to begin with");
        assert!(Platform::new(&url, &Queries::default()).unwrap().probe().await.is_ok());
    }
    assert!(Platform::new("mysql://x", &Queries::default()).is_err());
}

#[tokio::test]
async fn one_person_is_asked_for_again_before_anything_is_sent() {
    let (platforms, _folder, _server) = platforms().await;
    for (owner, url, store) in platforms {
        let works = works(store.clone(), settings(&url), seal());
        let (_, directory) = Mirror::first(&works).await.unwrap();
        let now = "2026-11-10T12:00:00Z".parse().unwrap();
        let ground = Ground::of(&directory.registered("1").unwrap(), now);
        assert_eq!(ground.state, InvitationState::Pending);
        let platform = works.platform.as_ref().unwrap();
        let (live, kept) = (platform.standing("1").await.unwrap(), store.standing("1").await.unwrap());
        assert_eq!((ground.changed(live.as_ref(), now), ground.changed(kept.as_ref(), now)), (None, None), "{url}");
        owner.run("UPDATE invitation SET completed_at = '2026-11-10T11:59:59Z'").await;
        let live = platform.standing("1").await.unwrap();
        assert_eq!(ground.changed(live.as_ref(), now).as_deref(), Some("ground changed: was pending, now activated"), "{url}");
        assert_eq!(platform.standing("3' OR '1'='1").await.unwrap(), None);
        assert_eq!(store.standing("nobody").await.unwrap(), None);
    }
}
