//! Addresses in a person's own words: every one of them, and the one that is stated as used with the platform.

mod domain;
pub mod used;

use std::ops::Range;
use std::sync::LazyLock;

use super::found::EmailMention;
use super::tokens::{fold, head};
use crate::message::pattern::{Pattern, pattern};

/// No more than this many addresses are read from one text.
const MOST: usize = 50;

/// `jean . tremblay at `, `marie (at) `, `jean dot roy at `: what stands before a domain where the `@` is spelled.
static SPELLED: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b([a-z0-9_+-]+(?:(?: \. |\.| \.| dot | point )[a-z0-9_+-]+)*)",
        r"(?: ?[\[({] ?(?:at|a|arobase) ?[\])}] ?| at | arobase | a commercial )"
    ))
});

/// Every address in `text`, in its order.
pub fn read(text: &str) -> Vec<EmailMention> {
    let text = head(text, 64 * 1024);
    let mut found: Vec<EmailMention> = text.match_indices('@').take(MOST).filter_map(|(at, _)| around(text, at)).collect();
    found.extend(spelled(text));
    found.sort_by_key(|m| m.span.start);
    found.dedup_by(|b, a| b.span.start < a.span.end || repeats(text, a, b));
    found
}

/// `ada@uni.example<mailto:ada@uni.example>`: one address, written twice by a program; the first takes the span of both.
fn repeats(text: &str, first: &mut EmailMention, second: &EmailMention) -> bool {
    let between = text.get(first.span.end..second.span.start).unwrap_or("").trim_end_matches(':');
    let bare = between.strip_suffix("mailto").unwrap_or(between);
    let same = first.address == second.address && bare.chars().all(|c| matches!(c, '<' | '[' | '(' | ' ' | '>' | ']'));
    if same {
        first.span.end = second.span.end;
    }
    same
}

fn contains_fold(text: &str, needle: &str) -> bool {
    text.as_bytes().windows(needle.len()).any(|w| w.eq_ignore_ascii_case(needle.as_bytes()))
}

fn is_local(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%' | '\'' | '’' | '~' | '=')
}

/// The address around the `@` at byte `at`, blanks beside the `@` or the last dot forgiven.
fn around(text: &str, at: usize) -> Option<EmailMention> {
    let before = text.get(..at)?;
    let spaced = before.ends_with(' ') && text.get(at + 1..)?.starts_with(|c: char| c.is_alphanumeric() || c == ' ');
    let left = if spaced { before.trim_end_matches(' ') } else { before };
    let start = left.char_indices().rev().take(80).take_while(|(_, c)| is_local(*c)).last()?.0;
    let local = left.get(start..)?;
    let skipped = local.len() - without_label(local).trim_start_matches(['.', '\'', '’', '-', '=', '%']).len();
    let (start, local) = (start + skipped, local.get(skipped..)?);
    if local.is_empty() || !local.contains(char::is_alphanumeric) {
        return None;
    }
    let after = text.get(at + 1..)?;
    let signs = after.len() - after.trim_start_matches('@').len();
    let rest = after.get(signs..)?;
    let gap = rest.len() - rest.trim_start_matches(' ').len();
    if gap > 1 || signs > 1 {
        return None;
    }
    let (domain, length) = domain::read(rest.get(gap..)?, false)?;
    // With blanks beside the `@`, only a dotted domain tells an address from `@home` and `exam @ 9`.
    if (gap == 1 || spaced) && !domain.contains(['.', ',']) {
        return None;
    }
    let address = format!("{local}{}{domain}", "@".repeat(signs + 1)).to_lowercase();
    let suggest = suggest(&address);
    Some(EmailMention { address, suggest, span: start..at + 1 + signs + gap + length })
}

/// `email=ada@uni.example`: a label is no part of the address.
fn without_label(local: &str) -> &str {
    const LABELS: &[&str] =
        &["email", "e-mail", "mail", "courriel", "adresse", "address", "user", "username", "login", "to", "from", "mel"];
    match local.split_once('=') {
        Some((label, rest)) if LABELS.iter().any(|l| l.eq_ignore_ascii_case(label)) => rest,
        _ => local,
    }
}

