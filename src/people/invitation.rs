//! The state of somebody's newest invitation (corpus README, "Invitation state").

use jiff::{SignedDuration, Timestamp};

use super::codes::{Slip, canonical};
use super::{Invitation, InvitationState};

/// How long a code is valid after it was sent (help article: "An invitation code is valid for 30 days").
pub const VALID_DAYS: i64 = 30;

/// The state as of `now`; the first row of the table that fits.
pub fn state(invitations: &[Invitation], now: Timestamp) -> InvitationState {
    let reached = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
    if invitations.iter().any(|i| reached(i.activated_at)) {
        return InvitationState::Activated;
    }
    let Some((newest, sent_at)) = newest(invitations, now) else { return InvitationState::NotInvited };
    if reached(newest.activation_started_at) {
        InvitationState::ActivationStarted
    } else if now.duration_since(sent_at) > SignedDuration::from_hours(24 * VALID_DAYS) {
        InvitationState::Expired
    } else {
        InvitationState::Pending
    }
}

/// Whether `code` equals an older invitation of the same person, not the newest sent by `now`.
/// Codes compare without regard to letter case, spaces and punctuation.
pub fn is_older_code(code: &str, invitations: &[Invitation], now: Timestamp) -> bool {
    let Some((newest, _)) = newest(invitations, now) else { return false };
    let is = |i: &Invitation| i.code.as_ref().is_some_and(|sealed| sealed.is(code));
    !is(newest) && invitations.iter().any(|i| i.sent_at.is_some_and(|at| at <= now) && i.id != newest.id && is(i))
}

/// How `code` differs from the newest invitation's; `None` where there is nothing to compare.
pub fn slip(code: &str, invitations: &[Invitation], now: Timestamp) -> Option<Slip> {
    let sealed = newest(invitations, now)?.0.code.as_ref()?;
    (!canonical(code).is_empty()).then(|| sealed.slip(code))
}

/// The newest invitation sent by `now`; of two sent in one instant the later in the list.
fn newest(invitations: &[Invitation], now: Timestamp) -> Option<(&Invitation, Timestamp)> {
    invitations.iter().filter_map(|i| i.sent_at.filter(|at| *at <= now).map(|at| (i, at))).max_by_key(|(_, at)| *at)
}

#[cfg(test)]
mod tests {
    use super::super::codes::Seal;
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn mailed(id: &str, code: &str, times: [&str; 3]) -> Invitation {
        let [sent_at, activation_started_at, activated_at] = times.map(|t| (!t.is_empty()).then(|| at(t)));
        Invitation {
            id: id.into(),
            candidate_id: "C1".into(),
            code: Seal::new(&[1; 32]).code(code),
            sent_at,
            activation_started_at,
            activated_at,
        }
    }

    #[test]
    fn the_first_row_of_the_table_that_fits_is_the_state() {
        use InvitationState::{Activated, ActivationStarted, Expired, NotInvited, Pending};
        let now = at("2026-11-01T12:00:00Z");
        let old = "2026-09-01T12:00:00Z";
        let new = "2026-10-20T12:00:00Z";
        let future = "2026-11-01T12:00:01Z";
        let cases: &[(&str, Vec<[&str; 3]>, InvitationState)] = &[
            ("nobody invited", vec![], NotInvited),
            ("not sent yet", vec![["", "", ""]], NotInvited),
            ("sent a second from now", vec![[future, "", ""]], NotInvited),
            ("sent this very second", vec![["2026-11-01T12:00:00Z", "", ""]], Pending),
            ("thirty days to the second", vec![["2026-10-02T12:00:00Z", "", ""]], Pending),
            ("thirty days and a second", vec![["2026-10-02T11:59:59Z", "", ""]], Expired),
            ("the older was activated", vec![[old, old, old], [new, "", ""]], Activated),
            ("activation lies ahead", vec![[new, "", future]], Pending),
            ("the newest was begun", vec![[new, new, ""]], ActivationStarted),
            ("the older was begun, not the newest", vec![[old, old, ""], [new, "", ""]], Pending),
            ("begun, then over thirty days old", vec![[old, old, ""]], ActivationStarted),
            ("order of the list is no matter", vec![[new, "", ""], [old, "", ""]], Pending),
        ];
        for (says, times, expected) in cases {
            let list: Vec<_> = times.iter().enumerate().map(|(n, t)| mailed(&format!("I{n}"), "AAAA1111", *t)).collect();
            assert_eq!(state(&list, now), *expected, "{says}");
        }
    }

    #[test]
    fn only_a_code_older_than_the_newest_is_superseded() {
        let now = at("2026-11-01T12:00:00Z");
        let list = [
            mailed("I1", "AB12-CD34", ["2026-10-01T12:00:00Z", "", ""]),
            mailed("I2", "EF56GH78", ["2026-10-20T12:00:00Z", "", ""]),
            mailed("I3", "JK90LM12", ["2026-12-01T12:00:00Z", "", ""]),
        ];
        let cases = [
            ("as mailed", "AB12-CD34", true),
            ("lower-case, spaces", " ab12 cd34 ", true),
            ("full width, no-break space", "ＡＢ12\u{a0}ＣＤ34", true),
            ("zero width inside", "AB\u{200b}12CD34", true),
            ("the newest", "EF56GH78", false),
            ("not sent yet", "JK90LM12", false),
            ("somebody else's", "ZZZZ9999", false),
            ("nothing", " - ", false),
        ];
        for (says, code, expected) in cases {
            assert_eq!(is_older_code(code, &list, now), expected, "{says}");
        }
        assert!(!is_older_code("AB12CD34", &[], now), "nobody invited");
    }
}
