//! Strangers' mail in the browser: nothing runs, nothing is asked for elsewhere, nothing acts but a form of the desk's own.

use std::sync::{Arc, Mutex};

use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::bench::{Bench, LEA, MARC, OLGA};
use crate::browser::Browser;
use crate::letters::{Letter, Register, a_day, everybody, letter};
use crate::trap::Trap;

const ELSEWHERE: &str = "http://track.example";

/// What a stranger's HTML may hold.
const PIECES: [&str; 24] = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "<svg/onload=alert(3)></svg>",
    "<a href=\"javascript:alert(4)\">press</a>",
    "<a href=\"data:text/html,<script>alert(5)</script>\">press</a>",
    "<base href=\"http://track.example/\">",
    "<meta http-equiv=refresh content=\"0;url=http://track.example/refresh\">",
    "<form action=\"http://track.example/form\"><input name=a><button>press</button></form>",
    "<iframe srcdoc=\"<script>alert(6)</script>\"></iframe>",
    "<iframe src=\"http://track.example/frame\"></iframe>",
    "<style>@import url(http://track.example/import.css); p{background:url(http://track.example/css.gif)}</style>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(7)>\"></noscript>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(8)&gt;\"></table></mtext></math>",
    "<img src=\"http://track.example/1.gif\">",
    "<img srcset=\"http://track.example/2.gif 2x\">",
    "<table background=\"http://track.example/3.gif\"><tr><td>cell</td></tr></table>",
    "<link rel=prefetch href=\"http://track.example/4\">",
    "<link rel=stylesheet href=\"http://track.example/5.css\">",
    "<p style=\"background:url(http://track.example/6.gif)\">words</p>",
    "<video poster=\"http://track.example/7.gif\" src=\"http://track.example/8\"></video>",
    "<object data=\"http://track.example/9\"></object><embed src=\"http://track.example/10\">",
    "<picture><source srcset=\"http://track.example/11.gif\"><img></picture>",
    "<audio autoplay src=\"http://track.example/12\"></audio>",
    "<a href=\"http://track.example/13\" ping=\"http://track.example/14\">press</a>",
];

/// The same where one line has room: subject, name, attachment, course, register.
const LINE: &str = "<img src=http://track.example/line onerror=alert(9)></title><script>alert(10)</script>";

fn hostile_mail() -> Vec<Vec<u8>> {
    let html = PIECES.join("\n");
    let mut laid_out = letter(
        "vera.nagy@aubin.example",
        &format!("\"Vera {LINE}\""),
        "vera",
        &format!(
            "--b\nContent-Type: text/plain; charset=utf-8\n\nHello, my course is {LINE}. The error says \"{LINE}\".\n{html}\n\
             --b\nContent-Type: text/html; charset=utf-8\n\n<p>Hello, I cannot sign in to BIO 1101.</p>{html}\n\
             --b\nContent-Type: image/svg+xml; name=\"{LINE}.svg\"\nContent-Disposition: attachment; filename=\"..\\\\..\\\\{LINE}.svg\"\n\n\
             <svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(11)\"/>\n--b--"
        ),
    )
    .about(LINE);
    laid_out.kind = "multipart/mixed; boundary=b";
    let hidden = letter(
        "otto.wild@aubin.example",
        "\"Otto \u{202e}dliW\u{200b}\"",
        "otto",
        "Hello, I wrote from vic\u{200b}tim@aubin.example, code ＡＢＣＤ\u{a0}1234\u{ad}, {{config.smtp_password}} ${7*7} {% for %} %n%s <%= 7*7 %>.",
    )
    .about("=?utf-8?q?Hi=0D=0ABcc:_all@evil.example?=");
    [laid_out, hidden].iter().map(Letter::bytes).collect()
}

