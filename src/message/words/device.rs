//! Lines that only say with which device or program a mail was sent, or advertise it.
//!
//! Such a line is short and made of two things: sending (or getting), and the name of a device or a program. It begins or ends with the
//! first and has next to nothing behind the second; a sentence that a person begins the same way goes on.

use std::sync::LazyLock;

use crate::message::pattern::{Pattern, pattern};

/// Longest such line in letters, links left out.
const LONGEST: usize = 90;
/// Words that may stand behind the last name ("secure email", "10").
const BEHIND: usize = 3;

/// Whether a line only says which device or program sent the mail.
pub(super) fn is_device(line: &str) -> bool {
    let start = line.trim_start_matches(|c: char| c.is_whitespace() || "-–—*_([<|~".contains(c));
    if !(6..400).contains(&line.len()) || !STARTS.is_match(start) || !(NAMED.is_match(start) || EXCUSE.is_match(start)) {
        return false;
    }
    let plain = without_links(line);
    let said = plain.trim_matches(|c: char| c.is_whitespace() || "-–—*_()[]<>.。|~".contains(c)).to_lowercase();
    if said.chars().count() > LONGEST || said.ends_with(['?', '？']) {
        return false;
    }
    // "Typed on a tiny keyboard. Sent from my phone.", "Sent from my iPhone, excuse typos": each part speaks of it or excuses.
    let said = said.replace(". ", "; ");
    let mut parts = said.split([',', ';', '。', '，']).map(str::trim).filter(|p| p.chars().any(char::is_alphabetic)).peekable();
    parts.peek().is_some_and(|first| EXCUSE.is_match(first) || is_sent(first))
        && parts.all(|part| EXCUSE.is_match(part) || is_sent(part) || is_named(part))
        || SLOGAN.is_match(&said)
}

/// Whether a device's line says that the mail was sent; an advertisement may be a step that somebody tells of.
pub(super) fn is_sender(line: &str) -> bool {
    BEGINS.is_match(&line.trim().to_lowercase())
}

/// "Sent from my Verizon, Samsung Galaxy smartphone": a part that is a name and nothing else.
fn is_named(part: &str) -> bool {
    part.split_whitespace().count() <= BEHIND && NAMED.is_match(part) && !FINITE.is_match(part)
}

/// A part of a line that speaks of sending with something.
fn is_sent(part: &str) -> bool {
    let Some(named) = NAMED.find_iter(part).last() else { return false };
    let behind = part.get(named.end()..).unwrap_or_default();
    let words = part.split_whitespace().count();
    if GETS.is_match(part) && words <= 6 {
        return !FINITE.is_match(part);
    }
    if BEGINS.is_match(part) {
        return behind.split_whitespace().count() <= BEHIND && !FINITE.is_match(behind);
    }
    // Other languages put the verb last: "Vom iPhone gesendet", "iPadから送信".
    ENDS.is_match(part) && words <= 12
}

/// `[Outlook](https://…)`, `Outlook<https://…>` and `Outlook (https://…)` without their links.
fn without_links(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find("http") {
        let (before, link) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before.trim_end_matches(['(', '<', '[', ' ', ']']));
        let end = link.find([' ', ')', '>', ']']).unwrap_or(link.len());
        rest = link.get(end..).unwrap_or_default().trim_start_matches([')', '>', ']']);
    }
    out.push_str(rest);
    out.replace(['[', ']'], "")
}