/// Bytes before a spelled `@` in which its local part is looked for, and behind it in which it ends.
const BEFORE: usize = 90;
const BEHIND: usize = 20;

/// Where an `@` may be spelled in words: most texts say "at" only of hours, and then no dotted name follows.
fn hints(text: &str) -> impl Iterator<Item = usize> {
    const HINTS: [&[u8]; 8] = [b" at ", b"(at)", b"[at]", b"{at}", b"( at )", b"(a)", b"arobase", b"a commercial"];
    let bytes = text.as_bytes();
    let hint = |at: usize| HINTS.iter().find(|h| bytes.get(at..at + h.len()).is_some_and(|b| b.eq_ignore_ascii_case(h)));
    let domain_follows = move |at: usize, length: usize| {
        let rest = text.get(at + length..).unwrap_or("").trim_start_matches([' ', ')', ']', '}']);
        domain::read(rest, true).is_some_and(|(domain, _)| domain.contains('.'))
    };
    let may_begin = |two: &[u8]| matches!(two, [b' ' | b'(' | b'[' | b'{', b'a' | b'A'] | [b'(', b' '] | [b'a' | b'A', b'r' | b'R' | b' ']);
    let found = bytes.windows(2).enumerate().filter(move |(_, two)| may_begin(two)).map(|(at, _)| at);
    found.filter(move |at| hint(*at).is_some_and(|h| domain_follows(*at, h.len())))
}

fn spelled(text: &str) -> Vec<EmailMention> {
    let mut found: Vec<EmailMention> = Vec::new();
    for hint in hints(text).take(2_000) {
        let from = text.floor_char_boundary(hint.saturating_sub(BEFORE));
        let part = text.get(from..text.floor_char_boundary((hint + BEHIND).min(text.len()))).unwrap_or("");
        for captures in SPELLED.captures_iter(part) {
            let (Some(whole), Some(local)) = (captures.get(0), captures.get(1)) else { continue };
            let (start, end) = (from + whole.start(), from + whole.end());
            let Some((domain, length)) = text.get(end..).and_then(|rest| domain::read(rest, true)) else { continue };
            let span = start..end + length;
            let words = local.as_str().to_lowercase();
            let name: String = words.split_whitespace().map(|w| if matches!(w, "dot" | "point") { "." } else { w }).collect();
            let known = found.iter().any(|m| m.span == span);
            if !known && is_spelled(text, span.clone(), &name, &domain) {
                let address = format!("{name}@{domain}").to_lowercase();
                found.push(EmailMention { suggest: suggest(&address), address, span });
            }
        }
    }
    found
}

/// Whether a spelled address is one, and not words around an `at`.
fn is_spelled(text: &str, span: Range<usize>, name: &str, domain: &str) -> bool {
    let whole = text.get(span.clone()).unwrap_or("");
    let bracketed = whole.contains(['(', '[', '{']) || contains_fold(whole, "arobase");
    let said = text.get(..span.start).is_some_and(|before| {
        let tail = fold(before.get(before.floor_char_boundary(before.len().saturating_sub(30))..).unwrap_or(""));
        ["mail", "adress", "courriel"].iter().any(|w| tail.contains(w))
    });
    let dotted = name.contains(['.', '_']) || name.contains(|c: char| c.is_ascii_digit());
    let spelled_dot = [" dot ", " point ", " . "].iter().any(|d| contains_fold(whole, d));
    let sure = bracketed || said || (dotted && (spelled_dot || name.contains('.'))) || domain::is_provider(domain);
    let ends = domain.rsplit_once('.').is_some_and(|(_, e)| e.len() >= 2 && e.chars().all(char::is_alphabetic));
    sure && ends
}

