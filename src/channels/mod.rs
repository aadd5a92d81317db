//! One file, one outside machine. Each says of its own failures whether trying again can help.

pub mod cache;
pub mod discord;
pub mod files;
mod heading;
pub mod imap;
pub mod mailbox;
pub mod maildir;
pub mod openid;
pub mod platform;
pub mod smtp;
pub mod tls;
pub mod token;
mod web;

/// Why an outside machine did not do what was asked. The texts never hold an address, a body or a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Trying again later may help; not before `after_ms` where the other side named a time.
    #[error("{what}")]
    Passing {
        /// What happened.
        what: String,
        /// Milliseconds that the other side asked us to wait.
        after_ms: Option<u64>,
    },
    /// Trying again will not help: a person or the operator must act.
    #[error("{0}")]
    Permanent(String),
    /// It may have happened: never repeated by the machine.
    #[error("{0}")]
    Unsure(String),
}

impl Fault {
    /// A passing fault without a named waiting time.
    pub fn passing(what: impl Into<String>) -> Self {
        Self::Passing { what: what.into(), after_ms: None }
    }
}
