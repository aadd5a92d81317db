//! Every example of every rule file is one test, run through the whole rulebook.

use libtest_mimic::{Arguments, Failed, Trial};
use usher::triage::{examples, playbook::Playbook};

fn main() {
    let arguments = Arguments::from_args();
    let playbook = match Playbook::built_in(Default::default(), Default::default(), Default::default()) {
        Ok(playbook) => playbook,
        Err(faults) => {
            eprintln!("{faults}");
            std::process::exit(1);
        }
    };
    let trials = examples::check(&playbook)
        .into_iter()
        .map(|c| {
            let said = format!("expected {}, got {}: {}", c.expected, c.got, c.words);
            Trial::test(c.name, move || if c.passed { Ok(()) } else { Err(Failed::from(said)) })
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit();
}
