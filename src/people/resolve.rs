//! Claim to person. Exact hashes of a few readings find the few people who could be meant; typed evidence and vetoes judge them;
//! unless exactly one is left, the answer is "several" or "nobody".

use super::directory::{Directory, Entry};
use super::display;
use super::evidence;
use super::forms::built_from;
use super::names::{Name, Relation, Told};
use super::scope::{self, Road, Used};
use super::slips::{self, Slip};
use super::{Claim, Evidence, MatchKind, Near, Person};

/// One person looked at.
#[derive(Debug, Clone)]
struct Seen {
    who: u32,
    kind: MatchKind,
    slip: Option<Slip>,
    first: Relation,
    last: Relation,
    institution: Option<bool>,
    course: Option<bool>,
}

/// The claim, prepared.
struct Question<'a> {
    directory: &'a Directory,
    claim: &'a Claim,
    /// The address that decides: the stated one, else the sender's.
    used: Option<Used>,
    /// It was typed by somebody, so a slip of the keys is possible; a sender's address is what it is.
    typed: bool,
    told: Told,
    named: Vec<u32>,
}

impl Directory {
    /// Finds the registered person that `claim` speaks of. Total; pure.
    pub fn resolve(&self, claim: &Claim) -> Person {
        let question = Question::of(self, claim);
        if let Some(who) = question.used.as_ref().and_then(|u| self.at_address(&u.address)) {
            return question.found(&question.look(who, MatchKind::Exact, None), &[]);
        }
        let by_address = question.by_address();
        match by_address.as_slice() {
            [one] => return question.found(one, &[]),
            [] => {}
            several => return question.several(several),
        }
        let by_name = question.by_name();
        match by_name.as_slice() {
            [one] => question.found(one, &[]),
            [] => Person::Nobody(question.nearby()),
            several => question.several(several),
        }
    }
}

impl<'a> Question<'a> {
    fn of(directory: &'a Directory, claim: &'a Claim) -> Self {
        let typed = claim.email_used.is_some();
        let sender = claim.sender.as_deref().filter(|_| !claim.for_another);
        let written = claim.email_used.as_deref().or(sender);
        Self {
            directory,
            claim,
            used: written.and_then(|w| Used::parse(w, typed)),
            typed,
            told: told(claim),
            named: directory.numbers_named(claim),
        }
    }

    fn look(&self, who: u32, kind: MatchKind, slip: Option<Slip>) -> Seen {
        let Some(entry) = self.directory.entry(who) else {
            return Seen { who, kind, slip, first: Relation::Absent, last: Relation::Absent, institution: None, course: None };
        };
        let (first, last) = self.told.relate(&entry.first, &entry.last, &self.directory.vocabulary);
        let institution = (!self.named.is_empty()).then(|| self.named.contains(&entry.institution));
        let course = self.claim.course.as_deref().map(|c| self.directory.sits(entry, c));
        Seen { who, kind, slip, first, last, institution, course }
    }

    /// Whom the address leads to: an alias, a slip, or another form of the same name.
    fn by_address(&self) -> Vec<Seen> {
        let Some(used) = &self.used else { return Vec::new() };
        let Some((scope, road)) = self.directory.scope_of(&used.domain, self.typed) else { return Vec::new() };
        let mailbox = self.directory.at_mailbox(scope.id, &used.canon);
        let (kind, slip) = match road {
            Road::Known | Road::SubDomain => (MatchKind::Alias, None),
            Road::Slip(slip) => (MatchKind::Typo, Some(slip)),
        };
        let same: Vec<Seen> = mailbox
            .iter()
            .map(|who| self.look(*who, kind, slip))
            .filter(|s| kind == MatchKind::Alias || self.may_be_slip(s, scope.open))
            .collect();
        if !same.is_empty() {
            return self.best(same);
        }
        let domain_slip = matches!(road, Road::Slip(_));
        let forms: Vec<Seen> = if domain_slip { Vec::new() } else { self.forms(used, scope) };
        let slips: Vec<Seen> = if self.typed { self.slips(used, scope, domain_slip) } else { Vec::new() };
        let single = slips.iter().any(|s| s.slip.is_some());
        // One letter off beats a name-built reading; two letters off does not.
        if !slips.is_empty() && (single || forms.is_empty()) { self.best(slips) } else { self.best(forms) }
    }

