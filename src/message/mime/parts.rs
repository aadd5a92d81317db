//! The tree of parts (RFC 2046): which of them are read, which are attached.

use std::borrow::Cow;

use super::super::Attachment;
use super::super::html::tags;
use super::address::limited;
use super::boundary::{Split, derived_boundary, split};
use super::choose::{self, choose, merged};
use super::encoded::note;
use super::head::{self, Head};
use super::parameters::{self, Structured};
use super::text::{is_data, looks_like_html, meta_charset, printable, without_commands};
use super::transfer::{self, Transfer};
use super::{calendar, charset, reports, rtf, tnef};

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
            Self::Plain(plain) => !plain.text.contains(char::is_alphanumeric),
            Self::Html(html) => !says(html),
            Self::Either(plain, html) => !plain.text.contains(char::is_alphanumeric) && !says(html),
        }
    }

    /// What was found in Rich Text.
    pub fn rich(text: rtf::Rich) -> Self {
        match text {
            rtf::Rich::Html(html) => Self::Html(printable(html.into())),
            rtf::Rich::Plain(text) => Self::Plain(Plain { text: printable(text.into()), flowed: None }),
        }
    }
}

/// Whether words stand in an HTML text, as opposed to pictures and layout alone.
fn says(html: &str) -> bool {
    // Nobody writes so much of layout alone.
    html.len() > choose::SOME_BYTES || tags::without(html, choose::SOME_BYTES, ' ').contains(char::is_alphanumeric)
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
    /// Text in attached parts: read when there is nothing else.
    spare: Vec<Piece>,
    /// So many parts of text a person may have written were attached.
    attached_texts: usize,
}

/// Opens the message with these header fields.
pub fn open(head: &Head<'_>) -> Opened {
    let mut opened = Opened::default();
    let pieces = opened.part(head, Place { depth: 0, digest: false });
    let spare = std::mem::take(&mut opened.spare);
    let only = pieces.iter().all(Piece::is_blank) && !spare.iter().all(Piece::is_blank);
    if opened.attached_texts > 0 {
        note(&mut opened.defects, if only { "the only text was attached: it was read" } else { "attached text was not read" });
    }
    opened.pieces = if only { spare } else { pieces };
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
        if readable {
            let piece = self.decoded(head.body, kind, subtype);
            if place.depth == 0 || !self.is_attached(kind, &piece) {
                if !matches!(piece, Piece::Html(_)) && self.charset.is_none() {
                    self.charset = kind.content.get("charset").map(str::to_owned);
                }
                self.spoken |= !piece.is_blank();
                return vec![piece];
            }
            self.set_aside(piece);
        } else if subtype == "calendar" {
            let bytes = kind.transfer.decode(cut(head.body)).0;
            let text = calendar::words(&bytes, kind.content.get("charset"));
            self.spare.push(Piece::Plain(Plain { text, flowed: None }));
        } else if subtype == "rtf" {
            self.set_aside(Piece::rich(rtf::read(&kind.transfer.decode(cut(head.body)).0)));
        }
        self.attach(head, kind);
        Vec::new()
    }

    /// Whether a text is a file beside the mail. Some programs name their bodies: what comes before any words is one, and so are words that
    /// stand inline behind a picture; Exchange gives those a name of its own.
    fn is_attached(&self, kind: &Kind, piece: &Piece) -> bool {
        let name = kind.name();
        let by_exchange = name.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("att")) && {
            let rest = name.get(3..).and_then(|rest| rest.split_once('.'));
            rest.is_some_and(|(number, _)| number.len() >= 4 && number.bytes().all(|b| b.is_ascii_digit()))
        };
        let inline = kind.disposition.value == "inline" || by_exchange;
        let data = || matches!(piece, Piece::Plain(plain) if is_data(&plain.text));
        kind.disposition.value == "attachment" && !by_exchange || !name.is_empty() && self.spoken && (!inline || data())
    }

    fn set_aside(&mut self, piece: Piece) {
        self.attached_texts += usize::from(!piece.is_blank());
        self.spare.push(piece);
    }

    /// Anything that is no text.
    fn file(&mut self, head: &Head<'_>, kind: &Kind) -> Vec<Piece> {
        match kind.media_type.as_str() {
            "application/pkcs7-mime" | "application/x-pkcs7-mime" => {
                note(&mut self.defects, "S/MIME: the text cannot be read");
            }
            "application/ms-tnef" | "application/vnd.ms-tnef" => return self.winmail(head, kind),
            "application/octet-stream" if kind.name().eq_ignore_ascii_case("winmail.dat") => return self.winmail(head, kind),
            "application/rtf" | "application/x-rtf" => self.set_aside(Piece::rich(rtf::read(&kind.transfer.decode(cut(head.body)).0))),
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
