//! What can be read from a message, and where it stands.

use std::ops::Range;

use jiff::civil::{Date, Time};

use super::language::Language;

/// Which text of the message a fact stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The person's own words (`Message::clean`).
    Body,
    /// `Message::subject`.
    Subject,
    /// `Message::signature`.
    Signature,
    /// The display name in From.
    From,
    /// `Message::quoted`.
    Quoted,
    /// An earlier message of the same conversation; the span says nothing.
    Before,
}

/// A fact and the span of text that it was read from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Found<T> {
    /// The fact.
    pub value: T,
    /// The text that it stands in.
    pub place: Place,
    /// Bytes of that text, on character borders.
    pub span: Range<usize>,
}

/// What a person complains of (corpus README, `problems`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// The code does not exist, has expired, was used already, is invalid.
    CodeRejected,
    /// The activation link is broken or no longer valid.
    LinkDead,
    /// No invitation came.
    InvitationNotReceived,
    /// Activation was begun and not completed.
    ActivationUnfinished,
    /// Password refused, account or address not recognised.
    CannotSignIn,
    /// The password is forgotten.
    ForgotPassword,
    /// No reset mail comes, or its link does not work.
    ResetNotReceived,
    /// Asks to change the registered address.
    AddressChange,
    /// About access, none of these.
    Other,
}

/// What a person says they already did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tried {
    /// Used Forgot password, and the reset itself went through.
    Reset,
    /// Looked into the junk folder.
    Junk,
    /// Used the exact registered address.
    ExactAddress,
    /// Tried to sign in directly.
    DirectSignIn,
    /// Another browser, device or network.
    OtherBrowser,
    /// Typed or pasted the code again.
    RetypedCode,
    /// Asked the coordinator.
    ContactedCoordinator,
}

/// What kind of message it is, judged by words alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    /// Somebody cannot get in (at least one problem).
    Request,
    /// It works now, or thanks only.
    Resolved,
    /// Not about getting into the platform.
    Unrelated,
    /// About access as far as one can tell, but nobody can say what.
    Unplaced,
}

/// An address met in the person's own words.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct EmailMention {
    /// The address, lower-case, mended of spaces and trailing punctuation only.
    pub address: String,
    /// The whole corrected address where it looks miswritten.
    pub suggest: Option<String>,
    /// Bytes of `Message::clean`.
    pub span: Range<usize>,
}

/// A date or clock time met in the person's own words, resolved against `Date:` in its own offset.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DateMention {
    /// The words.
    pub text: String,
    /// The day meant.
    pub on: Option<Date>,
    /// The clock time meant.
    pub time: Option<Time>,
    /// Bytes of `Message::clean`.
    pub span: Range<usize>,
}

/// Everything read from one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The language of the person's own words.
    pub language: Language,
    /// What kind of message it is.
    pub intent: Intent,
    /// What is complained of, each kind once, in order of the enum.
    pub problems: Vec<Found<Problem>>,
    /// Those of the problems that no meaning of the rules says: what was learned from examples proposes them.
    pub proposed: Vec<Problem>,
    /// What was already tried, each kind once.
    pub tried: Vec<Found<Tried>>,
    /// The reading of the problem leaves no second thought; without it no machine answers alone.
    pub sure: bool,
    /// The candidate's first name as the message spells it.
    pub first_name: Option<Found<String>>,
    /// The candidate's last name as the message spells it.
    pub last_name: Option<Found<String>>,
    /// The address stated as used or registered, lower-cased.
    pub email_used: Option<Found<String>>,
    /// The error message as displayed.
    pub error_text: Option<Found<String>>,
    /// The course or evaluation, verbatim.
    pub course: Option<Found<String>>,
    /// The course was recognised with the register's help: nothing that a stranger reads may depend on it.
    pub course_by_register: bool,
    /// The day of the coming evaluation.
    pub evaluation_on: Option<Found<Date>>,
    /// Its clock time.
    pub evaluation_time: Option<Found<Time>>,
    /// The invitation code written, or failing that the one in a quoted invitation.
    pub invitation_code: Option<Found<String>>,
    /// Every address in the person's own words.
    pub emails: Vec<EmailMention>,
    /// Every date and time in the person's own words.
    pub dates: Vec<DateMention>,
    /// Somebody writes for the candidate (coordinator, parent, colleague): the sender is not the candidate.
    pub for_another: bool,
}

impl Facts {
    /// The kinds of problem, without their spans.
    pub fn problem_kinds(&self) -> Vec<Problem> {
        self.problems.iter().map(|p| p.value).collect()
    }

    /// Whether `problem` is complained of.
    pub fn has(&self, problem: Problem) -> bool {
        self.problems.iter().any(|p| p.value == problem)
    }

    /// Whether the person says that `tried` was done.
    pub fn did(&self, tried: Tried) -> bool {
        self.tried.iter().any(|t| t.value == tried)
    }
}
