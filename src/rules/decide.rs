//! The one conclusion: the first rule that fits. Total: the last rule takes all.

use super::rulebook::{CaseRule, Rulebook, When};
use super::{Action, Missing, Proof, Reason, Situation, Urgency, Verdict, reasons, urgency};
use crate::facts::{Facts, Intent, Tried};
use crate::people::{MatchKind, Person, invitation};
use crate::rules::policy::Limits;

/// Decides.
pub fn verdict(rulebook: &Rulebook, situation: &Situation<'_>, limits: &Limits) -> Verdict {
    let seen = Seen::of(situation);
    let fitting = rulebook.cases.iter().find(|c| seen.fits(&c.rule.when, situation));
    let exhausted = fitting.filter(|c| is_exhausted(c, situation.facts)).and_then(|_| rulebook.case(&rulebook.policy.exhausted));
    match exhausted.or(fitting) {
        Some(case) => in_case(rulebook, situation, limits, &seen, case, exhausted.is_some()),
        None => nobody_decides(situation, urgency::of(situation, limits).0),
    }
}

/// The conclusion when a person says which case it is; `None`: there is no such case.
pub fn as_case(rulebook: &Rulebook, situation: &Situation<'_>, limits: &Limits, name: &str) -> Option<Verdict> {
    let case = rulebook.case(name)?;
    let mut verdict = in_case(rulebook, situation, limits, &Seen::of(situation), case, false);
    if let Some(first) = verdict.because.first_mut() {
        *first = reasons::by_a_person(first);
    }
    Some(verdict)
}

/// The conclusion in a case.
fn in_case(rulebook: &Rulebook, situation: &Situation<'_>, limits: &Limits, seen: &Seen, case: &CaseRule, exhausted: bool) -> Verdict {
    let (urgency, sitting) = urgency::of(situation, limits);
    let proof = proof(situation);
    let name = case.rule.case.as_str();
    let action = action(rulebook, name, urgency, proof, situation);
    let missing = if name == "needs_information" { seen.missing.clone() } else { Vec::new() };
    Verdict {
        case: name.to_owned(),
        action,
        urgency,
        deadline: sitting.map(|s| s.starts),
        over_at: sitting.map(|s| s.ends),
        state: seen.state,
        missing,
        proof,
        rule: case.file.clone(),
        reply: case.rule.reply.clone().filter(|_| matches!(action, Action::Draft | Action::AutoReply | Action::Escalate)),
        because: because(case, exhausted, situation, action, urgency),
    }
}

/// A rulebook that was loaded has a last case that takes all; this answers for one that was not.
fn nobody_decides(situation: &Situation<'_>, urgency: Urgency) -> Verdict {
    Verdict {
        case: "technical".into(),
        action: Action::HandOver,
        urgency,
        deadline: None,
        over_at: None,
        state: None,
        missing: Vec::new(),
        proof: proof(situation),
        rule: String::new(),
        reply: None,
        because: vec![Reason { en: "no rule fits".into(), fr: "aucune règle ne convient".into() }],
    }
}

/// What the conditions ask about.
struct Seen {
    state: Option<crate::people::InvitationState>,
    older_code: bool,
    can_be_looked_up: bool,
    missing: Vec<Missing>,
}

impl Seen {
    fn of(situation: &Situation<'_>) -> Self {
        let registered = situation.person.registered();
        let code = situation.facts.invitation_code.as_ref().map(|c| c.value.as_str());
        Self {
            state: registered.map(|r| invitation::state(&r.invitations, situation.now)),
            older_code: registered.zip(code).is_some_and(|(r, code)| invitation::is_older_code(code, &r.invitations, situation.now)),
            can_be_looked_up: can_be_looked_up(situation),
            missing: missing(situation.facts),
        }
    }

    fn fits(&self, when: &When, situation: &Situation<'_>) -> bool {
        let facts = situation.facts;
        when.automatic.is_none_or(|a| a == situation.message.automatic.is_some())
            && when.intent.as_ref().is_none_or(|any| any.contains(&believed(situation)))
            && when.problems.as_ref().is_none_or(|any| any.iter().any(|p| facts.has(*p)))
            && when.matched.as_ref().is_none_or(|any| any.contains(&situation.person.kind()))
            && when.state.as_ref().is_none_or(|any| self.state.is_some_and(|s| any.contains(&s)))
            && when.older_code.is_none_or(|o| o == self.older_code)
            && when.can_be_looked_up.is_none_or(|c| c == self.can_be_looked_up)
    }
}

