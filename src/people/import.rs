//! The five tables of the register (corpus README, "directory/*.csv"), row by row and checked: nothing of a file but what checking
//! needs is held in memory.

pub mod check;
pub mod row;
pub mod sample;
mod text;

use std::collections::BTreeMap;
use std::io::{self, Read};

use jiff::Timestamp;

use self::check::Checker;
use self::row::{Place, Row};
use self::text::Text;
use super::codes::Seal;
use super::{Candidate, Evaluation, Institution, Invitation, Tables};
use crate::fault::{Fault, Faults};

/// Faults that are told of one file; one in the wrong format would name every line.
const MOST_FAULTS: usize = 50;
/// Rows between two reports of progress.
const REPORT: u64 = 4096;
/// The most columns of a table.
const WIDEST: usize = 7;

/// One of the five tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// Who registers candidates.
    Institutions,
    /// Exams.
    Evaluations,
    /// Registered people.
    Candidates,
    /// Who sits what.
    Registrations,
    /// Mailed codes.
    Invitations,
}

impl Table {
    /// In the order in which they are read: each refers to those before it.
    pub const ALL: [Self; 5] = [Self::Institutions, Self::Evaluations, Self::Candidates, Self::Registrations, Self::Invitations];

    /// The name of its CSV file.
    pub const fn file(self) -> &'static str {
        match self {
            Self::Institutions => "institutions.csv",
            Self::Evaluations => "evaluations.csv",
            Self::Candidates => "candidates.csv",
            Self::Registrations => "registrations.csv",
            Self::Invitations => "invitations.csv",
        }
    }

    /// The view of a live source that is read unless another query is given.
    pub const fn view(self) -> &'static str {
        match self {
            Self::Institutions => "usher_institutions",
            Self::Evaluations => "usher_evaluations",
            Self::Candidates => "usher_candidates",
            Self::Registrations => "usher_registrations",
            Self::Invitations => "usher_invitations",
        }
    }

    /// Its columns; the first is the id, where there is one.
    pub const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Institutions => &["institution_id", "name", "domains", "coordinator_name", "coordinator_email", "language", "time_zone"],
            Self::Evaluations => &["evaluation_id", "institution_id", "course_code", "title_en", "title_fr", "starts_at"],
            Self::Candidates => &["candidate_id", "first_name", "last_name", "email", "institution_id", "language"],
            Self::Registrations => &["candidate_id", "evaluation_id"],
            Self::Invitations => &["invitation_id", "candidate_id", "code", "sent_at", "activation_started_at", "activated_at"],
        }
    }
}

/// The names of the files, in the order in which they are read.
pub const FILES: [&str; 5] = [
    Table::Institutions.file(),
    Table::Evaluations.file(),
    Table::Candidates.file(),
    Table::Registrations.file(),
    Table::Invitations.file(),
];

/// One checked row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// institutions.csv
    Institution(Institution),
    /// evaluations.csv
    Evaluation(Evaluation),
    /// candidates.csv
    Candidate(Candidate),
    /// registrations.csv
    Registration {
        /// Who.
        candidate_id: String,
        /// For what.
        evaluation_id: String,
    },
    /// invitations.csv
    Invitation(Invitation),
}

/// Whoever takes the records as they are read.
pub trait Taker {
    /// One good row; none comes after the first fault.
    fn record(&mut self, record: Record);
    /// How far reading is: rows and bytes of this table.
    fn progress(&mut self, _table: Table, _rows: u64, _bytes: u64) {}
}

impl Taker for Tables {
    fn record(&mut self, record: Record) {
        match record {
            Record::Institution(institution) => self.institutions.push(institution),
            Record::Evaluation(evaluation) => self.evaluations.push(evaluation),
            Record::Candidate(candidate) => self.candidates.push(candidate),
            Record::Registration { candidate_id, evaluation_id } => self.registrations.push((candidate_id, evaluation_id)),
            Record::Invitation(invitation) => self.invitations.push(invitation),
        }
    }
}

/// Opens the file of a table; `None`: there is none.
pub type Open<'a> = &'a mut dyn FnMut(Table) -> io::Result<Option<Box<dyn Read>>>;

/// How files are read.
#[derive(Debug, Clone)]
pub struct Options {
    /// Seals each code as it is read.
    pub seal: Seal,
    /// Gives sample times such as `{+20d}` their meaning; without it they are faults.
    pub as_of: Option<Timestamp>,
}

