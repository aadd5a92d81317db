//! `usher directory resolve`: many claims at once, for measurement and for lists that others made.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write as _};
use std::path::Path;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use super::read::written;
use super::{Done, screen};
use crate::clock::Stopwatch;
use crate::people::{Claim, Evidence, MatchKind, Near, Person, directory::Directory, resolve::Judgement};

/// A line of the file.
#[derive(Debug, Deserialize)]
struct Line {
    #[serde(default)]
    id: serde_json::Value,
    address_used: Option<String>,
    sender: Option<String>,
    display_name: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    course: Option<String>,
    institution: Option<String>,
    #[serde(default)]
    for_another: bool,
}

/// A line of the answer.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    id: &'a serde_json::Value,
    candidate_id: Option<&'a str>,
    #[serde(rename = "match")]
    kind: MatchKind,
    /// The compared fields of the person found, strongest first.
    evidence: Vec<&'a str>,
    /// Who fits as well, or was near and why not.
    others: Vec<Other<'a>>,
    /// Nanoseconds from claim to answer; putting it into words is not counted.
    ns: u64,
}

#[derive(Debug, Serialize)]
struct Other<'a> {
    candidate_id: &'a str,
    evidence: Vec<&'a str>,
}

impl Line {
    fn claim(self) -> (serde_json::Value, Claim) {
        let told = |text: Option<String>| text.filter(|t| !t.trim().is_empty());
        let claim = Claim {
            email_used: told(self.address_used),
            sender: told(self.sender),
            display_name: told(self.display_name),
            first_name: told(self.first_name),
            last_name: told(self.last_name),
            course: told(self.course),
            institution: told(self.institution),
            for_another: self.for_another,
        };
        (self.id, claim)
    }
}

/// Claims that are answered one after the other before any answer is written.
const BATCH: usize = 4096;

/// A claim, its answer, and how long that took.
type Judged = (serde_json::Value, Judgement, u64);

/// Answers every claim of `file` (`-` is standard input); a line that is none is told and passed over.
pub(super) fn claims(directory: &Directory, file: &Path, json: bool) -> anyhow::Result<Done> {
    let input: Box<dyn BufRead> = if file == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(BufReader::new(File::open(file).with_context(|| format!("Cannot read {}", file.display()))?))
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut done = Done::Fine;
    let mut lines = (1..).zip(input.split(b'\n'));
    loop {
        let mut batch = Vec::new();
        for (number, line) in lines.by_ref() {
            let line = line.with_context(|| format!("Cannot read {}", file.display()))?;
            match serde_json::from_slice::<Line>(&line) {
                Ok(line) => batch.push(line.claim()),
                Err(_) if line.trim_ascii().is_empty() => {}
                Err(error) => {
                    eprintln!("usher: {}:{number}: no claim ({error}): write one JSON object a line", file.display());
                    done = Done::Faults;
                }
            }
            if batch.len() >= BATCH {
                break;
            }
        }
        if batch.is_empty() {
            break;
        }
        let judged: Vec<Judged> = batch.into_iter().map(|(id, claim)| judged(directory, id, &claim)).collect();
        for answer in &judged {
            if !written(&mut out, &told(directory, answer, json)?)? {
                return Ok(done);
            }
        }
    }
    out.flush()?;
    Ok(done)
}

fn judged(directory: &Directory, id: serde_json::Value, claim: &Claim) -> Judged {
    let watch = Stopwatch::start();
    let judgement = directory.judge(claim);
    let ns = watch.nanoseconds();
    (id, judgement, ns)
}

fn told(directory: &Directory, (id, judgement, ns): &Judged, json: bool) -> anyhow::Result<String> {
    let person = directory.person(judgement);
    let (found, near): (&[Evidence], &[Near]) = match &person {
        Person::Found { evidence, others, .. } => (evidence, others),
        Person::Several(near) | Person::Nobody(near) => (&[], near),
    };
    if json {
        let others = near.iter().map(|n| Other { candidate_id: &n.candidate.id, evidence: lines(&n.evidence) }).collect();
        let candidate_id = person.registered().map(|r| r.candidate.id.as_str());
        return Ok(serde_json::to_string(&Answer { id, candidate_id, kind: person.kind(), evidence: lines(found), others, ns: *ns })?);
    }
    let who = person.registered().map_or("-", |r| r.candidate.id.as_str());
    let beside = near.iter().map(|n| format!("{}: {}", n.candidate.id, lines(&n.evidence).join(", ")));
    let why = if found.is_empty() { beside.collect::<Vec<_>>().join(" · ") } else { lines(found).join(", ") };
    let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
    Ok(screen::safe(&format!("{id}  {}  {who}  {why}", screen::word(&person.kind()))))
}

fn lines(evidence: &[Evidence]) -> Vec<&str> {
    evidence.iter().map(|e| e.en.as_str()).collect()
}
