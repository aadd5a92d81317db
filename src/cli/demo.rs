//! `usher demo`: everything at work on sample mail, with nothing to set up.

use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use comfy_table::{Cell, Color, ContentArrangement, Table, presets};
use include_dir::{Dir, include_dir};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use regex::Captures;

use super::{Done, playbook, screen, serve};
use crate::channels::mailbox::{MailboxSettings, Start};
use crate::clock::{Clock, System};
use crate::desk;
use crate::message::pattern::{Pattern, pattern};
use crate::people::import::sample;
use crate::settings::Settings;
use crate::store::sessions::Opens;
use crate::store::staff::{Act, Role};
use crate::store::{Store, StoreSettings, tickets::TicketRow};
use crate::worker::{self, Until};

static EXAMPLES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/examples");
/// How long the link into the desk is good.
const LINK_LASTS: SignedDuration = SignedDuration::from_hours(12);
/// Ports that the desk tries, one after the other.
const PORTS: std::ops::Range<u16> = 8080..8100;

/// The main job on sample mail, with nothing to set up.
#[derive(Debug, Args)]
#[command(
    after_help = "A sample directory and mailbox are written to a temporary folder, judged, and shown.\nNothing leaves this machine; the folder is removed at the end."
)]
pub struct Demo {
    /// Print the table of verdicts and exit, instead of opening the desk.
    #[arg(long)]
    once: bool,
    /// Where the desk listens; the first free port from 8080 when absent.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
}

impl Demo {
    pub async fn run(self) -> anyhow::Result<Done> {
        let folder = tempfile::tempdir().context("A temporary folder cannot be made")?;
        let count = lay_out(folder.path(), System.now())?;
        let mut settings = Settings {
            store: StoreSettings {
                url: format!("sqlite:{}", folder.path().join("usher.db").display()),
                key_file: folder.path().join("usher.key"),
            },
            ..Settings::default()
        };
        settings.directory.path = Some(folder.path().join("directory"));
        let sample = MailboxSettings { folder: Some(folder.path().join("mail")), start: Start::All, ..MailboxSettings::default() };
        settings.mailbox.insert("sample".into(), sample);
        let store = Store::open(&settings.store).await?;
        let works = serve::works(&settings, store.clone(), Arc::new(playbook(&settings)?))?;
        let desk = serve::desk_works(&settings, &works, false)?;
        watch_progress(&store, worker::run(works, Until::Idle), count).await?;
        show(&store).await?;
        if self.once {
            return Ok(Done::Fine);
        }
        let listener = self.listener().await?;
        let url = format!("http://{}", listener.local_addr()?);
        println!("\nThe desk is open. This link signs you in, once:\n{}\n(Ctrl-C ends the demo)", guest(&store, &url).await?);
        let settings = desk::DeskSettings { url, ..desk.settings.clone() };
        // Nobody sends mail to a sample; the desk need not wonder why none comes.
        let watched = store.clone();
        tokio::spawn(async move {
            while watched.looked("sample", System.now()).await.is_ok() {
                System.rest(Duration::from_secs(20)).await;
            }
        });
        desk::serve(desk::Works { settings, ..desk }, listener, async {
            drop(tokio::signal::ctrl_c().await);
        })
        .await?;
        Ok(Done::Fine)
    }

    async fn listener(&self) -> anyhow::Result<tokio::net::TcpListener> {
        if let Some(listen) = &self.listen {
            return Ok(desk::listen(&at(listen)).await?);
        }
        for port in PORTS {
            if let Ok(listener) = desk::listen(&at(&format!("127.0.0.1:{port}"))).await {
                return Ok(listener);
            }
        }
        anyhow::bail!("no port from {} to {} is free; name one with --listen 127.0.0.1:PORT", PORTS.start, PORTS.end - 1)
    }
}

/// An account for whoever tries the desk, and the link that signs them in.
async fn guest(store: &Store, url: &str) -> anyhow::Result<String> {
    let (id, now) = (System.id().to_string(), System.now());
    let entries = [System.id().to_string(), System.id().to_string()];
    let act = |at: usize| Act { entry: entries.get(at).map_or("", String::as_str), by: None, now };
    store.add_staff(&id, "guest@nexam.example", "Marc Lefort", Role::Operator, act(0)).await?;
    Ok(desk::welcome::link(store, url, &id, Opens::SignIn, now.saturating_add(LINK_LASTS)?, act(1)).await?)
}

fn at(listen: &str) -> desk::DeskSettings {
    desk::DeskSettings { listen: listen.to_owned(), ..desk::DeskSettings::default() }
}

/// Shows how far the worker is while it runs.
async fn watch_progress(store: &Store, work: impl Future<Output = anyhow::Result<worker::Report>>, count: u64) -> anyhow::Result<()> {
    let bar = ProgressBar::new(count)
        .with_style(ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len}")?)
        .with_message("reading sample mail");
    tokio::pin!(work);
    loop {
        tokio::select! {
            report = &mut work => {
                bar.finish_and_clear();
                let report = report?;
                for trouble in report.troubles {
                    eprintln!("usher: {trouble}");
                }
                return Ok(());
            }
            () = System.rest(Duration::from_millis(100)) => {
                let judged = store.ledger("sample").await?.iter().filter(|r| r.fate != "waiting").count();
                bar.set_position(u64::try_from(judged).unwrap_or(count));
            }
        }
    }
}

