//! Footers that a lawyer, a virus scanner or a list adds below a person's words.

use std::sync::LazyLock;

use super::head;
use crate::message::pattern::{Pattern, pattern};

/// Whether a line is the beginning, or a part, of a legal footer.
pub(super) fn is_legal(line: &str) -> bool {
    let start = head(line, 280);
    // The only thing that footers ask is whether one must print.
    let asks = line.ends_with(['?', '？']) && !["imprim", "print", "druck"].iter().any(|stem| line.contains(stem));
    line.len() > 12 && !asks && KEY.is_match(start) && (LEGAL.is_match(start) || REGISTER.is_match(start)) && !is_own(start)
}

/// Whether a line is what a company's register demands of its letters.
pub(super) fn is_register(line: &str) -> bool {
    REGISTER.is_match(head(line, 280))
}

/// Whether a list's footer stands in these lines.
pub(super) fn is_list_footer(line: &str) -> bool {
    LIST_FOOTER.is_match(line)
}

/// Lawyers do not speak of themselves; people who ask to be discreet do.
pub(super) fn is_own(line: &str) -> bool {
    OWN.is_match(line)
}

/// Most lines hold none of these and are not looked at closely.
static KEY: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)confiden|konfiden|disclaimer|privileged|intended|recipient|virus|scanned|notice|avertiss|avis |vertraulich|bestimmt|haftung|riservat|destin|dirigid|",
        r"vertrouw|bestemd|print|imprim|drucken|ausdruck|umwelt|environment|poufn|przeznaczon|конфиден|предназнач|luottamuks|tarkoitettu|fortrolig|avsett|avsedd|beregnet|",
        r"důvěrn|gizli|bizalmas|機密|机密|保密|registered|amtsgericht|\bHRB\b|handelsregister|siren|siret|unmonitored|mentions? légale|legal|privacy|important"
    ))
});
static LEGAL: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^\W*((notice|note|warning|important|avis|attention|hinweis|achtung|aviso|avviso) ?[:!–-] ?)?((confidentiality|legal|privacy|important) (notice|note|disclaimer|warning)|disclaimer|avis (de confidentialité|important|légal)|avertissement|mentions? (de confidentialité|légales?)|",
        r"confidentialité ?:|confidentiality ?:|confidential ?:|haftungsausschluss|aviso (legal|de (confidencialidad|privacidad|confidencialidade))|avviso di riservatezza|vertraulichkeitshinweis|",
        r"(this|the) (information|e-?mails?|messages?|communication|transmission|contents?|document)\b.{0,130}(confidential|intended (only|solely|for)|privileged|virus)|",
        r"(ce|le présent|cet) (courriel|message|courrier|e-?mail|document).{0,100}(confidentiel|destiné|privilégi|virus)|l['’]information (contenue|apparaissant).{0,80}confidentiel|",
        r"(diese|die) (e-?mail|nachricht|information).{0,80}(vertraulich|bestimmt)|(este|esta|a presente) (correo|mensaje|e-?mail|mensagem|comunica).{0,100}(confidencia|dirigid|destina)|",
        r"(questo|questa|le informazioni|il presente) (messaggio|e-?mail|contenute).{0,100}(riservat|confidenzial|destinat)|(dit|deze) (e-?mail|bericht).{0,80}(vertrouwelijk|bestemd)|",
        r"(niniejsz[ay]|ta) (wiadomość|korespondencj|e-?mail|informacj).{0,100}(poufn|przeznaczon)|(данное|настоящее|это) (электронное )?(сообщение|письмо).{0,120}(конфиденциальн|предназначен)|",
        r"(detta|det här) (meddelande|e-?post|e-?mail).{0,100}(konfidentiell|avsett|avsedd)|denne (e-?mail|e-?post|meddelelse|melding|mail).{0,100}(fortrolig|konfidensiel|beregnet)|",
        r"tämä (viesti|sähköposti).{0,100}(luottamuksel|tarkoitettu)|tato zpráva.{0,100}(důvěrn|určen)|bu (e-?posta|mesaj|ileti).{0,100}(gizli|yalnızca)|(このメール|本メール).{0,60}機密|本(邮件|郵件).{0,60}(机密|機密|保密)|",
        r"if you (are not|have received this).{0,60}(recipient|error|mistake)|si vous (n['’]êtes pas|avez reçu ce).{0,60}(destinataire|erreur)|",
        r"(p )?(please )?(consider the environment|think before (you )?print)|pensez (à|vert|avant)|devez-vous vraiment imprimer|n['’]imprimez|before printing|avant d['’]imprimer|",
        r"(bitte |denken ).{0,40}umwelt.{0,60}druck|(antes de |pense antes de )imprimir|",
        r"(this (e-?mail|message) (has been|was) (checked|scanned)|virus-free|garanti sans virus|sans virus\.|l['’]absence de virus)|scanned by |this (e-?mail|message) (is|was) sent from an unmonitored)"
    ))
});
/// A company's register entry: laws of many countries want it in letters.
static REGISTER: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\bregistered (in|office|company|charity|number)\b.{0,80}(england|wales|scotland|ireland|\bno\b|number|\d{4})|\b(amtsgericht|registergericht|handelsregister)\b|\bHRB? ?\d|",
        r"\b(siren|siret|rcs)\b.{0,30}\d{3}|this (e-?mail|message) is sent (on behalf of|by).{0,80}(registered|privileged)|\bABN \d{2}|\b(KvK|CVR)\b.{0,12}\d{6}"
    ))
});
static LIST_FOOTER: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)mailing list|unsubscribe|désabonne|désinscri|abmelden|darse de baja|view (this|it) (message|email|on the web)|listinfo|google groups|you received this message because|vous recevez ce (message|courriel)|manage (your )?(subscription|preferences)",
    )
});
/// Words for oneself that no footer uses.
static OWN: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"\b(I|I['’](m|ve|d|ll)|[Mm]y|[Mm]yself|[Jj]e|[Mm]on|[Mm]oi|[Ii]ch|[Mm]ein(e|en|em|er)?|[Mm]ich|[Mm]ir|[Yy]o|[Ii]k|[Mm]ijn|[Jj]ag|[Jj]eg|[Ее]u|[Mm]eu|[Mm]inha|[Яя]|[Мм]не|[Мм]еня|[Мм]ой)\b|",
        r"\b[Jj]['’]|\b[Mm]['’]|私は|私の"
    ))
});
