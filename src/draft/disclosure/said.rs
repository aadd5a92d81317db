//! Whether a text says outright what only the register knows: judged clause by clause, by the lists and forms of `rules/disclosure.toml`.

use std::ops::Range;

use super::forms::Heard;
use super::phrases::{Phrases, Role};
use super::sentences::{self, Sentence, Word};
use crate::facts::concepts::{Hit, Id};
use crate::facts::sentences::fold;

/// Something that is said outright.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    /// Number of the statement in its file, from 0.
    pub(super) statement: usize,
    /// Bytes of the plain text.
    pub(super) span: Range<usize>,
    /// Those of its last part.
    pub(super) last: Range<usize>,
}

/// All that `text` says outright. What it quotes from `words`, the person's own, or from what the platform displays, says nothing.
pub(super) fn said(text: &str, words: &str, phrases: &Phrases) -> Vec<Said> {
    let text = without_quotes(text, &fold_all(words), phrases);
    let mut judge = Judge { phrases, said: Vec::new(), spoken: None, under_condition: false };
    for sentence in sentences::of(&text, phrases) {
        judge.sentence(&sentence);
    }
    judge.said
}

struct Judge<'a> {
    phrases: &'a Phrases,
    said: Vec<Said>,
    /// The things that were spoken of last, those of them that are somebody's own: what "it" may be. `None`: nothing was yet.
    spoken: Option<Vec<Id>>,
    /// A list is being read that stands under a condition.
    under_condition: bool,
}

/// What one clause says, and how.
struct Clause<'a> {
    words: &'a [Word],
    hits: Vec<Hit>,
    heard: Heard,
    last: bool,
}

impl Clause<'_> {
    /// Where a statement stands in the text.
    fn said(&self, heard: &Match) -> Said {
        let span = |from: usize, to: usize| {
            let start = self.words.get(from).map_or(0, |w| w.span.start);
            start..to.checked_sub(1).and_then(|at| self.words.get(at)).map_or(start, |w| w.span.end)
        };
        Said { statement: heard.statement, span: span(heard.start, heard.last.1), last: span(heard.last.0, heard.last.1) }
    }

    /// "Check your mail and your account …": what begins behind the "and" is not what is to be checked, "and that" is.
    fn goes_on_alone(&self, from: usize, start: usize) -> bool {
        let word = |at: usize| self.words.get(at).map_or("", |w| w.text.as_str());
        let and = |at: usize| matches!(word(at), "and" | "et") && !matches!(word(at + 1), "that" | "que" | "qu");
        (start.saturating_sub(2).max(from + 1)..start).any(and)
    }
}

/// One statement heard in a clause: its number, first word, last part.
#[derive(Clone, Copy)]
struct Match {
    statement: usize,
    start: usize,
    last: (usize, usize),
}

