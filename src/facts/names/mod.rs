//! The candidate's name, as the message spells it: told in the body, else in the signature, else in From.

mod another;
pub mod body;
pub mod first;
mod form;
mod order;
pub mod signed;
pub mod words;
pub mod written;

use std::ops::Range;

use super::found::{Found, Place};
use super::tokens::{Gap, Tokens, fold};
use written::Written;

/// What is known of the candidate's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// First name or names.
    pub first: Option<Found<String>>,
    /// Last name or names.
    pub last: Option<Found<String>>,
    /// Somebody writes for the candidate.
    pub for_another: bool,
    /// The writer says in so many words who they are.
    pub introduced: bool,
}

/// Who sent a message.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sender<'a> {
    /// The display name in From.
    pub name: &'a str,
    /// The address in From, and the others that the message states.
    pub addresses: &'a [&'a str],
}

/// How much "first name, last name" counts in words of one's own, and in From, where institutions put the last name first.
const IN_WORDS: i32 = 3;
const IN_FROM: i32 = 2;

/// Reads the candidate's name. `body`: the person's own words.
pub fn read(body: &Tokens, signature: &Tokens, sender: Sender, skip: &[Range<usize>]) -> Names {
    let display = Tokens::of(sender.name);
    let shown = display_name(&display);
    let signs = signs(sender, &display, shown.as_ref());
    let arranged = |tokens: &Tokens, name: Written| order::arrange(tokens, name, &signs, IN_WORDS);
    let told = body::told(body, skip).map(|t| body::Told { name: arranged(body, t.name), ..t });
    let alone = order::Signs { shown: None, locals: signs.locals.clone() };
    let shown = shown.map(|name| order::arrange(&display, name, &alone, IN_FROM));
    // What From says and the words say too is the writer's name, whatever else looks like one.
    let agreed = |tokens: &Tokens| shown.as_ref().and_then(|name| agreeing(tokens, &display, name)).map(|name| arranged(tokens, name));
    let (in_body, in_signature) = (agreed(body), agreed(signature));
    let signed = || signed::signed(body, skip).map(|name| arranged(body, name));
    let signs_off = in_body.clone().or_else(|| signed().filter(|_| in_signature.is_none()));
    let told = told.filter(|t| t.sure || t.for_another || in_body.is_none());
    let mut names = Names {
        for_another: told.as_ref().is_some_and(|t| t.for_another),
        introduced: told.as_ref().is_some_and(|t| t.sure && !t.for_another),
        ..Names::default()
    };
    if let Some(told) = &told {
        names.take(body, Place::Body, &told.name);
    }
    if names.for_another {
        return names;
    }
    let sources = [
        (body, Place::Body, signs_off),
        (signature, Place::Signature, in_signature.or_else(|| signed::in_signature(signature).map(|name| arranged(signature, name)))),
        (&display, Place::From, shown),
    ];
    for (tokens, place, found) in &sources {
        if let Some(found) = found {
            names.fill(tokens, *place, found);
        }
    }
    names
}

impl Names {
    fn take(&mut self, tokens: &Tokens, place: Place, written: &Written) {
        let found = |span: &Option<Range<usize>>| {
            let span = span.clone()?;
            Some(Found { value: one_line(tokens.slice(span.clone())), place, span })
        };
        self.first = found(&written.first);
        self.last = found(&written.last);
    }

