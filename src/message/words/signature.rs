//! Where a person's words end and a signature, a device's line or a lawyer's footer begins.

use std::sync::LazyLock;

use regex::Regex;

use super::head;
use crate::message::automatic::pattern;

/// A block behind a row of dashes is a signature up to this many lines; a longer one is a part of the message.
const LONGEST: usize = 14;

/// Footers stand in the last so many lines.
const FOOTERS: usize = 60;

/// Number of the first line that is no longer the person's words; `lines.len()` when all are.
pub(super) fn start(lines: &[&str]) -> usize {
    if let Some(at) = delimiter(lines) {
        return at;
    }
    let footer = lines.iter().enumerate().skip(lines.len().saturating_sub(FOOTERS).max(1)).find(|(at, line)| {
        let line = line.trim();
        is_legal(line) || is_device(line) && only_footers(lines.get(at + 1..).unwrap_or_default())
    });
    let end = footer.map_or(lines.len(), |(at, _)| at);
    contact_block(lines.get(..end).unwrap_or_default()).unwrap_or(end)
}

/// Whether a line only says which device sent the mail.
pub(super) fn is_device(line: &str) -> bool {
    (6..140).contains(&line.len()) && DEVICE.is_match(line)
}

fn is_legal(line: &str) -> bool {
    line.len() > 12 && LEGAL.is_match(head(line, 240))
}

/// What stands below a device's line belongs to it unless a person goes on writing there.
fn only_footers(lines: &[&str]) -> bool {
    let words = lines.iter().map(|l| l.trim()).filter(|l| !l.is_empty());
    words.clone().count() <= 8 && words.take_while(|l| !is_legal(l)).all(|l| l.chars().count() <= 60 && !l.ends_with(['?', '!']))
}

/// The "-- " of RFC 3676 section 4.3 and its relatives.
fn delimiter(lines: &[&str]) -> Option<usize> {
    lines.iter().enumerate().find_map(|(at, line)| {
        let rest = lines.get(at + 1..).unwrap_or_default();
        let mark = line.trim_end();
        let proper = matches!(mark, "--" | "—" | "–" | "- -");
        let drawn = mark.len() >= 2 && mark.chars().all(|c| c == '_')
            || mark.len() >= 3 && mark.chars().all(|c| matches!(c, '-' | '=' | '*' | '~'));
        if !(proper || drawn) {
            return None;
        }
        let near = rest.get(..rest.len().min(3 * LONGEST)).unwrap_or_default();
        let short = rest.len() <= LONGEST && rest.iter().all(|l| l.chars().count() <= 100);
        let spoken = near.iter().any(|l| l.trim_end().ends_with('?'));
        let ends = match proper {
            true => short || rest.len() <= 3 * LONGEST && !spoken,
            false => near.iter().take(4).any(|l| LIST_FOOTER.is_match(l)) || short && !spoken && signs(rest),
        };
        ends.then_some(at)
    })
}

/// A block that tells who somebody is: a way to reach them, or a name on its first line and nothing like a sentence.
fn signs(lines: &[&str]) -> bool {
    let lines: Vec<&str> = lines.iter().map(|l| l.trim()).filter(|l| !l.is_empty()).collect();
    let contact = lines.iter().any(|l| CONTACT.is_match(l));
    let named = lines.first().is_some_and(|l| is_name(l)) && lines.iter().all(|l| l.chars().count() <= 60 && !l.ends_with(['.', '!', '?']));
    !lines.is_empty() && (contact || named)
}

/// One to four words that begin with capitals.
fn is_name(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    (1..=4).contains(&words.len()) && words.iter().all(|w| w.chars().next().is_some_and(char::is_uppercase)) && !line.contains(':')
}

/// A last block of short lines of which one is a way to reach somebody (telephone, site, title with a bar).
fn contact_block(lines: &[&str]) -> Option<usize> {
    let end = lines.iter().rposition(|l| !l.trim().is_empty())? + 1;
    let start = lines.get(..end)?.iter().rposition(|l| l.trim().is_empty()).map_or(0, |at| at + 1);
    let block = lines.get(start..end)?;
    let sentence = |line: &str| line.ends_with(['?', '!', ';']) || line.ends_with(['.', ',']) && line.chars().count() > 45;
    let short = block.iter().all(|l| l.trim().chars().count() <= 80 && !sentence(l.trim()) && !FORM.is_match(l.trim()));
    // The name that opens the block stays with the person's words when a greeting stands above it in the same block.
    let greeting = block.iter().position(|l| CLOSING.is_match(l.trim()));
    let block = block.get(greeting.map_or(0, |at| at + 1)..)?;
    let short = short || greeting.is_some() && block.iter().all(|l| l.trim().chars().count() <= 80 && !l.trim().ends_with(['?', '!']));
    let contact = block.iter().any(|l| CONTACT.is_match(l));
    let standing = start > 0 || greeting.is_some();
    if !standing || !short || !contact || !(2..=9).contains(&block.len()) {
        return None;
    }
    Some(start + greeting.map_or(0, |at| at + 1))
}

