//! Mail that a machine wrote, and mail that no machine should answer although a person may have written it (RFC 3834, RFC 3464).

use std::sync::LazyLock;

use regex::Regex;

use super::address::Address;
use super::{Automatic, Identity, Mailbox};

/// What deciding needs of a message; header names in lower case, values unfolded.
#[derive(Debug)]
pub struct Look<'a> {
    /// All headers of the root part.
    pub headers: &'a [(String, String)],
    /// Media type of the root part, lower-case.
    pub media_type: &'a str,
    /// `report-type` parameter of a multipart/report.
    pub report_type: &'a str,
    /// From.
    pub from: &'a [Mailbox],
    /// Reply-To.
    pub reply_to: &'a [Mailbox],
    /// Decoded subject.
    pub subject: &'a str,
    /// Body text.
    pub text: &'a str,
}

/// The outcome: which machine, why, and reasons against an automatic reply.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// Which machine wrote it.
    pub automatic: Option<Automatic>,
    /// What decided.
    pub why: Vec<String>,
    /// Reasons not to answer by machine.
    pub no_auto_reply: Vec<String>,
}

/// Decides. A machine's mark that people's mail carries too (X-Auto-Response-Suppress, a vacation-like subject alone) only holds back
/// the automatic reply; a person still sees the message.
pub fn judge(look: &Look<'_>, identity: &Identity) -> Judged {
    let mut judged = Judged::default();
    let own_list = look.all("list-id").any(|id| identity.own_lists.iter().any(|own| list_id(&id).eq_ignore_ascii_case(own)));
    let form = look.from.iter().filter_map(|m| Address::parse(&m.address)).any(|a| identity.forms.contains(&a));
    for rule in [own_mail, report, bounce, auto_submitted, auto_headers, list, vacation] {
        if let Some((kind, why)) = rule(look, identity) {
            let excused = form && kind != Automatic::Own || own_list && matches!(kind, Automatic::List | Automatic::Bulk);
            if !excused {
                judged.automatic.get_or_insert(kind);
                judged.why.push(why);
            }
        }
    }
    judged.no_auto_reply = hold_back(look, identity);
    judged
}

impl Look<'_> {
    fn all<'b>(&'b self, name: &'b str) -> impl Iterator<Item = String> + 'b {
        self.headers.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.trim().to_lowercase())
    }

    fn one(&self, name: &str) -> Option<String> {
        self.all(name).next()
    }

    fn sender(&self) -> String {
        self.from.first().map(|m| m.address.to_lowercase()).unwrap_or_default()
    }
}

type Verdict = Option<(Automatic, String)>;

fn own_mail(look: &Look<'_>, identity: &Identity) -> Verdict {
    let from_us = look.from.iter().filter_map(|m| Address::parse(&m.address)).find(|a| {
        let invitations = a.domain() == identity.domain() && is_no_reply(a.local());
        identity.own.contains(a) || invitations
    });
    if from_us.is_some() {
        return Some((Automatic::Own, "From is an address of the desk".into()));
    }
    let ours = |v: &String| v.contains(identity.domain()) || v.contains("usher");
    if look.all("x-usher").next().is_some() || look.all("x-loop").any(|v| ours(&v)) {
        return Some((Automatic::Own, "carries the mark of our own replies".into()));
    }
    None
}

fn report(look: &Look<'_>, _: &Identity) -> Verdict {
    if look.media_type != "multipart/report" {
        return (look.media_type == "message/delivery-status").then(|| (Automatic::Bounce, "delivery status (RFC 3464)".into()));
    }
    let kind =
        if look.report_type.contains("delivery-status") || look.report_type.is_empty() { Automatic::Bounce } else { Automatic::Report };
    Some((kind, format!("multipart/report {}", look.report_type)))
}

fn bounce(look: &Look<'_>, _: &Identity) -> Verdict {
    let sender = look.sender();
    let local = sender.split('@').next().unwrap_or_default();
    if ["mailer-daemon", "mailerdaemon", "postmaster", "mail-daemon"].contains(&local) || local.starts_with("bounce") {
        return Some((Automatic::Bounce, format!("From is {local}@")));
    }
    if look.all("return-path").next().is_some_and(|p| p == "<>") {
        // A null envelope sender is what reports and automatic replies use (RFC 5321 section 4.5.5); people never do.
        let kind = if is_vacation_subject(look.subject) { Automatic::AutoReply } else { Automatic::Bounce };
        return Some((kind, "Return-Path is empty".into()));
    }
    if look.all("x-failed-recipients").next().is_some() {
        return Some((Automatic::Bounce, "X-Failed-Recipients".into()));
    }
    (BOUNCE_SUBJECT.is_match(look.subject) && BOUNCE_TEXT.is_match(head(look.text)))
        .then(|| (Automatic::Bounce, "subject and text of a delivery failure".into()))
}

