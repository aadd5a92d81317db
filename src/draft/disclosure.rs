//! What a reply tells that it must not: checked before a text that somebody edited is saved or sent. There is no way round it.
//!
//! For everybody: no invitation code, and no address of anybody else. For a sender who is not proven to be the candidate, nothing at all that
//! only the register knows: the registered address, a state, an evaluation, a name. Confirming is telling, so what the person wrote themself
//! is no excuse for an address or a state; a name, a title or a day that they wrote may be said back.

mod addresses;
mod codes;
mod evaluations;
mod forms;
mod names;
mod phrases;
mod plain;
mod said;
mod sentences;
#[cfg(test)]
mod tests;
mod written;

use std::ops::Range;

use super::templates::Letterhead;
use crate::message::address::Address;
use crate::people::{Candidate, Registered};
use crate::rules::Proof;
use addresses::{Signs, Wanted};
pub use phrases::Phrases;
use plain::{Plain, Sign, signs};
use written::Written;

/// What is known of the reader of a reply, and of whom it may speak.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Whether the sender is proven to be the candidate.
    pub proof: Proof,
    /// The address that the reply goes to.
    pub sender: Option<&'a str>,
    /// What the person wrote in all messages: subjects, own words, and the display name of From.
    pub words: &'a str,
    /// What the register holds of the person found.
    pub registered: Option<&'a Registered>,
    /// Others who were near.
    pub near: &'a [Candidate],
    /// The desk's own addresses.
    pub own: &'a [Address],
    /// What stands under each reply, and where invitations come from.
    pub letterhead: &'a Letterhead,
}

/// What a leak tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeakKind {
    /// The registered address, to somebody who is not proven to own it.
    RegisteredAddress,
    /// The address of somebody else.
    AnotherAddress,
    /// Whether somebody is registered, invited, activated.
    AccountState,
    /// Title, code or start of an evaluation.
    Evaluation,
    /// A name of the register that the person did not write.
    RegisteredName,
    /// An invitation code.
    Code,
}

impl LeakKind {
    /// As it is named in files: `registered_address`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RegisteredAddress => "registered_address",
            Self::AnotherAddress => "another_address",
            Self::AccountState => "account_state",
            Self::Evaluation => "evaluation",
            Self::RegisteredName => "registered_name",
            Self::Code => "code",
        }
    }
}

/// One place of a reply that tells too much.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Leak {
    /// The line of the text, counted from 1; 0 is the subject.
    pub line: usize,
    /// Bytes of the text, or of the subject.
    pub span: Range<usize>,
    /// What it tells.
    pub kind: LeakKind,
}

/// Everything that this reply must not tell its reader, in the order of its lines. Empty: it gives nothing away.
pub fn leaks(subject: &str, text: &str, known: &Known<'_>, phrases: &Phrases) -> Vec<Leak> {
    let check = Check { known, phrases, written: Written::of(known.words, known.sender), targets: Targets::of(known, phrases) };
    let mut leaks: Vec<Leak> = check.all(subject).into_iter().map(|(kind, span)| Leak { line: 0, span, kind }).collect();
    let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
    leaks.extend(check.all(text).into_iter().map(|(kind, span)| Leak {
        line: ends.partition_point(|end| *end < span.start) + 1,
        span,
        kind,
    }));
    leaks.sort_by_key(|leak| (leak.line, leak.span.start, leak.span.end, leak.kind));
    leaks.dedup();
    leaks
}

/// What a text tells, and where.
type Told = Vec<(LeakKind, Range<usize>)>;

struct Check<'a> {
    known: &'a Known<'a>,
    phrases: &'a Phrases,
    written: Written,
    targets: Targets,
}

/// Addresses that are looked for in every disguise.
struct Targets {
    /// The registered one, for a sender who is not proven; and whether its local part says by itself whose it is.
    registered: Option<(Wanted, bool)>,
    /// Those of others.
    others: Vec<Wanted>,
    /// The sender's own, where it may be said.
    sender: Option<Wanted>,
}

impl Targets {
    fn of(known: &Known<'_>, phrases: &Phrases) -> Self {
        let hidden = known.registered.filter(|_| known.proof == Proof::Unproven);
        let is_sender = |address: &str| known.sender.is_some_and(|s| s.eq_ignore_ascii_case(address));
        let local = |address: &str| address.split_once('@').map(|(local, _)| local.to_lowercase());
        let registered = hidden.map(|r| &r.candidate).and_then(|candidate| {
            let same_local = known.sender.and_then(local) == local(&candidate.email) && !is_sender(&candidate.email);
            let distinctive = !same_local && addresses::is_distinctive(candidate, |word| phrases.is_word(word));
            Some((Wanted::of(&candidate.email)?, distinctive))
        });
        let near = known.near.iter().map(|c| c.email.as_str());
        let coordinator = hidden.map(|r| r.institution.coordinator_email.as_str());
        let others = near.chain(coordinator).filter(|address| !is_sender(address)).filter_map(Wanted::of).collect();
        let own_address = |s: &&str| hidden.is_none_or(|r| !r.candidate.email.eq_ignore_ascii_case(s));
        Self { registered, others, sender: known.sender.filter(own_address).and_then(Wanted::of) }
    }
}

