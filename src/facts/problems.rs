//! What the person complains of, what kind of message it is, and what was already tried.

use std::ops::Range;

use super::clauses::{Clause, Happening};
use super::concepts::{Group, Hit};
use super::found::{Found, Intent, Place, Problem, Tried};
use super::heard::Heard;
use super::learn::Judged;
use super::lessons::{KINDS, Kind, PROBLEMS, TRIED};
use super::lexicon::{Ear, Lexicon};
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
    let intent = if intent == Intent::Resolved && goes_on(message, lexicon) { Intent::Unplaced } else { intent };
    if intent != Intent::Request {
        return Complaint { intent, problems: Vec::new(), proposed: Vec::new(), tried: Vec::new(), sure: false };
    }
    let place = |label: usize| spoken.place(judged.places.get(label).copied().unwrap_or_default());
    let named = named(problems);
    Complaint {
        intent,
        sure: is_sure(problems) && named.first().is_some_and(|at| understood(problem_at(*at), &lexicon.ear, &heard, spoken.in_subject)),
        proposed: named.iter().map(|at| problem_at(*at)).filter(|p| !heard.meant.iter().any(|(_, meant, _)| meant == p)).collect(),
        problems: named.into_iter().map(|at| found(problem_at(at), place(at))).collect(),
        tried: above(tried, TRIED_FROM)
            .into_iter()
            .filter(|at| spoken.tells(judged.places.get(PROBLEMS.len() + KINDS.len() + at).copied().unwrap_or_default()))
            .map(|at| found(TRIED.get(at).copied().unwrap_or(Tried::Junk), place(PROBLEMS.len() + KINDS.len() + at)))
            .collect(),
    }
}

