//! A mistake in a file that somebody wrote: what is wrong, where, and what to do about it.

use std::fmt;

/// One mistake in a rule file, a template, a directory file or the settings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file, as the person who wrote it knows it.
    pub file: String,
    /// The line, counted from 1, where it is known.
    pub line: Option<usize>,
    /// The id of a row that stands in no line.
    pub row: Option<String>,
    /// What is wrong. Whatever somebody wrote stands between backticks in it.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

impl Fault {
    /// A fault in `file`, at `line` if it is known.
    pub fn new(file: impl Into<String>, line: Option<usize>, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { file: file.into(), line, row: None, what: what.into(), remedy: remedy.into() }
    }

    /// The same, of the row with this id.
    #[must_use]
    pub fn of_row(self, id: impl Into<String>) -> Self {
        Self { row: Some(id.into()), ..self }
    }

    /// What may stand in a log: file, line and kind. A register's values are people's, so everything from the first backtick to the
    /// last is left out, and the row and the remedy with it.
    pub fn logged(&self) -> String {
        let what = match (self.what.split_once('`'), self.what.rsplit_once('`')) {
            (Some((before, _)), Some((_, after))) => format!("{before}`…`{after}"),
            _ => self.what.clone(),
        };
        self.line.map_or_else(|| format!("{}: {what}", self.file), |line| format!("{}:{line}: {what}", self.file))
    }

    /// The line (counted from 1) on which byte `at` of `text` stands.
    pub fn line_of(text: &str, at: usize) -> usize {
        text.bytes().take(at).filter(|b| *b == b'\n').count() + 1
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, &self.row) {
            (Some(line), _) => write!(f, "{}:{line}: {}", self.file, self.what)?,
            (None, Some(row)) => write!(f, "{}: row `{row}`: {}", self.file, self.what)?,
            (None, None) => write!(f, "{}: {}", self.file, self.what)?,
        }
        if self.remedy.is_empty() { Ok(()) } else { write!(f, "\n    {}", self.remedy) }
    }
}

/// Every fault found, never only the first. Never empty when it is an error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// What may stand in a log; see [`Fault::logged`].
    pub fn logged(&self) -> String {
        self.0.iter().map(Fault::logged).collect::<Vec<_>>().join("\n")
    }
}

/// A text file held in memory: rules, templates and settings are read from these, so that loading needs no disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFile {
    /// Path relative to the folder it was found in, with `/` between names: `cases/10-automatic.toml`.
    pub path: String,
    /// The whole text.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_tells_where_and_what_kind_and_nothing_that_was_written() {
        // (what, its form for logs)
        let cases = [
            ("email `ada.roy@uni.example` stands in line 2 too", "candidates.csv:4: email `…` stands in line 2 too"),
            ("email `ada`roy`@uni` is no address", "candidates.csv:4: email `…` is no address"),
            ("the registration of `C1` for `E1` stands in line 2 too", "candidates.csv:4: the registration of `…` stands in line 2 too"),
            ("candidate_id is empty", "candidates.csv:4: candidate_id is empty"),
        ];
        for (what, expected) in cases {
            let fault = Fault::new("candidates.csv", Some(4), what, "Rename `ada`.");
            assert_eq!(fault.logged(), expected);
            assert!(fault.to_string().contains(what), "people who mend it see the value");
        }
        let of_row = Fault::new("usher_candidates", None, "email `x` is no address", "").of_row("C1");
        assert_eq!(of_row.to_string(), "usher_candidates: row `C1`: email `x` is no address");
        assert_eq!(of_row.logged(), "usher_candidates: email `…` is no address");
    }
}
