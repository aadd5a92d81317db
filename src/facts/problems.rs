//! What the person complains of, what kind of message it is, and what was already tried.

use super::found::{Found, Intent, Place, Problem, Tried};
use super::lexicon::{KINDS, Kind, Lexicon, PROBLEMS, TRIED};
use super::{features, sentences};
use crate::message::Message;

/// What a message complains of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// What kind of message it is.
    pub intent: Intent,
    /// The problems, each kind once.
    pub problems: Vec<Found<Problem>>,
    /// What was tried, each kind once.
    pub tried: Vec<Found<Tried>>,
    /// The reading leaves no second thought: exactly one problem, and no other near it.
    pub sure: bool,
}

/// How far above the line a single problem, and how far below it every other one, leaves no second thought.
const SURE: f32 = 0.9;
/// A message is taken as settled only when nothing speaks for an open problem.
const SETTLED: f32 = 0.5;

/// What was tried is heard a little earlier: at worst a person looks who need not have.
const TRIED_FROM: f32 = -0.25;

/// Reads the complaint from the person's own words and the subject.
pub fn read(message: &Message, lexicon: &Lexicon) -> Complaint {
    let body = sentences::of(&message.clean);
    let subject = sentences::of(&message.subject);
    if body.is_empty() && subject.is_empty() {
        return silent(message);
    }
    let all: Vec<_> = subject.iter().chain(&body).cloned().collect();
    let scores = lexicon.judges.judge(&features::of(&all, &lexicon.concepts));
    let (problems, rest) = scores.split_at(PROBLEMS.len().min(scores.len()));
    let (kinds, tried) = rest.split_at(KINDS.len().min(rest.len()));
    let intent = intent(kinds, problems, &features::concepts_in(&all, &lexicon.concepts));
    if intent != Intent::Request {
        return Complaint { intent, problems: Vec::new(), tried: Vec::new(), sure: false };
    }
    let place = Places { subject: &subject, body: &body, lexicon };
    let named = named(problems);
    Complaint {
        intent,
        sure: is_sure(problems),
        problems: named.into_iter().map(|at| place.of(at, problem_at(at))).collect(),
        tried: above(tried, TRIED_FROM)
            .into_iter()
            .map(|at| place.of(PROBLEMS.len() + KINDS.len() + at, TRIED.get(at).copied().unwrap_or(Tried::Junk)))
            .collect(),
    }
}

/// Nothing was written: somebody needs something and did not say what.
fn silent(message: &Message) -> Complaint {
    let nothing = Found { value: Problem::Other, place: Place::Body, span: 0..message.clean.len() };
    Complaint { intent: Intent::Request, problems: vec![nothing], tried: Vec::new(), sure: false }
}

fn problem_at(at: usize) -> Problem {
    PROBLEMS.get(at).copied().unwrap_or(Problem::Other)
}

/// Numbers of the labels that rather hold.
fn above(scores: &[f32], line: f32) -> Vec<usize> {
    scores.iter().enumerate().filter(|(_, s)| **s > line).map(|(at, _)| at).collect()
}

fn strongest(scores: &[f32]) -> Option<usize> {
    scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map(|(at, _)| at)
}

/// A request complains of something: the nearest problem when none is over the line.
fn named(problems: &[f32]) -> Vec<usize> {
    let named = above(problems, 0.0);
    if named.is_empty() { strongest(problems).into_iter().collect() } else { named }
}

fn is_sure(problems: &[f32]) -> bool {
    let over = problems.iter().filter(|s| **s > SURE).count();
    let under = problems.iter().filter(|s| **s < -SURE).count();
    over == 1 && over + under == problems.len()
}

/// A person who needs help must never be taken for one who does not, so a message counts as settled only when every judge agrees.
fn intent(kinds: &[f32], problems: &[f32], heard: &[&str]) -> Intent {
    let hears = |concept: &str| heard.contains(&concept);
    // Either it is said that something works now, or there are thanks and nothing that is refused, missing or asked for.
    let says_so = hears("worksnow") || hears("thanks") && !hears("neg") && !hears("help");

    let score = |kind: Kind| KINDS.iter().position(|k| *k == kind).and_then(|at| kinds.get(at)).copied().unwrap_or(0.0);
    let kind = strongest(kinds).and_then(|at| KINDS.get(at).copied()).unwrap_or(Kind::Request);
    let open_problem = problems.iter().any(|s| *s > 0.0);
    match kind {
        Kind::Resolved if says_so && score(Kind::Resolved) > SETTLED && score(Kind::Request) < -SETTLED && !open_problem => {
            Intent::Resolved
        }
        Kind::Resolved => Intent::Unplaced,
        // Words of a machine without a machine's headers: a person looks, nobody answers.
        Kind::Unrelated | Kind::Automatic => Intent::Unrelated,
        Kind::Request => Intent::Request,
    }
}

/// Finds the sentence that a conclusion comes from.
struct Places<'a> {
    subject: &'a [sentences::Sentence],
    body: &'a [sentences::Sentence],
    lexicon: &'a Lexicon,
}

impl Places<'_> {
    fn of<T>(&self, label: usize, value: T) -> Found<T> {
        let score = |sentence: &sentences::Sentence| {
            let features = features::of(std::slice::from_ref(sentence), &self.lexicon.concepts);
            self.lexicon.judges.judge(&features).get(label).copied().unwrap_or(f32::MIN)
        };
        let body = self.body.iter().take(20).map(|s| (Place::Body, s));
        let subject = self.subject.iter().take(1).map(|s| (Place::Subject, s));
        let best = body.chain(subject).map(|(place, s)| (score(s), place, s)).max_by(|a, b| a.0.total_cmp(&b.0));
        match best {
            Some((_, place, sentence)) => Found { value, place, span: sentence.span.clone() },
            None => Found { value, place: Place::Body, span: 0..0 },
        }
    }
}
