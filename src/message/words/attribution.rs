//! "On … wrote:" in many languages, wrapped over lines as programs do.

use std::sync::LazyLock;

use super::Line;
use super::quotes::LONGEST;
use crate::message::pattern::{Pattern, pattern};

/// Longest attribution in lines.
const WRAPPED: usize = 5;

/// The length of an attribution ("On … wrote:") at `at`.
pub(super) fn attribution(lines: &[Line], quoted: &[bool], at: usize) -> Option<usize> {
    let first = lines.get(at)?.text.trim();
    let addressed = first.contains('@');
    if !(addressed || first.ends_with([':', '：']) || ATTRIBUTION_START.is_match(first)) {
        return None;
    }
    if addressed && is_with_quote(first) {
        return Some(1);
    }
    let mut joined = String::new();
    for length in 1..=WRAPPED {
        let (line, is_quoted) = (lines.get(at + length - 1)?, quoted.get(at + length - 1) == Some(&true));
        if is_quoted || line.text.trim().is_empty() {
            return None;
        }
        joined.push_str(line.text.trim());
        if joined.len() > LONGEST {
            return None;
        }
        let next_is_quoted =
            lines.iter().zip(quoted).skip(at + length).find(|(l, _)| !l.text.trim().is_empty()).is_some_and(|(_, quoted)| *quoted);
        if is_attribution(&joined, next_is_quoted, length) {
            return Some(length);
        }
        joined.push(' ');
    }
    None
}

fn is_attribution(text: &str, next_is_quoted: bool, length: usize) -> bool {
    let dashed = text.starts_with("--") || text.starts_with("‐‐");
    let ends = text.ends_with([':', '：']) || dashed && text.ends_with("--") || next_is_quoted;
    if !ends {
        return false;
    }
    let verb = VERB.find_iter(text).last();
    let dated = DATE.is_match(text);
    let addressed = text.contains('@') || text.contains("[mailto");
    let before = verb.and_then(|v| text.get(..v.start())).unwrap_or("").trim_end();
    let (told, myself) = (TOLD.is_match(before), MYSELF.is_match(before));
    if length == 1 && (next_is_quoted || addressed) && QUOTING.is_match(text) {
        return true;
    }
    // Above a quote, words that a person wrote are no attribution; several lines are one only when they say when or who.
    if next_is_quoted && (myself || told && !(dated && ATTRIBUTION_START.is_match(text)) || length > 1 && !(dated || addressed)) {
        return false;
    }
    if next_is_quoted && (verb.is_some() || dated && (addressed || ATTRIBUTION_START.is_match(text))) && text.len() < 300 {
        // "Nexam Support a écrit :" above a quote needs no date; words that merely end in a colon do not write.
        return text.ends_with([':', '：']) || dashed || dated && (verb.is_some() || addressed);
    }
    if !text.ends_with([':', '：']) && !dashed {
        return false;
    }
    if let Some(verb) = verb {
        // Behind the verb stands a name, an address or nothing, never a sentence.
        let tail = text.get(verb.end()..).unwrap_or("");
        let named = !tail.contains(['?', '!']) && tail.len() < 160;
        return (dated || addressed) && !told && named && (ATTRIBUTION_START.is_match(text) || addressed);
    }
    // Gmail of old: "2026-11-02 8:30 GMT-05:00 Ada Roy <ada@uni.example>:"
    dated && addressed && text.contains('<') && text.ends_with(">:") && length <= 3 && LONG_DATE.is_match(text)
}

/// Yahoo on a phone: the quote goes on in the line of its attribution.
fn is_with_quote(text: &str) -> bool {
    text.len() > 30 && WITH_QUOTE.is_match(text) && DATE.is_match(text) && ATTRIBUTION_START.is_match(text)
}

/// Whether a text names a day or a time.
pub(super) fn is_dated(text: &str) -> bool {
    DATE.is_match(text)
}

/// "Quoting Ada Roy:", "Zitat von Ada Roy:"
static QUOTING: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^(quoting|quote from|zitat von|zitiere|citando( a)?|cita de|citation de|citant|citaat van|citeren|citerar|citat (från|fra|af)|cytat(uję)?|cytat od|lainaus|",
        r"цитирую|цитата|in reply to|in (answer|response) to) .{2,120}[:：]$"
    ))
});
static WITH_QUOTE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"<[^<>\s]+@[^<>\s]+> ?(wrote|a écrit|schrieb|escribió|ha scritto|escreveu|schreef|skrev|kirjoitti|napisał\(a\)|пишет|написал\(а\)|yazdı|đã viết) ?[:：]\s*\S|",
        r"\b(wrote|a écrit|schrieb|escribió|ha scritto|escreveu|schreef|skrev) ?: (> ?|  )\S"
    ))
});
static ATTRIBUTION_START: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r#"(?i)^["'«„]?(-{2,} *|‐{2,} *)?((on|le|am|el|il|em|op|den|dnia|w dniu|dne|i en (meddelelse|mail)|i ett meddelande|på|vào|lúc|pe|în|at|ngày|в|во|пн|вт|ср|чт|пт|сб|вс|tarihinde)\b|"#,
        r"((mon|tues|wednes|thurs|fri|satur|sun)(day)?\b|(mon|tue|wed|thu|fri|sat|sun),|(lun|mar|mer|jeu|ven|sam)(di|\.)|dimanche|dim\.|",
        r"(montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)|\d{1,4}\s?[-/.年]\s?\d|\d{1,2} \p{L}{3,}\.? \d{4}))",
    ))
});
static VERB: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(wrote|writes|has written|said|a écrit|écrit|écrivait|schrieb|schreef|skrev|geschrieben|geschreven|geskryf|kirjoitti|ha scritto|scritto|scrive|escribió|escribio|",
        r"escreveu|napisał|napisała|napisał\(a\)|pisze|đã viết|viết|написал|написала|написал\(а\)|пишет|писал|писала|писали|писал\(а\)|пише|писав|написав|napsal|napsala|napísal|a scris|írta|şunu yazdı|yazdı|",
        r"va escriure|ha escrit|έγραψε|rašė|rakstīja|kirjutas)\b|写道|寫道|写于|さんは書きました|のメール|님이 작성"
    ))
});
/// What a person tells of a page or of somebody is no attribution: "on Monday at 9:00 the page wrote:".
static TOLD: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(it|page|site|website|system|screen|message|platform|he|she|they|i|we|you|who|error|il|elle|ils|elles|on|nous|vous|j|ça|ca|cela|écran|ecran|plateforme|",
        r"système|systeme|qui|y|er|sie|ich|seite)( (has|have|had|just|then|me|m))?'?$"
    ))
});
static MYSELF: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"(?i)\b(i|we|je|nous|j|ich|wir|yo|ik|wij|jag|jeg|io|eu|я)( (have|had|just|already|ai|avais|avons|habe|hatte))?'?$")
});
static DATE: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"\d{1,2}\s?[:.hH]\s?\d{2}|\b(19|20)\d{2}\b|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}月"));
static LONG_DATE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"^\D{0,24}\d{1,4}.{0,40}\d{1,2}[:.hH]\d{2}|^\d{4}-\d{2}-\d{2}|^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|^\p{L}+, \d{1,2} \p{L}+ \d{4}")
});