impl Judge<'_> {
    fn sentence(&mut self, sentence: &Sentence) {
        let words: Vec<&str> = sentence.words.iter().map(|w| w.text.as_str()).collect();
        let hits = self.phrases.concepts.hear_all(&words);
        let borders = self.borders(&hits, &words);
        let mut conditional = sentence.listed && self.under_condition;
        self.under_condition &= sentence.listed;
        let (mut start, mut elided) = (0, Vec::new());
        while start < words.len() {
            let end = borders.iter().copied().find(|at| *at > start).unwrap_or(words.len());
            let inside = hits.iter().filter(|h| start <= h.start && h.end <= end);
            let hits: Vec<Hit> = inside.map(|h| Hit { start: h.start - start, end: h.end - start, id: h.id }).collect();
            let part = sentence.words.get(start..end).unwrap_or_default();
            let mut clause = Clause { words: part, hits, heard: Heard::default(), last: end == words.len() };
            if clause.hits.iter().any(|h| h.start == 0 && self.role(h) == Role::Turn) {
                conditional = sentence.listed && self.under_condition;
            }
            self.hear(&mut clause, &elided);
            conditional |= self.judge(&clause, sentence.asks, conditional);
            elided = self.remember(&clause, elided);
            start = end;
        }
        self.under_condition |= sentence.heads && conditional;
    }

    fn role(&self, hit: &Hit) -> Role {
        self.phrases.role(hit.id)
    }

    /// Where clauses begin, in order.
    fn borders(&self, hits: &[Hit], words: &[&str]) -> Vec<usize> {
        let commas = words.iter().enumerate().filter(|(_, word)| **word == ",").map(|(at, _)| at);
        let parting = hits.iter().filter(|h| matches!(self.role(h), Role::Border | Role::Turn)).map(|h| h.start);
        let mut borders: Vec<usize> = commas.chain(parting).collect();
        borders.sort_unstable();
        borders
    }

    /// Fills in what a clause names, and whose it is.
    fn hear(&self, clause: &mut Clause<'_>, elided: &[Id]) {
        let Clause { words, hits, heard, .. } = clause;
        heard.words = hits.iter().map(|h| (h.id, h.start, h.end)).collect();
        for hit in hits.iter() {
            match self.role(hit) {
                Role::Thing if self.is_own(hit, hits, words) => heard.own.push((hit.id, hit.start, hit.end)),
                Role::It => heard.own.extend(self.meant_by_it().into_iter().map(|id| (id, hit.start, hit.end))),
                _ => {}
            }
        }
        // "… and has expired": what is not said again is what the clause before spoke of.
        let names_one = |h: &Hit| h.start < 3 && matches!(self.role(h), Role::Thing | Role::You | Role::It);
        if !hits.iter().any(names_one) {
            for id in elided {
                let list = if self.phrases.role(*id) == Role::Thing { &mut heard.own } else { &mut heard.words };
                list.push((*id, 0, 0));
            }
        }
        heard.own.sort_unstable();
        heard.words.sort_unstable();
    }

    /// Whether a thing is somebody's: "your account", "the account", and "account" at the start; not "an account", not "accounts".
    fn is_own(&self, thing: &Hit, hits: &[Hit], words: &[Word]) -> bool {
        let before = |h: &&Hit| h.start <= thing.start && thing.start < h.start + 5 && matches!(self.role(h), Role::Your | Role::Any);
        match hits.iter().filter(before).max_by_key(|h| (h.start, h.end)) {
            Some(named) => self.role(named) == Role::Your,
            None => thing.start <= 1 && words.get(thing.end.saturating_sub(1)).is_some_and(|w| !w.text.ends_with('s')),
        }
    }

    fn meant_by_it(&self) -> Vec<Id> {
        let things = || (0..).take(self.phrases.roles.len()).filter(|id| self.phrases.role(*id) == Role::Thing).collect();
        self.spoken.clone().unwrap_or_else(things)
    }

    /// Judges a clause, and says whether it is a condition for what follows.
    fn judge(&mut self, clause: &Clause<'_>, asks: bool, conditional: bool) -> bool {
        let matches = self.matches(clause);
        let unsure = self.unsure(clause);
        let condition = |at: &usize| clause.hits.iter().any(|h| h.start == *at && self.role(h) == Role::Condition);
        let conditions: Vec<usize> = unsure.iter().copied().filter(condition).collect();
        let hedged = |m: &Match| {
            let before = unsure.iter().any(|at| *at < m.last.1.max(1) && (condition(at) || !clause.goes_on_alone(*at, m.start)));
            // "Your code no longer works if your account is active."
            let behind = conditions.iter().any(|at| matches.iter().any(|other| *at >= m.last.1 && other.start >= *at));
            before || behind
        };
        let outright: Vec<Said> = matches.iter().filter(|m| !hedged(m)).map(|m| clause.said(m)).collect();
        let is_condition = !conditions.is_empty() && (!matches.is_empty() || clause.hits.iter().any(|h| self.role(h) == Role::Problem));
        if !conditional && !self.is_asked(clause, asks) {
            let new: Vec<Said> = outright.into_iter().filter(|said| !self.said.contains(said)).collect();
            self.said.extend(new);
        }
        is_condition
    }

    fn matches(&self, clause: &Clause<'_>) -> Vec<Match> {
        let statements = self.phrases.statements.iter().enumerate();
        let open = statements.filter(|(_, s)| !clause.hits.iter().any(|h| s.without.contains(&h.id)));
        let heard = |(statement, s): (usize, &super::phrases::Statement)| {
            let (start, last, end) = s.forms.iter().find_map(|form| form.find(&clause.heard))?;
            Some(Match { statement, start, last: (last, end) })
        };
        open.filter_map(heard).collect()
    }

    /// Where it says that nothing is said for sure; "I can confirm" does not, though "confirm" does.
    fn unsure(&self, clause: &Clause<'_>) -> Vec<usize> {
        let sure = |hit: &Hit| clause.hits.iter().any(|s| self.role(s) == Role::Sure && s.start <= hit.start && hit.end <= s.end);
        let unsure = clause.hits.iter().filter(|h| matches!(self.role(h), Role::Unsure | Role::Condition) && !sure(h));
        unsure.map(|h| h.start).collect()
    }

    /// In a question the last clause asks, and each that begins as one; "did you know" tells.
    fn is_asked(&self, clause: &Clause<'_>, asks: bool) -> bool {
        let tells = clause.hits.iter().any(|h| self.role(h) == Role::Sure);
        asks && !tells && (clause.last || clause.hits.iter().any(|h| self.role(h) == Role::Asks))
    }

    /// What later clauses may mean by "it", and what the next one of this sentence need not say again.
    fn remember(&mut self, clause: &Clause<'_>, elided: Vec<Id>) -> Vec<Id> {
        let names = |role: Role| clause.hits.iter().any(|h| self.role(h) == role);
        let (things, you) = (names(Role::Thing), names(Role::You));
        let mut own: Vec<Id> = clause.heard.own.iter().filter(|(_, start, end)| end > start).map(|(id, ..)| *id).collect();
        own.dedup();
        if things {
            self.spoken = Some(own.clone());
        }
        if !things && !you && own.is_empty() {
            return elided;
        }
        own.extend(clause.hits.iter().filter(|h| self.role(h) == Role::You).map(|h| h.id));
        own
    }
}

