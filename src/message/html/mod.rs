//! HTML mail to lines of text: what a reader sees, with the quoted blocks marked. Hidden text is left out and noted.

mod marks;
mod sheet;
mod style;
pub mod tags;

use ego_tree::{NodeId, iter::Edge};
use scraper::{ElementRef, Html, Node};

use self::marks::{begins_rest, is_answers, is_block, is_outlook_line, is_quote, is_signature, is_silent};
use self::sheet::Sheet;
use self::style::Look;
use super::words::Line;

/// More nodes than this are not walked; the text is then taken by stripping tags (SAFETY, section 3).
const MOST_NODES: usize = 50_000;
/// Elements within elements; parsing takes a time that grows with the square of it.
const DEEPEST: i32 = 1_000;
/// Bytes of HTML that are parsed at most.
const MOST_BYTES: usize = 2 * 1024 * 1024;

/// The text of an HTML part.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Lines as a reader sees them.
    pub lines: Vec<Line>,
    /// Letters that the author hid (white, 0 px, display:none) and that were left out.
    pub hidden: Hidden,
    /// The document was too large or too deep and only its tags were stripped.
    pub stripped: bool,
}

/// What was left out because no reader sees it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    /// Above everything else, where programs put the line that a mailbox shows beside the subject.
    pub preheader: String,
    /// Within a quote: what another mail hides.
    pub quoted: String,
    /// Anywhere else.
    pub own: String,
}

impl Hidden {
    /// Bytes of each that are kept; a longer preheader is none.
    const MOST: usize = 16 * 1024;
    const ORDINARY: usize = 400;

    /// Whether anything was hidden beyond what programs hide in every mail they write.
    pub fn is_odd(&self) -> bool {
        let more = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count() > Self::ORDINARY;
        self.own.contains(char::is_alphanumeric) || more(&self.preheader) || more(&self.quoted)
    }
}

/// Renders `html`. Total and bounded.
pub fn render(html: &str) -> Rendered {
    let cut = html.len() > MOST_BYTES;
    let html = html.get(..floor_border(html, MOST_BYTES)).unwrap_or(html);
    if cut || html.bytes().filter(|b| *b == b'<').count() > MOST_NODES || is_too_deep(html) {
        let text = tags::without(html, MOST_BYTES, '\n');
        let lines = text.lines().map(str::trim).filter(|l| !l.is_empty()).take(MOST_NODES).map(Line::plain).collect();
        return Rendered { lines, hidden: Hidden::default(), stripped: true };
    }
    walk(&Html::parse_document(html))
}

/// Counts what opens and closes. Elements that people leave open, and those that never close, do not count.
fn is_too_deep(html: &str) -> bool {
    const LEFT_OPEN: [&str; 16] =
        ["br", "img", "hr", "meta", "link", "input", "col", "wbr", "area", "base", "p", "li", "td", "tr", "option", "o:p"];
    let mut depth = 0;
    for tag in html.split('<').skip(1) {
        let closes = tag.starts_with('/');
        let name: String = tag.trim_start_matches('/').chars().take(8).take_while(|c| c.is_alphanumeric() || *c == ':').collect();
        let counts = name.starts_with(|c: char| c.is_ascii_alphabetic()) && !LEFT_OPEN.contains(&name.to_ascii_lowercase().as_str());
        depth += if !counts {
            0
        } else if closes {
            -1
        } else {
            1
        };
        depth = depth.max(0);
        if depth > DEEPEST {
            return true;
        }
    }
    false
}

fn floor_border(text: &str, most: usize) -> usize {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}

#[derive(Default)]
struct Page {
    out: Rendered,
    line: String,
    quotes: usize,
    signed: usize,
    sheet: Sheet,
    /// How the text of the elements that are open looks, where one of them says so; innermost last.
    looks: Vec<(NodeId, Look)>,
    silent: usize,
    verbatim: usize,
    gap: bool,
    /// Elements that are open and change how their text is taken, innermost last.
    open: Vec<(NodeId, Change)>,
    /// The numbers of ordered lists that are open; `None` for lists without numbers.
    counts: Vec<Option<u32>>,
    /// A block without any attribute was a quote, so later ones are.
    cites: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Quote,
    /// Holds quotes and answers; what stands above the first quote is its attribution.
    Answers {
        begun: bool,
    },
    Signature,
}

