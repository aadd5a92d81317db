//! The rulebook: which conclusion follows from a message, its facts and the person, and because of what.

pub mod decide;
pub mod policy;
pub mod reasons;
pub mod rulebook;
pub mod urgency;

use jiff::Timestamp;

use crate::facts::Facts;
use crate::message::Message;
use crate::people::{InvitationState, Person};

/// Everything that a conclusion may depend on.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// What came.
    pub message: &'a Message,
    /// What it says.
    pub facts: &'a Facts,
    /// Who it is about.
    pub person: &'a Person,
    /// The institution that the message itself names (not the found person's), if one does: its time zone counts for stated dates.
    pub named_zone: Option<&'a str>,
    /// Whether the message names an institution or a course that the register knows.
    pub institution_named: bool,
    /// A member of staff vouches that the sender is the person found.
    pub vouched: bool,
    /// The instant to judge by.
    pub now: Timestamp,
}

/// How soon the evaluation is (corpus README, `urgency`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Within 24 h, or running.
    Imminent,
    /// Within 72 h.
    Soon,
    /// Later than that.
    Later,
    /// Only past ones are known.
    Past,
    /// None is known.
    Unknown,
}

/// What the desk does (corpus README, `action`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Nothing is ever sent.
    Ignore,
    /// A person now.
    Escalate,
    /// A person, in turn.
    HandOver,
    /// Answered without a person, where settings allow.
    AutoReply,
    /// A draft for review.
    Draft,
}

/// What a message lacks (corpus README, `missing`), in the order in which a reply asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// First name.
    FirstName,
    /// Last name.
    LastName,
    /// The address used.
    EmailUsed,
    /// The error message displayed.
    ErrorText,
    /// Course or evaluation.
    Course,
}

/// Whether the sender is proven to be the candidate (DESIGN, "Proof").
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// Authenticated, and the sender is the registered address.
    Proven,
    /// Anybody else: the reply is a function of the message alone.
    Unproven,
}

/// A reason in both languages, for staff.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reason {
    /// English.
    pub en: String,
    /// French.
    pub fr: String,
}

/// The conclusion, with its reasons.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The name of the case, as its rule file says: `code_expired`.
    pub case: String,
    /// What the desk does.
    pub action: Action,
    /// How soon the evaluation is.
    pub urgency: Urgency,
    /// The start of the evaluation that `urgency` counts to.
    pub deadline: Option<Timestamp>,
    /// When that evaluation is over.
    pub over_at: Option<Timestamp>,
    /// The state of the found candidate's newest invitation.
    pub state: Option<InvitationState>,
    /// What the message lacks; only for `needs_information`.
    pub missing: Vec<Missing>,
    /// Whether the sender is proven.
    pub proof: Proof,
    /// The rule file that decided: `cases/40-not-registered.toml`.
    pub rule: String,
    /// The name of the reply template, where the case has a reply.
    pub reply: Option<String>,
    /// The reasons, strongest first.
    pub because: Vec<Reason>,
}
