//! Whose mailboxes an address belongs to: an institution, one web-mail provider, or some other domain.

use std::collections::HashMap;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::hash::Fast;
use super::names;
use super::slips;
use crate::message::address::Address;

/// Web-mail providers; the domains of one line are one mailbox. Anybody may own the neighbouring box there.
pub const WEBMAIL: &str = include_str!("webmail.txt");

/// Whether `domain` (lower-case) is a web-mail provider's.
pub fn is_webmail(domain: &str) -> bool {
    WEBMAIL.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).any(|known| known == domain)
}

/// Whether dots in the local part are no difference between mailboxes.
fn ignores_dots(domain: &str) -> bool {
    matches!(domain, "gmail.com" | "googlemail.com")
}

/// A closed world of mailboxes: an institution's (all its domains) or one provider's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scope {
    /// Number of the scope; below the number of institutions it is that institution.
    pub id: u32,
    /// Anybody may own the neighbouring box: no institution stands for who is who.
    pub open: bool,
}

/// How a domain leads to a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Road {
    /// A known domain.
    Known,
    /// A sub-domain of an institution's domain.
    SubDomain,
    /// An unknown domain one slip (or two) from a single known one.
    Slip(slips::Slip),
}

/// Every domain that the register knows.
#[derive(Debug, Default)]
pub struct Scopes {
    domains: HashMap<Box<str>, Scope, Fast>,
    /// One letter taken out of each known domain: the way to a slip's neighbour.
    near: HashMap<Box<str>, Vec<Box<str>>>,
    count: u32,
}

impl Scopes {
    /// The institutions' domains, in order, then the providers'.
    pub fn new<'a>(institutions: impl ExactSizeIterator<Item = &'a [String]>) -> Self {
        let mut scopes = Self { count: u32::try_from(institutions.len()).unwrap_or(u32::MAX), ..Self::default() };
        for (id, domains) in (0..).zip(institutions) {
            for domain in domains {
                scopes.add(domain, Scope { id, open: false });
            }
        }
        for line in WEBMAIL.lines().filter(|line| !line.starts_with('#')) {
            let scope = scopes.fresh();
            line.split_whitespace().for_each(|domain| scopes.add(domain, scope));
        }
        scopes
    }

    fn fresh(&mut self) -> Scope {
        let scope = Scope { id: self.count, open: true };
        self.count = self.count.saturating_add(1);
        scope
    }

    fn add(&mut self, domain: &str, scope: Scope) {
        if self.domains.contains_key(domain) {
            return;
        }
        self.domains.insert(domain.into(), scope);
        for shorter in shorter(domain) {
            self.near.entry(shorter).or_default().push(domain.into());
        }
    }

    /// The scope of a registered candidate's domain; a new one becomes known by it.
    pub fn of_registered(&mut self, domain: &str) -> Scope {
        if let Some((scope, _)) = self.settled(domain) {
            return scope;
        }
        let scope = self.fresh();
        self.add(domain, scope);
        scope
    }

    fn settled(&self, domain: &str) -> Option<(Scope, Road)> {
        if let Some(scope) = self.domains.get(domain) {
            return Some((*scope, Road::Known));
        }
        let mut rest = domain;
        while let Some((_, parent)) = rest.split_once('.') {
            match self.domains.get(parent) {
                Some(scope) if !scope.open => return Some((*scope, Road::SubDomain)),
                _ => rest = parent,
            }
        }
        None
    }

    /// The scope that `domain` belongs to. `may_slip`: somebody typed it, so a slip of the keys is possible.
    /// A known domain is never corrected, nor is one with look-alike letters or other digits.
    pub fn of(&self, domain: &str, may_slip: bool) -> Option<(Scope, Road)> {
        if let Some(found) = self.settled(domain) {
            return Some(found);
        }
        let plain = domain.is_ascii() && !domain.split('.').any(|label| label.starts_with("xn--"));
        if !may_slip || !plain || domain.len() < 6 {
            return None;
        }
        let mut near: Vec<(usize, &str)> = Vec::new();
        let directly = self.near.get(domain).into_iter().flatten();
        let by_loss = shorter(domain).into_iter().flat_map(|s| {
            self.near.get(&s).into_iter().flatten().chain(self.domains.get_key_value(&s).map(|(k, _)| k)).collect::<Vec<_>>()
        });
        for known in directly.chain(by_loss) {
            if let Some(distance) = slips::distance(domain, known, 2) {
                near.push((distance, known));
            }
        }
        near.sort_unstable();
        near.dedup();
        let least = near.first()?.0;
        let nearest = near.iter().take_while(|(d, _)| *d == least);
        // Of one institution's domains the one that a hand would have missed.
        let ways = nearest.filter_map(|(_, known)| {
            let slip = slips::one(domain, known).unwrap_or(slips::Slip::Other);
            Some((self.domains.get(*known)?, *known, slip))
        });
        let (scope, known, slip) = ways.clone().min_by_key(|(.., slip)| !slip.is_of_the_hand())?;
        let single = ways.clone().all(|(other, ..)| other.id == scope.id);
        let same_digits = digits(domain).eq(digits(known));
        (single && same_digits && (least == 1 || known.len() >= 9)).then_some((*scope, Road::Slip(slip)))
    }
}

fn shorter(domain: &str) -> Vec<Box<str>> {
    let without = |skip: usize| domain.char_indices().filter(|(at, _)| *at != skip).map(|(_, c)| c).collect::<String>().into_boxed_str();
    if domain.len() > 64 { Vec::new() } else { domain.char_indices().map(|(at, _)| without(at)).collect() }
}

/// The digits of `text`, in order.
pub fn digits(text: &str) -> impl Iterator<Item = u8> + '_ {
    text.bytes().filter(u8::is_ascii_digit)
}

