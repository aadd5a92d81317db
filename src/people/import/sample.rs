//! Times of the samples: `{+20d}`, `{-6d}`, `{+5h}`, `{-30m}` from now, so that a sample never grows old.

use jiff::{SignedDuration, Timestamp};

/// Whether `text` is written as such a time.
pub fn is_time(text: &str) -> bool {
    offset(text).is_some()
}

/// The instant that `text` means as of `now`.
pub fn time(text: &str, now: Timestamp) -> Option<Timestamp> {
    offset(text).and_then(|by| now.checked_add(by).ok())
}

fn offset(text: &str) -> Option<SignedDuration> {
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    let (amount, unit) = inner.split_at_checked(inner.len().checked_sub(1)?)?;
    let amount: i64 = amount.strip_prefix('+').unwrap_or(amount).parse().ok().filter(|n: &i64| n.abs() < 1_000_000)?;
    match unit {
        "d" => Some(SignedDuration::from_hours(24 * amount)),
        "h" => Some(SignedDuration::from_hours(amount)),
        "m" => Some(SignedDuration::from_mins(amount)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_time_is_a_distance_from_now() {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let cases = [
            ("{+20d}", Some("2026-12-13T12:00:00Z")),
            ("{-5h}", Some("2026-11-23T07:00:00Z")),
            ("{30m}", Some("2026-11-23T12:30:00Z")),
            ("{+20}", None),
            ("{}", None),
            ("{é}", None),
            ("{+99999999999999999999d}", None),
            ("2026-11-23", None),
        ];
        for (text, expected) in cases {
            assert_eq!(time(text, now), expected.map(|t| t.parse().unwrap()), "{text}");
        }
    }
}
