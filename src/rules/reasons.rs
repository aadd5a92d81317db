//! Reasons in both languages, rendered from what was seen: no name, no address, no code.

use super::{Action, Proof, Reason, Situation, Urgency};
use crate::facts::{Facts, Problem, Tried};
use crate::people::codes::Slip;
use crate::people::{InvitationState, MatchKind, invitation};

fn reason(en: impl Into<String>, fr: impl Into<String>) -> Reason {
    Reason { en: en.into(), fr: fr.into() }
}

/// A problem in words for staff: English, French.
pub fn problem(problem: Problem) -> (&'static str, &'static str) {
    match problem {
        Problem::CodeRejected => ("the code is refused", "le code est refusé"),
        Problem::LinkDead => ("the activation link does not work", "le lien d'activation ne fonctionne pas"),
        Problem::InvitationNotReceived => ("no invitation came", "l'invitation n'est pas arrivée"),
        Problem::ActivationUnfinished => ("activation was begun and not finished", "l'activation est restée inachevée"),
        Problem::CannotSignIn => ("signing in is refused", "la connexion est refusée"),
        Problem::ForgotPassword => ("the password is forgotten", "le mot de passe est oublié"),
        Problem::ResetNotReceived => ("no reset mail comes", "le courriel de réinitialisation n'arrive pas"),
        Problem::AddressChange => ("asks to change the registered address", "demande de changer l'adresse inscrite"),
        Problem::Other => ("about access, nothing listed", "accès, rien de la liste"),
    }
}

fn tried(tried: Tried) -> (&'static str, &'static str) {
    match tried {
        Tried::Reset => ("password reset", "mot de passe réinitialisé"),
        Tried::Junk => ("junk folder checked", "courrier indésirable vérifié"),
        Tried::ExactAddress => ("exact address used", "adresse exacte utilisée"),
        Tried::DirectSignIn => ("direct sign-in tried", "connexion directe essayée"),
        Tried::OtherBrowser => ("other browser or device", "autre navigateur ou appareil"),
        Tried::RetypedCode => ("code typed again", "code saisi de nouveau"),
        Tried::ContactedCoordinator => ("coordinator asked", "coordination consultée"),
    }
}

fn matched(kind: MatchKind) -> (&'static str, &'static str) {
    match kind {
        MatchKind::Exact => ("found: the address used is the registered one", "trouvé : l'adresse utilisée est l'adresse inscrite"),
        MatchKind::Alias => ("found: an alias of the registered address", "trouvé : un alias de l'adresse inscrite"),
        MatchKind::Shortened => ("found: another form of the registered address", "trouvé : une autre forme de l'adresse inscrite"),
        MatchKind::Typo => ("found: a slip of the keys in the address", "trouvé : une faute de frappe dans l'adresse"),
        MatchKind::Name => ("found by name, with course or institution", "trouvé par le nom, avec le cours ou l'établissement"),
        MatchKind::Ambiguous => ("several people fit equally", "plusieurs personnes conviennent également"),
        MatchKind::None => ("nobody found in the register", "personne de trouvé au registre"),
    }
}

/// The person already did what the reply would say.
pub fn exhausted(facts: &Facts) -> Reason {
    let done: Vec<_> = facts.tried.iter().map(|t| tried(t.value)).collect();
    let list = |pick: fn(&(&'static str, &'static str)) -> &'static str| done.iter().map(pick).collect::<Vec<_>>().join(", ");
    reason(format!("already done: {}", list(|d| d.0)), format!("déjà fait : {}", list(|d| d.1)))
}

/// The case was set by a person; what its rule would say stands behind.
pub fn by_a_person(rule: &Reason) -> Reason {
    reason(format!("a person says so: {}", rule.en), format!("une personne le dit : {}", rule.fr))
}

/// What the message and the register say.
pub fn of_facts(situation: &Situation<'_>) -> Vec<Reason> {
    let message = situation.message;
    if message.automatic.is_some() {
        let why = message.automatic_why.join("; ");
        return vec![reason(format!("a machine wrote it: {why}"), format!("écrit par une machine : {why}"))];
    }
    let mut reasons: Vec<Reason> = situation.facts.problems.iter().map(|p| complaint(p.value, situation.facts)).collect();
    let (en, fr) = matched(situation.person.kind());
    reasons.push(reason(en, fr));
    reasons.extend(copied(situation));
    reasons
}

/// How the code that was refused differs from the one mailed; neither is shown.
fn copied(situation: &Situation<'_>) -> Option<Reason> {
    let invitations = &situation.person.registered()?.invitations;
    let code = &situation.facts.invitation_code.as_ref().filter(|_| situation.facts.has(Problem::CodeRejected))?.value;
    let pending = invitation::state(invitations, situation.now) == InvitationState::Pending;
    let slip = pending.then(|| invitation::slip(code, invitations, situation.now))??;
    let (en, fr) = match slip {
        Slip::None => ("the code written is the valid one", "le code écrit est le bon"),
        Slip::LookAlike => (
            "the code written confuses characters that look alike (O and 0, I and 1 …)",
            "le code écrit confond des caractères semblables (O et 0, I et 1…)",
        ),
        Slip::Exchanged => {
            ("in the code written two neighbours are exchanged", "dans le code écrit, deux caractères voisins sont inversés")
        }
        Slip::Missing => ("in the code written one character is missing", "dans le code écrit, il manque un caractère"),
        Slip::TooMany => ("in the code written one character is too many", "dans le code écrit, il y a un caractère de trop"),
        Slip::Other => ("in the code written one character is another", "dans le code écrit, un caractère est différent"),
        Slip::Far => ("the code written is far from the one mailed", "le code écrit est loin de celui qui a été envoyé"),
    };
    Some(reason(en, fr))
}

/// A problem, and whether only examples speak for it.
fn complaint(named: Problem, facts: &Facts) -> Reason {
    let (en, fr) = problem(named);
    if facts.proposed.contains(&named) {
        return reason(
            format!("{en} (proposed from examples, no rule says it)"),
            format!("{fr} (proposé d'après des exemples, aucune règle ne le dit)"),
        );
    }
    reason(en, fr)
}

/// Why this action.
pub fn of_action(situation: &Situation<'_>, action: Action, urgency: Urgency) -> Vec<Reason> {
    let mut reasons = Vec::new();
    match urgency {
        Urgency::Imminent => reasons.push(reason("the evaluation is within 24 hours", "l'évaluation a lieu dans les 24 heures")),
        Urgency::Soon => reasons.push(reason("the evaluation is within 72 hours", "l'évaluation a lieu dans les 72 heures")),
        Urgency::Later | Urgency::Past | Urgency::Unknown => {}
    }
    if action == Action::Draft && !situation.message.is_authenticated() {
        reasons.push(reason("the sender is not authenticated", "l'expéditeur n'est pas authentifié"));
    }
    if action == Action::Draft && situation.message.is_authenticated() && !situation.facts.sure {
        reasons.push(reason("the reading leaves a second thought", "la lecture laisse un doute"));
    }
    if action == Action::Draft {
        let held = &situation.message.no_auto_reply;
        reasons.extend(held.iter().map(|why| reason(format!("held for a person: {why}"), format!("retenu pour une personne : {why}"))));
    }
    reasons
}

/// What may be said to the sender, in words.
pub fn proof(proof: Proof) -> Reason {
    match proof {
        Proof::Proven => reason("the sender is proven", "l'expéditeur est vérifié"),
        Proof::Unproven => {
            reason("the sender is not proven: general steps only", "l'expéditeur n'est pas vérifié : étapes générales seulement")
        }
    }
}
