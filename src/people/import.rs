//! The five CSV files (corpus README, "directory/*.csv") to checked [`Tables`].

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Candidate, Evaluation, Institution, Invitation, Tables, scope};
use crate::facts::Language;
use crate::fault::{Fault, Faults};
use crate::message::address::Address;

/// The names of the files, in the order in which they are read.
pub const FILES: [&str; 5] = ["institutions.csv", "evaluations.csv", "candidates.csv", "registrations.csv", "invitations.csv"];
/// Faults that are told; a file in the wrong format would name every line.
const MOST_FAULTS: usize = 200;

/// Reads the five files, given as (name, bytes).
///
/// # Errors
/// Every fault of every file at once, each with file and line; nothing is taken then.
pub fn tables(files: &[(String, Vec<u8>)]) -> Result<Tables, Faults> {
    let mut reader = Reader::default();
    let mut tables = Tables::default();
    for (name, take) in
        [(FILES[0], institution as Take), (FILES[1], evaluation), (FILES[2], candidate), (FILES[3], registration), (FILES[4], invitation)]
    {
        match files.iter().find(|(given, _)| given == name) {
            Some((_, bytes)) => reader.read(name, bytes, take, &mut tables),
            None => reader.faults.push(Fault::new(name, None, "is missing", "Put all five files into the folder.")),
        }
    }
    if reader.faults.is_empty() {
        return Ok(tables);
    }
    let more = reader.faults.len().saturating_sub(MOST_FAULTS);
    reader.faults.truncate(MOST_FAULTS);
    if more > 0 {
        reader.faults.push(Fault::new("the directory", None, format!("{more} further faults are not listed"), ""));
    }
    Err(Faults(reader.faults))
}

type Take = fn(&mut Row<'_>, &mut Reader, &mut Tables);

#[derive(Default)]
struct Reader {
    faults: Vec<Fault>,
    institutions: HashSet<String>,
    domains: HashMap<String, String>,
    evaluations: HashMap<String, String>,
    candidates: HashMap<String, String>,
    addresses: HashMap<String, usize>,
    invitations: HashSet<String>,
}

/// One row, its fields by column name.
struct Row<'a> {
    file: &'a str,
    line: usize,
    columns: &'a HashMap<String, usize>,
    record: &'a csv::StringRecord,
    faults: Vec<Fault>,
}

impl Row<'_> {
    fn get(&self, column: &str) -> &str {
        self.columns.get(column).and_then(|at| self.record.get(*at)).unwrap_or_default().trim()
    }

    fn fault(&mut self, what: impl Into<String>, remedy: &str) {
        self.faults.push(Fault::new(self.file, Some(self.line), what, remedy));
    }

    fn id(&mut self, column: &str, seen: bool) -> String {
        let id = self.get(column).to_owned();
        if id.is_empty() {
            self.fault(format!("{column} is empty"), "Give every row its id.");
        } else if seen {
            self.fault(format!("{column} `{id}` stands twice"), "Remove one of the two rows.");
        }
        id
    }

    fn time(&mut self, column: &str) -> Option<Timestamp> {
        let text = self.get(column).to_owned();
        if text.is_empty() {
            return None;
        }
        match text.parse::<Timestamp>() {
            Ok(at) => Some(at),
            Err(_) => {
                self.fault(format!("{column} `{text}` is no time"), "Write it with its offset: 2026-11-12T09:00:00-05:00.");
                None
            }
        }
    }

    fn language(&mut self) -> Language {
        let text = self.get("language").to_owned();
        Language::from_code(&text).unwrap_or_else(|| {
            self.fault(format!("language `{text}` is neither `en` nor `fr`"), "Write en or fr.");
            Language::En
        })
    }
}

impl Reader {
    fn read(&mut self, file: &str, bytes: &[u8], take: Take, tables: &mut Tables) {
        // One kind of line end, or the line numbers of faults would be off by one.
        let text = decoded(bytes).replace("\r\n", "\n");
        let first = text.lines().next().unwrap_or_default();
        let delimiter = if first.matches(';').count() > first.matches(',').count() { b';' } else { b',' };
        let mut csv = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
        let columns: HashMap<String, usize> = match csv.headers() {
            Ok(header) => header.iter().map(|h| h.trim().to_lowercase()).zip(0..).collect(),
            Err(error) => {
                return self.faults.push(Fault::new(file, Some(1), format!("the header cannot be read: {error}"), "Save it as UTF-8 CSV."));
            }
        };
        let absent: Vec<&str> = needed(file).iter().filter(|c| !columns.contains_key(**c)).copied().collect();
        if !absent.is_empty() {
            let what = format!("no column {}", absent.join(", "));
            return self.faults.push(Fault::new(file, Some(1), what, "The first line names the columns."));
        }
        let width = columns.len();
        let mut record = csv::StringRecord::new();
        loop {
            match csv.read_record(&mut record) {
                Ok(false) => break,
                Ok(true) => {
                    let line = record.position().and_then(|p| usize::try_from(p.line()).ok()).unwrap_or(0);
                    let mut row = Row { file, line, columns: &columns, record: &record, faults: Vec::new() };
                    if record.len() == width {
                        take(&mut row, self, tables);
                    } else {
                        row.fault(format!("{} fields instead of {width}", record.len()), "Quote fields that hold a comma.");
                    }
                    let faults = row.faults;
                    self.faults.extend(faults);
                }
                Err(error) => {
                    self.faults.push(Fault::new(file, None, format!("cannot be read: {error}"), "Save it as UTF-8 CSV."));
                    break;
                }
            }
        }
    }
}

