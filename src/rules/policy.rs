//! `rules/policy.toml`: which action a case leads to (corpus README, `action`).

use jiff::SignedDuration;
use serde::Deserialize;

/// The policy as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Cases in which nothing is ever sent.
    pub ignore: Vec<String>,
    /// Cases that a person takes.
    pub hand_over: Vec<String>,
    /// Cases that may be answered without a person, where the settings name them too.
    pub automatic: Vec<String>,
    /// Cases that are no request, however near an evaluation is.
    pub not_a_request: Vec<String>,
    /// A message with more kinds of problem than this is reviewed by a person.
    pub problems_at_most: usize,
    /// The case of a message whose writer already did what the reply would say.
    pub exhausted: String,
}

impl Policy {
    /// Every case named, with the key that names it.
    pub fn names(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let lists = [
            ("ignore", &self.ignore),
            ("hand_over", &self.hand_over),
            ("automatic", &self.automatic),
            ("not_a_request", &self.not_a_request),
        ];
        let listed = lists.into_iter().flat_map(|(key, names)| names.iter().map(move |n| (key, n.as_str())));
        listed.chain(std::iter::once(("exhausted", self.exhausted.as_str())))
    }
}

/// How near an evaluation is (`[urgency]` in the settings).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Within this: imminent.
    pub imminent: SignedDuration,
    /// Within this: soon.
    pub soon: SignedDuration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { imminent: SignedDuration::from_hours(24), soon: SignedDuration::from_hours(72) }
    }
}
