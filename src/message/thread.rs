//! The mark by which an answer to the desk is known: a ticket's id under a key, carried in Message-ID and References (RFC 5322
//! section 3.6.4). Mail programs keep References along a conversation; nobody without the key can name somebody else's ticket.

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::Message;

/// What each mark begins with.
const PREFIX: &str = "usher.";
/// Hexadecimal digits of the proof: 64 bits, guessed by nobody by mail.
const PROOF: usize = 16;
/// Characters of a ULID.
const ID: usize = 26;
/// Octets of a bounce that are looked through for what it returns.
const MOST: usize = 256 * 1024;

/// Makes marks and knows them again.
#[derive(Clone)]
pub struct Threads(Arc<Hmac<Sha256>>);

impl Threads {
    /// Under `key`, the same that seals codes; marks and codes never meet.
    pub fn new(key: &[u8; 32]) -> Self {
        let mut block = [0; 64];
        block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
        let mut mac = Hmac::new(&block.into());
        mac.update(b"usher conversation\0");
        Self(Arc::new(mac))
    }

    /// The mark of a ticket as a reference: `usher.ID.PROOF@domain`, without angle brackets.
    pub fn token(&self, ticket: &str, domain: &str) -> String {
        let id = ticket.to_ascii_lowercase();
        format!("{PREFIX}{id}.{}@{domain}", self.proof(&id))
    }

    /// The Message-ID of one mail of a ticket: the mark, and `part` to tell it from the ticket's others.
    pub fn message_id(&self, ticket: &str, part: &str, domain: &str) -> String {
        let id = ticket.to_ascii_lowercase();
        format!("{PREFIX}{id}.{}.{}@{domain}", self.proof(&id), part.to_ascii_lowercase())
    }

    /// The ticket that an id is of, where its proof holds.
    pub fn ticket(&self, message_id: &str) -> Option<String> {
        let rest = message_id.trim().strip_prefix(PREFIX)?;
        let (id, rest) = rest.split_at_checked(ID)?;
        let proof = rest.strip_prefix('.')?.get(..PROOF)?;
        let ends = rest.get(PROOF + 1..)?.starts_with(['@', '.']);
        let good = ends && id.bytes().all(|b| b.is_ascii_alphanumeric()) && same(proof, &self.proof(&id.to_ascii_lowercase()));
        good.then(|| id.to_ascii_uppercase())
    }

    /// The tickets that a message answers, the nearest first.
    pub fn answered(&self, message: &Message) -> Vec<String> {
        let ids = message.in_reply_to.iter().chain(message.references.iter().rev());
        let mut tickets: Vec<String> = Vec::new();
        for ticket in ids.filter_map(|id| self.ticket(id)) {
            if !tickets.contains(&ticket) {
                tickets.push(ticket);
            }
        }
        tickets
    }

    /// The Message-IDs of ours that stand anywhere in `raw`: what a bounce returns, be it as a part or in prose.
    pub fn returned(&self, raw: &[u8]) -> Vec<String> {
        let text = String::from_utf8_lossy(raw.get(..MOST).unwrap_or(raw));
        let mut ids: Vec<String> = Vec::new();
        for (at, _) in text.match_indices(PREFIX) {
            let rest = text.get(at..).unwrap_or_default();
            let end = rest.find(|c: char| !c.is_ascii_graphic() || matches!(c, '<' | '>' | '"' | ',' | ';')).unwrap_or(rest.len());
            let id = rest.get(..end).unwrap_or_default().to_owned();
            if self.ticket(&id).is_some() && !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }

    fn proof(&self, id: &str) -> String {
        let mut mac = (*self.0).clone();
        mac.update(id.as_bytes());
        let bytes = mac.finalize().into_bytes();
        bytes.iter().take(PROOF / 2).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Compares without telling by its time how far two texts agree.
fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

impl fmt::Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Threads(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICKET: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

    fn threads() -> Threads {
        Threads::new(&[7; 32])
    }

    #[test]
    fn a_mark_is_known_again_and_no_other_is() {
        let (ours, other) = (threads(), Threads::new(&[8; 32]));
        let (token, id) = (ours.token(TICKET, "nexam.example"), ours.message_id(TICKET, "01B", "nexam.example"));
        let forged = token.replace("fav.", "faw.");
        let cases = [
            ("a reference", token.clone(), Some(TICKET)),
            ("a Message-ID", id, Some(TICKET)),
            ("somebody else's ticket under the same proof", forged, None),
            ("another desk's mark", other.token(TICKET, "nexam.example"), None),
            ("no proof", format!("usher.{TICKET}@nexam.example"), None),
            ("a proof cut short", token.split_at(40).0.to_owned(), None),
            ("letters beyond ASCII", format!("usher.{}", "é".repeat(40)), None),
            ("nothing", String::new(), None),
        ];
        for (says, written, expected) in cases {
            assert_eq!(ours.ticket(&written).as_deref(), expected, "{says}: {written}");
        }
    }

    #[test]
    fn what_a_bounce_returns_is_found_wherever_it_stands() {
        let ours = threads();
        let id = ours.message_id(TICKET, "01B", "nexam.example");
        let cases = [
            format!("Message-ID: <{id}>\r\nSubject: x\r\n"),
            format!("Your message {id} could not be delivered"),
            format!("…é {id}\u{0} <usher.x@y> {id}"),
        ];
        for raw in cases {
            assert_eq!(ours.returned(raw.as_bytes()), std::slice::from_ref(&id), "{raw}");
        }
        assert!(ours.returned(b"usher. usher.01 nothing").is_empty());
    }
}
