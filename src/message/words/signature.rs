//! Where a person's words end and a signature, a device's line or a lawyer's footer begins.

use std::sync::LazyLock;

use super::device::{is_device, is_sender};
use super::legal::{is_legal, is_list_footer, is_own, is_register};
use super::speech::{goes_on, is_office, is_open, resumes};
use crate::message::pattern::{Pattern, pattern};

/// A block behind a row of dashes is a signature up to this many lines; a longer one is a part of the message.
const LONGEST: usize = 14;
/// Footers stand in the last so many lines.
const FOOTERS: usize = 60;
/// A sign-off stands in the last so many lines.
const SIGN_OFF: usize = 22;

/// Which of `lines` are signature and footers. Only the `last` stretch of a mail can end in a block that no mark sets off: between
/// quotes, such a block is an answer.
pub(super) fn mark(lines: &[&str], last: bool) -> Vec<bool> {
    let mut cut = vec![false; lines.len()];
    let mut end = lines.len();
    if let Some(at) = delimiter(lines) {
        // Below the name, the person may go on: those words are read as a mail of their own.
        let below = lines.get(at + 1..).unwrap_or_default();
        let resumed = resumes(below).map_or(lines.len(), |after| at + 1 + after);
        set(&mut cut, at, resumed);
        for (cut, more) in cut.iter_mut().skip(resumed).zip(mark(lines.get(resumed..).unwrap_or_default(), false)) {
            *cut = more;
        }
        end = at;
    }
    let mut at = end.saturating_sub(FOOTERS);
    while at < end {
        match footer(lines.get(..end).unwrap_or_default(), at) {
            Some(length) => {
                let from = rule_above(lines, at);
                set(&mut cut, from, at + length);
                if at + length >= end {
                    end = from;
                }
                at += length.max(1);
            }
            None => at += 1,
        }
    }
    if last {
        let own = lines.get(..end).unwrap_or_default();
        let block = sign_off(own).or_else(|| contact_block(own).map(|from| (from, end))).or_else(|| dashed_name(own).map(|at| (at, end)));
        if let Some((from, to)) = block {
            set(&mut cut, from, to);
        }
    }
    cut
}

/// How many of the lines that a program marked as signature are one: none where most are prose, and fewer where somebody typed below it.
pub(super) fn length(lines: &[&str]) -> usize {
    if is_prose(lines) {
        return 0;
    }
    let typed = lines.iter().position(|l| is_own(l) && is_sentence(l) && !is_device(l.trim()));
    typed.into_iter().chain(resumes(lines)).min().unwrap_or(lines.len())
}

fn set(cut: &mut [bool], from: usize, to: usize) {
    cut.iter_mut().take(to).skip(from).for_each(|c| *c = true);
}

/// How many lines at `at` are a device's line or a footer; to the end, unless a person goes on below.
fn footer(lines: &[&str], at: usize) -> Option<usize> {
    let line = lines.get(at)?.trim();
    let rest = lines.get(at + 1..).unwrap_or_default();
    if line.is_empty() {
        return None;
    }
    if is_device(line) {
        let open = lines.get(..at).unwrap_or_default().iter().rfind(|l| !l.trim().is_empty()).is_some_and(|l| is_open(l));
        if only_footers(rest) && !(open && rest.iter().any(|l| !l.trim().is_empty())) {
            return Some(rest.len() + 1);
        }
        // Between a person's words it stands alone; a step that somebody tells of has others next to it.
        let blank = |line: Option<&&str>| line.is_none_or(|l| l.trim().is_empty());
        let above = at.checked_sub(1).and_then(|above| lines.get(above));
        let apart = blank(above) || above.is_some_and(|l| is_sentence(l)) && rest.first().is_some_and(|l| goes_on(l));
        let alone = apart && (blank(rest.first()) || is_sender(line));
        return alone.then_some(1);
    }
    if !is_legal(line) {
        return None;
    }
    let paragraph = rest.iter().position(|l| l.trim().is_empty()).unwrap_or(rest.len());
    let spoken = rest.iter().skip(paragraph).any(|l| is_spoken(l));
    let begins = lines.iter().take(at).all(|l| l.trim().is_empty());
    Some(if spoken || begins { paragraph + 1 } else { rest.len() + 1 })
}

/// A person speaks: of themselves, or by asking.
fn is_spoken(line: &str) -> bool {
    let line = line.trim();
    (is_own(line) && line.split_whitespace().count() >= 3 || line.ends_with(['?', '？'])) && !is_legal(line) && !is_device(line)
}

