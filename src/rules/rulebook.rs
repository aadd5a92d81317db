//! `rules/cases/*.toml`, read and checked: one case a file, the number is the order, the first whose conditions all hold wins.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::policy::Policy;
use crate::facts::{Intent, Language, Problem, Tried};
use crate::fault::{Fault, Faults, TextFile};
use crate::people::{InvitationState, MatchKind};

/// The cases in order, and the policy.
#[derive(Debug)]
pub struct Rulebook {
    /// Cases, in the order of their files.
    pub cases: Vec<CaseRule>,
    /// Actions, limits.
    pub policy: Policy,
}

/// One file of `rules/cases/`.
#[derive(Debug, Clone)]
pub struct CaseRule {
    /// `cases/40-not-registered.toml`.
    pub file: String,
    /// What the file says.
    pub rule: CaseFile,
}

/// A case file as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    /// Name of the case, snake_case.
    pub case: String,
    /// Why this case, in English, for staff.
    pub because_en: String,
    /// Why this case, in French, for staff.
    pub because_fr: String,
    /// Name of the reply template; none: no reply is drafted.
    pub reply: Option<String>,
    /// All of these must hold.
    #[serde(default)]
    pub when: When,
    /// Sets of things that the person says were already done; when one set is wholly done, the reply would tell nothing new,
    /// and a person takes the message instead.
    #[serde(default)]
    pub exhausted_by: Vec<Vec<Tried>>,
    /// Messages that this case must take.
    #[serde(default)]
    pub example: Vec<Example>,
    /// Messages that this case must leave to another.
    #[serde(default)]
    pub counterexample: Vec<Example>,
}

/// The conditions; an absent one holds. A list means any of.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// A machine wrote it.
    pub automatic: Option<bool>,
    /// What kind of message it is.
    pub intent: Option<Vec<Intent>>,
    /// At least one of these is complained of.
    pub problems: Option<Vec<Problem>>,
    /// How the person was found.
    #[serde(rename = "match")]
    pub matched: Option<Vec<MatchKind>>,
    /// State of the newest invitation.
    pub state: Option<Vec<InvitationState>>,
    /// The code written is an older one of the same person.
    pub older_code: Option<bool>,
    /// The message states name, address, and course or institution: enough to look somebody up.
    pub can_be_looked_up: Option<bool>,
}

/// A message in people's own words, with the situation it arrives in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// Language of the text.
    pub language: Language,
    /// The words.
    pub text: String,
    /// Subject, when it matters.
    #[serde(default)]
    pub subject: String,
    /// How the person is found; `exact` when absent.
    #[serde(default = "exact", rename = "match")]
    pub matched: MatchKind,
    /// State of the person's newest invitation; `pending` when absent.
    #[serde(default = "pending")]
    pub state: InvitationState,
    /// Further header lines: `Auto-Submitted: auto-replied`.
    #[serde(default)]
    pub headers: Vec<String>,
    /// The case expected, for counterexamples that name one.
    pub expect: Option<String>,
}

fn exact() -> MatchKind {
    MatchKind::Exact
}

fn pending() -> InvitationState {
    InvitationState::Pending
}

impl Rulebook {
    /// Reads `cases/*.toml` and `policy.toml`; other files are left alone.
    ///
    /// # Errors
    /// All mistakes of all files at once, each with file and line.
    pub fn load(files: &[TextFile]) -> Result<Self, Faults> {
        let mut faults = Vec::new();
        let mut cases = Vec::new();
        let mut sorted: Vec<&TextFile> = files.iter().filter(|f| f.path.starts_with("cases/") && f.path.ends_with(".toml")).collect();
        sorted.sort_by(|a, b| a.path.cmp(&b.path));
        for file in sorted {
            match read::<CaseFile>(file) {
                Ok(rule) => cases.push(CaseRule { file: file.path.clone(), rule }),
                Err(fault) => faults.push(fault),
            }
        }
        let policy = match files.iter().find(|f| f.path == "policy.toml") {
            Some(file) => read::<Policy>(file).map_err(|fault| faults.push(fault)).ok(),
            None => {
                faults.push(Fault::new("policy.toml", None, "is missing", "Copy it from the rules that `usher init` writes."));
                None
            }
        };
        check(&cases, policy.as_ref(), &mut faults);
        match policy {
            Some(policy) if faults.is_empty() => Ok(Self { cases, policy }),
            _ => Err(Faults(faults)),
        }
    }

