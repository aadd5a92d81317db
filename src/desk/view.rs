//! Rows to what the page shows, in the staff's language.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::facts::Language;
use crate::store::tickets::{Ticket, TicketRow};

/// What staff have to know beside the tickets.
pub struct Notes {
    /// When the register's source was last looked at, where that is too long ago.
    pub stale: Option<Timestamp>,
    /// Why the open ticket's reply did not leave by itself.
    pub held: Option<String>,
    /// What the person wrote before, oldest first.
    pub earlier: Vec<String>,
}

/// Everything the page needs.
pub fn page(tickets: &[TicketRow], open: Option<&Ticket>, notes: &Notes, language: Language, now: Timestamp) -> Value {
    let current = open.map(|t| t.row.id.as_str());
    json!({
        "lang": language.code(),
        "title": open.map_or_else(|| text(language, "Queue", "File").to_owned(), |t| who(&t.row)),
        "count": tickets.len(),
        "t": labels(language),
        "stale": notes.stale.map(|since| {
            let since = since.strftime("%Y-%m-%d %H:%M UTC");
            match language {
                Language::Fr => format!("Le registre date du {since} : aucune réponse ne part sans une personne."),
                Language::En => format!("The register is of {since}: no reply leaves without a person."),
            }
        }),
        "held": notes.held,
        "earlier": notes.earlier.iter().map(|words| paragraphs(words)).collect::<Vec<_>>(),
        "groups": groups(tickets, current, language, now),
        "ticket": open.map(|t| whole(t, language, now)),
    })
}

fn text(language: Language, en: &'static str, fr: &'static str) -> &'static str {
    if language == Language::Fr { fr } else { en }
}

fn labels(l: Language) -> Value {
    json!({
        "skip": text(l, "Skip to the ticket", "Aller au dossier"),
        "main": text(l, "Main", "Principal"),
        "queue": text(l, "Queue", "File"),
        "conversation": text(l, "Conversation", "Échange"),
        "quoted": text(l, "Quoted text", "Texte cité"),
        "evidence": text(l, "Evidence", "Indices"),
        "who": text(l, "Who", "Qui"),
        "invitation": text(l, "Invitation", "Invitation"),
        "why": text(l, "Why this case", "Pourquoi ce cas"),
        "safety": text(l, "Safety", "Prudence"),
        "reply": text(l, "Reply", "Réponse"),
        "held": text(l, "Not sent by itself", "Pas envoyée d’elle-même"),
        "earlier": text(l, "Earlier in this conversation", "Plus tôt dans cet échange"),
        "to": text(l, "To", "À"),
        "subject": text(l, "Subject", "Objet"),
        "no_reply": text(l, "No reply is drafted: a person takes this message.", "Aucun brouillon : une personne prend ce message."),
        "empty": text(l, "Nobody is locked out.", "Personne n’est à la porte."),
        "empty_more": text(l, "Choose a ticket on the left.", "Choisissez un dossier à gauche."),
    })
}

/// Imminent, today, drafts to review, waiting for a person: each ticket in the first that fits.
fn groups(tickets: &[TicketRow], current: Option<&str>, l: Language, now: Timestamp) -> Vec<Value> {
    let group_of = |t: &TicketRow| match (t.urgency.as_str(), t.action.as_str()) {
        ("imminent", action) if action != "hand_over" => 0,
        ("soon", action) if action != "hand_over" => 1,
        (_, "hand_over") => 3,
        _ => 2,
    };
    let heads = [
        (text(l, "Imminent", "Imminents"), text(l, "within 24 h", "d’ici 24 h")),
        (text(l, "Today", "Aujourd’hui"), text(l, "within 72 h", "d’ici 72 h")),
        (text(l, "Drafts to review", "Brouillons à réviser"), text(l, "later, or no date", "plus tard ou sans date")),
        (text(l, "Waiting for a person", "En attente d’une personne"), text(l, "no reply drafted", "aucun brouillon")),
    ];
    (0..)
        .zip(heads)
        .map(|(number, (name, hint))| {
            let of_group: Vec<Value> =
                tickets.iter().filter(|t| group_of(t) == number).map(|t| row(t, current == Some(t.id.as_str()), l, now)).collect();
            json!({"name": name, "hint": hint, "now": number == 0, "count": of_group.len(), "tickets": of_group})
        })
        .filter(|g| g.get("tickets").and_then(Value::as_array).is_some_and(|t| !t.is_empty()))
        .collect()
}

fn row(t: &TicketRow, current: bool, l: Language, now: Timestamp) -> Value {
    json!({
        "id": t.id,
        "who": who(t),
        "current": current,
        "left": left(t.deadline, l, now),
        "red": t.urgency == "imminent",
        "case": case(&t.case, l),
        "reason": if l == Language::Fr { &t.reason_fr } else { &t.reason_en },
        "language": t.language.to_uppercase(),
        "state": t.state.as_deref().map(|s| state(s, l)),
        "received": t.received_at.to_string(),
        "received_short": t.received_at.strftime("%m-%d %H:%M").to_string(),
    })
}

fn who(t: &TicketRow) -> String {
    t.person.clone().unwrap_or_else(|| t.sender.clone())
}

