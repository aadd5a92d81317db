//! Each compared field, in words for staff, with its weight.

use super::Evidence;
use super::MatchKind;
use super::names::Relation;
use super::slips::Slip;

fn evidence(en: &str, fr: &str, points: i32) -> Evidence {
    Evidence { en: en.into(), fr: fr.into(), points }
}

/// How the address led to the person.
pub(super) fn address(kind: MatchKind) -> Evidence {
    match kind {
        MatchKind::Exact => evidence("the address used is the registered one", "l'adresse utilisée est l'adresse inscrite", 100),
        MatchKind::Alias => evidence("same mailbox: an alias of the registered address", "même boîte : un alias de l'adresse inscrite", 95),
        MatchKind::Shortened => {
            evidence("another form of the same name, same institution", "autre forme du même nom, même établissement", 50)
        }
        MatchKind::Typo => evidence("a slip of the keys in the address", "une faute de frappe dans l'adresse", 60),
        MatchKind::Name => evidence("same name", "même nom", 40),
        MatchKind::Ambiguous | MatchKind::None => evidence("the address is not registered", "l'adresse n'est pas inscrite", 0),
    }
}

/// What kind of slip.
pub(super) fn slip(slip: Slip) -> Evidence {
    if slip.is_of_the_hand() {
        evidence("one slip that a hand easily makes", "une faute que la main fait facilement", 10)
    } else {
        evidence("another letter differs", "une autre lettre diffère", 0)
    }
}

/// How the first name told compares.
pub(super) fn first(relation: Relation) -> Option<Evidence> {
    Some(match relation {
        Relation::Equal => evidence("first name is the same", "même prénom", 25),
        Relation::Part => evidence("first name is part of the registered one", "prénom partiel", 19),
        Relation::Nickname => evidence("first name is a nickname", "prénom usuel ou diminutif", 17),
        Relation::Slip => evidence("first name differs by one letter", "prénom différent d'une lettre", 16),
        Relation::Initial => evidence("first initial agrees", "initiale du prénom concordante", 8),
        Relation::Conflict => evidence("first name differs", "prénom différent", -60),
        Relation::Absent => return None,
    })
}

/// How the last name told compares.
pub(super) fn last(relation: Relation) -> Option<Evidence> {
    Some(match relation {
        Relation::Equal => evidence("last name is the same", "même nom de famille", 30),
        Relation::Part => evidence("last name is part of the registered one", "nom de famille partiel", 22),
        Relation::Nickname | Relation::Slip => evidence("last name differs by one letter", "nom de famille différent d'une lettre", 20),
        Relation::Initial => evidence("last initial agrees", "initiale du nom concordante", 5),
        Relation::Conflict => evidence("last name differs", "nom de famille différent", -60),
        Relation::Absent => return None,
    })
}

/// Whether the institution named is the person's.
pub(super) fn institution(agrees: Option<bool>) -> Option<Evidence> {
    Some(match agrees? {
        true => evidence("institution agrees", "établissement concordant", 12),
        false => evidence("another institution is named", "un autre établissement est nommé", -25),
    })
}

/// Whether the course named is one the person sits.
pub(super) fn course(agrees: Option<bool>) -> Option<Evidence> {
    Some(match agrees? {
        true => evidence("course agrees", "cours concordant", 12),
        false => evidence("not registered for the course named", "pas d'inscription au cours nommé", -12),
    })
}
