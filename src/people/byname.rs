//! Whom the names lead to: an address built from them, or the names themselves.

use super::MatchKind;
use super::evidence::{MANY, Refusal};
use super::forms::{built_from, without_digits};
use super::hash;
use super::keys;
use super::look::{CROWD, LONG, Question};
use super::register::Entry;
use super::relate::Relation;
use super::scope::{self, Road, Scope, Used};
use super::seen::{Seen, best};

/// Institutions of a course in which a name is looked for one by one; where there are more, those who bear it anywhere are asked whether they sit it.
const MOST_INSTITUTIONS: usize = 32;

impl Question<'_> {
    /// People of the same institution whose names the local part could have been built from.
    pub(super) fn forms(&mut self, used: &Used, scope: Scope) -> Vec<Seen> {
        let bare = without_digits(&used.squash);
        let institutions = self.directory.institutions.len();
        if scope.open || scope.id as usize >= institutions || !used.is_plain() || !(3..=40).contains(&bare.len()) {
            return Vec::new();
        }
        let by_names = self.names_at(scope.id);
        let whole = self.of_form(by_names, used, scope);
        if whole.iter().any(Seen::names_equal) {
            return whole;
        }
        let hashes = self.splits(bare, scope.id);
        let people = self.people(&hashes);
        self.of_form(people, used, scope)
    }

    fn of_form(&mut self, people: Vec<u32>, used: &Used, scope: Scope) -> Vec<Seen> {
        let directory = self.directory;
        // Where nothing is told but the address, all who fit are equal: a few of a crowd say that it is one.
        let only_address = self.told.first.is_none() && self.told.last.is_none() && self.claim.course.is_none();
        let mut fit: Vec<Seen> = Vec::new();
        for who in people {
            let Some(entry) = directory.entry(who).filter(|e| e.institution == scope.id) else { continue };
            if built_from(&used.squash, &entry) {
                let seen = self.look(who, &entry, MatchKind::Shortened, None);
                let refused = self.refused_as_form(&seen, &entry, used);
                fit.extend(self.judged(seen, refused));
            }
            if only_address && fit.len() >= MANY {
                break;
            }
        }
        fit
    }

    /// Hashes of every way to read a local part as a name and an initial (or a beginning) of the other.
    fn splits(&self, bare: &str, institution: u32) -> Vec<u64> {
        let known = &self.directory.vocabulary;
        let mut hashes = Vec::new();
        for at in 1..bare.len() {
            let Some((front, back)) = bare.split_at_checked(at) else { continue };
            let (Some(a), Some(b)) = (front.chars().next(), back.chars().next()) else { continue };
            for (long, other) in [(front, b), (back, a)] {
                if long.len() > 1 && known.is_last(long) {
                    hashes.push(keys::last_initial(institution, hash::text(long), other));
                }
                if long.len() > 1 && known.is_first(long) {
                    hashes.push(keys::first_initial(institution, hash::text(long), other));
                }
            }
        }
        if known.is_last(bare) {
            // The last name alone: every first initial, or the one told.
            let told = self.told.first.as_ref().and_then(|f| f.joined().chars().next());
            let letters = ('a'..='z').filter(|c| told.is_none_or(|t| t == *c));
            hashes.extend(letters.map(|c| keys::last_initial(institution, hash::text(bare), c)));
        }
        hashes
    }

    /// Everybody of a scope (an institution, or one provider's web mail) who bears both names told, in either order.
    pub(super) fn names_at(&mut self, scope: u32) -> Vec<u32> {
        let (Some(first), Some(last)) = (&self.told.first, &self.told.last) else { return Vec::new() };
        let mut hashes = Vec::new();
        last.each_key(|l| {
            let l = hash::text(l);
            first.each_key(|f| {
                hashes.push(keys::names(scope, hash::text(f), l));
                // Family name first.
                hashes.push(keys::names(scope, l, hash::text(f)));
            });
        });
        self.people(&hashes)
    }

    /// Everybody at `institution` one of whose names may have been told with a slip: the other is right, and so is the initial.
    fn nearly_named_at(&mut self, institution: u32) -> Vec<u32> {
        let (Some(first), Some(last)) = (&self.told.first, &self.told.last) else { return Vec::new() };
        let mut hashes = Vec::new();
        if let Some(letter) = first.joined().chars().next() {
            last.each_key(|key| hashes.push(keys::last_initial(institution, hash::text(key), letter)));
        }
        if let Some(letter) = last.strong().chars().next() {
            first.each_key(|key| hashes.push(keys::first_initial(institution, hash::text(key), letter)));
        }
        self.people(&hashes)
    }

    /// Both names told, and institution or course agreeing, none conflicting.
    pub(super) fn by_name(&mut self) -> Vec<Seen> {
        if self.told.first.is_none() || self.told.last.is_none() {
            return Vec::new();
        }
        let people = self.bearers();
        let mut fit = self.judge_names(&people);
        if fit.is_empty() && !self.named.evaluations.is_empty() {
            for institution in self.named.told() {
                let sitting: Vec<u32> = self.nearly_named_at(institution).into_iter().filter(|who| self.sits(*who)).collect();
                fit.extend(self.judge_names(&sitting));
            }
        }
        if fit.is_empty() {
            // For staff: who bears the name, and why it is not enough.
            let near = self.anywhere(MANY, |_| true);
            self.judge_names(&near);
        }
        let mut fit = best(fit);
        if let [one] = fit.as_mut_slice()
            && self.is_another_form(one.who)
        {
            one.kind = MatchKind::Shortened;
        }
        fit
    }

    /// Everybody who bears the names told where institution or course may speak for the person; with the same local part, anywhere.
    fn bearers(&mut self) -> Vec<u32> {
        let mut people: Vec<u32> = Vec::new();
        for institution in self.named.told() {
            people.extend(self.names_at(institution));
        }
        let by_course = self.named.by_course.clone();
        if by_course.len() > MOST_INSTITUTIONS {
            people.extend(self.anywhere(CROWD + 1, |who| self.sits(who)));
        } else {
            let told = self.named.told();
            for institution in by_course.into_iter().filter(|n| !told.contains(n)) {
                people.extend(self.names_at(institution).into_iter().filter(|who| self.sits(*who)));
            }
        }
        people.extend(self.same_locals());
        people.sort_unstable();
        people.dedup();
        if !self.named.evaluations.is_empty() && people.len() > 1 && people.iter().any(|who| self.sits(*who)) {
            people.retain(|who| self.sits(*who));
        }
        people
    }

    /// Those among `people` whom names and place speak for.
    fn judge_names(&mut self, people: &[u32]) -> Vec<Seen> {
        let directory = self.directory;
        let mut fit: Vec<Seen> = Vec::new();
        let mut unbeaten = 0;
        for who in people {
            let Some(entry) = directory.entry(*who) else { continue };
            let seen = self.look(*who, &entry, MatchKind::Name, None);
            let refused = self.refused_by_name(&seen, &entry);
            // Everything told agrees: nobody can be nearer, and a few of a crowd say that it is one.
            let all = seen.names_equal() && seen.institution != Some(false) && seen.course != Some(false);
            unbeaten += usize::from(refused.is_none() && all);
            fit.extend(self.judged(seen, refused));
            if unbeaten >= MANY {
                break;
            }
        }
        fit
    }

    /// Up to `most` of those anywhere who bear exactly the names told, in either order.
    fn anywhere(&self, most: usize, is_meant: impl Fn(u32) -> bool) -> Vec<u32> {
        let (Some(first), Some(last)) = (&self.told.first, &self.told.last) else { return Vec::new() };
        let (first, last) = (hash::text(first.strong()), hash::text(last.strong()));
        let index = &self.directory.index;
        let told = index.probe(keys::whole(first, last)).people();
        let swapped = index.probe(keys::whole(last, first)).people();
        told.chain(swapped).filter(|who| is_meant(*who)).take(most).collect()
    }

    /// Whoever bears exactly the names told and has the same local part at another domain.
    fn same_locals(&self) -> Vec<u32> {
        let (Some(first), Some(last), Some(used)) = (&self.told.first, &self.told.last, &self.used) else { return Vec::new() };
        if !scope::is_webmail(&used.domain) || used.squash.len() < LONG {
            return Vec::new();
        }
        let (first, last) = (hash::text(first.strong()), hash::text(last.strong()));
        let index = &self.directory.index;
        let local = hash::text(&used.squash);
        let hashes = [keys::whole(first, last), keys::whole(last, first)].map(|whole| keys::local(local, whole));
        hashes.into_iter().flat_map(|hash| index.probe(hash).people()).collect()
    }

    /// The address used is another form of the registered one at the same web mail.
    fn is_another_form(&self, who: u32) -> bool {
        let (Some((scope, Road::Known)), Some(used), Some(entry)) = (self.scope, &self.used, self.directory.entry(who)) else {
            return false;
        };
        scope.open && scope.id == entry.scope && built_from(&used.squash, &entry)
    }

    fn refused_by_name(&self, seen: &Seen, entry: &Entry<'_>) -> Option<Refusal> {
        let told = |r| matches!(r, Relation::Equal | Relation::Part);
        let whole = told(seen.first) && told(seen.last);
        let slipped = matches!((seen.first, seen.last), (Relation::Slip, Relation::Equal) | (Relation::Equal, Relation::Slip));
        let everywhere = seen.institution == Some(true) && seen.course == Some(true);
        match () {
            () if seen.names_differ() => Some(Refusal::NameDiffers),
            () if seen.is_elsewhere() => Some(Refusal::OtherInstitution),
            // A letter off may be another name: institution and course must both speak for the person.
            () if slipped && everywhere => None,
            () if !whole => Some(Refusal::TooLittle),
            () if self.is_numbered_otherwise(entry) => Some(Refusal::OtherDigits),
            // Half a double name is many people's: a course alone does not say whose, and Marie may not be Marie-Claude.
            () if seen.last == Relation::Part && seen.institution != Some(true) => Some(Refusal::TooLittle),
            () if seen.first == Relation::Part && !everywhere => Some(Refusal::TooLittle),
            () if seen.is_placed() => None,
            () if seen.names_equal() && self.same_local(entry) => None,
            () => Some(Refusal::TooLittle),
        }
    }

    /// The sender's own address at the person's institution is the person's name with another number: a homonym's.
    fn is_numbered_otherwise(&self, entry: &Entry<'_>) -> bool {
        let (Some((scope, _)), Some(used)) = (self.scope, self.used.as_ref().filter(|_| !self.typed)) else { return false };
        let number = || scope::digits(&used.squash);
        !scope.open
            && scope.id == entry.scope
            && number().next().is_some()
            && !number().eq(scope::digits(entry.local))
            && built_from(&used.squash, entry)
    }

    /// The same local part at an unrelated web-mail domain.
    fn same_local(&self, entry: &Entry<'_>) -> bool {
        let elsewhere = self.scope.is_none_or(|(scope, _)| scope.id != entry.scope);
        let used = self.used.as_ref().filter(|u| elsewhere && scope::is_webmail(&u.domain) && u.squash.len() >= LONG);
        // A provider that ignores dots has one mailbox for all of them.
        used.is_some_and(|u| {
            let (local, theirs) = (scope::without_tag(u.address.split('@').next().unwrap_or_default()), scope::without_tag(entry.local));
            local == theirs
                || u.canon == scope::canon(theirs, &u.domain)
                || scope::canon(local, entry.domain) == scope::canon(theirs, entry.domain)
        })
    }

    /// Whether the person sits what the course told may be.
    pub(super) fn sits(&self, who: u32) -> bool {
        let told = &self.named.evaluations;
        !told.is_empty() && self.directory.register.evaluations(who).iter().any(|e| told.binary_search(e).is_ok())
    }

    fn refused_as_form(&self, seen: &Seen, entry: &Entry<'_>, used: &Used) -> Option<Refusal> {
        // Digits tell people of one name apart; leaving them out is a shorter form.
        let told = scope::digits(&used.squash).next().is_some();
        let same = !told || scope::digits(&used.squash).eq(scope::digits(entry.local)) || self.typed && seen.names_equal();
        match () {
            () if seen.names_differ() => Some(Refusal::NameDiffers),
            () if seen.is_elsewhere() => Some(Refusal::OtherInstitution),
            () if !same => Some(Refusal::OtherDigits),
            () => None,
        }
    }
}
