//! Faults of the five files, each as somebody's export has it.

use super::*;

const INSTITUTIONS: &str = "institution_id,name,domains,coordinator_name,coordinator_email,language,time_zone\nI1,Uni,uni.example,Léa,lea@uni.example,fr,America/Toronto\nI2,Poly,poly.example,Bo,bo@poly.example,en,America/Toronto\n";
const EVALUATIONS: &str =
    "evaluation_id,institution_id,course_code,title_en,title_fr,starts_at\nE1,I1,CHEM 1,Chemistry,Chimie,2026-11-12T09:00:00-05:00\n";
const CANDIDATES: &str = "candidate_id,first_name,last_name,email,institution_id,language\nC1,Ada,Roy,Ada.Roy@uni.example,I1,en\nC2,Zoé,Roy,zoe@uni.example,I1,fr\n";
const REGISTRATIONS: &str = "candidate_id,evaluation_id\nC1,E1\n";
const INVITATIONS: &str =
    "invitation_id,candidate_id,code,sent_at,activation_started_at,activated_at\nV1,C1,ABCD-1234,2026-11-01T09:00:00-05:00,,\n";

fn good() -> Vec<(String, Vec<u8>)> {
    FILES.iter().zip([INSTITUTIONS, EVALUATIONS, CANDIDATES, REGISTRATIONS, INVITATIONS]).map(|(n, t)| ((*n).into(), t.into())).collect()
}

fn options(as_of: Option<Timestamp>) -> Options {
    Options { seal: Seal::new(&[1; 32]), as_of }
}

fn with(table: Table, bytes: impl Into<Vec<u8>>) -> Vec<(String, Vec<u8>)> {
    let mut files = good();
    files.iter_mut().find(|(name, _)| name == table.file()).unwrap().1 = bytes.into();
    files
}

fn faults(files: &[(String, Vec<u8>)]) -> Vec<String> {
    let told = tables(files).expect_err("there are faults").0;
    told.iter().map(|f| f.to_string().lines().next().unwrap().to_owned()).collect()
}

#[test]
fn five_good_files_make_a_register() {
    let tables = tables(&good()).unwrap();
    assert_eq!((tables.candidates[0].email.as_str(), tables.invitations.len()), ("ada.roy@uni.example", 1));
}

/// Each of `cases` (says, what is added to the good file, the one fault told).
fn added(table: Table, good: &str, cases: &[(&str, &str, &str)]) {
    for (says, text, expected) in cases {
        let files = with(table, format!("{good}{text}"));
        assert_eq!(faults(&files), [format!("{}:{expected}", table.file())], "{says}");
        // What was written is told to whoever mends it, and stands in no log.
        let (logged, written) = (tables(&files).unwrap_err().logged(), expected.split('`').skip(1).step_by(2));
        assert!(written.clone().all(|value| !logged.contains(&format!("`{value}`"))), "{says}: {logged}");
    }
}

#[test]
fn each_fault_of_a_candidate_is_told_with_its_line() {
    let cases = [
        ("an id twice", "C1,Bo,Li,bo@uni.example,I1,en\n", "4: candidate_id `C1` stands in line 2 too"),
        ("an address twice", "C3,Bo,Li,ADA.roy@uni.example,I1,en\n", "4: email `ada.roy@uni.example` stands in line 2 too"),
        ("no id", ",Bo,Li,bo@uni.example,I1,en\n", "4: candidate_id is empty"),
        ("no address", "C3,Bo,Li,bo at uni,I1,en\n", "4: email `bo at uni` is no address"),
        ("an unknown institution", "C3,Bo,Li,bo@uni.example,I9,en\n", "4: institution `I9` is not in institutions.csv"),
        ("a third language", "C3,Bo,Li,bo@uni.example,I1,de\n", "4: language `de` is neither en nor fr"),
        (
            "after a quoted line end",
            "C3,\"B\no\",Li,b@uni.example,I1,en\nC4,Al,Li,a@uni.example,I1,de\n",
            "6: language `de` is neither en nor fr",
        ),
        ("too few fields", "C3,Bo\nC4,Al,Li,al@uni.example,I1,en\n", "4: 2 fields instead of 6"),
        ("half-written", "C3,Bo,L", "4: the file ends in the middle of this row (3 fields instead of 6): it is half-written"),
        ("a quote never closed", "C3,\"Bo,Li,b@uni.example\nC4,Al\n", "4: 2 fields instead of 6: a quote in this row is never closed"),
        ("cut within quotes", "C3,Bo,Li,b@uni.example,I1,\"en", " ends within quotes: it is half-written, or a quote is never closed"),
        ("a NUL", "C3,B\0o,Li,bo@uni.example,I1,en\n", "4: a field holds a NUL character"),
    ];
    added(Table::Candidates, CANDIDATES, &cases);
}

