//! The domain of an address as people write it, and the mail provider that a mistyped one means.

/// Mail providers whose names people mistype; a domain of this list is never corrected.
const PROVIDERS: [&str; 54] = [
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

/// What an address commonly ends with.
const ENDINGS: &[&str] = &["com", "ca", "fr", "net", "org", "edu", "ch", "be", "example", "uk", "con", "eu", "info", "gov"];
/// Endings that are words as well.
const ORDINARY: &[&str] = &["ca", "be", "con", "info", "net"];

/// What stands between two labels of a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joint {
    /// ` . ` or ` .`
    Loose,
    /// `. `, which may as well end the sentence.
    Stop,
    /// `,` or `, `
    Comma,
    /// A blank.
    Blank,
    /// ` dot `, `[point]`
    Spelled,
}

/// The domain that `text` begins with, and how many bytes of it; `spelled`: the `@` was a word, so its dots may be.
pub(super) fn read(text: &str, spelled: bool) -> Option<(String, usize)> {
    let written = tight(text);
    let mut domain = without_sentence(written).to_owned();
    let mut end = domain.len();
    if domain.is_empty() {
        return None;
    }
    if end < written.len() {
        return Some((domain, end));
    }
    for _ in 0..4 {
        let rest = text.get(end..)?;
        let Some((joint, length)) = joint(rest, spelled) else { break };
        let run = tight(rest.get(length..).unwrap_or(""));
        let next = without_sentence(run);
        if next.is_empty() || !joins(&domain, joint, next, spelled) {
            break;
        }
        match joint {
            Joint::Comma => domain.push(','),
            Joint::Blank => {}
            _ => domain.push('.'),
        }
        domain.push_str(next);
        end += length + next.len();
    }
    Some((domain, end))
}

/// Labels with dots between and no blanks, without the marks that end a sentence.
fn tight(text: &str) -> &str {
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    let end = text.char_indices().take(253).find(|(_, c)| !inside(*c)).map_or(text.len().min(text.floor_char_boundary(253)), |(i, _)| i);
    let run = text.get(..end).unwrap_or("").trim_end_matches(['.', '-', '_']);
    if run.starts_with(['.', '-', '_']) { "" } else { run }
}

/// `uni.example.Please resend`: the next sentence began without a blank. Behind a known ending stands no label that no address ends with.
fn without_sentence(run: &str) -> &str {
    let mut run = run;
    while let Some((head, last)) = run.rsplit_once('.') {
        let earlier = head.split('.').skip(1).any(is_ending);
        let begins = last.starts_with(char::is_uppercase) && last.contains(char::is_lowercase) && !head.contains(char::is_uppercase);
        let word = matches!(last, "je" | "il" | "it" | "is" | "my" | "so" | "to" | "no" | "et" | "la");
        let plausible = is_ending(last) || (last.len() == 2 && last.is_ascii() && !word);
        if !earlier || (plausible && !begins) {
            break;
        }
        run = head.trim_end_matches('.');
    }
    run
}

fn is_ending(label: &str) -> bool {
    ENDINGS.iter().any(|e| e.eq_ignore_ascii_case(label))
}

fn joint(rest: &str, spelled: bool) -> Option<(Joint, usize)> {
    let fixed = [(" . ", Joint::Loose), (" .", Joint::Loose), (". ", Joint::Stop), (", ", Joint::Comma), (",", Joint::Comma)];
    fixed
        .iter()
        .find(|(written, _)| rest.starts_with(written))
        .map(|(written, joint)| (*joint, written.len()))
        .or_else(|| spelled_dot(rest).filter(|_| spelled).map(|length| (Joint::Spelled, length)))
        .or_else(|| rest.starts_with(' ').then_some((Joint::Blank, 1)))
}

/// ` dot `, `[point]`, ` ( dot ) `: its length.
fn spelled_dot(rest: &str) -> Option<usize> {
    let blank = |s: &str| usize::from(s.starts_with(' '));
    let mut at = blank(rest);
    let open = usize::from(rest.get(at..)?.starts_with(['[', '(', '{']));
    at += open;
    at += if open == 1 { blank(rest.get(at..)?) } else { 0 };
    let word = ["dot", "point"].iter().find(|w| rest.get(at..at + w.len()).is_some_and(|s| s.eq_ignore_ascii_case(w)))?;
    at += word.len();
    let behind = blank(rest.get(at..)?);
    if open == 0 {
        return (rest.starts_with(' ') && behind == 1).then_some(at + 1);
    }
    at += behind;
    rest.get(at..)?.starts_with([']', ')', '}']).then_some(())?;
    Some(at + 1 + blank(rest.get(at + 1..)?))
}

/// Whether the label `next` behind a joint belongs to the domain read so far.
fn joins(domain: &str, joint: Joint, next: &str, spelled: bool) -> bool {
    let complete = domain.rsplit_once('.').is_some_and(|(_, last)| is_ending(last));
    let known = is_ending(next) || (joint == Joint::Loose && next.rsplit('.').next().is_some_and(is_ending));
    let provider = || PROVIDERS.iter().any(|p| p.split('.').next().is_some_and(|name| name.eq_ignore_ascii_case(domain)));
    let ordinary = || ORDINARY.iter().any(|o| o.eq_ignore_ascii_case(next));
    let begins = next.starts_with(char::is_uppercase);
    match joint {
        Joint::Spelled => true,
        _ if complete => false,
        Joint::Loose => known || (spelled && !begins),
        Joint::Stop => known && !begins && (provider() || !ordinary()) && !next.eq_ignore_ascii_case("be"),
        Joint::Comma => known && !domain.contains('.'),
        Joint::Blank => known && provider() && !next.eq_ignore_ascii_case("be"),
    }
}

/// Whether `domain` is a mail provider's.
pub(super) fn is_provider(domain: &str) -> bool {
    PROVIDERS.contains(&domain)
}

/// Whether one letter too many, missing, wrong or in its neighbour's place makes the one of the other. What both begin and end with tells
/// at once for most.
fn is_one_slip(a: &str, b: &str) -> bool {
    let begin = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let end = a.bytes().rev().zip(b.bytes().rev()).take_while(|(a, b)| a == b).count();
    // A letter has up to four bytes, and two may change places.
    a.len().abs_diff(b.len()) <= 1 && begin + end + 8 >= a.len().max(b.len()) && strsim::osa_distance(a, b) <= 1
}

/// The mail provider that a mistyped domain means.
pub(super) fn provider_meant(domain: &str) -> Option<String> {
    if is_provider(domain) {
        return None;
    }
    let mended = match domain.rsplit_once('.') {
        Some((name, "con" | "cmo" | "comm" | "ocm" | "vom" | "xom" | "cm" | "om" | "coom" | "cim" | "clm")) => format!("{name}.com"),
        _ => domain.to_owned(),
    };
    let dotless = !mended.contains('.');
    let nearest = PROVIDERS.iter().filter(|p| p.len() >= 8).find(|p| {
        **p == mended
            || is_one_slip(p, &mended)
            || dotless && (p.replace('.', "") == mended || p.split('.').next().is_some_and(|n| n == mended && n != "mail"))
    });
    match nearest {
        Some(p) => Some((*p).to_owned()),
        None => (mended != domain).then_some(mended),
    }
}
