//! One desk among servers of its own: a mailbox, a way out, a register, and `usher` to be hurt.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use serde_json::Value;

use crate::house::dovecot::Dovecot;
use crate::letters::{self, Dice};

const USHER: &str = env!("CARGO_BIN_EXE_usher");
const SIGABRT: i32 = 6;

/// A desk whose usher may be killed. What was delivered is remembered, for that is what has to be answered.
pub struct Bench {
    pub dovecot: Dovecot,
    pub folder: tempfile::TempDir,
    pub dice: Dice,
    /// Message-IDs that deserve one draft or one reply, and of which person.
    pub expected: BTreeMap<String, usize>,
    name: String,
    delivered: usize,
    next_person: usize,
}

/// A running usher. It is killed with this value, as a power cut would.
pub struct Running(Child);

impl Running {
    /// Whether it has ended, and how.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().unwrap()
    }

    /// Sends it a signal.
    pub fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.0.id().to_string()]).status().unwrap().success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Settings by which expired codes are answered at once, and budgets are no matter.
pub const GENEROUS: &str = "[replies]\nautomatic = [\"code_expired\"]\nhold = \"0s\"\ndaily_per_sender = 100000\nmonthly_per_sender = 100000\n\
     hourly_per_domain = 100000\nhourly_same_text = 100000\nhourly_total = 100000\n";

/// `[smtp]` for a server on this machine.
pub fn smtp(port: u16) -> String {
    format!("[smtp]\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\nper_minute = 100000\n")
}

impl Bench {
    /// A desk with a register of `people`, that has looked once into its empty mailbox: what comes now is answered.
    pub fn start(name: &str, people: usize, settings: &str) -> Self {
        let bench = Self::furnish(name, people, settings);
        bench.drain();
        bench
    }

    /// A desk at which usher has never run.
    pub fn furnish(name: &str, people: usize, settings: &str) -> Self {
        Self::at(letters::DESK, name, people, settings)
    }

    /// The desk of this address, whose server is `mx` of its domain.
    pub fn at(desk: &str, name: &str, people: usize, settings: &str) -> Self {
        let (dovecot, folder) = (Dovecot::start(), tempfile::tempdir().unwrap());
        fs::create_dir(folder.path().join("directory")).unwrap();
        letters::register(&folder.path().join("directory"), people);
        let store = if settings.contains("[store]") { "" } else { "[store]\nurl = \"sqlite:usher.db\"\n" };
        let text = format!(
            "{store}[directory]\npath = \"directory\"\n[mailbox.support]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nuser = \"support\"\n\
             password = \"secret\"\npoll = \"60s\"\n[mail]\nown = [\"{desk}\"]\nauthserv_id = \"mx.{}\"\n\
             [desk]\nlisten = \"127.0.0.1:0\"\n{settings}",
            dovecot.port(),
            desk.rsplit('@').next().unwrap()
        );
        fs::write(folder.path().join("usher.toml"), text).unwrap();
        let dice = Dice::new(name.bytes().map(u64::from).sum());
        Self { dovecot, folder, dice, expected: BTreeMap::new(), name: name.to_owned(), delivered: 0, next_person: 0 }
    }

    pub fn usher(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(USHER);
        command.current_dir(self.folder.path()).args(["--config", "usher.toml"]).args(arguments).stdin(Stdio::null());
        command
    }

    /// `usher serve` until it is told to stop, its words in a file.
    pub fn serve(&self) -> Running {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.log_file()).unwrap();
        self.usher(&["serve"]).stdout(Stdio::null()).stderr(log).spawn().map(Running).unwrap()
    }

    pub fn log_file(&self) -> PathBuf {
        self.folder.path().join("usher.log")
    }

    /// Runs until nothing is left to do; what usher said.
    pub fn drain(&self) -> String {
        self.drain_by(&[])
    }

    /// The same, with some settings from the environment.
    pub fn drain_by(&self, settings: &[(&str, String)]) -> String {
        let out = self.usher(&["serve", "--until-idle"]).envs(settings.iter().cloned()).output().unwrap();
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(matches!(out.status.code(), Some(0 | 1)), "usher serve --until-idle: {}\n{said}", out.status);
        said
    }

    /// Runs until the place `point` was passed for the `nth` time; whether usher really died there.
    pub fn run_into(&self, point: &str, nth: usize) -> bool {
        let notes = self.folder.path().join("points");
        drop(fs::remove_file(&notes));
        let out = self
            .usher(&["serve", "--until-idle"])
            .env("USHER_FAIL_AT", format!("{point}:{nth}"))
            .env("USHER_POINTS", &notes)
            .output()
            .unwrap();
        let passed = fs::read_to_string(&notes).unwrap_or_default();
        let here = passed.lines().filter(|line| *line == point).count();
        out.status.signal() == Some(SIGABRT) && here >= nth
    }

    /// Somebody who has not written yet.
    pub fn person(&mut self, expired: bool) -> usize {
        while letters::Somebody::is_expired(self.next_person) != expired {
            self.next_person += 1;
        }
        self.next_person += 1;
        self.next_person - 1
    }

    /// A Message-ID that was not used yet.
    pub fn id(&mut self) -> String {
        self.delivered += 1;
        format!("{}-{}@senders.example", self.name, self.delivered)
    }

    /// A request of somebody new: whoever's code has expired is answered by machine, the others get a draft.
    pub fn request(&mut self, expired: bool) -> (usize, String) {
        let (n, id) = (self.person(expired), self.id());
        let mail = letters::request(n, &id, &mut self.dice);
        self.expect(&id, n, &mail);
        (n, id)
    }

    /// Delivers a mail that is to be answered once.
    pub fn expect(&mut self, id: &str, person: usize, mail: &[u8]) {
        self.expected.insert(id.to_owned(), person);
        self.dovecot.deliver(mail);
    }

    /// Some of everything: replies to be sent, drafts, a stranger, a machine, and a copy of what came already.
    pub fn some(&mut self) {
        for _ in 0..3 {
            self.request(true);
        }
        for _ in 0..2 {
            self.request(false);
        }
        let id = self.id();
        let mail = letters::strangers(&id, &mut self.dice);
        self.expect(&id, usize::MAX, &mail);
        self.dovecot.deliver(&mail);
        self.machine();
    }

    /// A mail that no machine answers.
    pub fn machine(&mut self) {
        let id = self.id();
        let mail = letters::machines(&id, &mut self.dice);
        self.dovecot.deliver(&mail);
    }

    /// What `usher … --json` answers, a line each.
    pub fn json(&self, arguments: &[&str]) -> Vec<Value> {
        let out = self.usher(arguments).arg("--json").output().unwrap();
        assert!(matches!(out.status.code(), Some(0 | 1)), "usher {arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// How many replies that are not done with are in this state.
    pub fn replies(&self, state: &str) -> usize {
        self.json(&["outbox"]).iter().filter(|line| line["state"] == state).count()
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}
