//! The register in memory: one frozen snapshot, indexed. A message is judged against one snapshot from start to end.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::hash::{self, Fast, Key};
use super::import::{Record, Taker};
use super::index::Index;
use super::keys;
use super::places::Places;
use super::register::{Entry, Kept, Register};
use super::scope::{Road, Scope, Scopes};
use super::vocabulary::Vocabulary;
use super::{Candidate, Evaluation, Institution, Invitation, Registered, Tables};

/// One snapshot of who is registered.
#[derive(Debug, Default)]
pub struct Directory {
    pub(super) institutions: Vec<Institution>,
    pub(super) evaluations: Vec<Evaluation>,
    pub(super) register: Register,
    pub(super) index: Index,
    pub(super) scopes: Scopes,
    pub(super) vocabulary: Vocabulary,
    pub(super) places: Places,
    /// Addresses that staff confirmed to be a candidate's, beside the registered one.
    pub(super) confirmed: HashMap<Box<str>, u32>,
}

/// The snapshot in force, swapped whole: whoever judges keeps the one that they began with.
#[derive(Debug, Default)]
pub struct InForce(RwLock<Option<Arc<Directory>>>);

impl InForce {
    /// The snapshot of this moment; empty before the first was read.
    pub fn get(&self) -> Arc<Directory> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_default()
    }

    /// Whether there is one: nothing is judged or let go by a register that was not read yet.
    pub fn is_there(&self) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Another one is in force from now on.
    pub fn put(&self, directory: Directory) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(directory));
    }
}

/// What a snapshot holds in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bytes {
    /// Ids, addresses, codes and names as they came.
    pub strings: usize,
    /// Evaluations and invitations of the candidates.
    pub belongings: usize,
    /// Rows, folded names, and the index.
    pub index: usize,
}

/// Takes a register in row by row, in the order of the files: institutions and evaluations, candidates, then what belongs to candidates.
#[derive(Debug, Default)]
pub struct Builder {
    directory: Directory,
    institution_numbers: HashMap<String, u32>,
    evaluation_numbers: HashMap<String, u32, Fast>,
}

/// A [`Builder`] whose candidates are complete and can be found.
#[derive(Debug)]
pub struct Sealed {
    builder: Builder,
    sits: Vec<(u32, u32)>,
    mailed: Vec<(u32, Kept)>,
    /// Who was asked for last: rows of one candidate mostly stand together, and candidates in order.
    last: u32,
}

impl Builder {
    /// Begins with everything that candidates refer to.
    pub fn new(institutions: Vec<Institution>, mut evaluations: Vec<Evaluation>) -> Self {
        evaluations.sort_by(|a, b| (a.starts_at, &a.id).cmp(&(b.starts_at, &b.id)));
        let institution_numbers: HashMap<String, u32> = institutions.iter().map(|i| i.id.clone()).zip(0..).collect();
        let evaluation_numbers = evaluations.iter().map(|e| e.id.clone()).zip(0..).collect();
        let directory = Directory {
            scopes: Scopes::new(institutions.iter().map(|i| i.domains.as_slice()).collect::<Vec<_>>().into_iter()),
            places: Places::new(&institutions, &evaluations, |id| institution_numbers.get(id).copied()),
            institutions,
            evaluations,
            ..Directory::default()
        };
        Self { directory, institution_numbers, evaluation_numbers }
    }

    /// Takes a candidate in; one whose institution is unknown or whose address is none is left out.
    pub fn candidate(&mut self, candidate: &Candidate) {
        let Some(institution) = self.institution_numbers.get(&candidate.institution_id).copied() else { return };
        let Some((_, domain)) = candidate.email.split_once('@') else { return };
        let scope = self.directory.scopes.of_registered(domain);
        self.directory.register.add(candidate, institution, scope.id);
    }

    /// Indexes the candidates.
    pub fn seal(mut self) -> Sealed {
        let directory = &mut self.directory;
        directory.register.sort();
        let register = &directory.register;
        register.firsts.all().for_each(|name| directory.vocabulary.add_first(name));
        register.lasts.all().for_each(|name| directory.vocabulary.add_last(name));
        let names = keys::Spelt::new(register);
        directory.index = Index::new(register.len(), |who, take| keys::each(register, &names, who, take));
        Sealed { builder: self, sits: Vec::new(), mailed: Vec::new(), last: 0 }
    }
}

impl Sealed {
    fn number(&mut self, candidate_id: &str) -> Option<u32> {
        let directory = &self.builder.directory;
        let is = |who: &u32| directory.entry(*who).is_some_and(|e| e.id == candidate_id);
        let near = [self.last, self.last.saturating_add(1)].into_iter().find(is);
        let who = near.or_else(|| directory.number(candidate_id))?;
        self.last = who;
        Some(who)
    }

    /// Takes a registration in; one that refers to nothing is left out.
    pub fn registration(&mut self, candidate_id: &str, evaluation_id: &str) {
        let who = self.number(candidate_id);
        self.sits.extend(who.zip(self.builder.evaluation_numbers.get(evaluation_id).copied()));
    }

    /// Takes an invitation in; one that refers to nobody is left out.
    pub fn invitation(&mut self, invitation: &Invitation) {
        if let Some(who) = self.number(&invitation.candidate_id) {
            self.mailed.extend(self.builder.directory.register.keep(invitation).map(|kept| (who, kept)));
        }
    }

