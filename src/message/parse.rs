//! Bytes to [`Message`].

use std::borrow::Cow;

use jiff::Zoned;
use memchr::{memchr, memmem};

use super::address::Address;
use super::body::{self, join};
use super::mime::address::{self, limited, single_spaced};
use super::mime::encoded::{self, note};
use super::mime::head::{self, Head};
use super::mime::{charset, date, parts};
use super::words;
use super::{Authentication, Identity, Mailbox, Message, authentication, automatic};

const MOST_SUBJECT: usize = 2_000;
/// Bytes of one remark.
const LONGEST_REMARK: usize = 400;
const LONGEST_ID: usize = 900;
const MOST_IDS: usize = 100;

/// Reads one message (RFC 5322, any charset, any MIME shape). Total: whatever the bytes are, there is a `Message`.
pub fn message(raw: &[u8], identity: &Identity) -> Message {
    let raw = as_lines(raw);
    // Blank lines and spaces before the first field are left behind by editors and copying.
    let head = head::split(if raw.first().is_some_and(u8::is_ascii_whitespace) { raw.trim_ascii_start() } else { &raw });
    if head.fields.is_empty() {
        return from_text(&raw);
    }
    read(&head, identity)
}

/// The HTML that a message shows its reader, as it was written; nothing of it is to be trusted.
pub fn html(raw: &[u8]) -> Option<String> {
    let raw = as_lines(raw);
    let head = head::split(if raw.first().is_some_and(u8::is_ascii_whitespace) { raw.trim_ascii_start() } else { &raw });
    let pieces = parts::open(&head).pieces.into_iter();
    let html: Vec<String> = pieces
        .filter_map(|piece| if let parts::Piece::Html(html) | parts::Piece::Either(_, html) = piece { Some(html) } else { None })
        .collect();
    (!html.is_empty()).then(|| html.join("<hr>"))
}

/// UTF-16 files and lone CR line ends (old Mac programs) hide the headers; byte order marks stand before them.
fn as_lines(raw: &[u8]) -> Cow<'_, [u8]> {
    if raw.starts_with(&[0xff, 0xfe]) || raw.starts_with(&[0xfe, 0xff]) {
        return charset::decode(raw, Some("utf-16")).text.into_owned().into_bytes().into();
    }
    let raw = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw);
    // Of an mbox, the line that parts messages may have another line end than the message.
    let behind = memchr(b'\n', raw).map_or(0, |at| at + 1);
    let message = if raw.starts_with(b"From ") { raw.get(behind..).unwrap_or_default() } else { raw };
    let first_line = message.get(..memchr(b'\n', message).unwrap_or(message.len())).unwrap_or(message);
    let lone = memmem::find_iter(first_line, b"\r").filter(|at| first_line.get(at + 1).is_some_and(|b| *b != b'\r')).take(2).count();
    if lone < 2 && !(lone == 1 && first_line.len() == message.len()) {
        return raw.into();
    }
    let mut out = raw.to_vec();
    for at in memchr::memchr_iter(b'\r', raw) {
        if raw.get(at + 1) != Some(&b'\n')
            && let Some(end) = out.get_mut(at)
        {
            *end = b'\n';
        }
    }
    out.into()
}

fn from_text(raw: &[u8]) -> Message {
    let text = charset::decode(raw, None).text;
    let mut lines = body::lines(&text);
    lines.truncate(20_000);
    let words = words::own(&lines);
    Message {
        from: Vec::new(),
        to: Vec::new(),
        cc: Vec::new(),
        reply_to: Vec::new(),
        sender: None,
        speaker: None,
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
        forwarded: None,
        attachments: Vec::new(),
        automatic: None,
        automatic_why: Vec::new(),
        no_auto_reply: Vec::new(),
        failed_address: None,
        authentication: Authentication::NotProven("no From".into()),
        deceptive: false,
        defects: vec!["no headers: the bytes are no message".into()],
    }
}

/// Mail of the desk's own domain that is passed on is an invitation or a reply, not somebody's request.
fn is_ours(from: &Mailbox, identity: &Identity) -> bool {
    let address = from.address.to_lowercase();
    let ours = address.rsplit_once('@').is_some_and(|(_, domain)| domain == identity.domain());
    ours || address.starts_with("no-reply@") || address.starts_with("noreply@")
}

