//! Ledger, statistics, rules and journal, as people of each role see them.

use usher::clock::Clock as _;
use usher::store::Store;
use usher::store::inbox::NewMessage;
use usher::store::staff::Role;

use super::house::{Browser, House};

/// A page is not longer.
const LONGEST: usize = 100 * 1024;
/// What everybody who looks may see.
const PAGES: [&str; 10] = [
    "/ledger",
    "/ledger?fate=ignored",
    "/ledger?mailbox=none&fate=held",
    "/ledger?before=1-x&done=person",
    "/statistics",
    "/statistics?days=7",
    "/statistics?days=30",
    "/statistics?days=x",
    "/rules",
    "/rules/code_expired",
];

/// Statements that no method of the store makes.
async fn run(store: &Store, statements: &[String]) {
    let Store::Sqlite(pool, _) = store else { panic!("a desk of a test is on SQLite") };
    for sql in statements {
        sqlx::query(sqlx::AssertSqlSafe(sql.clone())).execute(pool).await.unwrap();
    }
}

/// Messages that came just now, in mailbox `support`.
async fn came(house: &House, ids: &[String], raw: &[u8]) {
    let batch: Vec<NewMessage> = ids
        .iter()
        .map(|id| NewMessage { id: id.clone(), uid: id.clone(), raw: raw.to_vec(), size: 9, fate: "waiting", ..NewMessage::default() })
        .collect();
    house.store.admit("support", 1, Some(2), &batch, house.clock.now()).await.unwrap();
}

/// A message that a machine wrote, as far as usher knows.
async fn ignored(house: &House, id: &str, raw: &[u8]) {
    came(house, &[id.to_owned()], raw).await;
    house.store.set_fate(id, "ignored", "automatic: a machine wrote it: Precedence: bulk").await.unwrap();
}

/// A ticket of a code that expired, corrected once.
async fn ticket(house: &House) {
    came(house, &["t1".to_owned()], b"From: a\n\nb\n").await;
    let at = house.clock.now().as_millisecond();
    let ticket = format!(
        "INSERT INTO ticket (id, number, message_id, mailbox, sender, from_address, subject, language, case_name, action, urgency, match_kind,
        received_at, status, reason_en, reason_fr, words, proof, outcome) VALUES ('t1', 7, 't1', 'support', 'Zoé <b>', 'zoe@uni.example',
        'Code', 'fr', 'code_expired', 'draft', 'imminent', 'exact', {at}, 'open', 'because', 'parce que', 'w', 'unproven', '{{}}')"
    );
    let correction = format!(
        "INSERT INTO correction (id, ticket_id, at, staff_id, kind, rule, said, instead_of)
        VALUES ('c1', 't1', {at}, 's', 'case', 'cases/120-code-expired.toml', '{{\"case\":\"technical\"}}', 'code_expired')"
    );
    run(&house.store, &["UPDATE message SET fate = 'ticket', ticket_id = 't1' WHERE id = 't1'".to_owned(), ticket, correction]).await;
    house.store.note("j1", Some("t1"), "answered", "from a mail program", house.clock.now()).await.unwrap();
}

/// An evaluation tomorrow, with one candidate who is not activated.
async fn register(house: &House) {
    let tomorrow = house.clock.now().as_millisecond() + 80_000_000;
    let statements = [
        "INSERT INTO institution VALUES ('I1', 'Uni & Co', 'uni.example', 'C', 'c@uni.example', 'fr', 'America/Montreal')".to_owned(),
        format!("INSERT INTO evaluation VALUES ('E1', 'I1', 'BIO-1', 'Biology', 'Biologie', {tomorrow})"),
        "INSERT INTO candidate VALUES ('C1', '=cmd|''/c calc''!A1', 'Roy', 'ada@uni.example', 'I1', 'en')".to_owned(),
        "INSERT INTO registration VALUES ('C1', 'E1')".to_owned(),
    ];
    run(&house.store, &statements).await;
}

