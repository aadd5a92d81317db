//! Everything that may leave the house, word for word: each reply × language × proof as a finished mail, and the promise that a reply to
//! a sender who is not proven is the same whether the register knows the person or not.

#![expect(clippy::unwrap_used, reason = "a test that stumbles fails, and so it should")]

use jiff::Timestamp;
use usher::draft::{compose, write};
use usher::people::{InvitationState, MatchKind, Person, Tables, directory::Directory};
use usher::rules::{Action, Proof, Situation, Urgency, Verdict};
use usher::triage::{self, examples, playbook::Playbook};

fn playbook() -> Playbook {
    Playbook::built_in(Default::default(), Default::default(), Default::default()).unwrap()
}

fn mail(subject: &str, text: &str) -> Vec<u8> {
    format!(
        "From: ada.roy@uni.example\r\nTo: support@nexam.example\r\nSubject: {subject}\r\nDate: Mon, 02 Nov 2026 09:00:00 -0500\r\n\
         Message-ID: <a1@uni.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    )
    .into_bytes()
}

/// The finished mail, its text readable.
fn written(playbook: &Playbook, raw: &[u8], reply: &str, proof: Proof) -> String {
    let reading = triage::read(raw, playbook);
    let now: Timestamp = "2026-11-02T14:00:00Z".parse().unwrap();
    let person = Person::Found {
        registered: Box::new(examples::registered(InvitationState::Pending, now)),
        kind: MatchKind::Exact,
        score: 1.0,
        evidence: Vec::new(),
        others: Vec::new(),
        name_conflict: false,
    };
    let situation = Situation {
        message: &reading.message,
        facts: &reading.facts,
        person: &person,
        named_zone: None,
        institution_named: false,
        vouched: false,
        now,
    };
    let verdict = Verdict {
        case: reply.into(),
        action: Action::Draft,
        urgency: Urgency::Later,
        deadline: None,
        state: None,
        missing: Vec::new(),
        proof,
        rule: String::new(),
        reply: Some(reply.into()),
        because: Vec::new(),
    };
    let draft = write::reply(&verdict, &situation, &playbook.templates, proof).unwrap();
    let envelope = compose::Envelope { from: "support@nexam.example", message_id: "usher.1@nexam.example", date: now, automatic: false };
    let mail = String::from_utf8(compose::mail(&draft, &envelope).unwrap()).unwrap();
    let head = mail.split("\r\n\r\n").next().unwrap().replace("\r\n", "\n");
    format!("{head}\n\n{}", draft.text)
}

const CASES: [&str; 10] = [
    "already_activated",
    "sign_in_trouble",
    "activation_unfinished",
    "code_expired",
    "not_invited",
    "code_superseded",
    "invitation_not_received",
    "not_activated_yet",
    "code_miscopied",
    "technical",
];

#[test]
fn every_reply_to_a_proven_person_is_as_it_was_read_and_approved() {
    let playbook = playbook();
    for (language, text) in [("en", "My invitation code is refused."), ("fr", "Mon code d’invitation est refusé.")] {
        for case in CASES {
            insta::assert_snapshot!(format!("{case}.{language}.proven"), written(&playbook, &mail("code", text), case, Proof::Proven));
        }
    }
}

#[test]
fn every_reply_to_a_stranger_is_as_it_was_read_and_approved() {
    let playbook = playbook();
    let texts = [
        ("code.en", "My invitation code is refused."),
        ("code.fr", "Mon code d’invitation est refusé."),
        ("invitation.en", "I have not received my invitation."),
        ("invitation.fr", "Je n’ai pas reçu mon invitation."),
        ("activation.en", "I started to activate my account but I could not finish."),
        ("activation.fr", "J’ai commencé à activer mon compte mais je n’ai pas pu terminer."),
        ("sign-in.en", "The site refuses my password."),
        ("sign-in.fr", "Le site refuse mon mot de passe."),
        ("reset.en", "I asked for a password reset and no email comes."),
        ("reset.fr", "Je ne reçois pas le courriel pour réinitialiser mon mot de passe."),
        ("address.en", "Please change the email address on my account to my new one."),
        ("address.fr", "Pouvez-vous changer mon adresse courriel dans mon dossier?"),
        ("other.en", "The two-factor code never arrives by text message."),
        ("other.fr", "Le code de double authentification n’arrive jamais par texto."),
    ];
    for (name, text) in texts {
        insta::assert_snapshot!(format!("{name}.unproven"), written(&playbook, &mail("Nexam", text), "general", Proof::Unproven));
    }
}

#[test]
fn an_acknowledgement_is_as_it_was_read_and_approved() {
    let playbook = playbook();
    for (language, text) in [("en", "My invitation code is refused."), ("fr", "Mon code d’invitation est refusé.")] {
        let reading = triage::read(&mail("code", text), &playbook);
        let draft = write::acknowledgement(&reading.message, &reading.facts, &playbook.templates).unwrap();
        insta::assert_snapshot!(
            format!("acknowledgement.{language}"),
            format!("To: {}\nSubject: {}\n\n{}", draft.to, draft.subject, draft.text)
        );
    }
}

#[test]
fn a_reply_to_a_stranger_tells_nothing_about_who_is_registered() {
    let playbook = playbook();
    let now: Timestamp = "2026-11-02T14:00:00Z".parse().unwrap();
    let nobody = Directory::default();
    let texts = [
        "My invitation code is refused. I am Ada Roy, ada.roy@uni.example, CHEM 2301.",
        "I never received the invitation email. Ada Roy, CHEM 2301, University",
        "Je n’arrive pas à me connecter. Ada Roy, ada.roy@uni.example",
        "J’ai oublié mon mot de passe.",
        "Please change my registered address ada.roy@uni.example to ada@mail.example.",
    ];
    for state in [
        InvitationState::Activated,
        InvitationState::ActivationStarted,
        InvitationState::NotInvited,
        InvitationState::Expired,
        InvitationState::Pending,
    ] {
        let known = Directory::new(tables(state, now));
        for text in texts {
            let reply = |directory: &Directory| {
                let reading = triage::read(&mail("Nexam", text), &playbook);
                let outcome = triage::settle(reading, directory, &playbook, now);
                assert_eq!(outcome.verdict.proof, Proof::Unproven, "{text}");
                let acknowledged = write::acknowledgement(&outcome.message, &outcome.facts, &playbook.templates).unwrap();
                (acknowledged, outcome.draft.map(|d| (d.subject, d.text, d.to)))
            };
            let ((came, _), (also_came, _)) = (reply(&known), reply(&nobody));
            assert_eq!(came, also_came, "{state:?}: {text}");
            // A person takes some messages without a draft; where both have one, it is the same to the letter.
            if let (Some(one), Some(other)) = (reply(&known).1, reply(&nobody).1) {
                assert_eq!(one, other, "{state:?}: {text}");
            }
        }
    }
}

fn tables(state: InvitationState, now: Timestamp) -> Tables {
    let registered = examples::registered(state, now);
    Tables {
        registrations: registered.evaluations.iter().map(|e| (registered.candidate.id.clone(), e.id.clone())).collect(),
        institutions: vec![registered.institution],
        evaluations: registered.evaluations,
        candidates: vec![registered.candidate],
        invitations: registered.invitations,
    }
}
