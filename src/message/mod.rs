//! What a message is: bytes in, [`Message`] out. Odd mail is noted in `defects`, never refused.

pub mod address;
pub mod authentication;
pub mod automatic;
pub mod body;
pub mod fingerprint;
pub mod html;
mod invisible;
pub mod mime;
pub mod parse;
pub mod pattern;
pub mod prose;
pub mod thread;
pub mod words;

use jiff::{Timestamp, Zoned};

use address::Address;

/// Who the desk is, as far as reading mail needs it (`[mail]` in the settings).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The desk's own addresses; mail from them is our own coming back.
    pub own: Vec<Address>,
    /// The name under which the desk's own mail server writes Authentication-Results (RFC 8601 section 2.5).
    pub authserv_id: String,
    /// List-Ids of lists through which people reach the desk (a distribution list in front of the mailbox).
    pub own_lists: Vec<String>,
    /// Sender addresses of web forms whose mail is a person's request though a machine sends it.
    pub forms: Vec<Address>,
}

impl Default for Identity {
    /// What both JSON commands take without settings.
    fn default() -> Self {
        Self {
            own: Address::parse("support@nexam.example").into_iter().collect(),
            authserv_id: "mx.nexam.example".into(),
            own_lists: Vec::new(),
            forms: Vec::new(),
        }
    }
}

impl Identity {
    /// The domain of the desk's first own address; invitations come from there too.
    pub fn domain(&self) -> &str {
        self.own.first().map_or("", Address::domain)
    }
}

/// A name and an address, decoded, as written in a header.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Mailbox {
    /// The display name, empty when there is none.
    pub name: String,
    /// The address as written.
    pub address: String,
}

/// An attached part: its name and size only, it is never opened.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Attachment {
    /// Decoded file name, empty when there is none.
    pub name: String,
    /// Media type, lower-case: `application/pdf`.
    #[serde(rename = "type")]
    pub media_type: String,
    /// Size in bytes after transfer decoding.
    pub size: usize,
}

/// A mail that is passed on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Forwarded {
    /// Who wrote it, as far as its head tells.
    pub from: Mailbox,
    /// Their own words.
    pub text: String,
}

/// Which machine wrote a message; nobody ever answers one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Automatic {
    /// A delivery failure, by RFC 3464 or in prose.
    Bounce,
    /// A vacation notice or another automatic reply (RFC 3834).
    AutoReply,
    /// A delivery, abuse or read report.
    Report,
    /// A mailing list.
    List,
    /// Bulk mail.
    Bulk,
    /// Mail of the desk itself, come back.
    Own,
}

/// Whether the sender in `From:` is proven by the desk's own mail server, and if not, why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authentication {
    /// One From address, and the topmost trusted `dmarc` result passes.
    Passed,
    /// Anything else; the text says what was missing or wrong, for staff.
    NotProven(String),
}

/// A message as a person would see it, and what the machine needs to know of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// From, decoded; more than one is odd but possible.
    pub from: Vec<Mailbox>,
    /// To.
    pub to: Vec<Mailbox>,
    /// Cc.
    pub cc: Vec<Mailbox>,
    /// Reply-To; shown to staff, never answered to.
    pub reply_to: Vec<Mailbox>,
    /// The one sender: present only when From holds exactly one valid address.
    pub sender: Option<Address>,
    /// Whom a reply goes to: the sender; or the person whom a trusted form speaks for, proven by nothing.
    pub speaker: Option<Address>,
    /// Subject, decoded and unfolded.
    pub subject: String,
    /// `Date:` with its own offset.
    pub date: Option<Zoned>,
    /// When the desk's server took the message: the topmost `Received:`.
    pub received: Option<Timestamp>,
    /// Message-ID without angle brackets.
    pub message_id: Option<String>,
    /// In-Reply-To ids without angle brackets.
    pub in_reply_to: Vec<String>,
    /// References ids without angle brackets, oldest first.
    pub references: Vec<String>,
    /// The whole readable body.
    pub text: String,
    /// `text` without quoted mail; the signature is kept.
    pub new_text: String,
    /// `new_text` without signature and footers: the person's own words. Facts are read here first.
    pub clean: String,
    /// What was cut as quoted.
    pub quoted: Option<String>,
    /// What was cut as signature.
    pub signature: Option<String>,
    /// Somebody else's mail that the sender passes on with words of their own above it.
    pub forwarded: Option<Forwarded>,
    /// Attached parts.
    pub attachments: Vec<Attachment>,
    /// Which machine wrote it; `None`: a person did.
    pub automatic: Option<Automatic>,
    /// The headers or rules that decided `automatic`.
    pub automatic_why: Vec<String>,
    /// Reasons not to answer by machine although a person may have written it; empty: none.
    pub no_auto_reply: Vec<String>,
    /// The address that a bounce says could not be reached, as written there.
    pub failed_address: Option<String>,
    /// Whether the sender is proven.
    pub authentication: Authentication,
    /// A reader sees other words than a program does: text is hidden, or said twice and differently. Nothing is settled by such a message.
    pub deceptive: bool,
    /// What was broken, hidden or cut off.
    pub defects: Vec<String>,
}

impl Message {
    /// The display name in From, empty when there is none.
    pub fn sender_name(&self) -> &str {
        self.from.first().map_or("", |m| m.name.as_str())
    }

    /// Whether the subject says that this answers an earlier mail ("Re:", "RÉ :", "AW:", …).
    pub fn is_reply(&self) -> bool {
        const MARKS: [&str; 17] =
            ["re", "ré", "rép", "rif", "aw", "antw", "sv", "vs", "odp", "res", "rv", "re²", "ynt", "atb", "ref", "reply", "réponse"];
        let mark = self.subject.split_once([':', '：']).map(|(mark, _)| mark.trim().to_lowercase());
        let mark = mark.as_deref().map(|m| m.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '[' | ']' | '(' | ')' | '^')));
        mark.is_some_and(|m| MARKS.contains(&m))
    }

    /// "Now" of a message: its `Date:`, unless the topmost `Received:` is over 7 days away from it (then that one);
    /// `None` when it carries neither.
    pub fn moment(&self) -> Option<Timestamp> {
        const WEEK: jiff::SignedDuration = jiff::SignedDuration::from_hours(7 * 24);
        let date = self.date.as_ref().map(Zoned::timestamp);
        match (date, self.received) {
            (Some(d), Some(r)) if r.duration_since(d).abs() > WEEK => Some(r),
            (d, r) => d.or(r),
        }
    }

    /// Whether the sender is proven by the desk's own server.
    pub fn is_authenticated(&self) -> bool {
        self.authentication == Authentication::Passed
    }
}
