//! Addresses in a person's own words: every one of them, and the one that is stated as used with the platform.

pub mod used;

use std::sync::LazyLock;

use regex::Regex;

use super::found::EmailMention;
use super::tokens::head;

/// No more than this many addresses are read from one text.
const MOST: usize = 50;

/// Mail providers whose names people mistype; a domain of this list is never corrected.
const PROVIDERS: &[&str] = &[
    "gmail.com",
    "hotmail.com",
    "hotmail.ca",
    "hotmail.fr",
    "hotmail.co.uk",
    "hotmail.be",
    "outlook.com",
    "outlook.fr",
    "outlook.be",
    "live.com",
    "live.ca",
    "live.fr",
    "live.be",
    "msn.com",
    "yahoo.com",
    "yahoo.ca",
    "yahoo.fr",
    "yahoo.co.uk",
    "yahoo.co.in",
    "ymail.com",
    "icloud.com",
    "me.com",
    "mac.com",
    "aol.com",
    "mail.com",
    "email.com",
    "protonmail.com",
    "proton.me",
    "gmx.com",
    "gmx.ch",
    "gmx.net",
    "gmx.fr",
    "videotron.ca",
    "bell.net",
    "sympatico.ca",
    "rogers.com",
    "shaw.ca",
    "telus.net",
    "eastlink.ca",
    "orange.fr",
    "wanadoo.fr",
    "free.fr",
    "sfr.fr",
    "laposte.net",
    "neuf.fr",
    "bbox.fr",
    "bluewin.ch",
    "sunrise.ch",
    "skynet.be",
    "telenet.be",
    "proximus.be",
    "googlemail.com",
    "zoho.com",
    "fastmail.com",
];

/// `jean . tremblay at uni . example`, `marie (at) gmail.com`.
static SPELLED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)\b([a-z0-9_+-]+(?:(?: ?\. ?| dot | point )[a-z0-9_+-]+)*)(?: ?[\[({] ?(?:at|a|arobase) ?[\])}] ?| at | arobase | a commercial )",
        r"([a-z0-9-]+(?:(?: ?\. | \. ?|\.| ?[\[({] ?(?:dot|point) ?[\])}] ?| dot | point )[a-z0-9-]+)+)"
    ))
    .ok()
});

/// Every address in `text`, in its order.
pub fn read(text: &str) -> Vec<EmailMention> {
    let text = head(text, 64 * 1024);
    let mut found: Vec<EmailMention> = text.match_indices('@').take(MOST).filter_map(|(at, _)| around(text, at)).collect();
    let hint = [" at ", "(at)", "[at]", "{at}", "arobase", "( at )", "(a)", "a commercial"];
    if hint.iter().any(|h| contains_fold(text, h)) {
        found.extend(spelled(text));
    }
    found.sort_by_key(|m| m.span.start);
    found.dedup_by(|b, a| b.span.start < a.span.end);
    found
}

fn contains_fold(text: &str, needle: &str) -> bool {
    text.as_bytes().windows(needle.len()).any(|w| w.eq_ignore_ascii_case(needle.as_bytes()))
}

fn is_local(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%' | '\'' | '’' | '~' | '=')
}

fn is_domain(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '-' | '_')
}

/// The address around the `@` at byte `at`, blanks beside the `@` or the last dot forgiven.
fn around(text: &str, at: usize) -> Option<EmailMention> {
    let before = text.get(..at)?;
    let spaced = before.ends_with(' ') && text.get(at + 1..)?.starts_with(|c: char| c.is_alphanumeric() || c == ' ');
    let left = if spaced { before.trim_end_matches(' ') } else { before };
    let start = left.char_indices().rev().take(80).take_while(|(_, c)| is_local(*c)).last()?.0;
    let local = left.get(start..)?;
    let skipped = local.len() - local.trim_start_matches(['.', '\'', '’', '-', '=', '%']).len();
    let (start, local) = (start + skipped, local.get(skipped..)?);
    if local.is_empty() || !local.contains(char::is_alphanumeric) {
        return None;
    }
    let after = text.get(at + 1..)?;
    let gap = after.len() - after.trim_start_matches(' ').len();
    let rest = after.get(gap..)?;
    let run = rest.char_indices().take(253).find(|(_, c)| !is_domain(*c)).map_or(rest.len().min(253), |(i, _)| i);
    let domain = rest.get(..run)?.trim_end_matches(['.', '-', '_']);
    if domain.is_empty() || gap > 1 || (gap == 1 && !domain.contains('.')) {
        return None;
    }
    let tail = rest.get(domain.len()..)?;
    let (domain, length) = loose_ending(domain, tail);
    let end = at + 1 + gap + length;
    let address = format!("{local}@{domain}").to_lowercase();
    let suggest = suggest(&address);
    Some(EmailMention { address, suggest, span: start..end })
}