/// The first words of all that follows: most lines are cleared by them.
static STARTS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^((this|the|diese|die|este|ce|messaggio|message|mensaje|wiadomość|von|vom|mit|über|aus|please|bitte|outlook|mail) |sent |typed|written|composed|envoy|provenance|gesend|enviad|",
        r"mandad|mandat|inviat|verzond|verstuur|skicka|sendt|lähet|wysł|отправ|напис|посл|надісл|відправ|được|đã |gửi|发自|發自|来自|來自|寄自|传自|从|從|由|自|odesl|odosl|poslan|trimis|",
        r"(el)?küldve|dikirim|στάλ|enviat|saadet|išsiųs|nosūt|get |try |download|t[ée]l[ée]charge|obt|holen? |hol |descarg|descărc|baix|transf|ottieni|scarica|hämta|hent |skaff |hanki|pobierz|",
        r"скачать|загруз|завант|tải |dapatkan|получить|stáhněte|získejte|preuzmite|获取|取得|下载|下載|excuse|pardon|forgive|sorry|apolog|désol|entschuld|brevity|yahoo|aol|i(phone|pad|pod|os)|",
        r"galaxy|android|windows|私の)"
    ))
});
/// Devices and mail programs; their names are the same in every language.
static NAMED: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)iphone|ipad|ipod|galaxy|android|outlook|yahoo|proton ?mail|\bproton\b|windows|samsung|huawei|xiaomi|redmi|oneplus|\boppo\b|\bpixel\b|",
        r"blackberry|superhuman|\baol\b|zoho|newton|\bspark\b|\bqq\b|gmail|thunderbird|k-9|bluemail|blue mail|typeapp|tutanota|\btuta\b|\bgmx\b|web\.de|",
        r"mail\.ru|яндекс|yandex|foxmail|网易|htc\b|nokia|motorola|\blg\b|palm pre|\btreo\b|\bfront\b|mailbox|hotmail|surface|fastmail|fairphone|verizon|unterwegs|smart-?phone|(mobile|cell|work|my) ?phone|",
        r"\bphone\b|mobile|tablet|\bhandy\b|téléphone|cellulaire|teléfono|telefon|celular|telemóvel|móvil|\bmobil|смартфон|телефон|айфон|手机|手機|邮箱|邮件|",
        r"郵件|スマートフォン|メール|mail for|mail för|mail für|mail pour|courrier|e-post|\bmail\b|\bweb\b"
    ))
});
/// How such a line begins.
static BEGINS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"^((this|the) (e-?mail|message) (was |has been )?)?(sent|typed|written|composed) (from|with|via|using|by|on|through)\b|",
        r"^(ce (message|courriel) a été |message )?envoy[ée]e? (de|depuis|à partir|avec|du|via|par|sur|d['’])|^provenance ?:|",
        r"^(diese|die) (e-?mail|nachricht|mail) wurde .*gesendet|^gesendet (von|mit|aus|über|via|vom)|^von (meinem|unterwegs)|",
        r"^(este (correo|mensaje) (ha sido |fue )?)?(enviad[oa]|mandado) |^(messaggio )?(inviat[oa]|mandato) |",
        r"^(verzonden|verstuurd) |^(skickat|skickades) |^sendt |^lähetetty |^(wysłan[eoa]|wiadomość wysłana) |",
        r"^(отправлено|написано|послано) |^(надіслано|відправлено) |^(được gửi|đã gửi|gửi) (từ|bằng)|^(发自|發自|来自|來自|寄自|传自)|",
        r"^odeslán[oa] |^odoslan[ée] |^poslan[oe] |^trimis |^(el)?küldve |^dikirim |^στάλθηκε |^enviat |^saadetud |^išsiųsta |^nosūtīts |^outlook (for|pour|für|para|per|voor) "
    ))
});
/// How the advertisement of a program begins.
static GETS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"^(get|download|try|télécharge[rz]?|obtenez|obtenir|obtener|obtén|obter|obtenha|hol(en)?|descarg\p{L}+|baixe|baixar|transfira|ottieni|scarica|hämta|hent|skaff|hanki|",
        r"pobierz|скачать|загрузить|завантажити|tải|dapatkan|получить|stáhněte|získejte|descărcați|obțineți|preuzmite)\b|^(获取|取得|下载|下載)|を入手$"
    ))
});
/// How such a line ends where the verb comes last.
static ENDS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"^(von|vom|mit|über|aus|diese (nachricht|e-?mail|mail)) .{2,}(gesendet|geschickt|versendet|verschickt|geschrieben)$|から(の)?(送信|送付)(しました|されました|済み)?$|",
        r"を(入手|取得|ダウンロード)$|^[从從由自].{1,24}(发送|發送|傳送|寄出|发出)$|(gönderildi|gönderilmiştir|edinin|indirin)$|küldve$|에서 (보냄|보낸 메일|전송)$|(다운로드|받기)$"
    ))
});
/// A sentence goes on behind the name of the device.
static FINITE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"\b(is|are|was|were|it|he|she|they|we|but|or|and then|has|had|does|did|not|never|est|et|mais|ou|ne|pas|ist|und|aber|nicht|es|pero|no|ma|non)\b",
    )
});
static SLOGAN: LazyLock<Pattern> = LazyLock::new(|| pattern(r"^(yahoo|aol) mail ?[:;] (\p{L}+,? ?(e |et |and |y |und )?){1,5}!?$"));
/// What is said of the small keyboard.
static EXCUSE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(excuse|pardon|forgive|sorry for|apolog\w+ for|excusez|pardonnez|désolée? pour|entschuldig\w+) .{0,24}\b(brevity|typos?|terse\w*|spelling|auto-?correct|brièveté|fautes|",
        r"coquilles|tippfehler|kürze)|^typed (on|with) .{0,30}(keyboard|phone|screen|thumbs)|\bsent while mobile|sent on the (go|move)|^brevity"
    ))
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_speaks_in_every_language_and_a_person_is_not_taken_for_one() {
        let devices = [
            "Sent from my iPhone",
            "Get [Outlook for iOS](https://aka.ms/o0ukef)",
            "Hol dir Outlook für iOS<https://aka.ms/o0ukef>",
            "Sent via Superhuman ( https://sprh.example/?vip=leo@college.example )",
            "Yahoo Mail: Search, Organize, Conquer",
            "Enviado con el correo electrónico seguro de Proton Mail.",
            "Von Yahoo Mail auf Android gesendet",
            "Vom iPhone gesendet",
            "iPadから送信",
            "Android 版 Outlook を入手<https://aka.ms/AAb9ysg>",
            "从 Windows 版邮件发送",
            "發自我的 iPhone",
            "来自我的Android手机",
            "-- Sent from my Palm Pre",
            "Typed on a tiny keyboard. Sent from my phone.",
            "Sent from my iPhone, please excuse typos",
            "Отправлено со смартфона Samsung Galaxy.",
        ];
        for line in devices {
            assert!(is_device(line), "{line}");
        }
        let people = [
            "Sent from my iPhone or not, the attachment is always empty.",
            "Sent from my iPhone it is empty.",
            "Sent from my old address, the mail never came.",
            "I sent it from my iPhone yesterday and nothing came.",
            "Ich habe die Mail vom iPhone gesendet",
            "iPhoneから送信できません",
            "从我的iPhone发送不了",
            "My phone is broken.",
            "Get me a new phone, please?",
        ];
        for line in people {
            assert!(!is_device(line), "{line}");
        }
    }
}
