//! Claim to person. Exact hashes of a few readings find the few people who could be meant; typed evidence and vetoes judge them;
//! unless exactly one is left, the answer is "several" or "nobody".

use super::directory::Directory;
use super::evidence;
use super::look::Question;
use super::seen::Seen;
use super::{Claim, Near, Person};

/// People who are named beside the answer.
const MOST_NEAR: usize = 3;

/// An answer before it is put into words: numbers of people and how they compare. Belongs to the directory that gave it.
#[derive(Debug, Clone)]
pub struct Judgement {
    answer: Answer,
    /// Who else was looked at, the nearest first.
    others: Vec<Seen>,
}

#[derive(Debug, Clone)]
enum Answer {
    One(Seen),
    /// How many fit, and those that are shown.
    Several(usize, Vec<Seen>),
    Nobody,
}

impl Directory {
    /// Finds the registered person that `claim` speaks of, with evidence in words. Total; pure.
    pub fn resolve(&self, claim: &Claim) -> Person {
        self.person(&self.judge(claim))
    }

    /// Puts a judgement of this directory into words.
    pub fn person(&self, judgement: &Judgement) -> Person {
        match &judgement.answer {
            Answer::One(seen) => self.found(seen, &judgement.others),
            Answer::Several(fit, seen) => Person::Several(self.fit(*fit, seen)),
            Answer::Nobody => Person::Nobody(self.near(&judgement.others, None)),
        }
    }

    /// Finds the person without putting anything into words.
    pub fn judge(&self, claim: &Claim) -> Judgement {
        let mut question = Question::of(self, claim);
        let answer = answer(&mut question);
        let others = question.others(answer.shown());
        Judgement { answer, others }
    }

    fn found(&self, seen: &Seen, others: &[Seen]) -> Person {
        let Some(registered) = self.registered_at(seen.who) else { return Person::Nobody(Vec::new()) };
        Person::Found {
            registered: Box::new(registered),
            kind: seen.kind,
            score: seen.score(),
            evidence: seen.evidence(),
            others: self.near(others, Some(seen)),
            name_conflict: seen.names_differ(),
        }
    }

    /// Those who are near, with how far they are behind the one found.
    fn near(&self, seen: &[Seen], found: Option<&Seen>) -> Vec<Near> {
        let one = |s: &Seen| {
            let mut evidence = s.evidence();
            evidence.splice(0..0, found.map(|f| evidence::behind((f.points() - s.points()).max(0))));
            Some(Near { candidate: self.candidate(&self.entry(s.who)?), kind: s.kind, score: s.score(), evidence })
        };
        seen.iter().take(MOST_NEAR).filter_map(one).collect()
    }

    fn fit(&self, people: usize, seen: &[Seen]) -> Vec<Near> {
        let mut near = self.near(seen, None);
        near.iter_mut().for_each(|n| n.evidence.insert(0, evidence::equal(people)));
        near
    }
}

impl Answer {
    fn shown(&self) -> &[Seen] {
        match self {
            Self::One(seen) => std::slice::from_ref(seen),
            Self::Several(_, seen) => seen,
            Self::Nobody => &[],
        }
    }

    /// One, several or nobody.
    fn of(fit: &[Seen]) -> Option<Self> {
        match fit {
            [] => None,
            [one] => Some(Self::One(*one)),
            several => Some(Self::Several(several.len(), several.iter().take(MOST_NEAR).copied().collect())),
        }
    }
}

/// The stated address decides; when it leads to nobody, the names may.
fn answer(question: &mut Question<'_>) -> Answer {
    if let Some(registered) = question.at_address() {
        return Answer::One(registered);
    }
    let by_address = question.by_address();
    if let Some(answer) = Answer::of(&by_address) {
        return answer;
    }
    let by_name = question.by_name();
    Answer::of(&by_name).unwrap_or(Answer::Nobody)
}
