//! What was heard in one message: its sentences, their clauses, and what the meanings name.

use super::Problem;
use super::clauses::Clause;
use super::sentences::Sentence;

/// What was heard in one message.
#[derive(Debug, Clone)]
pub struct Heard<'a> {
    pub(super) sentences: &'a [Sentence],
    pub(super) clauses: Vec<Clause<'a>>,
    /// What the meanings name: entry, problem, clause.
    pub(super) meant: Vec<(usize, Problem, usize)>,
}
