//! The finished MIME of a reply, as a person's mail program would write it.

use jiff::Timestamp;

use super::Draft;

/// Who sends it, and how it is marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// The desk's own address, `Support Nexam <support@…>` or bare.
    pub from: &'a str,
    /// Fixed beforehand, without angle brackets.
    pub message_id: &'a str,
    /// The `Date:`.
    pub date: Timestamp,
    /// Answered by the machine: marked `Auto-Submitted: auto-replied` (RFC 3834). A reply that a person sends is not.
    pub automatic: bool,
}

/// The message as bytes with CRLF line ends.
///
/// # Errors
/// When an address or header cannot be written safely; the text says which.
pub fn mail(_draft: &Draft, _envelope: &Envelope<'_>) -> Result<Vec<u8>, String> {
    todo!("stub")
}
