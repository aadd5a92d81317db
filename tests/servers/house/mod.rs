//! The servers that the tests speak to: a real Dovecot, a real SMTP server, stand-ins for Discord and for a token
//! endpoint, and servers that misbehave by script. Each runs on this machine alone, on ports of its own, and ends with its value.

pub mod discord;
pub mod dovecot;
pub mod scripted;
pub mod scripted_smtp;
pub mod smtp;
pub mod tokens;
pub mod trust;

use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Looks again and again until `found` answers, at most `at_most`.
pub fn within<T>(at_most: Duration, what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let began = now();
    loop {
        if let Some(value) = found() {
            return value;
        }
        assert!(began.elapsed() < at_most, "{what}: not within {at_most:?}");
        rest(Duration::from_millis(20));
    }
}

#[expect(clippy::disallowed_methods, reason = "a test's own patience is measured by the machine's clock")]
pub fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "a test waits for other programs")]
pub fn rest(pause: Duration) {
    std::thread::sleep(pause);
}

/// Waits until a server on `port` sends its first line.
fn greeted(port: u16, begins: &str) -> bool {
    let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    stream.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).is_ok() && line.starts_with(begins)
}

/// Whether the tests run as root: then the servers are started as somebody else.
fn is_root() -> bool {
    id(&["-u"]) == "0"
}

fn id(arguments: &[&str]) -> String {
    let output = Command::new("id").args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Asks a child that leads a process group to end, and ends what is left of the group.
fn end(child: &mut Child) {
    let group = format!("-{}", child.id());
    let kill = |signal: &str, whom: &str| drop(Command::new("kill").args([signal, "--", whom]).stderr(Stdio::null()).status());
    kill("-TERM", &child.id().to_string());
    for _ in 0..100 {
        if !matches!(child.try_wait(), Ok(None)) {
            break;
        }
        rest(Duration::from_millis(30));
    }
    // A server's own children may outlive it while they serve somebody.
    kill("-KILL", &group);
    let _ = child.wait();
}
