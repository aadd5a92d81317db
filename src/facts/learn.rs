//! Learning from labelled messages: one linear judge for each label (logistic regression by AdaGrad: Duchi, Hazan, Singer 2011).
//! The examples are few and the judges small, so they are learned each time the rules are loaded; nothing learned is stored.

use super::features::{Feature, FeatureMap};

/// Times that all examples are gone through.
const ROUNDS: usize = 10;
const STEP: f32 = 0.3;
/// A feature of one example alone teaches nothing about another.
const SEEN_AT_LEAST: u32 = 2;
/// How much more a rare label's examples count, at most.
const HEAVIEST: f32 = 2.83;

/// Judges for several labels over one set of features.
#[derive(Debug, Default)]
pub struct Judges {
    index: FeatureMap<u32>,
    /// One row of weights for each label.
    weights: Vec<Vec<f32>>,
}

impl Judges {
    /// Learns one judge for each of `labels` labels; `examples` are features and the numbers of the labels that hold.
    pub fn learn(examples: &[(Vec<Feature>, Vec<usize>)], labels: usize) -> Self {
        let mut counts: FeatureMap<u32> = FeatureMap::default();
        for feature in examples.iter().flat_map(|(f, _)| f) {
            *counts.entry(*feature).or_default() += 1;
        }
        let mut kept: Vec<Feature> = counts.into_iter().filter(|(_, n)| *n >= SEEN_AT_LEAST).map(|(f, _)| f).collect();
        kept.sort_unstable();
        let index: FeatureMap<u32> = kept.into_iter().zip(0..).collect();
        let rows: Vec<Vec<u32>> = examples.iter().map(|(features, _)| numbered(features, &index)).collect();
        let weights = (0..labels)
            .map(|label| {
                let holds: Vec<bool> = examples.iter().map(|(_, l)| l.contains(&label)).collect();
                learn_one(&rows, &holds, index.len())
            })
            .collect();
        Self { index, weights }
    }

    /// How strongly each label holds; above 0: rather yes.
    pub fn judge(&self, features: &[Feature]) -> Vec<f32> {
        let row = numbered(features, &self.index);
        self.weights.iter().map(|weights| sum(weights, &row)).collect()
    }
}

fn numbered(features: &[Feature], index: &FeatureMap<u32>) -> Vec<u32> {
    features.iter().filter_map(|f| index.get(f).copied()).collect()
}

fn weight(weights: &[f32], at: u32) -> f32 {
    weights.get(at as usize).copied().unwrap_or(0.0)
}

#[expect(clippy::cast_precision_loss, reason = "a message has some hundreds of features")]
fn sum(weights: &[f32], row: &[u32]) -> f32 {
    row.iter().map(|at| weight(weights, *at)).sum::<f32>() / (row.len().max(1) as f32).sqrt()
}

#[expect(clippy::cast_precision_loss, reason = "there are some thousands of examples")]
fn learn_one(rows: &[Vec<u32>], holds: &[bool], features: usize) -> Vec<f32> {
    let (mut weights, mut seen) = (vec![0.0_f32; features], vec![1e-8_f32; features]);
    let yes = holds.iter().filter(|h| **h).count().max(1) as f32;
    let heavy = ((holds.len() as f32 - yes) / yes).max(1.0).sqrt().min(HEAVIEST);
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut dice = 7_u64;
    for _ in 0..ROUNDS {
        shuffle(&mut order, &mut dice);
        for at in &order {
            let (Some(row), Some(holds)) = (rows.get(*at), holds.get(*at)) else { continue };
            let believed = 1.0 / (1.0 + (-sum(&weights, row)).exp());
            let error = if *holds { (believed - 1.0) * heavy } else { believed };
            if error.abs() < 0.001 {
                continue;
            }
            let slope = error / (row.len().max(1) as f32).sqrt();
            for at in row {
                if let (Some(weight), Some(seen)) = (weights.get_mut(*at as usize), seen.get_mut(*at as usize)) {
                    *seen += slope * slope;
                    *weight -= STEP * slope / seen.sqrt();
                }
            }
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
