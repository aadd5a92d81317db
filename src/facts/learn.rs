//! Learning from labelled messages: one linear judge for each label (L2-loss support vector machine by dual coordinate descent:
//! Hsieh, Chang, Lin, Keerthi, Sundararajan 2008). The examples are few and the judges small, so they are learned each time the rules are
//! loaded; nothing learned is stored.

use super::concepts::HashedMap;
use super::features::Feature;

/// Times that all examples are gone through at most.
const ROUNDS: usize = 30;
/// A label is learned when no example is further than this from its place.
const CLOSE_ENOUGH: f32 = 0.05;
/// How much a single example may be given up for the others: 1 / 2C.
const SLACK: f32 = 0.5;
/// A feature of one example alone teaches nothing about another.
const SEEN_AT_LEAST: u32 = 2;

/// One example: its features, each once, and the numbers of the labels that hold.
pub type Labelled = (Vec<Feature>, Vec<usize>);

/// Judges for several labels over one set of features.
#[derive(Debug, Default)]
pub struct Judges {
    index: HashedMap<u32>,
    labels: usize,
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

impl Judges {
    /// Learns one judge for each of `labels` labels.
    pub fn learn(examples: &[Labelled], labels: usize) -> Self {
        let mut counts: HashedMap<u32> = HashedMap::default();
        for feature in examples.iter().flat_map(|(f, _)| f) {
            *counts.entry(*feature).or_default() += 1;
        }
        let mut kept: Vec<Feature> = counts.into_iter().filter(|(_, n)| *n >= SEEN_AT_LEAST).map(|(f, _)| f).collect();
        kept.sort_unstable();
        let index: HashedMap<u32> = kept.into_iter().zip(0..).collect();
        let rows: Vec<Vec<u32>> =
            examples.iter().map(|(features, _)| features.iter().filter_map(|f| index.get(f).copied()).collect()).collect();
        let learned: Vec<Vec<f32>> = (0..labels)
            .map(|label| {
                let holds: Vec<bool> = examples.iter().map(|(_, l)| l.contains(&label)).collect();
                learn_one(&rows, &holds, index.len())
            })
            .collect();
        let of = |feature: usize| learned.iter().map(move |weights| weights.get(feature).copied().unwrap_or(0.0));
        Self { labels, weights: (0..index.len()).flat_map(of).collect(), index }
    }

    /// Judges one message of `sentences` sentences. `features` gives each feature to the taker, any number of times.
    pub fn judge(&self, sentences: usize, features: impl FnOnce(&mut dyn FnMut(usize, Feature))) -> Judged {
        let mut seen = vec![0_u64; self.index.len() / 64 + 1];
        let mut count = 0_u32;
        let mut sums = vec![0.0_f32; self.labels * sentences.max(1)];
        features(&mut |sentence, feature| {
            let Some(at) = self.index.get(&feature).map(|at| *at as usize) else { return };
            let (Some(word), bit) = (seen.get_mut(at / 64), 1_u64 << (at % 64)) else { return };
            if *word & bit != 0 {
                return;
            }
            *word |= bit;
            count += 1;
            let weights = self.weights.get(at * self.labels..(at + 1) * self.labels).unwrap_or_default();
            let row = sums.get_mut(sentence * self.labels..(sentence + 1) * self.labels).unwrap_or_default();
            row.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += weight);
        });
        self.summed(&sums, count)
    }

    fn summed(&self, sums: &[f32], count: u32) -> Judged {
        let scale = 1.0 / root(count);
        let (mut scores, mut best) = (vec![0.0; self.labels], vec![(f32::MIN, 0); self.labels]);
        for (sentence, row) in sums.chunks(self.labels.max(1)).enumerate() {
            for ((score, best), sum) in scores.iter_mut().zip(&mut best).zip(row) {
                *score += sum * scale;
                if *sum > best.0 {
                    *best = (*sum, sentence);
                }
            }
        }
        Judged { scores, places: best.into_iter().map(|(_, sentence)| sentence).collect() }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a message has some hundreds of features")]
fn root(count: u32) -> f32 {
    (count.max(1) as f32).sqrt()
}

fn root_of(row: &[u32]) -> f32 {
    root(u32::try_from(row.len()).unwrap_or(u32::MAX))
}

fn learn_one(rows: &[Vec<u32>], holds: &[bool], features: usize) -> Vec<f32> {
    let mut weights = vec![0.0_f32; features];
    let mut pull = vec![0.0_f32; rows.len()];
    let mut order: Vec<usize> = (0..rows.len()).filter(|at| rows.get(*at).is_some_and(|row| !row.is_empty())).collect();
    let mut dice = 7_u64;
    for _ in 0..ROUNDS {
        shuffle(&mut order, &mut dice);
        let mut furthest = 0.0_f32;
        for at in &order {
            let (Some(row), Some(holds), Some(pull)) = (rows.get(*at), holds.get(*at), pull.get_mut(*at)) else { continue };
            let (side, scale) = (if *holds { 1.0 } else { -1.0 }, 1.0 / root_of(row));
            let sum: f32 = row.iter().filter_map(|f| weights.get(*f as usize)).sum();
            let slope = side * sum * scale - 1.0 + SLACK * *pull;
            if *pull <= 0.0 && slope >= 0.0 {
                continue;
            }
            furthest = furthest.max(slope.abs());
            let stronger = (*pull - slope / (1.0 + SLACK)).max(0.0);
            let step = (stronger - *pull) * side * scale;
            *pull = stronger;
            for f in row {
                if let Some(weight) = weights.get_mut(*f as usize) {
                    *weight += step;
                }
            }
        }
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
