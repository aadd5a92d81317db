//! Who is registered, and which of them a message is about: evidence, or an honest "several" or "nobody".

mod byname;
pub mod codes;
pub mod directory;
mod display;
mod evidence;
mod find;
mod forms;
pub mod ground;
mod hash;
pub mod import;
mod index;
pub mod invitation;
mod keys;
mod look;
mod named;
mod names;
mod nicknames;
mod places;
#[cfg(test)]
mod properties;
mod register;
mod relate;
pub mod resolve;
mod scope;
mod seen;
mod slips;
#[cfg(test)]
mod tests;
mod vocabulary;

use jiff::Timestamp;

use crate::facts::Language;

/// The body that registers candidates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Institution {
    /// `institution_id`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its mail domains, primary first; the others are alias domains of the same mailboxes. Lower-case.
    pub domains: Vec<String>,
    /// The evaluation coordinator.
    pub coordinator_name: String,
    /// The coordinator's address.
    pub coordinator_email: String,
    /// The language the institution works in.
    pub language: Language,
    /// IANA name, valid.
    pub time_zone: String,
}

/// An exam, or a course's exam.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// `evaluation_id`.
    pub id: String,
    /// Whose it is.
    pub institution_id: String,
    /// `CHEM 2301`.
    pub course_code: String,
    /// Title in English.
    pub title_en: String,
    /// Title in French.
    pub title_fr: String,
    /// When it starts.
    pub starts_at: Timestamp,
}

/// A registered person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// `candidate_id`.
    pub id: String,
    /// First name(s).
    pub first_name: String,
    /// Last name(s).
    pub last_name: String,
    /// The one exact address that signs in, lower-cased.
    pub email: String,
    /// Who registered the person.
    pub institution_id: String,
    /// The candidate's language.
    pub language: Language,
}

/// One mailing of a code; valid 30 days, works once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// `invitation_id`.
    pub id: String,
    /// Who was invited.
    pub candidate_id: String,
    /// The code as mailed, sealed; `None`: none is known.
    pub code: Option<codes::SealedCode>,
    /// When it was mailed; `None`: not yet.
    pub sent_at: Option<Timestamp>,
    /// When activation was begun.
    pub activation_started_at: Option<Timestamp>,
    /// When activation was completed.
    pub activated_at: Option<Timestamp>,
}

/// The five tables of a directory, checked, before they are indexed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tables {
    /// institutions.csv
    pub institutions: Vec<Institution>,
    /// evaluations.csv
    pub evaluations: Vec<Evaluation>,
    /// candidates.csv
    pub candidates: Vec<Candidate>,
    /// registrations.csv: (candidate_id, evaluation_id)
    pub registrations: Vec<(String, String)>,
    /// invitations.csv
    pub invitations: Vec<Invitation>,
}

/// State of the newest invitation (corpus README, "Invitation state").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvitationState {
    /// Some invitation was completed.
    Activated,
    /// The newest was begun.
    ActivationStarted,
    /// None was sent.
    NotInvited,
    /// The newest is over 30 days old.
    Expired,
    /// The newest still waits.
    Pending,
}

/// How the person was found (corpus README, `match`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchKind {
    /// The address used is the registered address.
    Exact,
    /// Plus-tag, alias domain, sub-domain, dots that the provider ignores.
    Alias,
    /// Another local part built from the same name.
    Shortened,
    /// A slip of the keys.
    Typo,
    /// By name, with course or institution agreeing.
    Name,
    /// Two or more people fit equally.
    Ambiguous,
    /// Nobody.
    None,
}

/// What a message claims about who is concerned; the question put to the directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claim {
    /// The address stated as used.
    pub email_used: Option<String>,
    /// The address the message came from.
    pub sender: Option<String>,
    /// Display name in From.
    pub display_name: Option<String>,
    /// First name as told.
    pub first_name: Option<String>,
    /// Last name as told.
    pub last_name: Option<String>,
    /// Course or evaluation as told.
    pub course: Option<String>,
    /// Institution as told, or text in which its name may stand (subject, own words, signature).
    pub institution: Option<String>,
    /// The sender writes for somebody else: the sender's own address finds nobody.
    pub for_another: bool,
}

/// One compared field, in words for staff.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Evidence {
    /// English.
    pub en: String,
    /// French.
    pub fr: String,
    /// Points for (positive) or against (negative); internal.
    pub points: i32,
}

/// Somebody who was near, for staff only.
#[derive(Debug, Clone, PartialEq)]
pub struct Near {
    /// Who.
    pub candidate: Candidate,
    /// How near.
    pub kind: MatchKind,
    /// 0 to 1.
    pub score: f64,
    /// Each compared field.
    pub evidence: Vec<Evidence>,
}

/// Everything the register knows of a found candidate, as of one snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct Registered {
    /// Who.
    pub candidate: Candidate,
    /// Who registered the person.
    pub institution: Institution,
    /// The evaluations the person is registered for, soonest first.
    pub evaluations: Vec<Evaluation>,
    /// The person's invitations, oldest `sent_at` first, unsent last.
    pub invitations: Vec<Invitation>,
}

/// The answer to a [`Claim`].
#[derive(Debug, Clone, PartialEq)]
pub enum Person {
    /// One registered person, with evidence.
    Found {
        /// Who, and what the register holds.
        registered: Box<Registered>,
        /// How. Never `Ambiguous` or `None`.
        kind: MatchKind,
        /// 0 to 1.
        score: f64,
        /// Each compared field, strongest first.
        evidence: Vec<Evidence>,
        /// The next best, at most 3.
        others: Vec<Near>,
        /// The register knows this person under another name than the message gives.
        name_conflict: bool,
    },
    /// Two or more fit equally; at most 3 of them are listed.
    Several(Vec<Near>),
    /// Nobody; who was near and why not, at most 3.
    Nobody(Vec<Near>),
}

impl Person {
    /// How the person was found.
    pub fn kind(&self) -> MatchKind {
        match self {
            Self::Found { kind, .. } => *kind,
            Self::Several(_) => MatchKind::Ambiguous,
            Self::Nobody(_) => MatchKind::None,
        }
    }

    /// What the register holds of the person found.
    pub fn registered(&self) -> Option<&Registered> {
        match self {
            Self::Found { registered, .. } => Some(registered),
            Self::Several(_) | Self::Nobody(_) => None,
        }
    }
}
