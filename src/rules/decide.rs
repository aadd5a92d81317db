//! The one conclusion: first rule that fits. Total: the last rule takes all.

use super::{Situation, Verdict, rulebook::Rulebook};

/// Decides.
pub fn verdict(_rulebook: &Rulebook, _situation: &Situation<'_>) -> Verdict {
    todo!("stub")
}
