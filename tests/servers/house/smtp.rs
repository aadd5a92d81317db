//! A real SMTP server (aiosmtpd) that keeps what it is given and fails where it is told to.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::trust::{Flaw, Trust};
use super::{end, free_port, within};

/// A message as it came.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Envelope sender; empty for `<>`.
    pub from: String,
    /// Envelope recipients.
    pub to: Vec<String>,
    /// Whether it came through TLS.
    pub tls: bool,
    /// Whether it came after a login.
    pub login: bool,
    /// The message.
    pub raw: Vec<u8>,
}

/// How the server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    None,
    Starttls,
    Implicit,
}

/// A running server. It ends with this value.
pub struct SmtpSink {
    place: tempfile::TempDir,
    child: Child,
    port: u16,
    trust: Trust,
}

impl SmtpSink {
    /// Starts one without TLS or login.
    pub fn start() -> Self {
        Self::with(Protection::None, false, Flaw::None)
    }

    /// Starts one that takes no address beyond ASCII.
    pub fn ascii() -> Self {
        Self::run(Protection::None, false, Flaw::None, true)
    }

    /// Starts one as described.
    pub fn with(protection: Protection, login: bool, flaw: Flaw) -> Self {
        Self::run(protection, login, flaw, false)
    }

    fn run(protection: Protection, login: bool, flaw: Flaw, ascii: bool) -> Self {
        let place = tempfile::Builder::new().prefix("usher-smtp-").tempdir().unwrap();
        let trust = Trust::new(place.path(), flaw);
        let port = free_port();
        let mut command = Command::new("/usr/bin/python3");
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/smtp_sink.py"));
        command.args(["--port", &port.to_string()]).arg("--dir").arg(place.path());
        if ascii {
            command.arg("--ascii");
        }
        match protection {
            Protection::None => {}
            Protection::Starttls => drop(command.arg("--starttls")),
            Protection::Implicit => drop(command.arg("--implicit")),
        }
        if protection != Protection::None {
            command.arg("--cert").arg(&trust.cert).arg("--key").arg(&trust.key);
        }
        if login {
            command.arg("--login");
        }
        let mut child =
            command.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().expect("python3 runs");
        let ready = place.path().join("ready");
        within(Duration::from_secs(20), "the SMTP server (python3-aiosmtpd; tests/run installs it)", || {
            assert!(
                matches!(child.try_wait(), Ok(None)),
                "the SMTP server does not start: python3-aiosmtpd is missing? tests/run installs it"
            );
            ready.exists().then_some(())
        });
        Self { place, child, port, trust }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn ca_file(&self) -> &Path {
        &self.trust.ca_file
    }

    /// What was kept, in order.
    pub fn mails(&self) -> Vec<Kept> {
        let mut names: Vec<_> = fs::read_dir(self.place.path())
            .unwrap()
            .map(|e| e.unwrap().path())
            .filter(|p| p.extension().is_some_and(|e| e == "eml"))
            .collect();
        names.sort();
        names.iter().map(|path| read(path)).collect()
    }
}

fn read(path: &Path) -> Kept {
    let told: serde_json::Value = serde_json::from_slice(&fs::read(path.with_extension("json")).unwrap()).unwrap();
    let texts = |key: &str| told[key].as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect();
    Kept {
        from: told["from"].as_str().unwrap_or_default().to_owned(),
        to: texts("to"),
        tls: told["tls"] == true,
        login: told["login"] == true,
        raw: fs::read(path).unwrap(),
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}
