//! A whole working day by keyboard alone, and the mails it comes to.

use fantoccini::key::Key;

use crate::bench::{Bench, LEA, MARC};
use crate::browser::Browser;
use crate::house::smtp::Kept;
use crate::letters::{a_day, everybody, letter};
use crate::post::header;

/// The words of a mail's text, whatever its encoding made of its lines.
fn words(mail: &Kept) -> String {
    let parsed = usher::message::parse::message(&mail.raw, &Default::default());
    parsed.text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn subject(mail: &Kept) -> String {
    usher::message::parse::message(&mail.raw, &Default::default()).subject
}

/// The ticket that is open, once it is.
async fn opened(browser: &Browser, name: &str) {
    browser
        .until(
            &format!("the ticket of {name} is open"),
            &format!("document.querySelector('main[data-ticket] h1')?.textContent.includes({name:?})"),
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "its end, the newer message, is not proven yet: cargo test --test browser -- --ignored day"]
async fn a_whole_day_is_done_by_keys_alone_and_each_reply_arrives_once() {
    let bench = Bench::start(everybody().written(), &a_day(), "20s");
    let marc = bench.at_work(MARC).await;
    first_ticket(&bench, &marc).await;
    sent_undone_and_sent(&bench, &marc).await;
    colleague_was_faster(&bench, &marc).await;
    written_again(&bench, &marc).await;
    handed_over(&marc).await;
    found(&marc).await;
    signed_out(&marc).await;
    // What was undone would have left by now.
    bench.arrived(2);
    assert!(!bench.log().contains("ERROR"), "{}", bench.log());
}

/// The first ticket of the queue: open it, take it, correct a fact, change the case, switch the language.
async fn first_ticket(bench: &Bench, marc: &Browser) {
    marc.keys("j").await;
    marc.until("the first row has the focus", "document.activeElement.matches('.tk')").await;
    marc.press(Key::Enter).await;
    opened(marc, "Ada Roy").await;
    assert_eq!(marc.text("document.activeElement.tagName").await, "H1", "the focus is at the ticket's head");
    marc.keys("t").await;
    marc.until("the ticket is taken", "document.querySelector('main [data-key=r]')").await;

    marc.keys("f").await;
    let fact = marc.text("document.activeElement.querySelector('i')?.textContent.trim()").await;
    assert!(!fact.is_empty(), "a fact has the focus");
    for _ in 0..6 {
        if marc.text("document.activeElement.querySelector('i').textContent.trim()").await == "course" {
            break;
        }
        marc.keys("f").await;
    }
    marc.press(Key::Enter).await;
    marc.until("the form opens in place", "document.activeElement.matches('form#fix input[name=course]')").await;
    marc.ctrl('a').await;
    marc.keys("BIO 1101").await;
    marc.press(Key::Enter).await;
    marc.until("the correction counts", "document.querySelector('.found .chip.acc')?.textContent.includes('BIO 1101')").await;
    opened(marc, "Ada Roy").await;

    let before = marc.text("document.querySelector('#case').value").await;
    marc.keys("c").await;
    marc.until("the list of cases has the focus", "document.activeElement.id === 'case'").await;
    // Upwards: the last case of all is a person's, and drafts nothing.
    marc.press(Key::Up).await;
    marc.press(Key::Up).await;
    assert_eq!(marc.value("document.activeElement.id === 'case'").await, true, "choosing alone changes nothing");
    let chosen = marc.text("document.querySelector('#case').value").await;
    assert_ne!(chosen, before);
    marc.press(Key::Enter).await;
    marc.until("the case is changed", &format!("document.querySelector('.found')?.parentElement.textContent.includes('case:') && document.querySelector('#case').value === {chosen:?}")).await;

    assert_eq!(marc.text("document.querySelector('#txt').lang").await, "en");
    marc.keys("l").await;
    marc.until("the reply is French", "document.querySelector('#txt')?.lang === 'fr'").await;
    let text = marc.text("document.querySelector('#txt').value").await;
    assert!(text.contains("Bonjour"), "{chosen}: {text}");
    assert_eq!(bench.sink.mails().len(), 0, "nothing left by itself");
}

/// A sentence of one's own, sent, undone, sent again.
async fn sent_undone_and_sent(bench: &Bench, marc: &Browser) {
    marc.keys("e").await;
    marc.until("the text has the focus", "document.activeElement.id === 'txt'").await;
    marc.ctrl(char::from(Key::Home)).await;
    marc.keys("Une phrase de plus. ").await;
    marc.until(
        "it is saved while one types",
        "document.querySelector('#saved').textContent.trim() !== '' && !document.querySelector('#saved').textContent.includes('Not')",
    )
    .await;
    marc.ctrl(char::from(Key::Enter)).await;
    marc.until(
        "the next ticket opens",
        "document.querySelector('main[data-ticket] h1') && !document.querySelector('main h1').textContent.includes('Ada')",
    )
    .await;
    marc.until(
        "the strip says that it leaves",
        "document.querySelector('#out').textContent.includes('Ada Roy') && document.querySelector('#out time[data-leaves]')",
    )
    .await;
    marc.keys("z").await;
    opened(marc, "Ada Roy").await;
    marc.until("nothing leaves", "!document.querySelector('#out time[data-leaves]')").await;
    marc.until("the reply is as it was typed", "document.querySelector('#txt')?.value.startsWith('Une phrase de plus.')").await;

    marc.ctrl(char::from(Key::Enter)).await;
    marc.until(
        "the next ticket opens",
        "document.querySelector('main[data-ticket] h1') && !document.querySelector('main h1').textContent.includes('Ada')",
    )
    .await;
    marc.tab_to("#out form[action$='/send-now'] button").await;
    marc.press(Key::Enter).await;
    let mails = bench.arrived(1);
    let mail = &mails[0];
    assert_eq!(mail.to, ["ada.roy@aubin.example"]);
    assert_eq!(header(&mail.raw, "In-Reply-To").unwrap(), "<ada@aubin.example>");
    assert_eq!(header(&mail.raw, "Auto-Submitted"), None, "a person sent it");
    assert!(subject(mail).starts_with("Re: "), "{}", subject(mail));
    assert!(words(mail).starts_with("Une phrase de plus. Bonjour"), "{}", words(mail));
}

/// Two have the same ticket open: who comes second is told, and sends nothing.
async fn colleague_was_faster(bench: &Bench, marc: &Browser) {
    let lea = bench.at_work(LEA).await;
    let bo = lea.row("Bo Lund").await;
    lea.open(&bo).await;
    marc.open(&bo).await;
    opened(marc, "Bo Lund").await;
    marc.until("Marc is told that Léa is here", "document.querySelector('#here').textContent.includes('Léa')").await;
    lea.keys("e").await;
    lea.ctrl(char::from(Key::End)).await;
    lea.keys(" Kind regards from Léa.").await;
    lea.ctrl('s').await;
    lea.until("it is saved", "document.querySelector('#saved')?.textContent.includes('Léa')").await;
    marc.until("Marc's Send is off", "document.querySelector('#send')?.disabled").await;
    marc.ctrl(char::from(Key::Enter)).await;
    lea.ctrl(char::from(Key::Enter)).await;
    lea.until("Léa's next ticket opens", "!document.querySelector('main h1').textContent.includes('Bo')").await;
    lea.tab_to("#out form[action$='/send-now'] button").await;
    lea.press(Key::Enter).await;
    let mails = bench.arrived(2);
    assert_eq!(mails[1].to, ["bo.lund@aubin.example"]);
    assert!(words(&mails[1]).ends_with("Kind regards from Léa."), "{}", words(&mails[1]));
    marc.until("Marc is told who answered", "document.querySelector('#news, #conflict')?.textContent.includes('Léa')").await;
}

/// The person writes again while the reply is open: Send is off until that was read.
async fn written_again(bench: &Bench, marc: &Browser) {
    let ours = header(&bench.sink.mails()[0].raw, "Message-ID").unwrap();
    let again = |id: &str, text: &str| {
        letter("ada.roy@aubin.example", "Ada Roy", id, text).about("Re: Invitation code refused").answering(&ours).bytes()
    };
    bench.dovecot.deliver(&again("ada2", "Thank you, but the code is still refused for CHEM 2301."));
    marc.open("/queue").await;
    let ada = marc.row("Ada Roy").await;
    marc.open(&ada).await;
    opened(marc, "Ada Roy").await;
    marc.keys("e").await;
    marc.keys("One moment please. ").await;
    bench.dovecot.deliver(&again("ada3", "It works on my telephone now, but not on the computer."));
    marc.until(
        "the strip says so, and Send is off",
        "document.querySelector('#news [data-stop]') && document.querySelector('#send').disabled",
    )
    .await;
    assert!(marc.text("document.querySelector('#txt').value").await.contains("One moment please."), "what is typed stays");
    marc.press(Key::Escape).await;
    marc.keys("g").await;
    marc.until("Send is on again, or the newer message is open", "!document.querySelector('#send')?.disabled").await;
    assert!(marc.text("document.querySelector('#txt').value").await.contains("One moment please."), "what was typed stays");
}

/// Another ticket goes to somebody else, with one line.
async fn handed_over(marc: &Browser) {
    marc.open("/queue").await;
    let chloe = marc.row("Chloé Martin").await;
    marc.open(&chloe).await;
    opened(marc, "Chloé Martin").await;
    marc.keys("h").await;
    marc.until("the line has the focus", "document.activeElement.id === 'note'").await;
    marc.keys("Please ask the coordinator.").await;
    marc.press(Key::Enter).await;
    marc.until("the next ticket opens", "!document.querySelector('main h1').textContent.includes('Chloé')").await;
    marc.open(&chloe).await;
    marc.until("the line stands in the ticket", "document.querySelector('.head').textContent.includes('Please ask the coordinator.')")
        .await;
}

async fn found(marc: &Browser) {
    marc.keys("/").await;
    marc.until("the field has the focus", "document.activeElement.id === 'find'").await;
    marc.keys("haddad").await;
    marc.press(Key::Enter).await;
    marc.until("the results open", "location.pathname === '/search' && document.querySelector('main table')").await;
    marc.tab_to("main table a").await;
    marc.press(Key::Enter).await;
    opened(marc, "Noor Haddad").await;
}

async fn signed_out(marc: &Browser) {
    marc.tab_to("a[href='/me']").await;
    marc.press(Key::Enter).await;
    marc.until("the own page opens", "location.pathname === '/me'").await;
    marc.tab_to("form[action='/sign-out'] button").await;
    marc.press(Key::Enter).await;
    marc.until("the sign-in page opens", "location.pathname === '/sign-in'").await;
    marc.open("/queue").await;
    assert_eq!(marc.path().await, "/sign-in", "the session is over");
}