fn whole(t: &Ticket, l: Language, now: Timestamp) -> Value {
    let outcome: Value = serde_json::from_str(&t.outcome_json).unwrap_or_default();
    let list = |en: &str, fr: &str| outcome.pointer(if l == Language::Fr { fr } else { en }).cloned().unwrap_or_default();
    let mut value = row(&t.row, true, l, now);
    let more = json!({
        "sender": t.row.sender,
        "from_address": t.from_address,
        "subject": t.row.subject,
        "deadline": t.row.deadline.map(|d| d.strftime("%Y-%m-%d %H:%M UTC").to_string()),
        "action": action(&t.row.action, l),
        "words": paragraphs(&t.words),
        "quoted": t.quoted.as_ref().map(|q| q.lines().map(str::to_owned).collect::<Vec<_>>()),
        "notice": notice(t, l),
        "found": found(&t.row, l),
        "evidence": list("/evidence/lines", "/evidence/lines_fr"),
        "because": list("/because", "/because_fr"),
        "rule": outcome.get("rule").cloned().unwrap_or_default(),
        "safety": match t.proof.as_str() {
            "proven" => text(l, "Everything but a code", "Tout sauf un code"),
            _ => text(l, "General steps only", "Étapes générales seulement"),
        },
        "draft": t.draft.as_ref().map(|d| json!({
            "to": d.to, "subject": d.subject, "template": d.template, "language": d.language, "state": d.state, "text": d.text,
        })),
    });
    if let (Some(value), Some(more)) = (value.as_object_mut(), more.as_object()) {
        value.extend(more.clone());
    }
    value
}

/// What staff have to know of a ticket beside its case.
fn notice(t: &Ticket, l: Language) -> Option<String> {
    let told = match t.notice.as_str() {
        "reply_returned" => Some(text(l, "The reply came back undelivered.", "La réponse est revenue : elle n’a pas été livrée.")),
        "draft_touched" => Some(text(
            l,
            "Somebody changed the draft in the drafts folder; it was left there, though something newer came.",
            "Quelqu’un a modifié le brouillon dans le dossier ; il y reste, bien qu’un message plus récent soit arrivé.",
        )),
        _ => None,
    };
    let related = t.related.map(|number| match l {
        Language::Fr => format!("Peut-être lié au dossier T-{number}."),
        Language::En => format!("Maybe related to ticket T-{number}."),
    });
    let all: Vec<String> = told.map(str::to_owned).into_iter().chain(related).collect();
    (!all.is_empty()).then(|| all.join(" "))
}

/// Paragraphs of lines.
fn paragraphs(text: &str) -> Vec<Vec<&str>> {
    text.trim().split("\n\n").map(|p| p.lines().collect()).collect()
}

fn left(deadline: Option<Timestamp>, l: Language, now: Timestamp) -> String {
    let Some(deadline) = deadline else { return text(l, "no date", "sans date").to_owned() };
    let left = deadline.duration_since(now);
    if left < SignedDuration::ZERO {
        return text(l, "running", "en cours").to_owned();
    }
    let (hours, minutes) = (left.as_hours(), left.as_mins() % 60);
    let days = text(l, "d", "j");
    match hours {
        0..48 => format!("{hours} h {minutes:02}"),
        _ => format!("{} {days} {} h", hours / 24, hours % 24),
    }
}

fn found(t: &TicketRow, l: Language) -> String {
    match (t.person.as_deref(), t.match_kind.as_str()) {
        (Some(person), kind) => format!("{person}, {}", kind.replace('_', " ")),
        (None, "ambiguous") => text(l, "Several people fit equally", "Plusieurs personnes conviennent").to_owned(),
        (None, _) => text(l, "Nobody found", "Personne de trouvé").to_owned(),
    }
}

fn case(case: &str, l: Language) -> String {
    let french = match case {
        "address_change" => "Changement d’adresse",
        "needs_information" => "Précisions demandées",
        "not_registered" => "Sans inscription",
        "wrong_address" => "Mauvaise adresse",
        "already_activated" => "Déjà activé",
        "reset_not_received" => "Courriel de mot de passe non reçu",
        "sign_in_trouble" => "Connexion",
        "activation_unfinished" => "Activation inachevée",
        "code_expired" => "Code expiré",
        "not_invited" => "Sans invitation",
        "code_superseded" => "Ancien code",
        "invitation_not_received" => "Invitation non reçue",
        "not_activated_yet" => "Pas encore activé",
        "code_miscopied" => "Code mal copié",
        "technical" => "Technique",
        "unrelated" => "Autre sujet",
        other => other,
    };
    let name = if l == Language::Fr { french.to_owned() } else { case.replace('_', " ") };
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn action(action: &str, l: Language) -> &'static str {
    match action {
        "escalate" => text(l, "Escalated", "Alerte"),
        "auto_reply" => text(l, "May be answered without a person", "Peut se passer d’une personne"),
        "draft" => text(l, "Draft to review", "Brouillon à réviser"),
        _ => text(l, "Handed over to a person", "Transmis à une personne"),
    }
}

fn state(state: &str, l: Language) -> &'static str {
    match state {
        "activated" => text(l, "activated", "activé"),
        "activation_started" => text(l, "activation started", "activation commencée"),
        "not_invited" => text(l, "not invited", "sans invitation"),
        "expired" => text(l, "expired", "expirée"),
        _ => text(l, "pending", "en attente"),
    }
}
