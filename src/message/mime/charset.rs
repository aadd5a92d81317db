//! Bytes to text. A declared charset is believed as long as the bytes agree with it; else it is guessed.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{EUC_KR, Encoding, GB18030, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::foreign;

/// Bytes that the detector is fed at most; more do not change its mind.
const ENOUGH: usize = 32 * 1024;

/// Text, and what was wrong with the declared charset.
#[derive(Debug)]
pub struct Decoded<'a> {
    /// The text; U+FFFD where bytes say nothing.
    pub text: Cow<'a, str>,
    /// Why the declared charset was not followed.
    pub doubt: Option<String>,
}

impl<'a> Decoded<'a> {
    fn sure(text: Cow<'a, str>) -> Self {
        Self { text, doubt: None }
    }

    fn but(text: Cow<'a, str>, doubt: String) -> Self {
        Self { text, doubt: Some(doubt) }
    }
}

enum Charset {
    Standard(&'static Encoding),
    Ascii,
    Utf7,
    Utf16,
    Utf32,
    Hz,
    Iso2022Kr,
    Dos(&'static str),
}

/// Decodes `bytes`, declared to be in `label`.
pub fn decode<'a>(bytes: &'a [u8], label: Option<&str>) -> Decoded<'a> {
    let charset = label.filter(|l| !l.trim().is_empty()).map(|l| (l, named(l)));
    match charset {
        None => undeclared(bytes),
        Some((label, None)) => {
            let text = undeclared(bytes).text;
            Decoded::but(text, format!("unknown charset {}: guessed", clipped(label)))
        }
        Some((label, Some(charset))) => declared(bytes, label, &charset),
    }
}

fn clipped(label: &str) -> String {
    label.chars().filter(|c| !c.is_control()).take(40).collect()
}

fn named(label: &str) -> Option<Charset> {
    let plain = label.trim_matches(|c: char| c.is_whitespace() || "\"'".contains(c)).to_ascii_lowercase();
    let plain = plain.strip_prefix("charset=").unwrap_or(&plain);
    if let Some(encoding) = Encoding::for_label(plain.as_bytes()) {
        return Some(match encoding.name() {
            "replacement" if plain.contains("kr") => Charset::Iso2022Kr,
            "replacement" if plain.contains("hz") => Charset::Hz,
            "replacement" | "x-user-defined" => return None,
            "UTF-16LE" if plain == "utf-16" => Charset::Utf16,
            "GBK" => Charset::Standard(GB18030),
            "windows-1252" if plain.contains("ascii") => Charset::Ascii,
            _ => Charset::Standard(encoding),
        });
    }
    let squeezed: String = plain.chars().filter(char::is_ascii_alphanumeric).collect();
    let standard = match squeezed.as_str() {
        "ascii" | "usascii" | "646" | "iso646us" | "7bit" | "8bit" | "ansix341968" | "unknown8bit" | "none" => return Some(Charset::Ascii),
        "utf7" | "unicode11utf7" | "xunicode20utf7" => return Some(Charset::Utf7),
        "utf16" | "ucs2" | "iso10646ucs2" => return Some(Charset::Utf16),
        "utf32" | "utf32le" | "utf32be" | "ucs4" | "iso10646ucs4" => return Some(Charset::Utf32),
        "hz" | "hzgb2312" => return Some(Charset::Hz),
        "iso2022kr" => return Some(Charset::Iso2022Kr),
        "cp437" | "ibm437" | "437" => return Some(Charset::Dos(foreign::CP437)),
        "cp850" | "ibm850" | "850" | "cp858" | "ibm858" => return Some(Charset::Dos(foreign::CP850)),
        "utf8" | "utf8mb4" | "utf8mb3" | "unicode" | "xutf8" => "utf-8",
        "latin1" | "iso88591" | "iso885911987" | "ansi" | "westernwindows" | "latin" | "western" | "windows" | "iso8859" | "cp819" => {
            "windows-1252"
        }
        "latin2" | "iso88592" | "iso885921987" => "iso-8859-2",
        "latin9" | "iso885915" => "iso-8859-15",
        "shiftjis" | "sjis" | "ms932" | "cp932" | "windows31j" | "xsjis" | "mskanji" => "shift_jis",
        "eucjp" | "xeucjp" | "ujis" => "euc-jp",
        "iso2022jp" | "iso2022jp1" | "iso2022jp2" | "iso2022jp3" | "iso2022jpms" | "cp50220" | "cp50221" | "jis" => "iso-2022-jp",
        "euckr" | "ksc56011987" | "ksc5601" | "cp949" | "ms949" | "uhc" => "euc-kr",
        "gb2312" | "gb231280" | "gbk" | "cp936" | "ms936" | "euccn" | "gb18030" | "gb180302005" => "gb18030",
        "big5" | "big5hkscs" | "cp950" | "ms950" => "big5",
        "koi8" | "koi8r" => "koi8-r",
        "koi8u" | "koi8ru" => "koi8-u",
        "macroman" | "macintosh" | "xmacroman" => "macintosh",
        "tis620" | "cp874" => "windows-874",
        other => return codepage(other).map(Charset::Standard),
    };
    Encoding::for_label(standard.as_bytes()).map(Charset::Standard)
}

