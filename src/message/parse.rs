//! Bytes to [`Message`].

use jiff::{Timestamp, Zoned, civil, tz};
use mail_parser::{HeaderName, HeaderValue, Message as Parsed, MessageParser, MessagePart, MimeHeaders, PartType};

use super::address::Address;
use super::words::{self, Line};
use super::{Attachment, Authentication, Identity, Mailbox, Message, authentication, automatic, html};

/// Limits of SAFETY, section 3: beyond them a message is cut, noted, and shown to a person.
const MOST_HEADER_BYTES: usize = 256 * 1024;
const MOST_PARTS: usize = 500;
const MOST_TEXT: usize = 256 * 1024;
const MOST_SUBJECT: usize = 2_000;

/// Reads one message (RFC 5322, any charset, any MIME shape). Total: whatever the bytes are, there is a `Message`.
pub fn message(raw: &[u8], identity: &Identity) -> Message {
    let mut defects = Vec::new();
    let raw = within_limits(raw, &mut defects);
    match MessageParser::default().parse(raw.as_ref()) {
        Some(parsed) => read(&parsed, identity, defects),
        None => {
            defects.push("no headers: the bytes are no message".into());
            from_text(&String::from_utf8_lossy(&raw), defects)
        }
    }
}

/// Cuts what no honest message has: endless headers, thousands of parts.
fn within_limits<'a>(raw: &'a [u8], defects: &mut Vec<String>) -> std::borrow::Cow<'a, [u8]> {
    let head = header_end(raw);
    if head > MOST_HEADER_BYTES {
        defects.push("headers over 256 KiB were cut".into());
        let mut short = raw.get(..MOST_HEADER_BYTES).unwrap_or(raw).to_vec();
        let border = short.iter().rposition(|b| *b == b'\n').unwrap_or(0);
        short.truncate(border + 1);
        short.extend_from_slice(raw.get(head..).unwrap_or_default());
        return short.into();
    }
    // Line ends of a lone CR (old Mac programs) would hide the headers from the parser.
    if !raw.contains(&b'\n') && raw.contains(&b'\r') {
        return raw.iter().map(|b| if *b == b'\r' { b'\n' } else { *b }).collect::<Vec<_>>().into();
    }
    raw.into()
}

fn header_end(raw: &[u8]) -> usize {
    let lf = raw.windows(2).position(|w| w == b"\n\n");
    let crlf = raw.windows(4).position(|w| w == b"\r\n\r\n");
    match (lf, crlf) {
        (Some(a), Some(b)) => a.min(b),
        (a, b) => a.or(b).unwrap_or(raw.len()),
    }
}

fn from_text(text: &str, defects: Vec<String>) -> Message {
    let lines: Vec<Line> = printable(text).lines().map(|l| Line { text: l.to_owned(), quoted: false }).collect();
    let words = words::own(&lines);
    Message {
        from: Vec::new(),
        to: Vec::new(),
        cc: Vec::new(),
        reply_to: Vec::new(),
        sender: None,
        subject: String::new(),
        date: None,
        received: None,
        message_id: None,
        in_reply_to: Vec::new(),
        references: Vec::new(),
        text: join(&lines),
        new_text: words.new_text,
        clean: words.clean,
        quoted: words.quoted,
        signature: words.signature,
        attachments: Vec::new(),
        automatic: None,
        automatic_why: Vec::new(),
        no_auto_reply: Vec::new(),
        authentication: Authentication::NotProven("no From".into()),
        defects,
    }
}

fn read(parsed: &Parsed<'_>, identity: &Identity, mut defects: Vec<String>) -> Message {
    let body = body(parsed, &mut defects);
    let words = words::own(&body.lines);
    let text = join(&body.lines);
    let from = mailboxes(parsed, HeaderName::From);
    let reply_to = mailboxes(parsed, HeaderName::ReplyTo);
    let sender = sole_sender(parsed, &from, &mut defects);
    let subject = printable(&limited(parsed.subject().unwrap_or_default(), MOST_SUBJECT)).split_whitespace().collect::<Vec<_>>().join(" ");
    let headers = header_list(parsed);
    let root = parsed.content_type();
    let media_type = root.map(media_type).unwrap_or_default();
    let report_type = root.and_then(|c| c.attribute("report-type")).unwrap_or_default().to_ascii_lowercase();
    let machine = automatic::judge(
        &automatic::Look {
            headers: &headers,
            media_type: &media_type,
            report_type: &report_type,
            from: &from,
            reply_to: &reply_to,
            subject: &subject,
            text: &text,
        },
        identity,
    );
    let mut no_auto_reply = machine.no_auto_reply;
    no_auto_reply.extend(body.doubts);
    Message {
        to: mailboxes(parsed, HeaderName::To),
        cc: mailboxes(parsed, HeaderName::Cc),
        date: parsed.date().and_then(zoned),
        received: parsed.received().and_then(|r| r.date()).and_then(|d| zoned(&d)).map(|z| z.timestamp()),
        message_id: parsed.message_id().map(|id| limited(&printable(id), 900)),
        in_reply_to: ids(parsed.in_reply_to()),
        references: ids(parsed.references()),
        authentication: authentication::judge(parsed.headers_raw(), sender.as_ref(), identity),
        from,
        reply_to,
        sender,
        subject,
        text,
        new_text: words.new_text,
        clean: words.clean,
        quoted: words.quoted,
        signature: words.signature,
        attachments: attachments(parsed),
        automatic: machine.automatic,
        automatic_why: machine.why,
        no_auto_reply,
        defects,
    }
}

