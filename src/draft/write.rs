//! Verdict to reply text.
//!
//! A proven sender gets the template of the case, which sees the person. Everybody else gets a text that is a function of the message
//! alone: [`Words::for_stranger`] is not even handed the register.

use jiff::tz::TimeZone;
use serde::Serialize;

use super::Draft;
use super::templates::{Letterhead, Rendered, Templates};
use crate::facts::{Facts, Language, Problem};
use crate::message::{Message, address::Address};
use crate::people::{Evaluation, Registered};
use crate::rules::{Action, Missing, Proof, Situation, Verdict, decide};

/// The reply for every sender who is not proven.
const GENERAL: &str = "general";
/// What says that a message came, above the general reply.
const ACKNOWLEDGEMENT: &str = "acknowledgement";
/// The one case whose reply says the same to everybody, since it depends on the message alone.
const ADDRESS_CHANGE: &str = "address_change";

/// The names that a template may use.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Words {
    /// The candidate's first name from the register, or empty.
    pub first_name: String,
    /// Title of the coming evaluation from the register, or empty.
    pub evaluation: String,
    /// Its start in words, in the institution's zone, or empty.
    pub evaluation_start: String,
    /// What is complained of: `problem.code_rejected` and so on.
    pub problem: Problems,
    /// What the message lacks: `missing.first_name` and so on.
    pub missing: Lacks,
    /// Where people sign in.
    pub sign_in_url: String,
    /// Where people type a code.
    pub code_url: String,
    /// The address that invitations come from.
    pub invitations_from: String,
    /// What stands under the reply.
    pub signature: String,
}

/// One flag for each kind of problem, and one for none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a name that templates use")]
pub struct Problems {
    /// See [`Problem::CodeRejected`].
    pub code_rejected: bool,
    /// See [`Problem::LinkDead`].
    pub link_dead: bool,
    /// A code is refused or a link is dead.
    pub code_or_link: bool,
    /// See [`Problem::InvitationNotReceived`].
    pub invitation_not_received: bool,
    /// See [`Problem::ActivationUnfinished`].
    pub activation_unfinished: bool,
    /// See [`Problem::CannotSignIn`].
    pub cannot_sign_in: bool,
    /// See [`Problem::ForgotPassword`].
    pub forgot_password: bool,
    /// A password is refused or forgotten.
    pub sign_in_or_password: bool,
    /// See [`Problem::ResetNotReceived`].
    pub reset_not_received: bool,
    /// None of those above.
    pub none: bool,
}

/// One flag for each thing that a message may lack.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a name that templates use")]
pub struct Lacks {
    /// First name.
    pub first_name: bool,
    /// Last name.
    pub last_name: bool,
    /// The address used.
    pub email_used: bool,
    /// The error message.
    pub error_text: bool,
    /// Course or evaluation.
    pub course: bool,
    /// The date of the evaluation.
    pub date: bool,
    /// Any of them.
    pub anything: bool,
}

/// Writes the reply, or none where the case has none or there is nobody to write to.
/// For [`Proof::Unproven`] the text is a function of the message alone.
pub fn reply(verdict: &Verdict, situation: &Situation<'_>, templates: &Templates, proof: Proof) -> Option<Draft> {
    let wanted = verdict.reply.as_deref()?;
    if matches!(verdict.action, Action::Ignore | Action::HandOver) {
        return None;
    }
    let facts = situation.facts;
    let language = facts.language;
    let registered = situation.person.registered().filter(|_| proof == Proof::Proven);
    let (name, words) = match registered {
        Some(registered) => (wanted, Words::for_candidate(facts, &templates.letterhead, registered, situation)),
        None if facts.has(Problem::AddressChange) => (ADDRESS_CHANGE, Words::for_stranger(facts, &templates.letterhead)),
        None => (GENERAL, Words::for_stranger(facts, &templates.letterhead)),
    };
    let rendered = templates.render(name, language, &words).ok()?;
    Some(addressed(situation.message, situation.message.speaker.clone()?, rendered, name, language))
}

