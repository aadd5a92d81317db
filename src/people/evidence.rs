//! Each compared field, in words for staff, with its weight in points.

use super::relate::Relation;
use super::slips::Slip;
use super::{Evidence, MatchKind};

/// So many who fit equally are a crowd: further ones are not counted.
pub(super) const MANY: usize = 8;

/// Why somebody near was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// A name told is another one than the registered.
    NameDiffers,
    /// Address and name differ by the same slip: that is another person's name.
    SlippedTwice,
    /// The address reads as somebody else's.
    ReadsAsAnother,
    /// Anybody may own the neighbouring mailbox there, and too little else agrees.
    OpenMail,
    /// The digits differ: they tell people apart.
    OtherDigits,
    /// Another institution is named.
    OtherInstitution,
    /// What agrees is not enough to go by.
    TooLittle,
}

fn evidence(en: &str, fr: &str, points: i32) -> Evidence {
    Evidence { en: en.into(), fr: fr.into(), points }
}

/// What the way from the address to the person is worth.
pub(super) fn address_points(kind: MatchKind) -> i32 {
    match kind {
        MatchKind::Exact => 100,
        MatchKind::Alias => 95,
        MatchKind::Typo => 60,
        MatchKind::Shortened => 50,
        MatchKind::Name => 40,
        MatchKind::Ambiguous | MatchKind::None => 0,
    }
}

/// How the address led to the person.
pub(super) fn address(kind: MatchKind) -> Evidence {
    let (en, fr) = match kind {
        MatchKind::Exact => ("the address used is the registered one", "l'adresse utilisée est l'adresse inscrite"),
        MatchKind::Alias => ("same mailbox: an alias of the registered address", "même boîte : un alias de l'adresse inscrite"),
        MatchKind::Shortened => ("another form of the same name, same institution", "autre forme du même nom, même établissement"),
        MatchKind::Typo => ("a slip of the keys in the address", "une faute de frappe dans l'adresse"),
        MatchKind::Name => ("same name", "même nom"),
        MatchKind::Ambiguous | MatchKind::None => ("the address is not registered", "l'adresse n'est pas inscrite"),
    };
    evidence(en, fr, address_points(kind))
}

/// Staff confirmed the address earlier.
pub(super) fn confirmed() -> Evidence {
    evidence("staff confirmed this address as the person's", "adresse confirmée par le personnel comme celle de la personne", 95)
}

/// A slip that a hand makes is worth more.
pub(super) fn slip_points(slip: Slip) -> i32 {
    if slip.is_of_the_hand() { 10 } else { 0 }
}

/// What kind of slip.
pub(super) fn slip(slip: Slip) -> Evidence {
    let (en, fr) = match slip {
        Slip::Transposed => ("two neighbouring letters changed places", "deux lettres voisines inversées"),
        Slip::Doubled => ("a letter doubled, or one of a double lost", "une lettre doublée, ou une double perdue"),
        Slip::Beside => ("a neighbouring key was struck", "une touche voisine a été frappée"),
        Slip::Inner => ("a letter lost or added inside", "une lettre perdue ou ajoutée à l'intérieur"),
        Slip::Separator => ("only dots, hyphens or underscores differ", "seuls points, traits d'union ou soulignés diffèrent"),
        Slip::Accent => ("only accents differ", "seuls les accents diffèrent"),
        Slip::Other => ("another letter differs", "une autre lettre diffère"),
    };
    evidence(en, fr, slip_points(slip))
}

/// What the first name told is worth.
pub(super) fn first_points(relation: Relation) -> i32 {
    match relation {
        Relation::Equal => 25,
        Relation::Part => 19,
        Relation::Nickname => 17,
        Relation::Slip => 16,
        Relation::Initial => 8,
        Relation::Absent => 0,
        Relation::Conflict => -60,
    }
}

