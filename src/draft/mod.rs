//! Everything that may leave the house by mail: the words, and the MIME around them.

pub mod compose;
pub mod disclosure;
pub mod templates;
pub mod write;

use crate::facts::Language;
use crate::message::address::Address;

/// A reply that waits for a person (or, where settings allow, for nobody).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Draft {
    /// The sender's address, and nobody else.
    pub to: Address,
    /// `Re: …`, one line.
    pub subject: String,
    /// Plain text, LF.
    pub text: String,
    /// Template file without language and ending: `reply/code_expired`.
    pub template: String,
    /// Language of the text.
    pub language: Language,
    /// Message-ID answered, without angle brackets.
    pub in_reply_to: Option<String>,
    /// References, oldest first, without angle brackets; ends with `in_reply_to`.
    pub references: Vec<String>,
}
