//! The register in memory: one frozen snapshot, indexed. A message is judged against one snapshot from start to end.

use super::{Claim, Institution, Person, Tables};

/// One snapshot of who is registered.
#[derive(Debug, Default)]
pub struct Directory {}

impl Directory {
    /// Indexes checked tables.
    pub fn new(_tables: Tables) -> Self {
        todo!("stub")
    }

    /// How many candidates.
    pub fn len(&self) -> usize {
        todo!("stub")
    }

    /// Whether nobody is registered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Finds the registered person that `claim` speaks of. Total; pure.
    pub fn resolve(&self, _claim: &Claim) -> Person {
        todo!("stub")
    }

    /// The institutions that `claim` names: by name or acronym in its text, by its course, by the domain of the stated address.
    pub fn institutions_named(&self, _claim: &Claim) -> Vec<&Institution> {
        todo!("stub")
    }

    /// The course code or title of the register that stands in `text` (accents, case, spaces aside), verbatim with its bytes.
    pub fn course_in(&self, _text: &str) -> Option<(String, std::ops::Range<usize>)> {
        todo!("stub")
    }

    /// Search by anything: id, name, address, typo-tolerant, best first, at most `most`.
    pub fn find(&self, _text: &str, _most: usize) -> Vec<super::Near> {
        todo!("stub")
    }
}