/// What stands below a device's line belongs to it unless a person goes on writing there.
fn only_footers(lines: &[&str]) -> bool {
    let mut words = lines.iter().map(|l| l.trim()).filter(|l| !l.is_empty());
    words.clone().count() <= 8
        && !words.clone().any(goes_on)
        && words.all(|l| is_legal(l) || l.chars().count() <= 60 && !l.ends_with(['?', '!', ',']) && !is_sentence(l) && !is_own(l))
}

/// The bare "-" or row of signs above a footer belongs to it, and the blank lines between.
fn rule_above(lines: &[&str], at: usize) -> usize {
    let Some(above) = lines.get(..at).unwrap_or_default().iter().rposition(|l| !l.trim().is_empty()) else { return at };
    let is_rule = lines.get(above).is_some_and(|l| is_row(l.trim(), 1));
    if is_rule && at - above <= 2 { above } else { at }
}

fn is_row(line: &str, least: usize) -> bool {
    let mut letters = line.chars();
    let Some(first) = letters.next() else { return false };
    "-_=*~#–—".contains(first) && line.chars().count() >= least && letters.all(|c| c == first || c == ' ')
}

/// The "-- " of RFC 3676 section 4.3 and its relatives.
fn delimiter(lines: &[&str]) -> Option<usize> {
    lines.iter().enumerate().find_map(|(at, line)| opens_signature(lines, at, line).then_some(at))
}

fn opens_signature(lines: &[&str], at: usize, line: &str) -> bool {
    let mark = line.trim();
    if !mark.starts_with(['-', '_', '=', '*', '~', '#', '—', '–']) {
        return false;
    }
    let proper = matches!(mark, "--" | "—" | "–" | "––" | "- -") && !line.starts_with("    ");
    let drawn = is_row(mark, 3) || mark == "__";
    if !(proper || drawn) {
        return false;
    }
    let rest = lines.get(at + 1..).unwrap_or_default();
    let near = rest.get(..rest.len().min(3 * LONGEST)).unwrap_or_default();
    let short = rest.len() <= LONGEST && rest.iter().all(|l| l.chars().count() <= 100);
    let spoken = near.iter().any(|l| l.trim_end().ends_with('?'));
    if drawn && near.iter().take(4).any(|l| is_list_footer(l)) {
        return true;
    }
    if spoken || !(short || proper && rest.len() <= 3 * LONGEST) {
        return short && proper && line == "-- ";
    }
    // Only the mark with its space is beyond doubt; people draw lines between paragraphs and around what they copied.
    if line != "-- " && (is_announced(lines, at) || is_prose(near) || is_boxed(near)) {
        return false;
    }
    proper || signs(rest) && !rest.iter().any(|l| is_sentence(l) && !is_legal(l.trim()))
}

/// The line above says that something follows.
fn is_announced(lines: &[&str], at: usize) -> bool {
    let above = lines.get(..at).unwrap_or_default().iter().rev().map(|l| l.trim()).find(|l| !l.is_empty());
    above.is_some_and(|l| l.ends_with([':', '：']))
}

/// Another row closes what this one opened, and more follows.
fn is_boxed(rest: &[&str]) -> bool {
    let Some(close) = rest.iter().position(|l| is_row(l.trim(), 2)) else { return false };
    let behind = rest.get(close + 1..).unwrap_or_default();
    behind.iter().map(|l| l.trim()).find(|l| !l.is_empty()).is_some_and(|l| !is_legal(l) && !is_list_footer(l) && !is_device(l))
}

fn is_sentence(line: &str) -> bool {
    let line = line.trim();
    let last = line.rsplit(' ').next().unwrap_or(line).trim_end_matches('.');
    // "Clinica Sud S.r.l.", "Hill Press Ltd."
    let abbreviated = line.ends_with('.') && (last.contains('.') || last.len() <= 4 && last.starts_with(char::is_uppercase));
    !abbreviated
        && line.ends_with(['.', '?', '!', '…', '。', '？', '！'])
        && (line.split_whitespace().filter(|w| w.starts_with(char::is_alphabetic)).count() >= 3
            || !line.is_ascii() && line.chars().count() > 12)
}

/// Most lines are sentences; footers are not counted.
fn is_prose(lines: &[&str]) -> bool {
    let said = || lines.iter().map(|l| l.trim()).filter(|l| !l.is_empty() && !is_legal(l) && !is_device(l));
    let sentences = said().filter(|l| is_sentence(l)).count();
    sentences * 2 > said().count()
}

