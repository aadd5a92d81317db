//! Names of people: folding, tokens, particles, and how a name as told relates to a name as registered.

use std::collections::HashSet;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::nicknames;
use super::slips::distance;

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Folded.
    pub text: Box<str>,
    /// Another usual spelling of it, folded.
    pub alt: Option<Box<str>>,
    /// A particle: may be missing.
    pub weak: bool,
}

impl Token {
    fn new(word: &str) -> Self {
        let text = fold(word);
        let alt = match text.as_str() {
            "st" => Some("saint".to_owned()),
            "ste" => Some("sainte".to_owned()),
            "saint" => Some("st".to_owned()),
            "sainte" => Some("ste".to_owned()),
            _ => german(word),
        };
        let weak = PARTICLES.contains(&text.as_str());
        Self { text: text.into(), alt: alt.map(Into::into), weak }
    }

    /// Whether two words are the same, spelling habits aside.
    pub fn same(&self, other: &Self) -> bool {
        self.text == other.text || self.alt.as_deref() == Some(&*other.text) || other.alt.as_deref() == Some(&*self.text)
    }

    fn initial(&self) -> Option<char> {
        self.text.chars().next()
    }

    fn is_letter(&self) -> bool {
        self.text.chars().nth(1).is_none()
    }
}

/// A first or last name, split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// As written.
    pub raw: Box<str>,
    /// Its words.
    pub tokens: Box<[Token]>,
    /// All words joined: `delarochere`.
    pub joined: Box<str>,
    /// The words joined without particles: `rochere`.
    pub strong: Box<str>,
}

impl Name {
    /// Splits at everything that is no letter or digit.
    pub fn new(raw: &str) -> Self {
        let tokens: Vec<Token> = raw
            .split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c))
            .filter(|w| !w.is_empty())
            .take(MOST_TOKENS)
            .map(Token::new)
            .collect();
        Self::of(raw, tokens)
    }

    fn of(raw: &str, mut tokens: Vec<Token>) -> Self {
        tokens.retain(|t| !t.text.is_empty());
        if tokens.iter().all(|t| t.weak) {
            tokens.iter_mut().for_each(|t| t.weak = false);
        }
        let joined = tokens.iter().map(|t| &*t.text).collect::<String>();
        let strong = tokens.iter().filter(|t| !t.weak).map(|t| &*t.text).collect::<String>();
        Self { raw: raw.into(), tokens: tokens.into(), joined: joined.into(), strong: strong.into() }
    }

    /// First and last name as one.
    fn whole(first: &Self, last: &Self) -> Self {
        Self::of("", first.tokens.iter().chain(&last.tokens).cloned().collect())
    }

    /// The words that count.
    pub fn strong_tokens(&self) -> impl Iterator<Item = &Token> {
        self.tokens.iter().filter(|t| !t.weak)
    }

    /// Whether there is anything to compare: at least one Latin letter.
    pub fn is_legible(&self) -> bool {
        self.joined.bytes().any(|b| b.is_ascii_lowercase())
    }

    /// The spellings under which the name is looked up: every strong word, and all joined.
    pub fn keys(&self) -> Vec<&str> {
        let mut keys: Vec<&str> = Vec::with_capacity(4);
        let words = self.strong_tokens().flat_map(|t| std::iter::once(&*t.text).chain(t.alt.as_deref()));
        for key in words.chain([&*self.joined, &*self.strong]) {
            if !key.is_empty() && !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys
    }
}

/// How a name as told relates to the registered one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// The same name.
    Equal,
    /// Some of its words, none other.
    Part,
    /// A usual short form.
    Nickname,
    /// One slip of the keys, and no other known name.
    Slip,
    /// An initial that fits.
    Initial,
    /// Not told, or in letters that cannot be compared.
    Absent,
    /// Another name.
    Conflict,
}

/// The names that the register knows, so that a slip is told from somebody else's name.
#[derive(Debug, Default)]
pub struct Vocabulary {
    first: HashSet<Box<str>>,
    last: HashSet<Box<str>>,
}

impl Vocabulary {
    /// Takes in the words of a registered first name.
    pub fn add_first(&mut self, name: &Name) {
        Self::add(&mut self.first, name);
    }

    /// Takes in the words of a registered last name.
    pub fn add_last(&mut self, name: &Name) {
        Self::add(&mut self.last, name);
    }

    fn add(set: &mut HashSet<Box<str>>, name: &Name) {
        for key in name.keys() {
            if !set.contains(key) {
                set.insert(key.into());
            }
        }
    }

    /// Whether `word` is somebody's first name.
    pub fn is_first(&self, word: &str) -> bool {
        self.first.contains(word) || nicknames::is_first_name(word)
    }

