//! Mail that a machine wrote, and mail that no machine should answer although a person may have written it (RFC 3834, RFC 3464).
//!
//! Marks that only machines leave decide alone. Words decide only together: people write about bounces and absences too.

mod senders;

use self::senders::{event, is_daemon, is_no_reply, is_system, kind_of_phrase, list_id, list_server, speaks_as_list};
use super::address::Address;
use super::mime::head::Head;
use super::mime::parameters;
use super::mime::reports::Report;
use super::pattern::Pattern;
use super::prose::{self, Folded};
use super::{Automatic, Identity, Mailbox};

/// What deciding needs of a message.
#[derive(Debug)]
pub struct Look<'a> {
    /// The header fields of the root part.
    pub head: &'a Head<'a>,
    /// What machine-readable parts report.
    pub report: Option<&'a Report>,
    /// From.
    pub from: &'a [Mailbox],
    /// To.
    pub to: &'a [Mailbox],
    /// Cc.
    pub cc: &'a [Mailbox],
    /// Reply-To.
    pub reply_to: &'a [Mailbox],
    /// Decoded subject.
    pub subject: &'a str,
    /// Body text.
    pub text: &'a str,
    /// Body text without quoted mail.
    pub own_words: &'a str,
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
    /// Whom a bounce could not reach.
    pub failed_address: Option<String>,
}

/// Characters of a failed address that are kept; RFC 5321 section 4.5.3.1 allows 64 + 1 + 255.
const LONGEST_ADDRESS: usize = 320;

