//! The examples of the meanings, and those of the case files run through the whole rulebook: a rule that another one shadows or breaks
//! fails here.

use jiff::{Timestamp, ToSpan};

use super::playbook::Playbook;
use super::{Outcome, conclude, read};
use crate::facts::{Language, Lexicon, Problem};
use crate::people::codes::Seal;
use crate::people::{Candidate, Evaluation, Institution, Invitation, InvitationState, MatchKind, Person, Registered};
use crate::rules::reasons;
use crate::rules::rulebook::Example;

/// One example and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// `cases/120-code-expired.toml`, and which of its examples, counted from 1.
    pub name: String,
    /// The first words of the example.
    pub words: String,
    /// What the file asks for: `code_expired`, or `not code_expired`.
    pub expected: String,
    /// The case that the rulebook came to.
    pub got: String,
    /// Whether that is what the file asks for.
    pub passed: bool,
}

/// Runs every example and counterexample of every meaning and of every case.
pub fn check(playbook: &Playbook) -> Vec<Checked> {
    let mut checked = check_meanings(&playbook.lexicon);
    for case in &playbook.rulebook.cases {
        let name = case.rule.case.as_str();
        for (at, example) in case.rule.example.iter().enumerate() {
            let got = judge(example, playbook).verdict.case;
            let name_of = format!("{} example {}", case.file, at + 1);
            checked.push(Checked { name: name_of, words: words(example), expected: name.to_owned(), passed: got == name, got });
        }
        for (at, example) in case.rule.counterexample.iter().enumerate() {
            let got = judge(example, playbook).verdict.case;
            let passed = example.expect.as_ref().map_or(got != name, |wanted| *wanted == got);
            let expected = example.expect.clone().unwrap_or_else(|| format!("not {name}"));
            checked.push(Checked {
                name: format!("{} counterexample {}", case.file, at + 1),
                words: words(example),
                expected,
                passed,
                got,
            });
        }
    }
    checked
}

/// A meaning is heard in its examples, and no meaning of another problem is; in its counterexamples it is not.
fn check_meanings(lexicon: &Lexicon) -> Vec<Checked> {
    let mut checked = Vec::new();
    for (at, entry) in lexicon.meanings().iter().enumerate() {
        let name = |what: &str, n: usize| format!("reading/meanings.toml meaning {} {what} {}", at + 1, n + 1);
        for (n, text) in entry.examples.iter().enumerate() {
            let meant = lexicon.meant(text);
            let passed = meant.iter().any(|(other, _)| *other == at) && meant.iter().all(|(_, problem)| *problem == entry.problem);
            let expected = format!("“{}”, and nothing else", reasons::problem(entry.problem).0);
            checked.push(Checked { name: name("example", n), words: beginning(text), expected, got: told(&meant), passed });
        }
        for (n, text) in entry.counterexamples.iter().enumerate() {
            let meant = lexicon.meant(text);
            let passed = meant.iter().all(|(other, _)| *other != at);
            let expected = format!("not heard by meaning {}", at + 1);
            checked.push(Checked { name: name("counterexample", n), words: beginning(text), expected, got: told(&meant), passed });
        }
    }
    checked
}

/// What was heard, for people: `code_rejected by meaning 1, link_dead by meaning 4`.
fn told(meant: &[(usize, Problem)]) -> String {
    let each: Vec<String> = meant.iter().map(|(at, problem)| format!("“{}” by meaning {}", reasons::problem(*problem).0, at + 1)).collect();
    if each.is_empty() { "nothing".into() } else { each.join(", ") }
}

fn words(example: &Example) -> String {
    beginning(&example.text)
}

fn beginning(text: &str) -> String {
    text.chars().take(60).collect()
}

/// Judges an example as a mail from a proven sender whom the register knows as the example says.
pub fn judge(example: &Example, playbook: &Playbook) -> Outcome {
    let reading = read(mail(example, playbook).as_bytes(), playbook);
    let now = reading.message.moment().unwrap_or(Timestamp::UNIX_EPOCH);
    conclude(reading.message, reading.facts, person(example, now), None, false, playbook, now)
}

fn mail(example: &Example, playbook: &Playbook) -> String {
    let own = playbook.identity.own.first().map_or("support@nexam.example", |a| a.as_str());
    let headers: String = example.headers.iter().map(|h| format!("{h}\r\n")).collect();
    format!(
        "Authentication-Results: {id}; dmarc=pass header.from=uni.example\r\nFrom: ada.roy@uni.example\r\nTo: {own}\r\nSubject: {subject}\r\n\
         Date: Mon, 02 Nov 2026 09:00:00 -0500\r\nMessage-ID: <example@uni.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n{headers}\r\n{text}\r\n",
        id = playbook.identity.authserv_id,
        subject = example.subject,
        text = example.text.replace('\n', "\r\n"),
    )
}

fn person(example: &Example, now: Timestamp) -> Person {
    match example.matched {
        MatchKind::Ambiguous => Person::Several(Vec::new()),
        MatchKind::None => Person::Nobody(Vec::new()),
        kind => Person::Found {
            registered: Box::new(registered(example.state, now)),
            kind,
            score: 1.0,
            evidence: Vec::new(),
            others: Vec::new(),
            name_conflict: false,
        },
    }
}

/// Ada Roy, with an evaluation in a month, one older invitation (code OLD7-4KTR-18) and a newest one (code NEW7-4KTR-18) in `state`.
pub fn registered(state: InvitationState, now: Timestamp) -> Registered {
    let at = |days: i64| now.checked_add((days * 24).hours()).ok();
    let sent = |days: i64| if state == InvitationState::NotInvited { None } else { at(days) };
    let newest = if state == InvitationState::Expired { -40 } else { -5 };
    let invitation = |id: &str, code: &str, days: i64, started: bool, done: bool| Invitation {
        id: id.into(),
        candidate_id: "C1".into(),
        // Nothing of an example is stored: any key will do.
        code: Seal::new(&[0; 32]).code(code),
        sent_at: sent(days),
        activation_started_at: at(days + 1).filter(|_| started),
        activated_at: at(days + 1).filter(|_| done),
    };
    let (started, done) = (state == InvitationState::ActivationStarted, state == InvitationState::Activated);
    Registered {
        candidate: Candidate {
            id: "C1".into(),
            first_name: "Ada".into(),
            last_name: "Roy".into(),
            email: "ada.roy@uni.example".into(),
            institution_id: "I1".into(),
            language: Language::En,
        },
        institution: Institution {
            id: "I1".into(),
            name: "University".into(),
            domains: vec!["uni.example".into()],
            coordinator_name: "Léa Roux".into(),
            coordinator_email: "lea.roux@uni.example".into(),
            language: Language::En,
            time_zone: "America/Toronto".into(),
        },
        evaluations: vec![Evaluation {
            id: "E1".into(),
            institution_id: "I1".into(),
            course_code: "CHEM 2301".into(),
            title_en: "Organic Chemistry".into(),
            title_fr: "Chimie organique".into(),
            starts_at: at(30).unwrap_or(now),
        }],
        invitations: vec![
            invitation("V1", "OLD7-4KTR-18", -60, false, false),
            invitation("V2", "NEW7-4KTR-18", newest, started || done, done),
        ],
    }
}