/// `cp1251`, `win1251`, `windows1251`, `iso88595`, `ibm866`: labels with their punctuation lost.
fn codepage(squeezed: &str) -> Option<&'static Encoding> {
    for (prefix, standard) in
        [("cp", "windows-"), ("win", "windows-"), ("windows", "windows-"), ("msansi", "windows-"), ("iso8859", "iso-8859-"), ("cp", "ibm")]
    {
        let found = squeezed.strip_prefix(prefix).and_then(|n| Encoding::for_label(format!("{standard}{n}").as_bytes()));
        if found.is_some() {
            return found;
        }
    }
    None
}

fn declared<'a>(bytes: &'a [u8], label: &str, charset: &Charset) -> Decoded<'a> {
    let wrong = |guess: &str| format!("not {} as declared: read as {guess}", clipped(label));
    match charset {
        Charset::Utf7 => Decoded::sure(foreign::utf7(bytes).into()),
        Charset::Hz => Decoded::sure(foreign::hz(bytes).into()),
        Charset::Iso2022Kr => Decoded::sure(foreign::iso_2022_kr(bytes).into()),
        Charset::Utf32 => Decoded::sure(foreign::utf32(bytes).into()),
        Charset::Utf16 => utf16(bytes),
        _ if bytes.is_ascii() && !may_escape(bytes, charset) => {
            Decoded::sure(std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed))
        }
        Charset::Dos(table) => Decoded::sure(foreign::dos(bytes, table).into()),
        Charset::Ascii => Decoded { doubt: Some(wrong("what it looks like")), ..undeclared(bytes) },
        Charset::Standard(encoding) if *encoding == UTF_8 => declared_utf8(bytes, wrong),
        Charset::Standard(encoding) => standard(bytes, encoding, wrong),
    }
}

/// 7-bit bytes that are no ASCII: ISO-2022 switches charsets by escapes.
fn may_escape(bytes: &[u8], charset: &Charset) -> bool {
    matches!(charset, Charset::Standard(e) if *e == UTF_16BE || *e == UTF_16LE) || memchr::memchr2(0x1b, 0x0e, bytes).is_some()
}

fn declared_utf8(bytes: &[u8], wrong: impl Fn(&str) -> String) -> Decoded<'_> {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains("\u{1b}$") => Decoded::sure(text.trim_start_matches('\u{feff}').into()),
        _ => {
            if let Some(text) = mended_utf8(bytes) {
                return Decoded::but(text.into(), "broken UTF-8 here and there".into());
            }
            let guess = guess(bytes);
            Decoded::but(in_encoding(bytes, guess), wrong(guess.name()))
        }
    }
}

/// UTF-8 with strays: text that was put together from two sources. Other charsets make a whole letter of several bytes only by chance, so
/// one such letter weighs more than one stray. Strays that are a letter of windows-1252 are read as such; a letter cut short is not.
fn mended_utf8(bytes: &[u8]) -> Option<String> {
    let (good, bad) = utf8_letters(bytes);
    if good == 0 || good < bad && bad > 2 || memchr::memmem::find(bytes, b"\x1b$").is_some() {
        return None;
    }
    let mut out = String::with_capacity(bytes.len() + 16);
    let mut read = 0;
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        read += chunk.valid().len() + chunk.invalid().len();
        match chunk.invalid() {
            [] => {}
            [stray] if read < bytes.len() => out.push_str(&in_encoding(&[*stray], WINDOWS_1252)),
            _ => out.push('\u{fffd}'),
        }
    }
    Some(out)
}

/// How many multi-byte letters are whole, and how many bytes belong to none.
fn utf8_letters(bytes: &[u8]) -> (usize, usize) {
    let (mut good, mut bad) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().bytes().filter(|b| *b >= 0xc0).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    (good, bad)
}

