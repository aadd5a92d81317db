//! Header text: encoded words (RFC 2047) as programs really write them, raw 8-bit letters, folds.

use std::borrow::Cow;

use memchr::memmem;

use super::{charset, transfer};

/// Longest charset label that is taken for one.
const LONGEST_LABEL: usize = 60;

/// Decodes the value of a field. `hint` is the charset of the body, in which some programs write their headers too. What was wrong is
/// added to `defects`. White space stays as it is, without line ends.
pub fn decode(raw: &[u8], hint: Option<&str>, defects: &mut Vec<String>) -> String {
    let flat = unfolded(raw);
    if memmem::find(&flat, b"=?").is_none() {
        let mut out = String::with_capacity(flat.len());
        push_raw(&mut out, &flat, hint, defects);
        return out;
    }
    words(&flat, hint, defects)
}

/// Adds a defect once.
pub fn note(defects: &mut Vec<String>, what: impl Into<String>) {
    let what = what.into();
    if defects.len() < 50 && !defects.contains(&what) {
        defects.push(what);
    }
}

fn unfolded(raw: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr2(b'\n', b'\r', raw).is_none() {
        return raw.into();
    }
    raw.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect::<Vec<_>>().into()
}

/// Letters outside encoded words.
fn push_raw(out: &mut String, bytes: &[u8], hint: Option<&str>, defects: &mut Vec<String>) {
    if bytes.is_ascii() && !bytes.contains(&0x1b) {
        out.push_str(&String::from_utf8_lossy(bytes));
        return;
    }
    note(defects, "raw 8-bit letters in a header");
    let own = charset::decode(bytes, None);
    let declared = own.doubt.is_some().then_some(hint).flatten().map(|label| charset::decode(bytes, Some(label)));
    match declared {
        Some(by_hint) if by_hint.doubt.is_none() => out.push_str(&by_hint.text),
        _ => out.push_str(&own.text),
    }
}

struct Word<'a> {
    label: &'a str,
    base64: bool,
    payload: &'a [u8],
    length: usize,
}

/// Bytes of neighbouring words of one charset: a letter may begin in one and end in the next.
#[derive(Default)]
struct Run {
    label: String,
    bytes: Vec<u8>,
    /// Base64 letters that do not make up four yet.
    carry: Vec<u8>,
}

impl Run {
    fn take(&mut self, word: &Word<'_>) {
        if !word.base64 {
            self.settle();
            self.bytes.extend(q_decoded(word.payload));
            return;
        }
        let letters: Vec<u8> = word.payload.iter().copied().filter(|b| transfer::is_base64(*b)).collect();
        let cut_here = !letters.len().is_multiple_of(4) && !word.payload.contains(&b'=');
        let filled = word.payload.iter().filter(|b| transfer::is_base64(**b) || **b == b'=').count();
        let joins = (self.carry.len() + filled).is_multiple_of(4) || cut_here;
        if !joins {
            self.settle();
        }
        self.carry.extend(letters);
        if !cut_here {
            self.settle();
        }
    }

    fn settle(&mut self) {
        self.bytes.extend(transfer::base64_letters(&std::mem::take(&mut self.carry)));
    }

    fn say(mut self, out: &mut String, hint: Option<&str>, defects: &mut Vec<String>) {
        self.settle();
        if self.bytes.is_empty() {
            return;
        }
        let label = Some(self.label.as_str()).filter(|l| !l.is_empty()).or(hint);
        let decoded = charset::decode(&self.bytes, label);
        if let Some(doubt) = decoded.doubt {
            note(defects, format!("a header was {doubt}"));
        }
        out.push_str(&decoded.text);
    }
}

fn words(flat: &[u8], hint: Option<&str>, defects: &mut Vec<String>) -> String {
    let mut out = String::with_capacity(flat.len());
    let mut open: Option<Run> = None;
    let (mut from, mut at) = (0, 0);
    while let Some(found) = memmem::find(flat.get(at..).unwrap_or_default(), b"=?").map(|i| at + i) {
        let Some(word) = word_at(flat.get(found..).unwrap_or_default()) else {
            at = found + 2;
            continue;
        };
        let between = flat.get(from..found).unwrap_or_default();
        let apart = !between.trim_ascii().is_empty() || open.is_none();
        let same = open.as_ref().is_some_and(|run| run.label.eq_ignore_ascii_case(word.label));
        if (apart || !same)
            && let Some(run) = open.take()
        {
            run.say(&mut out, hint, defects);
        }
        if apart {
            push_raw(&mut out, between, hint, defects);
        }
        open.get_or_insert_with(|| Run { label: word.label.to_owned(), ..Run::default() }).take(&word);
        at = found + word.length;
        from = at;
    }
    if let Some(run) = open.take() {
        run.say(&mut out, hint, defects);
    }
    push_raw(&mut out, flat.get(from..).unwrap_or_default(), hint, defects);
    out
}

/// The encoded word that `text` begins with: `=?charset*language?Q?…?=`.
fn word_at(text: &[u8]) -> Option<Word<'_>> {
    let rest = text.get(2..)?;
    let label_end = rest.iter().take(LONGEST_LABEL).position(|b| *b == b'?')?;
    let label = std::str::from_utf8(rest.get(..label_end)?).ok()?;
    let label = label.split('*').next().unwrap_or(label).trim();
    if !label.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:+()/ ".contains(c)) {
        return None;
    }
    let (kind, tail) = rest.get(label_end + 1..)?.split_first()?;
    let base64 = match kind {
        b'b' | b'B' => true,
        b'q' | b'Q' => false,
        _ => return None,
    };
    let payload = tail.strip_prefix(b"?")?;
    let begins = text.len() - payload.len();
    let (end, closed) = payload_end(payload, base64);
    let body = payload.get(..end)?;
    Some(Word { label, base64, payload: body, length: begins + end + if closed { 2 } else { 0 } })
}

