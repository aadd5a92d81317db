//! Message to [`Facts`]: what the person says, each with the words it was read from.

pub mod clauses;
pub mod codes;
pub mod concepts;
pub mod course;
pub mod dates;
pub mod emails;
pub mod error_text;
pub mod features;
pub mod found;
pub mod heard;
pub mod language;
pub mod learn;
pub mod lessons;
pub mod lexicon;
pub mod meanings;
pub mod measure;
pub mod names;
pub mod problems;
pub mod sentences;
pub mod tokens;
pub mod vocabulary;

use std::ops::Range;

use jiff::civil::{Date, Time};
use jiff::{Timestamp, Zoned};

pub use found::{DateMention, EmailMention, Facts, Found, Intent, Place, Problem, Tried};
pub use language::Language;
pub use lexicon::Lexicon;

use crate::message::{Forwarded, Message};
use dates::calendar::Order;
use dates::{Mention, Now, evaluation};
use error_text::KnownMessages;
use names::{Names, Sender};
use tokens::Tokens;

/// Reads everything that a message says. Total; a fact that is not there is absent.
pub fn extract(message: &Message, lexicon: &Lexicon) -> Facts {
    let complaint = problems::read(message, lexicon);
    let read = read(message, &lexicon.messages);
    Facts {
        language: read.language,
        intent: complaint.intent,
        problems: complaint.problems,
        proposed: complaint.proposed,
        tried: complaint.tried,
        sure: complaint.sure,
        first_name: read.names.first,
        last_name: read.names.last,
        email_used: read.email_used,
        error_text: read.details.error_text,
        course: read.details.course,
        course_by_register: false,
        evaluation_on: read.details.evaluation_on,
        evaluation_time: read.details.evaluation_time,
        invitation_code: read.details.invitation_code,
        emails: read.emails,
        dates: read.dates,
        for_another: read.names.for_another,
    }
}

/// Everything but the complaint.
struct Read {
    language: Language,
    names: Names,
    email_used: Option<Found<String>>,
    details: Details,
    emails: Vec<EmailMention>,
    dates: Vec<DateMention>,
}

/// What may stand in the body as well as in the subject.
#[derive(Default)]
struct Details {
    error_text: Option<Found<String>>,
    course: Option<Found<String>>,
    evaluation_on: Option<Found<Date>>,
    evaluation_time: Option<Found<Time>>,
    invitation_code: Option<Found<String>>,
    mentions: Vec<Mention>,
}

fn read(message: &Message, known: &KnownMessages) -> Read {
    let (body, subject) = (Tokens::of(&message.clean), Tokens::of(&message.subject));
    let signature = Tokens::of(message.signature.as_deref().unwrap_or(""));
    let language = language::read(&body, &subject);
    let emails = emails::read(&message.clean);
    let addresses: Vec<Range<usize>> = emails.iter().map(|m| m.span.clone()).collect();
    let now = now(message, language);
    let mut details = details(&body, Place::Body, &addresses, now, known);
    fill_from_subject(&mut details, &subject, now, known);
    let forwarded = message.forwarded.as_ref().map(|f| (f, Tokens::of(&f.text)));
    if let Some((_, tokens)) = &forwarded {
        fill_from_forwarded(&mut details, tokens, now, known);
    }
    if details.invitation_code.is_none() {
        details.invitation_code = quoted_code(message.quoted.as_deref().unwrap_or(""));
    }
    let named = if message.clean.trim().is_empty() { &subject } else { &body };
    let known: Vec<&str> = message.sender.iter().map(|a| a.as_str()).chain(emails.iter().map(|m| m.address.as_str())).collect();
    let mut names = names::read(named, &signature, Sender { name: message.sender_name(), addresses: &known }, &addresses);
    if message.clean.trim().is_empty() {
        names.first.iter_mut().chain(names.last.iter_mut()).filter(|f| f.place == Place::Body).for_each(|f| f.place = Place::Subject);
    }
    if let Some((forwarded, tokens)) = &forwarded {
        names = passed_on(names, forwarded, tokens);
    }
    let dates = details
        .mentions
        .iter()
        .map(|m| DateMention { text: body.slice(m.span.clone()).to_owned(), on: m.on, time: m.time, span: m.span.clone() })
        .collect();
    let email_used =
        email_used(message, &body, &emails).or_else(|| forwarded.as_ref().and_then(|(_, tokens)| email_used_in_forwarded(message, tokens)));
    Read { language, names, email_used, details, emails, dates }
}

/// Reads one text; `addresses` are spans that hold no date, code or course.
fn details(tokens: &Tokens, place: Place, addresses: &[Range<usize>], now: Now, known: &KnownMessages) -> Details {
    let text = tokens.text();
    let found = |span: Range<usize>| Found { value: text.get(span.clone()).unwrap_or("").to_owned(), place, span };
    let error = error_text::read(tokens, known);
    let mut skip = addresses.to_vec();
    skip.extend(error.clone());
    let code = codes::read(text, &skip);
    skip.extend(code.clone());
    let mentions = dates::read(tokens, now, &skip);
    let course = course::read(tokens, &mentions, &skip);
    let mut courses = course::codes(tokens, &skip);
    courses.extend(course.clone());
    let chosen = evaluation::choose(tokens, &mentions, &courses, now.moment);
    let at = |index: usize| mentions.get(index).map_or(0..0, |m| m.span.clone());
    Details {
        error_text: error.map(found),
        course: course.map(found),
        evaluation_on: chosen.on.map(|(value, i)| Found { value, place, span: at(i) }),
        evaluation_time: chosen.time.map(|(value, i)| Found { value, place, span: at(i) }),
        invitation_code: code.map(found),
        mentions,
    }
}

