//! Decoded text made fit for reading.

use std::borrow::Cow;

use super::address::limited;

/// Without NUL and other control characters, which databases and terminals choke on; line ends are LF.
pub fn printable(text: Cow<'_, str>) -> String {
    let odd = |c: char| c.is_control() && c != '\n' && c != '\t';
    if !text.contains(odd) {
        return text.into_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            '\r' => {
                // A doubled CR before LF is one line end.
                while letters.next_if_eq(&'\r').is_some() {}
                letters.next_if_eq(&'\n');
                out.push('\n');
            }
            '\u{c}' | '\u{b}' | '\u{85}' => out.push('\n'),
            c if odd(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// HTML that claims to be plain text.
pub(super) fn looks_like_html(text: &str) -> bool {
    let start = limited(text.trim_start(), 200).to_ascii_lowercase();
    ["<!doctype html", "<html"].iter().any(|tag| start.starts_with(tag)) || start.starts_with("<?xml") && start.contains("<html")
}

/// The charset that an HTML document names in its head.
pub(super) fn meta_charset(bytes: &[u8]) -> Option<String> {
    let start = String::from_utf8_lossy(bytes.get(..bytes.len().min(2_048))?).to_ascii_lowercase();
    let (_, behind) = start.split_once("charset=")?;
    let label: String =
        behind.trim_start_matches(['"', '\'']).chars().take_while(|c| c.is_ascii_alphanumeric() || "-_:.".contains(*c)).collect();
    (!label.is_empty()).then_some(label)
}

/// text/enriched (RFC 1896) without its commands.
pub(super) fn without_commands(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, behind)) = rest.split_once('<') {
        out.push_str(before);
        if let Some(literal) = behind.strip_prefix('<') {
            out.push('<');
            rest = literal;
            continue;
        }
        let (command, behind) = behind.split_once('>').unwrap_or(("", behind));
        let hidden = command.eq_ignore_ascii_case("param");
        rest = if hidden { behind.split_once("</").map_or(behind, |(_, b)| b.split_once('>').map_or(b, |(_, b)| b)) } else { behind };
    }
    out + rest
}

/// Whether a text is the output of a program, not words: most of its lines begin or are built as those of logs and tables are.
pub(super) fn is_data(text: &str) -> bool {
    let said = || text.lines().map(str::trim).filter(|l| !l.is_empty()).take(200);
    let begins = |l: &str| l.starts_with(|c: char| c.is_ascii_digit() || "[{<#/;|".contains(c));
    let built = |l: &str| l.contains(['\t', '=', '|']) || l.matches([';', ',']).count() >= 3 && !l.ends_with('.');
    said().filter(|l| begins(l) || built(l)).count() * 2 > said().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_are_told_from_words() {
        let data = [
            "2026-11-02 08:30 GET /login 500\n2026-11-02 08:31 GET /",
            "[error] refused\n[info] retry",
            "name;code;date;x\na;b;c;d",
            "user=ada\ncode=NX",
        ];
        assert!(data.into_iter().all(is_data));
        let words = [
            "My code is NX-1.\nIt is refused.",
            "Voici la suite, avec l'image, le code, la date.\nMerci",
            "Call me.\n2 pm is fine.\nAda",
            "",
        ];
        assert!(!words.into_iter().any(is_data));
    }
}
