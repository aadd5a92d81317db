//! Writing, correcting and sending: what leaves is what was seen, once, and nothing that was typed is lost.

use usher::store::staff::Role;

use super::house::{Answer, Browser, House, mail};

const REQUEST: &str = "Hello,\n\nmy invitation code is refused, it says it has expired. My name is Amélie Tremblay, course ELEC 1101, I used atremblay@lakeshore.example.\n";

struct Form {
    seen: String,
    draft: String,
    key: String,
    subject: String,
    text: String,
}

fn form(page: &Answer) -> Form {
    let field = |name: &str| unescaped(page.between(&format!("name=\"{name}\" value=\""), "\""));
    let text = page.between("<textarea", "</textarea>").split_once('>').unwrap().1.to_owned();
    Form {
        seen: field("seen"),
        draft: field("draft"),
        key: field("key"),
        subject: unescaped(page.between("name=\"subject\" value=\"", "\"")),
        text: unescaped(&text),
    }
}

fn unescaped(text: &str) -> String {
    ["&lt;:<", "&gt;:>", "&quot;:\"", "&#x27;:'", "&#x3D;:=", "&#x60;:`", "&amp;:&"].iter().fold(text.to_owned(), |text, pair| {
        let (from, to) = pair.rsplit_once(':').unwrap();
        text.replace(from, to)
    })
}

async fn send(browser: &mut Browser, number: i64, form: &Form) -> Answer {
    let fields =
        [("seen", form.seen.as_str()), ("draft", &form.draft), ("key", &form.key), ("subject", &form.subject), ("text", &form.text)];
    browser.post(&format!("/queue/{number}/send"), &fields).await
}

async fn house() -> (House, Browser) {
    let house = House::open(|_| {}).await;
    house.account("lea", Role::Send).await;
    let browser = house.signed_in("lea").await;
    (house, browser)
}

async fn queued(house: &House) -> Vec<(i64, String)> {
    house.store.outbox(true, 50).await.unwrap().into_iter().map(|l| (l.ticket, l.state)).collect()
}

#[tokio::test]
async fn a_reply_leaves_once_as_it_was_seen_and_can_be_undone() {
    let (house, mut browser) = house().await;
    house.judge(&[mail("atremblay@lakeshore.example", "a", REQUEST)]).await;
    let page = browser.get("/queue/1").await;
    assert!(page.status == 200 && page.body.contains("Amélie Tremblay") && page.body.contains("Code expired"), "{}", page.body);
    let mut form = form(&page);
    form.text.push_str("\nYours, Léa\n");

    let answer = send(&mut browser, 1, &form).await;
    assert_eq!((answer.status, answer.to.as_str()), (303, "/queue"), "{}", answer.body);
    assert_eq!(send(&mut browser, 1, &form).await.status, 303, "the same press counts once");
    assert_eq!(queued(&house).await, [(1, "queued".to_owned())]);
    let queue = browser.get("/queue").await;
    assert!(queue.body.contains("Nobody is locked out") && queue.body.contains("leaves in"), "{}", queue.body);

    assert_eq!(browser.post("/queue/1/undo", &[]).await.status, 303);
    assert_eq!(queued(&house).await, []);
    let again = browser.get("/queue/1").await;
    assert!(again.body.contains("Yours, Léa"), "what was typed is still there");
    let second = self::form(&again);
    assert_eq!(send(&mut browser, 1, &second).await.status, 303);
    assert_eq!(queued(&house).await, [(1, "queued".to_owned())]);
}

#[tokio::test]
async fn of_two_who_approve_at_once_one_sends_and_the_other_is_told() {
    let (house, mut lea) = house().await;
    house.account("marc", Role::Send).await;
    let mut marc = house.signed_in("marc").await;
    house.judge(&[mail("atremblay@lakeshore.example", "a", REQUEST)]).await;
    let (one, two) = (form(&lea.get("/queue/1").await), form(&marc.get("/queue/1").await));
    let (first, second) = tokio::join!(send(&mut lea, 1, &one), send(&mut marc, 1, &two));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409], "{}\n{}", first.body, second.body);
    assert_eq!(queued(&house).await.len(), 1);
}

