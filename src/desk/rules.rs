//! The rules as staff read them: each case with its conditions in words, what is done about it, and how often people corrected it.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::seat::Seat;
use super::statistics::count;
use super::{Desk, format};
use crate::facts::Language;
use crate::rules::policy::Policy;
use crate::rules::reasons;
use crate::rules::rulebook::{CaseRule, Example, When};
use crate::store::StoreError;
use crate::store::statistics::{Conclusion, Corrected, Span};

/// The time in which firings and corrections are counted.
const COUNTED: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Examples of each rule on the page of all rules, and on its own.
const FEW: usize = 3;
const MANY: usize = 100;

/// The routes of the rules.
pub fn routes() -> Router<Desk> {
    Router::new().route("/rules", get(all)).route("/rules/{name}", get(one))
}

/// A case as people call it; one that nobody named is called as its file calls it.
pub fn case_name(desk: &Desk, language: Language, case: &str) -> String {
    let key = format!("case.{case}");
    if desk.words.has(&key) {
        return desk.words.say(language, &key, &[]);
    }
    let mut letters = format::visible(&case.replace('_', " ")).chars().collect::<Vec<_>>().into_iter();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The case that a rule file decides.
pub fn case_of<'a>(desk: &'a Desk, rule: &str) -> Option<&'a str> {
    desk.playbook.rulebook.cases.iter().find(|c| c.file == rule).map(|c| c.rule.case.as_str())
}

/// The first rule file that decides a case; empty: none does any more.
pub fn rule_of<'a>(desk: &'a Desk, case: &str) -> &'a str {
    desk.playbook.rulebook.case(case).map_or("", |c| c.file.as_str())
}

/// `wrong-address` of `cases/070-wrong-address.toml`.
pub fn short_name(file: &str) -> String {
    let name = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".toml");
    name.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches('-').to_owned()
}

/// How many tickets were of each case.
pub fn fired(conclusions: &[Conclusion]) -> BTreeMap<&str, i64> {
    let mut fired = BTreeMap::new();
    for c in conclusions {
        *fired.entry(c.case.as_str()).or_default() += c.tickets;
    }
    fired
}

/// What was counted in the last 30 days.
struct Counted {
    conclusions: Vec<Conclusion>,
    corrected: Vec<Corrected>,
}

async fn counted(desk: &Desk, now: Timestamp) -> Result<Counted, StoreError> {
    let span = Span { from: now.saturating_sub(COUNTED).unwrap_or(now), to: now };
    Ok(Counted { conclusions: desk.store.conclusions(span).await?, corrected: desk.store.corrected(span).await? })
}

async fn all(State(desk): State<Desk>, seat: Seat) -> Response {
    let counted = match counted(&desk, desk.clock.now()).await {
        Ok(counted) => counted,
        Err(error) => return desk.broken(&error),
    };
    let cases = &desk.playbook.rulebook.cases;
    let rules: Vec<Value> = (1..).zip(cases).map(|(at, case)| row(&desk, &seat, at, case, &counted, FEW)).collect();
    let view = json!({"title": desk.words.say(seat.language, "frame.rules", &[]), "here": "/rules", "rules": rules});
    desk.pages.page(&desk, &seat, "rules", view).await
}

async fn one(State(desk): State<Desk>, seat: Seat, Path(name): Path<String>) -> Response {
    let counted = match counted(&desk, desk.clock.now()).await {
        Ok(counted) => counted,
        Err(error) => return desk.broken(&error),
    };
    let cases = (1..).zip(&desk.playbook.rulebook.cases).filter(|(_, c)| c.rule.case == name);
    let rules: Vec<Value> = cases.map(|(at, case)| row(&desk, &seat, at, case, &counted, MANY)).collect();
    if rules.is_empty() {
        return desk.told(&seat, StatusCode::NOT_FOUND, "frame.not_found").await;
    }
    let title = case_name(&desk, seat.language, &name);
    desk.pages.page(&desk, &seat, "rule", json!({"title": title, "here": format!("/rules/{name}"), "rules": rules})).await
}

