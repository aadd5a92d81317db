//! What is written down of an outcome: the ticket and its draft, marked so that answers find back to it.

use jiff::Timestamp;

use super::find;
use super::settle::{NewDraft, NewTicket};
use crate::alarm;
use crate::clock::Clock;
use crate::draft::Draft;
use crate::message::thread::Threads;
use crate::people::Person;
use crate::triage::{Outcome, report};

/// Writes tickets of one mailbox.
#[derive(Clone, Copy)]
pub struct Writer<'a> {
    /// Marks conversations.
    pub threads: &'a Threads,
    /// The domain of the desk's own From.
    pub domain: &'a str,
    /// Whether drafts stand in the mailbox's drafts folder; else they are kept for the desk alone.
    pub saves_drafts: bool,
    /// Gives identifiers.
    pub clock: &'a dyn Clock,
}

impl Writer<'_> {
    /// The ticket that an outcome becomes.
    pub fn ticket(&self, id: &str, mailbox: &str, outcome: &Outcome, now: Timestamp) -> NewTicket {
        let Outcome { message, facts, person, verdict, .. } = outcome;
        let line = report::triage("", outcome);
        let sender = match message.sender_name() {
            "" => message.from.first().map(|m| m.address.clone()).unwrap_or_default(),
            name => name.to_owned(),
        };
        let (reason_en, reason_fr) = verdict.because.first().map(|r| (r.en.clone(), r.fr.clone())).unwrap_or_default();
        let mut ticket = NewTicket {
            id: id.to_owned(),
            mailbox: mailbox.to_owned(),
            sender,
            from_address: message.speaker.as_ref().map(|a| a.as_str().to_owned()),
            subject: message.subject.clone(),
            language: facts.language.code().to_owned(),
            case: verdict.case.clone(),
            action: snake(&verdict.action),
            urgency: snake(&verdict.urgency),
            state: verdict.state.map(|s| snake(&s)),
            person: name_of(person),
            match_kind: snake(&person.kind()),
            deadline: verdict.deadline,
            over_at: verdict.over_at,
            received_at: message.moment().unwrap_or(now),
            latest_at: message.moment().unwrap_or(now).min(now),
            reason_en,
            reason_fr,
            words: message.clean.clone(),
            quoted: message.quoted.clone(),
            proof: snake(&verdict.proof),
            outcome_json: serde_json::to_string(&line).unwrap_or_else(|_| "{}".into()),
            found_by: String::new(),
            related: None,
            draft: outcome.draft.as_ref().map(|d| self.draft(id, d)),
            reply: None,
            alarm: alarm::is_due(verdict).then(|| alarm::nonce(&self.id())),
        };
        ticket.found_by = find::words_of(&ticket, person);
        ticket
    }

    fn draft(&self, ticket: &str, draft: &Draft) -> NewDraft {
        let draft = self.marked(ticket, draft);
        let id = self.id();
        NewDraft {
            message_id: self.message_id(ticket, &id),
            id,
            to: draft.to.as_str().to_owned(),
            subject: draft.subject,
            text: draft.text,
            template: draft.template,
            language: draft.language.code().to_owned(),
            in_reply_to: draft.in_reply_to,
            references: draft.references,
            state: if self.saves_drafts { "ready" } else { "kept" },
        }
    }

    /// The draft with the ticket's mark before its references: mail programs carry it along, whoever sends the reply in the end.
    pub fn marked(&self, ticket: &str, draft: &Draft) -> Draft {
        let mut draft = draft.clone();
        let token = self.threads.token(ticket, self.domain);
        draft.references.retain(|id| *id != token);
        draft.references.insert(0, token);
        draft
    }

    /// The Message-ID of a mail of ours in this ticket.
    pub fn message_id(&self, ticket: &str, mail: &str) -> String {
        self.threads.message_id(ticket, mail, self.domain)
    }

    fn id(&self) -> String {
        self.clock.id().to_string()
    }
}

/// The domain of a From, `Support <support@…>` or bare.
pub fn domain_of(from: &str) -> &str {
    let address = from.rsplit_once('<').map_or(from, |(_, a)| a.trim_end_matches('>'));
    address.rsplit_once('@').map_or("localhost", |(_, domain)| domain.trim())
}

fn name_of(person: &Person) -> Option<String> {
    person.registered().map(|r| format!("{} {}", r.candidate.first_name, r.candidate.last_name))
}

/// The name of a value as the JSON has it.
fn snake(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}