async fn show(store: &Store) -> anyhow::Result<()> {
    let now = System.now();
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["#", "From", "", "Who", "State", "Case", "Action", "Evaluation", "Draft"]);
    let mut tickets = store.recent(500).await?;
    tickets.sort_by_key(|t| (t.deadline.is_none(), t.deadline, t.number));
    for ticket in &tickets {
        let drafted = store.ticket(&ticket.id).await?.and_then(|t| t.draft).map_or("–", |_| "ready");
        table.add_row(cells(ticket, drafted, now));
    }
    println!("{table}");
    let ledger = store.ledger("sample").await?;
    let count = |fate: &str| ledger.iter().filter(|r| r.fate == fate).count();
    println!(
        "{} messages: {} tickets, {} left unanswered (machines, and people whose problem is solved), {} duplicates.",
        ledger.len(),
        count("ticket"),
        count("ignored"),
        count("duplicate")
    );
    println!("Nothing was sent: usher only drafts until [replies] automatic names a case.");
    Ok(())
}

fn cells(ticket: &TicketRow, drafted: &str, now: Timestamp) -> Vec<Cell> {
    let action = Cell::new(screen::words(&ticket.action));
    let left = ticket.deadline.map_or_else(|| screen::words(&ticket.urgency), |d| in_words(d.duration_since(now)));
    let urgent = ticket.urgency == "imminent";
    vec![
        Cell::new(ticket.number),
        Cell::new(screen::safe(&ticket.sender)),
        Cell::new(&ticket.language),
        Cell::new(format!("{} ({})", screen::safe(ticket.person.as_deref().unwrap_or("–")), ticket.match_kind)),
        Cell::new(ticket.state.as_deref().map(screen::words).unwrap_or_default()),
        Cell::new(screen::words(&ticket.case)),
        if urgent { action.fg(Color::Red) } else { action },
        if urgent { Cell::new(left).fg(Color::Red) } else { Cell::new(left) },
        Cell::new(drafted),
    ]
}

fn in_words(left: SignedDuration) -> String {
    match left.as_hours() {
        h if h < 0 => "running".into(),
        h if h < 48 => format!("in {h} h {:02}", left.as_mins() % 60),
        h => format!("in {} days", h / 24),
    }
}

/// Writes the sample directory and mailbox, with their dates set relative to `now`; answers how many mails there are.
fn lay_out(folder: &Path, now: Timestamp) -> anyhow::Result<u64> {
    let mut count = 0;
    for (name, files) in [("directory", EXAMPLES.get_dir("directory")), ("mail", EXAMPLES.get_dir("mail"))] {
        let target = folder.join(name);
        std::fs::create_dir_all(&target)?;
        for file in files.map(Dir::files).into_iter().flatten() {
            let (Some(file_name), Some(text)) = (file.path().file_name(), file.contents_utf8()) else { continue };
            let dated = dated(text, now);
            // What the example is expected to come to is not part of the mail.
            let mail = if name == "mail" { dated.split_once('\n').map_or(dated.as_str(), |(_, rest)| rest) } else { &dated };
            std::fs::write(target.join(file_name), mail)?;
            count += u64::from(name == "mail");
        }
    }
    Ok(count)
}

/// `{+3d}` and `{-2h}` are times by RFC 3339; `{date -2h}` is one by RFC 5322; `{day +20 en}` and `{day +20 fr}` are days in words.
fn dated(text: &str, now: Timestamp) -> String {
    static TIME: LazyLock<Pattern> = LazyLock::new(|| pattern(r"\{(date |day )?([+-]\d+)([dhm])?(?: (en|fr))?\}"));
    TIME.replace_all(text, |found: &Captures<'_>| {
        let group = |n: usize| found.get(n).map_or("", |m| m.as_str());
        let unit = if group(3).is_empty() { "d" } else { group(3) };
        let at = sample::time(&format!("{{{}{unit}}}", group(2)), now).unwrap_or(now).to_zoned(TimeZone::UTC);
        match (group(1), group(4)) {
            ("date ", _) => at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string(),
            ("day ", "fr") => {
                format!("{} {}", at.day(), MONTHS_FR.get(usize::from(at.month().unsigned_abs()).saturating_sub(1)).unwrap_or(&""))
            }
            ("day ", _) => at.strftime("%B %-d").to_string(),
            _ => at.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        }
    })
    .into_owned()
}

const MONTHS_FR: [&str; 12] =
    ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::{directory::Directory, import};
    use crate::triage::{self, playbook::Playbook};

    #[test]
    fn every_sample_mail_comes_to_what_it_says_at_any_hour() {
        let playbook = Playbook::built_in(Default::default(), Default::default(), Default::default()).unwrap();
        for now in ["2026-11-23T00:05:00Z", "2027-02-28T13:00:00Z", "2027-06-30T23:55:00Z"] {
            let now: Timestamp = now.parse().unwrap();
            let files: Vec<_> = EXAMPLES
                .get_dir("directory")
                .unwrap()
                .files()
                .map(|f| {
                    (f.path().file_name().unwrap().to_string_lossy().into_owned(), dated(f.contents_utf8().unwrap(), now).into_bytes())
                })
                .collect();
            let directory = Directory::new(import::tables(&files).unwrap());
            let mut wrong = Vec::new();
            for file in EXAMPLES.get_dir("mail").unwrap().files() {
                let text = dated(file.contents_utf8().unwrap(), now);
                let (expected, mail) = text.split_once('\n').unwrap();
                let reading = triage::read(mail.as_bytes(), &playbook);
                let outcome = triage::settle(reading, &directory, &playbook, now);
                let got = format!(
                    "X-Expect: {} {}",
                    outcome.verdict.case,
                    serde_json::to_value(outcome.verdict.action).unwrap().as_str().unwrap()
                );
                if got != expected.trim() {
                    wrong.push(format!("{}: {expected} but {got} {:?}", file.path().display(), outcome.facts.problem_kinds()));
                }
            }
            assert!(wrong.is_empty(), "as of {now}:\n{}", wrong.join("\n"));
        }
    }
}
