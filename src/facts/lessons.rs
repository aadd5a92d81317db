//! The labelled messages of `rules/reading/examples-*.toml`, from which the judges learn.

use serde::Deserialize;

use super::{Language, Problem, Tried};
use crate::fault::{Fault, TextFile};

/// What kind of message an example is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Somebody cannot get in.
    Request,
    /// It works now, or thanks only.
    Resolved,
    /// Not about getting in.
    Unrelated,
    /// The words of a machine.
    Automatic,
}

/// All problems, in the order of the judges.
pub const PROBLEMS: [Problem; 9] = [
    Problem::CodeRejected,
    Problem::LinkDead,
    Problem::InvitationNotReceived,
    Problem::ActivationUnfinished,
    Problem::CannotSignIn,
    Problem::ForgotPassword,
    Problem::ResetNotReceived,
    Problem::AddressChange,
    Problem::Other,
];
/// All kinds, in the order of the judges, after the problems.
pub const KINDS: [Kind; 4] = [Kind::Request, Kind::Resolved, Kind::Unrelated, Kind::Automatic];
/// All that may have been tried, in the order of the judges, after the kinds.
pub const TRIED: [Tried; 7] = [
    Tried::Reset,
    Tried::Junk,
    Tried::ExactAddress,
    Tried::DirectSignIn,
    Tried::OtherBrowser,
    Tried::RetypedCode,
    Tried::ContactedCoordinator,
];
/// Number of judges.
pub const LABELS: usize = PROBLEMS.len() + KINDS.len() + TRIED.len();

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExampleFile {
    example: Vec<Example>,
}

/// One message and what a careful person reads in it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The person's own words.
    pub text: String,
    /// The language they are in: for the reader of the file.
    #[serde(rename = "language", default)]
    _language: Option<Language>,
    /// What kind of message it is.
    pub kind: Kind,
    /// What is complained of.
    #[serde(default)]
    pub problems: Vec<Problem>,
    /// What was already tried.
    #[serde(default)]
    pub tried: Vec<Tried>,
}

/// Reads one file of examples.
///
/// # Errors
/// The first mistake, with its line where it is one of form.
pub fn read(file: &TextFile) -> Result<Vec<Example>, Fault> {
    let read: ExampleFile = super::lexicon::toml_of(file)?;
    for (at, example) in read.example.iter().enumerate() {
        if (example.kind == Kind::Request) == example.problems.is_empty() {
            let what = format!("example {}: a request has at least one problem, anything else has none", at + 1);
            return Err(Fault::new(&file.path, None, what, "Set `problems`, or another `kind`."));
        }
    }
    Ok(read.example)
}

impl Example {
    /// The numbers of the judges that should say yes.
    pub fn labels(&self) -> Vec<usize> {
        let problems = PROBLEMS.iter().enumerate().filter(|(_, p)| self.problems.contains(p)).map(|(at, _)| at);
        let kinds = KINDS.iter().enumerate().filter(|(_, k)| **k == self.kind).map(|(at, _)| PROBLEMS.len() + at);
        let tried = TRIED.iter().enumerate().filter(|(_, t)| self.tried.contains(t)).map(|(at, _)| PROBLEMS.len() + KINDS.len() + at);
        problems.chain(kinds).chain(tried).collect()
    }
}
