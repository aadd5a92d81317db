//! Reading a folder without leaving a trace: EXAMINE and BODY.PEEK only, sizes before bodies, and nothing counts
//! before the server's tagged OK.

use std::collections::{BTreeMap, BTreeSet};

use imap_proto::{AttributeValue, MailboxDatum, Response, ResponseCode, Status, StatusAttribute};

use super::line::{Line, Trouble};
use super::names;
use crate::channels::Fault;
use crate::channels::mailbox::{Arrival, BEGINNING, Cursor, LARGEST, Look, Waiting};

/// What EXAMINE says of a folder.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Folder {
    pub validity: u32,
    /// Some servers leave it out.
    pub next: Option<u32>,
    /// How many messages there are.
    pub exists: u32,
}

/// Why EXAMINE did not open a folder.
pub(super) enum Unopened {
    /// There is none of this name.
    Missing,
    /// Anything else.
    Trouble(Trouble),
}

impl<T: Into<Trouble>> From<T> for Unopened {
    fn from(trouble: T) -> Self {
        Self::Trouble(trouble.into())
    }
}

/// The folder's name as the server wants it.
pub(super) fn written(folder: &str) -> Result<String, Trouble> {
    names::folder(folder).ok_or_else(|| Trouble::Told(Fault::Permanent("a folder's name in the settings holds a line break".into())))
}

impl Line {
    /// Opens a folder for reading only.
    pub async fn examine(&mut self, folder: &str) -> Result<Folder, Unopened> {
        self.open_folder = None;
        let name = written(folder)?;
        let mut found = Folder::default();
        let command = format!("EXAMINE {name}");
        let examined = self.run("open the folder", &command, |answer| {
            if let Response::MailboxData(MailboxDatum::Exists(n)) = answer {
                found.exists = *n;
            }
            if let Response::Data { status: Status::Ok, outcome } = answer {
                match outcome.code {
                    Some(ResponseCode::UidValidity(n)) => found.validity = n,
                    Some(ResponseCode::UidNext(n)) => found.next = Some(n),
                    _ => {}
                }
            }
        });
        match examined.await {
            Ok(()) => {}
            Err(Trouble::Refused { bad: false, .. }) if !self.exists(&name).await? => return Err(Unopened::Missing),
            Err(trouble) => return Err(trouble.into()),
        }
        if found.validity == 0 || found.next.is_none() {
            self.complete(&name, &mut found).await?;
        }
        if found.validity == 0 {
            let what = "the server gives the folder no UIDVALIDITY: without it no message can be told from another";
            return Err(Trouble::Told(Fault::Permanent(what.into())).into());
        }
        self.open_folder = Some((folder.to_owned(), found.validity));
        Ok(found)
    }

    /// Asks STATUS for what EXAMINE left out. A refusal is no trouble: not every server answers for an open folder.
    async fn complete(&mut self, name: &str, found: &mut Folder) -> Result<(), Trouble> {
        let command = format!("STATUS {name} (UIDNEXT UIDVALIDITY)");
        let asked = self.run("tell the folder's state", &command, |answer| {
            if let Response::MailboxData(MailboxDatum::Status { status, .. }) = answer {
                for attribute in status {
                    match attribute {
                        StatusAttribute::UidNext(n) => found.next = found.next.or(Some(*n)),
                        StatusAttribute::UidValidity(n) if found.validity == 0 => found.validity = *n,
                        _ => {}
                    }
                }
            }
        });
        match asked.await {
            Err(Trouble::Refused { .. }) => Ok(()),
            other => other,
        }
    }

    async fn exists(&mut self, name: &str) -> Result<bool, Trouble> {
        let mut listed = false;
        self.run("list folders", &format!("LIST \"\" {name}"), |answer| {
            listed |= matches!(answer, Response::MailboxData(MailboxDatum::List(_)));
        })
        .await?;
        Ok(listed)
    }

    /// Opens the folder that is read, unless it is open already.
    pub async fn inbox(&mut self, folder: &str) -> Result<Folder, Trouble> {
        self.examine(folder).await.map_err(|unopened| match unopened {
            Unopened::Missing => Trouble::Told(Fault::Permanent(format!("the mailbox has no folder “{folder}”: set `inbox`"))),
            Unopened::Trouble(trouble) => trouble,
        })
    }

    /// What waits at or behind `cursor`, and the UIDVALIDITY under which it was listed.
    pub async fn look(&mut self, folder: &str, cursor: Option<Cursor>) -> Result<(Look, u32), Trouble> {
        let found = self.inbox(folder).await?;
        let (epoch, from) = place(cursor, &found);
        let range = match found.next {
            Some(next) if next <= from => None,
            Some(next) => Some(format!("{from}:{}", next - 1)),
            // Not every server takes a range over an empty folder.
            None if found.exists == 0 => None,
            // `n:*` always names the last message, even below n: the answer is filtered below.
            None => Some(format!("{from}:*")),
        };
        let mut sizes: BTreeMap<u32, u64> = BTreeMap::new();
        if let Some(range) = range {
            self.run("list what waits", &format!("UID FETCH {range} (UID RFC822.SIZE)"), |answer| {
                if let Some((uid, size)) = size_in(answer)
                    && uid >= from
                    && found.next.is_none_or(|next| uid < next)
                {
                    sizes.insert(uid, size);
                }
            })
            .await?;
        }
        let behind = sizes.last_key_value().map_or(from, |(uid, _)| uid.saturating_add(1));
        let waiting = sizes.into_iter().map(|(uid, size)| Waiting { uid: uid.to_string(), size }).collect();
        Ok((Look { epoch, waiting, next: found.next.unwrap_or(behind) }, found.validity))
    }

