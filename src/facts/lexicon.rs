//! The words of `rules/reading/*.toml`, compiled: what a sentence means, per language.

use super::error_text::KnownMessages;
use crate::fault::{Faults, TextFile};

/// Compiled reading rules.
#[derive(Debug)]
pub struct Lexicon {
    /// Messages of the platform, word for word.
    pub messages: KnownMessages,
}

impl Lexicon {
    /// Compiles the files of `rules/reading/`.
    ///
    /// # Errors
    /// All mistakes of all files at once.
    pub fn load(files: &[TextFile]) -> Result<Self, Faults> {
        let messages = files.iter().find(|f| f.path.ends_with("messages.toml")).map(KnownMessages::load).transpose()?;
        Ok(Self { messages: messages.unwrap_or_default() })
    }
}