/// Root headers, names in lower case.
fn header_list(parsed: &Parsed<'_>) -> Vec<(String, String)> {
    parsed
        .headers_raw()
        .take(1000)
        .map(|(name, value)| (name.to_ascii_lowercase(), value.split_whitespace().collect::<Vec<_>>().join(" ")))
        .collect()
}

fn mailboxes(parsed: &Parsed<'_>, name: HeaderName<'static>) -> Vec<Mailbox> {
    parsed
        .header_values(name)
        .filter_map(HeaderValue::as_address)
        .flat_map(|a| a.iter())
        .take(200)
        .map(|a| Mailbox {
            name: limited(&printable(a.name().unwrap_or_default()), 300).split_whitespace().collect::<Vec<_>>().join(" "),
            address: limited(&printable(a.address().unwrap_or_default()), 320).trim().to_owned(),
        })
        .filter(|m| !m.name.is_empty() || !m.address.is_empty())
        .collect()
}

/// The one From address; two fields, two mailboxes or a group prove nobody.
fn sole_sender(parsed: &Parsed<'_>, from: &[Mailbox], defects: &mut Vec<String>) -> Option<Address> {
    let fields = parsed.headers().iter().filter(|h| h.name == HeaderName::From).count();
    let group = parsed.from().is_some_and(|a| a.as_group().is_some());
    match from {
        [one] if fields == 1 && !group && !is_deceptive(parsed) => Address::parse(&one.address),
        [] => None,
        _ => {
            defects.push("From does not name exactly one sender".into());
            None
        }
    }
}

/// Shapes that parsers disagree about: a quoted local part with an `@`, a source route, two `@` in the brackets.
fn is_deceptive(parsed: &Parsed<'_>) -> bool {
    let raw = parsed.header_raw(HeaderName::From).unwrap_or_default();
    let address = raw.rsplit_once('<').map_or(raw, |(_, rest)| rest.split('>').next().unwrap_or(rest));
    address.matches('@').count() > 1 || raw.matches('<').count() > 1
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    let one = |id: &str| limited(&printable(id), 900).split_whitespace().collect::<String>();
    match value {
        HeaderValue::Text(id) => vec![one(id)],
        HeaderValue::TextList(list) => list.iter().rev().take(100).map(|id| one(id)).rev().collect(),
        _ => Vec::new(),
    }
}

fn media_type(content: &mail_parser::ContentType<'_>) -> String {
    match content.subtype() {
        Some(sub) => format!("{}/{sub}", content.ctype()).to_ascii_lowercase(),
        None => content.ctype().to_ascii_lowercase(),
    }
}

fn zoned(date: &mail_parser::DateTime) -> Option<Zoned> {
    let number = |n: u16| i16::try_from(n).ok();
    let small = |n: u8| i8::try_from(n).ok();
    let civil = civil::DateTime::new(
        number(date.year)?,
        small(date.month)?,
        small(date.day)?,
        small(date.hour)?,
        small(date.minute)?,
        small(date.second.min(59))?,
        0,
    )
    .ok()?;
    let seconds = (i32::from(date.tz_hour) * 60 + i32::from(date.tz_minute)) * 60;
    let offset = tz::Offset::from_seconds(if date.tz_before_gmt { -seconds } else { seconds }).ok()?;
    offset.to_timestamp(civil).ok().map(|at: Timestamp| at.to_zoned(offset.to_time_zone()))
}

fn attachments(parsed: &Parsed<'_>) -> Vec<Attachment> {
    parsed
        .attachments()
        .take(MOST_PARTS)
        .map(|part| Attachment {
            name: limited(&printable(part.attachment_name().unwrap_or_default()), 255),
            media_type: part.content_type().map(media_type).unwrap_or_else(|| "application/octet-stream".into()),
            size: part.contents().len(),
        })
        .collect()
}

#[derive(Default)]
struct Body {
    lines: Vec<Line>,
    doubts: Vec<String>,
}