/// People whose names the register holds as somebody wrote them.
fn hostile_register() -> tempfile::TempDir {
    Register::default()
        .evaluation("E1", "BIO 1101", "\"<img src=http://track.example/title onerror=alert(12)>\"", 30)
        .candidate("C1", ["\"=cmd|'/c calc'!A1\"", "Wild"], "otto.wild@aubin.example", "E1", 40)
        .candidate("C2", ["<b>Vera</b>", "Nagy"], "vera.nagy@aubin.example", "E1", 40)
        .candidate("C3", ["URGENT pay at http://track.example/pay", "Kron"], "uma.kron@aubin.example", "E1", 40)
        .of("\"Saint <script>alert(13)</script>\"")
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the browser's own requests are not told apart yet: cargo test --test browser -- --ignored stranger"]
async fn a_strangers_mail_runs_nothing_and_asks_for_nothing() {
    let trap = Trap::start(String::new);
    let mut mail = hostile_mail();
    mail.push(letter("uma.kron@aubin.example", "Uma Kron", "uma", "My invitation code is refused for BIO 1101.").bytes());
    let bench = Bench::start(hostile_register(), &mail, "1s");
    let hosts = format!("MAP * 127.0.0.1:{}, EXCLUDE 127.0.0.1", trap.port());
    let browser = Browser::with(&bench.url, &hosts).await;
    browser.open(&format!("{ELSEWHERE}/armed")).await;
    assert!(trap.heard().iter().any(|said| said.contains("/armed")), "the trap hears what is asked for elsewhere");
    let before = trap.heard().len();
    browser.open("about:blank").await;
    browser.requests().await;
    browser.console().await;

    bench.sign_in(&browser, OLGA).await;
    for name in ["Vera", "Otto", "Kron"] {
        browser.open("/queue").await;
        let path = browser.row(name).await;
        browser.open(&path).await;
        opened_whole(&browser).await;
        if name == "Vera" {
            laid_out_frame(&browser).await;
        }
    }
    for path in ["/ledger", "/statistics", "/journal", "/rules", "/search?q=vera", "/search?q=%3Cscript%3Ealert(14)%3C/script%3E"] {
        browser.open(path).await;
        browser.until("the page is there", "document.querySelector('main h1')").await;
    }
    // A browser may ask its own maker about a form it sees; no page did that.
    let heard: Vec<String> = trap.heard().into_iter().skip(before).filter(|asked| !asked.contains("googleapis.com")).collect();
    assert_eq!(heard, [] as [String; 0], "nobody else was asked for anything");
    let asked: Vec<String> =
        browser.requests().await.into_iter().filter(|url| !url.starts_with(&bench.url) && url != "about:blank").collect();
    assert_eq!(asked, [] as [String; 0], "no page asked for anything elsewhere");
    let said: Vec<String> = browser.console().await.into_iter().filter(|line| !line.contains("track.example/armed")).collect();
    assert_eq!(said, [] as [String; 0], "the console is silent: the policy had nothing to stop");
    reply_names_the_register_plainly(&bench, &browser).await;
    what_is_taken_along(&browser).await;
}

/// Unfolds everything that a ticket has.
async fn opened_whole(browser: &Browser) {
    browser.until("the ticket is open", "document.querySelector('main[data-ticket] h1') && document.readyState === 'complete'").await;
    browser.script("document.querySelectorAll('main details').forEach((fold) => { fold.open = true; })", vec![]).await;
    let made = "[...document.querySelectorAll('main img, main script, main base, main form[action^=http], main embed, main object, main [onerror], main [onload]')].length";
    assert_eq!(browser.value(made).await, 0, "the words of a mail make no element");
    let shown = browser.words().await;
    for hidden in ['\u{202e}', '\u{200b}', '\u{ad}'] {
        assert!(!shown.contains(hidden), "{hidden:?} is not shown as what it is");
    }
    assert!(!shown.contains("49"), "nothing is computed: {shown}");
    let title = browser.text("document.title").await;
    assert!(!title.contains('\u{202e}'), "{title}");
}

/// The mail as it was laid out, in its frame.
async fn laid_out_frame(browser: &Browser) {
    let frame = browser.until("the frame is there", "document.querySelector('details[data-html] iframe')?.src").await;
    assert_eq!(browser.text("document.querySelector('details[data-html] iframe').getAttribute('sandbox')").await, "");
    crate::house::rest(std::time::Duration::from_millis(700));
    let text =
        browser.promise(&format!("fetch({frame}).then((r) => r.text().then((t) => [r.headers.get('content-security-policy'), t]))")).await;
    let (policy, html) = (text[0].as_str().unwrap(), text[1].as_str().unwrap());
    assert!(policy.contains("sandbox") && policy.contains("default-src 'none'"), "{policy}");
    assert!(html.contains("I cannot sign in"), "{html}");
    // On a page of its own it is as harmless.
    let address = frame.as_str().unwrap().to_owned();
    browser.open(&address).await;
    let left = browser
        .value("[...document.querySelectorAll('img, script, iframe, style, link, form, base, [href], [src]')].map((e) => e.outerHTML)")
        .await;
    assert_eq!(left, json!([]));
}

/// What the register holds of a name is greeted only where it is a name.
async fn reply_names_the_register_plainly(bench: &Bench, browser: &Browser) {
    browser.open("/queue").await;
    let path = browser.row("Kron").await;
    browser.open(&path).await;
    browser.click("#send").await;
    let mails = bench.arrived(1);
    let text = usher::message::parse::message(&mails[0].raw, &Default::default()).text;
    assert!(!text.contains("track.example") && !text.contains("pay at"), "{text}");
}

/// Cells of a list are words for a spreadsheet, and a mail is taken along, never shown.
async fn what_is_taken_along(browser: &Browser) {
    let list = browser.promise("fetch('/statistics/coordinator/E1.csv').then((r) => r.text().then((t) => [r.status, r.headers.get('content-disposition'), t]))").await;
    assert_eq!(list[0], 200, "{list}");
    assert!(list[1].as_str().unwrap().starts_with("attachment"), "{list}");
    let text = list[2].as_str().unwrap();
    assert!(text.contains("'=cmd") && !text.contains(",=cmd") && !text.contains("\n=cmd"), "{text}");
}

/// A page elsewhere that sends a form to the desk as soon as it is opened.
fn attacking(target: &Arc<Mutex<String>>) -> Trap {
    let target = Arc::clone(target);
    Trap::start(move || {
        let to = target.lock().unwrap().clone();
        format!("<form method=post action=\"{to}\"><input name=text value=x></form><script>document.forms[0].submit()</script>")
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_is_approved_once_by_a_form_of_the_desk_alone() {
    let target = Arc::new(Mutex::new(String::new()));
    let trap = attacking(&target);
    let bench = Bench::start(everybody().written(), &a_day(), "1s");
    let marc = bench.at_work(MARC).await;
    let (ada, bo) = (marc.row("Ada Roy").await, marc.row("Bo Lund").await);

    // Another origin on this machine: the browser sends the session's cookie along, and the desk refuses.
    *target.lock().unwrap() = format!("{}{ada}/send", bench.url);
    marc.open(&format!("http://127.0.0.1:{}/attack", trap.port())).await;
    marc.until("the attack was refused", &format!("location.pathname === '{ada}/send' && !document.querySelector('#txt')")).await;
    marc.open(&ada).await;
    assert_eq!(marc.value("Boolean(document.querySelector('#send'))").await, true, "nothing was sent");
    for (what, request, expected) in [
        ("without a token", "new URLSearchParams({text: 'x', subject: 'x'})", 403),
        ("with another's token", "new URLSearchParams({text: 'x', subject: 'x', csrf: 'x'.repeat(43)})", 403),
    ] {
        let status = marc.promise(&format!("fetch('{ada}/send', {{method: 'POST', body: {request}}}).then((r) => r.status)")).await;
        assert_eq!(status, expected, "{what}");
    }
    let got = marc.promise(&format!("fetch('{ada}/send').then((r) => r.status)")).await;
    assert_eq!(got, 405, "reading acts on nothing");

    // Pressed twice at once, under two keys.
    let twice = format!(
        "(() => {{ const one = () => {{ const f = new URLSearchParams(new FormData(document.querySelector('#write'))); f.set('key', crypto.randomUUID()); return fetch('{ada}/send', {{method: 'POST', body: f}}).then((r) => r.status) }}; return Promise.all([one(), one()]) }})()"
    );
    let statuses = marc.promise(&twice).await;
    let conflicts = statuses.as_array().unwrap().iter().filter(|s| **s == 409).count();
    assert_eq!(conflicts, 1, "one is sent, the other is told: {statuses}");
    two_at_once(&bench, &marc, &bo).await;
    let mails = bench.arrived(2);
    let to: Vec<&str> = mails.iter().map(|m| m.to[0].as_str()).collect();
    assert_eq!(to, ["ada.roy@aubin.example", "bo.lund@aubin.example"]);
    guessed_and_odd(&marc).await;
    over_is_over(&bench, &marc, &ada).await;
}

/// Two people press Send at the same moment.
async fn two_at_once(bench: &Bench, marc: &Browser, path: &str) {
    let lea = bench.at_work(LEA).await;
    marc.open(path).await;
    lea.open(path).await;
    let send = format!(
        "fetch('{path}/send', {{method: 'POST', body: new URLSearchParams(new FormData(document.querySelector('#write')))}}).then((r) => r.text().then((t) => [r.status, t.includes('id=\"conflict\"')]))"
    );
    let (one, other) = tokio::join!(marc.promise(&send), lea.promise(&send));
    let told = [&one, &other].into_iter().filter(|a| a[0] == 409 && a[1] == true).count();
    assert_eq!(told, 1, "one is sent, the other is told: {one} {other}");
}

/// Numbers that were guessed, and questions that are no words.
async fn guessed_and_odd(marc: &Browser) {
    for path in [
        "/queue/999999",
        "/tickets/01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "/staff/01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "/ledger/01ARZ3NDEKTSV4RRFFQ69G5FAV/raw",
    ] {
        let status = marc.promise(&format!("fetch('{path}').then((r) => r.status)")).await;
        assert!(status == 404 || status == 403, "{path}: {status}");
    }
    for odd in ["' OR 1=1 --", "%", "_", "\\", "\"*", "NEAR(", "\u{0}", "<script>"] {
        let found = marc.promise(&format!("fetch('/search?q=' + encodeURIComponent({})).then((r) => r.text().then((t) => [r.status, (t.match(/queue\\/\\d+\"/g) || []).length]))", json!(odd))).await;
        assert_eq!(found[0], 200, "{odd}");
        assert_eq!(found[1], 0, "{odd} is looked for as it stands, and nobody wrote it");
    }
    let began = crate::house::now();
    let long: Value = marc.promise("fetch('/search?q=' + 'x'.repeat(50000)).then((r) => r.status)").await;
    assert!(long == 200 || long == 414 || long == 431, "{long}");
    assert!(began.elapsed() < std::time::Duration::from_secs(5));
}

/// After signing out neither the way back nor the old cookie leads in.
async fn over_is_over(bench: &Bench, marc: &Browser, path: &str) {
    marc.open(path).await;
    let cookie = marc.tell("Network.getCookies", json!({})).await["cookies"][0].clone();
    marc.open("/me").await;
    marc.tab_to("form[action='/sign-out'] button").await;
    marc.press(Key::Enter).await;
    marc.until("the session is over", "location.pathname === '/sign-in'").await;
    marc.script("history.go(-2)", vec![]).await;
    crate::house::rest(std::time::Duration::from_millis(700));
    assert!(!marc.words().await.contains("Ada Roy"), "the way back shows nothing");
    assert!(cookie["httpOnly"] == true, "no script reads the cookie: {cookie}");
    let old = json!({"name": cookie["name"], "value": cookie["value"], "url": bench.url});
    marc.tell("Network.setCookie", old).await;
    marc.open(path).await;
    assert_eq!(marc.path().await, "/sign-in", "the old cookie leads nowhere");
}