    /// A slip counts when nothing told speaks against it, and in an open mail domain only when both names speak for it.
    fn may_be_slip(&self, seen: &Seen, open: bool) -> bool {
        let names_agree = agrees(seen.first) && agrees(seen.last);
        let no_conflict = seen.first != Relation::Conflict && seen.last != Relation::Conflict;
        // A slip happens once: a name told with the same slip is another person's name.
        let twice = seen.first == Relation::Slip || seen.last == Relation::Slip;
        let local_long = self.used.as_ref().is_some_and(|u| u.squash.len() >= 6);
        let of_the_hand = seen.slip.is_some_and(Slip::is_of_the_hand);
        let place = seen.institution != Some(false) || seen.course == Some(true);
        no_conflict && !twice && place && (names_agree || !open && local_long && of_the_hand)
    }

    fn slips(&self, used: &Used, scope: scope::Scope, domain_slip: bool) -> Vec<Seen> {
        if domain_slip || used.squash.len() < 4 || !used.canon.is_ascii() {
            return Vec::new();
        }
        let mut near: Vec<(usize, Seen)> = Vec::new();
        for who in self.directory.near_mailbox(scope.id, &used.squash) {
            let Some(entry) = self.directory.entry(who) else { continue };
            let Some(distance) = slips::distance(&used.canon, &entry.canon, 2) else { continue };
            if !scope::digits(&used.squash).eq(scope::digits(&entry.squash)) && !self.names_agree(entry) {
                continue;
            }
            let slip = slips::one(&used.canon, &entry.canon);
            let seen = self.look(who, MatchKind::Typo, slip);
            let reads_as_another = self.reads_as_another(&used.squash, entry);
            let both = agrees(seen.first) && agrees(seen.last);
            if self.may_be_slip(&seen, scope.open) && (both || !reads_as_another) {
                near.push((distance, seen));
            }
        }
        let Some(least) = near.iter().map(|(d, _)| *d).min() else { return Vec::new() };
        near.into_iter().filter(|(d, _)| *d == least).map(|(_, s)| s).collect()
    }

    /// An address a letter away may simply be somebody else's: `mario.roy` beside `marie.roy`.
    fn reads_as_another(&self, squash: &str, entry: &Entry) -> bool {
        let known = &self.directory.vocabulary;
        let rest = |part: &str| squash.strip_prefix(part).or_else(|| squash.strip_suffix(part)).map(str::to_owned);
        let others = entry.last.keys().into_iter().chain(entry.first.keys()).filter(|k| k.len() > 2).filter_map(rest);
        others.into_iter().any(|other| other.len() > 2 && (known.is_first(&other) || known.is_last(&other)))
    }

    fn names_agree(&self, entry: &Entry) -> bool {
        let (first, last) = self.told.relate(&entry.first, &entry.last, &self.directory.vocabulary);
        first == Relation::Equal && last == Relation::Equal
    }

    /// People of the same institution whose names the local part could have been built from.
    fn forms(&self, used: &Used, scope: scope::Scope) -> Vec<Seen> {
        let bare = used.squash.trim_end_matches(|c: char| c.is_ascii_digit());
        if scope.open || !bare.is_ascii() || bare.len() < 3 || bare.len() > 40 {
            return Vec::new();
        }
        let mut who: Vec<u32> = Vec::new();
        for length in 2..=bare.len() {
            let (from, to) = (bare.get(..length), bare.get(bare.len() - length..));
            let inner = bare.get(1..length.min(bare.len()));
            for key in [from, to, inner].into_iter().flatten() {
                who.extend(self.directory.with_last_name(scope.id, key));
            }
        }
        if let Some(last) = &self.told.last {
            who.extend(last.keys().into_iter().flat_map(|k| self.directory.with_last_name(scope.id, k)));
        }
        who.sort_unstable();
        who.dedup();
        let seen = who.into_iter().filter(|w| self.directory.entry(*w).is_some_and(|e| built_from(&used.squash, e)));
        seen.map(|w| self.look(w, MatchKind::Shortened, None))
            .filter(|s| s.first != Relation::Conflict && s.last != Relation::Conflict)
            .collect()
    }

    /// Both names told, and institution or course agreeing, none conflicting.
    fn by_name(&self) -> Vec<Seen> {
        let (Some(_), Some(last)) = (&self.told.first, &self.told.last) else { return Vec::new() };
        let mut who: Vec<u32> = Vec::new();
        for number in 0..u32::try_from(self.directory.institutions.len()).unwrap_or(0) {
            who.extend(last.keys().into_iter().flat_map(|k| self.directory.with_last_name(number, k)));
            if let Some(first) = &self.told.first {
                // Family name first.
                who.extend(first.keys().into_iter().flat_map(|k| self.directory.with_last_name(number, k)));
            }
        }
        who.sort_unstable();
        who.dedup();
        let seen: Vec<Seen> = who.into_iter().map(|w| self.look(w, MatchKind::Name, None)).filter(|s| self.is_by_name(s)).collect();
        self.best(seen)
    }