/// `gmail,com`, `gmail .com`, `uni . example`: the written ending belongs to the address where it is one.
fn loose_ending(domain: &str, tail: &str) -> (String, usize) {
    const ENDINGS: &[&str] = &["com", "ca", "fr", "net", "org", "edu", "ch", "be", "example", "uk", "con"];
    let sep = tail.len() - tail.trim_start_matches([' ', ',', '.']).len();
    let between = tail.get(..sep).unwrap_or("");
    let word = tail.get(sep..).unwrap_or("");
    let word = word.get(..word.find(|c: char| !c.is_alphanumeric()).unwrap_or(word.len())).unwrap_or("");
    let known = ENDINGS.iter().any(|e| e.eq_ignore_ascii_case(word));
    let provider = PROVIDERS.iter().any(|p| p.split('.').next().is_some_and(|name| name.eq_ignore_ascii_case(domain)));
    let joined = match between {
        "," | ", " => known && !domain.contains('.'),
        " ." | " . " => known,
        " " | ". " => known && provider && word != "be",
        _ => false,
    };
    if !joined {
        return (domain.to_owned(), domain.len());
    }
    let written = if between.contains(',') {
        ","
    } else if between.contains('.') {
        "."
    } else {
        " "
    };
    let glue = if written == " " { "" } else { written };
    (format!("{domain}{glue}{word}"), domain.len() + sep + word.len())
}

fn spelled(text: &str) -> Vec<EmailMention> {
    let Some(pattern) = SPELLED.as_ref() else { return Vec::new() };
    let mut found = Vec::new();
    for captures in pattern.captures_iter(text).take(MOST) {
        let (Some(whole), Some(local), Some(domain)) = (captures.get(0), captures.get(1), captures.get(2)) else { continue };
        let join = |s: &str| {
            let s = s.to_lowercase().replace([' ', '(', ')', '[', ']', '{', '}'], " ");
            s.split_whitespace().map(|w| if matches!(w, "dot" | "point") { "." } else { w }).collect::<String>()
        };
        let (name, domain) = (join(local.as_str()), join(domain.as_str()));
        let bracketed = whole.as_str().contains(['(', '[', '{']) || contains_fold(whole.as_str(), "arobase");
        let said = text.get(..whole.start()).is_some_and(|b| {
            let tail: String = b.chars().rev().take(30).collect::<Vec<_>>().into_iter().rev().collect::<String>().to_lowercase();
            ["mail", "adress", "address", "courriel"].iter().any(|w| tail.contains(w))
        });
        let dotted = name.contains(['.', '_']) || name.contains(|c: char| c.is_ascii_digit());
        let spelled_dot = [" dot ", " point ", " . "].iter().any(|d| whole.as_str().to_lowercase().contains(d));
        let sure = bracketed || said || (dotted && (spelled_dot || name.contains('.'))) || PROVIDERS.contains(&domain.as_str());
        let ends = domain.rsplit('.').next().is_some_and(|e| e.len() >= 2 && e.chars().all(char::is_alphabetic));
        if sure && ends {
            let address = format!("{name}@{domain}");
            found.push(EmailMention { suggest: suggest(&address), address, span: whole.range() });
        }
    }
    found
}

/// The whole corrected address, where `address` looks miswritten.
fn suggest(address: &str) -> Option<String> {
    let (local, domain) = address.split_once('@')?;
    let mut better_local = local.trim_matches('.').to_owned();
    while better_local.contains("..") {
        better_local = better_local.replace("..", ".");
    }
    let better_local = better_local.strip_prefix("www.").unwrap_or(&better_local).to_owned();
    let mut dotted = domain.replace([',', ' '], ".");
    while dotted.contains("..") {
        dotted = dotted.replace("..", ".");
    }
    let better_domain = provider_meant(&dotted).unwrap_or(dotted);
    let better = format!("{better_local}@{better_domain}");
    (better != address && better_domain.contains('.')).then_some(better)
}

/// The mail provider that a mistyped domain means.
fn provider_meant(domain: &str) -> Option<String> {
    if PROVIDERS.contains(&domain) {
        return None;
    }
    let mended = match domain.rsplit_once('.') {
        Some((name, "con" | "cmo" | "comm" | "ocm" | "vom" | "xom" | "cm" | "om" | "coom" | "cim" | "clm")) => format!("{name}.com"),
        _ => domain.to_owned(),
    };
    let nearest = PROVIDERS.iter().filter(|p| p.len() >= 8).find(|p| {
        **p == mended
            || strsim::osa_distance(p, &mended) <= 1
            || p.replace('.', "") == mended
            || p.split('.').next().is_some_and(|n| n == mended && n != "mail")
    });
    match nearest {
        Some(p) => Some((*p).to_owned()),
        None => (mended != domain).then_some(mended),
    }
}

