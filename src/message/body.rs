//! The readable body: what was opened, as lines.

use super::html::{self, tags};
use super::invisible;
use super::mime::address::limited;
use super::mime::choose;
use super::mime::encoded::note;
use super::mime::parts::{Opened, Piece, Plain};
use super::mime::text::printable;
use super::words::{self, Line};

/// Limits of SAFETY, section 3.
const MOST_TEXT: usize = 256 * 1024;
const MOST_LINES: usize = 100_000;

/// Lines to read, and reasons not to answer by machine.
#[derive(Debug, Default)]
pub struct Body {
    /// Lines as a reader sees them.
    pub lines: Vec<Line>,
    /// Why a person should look.
    pub doubts: Vec<String>,
}

/// Renders what was opened; parts follow each other on new lines.
pub fn read(opened: &mut Opened) -> Body {
    let mut body = Body::default();
    for piece in std::mem::take(&mut opened.pieces) {
        match piece {
            Piece::Plain(plain) => body.lines.extend(plain_lines(&plain)),
            Piece::Html(text) => body.rich(&text, &mut opened.defects),
            Piece::Either(plain, text) => body.either(&plain, &text, &mut opened.defects),
        }
        if body.lines.len() > MOST_LINES {
            note(&mut opened.defects, "more than 100 000 lines were cut");
            body.lines.truncate(MOST_LINES);
            break;
        }
    }
    body.without_invisible(&mut opened.defects);
    body.cap(&mut opened.defects);
    body
}

/// Text that came without any header.
pub fn lines(text: &str) -> Vec<Line> {
    plain_lines(&Plain { text: printable(text.into()), flowed: None })
}

impl Body {
    fn rich(&mut self, text: &str, defects: &mut Vec<String>) {
        let page = html::render(text);
        self.doubt(&page, defects);
        self.lines.extend(page.lines);
    }

    /// Says what of a page a reader does not see, or may see otherwise.
    fn doubt(&mut self, page: &html::Rendered, defects: &mut Vec<String>) {
        if page.hidden.is_odd() {
            note(defects, "hidden text was left out");
            self.doubts.push("holds hidden text".into());
        }
        if page.stripped {
            note(defects, "HTML too large or too deep: only its tags were stripped");
            self.doubts.push("its HTML could not be shown as a reader sees it".into());
        }
    }

    fn either(&mut self, plain: &Plain, text: &str, defects: &mut Vec<String>) {
        // Comparing without a document tree is quick; only a difference is worth a closer look.
        let quick = tags::without(text, choose::SOME_BYTES, ' ');
        if !choose::differ(&plain.text, &quick) && !choose::is_stub(&plain.text, &quick) && !tags::may_hide(text) {
            self.lines.extend(plain_lines(plain));
            return;
        }
        let page = html::render(text);
        self.doubt(&page, defects);
        let lines = plain_lines(plain);
        let own = |lines: &[Line]| words::own(lines).clean;
        // Whoever hides words in the HTML shows them to programs in the plain text.
        let betrays = page.hidden.is_odd() && choose::holds(&plain.text, &page.hidden.own);
        // Words that the plain text holds as a quote are nothing that it lacks.
        let rich = own(&page.lines);
        let stub = choose::is_stub(&own(&lines), &rich) && !choose::holds(&plain.text, &rich);
        if choose::differ(&plain.text, &join(&page.lines)) && !stub {
            note(defects, "the plain text and the HTML say different things");
            self.doubts.push("the plain text and the HTML say different things".into());
        }
        self.lines.extend(if stub || betrays { page.lines } else { lines });
    }

    /// Leaves out runs of letters that show nothing: they fill the lines beside a subject, and may spell words that only programs read.
    fn without_invisible(&mut self, defects: &mut Vec<String>) {
        let mut spelled = false;
        for line in self.lines.iter_mut().filter(|l| !l.text.is_ascii()) {
            if let Some((text, spells)) = invisible::without(&line.text) {
                line.text = text;
                spelled |= spells && !line.quoted;
            }
        }
        if spelled {
            note(defects, "words in invisible letters were left out");
            self.doubts.push("holds words in invisible letters".into());
        }
    }

