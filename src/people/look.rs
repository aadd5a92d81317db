//! A claim, prepared, and whom its address leads to.

use super::directory::Directory;
use super::display;
use super::evidence::Refusal;
use super::forms::{built_from, without_digits};
use super::hash::Key;
use super::keys::{LEAST, Letters};
use super::named::Named;
use super::names::{Name, fold};
use super::register::Entry;
use super::relate::{Relation, Told};
use super::scope::{self, Road, Scope, Used};
use super::seen::{Seen, best};
use super::slips::{self, Slip};
use super::{Claim, MatchKind};

/// People of one kind who are looked at; more of them are a crowd, of whom nobody is told apart.
pub(super) const CROWD: usize = 192;
/// Letters that a local part must have for a slip in it to mean anything when no name is told.
pub(super) const LONG: usize = 6;

/// A claim, prepared.
pub(super) struct Question<'a> {
    pub directory: &'a Directory,
    pub claim: &'a Claim,
    /// The address that decides: the stated one, else the sender's.
    pub used: Option<Used>,
    /// Whose mailboxes that address belongs to.
    pub scope: Option<(Scope, Road)>,
    /// It was typed by somebody, so a slip of the keys is possible; a sender's address is what it is.
    pub typed: bool,
    pub told: Told,
    pub named: Named,
    /// Everybody who was judged, accepted or not.
    looked: Vec<Seen>,
}

impl<'a> Question<'a> {
    pub(super) fn of(directory: &'a Directory, claim: &'a Claim) -> Self {
        let typed = claim.email_used.is_some();
        let sender = claim.sender.as_deref().filter(|_| !claim.for_another);
        let used = claim.email_used.as_deref().or(sender).and_then(|written| Used::parse(written, typed));
        Self {
            directory,
            claim,
            scope: used.as_ref().and_then(|u| directory.scope_of(&u.domain, typed)),
            named: directory.named(claim, used.as_ref(), typed),
            used,
            typed,
            told: told(claim),
            looked: Vec::new(),
        }
    }

    /// Compares a person with everything told.
    pub(super) fn look(&self, who: u32, entry: &Entry<'_>, kind: MatchKind, slip: Option<Slip>) -> Seen {
        let (mut first, mut last) = self.told.relate(entry.first, entry.last, &self.directory.vocabulary);
        // The letters of the address say which is the family name.
        if kind == MatchKind::Typo
            && first == Relation::Conflict
            && last == Relation::Conflict
            && self.told.is_swapped(entry.first, entry.last)
        {
            (first, last) = (Relation::Equal, Relation::Equal);
        }
        let course = self.claim.course.is_some().then(|| self.sits(who));
        let institution = match kind {
            MatchKind::Name => self.named.institution_by_text(entry.institution),
            _ => self.named.institution(entry.institution),
        };
        Seen { who, kind, slip, confirmed: false, first, last, institution, course, refused: None }
    }

    /// Keeps a person who was judged, and passes on who was accepted.
    pub(super) fn judged(&mut self, seen: Seen, refused: Option<Refusal>) -> Option<Seen> {
        if self.looked.len() < CROWD && !self.looked.iter().any(|s| s.who == seen.who && s.refused == refused) {
            self.looked.push(Seen { refused, ..seen });
        }
        refused.is_none().then_some(seen)
    }

    /// Who else was judged, the nearest first.
    pub(super) fn others(&mut self, shown: &[Seen]) -> Vec<Seen> {
        let mut others = std::mem::take(&mut self.looked);
        others.retain(|o| !shown.iter().any(|s| s.who == o.who));
        others.sort_by_key(|o| (std::cmp::Reverse(o.points()), o.who));
        let mut met: Vec<u32> = Vec::new();
        others.retain(|o| {
            met.len() < 8 && !met.contains(&o.who) && {
                met.push(o.who);
                true
            }
        });
        others
    }

    /// Whose registered address it is.
    pub(super) fn at_address(&self) -> Option<Seen> {
        let used = self.used.as_ref()?;
        let who = self.directory.at_address(&used.address)?;
        let (kind, slip) = if used.mended { (MatchKind::Typo, Some(Slip::Separator)) } else { (MatchKind::Exact, None) };
        Some(self.look(who, &self.directory.entry(who)?, kind, slip))
    }

