//! The second factor: codes of RFC 6238 and recovery codes. A secret is made of random bytes in the database and the key of the house,
//! so neither of them alone gives a code.

use jiff::Timestamp;
use qrcode::{Color, EcLevel, QrCode};
use serde_json::{Value, json};
use totp_rs::{Builder, Totp};

use super::secrets::{Keys, base32};
use crate::clock;

/// How many recovery codes there are.
const CODES: usize = 10;
/// White round a QR code (ISO/IEC 18004): four modules.
const MARGIN: usize = 4;

/// The secret of an account's second factor.
fn secret(keys: &Keys, staff: &str, made_of: &[u8]) -> [u8; 20] {
    // 160 bits, as RFC 4226 advises.
    let mut secret = [0; 20];
    secret.iter_mut().zip(keys.of("second factor", &[staff.as_bytes(), made_of])).for_each(|(to, from)| *to = from);
    secret
}

fn totp(secret: [u8; 20]) -> Option<Totp> {
    Builder::new().with_secret(secret).build().ok()
}

/// The step of a code that is right now, or was or will be one step away. `None`: it is wrong.
pub fn step(keys: &Keys, staff: &str, made_of: &[u8], code: &str, now: Timestamp) -> Option<i64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let seconds = u64::try_from(now.as_second()).ok()?;
    totp(secret(keys, staff, made_of))?.check(&digits, seconds).and_then(|step| i64::try_from(step).ok())
}

/// What a page shows for an app to take: the secret in words, and as a picture.
pub fn shown(keys: &Keys, staff: &str, made_of: &[u8], email: &str) -> Value {
    let secret = base32(&secret(keys, staff, made_of));
    let url = format!("otpauth://totp/usher:{}?secret={secret}&issuer=usher", percent(email));
    let groups: Vec<&str> = secret.as_bytes().chunks(4).filter_map(|four| std::str::from_utf8(four).ok()).collect();
    json!({ "secret": groups.join(" "), "qr": picture(&url) })
}

/// The modules of a QR code as one SVG path, and how wide it is.
fn picture(text: &str) -> Option<Value> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            path.push_str(&format!("M{} {}h1v1h-1z", at % width + MARGIN, at / width + MARGIN));
        }
    }
    Some(json!({ "width": width + 2 * MARGIN, "path": path }))
}

/// RFC 3986: all but letters, digits and `-._~`.
pub fn percent(text: &str) -> String {
    let safe = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    text.bytes().map(|b| if safe(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// Fresh recovery codes, 80 bits each, as they are shown once.
pub fn recovery_codes() -> Vec<String> {
    let code = || {
        let letters = base32(clock::secret().get(..10).unwrap_or_default());
        let groups: Vec<&str> = letters.as_bytes().chunks(4).filter_map(|four| std::str::from_utf8(four).ok()).collect();
        groups.join("-")
    };
    std::iter::repeat_with(code).take(CODES).collect()
}

/// What the database holds of a recovery code, however it was typed. `None`: it cannot be one.
pub fn recovery_hash(keys: &Keys, staff: &str, typed: &str) -> Option<[u8; 32]> {
    let letters: String = typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    (letters.len() == 16).then(|| keys.of("recovery code", &[staff.as_bytes(), letters.as_bytes()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        // RFC 6238, appendix B, the last six digits of each.
        for (second, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (20_000_000_000, "353130")] {
            let totp = totp(*b"12345678901234567890").unwrap();
            assert_eq!(totp.generate(second).to_string(), code);
        }
    }

    #[test]
    fn a_code_is_right_for_one_step_either_side_and_for_its_account_alone() {
        let (keys, made_of) = (Keys::new(&[7; 32]), [3; 32]);
        let now = at(1_700_000_010);
        let code = totp(secret(&keys, "a", &made_of)).unwrap().generate(1_700_000_010).to_string();
        let step_now = 1_700_000_010 / 30;
        for (seconds, expected) in [(0, Some(step_now)), (30, Some(step_now)), (-30, Some(step_now)), (60, None), (-60, None)] {
            let when = now + jiff::SignedDuration::from_secs(seconds);
            assert_eq!(step(&keys, "a", &made_of, &code, when), expected, "{seconds}");
        }
        assert_eq!(
            step(&keys, "a", &made_of, &format!(" {} ", code.chars().map(|c| format!("{c} ")).collect::<String>()), now),
            Some(step_now)
        );
        assert_eq!(step(&keys, "b", &made_of, &code, now), None);
        assert_eq!(step(&Keys::new(&[8; 32]), "a", &made_of, &code, now), None, "a stolen database has another house's key");
        for odd in ["", "1", "+12345", "１２３４５６", "1234567", "abcdef"] {
            assert_eq!(step(&keys, "a", &made_of, odd, now), None, "{odd}");
        }
    }

    #[test]
    fn recovery_codes_are_ten_and_read_however_they_are_typed() {
        let (keys, codes) = (Keys::new(&[7; 32]), recovery_codes());
        assert!(codes.len() == 10 && codes.iter().all(|c| c.len() == 19), "{codes:?}");
        let hash = recovery_hash(&keys, "a", &codes[0]).unwrap();
        assert_eq!(recovery_hash(&keys, "a", &codes[0].to_lowercase().replace('-', " ")), Some(hash));
        assert_ne!(recovery_hash(&keys, "b", &codes[0]), Some(hash));
        assert_eq!(recovery_hash(&keys, "a", "123456"), None);
    }

    #[test]
    fn the_picture_is_a_path() {
        let shown = shown(&Keys::new(&[7; 32]), "a", &[1; 32], "lea+x@nexam.example");
        assert!(shown["qr"]["width"].as_u64().unwrap() > 28 && shown["qr"]["path"].as_str().unwrap().starts_with('M'));
        assert_eq!(shown["secret"].as_str().unwrap().len(), 32 + 7);
    }
}
