//! What people read in the terminal.

use std::io::IsTerminal;

use crate::facts::Language;
use crate::people::{Candidate, Evidence, Person};
use crate::rules::Reason;
use crate::triage::Outcome;

/// Text of strangers made safe for a terminal: control and direction characters are shown, never obeyed.
pub fn safe(text: &str) -> String {
    let hostile = |c: char| {
        c.is_control() && c != '\n' && c != '\t' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}')
    };
    text.chars().map(|c| if hostile(c) { format!("\\u{{{:x}}}", u32::from(c)) } else { c.to_string() }).collect()
}

/// Bold on a terminal.
pub fn bold(text: &str) -> String {
    let plain = !std::io::stdout().is_terminal() || std::env::var_os("NO_COLOR").is_some();
    if plain { text.to_owned() } else { format!("\x1b[1m{text}\x1b[0m") }
}

/// `code_expired` as people say it.
pub fn words(snake: &str) -> String {
    snake.replace('_', " ")
}

/// The one word that a value has in JSON.
pub fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(words)).unwrap_or_default()
}

/// A reason in one of the two languages.
pub fn reason(reason: &Reason, language: Language) -> &str {
    if language == Language::Fr { &reason.fr } else { &reason.en }
}

/// The verdict on one message as a person reads it.
pub fn outcome(name: &str, outcome: &Outcome, language: Language) -> String {
    let Outcome { message, facts, person, verdict, draft } = outcome;
    let mut lines = vec![bold(&safe(name))];
    let mut say = |label: &str, text: String| lines.push(format!("  {label:<10}{}", safe(&text)));
    let from = message.from.first().map(|m| format!("{} <{}>", m.name, m.address)).unwrap_or_else(|| "nobody".into());
    say("from", format!("{from}, {}", if message.is_authenticated() { "authenticated" } else { "not authenticated" }));
    say("subject", message.subject.clone());
    say("who", who(person));
    if let Person::Found { evidence, .. } = person {
        evidence.iter().for_each(|e| say("", format!("{} {}", if e.points < 0 { "✗" } else { "✓" }, in_language(e, language))));
    }
    let (label, near) = match person {
        Person::Found { others, .. } => ("next best", others),
        Person::Several(near) => ("they are", near),
        Person::Nobody(near) => ("near", near),
    };
    for (at, near) in near.iter().enumerate() {
        let why: Vec<&str> = near.evidence.iter().map(|e| in_language(e, language)).collect();
        let Candidate { id, first_name, last_name, .. } = &near.candidate;
        say(if at == 0 { label } else { "" }, format!("{first_name} {last_name} ({id}): {}", why.join(", ")));
    }
    if let Some(state) = verdict.state {
        say("state", word(&state));
    }
    let problems: Vec<String> = facts.problem_kinds().iter().map(word).collect();
    if !problems.is_empty() {
        say("says", problems.join(", "));
    }
    say("case", words(&verdict.case));
    say("action", word(&verdict.action));
    say("urgency", verdict.deadline.map_or_else(|| word(&verdict.urgency), |d| format!("{} ({d})", word(&verdict.urgency))));
    for (at, because) in verdict.because.iter().enumerate() {
        say(if at == 0 { "because" } else { "" }, reason(because, language).to_owned());
    }
    if !message.defects.is_empty() {
        say("defects", message.defects.join("; "));
    }
    if let Some(draft) = draft {
        say("draft", format!("to {}: {}", draft.to, draft.subject));
        lines.extend(draft.text.lines().map(|l| format!("  │ {}", safe(l))));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn in_language(evidence: &Evidence, language: Language) -> &str {
    if language == Language::Fr { &evidence.fr } else { &evidence.en }
}

fn who(person: &Person) -> String {
    match person {
        Person::Found { registered, kind, score, .. } => format!(
            "{} {} ({}), {}; {}, {:.2}",
            registered.candidate.first_name,
            registered.candidate.last_name,
            registered.candidate.id,
            registered.institution.name,
            word(kind),
            score
        ),
        Person::Several(_) => "several fit equally".into(),
        Person::Nobody(_) => "nobody found".into(),
    }
}