fn row(desk: &Desk, seat: &Seat, at: usize, case: &CaseRule, counted: &Counted, most: usize) -> Value {
    let (language, rule) = (seat.language, &case.rule);
    let say = |word: &str, values: &[(&str, &str)]| desk.words.say(language, word, values);
    let other = if language == Language::Fr { Language::En } else { Language::Fr };
    let fired = fired(&counted.conclusions).get(rule.case.as_str()).copied().unwrap_or(0);
    let corrected: i64 = counted.corrected.iter().filter(|c| c.rule == case.file).map(|c| c.times).sum();
    let examples = |list: &[Example]| -> Vec<Value> {
        list.iter().take(most).map(|e| json!({"lang": e.language.code(), "text": format::visible(&e.text), "expect": e.expect.as_deref().map(|c| case_name(desk, language, c))})).collect()
    };
    json!({
        "at": at,
        "case": rule.case,
        "name": case_name(desk, language, &rule.case),
        "other_name": case_name(desk, other, &rule.case),
        "other_lang": other.code(),
        "file": case.file,
        "because": if language == Language::Fr { &rule.because_fr } else { &rule.because_en },
        "when": conditions(&rule.when, language, &say),
        "unless": rule.exhausted_by.iter().map(|set| set.iter().map(|t| say(&format!("rules.tried_{}", snake(t)), &[])).collect::<Vec<_>>().join(&say("rules.and", &[]))).collect::<Vec<_>>(),
        "reply": rule.reply,
        "action": format!("rules.action_{}", action(&desk.playbook.rulebook.policy, &rule.case)),
        "fired": (fired > 0).then(|| count(fired, language)),
        "corrected": (corrected > 0).then(|| count(corrected, language)),
        "examples": examples(&rule.example),
        "counterexamples": examples(&rule.counterexample),
        "more": (rule.example.len().max(rule.counterexample.len()) > most).then_some(true),
        "count": rule.example.len() + rule.counterexample.len(),
    })
}

/// What the policy does about a case.
fn action(policy: &Policy, case: &str) -> &'static str {
    let has = |list: &[String]| list.iter().any(|c| c == case);
    match case {
        _ if has(&policy.ignore) => "ignore",
        _ if has(&policy.hand_over) => "hand_over",
        _ if has(&policy.automatic) => "automatic",
        _ => "draft",
    }
}

/// The conditions in words, all of which have to hold.
fn conditions(when: &When, language: Language, say: &impl Fn(&str, &[(&str, &str)]) -> String) -> Vec<String> {
    let When { automatic, intent, problems, matched, state, older_code, can_be_looked_up } = when;
    let yes = |word: &str, holds: Option<bool>| holds.map(|holds| say(&format!("rules.{word}_{}", if holds { "yes" } else { "no" }), &[]));
    let any = |words: Vec<String>, of: &str| say(of, &[("list", &words.join(&say("rules.or", &[])))]);
    let named = |prefix: &str, word: String| say(&format!("{prefix}{word}"), &[]);
    let problem = |p| if language == Language::Fr { reasons::problem(p).1 } else { reasons::problem(p).0 };
    [
        yes("automatic", *automatic),
        intent.as_ref().map(|list| any(list.iter().map(|i| named("rules.intent_", snake(i))).collect(), "rules.intent")),
        problems.as_ref().map(|list| any(list.iter().map(|p| problem(*p).to_owned()).collect(), "rules.problems")),
        matched.as_ref().map(|list| any(list.iter().map(|m| named("rules.match_", snake(m))).collect(), "rules.match")),
        state.as_ref().map(|list| any(list.iter().map(|s| named("state.", snake(s))).collect(), "rules.state")),
        yes("older_code", *older_code),
        yes("can_be_looked_up", *can_be_looked_up),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The one word that a value has in JSON.
pub fn snake(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::words::Words;
    use crate::triage::playbook::Playbook;

    #[test]
    fn a_rule_is_called_as_its_file_is_without_its_number() {
        for (file, expected) in
            [("cases/070-wrong-address.toml", "wrong-address"), ("990-technical.toml", "technical"), ("", ""), ("cases/-.toml", "")]
        {
            assert_eq!(short_name(file), expected, "{file}");
        }
    }

    #[test]
    fn every_condition_of_every_rule_is_said_in_words() {
        let words = Words::built_in().unwrap();
        let playbook = Playbook::built_in(Default::default(), Default::default(), Default::default()).unwrap();
        for language in [Language::En, Language::Fr] {
            let say = |word: &str, values: &[(&str, &str)]| {
                assert!(words.has(word), "{word}");
                words.say(language, word, values)
            };
            for case in &playbook.rulebook.cases {
                let said = conditions(&case.rule.when, language, &say);
                assert!(said.iter().all(|s| !s.is_empty() && !s.contains('{')), "{}: {said:?}", case.file);
                for tried in case.rule.exhausted_by.iter().flatten() {
                    say(&format!("rules.tried_{}", snake(tried)), &[]);
                }
                say(&format!("rules.action_{}", action(&playbook.rulebook.policy, &case.rule.case)), &[]);
                say(&format!("case.{}", case.rule.case), &[]);
            }
        }
    }
}
