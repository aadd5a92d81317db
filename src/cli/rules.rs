//! `usher rules check`: every example of every rule, through the whole rulebook.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Subcommand;
use indicatif::ProgressBar;

use super::{Done, playbook, rule_files, screen, settings_if_any};
use crate::facts::measure::{self, Figures, Measured, Tally};
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
    /// Tell how well the reading rules read: each file of examples is read by what the others teach.
    Measure {
        /// Folder of rules; those of the settings, or the built-in ones, when absent.
        #[arg(long, value_name = "DIR")]
        rules: Option<PathBuf>,
        /// Print what was read wrongly in files whose path contains this.
        #[arg(long, value_name = "PART")]
        wrong: Option<String>,
    },
}

impl Rules {
    pub fn run(self, config: &Path) -> anyhow::Result<Done> {
        match self {
            Self::Check { rules, templates } => check(rules, templates, config),
            Self::Measure { rules, wrong } => measure(rules, wrong.as_deref(), config),
        }
    }
}

fn check(rules: Option<PathBuf>, templates: Option<PathBuf>, config: &Path) -> anyhow::Result<Done> {
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

fn measure(rules: Option<PathBuf>, wrong: Option<&str>, config: &Path) -> anyhow::Result<Done> {
    let mut settings = settings_if_any(config)?;
    settings.rules = rules.or(settings.rules);
    let files = rule_files(&settings)?;
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(Duration::from_millis(100));
    let measured = measure::measure(&files, |file| bar.set_message(format!("learning for {file}")));
    bar.finish_and_clear();
    let measured = match measured {
        Ok(measured) => measured,
        Err(faults) => {
            println!("{faults:#}");
            return Ok(Done::Faults);
        }
    };
    print_figures(&measured);
    if measured.len() < 2 {
        println!("One file of examples teaches nothing about another: add a second one to learn how well strangers are read.");
    }
    if let Some(part) = wrong.filter(|part| !measured.iter().any(|m| m.file.contains(part))) {
        println!("No file of examples has `{}` in its name.", screen::safe(part));
        return Ok(Done::Faults);
    }
    for m in measured.iter().filter(|m| wrong.is_some_and(|part| m.file.contains(part))) {
        print_wrong(m);
    }
    Ok(Done::Fine)
}

fn print_figures(measured: &[Measured]) {
    println!("Each file of examples, read by what the others teach. Problems: F1, precision, recall. Sure and settled: right/wrong.");
    println!(
        "{:<32}{:>6}  {:^17}  {:^17}  {:^17}  {:>5}  {:>7}  {:>7}",
        "file", "", "meanings alone", "judges alone", "together", "kind", "sure", "settled"
    );
    let figures = |f: &Figures| format!("{:.3} {:.3} {:.3}", f.f1(), f.precision(), f.recall());
    let tally = |t: Tally| format!("{}/{}", t.right, t.wrong);
    for m in measured {
        println!(
            "{:<32}{:>6}  {}  {}  {}  {:.3}  {:>7}  {:>7}",
            m.file,
            m.examples,
            figures(&m.meanings),
            figures(&m.judges),
            figures(&m.both),
            m.kind.share(),
            tally(m.sure),
            tally(m.settled)
        );
    }
    let (sure, settled, kind) = (sum(measured, |m| m.sure), sum(measured, |m| m.settled), sum(measured, |m| m.kind));
    let examples: usize = measured.iter().map(|m| m.examples).sum();
    println!("{:<32}{examples:>6}  {:^57}  {:.3}  {:>7}  {:>7}", "all", "", kind.share(), tally(sure), tally(settled));
    for at in 0..measured.first().map_or(0, |m| m.heard.len()) {
        let heard = sum(measured, |m| m.heard.get(at).copied().unwrap_or_default());
        println!("meaning {:>2}: heard rightly {:>4}, wrongly {:>3}", at + 1, heard.right, heard.wrong);
    }
}

fn sum(measured: &[Measured], of: impl Fn(&Measured) -> Tally) -> Tally {
    measured.iter().map(of).fold(Tally::default(), |a, b| Tally { right: a.right + b.right, wrong: a.wrong + b.wrong })
}

fn print_wrong(measured: &Measured) {
    let line = |text: &str| screen::safe(&text.replace('\n', " / "));
    for (entry, clause) in &measured.misheard {
        println!("meaning {} heard wrongly: {}", entry + 1, line(clause));
    }
    for (text, meant, named, sure) in &measured.wrong {
        let sure = if *sure { "SURE, and yet " } else { "" };
        println!("{sure}meant {meant:?}, read {named:?}: {}", line(text));
    }
    for (text, problem) in &measured.unsaid {
        println!("judged rightly as {problem:?}, said by no meaning: {}", line(text));
    }
    for (text, meant, read) in &measured.wrong_kind {
        println!("meant {meant:?}, read {read:?}: {}", line(text));
    }
}
