//! A conversation as one reading: the newest message speaks, and what it leaves out is taken from those before it.

use super::Reading;
use crate::facts::{Facts, Found, Intent, Place};

/// The newest message with the facts of the whole conversation. `earlier`: oldest first, all by the same sender.
/// A problem told anew replaces the earlier ones; an answer to our question ("my name is …") leaves them standing.
pub fn continued(earlier: Vec<Reading>, newest: Reading) -> Reading {
    let Reading { message, mut facts } = newest;
    if message.automatic.is_some() {
        return Reading { message, facts };
    }
    for before in earlier.into_iter().rev().filter(|r| r.message.automatic.is_none()) {
        facts = filled(facts, before.facts);
    }
    Reading { message, facts }
}

fn filled(mut facts: Facts, before: Facts) -> Facts {
    // A problem that no words say outright, in a message that answers our question, is guessed from what is missing in it.
    let complains = facts.problems.iter().any(|p| !facts.proposed.contains(&p.value));
    let answers = facts.intent != Intent::Resolved && !complains && gives(&facts);
    if answers && !before.problems.is_empty() {
        facts.intent = Intent::Request;
        facts.problems = before.problems.into_iter().map(from_before).collect();
        facts.proposed = before.proposed;
        facts.sure = before.sure;
    }
    for tried in before.tried {
        if !facts.did(tried.value) {
            facts.tried.push(from_before(tried));
        }
    }
    if facts.first_name.is_none() && facts.last_name.is_none() {
        facts.for_another |= before.for_another;
    }
    // A first name alone may be how somebody signs: the whole name told before is the better one.
    if facts.first_name.is_none() || facts.last_name.is_none() {
        facts.first_name = before.first_name.map(from_before).or(facts.first_name);
        facts.last_name = before.last_name.map(from_before).or(facts.last_name);
    }
    facts.email_used = facts.email_used.or(before.email_used.map(from_before));
    facts.error_text = facts.error_text.or(before.error_text.map(from_before));
    facts.course = facts.course.or(before.course.map(from_before));
    facts.invitation_code = facts.invitation_code.or(before.invitation_code.map(from_before));
    // A day comes with its own clock time, never with another's.
    if facts.evaluation_on.is_none() {
        facts.evaluation_on = before.evaluation_on.map(from_before);
        facts.evaluation_time = facts.evaluation_time.or(before.evaluation_time.map(from_before));
    }
    facts
}

/// Whether the message tells anything that a desk asks for.
fn gives(facts: &Facts) -> bool {
    facts.first_name.is_some()
        || facts.last_name.is_some()
        || facts.email_used.is_some()
        || facts.error_text.is_some()
        || facts.course.is_some()
        || facts.evaluation_on.is_some()
        || facts.invitation_code.is_some()
}

/// Its words stand in another text than the newest message's.
fn from_before<T>(found: Found<T>) -> Found<T> {
    Found { place: Place::Before, span: 0..0, ..found }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Problem;
    use crate::triage::playbook::Playbook;
    use crate::triage::read;

    fn conversation(texts: &[&str]) -> Facts {
        let playbook = Playbook::built_in(Default::default(), Default::default(), Default::default()).unwrap();
        let mut readings: Vec<Reading> = texts
            .iter()
            .map(|text| {
                let raw = format!(
                    "From: ada.roy@uni.example\nTo: support@nexam.example\nSubject: help\nDate: Fri, 27 Nov 2026 10:00:00 +0000\n\n{text}\n"
                );
                read(raw.as_bytes(), &playbook)
            })
            .collect();
        let newest = readings.pop().unwrap();
        continued(readings, newest).facts
    }

    #[test]
    fn an_answer_fills_in_what_was_missing_and_the_problem_stands() {
        let facts = conversation(&[
            "Hello, my invitation code is not accepted: it says it has expired.",
            "My name is Ada Roy and I registered with ada.roy@uni.example. The course is BIO 1101.",
        ]);
        assert_eq!(facts.intent, Intent::Request);
        assert!(facts.has(Problem::CodeRejected));
        assert_eq!(facts.last_name.unwrap().value, "Roy");
        assert_eq!(facts.email_used.unwrap().value, "ada.roy@uni.example");
        assert_eq!(facts.course.unwrap().value, "BIO 1101");
    }

    #[test]
    fn a_new_problem_replaces_the_old_one() {
        let facts =
            conversation(&["My invitation code is not accepted.", "The code works now, but I forgot my password and cannot log in."]);
        assert!(facts.has(Problem::ForgotPassword) && !facts.has(Problem::CodeRejected), "{:?}", facts.problems);
    }

    #[test]
    fn thanks_close_whatever_was_asked_before() {
        let facts = conversation(&["My invitation code is not accepted.", "It works now, thank you very much!"]);
        assert_eq!(facts.intent, Intent::Resolved);
    }

    #[test]
    fn what_the_newest_message_tells_wins() {
        let facts =
            conversation(&["My invitation code is not accepted. I am Ada Roy, course BIO 1101.", "Sorry, the course is CHEM 2301."]);
        assert_eq!(facts.course.unwrap().value, "CHEM 2301");
        assert_eq!(facts.first_name.unwrap().place, Place::Before);
    }
}