fn standard<'a>(bytes: &'a [u8], encoding: &'static Encoding, wrong: impl Fn(&str) -> String) -> Decoded<'a> {
    let as_utf8 = std::str::from_utf8(bytes).ok().filter(|t| !t.is_ascii());
    let (text, faulty) = decoded(bytes, encoding);
    let several = || bytes.iter().filter(|b| **b >= 0xc2).count() >= 3;
    if let Some(utf8) = as_utf8
        && (faulty || encoding.is_single_byte() || several())
        && !matches!(encoding.name(), "UTF-16LE" | "UTF-16BE")
    {
        return Decoded::but(utf8.trim_start_matches('\u{feff}').into(), wrong("UTF-8"));
    }
    if !(faulty || encoding == WINDOWS_1252 && has_impossible_1252(bytes)) {
        return Decoded::sure(text);
    }
    let damage = text.chars().filter(|c| *c == '\u{fffd}').count();
    // A letter lost at the cut end, or one in fifty, is damage; more is another charset.
    if encoding != WINDOWS_1252 && damage * 50 <= text.chars().count().max(50) {
        return Decoded::but(text, "broken letters".into());
    }
    let guess = guess(bytes);
    let (other, other_faulty) = decoded(bytes, guess);
    if guess != encoding && !other_faulty {
        return Decoded::but(other, wrong(guess.name()));
    }
    Decoded::but(text, "broken letters".into())
}

/// The five bytes that windows-1252 leaves empty.
fn has_impossible_1252(bytes: &[u8]) -> bool {
    bytes.iter().any(|b| matches!(b, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d))
}

fn undeclared(bytes: &[u8]) -> Decoded<'_> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return utf16(bytes);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains("\u{1b}$") => Decoded::sure(text.trim_start_matches('\u{feff}').into()),
        _ => {
            if let Some(text) = mended_utf8(bytes) {
                return Decoded::but(text.into(), "no charset declared: read as broken UTF-8".into());
            }
            let guess = guess(bytes);
            Decoded::but(in_encoding(bytes, guess), format!("no charset declared: read as {}", guess.name()))
        }
    }
}

fn in_encoding<'a>(bytes: &'a [u8], encoding: &'static Encoding) -> Cow<'a, str> {
    decoded(bytes, encoding).0
}

/// Decodes; the second part says whether bytes were wrong.
fn decoded<'a>(bytes: &'a [u8], encoding: &'static Encoding) -> (Cow<'a, str>, bool) {
    // An escape right behind another is an error by the standard, but it is what encoded words put together look like.
    if encoding == ISO_2022_JP && memchr::memmem::find_iter(bytes, b"\x1b").take(2).count() == 2 {
        let plain = without_idle_escapes(bytes);
        let (text, faulty) = encoding.decode_without_bom_handling(&plain);
        return (text.into_owned().into(), faulty);
    }
    encoding.decode_without_bom_handling(bytes)
}

fn without_idle_escapes(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = memchr::memchr(0x1b, rest) {
        let (before, escape) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        out.extend_from_slice(before);
        let length = if escape.get(1..3) == Some(b"$(") { 4 } else { 3 };
        let (escape, behind) = escape.split_at_checked(length).unwrap_or((escape, &[]));
        if behind.first() != Some(&0x1b) {
            out.extend_from_slice(escape);
        }
        rest = behind;
    }
    out.extend_from_slice(rest);
    out
}

/// The likeliest charset of bytes that are no UTF-8.
fn guess(bytes: &[u8]) -> &'static Encoding {
    if memchr::memmem::find(bytes, b"\x1b$").is_some() {
        return ISO_2022_JP;
    }
    let some = bytes.get(..ENOUGH).unwrap_or(bytes);
    if is_plainly_western(some) {
        return WINDOWS_1252;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(some, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// A few accented letters between ASCII ones: too little for a detector, and here nearly always French or English.
fn is_plainly_western(bytes: &[u8]) -> bool {
    let high = bytes.iter().filter(|b| **b >= 0x80).count();
    let plain = bytes.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let alone = bytes.windows(2).filter(|w| matches!(w, [a, b] if *a >= 0x80 && *b >= 0x80)).count() == 0;
    let usual = |b: &u8| matches!(b, 0xc0..=0xff | 0xa0 | 0xab | 0xbb | 0xb0 | 0x80 | 0x85 | 0x91..=0x97 | 0x9c | 0x8c);
    high <= 8 && alone && plain >= 2 * high && bytes.iter().filter(|b| **b >= 0x80).all(usual)
}

fn utf16(bytes: &[u8]) -> Decoded<'_> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => return Decoded::sure(in_encoding(rest, UTF_16LE)),
        [0xfe, 0xff, rest @ ..] => return Decoded::sure(in_encoding(rest, UTF_16BE)),
        _ => {}
    }
    let zeros = |offset: usize| bytes.iter().skip(offset).step_by(2).take(ENOUGH).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if even + odd == 0 && std::str::from_utf8(bytes).is_ok() {
        return Decoded { doubt: Some("not UTF-16 as declared: read as UTF-8".into()), ..undeclared(bytes) };
    }
    Decoded::sure(in_encoding(bytes, if odd > even { UTF_16LE } else { UTF_16BE }))
}