/// Nothing is settled by a message that shows its reader other words than it shows us.
fn believed(situation: &Situation<'_>) -> Intent {
    match situation.facts.intent {
        Intent::Resolved if situation.message.deceptive => Intent::Unplaced,
        intent => intent,
    }
}

/// Name, an address that was used, and a course or institution: what a coordinator needs to find somebody.
fn can_be_looked_up(situation: &Situation<'_>) -> bool {
    let facts = situation.facts;
    let named = facts.first_name.is_some() && facts.last_name.is_some();
    named && facts.email_used.is_some() && (facts.course.is_some() || situation.institution_named)
}

/// What the message lacks, by the message alone.
pub fn missing(facts: &Facts) -> Vec<Missing> {
    let lacks = [
        (Missing::FirstName, facts.first_name.is_none()),
        (Missing::LastName, facts.last_name.is_none()),
        (Missing::EmailUsed, facts.email_used.is_none()),
        (Missing::ErrorText, facts.error_text.is_none()),
        (Missing::Course, facts.course.is_none()),
    ];
    lacks.into_iter().filter(|(_, lacks)| *lacks).map(|(what, _)| what).collect()
}

fn is_exhausted(case: &CaseRule, facts: &Facts) -> bool {
    let done = |all: &Vec<Tried>| !all.is_empty() && all.iter().all(|t| facts.did(*t));
    case.rule.exhausted_by.iter().any(done)
}

/// Proven: authenticated, and the sender is the registered address itself; or a member of staff vouches for it.
fn proof(situation: &Situation<'_>) -> Proof {
    if situation.vouched && situation.person.registered().is_some() {
        return Proof::Proven;
    }
    let sender = situation.message.sender.as_ref();
    let same = situation.person.registered().zip(sender).is_some_and(|(r, s)| r.candidate.email == s.as_str());
    let exact = situation.person.kind() == MatchKind::Exact;
    if same && exact && situation.message.is_authenticated() { Proof::Proven } else { Proof::Unproven }
}

/// The action table, first row that fits. What is added beyond it can only turn `auto_reply` into `draft`.
fn action(rulebook: &Rulebook, case: &str, urgency: Urgency, proof: Proof, situation: &Situation<'_>) -> Action {
    let policy = &rulebook.policy;
    let among = |list: &[String]| list.iter().any(|name| name == case);
    if among(&policy.ignore) {
        Action::Ignore
    } else if urgency == Urgency::Imminent && !among(&policy.not_a_request) {
        Action::Escalate
    } else if among(&policy.hand_over) {
        Action::HandOver
    } else if among(&policy.automatic) && proof == Proof::Proven && urgency != Urgency::Soon && is_plain(situation, policy.problems_at_most)
    {
        Action::AutoReply
    } else {
        Action::Draft
    }
}

/// Nothing about the message makes a careful person want to look before it is answered.
fn is_plain(situation: &Situation<'_>, problems_at_most: usize) -> bool {
    let facts = situation.facts;
    let count = facts.problem_kinds().len();
    (1..=problems_at_most).contains(&count)
        && situation.message.no_auto_reply.is_empty()
        && !facts.for_another
        && facts.sure
        && !name_conflicts(situation.person)
}

/// The register knows this address under another name than the message gives.
fn name_conflicts(person: &Person) -> bool {
    matches!(person, Person::Found { name_conflict: true, .. })
}

fn because(case: &CaseRule, exhausted: bool, situation: &Situation<'_>, action: Action, urgency: Urgency) -> Vec<Reason> {
    let mut because = Vec::new();
    if exhausted {
        because.push(reasons::exhausted(situation.facts));
    }
    because.push(Reason { en: case.rule.because_en.clone(), fr: case.rule.because_fr.clone() });
    because.extend(reasons::of_facts(situation));
    because.extend(reasons::of_action(situation, action, urgency));
    because
}
