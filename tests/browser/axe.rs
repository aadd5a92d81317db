//! axe-core on every page and state, in both languages and themes, at four widths.

use std::collections::BTreeMap;

use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::bench::{Bench, LEA, OLGA};
use crate::browser::Browser;
use crate::letters::{a_day, everybody, letter};
use crate::post::header;

const WIDTHS: [u32; 4] = [320, 390, 1440, 3840];

const RUN: &str = "axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
    .then((r) => r.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')} ${n.html.slice(0, 140)}: ${n.failureSummary.replace(/\\s+/g, ' ').slice(0, 260)}`)))";

/// The elements that make a page wider than its window.
const WIDE: &str = "innerWidth >= document.documentElement.scrollWidth ? [] : [...document.querySelectorAll('body *')].filter((e) => {
    const right = e.getBoundingClientRect().right;
    if (right <= innerWidth + 1) return false;
    for (let p = e.parentElement; p; p = p.parentElement) if (getComputedStyle(p).overflowX !== 'visible') return false;
    return true; }).slice(0, 4).map((e) => e.outerHTML.slice(0, 140)).concat(['sideways scroll'])";

/// What was found, and where.
#[derive(Default)]
pub struct Found {
    script: String,
    faults: BTreeMap<String, Vec<String>>,
    runs: usize,
}

impl Found {
    fn new() -> Self {
        let path = std::env::var("USHER_AXE").expect("USHER_AXE is not set: it names axe.min.js of axe-core 4, and tests/run fetches it");
        let script = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("USHER_AXE: {path}: {e}"));
        Self { script, ..Self::default() }
    }

    /// Looks at the page that is open in every theme and width.
    async fn look(&mut self, browser: &Browser, name: &str) {
        browser.script(&self.script, vec![]).await;
        for theme in ["light", "dark"] {
            browser.theme(theme).await;
            for width in WIDTHS {
                browser.size(width, if width < 500 { 844 } else { 900 }).await;
                // Two frames: the page is laid out at its new width.
                browser.promise("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))").await;
                let mut said = browser.promise(RUN).await.as_array().cloned().unwrap_or_else(|| vec![json!("axe did not answer")]);
                said.extend(browser.value(WIDE).await.as_array().cloned().unwrap_or_default());
                for fault in said.iter().filter_map(Value::as_str) {
                    self.faults.entry(format!("{name}: {fault}")).or_default().push(format!("{theme} {width}"));
                }
                self.runs += 1;
            }
        }
        browser.size(1440, 900).await;
    }

    fn none(self) {
        println!("axe-core: {} runs", self.runs);
        let told: Vec<String> = self.faults.iter().map(|(fault, at)| format!("{fault} ({})", at.join(", "))).collect();
        assert!(told.is_empty(), "{} faults in {} runs:\n{}", told.len(), self.runs, told.join("\n"));
    }
}

async fn speaks(browser: &Browser, language: &str) {
    browser.open("/me").await;
    let choose =
        format!("document.querySelector('#language').value = '{language}'; document.querySelector('form[action=\"/me\"]').requestSubmit()");
    browser.script(&choose, vec![]).await;
    browser
        .until("the language is changed", &format!("document.documentElement.lang === '{language}' && document.readyState === 'complete'"))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "hundreds of runs take ten minutes: tests/run --barriers"]
async fn no_page_and_no_state_has_a_barrier() {
    let mut mail = a_day();
    mail.push(laid_out());
    mail.push(letter("iris.okoye@aubin.example", "Iris Okoye", "iris", "Hello, my code is refused for PHY 1901.\n\nIris Okoye").bytes());
    let soon =
        everybody().evaluation("E9", "PHY 1901", "Optics", 5).candidate("C9", ["Iris", "Okoye"], "iris.okoye@aubin.example", "E9", 2);
    let bench = Bench::start(soon.written(), &mail, "60s");
    let mut found = Found::new();
    doors(&bench, &mut found).await;
    let olga = bench.at_work(OLGA).await;
    for language in ["en", "fr"] {
        speaks(&olga, language).await;
        pages(&olga, &mut found, language).await;
        tickets(&olga, &mut found, language).await;
    }
    states(&bench, &olga, &mut found).await;
    found.none();
}

/// A mail with HTML, quotes and an attachment.
fn laid_out() -> Vec<u8> {
    let mut mail = letter(
        "pia.berg@aubin.example",
        "Pia Berg",
        "pia",
        "--b\nContent-Type: text/html; charset=utf-8\n\n<h1>Hello</h1><p>I cannot sign in to my evaluation of BIO 1101.</p><blockquote>Earlier</blockquote>\n\
         --b\nContent-Type: image/svg+xml\nContent-Disposition: attachment; filename=\"x.svg\"\n\n<svg/>\n--b--",
    );
    mail.kind = "multipart/mixed; boundary=b";
    mail.bytes()
}

