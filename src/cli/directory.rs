//! `usher directory`: the register of candidates.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::{Done, import, screen, seal, settings};
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
}

impl Directory {
    pub async fn run(self, config: &Path) -> anyhow::Result<Done> {
        let settings = settings(config)?;
        let (store, seal) = (Store::open(&settings.store).await?, seal(&settings)?);
        match self {
            Self::Import { folder, force, dry_run } => import::run(&store, &settings, folder, &seal, force, dry_run).await,
            Self::Status => status(&store).await,
            Self::Find { text } => find(&store, &seal, &text).await,
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

async fn find(store: &Store, seal: &Seal, text: &str) -> anyhow::Result<Done> {
    let Some((_, tables)) = store.directory(seal).await? else {
        anyhow::bail!("there is no register yet: run `usher directory import DIR`")
    };
    let found = directory::Directory::new(tables).find(text, 10);
    for near in &found {
        let c = &near.candidate;
        println!("{:.2}  {}  {} {}  {}  {}", near.score, c.id, c.first_name, c.last_name, screen::safe(&c.email), c.institution_id);
    }
    if found.is_empty() {
        println!("Nobody is near `{}`.", screen::safe(text));
    }
    Ok(Done::Fine)
}
