//! A CSV file's bytes as UTF-8 text with one kind of line end, a piece at a time: spreadsheets write UTF-8, UTF-16 and Windows-1252.

use std::io::{self, Read};

const PIECE: usize = 64 * 1024;
/// How long a first line may be while its separator is looked for.
const LONGEST_HEAD: usize = 64 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    /// Nothing was read yet.
    Unknown,
    /// Nothing but ASCII so far: the first other character tells.
    Ascii,
    Utf8,
    Windows1252,
    Utf16 {
        little: bool,
    },
}

/// Reads bytes, gives UTF-8 with `\n` ends, and remembers how the text ended.
pub struct Text<R> {
    inner: R,
    /// Read, not decoded: the beginning of a character that is cut.
    raw: Vec<u8>,
    out: Vec<u8>,
    given: usize,
    coding: Coding,
    was_return: bool,
    ended: bool,
    line: usize,
    quotes: u64,
    last: Option<u8>,
}

impl<R: Read> Text<R> {
    /// Over a file's bytes.
    pub fn new(inner: R) -> Self {
        Self {
            inner,
            raw: Vec::new(),
            out: Vec::new(),
            given: 0,
            coding: Coding::Unknown,
            was_return: false,
            ended: false,
            line: 1,
            quotes: 0,
            last: None,
        }
    }

    /// The first line, which stays to be read.
    pub fn head(&mut self) -> io::Result<String> {
        while !self.ended && self.out.len() < LONGEST_HEAD && !self.out.contains(&b'\n') {
            self.fill()?;
        }
        let line = self.out.split(|b| *b == b'\n').next().unwrap_or_default();
        Ok(String::from_utf8_lossy(line).into_owned())
    }

    /// Whether the text ended without the end of a line.
    pub fn ends_within_a_line(&self) -> bool {
        self.last.is_some_and(|b| b != b'\n')
    }

    /// Whether a quote was opened and never closed.
    pub fn ends_within_quotes(&self) -> bool {
        self.quotes % 2 == 1
    }

    fn fill(&mut self) -> io::Result<()> {
        let kept = self.raw.len();
        self.raw.resize(kept + PIECE, 0);
        let read = self.inner.read(self.raw.get_mut(kept..).unwrap_or_default())?;
        self.raw.truncate(kept + read);
        self.ended = read == 0;
        if self.coding == Coding::Unknown {
            if self.raw.len() < 4 && !self.ended {
                return Ok(());
            }
            self.begin();
        }
        let raw = std::mem::take(&mut self.raw);
        let used = self.decode(&raw)?;
        self.raw = raw.get(used..).unwrap_or_default().to_vec();
        if self.ended && !self.raw.is_empty() {
            return Err(self.broken("the file ends in the middle of a character"));
        }
        Ok(())
    }

    fn begin(&mut self) {
        let (coding, mark) = match self.raw.as_slice() {
            [0xef, 0xbb, 0xbf, ..] => (Coding::Utf8, 3),
            [0xff, 0xfe, ..] => (Coding::Utf16 { little: true }, 2),
            [0xfe, 0xff, ..] => (Coding::Utf16 { little: false }, 2),
            [a, 0, ..] if *a != 0 => (Coding::Utf16 { little: true }, 0),
            [0, a, ..] if *a != 0 => (Coding::Utf16 { little: false }, 0),
            _ => (Coding::Ascii, 0),
        };
        self.coding = coding;
        self.raw.drain(..mark);
    }

    /// Decodes as much as is whole; answers how many bytes that were.
    fn decode(&mut self, raw: &[u8]) -> io::Result<usize> {
        if self.coding == Coding::Ascii {
            let plain = raw.iter().position(|b| !b.is_ascii()).unwrap_or(raw.len());
            let (ascii, rest) = raw.split_at(plain);
            self.put(ascii);
            return match first_character(rest, self.ended) {
                None => Ok(plain),
                Some(coding) => {
                    self.coding = coding;
                    Ok(plain + self.decode(rest)?)
                }
            };
        }
        match self.coding {
            Coding::Windows1252 => {
                let text: String = raw.iter().map(|b| windows_1252(*b)).collect();
                self.put(text.as_bytes());
                Ok(raw.len())
            }
            Coding::Utf16 { little } => Ok(self.decode_utf16(raw, little)),
            _ => match std::str::from_utf8(raw) {
                Ok(text) => {
                    self.put(text.as_bytes());
                    Ok(raw.len())
                }
                Err(error) => {
                    let (whole, _) = raw.split_at(error.valid_up_to());
                    self.put(whole);
                    match error.error_len() {
                        None => Ok(whole.len()),
                        Some(_) => Err(self.broken("a character is no UTF-8, though those before it are")),
                    }
                }
            },
        }
    }

