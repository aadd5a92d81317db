//! The fixed patterns by which mail is read.

use regex::Regex;

/// Patterns of this program: that they compile is proven by every test that reads a message.
#[expect(clippy::expect_used, reason = "a fixed pattern, not input")]
pub(super) fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern compiles")
}
