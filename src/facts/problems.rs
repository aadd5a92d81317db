//! What the person complains of, what kind of message it is, and what was already tried.

use std::ops::Range;

use super::clauses::Clause;
use super::found::{Found, Intent, Place, Problem, Tried};
use super::learn::Judged;
use super::lessons::{KINDS, Kind, PROBLEMS, TRIED};
use super::lexicon::{Ear, Heard, Lexicon};
use super::sentences::{self, Sentence};
use crate::message::Message;

/// What a message complains of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// What kind of message it is.
    pub intent: Intent,
    /// The problems, each kind once.
    pub problems: Vec<Found<Problem>>,
    /// Those that no meaning says outright.
    pub proposed: Vec<Problem>,
    /// What was tried, each kind once.
    pub tried: Vec<Found<Tried>>,
    /// The reading leaves no second thought: exactly one problem, and no other near it.
    pub sure: bool,
}

/// From here on a problem is named; measured on writers that were left out, as the other figures here.
const LINE: f32 = 0.05;
/// Below this not even the nearest problem is named.
const TOO_FAR: f32 = -0.4;
/// How far above the line a single problem leaves no second thought, when the meanings hear it too.
const SURE: f32 = 0.1;
/// How far below the line every other problem leaves no second thought.
const FAR: f32 = -0.35;
/// A message is taken as settled only when nothing speaks for an open problem.
const SETTLED: f32 = 0.3;

/// Most examples are requests, so their judge is quick to say yes: by this much, measured on writers that were left out.
const COMMON: f32 = 0.2;

/// Above a mail that is passed on, so few words say only what to do with it.
const SHORT: usize = 600;

/// A body of so few bytes needs the subject of the mail that it answers.
const FEW_WORDS: usize = 80;

/// What was tried is heard a little earlier: at worst a person looks who need not have.
const TRIED_FROM: f32 = -0.25;

/// Reads the complaint from the person's own words and the subject.
pub fn read(message: &Message, lexicon: &Lexicon) -> Complaint {
    let spoken = Spoken::of(message);
    if spoken.sentences.is_empty() {
        return silent(message);
    }
    let heard = lexicon.ear.hear(&spoken.sentences);
    let judged = judge(lexicon, &heard);
    let (problems, kinds, tried) = parts(&judged);
    let intent = match spoken.body().filter(|_| message.is_reply() && spoken.in_subject > 0) {
        Some(body) => {
            let heard = lexicon.ear.hear(body);
            let judged = judge(lexicon, &heard);
            let (problems, kinds, _) = parts(&judged);
            intent(kinds, problems, &lexicon.ear, &heard)
        }
        None => intent(kinds, problems, &lexicon.ear, &heard),
    };
    if intent != Intent::Request {
        return Complaint { intent, problems: Vec::new(), proposed: Vec::new(), tried: Vec::new(), sure: false };
    }
    let place = |label: usize| spoken.place(judged.places.get(label).copied().unwrap_or_default());
    let named = named(problems);
    Complaint {
        intent,
        sure: is_sure(problems) && named.first().is_some_and(|at| understood(problem_at(*at), &lexicon.ear, &heard)),
        proposed: named.iter().map(|at| problem_at(*at)).filter(|p| !heard.meant.iter().any(|(_, meant, _)| meant == p)).collect(),
        problems: named.into_iter().map(|at| found(problem_at(at), place(at))).collect(),
        tried: above(tried, TRIED_FROM)
            .into_iter()
            .filter(|at| spoken.tells(judged.places.get(PROBLEMS.len() + KINDS.len() + at).copied().unwrap_or_default()))
            .map(|at| found(TRIED.get(at).copied().unwrap_or(Tried::Junk), place(PROBLEMS.len() + KINDS.len() + at)))
            .collect(),
    }
}

/// All sentences in which a complaint may stand.
struct Spoken {
    sentences: Vec<Sentence>,
    /// So many of them stand in the subject, and in subject and body together; the rest in a mail that is passed on.
    in_subject: usize,
    in_body: usize,
}

impl Spoken {
    fn of(message: &Message) -> Self {
        // The subject of a reply is what the conversation was once about: it helps only where few words follow.
        let stale = message.is_reply() && message.clean.len() > FEW_WORDS;
        let mut sentences = if stale { Vec::new() } else { sentences::of(&message.subject) };
        let in_subject = sentences.len();
        sentences.extend(sentences::of(&message.clean));
        let in_body = sentences.len();
        if let Some(forwarded) = message.forwarded.as_ref().filter(|_| message.clean.len() < SHORT) {
            sentences.extend(sentences::of(&forwarded.text));
        }
        Self { sentences, in_subject, in_body }
    }

    /// All but the subject, where there is more than that.
    fn body(&self) -> Option<&[Sentence]> {
        self.sentences.get(self.in_subject..).filter(|body| !body.is_empty())
    }

    /// Whether a sentence tells of something done, and is not the title below a name ("Evaluation coordinator").
    fn tells(&self, sentence: usize) -> bool {
        let title = |s: &Sentence| sentence > 0 && sentence + 1 == self.in_body && s.words().count() < 4;
        !self.sentences.get(sentence).is_some_and(title)
    }