/// The readable body: plain text where it says something, else HTML.
fn body(parsed: &Parsed<'_>, defects: &mut Vec<String>) -> Body {
    if parsed.parts.len() > MOST_PARTS {
        defects.push(format!("{} parts: only the first {MOST_PARTS} were read", parsed.parts.len()));
    }
    let texts: Vec<&MessagePart<'_>> = parsed.text_bodies().take(MOST_PARTS).collect();
    let htmls: Vec<&MessagePart<'_>> = parsed.html_bodies().take(MOST_PARTS).collect();
    for part in texts.iter().chain(&htmls).filter(|p| p.is_encoding_problem) {
        let charset = part.content_type().and_then(|c| c.attribute("charset")).unwrap_or("none declared");
        defects.push(format!("charset: text did not decode cleanly ({})", limited(&printable(charset), 40)));
    }
    let mut plain = render(&texts, defects);
    let has_html = htmls.iter().any(|p| matches!(p.body, PartType::Html(_)));
    let text_is_html = texts.iter().any(|p| matches!(p.body, PartType::Html(_)));
    let mut doubts = Vec::new();
    if has_html && !text_is_html {
        let rich = render(&htmls, defects);
        if is_blank(&plain) {
            plain = rich;
        } else if differ(&plain, &rich) {
            defects.push("the plain text and the HTML say different things".into());
            doubts.push("the plain text and the HTML say different things".into());
        }
    }
    if defects.iter().any(|d| d.starts_with("hidden")) {
        doubts.push("holds hidden text".into());
    }
    for (kind, says) in [
        ("application/ms-tnef", "winmail.dat cannot be read"),
        ("application/pkcs7-mime", "S/MIME: the text cannot be read"),
        ("multipart/encrypted", "PGP: the text cannot be read"),
    ] {
        if parsed.parts.iter().any(|p| p.content_type().map(media_type).is_some_and(|t| t == kind)) {
            defects.push(says.into());
        }
    }
    Body { lines: capped(plain, defects), doubts }
}

fn render(parts: &[&MessagePart<'_>], defects: &mut Vec<String>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for part in parts {
        match &part.body {
            PartType::Text(text) => {
                let flowed = part.content_type().is_some_and(|c| c.attribute("format").is_some_and(|f| f.eq_ignore_ascii_case("flowed")));
                let del_sp = part.content_type().is_some_and(|c| c.attribute("delsp").is_some_and(|f| f.eq_ignore_ascii_case("yes")));
                let text = printable(text);
                lines.extend(if flowed {
                    unflow(&text, del_sp)
                } else {
                    text.lines().map(|l| Line { text: l.to_owned(), quoted: false }).collect()
                });
            }
            PartType::Html(text) => {
                let page = html::render(&printable(text));
                if page.hidden {
                    defects.push("hidden text was left out".into());
                }
                if page.stripped {
                    defects.push("HTML too large or too deep: only its tags were stripped".into());
                }
                lines.extend(page.lines);
            }
            _ => {}
        }
        if lines.len() > 100_000 {
            break;
        }
    }
    lines
}

/// RFC 3676: a line that ends with a space flows into the next one of the same quote depth.
fn unflow(text: &str, del_sp: bool) -> Vec<Line> {
    let mut lines: Vec<String> = Vec::new();
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let depth = line.chars().take_while(|c| *c == '>').count();
        let rest = line.get(depth..).unwrap_or_default();
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        let flows = rest.ends_with(' ') && rest != "-- ";
        let words = if flows && del_sp { rest.trim_end_matches(' ') } else { rest };
        match (open, lines.last_mut()) {
            (Some(d), Some(last)) if d == depth => last.push_str(words),
            _ if depth > 0 => lines.push(format!("{} {words}", ">".repeat(depth))),
            _ => lines.push(words.to_owned()),
        }
        open = flows.then_some(depth);
    }
    lines.into_iter().map(|text| Line { text: if text == "-- " { text } else { text.trim_end().to_owned() }, quoted: false }).collect()
}

fn capped(lines: Vec<Line>, defects: &mut Vec<String>) -> Vec<Line> {
    let (mut kept, mut total) = (Vec::with_capacity(lines.len()), 0);
    for line in lines {
        total += line.text.len() + 1;
        if total > MOST_TEXT {
            defects.push("text over 256 KiB was cut".into());
            let room = line.text.len().saturating_sub(total - MOST_TEXT);
            kept.push(Line { text: limited(&line.text, room), quoted: line.quoted });
            break;
        }
        kept.push(line);
    }
    kept
}

fn is_blank(lines: &[Line]) -> bool {
    !lines.iter().any(|l| l.text.chars().any(char::is_alphanumeric))
}

/// Whether two renderings share too few words to be the same text.
fn differ(plain: &[Line], rich: &[Line]) -> bool {
    let bag = |lines: &[Line]| -> std::collections::HashSet<String> {
        lines
            .iter()
            .flat_map(|l| l.text.split(|c: char| !c.is_alphanumeric()))
            .filter(|w| w.chars().count() > 3)
            .take(2_000)
            .map(str::to_lowercase)
            .collect()
    };
    let (a, b) = (bag(plain), bag(rich));
    let fewer = a.len().min(b.len());
    let common = a.intersection(&b).count();
    fewer >= 4 && common * 2 < fewer
}

fn join(lines: &[Line]) -> String {
    let text = lines.iter().map(|l| l.text.as_str()).collect::<Vec<_>>().join("\n");
    text.trim_matches('\n').to_owned()
}

/// Without NUL and other control characters, which databases and terminals choke on.
fn printable(text: &str) -> String {
    let normal = text.replace("\r\n", "\n").replace('\r', "\n");
    normal.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
}

/// At most `most` bytes, cut at a character border.
fn limited(text: &str, most: usize) -> String {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}