    fn decode_utf16(&mut self, raw: &[u8], little: bool) -> usize {
        let mut units: Vec<u16> = raw
            .chunks_exact(2)
            .map(|pair| match pair {
                [a, b] if little => u16::from_le_bytes([*a, *b]),
                [a, b] => u16::from_be_bytes([*a, *b]),
                _ => 0,
            })
            .collect();
        // The first half of a pair waits for the other.
        if !self.ended && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            units.pop();
        }
        let text: String = char::decode_utf16(units.iter().copied()).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        self.put(text.as_bytes());
        units.len() * 2
    }

    fn put(&mut self, text: &[u8]) {
        if self.given == self.out.len() {
            self.out.clear();
            self.given = 0;
        }
        for byte in text {
            let byte = match byte {
                b'\n' if std::mem::take(&mut self.was_return) => continue,
                b'\r' => {
                    self.was_return = true;
                    b'\n'
                }
                other => {
                    self.was_return = false;
                    *other
                }
            };
            self.line += usize::from(byte == b'\n');
            self.quotes += u64::from(byte == b'"');
            self.out.push(byte);
        }
        self.last = self.out.last().copied().or(self.last);
    }

    fn broken(&self, what: &str) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, format!("line {}: {what}", self.line))
    }
}

impl<R: Read> Read for Text<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.out.len() && !self.ended {
            self.fill()?;
        }
        let mut waiting = self.out.get(self.given..).unwrap_or_default();
        let read = waiting.read(into)?;
        self.given += read;
        Ok(read)
    }
}

/// What the first character that is not ASCII tells; `None` when it has to be waited for.
fn first_character(rest: &[u8], ended: bool) -> Option<Coding> {
    let begin = rest.get(..rest.len().min(4)).filter(|b| !b.is_empty())?;
    match std::str::from_utf8(begin) {
        Ok(_) => Some(Coding::Utf8),
        Err(error) if error.valid_up_to() > 0 => Some(Coding::Utf8),
        Err(error) if error.error_len().is_none() && !ended => None,
        Err(_) => Some(Coding::Windows1252),
    }
}

fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•',
        '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH.get(usize::from(byte) - 0x80).copied().unwrap_or('\u{fffd}'),
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time: every character is cut.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let Some((first, rest)) = self.0.split_first().filter(|_| !into.is_empty()) else { return Ok(0) };
            into[0] = *first;
            self.0 = rest;
            Ok(1)
        }
    }

    fn read(bytes: &[u8]) -> io::Result<String> {
        let (mut at_once, mut slowly) = (String::new(), String::new());
        let whole = Text::new(bytes).read_to_string(&mut at_once);
        let pieces = Text::new(Slow(bytes)).read_to_string(&mut slowly);
        assert_eq!(whole.is_ok(), pieces.is_ok());
        assert!(whole.is_err() || at_once == slowly);
        whole.map(|_| at_once)
    }

    #[test]
    fn whatever_a_spreadsheet_writes_becomes_the_same_text() {
        let text = "name\nZoé 🎓 “x”\n";
        let utf16 = |little: bool| -> Vec<u8> {
            let units = text.encode_utf16();
            units.flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect()
        };
        let cases: [(&str, Vec<u8>); 7] = [
            ("UTF-8", text.into()),
            ("with a byte order mark", format!("\u{feff}{text}").into()),
            ("with CRLF", text.replace('\n', "\r\n").into()),
            ("with lone CR", text.replace('\n', "\r").into()),
            ("UTF-16, little end first", [b"\xff\xfe".to_vec(), utf16(true)].concat()),
            ("UTF-16, big end first", [b"\xfe\xff".to_vec(), utf16(false)].concat()),
            ("UTF-16 without a mark", utf16(true)),
        ];
        for (says, bytes) in cases {
            assert_eq!(read(&bytes).unwrap(), text, "{says}");
        }
        assert_eq!(read(b"Zo\xe9 \x93x\x94\n").unwrap(), "Zoé “x”\n", "Windows-1252");
        assert_eq!(read(b"Zo\xe9").unwrap(), "Zoé", "Windows-1252 that ends with its first accent");
        assert_eq!(read(b"").unwrap(), "");
        assert_eq!(read(b"a").unwrap(), "a");
    }

    #[test]
    fn text_that_breaks_is_told_with_its_line() {
        assert!(read("é\nb\n".as_bytes().iter().copied().chain([0xff, b'x']).collect::<Vec<_>>().as_slice()).is_err());
        let cut = "a\né".as_bytes();
        let mut text = Text::new(["é\n".as_bytes(), &cut[..3]].concat().leak() as &[u8]);
        let told = text.read_to_string(&mut String::new()).unwrap_err().to_string();
        assert!(told.contains("line 3") && told.contains("middle of a character"), "{told}");
    }

    #[test]
    fn how_it_ended_is_known() {
        for (bytes, line, quotes) in
            [("a\n", false, false), ("a", true, false), ("\"a", true, true), ("\"a\"\n", false, false), ("", false, false)]
        {
            let mut text = Text::new(bytes.as_bytes());
            text.read_to_string(&mut String::new()).unwrap();
            assert_eq!((text.ends_within_a_line(), text.ends_within_quotes()), (line, quotes), "{bytes:?}");
        }
    }
}
