//! Mail in. What was fetched and how far are committed together; every message of the mailbox gets a row, and a row is for ever.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::Shared;
use crate::channels::Fault;
use crate::channels::mailbox::{Arrival, Cursor, MailboxSettings, Room, Source, Start, Waiting};
use crate::message::fingerprint;
use crate::points;
use crate::store::inbox::NewMessage;

/// Messages and bytes of one batch (MAIL, section 5).
const MOST_MESSAGES: usize = 200;
const MOST_BYTES: u64 = 4 * 1024 * 1024;
/// Headers of one batch.
const MOST_HEADS: u32 = 1_000;
/// A mailbox that was numbered anew is another epoch, whatever its UIDVALIDITY says: numbers that come back must not be taken for known.
const GENERATION: i64 = 1 << 32;

/// One look: everything behind the cursor is fetched and written down. The outer error is the store's, the inner one the mailbox's.
///
/// # Errors
/// When the store fails.
pub async fn once(shared: &Arc<Shared>, name: &str, settings: &MailboxSettings, source: &mut Source) -> anyhow::Result<Result<(), Fault>> {
    let store = &shared.works.store;
    let stored = store.cursor(name).await?;
    let cursor = stored.map(|(epoch, next)| Cursor { epoch: validity(epoch), next });
    let look = match source.look(cursor).await {
        Ok(look) => look,
        Err(fault) => return Ok(Err(fault)),
    };
    points::pass("looked");
    let mut visit = Visit { shared, name, source, epoch: i64::from(look.epoch), served: look.epoch, imported: false };
    let done = match stored {
        None if settings.start == Start::Now => visit.history(&look.waiting, look.next).await?,
        // Until all of it is taken there is no cursor, and so a further first look: nothing of it counts as new.
        None => visit.late(&look.waiting, Some(look.next)).await?,
        Some((epoch, _)) if validity(epoch) != look.epoch => {
            visit.epoch += (epoch / GENERATION + 1) * GENERATION;
            visit.renumbered(&look.waiting, look.next).await?
        }
        Some((epoch, _)) => {
            visit.epoch = epoch;
            // Files are told apart by name alone, and each look shows all of them.
            let known = if look.epoch == 0 { store.known(name, epoch).await? } else { BTreeSet::new() };
            let new: Vec<Waiting> = look.waiting.iter().filter(|w| !known.contains(&w.uid)).cloned().collect();
            visit.take(&new, look.next).await?
        }
    };
    if done.is_err() {
        return Ok(done);
    }
    if stored.is_none_or(|(epoch, next)| (epoch, next) != (visit.epoch, look.next)) {
        store.admit(name, visit.epoch, Some(look.next), &[], shared.now()).await?;
    }
    let compared = compare_when_due(shared, name, settings, &mut visit).await?;
    store.looked(name, shared.now()).await?;
    if let Err(fault) = compared {
        // The mail is in all the same; it is compared again in an hour.
        shared.trouble(format!("mailbox {name}: the ledger could not be compared with the server: {fault}"));
    }
    Ok(Ok(()))
}

/// The number that the server gives an epoch.
fn validity(epoch: i64) -> u32 {
    u32::try_from(epoch & (GENERATION - 1)).unwrap_or(0)
}

/// Compares the ledger with the server, when that was long ago.
async fn compare_when_due(
    shared: &Arc<Shared>,
    name: &str,
    settings: &MailboxSettings,
    visit: &mut Visit<'_>,
) -> anyhow::Result<Result<(), Fault>> {
    let (store, now) = (&shared.works.store, shared.now());
    let last = store.reconciled_at(name).await?;
    if last.is_some_and(|at| now.duration_since(at) < settings.reconcile) {
        return Ok(Ok(()));
    }
    store.reconciled(name, now).await?;
    if let Err(fault) = visit.read_heads().await? {
        return Ok(Err(fault));
    }
    let (lie_there, found) = match visit.missing().await? {
        Ok(Some(compared)) => compared,
        Ok(None) => return Ok(Ok(())),
        Err(fault) => return Ok(Err(fault)),
    };
    store.compared(name, lie_there, found.len() as u64, now).await?;
    if !found.is_empty() {
        let what = format!("mailbox {name}: {} messages on the server had no line in the ledger; they are taken in now", found.len());
        shared.trouble(what.clone());
        store.raise("ledger", &what, &shared.nonce(), now).await?;
        if let Err(fault) = visit.late(&found, None).await? {
            return Ok(Err(fault));
        }
        store.compared(name, lie_there, 0, now).await?;
    }
    Ok(Ok(()))
}

