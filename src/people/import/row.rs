//! One row of one of the five tables, and what is wrong with it.

use jiff::Timestamp;

use super::{Table, sample};
use crate::facts::Language;
use crate::fault::Fault;

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A line of a file, counted from 1.
    Line(usize),
    /// A row of somebody's database: known by its id.
    Database,
}

impl Place {
    /// The line, 0 where there is none.
    pub(super) fn line(self) -> u32 {
        match self {
            Self::Line(line) => u32::try_from(line).unwrap_or(u32::MAX),
            Self::Database => 0,
        }
    }
}

/// The values of a row in the order of [`Table::columns`].
pub struct Row<'a> {
    /// Whose row.
    pub table: Table,
    /// Where it stands.
    pub place: Place,
    values: &'a [&'a str],
    as_of: Option<Timestamp>,
    /// What is wrong with it, once it was checked.
    pub faults: Vec<Fault>,
    pub(super) sample_times: bool,
}

impl<'a> Row<'a> {
    /// A row; `as_of` gives sample times such as `{+20d}` their meaning, without it they are faults.
    pub fn new(table: Table, place: Place, values: &'a [&'a str], as_of: Option<Timestamp>) -> Self {
        Self { table, place, values, as_of, faults: Vec::new(), sample_times: false }
    }

    pub(super) fn get(&self, column: &str) -> &'a str {
        let at = self.table.columns().iter().position(|c| *c == column);
        at.and_then(|at| self.values.get(at)).copied().unwrap_or_default().trim()
    }

    pub(super) fn fault(&mut self, what: impl Into<String>, remedy: &str) {
        let fault = match self.place {
            Place::Line(line) => Fault::new(self.table.file(), Some(line), what, remedy),
            Place::Database => {
                let id = self.values.first().copied().unwrap_or_default();
                Fault::new(self.table.view(), None, what, remedy).of_row(id)
            }
        };
        self.faults.push(fault);
    }

    /// `line 7`, or nothing for a database.
    pub(super) fn at(line: u32) -> String {
        if line == 0 { "in another row".into() } else { format!("in line {line}") }
    }

    /// No database keeps it, and no person writes it.
    pub(super) fn no_nul(&mut self) {
        if self.values.iter().any(|v| v.contains('\0')) {
            self.fault("a field holds a NUL character", "Export the file again.");
        }
    }

    pub(super) fn time(&mut self, column: &str) -> Option<Timestamp> {
        let text = self.get(column);
        if text.is_empty() {
            return None;
        }
        if let Ok(at) = text.parse::<Timestamp>() {
            return Some(at);
        }
        if self.place == Place::Database
            && let Some(at) = text.parse().ok().and_then(|ms| Timestamp::from_millisecond(ms).ok())
        {
            return Some(at);
        }
        if sample::is_time(text) {
            let at = self.as_of.and_then(|now| sample::time(text, now));
            // Told once a file, not once a row.
            self.sample_times |= at.is_none();
            return Some(at.unwrap_or(Timestamp::UNIX_EPOCH));
        }
        self.fault(format!("{column} `{text}` is no time"), "Write it with its offset: 2026-11-12T09:00:00-05:00.");
        None
    }

    pub(super) fn language(&mut self) -> Language {
        let text = self.get("language");
        Language::from_code(text).unwrap_or_else(|| {
            self.fault(format!("language `{text}` is neither en nor fr"), "Write en or fr.");
            Language::En
        })
    }
}