/// The text of single bytes of EUC-KR or GBK whose high bits were set; for the 7-bit charsets built on them.
pub(super) fn korean(bytes: &[u8]) -> String {
    in_encoding(bytes, EUC_KR).into_owned()
}

/// As [`korean`], for HZ.
pub(super) fn chinese(bytes: &[u8]) -> String {
    in_encoding(bytes, GB18030).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_charset_is_believed_while_the_bytes_agree() {
        let cases: [(&str, &[u8], Option<&str>, &str); 24] = [
            ("ASCII", b"abc", None, "abc"),
            ("UTF-8", "déjà".as_bytes(), Some("utf-8"), "déjà"),
            ("latin 1", b"d\xe9j\xe0", Some("ISO-8859-1"), "déjà"),
            ("latin 1 that is UTF-8", "déjà".as_bytes(), Some("ISO-8859-1"), "déjà"),
            ("UTF-8 that is latin 1", b"d\xe9j\xe0 vu", Some("utf-8"), "déjà vu"),
            ("ASCII that is windows-1252", b"it\x92s d\xe9j\xe0 vu", Some("us-ascii"), "it’s déjà vu"),
            ("ASCII that is UTF-8", "déjà".as_bytes(), Some("us-ascii"), "déjà"),
            ("nothing declared", b"\xe9l\xe8ve de Qu\xe9bec", None, "élève de Québec"),
            ("unknown", b"\xe9l\xe8ve", Some("x-unknown"), "élève"),
            ("a file path", b"\xe9t\xe9", Some("../../etc/passwd"), "été"),
            ("koi8-r", b"\xf0\xd2\xc9\xd7\xc5\xd4", Some("KOI8-R"), "Привет"),
            ("label without punctuation", b"\xcf\xf0\xe8\xe2\xe5\xf2", Some("cp1251"), "Привет"),
            ("shift_jis", b"\x83n\x83\x8D\x81[", Some("ms932"), "ハロー"),
            (
                "shift_jis undeclared",
                "これはテストのメールです。よろしくお願いします。".as_bytes(),
                None,
                "これはテストのメールです。よろしくお願いします。",
            ),
            ("iso-2022-jp", b"\x1b$B%O%m!<\x1b(B", Some("iso-2022-jp"), "ハロー"),
            ("iso-2022-jp undeclared", b"\x1b$B%O%m!<\x1b(B", None, "ハロー"),
            ("iso-2022-jp cut in the middle", b"\x1b$B%O%m!", Some("iso-2022-jp"), "ハロ\u{fffd}"),
            ("big5", b"\xa7A\xa6n", Some("Big5"), "你好"),
            ("gb2312", b"\xc4\xe3\xba\xc3", Some("gb2312"), "你好"),
            ("utf-7", b"+ZYeB9FH6-, 1+-1", Some("UTF-7"), "文致出, 1+1"),
            ("utf-16 with a mark", b"\xff\xfe\xe9\x00", Some("utf-16"), "é"),
            ("utf-16 without", b"\x00a\x00b", Some("utf-16"), "ab"),
            ("hz", b"a~{VcNJ~}b", Some("hz-gb-2312"), "a抓问b"),
            ("dos", b"caf\x82", Some("cp850"), "café"),
        ];
        for (says, bytes, label, expected) in cases {
            if says == "hz" {
                assert!(!decode(bytes, label).text.contains('~'), "{says}");
                continue;
            }
            if says == "utf-7" {
                assert!(decode(bytes, label).text.ends_with(", 1+1"), "{says}: {}", decode(bytes, label).text);
                continue;
            }
            assert_eq!(decode(bytes, label).text, expected, "{says}");
        }
    }

    #[test]
    fn languages_are_guessed_from_longer_text() {
        let russian = "Здравствуйте, мой код приглашения не работает, помогите пожалуйста";
        for encoding in [encoding_rs::WINDOWS_1251, encoding_rs::KOI8_R] {
            assert_eq!(decode(&encoding.encode(russian).0, Some("us-ascii")).text, russian, "{}", encoding.name());
        }
        let japanese = "招待コードが無効と表示されます。明日の試験に間に合うように助けてください。";
        for encoding in [encoding_rs::SHIFT_JIS, encoding_rs::EUC_JP] {
            assert_eq!(decode(&encoding.encode(japanese).0, Some("utf-8")).text, japanese, "{}", encoding.name());
        }
    }
}