/// What everybody who is authenticated may be told at once: that the message came, what it is taken for, what it lacks, and the general
/// advice. A function of the message alone: it is not even handed the register.
pub fn acknowledgement(message: &Message, facts: &Facts, templates: &Templates) -> Option<Draft> {
    let words = Words::for_stranger(facts, &templates.letterhead);
    let came = templates.render(ACKNOWLEDGEMENT, facts.language, &words).ok()?;
    let advice = templates.render(GENERAL, facts.language, &words).ok()?;
    let (greeting, rest) = advice.text.split_once("\n\n")?;
    let text = format!("{greeting}\n\n{}\n\n{rest}", came.text.trim_end());
    let rendered = Rendered { subject: came.subject, text };
    Some(addressed(message, message.speaker.clone()?, rendered, ACKNOWLEDGEMENT, facts.language))
}

/// A rendered text as an answer to `message`, in its thread.
fn addressed(message: &Message, to: Address, rendered: Rendered, name: &str, language: Language) -> Draft {
    let mut references = message.references.clone();
    references.extend(message.message_id.clone().filter(|id| !message.references.contains(id)));
    Draft {
        to,
        subject: subject(&message.subject, &rendered.subject),
        text: rendered.text,
        template: format!("reply/{name}"),
        language,
        in_reply_to: message.message_id.clone(),
        references,
    }
}

/// The sentence that an automatic reply carries at its end: who wrote it, and how to reach a person.
pub fn automatic_note(templates: &Templates, language: Language) -> Option<String> {
    templates.render("automatic_note", language, &Words::letterhead(&templates.letterhead, language)).ok().map(|r| r.text)
}

/// `Re:` once, in one line, at most 200 characters; the template's own subject where the message has none.
pub fn subject(received: &str, own: &str) -> String {
    let mut rest: String = received.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned();
    while let Some((prefix, tail)) = rest.split_once(':') {
        if !matches!(prefix.trim().to_lowercase().as_str(), "re" | "ré" | "aw" | "sv" | "antw" | "tr" | "fw" | "fwd") {
            break;
        }
        rest = tail.trim().to_owned();
    }
    let rest: String = rest.chars().take(190).collect();
    if rest.trim().is_empty() { own.to_owned() } else { format!("Re: {rest}") }
}

impl Words {
    fn letterhead(letterhead: &Letterhead, language: Language) -> Self {
        let signature = if language == Language::Fr { &letterhead.signature_fr } else { &letterhead.signature_en };
        Self {
            sign_in_url: letterhead.sign_in_url.clone(),
            code_url: letterhead.code_url.clone(),
            invitations_from: letterhead.invitations_from.clone(),
            signature: signature.clone(),
            ..Self::default()
        }
    }

    /// Words that depend on the message alone.
    fn for_stranger(facts: &Facts, letterhead: &Letterhead) -> Self {
        let mut words = Self::letterhead(letterhead, facts.language);
        words.problem = Problems::of(facts);
        words.missing = Lacks::of(facts);
        words
    }

    fn for_candidate(facts: &Facts, letterhead: &Letterhead, registered: &Registered, situation: &Situation<'_>) -> Self {
        let mut words = Self::for_stranger(facts, letterhead);
        words.first_name = greetable(&registered.candidate.first_name);
        if let Some(next) = registered.evaluations.iter().find(|e| e.starts_at > situation.now) {
            words.evaluation = title(next, facts.language);
            words.evaluation_start = start(next, &registered.institution.time_zone, facts.language);
        }
        words
    }

    /// Values that reach every branch of a template, for loading.
    pub fn samples(letterhead: &Letterhead, language: Language) -> Vec<Self> {
        let bare = Self::letterhead(letterhead, language);
        let full = Self {
            first_name: "Ada".into(),
            evaluation: "CHEM 2301".into(),
            evaluation_start: "2 December 2026, 14:00".into(),
            problem: Problems {
                code_rejected: true,
                link_dead: true,
                code_or_link: true,
                invitation_not_received: true,
                activation_unfinished: true,
                cannot_sign_in: true,
                forgot_password: true,
                sign_in_or_password: true,
                reset_not_received: true,
                none: false,
            },
            missing: Lacks {
                first_name: true,
                last_name: true,
                email_used: true,
                error_text: true,
                course: true,
                date: true,
                anything: true,
            },
            ..bare.clone()
        };
        vec![bare, full]
    }
}

