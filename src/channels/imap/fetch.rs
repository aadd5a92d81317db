//! Fetching in batches. One odd message never stops the next: a batch that no parser can read is halved, until the
//! message stands alone, and of that one the most is taken that can be had.

use std::collections::VecDeque;

use super::Imap;
use super::line::Trouble;
use super::read::Part;
use crate::channels::Fault;
use crate::channels::mailbox::{Arrival, Room, Waiting};

/// A batch holds no more messages…
const MESSAGES: usize = 200;
/// …and no more octets, unless a single message is larger.
const OCTETS: u64 = 4 * 1024 * 1024;

impl Imap {
    /// Fetches messages of the inbox, as the last look listed them.
    pub async fn fetch(&mut self, wanted: &[Waiting]) -> Result<Vec<Arrival>, Fault> {
        self.fetch_in(Room::Inbox, self.looked.0, wanted).await
    }

    /// Fetches messages of any room. `epoch`: as their look told.
    pub(super) async fn fetch_in(&mut self, room: Room, epoch: u32, wanted: &[Waiting]) -> Result<Vec<Arrival>, Fault> {
        let mut queue = batches(wanted, OCTETS);
        let mut arrivals = Vec::with_capacity(wanted.len());
        while let Some(batch) = queue.pop_front() {
            let asked = batch.clone();
            let fetched = self.with_line(move |line| Box::pin(async move { line.fetch(room, epoch, &asked).await })).await;
            match (fetched, batch.as_slice()) {
                (Ok(found), _) => arrivals.extend(found),
                (Err(Trouble::Garbled), [alone]) => arrivals.extend(self.beginning_in(room, epoch, alone).await?),
                (Err(Trouble::Garbled), _) => halve(&mut queue, &batch),
                (Err(trouble), _) => return Err(self.told(trouble)),
            }
        }
        Ok(arrivals)
    }

    /// What can be had of a message of the inbox that cannot be fetched whole. `None`: it is gone.
    pub async fn beginning(&mut self, waiting: &Waiting) -> Result<Option<Arrival>, Fault> {
        self.beginning_in(Room::Inbox, self.looked.0, waiting).await
    }

    async fn beginning_in(&mut self, room: Room, epoch: u32, waiting: &Waiting) -> Result<Option<Arrival>, Fault> {
        for part in [Part::Beginning, Part::Header] {
            let asked = [waiting.clone()];
            match self.with_line(move |line| Box::pin(async move { line.part(room, epoch, &asked, part).await })).await {
                Ok(mut found) => return Ok(found.pop()),
                Err(Trouble::Garbled) => {}
                Err(trouble) => return Err(self.told(trouble)),
            }
        }
        Ok(Some(by_size(waiting)))
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
                (Err(Trouble::Garbled), _) => halve(&mut queue, &batch),
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

fn halve(queue: &mut VecDeque<Vec<Waiting>>, batch: &[Waiting]) {
    let (first, second) = batch.split_at(batch.len() / 2);
    queue.push_front(second.to_vec());
    queue.push_front(first.to_vec());
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
