//! `usher directory import`: what would change is shown before it changes.

use std::path::PathBuf;

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table as Grid, presets};
use indicatif::{ProgressBar, ProgressStyle};

use super::{Done, screen, serve};
use crate::clock::{Clock, System};
use crate::people::{codes::Seal, import::Table};
use crate::settings::Settings;
use crate::store::Store;
use crate::store::directory::change::{Change, Counted};
use crate::worker::register::{self, Progress, Staged};

/// Institutions that are shown.
const MOST_SHOWN: usize = 12;

/// Takes the five files of `folder`, or the source that the settings name, or says why not.
pub async fn run(
    store: &Store,
    settings: &Settings,
    folder: Option<PathBuf>,
    seal: &Seal,
    force: bool,
    dry_run: bool,
) -> anyhow::Result<Done> {
    let Some(mut staged) = staged(store, settings, folder, seal).await? else {
        println!("\nNothing was imported.");
        return Ok(Done::Faults);
    };
    if staged.left_out > 0 {
        println!("{} rows have faults and are left out:", staged.left_out);
    }
    for remark in &staged.remarks {
        println!("{remark}");
    }
    let now = System.now();
    let change = staged.staging.change(now).await?;
    println!("{}", shown(&change));
    if let Some(why) = change.refusal().filter(|_| !force) {
        println!("Refused: {why}.\nIf that is right, repeat it with --force.");
        return Ok(Done::Faults);
    }
    if dry_run {
        println!("Nothing was imported: this was a dry run.");
        return Ok(Done::Fine);
    }
    let stale_at = settings.directory.stale_at(staged.as_of(now));
    staged.staging.take_over(&change, now, stale_at).await?;
    println!("{}", if change.is_nothing() { "Nothing was written: the register is so already." } else { "Imported." });
    Ok(Done::Fine)
}

/// The register beside the one in force; `None`: it has faults, and they were told.
async fn staged(store: &Store, settings: &Settings, folder: Option<PathBuf>, seal: &Seal) -> anyhow::Result<Option<Staged>> {
    if folder.is_none()
        && let Some(platform) = serve::platform(settings)?
    {
        return Ok(Some(register::of_platform(store, &platform, seal).await??));
    }
    let Some(folder) = folder.or_else(|| settings.directory.path.clone()) else {
        anyhow::bail!("name the folder of the five CSV files, or a source in [directory]");
    };
    let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template("{msg:34} [{bar:30}] {percent:>3} %")?);
    let read = register::of_files(store, &folder, seal, progress(bar.clone(), folder.clone())).await?;
    bar.finish_and_clear();
    Ok(read.map_err(|faults| println!("{faults}")).ok())
}

/// The file at hand with its rows; indicatif draws on a terminal alone.
fn progress(bar: ProgressBar, folder: PathBuf) -> Progress {
    let mut at = None;
    Box::new(move |table, rows, bytes| {
        if at.replace(table) != Some(table) {
            let size = std::fs::metadata(folder.join(table.file())).map_or(0, |m| m.len());
            bar.set_length(size);
        }
        bar.set_position(bytes);
        bar.set_message(format!("{:18} {rows:>9} rows", table.file()));
    })
}

fn shown(change: &Change) -> String {
    if change.is_nothing() {
        return "Nothing would change.".into();
    }
    let mut told = vec![grid("", Table::ALL.iter().map(|t| (t.file().trim_end_matches(".csv").to_owned(), change.of(*t)))).to_string()];
    if !change.institutions.is_empty() {
        let shown = change.institutions.iter().take(MOST_SHOWN);
        let rows = shown.map(|i| (screen::safe(&format!("{} ({})", i.name, i.id)), i.candidates));
        told.push(grid("candidates of", rows).to_string());
    }
    if let Some(more) = change.institutions.len().checked_sub(MOST_SHOWN).filter(|more| *more > 0) {
        told.push(format!("and {more} other institutions"));
    }
    told.join("\n")
}

fn grid(what: &str, rows: impl Iterator<Item = (String, Counted)>) -> Grid {
    let mut grid = Grid::new();
    grid.load_style(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    grid.set_header([what, "before", "added", "changed", "gone", "after"]);
    for (name, c) in rows {
        let counts = [c.before, c.added, c.changed, c.gone, c.after];
        let numbers = counts.map(|count| Cell::new(count).set_alignment(CellAlignment::Right));
        grid.add_row(std::iter::once(Cell::new(name)).chain(numbers));
    }
    grid
}