    /// Whether `word` is somebody's last name here.
    pub fn is_last(&self, word: &str) -> bool {
        self.last.contains(word)
    }
}

/// The two names as told.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// First name.
    pub first: Option<Name>,
    /// Last name.
    pub last: Option<Name>,
}

impl Told {
    /// How both relate to a registered person's, the better of both orders.
    pub fn relate(&self, first: &Name, last: &Name, known: &Vocabulary) -> (Relation, Relation) {
        let of_first = self.first.as_ref().map_or(Relation::Absent, |told| relate(told, first, |w| known.is_first(w), true));
        let of_last = self.last.as_ref().map_or(Relation::Absent, |told| relate(told, last, |w| known.is_last(w), false));
        let cut_elsewhere = |told_first, told_last| split_elsewhere(told_first, told_last, first, last);
        if of_first == Relation::Part
            && of_last == Relation::Part
            && self.first.as_ref().zip(self.last.as_ref()).is_some_and(|(f, l)| cut_elsewhere(f, l))
        {
            return (Relation::Equal, Relation::Equal);
        }
        if of_first != Relation::Conflict && of_last != Relation::Conflict {
            return (of_first, of_last);
        }
        match (&self.first, &self.last) {
            (Some(told_first), Some(told_last)) => {
                if swapped(told_first, told_last, first, last, known) || split_elsewhere(told_first, told_last, first, last) {
                    (Relation::Equal, Relation::Equal)
                } else {
                    (of_first, of_last)
                }
            }
            _ => (of_first, of_last),
        }
    }
}

/// Family name first: only where the told first name is not a first name anyway ("Marie Martin" is not Martin Marie).
fn swapped(told_first: &Name, told_last: &Name, first: &Name, last: &Name, known: &Vocabulary) -> bool {
    let as_told = told_first.strong_tokens().all(|t| known.is_first(&t.text))
        && told_last.strong_tokens().all(|t| known.is_last(&t.text) || known.is_first(&t.text));
    !as_told && same(told_first, last) && same(told_last, first)
}

/// The same words, cut elsewhere between first and last name: "Boon | Kiat Fernandez".
fn split_elsewhere(told_first: &Name, told_last: &Name, first: &Name, last: &Name) -> bool {
    Name::whole(told_first, told_last).joined == Name::whole(first, last).joined
}

fn same(a: &Name, b: &Name) -> bool {
    if a.joined == b.joined || (!a.strong.is_empty() && a.strong == b.strong) {
        return true;
    }
    let (mine, theirs): (Vec<_>, Vec<_>) = (a.strong_tokens().collect(), b.strong_tokens().collect());
    mine.len() == theirs.len() && mine.iter().zip(&theirs).all(|(x, y)| x.same(y))
}

fn relate(told: &Name, registered: &Name, is_name: impl Fn(&str) -> bool, is_first: bool) -> Relation {
    if !told.is_legible() || !registered.is_legible() {
        return Relation::Absent;
    }
    if same(told, registered) {
        return Relation::Equal;
    }
    let (mine, theirs): (Vec<_>, Vec<_>) = (told.strong_tokens().collect(), registered.strong_tokens().collect());
    if mine.iter().all(|t| t.is_letter()) {
        let fits = mine.iter().zip(&theirs).all(|(a, b)| a.initial() == b.initial()) && mine.len() <= theirs.len();
        let among = matches!(mine.as_slice(), [one] if theirs.iter().any(|t| t.initial() == one.initial()));
        return if fits || among { Relation::Initial } else { Relation::Conflict };
    }
    let within = |some: &[&Token], all: &[&Token]| {
        some.iter().all(|t| all.iter().any(|u| t.same(u) || (t.is_letter() && t.initial() == u.initial())))
            && some.iter().any(|t| !t.is_letter())
    };
    if within(&mine, &theirs) || within(&theirs, &mine) {
        return Relation::Part;
    }
    if is_first && is_short_form(&mine, &theirs, told) {
        return Relation::Nickname;
    }
    if is_slip(told, registered, is_name) { Relation::Slip } else { Relation::Conflict }
}

fn is_short_form(mine: &[&Token], theirs: &[&Token], told: &Name) -> bool {
    let initials: String = theirs.iter().filter_map(|t| t.initial()).collect();
    if theirs.len() > 1 && *told.joined == *initials {
        return true;
    }
    match (mine, theirs) {
        ([one], [first, ..]) => nicknames::fit(&one.text, &first.text),
        _ => false,
    }
}

