//! Titles beside a day: `Linear Algebra is on Wednesday`, `Demain 13:30 c'est Immunologie`.

use std::ops::Range;

use super::Reader;
use super::words::{is_plain, is_small};
use crate::facts::dates::Mention;
use crate::facts::tokens::{Gap, Kind};

impl Reader<'_, '_> {
    /// `Linear Algebra is on Wednesday`, `Demain 13:30 c'est Immunologie`, `Examen demain 10h, Entrepreneuriat`.
    pub(super) fn beside_date(&self) -> Option<Range<usize>> {
        self.dates.iter().filter(|m| !m.vague && m.on.is_some()).find_map(|m| self.after_date(m).or_else(|| self.before_date(m)))
    }

    pub(super) fn after_date(&self, mention: &Mention) -> Option<Range<usize>> {
        let mut at = mention.tokens.end;
        let linked = match self.fold(at) {
            "," | ":" | "-" => at + 1,
            "c" if self.tokens.follow(at, &["c", "'", "est"]).is_some() => at + 3,
            "j" if self.tokens.follow(at, &["j", "'", "ai"]).is_some() => at + 3,
            _ => return None,
        };
        at = linked;
        if self.tokens.follow(at, &["j", "'", "ai"]).is_some() || self.tokens.follow(at, &["c", "'", "est"]).is_some() {
            at += 3;
        }
        let end = self.title_end(at);
        let closes =
            end >= self.tokens.len() || self.tokens.ends_sentence(end) || self.tokens.gap(end) >= Gap::Line || self.fold(end) == ".";
        let named = self.tokens.get(at).is_some_and(|t| t.capital && t.kind == Kind::Word) && self.tokens.gap(at) < Gap::Line;
        let signed = self.fold(linked - 1) == "-" && end >= self.tokens.len();
        (named && closes && !signed && at < end && self.is_title(at, end)).then(|| self.trimmed(at..end))
    }

    pub(super) fn before_date(&self, mention: &Mention) -> Option<Range<usize>> {
        let mut end = mention.tokens.start;
        while end > 0
            && matches!(
                self.fold(end - 1),
                "," | "is"
                    | "on"
                    | "est"
                    | "le"
                    | "this"
                    | "'"
                    | "c"
                    | "the"
                    | "at"
                    | ":"
                    | "a"
                    | "lieu"
                    | "tombe"
                    | "opens"
                    | "starts"
                    | "-"
                    | "for"
                    | "by"
                    | "pour"
            )
            && self.tokens.gap(end) < Gap::Line
        {
            end -= 1;
        }
        let first = self.tokens.sentence_start(end.saturating_sub(1)).max(end.saturating_sub(6));
        let mut start = end;
        while start > first
            && self.tokens.gap(start) < Gap::Line
            && (self.joins_title(start - 1)
                || matches!(self.fold(start - 1), "de" | "des" | "du" | "d" | "'" | "l" | "la" | "of" | "and" | "et" | "to"))
        {
            start -= 1;
        }
        while start < end && (is_small(self.fold(start)) || self.tokens.kind(start) != Some(Kind::Word) || matches!(self.fold(start), "to"))
        {
            start += 1;
        }
        let start = (start..end).find(|i| !(matches!(self.fold(*i), "my" | "mon" | "ma" | "notre" | "our"))).unwrap_or(start);
        let before = self.tokens.fold_before(start);
        let whole = start == self.tokens.sentence_start(start)
            || matches!(before, "my" | "mon" | "ma" | "notre" | "our" | "ve" | "have" | "sit" | "ai")
            || matches!(self.tokens.fold_before(start), "," | "et" | "and" | "pis" | ":" | "mais");
        let capital = self.tokens.get(start).is_some_and(|t| t.capital);
        let plain = (start..end).any(|i| is_plain(self.fold(i)) && !is_small(self.fold(i)));
        let lone = end == start + 1 && self.fold(start).len() < 5;
        (whole && capital && !plain && !lone && start < end && self.is_title(start, end)).then_some(start..end)
    }
}