    fn place(&self, sentence: usize) -> (Place, Range<usize>) {
        let span = self.sentences.get(sentence).map_or(0..0, |s| s.span.clone());
        let place = if sentence < self.in_subject {
            Place::Subject
        } else if sentence < self.in_body {
            Place::Body
        } else {
            Place::Quoted
        };
        (place, span)
    }
}

fn judge(lexicon: &Lexicon, heard: &Heard<'_>) -> Judged {
    let mut judged = lexicon.ear.judge(&lexicon.judges, heard);
    lexicon.ear.add_meanings(heard, &mut judged);
    judged
}

/// The scores of problems, of kinds and of what was tried.
fn parts(judged: &Judged) -> (&[f32], &[f32], &[f32]) {
    let (problems, rest) = judged.scores.split_at(PROBLEMS.len().min(judged.scores.len()));
    let (kinds, tried) = rest.split_at(KINDS.len().min(rest.len()));
    (problems, kinds, tried)
}

fn found<T>(value: T, (place, span): (Place, Range<usize>)) -> Found<T> {
    Found { value, place, span }
}

/// Nothing was written: somebody needs something and did not say what.
fn silent(message: &Message) -> Complaint {
    let nothing = Found { value: Problem::Other, place: Place::Body, span: 0..message.clean.len() };
    Complaint { intent: Intent::Request, problems: vec![nothing], proposed: Vec::new(), tried: Vec::new(), sure: false }
}

pub(super) fn problem_at(at: usize) -> Problem {
    PROBLEMS.get(at).copied().unwrap_or(Problem::Other)
}

/// Numbers of the labels that rather hold.
fn above(scores: &[f32], line: f32) -> Vec<usize> {
    scores.iter().enumerate().filter(|(_, s)| **s > line).map(|(at, _)| at).collect()
}

fn strongest(scores: &[f32]) -> Option<usize> {
    scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map(|(at, _)| at)
}

/// The kind of message that is most likely.
pub(super) fn kind(scores: &[f32]) -> Kind {
    let score = |at: usize| scores.get(at).copied().unwrap_or(f32::MIN);
    let score = |(at, kind): (usize, &Kind)| score(at) - if *kind == Kind::Request { COMMON } else { 0.0 };
    KINDS.iter().enumerate().max_by(|a, b| score(*a).total_cmp(&score(*b))).map_or(Kind::Request, |(_, kind)| *kind)
}

/// A request complains of something: the nearest problem when none is over the line, unless that is too far to say.
pub(super) fn named(problems: &[f32]) -> Vec<usize> {
    let named = above(problems, LINE);
    if !named.is_empty() {
        return named;
    }
    strongest(problems).filter(|at| problems.get(*at).is_some_and(|score| *score > TOO_FAR)).into_iter().collect()
}

pub(super) fn is_sure(problems: &[f32]) -> bool {
    let over = problems.iter().filter(|s| **s > SURE).count();
    let under = problems.iter().filter(|s| **s < FAR).count();
    over == 1 && over + under == problems.len()
}

/// The rules themselves hear the problem, hear no other, and nothing that they do not speak of goes badly.
pub(super) fn understood(problem: Problem, ear: &Ear, heard: &Heard<'_>) -> bool {
    let own: Vec<usize> = heard.meant.iter().filter_map(|(_, _, clause)| heard.clauses.get(*clause)).map(|c| c.sentence).collect();
    let goes_badly = |clause: &Clause<'_>| {
        let about = clause.happens.iter().filter(|h| !h.well).filter_map(|h| clause.about(h));
        about.filter_map(|thing| ear.concepts.get(thing)).any(|thing| !HARMLESS.contains(&thing.name.as_str()))
    };
    heard.meant.iter().any(|(_, meant, _)| *meant == problem)
        && heard.meant.iter().all(|(_, meant, _)| *meant == problem)
        && heard.clauses.iter().filter(|c| goes_badly(c)).all(|c| own.contains(&c.sentence))
}

/// Things of which something bad may be said without another complaint.
const HARMLESS: [&str; 3] = ["exam", "page", "mail"];

fn intent(kinds: &[f32], problems: &[f32], ear: &Ear, heard: &Heard<'_>) -> Intent {
    match kind(kinds) {
        Kind::Resolved if is_settled(kinds, problems, ear, heard) => Intent::Resolved,
        Kind::Resolved => Intent::Unplaced,
        // Words of a machine without a machine's headers: a person looks, nobody answers.
        Kind::Unrelated | Kind::Automatic => Intent::Unrelated,
        Kind::Request => Intent::Request,
    }
}

/// A person who needs help must never be taken for one who does not, so a message counts as settled only when every judge agrees
/// and its words say so.
pub(super) fn is_settled(kinds: &[f32], problems: &[f32], ear: &Ear, heard: &Heard<'_>) -> bool {
    let hears = |name: &str| ear.concepts.id(name).is_some_and(|id| heard.clauses.iter().any(|c| c.heard.iter().any(|h| h.id == id)));
    // Either it is said that something works now, or there are thanks and nothing that is refused, missing or asked for.
    let says_so = hears("solved") || hears("thanks") && !hears("not") && !hears("wants");
    let score = |kind: Kind| KINDS.iter().position(|k| *k == kind).and_then(|at| kinds.get(at)).copied().unwrap_or(0.0);
    says_so
        && score(Kind::Resolved) > SETTLED
        && score(Kind::Request) < -SETTLED
        && problems.iter().all(|problem| *problem <= 0.0)
        && heard.meant.is_empty()
}