/// Compares the ledger of a mailbox with the server: how many messages of the server have no line in it. `mend`: they are taken in.
///
/// # Errors
/// When the store fails; the inner error is the mailbox's.
pub async fn reconcile(shared: &Arc<Shared>, name: &str, source: &mut Source, mend: bool) -> anyhow::Result<Result<usize, Fault>> {
    let Some((epoch, _)) = shared.works.store.cursor(name).await? else { return Ok(Ok(0)) };
    let mut visit = Visit { shared, name, source, epoch, served: validity(epoch), imported: true };
    let (lie_there, found) = match visit.missing().await? {
        Ok(Some(compared)) => compared,
        Ok(None) => return Ok(Ok(0)),
        Err(fault) => return Ok(Err(fault)),
    };
    shared.works.store.reconciled(name, shared.now()).await?;
    shared.works.store.compared(name, lie_there, found.len() as u64, shared.now()).await?;
    if mend {
        if let Err(fault) = visit.late(&found, None).await? {
            return Ok(Err(fault));
        }
        shared.works.store.compared(name, lie_there, 0, shared.now()).await?;
    }
    Ok(Ok(found.len()))
}

/// A visit to one mailbox.
struct Visit<'v> {
    shared: &'v Arc<Shared>,
    name: &'v str,
    source: &'v mut Source,
    /// As the ledger numbers it.
    epoch: i64,
    /// As the server numbers it.
    served: u32,
    /// What comes now sends nothing without a person.
    imported: bool,
}