static DEVICE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^[(\[*_ ]*(sent (from|with|via|using|by|on) (my |the |an? |mail|outlook|yahoo|proton|samsung|android|iphone|ipad|blackberry|gmail|spark|front)|sent from \S+$|",
        r"envoyé (de|depuis|à partir d|avec|du|via|par|sur) ?['’]?(mon|ma|l['’]|un|une|le|la|yahoo|outlook|mail|proton|iphone|ipad|android|samsung|téléphone|courrier)|",
        r"envoyé (d['’]|de |depuis )\S+$|message envoyé (de|depuis)|get (outlook|the|bluemail|typeapp)|télécharge[rz] (outlook|yahoo|bluemail)|obtenez outlook|obtenir outlook|",
        r"gesendet (von|mit|aus)|von meinem .{1,30} gesendet|von (meinem|unterwegs)|diese nachricht wurde von .{1,60} gesendet|outlook für (ios|android)|",
        r"enviado (desde|do|de|a partir|pelo) |enviada (desde|do|de|a partir|pelo) |obtener outlook|obter o outlook|scarica outlook|",
        r"inviato (da|dal|con) |verstuurd (vanaf|met|via)|verzonden (vanaf|met|via)|outlook voor|skickat från|sendt fra|sendt med|hent outlook|lähetetty |wysłane z |wysłano z |",
        r"pobierz outlook|được gửi (từ|bằng)|đã gửi từ|gửi từ |отправлено (с|из) |发自我的|从我的.{1,20}发送|iphoneから送信|odesláno z|odoslané z|trimis de pe|iphone'umdan gönderildi|",
        r"provenance : |excuse(z)? (the |my |les )?(brevity|typos|fautes)|please excuse (any |the |my )?(brevity|typos)|sent while mobile|on the go)"
    ))
});
static LEGAL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^\W*((confidentiality|legal|privacy|important) (notice|note|disclaimer|warning)|disclaimer|avis (de confidentialité|important|légal)|avertissement|mention de confidentialité|",
        r"confidentialité ?:|confidentiality ?:|confidential ?:|haftungsausschluss|aviso (legal|de confidencialidad)|avviso di riservatezza|vertraulichkeitshinweis|",
        r"(this|the) (information |e-?mail |message |communication |transmission |contents? |document )?(contained in |of |in )?(this |the )?(e-?mail|message|communication|transmission|document)?.{0,100}(confidential|intended (only|solely|for)|privileged|virus)|",
        r"(ce|le présent|cet) (courriel|message|courrier|e-?mail|document).{0,100}(confidentiel|destiné|privilégi|virus)|l['’]information (contenue|apparaissant).{0,80}confidentiel|",
        r"(diese|die) (e-?mail|nachricht|information).{0,80}(vertraulich|bestimmt)|(este|esta) (correo|mensaje|e-?mail|mensagem).{0,100}(confidencial|dirigid|destinad)|",
        r"(questo|questa|le informazioni|il presente) (messaggio|e-?mail|contenute).{0,100}(riservat|confidenzial|destinat)|(dit|deze) (e-?mail|bericht).{0,80}(vertrouwelijk|bestemd)|",
        r"if you (are not|have received this).{0,60}(recipient|error|mistake)|si vous (n['’]êtes pas|avez reçu ce).{0,60}(destinataire|erreur)|",
        r"(please )?(consider the environment|think before (you )?print)|pensez (à|vert|avant)|devez-vous vraiment imprimer|n['’]imprimez|before printing|avant d['’]imprimer|",
        r"(this (e-?mail|message) (has been|was) (checked|scanned)|virus-free|garanti sans virus|sans virus\.|l['’]absence de virus)|scanned by )"
    ))
});
static LIST_FOOTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)mailing list|unsubscribe|désabonne|désinscri|abmelden|darse de baja|view (this|it) (message|email|on the web)|listinfo|google groups|you received this message because|vous recevez ce (message|courriel)|manage (your )?(subscription|preferences)",
    )
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
        r"(?i)^(many |with )?(thanks?( you)?|thx|regards|best|sincerely|cheers|yours|kind regards|best regards|warm regards|merci.{0,30}|cordialement|bien à vous|",
        r"salutations.{0,20}|bonne journée|sincèrement|respectueusement|cdlt|au plaisir|mit freundlichen grüßen|viele grüße|mfg|saludos|un saludo|cordiali saluti|",
        r"met vriendelijke groet|atenciosamente|abraços|med vänlig hälsning|med venlig hilsen|mvh|pozdrawiam|z poważaniem|trân trọng)\b.{0,24}$"
    ))
});