fn needed(file: &str) -> &'static [&'static str] {
    match file {
        "institutions.csv" => &["institution_id", "name", "domains", "coordinator_name", "coordinator_email", "language", "time_zone"],
        "evaluations.csv" => &["evaluation_id", "institution_id", "course_code", "title_en", "title_fr", "starts_at"],
        "candidates.csv" => &["candidate_id", "first_name", "last_name", "email", "institution_id", "language"],
        "registrations.csv" => &["candidate_id", "evaluation_id"],
        _ => &["invitation_id", "candidate_id", "code", "sent_at", "activation_started_at", "activated_at"],
    }
}

/// UTF-8, with or without a byte order mark; else Windows-1252, which spreadsheets still write.
fn decoded(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|b| windows_1252(*b)).collect(),
    }
}

fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•',
        '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH.get(usize::from(byte) - 0x80).copied().unwrap_or('\u{fffd}'),
        _ => char::from(byte),
    }
}

fn institution(row: &mut Row<'_>, seen: &mut Reader, tables: &mut Tables) {
    let id = row.id("institution_id", seen.institutions.contains(row.get("institution_id")));
    let domains: Vec<String> = row.get("domains").split_whitespace().map(str::to_lowercase).collect();
    for domain in &domains {
        if scope::is_webmail(domain) {
            row.fault(format!("`{domain}` is a web-mail domain: it belongs to no institution"), "Remove it from domains.");
        } else if !domain.contains('.') || domain.contains(['*', '@', '/']) || domain.starts_with('.') || domain.ends_with('.') {
            row.fault(format!("`{domain}` is no mail domain"), "Write what stands behind the @, such as uni.example.");
        } else if let Some(other) = seen.domains.insert(domain.clone(), id.clone()).filter(|other| *other != id) {
            row.fault(format!("`{domain}` belongs to {other} too"), "A domain belongs to one institution.");
        }
    }
    let zone = row.get("time_zone").to_owned();
    if TimeZone::get(&zone).is_err() {
        row.fault(format!("time_zone `{zone}` is unknown"), "Write an IANA name such as America/Toronto.");
    }
    let language = row.language();
    seen.institutions.insert(id.clone());
    tables.institutions.push(Institution {
        id,
        name: row.get("name").to_owned(),
        domains,
        coordinator_name: row.get("coordinator_name").to_owned(),
        coordinator_email: row.get("coordinator_email").to_lowercase(),
        language,
        time_zone: zone,
    });
}

fn known_institution(row: &mut Row<'_>, seen: &Reader) -> String {
    let id = row.get("institution_id").to_owned();
    if !seen.institutions.contains(&id) {
        row.fault(format!("institution `{id}` is not in institutions.csv"), "Add it there, or mend the id.");
    }
    id
}

fn evaluation(row: &mut Row<'_>, seen: &mut Reader, tables: &mut Tables) {
    let id = row.id("evaluation_id", seen.evaluations.contains_key(row.get("evaluation_id")));
    let institution_id = known_institution(row, seen);
    if row.get("starts_at").is_empty() {
        row.fault("starts_at is empty", "Every evaluation has a start.");
    }
    let starts_at = row.time("starts_at").unwrap_or(Timestamp::UNIX_EPOCH);
    seen.evaluations.insert(id.clone(), institution_id.clone());
    tables.evaluations.push(Evaluation {
        id,
        institution_id,
        course_code: row.get("course_code").to_owned(),
        title_en: row.get("title_en").to_owned(),
        title_fr: row.get("title_fr").to_owned(),
        starts_at,
    });
}