#[test]
fn each_fault_of_the_other_tables_is_told_with_its_line() {
    let institutions = [
        ("a web-mail domain", "I3,X,gmail.com,,,en,UTC\n", "4: `gmail.com` is a web-mail domain: it belongs to no institution"),
        ("no domain", "I3,X,*.x.example,,,en,UTC\n", "4: `*.x.example` is no mail domain"),
        ("a domain of two", "I3,X,x.example UNI.example,,,en,UTC\n", "4: `uni.example` belongs to I1 in line 2 too"),
        ("no zone", "I3,X,x.example,,,en,Moon/Base\n", "4: time_zone `Moon/Base` is unknown"),
        ("no coordinator's address", "I3,X,x.example,Bo,bo,en,UTC\n", "4: coordinator_email `bo` is no address"),
    ];
    added(Table::Institutions, INSTITUTIONS, &institutions);
    added(Table::Evaluations, EVALUATIONS, &[("no start", "E2,I1,X,X,X,\n", "3: starts_at is empty")]);
    let registrations = [
        ("twice", "C1,E1\n", "3: the registration of `C1` for `E1` stands in line 2 too"),
        ("an unknown evaluation", "C2,E9\n", "3: evaluation `E9` is not in evaluations.csv"),
    ];
    added(Table::Registrations, REGISTRATIONS, &registrations);
    let invitations = [
        ("a bad time", "V2,C1,X,12/11/2026,,\n", "3: sent_at `12/11/2026` is no time"),
        ("a time without offset", "V2,C1,X,2026-11-12T09:00:00,,\n", "3: sent_at `2026-11-12T09:00:00` is no time"),
        ("an unknown candidate", "V2,C9,X,,,\n", "3: candidate `C9` is not in candidates.csv"),
    ];
    added(Table::Invitations, INVITATIONS, &invitations);
}

#[test]
fn a_file_without_what_it_needs_is_told() {
    let header = CANDIDATES.lines().next().unwrap();
    let cases = [
        ("nothing", String::new(), "candidates.csv: is empty"),
        ("a header alone", header.to_owned(), "candidates.csv: has no rows"),
        ("a wrong column", CANDIDATES.replace("email", "e-mail"), "candidates.csv:1: there is no column email"),
        ("a column twice", CANDIDATES.replace("language", "language,email"), "candidates.csv:1: the column email stands twice"),
    ];
    for (says, text, expected) in cases {
        assert_eq!(faults(&with(Table::Candidates, text)), [expected], "{says}");
    }
}

#[test]
fn all_faults_of_all_files_are_told_at_once_and_a_missing_file_blames_no_other() {
    let mut files = with(Table::Evaluations, EVALUATIONS.replace("2026-11-12T09:00:00-05:00", "soon"));
    files.retain(|(name, _)| name != "institutions.csv");
    assert_eq!(faults(&files), ["institutions.csv: is missing", "evaluations.csv:2: starts_at `soon` is no time"]);
}

#[test]
fn a_file_in_the_wrong_format_does_not_drown_the_others() {
    let mut text = CANDIDATES.to_owned();
    (10..400).for_each(|n| text.push_str(&format!("C{n},A,B,a{n}@uni.example,I1,de\n")));
    let mut files = with(Table::Candidates, text);
    files[4].1.extend_from_slice(b"V2,C1,X,never,,\n");
    let told = faults(&files);
    assert_eq!(told.len(), MOST_FAULTS + 2);
    assert!(told.contains(&"candidates.csv: 340 further faults".into()), "{told:?}");
    assert!(told.contains(&"invitations.csv:3: sent_at `never` is no time".into()), "{told:?}");
}

