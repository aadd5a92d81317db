//! `rules/cases/*.toml`, read and checked.

use crate::fault::{Faults, TextFile};

/// The cases in order, and the policy.
#[derive(Debug)]
pub struct Rulebook {}

impl Rulebook {
    /// Reads `cases/*.toml` and `policy.toml`.
    ///
    /// # Errors
    /// All mistakes of all files at once, each with file and line.
    pub fn load(_files: &[TextFile]) -> Result<Self, Faults> {
        todo!("stub")
    }
}