impl Problems {
    fn of(facts: &Facts) -> Self {
        let has = |p| facts.has(p);
        let mut problems = Self {
            code_rejected: has(Problem::CodeRejected),
            link_dead: has(Problem::LinkDead),
            code_or_link: has(Problem::CodeRejected) || has(Problem::LinkDead),
            invitation_not_received: has(Problem::InvitationNotReceived),
            activation_unfinished: has(Problem::ActivationUnfinished),
            cannot_sign_in: has(Problem::CannotSignIn),
            forgot_password: has(Problem::ForgotPassword),
            sign_in_or_password: has(Problem::CannotSignIn) || has(Problem::ForgotPassword),
            reset_not_received: has(Problem::ResetNotReceived),
            none: false,
        };
        let any = problems.code_or_link
            || problems.invitation_not_received
            || problems.activation_unfinished
            || problems.sign_in_or_password
            || problems.reset_not_received;
        problems.none = !any;
        problems
    }
}

impl Lacks {
    fn of(facts: &Facts) -> Self {
        let missing = decide::missing(facts);
        let lacks = |what| missing.contains(&what);
        Self {
            first_name: lacks(Missing::FirstName),
            last_name: lacks(Missing::LastName),
            email_used: lacks(Missing::EmailUsed),
            error_text: lacks(Missing::ErrorText),
            course: lacks(Missing::Course) || facts.course_by_register,
            date: facts.evaluation_on.is_none(),
            anything: !missing.is_empty() || facts.course_by_register || facts.evaluation_on.is_none(),
        }
    }
}

/// A first name that can stand in a greeting: letters, hyphens, apostrophes and spaces only, at most 40 characters.
fn greetable(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '’' | ' ' | '.'));
    if plain && name.chars().count() <= 40 { name.trim().to_owned() } else { String::new() }
}

fn title(evaluation: &Evaluation, language: Language) -> String {
    let title = if language == Language::Fr { &evaluation.title_fr } else { &evaluation.title_en };
    let title: String = title.chars().filter(|c| !c.is_control()).take(120).collect();
    if title.trim().is_empty() { evaluation.course_code.clone() } else { title.trim().to_owned() }
}

fn start(evaluation: &Evaluation, zone: &str, language: Language) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let at = evaluation.starts_at.to_zoned(zone);
    let month = usize::try_from(at.month()).unwrap_or(1).saturating_sub(1);
    let (day, year, hour, minute) = (at.day(), at.year(), at.hour(), at.minute());
    if language == Language::Fr {
        let day = if day == 1 { "1er".to_owned() } else { day.to_string() };
        return format!("{day} {} {year} à {hour} h {minute:02}", MONTHS_FR.get(month).unwrap_or(&""));
    }
    format!("{day} {} {year} at {hour:02}:{minute:02}", MONTHS_EN.get(month).unwrap_or(&""))
}

const MONTHS_EN: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const MONTHS_FR: [&str; 12] =
    ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_answers_once_and_in_one_line() {
        let cases = [
            ("code", "Re: code"),
            ("Re: RE: code", "Re: code"),
            ("TR : Re: code", "Re: code"),
            ("", "own"),
            ("Hi\r\nBcc: all@evil.example", "Re: HiBcc: all@evil.example"),
        ];
        for (received, expected) in cases {
            assert_eq!(subject(received, "own"), expected, "{received:?}");
        }
        assert!(subject(&"x".repeat(5_000), "own").chars().count() <= 200);
    }

    #[test]
    fn only_a_name_is_greeted() {
        assert_eq!(greetable("Marie-Ève"), "Marie-Ève");
        assert_eq!(greetable("URGENT pay here https://evil.example"), "");
        assert_eq!(greetable("{{signature}}"), "");
    }
}