fn is_slip(told: &Name, registered: &Name, is_name: impl Fn(&str) -> bool) -> bool {
    let least = told.joined.chars().count().min(registered.joined.chars().count());
    let known = is_name(&told.joined) || told.strong_tokens().all(|t| is_name(&t.text));
    least >= 4 && !known && distance(&told.joined, &registered.joined, 1) == Some(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Vocabulary {
        let mut known = Vocabulary::default();
        for (first, last) in
            [("Jean-Philippe", "Côté"), ("Marie", "Tremblay"), ("Martin", "Marie"), ("Luis", "Mercier"), ("Thi Thanh Ha", "Nguyen")]
        {
            known.add_first(&Name::new(first));
            known.add_last(&Name::new(last));
        }
        known
    }

    fn told(first: &str, last: &str) -> Told {
        let some = |s: &str| (!s.is_empty()).then(|| Name::new(s));
        Told { first: some(first), last: some(last) }
    }

    #[test]
    fn told_names_relate_to_registered_ones() {
        use Relation::{Absent, Conflict, Equal, Initial, Nickname, Part, Slip};
        let cases = [
            ("accents and case", ("ZOE", "LINDQVIST"), ("Zoë", "Lindqvist"), (Equal, Equal)),
            ("decomposed marks", ("Zoe\u{308}", "Lindqvist"), ("Zoë", "Lindqvist"), (Equal, Equal)),
            ("hyphen or space", ("jean philippe", "cote"), ("Jean-Philippe", "Côté"), (Equal, Equal)),
            ("half of a double first name", ("Jean", "Côté"), ("Jean-Philippe", "Côté"), (Part, Equal)),
            ("half of a double last name", ("Maxime", "Charbonneau"), ("Maxime", "Charbonneau-Poirier"), (Equal, Part)),
            ("the other half differs", ("Maxime", "Charbonneau-Roy"), ("Maxime", "Charbonneau-Poirier"), (Equal, Conflict)),
            ("other half of Marie", ("Marie-Ève", "Roy"), ("Marie-Claude", "Roy"), (Conflict, Equal)),
            ("particle left out", ("Irfan", "Abdullah"), ("Irfan", "bin Abdullah"), (Equal, Equal)),
            ("particle joined", ("Titouan", "Vandenberghe"), ("Titouan", "Van den Berghe"), (Equal, Equal)),
            ("apostrophes", ("Tom", "d’Hondt"), ("Tom", "D'hondt"), (Equal, Equal)),
            ("umlaut spelt out", ("Anais", "Mueller"), ("Anaïs", "Müller"), (Equal, Equal)),
            ("saint", ("Zoé", "Saint-Onge"), ("Zoé", "St-Onge"), (Equal, Equal)),
            ("stroke letters", ("Bjorn", "Soerensen"), ("Bjørn", "Sørensen"), (Equal, Equal)),
            ("last given name alone", ("Ha", "Nguyen"), ("Thi Thanh Ha", "Nguyen"), (Part, Equal)),
            ("family name first", ("Nguyen", "Thi Thanh Ha"), ("Thi Thanh Ha", "Nguyen"), (Equal, Equal)),
            ("cut elsewhere", ("Boon", "Kiat Fernandez"), ("Boon Kiat", "Fernandez"), (Equal, Equal)),
            ("two first names are no swap", ("Marie", "Martin"), ("Martin", "Marie"), (Conflict, Conflict)),
            ("initial", ("J.", "Côté"), ("Jean-Philippe", "Côté"), (Initial, Equal)),
            ("both initials", ("J.-P.", "Côté"), ("Jean-Philippe", "Côté"), (Initial, Equal)),
            ("initials as a name", ("JP", "Côté"), ("Jean-Philippe", "Côté"), (Nickname, Equal)),
            ("another initial", ("M.", "Côté"), ("Jean-Philippe", "Côté"), (Conflict, Equal)),
            ("nickname", ("Bob", "Marchand"), ("Robert", "Marchand"), (Nickname, Equal)),
            ("slip", ("Chidinma", "Okafro"), ("Chidinma", "Okafor"), (Equal, Slip)),
            ("another real name", ("Maria", "Tremblay"), ("Marie", "Tremblay"), (Conflict, Equal)),
            ("short names know no slips", ("Yi", "Wang"), ("Yu", "Wang"), (Conflict, Equal)),
            ("nothing told", ("", ""), ("Marie", "Tremblay"), (Absent, Absent)),
            ("another script", ("Олена", "Шевченко"), ("Olena", "Shevchenko"), (Absent, Absent)),
        ];
        for (says, (first, last), (reg_first, reg_last), expected) in cases {
            assert_eq!(told(first, last).relate(&Name::new(reg_first), &Name::new(reg_last), &known()), expected, "{says}");
        }
    }
}