fn auto_submitted(look: &Look<'_>, _: &Identity) -> Verdict {
    let value = look.one("auto-submitted")?;
    let keyword = value.split([';', ' ', '(']).next().unwrap_or_default().to_owned();
    match keyword.as_str() {
        "no" | "" => None,
        _ => Some((Automatic::AutoReply, format!("Auto-Submitted: {keyword}"))),
    }
}

fn auto_headers(look: &Look<'_>, _: &Identity) -> Verdict {
    const MARKS: [&str; 7] =
        ["x-autoreply", "x-autorespond", "x-autogenerated", "x-autoresponder", "x-auto-reply", "x-mail-autoreply", "x-vacation"];
    if let Some(mark) = MARKS.iter().find(|m| look.one(m).is_some_and(|v| v != "no")) {
        return Some((Automatic::AutoReply, format!("header {mark}")));
    }
    match look.one("precedence").as_deref() {
        Some("auto_reply") => Some((Automatic::AutoReply, "Precedence: auto_reply".into())),
        Some(bulk @ ("bulk" | "junk")) => Some((Automatic::Bulk, format!("Precedence: {bulk}"))),
        Some("list") => Some((Automatic::List, "Precedence: list".into())),
        _ => None,
    }
}

fn list(look: &Look<'_>, _: &Identity) -> Verdict {
    if look.one("list-id").is_some() || look.one("list-post").is_some() {
        return Some((Automatic::List, "List-Id".into()));
    }
    let bulk = ["list-unsubscribe", "feedback-id", "x-campaign-id", "x-csa-complaints"];
    if let Some(mark) = bulk.iter().find(|h| look.one(h).is_some()) {
        return Some((Automatic::Bulk, format!("header {mark}")));
    }
    let sender = look.sender();
    let local = sender.split('@').next().unwrap_or_default();
    (local.ends_with("-request") || local.starts_with("owner-") || local.ends_with("-owner"))
        .then(|| (Automatic::List, "From is a list's own address".into()))
}

/// A vacation notice without any header: its subject and its text must agree, or a person's mail would be lost.
fn vacation(look: &Look<'_>, _: &Identity) -> Verdict {
    (is_vacation_subject(look.subject) && VACATION_TEXT.is_match(head(look.text)))
        .then(|| (Automatic::AutoReply, "subject and text of an absence notice".into()))
}

fn hold_back(look: &Look<'_>, identity: &Identity) -> Vec<String> {
    let mut reasons = Vec::new();
    let suppress = look.one("x-auto-response-suppress").unwrap_or_default();
    if suppress.split(',').any(|s| ["all", "oof", "autoreply"].contains(&s.trim())) {
        reasons.push("X-Auto-Response-Suppress asks for no automatic reply".into());
    }
    let sender = look.sender();
    if is_no_reply(sender.split('@').next().unwrap_or_default()) {
        reasons.push("the sender takes no replies".into());
    }
    if is_vacation_subject(look.subject) {
        reasons.push("the subject is that of an automatic reply".into());
    }
    let elsewhere = |m: &Mailbox| !m.address.eq_ignore_ascii_case(&sender);
    if look.reply_to.iter().any(elsewhere) {
        reasons.push("Reply-To points elsewhere than From".into());
    }
    if look.one("list-id").is_some() && !identity.own_lists.is_empty() {
        reasons.push("came through a list".into());
    }
    reasons
}

fn is_no_reply(local: &str) -> bool {
    ["noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "do_not_reply", "nepasrepondre", "ne-pas-repondre"]
        .iter()
        .any(|name| local.starts_with(name))
}

fn list_id(value: &str) -> &str {
    value.rsplit_once('<').map_or(value, |(_, id)| id).trim_end_matches('>').trim()
}

fn is_vacation_subject(subject: &str) -> bool {
    VACATION_SUBJECT.is_match(subject)
}

/// The beginning of a text: automatic notices say at once what they are.
fn head(text: &str) -> &str {
    let end = text.char_indices().nth(1500).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or(text)
}

/// Patterns of this program: that they compile is proven by every test that reads a message.
#[expect(clippy::expect_used, reason = "a fixed pattern, not input")]
pub(super) fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern compiles")
}

