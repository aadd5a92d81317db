//! A mail with the facts marked where they were read: in colour on a terminal, in brackets elsewhere.

use std::io::IsTerminal;
use std::ops::Range;

use super::screen;
use crate::facts::{Facts, Found, Place};

/// What a mark says, and its colour on a terminal.
struct Mark {
    span: Range<usize>,
    label: &'static str,
    colour: u8,
}

/// The person's own words with every fact marked that was read in them.
pub fn text(clean: &str, facts: &Facts) -> String {
    let plain = !std::io::stdout().is_terminal() || std::env::var_os("NO_COLOR").is_some();
    let mut out = String::new();
    let mut from = 0;
    for mark in marks(facts) {
        let (Some(before), Some(words)) = (clean.get(from..mark.span.start), clean.get(mark.span.clone())) else { continue };
        out.push_str(&screen::safe(before));
        let words = screen::safe(words);
        out.push_str(&if plain {
            format!("[{words}|{}]", mark.label)
        } else {
            format!("\x1b[30;48;5;{}m{words}\x1b[0m\x1b[2m {}\x1b[0m", mark.colour, mark.label)
        });
        from = mark.span.end;
    }
    out.push_str(&screen::safe(clean.get(from..).unwrap_or_default()));
    out
}

/// The marks in the order of the text; where two overlap the one that begins first stands.
fn marks(facts: &Facts) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut add = |place: Place, span: &Range<usize>, label, colour| {
        if place == Place::Body && !span.is_empty() {
            marks.push(Mark { span: span.clone(), label, colour });
        }
    };
    let named: [(&Option<Found<String>>, &str, u8); 6] = [
        (&facts.first_name, "first name", 153),
        (&facts.last_name, "last name", 153),
        (&facts.email_used, "address used", 158),
        (&facts.error_text, "error", 217),
        (&facts.course, "course", 223),
        (&facts.invitation_code, "code", 229),
    ];
    for (found, label, colour) in named {
        if let Some(found) = found {
            add(found.place, &found.span, label, colour);
        }
    }
    if let Some(on) = &facts.evaluation_on {
        add(on.place, &on.span, "evaluation", 189);
    }
    facts.dates.iter().for_each(|date| add(Place::Body, &date.span, "date", 252));
    facts.emails.iter().for_each(|email| add(Place::Body, &email.span, "address", 252));
    // Those that say more were put in first, and sorting keeps them first.
    marks.sort_by_key(|mark| mark.span.start);
    let mut end = 0;
    marks.retain(|mark| {
        let free = mark.span.start >= end;
        end = if free { mark.span.end } else { end };
        free
    });
    marks
}