/// `text` with blanks for what it quotes from the person's own words or from what the platform displays.
fn without_quotes(text: &str, own: &str, phrases: &Phrases) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let mut rest = line;
        while let Some((before, quote, behind)) = quoted(rest) {
            let folded = fold(quote);
            let told = folded.split_whitespace().count() >= 3
                && folded.len() < LONGEST_QUOTE
                && (own.contains(&folded) || phrases.displayed.iter().any(|d| d.contains(&folded)));
            out.push_str(before);
            if told {
                out.extend(std::iter::repeat_n(' ', quote.len()))
            } else {
                out.push_str(quote)
            }
            // The closing sign is passed over, lest it open the next quote.
            let closing = behind.chars().next().map_or(0, char::len_utf8);
            out.push_str(behind.get(..closing).unwrap_or(""));
            rest = behind.get(closing..).unwrap_or("");
        }
        out.push_str(rest);
    }
    out
}

/// A longer quote is folded only in part, and so not known.
const LONGEST_QUOTE: usize = 1_000;

/// The first quote of a line: what stands before it with its opening sign, its words, and the rest with the closing one.
fn quoted(line: &str) -> Option<(&str, &str, &str)> {
    let (open, sign) = line.char_indices().find(|(_, c)| matches!(c, '"' | '“' | '«'))?;
    let from = open + sign.len_utf8();
    let length = line.get(from..)?.find(['"', '”', '»'])?;
    Some((line.get(..from)?, line.get(from..from + length)?, line.get(from + length..)?)).filter(|(_, quote, _)| !quote.is_empty())
}

/// All of `text` folded, in one line.
fn fold_all(text: &str) -> String {
    let mut out = String::from(" ");
    for word in text.split_whitespace() {
        out.push_str(fold(word).trim_start());
    }
    out
}
