//! winmail.dat (MS-OXTNEF): the text that Outlook put into it, and the names and sizes of the files.

use super::super::Attachment;
use super::address::limited;
use super::parts::{Piece, Plain};
use super::text::printable;
use super::{charset, rtf};

const SIGNATURE: u32 = 0x223e_9f78;
const MOST_ATTRIBUTES: usize = 5_000;
const MOST_PROPERTIES: u32 = 5_000;

/// What was in it.
#[derive(Debug, Default)]
pub struct Tnef {
    /// The body, when it holds one that can be read.
    pub body: Option<Piece>,
    /// Attached files.
    pub attachments: Vec<Attachment>,
}

/// Reads the bytes of winmail.dat. `None`: they are none.
pub fn read(bytes: &[u8]) -> Option<Tnef> {
    let mut cursor = Cursor { bytes };
    if cursor.u32()? != SIGNATURE {
        return None;
    }
    cursor.take(2)?;
    let mut found = Found { label: "windows-1252".into(), ..Found::default() };
    for _ in 0..MOST_ATTRIBUTES {
        let Some((id, data)) = cursor.attribute() else { break };
        found.attribute(id, data);
    }
    Some(found.into_tnef())
}

struct Cursor<'a> {
    bytes: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.bytes.split_at_checked(length)?;
        self.bytes = tail;
        Some(head)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    /// Level, id, length, data, checksum.
    fn attribute(&mut self) -> Option<(u32, &'a [u8])> {
        self.take(1)?;
        let id = self.u32()?;
        let length = usize::try_from(self.u32()?).ok()?;
        let data = self.take(length)?;
        self.take(2);
        Some((id, data))
    }

    /// A value of variable length, padded to four bytes.
    fn padded(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.u32()?).ok()?;
        let data = self.take(length)?;
        self.take(length.next_multiple_of(4) - length)?;
        Some(data)
    }
}

#[derive(Default)]
struct Found {
    label: String,
    plain: Option<String>,
    html: Option<Vec<u8>>,
    rich: Option<rtf::Rich>,
    attachments: Vec<Attachment>,
}

impl Found {
    fn attribute(&mut self, id: u32, data: &[u8]) {
        match id {
            // attOemCodepage
            0x0006_9007 => {
                if let Some(page) = data.first_chunk::<4>().map(|p| u32::from_le_bytes(*p)).filter(|p| *p > 0) {
                    self.label = format!("cp{page}");
                }
            }
            // attBody
            0x0002_800c => self.plain = Some(self.text(data)),
            // attMAPIProps: the whole message's
            0x0006_9003 => self.properties(data, false),
            // attAttachRenddata begins a file
            0x0006_9002 => {
                self.attachments.push(Attachment { name: String::new(), media_type: "application/octet-stream".into(), size: 0 });
            }
            // attAttachTitle, attAttachData, attAttachment
            0x0001_8010 => {
                let name = self.text(data);
                self.name(name);
            }
            0x0006_800f => {
                if let Some(file) = self.attachments.last_mut() {
                    file.size = data.len();
                }
            }
            0x0006_9005 => self.properties(data, true),
            _ => {}
        }
    }

    fn text(&self, data: &[u8]) -> String {
        let end = data.iter().position(|b| *b == 0).unwrap_or(data.len());
        charset::decode(data.get(..end).unwrap_or(data), Some(&self.label)).text.into_owned()
    }

    fn name(&mut self, name: String) {
        if let Some(file) = self.attachments.last_mut().filter(|_| !name.is_empty()) {
            file.name = limited(&printable(name.into()).replace('\n', " "), 255);
        }
    }

    fn properties(&mut self, data: &[u8], of_file: bool) {
        let mut cursor = Cursor { bytes: data };
        let Some(count) = cursor.u32() else { return };
        for _ in 0..count.min(MOST_PROPERTIES) {
            let Some((id, kind, value)) = property(&mut cursor) else { return };
            match (of_file, id, kind) {
                // PR_ATTACH_LONG_FILENAME
                (true, 0x3707, 0x1f) => self.name(utf16(value)),
                (true, 0x3707, 0x1e) => {
                    let name = self.text(value);
                    self.name(name);
                }
                // PR_BODY, PR_HTML, PR_RTF_COMPRESSED
                (false, 0x1000, 0x1f) => self.plain = Some(utf16(value)),
                (false, 0x1000, 0x1e) => self.plain = Some(self.text(value)),
                (false, 0x1013, _) => self.html = Some(value.to_vec()),
                (false, 0x1009, 0x102) => self.rich = rtf::packed(value),
                _ => {}
            }
        }
    }

