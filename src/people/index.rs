//! A frozen multimap from hashes to people: three reads of memory a question, five bytes an entry.

/// Entries a bucket holds on average.
const FULL: usize = 6;

type Entry = [u8; 5];

/// Parts in which an index is built and kept; one part at a time fits into a processor's cache.
const PARTS: usize = 256;

/// From hashes to people. An answer may hold people of another hash (one in 256): whoever asks compares the strings.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Where each bucket begins in `entries`; one more than there are buckets.
    starts: Vec<u32>,
    /// Eight bits of the hash, thirty-two of the person.
    entries: Vec<Entry>,
    /// Buckets of each part.
    buckets: usize,
}

/// The people of one question.
#[derive(Debug, Clone, Copy)]
pub(super) struct Probe<'a> {
    entries: &'a [Entry],
    mark: u8,
}

impl Index {
    /// Files `people` people: `each_hash` calls its second argument with every hash of a person.
    pub(super) fn new(people: u32, each_hash: impl Fn(u32, &mut dyn FnMut(u64))) -> Self {
        let mut parts: Vec<Vec<u64>> = vec![Vec::new(); PARTS];
        for who in 0..people {
            each_hash(who, &mut |hash| {
                if let Some(part) = parts.get_mut(part(hash)) {
                    part.push(within(hash) << 32 | u64::from(who));
                }
            });
        }
        let total = parts.iter().map(Vec::len).sum::<usize>();
        let buckets = (total / FULL / PARTS).max(1);
        let mut index = Self { starts: Vec::with_capacity(PARTS * buckets + 1), entries: Vec::with_capacity(total), buckets };
        let mut places = vec![0_u32; buckets];
        for part in parts {
            index.add(&part, &mut places);
        }
        index.starts.push(u32::try_from(index.entries.len()).unwrap_or(u32::MAX));
        index
    }

    /// Sorts one part into its buckets; within one, people stand in the order in which they came.
    fn add(&mut self, part: &[u64], places: &mut [u32]) {
        places.fill(0);
        for packed in part {
            if let Some(count) = places.get_mut(bucket(packed >> 32, self.buckets)) {
                *count += 1;
            }
        }
        let first = self.entries.len();
        let mut next = u32::try_from(first).unwrap_or(u32::MAX);
        for place in places.iter_mut() {
            self.starts.push(next);
            let count = std::mem::replace(place, next);
            next = next.saturating_add(count);
        }
        self.entries.resize(first + part.len(), Entry::default());
        for packed in part {
            let Some(place) = places.get_mut(bucket(packed >> 32, self.buckets)) else { continue };
            if let Some(entry) = self.entries.get_mut(*place as usize) {
                let [a, b, c, d, mark, ..] = packed.to_le_bytes();
                *entry = [mark, a, b, c, d];
            }
            *place += 1;
        }
    }

    /// Everybody filed under `hash`, in order, and maybe somebody else.
    pub(super) fn probe(&self, hash: u64) -> Probe<'_> {
        let at = part(hash) * self.buckets + bucket(within(hash), self.buckets);
        let range = self.starts.get(at).zip(self.starts.get(at + 1));
        let entries = range.and_then(|(from, to)| self.entries.get(*from as usize..*to as usize)).unwrap_or_default();
        Probe { entries, mark: within(hash).to_le_bytes()[0] }
    }

    /// Asks for many hashes at once: the reads of memory overlap.
    pub(super) fn probe_all(&self, hashes: &[u64], take: &mut Vec<u32>) {
        const ROUND: usize = 16;
        for round in hashes.chunks(ROUND) {
            let mut probes = [Probe { entries: &[], mark: 0 }; ROUND];
            let mut touched = 0_u8;
            for (probe, hash) in probes.iter_mut().zip(round) {
                *probe = self.probe(*hash);
            }
            for probe in &probes {
                touched ^= probe.entries.first().map_or(0, |[first, ..]| *first);
            }
            std::hint::black_box(touched);
            take.extend(probes.into_iter().take(round.len()).flat_map(Probe::people));
        }
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        self.starts.capacity() * size_of::<u32>() + self.entries.capacity() * size_of::<Entry>()
    }
}

impl<'a> Probe<'a> {
    /// The people, in order.
    pub(super) fn people(self) -> impl Iterator<Item = u32> + 'a {
        let mark = self.mark;
        self.entries.iter().filter(move |[own, ..]| *own == mark).map(|[_, id @ ..]| u32::from_le_bytes(*id))
    }
}

/// The part that a hash belongs to: its first eight bits.
fn part(hash: u64) -> usize {
    usize::try_from(hash >> 56).unwrap_or(0)
}

/// The thirty-two bits that tell hashes of a part apart: twenty-four for the bucket, eight as the mark.
fn within(hash: u64) -> u64 {
    hash >> 16 & 0xffff_ffff
}

fn bucket(within: u64, buckets: usize) -> usize {
    usize::try_from(((within >> 8) * buckets as u64) >> 24).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::super::hash::mix;
    use super::*;

    #[test]
    fn everybody_is_found_under_each_hash_in_order() {
        let hashes = |who: u32, take: &mut dyn FnMut(u64)| {
            take(mix(u64::from(who) + 1));
            take(mix(u64::from(who % 7) + 1_000_000));
        };
        let index = Index::new(5000, hashes);
        for who in 0..5000 {
            assert!(index.probe(mix(u64::from(who) + 1)).people().any(|found| found == who), "{who}");
        }
        let sevens: Vec<u32> = index.probe(mix(1_000_003)).people().filter(|w| w % 7 == 3).collect();
        assert_eq!(sevens, (0..5000).filter(|w| w % 7 == 3).collect::<Vec<_>>());
        let mut all = Vec::new();
        index.probe_all(&(1..=40).map(mix).collect::<Vec<_>>(), &mut all);
        assert!((0..40).all(|who| all.contains(&who)));
        assert!(index.bytes() < 5000 * 2 * 8);
    }

    #[test]
    fn an_empty_index_answers_nobody() {
        assert_eq!(Index::default().probe(7).people().count(), 0);
        assert_eq!(Index::new(0, |_, _| {}).probe(7).people().count(), 0);
    }
}
