//! What the person complains of, and what was tried.

use super::found::{Found, Intent, Problem, Tried};
use super::lexicon::Lexicon;
use crate::message::Message;

/// What a message complains of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// What kind of message it is.
    pub intent: Intent,
    /// The problems.
    pub problems: Vec<Found<Problem>>,
    /// What was tried.
    pub tried: Vec<Found<Tried>>,
}

/// Reads the complaint.
pub fn read(_message: &Message, _lexicon: &Lexicon) -> Complaint {
    Complaint { intent: Intent::Unplaced, problems: Vec::new(), tried: Vec::new() }
}
