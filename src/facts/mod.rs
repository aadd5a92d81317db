//! Message to [`Facts`]: what the person says, each with the words it was read from.

pub mod codes;
pub mod course;
pub mod dates;
pub mod emails;
pub mod error_text;
pub mod found;
pub mod language;
pub mod lexicon;
pub mod names;
pub mod problems;

pub use found::{DateMention, EmailMention, Facts, Found, Intent, Place, Problem, Tried};
pub use language::Language;
pub use lexicon::Lexicon;

use crate::message::Message;

/// Reads everything that a message says. Total; a fact that is not there is absent.
pub fn extract(_message: &Message, _lexicon: &Lexicon) -> Facts {
    todo!("stub")
}
