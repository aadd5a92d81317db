//! The register in force: its source is looked at now and then, kept in the store, and indexed in memory when it changed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::bail;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde::Deserialize;

use super::register::{self, Staged};
use super::{Shared, Works};
use crate::channels::files::register::{Stamps, stamps, written_at};
use crate::channels::platform::{Platform, Queries};
use crate::fault::Fault;
use crate::people::directory::Directory;
use crate::store::StoreError;

const PAUSE: Duration = Duration::from_secs(3);
/// How often it is written down that the source was looked at.
const NOTED: SignedDuration = SignedDuration::from_secs(60);
/// How long a live source that failed is left alone.
const AGAIN: SignedDuration = SignedDuration::from_secs(30);
/// Changes are asked for from this long before the last look: somebody's transaction may have ended after it.
const OVERLAP: SignedDuration = SignedDuration::from_secs(120);
/// Faulty rows of a live source that are told.
const MOST_TOLD: usize = 5;
/// Where the values are told that no log holds.
const SHOWN: &str = "`usher directory import --dry-run` shows them in full";

/// `[directory]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DirectorySettings {
    /// Folder of the five CSV files, taken again when they change.
    pub path: Option<PathBuf>,
    /// The platform's own database, read and never written: `postgres://…` or `sqlite:…`.
    pub url: Option<SecretString>,
    /// What is read of it.
    pub queries: Queries,
    /// How often it is read in full.
    pub refresh: SignedDuration,
    /// How often it is asked for changes, where `queries.changed` is given.
    pub changes: SignedDuration,
    /// After this long without a look that succeeded, or since the newest of the files was written, nothing is answered without a person.
    pub stale_after: SignedDuration,
}

impl Default for DirectorySettings {
    fn default() -> Self {
        Self {
            path: None,
            url: None,
            queries: Queries::default(),
            refresh: SignedDuration::from_mins(10),
            changes: SignedDuration::from_secs(30),
            stale_after: SignedDuration::from_hours(24),
        }
    }
}

impl DirectorySettings {
    /// From when on a register that was looked at `now` is too old to answer by; `None`: it is kept by hand.
    pub fn stale_at(&self, now: Timestamp) -> Option<Timestamp> {
        (self.path.is_some() || self.url.is_some()).then(|| now.saturating_add(self.stale_after).unwrap_or(now))
    }
}