fn read(head: &Head<'_>, identity: &Identity) -> Message {
    let mut opened = parts::open(head);
    let body = body::read(&mut opened);
    let words = words::own(&body.lines);
    let text = join(&body.lines);
    let mut defects = std::mem::take(&mut opened.defects);
    let fields = Fields { head, hint: opened.charset.as_deref() };
    let (from, sender) = fields.sender(&mut defects);
    let reply_to = fields.mailboxes("reply-to", &mut defects);
    let to = fields.mailboxes("to", &mut defects);
    let cc = fields.mailboxes("cc", &mut defects);
    let subject =
        head.all("subject").find(|raw| !raw.is_empty()).map(|raw| encoded::decode(raw, fields.hint, &mut defects)).unwrap_or_default();
    let subject = limited(&single_spaced(&subject), MOST_SUBJECT);
    let (date, received) = fields.dates(&mut defects);
    let machine = automatic::judge(
        &automatic::Look {
            head,
            report: opened.report.as_ref(),
            from: &from,
            to: &to,
            cc: &cc,
            reply_to: &reply_to,
            subject: &subject,
            text: &text,
            own_words: &words.new_text,
        },
        identity,
    );
    let forwarded = words.quoted.as_deref().and_then(|quoted| words::forwarded(quoted, &subject)).filter(|f| !is_ours(&f.from, identity));
    let mut no_auto_reply = machine.no_auto_reply;
    let deceptive = !body.doubts.is_empty();
    no_auto_reply.extend(body.doubts);
    Message {
        to,
        cc,
        date,
        received,
        message_id: head.get("message-id").map(|id| one_id(&String::from_utf8_lossy(id))).filter(|id| !id.is_empty()),
        in_reply_to: fields.ids("in-reply-to"),
        references: fields.ids("references"),
        authentication: fields.authentication(sender.as_ref(), identity),
        from,
        reply_to,
        speaker: sender.clone(),
        sender,
        subject,
        text,
        new_text: words.new_text,
        clean: words.clean,
        quoted: words.quoted,
        signature: words.signature,
        forwarded,
        attachments: opened.attachments,
        automatic: machine.automatic,
        automatic_why: shown(machine.why),
        no_auto_reply: shown(no_auto_reply),
        failed_address: machine.failed_address,
        deceptive,
        defects: shown(defects),
    }
}

/// Header fields and the charset of the body, in which raw letters of theirs may stand.
struct Fields<'a> {
    head: &'a Head<'a>,
    hint: Option<&'a str>,
}

impl Fields<'_> {
    fn mailboxes(&self, name: &str, defects: &mut Vec<String>) -> Vec<Mailbox> {
        self.head.all(name).take(10).flat_map(|raw| address::list(raw, self.hint, defects).mailboxes).collect()
    }

    /// From, and the one proven-to-be-single sender in it; two fields, two mailboxes or a group prove nobody. A mail without a From
    /// address shows whom an answer would reach, but that is no sender.
    fn sender(&self, defects: &mut Vec<String>) -> (Vec<Mailbox>, Option<Address>) {
        let raws: Vec<&[u8]> = self.head.all("from").take(10).collect();
        let lists: Vec<_> = raws.iter().map(|raw| address::list(raw, self.hint, defects)).collect();
        let group = lists.iter().any(|l| l.group);
        let mut from: Vec<Mailbox> = lists.into_iter().flat_map(|l| l.mailboxes).collect();
        let reachable = |m: &Mailbox| is_address(&m.address);
        if !from.iter().any(reachable) {
            let fallback = ["reply-to", "sender", "return-path", "x-sender", "envelope-from"];
            let other = fallback.iter().find_map(|name| self.mailboxes(name, defects).into_iter().find(reachable).map(|m| (name, m)));
            if let Some((name, mut mailbox)) = other {
                note(defects, format!("From holds no address: {name} was taken"));
                if let Some(named) = from.first().filter(|m| !m.name.is_empty()) {
                    mailbox.name.clone_from(&named.name);
                }
                return (vec![mailbox], None);
            }
            note(defects, if raws.is_empty() { "no From" } else { "From holds no address" });
            return (from, None);
        }
        // Whom to answer stands first, whatever the program wrote before it.
        from.sort_by_key(|m| !reachable(m));
        match (raws.as_slice(), from.as_slice()) {
            ([raw], [one]) if !group && !is_deceptive(raw) => {
                let sender = Address::parse(&one.address);
                (from, sender)
            }
            _ => {
                note(defects, "From does not name exactly one sender");
                (from, None)
            }
        }
    }

    fn ids(&self, name: &str) -> Vec<String> {
        let mut ids: Vec<String> = Vec::new();
        for raw in self.head.all(name).take(3) {
            let text = String::from_utf8_lossy(raw);
            if text.contains('<') {
                ids.extend(text.split('<').skip(1).map(|id| one_id(id.split('>').next().unwrap_or(id))).filter(|id| !id.is_empty()));
            } else {
                ids.extend(text.split_whitespace().filter(|w| w.contains('@')).map(one_id));
            }
        }
        let surplus = ids.len().saturating_sub(MOST_IDS);
        ids.split_off(surplus)
    }

    fn dates(&self, defects: &mut Vec<String>) -> (Option<Zoned>, Option<jiff::Timestamp>) {
        let written = self.head.get("date").map(String::from_utf8_lossy);
        let date = written.as_deref().and_then(date::read);
        match &written {
            Some(_) if date.is_none() => note(defects, "Date cannot be read"),
            None => note(defects, "no Date"),
            Some(_) => {}
        }
        // The last semicolon stands before the time; a comment in parentheses may follow it.
        let received = self.head.get("received").map(String::from_utf8_lossy);
        let received = received.as_deref().and_then(|r| r.rsplit_once(';')).and_then(|(_, at)| date::read(at)).map(|z| z.timestamp());
        let week = jiff::SignedDuration::from_hours(7 * 24);
        if let (Some(d), Some(r)) = (&date, received)
            && r.duration_since(d.timestamp()).abs() > week
        {
            note(defects, "Date is more than 7 days away from the time of arrival");
        }
        (date, received)
    }

    fn authentication(&self, sender: Option<&Address>, identity: &Identity) -> Authentication {
        // Only these two fields are asked for; their order is what counts.
        let asked = |name: &str| name.eq_ignore_ascii_case("received") || name.eq_ignore_ascii_case("authentication-results");
        let fields: Vec<(&str, Cow<'_, str>)> =
            self.head.fields.iter().filter(|f| asked(f.name)).map(|f| (f.name, String::from_utf8_lossy(f.value))).collect();
        authentication::judge(fields.iter().map(|(name, value)| (*name, value.as_ref())), sender, identity)
    }
}

