//! Learning from labelled messages: one linear judge for each label (L2-loss support vector machine by dual coordinate descent:
//! Hsieh, Chang, Lin, Keerthi, Sundararajan 2008). The same examples make the same judges every time, so what was learned can be kept
//! ([`kept`]) and is never needed.

pub mod kept;

use super::concepts::HashedMap;
use super::features::Feature;

/// Times that all examples are gone through at most.
const ROUNDS: usize = 12;
/// A label is learned when no example is further than this from its place.
const CLOSE_ENOUGH: f32 = 0.1;
/// How much a single example may be given up for the others: 1 / 2C.
const SLACK: f32 = 0.25;
/// A feature of so few examples teaches nothing about another.
const SEEN_AT_LEAST: u32 = 3;

/// One example: its features, each once, and the numbers of the labels that hold.
pub type Labelled = (Vec<Feature>, Vec<usize>);

/// Judges for several labels over one set of features.
#[derive(Debug, Default)]
pub struct Judges {
    labels: usize,
    /// Every feature that is known, the most common first: what is often asked for lies close together.
    features: Vec<Feature>,
    /// Of each feature, how much it tells by being rare, and its weight for each label.
    rows: Vec<f32>,
    /// One bit for each of many hashes: most features of a message were never met before, and this tells at once.
    met: Vec<u64>,
    /// Features by their first bits, each with its number; behind one that stands in another's place, the next free one.
    table: Vec<(Feature, u32)>,
}

/// What the judges say of one message.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// How strongly each label holds; above 0: rather yes.
    pub scores: Vec<f32>,
    /// The sentence that speaks most for each label.
    pub places: Vec<usize>,
}

/// An example to learn from: its features by number, each with its share of the whole.
type Row = Vec<(u32, f32)>;

impl Judges {
    /// Learns one judge for each of `labels` labels.
    pub fn learn(examples: &[Labelled], labels: usize) -> Self {
        let mut counts: HashedMap<u32> = HashedMap::default();
        for feature in examples.iter().flat_map(|(f, _)| f) {
            *counts.entry(*feature).or_default() += 1;
        }
        let mut kept: Vec<(Feature, u32)> = counts.into_iter().filter(|(_, n)| *n >= SEEN_AT_LEAST).collect();
        kept.sort_unstable();
        let rarity: Vec<f32> = kept.iter().map(|(_, n)| rarity(*n, examples.len())).collect();
        let index: HashedMap<u32> = kept.iter().map(|(feature, _)| *feature).zip(0..).collect();
        let rows: Vec<Row> = examples.iter().map(|(features, _)| row(features, &index, &rarity)).collect();
        let learned = learn_all(&rows, examples, labels, kept.len());
        let mut order: Vec<usize> = (0..kept.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(kept.get(*at).map_or(0, |(_, n)| *n)));
        let features = order.iter().filter_map(|at| kept.get(*at)).map(|(feature, _)| *feature).collect();
        let number = |of: &[f32], at: usize| of.get(at).copied().unwrap_or(0.0);
        let rows = order.iter().flat_map(|at| {
            let rarity = number(&rarity, *at);
            std::iter::once(rarity).chain(learned.iter().map(move |weights| number(weights, *at) * rarity))
        });
        Self::of(labels, features, rows.collect())
    }

    fn of(labels: usize, features: Vec<Feature>, rows: Vec<f32>) -> Self {
        let mut judges = Self { labels, features, rows, met: vec![0; MET / 64], table: Vec::new() };
        judges.table = vec![(0, FREE); (judges.features.len() * 2).next_power_of_two()];
        for (number, feature) in (0..FREE).zip(&judges.features) {
            let (at, bit) = place(*feature);
            if let Some(word) = judges.met.get_mut(at) {
                *word |= bit;
            }
            let first = first_place(*feature, judges.table.len());
            let (before, behind) = judges.table.split_at_mut(first);
            if let Some(free) = behind.iter_mut().chain(before).find(|(_, taken)| *taken == FREE) {
                *free = (*feature, number);
            }
        }
        judges
    }

