//! The styles of a document (`<style>`, `style=`, old attributes), as far as they say what a reader sees.

use std::cell::Cell;

use scraper::{ElementRef, Html, Selector};

use super::style::{Declared, Look};

/// Rules that are kept, and letters of styles that are read.
const MOST_RULES: usize = 200;
const MOST_STYLE: usize = 128 * 1024;
/// Comparisons of an element with a rule; ancestors make one as dear as many.
const MOST_CHECKS: usize = 300_000;
const DEAR: usize = 100;

/// The rules of a document.
#[derive(Default)]
pub(super) struct Sheet {
    rules: Vec<Rule>,
    checks: Cell<usize>,
}

struct Rule {
    selector: Selector,
    price: usize,
    usual: Declared,
    important: Declared,
}

impl Sheet {
    /// Reads the styles of a document.
    pub(super) fn of(html: &Html) -> Self {
        let mut sheet = Self::default();
        let mut room = MOST_STYLE;
        for element in html.tree.root().descendants().filter_map(ElementRef::wrap).filter(|e| e.value().name() == "style") {
            for text in element.text() {
                let text = text.get(..text.floor_char_boundary(room.min(text.len()))).unwrap_or_default();
                room -= text.len();
                sheet.read(&without_comments(text), true);
            }
        }
        sheet
    }

    fn read(&mut self, css: &str, nests: bool) {
        let mut rest = css;
        while let Some(at) = rest.find(['{', ';']) {
            let (before, behind) = rest.split_at_checked(at).unwrap_or((rest, ""));
            let prelude = before.trim();
            let Some(body) = behind.strip_prefix('{') else {
                // "@import …;"
                rest = behind.get(1..).unwrap_or_default();
                continue;
            };
            let end = if prelude.starts_with('@') { closing(body) } else { body.find('}').unwrap_or(body.len()) };
            let (inner, behind) = body.split_at_checked(end).unwrap_or((body, ""));
            rest = behind.get(1..).unwrap_or_default();
            if !prelude.starts_with('@') {
                self.rule(prelude, inner);
            } else if nests && is_for_everybody(prelude) {
                self.read(inner, false);
            }
        }
    }

    fn rule(&mut self, selectors: &str, body: &str) {
        let (usual, important) = Declared::read(body);
        if usual.is_silent() && important.is_silent() {
            return;
        }
        // What depends on brothers or on what a reader does ("a:hover") hides nothing from the start.
        for text in selectors.split(',').map(str::trim).filter(|s| !s.is_empty() && !s.contains([':', '~', '+'])) {
            if self.rules.len() >= MOST_RULES {
                return;
            }
            if let Ok(selector) = Selector::parse(text) {
                let price = if text.contains([' ', '>']) { DEAR } else { 1 };
                self.rules.push(Rule { selector, price, usual, important });
            }
        }
    }

    /// The look of `element` inside one that looks like `above`; `None` where nothing is said of it.
    pub(super) fn look(&self, element: ElementRef<'_>, above: Look) -> Option<Look> {
        let name = element.value().name();
        // Most elements have no attribute; to ask for one by name is dear.
        let bare = element.value().attrs().next().is_none();
        let attribute = |name: &str| if bare { None } else { element.attr(name) };
        let kept_back = name == "template" || name == "dialog" && attribute("open").is_none();
        if kept_back || attribute("hidden").is_some() {
            return Some(above.removed());
        }
        let (mut said, mut last) = (Declared::default(), Declared::default());
        // Links have a colour of their own wherever they stand.
        let colour = match name {
            "font" => attribute("color"),
            "body" => attribute("text"),
            "a" => attribute("href").map(|_| "link"),
            _ => None,
        };
        said.paint(colour, attribute("bgcolor"));
        for rule in &self.rules {
            let spent = self.checks.get() + rule.price;
            if spent > MOST_CHECKS {
                break;
            }
            self.checks.set(spent);
            if rule.selector.matches(&element) {
                said.take(rule.usual);
                last.take(rule.important);
            }
        }
        if let Some(style) = attribute("style") {
            let (usual, important) = Declared::read(style);
            said.take(usual);
            last.take(important);
        }
        said.take(last);
        // Outlook's dark mode leaves its own colours behind and keeps the author's in an attribute.
        if ["data-ogsc", "data-ogsb", "data-ogac"].iter().any(|name| attribute(name).is_some()) {
            said = said.colourless();
        }
        (!said.is_silent()).then(|| above.with(said))
    }
}

/// Where the block ends that was opened before `body`.
fn closing(body: &str) -> usize {
    let mut depth = 1;
    for (at, byte) in body.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    body.len()
}

