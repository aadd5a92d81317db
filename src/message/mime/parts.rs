//! The tree of parts (RFC 2046): which of them are read, which are attached.

use std::borrow::Cow;

use super::super::Attachment;
use super::address::limited;
use super::boundary::{Split, derived_boundary, split};
use super::choose::{choose, merged};
use super::encoded::note;
use super::head::{self, Head};
use super::parameters::{self, Structured};
use super::transfer::{self, Transfer};
use super::{calendar, charset, reports, tnef};

/// Limits of SAFETY, section 3.
const DEEPEST: usize = 20;
const MOST_PARTS: usize = 500;
/// Bytes of one text part that are decoded; what is read of it is cut further.
const MOST_TEXT: usize = 4 * 1024 * 1024;
/// Bytes of a part that is nested too deep which are shown.
const MOST_UNOPENED: usize = 16 * 1024;

/// Text to be read, decoded, as it stands in its part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// text/plain.
    Plain(Plain),
    /// text/html.
    Html(String),
    /// The same said twice; the plain text is read.
    Either(Plain, String),
}

/// Plain text and its format.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plain {
    /// The text.
    pub text: String,
    /// `format=flowed` (RFC 3676); the value is `delsp`.
    pub flowed: Option<bool>,
}

impl Piece {
    /// Whether a reader would see nothing.
    fn is_blank(&self) -> bool {
        match self {
            Self::Plain(plain) => !plain.text.chars().any(char::is_alphanumeric),
            Self::Html(html) => html.trim().is_empty(),
            Self::Either(plain, html) => plain.text.trim().is_empty() && html.trim().is_empty(),
        }
    }
}

/// A message, opened.
#[derive(Debug, Default)]
pub struct Opened {
    /// What is to be read, in order.
    pub pieces: Vec<Piece>,
    /// What is attached.
    pub attachments: Vec<Attachment>,
    /// What was broken, or cannot be read.
    pub defects: Vec<String>,
    /// What machine-readable parts say of the delivery of another message.
    pub report: Option<reports::Report>,
    /// The charset of the first text, a hint for raw letters in headers.
    pub charset: Option<String>,
    parts: usize,
    spoken: bool,
    too_deep: bool,
    /// Text in an attached part without a name: read when there is nothing else.
    spare: Vec<Piece>,
}

/// Opens the message with these header fields.
pub fn open(head: &Head<'_>) -> Opened {
    let mut opened = Opened::default();
    let pieces = opened.part(head, Place { depth: 0, digest: false });
    opened.pieces = if pieces.iter().all(Piece::is_blank) && !opened.spare.is_empty() { std::mem::take(&mut opened.spare) } else { pieces };
    opened
}

#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    digest: bool,
}

/// The header fields that say what a part is.
struct Kind {
    media_type: String,
    content: Structured,
    disposition: Structured,
    transfer: Transfer,
    transfer_declared: bool,
}

impl Kind {
    fn name(&self) -> &str {
        self.disposition.get("filename").or_else(|| self.content.get("name")).unwrap_or_default()
    }
}

impl Opened {
    fn part(&mut self, head: &Head<'_>, place: Place) -> Vec<Piece> {
        self.parts += 1;
        if self.parts > MOST_PARTS {
            note(&mut self.defects, "more than 500 parts: the rest was not opened");
            return Vec::new();
        }
        if place.depth > DEEPEST {
            note(&mut self.defects, "depth: parts nested more than 20 deep were not opened");
            // Whatever stands there is shown as it is, so that no words are lost; once, and not a whole file.
            if std::mem::replace(&mut self.too_deep, true) {
                return Vec::new();
            }
            let rest = head.body.get(..MOST_UNOPENED).unwrap_or(head.body);
            return vec![Piece::Plain(Plain { text: printable(charset::decode(rest, None).text), flowed: None })];
        }
        for defect in &head.defects {
            note(&mut self.defects, *defect);
        }
        let kind = self.kind(head, place);
        match kind.media_type.split_once('/') {
            Some(("multipart", subtype)) => self.multipart(head, &kind, subtype, place),
            Some(("message", subtype)) => self.message(head, &kind, subtype, place),
            Some(("text", subtype)) => self.text(head, &kind, subtype, place),
            _ => self.file(head, &kind),
        }
    }

    fn kind(&mut self, head: &Head<'_>, place: Place) -> Kind {
        let content = head.get("content-type").map(|v| parameters::read(v, &mut self.defects)).unwrap_or_default();
        let disposition = head.get("content-disposition").map(|v| parameters::read(v, &mut self.defects)).unwrap_or_default();
        let transfer = head.get("content-transfer-encoding");
        let media_type = match content.value.split_once('/') {
            Some((kind, subtype)) if !kind.is_empty() && !subtype.is_empty() => content.value.clone(),
            _ if place.digest && content.value.is_empty() => "message/rfc822".into(),
            _ if content.get("boundary").is_some() => "multipart/mixed".into(),
            _ if content.value == "html" => "text/html".into(),
            _ if place.depth == 0 && derived_boundary(head.body, 20).is_some() => "multipart/mixed".into(),
            _ => "text/plain".into(),
        };
        Kind {
            media_type: limited(&media_type.replace(char::is_control, "\u{fffd}"), 120),
            content,
            disposition,
            transfer: transfer.map_or(Transfer::Identity, Transfer::named),
            transfer_declared: transfer.is_some(),
        }
    }

