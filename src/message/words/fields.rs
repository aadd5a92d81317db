//! The header fields that mail programs write above quoted and forwarded mail, in their users' languages.

use super::Line;
use super::attribution::is_dated;
use crate::message::Mailbox;

/// Lines that a block of header fields may take.
const BLOCK: usize = 12;

/// Whether a block of header fields (From, Sent, To, Subject…) of at least `least` kinds stands at `at`.
pub(super) fn is_header(lines: &[Line], at: usize, least: usize) -> bool {
    let Some(first) = lines.get(at) else { return false };
    if kind_of(&first.text).is_none() {
        return false;
    }
    let mut kinds = Vec::new();
    let mut other = 0;
    for line in lines.iter().skip(at).take(BLOCK) {
        match kind_of(&line.text) {
            Some(kind) if !kinds.contains(&kind) => kinds.push(kind),
            Some(_) => {}
            // A long To: goes on in the next line.
            None if line.text.trim().is_empty() && kinds.len() >= least => break,
            None => other += 1,
        }
        if other > 3 {
            break;
        }
    }
    let block = || lines.iter().skip(at).take(BLOCK).map_while(|l| kind_of(&l.text).map(|kind| (kind, &l.text)));
    // "From: Monday, To: Friday, Subject: Anatomy" is a plan: a head names somebody, or the time of sending.
    let addressed = first.text.contains('@') || block().any(|(_, text)| text.contains('@'));
    let real = addressed || kinds.contains(&Field::Sent) || least < 3;
    real && kinds.contains(&Field::From) && (kinds.len() >= least || first.text.contains('@') && kinds.len() >= 2)
}

/// Lotus Notes: an address, below it the time, then "To" and "Subject" with their values on lines of their own.
pub(super) fn is_lotus(lines: &[Line], at: usize) -> bool {
    let mut below = lines.iter().skip(at + 1).map(|l| l.text.trim()).filter(|l| !l.is_empty()).take(12);
    let time = below.next().is_some_and(|l| l.len() < 40 && l.starts_with(|c: char| c.is_ascii_digit()) && is_dated(l));
    if !time {
        return false;
    }
    let (mut to, mut subject) = (false, false);
    for line in below {
        let name = line.trim_end_matches([':', ' ']).to_lowercase();
        to |= TO.contains(&name.as_str());
        subject |= SUBJECT.contains(&name.as_str()) || name == "thema";
    }
    to && subject
}

/// The sender in a From: line of a head.
pub(super) fn sender(line: &str) -> Option<Mailbox> {
    if kind_of(line) != Some(Field::From) {
        return None;
    }
    let (_, value) = line.split_once([':', '：'])?;
    let value = value.trim_matches(['*', ' ', '\u{a0}']).replace("mailto:", "");
    let (name, address) = value.split_once(['<', '[', '(']).unwrap_or(("", &value));
    let address = address.split(['>', ']', ')']).next().unwrap_or("").trim().to_owned();
    let named = if address.contains('@') { name } else { value.as_str() };
    let address = if address.contains('@') { address } else { String::new() };
    Some(Mailbox { name: named.trim().trim_matches('"').to_owned(), address })
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    From,
    Sent,
    To,
    Subject,
}

/// What field a line begins with, in any of the languages.
pub(super) fn kind_of(line: &str) -> Option<Field> {
    let whole = line.trim();
    let line = whole.trim_start_matches(['*', '>', '|', ' ', '\t']);
    // NetEase draws a table: "| 发件人 | Ada Roy |".
    let (name, _) = if whole.starts_with('|') { line.split_once(['|', ':', '：'])? } else { line.split_once([':', '：'])? };
    let name = name.trim_end_matches(['*', ' ', '\u{a0}']);
    if name.is_empty() || name.len() > 30 {
        return None;
    }
    let name = name.to_lowercase();
    let among = |names: &[&str]| names.contains(&name.as_str());
    if among(FROM) {
        Some(Field::From)
    } else if among(SENT) {
        Some(Field::Sent)
    } else if among(TO) {
        Some(Field::To)
    } else if among(SUBJECT) {
        Some(Field::Subject)
    } else {
        None
    }
}