/// A medium that is not only some screens: those of phones show again what others hide.
fn is_for_everybody(prelude: &str) -> bool {
    let prelude = prelude.to_ascii_lowercase();
    prelude.starts_with("@media")
        && !["print", "max-", "min-", "prefers", "device", "orientation"].iter().any(|only| prelude.contains(only))
}

fn without_comments(css: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(css.len()), css);
    while let Some((before, behind)) = rest.split_once("/*") {
        out.push_str(before);
        rest = behind.split_once("*/").map_or("", |(_, behind)| behind);
    }
    out.push_str(rest);
    out.replace("<!--", "").replace("-->", "")
}

#[cfg(test)]
mod tests {
    use super::super::{render, tags};

    #[test]
    fn hidden_text_is_no_evidence() {
        let cases = [
            ("inline", "", "<div style=display:none>X</div>"),
            ("white", "", "<div style='color:#FFFFFF'><b>X</b></div>"),
            ("an old attribute", "", "<font color=white>X</font>"),
            ("on its own colour", "", "<table bgcolor='#003366'><tr><td style='color:#003366'>X</table>"),
            ("a class", ".k{display:none}", "<p class='a k'>X</p>"),
            ("a class, in capitals", ".K { VISIBILITY: Hidden !important; }", "<p class=K>X</p>"),
            ("an identity within a block", "<!-- div.k #z, .other { font-size: .5px } -->", "<div class=k><p id=z>X</p></div>"),
            ("a media rule for all", "@media screen { .k { mso-hide:all } }", "<span class=k>X</span>"),
            ("a comment between", ".k{/* } */display:none}", "<span class=k>X</span>"),
            ("an element", "aside{opacity:0}", "<aside>X</aside>"),
            ("the attribute", "", "<p hidden>X</p>"),
            ("a template", "", "<template><p>X</p></template>"),
            ("a closed dialogue", "", "<dialog>X</dialog>"),
            ("what is important beats what is inline", ".k{display:none!important}", "<p class=k style='display:block'>X</p>"),
        ];
        for (says, css, html) in cases {
            let html = html.replace('X', "victim@uni.example");
            let page = render(&format!("<html><head><style>{css}</style></head><body><p>seen</p>{html}<p>more</p></body></html>"));
            let text: Vec<&str> = page.lines.iter().map(|l| l.text.as_str()).collect();
            assert!(page.hidden.is_odd() && !text.concat().contains("victim") && text.contains(&"more"), "{says}: {text:?}");
            assert!(tags::may_hide(&format!("<style>{css}</style>{html}")), "{says}");
        }
    }

    #[test]
    fn what_is_only_laid_out_is_seen() {
        let cases = [
            ("a button", "", "<div style='background:#0a6470;color:#fff'>X</div>"),
            ("white on a dark block around it", ".d{background-color:#222}", "<div class=d><p style='color:white'>X</p></div>"),
            ("small gaps between blocks of letters", "", "<td style='font-size:0px'><div style='font-size:14px'>X</div></td>"),
            ("hidden only on a phone", "@media (max-width:480px){.k{display:none}}", "<p class=k>X</p>"),
            ("shown again inside", "", "<div style='visibility:hidden'><p style='visibility:visible'>X</p></div>"),
            ("a dark page of old", "", "<table bgcolor=black><tr><td><font color=white>my words</font></td></tr></table>"),
            ("a link", "", "<div style='background:#000'><a href='https://x.example'>X</a></div>"),
            ("dark mode", "", "<span style='color:white' data-ogsc='black'>X</span>"),
            ("when touched", "p:hover{display:none}", "<p>X</p>"),
            ("another class", ".kk{display:none}", "<p class=k>X</p>"),
            ("inline beats a rule", ".k{display:none}", "<p class=k style='display:block'>X</p>"),
        ];
        for (says, css, html) in cases {
            let page = render(&format!("<style>{css}</style><p>seen</p>{}", html.replace('X', "my words")));
            assert!(!page.hidden.is_odd() && page.lines.iter().any(|l| l.text == "my words"), "{says}");
        }
    }

    #[test]
    fn the_line_that_mailboxes_show_beside_the_subject_is_ordinary() {
        let page = render("<body><div style='display:none;max-height:0'>Your receipt</div><p>Hello</p></body>");
        assert!(!page.hidden.is_odd() && page.lines.iter().all(|l| !l.text.contains("receipt")));
        assert!(render(&format!("<body><div hidden>{}</div><p>Hello</p></body>", "words ".repeat(100))).hidden.is_odd());
    }
}