    /// The finished snapshot.
    pub fn finish(self) -> Directory {
        let mut directory = self.builder.directory;
        directory.register.file_evaluations(self.sits);
        directory.register.file_invitations(self.mailed);
        directory
    }
}

/// Takes in the records of a register as they are read, in the order of the tables; nothing is held twice.
#[derive(Debug, Default)]
pub struct Loader {
    institutions: Vec<Institution>,
    evaluations: Vec<Evaluation>,
    /// From the first candidate on.
    builder: Option<Builder>,
    /// From the first thing that belongs to a candidate on.
    sealed: Option<Sealed>,
}

impl Taker for Loader {
    fn record(&mut self, record: Record) {
        match record {
            Record::Institution(institution) => self.institutions.push(institution),
            Record::Evaluation(evaluation) => self.evaluations.push(evaluation),
            Record::Candidate(candidate) => self.builder().candidate(&candidate),
            Record::Registration { candidate_id, evaluation_id } => self.sealed().registration(&candidate_id, &evaluation_id),
            Record::Invitation(invitation) => self.sealed().invitation(&invitation),
        }
    }
}

impl Loader {
    fn builder(&mut self) -> &mut Builder {
        let (institutions, evaluations) = (&mut self.institutions, &mut self.evaluations);
        self.builder.get_or_insert_with(|| Builder::new(std::mem::take(institutions), std::mem::take(evaluations)))
    }

    fn sealed(&mut self) -> &mut Sealed {
        let builder = if self.sealed.is_none() { std::mem::take(self.builder()) } else { Builder::default() };
        self.sealed.get_or_insert_with(|| builder.seal())
    }

    /// The finished snapshot.
    pub fn finish(mut self) -> Directory {
        self.sealed();
        self.sealed.map(Sealed::finish).unwrap_or_default()
    }
}

impl Directory {
    /// Indexes checked tables; rows that refer to nothing are left out.
    pub fn new(tables: Tables) -> Self {
        let Tables { institutions, evaluations, candidates, registrations, invitations } = tables;
        let mut builder = Builder::new(institutions, evaluations);
        candidates.into_iter().for_each(|candidate| builder.candidate(&candidate));
        let mut sealed = builder.seal();
        registrations.into_iter().for_each(|(candidate, evaluation)| sealed.registration(&candidate, &evaluation));
        invitations.into_iter().for_each(|invitation| sealed.invitation(&invitation));
        sealed.finish()
    }

    /// Takes the addresses that staff confirmed, (address, candidate_id), in the place of those before. Those of nobody here are
    /// left out, and so is an address that is registered itself.
    pub fn confirm<'a>(&mut self, aliases: impl IntoIterator<Item = (&'a str, &'a str)>) {
        self.confirmed.clear();
        for (address, candidate_id) in aliases {
            let address = address.trim().to_lowercase();
            if let Some(who) = self.number(candidate_id).filter(|_| self.at_address(&address).is_none()) {
                self.confirmed.insert(address.into(), who);
            }
        }
    }

    /// How many candidates.
    pub fn len(&self) -> usize {
        self.register.len() as usize
    }

    /// Whether nobody is registered.
    pub fn is_empty(&self) -> bool {
        self.register.len() == 0
    }

    /// What the snapshot holds in memory.
    pub fn bytes(&self) -> Bytes {
        let [strings, belongings, rows] = self.register.bytes();
        Bytes { strings, belongings, index: rows + self.index.bytes() + self.vocabulary.bytes() }
    }

    /// Everything the register knows of a candidate.
    pub fn registered(&self, candidate_id: &str) -> Option<Registered> {
        self.registered_at(self.number(candidate_id)?)
    }

    pub(super) fn registered_at(&self, who: u32) -> Option<Registered> {
        let entry = self.entry(who)?;
        Some(Registered {
            candidate: self.candidate(&entry),
            institution: self.institutions.get(entry.institution as usize)?.clone(),
            evaluations: self.register.evaluations(who).iter().filter_map(|e| self.evaluations.get(*e as usize).cloned()).collect(),
            invitations: self.register.invitations(who),
        })
    }

    pub(super) fn candidate(&self, entry: &Entry<'_>) -> Candidate {
        Candidate {
            id: entry.id.to_owned(),
            first_name: entry.first_name.to_owned(),
            last_name: entry.last_name.to_owned(),
            email: entry.email.to_owned(),
            institution_id: self.institutions.get(entry.institution as usize).map(|i| i.id.clone()).unwrap_or_default(),
            language: entry.language,
        }
    }

    pub(super) fn entry(&self, who: u32) -> Option<Entry<'_>> {
        self.register.entry(who)
    }

    /// The number of a candidate.
    pub(super) fn number(&self, candidate_id: &str) -> Option<u32> {
        let people = self.index.probe(Key::Id.hash(hash::text(candidate_id)));
        people.people().find(|who| self.entry(*who).is_some_and(|e| e.id == candidate_id))
    }

    /// Whose registered address this is (lower-case).
    pub(super) fn at_address(&self, address: &str) -> Option<u32> {
        let (local, domain) = address.split_once('@')?;
        let (scope, _) = self.scopes.of(domain, false)?;
        let letters = keys::Letters::of(local, domain);
        let people = self.index.probe(Key::Mailbox(scope.id).hash(letters.hash()?));
        people.people().find(|who| self.entry(*who).is_some_and(|e| e.email == address))
    }

    pub(super) fn scope_of(&self, domain: &str, may_slip: bool) -> Option<(Scope, Road)> {
        self.scopes.of(domain, may_slip)
    }
}
