//! A mailbox to poll, whatever stands behind it: an IMAP server, a Maildir, a folder of `.eml` files.

use std::path::PathBuf;
use std::time::Duration;

use jiff::SignedDuration;
use secrecy::SecretString;

use super::Fault;
use super::tls::Tls;

/// `[mailbox.NAME]`: host and port of an IMAP server, or `maildir`, or `folder`.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailboxSettings {
    /// IMAP host; or…
    pub host: Option<String>,
    /// 993 for implicit TLS, 143 otherwise.
    pub port: Option<u16>,
    /// How the connection is protected.
    pub tls: Tls,
    /// Login name.
    pub user: String,
    /// Password.
    pub password: Option<SecretString>,
    /// File that holds the password.
    pub password_file: Option<PathBuf>,
    /// `password`; `xoauth2` takes its bearer token from `token_command`.
    pub auth: Auth,
    /// A command that prints a bearer token.
    pub token_command: Option<String>,
    /// Own root certificates (PEM), beside the system's.
    pub ca_file: Option<PathBuf>,
    /// …a Maildir on disk; or…
    pub maildir: Option<PathBuf>,
    /// …a folder of `.eml` files; new ones are taken as they come.
    pub folder: Option<PathBuf>,
    /// Folder that is read.
    pub inbox: String,
    /// Folder that drafts are put into.
    pub drafts: String,
    /// Folder of sent mail.
    pub sent: String,
    /// Where the first connection starts.
    pub start: Start,
    /// The poll that runs whatever IDLE says.
    pub poll: SignedDuration,
    /// Whether drafts are put into the drafts folder.
    pub save_drafts: bool,
}

impl Default for MailboxSettings {
    fn default() -> Self {
        Self {
            host: None,
            port: None,
            tls: Tls::default(),
            user: String::new(),
            password: None,
            password_file: None,
            auth: Auth::default(),
            token_command: None,
            ca_file: None,
            maildir: None,
            folder: None,
            inbox: "INBOX".into(),
            drafts: "Drafts".into(),
            sent: "Sent".into(),
            start: Start::default(),
            poll: SignedDuration::from_secs(60),
            save_drafts: true,
        }
    }
}

/// How to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Auth {
    /// LOGIN or AUTHENTICATE PLAIN.
    #[default]
    Password,
    /// Bearer token.
    Xoauth2,
}

/// Where the first connection to a mailbox starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Start {
    /// With the next mail; what is there is history.
    #[default]
    Now,
    /// With the oldest mail there is.
    All,
}

/// How far a mailbox was read. For an IMAP folder `epoch` is UIDVALIDITY and `next` the next UID;
/// files have epoch 0 and are told apart by name alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cursor {
    /// UIDVALIDITY.
    pub epoch: u32,
    /// The lowest UID not yet taken.
    pub next: u32,
}

/// A message that waits in the mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// UID as text, or the file's name without flags.
    pub uid: String,
    /// Size in bytes.
    pub size: u64,
}

/// What a look into the mailbox shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The epoch now; another one than the cursor's means that UIDs say nothing any more.
    pub epoch: u32,
    /// Messages at or behind the cursor (all of them when the epoch is new), oldest first.
    pub waiting: Vec<Waiting>,
    /// The cursor once all of `waiting` has a fate.
    pub next: u32,
}

/// A fetched message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// As in [`Waiting`].
    pub uid: String,
    /// Raw bytes; only the first 256 KiB of an oversize message.
    pub raw: Vec<u8>,
    /// The size of the whole message when `raw` is only its beginning.
    pub cut_from: Option<u64>,
}

/// Why [`Source::wait`] came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// Something may have come.
    Mail,
    /// Nothing was heard in the given time.
    Quiet,
}

/// Messages larger than this are kept only by their beginning (SAFETY, section 3).
pub const LARGEST: u64 = 25 * 1024 * 1024;

/// A connection (or two: one waits in IDLE, one works) to one mailbox.
#[derive(Debug)]
pub struct Source {}

impl Source {
    /// Connects and signs in, or opens the folder.
    ///
    /// # Errors
    /// `Permanent` where the operator must act (wrong password, no such folder), else `Passing`.
    pub async fn open(_settings: &MailboxSettings) -> Result<Self, Fault> {
        todo!("stub")
    }

    /// Lists what waits at or behind `cursor`; `None` on the first connection ever (all there is, whatever `start` says:
    /// the caller decides what is history).
    ///
    /// # Errors
    /// Any failure of the connection; open a new one then.
    pub async fn look(&mut self, _cursor: Option<Cursor>) -> Result<Look, Fault> {
        todo!("stub")
    }

    /// Fetches these messages. One that is missing from the answer is gone from the mailbox (and that was checked).
    ///
    /// # Errors
    /// Any failure; nothing of the batch counts then.
    pub async fn fetch(&mut self, _uids: &[Waiting]) -> Result<Vec<Arrival>, Fault> {
        todo!("stub")
    }

    /// Waits until something may have come, at most `at_most`.
    ///
    /// # Errors
    /// Any failure of the waiting connection; open a new one then.
    pub async fn wait(&mut self, _at_most: Duration) -> Result<Wake, Fault> {
        todo!("stub")
    }

    /// Whether a draft with this Message-ID (without angle brackets) stands in the drafts folder.
    ///
    /// # Errors
    /// Any failure of the connection.
    pub async fn has_draft(&mut self, _message_id: &str) -> Result<bool, Fault> {
        todo!("stub")
    }

    /// Puts a draft into the drafts folder, flagged `\Draft`.
    ///
    /// # Errors
    /// `Unsure` when the connection was lost after the message was sent and before the answer; ask `has_draft` then.
    pub async fn save_draft(&mut self, _mail: &[u8]) -> Result<(), Fault> {
        todo!("stub")
    }

    /// Whether a message with this Message-ID stands in the sent folder.
    ///
    /// # Errors
    /// Any failure of the connection.
    pub async fn has_sent(&mut self, _message_id: &str) -> Result<bool, Fault> {
        todo!("stub")
    }

    /// Puts a copy of a sent reply into the sent folder, flagged `\Seen`.
    ///
    /// # Errors
    /// As [`Source::save_draft`].
    pub async fn save_sent(&mut self, _mail: &[u8]) -> Result<(), Fault> {
        todo!("stub")
    }
}
