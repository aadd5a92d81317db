//! Names of people: folding, words, particles. How two names relate is told in `relate.rs`.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// How much of a name is looked at; longer ones are no names.
const MOST_TOKENS: usize = 12;

/// Words that stand before a last name and are often left out.
pub(super) const PARTICLES: [&str; 30] = [
    "d", "de", "del", "della", "der", "den", "des", "di", "do", "dos", "du", "da", "das", "van", "von", "vom", "zu", "zum", "ten", "ter",
    "la", "le", "les", "l", "bin", "binti", "ibn", "al", "el", "y",
];

/// Lower-cases `text` and strips marks, so that `Zoë` is `zoe` and `Đỗ` is `do`; letters of other scripts stay what they are.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(text, &mut out);
    out
}

/// [`fold`] into a buffer that is used again.
pub fn fold_into(text: &str, out: &mut String) {
    if text.is_ascii() {
        out.extend(text.chars().map(|c| c.to_ascii_lowercase()));
        return;
    }
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'ß' => out.push_str("ss"),
            'ø' => out.push('o'),
            'đ' | 'ð' => out.push('d'),
            'ł' => out.push('l'),
            'œ' => out.push_str("oe"),
            'æ' => out.push_str("ae"),
            'ı' => out.push('i'),
            'þ' => out.push_str("th"),
            _ if is_combining_mark(c) => {}
            _ => out.push(c),
        }
    }
}

/// `Müller` is also written `Mueller`: the other folding, where there is one.
fn german(text: &str) -> Option<String> {
    let composed: String = text.nfc().flat_map(char::to_lowercase).collect();
    if !composed.contains(['ä', 'ö', 'ü', 'ø', 'å']) {
        return None;
    }
    let spelt = composed.replace(['ö', 'ø'], "oe").replace('ä', "ae").replace('ü', "ue").replace('å', "aa");
    Some(fold(&spelt))
}

/// One word of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// Folded.
    pub text: &'a str,
    /// Another usual spelling of it, folded.
    pub alt: Option<&'a str>,
    /// A particle: may be missing.
    pub weak: bool,
}

impl Token<'_> {
    /// Whether two words are the same, spelling habits aside.
    pub fn same(&self, other: &Token<'_>) -> bool {
        self.text == other.text || self.alt == Some(other.text) || other.alt == Some(self.text)
    }

    /// The letter it begins with.
    pub fn initial(&self) -> Option<char> {
        self.text.chars().next()
    }

    /// Whether it is a letter alone.
    pub fn is_letter(&self) -> bool {
        self.text.chars().nth(1).is_none()
    }
}

/// Another usual spelling of a word.
fn alternative(word: &str, folded: &str) -> Option<String> {
    match folded {
        "st" => Some("saint".to_owned()),
        "ste" => Some("sainte".to_owned()),
        "saint" => Some("st".to_owned()),
        "sainte" => Some("ste".to_owned()),
        _ if word.is_ascii() => None,
        _ => german(word),
    }
}

/// A first or last name, split at everything that is no letter or digit. Small: a register holds many.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Name {
    /// All words joined, folded: `delarochere`.
    joined: Box<str>,
    /// What few names have.
    more: Option<Box<More>>,
    /// Where each word ends in `joined`.
    ends: [u8; MOST_TOKENS],
    count: u8,
    /// One bit a word: a particle.
    weak: u16,
}

/// What only some names have beside their words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct More {
    /// The words joined without particles, where that differs: `rochere`.
    strong: Option<Box<str>>,
    /// Other usual spellings, by number of the word.
    alts: Box<[(u8, Box<str>)]>,
}