/// Decides. A machine's mark that people's mail carries too (X-Auto-Response-Suppress, a vacation-like subject alone) only holds back
/// the automatic reply; a person still sees the message.
pub fn judge(look: &Look<'_>, identity: &Identity) -> Judged {
    let case = Case {
        look,
        identity,
        subject: prose::folded(look.subject, 300),
        words: prose::folded(look.own_words, 1_500),
        sender: look.from.first().map(|m| m.address.to_lowercase()).unwrap_or_default(),
    };
    let mut judged = Judged::default();
    let own_list = case.is_own_list();
    let form = look.from.iter().filter_map(|m| Address::parse(&m.address)).any(|a| identity.forms.contains(&a));
    let rules: [fn(&Case<'_>) -> Verdict; 9] = [own_mail, report, list_server, bounce, auto_marks, receipt, absence, acknowledgement, list];
    for rule in rules {
        if let Some((kind, why)) = rule(&case) {
            let excused = form && kind != Automatic::Own || own_list && matches!(kind, Automatic::List | Automatic::Bulk);
            if !excused {
                judged.automatic.get_or_insert(kind);
                judged.why.push(why);
            }
        }
    }
    judged.no_auto_reply = case.hold_back();
    if judged.automatic == Some(Automatic::Bounce) {
        judged.failed_address = case.failed_address();
    }
    judged
}

/// A message under judgement, with its words made comparable.
struct Case<'a> {
    look: &'a Look<'a>,
    identity: &'a Identity,
    subject: Folded,
    words: Folded,
    sender: String,
}

type Verdict = Option<(Automatic, String)>;

impl Case<'_> {
    fn all<'b>(&'b self, name: &'b str) -> impl Iterator<Item = String> + 'b {
        self.look.head.all(name).map(|v| String::from_utf8_lossy(v).trim().to_lowercase())
    }

    fn one(&self, name: &str) -> Option<String> {
        self.all(name).next()
    }

    fn has(&self, name: &str) -> bool {
        self.look.head.get(name).is_some()
    }

    fn local(&self) -> &str {
        self.sender.split('@').next().unwrap_or_default()
    }

    fn is_own(&self, address: &str) -> bool {
        Address::parse(address).is_some_and(|a| self.identity.own.contains(&a))
    }

    /// A list that is only another name of the desk: configured, or named by one of its addresses (groups in front of a mailbox).
    fn is_own_list(&self) -> bool {
        let ids = || self.all("list-id");
        let posts = || self.all("list-post").chain(self.all("mailing-list"));
        let configured = ids().any(|id| self.identity.own_lists.iter().any(|own| list_id(&id).eq_ignore_ascii_case(own)));
        let named = |own: &Address| {
            let dotted = own.as_str().replace('@', ".");
            ids().any(|id| list_id(&id) == dotted) || posts().any(|p| p.contains(own.as_str()))
        };
        configured || (self.has("list-id") || self.has("mailing-list")) && self.identity.own.iter().any(named)
    }

    /// The list put its name into the subject: `[nurses] Question`.
    fn is_tagged(&self) -> bool {
        let tag = |id: String| list_id(&id).split('.').next().map(|name| format!("[{}]", name.to_lowercase()));
        self.all("list-id").filter_map(tag).any(|tag| self.subject.as_str().contains(&tag))
    }

    fn is_from_list(&self) -> bool {
        let posts = || self.all("list-post").chain(self.all("list-id")).chain(self.look.to.iter().map(|m| m.address.to_lowercase()));
        self.subject.as_str().contains('[') || posts().any(|p| p.contains(&self.sender))
    }

    /// The person's own subject or a plain answer; not one that passes on somebody else's mail.
    fn is_forward(&self) -> bool {
        prose::FORWARD.is_match(self.subject.as_str())
    }

    fn is_reply(&self) -> bool {
        prose::REPLY.is_match(self.subject.as_str())
    }

    fn asks(&self) -> bool {
        prose::ASKS.is_match(self.words.as_str())
    }

    fn says(&self, pattern: &Pattern, within: usize) -> bool {
        pattern.is_match(self.words.first(within))
    }

    fn titled(&self, pattern: &Pattern) -> bool {
        pattern.is_match(self.subject.as_str())
    }

    fn hold_back(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        let suppress = self.one("x-auto-response-suppress").unwrap_or_default();
        if suppress.split(',').any(|s| ["all", "oof", "autoreply"].contains(&s.trim())) {
            reasons.push("X-Auto-Response-Suppress asks for no automatic reply".into());
        }
        if is_no_reply(self.local()) || self.local() == "postmaster" {
            reasons.push("the sender takes no replies".into());
        }
        if self.titled(&prose::SURE_ABSENCE) || self.titled(&prose::LIKELY_ABSENCE) || self.says(&prose::AWAY, 250) {
            reasons.push("it reads like an automatic reply".into());
        }
        if self.look.reply_to.iter().any(|m| !m.address.eq_ignore_ascii_case(&self.sender)) {
            reasons.push("Reply-To points elsewhere than From".into());
        }
        if ["list-id", "list-post", "list-unsubscribe", "mailing-list"].iter().any(|h| self.has(h)) {
            reasons.push("came through a list".into());
        }
        reasons
    }

    /// By the machine-readable part, the header, or the first foreign address that the text names.
    fn failed_address(&self) -> Option<String> {
        let reported = self.look.report.and_then(|r| r.failed.clone());
        let header = || {
            let value = self.look.head.get("x-failed-recipients").map(|v| String::from_utf8_lossy(v).into_owned())?;
            value.split([',', ' ', '\n']).map(str::trim).find(|a| a.contains('@')).map(str::to_owned)
        };
        let event = || {
            let (_, behind) = self.look.text.split_once("emailAddress")?;
            behind.split(['"', '\\']).find(|w| w.contains('@')).map(str::to_owned)
        };
        let named = reported
            .or_else(header)
            .or_else(event)
            .or_else(|| prose::addresses(self.look.text).find(|a| !self.is_own(a) && !self.is_machine(a)).map(str::to_owned));
        let shown = |address: String| address.chars().filter(|c| !c.is_control()).take(LONGEST_ADDRESS).collect();
        named.map(shown)
    }

    fn is_machine(&self, address: &str) -> bool {
        address.eq_ignore_ascii_case(&self.sender)
            || is_daemon(&address.to_lowercase())
            || address.to_lowercase().starts_with("postmaster@")
    }
}

fn own_mail(case: &Case<'_>) -> Verdict {
    let own_domain = case.identity.domain();
    let from_us = case.look.from.iter().filter_map(|m| Address::parse(&m.address)).any(|a| {
        let invitations = a.domain() == own_domain && is_no_reply(a.local());
        case.identity.own.contains(&a) || invitations
    });
    if from_us {
        return Some((Automatic::Own, "From is an address of the desk".into()));
    }
    let ours = |v: &String| !own_domain.is_empty() && v.contains(own_domain) || v.contains("usher");
    if case.has("x-usher") || case.all("x-loop").any(|v| ours(&v)) {
        return Some((Automatic::Own, "carries the mark of our own replies".into()));
    }
    None
}

