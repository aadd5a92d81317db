//! A whole usher beside real servers: settings, a register, mail, and what came of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use usher::clock::{Clock, System};

use crate::house::dovecot::Dovecot;
use crate::house::rest;
use crate::house::smtp::SmtpSink;

pub const USHER: &str = env!("CARGO_BIN_EXE_usher");

pub fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

pub fn mails() -> Vec<(String, Vec<u8>)> {
    let mut names: Vec<_> = fs::read_dir(corpus().join("mail")).expect("the corpus").map(|e| e.expect("an entry").path()).collect();
    names.sort();
    names.into_iter().map(|path| (path.to_string_lossy().into_owned(), fs::read(&path).expect("a mail"))).collect()
}

/// A folder with an usher.toml that points at `dovecot`.
pub struct Post {
    pub folder: tempfile::TempDir,
}

impl Post {
    pub fn at(dovecot: &Dovecot) -> Self {
        Self::with(dovecot, &corpus().join("directory"), "")
    }

    pub fn with(dovecot: &Dovecot, directory: &Path, more: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let text = format!(
            "[store]\nurl = \"sqlite:usher.db\"\n[directory]\npath = \"{}\"\n[mailbox.support]\nhost = \"127.0.0.1\"\nport = {}\n\
             tls = \"none\"\nuser = \"support\"\npassword = \"secret\"\nstart = \"all\"\npoll = \"60s\"\n\
             [mail]\nown = [\"support@nexam.example\"]\nauthserv_id = \"mx.nexam.example\"\n[desk]\nlisten = \"127.0.0.1:0\"\n{more}",
            directory.display(),
            dovecot.port()
        );
        fs::write(folder.path().join("usher.toml"), text).expect("settings are written");
        Self { folder }
    }

    pub fn usher(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(USHER);
        command.current_dir(self.folder.path()).arg("--config").arg("usher.toml").args(arguments).stdin(Stdio::null());
        command
    }

    pub fn start(&self, arguments: &[&str]) -> Child {
        self.usher(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("usher starts")
    }

    pub fn drain(&self) {
        let out = self.usher(&["serve", "--until-idle"]).output().expect("usher runs");
        assert!(out.status.success(), "usher serve --until-idle: {}\n{}", out.status, String::from_utf8_lossy(&out.stderr));
    }

    /// The first look: what is there by then is history, and nothing is ever sent for it.
    pub fn begin(&self) {
        self.drain();
    }

    /// Changes the settings.
    pub fn set(&self, old: &str, new: &str) {
        let file = self.folder.path().join("usher.toml");
        let text = fs::read_to_string(&file).expect("settings");
        assert!(text.contains(old), "{old} in {text}");
        fs::write(file, text.replace(old, new)).expect("settings are written");
    }

    /// Serves until two looks are over: what stands in the sent folder counts from the first one on.
    pub fn watch_for_a_while(&self) {
        self.set("poll = \"60s\"", "poll = \"1s\"");
        let mut child = self.start(&["serve", "--only", "intake,triage"]);
        rest(Duration::from_millis(4_500));
        child.kill().expect("usher is killed");
        child.wait().expect("usher has ended");
        self.set("poll = \"1s\"", "poll = \"60s\"");
    }

    /// Takes a message and its ticket out of the store behind usher's back, as a database restored from last night would.
    pub fn forget_a_message(&self) {
        let url = format!("sqlite:{}", self.folder.path().join("usher.db").display());
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(async {
            let pool = sqlx::SqlitePool::connect(&url).await.expect("the database opens");
            for sql in ["journal", "alarm", "outbox", "withdrawal", "draft", "ticket", "content", "message"] {
                sqlx::query(sqlx::AssertSqlSafe(format!("DELETE FROM {sql}"))).execute(&pool).await.expect("rows are deleted");
            }
        });
    }

    pub fn ledger(&self) -> Vec<Value> {
        let out = self.usher(&["ledger", "--json"]).output().expect("usher runs");
        assert!(out.status.success(), "usher ledger: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).expect("UTF-8").lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }
}

/// A header's value, unfolded.
pub fn header(raw: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(raw);
    let head = text.split("\r\n\r\n").next()?.split("\n\n").next()?.replace("\r\n", "\n").replace("\n ", " ").replace("\n\t", " ");
    let prefix = format!("{}:", name.to_lowercase());
    head.lines()
        .find(|line| line.to_lowercase().starts_with(&prefix))
        .map(|line| line.get(prefix.len()..).unwrap_or_default().trim().to_owned())
}

pub fn answered(drafts: &[Vec<u8>]) -> Vec<String> {
    let mut ids: Vec<_> = drafts.iter().map(|raw| header(raw, "In-Reply-To").expect("a draft answers a message")).collect();
    ids.sort();
    ids
}

/// A register of two people: Ada sits in five hours, Bo's code expired and he sits in twenty days.
pub fn two_people() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |hours: i64| (System.now() + jiff::SignedDuration::from_hours(hours)).to_string();
    let write = |name: &str, text: String| fs::write(folder.path().join(name), text).expect("a file is written");
    write(
        "institutions.csv",
        "institution_id,name,domains,coordinator_name,coordinator_email,language,time_zone\nI1,Uni,uni.example,Lea,lea@uni.example,en,America/Toronto\n".into(),
    );
    write(
        "evaluations.csv",
        format!(
            "evaluation_id,institution_id,course_code,title_en,title_fr,starts_at\nE1,I1,CHEM 2301,Chemistry,Chimie,{}\nE2,I1,BIO 1101,Biology,Biologie,{}\n",
            at(5),
            at(480)
        ),
    );
    write("candidates.csv", "candidate_id,first_name,last_name,email,institution_id,language\nC1,Ada,Roy,ada.roy@uni.example,I1,en\nC2,Bo,Lund,bo.lund@uni.example,I1,en\n".into());
    write("registrations.csv", "candidate_id,evaluation_id\nC1,E1\nC2,E2\n".into());
    write(
        "invitations.csv",
        format!(
            "invitation_id,candidate_id,code,sent_at,activation_started_at,activated_at\nV1,C1,ABCD-EFGH-12,{},,\nV2,C2,IJKL-MNOP-34,{},,\n",
            at(-48),
            at(-24 * 40)
        ),
    );
    folder
}

/// Settings by which expired codes are answered without a person, after `hold`.
pub fn answering(sink: &SmtpSink, hold: &str) -> String {
    format!(
        "[smtp]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nfrom = \"support@nexam.example\"\n\
         [replies]\nautomatic = [\"code_expired\"]\nhold = \"{hold}\"\n",
        sink.port()
    )
}

pub fn request(from: &str, id: &str, text: &str) -> Vec<u8> {
    let date = System.now().strftime("%a, %d %b %Y %H:%M:%S +0000");
    format!(
        "Return-Path: <{from}>\r\nReceived: from mail.uni.example by mx.nexam.example with ESMTPS; {date}\r\n\
         Authentication-Results: mx.nexam.example; dmarc=pass header.from=uni.example\r\nFrom: {from}\r\nTo: support@nexam.example\r\n\
         Subject: invitation code\r\nDate: {date}\r\nMessage-ID: <{id}@uni.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    )
    .into_bytes()
}