    /// The case of this name.
    pub fn case(&self, name: &str) -> Option<&CaseRule> {
        self.cases.iter().find(|c| c.rule.case == name)
    }
}

fn check(cases: &[CaseRule], policy: Option<&Policy>, faults: &mut Vec<Fault>) {
    for case in cases {
        if !is_snake(&case.rule.case) {
            let what = format!("`case = \"{}\"` is no name", case.rule.case);
            faults.push(Fault::new(&case.file, Some(1), what, "Use small letters, digits and underscores."));
        }
        if case.rule.because_en.trim().is_empty() || case.rule.because_fr.trim().is_empty() {
            faults.push(Fault::new(&case.file, None, "a reason is empty", "Fill in because_en and because_fr; staff read them."));
        }
        if case.rule.example.is_empty() {
            faults.push(Fault::new(&case.file, None, "has no [[example]]", "Add at least one message that this case must take."));
        }
    }
    match cases.last() {
        None => faults.push(Fault::new("cases/", None, "holds no case", "Copy the cases that `usher init` writes.")),
        Some(last) if !last.rule.when.takes_all() => {
            faults.push(Fault::new(
                &last.file,
                None,
                "the last case must take everything",
                "Leave its [when] empty, or add a last file without conditions.",
            ));
        }
        Some(_) => {}
    }
    let Some(policy) = policy else { return };
    for (key, name) in policy.names() {
        if !cases.iter().any(|c| c.rule.case == name) {
            faults.push(Fault::new(
                "policy.toml",
                None,
                format!("`{key}` names `{name}`, which is no case"),
                "Use the `case` of a file in cases/.",
            ));
        }
    }
}

fn is_snake(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

impl When {
    fn takes_all(&self) -> bool {
        let Self { automatic, intent, problems, matched, state, older_code, can_be_looked_up } = self;
        automatic.is_none()
            && intent.is_none()
            && problems.is_none()
            && matched.is_none()
            && state.is_none()
            && older_code.is_none()
            && can_be_looked_up.is_none()
    }
}

/// Reads one TOML file into `T`; a mistake is answered with its line.
///
/// # Errors
/// The first mistake of the file.
pub fn read<T: DeserializeOwned>(file: &TextFile) -> Result<T, Fault> {
    toml::from_str(&file.text).map_err(|error| {
        let line = error.span().map(|span| Fault::line_of(&file.text, span.start));
        Fault::new(&file.path, line, error.message().trim().replace('\n', " "), "Compare with the file that `usher init` writes.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> TextFile {
        TextFile { path: path.into(), text: text.into() }
    }

    #[test]
    fn every_mistake_is_named_with_its_file_and_line() {
        let bad = "case = \"x\"\nbecause_en = \"a\"\nbecause_fr = \"b\"\n[when]\nstates = [\"expired\"]\n";
        let faults = Rulebook::load(&[file("cases/10-x.toml", bad), file("policy.toml", "ignore = [\"y\"]\n")]).unwrap_err().0;
        assert!(faults.iter().any(|f| f.file == "cases/10-x.toml" && f.line == Some(5) && f.what.contains("states")), "{faults:?}");
        assert!(faults.iter().any(|f| f.file == "policy.toml"), "{faults:?}");
    }

    #[test]
    fn a_book_without_a_last_word_is_refused() {
        let narrow = "case = \"x\"\nbecause_en = \"a\"\nbecause_fr = \"b\"\n[when]\nautomatic = true\n[[example]]\nlanguage = \"en\"\ntext = \"t\"\n";
        let policy = "ignore = []\nhand_over = []\nautomatic = []\nnot_a_request = []\nproblems_at_most = 1\nexhausted = \"x\"\n";
        let faults = Rulebook::load(&[file("cases/10-x.toml", narrow), file("policy.toml", policy)]).unwrap_err().0;
        assert!(faults.iter().any(|f| f.what.contains("last case")), "{faults:?}");
    }
}
