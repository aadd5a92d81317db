//! Learning from labelled messages: one linear judge for each label (L2-loss support vector machine by dual coordinate descent:
//! Hsieh, Chang, Lin, Keerthi, Sundararajan 2008). The examples are few and the judges small, so they are learned each time the rules are
//! loaded; nothing learned is stored.

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
    index: HashedMap<u32>,
    /// One bit for each of many hashes: most features of a message were never met before, and this tells at once.
    met: Vec<u64>,
    labels: usize,
    /// Of each feature, how much it tells by being rare.
    rarity: Vec<f32>,
    /// The weights of each feature, one for each label.
    weights: Vec<f32>,
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
        let of = |at: usize| {
            let rarity = rarity.get(at).copied().unwrap_or(0.0);
            learned.iter().map(move |weights| weights.get(at).copied().unwrap_or(0.0) * rarity)
        };
        let weights = (0..kept.len()).flat_map(of).collect();
        let mut met = vec![0; MET / 64];
        kept.iter().for_each(|(feature, _)| mark(&mut met, *feature));
        Self { index, met, labels, rarity, weights }
    }

    fn number(&self, feature: Feature) -> Option<usize> {
        let (at, bit) = place(feature);
        let met = self.met.get(at).is_some_and(|word| word & bit != 0);
        if met { self.index.get(&feature).map(|at| *at as usize) } else { None }
    }

    /// Judges one message of `sentences` sentences. `features` gives each feature to the taker, any number of times.
    pub fn judge(&self, sentences: usize, features: impl FnOnce(&mut dyn FnMut(usize, Feature))) -> Judged {
        let mut seen = vec![0_u64; self.rarity.len() / 64 + 1];
        let mut square = 0.0_f32;
        let mut sums = vec![0.0_f32; self.labels * sentences.max(1)];
        features(&mut |sentence, feature| {
            let Some(at) = self.number(feature) else { return };
            let (Some(word), bit) = (seen.get_mut(at / 64), 1_u64 << (at % 64)) else { return };
            if *word & bit != 0 {
                return;
            }
            *word |= bit;
            square += self.rarity.get(at).map_or(0.0, |r| r * r);
            let weights = self.weights.get(at * self.labels..(at + 1) * self.labels).unwrap_or_default();
            let row = sums.get_mut(sentence * self.labels..(sentence + 1) * self.labels).unwrap_or_default();
            row.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += weight);
        });
        self.summed(&sums, square.max(f32::MIN_POSITIVE).sqrt())
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

/// Bits of [`Judges::met`]: many more than there are features, few enough to stay near the processor.
const MET: usize = 1 << 20;

fn place(feature: Feature) -> (usize, u64) {
    let bit = (feature >> 20) % MET as u64;
    (usize::try_from(bit / 64).unwrap_or(0), 1 << (bit % 64))
}

fn mark(met: &mut [u64], feature: Feature) {
    let (at, bit) = place(feature);
    if let Some(word) = met.get_mut(at) {
        *word |= bit;
    }
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

/// The weights of every label; the work is shared by two, since whoever starts the program waits for it.
fn learn_all(rows: &[Row], examples: &[Labelled], labels: usize, features: usize) -> Vec<Vec<f32>> {
    let one = |label: usize| {
        let holds: Vec<bool> = examples.iter().map(|(_, l)| l.contains(&label)).collect();
        learn_one(rows, &holds, features)
    };
    let half = labels / 2;
    std::thread::scope(|scope| {
        let second = scope.spawn(|| (half..labels).map(one).collect::<Vec<_>>());
        let mut learned: Vec<Vec<f32>> = (0..half).map(one).collect();
        learned.extend(second.join().unwrap_or_default());
        learned
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
