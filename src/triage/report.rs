//! What `usher read --json` and `usher triage --json` print: a contract with whoever reads them.

use serde::Serialize;

use super::{Outcome, Reading};
use crate::facts::{DateMention, EmailMention, Facts, Intent, Language, Problem, Tried};
use crate::message::{Attachment, Automatic, Mailbox, Message};
use crate::people::{InvitationState, MatchKind, Near, Person};
use crate::rules::{Action, Missing, Proof, Urgency};

/// One line of `usher read --json`.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the names are the documented keys")]
pub struct ReadLine<'a> {
    pub file: &'a str,
    pub from: &'a [Mailbox],
    pub to: &'a [Mailbox],
    pub cc: &'a [Mailbox],
    pub reply_to: &'a [Mailbox],
    pub subject: &'a str,
    pub date: Option<String>,
    pub text: &'a str,
    pub new_text: &'a str,
    pub clean: &'a str,
    pub quoted: Option<&'a str>,
    pub signature: Option<&'a str>,
    pub attachments: &'a [Attachment],
    pub automatic: Option<Automatic>,
    pub automatic_why: &'a [String],
    pub no_auto_reply: &'a [String],
    pub failed_address: Option<&'a str>,
    pub authenticated: bool,
    pub facts: FactLine<'a>,
    pub defects: &'a [String],
}

/// The facts, in both commands.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the names are the documented keys")]
pub struct FactLine<'a> {
    pub emails: Vec<EmailLine<'a>>,
    pub dates: Vec<DateLine<'a>>,
    pub language: Language,
    pub intent: Intent,
    pub problems: Vec<Problem>,
    pub proposed: &'a [Problem],
    pub tried: Vec<Tried>,
    pub first_name: Option<&'a str>,
    pub last_name: Option<&'a str>,
    pub email_used: Option<&'a str>,
    pub error_text: Option<&'a str>,
    pub course: Option<&'a str>,
    pub evaluation_on: Option<String>,
    pub evaluation_time: Option<String>,
    pub invitation_code: Option<&'a str>,
    pub for_another: bool,
}

/// An address met.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the names are the documented keys")]
pub struct EmailLine<'a> {
    pub address: &'a str,
    pub suggest: Option<&'a str>,
}

/// A date met.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the names are the documented keys")]
pub struct DateLine<'a> {
    pub text: &'a str,
    pub on: Option<String>,
    pub time: Option<String>,
}

/// One line of `usher triage --json`.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the names are the documented keys")]
pub struct TriageLine<'a> {
    pub file: &'a str,
    pub language: Language,
    pub first_name: Option<&'a str>,
    pub last_name: Option<&'a str>,
    pub email_used: Option<&'a str>,
    pub error_text: Option<&'a str>,
    pub course: Option<&'a str>,
    pub evaluation_on: Option<String>,
    pub evaluation_time: Option<String>,
    pub invitation_code: Option<&'a str>,
    pub problems: Vec<Problem>,
    pub candidate_id: Option<&'a str>,
    #[serde(rename = "match")]
    pub matched: MatchKind,
    pub invitation_state: Option<InvitationState>,
    pub urgency: Urgency,
    pub case: &'a str,
    pub action: Action,
    pub missing: &'a [Missing],
    pub because: Vec<&'a str>,
    pub because_fr: Vec<&'a str>,
    pub rule: &'a str,
    pub deadline: Option<String>,
    pub evidence: EvidenceLine<'a>,
    pub others: Vec<OtherLine<'a>>,
    pub proof: Proof,
    pub reply: Option<ReplyLine<'a>>,
    pub facts: FactLine<'a>,
    pub defects: &'a [String],
}

/// How the person was matched.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the names are the documented keys")]
pub struct EvidenceLine<'a> {
    pub kind: MatchKind,
    pub score: f64,
    pub lines: Vec<&'a str>,
    pub lines_fr: Vec<&'a str>,
    /// What each line is worth, for or against.
    pub points: Vec<i32>,
}

/// Somebody who was near.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the names are the documented keys")]
pub struct OtherLine<'a> {
    pub candidate_id: &'a str,
    pub kind: MatchKind,
    pub score: f64,
    pub lines: Vec<&'a str>,
    pub lines_fr: Vec<&'a str>,
}

/// The reply.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the names are the documented keys")]
pub struct ReplyLine<'a> {
    pub to: &'a str,
    pub subject: &'a str,
    pub text: &'a str,
    pub template: &'a str,
    pub language: Language,
}

