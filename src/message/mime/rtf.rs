//! Rich Text as Outlook puts it into winmail.dat: unpacked (MS-OXRTFCP), then read as text, or as the HTML hidden in it (MS-OXRTFEX).

use super::charset;

/// What every packed text may refer back to before it has said anything itself.
const DICTIONARY: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
/// Bytes that are unpacked at most.
const MOST: usize = 2 * 1024 * 1024;
const RING: usize = 4096;
/// Groups within groups that are followed.
const DEEPEST: usize = 500;

/// Text out of RTF.
#[derive(Debug, PartialEq, Eq)]
pub enum Rich {
    /// As text.
    Plain(String),
    /// The HTML that it was made of.
    Html(String),
}

/// Unpacks and reads PR_RTF_COMPRESSED. `None`: it is no such thing.
pub fn packed(bytes: &[u8]) -> Option<Rich> {
    let word = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
    let most = usize::try_from(word(4)?).ok()?.min(MOST);
    let body = bytes.get(16..)?;
    match word(8)? {
        // "MELA": not packed; "LZFu": packed.
        0x414c_454d => Some(read(body.get(..most).unwrap_or(body))),
        0x7546_5a4c => Some(read(&unpacked(body, most))),
        _ => None,
    }
}

fn unpacked(body: &[u8], most: usize) -> Vec<u8> {
    let mut ring = vec![b' '; RING];
    for (cell, byte) in ring.iter_mut().zip(DICTIONARY) {
        *cell = *byte;
    }
    let mut at = DICTIONARY.len();
    let mut out = Vec::with_capacity(most);
    let mut bytes = body.iter().copied();
    let mut put = |byte: u8, at: &mut usize, ring: &mut Vec<u8>| {
        if let Some(cell) = ring.get_mut(*at % RING) {
            *cell = byte;
        }
        *at = (*at + 1) % RING;
        out.push(byte);
        out.len() >= most
    };
    'all: while let Some(flags) = bytes.next() {
        for bit in 0..8 {
            let Some(first) = bytes.next() else { break 'all };
            if flags >> bit & 1 == 0 {
                if put(first, &mut at, &mut ring) {
                    break 'all;
                }
                continue;
            }
            let Some(second) = bytes.next() else { break 'all };
            let offset = usize::from(first) << 4 | usize::from(second >> 4);
            if offset == at {
                break 'all;
            }
            for step in 0..usize::from(second & 0xf) + 2 {
                let byte = ring.get((offset + step) % RING).copied().unwrap_or(b' ');
                if put(byte, &mut at, &mut ring) {
                    break 'all;
                }
            }
        }
    }
    out
}

#[derive(Clone, Copy, Default)]
struct Group {
    /// A table, a picture: nothing to read.
    silent: bool,
    /// An HTML tag in hiding: said as it stands.
    tag: bool,
    /// Only for programs that know no HTML.
    rtf_only: bool,
}

struct Reader {
    html: bool,
    out: String,
    /// Letters of the document's charset that were not decoded yet.
    bytes: Vec<u8>,
    label: String,
    group: Group,
    stack: Vec<Group>,
    starred: bool,
    /// Letters behind `\u` that only stand in for it.
    stand_ins: u32,
}

/// Reads RTF. Total: what is no RTF is read as text without back-slashes.
pub fn read(bytes: &[u8]) -> Rich {
    let html = memchr::memmem::find(bytes.get(..2_000).unwrap_or(bytes), b"\\fromhtml").is_some();
    let mut reader = Reader {
        html,
        out: String::with_capacity(bytes.len() / 2),
        bytes: Vec::new(),
        label: "windows-1252".into(),
        group: Group::default(),
        stack: Vec::new(),
        starred: false,
        stand_ins: 0,
    };
    let mut rest = bytes;
    while let Some((first, tail)) = rest.split_first() {
        rest = match first {
            b'{' => {
                reader.open();
                tail
            }
            b'}' => {
                reader.settle();
                reader.group = reader.stack.pop().unwrap_or_default();
                tail
            }
            b'\\' => reader.control(tail),
            b'\r' | b'\n' => tail,
            byte => {
                reader.letter(*byte);
                tail
            }
        };
    }
    reader.settle();
    if html { Rich::Html(reader.out) } else { Rich::Plain(reader.out) }
}

impl Reader {
    fn open(&mut self) {
        self.settle();
        if self.stack.len() < DEEPEST {
            self.stack.push(self.group);
        }
        self.starred = false;
    }

    fn is_heard(&self) -> bool {
        !self.group.silent && (self.group.tag || !self.group.rtf_only)
    }

    fn letter(&mut self, byte: u8) {
        if self.stand_ins > 0 {
            self.stand_ins -= 1;
        } else if self.is_heard() {
            self.bytes.push(byte);
        }
    }

    fn say(&mut self, text: &str) {
        self.settle();
        if self.is_heard() {
            self.out.push_str(text);
        }
    }

    fn settle(&mut self) {
        if !self.bytes.is_empty() {
            let bytes = std::mem::take(&mut self.bytes);
            self.out.push_str(&charset::decode(&bytes, Some(&self.label)).text);
        }
    }

    /// What stands behind a back-slash; answers with the rest.
    fn control<'a>(&mut self, tail: &'a [u8]) -> &'a [u8] {
        let Some((first, behind)) = tail.split_first() else { return &[] };
        if !first.is_ascii_alphabetic() {
            return self.symbol(*first, behind);
        }
        let length = tail.iter().take(32).take_while(|b| b.is_ascii_alphabetic()).count();
        let (word, behind) = tail.split_at_checked(length).unwrap_or((tail, &[]));
        let digits = behind.iter().take(11).enumerate().take_while(|(i, b)| b.is_ascii_digit() || *i == 0 && **b == b'-').count();
        let (number, behind) = behind.split_at_checked(digits).unwrap_or((&[], behind));
        let number = std::str::from_utf8(number).ok().and_then(|n| n.parse::<i32>().ok());
        self.word(word, number);
        behind.strip_prefix(b" ").unwrap_or(behind)
    }

    fn symbol<'a>(&mut self, symbol: u8, behind: &'a [u8]) -> &'a [u8] {
        match symbol {
            b'\'' => {
                if let Some(byte) = super::transfer::hex(behind.first().copied(), behind.get(1).copied()) {
                    self.letter(byte);
                }
                return behind.get(2..).unwrap_or_default();
            }
            b'*' => self.starred = true,
            b'~' => self.say(if self.html { "&nbsp;" } else { " " }),
            b'_' => self.say("-"),
            b'\r' | b'\n' => self.say("\n"),
            b'\\' | b'{' | b'}' => self.letter(symbol),
            _ => {}
        }
        behind
    }

    fn word(&mut self, word: &[u8], number: Option<i32>) {
        let starred = std::mem::take(&mut self.starred);
        match word {
            b"htmltag" | b"mhtmltag" => {
                self.settle();
                self.group.tag = self.html && word == b"htmltag";
                self.group.silent |= !self.group.tag;
            }
            b"htmlrtf" => {
                self.settle();
                self.group.rtf_only = self.html && number != Some(0);
            }
            b"fonttbl" | b"colortbl" | b"stylesheet" | b"info" | b"pict" | b"object" | b"header" | b"footer" | b"listtable" => {
                self.group.silent = true;
            }
            _ if starred => self.group.silent = true,
            b"ansicpg" => {
                if let Some(page) = number.filter(|n| *n > 0) {
                    self.label = if page == 65001 { "utf-8".into() } else { format!("cp{page}") };
                }
            }
            b"par" | b"line" | b"row" => self.say("\n"),
            b"tab" | b"cell" => self.say("\t"),
            b"lquote" | b"rquote" => self.say("'"),
            b"ldblquote" | b"rdblquote" => self.say("\""),
            b"endash" | b"emdash" => self.say("-"),
            b"bullet" => self.say("- "),
            b"u" => {
                let unit = number.map(|n| if n < 0 { n + 65_536 } else { n }).and_then(|n| u32::try_from(n).ok());
                let letter = unit.and_then(char::from_u32).unwrap_or('\u{fffd}');
                self.say(letter.encode_utf8(&mut [0; 4]));
                self.stand_ins = 1;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rich_text_is_read_as_text() {
        let cases: [(&str, &[u8], &str); 6] = [
            ("paragraphs", b"{\\rtf1\\ansi Hello\\par there}", "Hello\nthere"),
            ("letters", b"{\\rtf1\\ansi\\ansicpg1252 d\\'e9j\\'e0}", "d\u{e9}j\u{e0}"),
            ("Unicode", b"{\\rtf1 caf\\u233?!}", "caf\u{e9}!"),
            ("tables are silent", b"{\\rtf1{\\fonttbl{\\f0 Arial;}}{\\*\\generator x;}Hi}", "Hi"),
            ("braces", b"{\\rtf1 a\\{b\\}}", "a{b}"),
            ("nothing", b"", ""),
        ];
        for (says, rtf, expected) in cases {
            assert_eq!(read(rtf), Rich::Plain(expected.into()), "{says}");
        }
    }

    #[test]
    fn hidden_html_comes_out() {
        let rtf = b"{\\rtf1\\ansi\\fromhtml1 {\\*\\htmltag84 <b>}\\htmlrtf {\\b \\htmlrtf0 Hi\\htmlrtf }\\htmlrtf0 {\\*\\htmltag92 </b>}}";
        assert_eq!(read(rtf), Rich::Html("<b>Hi</b>".into()));
    }

    #[test]
    fn packed_text_is_unpacked() {
        // The example of MS-OXRTFCP, section 3.1.
        let packed_text: [u8; 0x31] = [
            0x2d, 0, 0, 0, 0x2b, 0, 0, 0, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0x00, 0x0a, 0x00, 0x72, 0x63, 0x70, 0x67,
            0x31, 0x32, 0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09, 0x00, 0x20, 0x62, 0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d,
            0x0a, 0x80, 0x0f, 0xa0,
        ];
        assert_eq!(unpacked(&packed_text[16..], 0x2b), b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
        assert_eq!(packed(&packed_text), Some(Rich::Plain("hello world".into())));
    }
}