/// An address taken apart for comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// Lower-case.
    pub address: String,
    /// What stands behind the `@`.
    pub domain: String,
    /// The local part without plus-tag; without dots where the provider ignores them. Accents kept.
    pub canon: String,
    /// `canon` folded, without separators.
    pub squash: String,
    /// It was mended to become an address at all: a comma for a dot, a doubled dot or `@`.
    pub mended: bool,
}

impl Used {
    /// Takes apart an address as told or sent; `None`: it is none. `may_slip`: somebody typed it.
    pub fn parse(written: &str, may_slip: bool) -> Option<Self> {
        let written = written.trim();
        let written = written.strip_prefix('<').and_then(|w| w.strip_suffix('>')).unwrap_or(written);
        if let Some(address) = Address::parse(written) {
            return Some(Self::of(&address, false));
        }
        if !may_slip || !written.is_ascii() || written.contains('"') {
            return None;
        }
        let mut mended = written.replace(',', ".").replace(' ', "");
        for twice in ["@@", "..", ".@", "@."] {
            mended = mended.replacen(twice, if twice.contains('@') { "@" } else { "." }, 1);
        }
        slips::distance(written, &mended, 2)?;
        Address::parse(&mended).map(|address| Self::of(&address, true))
    }

    /// Whether the local part is of Latin letters, accents aside, and not of letters that only look like them.
    pub fn is_plain(&self) -> bool {
        self.canon.is_ascii() || {
            let composed = self.canon.nfc().all(|c| !is_combining_mark(c));
            composed && self.canon.nfd().filter(|c| !is_combining_mark(*c)).all(|c| c.is_ascii())
        }
    }

    fn of(address: &Address, mended: bool) -> Self {
        let canon = canon(address.local(), address.domain());
        let squash = squash(&canon);
        Self { address: address.as_str().to_owned(), domain: address.domain().to_owned(), canon, squash, mended }
    }
}

/// The mailbox that a local part names: no plus-tag, no dots where the provider ignores them.
pub fn canon(local: &str, domain: &str) -> String {
    let bare = without_tag(local);
    if ignores_dots(domain) { bare.replace('.', "") } else { bare.to_owned() }
}

/// A local part without its plus-tag.
pub(super) fn without_tag(local: &str) -> &str {
    match local.split_once('+') {
        Some((bare, _)) if !bare.is_empty() => bare,
        _ => local,
    }
}

/// Folded letters and digits only.
pub fn squash(canon: &str) -> String {
    let mut out = names::fold(canon);
    out.retain(char::is_alphanumeric);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes() -> Scopes {
        let of = |s: &str| s.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let institutions = [of("uqam.example qam.example"), of("uqat.example"), of("med-rivemont.example"), of("1school.example")];
        Scopes::new(institutions.iter().map(Vec::as_slice))
    }

    #[test]
    fn a_domain_leads_to_its_scope() {
        let cases = [
            ("known", "uqam.example", Some((0, false))),
            ("alias domain", "qam.example", Some((0, false))),
            ("the neighbour is itself", "uqat.example", Some((1, false))),
            ("sub-domain", "etud.uqat.example", Some((1, false))),
            ("no suffix of letters", "notuqat.example", None),
            ("the institution's name inside another domain", "uqam.example.evil.test", None),
            ("between two neighbours", "uqaz.example", None),
            ("one slip", "med-rivemnot.example", Some((2, true))),
            ("one letter lost and one added in a long domain", "med-rivmontt.example", Some((2, true))),
            ("three slips", "med-rvmnt.exampel", None),
            ("Cyrillic letter", "med-r\u{456}vemont.example", None),
            ("punycode", "xn--med-rvemont-d1h.example", None),
            ("another digit", "2school.example", None),
            ("sub-domain of web mail", "evil.gmail.com", None),
        ];
        for (says, domain, expected) in cases {
            let found = scopes().of(domain, true).map(|(scope, road)| (scope.id, matches!(road, Road::Slip(_))));
            assert_eq!(found, expected, "{says}: {domain}");
        }
        assert!(scopes().of("gmial.com", true).is_some_and(|(scope, _)| scope.open), "web mail is an open world");
        assert_eq!(scopes().of("gmial.com", false), None, "mail that came from there came from there");
        assert_eq!(scopes().of("ymail.com", true).map(|(_, road)| road), Some(Road::Known), "ymail.com is no slip of gmail.com");
    }

    #[test]
    fn an_address_is_taken_apart_or_refused() {
        let cases = [
            (" Jean.Tremblay+exam@GMAIL.com. ", true, Some(("jeantremblay", "jeantremblay", false))),
            ("j.tremblay@uqam.example", true, Some(("j.tremblay", "jtremblay", false))),
            ("<j.tremblay@uqam.example>", true, Some(("j.tremblay", "jtremblay", false))),
            ("jos\u{e9}.r@uqam.example", true, Some(("jos\u{e9}.r", "joser", false))),
            ("jean..tremblay@uqam.example", true, Some(("jean.tremblay", "jeantremblay", true))),
            ("jean@@uqam,example", true, Some(("jean", "jean", true))),
            ("jean..tremblay@uqam.example", false, None),
            ("\"victim@uqam.example\"@evil.test", true, None),
            ("victim@uqam.example@evil.test", true, None),
            ("vic\u{200b}tim@uqam.example", true, None),
            ("nobody", true, None),
            ("@", true, None),
        ];
        for (written, typed, expected) in cases {
            let read = Used::parse(written, typed);
            let read = read.as_ref().map(|u| (u.canon.as_str(), u.squash.as_str(), u.mended));
            assert_eq!(read, expected, "{written}");
        }
    }
}
