//! The register: the five CSV files, taken again when they change, kept in the store, indexed in memory.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context, bail};

use super::{Shared, Works};
use crate::people::{directory::Directory, import};

const PAUSE: Duration = Duration::from_secs(5);

/// The register to begin with: the files where they are named and good, else what the store holds.
///
/// # Errors
/// When there is neither.
pub(super) async fn first(works: &Works) -> anyhow::Result<Directory> {
    if let Some(path) = &works.directory {
        match take(works, path).await {
            Ok(()) => {}
            Err(error) if works.store.directory_status().await?.is_some() => {
                tracing::warn!("the directory's files were not taken: {error:#}")
            }
            Err(error) => return Err(error),
        }
    }
    stored(works).await
}

async fn stored(works: &Works) -> anyhow::Result<Directory> {
    let Some((_, tables)) = works.store.directory().await? else {
        bail!("there is no directory to judge by: name its folder in [directory] path, or run `usher directory import DIR`")
    };
    Ok(tokio::task::spawn_blocking(move || Directory::new(tables)).await?)
}

/// Reads the files and puts them into the store.
async fn take(works: &Works, path: &Path) -> anyhow::Result<()> {
    let path = path.to_owned();
    let tables = tokio::task::spawn_blocking(move || {
        let files = crate::channels::files::directory(&path, &import::FILES).map_err(anyhow::Error::msg)?;
        import::tables(&files).map_err(anyhow::Error::from)
    })
    .await?
    .context("The directory has faults")?;
    let change = works.store.import_directory(&tables, false, works.clock.now()).await?;
    if change.refused {
        bail!(
            "{} of {} candidates would go, over a tenth: if that is right, run `usher directory import --force`",
            change.gone,
            change.before
        );
    }
    Ok(())
}

/// Looks at the files now and then; files that are half-written or faulty leave the register in force as it is.
///
/// # Errors
/// When the store fails.
pub(super) async fn watch(shared: &Arc<Shared>) -> anyhow::Result<()> {
    let Some(path) = shared.works.directory.clone() else { return std::future::pending().await };
    let mut seen = stamp(&path).await;
    loop {
        shared.works.clock.rest(PAUSE).await;
        let now = stamp(&path).await;
        // Two looks alike: whoever writes the files has finished.
        if now == seen
            || now != {
                shared.works.clock.rest(Duration::from_millis(500)).await;
                stamp(&path).await
            }
        {
            continue;
        }
        seen = now;
        match take(&shared.works, &path).await {
            Ok(()) => {
                let fresh = Arc::new(stored(&shared.works).await?);
                *shared.directory.write().await = fresh;
                tracing::info!("the directory was taken again");
            }
            Err(error) => shared.trouble(format!("the directory's files were not taken; the one in force stays: {error:#}")),
        }
    }
}

async fn stamp(path: &Path) -> Vec<Option<(SystemTime, u64)>> {
    let mut stamps = Vec::new();
    for name in import::FILES {
        let meta = tokio::fs::metadata(path.join(name)).await.ok();
        stamps.push(meta.and_then(|m| Some((m.modified().ok()?, m.len()))));
    }
    stamps
}