    /// Takes the parts that are missing from a source of less trust, where it agrees with what is known.
    fn fill(&mut self, tokens: &Tokens, place: Place, written: &Written) {
        if self.first.is_none() && self.last.is_none() {
            return self.take(tokens, place, written);
        }
        if let (Some(first), Some(last)) = (&self.first, &self.last) {
            let whole = fold(&format!("{} {}", first.value, last.value));
            let same = written.first.clone().is_some_and(|s| fold(tokens.slice(s)) == whole);
            if let (true, Some(other), Some(all)) = (same, written.last.clone(), written.first.clone()) {
                self.first = Some(Found { value: one_line(tokens.slice(all.clone())), place, span: all });
                self.last = Some(Found { value: one_line(tokens.slice(other.clone())), place, span: other });
            }
            return;
        }
        let part = |span: &Option<Range<usize>>| span.clone().map(|s| (fold(tokens.slice(s.clone())), s));
        let (first, last) = (part(&written.first), part(&written.last));
        let found = |span: Range<usize>| Found { value: one_line(tokens.slice(span.clone())), place, span };
        if let Some(known) = &self.first {
            let known = fold(&known.value);
            let (Some((first, first_span)), Some((last, last_span))) = (first, last) else { return };
            if known == first || first.starts_with(&known) || known.starts_with(&first) {
                self.last = (known != last).then(|| found(last_span));
            } else if known == last && first::is_known(&first) && !first::is_known(&last) {
                // Some sign with their last name.
                self.last = self.first.replace(found(first_span));
            } else if known == last {
                self.last = Some(found(first_span));
            } else if let Some(rest) = format!("{first} {last}").strip_suffix(&known).map(|r| r.trim_end().len())
                && rest == first.len()
            {
                self.last = Some(found(first_span));
            }
        } else if let (Some(known), Some((first, first_span)), Some((last, _))) = (&self.last, first, last)
            && fold(&known.value) == last
            && first != last
        {
            self.first = Some(found(first_span));
        }
    }
}

/// The name in From as `tokens` spell it, in either order, where it stands last.
fn agreeing(tokens: &Tokens, display: &Tokens, name: &Written) -> Option<Written> {
    let words = |span: &Range<usize>| -> Vec<&str> {
        (0..display.len()).filter(|i| display.get(*i).is_some_and(|t| span.contains(&t.span.start))).map(|i| display.fold(i)).collect()
    };
    let (first, last) = (words(name.first.as_ref()?), words(name.last.as_ref()?));
    let both = |at: usize, a: &[&str], b: &[&str]| {
        let end = tokens.follow(at, a)?;
        let next = end + usize::from(tokens.fold(end) == ",");
        let last = tokens.follow(next, b)?;
        // "Nur Aisyah binti Rahman" says more than "Nur Aisyah".
        let goes_on = tokens.gap(last) < Gap::Line && words::is_particle(tokens.fold(last));
        (!goes_on).then(|| (tokens.span(at, end), tokens.span(next, last)))
    };
    (0..tokens.len()).rev().find_map(|at| {
        if let Some((first, last)) = both(at, &first, &last) {
            return Some(Written { first: Some(first), last: Some(last) });
        }
        let (head, tail) = both(at, &last, &first)?;
        let between = tokens.text().get(head.end..tail.start).filter(|between| !between.contains('\n'))?;
        if between.contains(',') {
            return Some(Written { first: Some(tail), last: Some(head) });
        }
        // No comma says that the last name leads: how the words are spelled is trusted before the order in From.
        written::split(tokens, tokens.at_byte(head.start)..tokens.at_byte(tail.end), false)
    })
}

