//! How long it takes to read one mail of 5 kB: parse it, and read what it says. `cargo bench --bench reading`

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use usher::draft::templates::Letterhead;
use usher::facts;
use usher::facts::learn::{Judges, kept};
use usher::facts::lessons::LABELS;
use usher::message::{Identity, parse};
use usher::rules::policy::Limits;
use usher::triage::playbook::Playbook;

/// An answer from a phone above the quoted invitation: 5 kB, as most mail that comes.
const MAIL: &[u8] = include_bytes!("mail/5kB.eml");

fn read(criterion: &mut Criterion) {
    #[expect(clippy::expect_used, reason = "without its own rules there is nothing to measure")]
    let playbook = Playbook::built_in(Identity::default(), Letterhead::default(), Limits::default()).expect("the built-in rules load");
    let message = parse::message(MAIL, &playbook.identity);
    let mut group = criterion.benchmark_group("reading");
    group.throughput(Throughput::Bytes(MAIL.len() as u64));
    group.bench_function("parse", |b| b.iter(|| parse::message(black_box(MAIL), &playbook.identity)));
    group.bench_function("extract", |b| b.iter(|| facts::extract(black_box(&message), &playbook.lexicon)));
    group.bench_function("read", |b| b.iter(|| usher::triage::read(black_box(MAIL), &playbook)));
    group.finish();
}

fn load(criterion: &mut Criterion) {
    let (rules, templates) = Playbook::built_in_files();
    let load = |judges| Playbook::load(&rules, &templates, judges, Identity::default(), Letterhead::default(), Limits::default());
    criterion.bench_function("rules loaded and learned", |b| b.iter(|| load(None).is_ok()));
    let name = kept::name(&rules);
    let bytes = load(None).map(|playbook| playbook.lexicon.judges().to_bytes(&name)).unwrap_or_default();
    criterion.bench_function("rules loaded, learned before", |b| {
        b.iter(|| load(Judges::from_bytes(&bytes, &kept::name(&rules), LABELS)).is_ok());
    });
}

criterion_group!(benches, read, load);
criterion_main!(benches);
