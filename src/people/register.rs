//! The register's rows in memory, small: one text for all strings, names kept once, what belongs to a person side by side.

use std::collections::HashMap;

use jiff::Timestamp;

use super::codes::Seal;
use super::hash::Fast;
use super::names::Name;
use super::{Candidate, Invitation};
use crate::facts::Language;

/// Names, each kept once for all who bear it.
#[derive(Debug, Default)]
pub(super) struct Names {
    numbers: HashMap<Box<str>, u32, Fast>,
    all: Vec<(Box<str>, Name)>,
}

impl Names {
    fn number(&mut self, raw: &str) -> u32 {
        if let Some(number) = self.numbers.get(raw) {
            return *number;
        }
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.numbers.insert(raw.into(), number);
        self.all.push((raw.into(), Name::new(raw)));
        number
    }

    /// Every name, by number.
    pub(super) fn all(&self) -> impl ExactSizeIterator<Item = &Name> {
        self.all.iter().map(|(_, name)| name)
    }
}

/// A candidate's row. The id and then the address stand in the common text from `at` on.
#[derive(Debug, Clone, Copy)]
struct Row {
    at: u32,
    first: u32,
    last: u32,
    institution: u32,
    scope: u32,
    id: u16,
    email: u16,
    language: Language,
}

/// An invitation's row. The id stands in the common text from `at` on.
#[derive(Debug, Clone, Copy)]
struct Mailed {
    at: u32,
    id: u16,
    has_code: bool,
    /// The code, sealed.
    mac: [u8; 32],
    /// Milliseconds since 1970; `NEVER` where it has not happened.
    times: [i64; 3],
}

const NEVER: i64 = i64::MAX;

/// A candidate of the register, with what matching needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    pub id: &'a str,
    pub email: &'a str,
    /// Before the `@`.
    pub local: &'a str,
    /// Behind it.
    pub domain: &'a str,
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub first: &'a Name,
    pub last: &'a Name,
    /// Numbers of the names: the same number, the same name.
    pub names: [u32; 2],
    pub institution: u32,
    pub scope: u32,
    pub language: Language,
}

/// Rows by number of the person; people stand in the order of their ids.
#[derive(Debug, Default)]
pub(super) struct Register {
    text: String,
    rows: Vec<Row>,
    pub(super) firsts: Names,
    pub(super) lasts: Names,
    /// Where the evaluations of each person begin in `sits`; one more than there are people.
    sits_from: Vec<u32>,
    sits: Vec<u32>,
    mailed_from: Vec<u32>,
    mailed: Vec<Mailed>,
    /// What all codes are sealed with.
    seal: Option<Seal>,
}

impl Register {
    /// Takes a candidate in. Rows beyond what 32 bits count (four thousand million bytes of ids and addresses) are left out.
    pub(super) fn add(&mut self, candidate: &Candidate, institution: u32, scope: u32) {
        let (Ok(at), Ok(id), Ok(email)) =
            (u32::try_from(self.text.len()), u16::try_from(candidate.id.len()), u16::try_from(candidate.email.len()))
        else {
            return;
        };
        self.text.push_str(&candidate.id);
        self.text.push_str(&candidate.email);
        let (first, last) = (self.firsts.number(&candidate.first_name), self.lasts.number(&candidate.last_name));
        self.rows.push(Row { at, first, last, institution, scope, id, email, language: candidate.language });
    }

    /// Puts the people in the order of their ids, so that nothing depends on the order in which they came.
    pub(super) fn sort(&mut self) {
        let Self { text, rows, .. } = self;
        let id = |row: &Row| text.get(row.at as usize..row.at as usize + usize::from(row.id)).unwrap_or_default();
        if !rows.is_sorted_by_key(id) {
            rows.sort_unstable_by(|a, b| id(a).cmp(id(b)));
        }
        self.firsts.numbers = HashMap::default();
        self.lasts.numbers = HashMap::default();
        self.rows.shrink_to_fit();
        self.firsts.all.shrink_to_fit();
        self.lasts.all.shrink_to_fit();
    }

    /// Files who sits what: (person, evaluation), in any order.
    pub(super) fn file_evaluations(&mut self, mut pairs: Vec<(u32, u32)>) {
        pairs.sort_unstable();
        pairs.dedup();
        self.sits_from = offsets(self.rows.len(), pairs.iter().map(|(who, _)| *who));
        self.sits = pairs.into_iter().map(|(_, which)| which).collect();
    }

