//! The words around a code: what speaks for it, and what introduces a number of another kind.

use std::ops::Range;

use crate::facts::tokens::fold;
use crate::facts::vocabulary::Words;

/// Points for the words around: `code`, `typed`, `invitation` for it; `student number`, `exam`, `ticket` against it.
pub(super) fn cue_points(text: &str, span: &Range<usize>, course: bool) -> i32 {
    let before = text.get(text.floor_char_boundary(span.start.saturating_sub(60))..span.start).unwrap_or("");
    let after = text.get(span.end..text.floor_char_boundary((span.end + 40).min(text.len()))).unwrap_or("");
    let before = fold(before.rsplit('\n').next().unwrap_or(""));
    let after = fold(after.split(['\n', '?', '!']).next().unwrap_or(""));
    let near: Vec<&str> = before.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).rev().take(8).collect();
    let next: Vec<&str> = after.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).take(6).collect();
    let is_for = |w: &str| CUE_POINTS.has(w);
    let is_against = |w: &str| CUE_POINTS_TOO.has(w);
    let exam = |w: &str| crate::facts::dates::evaluation::is_exam_word(w) || matches!(w, "in" | "for" | "pour" | "en");
    let named = |w: &str| matches!(w, "code" | "codes" | "invitation" | "cle" | "key" | "token" | "jeton" | "activation");
    let sure = |w: &str| matches!(w, "code" | "codes" | "cle" | "key" | "token" | "jeton");
    let mut points = 0;
    // A course's code needs to be announced as the code itself: "the code for BIO-12" is another one.
    let announced =
        |w: &&&str| !course || near.first() == Some(*w) || near.first().is_some_and(|w| matches!(*w, "is" | "est" | "was" | "cest"));
    if near.iter().take(2).filter(announced).any(|w| sure(w)) || (!course && near.iter().take(3).any(|w| named(w))) {
        points += 5;
    } else if near.iter().take(3).any(|w| matches!(*w, "typed" | "entered" | "tape" | "retape" | "pasted" | "copied" | "recopie" | "saisi"))
    {
        points += 4;
    } else if near.iter().take(4).any(|w| is_for(w)) {
        points += 3;
    } else if near.iter().any(|w| is_for(w))
        || next.iter().any(|w| {
            is_for(w) || matches!(*w, "invalid" | "invalide" | "refused" | "refuse" | "rejected" | "rejete" | "expired" | "perime")
        })
    {
        points += 2;
    }
    if near.iter().take(3).any(|w| is_against(w)) {
        points -= 3;
    }
    if course && near.first().is_some_and(|w| exam(w) || matches!(*w, "de" | "du" | "of")) {
        points -= 4;
    } else if course && next.first().is_some_and(|w| crate::facts::dates::evaluation::is_exam_word(w)) {
        points -= 2;
    }
    points
}

/// Whether the words right before `span` introduce it as something else than an invitation's code: `candidate number`, `code
/// permanent`, `mot de passe`, `verification code`.
pub(super) fn introduced_as_other(text: &str, span: &Range<usize>) -> bool {
    let before = text.get(text.floor_char_boundary(span.start.saturating_sub(60))..span.start).unwrap_or("");
    let folded = fold(before.rsplit('\n').next().unwrap_or(""));
    let phrase = folded.rsplit([',', ';', '!', '?', ')']).next().unwrap_or("");
    let phrase = phrase.rsplit(". ").next().unwrap_or("");
    let mut words = phrase.split(|c: char| !c.is_alphanumeric()).rev().filter(|w| !w.is_empty() && !PASSED_OVER.has(w));
    let (first, second) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    if INVITES.has(first) || INVITES.has(second) {
        return false;
    }
    match first {
        "code" | "codes" => OTHER_CODE.has(second),
        "number" | "numero" | "num" | "nr" | "no" => OTHER_NUMBER.has(second),
        _ if OTHER.has(first) => true,
        // French puts it behind: `code permanent`, `numéro d'étudiant`.
        _ => match second {
            "code" | "codes" => OTHER_CODE.has(first),
            "number" | "numero" | "num" | "no" => OTHER_NUMBER.has(first),
            _ => false,
        },
    }
}

/// Between a name and its number.
static PASSED_OVER: Words =
    Words::new("is est was etait s c cest this here voici the my mon ma le la l de d du des of temporary temporaire provisoire new");
static INVITES: Words = Words::new("invitation invite activation invited");
static OTHER: Words = Words::new("id ids identifiant username matricule password passe pwd section");
static OTHER_CODE: Words = Words::new(
    "permanent verification verify security securite backup secours recovery recuperation error erreur postal zip factor sms authentication \
     authentification authenticator student etudiant etudiante course cours",
);
static OTHER_NUMBER: Words = Words::new(
    "candidate candidat candidate student etudiant etudiante id case registration inscription dossier ticket reference order seat permanent \
     employee customer phone telephone serial",
);

static CUE_POINTS: Words = Words::new(
    "code codes invitation typed type typing entered enter string key put paste pasted tape copie recopie mets entre rentre cle \
     token jeton invite activation take copy ecrit entering retape numero saisi saisis",
);
static CUE_POINTS_TOO: Words = Words::new(
    "student matricule etudiant ticket case dossier ref reference room salle local phone tel groupe group course cours iphone \
     version windows model invoice facture permis licence erreur error",
);