    /// Whose address staff confirmed it to be; a name told that differs is a veto.
    fn confirmed(&self) -> Option<Seen> {
        let who = *self.directory.confirmed.get(self.used.as_ref()?.address.as_str())?;
        let seen = self.look(who, &self.directory.entry(who)?, MatchKind::Alias, None);
        (!seen.names_differ()).then_some(Seen { confirmed: true, ..seen })
    }

    /// Whom the address leads to: an alias, a slip, or another form of the same name.
    pub(super) fn by_address(&mut self) -> Vec<Seen> {
        let Some(used) = self.used.clone() else { return Vec::new() };
        let same = self.scope.map(|(scope, road)| self.at_mailbox(&used, scope, road)).unwrap_or_default();
        if !same.is_empty() {
            return best(same);
        }
        if let Some(confirmed) = self.confirmed() {
            return vec![confirmed];
        }
        let Some((scope, Road::Known | Road::SubDomain)) = self.scope else { return Vec::new() };
        let slips = self.slips(&used, scope);
        // One letter off beats a name-built reading; two letters off does not.
        if slips.iter().any(|s| s.slip.is_some()) {
            return best(slips);
        }
        let forms = self.forms(&used, scope);
        best(if forms.is_empty() { slips } else { forms })
    }

    /// Whose mailbox it is, once plus-tag, ignored dots and the institution's other domains are set aside.
    fn at_mailbox(&mut self, used: &Used, scope: Scope, road: Road) -> Vec<Seen> {
        let (local, domain) = used.address.split_once('@').unwrap_or_default();
        let Some(hash) = Letters::of(local, domain).hash() else { return Vec::new() };
        let (kind, slip) = match road {
            Road::Known | Road::SubDomain => (MatchKind::Alias, None),
            Road::Slip(slip) => (MatchKind::Typo, Some(slip)),
        };
        let directory = self.directory;
        let mut same = Vec::new();
        for who in directory.index.probe(Key::Mailbox(scope.id).hash(hash)).people() {
            let Some(entry) = directory.entry(who).filter(|e| e.scope == scope.id) else { continue };
            if scope::canon(entry.local, entry.domain) == scope::canon(local, entry.domain) {
                let seen = self.look(who, &entry, kind, slip);
                let refused = slip.and_then(|_| self.refused_as_domain_slip(&seen));
                same.extend(self.judged(seen, refused));
            }
        }
        same
    }

    /// The right mailbox at a domain that nobody has: somebody's slip, unless something told speaks against it.
    fn refused_as_domain_slip(&self, seen: &Seen) -> Option<Refusal> {
        let long = self.used.as_ref().is_some_and(|u| u.squash.len() >= LONG);
        let of_the_hand = seen.slip.is_some_and(Slip::is_of_the_hand);
        match () {
            () if seen.names_differ() => Some(Refusal::NameDiffers),
            () if seen.is_elsewhere() => Some(Refusal::OtherInstitution),
            // Another institution may own the domain.
            () if !of_the_hand && !seen.is_placed() => Some(Refusal::TooLittle),
            () if seen.names_speak() => None,
            () if !long || !of_the_hand => Some(Refusal::TooLittle),
            () => None,
        }
    }

    /// People whose mailbox is a slip of the keys away.
    fn slips(&mut self, used: &Used, scope: Scope) -> Vec<Seen> {
        let (local, domain) = used.address.split_once('@').unwrap_or_default();
        let letters = Letters::of(local, domain);
        if letters.letters().len() < LEAST || !used.is_plain() {
            return Vec::new();
        }
        let directory = self.directory;
        let mailbox = Key::Mailbox(scope.id);
        let mut hashes: Vec<u64> = letters.hash().map(|h| mailbox.hash(h)).into_iter().collect();
        letters.each_less(|h| hashes.push(mailbox.hash(h)));
        let mut who = self.people(&hashes);
        // Two slips are further than the index reaches: the names told lead there.
        let named = self.names_at(scope.id);
        // Of a crowd nobody is told apart by two slips.
        who.extend(named.iter().filter(|_| named.len() <= CROWD));
        who.sort_unstable();
        who.dedup();
        let typed = fold(&used.canon);
        let mut near: Vec<(usize, Seen)> = Vec::new();
        for who in who {
            let Some(entry) = directory.entry(who).filter(|e| e.scope == scope.id) else { continue };
            let meant = fold(&scope::canon(entry.local, entry.domain));
            let Some((distance, slip)) = difference(&typed, &meant, used, &entry, scope) else { continue };
            let seen = self.look(who, &entry, MatchKind::Typo, slip);
            let refused = self.refused_as_slip(&seen, &entry, used, scope, &meant);
            near.extend(self.judged(seen, refused).map(|s| (distance, s)));
        }
        let Some(least) = near.iter().map(|(d, _)| *d).min() else { return Vec::new() };
        near.into_iter().filter(|(d, _)| *d == least).map(|(_, s)| s).collect()
    }

