//! Whether a person goes on speaking below their name, or below the line of their device. What stands there by itself, a name, a title, a
//! place, a motto, tells nothing; a sentence that speaks of the writer, asks, adds, or says what is and when, is part of the mail.

use std::sync::LazyLock;

use super::device::is_device;
use super::legal::{is_legal, is_list_footer, is_own};
use super::signature::is_form;
use crate::message::pattern::{Pattern, pattern};

/// Whether a line is a person's, who goes on below a signature or before one is over.
pub(super) fn goes_on(line: &str) -> bool {
    let line = line.trim().trim_start_matches(['*', '_', '~', ' ']);
    let words = line.split_whitespace().filter(|w| w.contains(char::is_alphanumeric)).count();
    if words < 2 || is_legal(line) || is_list_footer(line) || is_device(line) || is_motto(line) || is_office(line) {
        return false;
    }
    if ADDED.is_match(line) || is_form(line) || is_dated(line) {
        return true;
    }
    if FOOTER.is_match(line) && !is_own(line) {
        return false;
    }
    let link = line.contains("http") || line.contains("www.");
    let finite = FINITE.is_match(line);
    words >= 3
        && ((is_own(line) || OWN.is_match(line)) && (finite || !link)
            || LINKS.is_match(line)
            || ASKS.is_match(line)
            || THING.is_match(line) && finite
            || line.starts_with(char::is_lowercase) && !link && (finite || line.contains('@'))
            || TROUBLE.is_match(line))
        || URGES.is_match(line)
}

/// Where in the lines of a signature a person goes on. Below a name, words begin a paragraph of their own, or in the middle of a sentence.
pub(super) fn resumes(lines: &[&str]) -> Option<usize> {
    let begins = |at: usize| at.checked_sub(1).and_then(|above| lines.get(above)).is_some_and(|l| l.trim().is_empty());
    lines.iter().enumerate().position(|(at, line)| {
        let inside = || line.trim().starts_with(char::is_lowercase) || ADDED.is_match(line.trim()) || is_dated(line.trim());
        goes_on(line) && (begins(at) || inside())
    })
}

/// Whether a line leaves a sentence open, so that what follows goes on with it.
pub(super) fn is_open(line: &str) -> bool {
    OPEN.is_match(line.trim())
}

/// What offices want below the names of their people: hours of work, the land they stand on, how one is called.
pub(super) fn is_office(line: &str) -> bool {
    OFFICE.is_match(line)
}

/// Wise words of somebody else.
fn is_motto(line: &str) -> bool {
    line.starts_with(['"', '“', '”', '«', '„', '‘', '\'']) && !line.contains('@') || MOTTO.is_match(line)
}

/// A day or a time of something to come; not the hours of an office, a year, or a street.
fn is_dated(line: &str) -> bool {
    DAY.is_match(line) && !STREET.is_match(line)
}

