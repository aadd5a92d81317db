//! The disk, the database and the process itself: full, locked, stopped, twice.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use sqlx::Connection as _;

use crate::bench::{Bench, GENEROUS, smtp};
use crate::check::Tally;
use crate::house::scripted_smtp::{Mishap, ScriptedSmtp, Stage};
use crate::house::smtp::SmtpSink;
use crate::house::{now, rest, within};

/// A small disk of its own; unmounted with this value.
struct Disk(tempfile::TempDir);

impl Disk {
    /// `None`: only root may mount one.
    fn of(megabytes: u32) -> Option<Self> {
        let place = tempfile::tempdir().unwrap();
        let size = format!("size={megabytes}m");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(place.path()).stderr(Stdio::null());
        mount.status().is_ok_and(|status| status.success()).then_some(Self(place))
    }

    fn filler(&self) -> std::path::PathBuf {
        self.0.path().join("filler")
    }

    /// Takes all the space that is left.
    fn fill(&self) {
        for part in [vec![0; 64 * 1024], vec![0; 512]] {
            let mut file = fs::OpenOptions::new().create(true).append(true).open(self.filler()).unwrap();
            while std::io::Write::write_all(&mut file, &part).is_ok() {}
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(self.0.path()).status());
    }
}

/// What lies in the inbox: the texts, and whether anything was marked as read.
fn inbox(bench: &Bench) -> (Vec<Vec<u8>>, bool) {
    let files = bench.dovecot.inbox_files();
    let seen = files.iter().any(|path| path.to_string_lossy().rsplit_once(":2,").is_some_and(|(_, flags)| flags.contains('S')));
    let mut texts: Vec<_> = files.iter().map(|path| fs::read(path).unwrap()).collect();
    texts.sort();
    (texts, seen)
}

fn sent(sink: &SmtpSink) -> Vec<Vec<u8>> {
    sink.mails().into_iter().map(|kept| kept.raw).collect()
}

/// Waits until everything is answered.
fn answered(bench: &Bench, sink: &SmtpSink) {
    within(Duration::from_secs(60), "everything is answered", || Tally::of(bench, &sent(sink)).is_done().then_some(()));
}

#[test]
fn a_full_disk_harms_no_mail_and_when_space_returns_all_is_answered() {
    let Some(disk) = Disk::of(24) else {
        println!("left out: only root can mount the small disk that this test fills");
        return;
    };
    let sink = SmtpSink::start();
    let store = format!("[store]\nurl = \"sqlite:{}\"\n", disk.0.path().join("usher.db").display());
    let mut bench = Bench::start("full", 60, &format!("{store}{}{GENEROUS}", smtp(sink.port())));
    // It fills while usher runs…
    let mut running = bench.serve();
    bench.request(true);
    answered(&bench, &sink);
    disk.fill();
    for _ in 0..4 {
        bench.some();
    }
    let before = inbox(&bench);
    rest(Duration::from_secs(4));
    assert_eq!(inbox(&bench), before, "the server's mail is untouched");
    assert!(running.ended().is_none(), "usher goes on: {}", fs::read_to_string(bench.log_file()).unwrap());
    fs::remove_file(disk.filler()).unwrap();
    answered(&bench, &sink);
    drop(running);
    // …and it is full when usher starts.
    disk.fill();
    bench.some();
    let out = bench.usher(&["serve", "--until-idle"]).output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(!out.status.success() && said.contains("full"), "{}: {said}", out.status);
    fs::remove_file(disk.filler()).unwrap();
    bench.drain();
    bench.drain();
    let tally = Tally::of(&bench, &sent(&sink));
    assert!(tally.is_good() && tally.in_doubt == 0, "{tally:?}");
    assert!(!inbox(&bench).1, "nothing was marked as read");
}

#[tokio::test]
async fn a_database_that_another_process_locks_is_waited_for() {
    let sink = SmtpSink::start();
    let mut bench = Bench::start("locked", 60, &format!("{}{GENEROUS}", smtp(sink.port())));
    let running = bench.serve();
    bench.request(true);
    answered(&bench, &sink);
    let url = format!("sqlite:{}", bench.path().join("usher.db").display());
    let mut other = sqlx::SqliteConnection::connect(&url).await.unwrap();
    let held = other.begin_with("BEGIN EXCLUSIVE").await.unwrap();
    (0..3).for_each(|_| bench.some());
    // Longer than usher waits for a lock, so that every loop fails once.
    rest(Duration::from_secs(23));
    let began = now();
    held.rollback().await.unwrap();
    answered(&bench, &sink);
    println!("locked for 23 s; all was answered {} ms later", began.elapsed().as_millis());
    drop(running);
    bench.drain();
    let tally = Tally::of(&bench, &sent(&sink));
    assert!(tally.is_good() && tally.in_doubt == 0, "{tally:?}");
}

#[test]
fn told_to_stop_while_a_mail_server_is_silent_it_ends_in_time_with_a_verdict() {
    let silent = ScriptedSmtp::start(Stage::Dot, Mishap::Never);
    let mut bench = Bench::start("told", 10, &format!("{}{GENEROUS}", smtp(silent.port())));
    bench.request(true);
    let mut running = bench.serve();
    within(Duration::from_secs(30), "the reply is handed over", || (!silent.taken().is_empty()).then_some(()));
    running.signal("-TERM");
    let began = now();
    let status = within(Duration::from_secs(30), "usher ends", || running.ended());
    println!("told to stop while a mail server was silent: ended after {} s", began.elapsed().as_secs());
    assert!(status.code().is_some(), "{status}");
    assert_eq!((bench.replies("sending"), bench.replies("unknown")), (0, 1), "the reply has a verdict");
}

#[test]
fn a_second_usher_on_one_file_says_which_lock_holds_it_though_the_first_is_frozen() {
    let sink = SmtpSink::start();
    let mut bench = Bench::start("two", 20, &format!("{}{GENEROUS}", smtp(sink.port())));
    let running = bench.serve();
    bench.request(true);
    answered(&bench, &sink);
    running.signal("-STOP");
    (0..2).for_each(|_| bench.some());
    let out = bench.usher(&["serve", "--until-idle"]).output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(!out.status.success() && said.contains("usher.db.lock"), "{}: {said}", out.status);
    running.signal("-CONT");
    answered(&bench, &sink);
    drop(running);
    bench.drain();
    let tally = Tally::of(&bench, &sent(&sink));
    assert!(tally.is_good() && tally.in_doubt == 0, "{tally:?}");
    assert!(Path::new(&bench.path().join("usher.db.lock")).exists());
}