    /// Asks the index; everybody once, in order.
    pub(super) fn people(&self, hashes: &[u64]) -> Vec<u32> {
        let mut found = Vec::new();
        self.directory.index.probe_all(hashes, &mut found);
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Why a mailbox a slip away is not meant; `None`: it is.
    fn refused_as_slip(&self, seen: &Seen, entry: &Entry<'_>, used: &Used, scope: Scope, meant: &str) -> Option<Refusal> {
        let spelt_rightly = || seen.slip == Some(Slip::Separator) || built_from(&used.squash, entry);
        let same_digits = scope::digits(&used.squash).eq(scope::digits(meant));
        let digits_told = same_digits || self.typed && seen.names_equal();
        match () {
            () if seen.names_differ() => Some(Refusal::NameDiffers),
            () if seen.first == Relation::Slip || seen.last == Relation::Slip => Some(Refusal::SlippedTwice),
            () if seen.is_elsewhere() => Some(Refusal::OtherInstitution),
            () if !digits_told => Some(Refusal::OtherDigits),
            // What a machine wrote into From has no slip: only where the register itself may be misspelt.
            () if !self.typed && !seen.names_equal() => Some(Refusal::TooLittle),
            // An address that spells the name rightly is somebody's own; one that misspells it is a slip.
            () if scope.open && !seen.is_placed() && (spelt_rightly() || !seen.names_equal()) => Some(Refusal::OpenMail),
            () if seen.names_speak() => None,
            () if scope.open => Some(Refusal::OpenMail),
            () if self.reads_as_another(&used.squash, entry) => Some(Refusal::ReadsAsAnother),
            () if used.squash.len() < LONG || !seen.slip.is_some_and(Slip::is_of_the_hand) => Some(Refusal::TooLittle),
            () => None,
        }
    }

    /// An address a letter away may simply be somebody else's: `mario.roy` beside `marie.roy`, `ktremblay` beside `jtremblay`.
    fn reads_as_another(&self, squash: &str, entry: &Entry<'_>) -> bool {
        let known = &self.directory.vocabulary;
        let squash = without_digits(squash);
        let mut keys = entry.last.keys();
        entry.first.each_key(|key| keys.push(key));
        keys.into_iter().filter(|key| key.len() > 2).any(|key| {
            [squash.strip_prefix(key), squash.strip_suffix(key)].into_iter().flatten().any(|other| match other.len() {
                0 => false,
                1 | 2 => other.bytes().all(|b| b.is_ascii_alphabetic()),
                _ => known.is_first(other) || known.is_last(other),
            })
        })
    }
}

/// How two mailboxes differ, and by which slip where it is one; `None`: too much.
fn difference(typed: &str, meant: &str, used: &Used, entry: &Entry<'_>, at: Scope) -> Option<(usize, Option<Slip>)> {
    let letters = scope::squash(meant);
    if !at.open && used.squash != letters && used.squash == without_digits(&letters) {
        // Digits left out are a shorter form.
        return None;
    }
    if typed == meant {
        return Some((1, Some(Slip::Accent)));
    }
    if used.squash == letters && without_digits(&used.squash).len() >= LEAST {
        return Some((1, Some(Slip::Separator)));
    }
    let distance = slips::distance(typed, meant, 2)?;
    // A letter and a separator: one slip in what counts.
    let slip = slips::one(typed, meant).or_else(|| slips::one(&used.squash, &scope::squash(entry.local)));
    Some((distance, slip))
}

/// The names told, or those of the display name when the sender writes for himself.
fn told(claim: &Claim) -> Told {
    let name = |n: &Option<String>| n.as_deref().map(Name::new).filter(Name::is_legible);
    let mut told = Told { first: name(&claim.first_name), last: name(&claim.last_name), either_way: false };
    let displayed = claim.display_name.as_deref().map(display::name).unwrap_or_default();
    told.either_way = displayed.first.as_ref().zip(displayed.last.as_ref()).is_some_and(|(first, last)| told.is_swapped(first, last));
    if told.first.is_some() || told.last.is_some() || claim.for_another {
        return told;
    }
    displayed
}
