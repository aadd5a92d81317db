//! The register in force: its source is looked at now and then, kept in the store, and indexed in memory when it changed.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use jiff::{SignedDuration, Timestamp};

use super::register::{self, Staged};
use super::{Shared, Works};
use crate::channels::files::register::{Stamps, stamps};
use crate::people::directory::Directory;

const PAUSE: Duration = Duration::from_secs(3);
/// How often it is written down that the source was looked at.
const NOTED: SignedDuration = SignedDuration::from_secs(60);

/// What is known of the source and of the register in force.
#[derive(Debug, Default)]
pub struct Mirror {
    /// The version in memory.
    version: Option<i64>,
    /// The stamps of the files that were last taken, or last refused.
    settled: Option<Stamps>,
    /// The stamps of the last look, where they differ from those.
    moving: Option<Stamps>,
    /// What was said of files that were refused; said once.
    refused: Option<String>,
    noted: Timestamp,
}

/// What came of a look.
#[derive(Debug)]
pub enum Look {
    /// Nothing to do.
    Same,
    /// A new register is in force.
    Fresh(Box<Directory>),
    /// The source is faulty; said once, the register in force stays.
    Refused(String),
}

impl Mirror {
    /// The register to begin with: the files where they are named and good, else what the store holds.
    ///
    /// # Errors
    /// When there is neither.
    pub(super) async fn first(works: &Works) -> anyhow::Result<(Self, Directory)> {
        let mut mirror = Self::default();
        if let Some(folder) = &works.directory {
            mirror.settled = Some(stamps(folder));
            if let Err(what) = take(works, folder).await? {
                if works.store.directory_status().await?.is_none() {
                    bail!("{what}");
                }
                tracing::warn!("{what}");
                mirror.refused = Some(what);
            }
        }
        match mirror.reload(works).await? {
            Some(directory) => Ok((mirror, directory)),
            None => bail!("there is no directory to judge by: name its folder in [directory] path, or run `usher directory import DIR`"),
        }
    }

    /// One look at the source and at the store.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn look(&mut self, works: &Works) -> anyhow::Result<Look> {
        if let Some(folder) = &works.directory {
            let now = stamps(folder);
            if self.settled != Some(now) {
                // Two looks alike: whoever writes the files has finished.
                if self.moving.replace(now) != Some(now) {
                    return Ok(Look::Same);
                }
                self.moving = None;
                self.settled = Some(now);
                match take(works, folder).await? {
                    Ok(()) => self.refused = None,
                    Err(what) if self.refused.as_ref() == Some(&what) => return Ok(Look::Same),
                    Err(what) => {
                        self.refused = Some(what.clone());
                        return Ok(Look::Refused(what));
                    }
                }
            } else if self.refused.is_none() {
                self.moving = None;
                self.note(works).await?;
            }
        }
        Ok(self.reload(works).await?.map_or(Look::Same, |fresh| Look::Fresh(Box::new(fresh))))
    }

    /// The files are as they were when they were taken: that counts as a look with success.
    async fn note(&mut self, works: &Works) -> anyhow::Result<()> {
        let now = works.clock.now();
        if now.duration_since(self.noted) >= NOTED {
            works.store.directory_looked_at(now).await?;
            self.noted = now;
        }
        Ok(())
    }

    /// The register of the store, where it is another than the one in memory (another process may have taken it).
    async fn reload(&mut self, works: &Works) -> anyhow::Result<Option<Directory>> {
        let version = works.store.directory_status().await?.map(|status| status.version);
        if version == self.version {
            return Ok(None);
        }
        let Some((status, tables)) = works.store.directory().await? else { return Ok(None) };
        self.version = Some(status.version);
        Ok(Some(tokio::task::spawn_blocking(move || Directory::new(tables)).await?))
    }
}

/// Takes the files over. The inner error says why they are not taken.
async fn take(works: &Works, folder: &Path) -> anyhow::Result<Result<(), String>> {
    let Staged { mut staging, remarks } = match register::of_files(&works.store, folder, Box::new(|_, _, _| {})).await? {
        Ok(staged) => staged,
        Err(faults) => return Ok(Err(format!("the directory's files have faults and were not taken:\n{faults}"))),
    };
    for remark in remarks {
        tracing::info!("{remark}");
    }
    let change = staging.change().await?;
    if let Some(why) = change.refusal() {
        let remedy = "if that is right, run `usher directory import --force`";
        return Ok(Err(format!("the directory's files were not taken: {why}; {remedy}")));
    }
    staging.take_over(&change, works.clock.now()).await?;
    Ok(Ok(()))
}

/// Looks now and then.
///
/// # Errors
/// When the store fails.
pub(super) async fn watch(shared: &Arc<Shared>, mut mirror: Mirror) -> anyhow::Result<()> {
    loop {
        shared.works.clock.rest(PAUSE).await;
        match mirror.look(&shared.works).await? {
            Look::Same => {}
            Look::Fresh(directory) => {
                *shared.directory.write().await = Arc::from(directory);
                tracing::info!("the directory was taken again");
            }
            Look::Refused(what) => shared.trouble(format!("{what}\nThe directory in force stays.")),
        }
    }
}