/// Whether an answer could be sent there; looser than [`Address`], which must be beyond doubt.
fn is_address(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !text.contains(char::is_whitespace))
}

/// Shapes that programs disagree about: a quoted local part with an `@`, a source route, two `@` in the brackets, an encoded address.
fn is_deceptive(raw: &[u8]) -> bool {
    let raw = String::from_utf8_lossy(raw);
    let address = raw.rsplit_once('<').map_or(raw.as_ref(), |(_, rest)| rest.split('>').next().unwrap_or(rest));
    let bare = !raw.contains('<');
    address.matches('@').count() != 1 || raw.matches('<').count() > 1 || !bare && address.contains("=?")
}

/// What is said of a message may quote it: kept in one line, short, and without signs that no page or database takes.
fn shown(said: Vec<String>) -> Vec<String> {
    let one = |text: String| limited(&text.replace(|c: char| c.is_control(), "\u{fffd}"), LONGEST_REMARK);
    said.into_iter().map(one).collect()
}

fn one_id(text: &str) -> String {
    let id: String = text.trim().trim_start_matches('<').split('>').next().unwrap_or_default().split_whitespace().collect();
    limited(&id.replace(|c: char| c.is_control(), "\u{fffd}"), LONGEST_ID)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(raw: &str) -> Message {
        message(raw.as_bytes(), &Identity::default())
    }

    #[test]
    fn a_deceptive_sender_is_no_sender() {
        for from in [
            "\"victim@uni.example\"@evil.example",
            "victim@uni.example@evil.example",
            "<@uni.example:a@evil.example>",
            "a@uni.example, b@evil.example",
            "Staff: a@uni.example;",
            "Victim <victim@uni.example> <a@evil.example>",
            "Ada <=?utf-8?Q?a=40uni.example?=>",
        ] {
            assert_eq!(of(&format!("From: {from}\n\nx")).sender, None, "{from}");
        }
        assert_eq!(of("From: a@uni.example\nFrom: b@evil.example\n\nx").sender, None);
        assert_eq!(of("Reply-To: a@uni.example\n\nx").sender, None);
        assert!(of("From: Ada <ada@uni.example> (home)\n\nx").sender.is_some());
    }

    #[test]
    fn ids_lose_their_brackets() {
        let mail = of(
            "Message-ID: <1@x.example>\nIn-Reply-To: Your mail of <2@x.example>\nReferences: <3@x.example><4@x.example>\n\t<5@x.example>\n\nx",
        );
        assert_eq!(
            (mail.message_id.as_deref(), mail.in_reply_to, mail.references.len()),
            (Some("1@x.example"), vec!["2@x.example".into()], 3)
        );
    }

    #[test]
    fn bytes_that_are_no_message_are_text() {
        assert_eq!(of("Just some words.\nNo header.").text, "Just some words.\nNo header.");
        assert_eq!(message(b"", &Identity::default()).text, "");
    }
}
