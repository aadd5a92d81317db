//! The register in the database.

use jiff::Timestamp;

use super::{Store, StoreError};
use crate::people::Tables;

/// What an import would change, or changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// New candidates.
    pub added: usize,
    /// Candidates with another name, address, institution or language.
    pub changed: usize,
    /// Candidates no longer there.
    pub gone: usize,
    /// Candidates before.
    pub before: usize,
    /// Candidates after.
    pub after: usize,
    /// Whether it was (or would be) refused: over a tenth of the candidates would go, and it was not forced.
    pub refused: bool,
}

/// What the register in the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryStatus {
    /// Counts up with every change.
    pub version: i64,
    /// When it was last imported.
    pub imported_at: Timestamp,
    /// Counts, in the order of `people::import::FILES`.
    pub counts: [i64; 5],
}

impl Store {
    /// What importing `tables` would change.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn directory_change(&self, _tables: &Tables) -> Result<Change, StoreError> {
        todo!("stub")
    }

    /// Replaces the register in one transaction; refused (nothing done) when over a tenth would go and not `force`.
    ///
    /// # Errors
    /// When the database fails; nothing is changed then.
    pub async fn import_directory(&self, _tables: &Tables, _force: bool, _now: Timestamp) -> Result<Change, StoreError> {
        todo!("stub")
    }

    /// The whole register, and its status; `None` before the first import.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn directory(&self) -> Result<Option<(DirectoryStatus, Tables)>, StoreError> {
        todo!("stub")
    }

    /// Its status alone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn directory_status(&self) -> Result<Option<DirectoryStatus>, StoreError> {
        todo!("stub")
    }
}