/// "PS", "NB", "P.D."
static ADDED: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)^(p\.? ?p?\.? ?s\b\.?|n\.? ?b\b\.?|post[- ]?scriptum|p\.? ?d\b\.?|ps\.?:|edit ?:|update ?:|ajout ?:|correction ?:|addendum|oups\b|oops\b)[ :.,–-]*\p{L}",
    )
});
/// Words for oneself that hurried people write.
static OWN: LazyLock<Pattern> = LazyLock::new(|| {
    // A bare "i" is "and" in some languages, "im" is "in" in another.
    pattern(concat!(
        r"^(i|im) |\b(i['’](m|ve|d|ll)|ive|me|moi|j|jai|mes|mein|mis)\b|\b(ma|mi) \p{L}|",
        r"\bi (am|was|have|had|do|did|don|can|cant|could|will|would|need|use|used|tried|got|get|still|also|just|forgot|think|never|already)\b"
    ))
});
/// How a thought goes on.
static LINKS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"^((?i:also|still|otherwise|besides|meanwhile|anyway|sorry|forgot|forgotten|btw|by the way|aussi|sinon|encore|toujours|d['’]ailleurs|au fait|désolée?|j['’]oubliais|oublié|",
        r"übrigens|außerdem|noch|además|también|inoltre|ook|också|dessutom|også|także)|oh,?|and|but|or|so|because|then|mais|et|ou|car|donc|puis|und|aber|oder|weil|y|pero|",
        r"porque|ma|però|e|mas|maar|och|men|og|ale|i) "
    ))
});
/// How a question begins.
static ASKS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^(when|what|where|why|who|how (do|does|did|can i|long|many|much|come)|which|can|could|would|will|should|is|are|do|does|did|has|have) (i|you|it|there|the|this|that|my|is|are|someone|",
        r"anyone|somebody|will|do|does|should|can|would)\b|^(quand|comment|pourquoi|où|quelle?s?|combien|qui|est-ce|qu['’]|pou(vez|rriez)[- ]vous|y a[- ]t|avez[- ]vous|dois[- ]je|puis[- ]je)\b|",
        r"^(wann|warum|wieso|wie|können|könnten|cuándo|cómo|por qué|puede|quando|come|perché|wanneer|waarom|hoe|kunt|när|hur|hvornår|hvordan) .*"
    ))
});
/// What people write about, with its article or at the beginning.
static THING: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^(the|this|that|our|your|le|la|les|ce|cet|cette|notre|votre|un|une|der|die|das|el|los|il|lo|het|de|o|a)? ?(l['’])?(\p{L}+ )?(exams?|evaluation|test|codes?|links?|invitation|password|",
        r"account|page|site|error|e-?mails?|messages?|courses?|address|deadline|screen|button|examens?|évaluation|épreuve|liens?|mot de passe|compte|erreur|courriels?|cours|adresse|écran|",
        r"prüfung|zugang|konto|fehler|seite|examen|código|enlace|cuenta|esame|codice|conto|toets|prov|eksamen)\b|^(c['’]est|ça|cela|it|it['’]s|this|that|there|il y a|es|das) "
    ))
});
/// What is, was, or does.
static FINITE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(is|are|was|were|will|would|has|have|had|can|cannot|could|does|did|do|says?|said|works?|worked|shows?|gives?|need|needs|want|tried|got|keeps?|starts?|est|sont|était|étaient|sera|a été|ai|ont|",
        r"peut|peux|marche|fonctionne|faut|dit|affiche|donne|veux|voudrais|commence|ist|sind|war|wird|hat|habe|kann|geht|está|son|tiene|puede|funciona|è|sono|ho|può|werkt|är|fungerar|er|virker)\b|n['’]t\b|\bc['’]est\b"
    ))
});
/// What does not go well.
static TROUBLE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^(no|not|never|nothing|none|nobody|pas|rien|aucune?|jamais|kein\p{L}*|nichts|nada|ningún|niente|nessun\p{L}*) |\b(isn|aren|wasn|don|doesn|didn|can|won|couldn|haven|hasn)['’]t\b|\bcannot\b|",
        r"\b(ne|n) ?['’]?.{0,30}\b(pas|plus|rien|jamais)\b|\b(refused|rejected|expired|invalid|refusée?|expirée?|invalide|unacceptable|inacceptable|inadmissible|ridiculous)\b"
    ))
});
static URGES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(it['’]?s|this is|c['’]est|es ist|es) (very |really |très |sehr |muy )?(urgent|dringend|urgente)\b|^(very |très )?urgent\b|\b(asap|a\.s\.a\.p|svp|stp|s['’]il (vous|te) pla[iî]t)\b|",
        r"^please (help|answer|reply|send|call|let|tell|fix|hurry|respond|resend|reset|advise|confirm|check)\b|^merci de (me|bien|rappeler|répondre)\b|^(thanks?|merci|danke) (for|de|pour|d['’]avance|again|encore|für)\b"
    ))
});
/// The last word wants another.
static OPEN: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(and|or|but|with|the|a|an|to|of|for|my|is|because|et|ou|mais|avec|le|la|les|un|une|de|du|à|pour|mon|ma|est|car|und|oder|aber|mit|der|die|das|ein|eine|y|o|con|el|e|il)$",
    )
});
/// What speaks of itself is a footer.
static FOOTER: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^\W*(this|the|ce|cet|le présent|diese|die|este|o|questo|il|dit|deze|ten|ta) (e-?mails?|messages?|courriels?|courrier|communication|nachricht|mail|correo|mensaje|mensagem|messaggio|bericht|",
        r"wiadomość|account is not monitored|mailbox is not)\b"
    ))
});
/// "Stay hungry. — Steve"
static MOTTO: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r#"["”»’] ?[-–—―~(]|\S{2,}.{20,} [–—―~-]{1,2} ?\p{Lu}\p{L}+( \p{Lu}[\p{L}.]*){0,3}$"#));
static OFFICE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(working|office|business|opening) (days|hours)|heures (de bureau|d['’]ouverture)|\bi (only |usually |normally )?work\b.{0,20}\b(mon|tue|wed|thu|fri|part|remote|from home|flexib)|",
        r"je travaille\b.{0,20}\b(lun|mar|mer|jeu|ven|du|à temps|à distance)|télétravail|",
        r"(mon|tues|wednes|thurs|fri|lun|mar|mercre|jeu|vendre)(day|di)?s? ?(-|–|to|through|au|bis) ?(mon|tues|wednes|thurs|fri|lun|mar|mercre|jeu|vendre)|",
        r"acknowledg|unceded|ancestral|reconnais.{0,40}territoire|territoire.{0,30}non cédé|pronoun|pronoms?\b|she/her|he/him|they/them|elle/|\bil/lui|follow (us|me)|suivez[- ]|book (a|time)|find me on"
    ))
});
static STREET: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(rue|av(enue|\.)|boul(evard|\.)|bd|place|chemin|quai|street|st\.|road|rd\.?|lane|drive|suite|bureau|calle|via|piazza|plaza|strada|straße|strasse|p\.?o\.? box|since|depuis|©|copyright)\b",
    )
});
static DAY: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b\d{1,2}(st|nd|rd|th|er|\.)? (of |de )?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|janv|févr|fevr|mars|avr|mai|juin|juil|août|aout|sept|déc)\p{L}*\b|",
        r"\b(january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.? \d{1,2}(st|nd|rd|th)?(\D|$)|",
        r"\b(tomorrow|tonight|demain|après-demain|aujourd['’]hui|morgen|mañana|domani|imorgon)\b|",
        r"\b(on|le|ce|this|next|am|el|il) ((mon|tues|wednes|thurs|fri|satur|sun)day|(lun|mar|mercre|jeu|vendre|same)di|dimanche|montag|dienstag|mittwoch|donnerstag|freitag)\b"
    ))
});

