//! Row by row: what each of the five tables must be, by itself and with those before it.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::row::{Place, Row};
use super::{Record, Table};
use crate::fault::Fault;
use crate::message::address::Address;
use crate::people::codes::Seal;
use crate::people::{Candidate, Evaluation, Institution, Invitation, scope};

/// Checks rows, in the order of [`Table::ALL`], against those before them.
#[derive(Debug)]
pub struct Checker {
    seal: Seal,
    institutions: HashMap<String, u32>,
    domains: HashMap<String, String>,
    evaluations: Seen,
    candidates: Seen,
    addresses: Seen,
    registrations: Seen,
    invitations: Seen,
    unread: Vec<Table>,
}

impl Checker {
    /// Nothing was checked yet; codes are sealed as they come.
    pub fn new(seal: Seal) -> Self {
        Self {
            seal,
            institutions: HashMap::new(),
            domains: HashMap::new(),
            evaluations: Seen::default(),
            candidates: Seen::default(),
            addresses: Seen::default(),
            registrations: Seen::default(),
            invitations: Seen::default(),
            unread: Vec::new(),
        }
    }

    /// `table` could not be read: what refers to it cannot be judged.
    pub fn unread(&mut self, table: Table) {
        self.unread.push(table);
    }

    /// The record of a row. `None` where it has faults; they are in the row.
    pub fn check(&mut self, row: &mut Row<'_>) -> Option<Record> {
        row.no_nul();
        let record = match row.table {
            Table::Institutions => Record::Institution(self.institution(row)),
            Table::Evaluations => Record::Evaluation(self.evaluation(row)),
            Table::Candidates => Record::Candidate(self.candidate(row)),
            Table::Registrations => self.registration(row),
            Table::Invitations => Record::Invitation(self.invitation(row)),
        };
        (row.faults.is_empty() && !row.sample_times).then_some(record)
    }

    /// What is allowed and yet worth a look; known when all institutions were checked.
    pub fn remarks(&self) -> Vec<Fault> {
        let mut below: Vec<_> =
            self.domains.iter().filter_map(|(domain, whose)| self.parent(domain, whose).map(|above| (domain, whose, above))).collect();
        below.sort();
        let remark = |(domain, whose, (above, other)): (&String, &String, (&String, &String))| {
            let what = format!("a domain of {whose} lies below one of {other}: `{domain}` below `{above}`");
            let line = self.institutions.get(whose).map(|l| *l as usize).filter(|l| *l > 0);
            Fault::new(Table::Institutions.file(), line, what, "Mail there counts as the first one's. Leave it if that is right.")
        };
        below.into_iter().map(remark).collect()
    }

    /// The nearest domain above that belongs to another institution.
    fn parent(&self, domain: &str, whose: &str) -> Option<(&String, &String)> {
        let above = std::iter::successors(domain.split_once('.'), |(_, rest)| rest.split_once('.')).map(|(_, rest)| rest);
        above.filter_map(|d| self.domains.get_key_value(d)).next().filter(|(_, other)| *other != whose)
    }

    fn knows(&self, table: Table) -> bool {
        !self.unread.contains(&table)
    }

    fn institution(&mut self, row: &mut Row<'_>) -> Institution {
        let id = named(row, "institution_id");
        if let Some(line) = self.institutions.get(&id).filter(|_| !id.is_empty()) {
            twice(row, &format!("institution_id `{id}`"), *line);
        }
        let written = row.get("domains").to_lowercase();
        // A list as a person writes it, or as a database prints it.
        let domains: Vec<String> =
            written.split(|c: char| c.is_whitespace() || ",;{}[]\"".contains(c)).filter(|d| !d.is_empty()).map(str::to_owned).collect();
        for domain in &domains {
            self.domain(row, &id, domain);
        }
        let zone = row.get("time_zone").to_owned();
        if TimeZone::get(&zone).is_err() {
            row.fault(format!("time_zone `{zone}` is unknown"), "Write an IANA name such as America/Toronto.");
        }
        let coordinator_email = row.get("coordinator_email").to_lowercase();
        if !coordinator_email.is_empty() && Address::parse(&coordinator_email).is_none() {
            row.fault(format!("coordinator_email `{coordinator_email}` is no address"), "Write one address, or leave it empty.");
        }
        let language = row.language();
        if kept(row) {
            self.institutions.insert(id.clone(), row.place.line());
        }
        let (name, coordinator_name) = (row.get("name").to_owned(), row.get("coordinator_name").to_owned());
        Institution { id, name, domains, coordinator_name, coordinator_email, language, time_zone: zone }
    }

    fn domain(&mut self, row: &mut Row<'_>, id: &str, domain: &str) {
        if scope::is_webmail(domain) {
            row.fault(format!("`{domain}` is a web-mail domain: it belongs to no institution"), "Remove it from domains.");
        } else if Address::parse(&format!("a@{domain}")).is_none() || !domain.contains('.') || domain.contains(['*', '/']) {
            row.fault(format!("`{domain}` is no mail domain"), "Write what stands behind the @, such as uni.example.");
        } else if let Some(other) = self.domains.get(domain).filter(|other| *other != id) {
            let line = self.institutions.get(other).map(|l| Row::at(*l)).unwrap_or_default();
            row.fault(format!("`{domain}` belongs to {other} {line} too"), "A domain belongs to one institution.");
        } else {
            self.domains.insert(domain.to_owned(), id.to_owned());
        }
    }