fn walk(html: &Html) -> Rendered {
    let mut page = Page { sheet: Sheet::of(html), ..Page::default() };
    for edge in html.tree.root().traverse() {
        match edge {
            Edge::Open(node) => match node.value() {
                Node::Text(text) => page.say(text),
                Node::Element(_) => {
                    if let Some(element) = ElementRef::wrap(node) {
                        page.open(element);
                    }
                }
                _ => {}
            },
            Edge::Close(node) => {
                if let Some(element) = ElementRef::wrap(node) {
                    page.close(element);
                }
            }
        }
    }
    page.end_line();
    page.out
}

impl Page {
    fn say(&mut self, text: &str) {
        if self.silent > 0 {
            return;
        }
        if self.look().is_hidden() {
            self.hide(text);
            return;
        }
        for c in text.chars() {
            if c == '\n' && self.verbatim > 0 {
                self.end_line();
            } else if c == ' ' && self.verbatim > 0 {
                self.line.push(c);
            } else if c.is_ascii_whitespace() {
                self.gap = true;
            } else {
                if self.gap && !self.line.is_empty() && !self.line.ends_with(' ') {
                    self.line.push(' ');
                }
                self.gap = false;
                self.line.push(if c == '\u{a0}' { ' ' } else { c });
            }
        }
    }

    fn look(&self) -> Look {
        self.looks.last().map_or_else(Look::default, |(_, look)| *look)
    }

