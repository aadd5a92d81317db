//! Address lists (RFC 5322 section 3.4), for headers as programs and people really write them.

use super::super::Mailbox;
use super::{charset, encoded};

const MOST_MAILBOXES: usize = 300;
const LONGEST_NAME: usize = 300;
const LONGEST_ADDRESS: usize = 320;
/// Comments within comments; more are letters.
const DEEPEST_COMMENT: usize = 50;

/// What an address field holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct List {
    /// Every mailbox, group members too, in their order.
    pub mailboxes: Vec<Mailbox>,
    /// Group syntax was used.
    pub group: bool,
}

/// Reads the value of an address field. `hint`: charset of the body, for raw letters.
pub fn list(raw: &[u8], hint: Option<&str>, defects: &mut Vec<String>) -> List {
    let flat: Vec<u8> = raw.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect();
    // Encoded words stay as they are until the list is taken apart: a comma in one of them separates nothing.
    let plain = charset::decode(&flat, None);
    let text = match (plain.doubt, hint) {
        (Some(_), Some(label)) => charset::decode(&flat, Some(label)).text,
        _ => plain.text,
    };
    if !text.is_ascii() {
        encoded::note(defects, "raw 8-bit letters in a header");
    }
    let mut reader = Reader { text: &text, at: 0, group: false, last_semicolon: text.rfind(';'), stray_quotes: false };
    let mut list = List::default();
    // Words in front of a comma that hold no address, and whether they stood in quotes.
    let (mut held, mut held_quoted) = (String::new(), false);
    while let Some(item) = reader.item() {
        let (by_comma, quoted) = (item.by_comma, item.quoted);
        let mut mailbox = item.mailbox(hint, defects);
        if mailbox.address.is_empty() && mailbox.name.is_empty() {
            continue;
        }
        // `Roy, Ada <ada@uni.example>` is a name with a bare comma; `"Ada", <ada@uni.example>` a comma too many. Neither is two people.
        let belongs = !held.is_empty() && (mailbox.name.is_empty() || !held_quoted);
        if belongs {
            let joint = if mailbox.name.is_empty() { "" } else { ", " };
            mailbox.name = format!("{held}{joint}{}", mailbox.name);
        } else if !held.is_empty() {
            list.mailboxes.push(Mailbox { name: std::mem::take(&mut held), address: String::new() });
        }
        held.clear();
        if mailbox.address.is_empty() && by_comma {
            held_quoted = quoted;
            held = limited(&mailbox.name, LONGEST_NAME);
            continue;
        }
        list.mailboxes.push(Mailbox { name: limited(&mailbox.name, LONGEST_NAME), address: mailbox.address });
        if list.mailboxes.len() >= MOST_MAILBOXES {
            encoded::note(defects, "more than 300 addresses in a field were cut");
            break;
        }
    }
    if !held.is_empty() {
        list.mailboxes.push(Mailbox { name: held, address: String::new() });
    }
    list.group = reader.group;
    list
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    group: bool,
    /// A `;` stands there or later: only then may a `:` open a group.
    last_semicolon: Option<usize>,
    stray_quotes: bool,
}

#[derive(Default)]
struct Item {
    /// Words outside brackets, quoted strings opened.
    phrase: String,
    /// The same as written.
    written: String,
    comment: Option<String>,
    bracket: Option<String>,
    by_comma: bool,
    quoted: bool,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next list member; `None` at the end.
    fn item(&mut self) -> Option<Item> {
        let mut item = Item::default();
        let begin = self.at;
        while let Some(c) = self.rest().chars().next() {
            let start = self.at;
            match c {
                ',' | ';' => {
                    item.by_comma = c == ',';
                    self.at += 1;
                    return Some(item);
                }
                '"' if self.stray_quotes => self.at += 1,
                '"' => self.quoted(&mut item),
                '(' => self.comment(&mut item),
                '<' => self.bracket(&mut item),
                ':' if item.bracket.is_none() && !item.written.contains('@') && self.last_semicolon > Some(self.at) && !self.group => {
                    self.group = true;
                    self.at += 1;
                    item = Item::default();
                    continue;
                }
                '=' if self.rest().starts_with("=?") => self.word(&mut item),
                _ => self.letter(&mut item, c),
            }
            debug_assert!(self.at > start, "every step goes on");
        }
        (self.at > begin).then_some(item)
    }

