//! The words of `rules/reading/*.toml`, compiled: what a sentence means, per language.

use crate::fault::{Faults, TextFile};

/// Compiled reading rules.
#[derive(Debug)]
pub struct Lexicon {}

impl Lexicon {
    /// Compiles the files of `rules/reading/`.
    ///
    /// # Errors
    /// All mistakes of all files at once.
    pub fn load(_files: &[TextFile]) -> Result<Self, Faults> {
        todo!("stub")
    }
}
