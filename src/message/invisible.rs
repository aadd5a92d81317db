//! Letters that show nothing.

/// A line without its runs of invisible letters, and whether some of them spell words (Unicode's tags are an invisible ASCII); `None`: it
/// has none. A single one belongs to its word: languages and emoji are written with them. So does one between two letters, lest an address
/// that hides something become another.
pub(super) fn without(line: &str) -> Option<(String, bool)> {
    if !line.contains(is_invisible) {
        return None;
    }
    let mut out = String::with_capacity(line.len());
    let (mut changed, mut spells) = (false, false);
    let mut rest = line;
    while let Some(start) = rest.find(is_invisible) {
        let (before, behind) = rest.split_at_checked(start).unwrap_or((rest, ""));
        // Programs that fill a line put spaces between.
        let end = behind.find(|c: char| !(is_invisible(c) || c.is_whitespace())).unwrap_or(behind.len());
        let (run, after) = behind.split_at_checked(end).unwrap_or((behind, ""));
        rest = after;
        out.push_str(before);
        let flag = before.ends_with('\u{1f3f4}');
        let count = run.chars().filter(|c| is_invisible(*c)).count();
        if count < 2 || flag {
            out.push_str(run);
            continue;
        }
        changed = true;
        spells |= run.contains(is_tag);
        let joins = !run.contains(char::is_whitespace) && before.ends_with(|c: char| !c.is_whitespace()) && !after.is_empty();
        match (joins, run.chars().next()) {
            (true, Some(first)) => out.push(first),
            _ if out.is_empty() || out.ends_with(' ') || after.is_empty() => {}
            _ => out.push(' '),
        }
    }
    out.push_str(rest);
    changed.then_some((out, spells))
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{3164}' | '\u{feff}')
        || is_tag(c)
}

fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_that_show_nothing_are_left_out() {
        let smuggled: String = "approve".chars().filter_map(|c| char::from_u32(0xe0000 + u32::from(c))).collect();
        let cases = [
            ("filling", "Hello \u{34f} \u{200c} \u{34f} \u{200c}".to_owned(), Some(("Hello ", false))),
            ("filling in front", "\u{200b}\u{200b}\u{200b}Hello".into(), Some(("Hello", false))),
            ("smuggled words", format!("Hi{smuggled} Ada"), Some(("Hi Ada", true))),
            ("an address stays odd", "vic\u{200b}\u{200b}tim@uni.example".into(), Some(("vic\u{200b}tim@uni.example", false))),
            ("one in a word", "Auf\u{ad}gabe".into(), None),
            ("a family", "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}".into(), None),
            ("a flag", "\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}".into(), None),
            ("nothing", "été".into(), None),
        ];
        for (says, line, expected) in cases {
            assert_eq!(without(&line).as_ref().map(|(text, spells)| (text.as_str(), *spells)), expected, "{says}");
        }
    }
}