/// What tells the order of a name's words beside themselves.
fn signs(sender: Sender, display: &Tokens, shown: Option<&Written>) -> order::Signs {
    let part = |span: &Option<Range<usize>>| span.clone().map(|s| fold(display.slice(s)));
    order::Signs {
        shown: shown.and_then(|name| part(&name.first).zip(part(&name.last))),
        locals: sender.addresses.iter().filter_map(|a| a.split('@').next()).map(fold).collect(),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The name in a From header; functions, machines and addresses are none.
fn display_name(tokens: &Tokens) -> Option<Written> {
    let end = (0..tokens.len())
        .find(|i| {
            matches!(tokens.fold(*i), "(" | "via" | "@" | "|" | "/" | "[" | "<") || (tokens.fold(*i) == "-" && tokens.gap(*i) != Gap::None)
        })
        .unwrap_or(tokens.len());
    let start = (0..end).find(|i| tokens.is_word(*i)).unwrap_or(end);
    let odd = (start..tokens.len()).any(|i| tokens.fold(i) == "@")
        || (start..end).any(|i| tokens.number(i).is_some() || words::is_role(tokens.fold(i)));
    let nickname = end == start + 1 && tokens.get(start).is_some_and(|t| !t.capital);
    if odd || nickname || end - start > 12 {
        return None;
    }
    written::split(tokens, start..end, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(body: &str, signature: &str, from: &str) -> (Option<String>, Option<String>, bool) {
        let names = read(&Tokens::of(body), &Tokens::of(signature), Sender { name: from, addresses: &[] }, &[]);
        (names.first.map(|f| f.value), names.last.map(|f| f.value), names.for_another)
    }

    #[test]
    fn the_body_is_trusted_before_the_signature_before_from() {
        let cases = [
            ("My code fails.\n\nSophie Lavoie", "", "Quelqu'un", Some("Sophie"), Some("Lavoie")),
            ("My code fails.", "Sophie Lavoie\nStudent", "sl", Some("Sophie"), Some("Lavoie")),
            ("My code fails.", "", "Sophie Lavoie", Some("Sophie"), Some("Lavoie")),
            ("My code fails.\nSophie", "", "Sophie Lavoie", Some("Sophie"), Some("Lavoie")),
            ("rejected also. Thanks. Wei Ling", "", "Tan Wei Ling", Some("Wei Ling"), Some("Tan")),
            ("My code fails.", "", "Okonkwo, Hannah", Some("Hannah"), Some("Okonkwo")),
            ("My code fails.", "", "Service des examens", None, None),
            ("My code fails.", "", "Support", None, None),
            ("An invoice is wrong.", "", "Accounts Receivable", None, None),
            ("I am a student of Blue Hill College, my code fails.\nAda Roy", "", "A", Some("Ada"), Some("Roy")),
            ("My code fails.", "", "ada@uni.example", None, None),
            ("My code fails.", "", "Thomas N", Some("Thomas"), None),
            ("Je m'appelle Chantal Émond", "", "Chantal Emond", Some("Chantal"), Some("Émond")),
            ("Moi c'est Maxime Charbonneau-Poirier", "", "Max Charbonneau", Some("Maxime"), Some("Charbonneau-Poirier")),
            ("My code fails.\n\nHarriet Lowe\nGraduate Surveyor", "", "Harriet Lowe", Some("Harriet"), Some("Lowe")),
            ("Étude fermée.\n\nStéphane Kessler\nÉtude Kessler-Vionnet", "", "KESSLER Stéphane", Some("Stéphane"), Some("Kessler")),
            ("Sat Sri Akal / hello,\nmy code fails.\n\nGurpreet Dhaliwal", "", "Gurpreet Dhaliwal", Some("Gurpreet"), Some("Dhaliwal")),
            ("My code fails.\nRupert Ashby-Vane FRICS (retd), resitting", "", "Rupert Ashby-Vane", Some("Rupert"), Some("Ashby-Vane")),
            ("", "", "", None, None),
        ];
        for (body, signature, from, first, last) in cases {
            let (f, l, another) = names(body, signature, from);
            assert_eq!((f.as_deref(), l.as_deref(), another), (first, last, false), "{body} / {from}");
        }
    }

    #[test]
    fn weak_signs_together_tell_which_name_is_which() {
        let cases = [
            ("Code refusé.\nBeat Zurfluh", "Zurfluh Beat", "beat.zurfluh@uni.example", "Beat", "Zurfluh"),
            ("Code refusé.\nOdile Wagnon", "Wagnon Odile", "e41@uni.example", "Odile", "Wagnon"),
            ("Code refusé.", "Wagnon Odile", "e41@uni.example", "Odile", "Wagnon"),
            ("Code refusé.", "Odile Wagnon", "e41@uni.example", "Odile", "Wagnon"),
            ("Code refused.\nPham Thi Hoa", "Phạm Thị Hoa", "pham.thi.hoa@uni.example", "Thi Hoa", "Pham"),
            ("Code refused.\nPham Gia Bao", "Pham Gia Bao", "giabao.pham@mail.example", "Gia Bao", "Pham"),
            ("Code refusé.\nEBELLE NDONGO Rosine", "Rosine EBELLE NDONGO", "x@uni.example", "Rosine", "EBELLE NDONGO"),
            ("Odile Wagnon\n\nodile.wagnon@uni.example, la seule que j'ai", "Odile Wagnon", "odile.wagnon@uni.example", "Odile", "Wagnon"),
            ("Code refused.\nNur Izzah binti Salleh", "Nur Izzah", "x@uni.example", "Nur Izzah", "binti Salleh"),
            ("Code refused.\nPham Gia Linh", "Linh Pham", "x@uni.example", "Gia Linh", "Pham"),
            ("CODE REFUSE.\nNGANDO EBELLE ROSINE", "Rosine Ngando", "rn77@mail.example", "ROSINE", "NGANDO EBELLE"),
            ("Code refusé.\nNgando Ebelle Rosine", "", "ngandoebelle.rosine@uni.example", "Rosine", "Ngando Ebelle"),
            ("Code refusé.\nNgando", "Rosine Ngando", "ngando.rosine@uni.example", "Rosine", "Ngando"),
            ("Code refused.\nJuan Carlos Herrera Molina", "", "j@uni.example", "Juan Carlos", "Herrera Molina"),
            ("Code refused.\nAna Lucia Paredes Vega", "A. Paredes", "j@uni.example", "Ana Lucia", "Paredes Vega"),
            ("Code refused.\nWisline Pierre", "Wisline Pierre", "w@uni.example", "Wisline", "Pierre"),
            ("Code refused.\nAdaora Emmanuel", "Adaora Emmanuel", "adaora.emmanuel@uni.example", "Adaora", "Emmanuel"),
            ("Code refused.\nPriya Thomas", "Priya Thomas", "pthomas@uni.example", "Priya", "Thomas"),
            ("Code refusé.\nSerge Olivier Ndzana", "", "x@uni.example", "Serge Olivier", "Ndzana"),
            ("Code refused.\nKendrick St. Amour", "Kendrick St. Amour", "kstamour@uni.example", "Kendrick", "St. Amour"),
        ];
        for (body, from, address, first, last) in cases {
            let sender = Sender { name: from, addresses: &[address] };
            let names = read(&Tokens::of(body), &Tokens::of(""), sender, &[]);
            let (f, l) = (names.first.map(|f| f.value), names.last.map(|f| f.value));
            assert_eq!((f.as_deref(), l.as_deref()), (Some(first), Some(last)), "{body} / {from}");
        }
    }

    #[test]
    fn who_writes_for_a_candidate_is_not_the_candidate() {
        let cases = [
            ("I am writing for my daughter Harleen Singh, she has no signal.\n\nManjit Singh", Some("Harleen"), Some("Singh")),
            ("Un de nos étudiants, Jean-Luc Favre (jl@uni.example), est bloqué.\nClaudine Berthoud", Some("Jean-Luc"), Some("Favre")),
            ("Mon fils Jérémy n'a rien reçu.\n\nDiane Leduc", Some("Jérémy"), None),
            ("One of ours, Ada Lind-Roy (aroy@uni.example), has a dead link.\nMarge Quinn", Some("Ada"), Some("Lind-Roy")),
            ("Une des nôtres, Odile Roy, est bloquée.\nMarge Quinn", Some("Odile"), Some("Roy")),
            ("On behalf of Tessa Rideout: her code fails.\nSheila Doucette", Some("Tessa"), Some("Rideout")),
        ];
        for (body, first, last) in cases {
            let (f, l, another) = names(body, "", "Somebody Else");
            assert_eq!((f.as_deref(), l.as_deref(), another), (first, last, true), "{body}");
        }
    }
}