#[tokio::test]
async fn an_older_text_never_leaves_and_what_was_typed_stays_on_the_page() {
    let (house, mut lea) = house().await;
    house.account("marc", Role::Send).await;
    let mut marc = house.signed_in("marc").await;
    house.judge(&[mail("atremblay@lakeshore.example", "a", REQUEST)]).await;
    let mut old = form(&lea.get("/queue/1").await);
    let newer = form(&marc.get("/queue/1").await);
    let edited = format!("{} (looked over)", newer.text);
    let saved = marc
        .post("/queue/1/draft", &[("seen", &newer.seen), ("draft", &newer.draft), ("subject", &newer.subject), ("text", &edited)])
        .await;
    assert!(saved.status == 200 && saved.body.contains("Saved"), "{}", saved.body);

    old.text.push_str("\nmy own words");
    let told = send(&mut lea, 1, &old).await;
    assert!(told.status == 409 && told.body.contains("my own words"), "{} {}", told.status, told.body);
    assert_eq!(queued(&house).await, []);
}

#[tokio::test]
async fn a_newer_message_turns_send_off() {
    let (house, mut lea) = house().await;
    house.judge(&[mail("atremblay@lakeshore.example", "a", REQUEST)]).await;
    let seen = form(&lea.get("/queue/1").await);
    let draft = house.store.draft_of(&house.store.recent(1).await.unwrap()[0].id).await.unwrap().unwrap();
    let references: Vec<String> = serde_json::from_str(&draft.refs).unwrap();
    let answer = mail("atremblay@lakeshore.example", "b", "I found a newer mail, I try that code now.\n")
        .replace("Subject:", &format!("References: <{}>\nIn-Reply-To: <{}>\nSubject: Re:", references[0], references[0]));
    house.judge(&[answer]).await;
    let told = send(&mut lea, 1, &seen).await;
    assert!(told.status == 409 && told.body.contains("wrote again"), "{} {}", told.status, told.body);
    assert_eq!(queued(&house).await, []);
    let now = lea.get("/queue/1").await;
    assert!(
        now.body.contains("I found a newer mail") && now.body.contains("refused, it says it has expired"),
        "the whole conversation is shown"
    );
}