    /// Keeps an invitation for [`Register::file_invitations`].
    pub(super) fn keep(&mut self, invitation: &Invitation) -> Option<Kept> {
        let at = u32::try_from(self.text.len()).ok()?;
        let id = u16::try_from(invitation.id.len()).ok()?;
        self.text.push_str(&invitation.id);
        if let Some(code) = invitation.code.as_ref().filter(|_| self.seal.is_none()) {
            self.seal = Some(code.seal().clone());
        }
        let (has_code, mac) = invitation.code.as_ref().map_or((false, [0; 32]), |code| (true, *code.mac()));
        let time = |at: Option<Timestamp>| at.map_or(NEVER, Timestamp::as_millisecond);
        Some(Kept(Mailed {
            at,
            id,
            has_code,
            mac,
            times: [invitation.sent_at, invitation.activation_started_at, invitation.activated_at].map(time),
        }))
    }

    /// Files who was sent what, in any order: oldest first, unsent last.
    pub(super) fn file_invitations(&mut self, mut kept: Vec<(u32, Kept)>) {
        let text = &self.text;
        let id = |m: &Mailed| text.get(m.at as usize..m.at as usize + usize::from(m.id)).unwrap_or_default();
        kept.sort_unstable_by(|(a, x), (b, y)| (a, x.0.times.first()).cmp(&(b, y.0.times.first())).then_with(|| id(&x.0).cmp(id(&y.0))));
        self.mailed_from = offsets(self.rows.len(), kept.iter().map(|(who, _)| *who));
        self.mailed = kept.into_iter().map(|(_, Kept(mailed))| mailed).collect();
        self.text.shrink_to_fit();
    }

    /// How many people.
    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }

    fn piece(&self, at: usize, length: u16) -> &str {
        self.text.get(at..at + usize::from(length)).unwrap_or_default()
    }

    /// A person's row.
    pub(super) fn entry(&self, who: u32) -> Option<Entry<'_>> {
        let row = self.rows.get(who as usize)?;
        let at = row.at as usize;
        let email = self.piece(at + usize::from(row.id), row.email);
        let (local, domain) = email.split_once('@')?;
        let (first_name, first) = self.firsts.all.get(row.first as usize)?;
        let (last_name, last) = self.lasts.all.get(row.last as usize)?;
        Some(Entry {
            id: self.piece(at, row.id),
            email,
            local,
            domain,
            first_name,
            last_name,
            first,
            last,
            names: [row.first, row.last],
            institution: row.institution,
            scope: row.scope,
            language: row.language,
        })
    }

    /// The numbers of the evaluations that a person sits, soonest first.
    pub(super) fn evaluations(&self, who: u32) -> &[u32] {
        within(&self.sits_from, &self.sits, who)
    }

    /// A person's invitations, oldest first, unsent last.
    pub(super) fn invitations(&self, who: u32) -> Vec<Invitation> {
        let candidate_id = self.entry(who).map_or("", |e| e.id);
        let time = |ms: i64| (ms != NEVER).then(|| Timestamp::from_millisecond(ms).ok()).flatten();
        let whole = |m: &Mailed| {
            let at = m.at as usize;
            let [sent_at, activation_started_at, activated_at] = m.times.map(time);
            Invitation {
                id: self.piece(at, m.id).to_owned(),
                candidate_id: candidate_id.to_owned(),
                code: self.seal.as_ref().filter(|_| m.has_code).and_then(|seal| seal.sealed(&m.mac)),
                sent_at,
                activation_started_at,
                activated_at,
            }
        };
        within(&self.mailed_from, &self.mailed, who).iter().map(whole).collect()
    }

    /// Bytes held: of strings, of what belongs to people (evaluations, invitations), and of all else.
    pub(super) fn bytes(&self) -> [usize; 3] {
        let names = [&self.firsts, &self.lasts].into_iter().flat_map(|n| &n.all);
        let (raw, held) =
            names.fold((0, 0), |(raw, held), (text, name)| (raw + text.len(), held + size_of::<(Box<str>, Name)>() + name.bytes()));
        let numbers = self.sits_from.capacity() + self.sits.capacity() + self.mailed_from.capacity();
        let belongings = numbers * size_of::<u32>() + self.mailed.capacity() * size_of::<Mailed>();
        [self.text.capacity() + raw, belongings, self.rows.capacity() * size_of::<Row>() + held]
    }
}

/// An invitation whose strings are in the register's text already.
#[derive(Debug)]
pub(super) struct Kept(Mailed);

/// Where the things of each person begin, from the sorted numbers of their people.
fn offsets(people: usize, of: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut from = vec![0_u32; people + 1];
    for who in of {
        if let Some(next) = from.get_mut(who as usize + 1) {
            *next += 1;
        }
    }
    let mut total = 0;
    for place in &mut from {
        total += *place;
        *place = total;
    }
    from
}

fn within<'a, T>(from: &[u32], things: &'a [T], who: u32) -> &'a [T] {
    let range = from.get(who as usize).zip(from.get(who as usize + 1));
    range.and_then(|(a, b)| things.get(*a as usize..*b as usize)).unwrap_or_default()
}
