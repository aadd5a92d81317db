//! Secrets of the desk: what is handed to browsers and programs, of which the database holds hashes alone, and keys that are made of
//! the key of the house, of which it holds nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::clock;

/// A fresh token of 256 bits, fit for a cookie or an address.
pub fn token() -> String {
    URL_SAFE_NO_PAD.encode(clock::secret())
}

/// What the database holds of a token.
pub fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// What a form of a session carries: whoever knows it knows the cookie, or a page of ours.
pub fn csrf(session: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!("usher csrf\0{session}").as_bytes()))
}

/// Whether two secrets are the same; takes as long wherever they differ.
pub fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// Keys for several purposes, made of the key of the house.
#[derive(Clone)]
pub struct Keys(Hmac<Sha256>);

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(***)")
    }
}

impl Keys {
    /// Under `house`, the key that seals codes too; what is made here never meets those.
    pub fn new(house: &[u8; 32]) -> Self {
        let mut block = [0; 64];
        block.iter_mut().zip(house).for_each(|(to, from)| *to = *from);
        let mut mac = Hmac::new(&block.into());
        mac.update(b"usher desk\0");
        Self(mac)
    }

    /// 256 bits that only this house makes of these parts, for one purpose.
    pub fn of(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in std::iter::once(&purpose.as_bytes()).chain(parts) {
            // With its length, so that no two lists of parts read alike.
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The same as text.
    pub fn name(&self, purpose: &str, parts: &[&[u8]]) -> String {
        URL_SAFE_NO_PAD.encode(self.of(purpose, parts))
    }
}

/// The alphabet of RFC 4648, section 6.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// In base 32 without padding, as authenticator apps take secrets.
pub fn base32(bytes: &[u8]) -> String {
    let mut out = String::new();
    let (mut bits, mut held) = (0_u32, 0);
    let mut letter = |five: u32| out.push(BASE32.get((five & 31) as usize).map_or('A', |b| char::from(*b)));
    for byte in bytes {
        bits = (bits << 8) | u32::from(*byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            letter(bits >> held);
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        letter(bits << (5 - held));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_32_is_that_of_the_rfc() {
        let cases = [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("foobar", "MZXW6YTBOI")];
        for (plain, coded) in cases {
            assert_eq!(base32(plain.as_bytes()), coded, "{plain}");
        }
    }

    #[test]
    fn keys_differ_by_house_purpose_and_parts() {
        let keys = Keys::new(&[1; 32]);
        let all = [
            keys.name("a", &[b"bc", b"d"]),
            keys.name("a", &[b"b", b"cd"]),
            keys.name("ab", &[b"c", b"d"]),
            Keys::new(&[2; 32]).name("a", &[b"bc", b"d"]),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(!all[at + 1..].contains(one));
        }
        assert_eq!(format!("{keys:?}"), "Keys(***)");
    }

    #[test]
    fn a_token_is_new_every_time_and_its_form_is_not_its_hash() {
        let (one, two) = (token(), token());
        assert!(one != two && one.len() == 43);
        assert!(csrf(&one) != one && csrf(&one) != csrf(&two));
        assert!(same(&csrf(&one), &csrf(&one)) && !same("", "x"));
    }
}