    /// The number of a feature that may be known by its bit in `met`.
    fn number(&self, feature: Feature) -> Option<usize> {
        let (before, behind) = self.table.split_at_checked(first_place(feature, self.table.len()))?;
        let here = behind.iter().chain(before).take_while(|(_, number)| *number != FREE).find(|(f, _)| *f == feature);
        here.map(|(_, number)| *number as usize)
    }

    /// Judges one message of `sentences` sentences. `features` gives each feature to the taker, any number of times.
    pub fn judge(&self, sentences: usize, features: impl FnOnce(&mut dyn FnMut(usize, Feature))) -> Judged {
        let mut hearing = Hearing {
            judges: self,
            waiting: Vec::with_capacity(AT_ONCE),
            seen: vec![0; self.features.len() / 64 + 1],
            square: 0.0,
            sums: vec![0.0; self.labels * sentences.max(1)],
        };
        features(&mut |sentence, feature| hearing.take(sentence, feature));
        hearing.weigh();
        self.summed(&hearing.sums, hearing.square.max(f32::MIN_POSITIVE).sqrt())
    }

    fn summed(&self, sums: &[f32], length: f32) -> Judged {
        let (mut scores, mut best) = (vec![0.0; self.labels], vec![(f32::MIN, 0); self.labels]);
        for (sentence, row) in sums.chunks(self.labels.max(1)).enumerate() {
            for ((score, best), sum) in scores.iter_mut().zip(&mut best).zip(row) {
                *score += sum / length;
                if *sum > best.0 {
                    *best = (*sum, sentence);
                }
            }
        }
        Judged { scores, places: best.into_iter().map(|(_, sentence)| sentence).collect() }
    }
}

/// One message before the judges.
///
/// Their tables are larger than the nearest memory, so features are gathered and each table is asked of many of them in a row: what one
/// answer waits for, the next does not need.
struct Hearing<'a> {
    judges: &'a Judges,
    waiting: Vec<(usize, Feature)>,
    /// One bit for each feature that was weighed.
    seen: Vec<u64>,
    square: f32,
    /// Of each sentence, the weights of its features for each label.
    sums: Vec<f32>,
}

/// Features that are gathered.
const AT_ONCE: usize = 512;

impl Hearing<'_> {
    fn take(&mut self, sentence: usize, feature: Feature) {
        self.waiting.push((sentence, feature));
        if self.waiting.len() == AT_ONCE {
            self.weigh();
        }
    }

    /// Weighs those that wait, in their order, each feature once.
    fn weigh(&mut self) {
        let judges = self.judges;
        self.keep_met();
        let known: Vec<(usize, usize)> = self.waiting.iter().filter_map(|(s, feature)| Some((*s, judges.number(*feature)?))).collect();
        self.waiting.clear();
        for (sentence, at) in known {
            let (Some(word), bit) = (self.seen.get_mut(at / 64), 1_u64 << (at % 64)) else { continue };
            if *word & bit != 0 {
                continue;
            }
            *word |= bit;
            let width = judges.labels + 1;
            let Some((rarity, weights)) = judges.rows.get(at * width..(at + 1) * width).and_then(<[f32]>::split_first) else { continue };
            self.square += rarity * rarity;
            let row = self.sums.get_mut(sentence * judges.labels..(sentence + 1) * judges.labels).unwrap_or_default();
            row.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += weight);
        }
    }

    /// Of those that wait, keeps what may be known by its bit. Each is written and only counted where it holds: nothing to guess at.
    fn keep_met(&mut self) {
        let mut kept = 0;
        for at in 0..self.waiting.len() {
            let Some(one) = self.waiting.get(at).copied() else { break };
            if let Some(slot) = self.waiting.get_mut(kept) {
                *slot = one;
            }
            let (at, bit) = place(one.1);
            kept += usize::from(self.judges.met.get(at).is_some_and(|word| word & bit != 0));
        }
        self.waiting.truncate(kept);
    }
}

/// No number of a feature.
const FREE: u32 = u32::MAX;
/// Bits of [`Judges::met`]: many more than there are features, few enough to stay near the processor.
const MET: usize = 1 << 20;