    fn multipart(&mut self, head: &Head<'_>, kind: &Kind, subtype: &str, place: Place) -> Vec<Piece> {
        if subtype == "encrypted" {
            note(&mut self.defects, "PGP: the text cannot be read");
        }
        let body =
            if matches!(kind.transfer, Transfer::Base64 | Transfer::Quoted) && split(head.body, kind.content.get("boundary")).is_none() {
                kind.transfer.decode(head.body).0
            } else {
                Cow::Borrowed(head.body)
            };
        let declared = split(&body, kind.content.get("boundary"));
        let bodies = declared.or_else(|| {
            let boundary = derived_boundary(&body, usize::MAX)?;
            note(&mut self.defects, "the boundary was not the declared one");
            split(&body, Some(&boundary))
        });
        let Some(Split { bodies, closed }) = bodies else {
            note(&mut self.defects, "multipart without parts: read as text");
            return self.text(head, &Kind { transfer: Transfer::Identity, ..plain_kind(kind) }, "plain", place);
        };
        if !closed {
            note(&mut self.defects, "the closing boundary is missing");
        }
        let inner = Place { depth: place.depth + 1, digest: subtype == "digest" };
        let heads = bodies.into_iter().map(head::split);
        match subtype {
            "alternative" => {
                let children: Vec<Vec<Piece>> = heads.map(|h| self.part(&h, inner)).collect();
                choose(children)
            }
            _ => merged(heads.flat_map(|h| self.part(&h, inner)).collect()),
        }
    }

    fn message(&mut self, head: &Head<'_>, kind: &Kind, subtype: &str, place: Place) -> Vec<Piece> {
        if let Some(report) = reports::read(subtype, &kind.transfer.decode(head.body).0) {
            self.report.get_or_insert_with(reports::Report::default).take(report);
        }
        if matches!(subtype, "rfc822" | "global" | "news") && place.depth == 0 {
            let body = kind.transfer.decode(head.body).0;
            return self.part(&head::split(&body), Place { depth: 1, digest: false });
        }
        if place.depth == 0 && !matches!(subtype, "rfc822" | "global" | "news") {
            return self.text(head, &plain_kind(kind), "plain", place);
        }
        self.attach(head, kind);
        Vec::new()
    }

    fn text(&mut self, head: &Head<'_>, kind: &Kind, subtype: &str, place: Place) -> Vec<Piece> {
        let named = !kind.name().is_empty();
        let readable = match subtype {
            "plain" | "html" | "enriched" | "richtext" | "markdown" | "x-markdown" | "x-plain" => true,
            "calendar" | "x-vcard" | "vcard" | "rtf" | "csv" | "css" | "x-amp-html" | "watch-html" | "rfc822-headers" => false,
            _ => place.depth == 0 && !named,
        };
        // A named text is the body when nothing was said before it: some programs name their bodies.
        let attached = kind.disposition.value == "attachment" || named && self.spoken;
        if readable && !(attached && place.depth > 0) {
            let piece = self.decoded(head.body, kind, subtype);
            if !matches!(piece, Piece::Html(_)) && self.charset.is_none() {
                self.charset = kind.content.get("charset").map(str::to_owned);
            }
            self.spoken |= !piece.is_blank();
            return vec![piece];
        }
        if subtype == "calendar" {
            let bytes = kind.transfer.decode(cut(head.body)).0;
            let text = calendar::words(&bytes, kind.content.get("charset"));
            self.spare.push(Piece::Plain(Plain { text, flowed: None }));
        } else if readable && !named {
            let piece = self.decoded(head.body, kind, subtype);
            self.spare.push(piece);
        }
        self.attach(head, kind);
        Vec::new()
    }

    /// Anything that is no text.
    fn file(&mut self, head: &Head<'_>, kind: &Kind) -> Vec<Piece> {
        match kind.media_type.as_str() {
            "application/pkcs7-mime" | "application/x-pkcs7-mime" => {
                note(&mut self.defects, "S/MIME: the text cannot be read");
            }
            "application/ms-tnef" | "application/vnd.ms-tnef" => return self.winmail(head, kind),
            "application/octet-stream" if kind.name().eq_ignore_ascii_case("winmail.dat") => return self.winmail(head, kind),
            "application/pgp-encrypted" => note(&mut self.defects, "PGP: the text cannot be read"),
            _ => {}
        }
        self.attach(head, kind);
        Vec::new()
    }

    /// Outlook's own wrapping: what is in it counts instead of it. Its text is read when no other part says anything.
    fn winmail(&mut self, head: &Head<'_>, kind: &Kind) -> Vec<Piece> {
        match tnef::read(&kind.transfer.decode(head.body).0) {
            Some(found) if found.body.is_some() || !found.attachments.is_empty() => {
                self.attachments.extend(found.attachments.into_iter().take(MOST_PARTS));
                self.spare.extend(found.body);
            }
            _ => {
                note(&mut self.defects, "winmail.dat cannot be read");
                self.attach(head, kind);
            }
        }
        Vec::new()
    }