/// Reads the five files one after the other, each good row into `taker`. Answers what is allowed and yet worth a look.
///
/// # Errors
/// Every fault of every file at once, each with file and line; nothing may be taken then.
pub fn read(open: Open<'_>, options: &Options, taker: &mut dyn Taker) -> Result<Vec<Fault>, Faults> {
    let mut reader = Reader {
        faults: FaultList::default(),
        checker: Checker::new(options.seal.clone()),
        remarks: Vec::new(),
        whole: false,
        as_of: options.as_of,
        taker,
    };
    for table in Table::ALL {
        reader.whole = false;
        match open(table) {
            Ok(Some(bytes)) => reader.table(table, bytes),
            Ok(None) => reader.fault(table, None, "is missing", "Put all five files into the folder."),
            Err(error) => reader.fault(table, None, format!("cannot be read: {error}"), "Check its permissions."),
        }
        if !reader.whole {
            reader.checker.unread(table);
        }
    }
    let mut remarks = reader.checker.remarks();
    remarks.append(&mut reader.remarks);
    reader.faults.into_result().map(|()| remarks)
}

/// The tables of files that are in memory, given as (name, bytes). As nothing of them is stored, any key seals their codes.
///
/// # Errors
/// Every fault of every file at once.
pub fn tables(files: &[(String, Vec<u8>)]) -> Result<Tables, Faults> {
    let mut tables = Tables::default();
    let mut open = |table: Table| {
        let bytes = files.iter().find(|(name, _)| name == table.file()).map(|(_, bytes)| bytes.clone());
        Ok(bytes.map(|bytes| Box::new(io::Cursor::new(bytes)) as Box<dyn Read>))
    };
    read(&mut open, &Options { seal: Seal::new(&[0; 32]), as_of: None }, &mut tables)?;
    Ok(tables)
}

/// Faults, so many a file; the rest is counted.
#[derive(Debug, Default)]
pub struct FaultList {
    listed: Vec<Fault>,
    by_file: BTreeMap<String, usize>,
    /// How many there are in all.
    pub count: usize,
    /// In how many rows.
    pub rows: usize,
}

impl FaultList {
    /// Adds one, or counts it.
    pub fn add(&mut self, fault: Fault) {
        self.count += 1;
        let of_file = self.by_file.entry(fault.file.clone()).or_default();
        *of_file += 1;
        if *of_file <= MOST_FAULTS {
            self.listed.push(fault);
        }
    }

    /// Adds those of one row.
    pub fn row(&mut self, faults: Vec<Fault>) {
        self.rows += usize::from(!faults.is_empty());
        faults.into_iter().for_each(|fault| self.add(fault));
    }

    /// What is told of them; empty when there are none.
    pub fn told(mut self) -> Vec<Fault> {
        for (file, count) in self.by_file {
            if let Some(more) = count.checked_sub(MOST_FAULTS).filter(|more| *more > 0) {
                self.listed.push(Fault::new(file, None, format!("{more} further faults"), ""));
            }
        }
        self.listed
    }

    fn into_result(self) -> Result<(), Faults> {
        if self.count == 0 { Ok(()) } else { Err(Faults(self.told())) }
    }
}

struct Reader<'a> {
    faults: FaultList,
    checker: Checker,
    remarks: Vec<Fault>,
    /// The table at hand was read from its first row to its last, faults or not.
    whole: bool,
    as_of: Option<Timestamp>,
    taker: &'a mut dyn Taker,
}