    fn is_by_name(&self, seen: &Seen) -> bool {
        let whole = matches!(seen.first, Relation::Equal | Relation::Part) && matches!(seen.last, Relation::Equal | Relation::Part);
        let equal = seen.first == Relation::Equal && seen.last == Relation::Equal;
        let place = seen.institution == Some(true) || seen.course == Some(true);
        let against = seen.institution == Some(false) && seen.course != Some(true);
        whole && !against && (place || equal && self.same_local(seen))
    }

    /// The same local part at an unrelated web-mail domain.
    fn same_local(&self, seen: &Seen) -> bool {
        let used = self.used.as_ref().filter(|u| scope::is_webmail(&u.domain) && u.squash.len() >= 6);
        used.zip(self.directory.entry(seen.who)).is_some_and(|(u, e)| u.squash == e.squash)
    }

    /// Those that nobody else beats: whole names first, then the course.
    fn best(&self, seen: Vec<Seen>) -> Vec<Seen> {
        if seen.len() < 2 {
            return seen;
        }
        let most = seen.iter().map(|s| self.points(s)).max().unwrap_or(0);
        seen.into_iter().filter(|s| self.points(s) + MARGIN > most).collect()
    }

    fn points(&self, seen: &Seen) -> i32 {
        self.evidence(seen).iter().map(|e| e.points).sum()
    }

    fn evidence(&self, seen: &Seen) -> Vec<Evidence> {
        let mut all = vec![evidence::address(seen.kind)];
        all.extend(seen.slip.map(evidence::slip));
        all.extend(evidence::last(seen.last));
        all.extend(evidence::first(seen.first));
        all.extend(evidence::institution(seen.institution));
        all.extend(evidence::course(seen.course));
        all.sort_by_key(|e| std::cmp::Reverse(e.points));
        all
    }

    fn score(&self, seen: &Seen) -> f64 {
        f64::from(self.points(seen).clamp(0, 160)) / 160.0
    }

    fn near(&self, seen: &Seen) -> Option<Near> {
        let candidate = self.directory.entry(seen.who)?.candidate.clone();
        Some(Near { candidate, kind: seen.kind, score: self.score(seen), evidence: self.evidence(seen) })
    }

    fn found(&self, seen: &Seen, others: &[Seen]) -> Person {
        let Some(entry) = self.directory.entry(seen.who) else { return Person::Nobody(Vec::new()) };
        Person::Found {
            registered: Box::new(self.directory.registered_of(entry)),
            kind: seen.kind,
            score: self.score(seen),
            evidence: self.evidence(seen),
            others: others.iter().take(3).filter_map(|s| self.near(s)).collect(),
            name_conflict: seen.first == Relation::Conflict || seen.last == Relation::Conflict,
        }
    }

    fn several(&self, seen: &[Seen]) -> Person {
        Person::Several(seen.iter().take(3).filter_map(|s| self.near(s)).collect())
    }

    /// Who was near and why not, for staff: the same last name at a named institution, or a mailbox a slip away.
    fn nearby(&self) -> Vec<Near> {
        let mut who: Vec<u32> = Vec::new();
        if let Some((used, (scope, _))) = self.used.as_ref().and_then(|u| Some((u, self.directory.scope_of(&u.domain, self.typed)?))) {
            who.extend(self.directory.near_mailbox(scope.id, &used.squash));
        }
        if let Some(last) = &self.told.last {
            who.extend(
                self.named.iter().flat_map(|n| last.keys().into_iter().flat_map(|k| self.directory.with_last_name(*n, k).iter().copied())),
            );
        }
        who.sort_unstable();
        who.dedup();
        let mut seen: Vec<Seen> = who.into_iter().take(50).map(|w| self.look(w, MatchKind::None, None)).collect();
        seen.sort_by_key(|s| std::cmp::Reverse(self.points(s)));
        seen.iter().take(3).filter_map(|s| self.near(s)).collect()
    }
}

/// Points by which one person must lead another to be the one.
const MARGIN: i32 = 6;

fn agrees(relation: Relation) -> bool {
    matches!(relation, Relation::Equal | Relation::Part | Relation::Nickname | Relation::Initial)
}

/// The names told, or those of the display name when the sender writes for himself.
fn told(claim: &Claim) -> Told {
    let name = |n: &Option<String>| n.as_deref().map(Name::new).filter(Name::is_legible);
    let told = Told { first: name(&claim.first_name), last: name(&claim.last_name) };
    if told.first.is_some() || told.last.is_some() || claim.for_another {
        return told;
    }
    claim.display_name.as_deref().map(display::name).unwrap_or_default()
}