/// What whoever is not signed in sees.
async fn doors(bench: &Bench, found: &mut Found) {
    let browser = Browser::start(&bench.url).await;
    for language in ["en", "fr"] {
        browser.open(&format!("/sign-in?lang={language}")).await;
        found.look(&browser, &format!("sign in ({language})")).await;
    }
    browser.keys("nobody@nexam.example").await;
    browser.press(Key::Tab).await;
    browser.keys("this is no password").await;
    browser.press(Key::Enter).await;
    browser.until("the pair is wrong", "document.querySelector('[role=alert]')").await;
    found.look(&browser, "sign in, wrong pair (fr)").await;
    let link = bench.usher(&["user", "add", "new@nexam.example", "--name", "N. Ew", "--role", "look"]);
    let link = link.lines().find(|line| line.contains("/welcome/")).unwrap().trim().to_owned();
    browser.open(&link).await;
    found.look(&browser, "welcome").await;
}

async fn pages(olga: &Browser, found: &mut Found, language: &str) {
    for path in [
        "/queue",
        "/ledger",
        "/ledger?fate=ignored",
        "/statistics",
        "/statistics?days=30",
        "/rules",
        "/rules/code_expired",
        "/journal",
        "/me",
        "/staff",
        "/search",
        "/search?q=roy",
        "/search?q=nothing+like+this",
        "/queue/999999",
        "/no/such/page",
    ] {
        olga.open(path).await;
        olga.script("document.querySelectorAll('main details:not([data-html])').forEach((fold) => { fold.open = true; })", vec![]).await;
        found.look(olga, &format!("{path} ({language})")).await;
    }
    olga.open("/staff").await;
    olga.click("main table a").await;
    olga.until("an account is open", "location.pathname.startsWith('/staff/')").await;
    found.look(olga, &format!("an account ({language})")).await;
}

async fn tickets(olga: &Browser, found: &mut Found, language: &str) {
    for name in ["Iris Okoye", "Ada Roy", "Chloé Martin", "Jean Tremblay", "someone", "Pia Berg"] {
        olga.open("/queue").await;
        let path = olga.row(if name == "someone" { "S. One" } else { name }).await;
        olga.open(&path).await;
        olga.script("document.querySelectorAll('main details').forEach((fold) => { fold.open = true; })", vec![]).await;
        found.look(olga, &format!("ticket of {name} ({language})")).await;
        if name == "Ada Roy" {
            olga.open(&path).await;
            olga.keys("f").await;
            olga.press(Key::Enter).await;
            olga.until("the form opens in place", "document.querySelector('form#fix input')").await;
            found.look(olga, &format!("correcting a fact in place ({language})")).await;
            olga.open(&format!("{path}/fact/date")).await;
            found.look(olga, &format!("correcting a fact on its page ({language})")).await;
            olga.open(&format!("{path}/person")).await;
            found.look(olga, &format!("choosing the person ({language})")).await;
            olga.open(&format!("{path}/person?q=tremblay")).await;
            found.look(olga, &format!("people found ({language})")).await;
            olga.open(&path).await;
            olga.keys("?").await;
            olga.until("the keys are shown", "document.querySelector('dialog[open]')").await;
            found.look(olga, &format!("keys ({language})")).await;
        }
    }
}

/// What a ticket looks like while something happens to it.
async fn states(bench: &Bench, olga: &Browser, found: &mut Found) {
    olga.open("/queue").await;
    let bo = olga.row("Bo Lund").await;
    let lea = bench.at_work(LEA).await;
    lea.open(&bo).await;
    lea.click("main [data-key=t]").await;
    lea.until("Léa has it", "document.querySelector('main [data-key=r]')").await;
    olga.open(&bo).await;
    found.look(olga, "a colleague has it").await;
    lea.click("#send").await;
    lea.until("it leaves", "document.querySelector('#out time')").await;
    found.look(&lea, "a reply is leaving").await;
    olga.open(&bo).await;
    found.look(olga, "the reply is leaving").await;
    lea.open("/queue").await;
    lea.click("#out form[action$='/send-now'] button").await;
    let mails = bench.arrived(1);
    olga.until("it is answered", &format!("document.querySelector('form[action$=\"/reopen\"]') || (location.assign('{bo}'), false)")).await;
    found.look(olga, "answered").await;

    let ours = header(&mails[0].raw, "Message-ID").unwrap();
    let again = |id: &str| letter("bo.lund@aubin.example", "Bo Lund", id, "It is still refused.").answering(&ours).bytes();
    bench.dovecot.deliver(&again("bo2"));
    olga.open("/queue").await;
    olga.row("Bo Lund").await;
    olga.open(&bo).await;
    olga.until("it is open again", "document.querySelector('#txt')").await;
    bench.dovecot.deliver(&again("bo3"));
    olga.until("the strip says that Bo wrote again", "document.querySelector('#news [data-stop]')").await;
    found.look(olga, "written again").await;
    olga.open(&bo).await;
    olga.keys("e").await;
    olga.ctrl('a').await;
    olga.keys("Your invitation code is AAAA-00C2-22, registered as bo.lund@aubin.example.").await;
    olga.until("the check speaks", "document.querySelector('#saved').textContent.trim()").await;
    found.look(olga, "a text of one's own").await;
}
