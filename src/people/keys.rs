//! The readings under which a candidate is filed, and looked up.

use super::hash::{self, Key, pair};
use super::names::Name;
use super::register::Register;
use super::scope;
use super::slips::MOST;

/// Local parts of fewer letters have no slips: too many people are a letter away.
pub(super) const LEAST: usize = 4;
/// Initials of one name that are filed.
const INITIALS: usize = 3;

/// The folded letters and digits of a local part, without plus-tag and separators.
#[derive(Debug, Clone)]
pub(super) struct Letters {
    letters: [char; MOST],
    /// More than `MOST`: too long to be compared.
    count: usize,
}

impl Letters {
    /// Takes them from an address's two parts.
    pub(super) fn of(local: &str, domain: &str) -> Self {
        let mut all = Self { letters: ['\0'; MOST], count: 0 };
        let bare = scope::without_tag(local);
        if bare.is_ascii() {
            bare.bytes().filter(u8::is_ascii_alphanumeric).for_each(|b| all.push(char::from(b.to_ascii_lowercase())));
        } else {
            scope::squash(&scope::canon(local, domain)).chars().for_each(|c| all.push(c));
        }
        all
    }

    fn push(&mut self, letter: char) {
        if let Some(place) = self.letters.get_mut(self.count) {
            *place = letter;
        }
        self.count += 1;
    }

    /// The letters; none when they are too many.
    pub(super) fn letters(&self) -> &[char] {
        self.letters.get(..self.count).unwrap_or_default()
    }

    /// Their hash; `None`: there is nothing to look up.
    pub(super) fn hash(&self) -> Option<u64> {
        let letters = self.letters();
        (!letters.is_empty()).then(|| letters.iter().fold(1, |hash, letter| hash::push(hash, *letter)))
    }

    /// The hashes of the letters less each one, where slips are looked for.
    pub(super) fn each_less(&self, take: impl FnMut(u64)) {
        if self.letters().len() >= LEAST {
            hash::each_less(self.letters(), take);
        }
    }
}

/// A name's spellings as hashes, and the letters it may be shortened to.
#[derive(Debug)]
struct Spelling {
    keys: Box<[u64]>,
    initials: [Option<char>; INITIALS],
    strong: u64,
}

impl Spelling {
    fn new(name: &Name) -> Self {
        let mut keys = Vec::with_capacity(4);
        name.each_key(|key| keys.push(hash::text(key)));
        Self { keys: keys.into(), initials: initials(name), strong: hash::text(name.strong()) }
    }
}

/// The initials of the words that count, and of the whole: `b` and `v` for Van den Berg.
pub(super) fn initials(name: &Name) -> [Option<char>; INITIALS] {
    let mut found = [None; INITIALS];
    let all = name.strong_tokens().filter_map(|t| t.initial()).chain(name.joined().chars().next());
    let mut count = 0;
    for letter in all {
        if !found.contains(&Some(letter))
            && let Some(place) = found.get_mut(count)
        {
            *place = Some(letter);
            count += 1;
        }
    }
    found
}

/// The spellings of all names of a register, by number, for as long as it is indexed.
pub(super) struct Spelt {
    firsts: Vec<Spelling>,
    lasts: Vec<Spelling>,
}

impl Spelt {
    /// Spells every name once.
    pub(super) fn new(register: &Register) -> Self {
        Self { firsts: register.firsts.all().map(Spelling::new).collect(), lasts: register.lasts.all().map(Spelling::new).collect() }
    }
}

/// Calls `take` with every hash that a person is filed under.
pub(super) fn each(register: &Register, spelt: &Spelt, who: u32, take: &mut dyn FnMut(u64)) {
    let Some(entry) = register.entry(who) else { return };
    take(Key::Id.hash(hash::text(entry.id)));
    let letters = Letters::of(entry.local, entry.domain);
    let mailbox = Key::Mailbox(entry.scope);
    letters.hash().into_iter().for_each(|h| take(mailbox.hash(h)));
    letters.each_less(|h| take(mailbox.hash(h)));
    let [first, last] = entry.names;
    let (Some(first), Some(last)) = (spelt.firsts.get(first as usize), spelt.lasts.get(last as usize)) else { return };
    let at = entry.institution;
    for key in &last.keys {
        first.initials.iter().flatten().for_each(|letter| take(last_initial(at, *key, *letter)));
    }
    for key in &first.keys {
        last.initials.iter().flatten().for_each(|letter| take(first_initial(at, *key, *letter)));
        last.keys.iter().for_each(|other| take(names(at, *key, *other)));
    }
    if entry.scope != at {
        // Of web mail: no institution tells who is who, the names must.
        first.keys.iter().for_each(|key| last.keys.iter().for_each(|other| take(names(entry.scope, *key, *other))));
    }
    let whole = whole(first.strong, last.strong);
    take(whole);
    letters.hash().into_iter().for_each(|h| take(local(h, whole)));
}

/// Filed by a spelling of the last name and an initial of the first.
pub(super) fn last_initial(institution: u32, last: u64, initial: char) -> u64 {
    Key::LastInitial(institution).hash(pair(last, u64::from(initial)))
}

/// Filed by a spelling of the first name and an initial of the last.
pub(super) fn first_initial(institution: u32, first: u64, initial: char) -> u64 {
    Key::FirstInitial(institution).hash(pair(first, u64::from(initial)))
}

/// Filed by a spelling of both names, at an institution or at one provider's web mail.
pub(super) fn names(institution: u32, first: u64, last: u64) -> u64 {
    Key::Names(institution).hash(pair(first, last))
}

/// Filed by the whole name, particles aside, wherever the person is registered.
pub(super) fn whole(first: u64, last: u64) -> u64 {
    Key::Whole.hash(pair(first, last))
}

/// Filed by local part and whole name, whatever the domain.
pub(super) fn local(letters: u64, whole: u64) -> u64 {
    Key::Local.hash(pair(letters, whole))
}
