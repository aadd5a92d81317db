//! Addresses, phrases and programs that only machines use.

use super::{Automatic, Case, Verdict, prose};

/// Local parts of mail systems that a person may write from too.
pub(super) fn is_system(local: &str) -> bool {
    let squeezed: String = local.chars().filter(char::is_ascii_alphanumeric).take(30).collect();
    ["postmaster", "mailsystem", "mailadmin", "sysadmin", "systemadministrator", "mailmaster", "mailserver", "mailgateway"]
        .contains(&squeezed.as_str())
}

/// Names under which mail systems send their notices; no person has one of them.
pub(super) fn is_daemon(sender: &str) -> bool {
    let local: String = sender.split('@').next().unwrap_or_default().chars().filter(char::is_ascii_alphabetic).collect();
    ["mailerdaemon", "maildaemon", "mdaemon", "mmdf", "maildeliverysubsystem", "maildeliverysystem", "bounce", "bounces"]
        .contains(&local.as_str())
        || sender.starts_with("bounce-")
        || sender.starts_with("bounces+")
        || sender.starts_with("bounces-")
}

pub(super) fn is_no_reply(local: &str) -> bool {
    let squeezed: String = local.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
    ["noreply", "donotreply", "dontreply", "nepasrepondre", "pasdereponse", "nichtantworten", "noresponder"]
        .iter()
        .any(|name| squeezed.starts_with(name))
}

pub(super) fn list_id(value: &str) -> &str {
    value.rsplit_once('<').map_or(value, |(_, id)| id).trim_end_matches('>').trim()
}

/// What an acknowledging phrase is about: different wordings of a number are one phrase ("ticket number", "case #", "numéro de dossier").
pub(super) fn kind_of_phrase(phrase: &str) -> &str {
    let noun = ["ticket ", "case ", "reference ", "request "].iter().any(|p| phrase.starts_with(p) && phrase.len() < 20);
    let number = noun || ["numero", "ticketnummer", "ticket-nummer", "vorgangsnummer"].iter().any(|p| phrase.starts_with(p));
    if number { "number" } else { phrase.get(..12).unwrap_or(phrase) }
}

/// A delivery service tells of a mail in JSON (Amazon SES, by SNS): `"notificationType":"Bounce"`.
pub(super) fn event(case: &Case<'_>) -> Option<Automatic> {
    let text = case.look.text;
    if !(text.contains("otificationType") || text.contains("ventType")) {
        return None;
    }
    let words = prose::folded(text, 3_000);
    let kind = prose::EVENT.captures(words.as_str())?;
    Some(if matches!(kind.get(2)?.as_str(), "bounce" | "deliverydelay" | "reject") { Automatic::Bounce } else { Automatic::Report })
}

/// Whether a list speaks for itself: From is the address that mail to it goes to, and no member's name stands there ("Ada via Exams").
pub(super) fn speaks_as_list(case: &Case<'_>) -> bool {
    let member = case.look.from.first().is_some_and(|m| m.name.to_lowercase().contains(" via "));
    let posts = case.all("list-post").any(|p| p.contains(&case.sender))
        || case.all("list-id").any(|id| list_id(&id) == case.sender.replace('@', "."));
    posts && !member && case.sender.contains('@')
}

/// The notice of a list's program that it refused a mail, or a mail of the list.
pub(super) fn list_server(case: &Case<'_>) -> Verdict {
    if !["x-mlserver", "x-ml-name", "x-ml-info"].iter().any(|h| case.has(h)) {
        return None;
    }
    let refused = case.titled(&prose::UNDELIVERED_TITLE) || case.says(&prose::UNDELIVERED, 600);
    Some((if refused { Automatic::Bounce } else { Automatic::List }, "header of a list's program".into()))
}
