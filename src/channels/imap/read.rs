//! Reading a folder without leaving a trace: EXAMINE and BODY.PEEK only, sizes before bodies, and nothing counts
//! before the server's tagged OK.

use std::collections::{BTreeMap, BTreeSet};

use imap_proto::{AttributeValue, MailboxDatum, Response};

use super::folders::Folder;
use super::line::{Line, THROTTLED, Trouble};
use super::names;
use crate::channels::mailbox::{Arrival, BEGINNING, Cursor, LARGEST, Look, Room, Waiting};
use crate::channels::{Fault, heading};

impl Line {
    /// What waits at or behind `cursor`, and the UIDVALIDITY under which it was listed.
    pub async fn look(&mut self, room: Room, cursor: Option<Cursor>) -> Result<(Look, u32), Trouble> {
        let Some(found) = self.enter(room).await? else {
            return Ok((Look { epoch: 0, waiting: Vec::new(), next: 1 }, 0));
        };
        let (epoch, from) = place(cursor, &found);
        let range = match found.next {
            Some(next) if next <= from => None,
            Some(next) => Some(format!("{from}:{}", next - 1)),
            // Not every server takes a range over an empty folder.
            None if found.exists == 0 => None,
            // `n:*` always names the last message, even below n: the answer is filtered below.
            None => Some(format!("{from}:*")),
        };
        let waiting = match range {
            Some(range) => self.sizes(&range, |uid| uid >= from && found.next.is_none_or(|next| uid < next)).await?,
            None => Vec::new(),
        };
        let behind = waiting.iter().filter_map(number).max().map_or(from, |uid| uid.saturating_add(1));
        Ok((Look { epoch, waiting, next: found.next.unwrap_or(behind) }, found.validity))
    }

    /// The messages of the open folder in `set` that are `wanted`, by UID, with their sizes.
    pub async fn sizes(&mut self, set: &str, wanted: impl Fn(u32) -> bool + Send + Sync) -> Result<Vec<Waiting>, Trouble> {
        let mut sizes: BTreeMap<u32, u64> = BTreeMap::new();
        self.run("list what waits", &format!("UID FETCH {set} (UID RFC822.SIZE)"), |answer| {
            if let Some((uid, size)) = size_in(answer).filter(|(uid, _)| wanted(*uid)) {
                sizes.insert(uid, size);
            }
        })
        .await?;
        Ok(sizes.into_iter().map(|(uid, size)| Waiting { uid: uid.to_string(), size }).collect())
    }

    /// Fetches one batch whole, of oversize messages the beginning. `epoch`: as their look told.
    pub async fn fetch(&mut self, room: Room, epoch: u32, batch: &[Waiting]) -> Result<Vec<Arrival>, Trouble> {
        let (large, small): (Vec<_>, Vec<_>) = batch.iter().cloned().partition(|w| w.size > LARGEST);
        let mut arrivals = self.part(room, epoch, &small, Part::Whole).await?;
        for waiting in &large {
            arrivals.extend(self.part(room, epoch, std::slice::from_ref(waiting), Part::Beginning).await?);
        }
        arrivals.sort_by_key(|a| a.uid.parse::<u32>().ok());
        Ok(arrivals)
    }

    /// A part of each of these messages. One that is missing is gone from the folder, and that was asked for.
    pub async fn part(&mut self, room: Room, epoch: u32, batch: &[Waiting], part: Part) -> Result<Vec<Arrival>, Trouble> {
        self.same_epoch(room, epoch).await?;
        let mut found = self.section(&numbers(batch)?, part).await?;
        let arrival = |waiting: &Waiting| {
            let raw = found.remove(&number(waiting)?)?;
            let raw = if part == Part::Fields { heading::fields(&raw) } else { raw };
            Some(Arrival { uid: waiting.uid.clone(), raw, cut_from: (part != Part::Whole).then_some(waiting.size) })
        };
        Ok(batch.iter().filter_map(arrival).collect())
    }

    /// Whether the server lists this message.
    pub async fn lists(&mut self, room: Room, epoch: u32, uid: &str) -> Result<bool, Trouble> {
        self.same_epoch(room, epoch).await?;
        Ok(!self.search(&format!("UID {uid}")).await?.is_empty())
    }

    async fn same_epoch(&mut self, room: Room, epoch: u32) -> Result<(), Trouble> {
        let open = match self.open_folder {
            Some((open, validity)) if open == room => Some(validity),
            _ => self.enter(room).await?.map(|folder| folder.validity),
        };
        let same = open.is_some_and(|validity| validity == epoch || validity == epoch ^ BROKEN_PROMISE);
        if same { Ok(()) } else { Err(Trouble::Told(Fault::passing("the mail server has renumbered the folder: look again"))) }
    }