#[cfg(test)]
mod tests {
    use super::*;

    const PEOPLE: &[&str] = &[
        "PS: the exam is tomorrow",
        "P.S. j'ai essayé deux fois",
        "Ps can you call back",
        "NB l'invitation date du 3 octobre",
        "PD: ya probé con otro navegador",
        "and also my code is NX07-4KTR-18",
        "mais ça ne marche pas",
        "Oh and my new address is ada@home.example",
        "Still waiting for an answer",
        "toujours rien dans les indésirables",
        "when will someone answer",
        "Quand aurai-je une réponse",
        "The exam is on 5 November at 14:00",
        "examen le 5 novembre à 14h",
        "le cours est CHM1301",
        "the page is blank",
        "i forgot my password too",
        "and i still wait",
        "forgot to say the course is CHEM 2301",
        "use ada@home.example instead",
        "c'est urgent svp",
        "Please help me today",
        "This is unacceptable!",
        "Nothing in the junk folder",
        "Course: CHEM 2301",
        "aber der Link ist tot",
        "We can't sign in either",
    ];

    const SIGNATURES: &[&str] = &[
        "Ada Roy",
        "Dr. Ada Roy, RN, PhD",
        "Nursing student, third year",
        "Coordonnatrice des examens",
        "Exam Services Office",
        "Université du Nord, Faculté de droit",
        "12, rue du 8 mai 1945",
        "450 555-0101, poste 22",
        "Tel. +49 30 555 0199",
        "ada.roy@uni.example | www.uni.example",
        "\"Be yourself; everyone else is already taken.\"",
        "The best way to predict the future is to invent it. - Alan Kay",
        "« Je pense, donc je suis. » — Descartes",
        "Open Monday to Friday, 9:00-17:00",
        "I work Monday to Thursday",
        "I acknowledge that I live on unceded land",
        "She/Her",
        "Member since March 2010",
        "This e-mail is confidential and intended only for its recipient",
        "Follow us on LinkedIn: https://x.example",
        "Sent from my iPhone",
        "Mit freundlichen Grüßen",
        "een afdeling van de gemeente",
        "Wydział Matematyki i Informatyki",
        "Beauftragte im Dekanat der Fakultät",
        "Aanwezig op ma, di en do",
        "en partenariat avec l'Ordre du Nord",
        "Cet e-mail est envoyé au nom du collège",
        "student number 20219876",
    ];

    #[test]
    fn a_person_goes_on_and_a_signature_does_not() {
        for line in PEOPLE {
            assert!(goes_on(line), "{line}");
        }
        for line in SIGNATURES {
            assert!(!goes_on(line), "{line}");
        }
    }
}