    fn letter(&mut self, item: &mut Item, c: char) {
        item.phrase.push(c);
        item.written.push(c);
        self.at += c.len_utf8();
    }

    fn quoted(&mut self, item: &mut Item) {
        let inner = self.rest().get(1..).unwrap_or_default();
        let (mut words, mut escaped) = (String::new(), false);
        for (at, c) in inner.char_indices() {
            match c {
                _ if escaped => {
                    words.push(c);
                    escaped = false;
                }
                '\\' => escaped = true,
                '"' => {
                    item.phrase.push_str(&words);
                    item.written.push_str(self.rest().get(..at + 2).unwrap_or_default());
                    item.quoted |= !words.trim().is_empty();
                    self.at += at + 2;
                    return;
                }
                _ => words.push(c),
            }
        }
        // Nobody closes it: a stray quote, as are all behind it.
        self.at += 1;
        self.stray_quotes = true;
    }

    fn comment(&mut self, item: &mut Item) {
        let (mut depth, mut escaped) = (0_usize, false);
        for (at, c) in self.rest().char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth > DEEPEST_COMMENT {
                break;
            }
            if depth == 0 && c == ')' {
                let words = self.rest().get(1..at).unwrap_or_default();
                item.comment.get_or_insert_with(|| words.replace('\\', ""));
                item.phrase.push(' ');
                self.at += at + 1;
                return;
            }
        }
        self.letter(item, '(');
    }

    fn bracket(&mut self, item: &mut Item) {
        let inner = self.rest().get(1..).unwrap_or_default();
        let end = inner.find('>').or_else(|| inner.find([',', ';'])).unwrap_or(inner.len());
        let address = inner.get(..end).unwrap_or_default();
        let closing = inner.get(end..).unwrap_or_default().bytes().take_while(|b| *b == b'>').count();
        self.at += 1 + end + closing;
        // Of `<name> <a@b>` the one that is an address counts.
        if item.bracket.as_ref().is_none_or(|b| !b.contains('@')) {
            if let Some(earlier) = item.bracket.take().filter(|b| !b.trim().is_empty()) {
                item.phrase.push_str(&earlier);
            }
            item.bracket = Some(address.to_owned());
        }
        item.phrase.push(' ');
    }

    /// An encoded word, whole: what looks like punctuation in it is none.
    fn word(&mut self, item: &mut Item) {
        let rest = self.rest();
        let head = rest.bytes().enumerate().skip(2).take(70).filter(|(_, b)| *b == b'?').map(|(i, _)| i).nth(1);
        let end = head.and_then(|h| rest.get(h + 1..).and_then(|t| t.find("?=")).map(|e| h + 1 + e + 2));
        let whole = end.and_then(|e| rest.get(..e)).filter(|w| !w.get(2..).is_some_and(|inner| inner.contains("=?")) && w.len() < 4_000);
        match whole {
            Some(word) => {
                item.phrase.push_str(word);
                item.written.push_str(word);
                self.at += word.len();
            }
            None => self.letter(item, '='),
        }
    }
}

