//! `usher init`: settings, rules and templates to edit.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use super::Done;
use crate::clock;
use crate::store::key;
use crate::triage::playbook::Playbook;

const SETTINGS: &str = include_str!("../../usher.example.toml");

/// Write a commented usher.toml, rules/ and templates/; never overwrites.
#[derive(Debug, Args)]
pub struct Init {
    /// Where to; the present folder when absent.
    #[arg(default_value = ".")]
    folder: PathBuf,
}

impl Init {
    pub fn run(self) -> anyhow::Result<Done> {
        let (rules, templates) = Playbook::built_in_files();
        let files = std::iter::once((self.folder.join("usher.toml"), SETTINGS.to_owned()))
            .chain(rules.into_iter().map(|f| (self.folder.join("rules").join(f.path), f.text)))
            .chain(templates.into_iter().map(|f| (self.folder.join("templates").join(f.path), f.text)));
        let (mut written, mut kept) = (0, 0);
        for (path, text) in files {
            if write_new(&path, &text)? {
                written += 1;
            } else {
                kept += 1;
            }
        }
        let key = self.folder.join("usher.key");
        if key::make(&key, clock::secret()).with_context(|| format!("{} cannot be made", key.display()))? {
            written += 1;
        } else {
            kept += 1;
        }
        println!(
            "{written} files written, {kept} kept as they were.\n\nNext: edit {}, then run `usher doctor`.",
            self.folder.join("usher.toml").display()
        );
        Ok(Done::Fine)
    }
}

/// Writes a file unless there is one; `false`: there was.
fn write_new(path: &Path, text: &str) -> anyhow::Result<bool> {
    if path.exists() {
        return Ok(false);
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(true)
}
