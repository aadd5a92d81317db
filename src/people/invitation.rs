//! The state of somebody's newest invitation (corpus README, "Invitation state").

use jiff::Timestamp;

use super::{Invitation, InvitationState};

/// How long a code is valid after it was sent (help article: "An invitation code is valid for 30 days").
pub const VALID_DAYS: i64 = 30;

/// The state as of `now`; the first row of the table that fits.
pub fn state(_invitations: &[Invitation], _now: Timestamp) -> InvitationState {
    todo!("stub")
}

/// Whether `code` equals an older invitation of the same person, not the newest sent by `now`.
/// Codes compare without regard to letter case, spaces and punctuation.
pub fn is_older_code(_code: &str, _invitations: &[Invitation], _now: Timestamp) -> bool {
    todo!("stub")
}
