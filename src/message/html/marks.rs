//! What the elements of a mail mean to the program that wrote them: quotes, answers, signatures, hidden text.

use scraper::{ElementRef, Node};

/// Word writes each line as its own paragraph without space around it; they are lines, not paragraphs.
pub(super) fn is_outlook_line(element: ElementRef<'_>) -> bool {
    element.value().name() == "p" && element.attr("class").is_some_and(|c| c.contains("MsoNormal") || c.contains("MsoPlainText"))
}

/// Outlook puts "x_" before the names that other programs gave.
fn is_named(text: Option<&str>, names: &[&str]) -> bool {
    text.is_some_and(|t| t.split_whitespace().any(|c| names.contains(&c.trim_start_matches("x_"))))
}

/// Blocks in which answers may stand between the quotes.
const WITH_ANSWERS: [&str; 4] = ["gmail_quote", "gmail_quote_container", "gmail_extra", "yahoo_quoted"];

/// Blocks that mail programs put the answered message into.
pub(super) fn is_quote(element: ElementRef<'_>) -> bool {
    const NAMED: [&str; 9] = [
        "gmail_attr",
        "moz-cite-prefix",
        "moz-forward-container",
        "protonmail_quote",
        "tutanota_quote",
        "zmail_extra",
        "OutlookMessageHeader",
        "ms-outlook-mobile-reference-message",
        "mail-quote",
    ];
    match element.value().name() {
        "blockquote" => element.value().attrs().next().is_some() && !is_indented(element),
        "div" => {
            let class = element.attr("class");
            is_named(class, &NAMED)
                || is_named(class, &WITH_ANSWERS)
                || element.attr("name") == Some("quote")
                || element.attr("id").is_some_and(|id| id.trim_start_matches("x_") == "mail-editor-reference-message-container")
        }
        _ => false,
    }
}

/// A block that holds quotes of its own, with nothing but an attribution above the first. Without any it is a quote as a whole; so is a
/// mail that is passed on.
pub(super) fn is_answers(element: ElementRef<'_>) -> bool {
    const ATTRIBUTION: usize = 300;
    if element.value().name() != "div" || !is_named(element.attr("class"), &WITH_ANSWERS) {
        return false;
    }
    let mut above = String::new();
    for node in element.descendants().take(2_000) {
        match node.value() {
            Node::Text(text) => above.push_str(text.trim()),
            Node::Element(e) if e.name() == "blockquote" => return !above.starts_with("--"),
            _ => {}
        }
        if above.len() > ATTRIBUTION {
            return false;
        }
    }
    false
}

/// Outlook draws a line above the mail it answers: a border, and below it bold labels, in any language, of which the first names a sender.
pub(super) fn begins_rest(element: ElementRef<'_>) -> bool {
    const COLOURS: [&str; 4] = ["#b5c4df", "#e1e1e1", "rgb(181,196,223)", "rgb(225,225,225)"];
    let Some(style) = element.attr("style").filter(|s| element.value().name() == "div" && s.contains("border-top")) else { return false };
    let style: String = style.to_ascii_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    if !COLOURS.iter().any(|c| style.contains(c)) {
        return false;
    }
    let mut bold = false;
    let mut said = String::new();
    for node in element.descendants().take(40) {
        match node.value() {
            Node::Element(e) if matches!(e.name(), "b" | "strong") && said.is_empty() => bold = true,
            Node::Element(e) if e.name() == "br" && !said.is_empty() => break,
            Node::Text(text) => said.push_str(text.trim()),
            _ => {}
        }
    }
    bold && said.split_once([':', '：']).is_some_and(|(label, sender)| label.len() < 40 && sender.contains('@'))
}

/// Blocks that mail programs put signatures into.
pub(super) fn is_signature(element: ElementRef<'_>) -> bool {
    const NAMED: [&str; 5] =
        ["gmail_signature", "moz-signature", "protonmail_signature_block", "ms-outlook-mobile-signature", "mobileSignature"];
    let id = || element.attr("id").is_some_and(|id| matches!(id.trim_start_matches("x_"), "Signature" | "ms-outlook-mobile-signature"));
    is_named(element.attr("class"), &NAMED) || id()
}

/// Gmail writes a paragraph that its author moved to the right as a blockquote without a border.
fn is_indented(element: ElementRef<'_>) -> bool {
    let style = element.attr("style").unwrap_or_default().to_ascii_lowercase();
    let cited = element.attr("type").is_some() || element.attr("cite").is_some() || element.attr("class").is_some();
    !cited && style.contains("border") && style.contains("none") && style.contains("40px")
}

/// Elements whose text is for programs.
pub(super) fn is_silent(name: &str) -> bool {
    matches!(name, "head" | "style" | "script" | "title" | "noscript" | "iframe" | "noembed" | "noframes")
}

/// Elements that stand on lines of their own.
pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "div"
            | "p"
            | "tr"
            | "li"
            | "blockquote"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "center"
            | "address"
            | "dl"
            | "dt"
            | "dd"
            | "body"
            | "hr"
    )
}