impl Item {
    fn mailbox(self, hint: Option<&str>, defects: &mut Vec<String>) -> Mailbox {
        let decoded = |text: &str, defects: &mut Vec<String>| {
            if text.contains("=?") { encoded::decode(text.as_bytes(), hint, defects) } else { text.to_owned() }
        };
        let mut address = self.bracket.as_deref().map(|b| tidy_address(&decoded(b, defects))).unwrap_or_default();
        let mut name = decoded(&self.phrase, defects);
        if !address.contains('@') {
            // `ada@uni.example (Ada)`, `Ada ada@uni.example`, and words that hold the brackets inside themselves.
            let source = if self.written.contains("=?") { name.clone() } else { self.written.clone() };
            if let Some((found, rest)) = address_in(&source) {
                name = if address.is_empty() { rest } else { format!("{rest} {address}") };
                address = found;
            }
        }
        let mut name = tidy_name(&name);
        if name.is_empty() {
            name = self.comment.map(|c| tidy_name(&decoded(&c, defects))).unwrap_or_default();
        }
        Mailbox { name, address: limited(&address, LONGEST_ADDRESS) }
    }
}

/// An address among words, and the other words.
fn address_in(text: &str) -> Option<(String, String)> {
    if let Some((before, rest)) = text.rsplit_once('<')
        && let Some((inside, after)) = rest.split_once('>')
        && inside.contains('@')
    {
        return Some((tidy_address(inside), format!("{before} {after}")));
    }
    let at = text.find('@')?;
    // A quoted local part belongs to its address.
    let (head, tail) = text.split_at_checked(at)?;
    let quote = head.ends_with('"').then(|| head.trim_end_matches('"').rfind('"')).flatten();
    let begin = quote.unwrap_or_else(|| {
        head.rfind(char::is_whitespace).map_or(0, |i| i + head.get(i..).and_then(|r| r.chars().next()).map_or(1, char::len_utf8))
    });
    let end = tail.find(char::is_whitespace).map_or(text.len(), |i| at + i);
    let address = tidy_address(text.get(begin..end)?);
    let whole = address.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    whole.then(|| (address, format!("{} {}", text.get(..begin).unwrap_or_default(), text.get(end..).unwrap_or_default())))
}

fn tidy_address(written: &str) -> String {
    let mut text = written.trim();
    if text.get(..7).is_some_and(|p| p.eq_ignore_ascii_case("mailto:")) {
        text = text.get(7..).unwrap_or_default();
    }
    let text = text.trim_matches(|c: char| c.is_whitespace() || "<>'[](),;:".contains(c));
    let text = text.strip_prefix('"').filter(|t| t.ends_with('"') && t.contains('@')).map_or(text, |t| t.trim_end_matches('"'));
    let clean = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    if text.contains('"') { text.chars().map(clean).collect() } else { text.chars().filter(|c| !c.is_whitespace()).map(clean).collect() }
}

fn tidy_name(written: &str) -> String {
    let mut text = single_spaced(written);
    loop {
        let inner = [('"', '"'), ('\'', '\'')].iter().find_map(|(a, b)| text.strip_prefix(*a)?.strip_suffix(*b));
        match inner.map(|t| t.trim().to_owned()) {
            Some(shorter) => text = shorter,
            None => break,
        }
    }
    limited(&text, LONGEST_NAME)
}

/// Runs of white space as one space, control characters as U+FFFD: names and subjects are one line.
pub fn single_spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_whitespace() || c == '\u{b}' {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else {
            out.push(if c.is_control() { '\u{fffd}' } else { c });
        }
    }
    out.truncate(out.trim_end_matches(' ').len());
    out
}