/// A block that tells who somebody is: a way to reach them, or a name on its first line and nothing like a sentence.
fn signs(lines: &[&str]) -> bool {
    let lines: Vec<&str> = lines.iter().map(|l| l.trim()).filter(|l| !l.is_empty()).collect();
    let contact = lines.iter().any(|l| CONTACT.is_match(l) || ROLE.is_match(l));
    let named = lines.first().is_some_and(|l| is_name(l)) && lines.iter().all(|l| l.chars().count() <= 60 && !l.ends_with(['.', '!', '?']));
    !lines.is_empty() && (contact || named)
}

/// One to four words that begin with capitals.
fn is_name(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    (1..=4).contains(&words.len()) && words.iter().all(|w| w.chars().next().is_some_and(char::is_uppercase)) && !line.contains([':', '@'])
}

/// What stands below a sign-off ("Best regards"), when it tells how to reach somebody: from there to the end, or to where a person goes on.
fn sign_off(lines: &[&str]) -> Option<(usize, usize)> {
    let from = lines.len().saturating_sub(SIGN_OFF);
    let closing = |l: &&str| l.len() < 80 && CLOSING.is_match(l.trim()) && !ANNOUNCES.is_match(l);
    let at = from + lines.get(from..)?.iter().rposition(closing)?;
    let below = lines.get(at + 1..)?;
    let end = below.iter().position(|l| goes_on(l)).unwrap_or(below.len());
    // A gap stays between the sign-off and what is said below the name.
    let end = below.get(..end)?.iter().rposition(|l| !l.trim().is_empty()).map_or(0, |at| at + 1);
    let block = below.get(..end)?;
    let said = || block.iter().map(|l| l.trim()).filter(|l| !l.is_empty());
    let plain = said().all(|l| {
        let wanted = is_register(l) || is_legal(l) || is_office(l);
        wanted || l.chars().count() <= 100 && !l.ends_with(['?', '!', ':', '：']) && !is_form(l) && !is_sentence(l) && !is_own(l)
    });
    let reached = said().any(|l| CONTACT.is_match(l) || is_register(l)) || said().filter(|l| ROLE.is_match(l)).count() >= 2;
    (plain && reached && said().count() <= LONGEST).then_some((at + 1, at + 1 + end))
}

/// A last block of short lines that begins with a name and holds a way to reach somebody. Without a sign-off above it may as well be what the
/// mail is about: never when the words above announce it, or its lines carry labels of their own.
fn contact_block(lines: &[&str]) -> Option<usize> {
    let end = lines.iter().rposition(|l| !l.trim().is_empty())? + 1;
    let start = lines.get(..end)?.iter().rposition(|l| l.trim().is_empty()).map(|at| at + 1)?;
    let block: Vec<&str> = lines.get(start..end)?.iter().map(|l| l.trim()).collect();
    let first = block.first()?;
    let bars = first.matches(" | ").count() + first.matches(" · ").count();
    let plain = block.iter().all(|l| {
        let sentence = l.ends_with(['?', '!', ';', ':']) || is_sentence(l) || l.ends_with([',', '.']) && l.chars().count() > 45;
        l.chars().count() <= if bars >= 2 { 160 } else { 80 } && !sentence && !is_labelled(l) && !goes_on(l)
    });
    let shaped = (3..=9).contains(&block.len()) && is_name(first.split([',', '|', '(']).next().unwrap_or(first).trim())
        || bars >= 2 && block.len() <= 3;
    let reached = block.iter().any(|l| CONTACT.is_match(l));
    let above = lines.get(..start)?.iter().rev().map(|l| l.trim()).skip_while(|l| l.is_empty());
    let mut paragraph = above.take_while(|l| !l.is_empty()).take(4).peekable();
    let told = paragraph.peek().is_some() && !paragraph.any(|l| l.ends_with([':', '：']) || bars < 2 && ANNOUNCES.is_match(l));
    (plain && shaped && reached && told).then_some(start)
}

/// A field of a form: it is the message.
pub(super) fn is_form(line: &str) -> bool {
    FORM.is_match(line)
}

/// "Old: a@b.example": a label that no signature uses.
fn is_labelled(line: &str) -> bool {
    let Some((label, _)) = line.split_once([':', '：', '=']) else { return false };
    let label = label.trim();
    label.len() < 30
        && !label.contains(['|', '@', '+'])
        && !CONTACT_LABEL.is_match(label)
        && !label.starts_with("http")
        && !label.starts_with("www")
}