const FROM: &[&str] = &[
    "from",
    "de",
    "von",
    "da",
    "van",
    "fra",
    "från",
    "od",
    "từ",
    "expéditeur",
    "absender",
    "remitente",
    "mittente",
    "afzender",
    "avsändare",
    "afsender",
    "avsender",
    "nadawca",
    "lähettäjä",
    "от",
    "от кого",
    "发件人",
    "寄件者",
    "差出人",
    "送信者",
    "보낸 사람",
    "kimden",
    "feladó",
    "odesílatel",
    "de la",
    "reply-to",
    "saatja",
    "від",
    "από",
    "nuo",
    "no",
    "šalje",
    "pošiljatelj",
    "odosielateľ",
    "من",
    "מאת",
    "dari",
    "จาก",
    "寄件人",
    "发送人",
    "보낸사람",
    "gönderen",
    "expeditor",
    "remetente",
    "verzender",
];
const SENT: &[&str] = &[
    "sent",
    "date",
    "envoyé",
    "envoye",
    "envoyé le",
    "gesendet",
    "datum",
    "enviado",
    "enviado el",
    "enviada em",
    "enviada",
    "fecha",
    "data",
    "inviato",
    "verzonden",
    "sendt",
    "dato",
    "skickat",
    "wysłano",
    "wysłane",
    "lähetetty",
    "päivämäärä",
    "ngày",
    "đã gửi",
    "отправлено",
    "дата",
    "发送时间",
    "日期",
    "日時",
    "送信日時",
    "보낸 날짜",
    "gönderildi",
    "tarih",
    "küldve",
    "odesláno",
    "trimis",
    "date d'envoi",
    "date de l'envoi",
    "saadetud",
    "надіслано",
    "στάλθηκε",
    "ημερομηνία",
    "išsiųsta",
    "nosūtīts",
    "poslano",
    "odoslané",
    "изпратено",
    "تم الإرسال",
    "تاريخ",
    "נשלח",
    "תאריך",
    "dikirim",
    "tanggal",
    "ส่ง",
    "寄件日期",
    "傳送時間",
    "时间",
    "received",
    "reçu",
    "sendedato",
    "data de envio",
    "data d'enviament",
];
const TO: &[&str] = &[
    "to",
    "cc",
    "bcc",
    "à",
    "a",
    "an",
    "para",
    "pour",
    "aan",
    "til",
    "till",
    "do",
    "dw",
    "đến",
    "tới",
    "destinataire",
    "destinatario",
    "destinatário",
    "kopie",
    "kopi",
    "kopia",
    "copie",
    "copie à",
    "copia",
    "cci",
    "vastaanottaja",
    "кому",
    "копия",
    "收件人",
    "抄送",
    "宛先",
    "받는 사람",
    "kime",
    "címzett",
    "komu",
    "către",
    "in-reply-to",
    "importance",
    "priority",
    "priorité",
    "adressaat",
    "saaja",
    "προς",
    "κοιν",
    "κοιν.",
    "kam",
    "za",
    "prima",
    "до",
    "إلى",
    "אל",
    "kepada",
    "ถึง",
    "收件者",
    "副本",
    "받는사람",
    "alıcı",
    "bilgi",
    "mottaker",
    "modtager",
    "mottagare",
    "ontvanger",
    "empfänger",
    "odbiorca",
    "получатель",
    "per a",
    "копія",
];
const SUBJECT: &[&str] = &[
    "subject",
    "objet",
    "sujet",
    "betreff",
    "asunto",
    "assunto",
    "oggetto",
    "onderwerp",
    "emne",
    "ämne",
    "temat",
    "aihe",
    "chủ đề",
    "тема",
    "主题",
    "主旨",
    "件名",
    "제목",
    "konu",
    "tárgy",
    "předmět",
    "subiect",
    "teema",
    "θέμα",
    "zadeva",
    "naslov",
    "predmet",
    "относно",
    "الموضوع",
    "נושא",
    "perihal",
    "subjek",
    "เรื่อง",
    "標題",
    "标题",
    "assumpte",
    "temats",
];
