//! The register in memory: one frozen snapshot, indexed. A message is judged against one snapshot from start to end.

use std::collections::HashMap;

use super::names::{Name, Vocabulary};
use super::scope::{self, Road, Scope, Scopes};
use super::{Candidate, Evaluation, Institution, Invitation, Registered, Tables};

/// One snapshot of who is registered.
#[derive(Debug, Default)]
pub struct Directory {
    pub(super) institutions: Vec<Institution>,
    pub(super) evaluations: Vec<Evaluation>,
    pub(super) people: Vec<Entry>,
    pub(super) scopes: Scopes,
    pub(super) vocabulary: Vocabulary,
    by_id: HashMap<String, u32>,
    by_address: HashMap<String, u32>,
    /// (scope, mailbox without plus-tag and ignored dots)
    by_mailbox: HashMap<(u32, String), Vec<u32>>,
    /// (scope, squashed local part less one letter): the way to a slip's neighbour.
    by_slip: HashMap<(u32, String), Vec<u32>>,
    /// (institution, a spelling of the last name)
    by_last: HashMap<(u32, String), Vec<u32>>,
    institution_numbers: HashMap<String, u32>,
}

/// A candidate with what matching needs.
#[derive(Debug)]
pub(super) struct Entry {
    pub candidate: Candidate,
    pub institution: u32,
    pub canon: String,
    pub squash: String,
    pub first: Name,
    pub last: Name,
    pub evaluations: Vec<u32>,
    pub invitations: Vec<Invitation>,
}

impl Directory {
    /// Indexes checked tables; rows that refer to nothing are left out.
    pub fn new(tables: Tables) -> Self {
        let Tables { institutions, mut evaluations, candidates, registrations, invitations } = tables;
        evaluations.sort_by(|a, b| (a.starts_at, &a.id).cmp(&(b.starts_at, &b.id)));
        let mut directory = Self {
            scopes: Scopes::new(institutions.iter().map(|i| i.domains.as_slice()).collect::<Vec<_>>().into_iter()),
            institution_numbers: institutions.iter().map(|i| i.id.clone()).zip(0..).collect(),
            institutions,
            evaluations,
            ..Self::default()
        };
        for candidate in candidates {
            directory.add(candidate);
        }
        let evaluation_numbers: HashMap<String, u32> = directory.evaluations.iter().map(|e| e.id.clone()).zip(0..).collect();
        for (candidate, evaluation) in registrations {
            let who = directory.by_id.get(&candidate).and_then(|who| directory.people.get_mut(*who as usize));
            if let (Some(entry), Some(which)) = (who, evaluation_numbers.get(&evaluation)) {
                entry.evaluations.push(*which);
            }
        }
        for invitation in invitations {
            let who = directory.by_id.get(&invitation.candidate_id).copied();
            if let Some(entry) = who.and_then(|who| directory.people.get_mut(who as usize)) {
                entry.invitations.push(invitation);
            }
        }
        for entry in &mut directory.people {
            entry.evaluations.sort_unstable();
            entry.invitations.sort_by_key(|i| (i.sent_at.is_none(), i.sent_at));
        }
        directory
    }

    fn add(&mut self, candidate: Candidate) {
        let Some(institution) = self.institution_numbers.get(&candidate.institution_id).copied() else { return };
        let Some((local, domain)) = candidate.email.split_once('@') else { return };
        let who = u32::try_from(self.people.len()).unwrap_or(u32::MAX);
        let scope = self.scopes.of_registered(domain);
        let canon = scope::canon(local, domain);
        let squash = scope::squash(&canon);
        let (first, last) = (Name::new(&candidate.first_name), Name::new(&candidate.last_name));
        self.vocabulary.add_first(&first);
        self.vocabulary.add_last(&last);
        self.by_id.insert(candidate.id.clone(), who);
        self.by_address.insert(candidate.email.clone(), who);
        self.by_mailbox.entry((scope.id, canon.clone())).or_default().push(who);
        self.by_slip.entry((scope.id, squash.clone())).or_default().push(who);
        for shorter in one_less(&squash) {
            self.by_slip.entry((scope.id, shorter)).or_default().push(who);
        }
        for key in last.keys() {
            self.by_last.entry((institution, key.to_owned())).or_default().push(who);
        }
        self.people.push(Entry { candidate, institution, canon, squash, first, last, evaluations: Vec::new(), invitations: Vec::new() });
    }

    /// How many candidates.
    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// Whether nobody is registered.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// Everything the register knows of a candidate.
    pub fn registered(&self, candidate_id: &str) -> Option<Registered> {
        let who = self.by_id.get(candidate_id)?;
        self.people.get(*who as usize).map(|entry| self.registered_of(entry))
    }

    pub(super) fn registered_of(&self, entry: &Entry) -> Registered {
        let fallback = || Institution {
            id: entry.candidate.institution_id.clone(),
            name: String::new(),
            domains: Vec::new(),
            coordinator_name: String::new(),
            coordinator_email: String::new(),
            language: entry.candidate.language,
            time_zone: "UTC".into(),
        };
        Registered {
            candidate: entry.candidate.clone(),
            institution: self.institutions.get(entry.institution as usize).cloned().unwrap_or_else(fallback),
            evaluations: entry.evaluations.iter().filter_map(|e| self.evaluations.get(*e as usize).cloned()).collect(),
            invitations: entry.invitations.clone(),
        }
    }

    pub(super) fn entry(&self, who: u32) -> Option<&Entry> {
        self.people.get(who as usize)
    }

    pub(super) fn at_address(&self, address: &str) -> Option<u32> {
        self.by_address.get(address).copied()
    }

    /// Everybody whose mailbox in `scope` is this one.
    pub(super) fn at_mailbox(&self, scope: u32, canon: &str) -> &[u32] {
        self.by_mailbox.get(&(scope, canon.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// Everybody whose squashed local part in `scope` is at most two letters (one on each side) from this one.
    pub(super) fn near_mailbox(&self, scope: u32, squash: &str) -> Vec<u32> {
        let mut near: Vec<u32> = std::iter::once(squash.to_owned())
            .chain(one_less(squash))
            .filter_map(|key| self.by_slip.get(&(scope, key)))
            .flatten()
            .copied()
            .take(500)
            .collect();
        near.sort_unstable();
        near.dedup();
        near
    }

    /// Everybody at `institution` whose last name has this spelling.
    pub(super) fn with_last_name(&self, institution: u32, key: &str) -> &[u32] {
        self.by_last.get(&(institution, key.to_owned())).map_or(&[], Vec::as_slice)
    }

    pub(super) fn scope_of(&self, domain: &str, may_slip: bool) -> Option<(Scope, Road)> {
        self.scopes.of(domain, may_slip)
    }
}

/// A string with each one of its letters taken out; none for short or endless ones.
fn one_less(text: &str) -> Vec<String> {
    if !(4..=40).contains(&text.len()) {
        return Vec::new();
    }
    let mut less: Vec<String> =
        text.char_indices().map(|(skip, _)| text.char_indices().filter(|(at, _)| *at != skip).map(|(_, c)| c).collect()).collect();
    less.dedup();
    less
}
