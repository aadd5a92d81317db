//! The person's own words: a body without quoted mail, without signature and footers. Losing words is worse than leaving a quote.

use std::sync::LazyLock;

use regex::Regex;

use super::automatic::pattern;

/// One line of a body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Its text, without line end.
    pub text: String,
    /// It stands in a block that the mail program marked as quoted.
    pub quoted: bool,
}

/// A body taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// Without quotes; the signature is kept.
    pub new_text: String,
    /// Without signature and footers too.
    pub clean: String,
    /// What was cut as quoted.
    pub quoted: Option<String>,
    /// What was cut as signature.
    pub signature: Option<String>,
}

/// Takes a body apart.
pub fn own(lines: &[Line]) -> Words {
    let quoted = mark_quotes(lines);
    let pick = |want: bool| {
        let picked: Vec<&str> = lines.iter().zip(&quoted).filter(|(_, q)| **q == want).map(|(l, _)| l.text.as_str()).collect();
        tidy(&picked)
    };
    let (mut new_text, mut quote) = (pick(false), pick(true));
    if !new_text.chars().any(char::is_alphabetic) && !quote.is_empty() {
        // Nothing but a forward: the forwarded words are all there is to read.
        new_text = without_forward_head(&quote);
        quote = String::new();
    }
    let (clean, signature) = cut_signature(&new_text);
    Words { new_text, clean, quoted: some(without_marks(&quote)), signature: some(signature) }
}

fn some(text: String) -> Option<String> {
    (!text.trim().is_empty()).then_some(text)
}

/// Joins lines, drops blank ones at both ends and more than one in a row.
fn tidy(lines: &[&str]) -> String {
    let mut out = String::new();
    let mut blank = false;
    for line in lines {
        let line = line.trim_end();
        if line.is_empty() {
            blank = !out.is_empty();
            continue;
        }
        if !out.is_empty() {
            out.push_str(if blank { "\n\n" } else { "\n" });
        }
        blank = false;
        out.push_str(line);
    }
    out
}

fn without_marks(quote: &str) -> String {
    quote.lines().map(|l| l.trim_start_matches(['>', ' ']).to_owned()).collect::<Vec<_>>().join("\n")
}

fn without_forward_head(quote: &str) -> String {
    let plain = without_marks(quote);
    let lines: Vec<&str> = plain.lines().collect();
    let head =
        lines.iter().take_while(|l| l.trim().is_empty() || FORWARD.is_match(l) || FIELD.is_match(l) || SEPARATOR.is_match(l)).count();
    tidy(lines.get(head..).unwrap_or_default())
}

/// Which lines are quoted.
fn mark_quotes(lines: &[Line]) -> Vec<bool> {
    let mut quoted: Vec<bool> = lines.iter().map(|l| l.quoted || l.text.trim_start().starts_with('>')).collect();
    let mut at = 0;
    while at < lines.len() {
        if quoted.get(at) == Some(&true) {
            at += 1;
            continue;
        }
        match start_at(lines, &quoted, at) {
            Some(Start::Attribution(length)) => {
                mark(&mut quoted, at, at + length);
                at += length;
                let rest_is_marked = (at..lines.len()).any(|i| quoted.get(i) == Some(&true));
                if !rest_is_marked {
                    // The quoted text carries no mark of its own, so all of the rest is it.
                    mark(&mut quoted, at, lines.len());
                }
            }
            Some(Start::Rest) => {
                mark(&mut quoted, at, lines.len());
                at = lines.len();
            }
            None => at += 1,
        }
    }
    quoted
}

fn mark(quoted: &mut [bool], from: usize, to: usize) {
    quoted.iter_mut().take(to).skip(from).for_each(|q| *q = true);
}

enum Start {
    /// "On … wrote:", this many lines long.
    Attribution(usize),
    /// Everything from here on is another mail.
    Rest,
}

