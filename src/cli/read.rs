//! `usher read`: what a message is and says.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Done, marked, playbook, screen, settings_if_any};
use crate::channels::files;
use crate::facts::{Facts, Place};
use crate::message::address::Address;
use crate::settings::Settings;
use crate::triage::{self, report};

/// Whom the desk is taken for.
#[derive(Debug, Args)]
pub struct Desk {
    /// The desk's own address; may be given more than once.
    #[arg(long, value_name = "ADDRESS")]
    own: Vec<String>,
    /// The name under which the desk's mail server writes Authentication-Results.
    #[arg(long, value_name = "ID")]
    authserv_id: Option<String>,
    /// Folder of rules; the built-in ones when absent.
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// Folder of templates; the built-in ones when absent.
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
}

impl Desk {
    /// The settings with what was said on the command line laid over.
    pub fn settings(&self, config: &Path) -> anyhow::Result<Settings> {
        let mut settings = settings_if_any(config)?;
        for own in &self.own {
            anyhow::ensure!(Address::parse(own).is_some(), "--own {own}: that is no address; write it as name@domain");
        }
        if !self.own.is_empty() {
            settings.mail.own.clone_from(&self.own);
        }
        if let Some(id) = &self.authserv_id {
            settings.mail.authserv_id.clone_from(id);
        }
        settings.rules = self.rules.clone().or(settings.rules);
        settings.templates = self.templates.clone().or(settings.templates);
        Ok(settings)
    }
}

/// What a message is and says; no directory, no network, no settings.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  usher read mail.eml\n  usher read --json ~/Maildir | jq .clean\n  cat mail.eml | usher read -")]
pub struct Read {
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    desk: Desk,
    /// Files, folders, Maildirs, mboxes; `-` is standard input.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

impl Read {
    pub fn run(self, config: &Path) -> anyhow::Result<Done> {
        let playbook = playbook(&self.desk.settings(config)?)?;
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        let mut done = Done::Fine;
        for mail in files::mails(&self.paths) {
            match mail {
                Ok(mail) => {
                    let reading = triage::read(&mail.raw, &playbook);
                    let line = report::read(&mail.name, &reading);
                    let text = if self.json { serde_json::to_string(&line)? } else { for_people(&mail.name, &line, &reading.facts) };
                    if !written(&mut out, &text)? {
                        return Ok(done);
                    }
                }
                Err(what) => {
                    eprintln!("usher: {what}");
                    done = Done::Faults;
                }
            }
        }
        out.flush()?;
        Ok(done)
    }
}

/// Writes a line; `false` when whoever read it went away, which is no fault.
pub fn written(out: &mut impl Write, line: &str) -> anyhow::Result<bool> {
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        Err(e) => Err(e.into()),
    }
}

fn for_people(name: &str, line: &report::ReadLine<'_>, facts: &Facts) -> String {
    let mut lines = vec![screen::bold(&screen::safe(name))];
    let mut say = |label: &str, text: &str| {
        if !text.is_empty() {
            lines.push(format!("  {label:<12}{}", screen::safe(text)));
        }
    };
    for from in line.from {
        say("from", &format!("{} <{}>", from.name, from.address));
    }
    say("subject", line.subject);
    say("date", line.date.as_deref().unwrap_or_default());
    say("automatic", &line.automatic.map(|a| format!("{}: {}", screen::word(&a), line.automatic_why.join("; "))).unwrap_or_default());
    say("language", line.facts.language.code());
    say("intent", &screen::word(&line.facts.intent));
    for problem in &facts.problems {
        let text = match problem.place {
            Place::Body => line.clean,
            Place::Subject => line.subject,
            _ => "",
        };
        let words = text.get(problem.span.clone()).unwrap_or_default().replace('\n', " ");
        let by = if facts.proposed.contains(&problem.value) { " (proposed from examples)" } else { "" };
        say("problem", &format!("{}{by}: “{words}”", screen::word(&problem.value)));
    }
    say("name", &[line.facts.first_name, line.facts.last_name].into_iter().flatten().collect::<Vec<_>>().join(" "));
    say("address", line.facts.email_used.unwrap_or_default());
    say("course", line.facts.course.unwrap_or_default());
    say("error", line.facts.error_text.unwrap_or_default());
    say(
        "evaluation",
        &[line.facts.evaluation_on.as_deref(), line.facts.evaluation_time.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" "),
    );
    say("code", line.facts.invitation_code.unwrap_or_default());
    say("defects", &line.defects.join("; "));
    lines.extend(marked::text(line.clean, facts).lines().map(|l| format!("  │ {l}")));
    lines.push(String::new());
    lines.join("\n")
}
