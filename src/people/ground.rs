//! What a verdict stood on of the register, so that it can be looked at again before anything is sent.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::import::Record;
use super::{Invitation, InvitationState, Registered, invitation};

/// What a verdict stood on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ground {
    /// Who.
    pub candidate_id: String,
    /// The registered address.
    pub email: String,
    /// The state of the newest invitation.
    pub state: InvitationState,
    /// The evaluations the person is registered for: id and start.
    pub evaluations: Vec<(String, Timestamp)>,
}

/// What the register, or the platform itself, says of one person at some moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The registered address.
    pub email: String,
    /// Evaluations: id and start.
    pub evaluations: Vec<(String, Timestamp)>,
    /// The person's invitations.
    pub invitations: Vec<Invitation>,
}

impl Standing {
    /// Out of one person's rows; `None`: there is no candidate among them.
    pub fn of(records: impl Iterator<Item = Record>) -> Option<Self> {
        let (mut email, mut evaluations, mut invitations) = (None, Vec::new(), Vec::new());
        for record in records {
            match record {
                Record::Candidate(candidate) => email = Some(candidate.email),
                Record::Evaluation(evaluation) => evaluations.push((evaluation.id, evaluation.starts_at)),
                Record::Invitation(invitation) => invitations.push(invitation),
                Record::Institution(_) | Record::Registration { .. } => {}
            }
        }
        Some(Self { email: email?, evaluations, invitations })
    }
}

impl Ground {
    /// The ground of a verdict about `registered` as of `now`.
    pub fn of(registered: &Registered, now: Timestamp) -> Self {
        Self {
            candidate_id: registered.candidate.id.clone(),
            email: registered.candidate.email.clone(),
            state: invitation::state(&registered.invitations, now),
            evaluations: registered.evaluations.iter().map(|e| (e.id.clone(), e.starts_at)).collect(),
        }
    }

    /// What is different now, in words; `None`: the ground holds.
    pub fn changed(&self, standing: Option<&Standing>, now: Timestamp) -> Option<String> {
        let Some(standing) = standing else { return Some("ground changed: no longer registered".into()) };
        if standing.email != self.email {
            return Some("ground changed: another address is registered".into());
        }
        let state = invitation::state(&standing.invitations, now);
        if state != self.state {
            return Some(format!("ground changed: was {}, now {}", words(self.state), words(state)));
        }
        if sorted(standing.evaluations.clone()) != sorted(self.evaluations.clone()) {
            return Some("ground changed: other evaluations, or at other times".into());
        }
        None
    }
}

/// As the database keeps instants: whole milliseconds.
fn sorted(mut evaluations: Vec<(String, Timestamp)>) -> Vec<(String, i64)> {
    evaluations.sort();
    evaluations.into_iter().map(|(id, at)| (id, at.as_millisecond())).collect()
}

fn words(state: InvitationState) -> &'static str {
    match state {
        InvitationState::Activated => "activated",
        InvitationState::ActivationStarted => "activation started",
        InvitationState::NotInvited => "not invited",
        InvitationState::Expired => "expired",
        InvitationState::Pending => "pending",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn invited(sent: &str, activated: Option<&str>) -> Invitation {
        Invitation {
            id: "V1".into(),
            candidate_id: "C1".into(),
            code: None,
            sent_at: Some(at(sent)),
            activation_started_at: None,
            activated_at: activated.map(at),
        }
    }

    #[test]
    fn a_reply_stands_on_person_address_state_and_evaluations() {
        let now = at("2026-11-23T12:00:00Z");
        let starts = at("2026-12-01T14:00:00Z");
        let sent = "2026-11-20T12:00:00Z";
        let ground = Ground {
            candidate_id: "C1".into(),
            email: "ada@uni.example".into(),
            state: InvitationState::Pending,
            evaluations: vec![("E1".into(), starts)],
        };
        let same =
            Standing { email: ground.email.clone(), evaluations: ground.evaluations.clone(), invitations: vec![invited(sent, None)] };
        let cases: [(&str, Option<Standing>, &str, Option<&str>); 7] = [
            ("nothing changed", Some(same.clone()), "2026-11-23T12:00:10Z", None),
            ("gone", None, "2026-11-23T12:00:10Z", Some("no longer registered")),
            (
                "activated meanwhile",
                Some(Standing { invitations: vec![invited(sent, Some("2026-11-23T12:00:05Z"))], ..same.clone() }),
                "2026-11-23T12:00:10Z",
                Some("was pending, now activated"),
            ),
            ("expired while it was held", Some(same.clone()), "2026-12-25T12:00:00Z", Some("was pending, now expired")),
            (
                "another address",
                Some(Standing { email: "ada.roy@uni.example".into(), ..same.clone() }),
                "2026-11-23T12:00:10Z",
                Some("another address"),
            ),
            (
                "unregistered from it",
                Some(Standing { evaluations: Vec::new(), ..same.clone() }),
                "2026-11-23T12:00:10Z",
                Some("other evaluations"),
            ),
            (
                "moved",
                Some(Standing { evaluations: vec![("E1".into(), at("2026-12-02T14:00:00Z"))], ..same.clone() }),
                "2026-11-23T12:00:10Z",
                Some("other times"),
            ),
        ];
        assert_eq!(ground.changed(Some(&same), now), None);
        for (says, standing, later, expected) in cases {
            let told = ground.changed(standing.as_ref(), at(later));
            assert_eq!(told.is_some(), expected.is_some(), "{says}: {told:?}");
            assert!(told.unwrap_or_default().contains(expected.unwrap_or_default()), "{says}");
        }
    }
}
