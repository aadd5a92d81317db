//! `usher rules check`: every example of every rule, through the whole rulebook.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::{Done, playbook, screen, settings_if_any};
use crate::triage::examples;

/// The rules.
#[derive(Debug, Subcommand)]
pub enum Rules {
    /// Load rules and templates and run every example of every rule.
    Check {
        /// Folder of rules; those of the settings, or the built-in ones, when absent.
        #[arg(long, value_name = "DIR")]
        rules: Option<PathBuf>,
        /// Folder of templates.
        #[arg(long, value_name = "DIR")]
        templates: Option<PathBuf>,
    },
}

impl Rules {
    pub fn run(self, config: &Path) -> anyhow::Result<Done> {
        let Self::Check { rules, templates } = self;
        let mut settings = settings_if_any(config)?;
        settings.rules = rules.or(settings.rules);
        settings.templates = templates.or(settings.templates);
        let playbook = match playbook(&settings) {
            Ok(playbook) => playbook,
            Err(faults) => {
                println!("{faults:#}");
                return Ok(Done::Faults);
            }
        };
        let checked = examples::check(&playbook);
        let failed: Vec<_> = checked.iter().filter(|c| !c.passed).collect();
        for c in &failed {
            println!("{}: expected {}, got {}\n    {}", c.name, screen::words(&c.expected), screen::words(&c.got), screen::safe(&c.words));
        }
        println!("{} cases, {} examples, {} failed", playbook.rulebook.cases.len(), checked.len(), failed.len());
        Ok(if failed.is_empty() { Done::Fine } else { Done::Faults })
    }
}