/// The whole corrected address, where `address` looks miswritten.
fn suggest(address: &str) -> Option<String> {
    let (local, domain) = address.split_once('@')?;
    let mut better_local = local.trim_matches('.').to_owned();
    while better_local.contains("..") {
        better_local = better_local.replace("..", ".");
    }
    let better_local = better_local.strip_prefix("www.").unwrap_or(&better_local).to_owned();
    let mut dotted = domain.trim_start_matches('@').replace([',', ' '], ".");
    while dotted.contains("..") {
        dotted = dotted.replace("..", ".");
    }
    let better_domain = domain::provider_meant(&dotted).unwrap_or(dotted);
    let better = format!("{better_local}@{better_domain}");
    (better != address && better_domain.contains('.')).then_some(better)
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
            ("ada . roy at uni . example. Please help me", "ada.roy@uni.example", None),
            ("I wrote. ada . roy at uni . example. it fails", "ada.roy@uni.example", None),
            ("ada@uni.example.Please resend", "ada@uni.example", None),
            ("ada@uni.example.merci d'avance", "ada@uni.example", None),
            ("ada@mail.edu.uni.example.", "ada@mail.edu.uni.example", None),
            ("ada@uni. example", "ada@uni.example", None),
            ("ada @ uni . example . Thanks", "ada@uni.example", None),
            ("ada@uni.example<mailto:ada@uni.example>", "ada@uni.example", None),
            ("[ada@uni.example](mailto:ada@uni.example)", "ada@uni.example", None),
            ("email=ada@uni.example", "ada@uni.example", None),
            ("twitter @aroy, mail ada@uni.example", "ada@uni.example", None),
            ("ada dot roy at uni dot example", "ada.roy@uni.example", None),
            ("ada@@gmail.com", "ada@@gmail.com", Some("ada@gmail.com")),
            ("bounce+ada=uni.example@mail.example", "bounce+ada=uni.example@mail.example", None),
        ];
        for (text, address, suggestion) in cases {
            assert_eq!(addresses(text), [(address.to_owned(), suggestion.map(str::to_owned))], "{text}");
        }
    }

    #[test]
    fn other_words_are_no_addresses() {
        for text in [
            "@",
            "@home",
            "me@",
            "see you at work. Thanks",
            "look at nexam.example",
            "exam @ 9am",
            "a @ b",
            "10@ each",
            "@@@@",
            "meet @ noon. Thanks",
            "@ada_roy",
        ] {
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
            (
                "I write from jt99@gmail.com because I cannot open my mailbox ada@uni.example where the invitation was sent.",
                Some("ada@uni.example"),
            ),
            ("Not ada@uni.example but ada.roy@uni.example is the right one, that is what I used.", Some("ada.roy@uni.example")),
            ("Pas ada@uni.example, mon compte est ada.roy@uni.example", Some("ada.roy@uni.example")),
            ("Please change the address of old@uni.example to the address I'm writing from, new@home.example", Some("old@uni.example")),
            ("Please change it to the address I'm writing from, new@home.example", None),
            ("I asked for a new password with ada@uni.example and no mail comes", Some("ada@uni.example")),
            ("J'ai choisi un nouveau mot de passe avec ada@uni.example, refusé", Some("ada@uni.example")),
            ("I chose a new password, and signing in with ada@uni.example still fails", Some("ada@uni.example")),
            ("Je demande un nouveau code pour ada@uni.example", Some("ada@uni.example")),
            ("en me connectant avec ada@uni.example rien ne marche", Some("ada@uni.example")),
            ("J'utilise ada@uni.example", Some("ada@uni.example")),
            ("mon mail cest ada@uni.example", Some("ada@uni.example")),
            ("L'adresse que j'ai donnée à l'inscription : ada@uni.example", Some("ada@uni.example")),
            ("Bonjour,\n\nAda Roy\n\nada@uni.example, c'est la seule que j'ai\n\nDroit notarial", Some("ada@uni.example")),
            ("It fails.\n\nAda Roy\nada@uni.example | ext. 44", None),
            ("It fails.\n\nAda Roy\nada@uni.example, Faculty of Law", None),
            ("I have a new address, ada@home.example", None),
            ("ma prof jean@uni.example m'a dit que je suis inscrite avec ada@uni.example", Some("ada@uni.example")),
        ];
        for (text, expected) in cases {
            assert_eq!(stated(text).as_deref(), expected, "{text}");
        }
    }
}
