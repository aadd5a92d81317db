//! Which of the addresses in a text is stated as the one used with the platform.

use std::ops::Range;

use crate::facts::found::EmailMention;
use crate::facts::tokens::Tokens;
use crate::facts::vocabulary::Words;

/// What the words around an address say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Used,
    Old,
    New,
    ForReplies,
    SomebodyElses,
    /// Said not to be it.
    Not,
    Plain,
}

/// The address stated as used with the platform, as an index into `mentions`. `own`: the desk's own addresses.
pub fn used(tokens: &Tokens, mentions: &[EmailMention], own: &[&str], sender: Option<&str>) -> Option<usize> {
    let desks = |a: &str| {
        let domain = a.split_once('@').map_or("", |(_, d)| d);
        own.iter().any(|o| *o == a || o.split_once('@').is_some_and(|(_, d)| d == domain && !d.is_empty() && a.starts_with("no-reply")))
            || ["no-reply@", "noreply@", "nepasrepondre@", "ne-pas-repondre@", "donotreply@", "mailer-daemon@", "postmaster@"]
                .iter()
                .any(|p| a.starts_with(p))
    };
    let said: Vec<(usize, Said)> = mentions
        .iter()
        .enumerate()
        .filter(|(_, m)| !desks(&m.address) && !stands_as_signature(tokens, m, sender))
        .map(|(i, m)| (i, said_of(tokens, m, mentions)))
        .collect();
    let first = |wanted: Said| said.iter().find(|(_, s)| *s == wanted).map(|(i, _)| *i);
    first(Said::Old).or_else(|| first(Said::Used)).or_else(|| first(Said::Plain))
}

/// Alone on one of the last lines: an address in a signature is not stated.
fn stands_as_signature(tokens: &Tokens, mention: &EmailMention, sender: Option<&str>) -> bool {
    let text = tokens.text();
    let line_start = text.get(..mention.span.start).and_then(|b| b.rfind('\n')).map_or(0, |i| i + 1);
    let line_end = text.get(mention.span.end..).and_then(|a| a.find('\n')).map_or(text.len(), |i| mention.span.end + i);
    let alone = text.get(line_start..mention.span.start).is_some_and(|b| !b.contains(|c: char| c.is_alphanumeric()));
    let above = text.get(..line_start).unwrap_or("").trim_end();
    let near_end = text.get(line_end..).is_none_or(|rest| rest.lines().filter(|l| !l.trim().is_empty()).count() <= 2);
    alone
        && near_end
        && !goes_on(text.get(mention.span.end..line_end).unwrap_or(""))
        && !above.is_empty()
        && !above.ends_with(':')
        && (sender == Some(mention.address.as_str()) || !above.ends_with([',', '?', '-']))
        && above.lines().last().is_some_and(|l| l.split_whitespace().count() <= 5)
}

/// `, that is the only one I have`: a sentence goes on behind the address, where a signature has a number or a role.
fn goes_on(rest: &str) -> bool {
    let plain = |w: &&str| w.chars().filter(|c| c.is_alphabetic()).count() > 0 && !w.starts_with(char::is_uppercase);
    rest.starts_with([',', ' ']) && !rest.contains(['|', '•']) && rest.split_whitespace().filter(plain).count() >= 3
}

/// What is new without the address being so: `a new password`, `un nouveau mot de passe`.
fn is_key(word: &str) -> bool {
    matches!(
        word,
        "password" | "mot" | "mdp" | "code" | "codes" | "link" | "lien" | "invitation" | "invite" | "account" | "compte" | "one" | "device"
    )
}