/// Takes from the subject what the body does not tell. A day comes with its own clock time, never with another's.
fn fill_from_subject(details: &mut Details, subject: &Tokens, now: Now, known: &KnownMessages) {
    let other = self::details(subject, Place::Subject, &[], now, known);
    details.error_text = details.error_text.take().or(other.error_text);
    details.course = details.course.take().or(other.course);
    details.invitation_code = details.invitation_code.take().or(other.invitation_code);
    let same_day = details.evaluation_on.as_ref().map(|f| f.value) == other.evaluation_on.as_ref().map(|f| f.value);
    if details.evaluation_on.is_none() || same_day {
        details.evaluation_on = details.evaluation_on.take().or(other.evaluation_on);
        details.evaluation_time = details.evaluation_time.take().or(other.evaluation_time);
    }
}

/// Takes from a mail that is passed on what the words above it do not tell.
fn fill_from_forwarded(details: &mut Details, tokens: &Tokens, now: Now, known: &KnownMessages) {
    let addresses: Vec<Range<usize>> = emails::read(tokens.text()).into_iter().map(|m| m.span).collect();
    let other = self::details(tokens, Place::Quoted, &addresses, now, known);
    details.error_text = details.error_text.take().or(other.error_text);
    details.course = details.course.take().or(other.course);
    details.invitation_code = details.invitation_code.take().or(other.invitation_code);
    if details.evaluation_on.is_none() {
        details.evaluation_on = other.evaluation_on;
        details.evaluation_time = details.evaluation_time.take().or(other.evaluation_time);
    }
}

/// Whoever passes a request on is not the candidate, unless the words above name one.
fn passed_on(names: Names, forwarded: &Forwarded, tokens: &Tokens) -> Names {
    if names.for_another || names.introduced {
        return names;
    }
    let emails = emails::read(&forwarded.text);
    let addresses: Vec<Range<usize>> = emails.iter().map(|m| m.span.clone()).collect();
    let known: Vec<&str> = emails.iter().map(|m| m.address.as_str()).chain([forwarded.from.address.as_str()]).collect();
    let theirs = names::read(tokens, &Tokens::of(""), Sender { name: &forwarded.from.name, addresses: &known }, &addresses);
    let quoted = |f: Found<String>| Found { place: Place::Quoted, ..f };
    Names { first: theirs.first.map(quoted), last: theirs.last.map(quoted), for_another: true, introduced: false }
}

/// The code in an invitation quoted below.
fn quoted_code(quoted: &str) -> Option<Found<String>> {
    let candidates = codes::candidates(quoted);
    // Most quoted mail holds none, and then there is no need to know its addresses.
    codes::choose(&candidates, &[])?;
    let addresses: Vec<Range<usize>> = emails::read(quoted).into_iter().map(|m| m.span).collect();
    let span = codes::choose(&candidates, &addresses)?;
    Some(Found { value: quoted.get(span.clone())?.to_owned(), place: Place::Quoted, span })
}

/// The address that is stated in a mail passed on: its writer is who needs help.
fn email_used_in_forwarded(message: &Message, tokens: &Tokens) -> Option<Found<String>> {
    let emails = emails::read(tokens.text());
    Some(Found { place: Place::Quoted, ..email_used(message, tokens, &emails)? })
}

fn email_used(message: &Message, body: &Tokens, emails: &[EmailMention]) -> Option<Found<String>> {
    let own: Vec<String> = message.to.iter().map(|m| m.address.trim().to_lowercase()).collect();
    let own: Vec<&str> = own.iter().map(String::as_str).filter(|a| a.contains('@')).collect();
    let sender = message.sender.as_ref().map(|a| a.as_str());
    let mention = emails.get(emails::used::used(body, emails, &own, sender)?)?;
    Some(Found { value: mention.address.clone(), place: Place::Body, span: mention.span.clone() })
}

/// The moment a message counts from, in the offset of its `Date:`.
fn now(message: &Message, language: Language) -> Now {
    let zone = message.date.as_ref().map_or(jiff::tz::TimeZone::UTC, |d| d.time_zone().clone());
    let moment: Option<Zoned> = message.moment().map(|t: Timestamp| t.to_zoned(zone));
    let hours = message.date.as_ref().map_or(0, |d| d.offset().seconds() / 3600);
    let order = match (language, hours) {
        (Language::Fr, _) => Order::DayMonth,
        (Language::En, -11..=-3) => Order::LikelyMonthDay,
        (Language::En, 0) => Order::Open,
        (Language::En, _) => Order::LikelyDayMonth,
    };
    Now { moment: moment.map(|m| m.datetime()), french: language == Language::Fr, order }
}

#[cfg(test)]
mod tests;
