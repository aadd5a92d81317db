//! Every message of every mailbox, raw, and its fate.

use super::{Store, StoreError};

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// Mailbox name.
    pub mailbox: String,
    /// UID or file name.
    pub uid: String,
    /// `waiting`, `ticket`, `ignored`, `duplicate`, `history`, `oversize`, `gone`, `quarantined`.
    pub fate: String,
    /// Why.
    pub why: String,
    /// The ticket, where the fate is one.
    pub ticket: Option<String>,
}

impl Store {
    /// The ledger of one mailbox, in the order of arrival.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ledger(&self, _mailbox: &str) -> Result<Vec<LedgerRow>, StoreError> {
        todo!("stub")
    }
}