#[cfg(test)]
mod tests {
    use super::used::used;
    use super::*;
    use crate::facts::tokens::Tokens;

    fn addresses(text: &str) -> Vec<(String, Option<String>)> {
        read(text).into_iter().map(|m| (m.address, m.suggest)).collect()
    }

    fn stated(text: &str) -> Option<String> {
        let mentions = read(text);
        used(&Tokens::of(text), &mentions, &["support@nexam.example"], Some("sender@home.example"))
            .and_then(|i| mentions.get(i))
            .map(|m| m.address.clone())
    }

    #[test]
    fn addresses_are_met_however_they_are_written() {
        let cases = [
            ("mail Jean.Tremblay@Uni.example.", "jean.tremblay@uni.example", None),
            ("(ada+exam@uni.example)", "ada+exam@uni.example", None),
            ("<mailto:ada@uni.example>", "ada@uni.example", None),
            ("'ada@uni.example',", "ada@uni.example", None),
            ("d’ada@uni.example", "d’ada@uni.example", None),
            ("ada@gmial.com", "ada@gmial.com", Some("ada@gmail.com")),
            ("ada@gmail.con", "ada@gmail.con", Some("ada@gmail.com")),
            ("ada@gmail,com", "ada@gmail,com", Some("ada@gmail.com")),
            ("ada@gmailcom", "ada@gmailcom", Some("ada@gmail.com")),
            ("ada@gmail", "ada@gmail", Some("ada@gmail.com")),
            ("ada@hotmal.com !", "ada@hotmal.com", Some("ada@hotmail.com")),
            ("ada@outlok.com", "ada@outlok.com", Some("ada@outlook.com")),
            ("ada@yahooo.fr", "ada@yahooo.fr", Some("ada@yahoo.fr")),
            ("ada..roy@uni.example", "ada..roy@uni.example", Some("ada.roy@uni.example")),
            ("ada @uni.example", "ada@uni.example", None),
            ("ada@ uni.example", "ada@uni.example", None),
            ("ada@uni .example", "ada@uni.example", None),
            ("write ada . roy at uni . example please", "ada.roy@uni.example", None),
            ("ada (at) uni.example", "ada@uni.example", None),
            ("my email is ada dot roy at gmail dot com", "ada.roy@gmail.com", None),
            ("ada[at]uni[dot]example", "ada@uni.example", None),
            ("ada@ymail.com", "ada@ymail.com", None),
            ("ada@hotmail.be", "ada@hotmail.be", None),
            ("été@école.example", "été@école.example", None),
            ("ada@uni.example. Merci", "ada@uni.example", None),
        ];
        for (text, address, suggestion) in cases {
            assert_eq!(addresses(text), [(address.to_owned(), suggestion.map(str::to_owned))], "{text}");
        }
    }

    #[test]
    fn other_words_are_no_addresses() {
        for text in ["@", "@home", "me@", "see you at work. Thanks", "look at nexam.example", "exam @ 9am", "a @ b", "10@ each", "@@@@"] {
            assert_eq!(addresses(text), [], "{text}");
        }
    }

    #[test]
    fn the_stated_address_is_the_one_used_with_the_platform() {
        let cases = [
            ("I am registered as ada@uni.example", Some("ada@uni.example")),
            ("mon compte : ada@uni.example", Some("ada@uni.example")),
            ("The invitation comes from no-reply@nexam.example", None),
            ("Please change my address from old@uni.example to new@home.example", Some("old@uni.example")),
            ("Changez mon adresse ada@uni.example par roy@home.example", Some("ada@uni.example")),
            ("mettre nouveau@uni.example au lieu de ancien@uni.example", Some("ancien@uni.example")),
            ("use new@uni.example instead of old@uni.example, change it please", Some("old@uni.example")),
            ("Please use my new address new@home.example from now on", None),
            ("l'ancienne était a@uni.example, la nouvelle est b@uni.example", Some("a@uni.example")),
            ("You can reach me at home@mail.example", None),
            ("Vous pouvez me joindre à home@mail.example", None),
            ("My coordinator (boss@uni.example) says I am on the list", None),
            ("My coordinator boss@uni.example registered me. I use ada@uni.example", Some("ada@uni.example")),
            ("I wrote to support@nexam.example last week, account ada@uni.example", Some("ada@uni.example")),
            ("It fails.\n\nAda Roy\nada@uni.example", None),
            ("Email: ada@uni.example", Some("ada@uni.example")),
            ("swap my email, im ada@uni.example right now and want roy@uni.example", Some("ada@uni.example")),
            ("ma prof jean@uni.example m'a dit que je suis inscrite avec ada@uni.example", Some("ada@uni.example")),
        ];
        for (text, expected) in cases {
            assert_eq!(stated(text).as_deref(), expected, "{text}");
        }
    }
}
