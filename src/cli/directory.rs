//! `usher directory`: the register of candidates.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Subcommand;
use indicatif::ProgressBar;

use super::{Done, resolve, screen, settings};
use crate::channels::files;
use crate::clock::{Clock, System};
use crate::people::{directory, import};
use crate::store::{Store, directory::Change};

/// The register of candidates.
#[derive(Debug, Subcommand)]
pub enum Directory {
    /// Load the five CSV files: what would change is shown first, then all is replaced at once.
    Import {
        /// Folder of the five CSV files.
        folder: PathBuf,
        /// Import even when over a tenth of the candidates would go.
        #[arg(long)]
        force: bool,
        /// Only say what would change.
        #[arg(long)]
        dry_run: bool,
    },
    /// What is in the register, and since when.
    Status,
    /// Look somebody up by name, address or id; forgiving of slips.
    Find {
        /// Any part of a name or address.
        text: String,
    },
    /// Find the candidates that a list of claims speaks of.
    #[command(
        after_help = "FILE has one JSON object a line; what is absent or null is not told:\n  {\"id\": 1, \"address_used\": \"j.tremblay@uni.example\", \"sender\": null, \"display_name\": \"Jean T.\",\n   \"first_name\": \"Jean\", \"last_name\": \"Tremblay\", \"course\": \"CHEM 2301\", \"institution\": \"Uni\"}\nThe answer has id, candidate_id (or null), match, evidence, others (who fits as well or was near, and why not) and ns\n(nanoseconds from claim to answer)."
    )]
    Resolve {
        /// Folder of the five CSV files; without it the register in the store.
        #[arg(long, value_name = "DIR")]
        directory: Option<PathBuf>,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
        /// The claims; `-` is standard input.
        file: PathBuf,
    },
}

impl Directory {
    pub async fn run(self, config: &Path) -> anyhow::Result<Done> {
        if let Self::Resolve { directory: Some(folder), json, file } = &self {
            return resolve::claims(&super::triage::read_directory(folder)?, file, *json);
        }
        let store = Store::open(&settings(config)?.store).await?;
        match self {
            Self::Import { folder, force, dry_run } => bring_in(&store, &folder, force, dry_run).await,
            Self::Status => status(&store).await,
            Self::Find { text } => find(&store, &text).await,
            Self::Resolve { json, file, .. } => resolve::claims(&stored(&store).await?, &file, json),
        }
    }
}

async fn bring_in(store: &Store, folder: &Path, force: bool, dry_run: bool) -> anyhow::Result<Done> {
    let bar = ProgressBar::new_spinner().with_message("reading the five files");
    bar.enable_steady_tick(Duration::from_millis(100));
    let given = files::directory(folder, &import::FILES).map_err(anyhow::Error::msg)?;
    let tables = match import::tables(&given) {
        Ok(tables) => tables,
        Err(faults) => {
            bar.finish_and_clear();
            println!("{faults}\n\nNothing was imported: {} faults.", faults.0.len());
            return Ok(Done::Faults);
        }
    };
    let would = store.directory_change(&tables).await?;
    bar.suspend(|| println!("{}", told(&would)));
    if dry_run {
        return Ok(Done::Fine);
    }
    bar.set_message("writing the register");
    let change = store.import_directory(&tables, force, System.now()).await?;
    bar.finish_and_clear();
    if change.refused {
        println!("Refused: over a tenth of the candidates would go. If that is right, repeat it with --force.");
        return Ok(Done::Faults);
    }
    println!("Imported.");
    Ok(Done::Fine)
}

fn told(change: &Change) -> String {
    format!(
        "{} candidates before, {} after: {} added, {} changed, {} gone.",
        change.before, change.after, change.added, change.changed, change.gone
    )
}

async fn status(store: &Store) -> anyhow::Result<Done> {
    match store.directory_status().await? {
        Some(status) => {
            println!("version {}, imported {}", status.version, status.imported_at);
            for (file, count) in import::FILES.iter().zip(status.counts) {
                println!("  {count:>9}  {}", file.trim_end_matches(".csv"));
            }
            Ok(Done::Fine)
        }
        None => {
            println!("There is no register yet: run `usher directory import DIR`.");
            Ok(Done::Faults)
        }
    }
}

async fn stored(store: &Store) -> anyhow::Result<directory::Directory> {
    match store.directory().await? {
        Some((_, tables)) => Ok(directory::Directory::new(tables)),
        None => anyhow::bail!("there is no register yet: run `usher directory import DIR`"),
    }
}

async fn find(store: &Store, text: &str) -> anyhow::Result<Done> {
    let found = stored(store).await?.find(text, 10);
    for near in &found {
        let c = &near.candidate;
        println!("{:.2}  {}  {} {}  {}  {}", near.score, c.id, c.first_name, c.last_name, screen::safe(&c.email), c.institution_id);
    }
    if found.is_empty() {
        println!("Nobody is near `{}`.", screen::safe(text));
    }
    Ok(Done::Fine)
}