impl Name {
    /// Takes a name apart; words beyond the twelfth and beyond 255 bytes are left out.
    pub fn new(raw: &str) -> Self {
        let mut name = Self::default();
        let (mut joined, mut alts) = (String::new(), Vec::new());
        for word in raw.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c)).filter(|w| !w.is_empty()) {
            let before = joined.len();
            fold_into(word, &mut joined);
            let (Ok(end), Some(place)) = (u8::try_from(joined.len()), name.ends.get_mut(usize::from(name.count))) else {
                joined.truncate(before);
                break;
            };
            let folded = joined.get(before..).unwrap_or_default();
            if folded.is_empty() {
                continue;
            }
            *place = end;
            name.weak |= u16::from(PARTICLES.contains(&folded)) << name.count;
            alts.extend(alternative(word, folded).map(|alt| (name.count, alt.into_boxed_str())));
            name.count += 1;
        }
        if name.weak.count_ones() == u32::from(name.count) {
            name.weak = 0;
        }
        name.joined = joined.into();
        let strong = (name.weak != 0).then(|| name.strong_tokens().map(|t| t.text).collect::<String>().into());
        name.more = (strong.is_some() || !alts.is_empty()).then(|| Box::new(More { strong, alts: alts.into() }));
        name
    }

    /// Bytes held beside its own size.
    pub(super) fn bytes(&self) -> usize {
        let more = self.more.as_deref().map_or(0, |more| {
            let alts = more.alts.iter().map(|(_, alt)| alt.len() + size_of::<(u8, Box<str>)>());
            size_of::<More>() + more.strong.as_ref().map_or(0, |s| s.len()) + alts.sum::<usize>()
        });
        self.joined.len() + more
    }

    /// All words joined: `delarochere`.
    pub fn joined(&self) -> &str {
        &self.joined
    }

    /// The words joined without particles: `rochere`.
    pub fn strong(&self) -> &str {
        self.more.as_deref().and_then(|more| more.strong.as_deref()).unwrap_or(&self.joined)
    }

    /// Its words.
    pub fn tokens(&self) -> impl Iterator<Item = Token<'_>> {
        let mut from = 0;
        (0..self.count).zip(self.ends).map(move |(n, end)| {
            let text = self.joined.get(from..usize::from(end)).unwrap_or_default();
            from = usize::from(end);
            let alt = self.more.as_deref().and_then(|more| more.alts.iter().find(|(which, _)| *which == n)).map(|(_, alt)| &**alt);
            Token { text, alt, weak: self.weak >> n & 1 == 1 }
        })
    }

    /// The words that count.
    pub fn strong_tokens(&self) -> impl Iterator<Item = Token<'_>> {
        self.tokens().filter(|t| !t.weak)
    }

    /// Whether there is anything to compare: at least one Latin letter.
    pub fn is_legible(&self) -> bool {
        self.joined.bytes().any(|b| b.is_ascii_lowercase())
    }

    /// Calls `take` with each spelling under which the name is looked up: every strong word, and all joined.
    pub fn each_key<'a>(&'a self, mut take: impl FnMut(&'a str)) {
        let mut words = 0;
        for token in self.strong_tokens() {
            words += 1;
            take(token.text);
            if let Some(alt) = token.alt {
                take(alt);
            }
        }
        if words > 1 {
            take(self.strong());
        }
        if words > 0 && self.weak != 0 {
            take(&self.joined);
        }
    }

    /// The spellings of [`Name::each_key`].
    pub fn keys(&self) -> Vec<&str> {
        let mut keys = Vec::with_capacity(4);
        self.each_key(|key| keys.push(key));
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_apart() {
        let cases = [
            ("Van den Berghe", "vandenberghe", "berghe", vec!["berghe", "vandenberghe"]),
            ("Jean-Philippe", "jeanphilippe", "jeanphilippe", vec!["jean", "philippe", "jeanphilippe"]),
            ("St-Onge", "stonge", "stonge", vec!["st", "saint", "onge", "stonge"]),
            ("M\u{fc}ller", "muller", "muller", vec!["muller", "mueller"]),
            ("de la", "dela", "dela", vec!["de", "la", "dela"]),
            ("Roy", "roy", "roy", vec!["roy"]),
            ("", "", "", vec![]),
            (" - ", "", "", vec![]),
        ];
        for (raw, joined, strong, keys) in cases {
            let name = Name::new(raw);
            assert_eq!((name.joined(), name.strong(), name.keys()), (joined, strong, keys), "{raw}");
        }
        assert!(Name::new(&"Abc ".repeat(40)).tokens().count() <= MOST_TOKENS);
        assert!(Name::new(&"\u{440}\u{43e}\u{43c}".repeat(200)).joined().len() <= 255);
    }
}
