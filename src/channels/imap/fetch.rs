//! Fetching in batches. One odd message never stops the next: a batch that no parser can read, or that costs the
//! connection time and again, is halved until the message stands alone, and of that one the most is taken that can be had.

use std::collections::{HashMap, VecDeque};

use super::Imap;
use super::line::Trouble;
use super::read::Part;
use crate::channels::Fault;
use crate::channels::mailbox::{Arrival, Room, Waiting};

/// A batch holds no more messages…
const MESSAGES: usize = 200;
/// …and no more octets, unless a single message is larger.
const OCTETS: u64 = 4 * 1024 * 1024;

/// The time at which a lost connection is no chance any more: some message may cost it.
const TOO_OFTEN: u32 = 3;

/// How often the connection was lost over the fetch of a batch, by room, epoch and the first UID of the batch.
#[derive(Debug, Default)]
pub(super) struct Losses(HashMap<(Room, u32, String), u32>);

impl Losses {
    /// Notes another one. Whether that is too often.
    fn again(&mut self, room: Room, epoch: u32, first: &Waiting) -> bool {
        let times = self.0.entry((room, epoch, first.uid.clone())).or_default();
        *times += 1;
        *times >= TOO_OFTEN
    }

    /// All that was wanted of a room was had.
    fn forget(&mut self, room: Room) {
        self.0.retain(|(theirs, ..), _| *theirs != room);
    }
}

impl Imap {
    /// Fetches messages of the inbox, as the last look listed them.
    pub async fn fetch(&mut self, wanted: &[Waiting]) -> Result<Vec<Arrival>, Fault> {
        self.fetch_in(Room::Inbox, self.looked.0, wanted).await
    }

    /// Fetches messages of any room. `epoch`: as their look told.
    pub(super) async fn fetch_in(&mut self, room: Room, epoch: u32, wanted: &[Waiting]) -> Result<Vec<Arrival>, Fault> {
        // Beside each batch: whether one that it was cut from lost the connection too often.
        let mut queue: VecDeque<_> = batches(wanted, OCTETS).into_iter().map(|batch| (batch, false)).collect();
        let mut arrivals = Vec::with_capacity(wanted.len());
        while let Some((batch, doubted)) = queue.pop_front() {
            let asked = batch.clone();
            let trouble = match self.with_line(move |line| Box::pin(async move { line.fetch(room, epoch, &asked).await })).await {
                Ok(found) => {
                    arrivals.extend(found);
                    continue;
                }
                Err(trouble) => trouble,
            };
            let doubted = doubted || self.too_often(room, epoch, &batch, &trouble);
            match batch.as_slice() {
                _ if trouble != Trouble::Garbled && !(doubted && matches!(trouble, Trouble::Lost(_))) => return Err(self.told(trouble)),
                [alone] => arrivals.extend(self.beginning(room, epoch, alone, doubted).await?),
                _ => halves(&batch).for_each(|half| queue.push_front((half, doubted))),
            }
        }
        self.losses.forget(room);
        Ok(arrivals)
    }

    fn too_often(&mut self, room: Room, epoch: u32, batch: &[Waiting], trouble: &Trouble) -> bool {
        matches!(trouble, Trouble::Lost(_)) && batch.first().is_some_and(|first| self.losses.again(room, epoch, first))
    }

    /// What can be had of a message that cannot be fetched whole. `None`: it is gone. `doubted`: it was fetched alone, and that too cost the connection.
    async fn beginning(&mut self, room: Room, epoch: u32, waiting: &Waiting, mut doubted: bool) -> Result<Option<Arrival>, Fault> {
        let alone = std::slice::from_ref(waiting);
        for part in [Part::Beginning, Part::Header] {
            let asked = alone.to_vec();
            match self.with_line(move |line| Box::pin(async move { line.part(room, epoch, &asked, part).await })).await {
                Ok(mut found) => return Ok(found.pop()),
                Err(Trouble::Garbled) => {}
                Err(trouble) => {
                    doubted = doubted || self.too_often(room, epoch, alone, &trouble);
                    if !(doubted && matches!(trouble, Trouble::Lost(_))) {
                        return Err(self.told(trouble));
                    }
                }
            }
        }
        // A server that does not even list it is ill as a whole: that says nothing about the message.
        let uid = waiting.uid.clone();
        let listed = self.with_line(move |line| Box::pin(async move { line.lists(room, epoch, &uid).await })).await;
        Ok(listed.map_err(|t| self.told(t))?.then(|| by_size(waiting)))
    }

    /// The header fields by which messages are known again. `epoch`: as their look told.
    pub async fn heads(&mut self, room: Room, epoch: u32, of: &[Waiting]) -> Result<Vec<Arrival>, Fault> {
        let mut queue = batches(of, u64::MAX);
        let mut heads = Vec::with_capacity(of.len());
        while let Some(batch) = queue.pop_front() {
            let asked = batch.clone();
            let had = self.with_line(move |line| Box::pin(async move { line.part(room, epoch, &asked, Part::Fields).await })).await;
            match (had, batch.as_slice()) {
                (Ok(found), _) => heads.extend(found),
                (Err(Trouble::Garbled), [alone]) => heads.push(by_size(alone)),
                (Err(Trouble::Garbled), _) => halves(&batch).for_each(|half| queue.push_front(half)),
                (Err(trouble), _) => return Err(self.told(trouble)),
            }
        }
        Ok(heads)
    }
}

/// What is told of a message of which nothing can be had.
fn by_size(waiting: &Waiting) -> Arrival {
    Arrival { uid: waiting.uid.clone(), raw: Vec::new(), cut_from: Some(waiting.size) }
}

/// The halves of a batch, the second one first.
fn halves(batch: &[Waiting]) -> impl Iterator<Item = Vec<Waiting>> {
    let (first, second) = batch.split_at(batch.len() / 2);
    [second.to_vec(), first.to_vec()].into_iter()
}

/// Draws messages together into batches of at most 200 and so many octets; a larger one stands alone.
fn batches(wanted: &[Waiting], most_octets: u64) -> VecDeque<Vec<Waiting>> {
    let mut out: VecDeque<Vec<Waiting>> = VecDeque::new();
    let mut octets = 0;
    for waiting in wanted {
        octets += waiting.size;
        match out.back_mut() {
            Some(batch) if batch.len() < MESSAGES && octets <= most_octets => batch.push(waiting.clone()),
            _ => {
                octets = waiting.size;
                out.push_back(vec![waiting.clone()]);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_keep_to_two_hundred_messages_and_four_megabytes() {
        let of = |sizes: &[u64]| sizes.iter().enumerate().map(|(n, size)| Waiting { uid: n.to_string(), size: *size }).collect::<Vec<_>>();
        let shape = |sizes: &[u64]| batches(&of(sizes), OCTETS).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(shape(&[]), Vec::<usize>::new());
        assert_eq!(shape(&[10; 450]), [200, 200, 50]);
        assert_eq!(shape(&[3_000_000, 3_000_000, 1, 40_000_000, 5]), [1, 2, 1, 1]);
    }
}
