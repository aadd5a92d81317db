//! What was learned as bytes that can be kept, and back. They are believed only where nothing about them is odd: made from these very rules
//! by this very program, whole, and in order. Whatever else they are, they are nothing, and the judges are learned again.

use sha2::{Digest, Sha256};

use super::{Feature, Judges};
use crate::facts::lexicon::example_files;
use crate::fault::TextFile;

/// What every such file begins with; the number changes with the layout.
const MARK: &[u8; 8] = b"usher\0L1";
/// The program's part in what is learned: another text of these makes other judges.
const LEARNERS: [&str; 10] = [
    include_str!("kept.rs"),
    include_str!("../learn.rs"),
    include_str!("../features.rs"),
    include_str!("../heard.rs"),
    include_str!("../lexicon.rs"),
    include_str!("../lessons.rs"),
    include_str!("../clauses.rs"),
    include_str!("../concepts.rs"),
    include_str!("../sentences.rs"),
    include_str!("../vocabulary.rs"),
];

/// The name of what is learned from `rules`: 64 hexadecimal digits that change with everything it depends on.
pub fn name(rules: &[TextFile]) -> String {
    let mut hash = Sha256::new();
    let mut take = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    };
    take(env!("CARGO_PKG_VERSION"));
    LEARNERS.iter().for_each(|text| take(text));
    for file in rules.iter().filter(|f| f.path == "reading/concepts.toml").chain(example_files(rules)) {
        take(&file.path);
        take(&file.text);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Judges {
    /// The judges as bytes, with the name of what they were learned from.
    pub fn to_bytes(&self, name: &str) -> Vec<u8> {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes();
        let mut body = Vec::with_capacity(8 + self.features.len() * (12 + 4 * self.labels));
        body.extend(number(self.labels));
        body.extend(number(self.features.len()));
        self.features.iter().for_each(|feature| body.extend(feature.to_le_bytes()));
        self.rows.iter().for_each(|weight| body.extend(weight.to_le_bytes()));
        [MARK, name.as_bytes(), &checksum(&body).to_le_bytes(), &body].concat()
    }

    /// The judges of `labels` labels that [`Judges::to_bytes`] wrote under the same name.
    pub fn from_bytes(bytes: &[u8], name: &str, labels: usize) -> Option<Self> {
        let (told, body) = bytes.strip_prefix(MARK)?.strip_prefix(name.as_bytes())?.split_first_chunk()?;
        let (head, rest) = body.split_first_chunk::<8>()?;
        let [told_labels, count] = [head.first_chunk()?, head.last_chunk()?].map(|n| usize::try_from(u32::from_le_bytes(*n)).ok());
        let count = count.filter(|_| told_labels == Some(labels))?;
        let whole = rest.len() == count.checked_mul(labels.checked_mul(4)?.checked_add(12)?)?;
        if !whole || u64::from_le_bytes(*told) != checksum(body) {
            return None;
        }
        let (features, rows) = rest.split_at_checked(count * 8)?;
        let features = features.as_chunks().0.iter().map(|feature| Feature::from_le_bytes(*feature)).collect();
        let rows = rows.as_chunks().0.iter().map(|weight| f32::from_le_bytes(*weight)).collect();
        Some(Self::of(labels, features, rows))
    }
}

/// Tells whether bytes are those that were written: disks and copies fail, nobody forges (who can write here can write the rules).
fn checksum(bytes: &[u8]) -> u64 {
    let mix = |hash: u64, word: u64| (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    let (words, tail) = bytes.as_chunks();
    let hash = words.iter().fold(bytes.len() as u64, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    tail.iter().fold(hash, |hash, byte| mix(hash, u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judges() -> Judges {
        let example =
            |n: u64| ((0..40).map(|f| (f * (n % 5 + 1)) << 40).collect::<std::collections::BTreeSet<_>>(), vec![(n % 3) as usize]);
        let examples: Vec<_> = (0..30).map(example).map(|(f, l)| (f.into_iter().collect(), l)).collect();
        Judges::learn(&examples, 3)
    }

    #[test]
    fn what_is_kept_comes_back_as_it_was() {
        let learned = judges();
        let bytes = learned.to_bytes("name");
        let back = Judges::from_bytes(&bytes, "name", 3).unwrap();
        assert!(!learned.features.is_empty());
        assert_eq!(format!("{learned:?}"), format!("{back:?}"));
    }

    #[test]
    fn whatever_is_odd_is_nothing() {
        let bytes = judges().to_bytes("name");
        for cut in 0..bytes.len() {
            assert!(Judges::from_bytes(bytes.get(..cut).unwrap(), "name", 3).is_none(), "cut at {cut}");
        }
        for at in 0..bytes.len() {
            let mut bytes = bytes.clone();
            bytes[at] ^= 0x10;
            assert!(Judges::from_bytes(&bytes, "name", 3).is_none(), "changed at {at}");
        }
        assert!(Judges::from_bytes(&bytes, "other", 3).is_none());
        assert!(Judges::from_bytes(&bytes, "name", 4).is_none());
        assert!(Judges::from_bytes(&[bytes.as_slice(), b"x"].concat(), "name", 3).is_none());
    }

    #[test]
    fn other_rules_have_another_name() {
        let file = |path: &str, text: &str| TextFile { path: path.into(), text: text.into() };
        let of = |concepts: &str, example: &str| name(&[file("reading/concepts.toml", concepts), file("reading/examples-a.toml", example)]);
        assert_eq!(of("a", "b"), of("a", "b"));
        assert_ne!(of("a", "b"), of("ab", ""));
        assert_ne!(of("a", "b"), of("a", "c"));
    }
}