fn start_at(lines: &[Line], quoted: &[bool], at: usize) -> Option<Start> {
    let text = lines.get(at)?.text.trim();
    if text.is_empty() {
        return None;
    }
    if FORWARD.is_match(text) && text.len() < 120 {
        return Some(Start::Rest);
    }
    let fields = header_fields(lines, at);
    if fields >= 3 || SEPARATOR.is_match(text) && (1..=3).any(|ahead| header_fields(lines, at + ahead) >= 2) {
        return Some(Start::Rest);
    }
    attribution(lines, quoted, at).map(Start::Attribution)
}

/// How many header fields (From, Sent, To, Subject…) stand in a block at `at`.
fn header_fields(lines: &[Line], at: usize) -> usize {
    let Some(first) = lines.get(at) else { return 0 };
    if !FROM_FIELD.is_match(first.text.trim()) {
        return 0;
    }
    lines.iter().skip(at).take(8).filter(|l| FIELD.is_match(l.text.trim())).count()
}

/// The length of an attribution line at `at`, which mail programs wrap over up to three lines.
fn attribution(lines: &[Line], quoted: &[bool], at: usize) -> Option<usize> {
    if !ATTRIBUTION_START.is_match(lines.get(at)?.text.trim()) {
        return None;
    }
    let mut joined = String::new();
    for length in 1..=3 {
        let line = lines.get(at + length - 1)?;
        if quoted.get(at + length - 1) == Some(&true) || line.text.trim().is_empty() {
            return None;
        }
        joined.push_str(line.text.trim());
        if joined.len() > 400 {
            return None;
        }
        if ATTRIBUTION.is_match(&joined) {
            return Some(length);
        }
        joined.push(' ');
    }
    None
}

/// Parts the signature from the words.
fn cut_signature(text: &str) -> (String, String) {
    let lines: Vec<&str> = text.lines().collect();
    let cut = signature_start(&lines);
    let (words, signature) = lines.split_at(cut.min(lines.len()));
    if words.iter().all(|l| l.trim().is_empty()) {
        // A message that is all signature is a message.
        return (text.to_owned(), String::new());
    }
    (tidy(words), tidy(signature))
}

fn signature_start(lines: &[&str]) -> usize {
    if let Some(at) = lines.iter().position(|l| matches!(l.trim_end(), "--" | "-- " | "—" | "__") || l.starts_with("-- ") && l.len() < 5)
    {
        return at;
    }
    let footer = lines.iter().enumerate().skip(1).find(|(at, l)| {
        let line = l.trim();
        LEGAL.is_match(line) || DEVICE.is_match(line) && lines.len() - at <= 8
    });
    let end = footer.map_or(lines.len(), |(at, _)| at);
    contact_block(lines.get(..end).unwrap_or_default()).unwrap_or(end)
}

/// A last block of short lines of which one is a way to reach somebody (telephone, site, title with a bar).
fn contact_block(lines: &[&str]) -> Option<usize> {
    let end = lines.iter().rposition(|l| !l.trim().is_empty())? + 1;
    let start = lines.get(..end)?.iter().rposition(|l| l.trim().is_empty()).map_or(0, |at| at + 1);
    let block = lines.get(start..end)?;
    let short =
        block.iter().all(|l| l.trim().chars().count() <= 80 && !l.trim().ends_with(['?', '!', '.', ',', ';']) && !FORM.is_match(l.trim()));
    let contact = block.iter().any(|l| CONTACT.is_match(l));
    if start == 0 || !short || !contact || !(2..=8).contains(&block.len()) {
        return None;
    }
    // The name that opens the block stays with the person's words when a greeting stands above it in the same block.
    let greeting = block.iter().position(|l| CLOSING.is_match(l.trim()));
    Some(start + greeting.map_or(0, |at| at + 1))
}

