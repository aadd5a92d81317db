//! How well the reading rules read: each file of examples is read by judges that learned from the other files only.

use super::heard::Heard;
use super::learn::{Judges, Labelled};
use super::lessons::{self, Example, Kind, LABELS, PROBLEMS};
use super::lexicon::{Ear, ear, example_files};
use super::{Problem, problems, sentences};
use crate::fault::{Fault, Faults, TextFile};

/// How often something was right, and how often wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Times right.
    pub right: usize,
    /// Times wrong.
    pub wrong: usize,
}

impl Tally {
    fn count(&mut self, right: bool) {
        if right {
            self.right += 1;
        } else {
            self.wrong += 1;
        }
    }

    /// The part that is right.
    pub fn share(self) -> f64 {
        ratio(self.right, self.right + self.wrong)
    }
}

/// How well the problems of one file were read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    named: Tally,
    not_named: usize,
}

/// One file, read by the meanings alone, by the judges alone, and by both together.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Path of the file.
    pub file: String,
    /// Number of its examples.
    pub examples: usize,
    /// The meanings alone.
    pub meanings: Figures,
    /// The judges alone.
    pub judges: Figures,
    /// Both.
    pub both: Figures,
    /// The kind of message (request, resolved, unrelated, automatic).
    pub kind: Tally,
    /// Requests that were read with a sure mind, so that the machine might answer.
    pub sure: Tally,
    /// Messages taken as settled, so that nobody answers; a request among them is wrong.
    pub settled: Tally,
    /// Each meaning.
    pub heard: Vec<Tally>,
    /// Examples in which a meaning was heard wrongly: its number from 0, and the clause.
    pub misheard: Vec<(usize, String)>,
    /// Examples that the judges read rightly and surely although no meaning says so: what meanings could still be taught.
    pub unsaid: Vec<(String, Problem)>,
    /// Examples that both read wrongly: text, meant, named, and whether that was with a sure mind.
    pub wrong: Vec<(String, Vec<Problem>, Vec<Problem>, bool)>,
    /// Examples whose kind was read wrongly: text, meant, read.
    pub wrong_kind: Vec<(String, Kind, Kind)>,
}

impl Figures {
    /// Of the problems named, the part that is meant.
    pub fn precision(&self) -> f64 {
        self.named.share()
    }

    /// Of the problems meant, the part that is named.
    pub fn recall(&self) -> f64 {
        ratio(self.named.right, self.named.right + self.not_named)
    }

    /// Harmonic mean of precision and recall, over all problems of all requests.
    pub fn f1(&self) -> f64 {
        ratio(2 * self.named.right, 2 * self.named.right + self.named.wrong + self.not_named)
    }

    fn count(&mut self, meant: &[Problem], named: &[Problem]) {
        named.iter().for_each(|problem| self.named.count(meant.contains(problem)));
        self.not_named += meant.iter().filter(|p| !named.contains(p)).count();
    }
}

#[expect(clippy::cast_precision_loss, reason = "examples are counted in thousands")]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Reads each file of examples by what the others teach; `before` is told of each file.
///
/// # Errors
/// Mistakes in the files.
pub fn measure(files: &[TextFile], mut before: impl FnMut(&str)) -> Result<Vec<Measured>, Faults> {
    let one = |fault: Fault| Faults(vec![fault]);
    let ear = ear(files).map_err(one)?;
    let read: Vec<(&str, Vec<Example>)> =
        example_files(files).map(|f| lessons::read(f).map(|e| (f.path.as_str(), e))).collect::<Result<_, _>>().map_err(one)?;
    let lessons: Vec<Vec<Labelled>> = read.iter().map(|(_, examples)| examples.iter().map(|e| ear.labelled(e)).collect()).collect();
    let without = |at: usize| {
        let others: Vec<Labelled> = lessons.iter().enumerate().filter(|(other, _)| *other != at).flat_map(|(_, l)| l.clone()).collect();
        Judges::learn(&others, LABELS)
    };
    let measured = read.iter().enumerate().map(|(at, (path, examples))| {
        before(path);
        one_file(path, examples, &ear, &without(at))
    });
    Ok(measured.collect())
}

fn one_file(path: &str, examples: &[Example], ear: &Ear, judges: &Judges) -> Measured {
    let mut measured = Measured {
        file: path.to_owned(),
        examples: examples.len(),
        meanings: Figures::default(),
        judges: Figures::default(),
        both: Figures::default(),
        kind: Tally::default(),
        sure: Tally::default(),
        settled: Tally::default(),
        heard: vec![Tally::default(); ear.entries.len()],
        misheard: Vec::new(),
        unsaid: Vec::new(),
        wrong: Vec::new(),
        wrong_kind: Vec::new(),
    };
    for example in examples {
        let sentences = sentences::of(&example.text);
        let heard = ear.hear(&sentences);
        measured.count_meanings(example, &heard);
        let mut judged = ear.judge(judges, &heard);
        if example.kind == Kind::Request {
            measured.judges.count(&example.problems, &named(&judged.scores));
        }
        ear.add_meanings(&heard, &mut judged);
        measured.count_kind(example, &judged.scores, ear, &heard);
        measured.count_problems(example, &judged.scores, ear, &heard);
    }
    measured
}

fn named(scores: &[f32]) -> Vec<Problem> {
    problems::named(scores.get(..PROBLEMS.len()).unwrap_or_default()).into_iter().map(problems::problem_at).collect()
}

impl Measured {
    fn count_meanings(&mut self, example: &Example, heard: &Heard<'_>) {
        for (entry, problem, clause) in &heard.meant {
            let right = example.problems.contains(problem);
            if let Some(tally) = self.heard.get_mut(*entry) {
                tally.count(right);
            }
            if !right {
                self.misheard.push((*entry, heard.clauses.get(*clause).map(|c| c.words.join(" ")).unwrap_or_default()));
            }
        }
        if example.kind == Kind::Request {
            let mut named: Vec<Problem> = heard.meant.iter().map(|(_, problem, _)| *problem).collect();
            named.sort_unstable();
            named.dedup();
            self.meanings.count(&example.problems, &named);
        }
    }

    fn count_kind(&mut self, example: &Example, scores: &[f32], ear: &Ear, heard: &Heard<'_>) {
        let (problems, kinds) = scores.split_at(PROBLEMS.len().min(scores.len()));
        let kind = problems::kind(kinds);
        self.kind.count(kind == example.kind);
        if kind != example.kind {
            self.wrong_kind.push((example.text.clone(), example.kind, kind));
        }
        if kind == Kind::Resolved && problems::is_settled(kinds, problems, ear, heard) {
            self.settled.count(example.kind == Kind::Resolved);
        }
    }

    fn count_problems(&mut self, example: &Example, scores: &[f32], ear: &Ear, heard: &Heard<'_>) {
        if example.kind != Kind::Request {
            return;
        }
        let named = named(scores);
        self.both.count(&example.problems, &named);
        let sure = problems::is_sure(scores.get(..PROBLEMS.len()).unwrap_or_default());
        let judged_sure = sure;
        let sure = sure && named.first().is_some_and(|p| problems::understood(*p, ear, heard, 0));
        if judged_sure && !sure && named == example.problems {
            self.unsaid.extend(named.iter().map(|p| (example.text.clone(), *p)));
        }
        if sure {
            self.sure.count(named == example.problems);
        }
        if named.len() != example.problems.len() || !named.iter().all(|p| example.problems.contains(p)) {
            self.wrong.push((example.text.clone(), example.problems.clone(), named, sure));
        }
    }
}
