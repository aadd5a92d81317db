//! A mistake in a file that somebody wrote: what is wrong, where, and what to do about it.

use std::fmt;

/// One mistake in a rule file, a template, a directory file or the settings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file, as the person who wrote it knows it.
    pub file: String,
    /// The line, counted from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

impl Fault {
    /// A fault in `file`, at `line` if it is known.
    pub fn new(file: impl Into<String>, line: Option<usize>, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { file: file.into(), line, what: what.into(), remedy: remedy.into() }
    }

    /// The line (counted from 1) on which byte `at` of `text` stands.
    pub fn line_of(text: &str, at: usize) -> usize {
        text.bytes().take(at).filter(|b| *b == b'\n').count() + 1
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.what)?,
            None => write!(f, "{}: {}", self.file, self.what)?,
        }
        if self.remedy.is_empty() { Ok(()) } else { write!(f, "\n    {}", self.remedy) }
    }
}

/// Every fault found, never only the first. Never empty when it is an error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Faults(pub Vec<Fault>);

/// A text file held in memory: rules, templates and settings are read from these, so that loading needs no disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFile {
    /// Path relative to the folder it was found in, with `/` between names: `cases/10-automatic.toml`.
    pub path: String,
    /// The whole text.
    pub text: String,
}