fn said_of(tokens: &Tokens, mention: &EmailMention, all: &[EmailMention]) -> Said {
    let at = tokens.at_byte(mention.span.start);
    let previous = all.iter().filter(|m| m.span.end <= mention.span.start).map(|m| tokens.at_byte(m.span.end)).max().unwrap_or(0);
    let start = tokens.sentence_start(at).max(at.saturating_sub(14)).max(previous);
    let mut said = said_before(tokens, start..at);
    let after = tokens.at_byte(mention.span.end);
    let next = all.iter().find(|m| m.span.start > mention.span.start).map_or(usize::MAX, |m| tokens.at_byte(m.span.start));
    let end = tokens.sentence_end(after.saturating_sub(1)).min(after + 8).min(next);
    for i in after..end {
        match tokens.fold(i) {
            "instead" | "from" if tokens.fold(i + 1) == "now" || tokens.fold(i) == "instead" => said = Said::New,
            "lieu" if tokens.fold(i + 1) == "de" => said = Said::New,
            "old" | "ancienne" | "ancien" | "currently" if said == Said::Plain => said = Said::Old,
            "right" if tokens.fold(i + 1) == "now" => said = Said::Old,
            "right" | "correct" | "bonne" | "bon" if said == Said::Plain && affirmed(tokens, after..i) => said = Said::Used,
            // The address that the invitation went to is the one in use.
            "sent" | "came" | "received" | "envoyee" | "arrivee" | "recue"
                if said == Said::Plain && (after..i).any(|j| matches!(tokens.fold(j), "invitation" | "invite" | "code")) =>
            {
                said = Said::Used;
            }
            "par" | "to" | "by" | "vers" | "with" if next < end + 6 && said != Said::New && change_near(tokens, start..end) => {
                said = Said::Old
            }
            _ => {}
        }
    }
    said
}

/// `is the right one`, with no `not` among the words.
fn affirmed(tokens: &Tokens, range: Range<usize>) -> bool {
    range.clone().any(|i| matches!(tokens.fold(i), "is" | "est"))
        && !range.into_iter().any(|i| matches!(tokens.fold(i), "not" | "pas" | "n" | "isn"))
}

fn said_before(tokens: &Tokens, range: Range<usize>) -> Said {
    if matches!(tokens.fold_before(range.end), "not" | "pas" | "non") {
        return Said::Not;
    }
    let mut said = Said::Plain;
    let changes = change_near(tokens, range.clone());
    for i in range {
        let next = tokens.fold(i + 1);
        let possessive =
            matches!(tokens.fold_before(i), "my" | "mon" | "ma" | "notre" | "our" | "the" | "la" | "le" | "l" | "his" | "her" | "'");
        match tokens.fold(i) {
            "old" | "ancienne" | "ancien" | "current" | "currently" | "actuelle" | "actuel" | "previous" | "former" | "precedente" => {
                said = Said::Old
            }
            "new" | "nouvelle" | "nouveau" | "nouvel" if is_key(next) || matches!(tokens.fold_before(i), "not" | "no") => {}
            "new" | "nouvelle" | "nouveau" | "nouvel" | "dorenavant" | "desormais" | "want" | "plutot" => said = Said::New,
            "to" | "vers" | "par" | "with" | "for" | "pour" if changes && said != Said::Old && !next.is_empty() => said = Said::New,
            "from" if changes && !matches!(tokens.fold_before(i), "writing" | "write" | "wrote" | "mailing") => said = Said::Old,
            "lieu" if next == "de" => said = Said::Old,
            "instead" if next == "of" => said = Said::Old,
            "reply" | "reach" | "contact" | "joindre" | "repondre" | "repondez" | "ecrire" | "ecrivez" | "joignable" | "rejoindre"
            | "answer" | "cc" => {
                said = Said::ForReplies;
            }
            "writing" | "write" | "ecris" if matches!(next, "from" | "de" | "depuis" | "du") => said = Said::ForReplies,
            "coordinator" | "coordonnatrice" | "coordonnateur" | "coordinatrice" | "coordinateur" | "coordination" | "registrar"
            | "secretariat" | "secretaire" | "professor" | "teacher" | "friend" | "classmate" | "colleague" | "collegue" | "ami"
            | "amie" | "enseignante" | "enseignant" | "prof"
                if possessive && !matches!(said, Said::Old | Said::New) =>
            {
                said = Said::SomebodyElses;
            }
            "registered" | "register" | "inscrit" | "inscrite" | "inscription" | "account" | "compte" | "used" | "using" | "utilise"
            | "utilisee" | "use" | "username" | "identifiant" | "enrolled" | "login" | "connecter" | "connecte" | "entre" | "rentre"
            | "signed" | "invited" | "signing" | "logging" | "connecting" | "connectant"
                if !matches!(said, Said::Old | Said::New) =>
            {
                said = Said::Used;
            }
            _ => {}
        }
    }
    said
}

fn change_near(tokens: &Tokens, range: Range<usize>) -> bool {
    range.into_iter().any(|i| CHANGE_NEAR.has(tokens.fold(i)))
}

static CHANGE_NEAR: Words = Words::new(
    "change changed changer changez update updated replace corrected mettre metter replaced remplacer remplace remplacez switch \
     swap move transfer transferer modifier corriger correct basculer migrer",
);
