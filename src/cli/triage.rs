//! `usher triage`: the verdict with its reasons.

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;

use super::read::{Desk, written};
use super::{Done, playbook, screen};
use crate::channels::files;
use crate::clock::{self, Clock, System};
use crate::facts::Language;
use crate::people::codes::Seal;
use crate::people::directory::{Directory, Loader};
use crate::people::import::Options;
use crate::triage::{self, report};

/// The verdict on messages, with its reasons.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  usher triage --directory directory mail.eml\n  usher triage --json --directory directory mail/ > verdicts.jsonl\n  usher triage --as-of 2026-11-12T09:00:00-05:00 --directory directory mail.eml\n\nWithout --directory the settings' one is taken; without either nobody is registered."
)]
pub struct Triage {
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    /// Folder of the five CSV files.
    #[arg(long, value_name = "DIR")]
    directory: Option<PathBuf>,
    /// Judge as of: `received` (the message's own date), `now`, or an RFC 3339 time.
    #[arg(long, value_name = "received|now|TIME", default_value = "received", value_parser = as_of)]
    as_of: AsOf,
    /// Language of the reasons: en or fr.
    #[arg(long, default_value = "en")]
    lang: String,
    #[command(flatten)]
    desk: Desk,
    /// Files, folders, Maildirs, mboxes; `-` is standard input.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy)]
enum AsOf {
    Received,
    Now,
    Time(Timestamp),
}

fn as_of(text: &str) -> Result<AsOf, String> {
    match text {
        "received" => Ok(AsOf::Received),
        "now" => Ok(AsOf::Now),
        time => time.parse().map(AsOf::Time).map_err(|_| "write received, now, or a time such as 2026-11-12T09:00:00-05:00".into()),
    }
}

impl Triage {
    pub fn run(self, config: &Path) -> anyhow::Result<Done> {
        let settings = self.desk.settings(config)?;
        let playbook = playbook(&settings)?;
        let language = Language::from_code(&self.lang).ok_or_else(|| anyhow::anyhow!("--lang {}: write en or fr", self.lang))?;
        let directory = match self.directory.as_deref().or(settings.directory.path.as_deref()) {
            Some(folder) => read_directory(folder)?,
            None => Directory::default(),
        };
        let now = System.now();
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        let mut done = Done::Fine;
        for mail in files::mails(&self.paths) {
            match mail {
                Ok(mail) => {
                    let reading = triage::read(&mail.raw, &playbook);
                    let at = match self.as_of {
                        AsOf::Received => reading.message.moment().unwrap_or(now),
                        AsOf::Now => now,
                        AsOf::Time(time) => time,
                    };
                    let outcome = triage::settle(reading, &directory, &playbook, at);
                    let line = if self.json {
                        serde_json::to_string(&report::triage(&mail.name, &outcome))?
                    } else {
                        screen::outcome(&mail.name, &outcome, language)
                    };
                    if !written(&mut out, &line)? {
                        return Ok(done);
                    }
                }
                Err(what) => {
                    eprintln!("usher: {what}");
                    done = Done::Faults;
                }
            }
        }
        Ok(done)
    }
}

/// The register of a folder of CSV files; the times of the samples are meant from now.
pub fn read_directory(folder: &Path) -> anyhow::Result<Directory> {
    let mut loader = Loader::default();
    files::register::read(folder, &Options { seal: Seal::new(&clock::secret()), as_of: Some(System.now()) }, &mut loader)?;
    Ok(loader.finish())
}