impl Check<'_> {
    /// What one text tells, in bytes of it.
    fn all(&self, text: &str) -> Vec<(LeakKind, Range<usize>)> {
        let plain = Plain::of(text);
        let signs = signs(plain.text());
        let (mut found, addresses) = self.addresses(&plain);
        let apart = |span: &Range<usize>| !addresses.iter().any(|a| a.start < span.end && span.start < a.end);
        let codes = codes::find(&plain, self.known.registered, self.known.letterhead, &addresses);
        found.extend(codes.into_iter().map(|span| (LeakKind::Code, span)));
        if self.known.proof == Proof::Unproven {
            found.extend(self.said(&plain));
            if let Some(registered) = self.known.registered {
                let evaluations = evaluations::find(&plain, &signs, registered, &self.written, self.phrases);
                found.extend(evaluations.into_iter().filter(apart).map(|span| (LeakKind::Evaluation, span)));
                found.extend(self.names(&plain, &signs, registered).into_iter().filter(apart).map(|span| (LeakKind::RegisteredName, span)));
            }
        }
        found.into_iter().map(|(kind, span)| (kind, plain.original(span))).collect()
    }

    /// Addresses that must not be told, and the places of all.
    fn addresses(&self, plain: &Plain) -> (Told, Vec<Range<usize>>) {
        let signs = Signs::of(plain.text());
        let touches = |all: &[Range<usize>], span: &Range<usize>| all.iter().any(|a| a.start < span.end && span.start < a.end);
        let own: Vec<Range<usize>> = self.targets.sender.iter().flat_map(|sender| sender.find(&signs)).collect();
        let mut secret: Vec<Range<usize>> = Vec::new();
        if let Some((wanted, distinctive)) = &self.targets.registered {
            secret.extend(wanted.find(&signs));
            let local = wanted.find_local(&signs, *distinctive).into_iter();
            let local: Vec<_> = local.filter(|span| !touches(&own, span) && !touches(&secret, span)).collect();
            secret.extend(local);
        }
        let written = addresses::written(plain);
        let mut others: Vec<Range<usize>> = self.targets.others.iter().flat_map(|other| other.find(&signs)).collect();
        let strange: Vec<_> = written.iter().filter(|(address, _)| !self.may_be_told(address)).map(|(_, span)| span.clone()).collect();
        others.extend(strange.into_iter().filter(|span| !touches(&own, span)));
        others.retain(|span| !touches(&secret, span));
        let places = written.into_iter().map(|(_, span)| span).chain(secret.iter().cloned()).chain(others.iter().cloned()).collect();
        let found = secret.into_iter().map(|span| (LeakKind::RegisteredAddress, span));
        (found.chain(others.into_iter().map(|span| (LeakKind::AnotherAddress, span))).collect(), places)
    }

    /// Whether an address that stands in a reply is the reader's, the desk's, or that of the coordinator of somebody who is proven.
    fn may_be_told(&self, address: &str) -> bool {
        let Known { letterhead, own, sender, .. } = self.known;
        // `d’ada@uni.example`: an apostrophe before it is no part of it.
        let bare = address.rsplit(['’', '\'']).next().unwrap_or(address);
        let is = |known: &str| known.eq_ignore_ascii_case(bare) || known.eq_ignore_ascii_case(address);
        let proven = self.known.registered.filter(|_| self.known.proof == Proof::Proven);
        let signed = |text: &str| addresses::written(&Plain::of(text)).iter().any(|(written, _)| is(written));
        is(&letterhead.invitations_from)
            || own.iter().any(|a| is(a.as_str()))
            || sender.is_some_and(is)
            || proven.is_some_and(|r| is(&r.institution.coordinator_email) || is(&r.candidate.email))
            || signed(&letterhead.signature_en)
            || signed(&letterhead.signature_fr)
    }

    fn said(&self, plain: &Plain) -> Vec<(LeakKind, Range<usize>)> {
        let said = said::said(plain.text(), self.written.plain().text(), self.phrases).into_iter();
        let told = said.filter_map(|said| {
            let kind = self.phrases.statements.get(said.statement)?.kind;
            // The day of an evaluation is known from the register alone, and may be said back.
            let day = plain.text().get(said.last.clone()).unwrap_or("");
            let harmless = kind == LeakKind::Evaluation && (self.known.registered.is_none() || self.written.has_words(day));
            (!harmless).then_some((kind, said.span))
        });
        told.collect()
    }

    fn names(&self, plain: &Plain, signs: &[Sign], registered: &Registered) -> Vec<Range<usize>> {
        let told = names::Told { written: &self.written, letterhead: self.known.letterhead, phrases: self.phrases };
        names::find(plain, signs, registered, &told)
    }
}
