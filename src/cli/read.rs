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

/// Lines of what was cut that are shown; the rest is counted.
const MOST_CUT: usize = 6;

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
    say("", if line.authenticated { "authenticated" } else { "not authenticated" });
    say("subject", line.subject);
    say("date", line.date.as_deref().unwrap_or_default());
    say("automatic", &line.automatic.map(|a| format!("{}: {}", screen::word(&a), line.automatic_why.join("; "))).unwrap_or_default());
    say("no answer", &line.no_auto_reply.join("; "));
    say("failed", line.failed_address.unwrap_or_default());
    complaint(&mut say, line, facts);
    for fact in told(line) {
        say(fact.0, &fact.1);
    }
    for attachment in line.attachments {
        say("attached", &format!("{} ({}, {} bytes)", attachment.name, attachment.media_type, attachment.size));
    }
    say("defects", &line.defects.join("; "));
    lines.extend(marked::text(line.clean, facts).lines().map(|l| format!("  │ {l}")));
    lines.extend(cut("signature", line.signature));
    lines.extend(cut("quoted", line.quoted));
    lines.push(String::new());
    lines.join("\n")
}

/// What the person wants, and how sure that is.
fn complaint(say: &mut impl FnMut(&str, &str), line: &report::ReadLine<'_>, facts: &Facts) {
    say("language", line.facts.language.code());
    let sure = if facts.sure { ", read with a sure mind" } else { "" };
    say("intent", &format!("{}{sure}", screen::word(&line.facts.intent)));
    for problem in &facts.problems {
        let (text, place) = match problem.place {
            Place::Body => (line.clean, ""),
            Place::Subject => (line.subject, " in the subject"),
            Place::Signature | Place::From | Place::Quoted | Place::Before => ("", ""),
        };
        let words = text.get(problem.span.clone()).unwrap_or_default().replace('\n', " ");
        let by = if facts.proposed.contains(&problem.value) { " (proposed from examples)" } else { "" };
        let words = if words.is_empty() { words } else { format!(": “{words}”") };
        say("problem", &format!("{}{by}{place}{words}", screen::word(&problem.value)));
    }
    let tried: Vec<String> = line.facts.tried.iter().map(screen::word).collect();
    say("tried", &tried.join(", "));
}

/// The facts in a line each.
fn told(line: &report::ReadLine<'_>) -> [(&'static str, String); 7] {
    let facts = &line.facts;
    let joined = |parts: [Option<&str>; 2]| parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let another = if facts.for_another { " (somebody else writes)" } else { "" };
    let name = joined([facts.first_name, facts.last_name]);
    let name = if name.is_empty() { another.trim_start().to_owned() } else { name + another };
    let suggested = facts.emails.iter().filter_map(|e| Some(format!("{}: {} is meant, perhaps", e.address, e.suggest?)));
    [
        ("name", name),
        ("address", facts.email_used.unwrap_or_default().to_owned()),
        ("", suggested.collect::<Vec<_>>().join("; ")),
        ("course", facts.course.unwrap_or_default().to_owned()),
        ("error", facts.error_text.unwrap_or_default().to_owned()),
        ("evaluation", joined([facts.evaluation_on.as_deref(), facts.evaluation_time.as_deref()])),
        ("code", facts.invitation_code.unwrap_or_default().to_owned()),
    ]
}

/// The beginning of what was cut off, so that nothing vanishes unseen.
fn cut(what: &str, text: Option<&str>) -> Vec<String> {
    let Some(text) = text.filter(|t| !t.trim().is_empty()) else { return Vec::new() };
    let all: Vec<&str> = text.lines().filter(|l| !l.trim().is_empty()).collect();
    let mut lines = vec![format!("  {what}")];
    lines.extend(all.iter().take(MOST_CUT).map(|l| format!("  ┆ {}", screen::safe(l))));
    if let Some(more) = all.len().checked_sub(MOST_CUT).filter(|more| *more > 0) {
        lines.push(format!("  ┆ … and {more} lines more"));
    }
    lines
}
