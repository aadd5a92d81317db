//! The pure flow put together: a verdict is a function of (message, directory, rules, now).

pub mod playbook;

use jiff::Timestamp;

use crate::draft::Draft;
use crate::facts::Facts;
use crate::message::Message;
use crate::people::{Person, directory::Directory};
use crate::rules::Verdict;
use playbook::Playbook;

/// What a message is and says.
#[derive(Debug, Clone)]
pub struct Reading {
    /// What came.
    pub message: Message,
    /// What it says.
    pub facts: Facts,
}

/// Everything concluded of one message.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What came.
    pub message: Message,
    /// What it says (the course may have been read with the register's help).
    pub facts: Facts,
    /// Who it is about.
    pub person: Person,
    /// The conclusion.
    pub verdict: Verdict,
    /// The reply, where one is due.
    pub draft: Option<Draft>,
}

/// Reads one message; needs no directory, no network, no settings.
pub fn read(_raw: &[u8], _playbook: &Playbook) -> Reading {
    todo!("stub")
}

/// Settles who it is about, what follows, and what to say.
pub fn settle(_reading: Reading, _directory: &Directory, _playbook: &Playbook, _now: Timestamp) -> Outcome {
    todo!("stub")
}
