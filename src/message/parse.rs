//! Bytes to [`Message`].

use super::{Identity, Message};

/// Reads one message (RFC 5322, any charset, any MIME shape). Total: whatever the bytes are, there is a `Message`.
pub fn message(_raw: &[u8], _identity: &Identity) -> Message {
    todo!("stub")
}