/// A name of a word that nobody wrote: `ledger.fates_gone`.
fn unsaid(body: &str) -> Option<&str> {
    let parts = ["ledger.", "statistics.", "rules.", "journal.", "case.", "action.", "state."];
    let text = body.split_once("<main").map_or(body, |(_, main)| main);
    let stands = |part: &str| {
        text.match_indices(part)
            .find(|(at, _)| text[..*at].ends_with(['>', '"', ' ']) && text[at + part.len()..].starts_with(|c: char| c.is_ascii_lowercase()))
    };
    parts.into_iter().find_map(stands).map(|(at, _)| &text[at..(at + 40).min(text.len())])
}

async fn speaks(browser: &mut Browser, language: &str) {
    browser.get("/me").await;
    assert_eq!(browser.post("/me", &[("name", "Marc"), ("language", language), ("zone", "America/Montreal")]).await.status, 303);
}

#[tokio::test]
async fn every_page_says_something_in_both_languages_empty_or_full_and_none_is_long() {
    let house = House::open(|_| {}).await;
    house.account("marc", Role::Look).await;
    let mut marc = house.signed_in("marc").await;
    for full in [false, true] {
        if full {
            let ids: Vec<String> = (0..150).map(|n| format!("m{n:03}")).collect();
            let long = format!("From: {} <{}@uni.example>\nSubject: {}\n\nx", "N'".repeat(90), "a".repeat(60), "é & <i> ".repeat(99));
            came(&house, &ids, long.as_bytes()).await;
            run(&house.store, &["UPDATE message SET fate = 'ignored', why = 'automatic: a machine wrote it'".to_owned()]).await;
            ticket(&house).await;
            register(&house).await;
        }
        for language in ["en", "fr"] {
            speaks(&mut marc, language).await;
            for path in PAGES {
                let page = marc.get(path).await;
                assert_eq!(page.status, 200, "{path}");
                assert!(page.body.len() < LONGEST, "{path}: {} bytes", page.body.len());
                assert_eq!(unsaid(&page.body), None, "{path} in {language}");
                assert_eq!(page.body.matches("<h1").count(), 1, "{path}");
                assert!(page.body.contains(&format!("<html lang=\"{language}\"")), "{path}");
            }
        }
    }
    let page = marc.get("/ledger").await;
    assert!(!page.body.contains("<i>") && page.body.contains("Plus anciens"));
    let older = page.between("<p class=\"row\"><a class=\"btn\" href=\"", "\"").replace("&amp;", "&").replace("&#x3D;", "=");
    let second = marc.get(&older).await;
    assert!(second.body.contains("m000") && !second.body.contains("m149"), "{older}");
}

#[tokio::test]
async fn an_ignored_message_is_a_persons_when_somebody_who_may_send_says_so() {
    let house = House::open(|_| {}).await;
    for (name, role) in [("draft", Role::Draft), ("send", Role::Send)] {
        house.account(name, role).await;
    }
    ignored(&house, "01ROBOT", "From: Robot <r@uni.example>\nSubject: <script>alert(1)</script>\n\nx".as_bytes()).await;
    let mut draft = house.signed_in("draft").await;
    let page = draft.get("/ledger").await;
    assert!(page.body.contains("&lt;script&gt;") && !page.body.contains("<script>alert"));
    assert!(page.body.contains("r@uni.example") && !page.body.contains("This is a person"), "seen, and not to be changed");
    draft.get("/me").await;
    assert_eq!(draft.post("/ledger/01ROBOT/person", &[]).await.status, 403);
    let mut send = house.signed_in("send").await;
    assert!(send.get("/ledger?fate=ignored").await.body.contains("This is a person"));
    assert_eq!(send.get("/ledger/01ROBOT/person").await.status, 405, "looking changes nothing");
    let answer = send.post("/ledger/01ROBOT/person", &[("mailbox", "support"), ("fate", "ignored")]).await;
    assert_eq!((answer.status, answer.to.as_str()), (303, "/ledger?mailbox=support&fate=ignored&done=person"));
    assert!(send.get(&answer.to).await.body.contains("judged again"));
    assert!(send.post("/ledger/01ROBOT/person", &[]).await.to.contains("done=late"), "once");
    let leased = house.store.lease(9, house.clock.now()).await.unwrap();
    assert_eq!((leased.len(), leased[0].imported), (1, 1), "it waits, and sends nothing by itself");
}

