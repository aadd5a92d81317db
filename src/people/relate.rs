//! How a name as told relates to a name as registered.

use super::names::{Name, Token};
use super::nicknames;
use super::slips::distance;
use super::vocabulary::Vocabulary;

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

/// The two names as told.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// First name.
    pub first: Option<Name>,
    /// Last name.
    pub last: Option<Name>,
    /// Which is which is uncertain: elsewhere in the message they stand the other way round.
    pub either_way: bool,
}

impl Told {
    /// Whether they are the registered ones, family name first.
    pub fn is_swapped(&self, first: &Name, last: &Name) -> bool {
        self.first.as_ref().zip(self.last.as_ref()).is_some_and(|(f, l)| swapped(f, l, first, last))
    }

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
                if swapped(told_first, told_last, first, last) && (self.either_way || !reads_as_told(told_first, told_last, known))
                    || split_elsewhere(told_first, told_last, first, last)
                    || rotated(told_first, told_last, first, last)
                {
                    (Relation::Equal, Relation::Equal)
                } else {
                    (of_first, of_last)
                }
            }
            _ => (of_first, of_last),
        }
    }
}

/// Family name first.
fn swapped(told_first: &Name, told_last: &Name, first: &Name, last: &Name) -> bool {
    same(told_first, last) && same(told_last, first)
}

/// Whether the names are names as they were told: "Marie Martin" need not be Martin Marie.
fn reads_as_told(told_first: &Name, told_last: &Name, known: &Vocabulary) -> bool {
    told_first.strong_tokens().all(|t| known.is_first(t.text))
        && told_last.strong_tokens().all(|t| known.is_last(t.text) || known.is_first(t.text))
}

/// The same words, cut elsewhere between first and last name: "Boon | Kiat Fernandez".
fn split_elsewhere(told_first: &Name, told_last: &Name, first: &Name, last: &Name) -> bool {
    let told = told_first.joined().bytes().chain(told_last.joined().bytes());
    told.eq(first.joined().bytes().chain(last.joined().bytes()))
}

/// Family name first, and cut elsewhere: "Lau Wei | Jie" for Wei Jie Lau. Of two words only it may be another person.
fn rotated(told_first: &Name, told_last: &Name, first: &Name, last: &Name) -> bool {
    let told = told_first.joined().bytes().chain(told_last.joined().bytes());
    told_first.tokens().count() + told_last.tokens().count() > 2 && told.eq(last.joined().bytes().chain(first.joined().bytes()))
}

/// Whether two names are the same, spelling habits and particles aside.
fn same(a: &Name, b: &Name) -> bool {
    if a.joined() == b.joined() || (!a.strong().is_empty() && a.strong() == b.strong()) {
        return true;
    }
    let (mut mine, mut theirs) = (a.strong_tokens(), b.strong_tokens());
    loop {
        match (mine.next(), theirs.next()) {
            (Some(x), Some(y)) if x.same(&y) => {}
            (None, None) => return true,
            _ => return false,
        }
    }
}

fn relate(told: &Name, registered: &Name, is_name: impl Fn(&str) -> bool, is_first: bool) -> Relation {
    if !told.is_legible() || !registered.is_legible() {
        return Relation::Absent;
    }
    if same(told, registered) {
        return Relation::Equal;
    }
    if told.strong_tokens().all(|t| t.is_letter()) {
        return if initials_fit(told, registered) { Relation::Initial } else { Relation::Conflict };
    }
    if within(told, registered) || within(registered, told) {
        return Relation::Part;
    }
    if is_first && is_short_form(told, registered) {
        return Relation::Nickname;
    }
    if is_slip(told, registered, is_name) { Relation::Slip } else { Relation::Conflict }
}

/// `J.`, `J.-P.` or `P.` for Jean-Philippe.
fn initials_fit(told: &Name, registered: &Name) -> bool {
    let (mine, theirs) = (told.strong_tokens().count(), registered.strong_tokens().count());
    let in_order = told.strong_tokens().zip(registered.strong_tokens()).all(|(a, b)| a.initial() == b.initial());
    let among = || told.strong_tokens().next().is_some_and(|one| registered.strong_tokens().any(|t| t.initial() == one.initial()));
    in_order && mine <= theirs || mine == 1 && among()
}

/// Whether every word of `some` is a word of `all` (or the letter of one), and one is more than a letter.
fn within(some: &Name, all: &Name) -> bool {
    let fits = |t: &Token| all.strong_tokens().any(|u| t.same(&u) || t.is_letter() && t.initial() == u.initial());
    some.strong_tokens().all(|t| fits(&t)) && some.strong_tokens().any(|t| !t.is_letter())
}

/// `JP` for Jean-Philippe, `Bob` for Robert.
fn is_short_form(told: &Name, registered: &Name) -> bool {
    let initials = registered.strong_tokens().filter_map(|t| t.initial());
    if registered.strong_tokens().nth(1).is_some() && told.joined().chars().eq(initials) {
        return true;
    }
    let (mut mine, mut theirs) = (told.strong_tokens(), registered.strong_tokens());
    match (mine.next(), mine.next(), theirs.next()) {
        // Ali is a name, not only short for Alicia: whoever tells the longer form is somebody else.
        (Some(one), None, Some(first)) => {
            let longer = one.text.chars().count() > first.text.chars().count();
            nicknames::fit(one.text, first.text) && !(longer && nicknames::is_own_name(first.text))
        }
        _ => false,
    }
}

/// One slip of the keys in one word or in the joined name, where what was written is nobody's name.
fn is_slip(told: &Name, registered: &Name, is_name: impl Fn(&str) -> bool) -> bool {
    let long = |a: &str, b: &str| a.chars().count().min(b.chars().count()) >= 4;
    let near = |a: &str, b: &str| long(a, b) && distance(a, b, 1) == Some(1);
    let known = is_name(told.joined()) || told.strong_tokens().all(|t| is_name(t.text));
    if !known && near(told.joined(), registered.joined()) {
        return true;
    }
    // The same words but one, and that one written wrongly: "Jena-Philippe".
    let mut off = told.strong_tokens().zip(registered.strong_tokens()).filter(|(a, b)| !a.same(b));
    let as_many = told.strong_tokens().count() == registered.strong_tokens().count();
    matches!((off.next(), off.next()), (Some((a, b)), None) if as_many && !is_name(a.text) && near(a.text, b.text))
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
        Told { first: some(first), last: some(last), either_way: false }
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
            ("family name first, cut elsewhere", ("Lau Wei", "Jie"), ("Wei Jie", "Lau"), (Equal, Equal)),
            ("cut elsewhere", ("Boon", "Kiat Fernandez"), ("Boon Kiat", "Fernandez"), (Equal, Equal)),
            ("two first names are no swap", ("Marie", "Martin"), ("Martin", "Marie"), (Conflict, Conflict)),
            ("initial", ("J.", "Côté"), ("Jean-Philippe", "Côté"), (Initial, Equal)),
            ("both initials", ("J.-P.", "Côté"), ("Jean-Philippe", "Côté"), (Initial, Equal)),
            ("initials as a name", ("JP", "Côté"), ("Jean-Philippe", "Côté"), (Nickname, Equal)),
            ("another initial", ("M.", "Côté"), ("Jean-Philippe", "Côté"), (Conflict, Equal)),
            ("nickname", ("Bob", "Marchand"), ("Robert", "Marchand"), (Nickname, Equal)),
            ("slip in one word of two", ("Jena-Philippe", "Côté"), ("Jean-Philippe", "Côté"), (Slip, Equal)),
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