/// What is known of the source and of the register in force.
#[derive(Debug, Default)]
pub struct Mirror {
    /// The version in memory.
    version: Option<i64>,
    /// The stamps of the files that were last taken, or last refused.
    settled: Option<Stamps>,
    /// The stamps of the last look, where they differ from those.
    moving: Option<Stamps>,
    /// What was said of a source that was refused, or of its rows; said once.
    said: Option<String>,
    /// Whether the source as it is was refused.
    refused: bool,
    /// When the live source was last read in full, last looked at, and is looked at next.
    read_at: Timestamp,
    looked_at: Timestamp,
    next_at: Timestamp,
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
    /// The register to begin with: the source where it is named and good, else what the store holds.
    ///
    /// # Errors
    /// When there is neither.
    pub async fn first(works: &Works) -> anyhow::Result<(Self, Directory)> {
        let mut mirror = Self::default();
        if let Some(folder) = &works.directory.path {
            mirror.settled = Some(stamps(folder));
        }
        if let (None, Some(status)) = (works.directory.stale_at(works.clock.now()), works.store.directory_status().await?) {
            // Kept by hand from now on: it does not grow stale.
            works.store.directory_looked_at(status.looked_at, None).await?;
        }
        let said = mirror.take(works).await?;
        if let Some(what) = said {
            if mirror.refused && works.store.directory_status().await?.is_none() {
                bail!("{what}");
            }
            tracing::warn!("{what}");
        }
        if !mirror.refused {
            mirror.note(works).await?;
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
        let due = match (&works.directory.path, &works.platform) {
            (Some(folder), _) => self.files_are_due(folder) || self.overruled(works).await?,
            (None, Some(platform)) => match self.platform_is_due(works, platform).await {
                Ok(due) => due,
                Err(what) => return Ok(self.say(what).map_or(Look::Same, Look::Refused)),
            },
            (None, None) => false,
        };
        let said = if due { self.take(works).await? } else { None };
        if !self.refused && self.moving.is_none() {
            self.note(works).await?;
        }
        if let Some(what) = said {
            if self.refused {
                return Ok(Look::Refused(what));
            }
            tracing::warn!("{what}");
        }
        Ok(self.reload(works).await?.map_or(Look::Same, |fresh| Look::Fresh(Box::new(fresh))))
    }

    /// Whether the files changed, and whoever writes them has finished: two looks alike.
    fn files_are_due(&mut self, folder: &Path) -> bool {
        let now = stamps(folder);
        if self.settled == Some(now) {
            self.moving = None;
            return false;
        }
        if self.moving.replace(now) != Some(now) {
            return false;
        }
        self.moving = None;
        self.settled = Some(now);
        true
    }

    /// Whether files that were refused have to be looked at again: somebody took a register over meanwhile, perhaps these by force.
    async fn overruled(&self, works: &Works) -> Result<bool, StoreError> {
        if !self.refused || self.moving.is_some() {
            return Ok(false);
        }
        Ok(works.store.directory_status().await?.map(|status| status.version) != self.version)
    }

    /// Whether the live source has to be read: its time has come, or it says that something changed.
    async fn platform_is_due(&mut self, works: &Works, platform: &Platform) -> Result<bool, String> {
        let (settings, now) = (&works.directory, works.clock.now());
        if now < self.next_at {
            return Ok(false);
        }
        if self.refused || !platform.tells_changes() || now.duration_since(self.read_at) >= settings.refresh {
            return Ok(true);
        }
        let since = self.looked_at.saturating_sub(OVERLAP).unwrap_or(self.looked_at);
        match platform.changed_since(since).await {
            Ok(true) => Ok(true),
            Ok(false) => {
                self.looked_at = now;
                self.next_at = now.saturating_add(settings.changes).unwrap_or(now);
                self.noted = Timestamp::UNIX_EPOCH;
                Ok(false)
            }
            Err(fault) => {
                self.refused = true;
                self.next_at = now.saturating_add(AGAIN).unwrap_or(now);
                Err(format!("the live directory was not read: {fault}"))
            }
        }
    }

    /// Takes the source over, or says (once) why not, or which rows were left out.
    async fn take(&mut self, works: &Works) -> anyhow::Result<Option<String>> {
        let now = works.clock.now();
        let staged = match (&works.directory.path, &works.platform) {
            (Some(folder), _) => register::of_files(&works.store, folder, &works.seal, Box::new(|_, _, _| {}))
                .await?
                .map_err(|faults| format!("the directory's files have faults and were not taken; {SHOWN}:\n{}", faults.logged())),
            (None, Some(platform)) => register::of_platform(&works.store, platform, &works.seal)
                .await?
                .map_err(|fault| format!("the live directory was not read: {fault}")),
            (None, None) => return Ok(None),
        };
        let taken = match staged {
            Ok(staged) => take_over(works, staged, now).await?,
            Err(what) => Err(what),
        };
        self.refused = taken.is_err();
        // How old files are is noted at once; a live source was looked at now.
        let noted = if works.directory.path.is_some() { Timestamp::UNIX_EPOCH } else { now };
        (self.read_at, self.looked_at, self.noted) = (now, now, noted);
        let pause = match (self.refused, &works.platform) {
            (true, _) => AGAIN.min(works.directory.refresh),
            (false, Some(platform)) if platform.tells_changes() => works.directory.changes,
            _ => works.directory.refresh,
        };
        self.next_at = now.saturating_add(pause).unwrap_or(now);
        Ok(match taken {
            Ok(None) => {
                self.said = None;
                None
            }
            Ok(Some(what)) | Err(what) => self.say(what),
        })
    }

    /// What was not said just before.
    fn say(&mut self, what: String) -> Option<String> {
        (self.said.as_ref() != Some(&what)).then(|| {
            self.said = Some(what.clone());
            what
        })
    }

    /// The files are as they were when they were taken, or the live source says that nothing changed: a look with success. Files are as
    /// old as the newest of them was written: whoever exports them may have died.
    async fn note(&mut self, works: &Works) -> anyhow::Result<()> {
        let now = works.clock.now();
        let at = match (&works.directory.path, &works.platform) {
            (Some(_), _) => self.settled.as_ref().and_then(written_at).map_or(now, |at| at.min(now)),
            (None, Some(_)) => self.looked_at,
            (None, None) => now,
        };
        if now.duration_since(self.noted) >= NOTED && works.directory.stale_at(now).is_some() {
            works.store.directory_looked_at(at, works.directory.stale_at(at)).await?;
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
        let Some((version, directory)) = works.store.indexed(&works.seal).await? else { return Ok(None) };
        self.version = Some(version);
        Ok(Some(directory))
    }
}

/// The inner error says why it is not taken over; the inner answer, which rows were left out.
async fn take_over(works: &Works, staged: Staged, now: Timestamp) -> Result<Result<Option<String>, String>, StoreError> {
    let as_of = staged.as_of(now);
    let Staged { mut staging, remarks, left_out, .. } = staged;
    let change = staging.change(now).await?;
    if let Some(why) = change.refusal() {
        return Ok(Err(format!("the directory was not taken: {why}; if that is right, run `usher directory import --force`")));
    }
    staging.take_over(&change, now, works.directory.stale_at(as_of)).await?;
    if left_out == 0 {
        remarks.iter().for_each(|remark| tracing::info!("{}", remark.logged()));
        return Ok(Ok(None));
    }
    let told: Vec<String> = remarks.iter().take(MOST_TOLD).map(Fault::logged).collect();
    Ok(Ok(Some(format!("{left_out} rows of the live directory have faults and were left out; {SHOWN}, such as\n{}", told.join("\n")))))
}

/// Looks now and then, for ever.
pub(super) async fn watch(shared: &Shared, mut mirror: Mirror) {
    loop {
        shared.works.clock.rest(PAUSE).await;
        match mirror.look(&shared.works).await {
            Ok(Look::Same) => {}
            Ok(Look::Fresh(directory)) => {
                shared.works.in_force.put(*directory);
                tracing::info!("the directory was taken again");
            }
            Ok(Look::Refused(what)) => shared.trouble(format!("{what}\nThe directory in force stays.")),
            Err(error) => shared.trouble(format!("directory: {}. The directory in force stays.", super::told(&error))),
        }
    }
}
