//! Charsets that the Encoding Standard leaves out: UTF-7, UTF-32, HZ, ISO-2022-KR and the tables of DOS.

use super::charset;

/// Letters 0x80-0xFF of the first PC.
pub const CP437: &str =
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
/// Letters 0x80-0xFF of DOS in western Europe and Québec.
pub const CP850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

/// Decodes by one of the two tables.
pub fn dos(bytes: &[u8], table: &str) -> String {
    let letters: Vec<char> = table.chars().collect();
    let letter = |b: &u8| b.checked_sub(0x80).map_or(char::from(*b), |at| letters.get(usize::from(at)).copied().unwrap_or('\u{fffd}'));
    bytes.iter().map(letter).collect()
}

/// RFC 2152.
pub fn utf7(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        if *first != b'+' {
            out.push(if first.is_ascii() { char::from(*first) } else { '\u{fffd}' });
            continue;
        }
        let end = rest.iter().position(|b| six_bits(*b).is_none()).unwrap_or(rest.len());
        let (run, tail) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        if run.is_empty() {
            out.push('+');
        } else {
            out.push_str(&String::from_utf16_lossy(&units(run)));
        }
        rest = tail.strip_prefix(b"-").unwrap_or(tail);
    }
    out
}

fn six_bits(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

fn units(run: &[u8]) -> Vec<u16> {
    let (mut units, mut bits, mut held) = (Vec::new(), 0_u32, 0);
    for value in run.iter().copied().filter_map(six_bits) {
        bits = (bits << 6 | value) & 0x003f_ffff;
        held += 6;
        if held >= 16 {
            held -= 16;
            units.push(u16::try_from((bits >> held) & 0xffff).unwrap_or(0xfffd));
        }
    }
    units
}

/// UTF-32 in either order; without a mark, the order whose first letter exists.
pub fn utf32(bytes: &[u8]) -> String {
    let big = |c: &[u8]| <[u8; 4]>::try_from(c).map_or(u32::MAX, u32::from_be_bytes);
    let little = |c: &[u8]| <[u8; 4]>::try_from(c).map_or(u32::MAX, u32::from_le_bytes);
    let is_little = bytes.get(..4).is_some_and(|first| char::from_u32(big(first)).is_none());
    let letter = |c: &[u8]| char::from_u32(if is_little { little(c) } else { big(c) }).unwrap_or('\u{fffd}');
    bytes.chunks(4).map(letter).filter(|c| *c != '\u{feff}').collect()
}

/// RFC 1843: `~{` … `~}` around GB 2312 without its high bits.
pub fn hz(bytes: &[u8]) -> String {
    let mut eight = Vec::with_capacity(bytes.len());
    let (mut inside, mut at) = (false, 0);
    while let Some(b) = bytes.get(at) {
        match (b, bytes.get(at + 1)) {
            (b'~', Some(b'{')) => (inside, at) = (true, at + 1),
            (b'~', Some(b'}')) => (inside, at) = (false, at + 1),
            (b'~', Some(b'~')) if !inside => {
                eight.push(b'~');
                at += 1;
            }
            (b'~', Some(b'\n')) => at += 1,
            (b'\n', _) => {
                inside = false;
                eight.push(b'\n');
            }
            _ => eight.push(if inside { b | 0x80 } else { *b }),
        }
        at += 1;
    }
    charset::chinese(&eight)
}

/// RFC 1557: shift-out and shift-in around KS X 1001.
pub fn iso_2022_kr(bytes: &[u8]) -> String {
    let mut eight = Vec::with_capacity(bytes.len());
    let mut shifted = false;
    let mut at = 0;
    while let Some(b) = bytes.get(at) {
        match b {
            0x1b if bytes.get(at + 1..at + 4) == Some(b"$)C") => at += 3,
            0x0e => shifted = true,
            0x0f => shifted = false,
            b if shifted && *b > 0x20 => eight.push(b | 0x80),
            b => eight.push(*b),
        }
        at += 1;
    }
    charset::korean(&eight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charsets_of_seven_bits() {
        assert_eq!(utf7(b"Hi Mom -+Jjo--!"), "Hi Mom -\u{263a}-!");
        assert_eq!(utf7(b"A+ImIDkQ."), "A\u{2262}\u{391}.");
        assert_eq!(hz(b"~{<:Ky2;~}"), "己所不");
        assert_eq!(iso_2022_kr(b"\x1b$)C\x0e>H3g\x0f!"), "안녕!");
        assert_eq!(utf32(b"\x00\x00\x00a"), "a");
        assert_eq!(dos(b"\x82", CP437), "é");
        assert_eq!((CP437.chars().count(), CP850.chars().count()), (128, 128));
    }
}
