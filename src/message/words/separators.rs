//! Lines that part a mail from the one it answers or passes on: "-----Original Message-----", "-- Please reply above this line --".

use std::sync::LazyLock;

use super::quotes::LONGEST;
use crate::message::pattern::{Pattern, pattern};

/// Longest such line in bytes.
const SEPARATES: usize = 140;

/// "-----Original Message-----", "Begin forwarded message:", "---- Forwarded by Ada Roy on 2 Nov ----".
pub(super) fn is_forward(text: &str) -> bool {
    let core = core(text);
    if core.len() < text.len()
        && text.starts_with("--")
        && (core.starts_with("Forwarded by ") || text.ends_with('-') && LOTUS.is_match(text))
    {
        return true;
    }
    // None of the phrases is longer than this.
    if core.is_empty() || core.len() > 45 {
        return false;
    }
    let core = core.to_lowercase().replace('’', "'");
    FORWARD.contains(&core.as_str())
}

/// A line of the shape "---- words ----", or a bare rule; with a head below it, the words do not matter.
pub(super) fn is_ruled(text: &str) -> bool {
    if SEPARATOR.is_match(text) {
        return true;
    }
    let core = core(text);
    let (before, behind) = text.split_once(core).unwrap_or((text, ""));
    before.trim().chars().count() >= 3 && behind.trim().chars().count() >= 3 && core.len() <= 60
}

/// Nothing but a row of signs.
pub(super) fn is_bare_rule(text: &str) -> bool {
    SEPARATOR.is_match(text)
}

fn core(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '_' | '=' | '>' | '*' | '‐' | '–' | '—' | '~' | ':' | '：'))
}

/// "-- Please reply above this line --". Between signs, any words for answering, above and a line will do.
pub(super) fn is_above(text: &str, ruled: bool) -> bool {
    if text.len() > SEPARATES {
        return false;
    }
    let near = ["above", "below", "ABOVE", "BELOW", "dessus", "dessous", "oberhalb", "über diese"];
    if near.iter().any(|word| text.contains(word)) && ABOVE.is_match(text) {
        return true;
    }
    // A sign in front is a rule; a bullet has words right behind it and none at its end.
    let closed = text.ends_with(['-', '#', '*', '=', '~', '+', '_', '<']);
    ruled && closed && ANSWER.is_match(text) && OVER.is_match(text) && LINE.is_match(text)
}

/// Whether a rule says that what follows was passed on, not answered.
pub(super) fn is_passed_on(line: &str) -> bool {
    const PASSED: [&str; 13] = [
        "forward",
        "transf",
        "réexpédi",
        "reexpedi",
        "weitergeleitet",
        "reenviad",
        "inoltrat",
        "doorgestuurd",
        "encaminhad",
        "vidarebefordra",
        "videresend",
        "przekazan",
        "välitetty",
    ];
    let line = line.trim();
    line.len() < 120 && line.len() < LONGEST && is_forward(line) && PASSED.iter().any(|p| line.to_lowercase().contains(p))
}

static SEPARATOR: LazyLock<Pattern> = LazyLock::new(|| pattern(r"^([-_=‐–—]{5,}|\*{5,})$"));
/// What stands between rules above a mail that is quoted or passed on whole.
const FORWARD: &[&str] = &[
    "original message",
    "original",
    "original mail",
    "original email",
    "original e-mail",
    "original-nachricht",
    "ursprüngliche mail",
    "ursprüngliche e-mail",
    "mail original",
    "mail d'origine",
    "původní e-mail",
    "回复的原邮件",
    "邮件原件",
    "original appointment",
    "message d'origine",
    "message original",
    "message initial",
    "courriel d'origine",
    "courriel original",
    "forwarded message",
    "message transféré",
    "message transfere",
    "message réexpédié",
    "message suivi",
    "courriel transféré",
    "ursprüngliche nachricht",
    "ursprungliche nachricht",
    "weitergeleitete nachricht",
    "originalnachricht",
    "mensaje original",
    "mensaje reenviado",
    "messaggio originale",
    "messaggio inoltrato",
    "messaggio originario",
    "oorspronkelijk bericht",
    "doorgestuurd bericht",
    "mensagem original",
    "mensagem encaminhada",
    "originalmeddelande",
    "ursprungligt meddelande",
    "vidarebefordrat meddelande",
    "oprindelig meddelelse",
    "videresendt meddelelse",
    "opprinnelig melding",
    "videresendt melding",
    "wiadomość oryginalna",
    "oryginalna wiadomość",
    "wiadomość przekazana",
    "treść przekazanej wiadomości",
    "alkuperäinen viesti",
    "välitetty viesti",
    "thư gốc",
    "tin nhắn gốc",
    "thư được chuyển tiếp",
    "исходное сообщение",
    "пересылаемое сообщение",
    "пересланное сообщение",
    "原始邮件",
    "原始郵件",
    "转发邮件",
    "轉寄郵件",
    "元のメッセージ",
    "転送メッセージ",
    "원본 메시지",
    "orijinal ileti",
    "původní zpráva",
    "eredeti üzenet",
    "mesaj original",
    "begin forwarded message",
    "début du message transféré",
    "début du message réexpédié",
    "anfang der weitergeleiteten nachricht",
    "anfang der weitergeleiteten e-mail",
    "inizio messaggio inoltrato",
    "inicio del mensaje reenviado",
    "início da mensagem encaminhada",
    "begin doorgestuurd bericht",
    "vidarebefordrat brev",
    "reply message",
    "reply to message",
    "quoted text",
    "quoted message",
    "message précédent",
    "message cité",
];
/// "-----Ada Roy/Nexam wrote: -----"
static LOTUS: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?i)^-{3,}.{1,80}\b(wrote|a écrit|schrieb|escribió|ha scritto|schreef) ?: ?-{3,}$"));
/// Ticket systems ask that answers be written above a line.
static ABOVE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^[-_=#*> ]*(please )?(reply|respond|type your (reply|response)|write) (above|below) (this|the) (line|text)|do not (write|edit|change) (anything )?(below|above|this)|",
        r"^[-_=#*> ]*(répondez|répondre|veuillez (écrire|répondre)|merci de répondre|écrivez).{0,20}au[- ]dessus|ne (rien )?(pas )?écrire (rien )?(sous|au-dessous|en dessous)|",
        r"^[-_=#*> ]*bitte (antworten sie|schreiben sie) (oberhalb|über) diese"
    ))
});
/// Stems of answering and writing.
static ANSWER: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)repl[yi]|respon|answer|write|type|enter|antwort|schreib|répon|écri|escrib|respuesta|resposta|digite|escreva|reactie|antwoord|\btyp\b|schrijf|svar|skriv|rispo|scriv|",
        r"odpow|napisz|ответ|напиш|відпов|odpov|piš|vasta|kirjoit|válasz|yanıt|trả lời|回复|回覆|返信|回信|답장"
    ))
});
static OVER: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)above|over|über|oberhalb|dessus|sobre|encima|arriba|acima|boven|ovenfor|ovenover|over|ovanför|sopra|powyżej|nad\b|выше|над|вище|yläpuolelle|fölé|felett|üstün|trên|",
        r"上方|上に|之上|以上|위에"
    ))
});
static LINE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(line|text|zeile|linie|ligne|línea|linea|linha|regel|lijn|linje|linją|linię|linii|řád|riad|rivin|sor\b|sat[ıi]r|dòng)|лини|строк|рядк|行|线|線|줄",
    )
});
