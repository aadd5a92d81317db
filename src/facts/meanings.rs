//! The meanings of `rules/reading/meanings.toml`: what it means when something happens to something, said outright.

use serde::Deserialize;

use super::Problem;
use super::clauses::{Clause, Happening};
use super::concepts::{Concepts, Group, Id};

/// One entry of the file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The problem that it names.
    pub problem: Problem,
    /// Things that it happens to; any thing, or none, when empty.
    #[serde(default)]
    pub what: Vec<String>,
    /// What happens: a good or bad concept, with `-` when it goes badly and `+` when it goes well; `bad` stands for anything that goes badly.
    pub happens: Vec<String>,
    /// Concepts of which one must be heard in the same clause.
    #[serde(default)]
    pub with: Vec<String>,
    /// Concepts of which one must be heard in the same clause or the two before it.
    #[serde(default)]
    pub after: Vec<String>,
    /// Concepts that must not be heard in the same clause.
    #[serde(default)]
    pub without: Vec<String>,
    /// Concepts that must not be heard anywhere in the message.
    #[serde(default)]
    pub without_anywhere: Vec<String>,
    /// Sentences in which it must be heard.
    pub examples: Vec<String>,
    /// Sentences in which it must not be heard.
    #[serde(default)]
    pub counterexamples: Vec<String>,
}

/// All entries, ready to be heard.
#[derive(Debug, Default)]
pub struct Meanings {
    entries: Vec<Compiled>,
}

#[derive(Debug)]
struct Compiled {
    problem: Problem,
    what: Vec<Id>,
    happens: Vec<(Option<Id>, bool)>,
    with: Vec<Id>,
    after: Vec<Id>,
    without: Vec<Id>,
    without_anywhere: Vec<Id>,
}

impl Meanings {
    /// Compiles entries.
    ///
    /// # Errors
    /// Number of the entry, and the name that no concept has.
    pub fn compile(entries: &[Entry], concepts: &Concepts) -> Result<Self, (usize, String)> {
        let compiled = entries.iter().enumerate().map(|(at, entry)| compile(entry, concepts).map_err(|name| (at, name)));
        compiled.collect::<Result<Vec<_>, _>>().map(|entries| Self { entries })
    }

    /// What `clauses` mean: the number of the entry, its problem and the clause.
    pub fn hear(&self, clauses: &[Clause<'_>]) -> Vec<(usize, Problem, usize)> {
        let hears = |id: &Id| clauses.iter().any(|c| c.heard.iter().any(|h| h.id == *id));
        let open: Vec<(usize, &Compiled)> =
            self.entries.iter().enumerate().filter(|(_, entry)| !entry.without_anywhere.iter().any(hears)).collect();
        let heard = clauses.iter().enumerate().flat_map(|(place, clause)| {
            let before = clauses.get(place.saturating_sub(2)..=place).unwrap_or_default();
            let fits = open.iter().filter(move |(_, entry)| entry.fits(clause, before));
            fits.map(move |(at, entry)| (*at, entry.problem, place))
        });
        heard.take(200).collect()
    }
}

fn compile(entry: &Entry, concepts: &Concepts) -> Result<Compiled, String> {
    let ids = |names: &[String]| names.iter().map(|n| concepts.id(n).ok_or_else(|| n.clone())).collect::<Result<Vec<_>, _>>();
    let happens = entry.happens.iter().map(|written| happening(written, concepts).ok_or_else(|| written.clone()));
    Ok(Compiled {
        problem: entry.problem,
        what: ids(&entry.what)?,
        happens: happens.collect::<Result<_, _>>()?,
        with: ids(&entry.with)?,
        after: ids(&entry.after)?,
        without: ids(&entry.without)?,
        without_anywhere: ids(&entry.without_anywhere)?,
    })
}

/// `works-`: that concept, going badly; `bad`: anything that goes badly.
fn happening(written: &str, concepts: &Concepts) -> Option<(Option<Id>, bool)> {
    if written == "bad" {
        return Some((None, false));
    }
    let (name, well) = written.strip_suffix('-').map(|n| (n, false)).or_else(|| written.strip_suffix('+').map(|n| (n, true)))?;
    let id = concepts.id(name)?;
    let happens = concepts.get(id).is_some_and(|c| matches!(c.group, Group::Good | Group::Bad));
    happens.then_some((Some(id), well))
}

impl Compiled {
    fn fits(&self, clause: &Clause<'_>, before: &[Clause<'_>]) -> bool {
        let said = |id: &Id| before.iter().any(|c| c.heard.iter().any(|h| h.id == *id));
        let hears = |id: &Id| clause.heard.iter().any(|h| h.id == *id);
        clause.happens.iter().any(|h| self.happens_to(clause, h))
            && (self.with.is_empty() || self.with.iter().any(hears))
            && (self.after.is_empty() || self.after.iter().any(said))
            && !self.without.iter().any(hears)
    }

    fn happens_to(&self, clause: &Clause<'_>, happening: &Happening) -> bool {
        let named = |(id, well): &(Option<Id>, bool)| *well == happening.well && id.is_none_or(|id| id == happening.hit.id);
        let about = || clause.about(happening).is_some_and(|thing| self.what.contains(&thing));
        self.happens.iter().any(named) && (self.what.is_empty() || about())
    }
}
