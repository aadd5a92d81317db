//! `usher directory`: the register of candidates.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::alias::Alias;
use super::{Done, import, resolve, screen, seal, settings};
use crate::people::{codes::Seal, directory, import::FILES};
use crate::store::Store;

/// The register of candidates.
#[derive(Debug, Subcommand)]
pub enum Directory {
    /// Load the five CSV files, or the source of [directory]: what would change is shown first, then all of it is taken at once, or nothing.
    #[command(
        after_help = "Files may be UTF-8, UTF-16 or Windows-1252, with commas, semicolons or tabs. Every fault is told with its file and line, and\nnothing is taken then. Refused when over a tenth of the candidates would go, of all or of an institution with 20 or more:\nthat is what a broken export looks like. --force takes it all the same."
    )]
    Import {
        /// Folder of the five CSV files; without it, [directory] path or url.
        folder: Option<PathBuf>,
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
    /// Addresses that staff confirmed to be a candidate's, beside the registered one.
    #[command(subcommand)]
    Alias(Alias),
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
        let settings = settings(config)?;
        let (store, seal) = (Store::open(&settings.store).await?, seal(&settings)?);
        match self {
            Self::Import { folder, force, dry_run } => import::run(&store, &settings, folder, &seal, force, dry_run).await,
            Self::Status => status(&store).await,
            Self::Alias(alias) => alias.run(&store).await,
            Self::Find { text } => find(&store, &seal, &text).await,
            Self::Resolve { json, file, .. } => resolve::claims(&stored(&store, &seal).await?, &file, json),
        }
    }
}

async fn status(store: &Store) -> anyhow::Result<Done> {
    match store.directory_status().await? {
        Some(status) => {
            println!("version {}, changed {}, looked at {}", status.version, status.imported_at, status.looked_at);
            for (file, count) in FILES.iter().zip(status.counts) {
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

async fn stored(store: &Store, seal: &Seal) -> anyhow::Result<directory::Directory> {
    match store.directory::<directory::Loader>(seal).await? {
        Some((_, loader)) => {
            let mut directory = loader.finish();
            directory.confirm(store.aliases().await?.iter().map(|a| (a.address.as_str(), a.candidate_id.as_str())));
            Ok(directory)
        }
        None => anyhow::bail!("there is no register yet: run `usher directory import DIR`"),
    }
}

async fn find(store: &Store, seal: &Seal, text: &str) -> anyhow::Result<Done> {
    let found = stored(store, seal).await?.find(text, 10);
    for near in &found {
        let c = &near.candidate;
        let line = format!("{:.2}  {}  {} {}  {}  {}", near.score, c.id, c.first_name, c.last_name, c.email, c.institution_id);
        println!("{}", screen::safe(&line));
        let why: Vec<&str> = near.evidence.iter().map(|e| e.en.as_str()).collect();
        if !why.is_empty() {
            println!("      {}", why.join(", "));
        }
    }
    if found.is_empty() {
        println!("Nobody is near `{}`.", screen::safe(text));
    }
    Ok(Done::Fine)
}
