//! Pictures of the desk for the documentation, on the sample mail: `cargo test --test browser -- --ignored screens`.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use usher::clock::{Clock, System};

use crate::bench::{Bench, LEA, MARC, OLGA};
use crate::browser::Browser;
use crate::letters::everybody;

fn examples(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files.iter().map(|p| (p.file_name().unwrap().to_string_lossy().into_owned(), dated(&fs::read_to_string(p).unwrap()))).collect()
}

/// The times that a sample leaves open, as of now.
fn dated(text: &str) -> String {
    let mut parts = text.split('{');
    let mut done = parts.next().unwrap().to_owned();
    for part in parts {
        let (wish, rest) = part.split_once('}').unwrap();
        done += &time(wish).unwrap_or_else(|| format!("{{{wish}}}"));
        done += rest;
    }
    done
}

/// `+3d`, `date -30m` or `day +20 fr`.
fn time(wish: &str) -> Option<String> {
    let words: Vec<&str> = wish.split(' ').collect();
    let shift = words.iter().find(|w| w.starts_with(['+', '-']))?;
    let unit = shift.trim_start_matches(['+', '-']).trim_start_matches(|c: char| c.is_ascii_digit());
    let count: i64 = shift.trim_end_matches(unit).parse().ok()?;
    let hours = SignedDuration::from_mins(
        count
            * if unit == "m" {
                1
            } else if unit == "h" {
                60
            } else {
                1440
            },
    );
    let at: Timestamp = System.now() + hours;
    let zoned = at.to_zoned(TimeZone::UTC);
    Some(match (words[0], words.last().copied()) {
        ("date", _) => zoned.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string(),
        ("day", Some("fr")) => zoned.strftime("%d/%m/%Y").to_string(),
        ("day", _) => zoned.strftime("%B %-d").to_string(),
        _ => zoned.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    })
}

fn sample(hold: &str) -> Bench {
    let register = tempfile::tempdir().unwrap();
    for (name, text) in examples("directory") {
        fs::write(register.path().join(name), text).unwrap();
    }
    // What an example is expected to come to is not part of the mail.
    let mail: Vec<Vec<u8>> = examples("mail").iter().map(|(_, text)| text.split_once('\n').unwrap().1.as_bytes().to_vec()).collect();
    Bench::start(register, &mail, hold)
}

async fn taken(browser: &Browser, name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/screens");
    fs::create_dir_all(&folder).unwrap();
    browser
        .promise(
            "document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(1)))))",
        )
        .await;
    browser.picture(&folder.join(format!("{name}.png"))).await;
}

async fn chosen(browser: &Browser, language: &str) {
    browser.open("/me").await;
    let choose =
        format!("document.querySelector('#language').value = '{language}'; document.querySelector('form[action=\"/me\"]').requestSubmit()");
    browser.script(&choose, vec![]).await;
    browser
        .until("the language is changed", &format!("document.documentElement.lang === '{language}' && document.readyState === 'complete'"))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "makes the pictures of docs/screens"]
async fn screens() {
    let bench = sample("45s");
    let door = Browser::start(&bench.url).await;
    door.open("/sign-in?lang=en").await;
    taken(&door, "sign-in").await;
    let (olga, lea) = (bench.at_work(OLGA).await, bench.at_work(LEA).await);
    a_morning(&lea).await;
    for theme in ["light", "dark"] {
        olga.theme(theme).await;
        for page in ["ledger", "statistics", "rules", "journal", "me", "staff"] {
            olga.open(&format!("/{page}")).await;
            taken(&olga, &format!("{page}-{theme}")).await;
        }
    }
    let marc = bench.at_work(MARC).await;
    marc.size(1920, 1080).await;
    let first = marc.text("document.querySelector('.tk').getAttribute('href')").await;
    marc.open(&first).await;
    marc.click("main [data-key=t]").await;
    marc.until("it is taken", "document.querySelector('main [data-key=r]')").await;
    for theme in ["light", "dark"] {
        marc.theme(theme).await;
        taken(&marc, &format!("desk-{theme}")).await;
    }
    marc.theme("light").await;
    marc.size(3840, 2160).await;
    taken(&marc, "desk-4k").await;
    chosen(&marc, "fr").await;
    marc.size(1440, 900).await;
    marc.open(&first).await;
    taken(&marc, "desk-french").await;
    marc.tell("Emulation.setDeviceMetricsOverride", json!({"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": true})).await;
    marc.open("/queue").await;
    taken(&marc, "phone-queue").await;
    marc.open(&first).await;
    taken(&marc, "phone-ticket").await;
    marc.script("document.querySelector('#reply').scrollIntoView()", vec![]).await;
    taken(&marc, "phone-reply").await;
    nobody_waits().await;
}

/// A colleague has answered some already, and has another in hand.
async fn a_morning(lea: &Browser) {
    lea.open("/queue").await;
    let rows = lea.value("[...document.querySelectorAll('.tk')].slice(4, 9).map((r) => r.getAttribute('href'))").await;
    for row in rows.as_array().unwrap().iter().filter_map(|r| r.as_str()) {
        lea.open(row).await;
        if lea.value("Boolean(document.querySelector('#send') && document.querySelector('#txt').value)").await == true {
            lea.click("#send").await;
            lea.until("it leaves", "document.querySelector('#out time')").await;
            lea.click("#out form[action$='/send-now'] button").await;
        }
    }
    lea.open("/queue").await;
    let another = lea.text("document.querySelectorAll('.tk')[2].getAttribute('href')").await;
    lea.open(&another).await;
    lea.click("main [data-key=t]").await;
}

async fn nobody_waits() {
    let bench = Bench::start(everybody().written(), &[], "1s");
    let browser = bench.at_work(MARC).await;
    browser.open("/queue").await;
    taken(&browser, "empty").await;
}