    async fn section(&mut self, uids: &[u32], part: Part) -> Result<BTreeMap<u32, Vec<u8>>, Trouble> {
        let mut found = BTreeMap::new();
        if uids.is_empty() {
            return Ok(found);
        }
        let asked: BTreeSet<u32> = uids.iter().copied().collect();
        self.run("hand out messages", &format!("UID FETCH {} (UID {})", names::set(uids), part.asked()), |answer| {
            // A message may well have none of the fields, but never no octet at all.
            if let Some((uid, raw)) = text_in(answer).filter(|(_, raw)| part == Part::Fields || !raw.is_empty())
                && asked.contains(&uid)
            {
                found.insert(uid, raw);
            }
        })
        .await?;
        let missing: Vec<u32> = asked.iter().filter(|uid| !found.contains_key(uid)).copied().collect();
        if !missing.is_empty() && !self.search(&format!("UID {}", names::set(&missing))).await?.is_empty() {
            // Present, yet its text was left out: a throttled server does this under a tagged OK.
            let what = "the mail server left out messages that it still has".into();
            return Err(Trouble::Told(Fault::Passing { what, after_ms: Some(THROTTLED) }));
        }
        Ok(found)
    }

    /// UIDs in the open folder for which `criteria` hold.
    pub async fn search(&mut self, criteria: &str) -> Result<Vec<u32>, Trouble> {
        let mut found = Vec::new();
        self.run("search", &format!("UID SEARCH {criteria}"), |answer| {
            if let Response::MailboxData(MailboxDatum::Search(uids)) = answer {
                found.extend_from_slice(uids);
            }
        })
        .await?;
        Ok(found)
    }

    /// Whether a message with this Message-ID (without angle brackets) stands in `room`; a folder that does not exist holds none.
    pub async fn holds(&mut self, room: Room, message_id: &str) -> Result<bool, Trouble> {
        let Some(id) = names::quoted(&format!("<{message_id}>")) else {
            return Err(Trouble::Told(Fault::Permanent("a Message-ID that no header can hold".into())));
        };
        let there = self.enter(room).await?.is_some();
        Ok(there && !self.search(&format!("HEADER Message-ID {id}")).await?.is_empty())
    }
}

/// Tells an epoch from the one before it under the same UIDVALIDITY.
const BROKEN_PROMISE: u32 = 1 << 31;

/// The epoch to be told, and the lowest UID of interest. A UIDNEXT that went down under the same UIDVALIDITY breaks the
/// server's promise: its numbers may name other messages now, so this is another epoch, whatever the server calls it.
fn place(cursor: Option<Cursor>, found: &Folder) -> (u32, u32) {
    match cursor.filter(|c| c.epoch == found.validity || c.epoch == found.validity ^ BROKEN_PROMISE) {
        None => (found.validity, 1),
        Some(known) if found.next.is_some_and(|next| next < known.next) => (known.epoch ^ BROKEN_PROMISE, 1),
        Some(known) => (known.epoch, known.next.max(1)),
    }
}

/// What is asked of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    Beginning,
    Header,
    /// The header fields by which it is known again.
    Fields,
}

impl Part {
    fn asked(self) -> String {
        match self {
            Self::Whole => "BODY.PEEK[]".into(),
            Self::Beginning => format!("BODY.PEEK[]<0.{BEGINNING}>"),
            Self::Header => "BODY.PEEK[HEADER]".into(),
            Self::Fields => format!("BODY.PEEK[HEADER.FIELDS ({})]", heading::FIELDS.join(" ")),
        }
    }
}

/// UID and size, when both are told; a size of 0 octets when only the UID is.
fn size_in(answer: &Response<'_>) -> Option<(u32, u64)> {
    let Response::Fetch(_, attributes) = answer else { return None };
    let (mut uid, mut size) = (None, None);
    for attribute in attributes {
        match attribute {
            AttributeValue::Uid(n) => uid = Some(*n),
            AttributeValue::Rfc822Size(n) => size = Some(u64::from(*n)),
            _ => {}
        }
    }
    // A flag change that somebody else makes meanwhile comes with a UID and no size: it is no listing.
    uid.zip(size)
}

/// UID and text, when both are told.
fn text_in(answer: &Response<'_>) -> Option<(u32, Vec<u8>)> {
    let Response::Fetch(_, attributes) = answer else { return None };
    let (mut uid, mut text) = (None, None);
    for attribute in attributes {
        match attribute {
            AttributeValue::Uid(n) => uid = Some(*n),
            AttributeValue::BodySection { index: None | Some(0), data: Some(data), .. } => text = Some(data.to_vec()),
            _ => {}
        }
    }
    uid.zip(text)
}

fn number(waiting: &Waiting) -> Option<u32> {
    waiting.uid.parse().ok().filter(|n| *n > 0)
}

fn numbers(batch: &[Waiting]) -> Result<Vec<u32>, Trouble> {
    let fault = || Trouble::Told(Fault::Permanent("a UID that is no number".into()));
    batch.iter().map(|w| number(w).ok_or_else(fault)).collect()
}
