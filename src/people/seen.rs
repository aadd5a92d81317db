//! People looked at: how each compares with the claim, in points, and why one was not accepted.

use super::evidence::Refusal;
use super::relate::Relation;
use super::slips::Slip;
use super::{Evidence, MatchKind, evidence};

/// One person looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    /// Number of the person.
    pub who: u32,
    pub kind: MatchKind,
    pub slip: Option<Slip>,
    /// Staff confirmed the address as this person's.
    pub confirmed: bool,
    pub first: Relation,
    pub last: Relation,
    pub institution: Option<bool>,
    pub course: Option<bool>,
    /// Why this person was near, but not accepted.
    pub refused: Option<Refusal>,
}

impl Seen {
    /// The sum of the evidence; what is compared between people.
    pub(super) fn points(&self) -> i32 {
        let told = [evidence::last_points(self.last), evidence::first_points(self.first)].into_iter().sum::<i32>();
        let place = self.institution.map_or(0, evidence::institution_points) + self.course.map_or(0, evidence::course_points);
        evidence::address_points(self.kind) + self.slip.map_or(0, evidence::slip_points) + told + place
    }

    /// Nought to one.
    pub(super) fn score(&self) -> f64 {
        f64::from(self.points().clamp(0, MOST_POINTS)) / f64::from(MOST_POINTS)
    }

    /// Everything told, compared, in words.
    pub(super) fn told(&self) -> Vec<Evidence> {
        let names = [evidence::last(self.last), evidence::first(self.first)];
        let place = [self.institution.map(evidence::institution), self.course.map(evidence::course)];
        names.into_iter().chain(place).flatten().collect()
    }

    /// Each compared field in words, strongest first; why the person was not accepted before all.
    pub(super) fn evidence(&self) -> Vec<Evidence> {
        let mut all = vec![if self.confirmed { evidence::confirmed() } else { evidence::address(self.kind) }];
        all.extend(self.slip.map(evidence::slip));
        all.extend(self.told());
        all.sort_by_key(|e| std::cmp::Reverse(e.points));
        all.splice(0..0, self.refused.map(evidence::refusal));
        all
    }

    /// Whether both names told fit, be it in part; an initial says too little.
    pub(super) fn names_speak(&self) -> bool {
        let speaks = |r| matches!(r, Relation::Equal | Relation::Part | Relation::Nickname);
        speaks(self.first) && speaks(self.last)
    }

    /// Whether both names told are the registered ones.
    pub(super) fn names_equal(&self) -> bool {
        self.first == Relation::Equal && self.last == Relation::Equal
    }

    /// Whether a name told is another one.
    pub(super) fn names_differ(&self) -> bool {
        self.first == Relation::Conflict || self.last == Relation::Conflict
    }

    /// Whether institution or course speak for the person.
    pub(super) fn is_placed(&self) -> bool {
        self.institution == Some(true) || self.course == Some(true)
    }

    /// Whether another institution is named, and no course speaks for the person.
    pub(super) fn is_elsewhere(&self) -> bool {
        self.institution == Some(false) && self.course != Some(true)
    }
}

/// Points of an address that is registered, with names and place agreeing.
const MOST_POINTS: i32 = 160;

/// Those that nobody else beats by more than the margin.
pub(super) fn best(mut seen: Vec<Seen>) -> Vec<Seen> {
    let most = seen.iter().map(Seen::points).max().unwrap_or(0);
    seen.retain(|s| s.points() + MARGIN > most);
    seen
}

/// Points by which one person must lead another to be the one.
const MARGIN: i32 = 6;
