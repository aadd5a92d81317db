//! A mailbox to poll, whatever stands behind it: an IMAP server, a Maildir, a folder of `.eml` files.

mod settings;

pub use settings::{Auth, MailboxSettings, Start};

use std::time::Duration;

use super::Fault;
use super::imap::Imap;
use super::maildir::Shelf;

/// A folder of a mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Room {
    /// Where mail comes in.
    Inbox,
    /// Where drafts wait for a person.
    Drafts,
    /// Where copies of sent mail lie.
    Sent,
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

/// A message that was found in the drafts or the sent folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// As in [`Waiting`].
    pub uid: String,
    /// Raw bytes; only the first 256 KiB of an oversize message.
    pub raw: Vec<u8>,
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

/// How much of an oversize message is kept.
pub const BEGINNING: u32 = 256 * 1024;

/// How long the other side may keep silent, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a TCP connection, and for a TLS handshake.
    pub connect: Duration,
    /// Without a single byte while an answer is due.
    pub silence: Duration,
    /// For the answers to IDLE and DONE.
    pub idle: Duration,
    /// Without a line in IDLE; then the line itself is tried. Routers forget a silent connection after 10 to 15 minutes.
    pub quiet: Duration,
    /// How old a connection grows before another is made between two commands; with a bearer token no older than 45 minutes.
    pub session: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(20),
            silence: Duration::from_secs(60),
            idle: Duration::from_secs(15),
            quiet: Duration::from_secs(300),
            session: Duration::from_secs(23 * 3600),
        }
    }
}

/// A way to one mailbox: an IMAP server (one connection waits in IDLE, one works), a Maildir, or a folder of `.eml` files.
#[derive(Debug)]
pub struct Source {
    way: Way,
}

#[derive(Debug)]
enum Way {
    Imap(Box<Imap>),
    Shelf(Shelf),
}

impl Source {
    /// Connects and signs in, or opens the folder.
    ///
    /// # Errors
    /// `Permanent` where the operator must act (wrong password, no such folder), else `Passing`.
    pub async fn open(settings: &MailboxSettings) -> Result<Self, Fault> {
        Self::open_with(settings, Patience::default()).await
    }