fn place(feature: Feature) -> (usize, u64) {
    let bit = (feature >> 20) % MET as u64;
    (usize::try_from(bit / 64).unwrap_or(0), 1 << (bit % 64))
}

/// Where a feature is looked for first in a table of `length` places, a power of two.
fn first_place(feature: Feature, length: usize) -> usize {
    usize::try_from(feature >> 32).unwrap_or(0) & length.saturating_sub(1)
}

/// What is met in few of many examples tells more (inverse document frequency, smoothed).
#[expect(clippy::cast_precision_loss, reason = "examples are counted in thousands")]
fn rarity(met: u32, examples: usize) -> f32 {
    ((1.0 + examples as f32) / (1.0 + met as f32)).ln() + 1.0
}

/// An example as a vector of length one.
fn row(features: &[Feature], index: &HashedMap<u32>, rarity: &[f32]) -> Row {
    let rare = |at: u32| rarity.get(at as usize).copied().unwrap_or(0.0);
    let mut row: Row = features.iter().filter_map(|f| index.get(f)).map(|at| (*at, rare(*at))).collect();
    let length = row.iter().map(|(_, share)| share * share).sum::<f32>().max(f32::MIN_POSITIVE).sqrt();
    row.iter_mut().for_each(|(_, share)| *share /= length);
    row
}

/// Threads that share the work of learning: whoever starts the program waits for it.
pub(super) const SHARED_BY: usize = 4;

/// The weights of every label.
fn learn_all(rows: &[Row], examples: &[Labelled], labels: usize, features: usize) -> Vec<Vec<f32>> {
    let one = |label: usize| {
        let holds: Vec<bool> = examples.iter().map(|(_, l)| l.contains(&label)).collect();
        learn_one(rows, &holds, features)
    };
    let all: Vec<usize> = (0..labels).collect();
    std::thread::scope(|scope| {
        let part = |part: &[usize]| part.iter().map(|label| one(*label)).collect::<Vec<_>>();
        let parts: Vec<_> = all.chunks(labels.div_ceil(SHARED_BY).max(1)).map(|labels| scope.spawn(move || part(labels))).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap_or_default()).collect()
    })
}

fn learn_one(rows: &[Row], holds: &[bool], features: usize) -> Vec<f32> {
    let mut weights = vec![0.0_f32; features];
    let mut pull = vec![0.0_f32; rows.len()];
    let mut order: Vec<usize> = (0..rows.len()).filter(|at| rows.get(*at).is_some_and(|row| !row.is_empty())).collect();
    let mut dice = 7_u64;
    let mut limit = f32::INFINITY;
    for _ in 0..ROUNDS {
        shuffle(&mut order, &mut dice);
        let mut furthest = 0.0_f32;
        // Examples that stand far on their right side teach nothing more and are left out of later rounds (the same paper, section 3.2).
        order.retain(|at| {
            let (Some(row), Some(holds), Some(pull)) = (rows.get(*at), holds.get(*at), pull.get_mut(*at)) else { return false };
            let side = if *holds { 1.0 } else { -1.0 };
            let sum: f32 = row.iter().filter_map(|(f, share)| weights.get(*f as usize).map(|w| w * share)).sum();
            let slope = side * sum - 1.0 + SLACK * *pull;
            if *pull <= 0.0 && slope >= 0.0 {
                return slope <= limit;
            }
            furthest = furthest.max(slope.abs());
            let stronger = (*pull - slope / (1.0 + SLACK)).max(0.0);
            let step = (stronger - *pull) * side;
            *pull = stronger;
            for (f, share) in row {
                if let Some(weight) = weights.get_mut(*f as usize) {
                    *weight += step * share;
                }
            }
            true
        });
        limit = furthest;
        if furthest < CLOSE_ENOUGH {
            break;
        }
    }
    weights
}

/// Fisher and Yates' shuffle by a fixed generator: the same rules are learned the same way every time.
fn shuffle(order: &mut [usize], dice: &mut u64) {
    for at in (1..order.len()).rev() {
        *dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let other = usize::try_from((*dice >> 33) % (at as u64 + 1)).unwrap_or(0);
        order.swap(at, other);
    }
}
