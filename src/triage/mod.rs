//! The pure flow put together: a verdict is a function of (message, directory, rules, now).

pub mod continued;
pub mod corrected;
pub mod examples;
mod forms;
pub mod playbook;
pub mod report;

use jiff::Timestamp;

use crate::draft::{Draft, write};
use crate::facts::{self, Facts, Found, Place};
use crate::message::{Message, parse};
use crate::people::{Claim, Person, directory::Directory};
use crate::rules::{Situation, Verdict, decide};
use playbook::Playbook;

/// What a message is and says.
#[derive(Debug, Clone)]
pub struct Reading {
    /// What came.
    pub message: Message,
    /// What it says.
    pub facts: Facts,
}

/// Everything concluded of one message.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What came.
    pub message: Message,
    /// What it says (the course may have been read with the register's help).
    pub facts: Facts,
    /// Who it is about.
    pub person: Person,
    /// The conclusion.
    pub verdict: Verdict,
    /// The reply, where one is due.
    pub draft: Option<Draft>,
}

/// Reads one message; needs no directory, no network, no settings.
pub fn read(raw: &[u8], playbook: &Playbook) -> Reading {
    let mut message = parse::message(raw, &playbook.identity);
    let form = forms::is_form(&message, &playbook.identity);
    if form {
        forms::before_reading(&mut message, &playbook.identity);
    }
    let facts = facts::extract(&message, &playbook.lexicon);
    if form {
        forms::after_reading(&mut message, &facts, &playbook.identity);
    }
    Reading { message, facts }
}

/// Settles who it is about, what follows, and what to say.
pub fn settle(reading: Reading, directory: &Directory, playbook: &Playbook, now: Timestamp) -> Outcome {
    let Reading { message, mut facts } = reading;
    if facts.course.is_none() && message.automatic.is_none() {
        facts.course = course_of_the_register(&message, directory);
        facts.course_by_register = facts.course.is_some();
    }
    let claim = claim(&message, &facts);
    let institutions = directory.institutions_named(&claim);
    let zone = institutions.first().map(|i| i.time_zone.clone());
    // A machine's mail is about nobody: what it quotes must not look like a request.
    let person = if message.automatic.is_some() { Person::Nobody(Vec::new()) } else { directory.resolve(&claim) };
    conclude(message, facts, person, zone.as_deref(), !institutions.is_empty(), playbook, now)
}

/// The conclusion once the person is known.
pub(crate) fn conclude(
    message: Message,
    facts: Facts,
    person: Person,
    named_zone: Option<&str>,
    institution_named: bool,
    playbook: &Playbook,
    now: Timestamp,
) -> Outcome {
    let situation = Situation { message: &message, facts: &facts, person: &person, named_zone, institution_named, vouched: false, now };
    let verdict = decide::verdict(&playbook.rulebook, &situation, &playbook.limits);
    let draft = write::reply(&verdict, &situation, &playbook.templates, verdict.proof);
    Outcome { message, facts, person, verdict, draft }
}

/// A course code or title of the register that stands in the subject or in the person's own words.
fn course_of_the_register(message: &Message, directory: &Directory) -> Option<Found<String>> {
    let places = [(Place::Body, &message.clean), (Place::Subject, &message.subject)];
    places.into_iter().find_map(|(place, text)| directory.course_in(text).map(|(value, span)| Found { value, place, span }))
}

/// The question that the message puts to the directory.
fn claim(message: &Message, facts: &Facts) -> Claim {
    let value = |fact: &Option<Found<String>>| fact.as_ref().map(|f| f.value.clone());
    let name = message.sender_name().trim();
    let signature = message.signature.as_deref().unwrap_or_default();
    Claim {
        email_used: value(&facts.email_used),
        sender: message.speaker.as_ref().map(|a| a.as_str().to_owned()),
        display_name: (!name.is_empty()).then(|| name.to_owned()),
        first_name: value(&facts.first_name),
        last_name: value(&facts.last_name),
        course: value(&facts.course),
        institution: Some(format!("{}\n{}\n{signature}", message.subject, message.clean)),
        for_another: facts.for_another,
    }
}