#[test]
fn spreadsheets_are_understood() {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let cases: [(&str, Vec<u8>); 7] = [
        ("a byte order mark and semicolons", format!("\u{feff}{}", CANDIDATES.replace(',', ";")).into()),
        ("tabs", CANDIDATES.replace(',', "\t").into()),
        ("Windows-1252", CANDIDATES.replace('é', "\u{1}").bytes().map(|b| if b == 1 { 0xe9 } else { b }).collect()),
        ("UTF-16 with tabs", [b"\xff\xfe".to_vec(), utf16(&CANDIDATES.replace(',', "\t"))].concat()),
        ("CRLF", CANDIDATES.replace('\n', "\r\n").into()),
        ("no line end at its end", CANDIDATES.trim_end().into()),
        ("lines of nothing but separators, other case, columns moved", "LANGUAGE, Candidate_ID ,first_name,last_name,email,institution_id,note\nen,C1,Ada,Roy,Ada.Roy@uni.example,I1,\n,,,,,,\nfr,C2,Zoé,Roy,zoe@uni.example,I1,x\n".into()),
    ];
    let expected = tables(&good()).unwrap().candidates;
    for (says, bytes) in cases {
        assert_eq!(tables(&with(Table::Candidates, bytes)).unwrap().candidates, expected, "{says}");
    }
}

#[test]
fn a_domain_below_another_institutions_is_taken_and_said() {
    let files = with(Table::Institutions, format!("{INSTITUTIONS}I3,School,law.uni.example,,,en,UTC\n"));
    let mut open = |table: Table| {
        let bytes = files.iter().find(|(name, _)| name == table.file()).unwrap().1.clone();
        Ok(Some(Box::new(io::Cursor::new(bytes)) as Box<dyn Read>))
    };
    let remarks = read(&mut open, &options(None), &mut Tables::default()).unwrap();
    let told: Vec<_> = remarks.iter().map(|r| (r.line, r.what.as_str())).collect();
    assert_eq!(told, [(Some(4), "a domain of I3 lies below one of I1: `law.uni.example` below `uni.example`")]);
}

#[test]
fn a_last_row_without_a_line_end_is_taken_and_said() {
    let remarks = |files: Vec<(String, Vec<u8>)>| {
        let mut open = |table: Table| {
            let bytes = files.iter().find(|(name, _)| name == table.file()).unwrap().1.clone();
            Ok(Some(Box::new(io::Cursor::new(bytes)) as Box<dyn Read>))
        };
        read(&mut open, &options(None), &mut Tables::default()).unwrap().iter().map(Fault::logged).collect::<Vec<_>>()
    };
    assert!(remarks(good()).is_empty());
    let told = remarks(with(Table::Candidates, CANDIDATES.trim_end()));
    assert_eq!(told, ["candidates.csv: the last row has no line end: its last field may be cut"]);
}

#[test]
fn sample_times_are_one_fault_a_file_unless_they_are_given_a_meaning() {
    let files = with(Table::Evaluations, format!("{}E2,I1,X,X,X,{{+3d}}\nE3,I1,X,X,X,{{-3d}}\n", EVALUATIONS));
    let told = faults(&files);
    assert!(told.len() == 1 && told[0].starts_with("evaluations.csv:3: holds times of the samples"), "{told:?}");
    let mut open = |table: Table| {
        let bytes = files.iter().find(|(name, _)| name == table.file()).unwrap().1.clone();
        Ok(Some(Box::new(io::Cursor::new(bytes)) as Box<dyn Read>))
    };
    let mut tables = Tables::default();
    read(&mut open, &options(Some("2026-11-01T00:00:00Z".parse().unwrap())), &mut tables).unwrap();
    assert_eq!(tables.evaluations[1].starts_at.to_string(), "2026-11-04T00:00:00Z");
}

#[test]
fn whatever_bytes_stand_in_a_file_reading_ends_with_an_answer() {
    use proptest::prelude::*;
    proptest!(ProptestConfig::with_cases(200), |(at in 0..5_usize, cut in 0..400_usize, noise in proptest::collection::vec(any::<u8>(), 0..60))| {
        let mut files = good();
        let bytes = &mut files[at].1;
        let cut = cut.min(bytes.len());
        bytes.splice(cut..cut, noise);
        drop(tables(&files));
    });
}