    fn hide(&mut self, text: &str) {
        let begun = !self.line.is_empty() || self.out.lines.iter().any(|l| l.text.contains(char::is_alphanumeric));
        let hidden = &mut self.out.hidden;
        let place = match (self.quotes > 0, begun) {
            (true, _) => &mut hidden.quoted,
            (false, false) => &mut hidden.preheader,
            (false, true) => &mut hidden.own,
        };
        if text.contains(char::is_alphanumeric) && place.len() < Hidden::MOST {
            place.push_str(text);
            place.push(' ');
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.gap = false;
        self.out.lines.push(Line { text: line.trim_end().to_owned(), quoted: self.quotes > 0, signed: self.signed > 0 });
    }

    /// Ends the line that is being written, if there is one.
    fn new_block(&mut self) {
        if !self.line.trim().is_empty() {
            self.end_line();
        }
        self.line.clear();
        self.gap = false;
    }

    fn blank(&mut self) {
        self.new_block();
        if self.out.lines.last().is_some_and(|l| !l.text.is_empty()) {
            self.end_line();
        }
    }

    fn open(&mut self, element: ElementRef<'_>) {
        let name = element.value().name();
        match name {
            _ if is_silent(name) => self.silent += 1,
            "br" => self.end_line(),
            "ul" | "ol" => {
                let first = element.attr("start").and_then(|n| n.parse().ok()).unwrap_or(1);
                self.counts.push((name == "ol").then_some(first));
                self.blank();
            }
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "table" | "hr" if !is_outlook_line(element) => self.blank(),
            "pre" => {
                self.new_block();
                self.verbatim += 1;
            }
            "td" | "th" => self.gap = true,
            "li" => {
                self.new_block();
                let mark = match self.counts.last_mut() {
                    Some(Some(number)) => {
                        *number = number.saturating_add(1);
                        format!("{}. ", *number - 1)
                    }
                    _ => "- ".to_owned(),
                };
                self.line.push_str(&mark);
            }
            _ if is_block(name) => self.new_block(),
            _ => {}
        }
        if matches!(name, "div" | "blockquote" | "pre" | "span" | "p") || element.attr("style").is_some() {
            self.change(element);
        }
        if let Some(look) = self.sheet.look(element, self.look()) {
            self.looks.push((element.id(), look));
        }
    }

    fn change(&mut self, element: ElementRef<'_>) {
        let begin = |page: &mut Self, change| page.open.push((element.id(), change));
        if is_answers(element) && self.quotes == 0 {
            self.new_block();
            self.quotes += 1;
            begin(self, Change::Answers { begun: false });
        } else if is_quote(element) || self.is_cited(element) || begins_rest(element) {
            self.new_block();
            self.begin_quote();
            self.quotes += 1;
            // An answered mail below Outlook's line goes to the end: nothing closes it.
            if !begins_rest(element) {
                begin(self, Change::Quote);
            }
        } else if is_signature(element) {
            self.new_block();
            self.signed += 1;
            begin(self, Change::Signature);
        }
    }

    /// The first quote ends the attribution of the block it stands in; from there on only quotes are quoted.
    fn begin_quote(&mut self) {
        if let Some((_, Change::Answers { begun: begun @ false })) = self.open.last_mut() {
            *begun = true;
            self.quotes = self.quotes.saturating_sub(1);
        }
    }

    /// A block without any attribute is a quote when a line that names a time or an address stands above it, or another one was.
    fn is_cited(&mut self, element: ElementRef<'_>) -> bool {
        if element.value().name() != "blockquote" || element.value().attrs().next().is_some() {
            return false;
        }
        let above = || self.out.lines.iter().rev().take(20).map(|l| l.text.as_str()).find(|l| !l.is_empty()).unwrap_or("");
        let attribution = |line: &str| line.ends_with([':', '：']) && line.contains(|c: char| c == '@' || c.is_ascii_digit());
        let in_answers = self.open.iter().any(|(_, c)| matches!(c, Change::Answers { .. }));
        self.cites |= in_answers || self.quotes > 0 || attribution(self.line.trim()) || self.line.trim().is_empty() && attribution(above());
        self.cites
    }

    fn close(&mut self, element: ElementRef<'_>) {
        let name = element.value().name();
        match name {
            _ if is_silent(name) => self.silent = self.silent.saturating_sub(1),
            "ul" | "ol" => {
                self.counts.pop();
                self.blank();
            }
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "table" if !is_outlook_line(element) => self.blank(),
            "pre" => {
                self.new_block();
                self.verbatim = self.verbatim.saturating_sub(1);
            }
            // A paragraph of nothing but a hard space is how Word writes a blank line.
            "p" | "div" if !self.line.is_empty() && self.line.trim().is_empty() => self.blank(),
            _ if is_block(name) => self.new_block(),
            _ => {}
        }
        self.looks.pop_if(|(id, _)| *id == element.id());
        while let Some((_, change)) = self.open.pop_if(|(id, _)| *id == element.id()) {
            match change {
                Change::Answers { begun: true } => self.new_block(),
                Change::Quote | Change::Answers { begun: false } => {
                    self.new_block();
                    self.quotes = self.quotes.saturating_sub(1);
                }
                Change::Signature => {
                    self.new_block();
                    self.signed = self.signed.saturating_sub(1);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(html: &str) -> String {
        let shown = |l: &Line| format!("{}{}", if l.quoted { "> " } else { "" }, l.text);
        render(html).lines.iter().map(shown).collect::<Vec<_>>().join("\n").trim_end_matches(['>', ' ', '\n']).to_owned()
    }

    #[test]
    fn a_reader_sees_lines_and_paragraphs() {
        let cases = [
            ("divs are lines", "<div>One</div><div>Two</div>", "One\nTwo"),
            ("an empty div is a blank line", "<div>One</div><div><br></div><div>Two</div>", "One\n\nTwo"),
            ("paragraphs are apart", "<p>One</p><p>Two</p>", "One\n\nTwo"),
            ("Word's paragraphs are lines", "<p class=MsoNormal>One</p><p class=MsoNormal>Two</p>", "One\nTwo"),
            ("white space folds", "<p>a\n   b&nbsp;c</p>", "a b c"),
            ("styles are no text", "<style>p{}</style><p>x</p>", "x"),
            (
                "what its author moved to the right is no quote",
                "<p>see</p><blockquote style=\"margin:0 0 0 40px;border:none;padding:0px\">mine</blockquote>",
                "see\n\nmine",
            ),
            ("a quote by its class", "<div>mine</div><div class=x_gmail_quote>theirs</div>", "mine\n> theirs"),
            ("GMX", "<div>mine</div><div name=quote>theirs</div>", "mine\n> theirs"),
            ("quotes are marked", "<p>mine</p><blockquote type=cite><p>theirs</p></blockquote>", "mine\n\n> theirs"),
        ];
        for (says, html, expected) in cases {
            assert_eq!(text(html), expected, "{says}");
        }
    }

    #[test]
    fn a_monstrous_document_is_answered_in_bounded_time() {
        assert!(render(&"<".repeat(3_000_000)).stripped);
        assert!(render(&"<div>".repeat(100_000)).stripped);
        assert!(render(&"<b><div>".repeat(5_000)).stripped);
        assert!(!render(&"<p>a<br>b".repeat(5_000)).stripped, "paragraphs that nobody closed are not deep");
        assert_eq!(render("").lines.iter().filter(|l| !l.text.is_empty()).count(), 0);
    }
}