#[tokio::test]
async fn a_quarantined_message_is_tried_again_or_saved_and_no_other_is() {
    let house = House::open(|_| {}).await;
    house.account("send", Role::Send).await;
    house.account("look", Role::Look).await;
    ignored(&house, "01FINE", b"From: a\n\nx").await;
    came(&house, &["01BAD".to_owned()], b"\xff<script>").await;
    house.store.set_fate("01BAD", "quarantined", "judging it failed time and again").await.unwrap();
    let mut send = house.signed_in("send").await;
    assert!(send.get("/ledger?fate=quarantined").await.body.contains("Try again"));
    let saved = send.get("/ledger/01BAD/raw").await;
    let header = |name: &str| saved.headers.get(name).unwrap().to_str().unwrap();
    assert_eq!((saved.status, header("content-type")), (200, "application/octet-stream"));
    assert_eq!((header("content-disposition"), header("x-content-type-options")), ("attachment; filename=\"usher-01BAD.eml\"", "nosniff"));
    for path in ["/ledger/01FINE/raw", "/ledger/none/raw"] {
        assert_eq!(send.get(path).await.status, 404, "{path}");
    }
    assert_eq!(house.signed_in("look").await.get("/ledger/01BAD/raw").await.status, 403);
    assert!(send.post("/ledger/01BAD/again", &[]).await.to.contains("done=again"));
    assert!(send.post("/ledger/01FINE/again", &[]).await.to.contains("done=late"));
    assert_eq!(house.store.waiting().await.unwrap(), 1);
}

#[tokio::test]
async fn what_is_taken_along_is_harmless_and_people_only_a_leads() {
    let house = House::open(|_| {}).await;
    house.account("send", Role::Send).await;
    house.account("lead", Role::Lead).await;
    ticket(&house).await;
    register(&house).await;
    let mut send = house.signed_in("send").await;
    let page = send.get("/statistics").await;
    assert!(page.body.contains("BIO-1") && page.body.contains("Uni &amp; Co") && !page.body.contains("/statistics/coordinator"));
    assert!(page.body.contains("code-expired") && page.body.contains("case: Technical 1"));
    let file = send.get("/statistics.csv?days=7").await;
    assert!(
        file.body.contains("tickets,code_expired,draft,1\r\n") && file.body.contains("corrections,cases/120-code-expired.toml,case,1\r\n")
    );
    assert!(file.headers.get("content-disposition").unwrap().to_str().unwrap().starts_with("attachment; filename=\"usher-statistics-"));
    assert_eq!(send.get("/statistics/coordinator/E1.csv").await.status, 403);
    let mut lead = house.signed_in("lead").await;
    assert!(lead.get("/statistics").await.body.contains("/statistics/coordinator/E1.csv"));
    let list = lead.get("/statistics/coordinator/E1.csv").await;
    assert!(list.body.ends_with("Name,Address,State\r\n'=cmd|'/c calc'!A1 Roy,ada@uni.example,not invited\r\n"), "{:?}", list.body);
    for path in ["/statistics/coordinator/E2.csv", "/statistics/coordinator/E1", "/rules/none"] {
        assert_eq!(lead.get(path).await.status, 404, "{path}");
    }
    let journal = lead.get("/journal").await;
    assert!(
        journal.body.contains("list for the coordinator taken") && journal.body.contains("/queue/7") && unsaid(&journal.body).is_none()
    );
    assert!(!journal.body.contains("ada@uni.example"));
    assert!(lead.get("/journal?before=1-x").await.body.contains("nothing older"));
    assert_eq!(send.get("/journal").await.status, 403);
}