    fn known_institution(&self, row: &mut Row<'_>) -> String {
        let id = row.get("institution_id").to_owned();
        if self.knows(Table::Institutions) && !self.institutions.contains_key(&id) {
            unknown(row, "institution", &id, Table::Institutions);
        }
        id
    }

    fn evaluation(&mut self, row: &mut Row<'_>) -> Evaluation {
        let id = unique(row, "evaluation_id", &self.evaluations);
        let institution_id = self.known_institution(row);
        if row.get("starts_at").is_empty() {
            row.fault("starts_at is empty", "Every evaluation has a start.");
        }
        let starts_at = row.time("starts_at").unwrap_or(Timestamp::UNIX_EPOCH);
        if kept(row) {
            self.evaluations.add(&id, row.place.line());
        }
        let [course_code, title_en, title_fr] = ["course_code", "title_en", "title_fr"].map(|c| row.get(c).to_owned());
        Evaluation { id, institution_id, course_code, title_en, title_fr, starts_at }
    }

    fn candidate(&mut self, row: &mut Row<'_>) -> Candidate {
        let id = unique(row, "candidate_id", &self.candidates);
        let institution_id = self.known_institution(row);
        let written = row.get("email");
        let email = Address::parse(written).map(|a| a.as_str().to_owned()).unwrap_or_else(|| {
            row.fault(format!("email `{written}` is no address"), "Write the one address that signs in.");
            String::new()
        });
        if let Some(line) = self.addresses.line_of(&email).filter(|_| !email.is_empty()) {
            row.fault(format!("email `{email}` stands {} too", Row::at(line)), "An address belongs to one candidate.");
        }
        let language = row.language();
        if kept(row) {
            self.candidates.add(&id, row.place.line());
            self.addresses.add(&email, row.place.line());
        }
        let [first_name, last_name] = ["first_name", "last_name"].map(|c| row.get(c).to_owned());
        Candidate { id, first_name, last_name, email, institution_id, language }
    }

    fn known_candidate(&self, row: &mut Row<'_>) -> String {
        let id = row.get("candidate_id").to_owned();
        if self.knows(Table::Candidates) && self.candidates.line_of(&id).is_none() {
            unknown(row, "candidate", &id, Table::Candidates);
        }
        id
    }

    fn registration(&mut self, row: &mut Row<'_>) -> Record {
        let candidate_id = self.known_candidate(row);
        let evaluation_id = row.get("evaluation_id").to_owned();
        if self.knows(Table::Evaluations) && self.evaluations.line_of(&evaluation_id).is_none() {
            unknown(row, "evaluation", &evaluation_id, Table::Evaluations);
        }
        let both = format!("{candidate_id}\0{evaluation_id}");
        match self.registrations.line_of(&both) {
            Some(line) => twice(row, &format!("the registration of `{candidate_id}` for `{evaluation_id}`"), line),
            None => self.registrations.add(&both, row.place.line()),
        }
        Record::Registration { candidate_id, evaluation_id }
    }

    fn invitation(&mut self, row: &mut Row<'_>) -> Invitation {
        let id = unique(row, "invitation_id", &self.invitations);
        let candidate_id = self.known_candidate(row);
        let [sent_at, activation_started_at, activated_at] = ["sent_at", "activation_started_at", "activated_at"].map(|c| row.time(c));
        if kept(row) {
            self.invitations.add(&id, row.place.line());
        }
        Invitation { id, candidate_id, code: self.seal.code(row.get("code")), sent_at, activation_started_at, activated_at }
    }
}

/// Whether others may refer to this row. A file's faulty row counts, or each row that names it would be a fault too; a database's is left out.
fn kept(row: &Row<'_>) -> bool {
    row.faults.is_empty() || row.place != Place::Database
}

fn named(row: &mut Row<'_>, column: &str) -> String {
    let id = row.get(column).to_owned();
    if id.is_empty() {
        row.fault(format!("{column} is empty"), "Give every row its id.");
    }
    id
}

fn unique(row: &mut Row<'_>, column: &str, seen: &Seen) -> String {
    let id = named(row, column);
    if let Some(line) = seen.line_of(&id).filter(|_| !id.is_empty()) {
        twice(row, &format!("{column} `{id}`"), line);
    }
    id
}

fn twice(row: &mut Row<'_>, what: &str, line: u32) {
    row.fault(format!("{what} stands {} too", Row::at(line)), "Remove one of the two rows.");
}

fn unknown(row: &mut Row<'_>, what: &str, id: &str, table: Table) {
    let place = if row.place == Place::Database { table.view() } else { table.file() };
    row.fault(format!("{what} `{id}` is not in {place}"), "Add it there, or mend the id.");
}

/// Which texts were met, and in which line. A million ids are held as 128 bits each, not as text.
#[derive(Debug, Default)]
struct Seen {
    lines: HashMap<(u64, u64), u32>,
    states: [RandomState; 2],
}

impl Seen {
    fn key(&self, text: &str) -> (u64, u64) {
        let [a, b] = &self.states;
        (a.hash_one(text), b.hash_one(text))
    }

    fn line_of(&self, text: &str) -> Option<u32> {
        self.lines.get(&self.key(text)).copied()
    }

    fn add(&mut self, text: &str, line: u32) {
        let key = self.key(text);
        self.lines.entry(key).or_insert(line);
    }
}