impl Visit<'_> {
    /// Fetches and writes down; the cursor moves with each batch, to `next` with the last.
    async fn take(&mut self, new: &[Waiting], next: u32) -> anyhow::Result<Result<(), Fault>> {
        for batch in batches(new) {
            let behind = batch.last().and_then(|w| w.uid.parse::<u32>().ok()).map(|uid| uid.saturating_add(1).min(next.max(1)));
            if let Err(fault) = self.admit(batch, Some(behind.unwrap_or(next))).await? {
                return Ok(Err(fault));
            }
        }
        Ok(Ok(()))
    }

    async fn admit(&mut self, batch: &[Waiting], next: Option<u32>) -> anyhow::Result<Result<(), Fault>> {
        let (shared, name) = (self.shared, self.name);
        let arrivals = match self.source.fetch(batch).await {
            Ok(arrivals) => arrivals,
            Err(fault) => return Ok(Err(fault)),
        };
        points::pass("fetched");
        let written = self.written(batch, arrivals);
        let came = shared.works.store.admit(name, self.epoch, next, &written, shared.now()).await?;
        points::pass("admitted");
        if came > 0 {
            tracing::info!(count = came, "mailbox {name}: mail came");
            shared.count(|r| r.taken += came);
            shared.arrived.notify_one();
        }
        Ok(Ok(()))
    }

    /// What was there before usher began has its line at once; its headers are read after, so that it is known again should the mailbox
    /// be renumbered.
    async fn history(&mut self, old: &[Waiting], next: u32) -> anyhow::Result<Result<(), Fault>> {
        let rows: Vec<NewMessage> = old.iter().map(|w| self.without_words(w, "history", "was there before usher began")).collect();
        self.shared.works.store.admit(self.name, self.epoch, Some(next), &rows, self.shared.now()).await?;
        self.read_heads().await
    }

    /// Reads the headers of history that were not read yet.
    async fn read_heads(&mut self) -> anyhow::Result<Result<(), Fault>> {
        let store = &self.shared.works.store;
        loop {
            let headless = store.headless(self.name, self.epoch, MOST_HEADS).await?;
            if headless.is_empty() {
                return Ok(Ok(()));
            }
            let batch: Vec<Waiting> =
                headless.into_iter().map(|(uid, size)| Waiting { uid, size: u64::try_from(size).unwrap_or(0) }).collect();
            let heads = match self.heads(&batch).await {
                Ok(heads) => heads,
                Err(fault) => return Ok(Err(fault)),
            };
            let noted: Vec<_> = (batch.iter())
                .map(|waiting| {
                    let head = heads.get(&waiting.uid).map_or(&[][..], Vec::as_slice);
                    let hash = Some(fingerprint::of_head(head, waiting.size)).filter(|h| !h.is_empty());
                    (waiting.uid.clone(), hash.unwrap_or_else(|| "-".into()), fingerprint::message_id(head))
                })
                .collect();
            store.note_heads(self.name, self.epoch, &noted).await?;
        }
    }

    /// The server numbers its messages anew: those that are known keep their fate under their new numbers, the others are taken in.
    async fn renumbered(&mut self, all: &[Waiting], next: u32) -> anyhow::Result<Result<(), Fault>> {
        let (shared, name) = (self.shared, self.name);
        let store = &shared.works.store;
        self.imported = true;
        let done = store.known(name, self.epoch).await?;
        let mut by_head = store.by_head(name, self.epoch).await?;
        let (mut known, mut new) = (0, Vec::new());
        for batch in all.chunks(MOST_HEADS as usize) {
            let heads = match self.heads(batch).await {
                Ok(heads) => heads,
                Err(fault) => return Ok(Err(fault)),
            };
            let mut again = Vec::new();
            for waiting in batch.iter().filter(|w| !done.contains(&w.uid)) {
                let hash = heads.get(&waiting.uid).map(|head| fingerprint::of_head(head, waiting.size)).unwrap_or_default();
                match by_head.get_mut(&hash).filter(|ids| !ids.is_empty()) {
                    Some(ids) => again.push((ids.remove(0), waiting.uid.clone())),
                    None => new.push(waiting.clone()),
                }
            }
            known += again.len();
            store.renumber(self.epoch, &again).await?;
            points::pass("renumbered");
        }
        shared.trouble(format!("mailbox {name}: the server numbered its messages anew; {known} are known, {} are taken in", new.len()));
        self.late(&new, Some(next)).await
    }

    /// How many messages lie below the cursor, and those of them that have no line in the ledger; `None`: that cannot be told now.
    async fn missing(&mut self) -> anyhow::Result<Result<Option<(u64, Vec<Waiting>)>, Fault>> {
        let store = &self.shared.works.store;
        let next = store.cursor(self.name).await?.map_or(0, |(_, next)| next);
        let all = match self.source.look_in(Room::Inbox, None).await {
            Ok(all) => all,
            Err(fault) => return Ok(Err(fault)),
        };
        if all.epoch & (u32::MAX >> 1) != self.served & (u32::MAX >> 1) {
            // Renumbered meanwhile: the next look deals with that.
            return Ok(Ok(None));
        }
        let known = store.known(self.name, self.epoch).await?;
        let below = |w: &Waiting| self.served == 0 || w.uid.parse::<u32>().is_ok_and(|uid| uid < next);
        let mut lie_there: Vec<Waiting> = all.waiting.into_iter().filter(below).collect();
        let count = lie_there.len() as u64;
        lie_there.retain(|w| !known.contains(&w.uid));
        Ok(Ok(Some((count, lie_there))))
    }

    /// Takes in what was there before, or was missed: nothing is sent for it without a person. The cursor moves when all is done, to
    /// `next` where that is given.
    async fn late(&mut self, found: &[Waiting], next: Option<u32>) -> anyhow::Result<Result<(), Fault>> {
        self.imported = true;
        let known = self.shared.works.store.known(self.name, self.epoch).await?;
        let new: Vec<Waiting> = found.iter().filter(|w| !known.contains(&w.uid)).cloned().collect();
        for batch in batches(&new) {
            if let Err(fault) = self.admit(batch, None).await? {
                return Ok(Err(fault));
            }
        }
        if next.is_some() {
            self.shared.works.store.admit(self.name, self.epoch, next, &[], self.shared.now()).await?;
        }
        Ok(Ok(()))
    }

    async fn heads(&mut self, batch: &[Waiting]) -> Result<BTreeMap<String, Vec<u8>>, Fault> {
        let heads = self.source.heads(Room::Inbox, self.served, batch).await?;
        Ok(heads.into_iter().map(|head| (head.uid, head.raw)).collect())
    }

    fn without_words(&self, waiting: &Waiting, fate: &'static str, why: &str) -> NewMessage {
        NewMessage {
            id: self.shared.id(),
            uid: waiting.uid.clone(),
            size: i64::try_from(waiting.size).unwrap_or(i64::MAX),
            fate,
            why: why.to_owned(),
            imported: self.imported,
            ..NewMessage::default()
        }
    }

    /// What is written down of a batch: every message that was asked for has a row, those that are gone too.
    fn written(&self, asked: &[Waiting], arrivals: Vec<Arrival>) -> Vec<NewMessage> {
        let arrived: HashSet<&str> = arrivals.iter().map(|a| a.uid.as_str()).collect();
        let gone: Vec<NewMessage> = asked
            .iter()
            .filter(|w| !arrived.contains(w.uid.as_str()))
            .map(|w| self.without_words(w, "gone", "was moved or deleted before it could be fetched"))
            .collect();
        let told: BTreeMap<&str, u64> = asked.iter().map(|w| (w.uid.as_str(), w.size)).collect();
        let mut rows: Vec<NewMessage> = arrivals
            .into_iter()
            .map(|a| {
                let size = a.cut_from.unwrap_or(a.raw.len() as u64);
                let listed = told.get(a.uid.as_str()).copied().unwrap_or(size);
                NewMessage {
                    head_hash: fingerprint::of_head(&a.raw, listed),
                    ..arrival(self.shared.id(), a.uid, a.raw, size, self.imported)
                }
            })
            .collect();
        rows.extend(gone);
        rows
    }
}

