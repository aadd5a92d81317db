//! Which lines of a body are somebody else's: marked quotes, "On … wrote:" lines, headers of replies, forwarded mail.
//! Programs write these in their users' languages; what they share is a shape, so shapes are looked for before words.

use std::sync::LazyLock;

use regex::Regex;

use super::Line;
use super::attribution::attribution;
use super::fields::{is_header, kind_of};
use crate::message::automatic::pattern;

/// Longest line in bytes that may begin a quote.
pub(super) const LONGEST: usize = 400;

/// How a stretch of somebody else's words begins.
enum Start {
    /// "On … wrote:", this many lines long.
    Attribution(usize),
    /// Everything from here on is another mail.
    Rest,
}

/// Which lines are quoted.
pub(super) fn mark(lines: &[Line]) -> Vec<bool> {
    let mut quoted: Vec<bool> = lines.iter().map(|l| l.quoted || l.text.trim_start().starts_with(['>', '＞'])).collect();
    let mut last_marked = quoted.iter().rposition(|q| *q);
    let mut at = 0;
    while at < lines.len() {
        if quoted.get(at) == Some(&true) {
            at += 1;
            continue;
        }
        match start_at(lines, &quoted, at) {
            Some(Start::Attribution(length)) => {
                set(&mut quoted, at, at + length);
                at += length;
                // The quoted text carries no mark of its own, so all of the rest is it.
                if last_marked.is_none_or(|last| last < at) {
                    set(&mut quoted, at, lines.len());
                    last_marked = Some(lines.len());
                }
            }
            Some(Start::Rest) => {
                set(&mut quoted, at, lines.len());
                at = lines.len();
            }
            None => at += 1,
        }
    }
    quoted
}

fn set(quoted: &mut [bool], from: usize, to: usize) {
    quoted.iter_mut().take(to).skip(from).for_each(|q| *q = true);
}

fn start_at(lines: &[Line], quoted: &[bool], at: usize) -> Option<Start> {
    let text = lines.get(at)?.text.trim();
    // Most lines are cleared by what they lack: a colon, a rule of dashes, or the words of a forward.
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    let ruled = text.starts_with(['-', '_', '=', '*', '#', '~', '‐', '–', '—']);
    if (ruled || text.ends_with(':') || text.len() < 60) && text.len() < 140 && (is_forward(text) || is_above(text)) {
        return Some(Start::Rest);
    }
    let separated = ruled && SEPARATOR.is_match(text);
    if separated && (1..=3).any(|ahead| is_header(lines, at + ahead, 2)) || text.contains([':', '：']) && is_header(lines, at, 3) {
        return Some(Start::Rest);
    }
    attribution(lines, quoted, at).map(Start::Attribution)
}

/// "-----Original Message-----", "Begin forwarded message:", "---- Forwarded by Ada Roy on 2 Nov ----".
fn is_forward(text: &str) -> bool {
    let core =
        text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '_' | '=' | '>' | '*' | '‐' | '–' | '—' | '~' | ':' | '：'));
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

/// "-- Please reply above this line --"
fn is_above(text: &str) -> bool {
    let near = ["above", "below", "ABOVE", "BELOW", "dessus", "dessous", "oberhalb", "über diese", "en dessous"];
    near.iter().any(|word| text.contains(word)) && ABOVE.is_match(text)
}

/// A line of the head of a forwarded mail.
pub(super) fn is_head(line: &str) -> bool {
    let line = line.trim();
    line.len() < LONGEST && (is_forward(line) || SEPARATOR.is_match(line) || kind_of(line).is_some())
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
    line.len() < 120 && is_forward(line) && PASSED.iter().any(|p| line.to_lowercase().contains(p))
}

static SEPARATOR: LazyLock<Regex> = LazyLock::new(|| pattern(r"^([-_=‐–—]{5,}|\*{5,})$"));
/// What stands between rules above a mail that is quoted or passed on whole.
const FORWARD: &[&str] = &[
    "original message",
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
static LOTUS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^-{3,}.{1,80}\b(wrote|a écrit|schrieb|escribió|ha scritto|schreef) ?: ?-{3,}$"));
/// Ticket systems ask that answers be written above a line.
static ABOVE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^[-_=#*> ]*(please )?(reply|respond|type your (reply|response)|write) (above|below) (this|the) (line|text)|do not (write|edit|change) (anything )?(below|above|this)|",
        r"^[-_=#*> ]*(répondez|répondre|veuillez (écrire|répondre)|merci de répondre|écrivez).{0,20}au[- ]dessus|ne (rien )?(pas )?écrire (rien )?(sous|au-dessous|en dessous)|",
        r"^[-_=#*> ]*bitte (antworten sie|schreiben sie) (oberhalb|über) diese"
    ))
});