/// Whether what was cut as signature or footer still complains or denies: nothing is settled then.
fn goes_on(message: &Message, lexicon: &Lexicon) -> bool {
    let below = sentences::of(message.signature.as_deref().unwrap_or(""));
    let heard = lexicon.ear.hear(&below);
    !heard.meant.is_empty() || heard.clauses.iter().any(|c| c.happens.iter().any(|h| !h.well) && !c.things.is_empty())
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

/// The rules themselves hear the problem in the body, hear no other, nothing that they do not speak of goes badly, and nothing else is
/// on the writer's mind.
pub(super) fn understood(problem: Problem, ear: &Ear, heard: &Heard<'_>, in_subject: usize) -> bool {
    let own: Vec<&Clause<'_>> = heard.meant.iter().filter_map(|(_, _, clause)| heard.clauses.get(*clause)).collect();
    let goes_badly = |clause: &Clause<'_>| clause.happens.iter().filter(|h| !h.well).any(|h| is_grave(clause, h, ear));
    let supposed = |clause: &Clause<'_>| clause.words.iter().any(|word| SUPPOSED.contains(word));
    let wholly_subject = heard.sentences.len() <= in_subject;
    heard.meant.iter().any(|(_, meant, _)| *meant == problem)
        && heard.meant.iter().all(|(_, meant, _)| *meant == problem)
        && heard.clauses.iter().filter(|c| goes_badly(c)).all(|c| own.iter().any(|o| o.sentence == c.sentence))
        && own.iter().any(|clause| (wholly_subject || clause.sentence >= in_subject) && !supposed(clause))
        && !is_elsewhere(&own, ear, heard)
        && !sentences::is_cut(heard.sentences)
}

/// Whether what goes badly needs an answer of its own. That a page "says wrong" is how people tell of a refusal; that it is dead is more.
fn is_grave(clause: &Clause<'_>, happening: &Happening, ear: &Ear) -> bool {
    let name = |id| ear.concepts.get(id).map_or("", |c| c.name.as_str());
    match clause.about(happening).map(name) {
        None | Some("exam" | "mail") => false,
        Some("page") => matches!(name(happening.hit.id), "dead" | "stops"),
        Some(_) => true,
    }
}

/// The writer asks about another matter too, or for a person: no template answers that. A matter that is only told of is no question.
fn is_elsewhere(own: &[&Clause<'_>], ear: &Ear, heard: &Heard<'_>) -> bool {
    let (person, wants) = (ear.concepts.id("person"), ear.concepts.id("wants"));
    let hears = |clause: &Clause<'_>, id| clause.heard.iter().any(|h| Some(h.id) == id);
    let asks = |clause: &Clause<'_>| heard.sentences.get(clause.sentence).is_some_and(|s| s.asks);
    let weighs = |clause: &Clause<'_>| {
        hears(clause, wants) || asks(clause) || clause.happens.iter().any(|h| !h.well) || own.iter().any(|o| std::ptr::eq(*o, clause))
    };
    let of_matter = |clause: &Clause<'_>| clause.heard.iter().any(|h| ear.concepts.get(h.id).is_some_and(|c| c.group == Group::Matters));
    heard.clauses.iter().any(|clause| hears(clause, person) || of_matter(clause) && weighs(clause))
}

/// What is only supposed has not happened.
const SUPPOSED: [&str; 4] = ["if", "si", "unless", "suppose"];

fn intent(kinds: &[f32], problems: &[f32], ear: &Ear, heard: &Heard<'_>) -> Intent {
    match kind(kinds) {
        Kind::Resolved if is_settled(kinds, problems, ear, heard) => Intent::Resolved,
        Kind::Resolved => Intent::Unplaced,
        // Another matter beside a complaint that is said outright does not make the complaint go away.
        Kind::Unrelated | Kind::Automatic if !heard.meant.is_empty() && score(kinds, Kind::Request) > NEAR_REQUEST => Intent::Request,
        // Words of a machine without a machine's headers: a person looks, nobody answers.
        Kind::Unrelated | Kind::Automatic => Intent::Unrelated,
        Kind::Request => Intent::Request,
    }
}

/// From here on a complaint said outright makes a request of what sounds like another matter.
const NEAR_REQUEST: f32 = -0.3;

fn score(kinds: &[f32], kind: Kind) -> f32 {
    KINDS.iter().position(|k| *k == kind).and_then(|at| kinds.get(at)).copied().unwrap_or(0.0)
}

/// A person who needs help must never be taken for one who does not, so a message counts as settled only when every judge agrees
/// and its words say so, with nothing asked, denied, supposed or added.
pub(super) fn is_settled(kinds: &[f32], problems: &[f32], ear: &Ear, heard: &Heard<'_>) -> bool {
    score(kinds, Kind::Resolved) > SETTLED
        && score(kinds, Kind::Request) < -SETTLED
        && problems.iter().all(|problem| *problem <= 0.0)
        && heard.meant.is_empty()
        && !sentences::is_cut(heard.sentences)
        && heard.sentences.iter().all(|s| !s.asks)
        && says_settled(ear, heard)
}

/// It is said that something works now, or that nothing more is needed; or there are thanks alone.
fn says_settled(ear: &Ear, heard: &Heard<'_>) -> bool {
    let hits = |clause: &Clause<'_>, name: &str| {
        let id = ear.concepts.id(name);
        clause.heard.iter().filter(|h| Some(h.id) == id).copied().collect::<Vec<Hit>>()
    };
    let settles = |clause: &Clause<'_>| -> Vec<Hit> { hits(clause, "solved").into_iter().chain(hits(clause, "closes")).collect() };
    let within = |outer: &[Hit], inner: &Hit| outer.iter().any(|o| o.start <= inner.start && inner.end <= o.end);
    // What is denied or wanted outside of such words themselves ("no need", "please ignore my mail").
    let free = |clause: &Clause<'_>, name: &str| {
        let covers: Vec<Hit> = settles(clause).into_iter().chain(hits(clause, "polite")).collect();
        hits(clause, name).iter().any(|hit| !within(&covers, hit))
    };
    let open = |clause: &Clause<'_>| {
        ["not", "still"].iter().any(|name| free(clause, name))
            || hits(clause, "closes").is_empty() && free(clause, "wants")
            || clause.words.iter().any(|word| UNSETTLED.contains(word))
    };
    if heard.clauses.iter().any(|clause| !hits(clause, "person").is_empty()) {
        return false;
    }
    let last = heard.clauses.iter().rposition(|clause| !settles(clause).is_empty());
    match last {
        Some(last) => {
            let added = heard.clauses.get(last + 1..).unwrap_or_default();
            // Behind it, what merely is not ("I had not seen it") opens nothing; what goes badly does.
            let reopens = |clause: &Clause<'_>| {
                free(clause, "still")
                    || hits(clause, "closes").is_empty() && free(clause, "wants")
                    || clause.happens.iter().any(|h| !h.well)
                    || clause.words.iter().any(|word| UNSETTLED.contains(word))
            };
            heard.clauses.get(last).is_some_and(|clause| !open(clause)) && !added.iter().any(reopens)
        }
        None => {
            let idle = |clause: &Clause<'_>| !open(clause) && clause.things.is_empty() && clause.happens.iter().all(|h| h.well);
            heard.clauses.iter().any(|c| !hits(c, "thanks").is_empty()) && heard.clauses.iter().all(idle)
        }
    }
}

/// Words beside which nothing is settled: what is hoped, supposed, over again, or added to it.
const UNSETTLED: [&str; 33] = [
    "if",
    "when",
    "once",
    "until",
    "till",
    "wish",
    "hope",
    "nobody",
    "unless",
    "except",
    "unresolved",
    "unsolved",
    "stopped",
    "stops",
    "unfixed",
    "today",
    "tell",
    "waits",
    "waiting",
    "wait",
    "also",
    "si",
    "quand",
    "lorsque",
    "espere",
    "jusqu",
    "aujourd",
    "attends",
    "attend",
    "sauf",
    "aussi",
    "colleague",
    "collegue",
];