    fn attach(&mut self, head: &Head<'_>, kind: &Kind) {
        let name: String = kind.name().chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
        self.attachments.push(Attachment {
            name: limited(&name, 255),
            media_type: kind.media_type.clone(),
            size: kind.transfer.size(head.body),
        });
    }

    /// The text of a part, with the files inside it (uuencode) attached.
    fn decoded(&mut self, body: &[u8], kind: &Kind, subtype: &str) -> Piece {
        let (mut bytes, broken) = kind.transfer.decode(cut(body));
        if let Some(what) = broken {
            note(&mut self.defects, what);
        }
        if kind.transfer == Transfer::Identity && transfer::is_secretly_quoted(&bytes) && !kind.transfer_declared {
            note(&mut self.defects, "quoted-printable that was not declared");
            bytes = Transfer::Quoted.decode(&bytes).0.into_owned().into();
        }
        let meta = (subtype == "html" && kind.content.get("charset").is_none()).then(|| meta_charset(&bytes)).flatten();
        let decoded = charset::decode(&bytes, kind.content.get("charset").or(meta.as_deref()));
        if let Some(doubt) = decoded.doubt {
            note(&mut self.defects, format!("charset: {doubt}"));
        }
        let mut text = printable(decoded.text);
        if subtype == "html" || looks_like_html(&text) {
            return Piece::Html(text);
        }
        if text.contains("-----BEGIN PGP MESSAGE-----") {
            note(&mut self.defects, "PGP: the text cannot be read");
        }
        if matches!(subtype, "enriched" | "richtext") {
            text = without_commands(&text);
        }
        self.take_files(&mut text);
        let has = |name: &str, value: &str| kind.content.get(name).is_some_and(|v| v.eq_ignore_ascii_case(value));
        Piece::Plain(Plain { text, flowed: has("format", "flowed").then(|| has("delsp", "yes")) })
    }

    fn take_files(&mut self, text: &mut String) {
        for _ in 0..20 {
            let Some(file) = transfer::uuencoded(text.as_bytes()) else { return };
            let (from, to) = file.span;
            if !(text.is_char_boundary(from) && text.is_char_boundary(to)) {
                return;
            }
            text.replace_range(from..to, "");
            self.attachments.push(Attachment {
                name: limited(&file.name, 255),
                media_type: "application/octet-stream".into(),
                size: file.bytes.len(),
            });
        }
    }
}

fn plain_kind(kind: &Kind) -> Kind {
    Kind {
        media_type: "text/plain".into(),
        content: kind.content.clone(),
        disposition: Structured::default(),
        transfer: kind.transfer,
        transfer_declared: kind.transfer_declared,
    }
}

fn cut(body: &[u8]) -> &[u8] {
    body.get(..MOST_TEXT).unwrap_or(body)
}

/// Without NUL and other control characters, which databases and terminals choke on; line ends are LF.
pub fn printable(text: Cow<'_, str>) -> String {
    let odd = |c: char| c.is_control() && c != '\n' && c != '\t';
    if !text.contains(odd) {
        return text.into_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            '\r' => {
                // A doubled CR before LF is one line end.
                while letters.next_if_eq(&'\r').is_some() {}
                letters.next_if_eq(&'\n');
                out.push('\n');
            }
            '\u{c}' | '\u{b}' | '\u{85}' => out.push('\n'),
            c if odd(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// HTML that claims to be plain text.
fn looks_like_html(text: &str) -> bool {
    let start = limited(text.trim_start(), 200).to_ascii_lowercase();
    ["<!doctype html", "<html"].iter().any(|tag| start.starts_with(tag)) || start.starts_with("<?xml") && start.contains("<html")
}

/// The charset that an HTML document names in its head.
fn meta_charset(bytes: &[u8]) -> Option<String> {
    let start = String::from_utf8_lossy(bytes.get(..bytes.len().min(2_048))?).to_ascii_lowercase();
    let (_, behind) = start.split_once("charset=")?;
    let label: String =
        behind.trim_start_matches(['"', '\'']).chars().take_while(|c| c.is_ascii_alphanumeric() || "-_:.".contains(*c)).collect();
    (!label.is_empty()).then_some(label)
}

/// text/enriched (RFC 1896) without its commands.
fn without_commands(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, behind)) = rest.split_once('<') {
        out.push_str(before);
        if let Some(literal) = behind.strip_prefix('<') {
            out.push('<');
            rest = literal;
            continue;
        }
        let (command, behind) = behind.split_once('>').unwrap_or(("", behind));
        let hidden = command.eq_ignore_ascii_case("param");
        rest = if hidden { behind.split_once("</").map_or(behind, |(_, b)| b.split_once('>').map_or(b, |(_, b)| b)) } else { behind };
    }
    out + rest
}
