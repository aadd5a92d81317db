//! Patterns that stand in this program: no input is ever compiled as one.

use regex::Regex;

/// A fixed pattern. That it compiles is proven by every test that comes by it.
#[expect(clippy::expect_used, reason = "a fixed pattern, not input")]
pub fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern compiles")
}