fn candidate(row: &mut Row<'_>, seen: &mut Reader, tables: &mut Tables) {
    let id = row.id("candidate_id", seen.candidates.contains_key(row.get("candidate_id")));
    let institution_id = known_institution(row, seen);
    let written = row.get("email").to_owned();
    let email = match Address::parse(&written) {
        Some(address) => address.as_str().to_owned(),
        None => {
            row.fault(format!("email `{written}` is no address"), "Write the one address that signs in.");
            String::new()
        }
    };
    if let Some(first) = seen.addresses.insert(email.clone(), row.line).filter(|_| !email.is_empty()) {
        row.fault(format!("email `{email}` stands in line {first} too"), "An address belongs to one candidate.");
    }
    let language = row.language();
    seen.candidates.insert(id.clone(), institution_id.clone());
    tables.candidates.push(Candidate {
        id,
        first_name: row.get("first_name").to_owned(),
        last_name: row.get("last_name").to_owned(),
        email,
        institution_id,
        language,
    });
}

fn known_candidate(row: &mut Row<'_>, seen: &Reader) -> String {
    let id = row.get("candidate_id").to_owned();
    if !seen.candidates.contains_key(&id) {
        row.fault(format!("candidate `{id}` is not in candidates.csv"), "Add the candidate, or mend the id.");
    }
    id
}

fn registration(row: &mut Row<'_>, seen: &mut Reader, tables: &mut Tables) {
    let candidate = known_candidate(row, seen);
    let evaluation = row.get("evaluation_id").to_owned();
    if !seen.evaluations.contains_key(&evaluation) {
        row.fault(format!("evaluation `{evaluation}` is not in evaluations.csv"), "Add it there, or mend the id.");
    }
    tables.registrations.push((candidate, evaluation));
}

fn invitation(row: &mut Row<'_>, seen: &mut Reader, tables: &mut Tables) {
    let id = row.id("invitation_id", !seen.invitations.insert(row.get("invitation_id").to_owned()));
    let candidate_id = known_candidate(row, seen);
    let (sent_at, activation_started_at, activated_at) = (row.time("sent_at"), row.time("activation_started_at"), row.time("activated_at"));
    tables.invitations.push(Invitation {
        id,
        candidate_id,
        code: row.get("code").to_owned(),
        sent_at,
        activation_started_at,
        activated_at,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(candidates: &str) -> Vec<(String, Vec<u8>)> {
        let texts = [
            "institution_id,name,domains,coordinator_name,coordinator_email,language,time_zone\nI1,Uni,uni.example,Léa,lea@uni.example,fr,America/Toronto\n",
            "evaluation_id,institution_id,course_code,title_en,title_fr,starts_at\nE1,I1,CHEM 1,Chemistry,Chimie,2026-11-12T09:00:00-05:00\n",
            candidates,
            "candidate_id,evaluation_id\nC1,E1\n",
            "invitation_id,candidate_id,code,sent_at,activation_started_at,activated_at\nV1,C1,ABCD-1234,2026-11-01T09:00:00-05:00,,\n",
        ];
        FILES.iter().zip(texts).map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
    }

    const HEAD: &str = "candidate_id,first_name,last_name,email,institution_id,language\n";

    #[test]
    fn five_good_files_make_a_register() {
        let tables = tables(&files(&format!("{HEAD}C1,Ada,Roy,Ada.Roy@uni.example,I1,en\n"))).unwrap();
        assert_eq!((tables.candidates[0].email.as_str(), tables.invitations.len()), ("ada.roy@uni.example", 1));
    }

    #[test]
    fn every_fault_is_told_with_its_line() {
        let rows = format!("{HEAD}C1,Ada,Roy,ada@uni.example,I1,en\nC1,Bob,Roy,ada@uni.example,I9,de\nC3,Eve\n");
        let faults = tables(&files(&rows)).unwrap_err().0;
        let told: Vec<_> = faults.iter().map(|f| (f.line, f.what.split('`').next().unwrap_or_default())).collect();
        for expected in [
            (Some(3), "candidate_id "),
            (Some(3), "institution "),
            (Some(3), "email "),
            (Some(3), "language "),
            (Some(4), "2 fields instead of 6"),
        ] {
            assert!(told.contains(&expected), "{expected:?} in {told:?}");
        }
    }

    #[test]
    fn spreadsheets_are_understood() {
        let semicolons = format!("\u{feff}{HEAD}C1,Zoé,Roy,zoe@uni.example,I1,fr\n").replace(',', ";");
        assert_eq!(tables(&files(&semicolons)).unwrap().candidates[0].first_name, "Zoé");
        let mut latin = files("");
        latin[2].1 = [HEAD.as_bytes(), b"C1,Zo\xe9,Roy,zoe@uni.example,I1,fr\n"].concat();
        assert_eq!(tables(&latin).unwrap().candidates[0].first_name, "Zoé");
    }
}
