//! Rules and templates, loaded together and checked against each other.

use crate::draft::templates::{Letterhead, Templates};
use crate::facts::Lexicon;
use crate::fault::{Faults, TextFile};
use crate::message::Identity;
use crate::rules::rulebook::Rulebook;

/// Everything that `read` and `settle` go by.
#[derive(Debug)]
pub struct Playbook {
    /// Who the desk is.
    pub identity: Identity,
    /// What words mean.
    pub lexicon: Lexicon,
    /// What follows.
    pub rulebook: Rulebook,
    /// What is said.
    pub templates: Templates,
}

impl Playbook {
    /// Loads rules (`reading/*.toml`, `cases/*.toml`, `policy.toml`) and templates (`reply/*.hbs`).
    ///
    /// # Errors
    /// All mistakes of all files at once.
    pub fn load(_rules: &[TextFile], _templates: &[TextFile], _identity: Identity, _letterhead: Letterhead) -> Result<Self, Faults> {
        todo!("stub")
    }

    /// The rules and templates that the program was built with.
    pub fn built_in_files() -> (Vec<TextFile>, Vec<TextFile>) {
        todo!("stub")
    }
}
