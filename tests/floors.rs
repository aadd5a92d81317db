//! The floors of the house: a room imports only from rooms below it, and an outside crate stays in the rooms it belongs to.
//! ARCHITECTURE.md shows the table; this test holds it.

#![expect(clippy::expect_used, clippy::string_slice, reason = "a test that stumbles fails, and so it should")]

use std::fs;
use std::path::{Path, PathBuf};

/// Room and floor. A room may use rooms with a smaller number, and itself.
const FLOORS: [(&str, u8); 18] = [
    ("main", 11),
    ("lib", 11),
    ("cli", 10),
    ("settings", 9),
    ("worker", 8),
    ("desk", 8),
    ("store", 7),
    ("channels", 6),
    ("triage", 6),
    ("draft", 5),
    ("alarm", 5),
    ("rules", 4),
    ("people", 3),
    ("facts", 2),
    ("message", 1),
    ("clock", 1),
    ("fault", 0),
    ("points", 0),
];

/// Outside crates that speak to a machine, a terminal or a browser, and the only rooms that may name them.
const OUTSIDE: [(&str, &[&str]); 26] = [
    ("clap", &["cli", "main"]),
    ("indicatif", &["cli"]),
    ("comfy_table", &["cli"]),
    ("console", &["cli"]),
    ("anyhow", &["cli", "worker", "main"]),
    ("axum", &["desk"]),
    ("argon2", &["desk"]),
    ("totp_rs", &["desk"]),
    ("qrcode", &["desk"]),
    ("sqlx", &["store", "channels"]),
    ("async_imap", &["channels"]),
    ("imap_proto", &["channels"]),
    ("serenity", &["channels"]),
    ("reqwest", &["channels"]),
    ("jsonwebtoken", &["channels"]),
    ("rustls", &["channels"]),
    ("lettre", &["channels", "draft"]),
    ("encoding_rs", &["message"]),
    ("chardetng", &["message"]),
    ("regex_syntax", &["message"]),
    ("strsim", &["people", "settings", "facts", "rules"]),
    ("handlebars", &["draft", "desk"]),
    ("tower_http", &["desk"]),
    ("ammonia", &["desk"]),
    ("utoipa", &["desk"]),
    ("getrandom", &["clock"]),
];

/// Rooms without IO: they name neither files, nor sockets, nor tasks.
const PURE: [&str; 7] = ["message", "facts", "people", "rules", "draft", "alarm", "triage"];
const IO: [&str; 4] = ["std::fs", "std::net", "tokio::", "std::process"];

const LONGEST_FILE: usize = 400;

#[test]
fn every_room_imports_only_from_below() {
    let faults: Vec<String> = sources().iter().flat_map(|(path, text)| imports_upwards(path, text)).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn outside_crates_stay_in_their_rooms() {
    let faults: Vec<String> = sources().iter().flat_map(|(path, text)| crates_astray(path, text)).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn no_file_grows_past_four_hundred_lines() {
    let faults: Vec<String> = sources()
        .iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST_FILE)
        .map(|(path, lines)| format!("{path}: {lines} lines; split it by idea"))
        .collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn an_import_upwards_is_seen_however_it_is_written() {
    let cases = [
        ("facts/dates.rs", "use crate::people::Directory;"),
        ("facts/dates.rs", "use crate::{message::Message, rules};"),
        ("facts/dates.rs", "fn f() { crate::store::open() }"),
        ("facts/mod.rs", "use super::people::Directory;"),
        ("facts/dates.rs", "use super::super::people::Directory;"),
        ("channels/smtp.rs", "use crate::triage::Reading;"),
        ("desk/page.rs", "use crate::worker::run;"),
    ];
    for (path, text) in cases {
        assert_eq!(imports_upwards(path, text).len(), 1, "{path}: {text}");
    }
}

#[test]
fn an_import_from_below_is_no_fault() {
    let cases = [
        ("people/mod.rs", "use crate::facts::Language;"),
        ("triage/mod.rs", "use crate::{draft::Draft, people::{Person, directory::Directory}};"),
        ("facts/dates.rs", "// not crate::store::open, which stands above\nuse super::Found;"),
        ("facts/mod.rs", "pub(crate) mod dates;"),
    ];
    for (path, text) in cases {
        assert_eq!(imports_upwards(path, text), Vec::<String>::new(), "{path}: {text}");
    }
}

#[test]
fn a_crate_out_of_its_room_is_seen() {
    assert_eq!(crates_astray("rules/decide.rs", "use sqlx::query;").len(), 1);
    assert_eq!(crates_astray("rules/decide.rs", "fn f() { std::fs::read(\"x\"); }").len(), 1);
    assert_eq!(crates_astray("store/mod.rs", "use sqlx::query;"), Vec::<String>::new());
}

fn floor(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

/// `facts/dates.rs` lies in `facts`, `clock.rs` in `clock`.
fn room_of(path: &str) -> &str {
    path.split('/').next().unwrap_or(path).trim_end_matches(".rs")
}

fn imports_upwards(path: &str, text: &str) -> Vec<String> {
    let room = room_of(path);
    let Some(own) = floor(room) else { return vec![format!("{path}: the room `{room}` stands on no floor; add it to FLOORS")] };
    if own == 11 {
        return Vec::new();
    }
    named_rooms(path, text)
        .into_iter()
        .filter(|named| named != room && floor(named).is_some_and(|f| f >= own))
        .map(|named| format!("{path}: `{room}` (floor {own}) names `{named}`, which does not stand below it"))
        .collect()
}

/// Every room that the text names by a path from the root of the crate.
fn named_rooms(path: &str, text: &str) -> Vec<String> {
    let code = without_comments(text);
    let at_root = !path.contains('/') || path.ends_with("/mod.rs") && path.matches('/').count() == 1;
    let mut roots = vec!["crate::", "super::super::"];
    if at_root {
        roots.push("super::");
    }
    let mut rooms: Vec<String> = roots.iter().flat_map(|root| code.split(root).skip(1)).flat_map(heads).collect();
    rooms.sort();
    rooms.dedup();
    rooms.retain(|name| floor(name).is_some());
    rooms
}

/// The first names behind `crate::`: one, or those of a `{…}` group.
fn heads(rest: &str) -> Vec<String> {
    let ident = |s: &str| s.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(group) = rest.strip_prefix('{') else { return vec![ident(rest)] };
    let (mut depth, mut names, mut start) = (0, Vec::new(), 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                names.push(ident(&group[start..at]));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(ident(&group[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    names
}

fn crates_astray(path: &str, text: &str) -> Vec<String> {
    let room = room_of(path);
    let code = without_comments(text);
    let named = |name: &str| {
        code.match_indices(&format!("{name}::")).any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
    };
    let outside = OUTSIDE.iter().filter(|(name, rooms)| !rooms.contains(&room) && named(name)).map(|(name, _)| *name);
    let io = IO.iter().filter(|name| PURE.contains(&room) && code.contains(**name)).copied();
    outside.chain(io).map(|name| format!("{path}: `{name}` does not belong into `{room}`")).collect()
}

/// The code alone: line comments are words, not imports.
fn without_comments(text: &str) -> String {
    text.lines().map(|line| line.split_once("//").map_or(line, |(code, _)| code)).collect::<Vec<_>>().join("\n")
}

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    assert!(found.len() > 20, "the walk found only {} files", found.len());
    found
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a source file is readable");
            let name = path.strip_prefix(&root).expect("under src").to_string_lossy().replace('\\', "/");
            (name, text)
        })
        .collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src is readable") {
        let path = entry.expect("an entry is readable").path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}
