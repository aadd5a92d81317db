//! Verdict to reply text.

use super::{Draft, templates::Templates};
use crate::rules::{Proof, Situation, Verdict};

/// Writes the reply, or none where the case has none or there is nobody to write to.
/// For [`Proof::Unproven`] the text is a function of the message alone.
pub fn reply(_verdict: &Verdict, _situation: &Situation<'_>, _templates: &Templates, _proof: Proof) -> Option<Draft> {
    todo!("stub")
}
