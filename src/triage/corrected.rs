//! What people say is otherwise, laid over what was read and found. A ticket that somebody corrected is never answered by a machine.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use super::continued::continued;
use super::playbook::Playbook;
use super::{Outcome, Reading, claim, course_of_the_register, read};
use crate::draft::write;
use crate::facts::{Facts, Found, Intent, Language, Place, Problem};
use crate::people::{Evidence, MatchKind, Near, Person, directory::Directory};
use crate::rules::{Action, Situation, decide};

/// A fact that can be corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields of Facts, documented there")]
pub enum FactKind {
    FirstName,
    LastName,
    EmailUsed,
    ErrorText,
    Course,
    EvaluationOn,
    EvaluationTime,
    InvitationCode,
}

impl FactKind {
    /// All of them, in the order in which a person names them.
    pub const ALL: [Self; 8] = [
        Self::FirstName,
        Self::LastName,
        Self::EmailUsed,
        Self::Course,
        Self::EvaluationOn,
        Self::EvaluationTime,
        Self::ErrorText,
        Self::InvitationCode,
    ];
}

/// One thing that a person says is otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Correction {
    /// It is this case.
    Case(String),
    /// It is this candidate.
    Person(String),
    /// It is not this candidate.
    NotPerson(String),
    /// The fact is this; `None`: there is none.
    Fact(FactKind, Option<String>),
    /// The person writes in this language.
    Language(Language),
    /// A person wrote it, no machine.
    NotAutomatic,
    /// The sender is this candidate: a member of staff answers for it.
    Vouched(String),
}

impl Correction {
    /// What it is about: a later correction of the same kind takes the place of an earlier one.
    pub fn kind(&self) -> String {
        match self {
            Self::Case(_) => "case".into(),
            Self::Person(_) => "person".into(),
            Self::NotPerson(id) => format!("not_person.{id}"),
            Self::Fact(kind, _) => {
                let name = serde_json::to_value(kind).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
                format!("fact.{name}")
            }
            Self::Language(_) => "language".into(),
            Self::NotAutomatic => "not_automatic".into(),
            Self::Vouched(_) => "vouched".into(),
        }
    }

    /// Why it cannot be meant, if it cannot: a day or a time that is none.
    pub fn is_sound(&self) -> bool {
        match self {
            Self::Fact(FactKind::EvaluationOn, Some(value)) => value.parse::<Date>().is_ok(),
            Self::Fact(FactKind::EvaluationTime, Some(value)) => value.parse::<Time>().is_ok(),
            Self::Fact(_, Some(value)) => !value.trim().is_empty() && value.chars().count() <= 500,
            _ => true,
        }
    }
}

/// The conclusion of a conversation anew. `said`: the raw messages, oldest first; `None`: there are none.
pub fn again(said: &[&[u8]], corrections: &[Correction], directory: &Directory, playbook: &Playbook, now: Timestamp) -> Option<Outcome> {
    let mut readings: Vec<Reading> = said.iter().map(|raw| read(raw, playbook)).collect();
    let newest = readings.pop()?;
    let reading = if corrections.contains(&Correction::NotAutomatic) { by_a_person(newest) } else { newest };
    Some(settle(continued(readings, reading), corrections, directory, playbook, now))
}

fn by_a_person(mut reading: Reading) -> Reading {
    reading.message.automatic = None;
    reading.message.automatic_why.clear();
    reading
}

/// What of the corrections still counts beside a newer message: not the case, where that message says itself what is wrong or that all is
/// well, and not a fact that it states anew.
pub fn still_meant(corrections: Vec<Correction>, newest: &Reading) -> Vec<Correction> {
    let facts = &newest.facts;
    let outright = |p: &Found<Problem>| p.value != Problem::Other && !facts.proposed.contains(&p.value);
    let speaks = facts.problems.iter().any(outright) || matches!(facts.intent, Intent::Resolved | Intent::Unrelated);
    let states = |kind| match kind {
        FactKind::FirstName => facts.first_name.is_some(),
        FactKind::LastName => facts.last_name.is_some(),
        FactKind::EmailUsed => facts.email_used.is_some(),
        FactKind::ErrorText => facts.error_text.is_some(),
        FactKind::Course => facts.course.is_some(),
        FactKind::EvaluationOn | FactKind::EvaluationTime => facts.evaluation_on.is_some(),
        FactKind::InvitationCode => facts.invitation_code.is_some(),
    };
    let meant = |c: &Correction| match c {
        Correction::Case(_) => !speaks,
        Correction::Fact(kind, _) => !states(*kind),
        _ => true,
    };
    corrections.into_iter().filter(meant).collect()
}

