//! Whatever the bytes, reading answers, soon, in valid text. The same two doors are fuzzed under `fuzz/`.

use std::path::Path;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use usher::draft::templates::Letterhead;
use usher::message::Identity;
use usher::rules::policy::Limits;
use usher::triage::{self, playbook::Playbook, report};

use crate::read;

const SOON: Duration = Duration::from_secs(1);

fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = [include_str!("machines.txt"), include_str!("machines_unseen.txt")]
        .iter()
        .flat_map(|text| text.split("=== ").skip(1))
        .filter_map(|block| block.split_once('\n').map(|(_, raw)| raw.as_bytes().to_vec()))
        .collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/mail");
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("the corpus").map(|e| e.expect("an entry").path()).collect();
    files.sort();
    seeds.extend(files.iter().map(|path| std::fs::read(path).expect("a mail")));
    seeds
}

/// A way to break a mail.
#[derive(Debug, Clone)]
enum Blow {
    Cut(prop::sample::Index),
    Flip(prop::sample::Index, u8),
    Drop(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize, usize),
    Insert(prop::sample::Index, Vec<u8>),
    Ends(&'static str),
    Latin1,
    Utf16,
}

fn blow() -> impl Strategy<Value = Blow> {
    let at = any::<prop::sample::Index>;
    let odd: Vec<&'static [u8]> = vec![
        b"\0",
        b"=?utf-8?Q?",
        b"?=",
        b"\n\n",
        b"\r",
        b"--b",
        b"<",
        b"(((",
        b"\"",
        b"\xff\xfe",
        b"\x1b$B",
        b"=\n",
        b"\nbegin 644 x\n",
        b";*0*=",
        b"&#x",
    ];
    prop_oneof![
        at().prop_map(Blow::Cut),
        (at(), any::<u8>()).prop_map(|(i, b)| Blow::Flip(i, b)),
        (at(), 1..200_usize).prop_map(|(i, n)| Blow::Drop(i, n)),
        (at(), 1..60_usize, 2..200_usize).prop_map(|(i, n, times)| Blow::Repeat(i, n, times)),
        (at(), prop::sample::select(odd)).prop_map(|(i, s)| Blow::Insert(i, s.to_vec())),
        prop::sample::select(vec!["\r\n", "\r", "\r\r\n", "\n\r"]).prop_map(Blow::Ends),
        Just(Blow::Latin1),
        Just(Blow::Utf16),
    ]
}