static VACATION_SUBJECT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^\s*(re\s*:\s*)?(automatic reply|auto[- ]?reply|autoreply|out of (the )?office|ooo\b|vacation reply|away from|automatic response|",
        r"r[ée]ponse automatique|absence du bureau|message d'absence|notification d'absence|absent[e]? du bureau|abwesenheit|automatische antwort|",
        r"respuesta autom|risposta automatica|automatisch antwoord)"
    ))
});
static VACATION_TEXT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)(out of (the )?office|away from (the |my )?(office|desk|email)|on (annual |parental |sick |maternity )?(leave|vacation|holiday)|",
        r"(limited|no) access to (my )?e-?mail|will (be back|return|reply|respond) (on|when|upon|after)|automatic(ally)? (reply|generated|response)|",
        r"absente?\b|(de retour|je reviens|mon retour|serai de retour)|en (congé|vacances)|hors du bureau|réponse automatique|message automatique|",
        r"we have received your (message|e-?mail|request)|nous avons bien reçu votre (message|courriel|demande))"
    ))
});
static BOUNCE_SUBJECT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)(undeliver(ed|able)|delivery (status notification|failure|failed|has failed)|mail delivery (failed|failure|subsystem)|returned mail|failure notice|",
        r"non remis|non délivré|échec de (la )?(remise|livraison|distribution)|non distribu|message refusé|unzustellbar)"
    ))
});
static BOUNCE_TEXT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)(could not be delivered|couldn't be delivered|wasn't delivered|was not delivered|delivery (to the following|has failed)|undeliverable|permanent(ly)? (fatal )?(error|failure|failed)|",
        r"user unknown|mailbox (is )?(full|unavailable|not found)|address (not found|rejected)|5\d\d[ -]5\.\d\.\d|",
        r"n'a pas (pu être|été) (remis|livré|distribué|délivré)|impossible de (remettre|livrer|distribuer)|adresse introuvable|boîte (aux lettres )?(pleine|introuvable))"
    ))
});

#[cfg(test)]
mod tests {
    use super::*;

    fn look<'a>(headers: &'a [(String, String)], from: &'a [Mailbox], subject: &'a str, text: &'a str) -> Look<'a> {
        Look { headers, media_type: "text/plain", report_type: "", from, reply_to: &[], subject, text }
    }

    fn judged(headers: &[(&str, &str)], from: &str, subject: &str, text: &str) -> Judged {
        let headers: Vec<_> = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let from = [Mailbox { name: String::new(), address: from.into() }];
        judge(&look(&headers, &from, subject, text), &Identity::default())
    }

    #[test]
    fn machines_are_told_from_people() {
        let ada = "ada@uni.example";
        type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, &'a str, &'a str, Option<Automatic>);
        let rows: [Row; 14] = [
            ("a person", &[], ada, "my code", "It says expired.", None),
            ("vacation header", &[("auto-submitted", "auto-replied (vacation)")], ada, "x", "x", Some(Automatic::AutoReply)),
            ("auto-submitted no", &[("auto-submitted", "no")], ada, "x", "x", None),
            (
                "odd case and parameter",
                &[("auto-submitted", "Auto-Generated;owner-token=\"x\"")],
                ada,
                "x",
                "x",
                Some(Automatic::AutoReply),
            ),
            ("null return path", &[("return-path", "<>")], ada, "x", "x", Some(Automatic::Bounce)),
            (
                "no header, French absence",
                &[],
                ada,
                "Réponse automatique : Absence du bureau",
                "Je suis absente jusqu'au 5 mai.",
                Some(Automatic::AutoReply),
            ),
            ("mailer-daemon", &[], "MAILER-DAEMON@mx.example", "Returned", "x", Some(Automatic::Bounce)),
            ("bulk", &[("precedence", "bulk")], ada, "x", "x", Some(Automatic::Bulk)),
            ("list", &[("list-id", "<all.uni.example>")], ada, "x", "x", Some(Automatic::List)),
            ("unsubscribe", &[("list-unsubscribe", "<https://u.example>")], ada, "x", "x", Some(Automatic::Bulk)),
            ("suppress on a person's mail", &[("x-auto-response-suppress", "DR, OOF, AutoReply")], ada, "code", "It fails.", None),
            ("own address", &[], "support@nexam.example", "x", "x", Some(Automatic::Own)),
            ("our invitation come back", &[], "no-reply@nexam.example", "Invitation to Nexam", "x", Some(Automatic::Own)),
            ("a person out of office tomorrow", &[], ada, "I will be out of office", "My code fails and my exam is soon.", None),
        ];
        for (says, headers, from, subject, text, expected) in rows {
            let judged = judged(headers, from, subject, text);
            assert_eq!(judged.automatic, expected, "{says}: {:?}", judged.why);
        }
    }

    #[test]
    fn a_person_behind_outlook_is_seen_but_not_answered_by_a_machine() {
        let judged = judged(&[("x-auto-response-suppress", "DR, OOF, AutoReply")], "ada@uni.example", "code", "It fails.");
        assert_eq!((judged.automatic, judged.no_auto_reply.len()), (None, 1));
    }

    #[test]
    fn a_request_through_our_own_list_is_a_persons() {
        let headers = [("list-id".to_owned(), "Support <support.nexam.example>".to_owned())];
        let from = [Mailbox { name: String::new(), address: "ada@uni.example".into() }];
        let identity = Identity { own_lists: vec!["support.nexam.example".into()], ..Identity::default() };
        assert_eq!(judge(&look(&headers, &from, "code", "It fails."), &identity).automatic, None);
    }
}