/// At most `most` bytes, cut at a character border.
pub fn limited(text: &str, most: usize) -> String {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(raw: &str) -> String {
        let list = list(raw.as_bytes(), None, &mut Vec::new());
        list.mailboxes.iter().map(|m| format!("{}|{}", m.name, m.address)).collect::<Vec<_>>().join(" + ")
    }

    #[test]
    fn addresses_are_found_however_they_are_written() {
        let cases = [
            ("plain", "ada@uni.example", "|ada@uni.example"),
            ("name", "Ada Roy <ada@uni.example>", "Ada Roy|ada@uni.example"),
            ("quoted", "\"Roy, Ada\" <ada@uni.example>", "Roy, Ada|ada@uni.example"),
            ("bare comma", "Roy, Ada <ada@uni.example>", "Roy, Ada|ada@uni.example"),
            ("a comma too many", "\"Ada Roy\", <ada@uni.example>", "Ada Roy|ada@uni.example"),
            ("quoted address", "\"ada@uni.example\"", "|ada@uni.example"),
            ("empty brackets", "ada@uni.example <>", "|ada@uni.example"),
            ("comment", "ada@uni.example (Ada Roy)", "Ada Roy|ada@uni.example"),
            ("name and comment", "Ada <ada@uni.example> (home)", "Ada|ada@uni.example"),
            ("two", "a@x.example, B <b@x.example>", "|a@x.example + B|b@x.example"),
            ("semicolons", "a@x.example; b@x.example", "|a@x.example + |b@x.example"),
            ("encoded", "=?utf-8?Q?Zo=C3=A9_Roy?= <zoe@x.example>", "Zoé Roy|zoe@x.example"),
            ("encoded in quotes", "\"=?utf-8?Q?Zo=C3=A9_Roy?=\" <zoe@x.example>", "Zoé Roy|zoe@x.example"),
            ("comma in an encoded word", "=?utf-8?Q?Roy,_Zo=C3=A9?= <zoe@x.example>", "Roy, Zoé|zoe@x.example"),
            ("everything encoded", "=?utf-8?Q?Zo=C3=A9_<zoe@x.example>?=", "Zoé|zoe@x.example"),
            ("address encoded", "=?utf-8?Q?zoe=40x.example?=", "|zoe@x.example"),
            ("address encoded in brackets", "Zoe <=?utf-8?Q?zoe=40x.example?=>", "Zoe|zoe@x.example"),
            ("no brackets", "Ada ada@uni.example", "Ada|ada@uni.example"),
            ("open bracket", "Ada <ada@uni.example", "Ada|ada@uni.example"),
            ("open quote", "\"Ada Roy <ada@uni.example>", "Ada Roy|ada@uni.example"),
            ("single quotes", "'Ada Roy' <ada@uni.example>", "Ada Roy|ada@uni.example"),
            ("doubled brackets", "Ada <<ada@uni.example>>", "Ada|ada@uni.example"),
            ("mailto", "<mailto:ada@uni.example>", "|ada@uni.example"),
            ("spaces inside", "Ada < ada @ uni.example >", "Ada|ada@uni.example"),
            ("name only", "Ada Roy", "Ada Roy|"),
            ("group", "Staff: a@x.example, b@x.example;", "|a@x.example + |b@x.example"),
            ("nobody", "undisclosed-recipients:;", ""),
            ("empty", "<>", ""),
            ("address as name", "ada@uni.example <ada@uni.example>", "ada@uni.example|ada@uni.example"),
            ("a deceptive name", "\"victim@uni.example\" <a@evil.example>", "victim@uni.example|a@evil.example"),
            ("escaped quotes", r#""Ada \"the\" Roy" <ada@uni.example>"#, "Ada \"the\" Roy|ada@uni.example"),
            ("a bare bracket in the name", "Ada (Roy <ada@uni.example>", "Ada (Roy|ada@uni.example"),
            ("colon in the name", "Uni: Registrar <r@uni.example>", "Uni: Registrar|r@uni.example"),
            ("raw letters", "Zoé <zoe@x.example>", "Zoé|zoe@x.example"),
        ];
        for (says, raw, expected) in cases {
            assert_eq!(shown(raw), expected, "{says}");
        }
    }

    #[test]
    fn hostile_lists_are_read_in_bounded_time() {
        for bad in ["(", "\"", "<", "=?a?q?", "a@", ",", "\\", "((((((((((a)", "\"a\"b("] {
            list(bad.repeat(60_000 / bad.len()).as_bytes(), None, &mut Vec::new());
        }
    }
}