fn struck(mut raw: Vec<u8>, blow: &Blow) -> Vec<u8> {
    let place = |i: &prop::sample::Index, raw: &[u8]| i.index(raw.len() + 1);
    match blow {
        Blow::Cut(i) => raw.truncate(place(i, &raw)),
        Blow::Flip(i, b) => {
            let at = place(i, &raw);
            if let Some(byte) = raw.get_mut(at) {
                *byte ^= b;
            }
        }
        Blow::Drop(i, n) => {
            let at = place(i, &raw);
            let end = (at + n).min(raw.len());
            raw.drain(at..end);
        }
        Blow::Repeat(i, n, times) => {
            let at = place(i, &raw);
            let piece = raw[at..(at + n).min(raw.len())].repeat(*times);
            raw.splice(at..at, piece);
        }
        Blow::Insert(i, bytes) => {
            let at = place(i, &raw);
            raw.splice(at..at, bytes.iter().copied());
        }
        Blow::Ends(end) => return String::from_utf8_lossy(&raw).replace('\n', end).into_bytes(),
        Blow::Latin1 => return String::from_utf8_lossy(&raw).chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect(),
        Blow::Utf16 => {
            let text = String::from_utf8_lossy(&raw).into_owned();
            return [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        }
    }
    raw
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a stopwatch round pure code")]
fn a_broken_mail_is_read_like_any_other() {
    let playbook = Playbook::built_in(Identity::default(), Letterhead::default(), Limits::default()).expect("the built-in rules load");
    let seeds = seeds();
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(seed in any::<prop::sample::Index>(), blows in prop::collection::vec(blow(), 1..6))| {
        let raw = blows.iter().fold(seeds[seed.index(seeds.len())].clone(), struck);
        let began = Instant::now();
        let reading = triage::read(&raw, &playbook);
        let line = serde_json::to_string(&report::read("x", &reading)).expect("JSON");
        prop_assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
        prop_assert!(!line.contains("\\u0000") && !line.contains('\n'), "{line}");
        prop_assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok());
    });
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a stopwatch round pure code")]
fn hostile_mail_is_answered_soon() {
    let nest = |n: usize| (0..n).map(|i| format!("Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n")).collect::<String>();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("nested 10 000 deep", nest(10_000).into_bytes()),
        ("messages in messages", "Content-Type: message/rfc822\n\n".repeat(1_000).into_bytes()),
        ("100 000 empty parts", format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\n".repeat(100_000)).into_bytes()),
        ("encoded words", format!("Subject: {}\n\nx", "=?utf-8?Q?=C3=A9?= ".repeat(10_000)).into_bytes()),
        ("open encoded words", format!("Subject: {}\n\nx", "=?utf-8?Q?".repeat(6_000)).into_bytes()),
        ("brackets in From", format!("From: {}\n\nx", "(<\"".repeat(20_000)).into_bytes()),
        ("escaped quotes in From", format!("From: {}\n\nx", "\"\\".repeat(30_000)).into_bytes()),
        ("colons in From", format!("From: {}\n\nx", ":".repeat(60_000)).into_bytes()),
        ("soft breaks", format!("Content-Transfer-Encoding: quoted-printable\n\n{}", "= ".repeat(500_000)).into_bytes()),
        ("half base64", format!("Content-Transfer-Encoding: base64\n\n{}", "YW!?".repeat(250_000)).into_bytes()),
        ("one line of 1 MiB", format!("Subject: x\n\n{}", "a".repeat(1 << 20)).into_bytes()),
        ("begin lines", format!("Subject: x\n\n{}", "begin 644 a\n".repeat(80_000)).into_bytes()),
        ("ampersands", format!("Content-Type: text/html\n\n{}", "&".repeat(1 << 20)).into_bytes()),
        ("open styles", format!("Content-Type: multipart/alternative; boundary=b\n\n--b\n\nwords that say something here\n--b\nContent-Type: text/html\n\n{}\n--b--", "<style>".repeat(100_000)).into_bytes()),
        ("lines without colons", format!("From: a@x.example\n{}", "nothing here\n".repeat(80_000)).into_bytes()),
        ("parameters", format!("Content-Type: text/plain; {}\n\nx", "a*1=b;".repeat(10_000)).into_bytes()),
        ("addresses", format!("Subject: Undeliverable\nFrom: mailer-daemon@x.example\n\n{}", "a@".repeat(500_000)).into_bytes()),
        ("high bytes", [b"Subject: x\n\n".to_vec(), vec![0xe9; 1 << 20]].concat()),
        ("empty boundary", format!("Content-Type: multipart/mixed; boundary=\"\"\n\n{}", "--\n\n".repeat(100_000)).into_bytes()),
        ("hyphens", format!("Content-Type: multipart/mixed; boundary=-\n\n{}", "-".repeat(1 << 20)).into_bytes()),
        ("open comments", format!("Content-Type: multipart/alternative; boundary=b\n\n--b\n\nsome words in here now\n--b\nContent-Type: text/html\n\n{}\n--b--", "<!--".repeat(250_000)).into_bytes()),
        ("blank lines", format!("Subject: x\n\n{}", "\n".repeat(1 << 20)).into_bytes()),
        ("fields of a lone CR", "From: a\r".repeat(130_000).into_bytes()),
        ("folds", format!("Subject: x{}\n\nx", "\n ".repeat(100_000)).into_bytes()),
    ];
    for (says, raw) in cases {
        let began = Instant::now();
        let mail = read(&raw);
        assert!(began.elapsed() < SOON, "{says}: {:?}", began.elapsed());
        assert!(mail.text.len() <= 257 * 1024, "{says}: {} bytes of text", mail.text.len());
    }
}