/// How the first name told compares.
pub(super) fn first(relation: Relation) -> Option<Evidence> {
    let (en, fr) = match relation {
        Relation::Equal => ("first name is the same", "même prénom"),
        Relation::Part => ("first name is part of the registered one", "prénom partiel"),
        Relation::Nickname => ("first name is a nickname", "prénom usuel ou diminutif"),
        Relation::Slip => ("first name differs by one letter", "prénom différent d'une lettre"),
        Relation::Initial => ("first initial agrees", "initiale du prénom concordante"),
        Relation::Conflict => ("first name differs", "prénom différent"),
        Relation::Absent => return None,
    };
    Some(evidence(en, fr, first_points(relation)))
}

/// What the last name told is worth.
pub(super) fn last_points(relation: Relation) -> i32 {
    match relation {
        Relation::Equal => 30,
        Relation::Part => 22,
        Relation::Nickname | Relation::Slip => 20,
        Relation::Initial => 5,
        Relation::Absent => 0,
        Relation::Conflict => -60,
    }
}

/// How the last name told compares.
pub(super) fn last(relation: Relation) -> Option<Evidence> {
    let (en, fr) = match relation {
        Relation::Equal => ("last name is the same", "même nom de famille"),
        Relation::Part => ("last name is part of the registered one", "nom de famille partiel"),
        Relation::Nickname | Relation::Slip => ("last name differs by one letter", "nom de famille différent d'une lettre"),
        Relation::Initial => ("last initial agrees", "initiale du nom concordante"),
        Relation::Conflict => ("last name differs", "nom de famille différent"),
        Relation::Absent => return None,
    };
    Some(evidence(en, fr, last_points(relation)))
}

/// What the institution named is worth.
pub(super) fn institution_points(agrees: bool) -> i32 {
    if agrees { 12 } else { -25 }
}

/// Whether the institution named is the person's.
pub(super) fn institution(agrees: bool) -> Evidence {
    let (en, fr) = match agrees {
        true => ("institution agrees", "établissement concordant"),
        false => ("another institution is named", "un autre établissement est nommé"),
    };
    evidence(en, fr, institution_points(agrees))
}

/// What the course named is worth.
pub(super) fn course_points(agrees: bool) -> i32 {
    if agrees { 12 } else { -12 }
}

/// Whether the course named is one the person sits.
pub(super) fn course(agrees: bool) -> Evidence {
    let (en, fr) = match agrees {
        true => ("course agrees", "cours concordant"),
        false => ("not registered for the course named", "pas d'inscription au cours nommé"),
    };
    evidence(en, fr, course_points(agrees))
}

/// Why somebody near was not accepted.
pub(super) fn refusal(why: Refusal) -> Evidence {
    let (en, fr) = match why {
        Refusal::NameDiffers => ("not accepted: the name told is another", "non retenu : le nom donné est un autre"),
        Refusal::SlippedTwice => (
            "not accepted: address and name differ alike, as another person's would",
            "non retenu : adresse et nom diffèrent de même, comme chez une autre personne",
        ),
        Refusal::ReadsAsAnother => {
            ("not accepted: the address reads as somebody else's", "non retenu : l'adresse se lit comme celle de quelqu'un d'autre")
        }
        Refusal::OpenMail => {
            ("not accepted: anybody may own the neighbouring mailbox there", "non retenu : là, n'importe qui peut avoir l'adresse voisine")
        }
        Refusal::OtherDigits => ("not accepted: the digits differ", "non retenu : les chiffres diffèrent"),
        Refusal::OtherInstitution => ("not accepted: another institution is named", "non retenu : un autre établissement est nommé"),
        Refusal::TooLittle => ("not accepted: too little agrees", "non retenu : trop peu concorde"),
    };
    evidence(en, fr, 0)
}

/// How far behind the one found somebody is.
pub(super) fn behind(points: i32) -> Evidence {
    evidence(&format!("{points} points behind"), &format!("{points} points derrière"), 0)
}

/// As good as somebody else; of a crowd not all are counted.
pub(super) fn equal(people: usize) -> Evidence {
    if people >= MANY {
        return evidence(&format!("{MANY} people or more fit equally"), &format!("{MANY} personnes ou plus conviennent également"), 0);
    }
    evidence(&format!("{people} people fit equally"), &format!("{people} personnes conviennent également"), 0)
}