/// The line of `usher read --json`.
pub fn read<'a>(file: &'a str, reading: &'a Reading) -> ReadLine<'a> {
    let message = &reading.message;
    ReadLine {
        file,
        from: &message.from,
        to: &message.to,
        cc: &message.cc,
        reply_to: &message.reply_to,
        subject: &message.subject,
        date: date(message),
        text: &message.text,
        new_text: &message.new_text,
        clean: &message.clean,
        quoted: message.quoted.as_deref(),
        signature: message.signature.as_deref(),
        attachments: &message.attachments,
        automatic: message.automatic,
        automatic_why: &message.automatic_why,
        no_auto_reply: &message.no_auto_reply,
        failed_address: message.failed_address.as_deref(),
        authenticated: message.is_authenticated(),
        facts: fact_line(&reading.facts),
        defects: &message.defects,
    }
}

/// The line of `usher triage --json`.
pub fn triage<'a>(file: &'a str, outcome: &'a Outcome) -> TriageLine<'a> {
    let Outcome { message, facts, person, verdict, draft } = outcome;
    TriageLine {
        file,
        language: facts.language,
        first_name: text(&facts.first_name),
        last_name: text(&facts.last_name),
        email_used: text(&facts.email_used),
        error_text: text(&facts.error_text),
        course: text(&facts.course),
        evaluation_on: facts.evaluation_on.as_ref().map(|d| d.value.to_string()),
        evaluation_time: facts.evaluation_time.as_ref().map(|t| clock(t.value)),
        invitation_code: text(&facts.invitation_code),
        problems: facts.problem_kinds(),
        candidate_id: person.registered().map(|r| r.candidate.id.as_str()),
        matched: person.kind(),
        invitation_state: verdict.state,
        urgency: verdict.urgency,
        case: &verdict.case,
        action: verdict.action,
        missing: &verdict.missing,
        because: verdict.because.iter().map(|r| r.en.as_str()).collect(),
        because_fr: verdict.because.iter().map(|r| r.fr.as_str()).collect(),
        rule: &verdict.rule,
        deadline: verdict.deadline.map(|d| d.to_string()),
        evidence: evidence(person),
        others: others(person),
        proof: verdict.proof,
        reply: draft.as_ref().map(|d| ReplyLine {
            to: d.to.as_str(),
            subject: &d.subject,
            text: &d.text,
            template: &d.template,
            language: d.language,
        }),
        facts: fact_line(facts),
        defects: &message.defects,
    }
}

fn text(fact: &Option<crate::facts::Found<String>>) -> Option<&str> {
    fact.as_ref().map(|f| f.value.as_str())
}

fn clock(time: jiff::civil::Time) -> String {
    time.strftime("%H:%M").to_string()
}

/// `Date:` by RFC 3339, in its own offset.
fn date(message: &Message) -> Option<String> {
    message.date.as_ref().map(|d| d.timestamp().display_with_offset(d.offset()).to_string())
}

fn fact_line(facts: &Facts) -> FactLine<'_> {
    FactLine {
        emails: facts
            .emails
            .iter()
            .map(|EmailMention { address, suggest, .. }| EmailLine { address, suggest: suggest.as_deref() })
            .collect(),
        dates: facts
            .dates
            .iter()
            .map(|DateMention { text, on, time, .. }| DateLine { text, on: on.map(|d| d.to_string()), time: time.map(clock) })
            .collect(),
        language: facts.language,
        intent: facts.intent,
        problems: facts.problem_kinds(),
        tried: facts.tried.iter().map(|t| t.value).collect(),
        first_name: text(&facts.first_name),
        last_name: text(&facts.last_name),
        email_used: text(&facts.email_used),
        error_text: text(&facts.error_text),
        course: text(&facts.course),
        evaluation_on: facts.evaluation_on.as_ref().map(|d| d.value.to_string()),
        evaluation_time: facts.evaluation_time.as_ref().map(|t| clock(t.value)),
        invitation_code: text(&facts.invitation_code),
        for_another: facts.for_another,
        proposed: &facts.proposed,
    }
}

fn evidence(person: &Person) -> EvidenceLine<'_> {
    match person {
        Person::Found { kind, score, evidence, .. } => EvidenceLine {
            kind: *kind,
            score: *score,
            lines: evidence.iter().map(|e| e.en.as_str()).collect(),
            lines_fr: evidence.iter().map(|e| e.fr.as_str()).collect(),
            points: evidence.iter().map(|e| e.points).collect(),
        },
        Person::Several(_) | Person::Nobody(_) => {
            EvidenceLine { kind: person.kind(), score: 0.0, lines: Vec::new(), lines_fr: Vec::new(), points: Vec::new() }
        }
    }
}

fn others(person: &Person) -> Vec<OtherLine<'_>> {
    let near: &[Near] = match person {
        Person::Found { others, .. } => others,
        Person::Several(near) | Person::Nobody(near) => near,
    };
    near.iter()
        .take(3)
        .map(|n| OtherLine {
            candidate_id: &n.candidate.id,
            kind: n.kind,
            score: n.score,
            lines: n.evidence.iter().map(|e| e.en.as_str()).collect(),
            lines_fr: n.evidence.iter().map(|e| e.fr.as_str()).collect(),
        })
        .collect()
}
