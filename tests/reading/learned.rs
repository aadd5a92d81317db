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