/// Machine-readable reports.
fn report(case: &Case<'_>) -> Verdict {
    let raw = case.look.head.get("content-type").unwrap_or_default();
    let is_report = raw.get(..16).is_some_and(|start| start.eq_ignore_ascii_case(b"multipart/report"));
    // Forwarding a report keeps its parts, but not its shape.
    if let Some(report) = case.look.report.filter(|_| is_report || !case.is_forward()) {
        let kind = if report.undelivered { Automatic::Bounce } else { Automatic::Report };
        return Some((kind, "holds a machine-readable report (RFC 3464, 5965, 8098)".into()));
    }
    if case.has("x-hmxmroriginalrecipient") || case.has("tls-report-domain") {
        return Some((Automatic::Report, "header of an abuse or TLS report".into()));
    }
    if let Some(kind) = event(case) {
        return Some((kind, "the event of a delivery service".into()));
    }
    if case.titled(&prose::AGGREGATE) && !case.asks() {
        return Some((Automatic::Report, "the subject of an abuse or aggregate report".into()));
    }
    if !is_report {
        return None;
    }
    let kind = parameters::read(raw, &mut Vec::new()).get("report-type").unwrap_or_default().to_ascii_lowercase();
    let is_bounce = kind.is_empty() || kind.contains("delivery-status");
    Some((if is_bounce { Automatic::Bounce } else { Automatic::Report }, format!("multipart/report {kind}")))
}

fn bounce(case: &Case<'_>) -> Verdict {
    let titled = case.titled(&prose::UNDELIVERED_TITLE) && !case.is_forward() && !case.is_reply();
    let absent = || case.titled(&prose::SURE_ABSENCE);
    if is_daemon(&case.sender) && !absent() {
        return Some((Automatic::Bounce, format!("From is {}@", case.local())));
    }
    if case.has("x-failed-recipients") {
        return Some((Automatic::Bounce, "X-Failed-Recipients".into()));
    }
    if case.all("return-path").next().is_some_and(|p| p == "<>" || p == "<@>") {
        // A null envelope sender is what reports and automatic replies use (RFC 5321 section 4.5.5); people never do.
        let vacation = auto_header(case).is_some() || case.titled(&prose::LIKELY_ABSENCE) && case.says(&prose::ABSENT, 400);
        let kind = match () {
            () if absent() || vacation => Automatic::AutoReply,
            () if titled || case.says(&prose::UNDELIVERED, 600) => Automatic::Bounce,
            () if receipt(case).is_some() => Automatic::Report,
            () if auto_marks(case).is_some() || absence(case).is_some() || case.titled(&prose::LIKELY_ABSENCE) => Automatic::AutoReply,
            () => Automatic::Bounce,
        };
        return Some((kind, "Return-Path is empty".into()));
    }
    let name = case.look.from.first().map(|m| prose::folded(&m.name, 100));
    let system = is_system(case.local()) || case.sender.len() < 3 || name.is_some_and(|n| prose::SYSTEM_NAME.is_match(n.as_str()));
    let told = || case.says(&prose::UNDELIVERED, 600);
    let told_at_length = || case.says(&prose::UNDELIVERED, 1_500);
    if system
        && (titled && (!case.asks() || told_at_length()) || !case.is_forward() && !case.is_reply() && !case.asks() && told_at_length())
    {
        return Some((Automatic::Bounce, "a mail system speaks of a failed delivery".into()));
    }
    (titled && told() && !case.asks() && !prose::FIRST_PERSON.is_match(case.words.first(400)) && !case.says(&prose::CLOSES, 900))
        .then(|| (Automatic::Bounce, "subject and text of a delivery failure".into()))
}

fn auto_marks(case: &Case<'_>) -> Verdict {
    if let Some(value) = case.one("auto-submitted") {
        let keyword = value.split([';', ' ', '(']).next().unwrap_or_default();
        if !matches!(keyword, "no" | "") {
            return Some((Automatic::AutoReply, format!("Auto-Submitted: {keyword}")));
        }
    }
    if let Some(verdict) = auto_header(case) {
        return Some(verdict);
    }
    case.one("precedence")
        .filter(|p| matches!(p.as_str(), "auto_reply" | "auto-reply" | "autoreply"))
        .map(|p| (Automatic::AutoReply, format!("Precedence: {p}")))
}

/// A header that only the programs of absent people write.
fn auto_header(case: &Case<'_>) -> Verdict {
    const MARKS: [&str; 12] = [
        "x-autoreply",
        "x-autorespond",
        "x-autogenerated",
        "x-auto-generated",
        "x-autoresponder",
        "x-autoreply-from",
        "x-auto-reply",
        "x-mail-autoreply",
        "x-vacation",
        "x-vacation-reply",
        "x-ms-exchange-inbox-rules-loop",
        "x-autoreply-to",
    ];
    let mark = MARKS.iter().find(|m| case.one(m).is_some_and(|v| !matches!(v.as_str(), "no" | "false" | "0")))?;
    Some((Automatic::AutoReply, format!("header {mark}")))
}