    fn into_tnef(self) -> Tnef {
        let says = |t: &String| t.chars().any(char::is_alphanumeric);
        let plain = |text: String| Piece::Plain(Plain { text: printable(text.into()), flowed: None });
        let html = self.html.map(|h| charset::decode(&h, None).text.into_owned());
        let body = match (self.plain.filter(says), html.filter(says), self.rich) {
            (Some(text), _, _) => Some(plain(text)),
            (None, Some(html), _) => Some(Piece::Html(printable(html.into()))),
            (None, None, rich) => rich.filter(|(rtf::Rich::Html(text) | rtf::Rich::Plain(text))| says(text)).map(Piece::rich),
        };
        Tnef { body, attachments: self.attachments }
    }
}

/// One MAPI property: its id, its type, and its (first) value.
fn property<'a>(cursor: &mut Cursor<'a>) -> Option<(u16, u16, &'a [u8])> {
    let kind = cursor.u16()?;
    let id = cursor.u16()?;
    if id >= 0x8000 {
        // Named: a GUID, then a number or a name.
        cursor.take(16)?;
        if cursor.u32()? == 0 {
            cursor.take(4)?
        } else {
            cursor.padded()?
        };
    }
    let (several, kind) = (kind & 0x1000 != 0, kind & !0x1000);
    let variable = matches!(kind, 0x1e | 0x1f | 0x102 | 0x0d);
    let count = if several || variable { cursor.u32()? } else { 1 };
    let mut first = None;
    for _ in 0..count.min(MOST_PROPERTIES) {
        let value = match kind {
            _ if variable => cursor.padded()?,
            0x02 | 0x03 | 0x04 | 0x0a | 0x0b => cursor.take(4)?,
            0x05 | 0x06 | 0x07 | 0x14 | 0x40 => cursor.take(8)?,
            0x48 => cursor.take(16)?,
            _ => return None,
        };
        first.get_or_insert(value);
    }
    Some((id, kind, first.unwrap_or_default()))
}

fn utf16(bytes: &[u8]) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).filter_map(|c| c.try_into().ok().map(u16::from_le_bytes)).take_while(|u| *u != 0).collect();
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(id: u32, data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(data.len()).unwrap().to_le_bytes();
        [&[1], id.to_le_bytes().as_slice(), &length, data, &[0, 0]].concat()
    }

    fn winmail(attributes: &[Vec<u8>]) -> Vec<u8> {
        [SIGNATURE.to_le_bytes().as_slice(), &[1, 0], &attributes.concat()].concat()
    }

    fn plain(tnef: Option<Tnef>) -> Option<String> {
        match tnef?.body? {
            Piece::Plain(plain) => Some(plain.text),
            Piece::Html(html) | Piece::Either(_, html) => Some(html),
        }
    }

    #[test]
    fn the_text_in_winmail_is_read() {
        let mut property = [2_u32.to_le_bytes().as_slice(), &[0x03, 0, 0x17, 0, 9, 0, 0, 0], &[0x1f, 0, 0x00, 0x10]].concat();
        property.extend([1, 0, 0, 0, 6, 0, 0, 0, b'h', 0, 0xe9, 0, 0, 0, 0, 0]);
        let cases = [
            ("attBody", winmail(&[attribute(0x0002_800c, b"Hello\r\nthere\0")]), Some("Hello\nthere")),
            ("PR_BODY", winmail(&[attribute(0x0006_9003, &property)]), Some("h\u{e9}")),
            ("nothing", winmail(&[]), None),
            ("cut", winmail(&[attribute(0x0002_800c, b"Hello")]).get(..12).map(<[u8]>::to_vec).unwrap_or_default(), None),
        ];
        for (says, bytes, expected) in cases {
            assert_eq!(plain(read(&bytes)).as_deref(), expected, "{says}");
        }
        assert!(read(b"no such thing").is_none());
    }

    #[test]
    fn files_in_winmail_are_listed() {
        let bytes = winmail(&[attribute(0x0006_9002, b""), attribute(0x0001_8010, b"a.pdf\0"), attribute(0x0006_800f, b"abc")]);
        let files = read(&bytes).map(|t| t.attachments).unwrap_or_default();
        assert_eq!(files.iter().map(|f| (f.name.as_str(), f.size)).collect::<Vec<_>>(), [("a.pdf", 3)]);
    }
}