/// As [`super::settle`], by what people said too.
pub fn settle(reading: Reading, corrections: &[Correction], directory: &Directory, playbook: &Playbook, now: Timestamp) -> Outcome {
    if corrections.is_empty() {
        return super::settle(reading, directory, playbook, now);
    }
    let Reading { message, mut facts } = reading;
    let message = if corrections.contains(&Correction::NotAutomatic) {
        by_a_person(Reading { message, facts: facts.clone() }).message
    } else {
        message
    };
    if facts.course.is_none() && message.automatic.is_none() {
        facts.course = course_of_the_register(&message, directory);
        facts.course_by_register = facts.course.is_some();
    }
    corrections.iter().for_each(|c| lay_over(&mut facts, c));
    let claim = claim(&message, &facts);
    let institutions = directory.institutions_named(&claim);
    let zone = institutions.first().map(|i| i.time_zone.clone());
    let found = if message.automatic.is_some() { Person::Nobody(Vec::new()) } else { directory.resolve(&claim) };
    let sender = message.sender.as_ref().map(|s| s.as_str().to_owned());
    let person = chosen(found, corrections, sender.as_deref(), directory);
    let situation = Situation {
        message: &message,
        facts: &facts,
        person: &person,
        named_zone: zone.as_deref(),
        institution_named: !institutions.is_empty(),
        vouched: person.registered().is_some_and(|r| corrections.contains(&Correction::Vouched(r.candidate.id.clone()))),
        now,
    };
    let case = corrections.iter().rev().find_map(|c| if let Correction::Case(name) = c { Some(name.as_str()) } else { None });
    let by_case = case.and_then(|name| decide::as_case(&playbook.rulebook, &situation, &playbook.limits, name));
    let mut verdict = by_case.unwrap_or_else(|| decide::verdict(&playbook.rulebook, &situation, &playbook.limits));
    verdict.action = match verdict.action {
        Action::AutoReply => Action::Draft,
        // Whoever says which case it is, or that a person wrote it, does not want it passed over.
        Action::Ignore if case.is_some() || corrections.contains(&Correction::NotAutomatic) => Action::HandOver,
        action => action,
    };
    let draft = write::reply(&verdict, &situation, &playbook.templates, verdict.proof);
    Outcome { message, facts, person, verdict, draft }
}

fn lay_over(facts: &mut Facts, correction: &Correction) {
    let (kind, value) = match correction {
        Correction::Language(language) => {
            facts.language = *language;
            return;
        }
        Correction::Fact(kind, value) => (*kind, value),
        _ => return,
    };
    let text = value.clone().map(said);
    match kind {
        FactKind::FirstName => facts.first_name = text,
        FactKind::LastName => facts.last_name = text,
        FactKind::EmailUsed => facts.email_used = value.as_deref().map(|v| said(v.trim().to_lowercase())),
        FactKind::ErrorText => facts.error_text = text,
        FactKind::Course => {
            facts.course = text;
            facts.course_by_register = false;
        }
        FactKind::EvaluationOn => facts.evaluation_on = value.as_deref().and_then(|v| v.parse().ok()).map(said),
        FactKind::EvaluationTime => facts.evaluation_time = value.as_deref().and_then(|v| v.parse().ok()).map(said),
        FactKind::InvitationCode => facts.invitation_code = text,
    }
}

/// It stands in no text: a person said it.
fn said<T>(value: T) -> Found<T> {
    Found { value, place: Place::Before, span: 0..0 }
}

/// The person that staff chose, or the one found, unless staff say that it is not.
fn chosen(found: Person, corrections: &[Correction], sender: Option<&str>, directory: &Directory) -> Person {
    let choice = corrections.iter().rev().find_map(|c| if let Correction::Person(id) = c { Some(id.as_str()) } else { None });
    let by_staff =
        Evidence { en: "staff say that it is this person".into(), fr: "le personnel dit que c'est cette personne".into(), points: 100 };
    let found = match found {
        Person::Found { registered, kind, mut evidence, others, name_conflict, .. } if choice == Some(registered.candidate.id.as_str()) => {
            evidence.insert(0, by_staff);
            return Person::Found { registered, kind, score: 1.0, evidence, others, name_conflict };
        }
        found => found,
    };
    if let Some(registered) = choice.and_then(|id| directory.registered(id)) {
        let near: Vec<Near> = others(found);
        let known = near.iter().find(|n| n.candidate.id == registered.candidate.id).map(|n| n.evidence.clone()).unwrap_or_default();
        let kind = if sender == Some(registered.candidate.email.as_str()) { MatchKind::Exact } else { MatchKind::Name };
        let mut evidence = vec![Evidence {
            en: "staff say that it is this person".into(),
            fr: "le personnel dit que c'est cette personne".into(),
            points: 100,
        }];
        evidence.extend(known);
        let others = near.into_iter().filter(|n| n.candidate.id != registered.candidate.id).collect();
        return Person::Found { registered: Box::new(registered), kind, score: 1.0, evidence, others, name_conflict: false };
    }
    let refused = |id: &str| corrections.iter().any(|c| matches!(c, Correction::NotPerson(no) if no == id));
    match found {
        Person::Found { registered, others, .. } if refused(&registered.candidate.id) => {
            Person::Nobody(others.into_iter().filter(|n| !refused(&n.candidate.id)).collect())
        }
        Person::Several(near) => Person::Several(near.into_iter().filter(|n| !refused(&n.candidate.id)).collect()),
        Person::Nobody(near) => Person::Nobody(near.into_iter().filter(|n| !refused(&n.candidate.id)).collect()),
        found => found,
    }
}

fn others(person: Person) -> Vec<Near> {
    match person {
        Person::Found { registered, kind, score, evidence, others, .. } => {
            let first = Near { candidate: registered.candidate, kind, score, evidence };
            std::iter::once(first).chain(others).collect()
        }
        Person::Several(near) | Person::Nobody(near) => near,
    }
}