    fn cap(&mut self, defects: &mut Vec<String>) {
        let mut total = 0;
        let over = self.lines.iter().position(|line| {
            total += line.text.len() + 1;
            total > MOST_TEXT
        });
        let Some(at) = over else { return };
        note(defects, "text over 256 KiB was cut");
        self.lines.truncate(at + 1);
        if let Some(last) = self.lines.last_mut() {
            let room = last.text.len().saturating_sub(total - MOST_TEXT);
            last.text = limited(&last.text, room);
        }
    }
}

fn plain_lines(plain: &Plain) -> Vec<Line> {
    let mut lines = match plain.flowed {
        Some(del_sp) => unflow(&plain.text, del_sp),
        None => plain.text.lines().map(Line::plain).collect(),
    };
    if plain.text.contains(">From ") {
        unescape_mbox(&mut lines);
    }
    lines
}

/// Programs that keep mail in mbox files write ">From " where a line of the text begins with "From "; a quote has other lines like it around.
fn unescape_mbox(lines: &mut [Line]) {
    let marked = |line: Option<&Line>| line.is_some_and(|l| l.text.starts_with('>'));
    for at in 0..lines.len() {
        let escaped = lines.get(at).is_some_and(|l| l.text.starts_with(">From "));
        let alone = escaped && !marked(at.checked_sub(1).and_then(|before| lines.get(before))) && !marked(lines.get(at + 1));
        if let Some(line) = lines.get_mut(at).filter(|_| alone) {
            line.text.remove(0);
        }
    }
}

/// RFC 3676: a line that ends with a space flows into the next one of the same quote depth.
fn unflow(text: &str, del_sp: bool) -> Vec<Line> {
    let mut lines: Vec<String> = Vec::new();
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let depth = line.bytes().take_while(|b| *b == b'>').count();
        let rest = line.get(depth..).unwrap_or_default();
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        let flows = rest.ends_with(' ') && rest != "-- ";
        // With delsp the space is only the mark of the break; further ones belong to the text.
        let words = if flows && del_sp { rest.strip_suffix(' ').unwrap_or(rest) } else { rest };
        match (open, lines.last_mut()) {
            (Some(d), Some(last)) if d == depth && rest != "-- " => last.push_str(words),
            _ if depth > 0 => lines.push(format!("{} {words}", ">".repeat(depth))),
            _ => lines.push(words.to_owned()),
        }
        open = flows.then_some(depth);
    }
    lines.into_iter().map(|text| if text == "-- " { Line::plain(text) } else { Line::plain(text.trim_end()) }).collect()
}

/// The lines as one text.
pub fn join(lines: &[Line]) -> String {
    let mut text = String::with_capacity(lines.iter().map(|l| l.text.len() + 1).sum());
    for line in lines {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&line.text);
    }
    text.truncate(text.trim_end_matches('\n').len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flowed(text: &str, del_sp: bool) -> String {
        join(&unflow(text, del_sp))
    }

    #[test]
    fn flowed_text_is_put_together() {
        let cases = [
            ("plain", "one\ntwo", false, "one\ntwo"),
            ("flows", "one \ntwo", false, "one two"),
            ("delsp", "on \ne", true, "one"),
            ("stuffed", " >not quoted", false, ">not quoted"),
            ("quotes keep their depth", "> a \n> b\nc", false, "> a b\nc"),
            ("a signature mark does not flow", "one \n-- \nAda", false, "one\n-- \nAda"),
        ];
        for (says, text, del_sp, expected) in cases {
            assert_eq!(flowed(text, del_sp), expected, "{says}");
        }
    }
}