#[tokio::test]
async fn a_correction_changes_the_verdict_at_once_and_outlives_the_next_message() {
    let (house, mut lea) = house().await;
    house.judge(&[mail("ada@mail.example", "a", "Hello, I cannot sign in, my password is refused. Ada Roy, ELEC 1101\n")]).await;
    let before = lea.get("/queue/1").await;
    assert!(before.status == 200, "{}", before.body);
    let page = lea.post("/queue/1/case", &[("case", "address_change"), ("draft", "")]).await;
    assert_eq!(page.status, 303, "{}", page.body);
    let after = lea.get("/queue/1").await;
    assert!(after.body.contains("A person says so") && after.body.contains("case: Address change"), "{}", after.body);

    assert_eq!(lea.post("/queue/1/person", &[("candidate", "C1")]).await.status, 303);
    let chosen = lea.get("/queue/1").await;
    assert!(chosen.body.contains("Staff say that it is this person") && chosen.body.contains(".roy-lindqvist"), "{}", chosen.body);
    assert_eq!(lea.post("/queue/1/fact/course", &[("course", "BIO 2202")]).await.status, 303);
    assert!(lea.get("/queue/1").await.body.contains("BIO 2202"));
    let fault = lea.post("/queue/1/fact/date", &[("evaluation_on", "tomorrow"), ("evaluation_time", "")]).await;
    assert!(fault.status == 422 && fault.body.contains("2026-12-31"), "{} {}", fault.status, fault.body);

    let ticket = house.store.recent(1).await.unwrap().remove(0).id;
    let kinds: Vec<String> = house.store.corrections(&ticket).await.unwrap().iter().map(|c| c.correction.kind()).collect();
    assert_eq!(kinds, ["case", "person", "fact.course"]);
    let draft = house.store.draft_of(&ticket).await.unwrap().unwrap();
    let references: Vec<String> = serde_json::from_str(&draft.refs).unwrap();
    let more = mail("ada@mail.example", "b", "It still does not work.\n")
        .replace("Subject:", &format!("References: <{}>\nSubject: Re:", references[0]));
    house.judge(&[more]).await;
    let row = house.store.recent(1).await.unwrap().remove(0);
    assert_eq!(row.person.as_deref(), Some("Ada Roy"), "what the new message does not speak of stays corrected");
    assert_ne!(row.case, "address_change", "it says itself what is wrong");

    let id = lea.get("/queue/1").await.between("name=\"id\" value=\"", "\"").to_owned();
    assert_eq!(lea.post("/queue/1/take-back", &[("id", &id)]).await.status, 303);
    assert_eq!(house.store.corrections(&ticket).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_colleague_who_has_the_ticket_keeps_it_until_it_is_taken_over() {
    let (house, mut lea) = house().await;
    house.account("marc", Role::Send).await;
    let mut marc = house.signed_in("marc").await;
    house.judge(&[mail("atremblay@lakeshore.example", "a", REQUEST)]).await;
    let page = lea.get("/queue/1").await;
    assert_eq!(lea.post("/queue/1/take", &[]).await.status, 303);
    let mine = form(&page);
    let theirs = form(&marc.get("/queue/1").await);
    assert_eq!(send(&mut marc, 1, &theirs).await.status, 409);
    assert_eq!(marc.post("/queue/1/take-over", &[]).await.status, 303);
    assert_eq!(send(&mut lea, 1, &mine).await.status, 409);
    assert_eq!(marc.post("/queue/1/hand-over", &[("note", "knows the coordinator")]).await.status, 303);
    let handed = lea.get("/queue/1").await;
    assert!(handed.body.contains("knows the coordinator"), "{}", handed.body);
    assert_eq!(lea.post("/queue/1/ignore", &[]).await.status, 303);
    assert_eq!(house.store.recent(1).await.unwrap()[0].status, "closed");
    assert_eq!(lea.post("/queue/1/reopen", &[]).await.status, 303);
    assert_eq!(house.store.recent(1).await.unwrap()[0].status, "open");
}

#[tokio::test]
async fn roles_end_where_they_end() {
    let (house, _) = house().await;
    house.account("look", Role::Look).await;
    house.account("draft", Role::Draft).await;
    house.judge(&[mail("atremblay@lakeshore.example", "a", REQUEST)]).await;
    let mut look = house.signed_in("look").await;
    let seen = form(&look.get("/queue/1").await);
    for path in ["take", "send", "save", "draft", "case", "hand-over", "ignore", "vouch", "undo", "reopen", "not-person"] {
        let answer = look.post(&format!("/queue/1/{path}"), &[("text", "x"), ("subject", "x"), ("case", "technical")]).await;
        assert_eq!(answer.status, 403, "{path}");
    }
    let mut draft = house.signed_in("draft").await;
    draft.get("/queue/1").await;
    assert_eq!(send(&mut draft, 1, &seen).await.status, 403);
    assert_eq!(queued(&house).await, []);
}

#[tokio::test]
async fn the_search_finds_by_any_word_and_is_never_more_than_words() {
    let (house, mut lea) = house().await;
    house.judge(&[mail("atremblay@lakeshore.example", "a", REQUEST)]).await;
    for asked in ["amelie", "tremb", "atremblay@lakeshore.example", "expired code", "ELEC"] {
        let page = lea.send(lea.client.get(format!("{}/search", house.url)).query(&[("q", asked)])).await;
        assert!(page.status == 200 && page.body.contains("T-1"), "{asked}: {}", page.body);
    }
    assert_eq!(lea.get("/search?q=T-1").await.to, "/queue/1");
    for hostile in ["' OR 1=1 --", "%", "_", "\\", "\"*", "zzz OR expired", "NEAR(a b)", "text:x", &"a".repeat(20_000)] {
        let page = lea.send(lea.client.get(format!("{}/search", house.url)).query(&[("q", hostile)])).await;
        assert!(page.status < 500 && !page.body.contains("href=\"/queue/1\""), "{hostile}: {}", page.status);
    }
}