impl Reader<'_> {
    fn fault(&mut self, table: Table, line: Option<usize>, what: impl Into<String>, remedy: &str) {
        self.faults.add(Fault::new(table.file(), line, what, remedy));
    }

    fn table(&mut self, table: Table, bytes: Box<dyn Read>) {
        let mut text = Text::new(bytes);
        let head = match text.head() {
            Ok(head) => head,
            Err(error) => return self.fault(table, None, format!("cannot be read: {error}"), "Save it as UTF-8 CSV."),
        };
        if head.trim().is_empty() {
            return self.fault(table, None, "is empty", "The first line names the columns; export the file again.");
        }
        let mut csv = csv::ReaderBuilder::new().delimiter(delimiter(&head)).flexible(true).from_reader(text);
        let header = match csv.headers() {
            Ok(header) => header.clone(),
            Err(error) => return self.fault(table, Some(1), format!("the header cannot be read: {error}"), "Save it as UTF-8 CSV."),
        };
        if let Some(at) = self.columns(table, &header) {
            self.rows(table, &mut csv, &at, header.len());
        }
    }

    /// Where each column of the table stands in the file.
    fn columns(&mut self, table: Table, header: &csv::StringRecord) -> Option<Vec<usize>> {
        let given: Vec<String> = header.iter().map(|h| h.trim().to_lowercase()).collect();
        let mut places = Vec::new();
        for column in table.columns() {
            let mut at = given.iter().zip(0..).filter(|(name, _)| name == column).map(|(_, at)| at);
            match (at.next(), at.next()) {
                (Some(place), None) => places.push(place),
                (Some(_), Some(_)) => self.fault(table, Some(1), format!("the column {column} stands twice"), "Keep one of them."),
                (None, _) => {
                    let near = given.iter().filter(|g| !table.columns().contains(&g.as_str()));
                    let near = near.min_by_key(|g| strsim::damerau_levenshtein(g, column));
                    let instead = near.filter(|g| strsim::damerau_levenshtein(g, column) <= 3);
                    let remedy = match instead {
                        Some(name) => format!("Rename `{name}`, if that is meant."),
                        None => format!("The first line names the columns: {}.", table.columns().join(", ")),
                    };
                    self.fault(table, Some(1), format!("there is no column {column}"), &remedy);
                }
            }
        }
        (places.len() == table.columns().len()).then_some(places)
    }

    fn rows(&mut self, table: Table, csv: &mut csv::Reader<Text<Box<dyn Read>>>, at: &[usize], width: usize) {
        let mut record = csv::StringRecord::new();
        let (mut rows, mut samples, mut odd) = (0_u64, None, None);
        loop {
            let more = match csv.read_record(&mut record) {
                Ok(more) => more,
                Err(error) => return self.fault(table, None, unreadable(&error), "Save it as UTF-8 CSV."),
            };
            // Whether a row with too few fields was the last one is known only now.
            if let Some((line, fields)) = odd.take() {
                let remedy = if more { "Quote fields that hold the separator." } else { "Export the file again." };
                self.fault(table, Some(line), odd_row(fields, width, (!more).then(|| csv.get_ref())), remedy);
            }
            if !more {
                break;
            }
            // Spreadsheets leave lines of nothing but separators.
            if record.iter().all(|field| field.trim().is_empty()) {
                continue;
            }
            rows += 1;
            if rows.is_multiple_of(REPORT) {
                self.taker.progress(table, rows, csv.position().byte());
            }
            let line = record.position().and_then(|p| usize::try_from(p.line()).ok()).unwrap_or(0);
            if record.len() == width {
                let sampled = self.row(table, line, &record, at);
                samples = samples.or(sampled.then_some(line));
            } else {
                odd = Some((line, record.len()));
            }
        }
        self.whole = true;
        self.taker.progress(table, rows, csv.position().byte());
        self.end(table, csv, rows, samples);
    }

    /// Checks one row and hands it on; answers whether it holds a sample time without a meaning.
    fn row(&mut self, table: Table, line: usize, record: &csv::StringRecord, at: &[usize]) -> bool {
        let mut values = [""; WIDEST];
        for (value, place) in values.iter_mut().zip(at) {
            *value = record.get(*place).unwrap_or_default();
        }
        let mut row = Row::new(table, Place::Line(line), values.get(..at.len()).unwrap_or_default(), self.as_of);
        let checked = self.checker.check(&mut row);
        self.faults.row(row.faults);
        if let Some(record) = checked.filter(|_| self.faults.count == 0) {
            self.taker.record(record);
        }
        row.sample_times
    }

    fn end(&mut self, table: Table, csv: &csv::Reader<Text<Box<dyn Read>>>, rows: u64, samples: Option<usize>) {
        if csv.get_ref().ends_within_quotes() && csv.get_ref().ends_within_a_line() {
            self.fault(table, None, "ends within quotes: it is half-written, or a quote is never closed", "Export it again.");
        }
        if rows > 0 && csv.get_ref().ends_within_a_line() && !csv.get_ref().ends_within_quotes() {
            let what = "the last row has no line end: its last field may be cut";
            self.remarks.push(Fault::new(table.file(), None, what, "Leave it if whatever exports the file writes it so."));
        }
        if let Some(line) = samples {
            let what = "holds times of the samples, such as {+20d}, which mean nothing in a real register";
            self.fault(table, Some(line), what, "Write times with their offset; `usher triage --directory` reads the samples as they are.");
        }
        if rows == 0 && matches!(table, Table::Institutions | Table::Candidates) {
            self.whole = false;
            self.fault(table, None, "has no rows", "Export it again: nobody would be registered.");
        }
    }
}

fn delimiter(head: &str) -> u8 {
    let count = |delimiter: u8| head.bytes().filter(|b| *b == delimiter).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|d| count(*d)).unwrap_or(b',')
}

/// A row with too few or too many fields; `end` is the text where it was the last one: a half-written file says so.
fn odd_row(fields: usize, width: usize, end: Option<&Text<Box<dyn Read>>>) -> String {
    let counted = format!("{fields} fields instead of {width}");
    match end {
        Some(text) if fields < width && text.ends_within_a_line() => {
            format!("the file ends in the middle of this row ({counted}): it is half-written")
        }
        Some(text) if text.ends_within_quotes() => format!("{counted}: a quote in this row is never closed"),
        _ => counted,
    }
}

fn unreadable(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Io(error) => format!("cannot be read: {error}"),
        _ => format!("cannot be read: {error}"),
    }
}

#[cfg(test)]
mod tests;