    /// [`Source::open`] with time limits of one's own.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub async fn open_with(settings: &MailboxSettings, patience: Patience) -> Result<Self, Fault> {
        let way = match (&settings.host, &settings.maildir, &settings.folder) {
            (Some(host), None, None) => Way::Imap(Box::new(Imap::open(settings, host, patience).await?)),
            (None, Some(path), None) => Way::Shelf(Shelf::maildir(path, settings).await?),
            (None, None, Some(path)) => Way::Shelf(Shelf::folder(path, settings).await?),
            (None, None, None) => return Err(Fault::Permanent("the mailbox names neither `host` nor `maildir` nor `folder`".into())),
            _ => return Err(Fault::Permanent("the mailbox names more than one of `host`, `maildir` and `folder`".into())),
        };
        Ok(Self { way })
    }

    /// Lists what waits at or behind `cursor`; `None` on the first connection ever (all there is, whatever `start` says:
    /// the caller decides what is history). Should an IMAP server's UIDNEXT fall below the cursor under the same
    /// UIDVALIDITY, that is told as another epoch, as a new UIDVALIDITY is: everything is listed, to be matched by content.
    /// Files are told apart by name alone: all there are, each time.
    ///
    /// # Errors
    /// Any failure of the connection; the next call connects anew.
    pub async fn look(&mut self, cursor: Option<Cursor>) -> Result<Look, Fault> {
        self.look_in(Room::Inbox, cursor).await
    }

    /// [`Source::look`] in any room; one that does not exist holds nothing (epoch 0, next 1).
    ///
    /// # Errors
    /// As [`Source::look`].
    pub async fn look_in(&mut self, room: Room, cursor: Option<Cursor>) -> Result<Look, Fault> {
        match &mut self.way {
            Way::Imap(imap) => imap.look(room, cursor).await,
            Way::Shelf(shelf) => shelf.look(room).await,
        }
    }

    /// Message-ID, Date, From, To, Subject, In-Reply-To and References of these messages: those lines alone are `raw`.
    /// `epoch`: that of the look by which they were listed. One that is missing from the answer is gone (and that was
    /// checked); of one whose header nobody can read, `raw` is empty.
    ///
    /// # Errors
    /// Any failure; nothing of the answer counts then.
    pub async fn heads(&mut self, room: Room, epoch: u32, of: &[Waiting]) -> Result<Vec<Arrival>, Fault> {
        match &mut self.way {
            Way::Imap(imap) => imap.heads(room, epoch, of).await,
            Way::Shelf(shelf) => shelf.heads(room, of).await,
        }
    }

    /// The messages in `room` that have this Message-ID, or name `token` in their References (both without angle
    /// brackets). What somebody marked as deleted does not stand any more.
    ///
    /// # Errors
    /// Any failure of the connection.
    pub async fn standing(&mut self, room: Room, message_id: &str, token: &str) -> Result<Vec<Standing>, Fault> {
        match &mut self.way {
            Way::Imap(imap) => imap.standing(room, message_id, token).await,
            Way::Shelf(shelf) => shelf.standing(room, message_id, token).await,
        }
    }

    /// Takes one message out of the drafts folder, as [`Source::standing`] named it before. Gone already is success.
    ///
    /// # Errors
    /// Any failure; `Passing` too when the folder was renumbered since.
    pub async fn remove_draft(&mut self, uid: &str) -> Result<(), Fault> {
        match &mut self.way {
            Way::Imap(imap) => imap.remove_draft(uid).await,
            Way::Shelf(shelf) => shelf.remove_draft(uid).await,
        }
    }

    /// Fetches these messages. One that is missing from the answer is gone from the mailbox (and that was checked).
    /// A message that no parser can read is fetched by its beginning, its header, or as nothing, with `cut_from` set.
    ///
    /// # Errors
    /// Any failure; nothing of the batch counts then.
    pub async fn fetch(&mut self, uids: &[Waiting]) -> Result<Vec<Arrival>, Fault> {
        match &mut self.way {
            Way::Imap(imap) => imap.fetch(uids).await,
            Way::Shelf(shelf) => shelf.fetch(Room::Inbox, uids).await,
        }
    }

    /// Waits until something may have come, at most `at_most`. May be dropped and called again: nothing heard is lost.
    /// A lost waiting connection mends itself; meanwhile, and where the server knows no IDLE, `poll` is the beat.
    ///
    /// # Errors
    /// When the folder of files is gone.
    pub async fn wait(&mut self, at_most: Duration) -> Result<Wake, Fault> {
        match &mut self.way {
            Way::Imap(imap) => Ok(imap.wait(at_most).await),
            Way::Shelf(shelf) => shelf.wait(at_most).await,
        }
    }

    /// Whether a draft with this Message-ID (without angle brackets) stands in the drafts folder.
    ///
    /// # Errors
    /// Any failure of the connection.
    pub async fn has_draft(&mut self, message_id: &str) -> Result<bool, Fault> {
        match &mut self.way {
            Way::Imap(imap) => imap.holds(Room::Drafts, message_id).await,
            Way::Shelf(shelf) => shelf.holds(Room::Drafts, message_id).await,
        }
    }

    /// Puts a draft into the drafts folder, flagged `\Draft`; makes the folder when there is none.
    ///
    /// # Errors
    /// `Unsure` when the connection was lost after the message was sent and before the answer; ask `has_draft` then.
    pub async fn save_draft(&mut self, mail: &[u8]) -> Result<(), Fault> {
        match &mut self.way {
            Way::Imap(imap) => imap.append(Room::Drafts, "(\\Draft \\Seen)", mail).await,
            Way::Shelf(shelf) => shelf.put(Room::Drafts, "DS", mail).await,
        }
    }

    /// Whether a message with this Message-ID stands in the sent folder.
    ///
    /// # Errors
    /// Any failure of the connection.
    pub async fn has_sent(&mut self, message_id: &str) -> Result<bool, Fault> {
        match &mut self.way {
            Way::Imap(imap) => imap.holds(Room::Sent, message_id).await,
            Way::Shelf(shelf) => shelf.holds(Room::Sent, message_id).await,
        }
    }

    /// Puts a copy of a sent reply into the sent folder, flagged `\Seen`.
    ///
    /// # Errors
    /// As [`Source::save_draft`].
    pub async fn save_sent(&mut self, mail: &[u8]) -> Result<(), Fault> {
        match &mut self.way {
            Way::Imap(imap) => imap.append(Room::Sent, "(\\Seen)", mail).await,
            Way::Shelf(shelf) => shelf.put(Room::Sent, "S", mail).await,
        }
    }
}
