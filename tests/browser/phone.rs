//! The width of a telephone: queue and ticket are two pages, and the reply is passed before it can be sent.

use serde_json::json;

use crate::bench::{Bench, MARC};
use crate::browser::Browser;
use crate::letters::{a_day, everybody};

/// Whatever is taller or wider than the screen, or a target smaller than a finger.
const SMALL: &str = "[...document.querySelectorAll('main .btn, .nav a, .back a, .pv summary, .tk')]
    .filter((e) => e.offsetParent && !e.matches('.small'))
    .map((e) => [e.outerHTML.slice(0, 90), Math.round(e.getBoundingClientRect().height)]).filter(([, h]) => h < 44)";

async fn nothing_is_wider(browser: &Browser) {
    let wide = browser.value("document.documentElement.scrollWidth - innerWidth").await;
    assert!(wide.as_i64().unwrap() <= 0, "{} is {wide} px too wide", browser.path().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_telephone_a_reply_is_read_before_it_is_sent() {
    let bench = Bench::start(everybody().written(), &a_day(), "1s");
    let browser = bench.at_work(MARC).await;
    browser.open("/me").await;
    browser
        .script("document.querySelector('#language').value = 'fr'; document.querySelector('form[action=\"/me\"]').requestSubmit()", vec![])
        .await;
    browser.until("the desk is French", "document.documentElement.lang === 'fr'").await;
    browser.tell("Emulation.setDeviceMetricsOverride", json!({"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": true})).await;
    browser.tell("Emulation.setTouchEmulationEnabled", json!({"enabled": true})).await;

    browser.open("/queue").await;
    nothing_is_wider(&browser).await;
    assert_eq!(browser.value(SMALL).await, json!([]), "every target is large enough for a finger");
    let ada = browser.row("Ada Roy").await;
    browser.click(&format!(".tk[href='{ada}']")).await;
    browser.until("the ticket is open", "document.querySelector('main[data-ticket] h1')?.textContent.includes('Ada')").await;
    nothing_is_wider(&browser).await;
    assert_eq!(browser.value(SMALL).await, json!([]), "every target is large enough for a finger");
    assert_eq!(browser.value("Boolean(document.querySelector('.queue').offsetParent)").await, false, "the queue is another page");
    assert_eq!(browser.value("document.querySelectorAll('.proof details[open]').length").await, 0, "the evidence is folded to its answers");
    let clock = "(() => { scrollTo(0, 9e9); const r = document.querySelector('.back .clk').getBoundingClientRect(); scrollTo(0, 0); return r.top >= 0 && r.bottom <= 60 })()";
    assert_eq!(browser.value(clock).await, true, "the clock stays in sight");

    let after = "(() => { const t = document.querySelector('#txt'), r = t.getBoundingClientRect(), s = document.querySelector('#send').getBoundingClientRect(); return [s.top >= r.bottom, t.scrollHeight <= t.clientHeight + 1] })()";
    assert_eq!(browser.value(after).await, json!([true, true]), "Send stands after the whole text");
    assert_eq!(
        browser.value("document.querySelector('#send').getBoundingClientRect().top > innerHeight").await,
        true,
        "Send is not in sight at first"
    );
    browser.click(".jump a").await;
    browser.until("the reply is in sight", "document.querySelector('#reply').getBoundingClientRect().top < innerHeight").await;
    browser.click("#send").await;
    browser
        .until(
            "the next ticket opens",
            "document.querySelector('main h1') && !document.querySelector('main h1').textContent.includes('Ada')",
        )
        .await;
    let mails = bench.arrived(1);
    assert_eq!(mails[0].to, ["ada.roy@aubin.example"]);
}