    /// Fetches one batch whole. `epoch`: the UIDVALIDITY under which the UIDs were listed.
    pub async fn fetch(&mut self, folder: &str, epoch: u32, batch: &[Waiting]) -> Result<Vec<Arrival>, Trouble> {
        self.same_epoch(folder, epoch).await?;
        let (large, small): (Vec<_>, Vec<_>) = batch.iter().partition(|w| w.size > LARGEST);
        let mut bodies = self.bodies(&numbers(small.iter().copied())?, None).await?;
        for waiting in &large {
            bodies.extend(self.bodies(&numbers(std::iter::once(*waiting))?, Some(BEGINNING)).await?);
        }
        let mut arrivals = Vec::with_capacity(batch.len());
        for waiting in batch {
            let Some(raw) = number(waiting).and_then(|uid| bodies.remove(&uid)) else { continue };
            arrivals.push(Arrival { uid: waiting.uid.clone(), raw, cut_from: (waiting.size > LARGEST).then_some(waiting.size) });
        }
        Ok(arrivals)
    }

    /// The most of a message that the parser lets through: its beginning, its header alone, or nothing but its size.
    pub async fn part(&mut self, folder: &str, epoch: u32, waiting: &Waiting, part: Part) -> Result<Option<Arrival>, Trouble> {
        self.same_epoch(folder, epoch).await?;
        let uids = numbers(std::iter::once(waiting))?;
        let mut found = match part {
            Part::Beginning => self.bodies(&uids, Some(BEGINNING)).await?,
            Part::Header => self.section(&uids, "BODY.PEEK[HEADER]").await?,
        };
        let raw = number(waiting).and_then(|uid| found.remove(&uid));
        Ok(raw.map(|raw| Arrival { uid: waiting.uid.clone(), raw, cut_from: Some(waiting.size) }))
    }

    async fn same_epoch(&mut self, folder: &str, epoch: u32) -> Result<(), Trouble> {
        let open = match &self.open_folder {
            Some((name, validity)) if name == folder => *validity,
            _ => self.inbox(folder).await?.validity,
        };
        if open == epoch { Ok(()) } else { Err(Trouble::Lost("has renumbered the folder: look again".into())) }
    }

    async fn bodies(&mut self, uids: &[u32], only: Option<u32>) -> Result<BTreeMap<u32, Vec<u8>>, Trouble> {
        match only {
            None => self.section(uids, "BODY.PEEK[]").await,
            Some(octets) => self.section(uids, &format!("BODY.PEEK[]<0.{octets}>")).await,
        }
    }

    /// The texts of these messages. One that is missing from the map is gone from the folder, and that was asked for.
    async fn section(&mut self, uids: &[u32], what: &str) -> Result<BTreeMap<u32, Vec<u8>>, Trouble> {
        let mut found = BTreeMap::new();
        if uids.is_empty() {
            return Ok(found);
        }
        let asked: BTreeSet<u32> = uids.iter().copied().collect();
        self.run("hand out messages", &format!("UID FETCH {} (UID {what})", names::set(uids)), |answer| {
            if let Some((uid, raw)) = text_in(answer)
                && asked.contains(&uid)
            {
                found.insert(uid, raw);
            }
        })
        .await?;
        let missing: Vec<u32> = asked.iter().filter(|uid| !found.contains_key(uid)).copied().collect();
        if !missing.is_empty() && !self.search(&format!("UID {}", names::set(&missing))).await?.is_empty() {
            // Present, yet its text was left out: a throttled server does this under a tagged OK.
            return Err(Trouble::Lost("left out messages that it still has".into()));
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

    /// Whether a message with this Message-ID (without angle brackets) stands in `folder`; a folder that does not exist holds none.
    pub async fn holds(&mut self, folder: &str, message_id: &str) -> Result<bool, Trouble> {
        let Some(id) = names::quoted(&format!("<{message_id}>")) else {
            return Err(Trouble::Told(Fault::Permanent("a Message-ID that no header can hold".into())));
        };
        match self.examine(folder).await {
            Ok(_) => Ok(!self.search(&format!("HEADER Message-ID {id}")).await?.is_empty()),
            Err(Unopened::Missing) => Ok(false),
            Err(Unopened::Trouble(trouble)) => Err(trouble),
        }
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

/// What is asked of a message whose whole cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Beginning,
    Header,
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

/// UID and text, when both are told and the text is more than nothing.
fn text_in(answer: &Response<'_>) -> Option<(u32, Vec<u8>)> {
    let Response::Fetch(_, attributes) = answer else { return None };
    let (mut uid, mut text) = (None, None);
    for attribute in attributes {
        match attribute {
            AttributeValue::Uid(n) => uid = Some(*n),
            AttributeValue::BodySection { index: None | Some(0), data: Some(data), .. } if !data.is_empty() => text = Some(data.to_vec()),
            _ => {}
        }
    }
    uid.zip(text)
}

fn number(waiting: &Waiting) -> Option<u32> {
    waiting.uid.parse().ok().filter(|n| *n > 0)
}

fn numbers<'w>(batch: impl Iterator<Item = &'w Waiting>) -> Result<Vec<u32>, Trouble> {
    let fault = || Trouble::Told(Fault::Permanent("a UID that is no number".into()));
    batch.map(|w| number(w).ok_or_else(fault)).collect()
}