/// "-Leo" as the last line.
fn dashed_name(lines: &[&str]) -> Option<usize> {
    let at = lines.iter().rposition(|l| !l.trim().is_empty())?;
    let line = lines.get(at)?.trim();
    let name = line.trim_start_matches(['-', '–', '—', '~']);
    let dashes = line.len() - name.len();
    let spaced = name.starts_with(' ');
    let fits = dashes > 0 && (!spaced || dashes >= 2) && is_name(name) && name.chars().all(|c| c.is_alphabetic() || " .'’-".contains(c));
    let above = lines.get(..at)?;
    let apart = above.last().is_some_and(|l| l.trim().is_empty()) && !is_announced(lines, at);
    let ends = above.iter().rev().find(|l| !l.trim().is_empty()).is_some_and(|l| is_sentence(l));
    (fits && apart && ends && name.split_whitespace().count() <= 3).then_some(at)
}

/// A way to reach somebody.
static CONTACT: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\+?\d[\d\s().-]{7,}\d|\b(t[ée]l|phone|fax|tlf|puh|cell?|mobile|ext)\b\.?|\bposte \d|www\.|https?://|\w \| \w|@[\w-]+\.\w|\b[mtpe]: ?\S",
    )
});
/// What somebody is, and where.
static ROLE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(student|étudiante?|candidate?|coordonnat|coordinator|registrar|professeure?|professor|lecturer|teacher|infirmi[eè]re?|nurse|department|département|faculty|faculté|",
        r"university|université|universität|universidad|college|collège|cégep|ordre|school|hospital|responsable|manager|director|directrice|directeur|leiter(in)?|head of|gmbh|ltd|inc)\b"
    ))
});
/// Fields of a form: they are the message.
static FORM: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^([-*•] ?)?((first|last|full|family|given) name|name|nom( de famille| complet)?|prénom|e-?mail used|courriel utilisé|course|cours|vorname|nachname|nombre|apellidos?|",
        r"exam|evaluation|évaluation|examen|code.{0,20}|date.{0,20}|error.{0,20}|erreur.{0,20}|message.{0,20}|institution|établissement|school.{0,10}|old.{0,12}|new.{0,12}|user.{0,8}) *[:=]"
    ))
});
static CONTACT_LABEL: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^[\W_]*(t|p|m|e|f|w|c|o|d|h|tel|tél|téléphone|telefono|teléfono|telefon|phone|mobile?|mobil|cell?|cellulaire|handy|fax|e-?mail|mail|courriel|web|website|site( web)?|internet|url|",
        r"skype|linkedin|twitter|office|direct|bureau|ext|poste|tlf|puh|gsm|tel\.?/fax)\W*$"
    ))
});
/// The words above speak of the data that follows.
static ANNOUNCES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(address(es)?|details?|data|following|these|this|below|contacts?|call(ed)?|phone|reach|add(ed|ing)?|change|update|register|replace|invoice|accounts?|candidates?|students?|",
        r"persons?|names?|here (is|are)|new|coordonn\w+|adresses?|suivante?s?|voici|appele[rz]|joindre|ajoute[rz]?|facture|changer|modifier|inscri\w+|daten|folgende\w*|anschrift|rechnung|",
        r"hinzufügen|ändern|anrufen|erreichen|dirección|datos|siguientes?|añadir|cambiar|llamar|indirizzo|dati|seguent[ei]|aggiungere|endereço|dados|adres|gegevens|toevoegen|bellen)\b"
    ))
});
static CLOSING: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^((bien|très|many|with|most|mes|meilleures|avec|un|une|muy|les) )*(thanks?( you)?|thx|regards|best|sincerely|cheers|yours|kind(est)? regards|best (regards|wishes)|warm(est)? (regards|wishes)|",
        r"respectfully|merci.{0,30}|cordialement|bien à vous|salutations|bonne (journée|soirée|réception)|sincèrement|respectueusement|cdlt|au plaisir|amicalement|",
        r"mit (freundlichen|besten|lieben|herzlichen) grü(ß|ss)en|(viele|beste|liebe|schöne|herzliche|freundliche) grü(ß|ss)e|gru(ß|ss)|mfg|lg|vg|saludos?|atentamente|un saludo|cordiali saluti|distinti saluti|",
        r"saluti|grazie|(met )?(vriendelijke|hartelijke) groet(en)?|groet(en|jes)?|mvg|atenciosamente|cumprimentos|com os melhores cumprimentos|abraços?|obrigad[oa]|gracias|danke|bedankt|",
        r"(med )?(vänlig|vänliga) hälsning(ar)?|hälsningar|(med )?venlig hilsen|(med )?vennlig hilsen|hilsen|mvh|ystävällisin terveisin|terveisin|pozdrawiam|z poważaniem|с уважением|",
        r"trân trọng|s pozdravem|üdvözlettel|saygılarımla|cu stimă|敬具|此致|よろしくお願い(いた)?します)\b.{0,24}$"
    ))
});
