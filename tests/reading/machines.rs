//! Who wrote it: a person, or which machine. `machines_unseen.txt` was written before the rules and never tuned on.

use crate::read;

struct Case {
    says: String,
    want: String,
    failed: String,
    raw: String,
}

/// `=== kind address | what it is`, then the mail.
fn cases(text: &str) -> Vec<Case> {
    text.split("=== ")
        .skip(1)
        .map(|block| {
            let (title, raw) = block.split_once('\n').expect("a mail below its title");
            let (want, says) = title.split_once('|').expect("a title");
            let mut words = want.split_whitespace();
            let mut word = || words.next().unwrap_or("-").to_owned();
            Case { want: word(), failed: word(), says: says.trim().to_owned(), raw: raw.to_owned() }
        })
        .collect()
}

fn faults(cases: &[Case]) -> Vec<String> {
    let mut faults = Vec::new();
    for case in cases {
        let message = read(case.raw.as_bytes());
        let got = serde_json::to_value(message.automatic).unwrap().as_str().unwrap_or("null").to_owned();
        let failed = message.failed_address.unwrap_or_else(|| "-".into());
        if got != case.want || case.want == "bounce" && failed != case.failed {
            faults.push(format!("{}: {got} {failed}, not {} {}; {:?}", case.says, case.want, case.failed, message.automatic_why));
        }
    }
    faults
}

#[test]
fn machines_are_told_from_people() {
    let cases = cases(include_str!("machines.txt"));
    assert!(cases.len() >= 60);
    let faults = faults(&cases);
    assert!(faults.is_empty(), "{} of {}\n{}", faults.len(), cases.len(), faults.join("\n"));
}

#[test]
fn machines_never_met_before_are_told_from_people() {
    let cases = cases(include_str!("machines_unseen.txt"));
    let faults = faults(&cases);
    let right = cases.len() - faults.len();
    println!("{right} of {} right\n{}", cases.len(), faults.join("\n"));
    assert!(right * 100 >= cases.len() * 85, "{right} of {}\n{}", cases.len(), faults.join("\n"));
}