/// Where the words' letters end, and whether `?=` stands there. Without it they reach to the next word, or as far as they can.
fn payload_end(payload: &[u8], base64: bool) -> (usize, bool) {
    let next_word = memmem::find(payload, b"=?").filter(|at| begins_word(payload.get(*at..).unwrap_or_default()));
    let before = payload.get(..next_word.unwrap_or(payload.len())).unwrap_or(payload);
    let Some(mut end) = memmem::find(before, b"?=") else {
        let plain = if base64 {
            before.iter().position(|b| !transfer::is_base64(*b) && !matches!(b, b'=' | b' ' | b'\t')).unwrap_or(before.len())
        } else {
            before.len()
        };
        return (before.get(..plain).unwrap_or(before).trim_ascii_end().len(), false);
    };
    // `What?=3F?=`: a bare question mark before an escape is not the end.
    while let Some(rest) = before.get(end + 2..).filter(|_| !base64) {
        let is_escape = rest.iter().take(2).filter(|b| b.is_ascii_hexdigit()).count() == 2;
        let further = memmem::find(rest, b"?=").filter(|at| !rest.get(..*at).unwrap_or_default().contains(&b' '));
        match further {
            Some(at) if is_escape => end += 2 + at,
            _ => break,
        }
    }
    (end, true)
}

fn begins_word(text: &[u8]) -> bool {
    let Some(rest) = text.get(2..) else { return false };
    let Some(end) = rest.iter().take(LONGEST_LABEL).position(|b| *b == b'?') else { return false };
    end > 0 && matches!(rest.get(end + 1..end + 3), Some([b'q' | b'Q' | b'b' | b'B', b'?']))
}

fn q_decoded(payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(payload.len());
    let mut at = 0;
    while let Some(b) = payload.get(at) {
        let escape = (*b == b'=').then(|| transfer::hex(payload.get(at + 1).copied(), payload.get(at + 2).copied())).flatten();
        match (b, escape) {
            (_, Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'_', _) => out.push(b' '),
            // A soft line break that got into a header.
            (b'=', None) if at + 1 == payload.len() => {}
            (b, None) => out.push(*b),
        }
        at += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_words_are_read_however_they_are_broken() {
        let cases: [(&str, &[u8], &str); 26] = [
            ("plain", b"hello", "hello"),
            ("Q", b"=?iso-8859-1?Q?d=E9j=E0_vu?=", "déjà vu"),
            ("B", b"=?UTF-8?B?ZMOpasOg?=", "déjà"),
            ("lower case", b"=?utf-8?q?d=c3=a9j=c3=a0?=", "déjà"),
            ("language", b"=?utf-8*fr?Q?=C3=A9t=C3=A9?=", "été"),
            ("neighbours", b"=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
            ("neighbours by a fold", b"=?utf-8?Q?a?=\r\n\t=?utf-8?Q?b?=", "ab"),
            ("neighbours of two charsets", b"=?utf-8?Q?=C3=A9?= =?iso-8859-1?Q?=E9?=", "éé"),
            ("text between", b"=?utf-8?Q?a?= and =?utf-8?Q?b?=", "a and b"),
            ("a letter split between words", b"=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=", "café"),
            ("a letter split in base64", b"=?utf-8?B?Y2Fmww==?= =?utf-8?B?qQ==?=", "café"),
            ("base64 split between words", b"=?utf-8?B?Y2Fm?= =?utf-8?B?w6?= =?utf-8?B?k=?=", "café"),
            ("spaces inside", b"=?utf-8?Q?d=C3=A9j=C3=A0 vu ici?=", "déjà vu ici"),
            ("no end", b"=?utf-8?Q?d=C3=A9j=C3=A0", "déjà"),
            ("no end, another follows", b"=?utf-8?Q?d=C3=A9j=C3=A0 =?utf-8?Q?_vu?=", "déjà vu"),
            ("no padding", b"=?utf-8?B?w6k?=", "é"),
            ("glued to text", b"[x]=?utf-8?Q?=C3=A9t=C3=A9?=!", "[x]été!"),
            ("a bare question mark", b"=?utf-8?Q?vu??=", "vu?"),
            ("a bare question mark before an escape", b"=?utf-8?Q?vu?=3F?=", "vu??"),
            ("unknown charset", b"=?x-what?Q?=E9t=E9 d'ici?=", "été d'ici"),
            ("no charset", b"=??Q?=C3=A9t=C3=A9?=", "été"),
            ("iso-2022-jp", b"=?ISO-2022-JP?B?GyRCJSIbKEI=?=", "ア"),
            ("gb2312", b"=?gb2312?B?xOO6ww==?=", "你好"),
            ("raw UTF-8", "déjà vu".as_bytes(), "déjà vu"),
            ("raw latin 1", b"d\xe9j\xe0 vu", "déjà vu"),
            ("no word at all", b"1 =? 2 ?= 3", "1 =? 2 ?= 3"),
        ];
        for (says, raw, expected) in cases {
            assert_eq!(decode(raw, None, &mut Vec::new()), expected, "{says}");
        }
    }

    #[test]
    fn raw_letters_follow_the_charset_of_the_body() {
        let raw = b"\xf0\xd2\xc9\xd7\xc5\xd4";
        assert_eq!(decode(raw, Some("koi8-r"), &mut Vec::new()), "Привет");
    }
}
