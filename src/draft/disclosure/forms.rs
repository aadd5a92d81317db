//! One way of saying something: lists of words in their order, with a few other words between.

use super::phrases::Role;
use crate::facts::concepts::{Concepts, Id};

/// Words that may stand between two parts of a form; where it says `+`, and where it says `...`.
const NEAR: usize = 3;
const BESIDE: usize = 1;
const FAR: usize = 8;

/// What a form is read against.
pub(super) struct Lists<'a> {
    pub(super) concepts: &'a Concepts,
    pub(super) roles: &'a [Role],
}

/// One part of a form.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    pub(super) id: Id,
    /// Somebody's own: `[account]` is "your account", `<account>` any account.
    pub(super) own: bool,
    /// How many words may stand before it.
    pub(super) reach: usize,
}

/// A form, ready to be heard.
#[derive(Debug)]
pub(super) struct Form(Vec<Slot>);

/// What is heard in a clause: lists and where their words stand.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// List, first word, the word behind the last; sorted.
    pub(super) words: Vec<(Id, usize, usize)>,
    /// The same of things that are somebody's own.
    pub(super) own: Vec<(Id, usize, usize)>,
}

impl Form {
    /// Reads `<you> <be> <registered>`.
    ///
    /// # Errors
    /// The part that names no list.
    pub(super) fn read(written: &str, lists: &Lists<'_>) -> Result<Self, String> {
        let (mut slots, mut reach) = (Vec::new(), NEAR);
        for part in written.split(' ') {
            if matches!(part, "..." | "+") {
                reach = if part == "+" { BESIDE } else { FAR };
                continue;
            }
            let listed = part.strip_prefix('<').and_then(|p| p.strip_suffix('>'));
            let thing = part.strip_prefix('[').and_then(|p| p.strip_suffix(']'));
            let name = listed.or(thing).map_or_else(|| format!("={part}"), str::to_owned);
            let is_thing = |id: &Id| lists.roles.get(usize::from(*id)) == Some(&Role::Thing);
            let id = lists.concepts.id(&name).filter(|id| thing.is_none() || is_thing(id)).ok_or_else(|| part.to_owned())?;
            slots.push(Slot { id, own: thing.is_some(), reach });
            reach = NEAR;
        }
        if slots.is_empty() { Err(written.to_owned()) } else { Ok(Self(slots)) }
    }

    /// The first place where it is said: its first word, the first of its last part, and the word behind that.
    pub(super) fn find(&self, heard: &Heard) -> Option<(usize, usize, usize)> {
        let first = self.0.first()?;
        heard.of(*first).find_map(|(start, end)| {
            let (last, end) = self.rest(1, start, end, heard)?;
            Some((start, last, end))
        })
    }

    fn rest(&self, at: usize, start: usize, end: usize, heard: &Heard) -> Option<(usize, usize)> {
        let Some(slot) = self.0.get(at) else { return Some((start, end)) };
        let near = heard.of(*slot).filter(|(next, _)| *next >= end && *next - end <= slot.reach);
        near.into_iter().find_map(|(next, behind)| self.rest(at + 1, next, behind, heard))
    }
}

impl Heard {
    fn of(&self, slot: Slot) -> impl Iterator<Item = (usize, usize)> {
        let list = if slot.own { &self.own } else { &self.words };
        list.iter().filter(move |(id, ..)| *id == slot.id).map(|(_, start, end)| (*start, *end))
    }
}
