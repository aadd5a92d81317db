//! What the reading rules teach carries over to writers whom they have not met: each file of examples is read by what the others teach.

use std::path::Path;

use usher::channels::files;
use usher::facts::measure;

#[test]
fn a_writer_who_was_not_met_is_read_and_never_dismissed() {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let measured = measure::measure(&files::texts(&rules, &["toml"]).expect("the rules"), |_| ()).expect("rules without a fault");
    let examples: usize = measured.iter().map(|m| m.examples).sum();
    let mean = |of: fn(&measure::Measured) -> f64| {
        #[expect(clippy::cast_precision_loss, reason = "examples are counted in thousands")]
        let sum: f64 = measured.iter().map(|m| of(m) * m.examples as f64).sum();
        #[expect(clippy::cast_precision_loss, reason = "examples are counted in thousands")]
        let mean = sum / examples as f64;
        mean
    };
    // A little below what BENCHMARKS.md says, so that a change of rules which makes them read worse is seen.
    assert!(mean(|m| m.both.f1()) > 0.87, "F1 {:.3}", mean(|m| m.both.f1()));
    assert!(mean(|m| m.both.precision()) > 0.90, "precision {:.3}", mean(|m| m.both.precision()));
    assert!(mean(|m| m.kind.share()) > 0.94, "kind {:.3}", mean(|m| m.kind.share()));
    let (sure, unsure): (usize, usize) = measured.iter().map(|m| (m.sure.right, m.sure.wrong)).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    assert!(unsure * 20 < sure, "{unsure} of {} readings that would let the machine answer are wrong", sure + unsure);
    let dismissed: Vec<&str> = measured.iter().filter(|m| m.settled.wrong > 0).map(|m| m.file.as_str()).collect();
    assert!(dismissed.is_empty(), "requests taken as settled in {dismissed:?}");
}

/// Rooms of facts/ that learning imports and that change nothing of what is learned.
const TEACH_NOTHING: [&str; 3] = ["error_text", "meanings", "problems"];

#[test]
fn what_was_learned_is_kept_under_the_name_of_every_source_that_learns() {
    let facts = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/facts");
    let read = |path: &str| std::fs::read_to_string(facts.join(path)).expect("a source of facts/");
    let kept = read("learn/kept.rs");
    let listed: Vec<&str> = kept.split("include_str!(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(listed.len() > 5, "{listed:?}");
    let rooms: Vec<String> = std::fs::read_dir(&facts)
        .expect("facts/")
        .filter_map(|entry| entry.expect("an entry").file_name().to_str().map(|name| name.trim_end_matches(".rs").to_owned()))
        .collect();
    for source in listed.iter().filter(|source| **source != "kept.rs") {
        let text = read(source.trim_start_matches("../"));
        let imports = text.lines().filter(|line| line.starts_with("use super::") || line.starts_with("use crate::facts::"));
        let words: Vec<&str> = imports.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_')).collect();
        for room in rooms.iter().filter(|room| words.contains(&room.as_str())) {
            let told = listed.contains(&format!("../{room}.rs").as_str()) || TEACH_NOTHING.contains(&room.as_str());
            assert!(told, "{source} learns by {room}: name it in LEARNERS, or what was learned before would be taken for current");
        }
    }
}
