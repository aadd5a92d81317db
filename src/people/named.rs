//! What a claim names beside a person: institutions, and the evaluations that a course may be.

use std::ops::Range;

use super::directory::Directory;
use super::scope::{Road, Used};
use super::{Claim, Institution};

/// Institutions that a text may tell; one with more of them tells none.
const MOST_TOLD: usize = 8;

/// What a claim names.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// Institutions told in the text.
    text: Vec<u32>,
    /// The institution of the address's domain.
    domain: Option<u32>,
    /// Institutions where the course told is sat.
    pub by_course: Vec<u32>,
    /// The evaluations that the course told may be.
    pub evaluations: Vec<u32>,
}

impl Named {
    /// Whether `institution` is the one told, in the text or by the address's domain; `None`: none is.
    pub(super) fn institution(&self, institution: u32) -> Option<bool> {
        let told = self.told();
        (!told.is_empty()).then(|| told.contains(&institution))
    }

    /// As [`Named::institution`], where the address led to nobody: what the text says goes before the address's domain.
    pub(super) fn institution_by_text(&self, institution: u32) -> Option<bool> {
        if self.text.is_empty() { self.institution(institution) } else { Some(self.text.contains(&institution)) }
    }

    /// The institutions told.
    pub(super) fn told(&self) -> Vec<u32> {
        self.text.iter().copied().chain(self.domain.filter(|d| !self.text.contains(d))).collect()
    }

    /// Every institution named, told ones first.
    pub(super) fn institutions(&self) -> impl Iterator<Item = u32> + '_ {
        let told = self.told();
        let by_course = self.by_course.iter().copied().filter({
            let told = told.clone();
            move |n| !told.contains(n)
        });
        told.into_iter().chain(by_course)
    }
}

impl Directory {
    /// The institutions that `claim` names: by name, acronym or distinctive word in its text, by its course, by the domain of the stated address.
    pub fn institutions_named(&self, claim: &Claim) -> Vec<&Institution> {
        let named = self.named(claim, claim.email_used.as_deref().and_then(|a| Used::parse(a, true)).as_ref(), true);
        let mut numbers: Vec<u32> = named.institutions().collect();
        numbers.sort_unstable();
        numbers.into_iter().filter_map(|n| self.institutions.get(n as usize)).collect()
    }

    /// What `claim` names, with the institution of the address `used` (`typed`: its domain may have a slip).
    pub(super) fn named(&self, claim: &Claim, used: Option<&Used>, typed: bool) -> Named {
        // Maisonneuve may be a person as well as a college.
        let own: Vec<&str> = [&claim.first_name, &claim.last_name, &claim.display_name].into_iter().filter_map(|n| n.as_deref()).collect();
        let mut text = claim.institution.as_deref().map(|text| self.places.institutions_in(text, &own)).unwrap_or_default();
        if text.len() > MOST_TOLD {
            text.clear();
        }
        // A domain that only resembles an institution's names none, unless a hand easily misses the one for the other.
        let certain = |road: Road| match road {
            Road::Known | Road::SubDomain => true,
            Road::Slip(slip) => slip.is_of_the_hand(),
        };
        let scope = used
            .filter(|u| u.is_plain())
            .and_then(|u| self.scope_of(&u.domain, typed))
            .filter(|(scope, road)| !scope.open && certain(*road));
        let domain = scope.map(|(scope, _)| scope.id).filter(|id| (*id as usize) < self.institutions.len());
        let evaluations = claim.course.as_deref().map(|c| self.places.evaluations_told(c)).unwrap_or_default();
        let mut by_course: Vec<u32> = evaluations.iter().filter_map(|which| self.places.institution_of(*which)).collect();
        by_course.sort_unstable();
        by_course.dedup();
        Named { text, domain, by_course, evaluations }
    }

    /// The course code or title of the register that stands in `text` (accents, case, spaces aside), verbatim with its bytes; the longest.
    pub fn course_in(&self, text: &str) -> Option<(String, Range<usize>)> {
        let span = self.places.course_in(text)?;
        Some((text.get(span.clone())?.to_owned(), span))
    }
}