/// A message that came, to be written down and judged.
pub fn arrival(id: String, uid: String, raw: Vec<u8>, size: u64, imported: bool) -> NewMessage {
    NewMessage {
        id,
        uid,
        // Of what nobody could read only the size is kept: it is like no other message.
        content_hash: if raw.is_empty() { String::new() } else { fingerprint::of(&raw) },
        header_id: fingerprint::message_id(&raw),
        size: i64::try_from(size).unwrap_or(i64::MAX),
        raw,
        fate: "waiting",
        imported,
        ..NewMessage::default()
    }
}

/// Cuts a list into batches of bounded number and size.
fn batches(waiting: &[Waiting]) -> Vec<&[Waiting]> {
    let (mut cut, mut start, mut bytes) = (Vec::new(), 0, 0_u64);
    for (at, message) in waiting.iter().enumerate() {
        let full = at - start >= MOST_MESSAGES || bytes + message.size > MOST_BYTES;
        if full && at > start {
            cut.extend(waiting.get(start..at));
            start = at;
            bytes = 0;
        }
        bytes += message.size;
    }
    cut.extend(waiting.get(start..).filter(|rest| !rest.is_empty()));
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_bounded_and_lose_nothing() {
        let waiting: Vec<Waiting> = (0..450).map(|n| Waiting { uid: n.to_string(), size: 1_000 }).collect();
        let sizes: Vec<usize> = batches(&waiting).iter().map(|b| b.len()).collect();
        assert_eq!(sizes, [200, 200, 50]);
        let large: Vec<Waiting> = (0..3).map(|n| Waiting { uid: n.to_string(), size: 3 * 1024 * 1024 }).collect();
        assert_eq!(batches(&large).len(), 3);
        assert!(batches(&[]).is_empty());
    }
}