static ATTRIBUTION_START: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(on|le|am|el|il|em|op|den|dnia|w dniu|i|på|vào|\d{1,4}[-/. ]|.{0,80}<[^<>@\s]+@[^<>\s]+>|.{1,80} (wrote|writes|a écrit|schrieb))\b",
    )
});
static ATTRIBUTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)(\d|@).*\b(wrote|writes|a écrit|ha scritto|escribió|escreveu|schreef|napisał(\(a\))?|skrev|schrieb|đã viết)\b[^.!?]{0,60}:\s*$|",
        r"^.{0,80}\b(wrote|a écrit|schrieb) *: *$|^(am|op|den) .*\d{4}.*\b(schrieb|schreef|skrev)\b.{0,120}:$"
    ))
});
static FROM_FIELD: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^\*{0,2}(from|de|von|van|da|od|fra|från|expéditeur|absender|remitente|mittente|từ) ?:\*{0,2} ?\S"));
static FIELD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^\*{0,2}(from|sent|date|to|cc|subject|reply-to|de|envoyé|envoye|à|a|objet|répondre à|expéditeur|destinataire|von|gesendet|an|betreff|datum|",
        r"van|verzonden|aan|onderwerp|da|inviato|data|oggetto|para|enviado|enviado el|enviada em|asunto|assunto|fecha|od|wysłano|do|temat|fra|sendt|til|emne|",
        r"från|skickat|till|ämne|từ|ngày|đến|chủ đề) ?:\*{0,2}( |$)"
    ))
});
static SEPARATOR: LazyLock<Regex> = LazyLock::new(|| pattern(r"^([-_=]{5,}|\*{5,})$"));
static FORWARD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^[-_> ]*(original message|message d'origine|message original|message initial|courriel d'origine|forwarded message|message transféré|message réexpédié|",
        r"ursprüngliche nachricht|weitergeleitete nachricht|mensaje original|mensaje reenviado|messaggio originale|messaggio inoltrato|oorspronkelijk bericht|",
        r"doorgestuurd bericht|mensagem original|mensagem encaminhada|originalmeddelande|oprindelig meddelelse|wiadomość oryginalna|begin forwarded message|",
        r"début du message (transféré|réexpédié))\b ?:?[-_ ]*$"
    ))
});
static DEVICE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^[(\[]?(sent (from|with|via) (my |the |an? )?\w|envoyé (de|depuis|à partir de|avec|du) (mon |ma |l'|un )?\w|get outlook for|télécharge[rz] outlook|obtenir outlook|",
        r"gesendet (von|mit) |enviado desde |inviato da |verstuurd vanaf |skickat från |sendt fra |provenance : )"
    ))
});
static LEGAL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^\W*((confidentiality|legal|privacy) (notice|note|disclaimer)|disclaimer|avis (de confidentialité|important)|avertissement|mention de confidentialité|",
        r"(this|the information (contained )?in this) (e-?mail|message|communication|transmission).{0,80}(confidential|intended|privileged)|",
        r"(ce|le présent) (courriel|message|courrier).{0,80}(confidentiel|destiné|privilégi)|l'information (contenue|apparaissant).{0,60}confidentiel|",
        r"please consider the environment|pensez à l'environnement|devez-vous vraiment imprimer)"
    ))
});
static CONTACT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)(\+?\d[\d\s().-]{7,}\d|\bt[ée]l\b\.?|\bphone\b|\bcell?\b|\bmobile\b|\bext\.|\bposte \d|www\.|https?://|\w \| \w|@[\w-]+\.\w|",
        r"\b(student|étudiante?|candidate?|coordonnat|coordinator|registrar|professeure?|professor|infirmi[eè]re?|nurse|department|département|faculty|faculté|university|université|college|collège|cégep|ordre)\b)"
    ))
});
static FORM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^(-\s*)?((first|last|full|family|given) name|name|nom( de famille| complet)?|prénom|e-?mail( address)?|email used|courriel( utilisé)?|adresse.{0,30}|address.{0,20}|course|cours|",
        r"exam|evaluation|évaluation|examen|code.{0,20}|date.{0,20}|error.{0,20}|erreur.{0,20}|message.{0,20}|institution|établissement|school.{0,10}) *[:=]"
    ))
});
static CLOSING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^(many |with )?(thanks?( you)?|regards|best|sincerely|cheers|yours|kind regards|best regards|warm regards|merci.{0,30}|cordialement|bien à vous|",
        r"salutations.{0,20}|bonne journée|sincèrement|respectueusement|cdlt|au plaisir)\b.{0,24}$"
    ))
});

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Words {
        own(&text.lines().map(|l| Line { text: l.to_owned(), quoted: false }).collect::<Vec<_>>())
    }

    #[test]
    fn quotes_are_cut_in_every_common_shape() {
        let shapes = [
            ("Gmail", "Mine.\n\nOn Mon, Nov 2, 2026 at 8:30 AM Nexam <no-reply@nexam.example> wrote:\n> theirs"),
            ("Gmail, wrapped", "Mine.\n\nOn Mon, Nov 2, 2026 at 8:30 AM Nexam Support\n<no-reply@nexam.example> wrote:\n\n> theirs"),
            ("Gmail, French", "Mine.\n\nLe lun. 2 nov. 2026 à 08:30, Nexam <no-reply@nexam.example> a écrit :\n> theirs"),
            ("Outlook", "Mine.\n\nFrom: Nexam <a@b.example>\nSent: Monday\nTo: Ada\nSubject: Invitation\n\ntheirs"),
            ("Outlook, French", "Mine.\n\nDe : Nexam\nEnvoyé : lundi\nÀ : Ada\nObjet : Invitation\n\ntheirs"),
            ("Outlook on a phone", "Mine.\n\n________________________________\nFrom: Nexam\nSent: Monday\nSubject: x\n\ntheirs"),
            ("original message", "Mine.\n\n-----Original Message-----\nFrom: Nexam\ntheirs"),
            ("forward", "Mine.\n\n---------- Forwarded message ---------\nFrom: Nexam\ntheirs"),
            ("Apple", "Mine.\n\nBegin forwarded message:\n\ntheirs"),
            ("German", "Mine.\n\nAm 02.11.2026 um 08:30 schrieb Nexam <a@b.example>:\n> theirs"),
            ("no marks", "Mine.\n\nOn 2 Nov 2026, at 08:30, Nexam <a@b.example> wrote:\n\ntheirs"),
        ];
        for (says, text) in shapes {
            let words = words(text);
            assert_eq!(words.new_text, "Mine.", "{says}");
            assert!(words.quoted.is_some_and(|q| q.contains("theirs")), "{says}");
        }
    }

    #[test]
    fn answers_between_and_below_quotes_stay() {
        let between = words("> Which course?\nCHEM 2301\n> Which address?\nada@uni.example");
        assert_eq!(between.new_text, "CHEM 2301\nada@uni.example");
        let below = words("On Mon, 2 Nov 2026 Nexam wrote:\n> theirs\n\nMine.");
        assert_eq!(below.new_text, "Mine.");
    }

    #[test]
    fn words_that_look_like_headers_stay() {
        let cases = [
            "My exam is on Monday.\nOn the page it wrote: expired.\nHelp!",
            "Name: Ada\nCourse: CHEM 2301\nDate: 2 November\nPlease help.",
        ];
        for text in cases {
            assert_eq!(words(text).new_text, text);
        }
    }

    #[test]
    fn signatures_are_cut_and_names_can_be_read_in_them() {
        let cases = [
            ("delimiter", "Help.\n\n-- \nAda Roy\nStudent", "Help."),
            ("device", "Help.\n\nSent from my iPhone", "Help."),
            ("device, French", "Aidez-moi.\n\nEnvoyé de mon iPad", "Aidez-moi."),
            ("contact block", "Help.\n\nAda Roy\nBScN Year 3 | College\n902-555-0139", "Help."),
            ("legal footer", "Help.\n\nAda\n\nThis email and any attachments are confidential.", "Help.\n\nAda"),
            ("a form is no signature", "Help.\n\nName: Ada Roy\nEmail: ada@uni.example", "Help.\n\nName: Ada Roy\nEmail: ada@uni.example"),
        ];
        for (says, text, expected) in cases {
            assert_eq!(words(text).clean, expected, "{says}");
        }
    }

    #[test]
    fn a_mere_forward_is_read_as_its_words() {
        let words = words(
            "---------- Forwarded message ---------\nFrom: Ada <ada@uni.example>\nDate: Mon, 2 Nov 2026\nSubject: code\nTo: me\n\nMy code is refused.",
        );
        assert_eq!(words.clean, "My code is refused.");
    }
}
