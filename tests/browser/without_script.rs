//! The same work where scripts are blocked: links and forms alone.

use fantoccini::key::Key;

use crate::bench::{Bench, MARC};
use crate::browser::Browser;
use crate::letters::{a_day, everybody};
use crate::post::header;

async fn at(browser: &Browser, name: &str) {
    browser
        .until(
            &format!("the ticket of {name} is open"),
            &format!("document.querySelector('main[data-ticket] h1')?.textContent.includes({name:?})"),
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_work_is_done_without_any_script() {
    let bench = Bench::start(everybody().written(), &a_day(), "20s");
    let browser = Browser::start(&bench.url).await;
    browser.without_script(true).await;
    bench.sign_in(&browser, MARC).await;
    let ada = browser.row("Ada Roy").await;

    browser.tab_to(".tk").await;
    browser.press(Key::Enter).await;
    at(&browser, "Ada Roy").await;
    assert_eq!(browser.value("typeof htmx").await, "undefined", "no script runs");
    browser.tab_to("main [data-key=t]").await;
    browser.press(Key::Enter).await;
    browser.until("the ticket is taken", "document.querySelector('main [data-key=r]')").await;

    corrected(&browser).await;
    sent(&bench, &browser, &ada).await;
    handed_over_ignored_and_opened_again(&browser).await;

    browser.tab_to("a[href='/me']").await;
    browser.press(Key::Enter).await;
    browser.tab_to("form[action='/sign-out'] button").await;
    browser.press(Key::Enter).await;
    browser.until("the session is over", "location.pathname === '/sign-in'").await;
    bench.arrived(1);
}

/// A fact on a page of its own; the case by its button; the language by its button.
async fn corrected(browser: &Browser) {
    browser.tab_to(".fact[href$='/fact/course']").await;
    browser.press(Key::Enter).await;
    browser.until("the form has a page of its own", "location.pathname.endsWith('/fact/course')").await;
    browser.tab_to("input[name=course]").await;
    browser.ctrl('a').await;
    browser.keys("BIO 1101").await;
    browser.press(Key::Enter).await;
    browser.until("the correction counts", "document.querySelector('.found .chip.acc')?.textContent.includes('BIO 1101')").await;

    browser.tab_to("#case").await;
    browser.press(Key::Down).await;
    let chosen = browser.text("document.querySelector('#case').value").await;
    browser.tab_to("button[formaction$='/case']").await;
    browser.press(Key::Enter).await;
    browser.until("the case is changed", &format!("document.readyState === 'complete' && document.querySelectorAll('.found .chip.acc').length === 2 && document.querySelector('#case').value === {chosen:?}")).await;

    browser.tab_to("#write button[lang=fr]").await;
    browser.press(Key::Enter).await;
    browser.until("the reply is French", "document.querySelector('#txt')?.lang === 'fr'").await;
}

/// Typed, saved, sent, undone, sent.
async fn sent(bench: &Bench, browser: &Browser, ada: &str) {
    browser.tab_to("#txt").await;
    browser.ctrl(char::from(Key::Home)).await;
    browser.keys("Sans aucun script. ").await;
    browser.tab_to("button[formaction$='/save']").await;
    browser.press(Key::Enter).await;
    browser
        .until(
            "it is saved",
            "document.querySelector('#saved')?.textContent.trim() && document.querySelector('#txt').value.startsWith('Sans aucun')",
        )
        .await;
    for undone in [true, false] {
        browser.tab_to("#send").await;
        browser.press(Key::Enter).await;
        browser
            .until(
                "the next ticket opens",
                "document.querySelector('main h1') && !document.querySelector('main h1').textContent.includes('Ada')",
            )
            .await;
        if undone {
            browser.tab_to("#out form[action$='/undo'] button").await;
            browser.press(Key::Enter).await;
            at(browser, "Ada Roy").await;
            assert_eq!(browser.path().await, ada);
        }
    }
    browser.tab_to("#out form[action$='/send-now'] button").await;
    browser.press(Key::Enter).await;
    let mails = bench.arrived(1);
    assert_eq!(mails[0].to, ["ada.roy@aubin.example"]);
    assert_eq!(header(&mails[0].raw, "In-Reply-To").unwrap(), "<ada@aubin.example>");
    let parsed = usher::message::parse::message(&mails[0].raw, &Default::default());
    assert!(parsed.text.starts_with("Sans aucun script."), "{}", parsed.text);
}

async fn handed_over_ignored_and_opened_again(browser: &Browser) {
    browser.open("/queue").await;
    let chloe = browser.row("Chloé Martin").await;
    browser.open(&chloe).await;
    browser.tab_to("summary[data-key=h]").await;
    browser.press(Key::Enter).await;
    browser.tab_to("#note").await;
    browser.keys("Please ask the coordinator.").await;
    browser.press(Key::Enter).await;
    browser
        .until(
            "the next ticket opens",
            "document.querySelector('main h1') && !document.querySelector('main h1').textContent.includes('Chloé')",
        )
        .await;
    browser.open(&chloe).await;
    browser.until("the line stands there", "document.querySelector('.head')?.textContent.includes('Please ask the coordinator.')").await;

    browser.open("/queue").await;
    let bo = browser.row("Bo Lund").await;
    browser.open(&bo).await;
    browser.tab_to("[data-key=i]").await;
    browser.press(Key::Enter).await;
    browser.until("the ticket is closed", "document.querySelector('form[action$=\"/reopen\"] button')").await;
    browser.tab_to("form[action$='/reopen'] button").await;
    browser.press(Key::Enter).await;
    browser.until("the reply is there again", "document.querySelector('#txt')").await;
}
