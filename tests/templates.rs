//! Everything that may leave the house, word for word: each reply × language × proof as a finished mail, and the promise that a reply to
//! a sender who is not proven is the same whether the register knows the person or not.

#![expect(clippy::unwrap_used, reason = "a test that stumbles fails, and so it should")]

use jiff::Timestamp;
use usher::draft::disclosure::{Known, Leak, LeakKind, leaks};
use usher::draft::{Draft, compose, write};
use usher::facts::Language;
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

/// When every mail here is answered.
fn now() -> Timestamp {
    "2026-11-02T14:00:00Z".parse().unwrap()
}

/// The reply to a mail.
fn reply(playbook: &Playbook, raw: &[u8], reply: &str, proof: Proof) -> Draft {
    let reading = triage::read(raw, playbook);
    let now = now();
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
        over_at: None,
        state: None,
        missing: Vec::new(),
        proof,
        rule: String::new(),
        reply: Some(reply.into()),
        because: Vec::new(),
    };
    write::reply(&verdict, &situation, &playbook.templates, proof).unwrap()
}

/// The finished mail, its text readable.
fn written(playbook: &Playbook, raw: &[u8], name: &str, proof: Proof) -> String {
    let draft = reply(playbook, raw, name, proof);
    let envelope = compose::Envelope { from: "support@nexam.example", message_id: "usher.1@nexam.example", date: now(), automatic: false };
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

/// What a reply tells too much to somebody who wrote nothing of what the register holds.
fn told(playbook: &Playbook, subject: &str, text: &str, proof: Proof) -> Vec<Leak> {
    let registered = examples::registered(InvitationState::Pending, now());
    let sender = if proof == Proof::Proven { registered.candidate.email.as_str() } else { "stranger@home.example" };
    let known = Known {
        proof,
        sender: Some(sender),
        words: "",
        registered: Some(&registered),
        near: &[],
        own: &playbook.identity.own,
        letterhead: &playbook.templates.letterhead,
    };
    leaks(subject, text, &known, &playbook.phrases)
}

#[test]
fn no_reply_to_a_stranger_gives_anything_away_whatever_the_problem() {
    let playbook = playbook();
    for language in [Language::En, Language::Fr] {
        let samples = write::Words::samples(&playbook.templates.letterhead, language);
        for problems in 0..64_u32 {
            for sample in &samples {
                // The missing things of one sample, and none of what only a proven sender is told.
                let mut words = write::Words { missing: sample.missing.clone(), ..samples[0].clone() };
                let has = |at: u32| problems >> at & 1 == 1;
                words.problem = write::Problems {
                    code_or_link: has(0),
                    invitation_not_received: has(1),
                    activation_unfinished: has(2),
                    sign_in_or_password: has(3),
                    reset_not_received: has(4),
                    none: has(5),
                    ..write::Problems::default()
                };
                for name in ["general", "address_change", "acknowledgement", "automatic_note"] {
                    let rendered = playbook.templates.render(name, language, &words).unwrap();
                    let told = told(&playbook, &rendered.subject, &rendered.text, Proof::Unproven);
                    assert_eq!(told, [], "{name} {language:?}:\n{}", rendered.text);
                }
            }
        }
    }
}

#[test]
fn a_reply_that_tells_a_state_is_for_the_proven_alone() {
    let playbook = playbook();
    for text in ["My invitation code is refused.", "Mon code d’invitation est refusé."] {
        for case in CASES {
            let draft = reply(&playbook, &mail("code", text), case, Proof::Proven);
            let kinds = |proof| told(&playbook, &draft.subject, &draft.text, proof).into_iter().map(|l| l.kind).collect::<Vec<_>>();
            assert_eq!(kinds(Proof::Proven), [], "{case}: {}", draft.text);
            let kinds = kinds(Proof::Unproven);
            assert!(kinds.contains(&LeakKind::Evaluation) && kinds.contains(&LeakKind::RegisteredName), "{case}: {kinds:?}");
            assert_eq!(kinds.contains(&LeakKind::AccountState), case != "technical", "{case}: {}", draft.text);
        }
    }
}

#[test]
fn a_reply_to_a_stranger_tells_nothing_about_who_is_registered() {
    let playbook = playbook();
    let now = now();
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