/// A read receipt without machine-readable part.
fn receipt(case: &Case<'_>) -> Verdict {
    (case.titled(&prose::RECEIPT_TITLE) && case.says(&prose::RECEIPT, 600) && !case.asks())
        .then(|| (Automatic::Report, "subject and text of a read receipt".into()))
}

/// A vacation notice without any header. The subject alone decides only when programs write it and people do not.
fn absence(case: &Case<'_>) -> Verdict {
    if case.is_forward() || prose::OWN_TROUBLE.is_match(case.words.as_str()) {
        return None;
    }
    let reply = case.is_reply();
    if case.titled(&prose::SURE_ABSENCE) {
        let sure = !reply || case.says(&prose::ABSENT, 400) && !case.asks();
        return sure.then(|| (Automatic::AutoReply, "subject of an automatic reply".into()));
    }
    // Students write of their own absence from an exam; no notice speaks of one.
    if case.asks() || case.titled(&prose::OF_AN_EXAM) || case.says(&prose::OF_AN_EXAM, 600) {
        return None;
    }
    if case.titled(&prose::LIKELY_ABSENCE) && case.says(&prose::ABSENT, 300) {
        return Some((Automatic::AutoReply, "subject and text of an absence notice".into()));
    }
    let answers = reply || case.has("in-reply-to") || case.has("references");
    (answers && case.words.as_str().len() < 900 && case.says(&prose::AWAY, 250) && prose::BACK.is_match(case.words.as_str()))
        .then(|| (Automatic::AutoReply, "the text of an absence notice, in answer to a mail".into()))
}

/// "We have received your request": two such phrases, or one in the subject and one below; and what calls itself automatic.
fn acknowledgement(case: &Case<'_>) -> Verdict {
    if case.is_forward() {
        return None;
    }
    let own_title = !case.is_reply() && case.titled(&prose::ACKNOWLEDGED_TITLE);
    // Different phrases count; a number said twice is one, and people name numbers too.
    let mut said: Vec<&str> = prose::ACKNOWLEDGED.find_iter(case.words.first(900)).take(6).map(|m| kind_of_phrase(m.as_str())).collect();
    said.sort_unstable();
    said.dedup();
    let phrases = said.len();
    let automatic = case.says(&prose::CALLS_ITSELF_AUTOMATIC, 500);
    let claims = usize::from(own_title) + phrases + usize::from(automatic);
    // People thank for answers and name their numbers too. A notice that quotes the writer says first what it is.
    let said_first = if own_title || automatic { 160 } else { usize::MAX };
    if case.says(&prose::PERSONAL, said_first) || prose::OWN_TROUBLE.is_match(case.words.as_str()) {
        return None;
    }
    if claims >= 2 && (own_title || automatic || !case.asks()) {
        return Some((Automatic::AutoReply, "it acknowledges a message by itself".into()));
    }
    (automatic && !case.asks()).then(|| (Automatic::AutoReply, "it calls itself automatic".into()))
}

fn list(case: &Case<'_>) -> Verdict {
    let precedence = case.one("precedence");
    if let Some(bulk @ ("bulk" | "junk")) = precedence.as_deref()
        && !case.has("list-id")
    {
        return Some((Automatic::Bulk, format!("Precedence: {bulk}")));
    }
    let marks = ["list-unsubscribe", "list-unsubscribe-post", "feedback-id", "x-campaign-id", "x-campaignid", "x-csa-complaints"];
    let bulk = marks.iter().find(|h| case.has(h));
    let through_list = case.has("list-id") || case.has("list-post") || precedence.as_deref() == Some("list");
    if through_list {
        // A list that nobody configured may stand before the desk; dropping somebody's own request is worse than showing a list mail to
        // a person. A tag in the subject, or the list's address as sender, is the mark of a discussion.
        let direct = !speaks_as_list(case)
            && case.look.to.iter().chain(case.look.cc).any(|m| case.is_own(&m.address))
            && bulk.is_none()
            && !case.is_tagged();
        let words = case.words.as_str();
        let trouble = prose::OWN_TROUBLE.is_match(words) && prose::MINE.is_match(words) && !case.is_from_list();
        let request = (direct || trouble) && case.asks() && !is_no_reply(case.local());
        return (!request).then(|| (Automatic::List, "List-Id".into()));
    }
    if let Some(mark) = bulk {
        return Some((Automatic::Bulk, format!("header {mark}")));
    }
    let local = case.local();
    (local.ends_with("-request") || local.starts_with("owner-") || local.ends_with("-owner"))
        .then(|| (Automatic::List, "From is a list's own address".into()))
}
