use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::facts::Language;
use crate::fault::{Faults, TextFile};
use crate::people::codes::Seal;
use crate::people::{Evaluation, Institution, Invitation};

const FILE: &str = include_str!("../../../rules/disclosure.toml");

/// The phrases that the program is built with.
static PHRASES: LazyLock<Phrases> = LazyLock::new(|| load(FILE).unwrap_or_else(|faults| panic!("{faults}")));

/// Loads `text` as disclosure.toml, beside the other files as they are.
fn load(text: &str) -> Result<Phrases, Faults> {
    let files = [
        ("disclosure.toml", text),
        ("reading/concepts.toml", include_str!("../../../rules/reading/concepts.toml")),
        ("reading/messages.toml", include_str!("../../../rules/reading/messages.toml")),
    ];
    Phrases::load(&files.map(|(path, text)| TextFile { path: path.into(), text: text.into() }))
}

fn candidate(id: &str, first: &str, last: &str, email: &str) -> Candidate {
    Candidate {
        id: id.into(),
        first_name: first.into(),
        last_name: last.into(),
        email: email.into(),
        institution_id: "I1".into(),
        language: Language::En,
    }
}

/// Marie-Ève Lafleur, of whom the register holds an evaluation on 2 December 2026, 14:00 in Toronto, and a code of an odd shape.
fn registered() -> Registered {
    Registered {
        candidate: candidate("C1", "Marie-Ève", "Lafleur", "me.lafleur@uni.example"),
        institution: Institution {
            id: "I1".into(),
            name: "University".into(),
            domains: vec!["uni.example".into()],
            coordinator_name: "Léa Roux".into(),
            coordinator_email: "lea.roux@uni.example".into(),
            language: Language::En,
            time_zone: "America/Toronto".into(),
        },
        evaluations: vec![Evaluation {
            id: "E1".into(),
            institution_id: "I1".into(),
            course_code: "CHEM 2301".into(),
            title_en: "Organic Chemistry".into(),
            title_fr: "Chimie organique".into(),
            starts_at: "2026-12-02T19:00:00Z".parse().unwrap(),
        }],
        invitations: vec![Invitation {
            id: "V1".into(),
            candidate_id: "C1".into(),
            code: Seal::new(&[0; 32]).code("blue7house"),
            sent_at: None,
            activation_started_at: None,
            activated_at: None,
        }],
    }
}

/// The kinds of leak in a text, for a person who wrote `words` from a private box.
fn kinds(text: &str, words: &str, proof: Proof) -> Vec<LeakKind> {
    let (registered, letterhead) = (registered(), Letterhead::default());
    let near = [candidate("C2", "Paul", "Roy", "paul.roy@college.example")];
    let own: Vec<Address> = Address::parse("support@nexam.example").into_iter().collect();
    let sender = if proof == Proof::Proven { "me.lafleur@uni.example" } else { "mel77@home.example" };
    let known =
        Known { proof, sender: Some(sender), words, registered: Some(&registered), near: &near, own: &own, letterhead: &letterhead };
    let mut kinds: Vec<LeakKind> = leaks("", text, &known, &PHRASES).into_iter().map(|leak| leak.kind).collect();
    kinds.dedup();
    kinds
}

fn for_stranger(text: &str) -> Vec<LeakKind> {
    kinds(text, "Hello, I cannot get in.", Proof::Unproven)
}

#[test]
fn a_state_said_outright_is_found_as_staff_would_type_it() {
    let outright = [
        "Good news: your account is active!",
        "Hi, your acount is actived already so no code is needed.",
        "Your account’s active, just sign in.",
        "your account has been activated on 3 Nov",
        "Your account\nis still inactive.",
        "Since your account is already active, you can simply sign in.",
        "I checked and your account is active.",
        "We can confirm that your account is active.",
        "Did you know that your account is active?",
        "Your account is active, did you try your password?",
        "I have looked at your account and it's not activated yet.",
        "You're registered, so you should receive it soon.",
        "You aren't registred with us.",
        "You were never invited.",
        "You haven't activated your account.",
        "Please note that you are not registered for this evaluation.",
        "No invitation was sent to you so far.",
        "Your invitaton was sent on 3 November.",
        "We’ve sent you two invitations already.",
        "Your code expired in October.",
        "the code you got has already been used",
        "Unfortunately your invitation code is expried.",
        "There is no account under this address.",
        "We could not find any account for you.",
        "If it helps, your account is active.",
        "Bonjour, ton compte est déjà actif, connecte-toi.",
        "Votre compte n’est pas activé.",
        "Vôtre compte est bien activé :)",
        "Tu n'es pas inscrite chez nous.",
        "T’es bien inscrit, pas de souci.",
        "Vous êtes bel et bien inscrite.",
        "Je vous confirme que vous êtes inscrit.",
        "J’ai vérifié : votre invitation a été envoyée le 3 novembre.",
        "Aucune invitation ne vous a été envoyée.",
        "Votre code est malheureusement expiré.",
        "votre code a deja ete utilise",
        "Votre invitation est toujours valide.",
        "Comme votre compte est actif, le code ne sert plus.",
        "Sachez que votre compte est actif.",
        "Vous avez déjà activé votre compte en octobre.",
        "Nous n’avons aucun compte à votre nom.",
    ];
    let missed: Vec<_> = outright.into_iter().filter(|text| !for_stranger(text).contains(&LeakKind::AccountState)).collect();
    assert_eq!(missed, Vec::<&str>::new());
}

#[test]
fn ordinary_sentences_are_let_through() {
    let ordinary = [
        "Please check that your account is active.",
        "Is your account active?",
        "Tell us whether you have activated your account.",
        "If your account is already active, your code no longer works.",
        "Your code no longer works once you have activated your account.",
        "If your code is refused:\n- your account may already be active\n- it has already been used",
        "Could you confirm that you are registered under this address?",
        "We cannot tell you whether your account is active.",
        "You write that your code has expired.",
        "Please make sure you have received the newest invitation.",
        "Your coordinator can tell you whether you are registered.",
        "An invitation is valid for 30 days and works only once.",
        "Please send us your first name, your last name and the course.",
        "Thank you for your message, a person will look into it.",
        "Have you already activated your account, and do you remember your password?",
        "Please use the exact address your institution registered.",
        "Use Forgot password once your account is activated.",
        "When your account is active, sign in with your password.",
        "The page may say that your session has expired.",
        "We have passed your question on to technical support.",
        "Your request was sent to technical support.",
        "I am sorry that you cannot open your account.",
        "Write to your coordinator and ask for a new invitation.",
        "Votre compte est-il actif ?",
        "Vérifiez d’abord que votre compte est bien actif.",
        "Dites-nous si vous avez déjà activé votre compte.",
        "Si votre compte est déjà actif, votre code ne sert plus.",
        "Il se peut que votre code soit expiré.",
        "Une fois votre compte activé, connectez-vous.",
        "As-tu activé ton compte ?",
        "Demandez à votre coordonnatrice de confirmer que vous êtes inscrite.",
        "Nous ne pouvons pas vous dire si vous êtes inscrit.",
        "Un code est valide 30 jours.",
        "Quand vous aurez l’invitation, ouvrez son lien.",
        "Votre message a été transmis au soutien technique.",
        "Le message « Votre compte n’est pas encore activé » a plusieurs causes.",
        "Bonne chance pour votre évaluation !",
    ];
    let alarmed: Vec<_> = ordinary.into_iter().filter(|text| !for_stranger(text).is_empty()).collect();
    assert_eq!(alarmed, Vec::<&str>::new());
}

#[test]
fn each_leak_has_its_kind() {
    use LeakKind::{AnotherAddress, Code, Evaluation, RegisteredAddress, RegisteredName};
    let cases: [(&str, &[LeakKind]); 27] = [
        ("Use me.lafleur@uni.example to sign in", &[RegisteredAddress]),
        ("Use ME . Lafleur (at) uni [dot] example", &[RegisteredAddress]),
        ("The part before the @ is me.lafleur", &[RegisteredAddress]),
        ("You wrote from mel77@home.example", &[]),
        ("Write to support@nexam.example", &[]),
        ("It comes from no-reply@nexam.example", &[]),
        ("Write to lea.roux@uni.example", &[AnotherAddress]),
        ("Write to lea . roux at uni . example", &[AnotherAddress]),
        ("Is it paul dot roy at college dot example?", &[AnotherAddress]),
        ("Write to bob@anywhere.example", &[AnotherAddress]),
        ("Your coordinator, Léa Roux, knows", &[RegisteredName]),
        ("Ask Ms ROUX", &[RegisteredName]),
        ("Hello Marie-Ève,", &[RegisteredName]),
        ("Hello marie-eve,", &[RegisteredName]),
        ("Dear Ms Lafleur,", &[RegisteredName]),
        ("Good luck in Organic Chemistry", &[Evaluation]),
        ("Bonne chance en chimie organique", &[Evaluation]),
        ("about CHEM-2301", &[Evaluation]),
        ("on 2 December 2026 at 14:00", &[Evaluation]),
        ("le 2 décembre à 14 h", &[Evaluation]),
        ("your exam begins at 2 pm", &[Evaluation]),
        ("Your evaluation is tomorrow.", &[Evaluation]),
        ("Answer us before 3 December, at 9:00", &[]),
        ("The code is NX5H-2TBM-64LC", &[Code]),
        ("Type blue7house", &[Code]),
        ("Type BLUE 7 HOUSE", &[Code]),
        ("https://app.nexam.example/activate/F7H2V9JP1X", &[Code]),
    ];
    for (text, expected) in cases {
        assert_eq!(for_stranger(text), expected, "{text}");
    }
}

#[test]
fn what_the_person_wrote_may_be_said_back_but_for_addresses_and_states() {
    use LeakKind::{AccountState, RegisteredAddress};
    let words = "CHEM 2301, 2 December, 14:00, Organic Chemistry. I am Marie-Ève Lafleur, me.lafleur@uni.example, my account is active. \
                 My exam is tomorrow. The page says “your code has expired today”.";
    let cases: [(&str, &[LeakKind]); 8] = [
        ("Dear Ms Lafleur,", &[]),
        ("Good luck in Organic Chemistry (CHEM 2301)", &[]),
        ("on 2 December at 14:00", &[]),
        ("Your evaluation is tomorrow.", &[]),
        ("The message “Your code has expired today” can mean several things.", &[]),
        ("Use me.lafleur@uni.example", &[RegisteredAddress]),
        ("Your account is active.", &[AccountState]),
        ("Your code has expired today.", &[AccountState]),
    ];
    for (text, expected) in cases {
        assert_eq!(kinds(text, words, Proof::Unproven), expected, "{text}");
    }
}

#[test]
fn a_proven_sender_is_told_everything_but_codes_and_other_addresses() {
    use LeakKind::{AnotherAddress, Code};
    let cases: [(&str, &[LeakKind]); 6] = [
        ("Hello Marie-Ève, your account is active.", &[]),
        ("You sign in with me.lafleur@uni.example", &[]),
        ("Write to Léa Roux, lea.roux@uni.example", &[]),
        ("Organic Chemistry, 2 December 2026 at 14:00", &[]),
        ("Write to paul.roy@college.example", &[AnotherAddress]),
        ("Your code is blue7house", &[Code]),
    ];
    for (text, expected) in cases {
        assert_eq!(kinds(text, "", Proof::Proven), expected, "{text}");
    }
}

#[test]
fn a_leak_tells_its_line_and_its_bytes() {
    let (registered, letterhead) = (registered(), Letterhead::default());
    let known = Known {
        proof: Proof::Unproven,
        sender: None,
        words: "",
        registered: Some(&registered),
        near: &[],
        own: &[],
        letterhead: &letterhead,
    };
    let text = "Bonjour,\r\n\r\nécrivez à m\u{200b}e.lafleur@uni.example.\nVotre compte\nest actif.";
    let found = leaks("Re: CHEM 2301", text, &known, &PHRASES);
    let shown: Vec<_> = found.iter().map(|l| (l.line, l.kind)).collect();
    assert_eq!(shown, [(0, LeakKind::Evaluation), (3, LeakKind::RegisteredAddress), (4, LeakKind::AccountState)]);
    assert_eq!("Re: CHEM 2301".get(found[0].span.clone()), Some("CHEM 2301"));
    assert_eq!(text.get(found[1].span.clone()), Some("m\u{200b}e.lafleur@uni.example"));
    assert_eq!(text.get(found[2].span.clone()), Some("compte\nest actif."));
}

#[test]
fn names_that_are_words_are_found_where_they_are_names() {
    let mut registered = registered();
    registered.candidate = candidate("C1", "May", "Page", "mp@uni.example");
    let letterhead = Letterhead::default();
    let known = Known {
        proof: Proof::Unproven,
        sender: None,
        words: "",
        registered: Some(&registered),
        near: &[],
        own: &[],
        letterhead: &letterhead,
    };
    let found = |text: &str| !leaks("", text, &known, &PHRASES).is_empty();
    for text in ["Open the page. It may take a while.", "Page not found", "until 5 May"] {
        assert!(!found(text), "{text}");
    }
    assert!(found("Dear Ms Page,") && found("Dear May,"));
}

#[test]
fn a_long_text_is_read_to_its_end() {
    let filling = "Please answer this message if it does not work, and copy what the page shows. ".repeat(3_400);
    assert!(filling.len() > 256 * 1024);
    let kinds = |end: &str| for_stranger(&format!("{filling}{end}"));
    assert_eq!(kinds(""), []);
    assert_eq!(kinds("Your account is active."), [LeakKind::AccountState]);
    assert_eq!(kinds("me.lafleur@uni.example"), [LeakKind::RegisteredAddress]);
    let without_end = "and then ".repeat(30_000);
    assert_eq!(for_stranger(&format!("{without_end} your account is active")), [LeakKind::AccountState]);
}

#[test]
fn every_fault_of_the_file_is_told_at_once_with_its_line() {
    let spoilt = FILE
        .replacen("\"[account] <be> <made>\"", "\"[acount] <be> <made>\"", 1)
        .replacen("\"accounts?\"", "\"Compté\"", 1)
        .replacen("without = [\"reset\"]", "without = [\"rest\"]", 1);
    let faults = load(&spoilt).unwrap_err().0;
    let whats: Vec<&str> = faults.iter().map(|f| f.what.as_str()).collect();
    assert_eq!(faults.len(), 3, "{whats:?}");
    assert!(faults.iter().all(|f| f.line.is_some()));
    let deaf = FILE.replacen("\"Your account is active.\"", "\"Your account is blue.\"", 1);
    let faults = load(&deaf).unwrap_err().0;
    assert_eq!(faults.len(), 1);
    assert!(faults[0].what.contains("is not found in its example") && faults[0].line.is_some());
    assert!(load("[grammar]").is_err() && Phrases::load(&[]).is_err());
}

/// The address with blanks, marks that show nothing and other letters' case put in.
fn disguised(choices: &[u8]) -> String {
    let mut out = String::new();
    for (at, c) in "me.lafleur@uni.example".chars().enumerate() {
        let choice = choices[at % choices.len()];
        match (c, choice % 8) {
            ('@', 0) => out.push_str(" (at) "),
            ('@', 1) => out.push_str(" arobase "),
            ('@', 2) => out.push('＠'),
            ('.', 0) => out.push_str("[dot]"),
            ('.', 1) => out.push_str(" point "),
            (c, 3) => out.extend(['\u{200b}', c.to_ascii_uppercase()]),
            (c, 4) => out.extend([c, '\u{2060}']),
            (c, 5) if at > 0 => out.extend([' ', c]),
            (c, 6) => out.extend([c, '\u{ad}', '\n']),
            ('a', 7) => out.push('а'),
            (c, _) => out.push(c),
        }
    }
    out
}

proptest! {
    #[test]
    fn an_address_stays_found_whatever_is_put_into_it(choices in prop::collection::vec(any::<u8>(), 22)) {
        let text = format!("Use {} please", disguised(&choices));
        prop_assert!(for_stranger(&text).contains(&LeakKind::RegisteredAddress), "{}", text);
    }

    #[test]
    fn no_text_fails(subject in any::<String>(), text in any::<String>(), words in any::<String>()) {
        let (registered, letterhead) = (registered(), Letterhead::default());
        let near = [candidate("C2", &words, &text, &subject)];
        for proof in [Proof::Proven, Proof::Unproven] {
            let known = Known {
                proof, sender: Some(&words), words: &words, registered: Some(&registered), near: &near, own: &[], letterhead: &letterhead,
            };
            for leak in leaks(&subject, &text, &known, &PHRASES) {
                let whole = if leak.line == 0 { &subject } else { &text };
                prop_assert!(whole.get(leak.span).is_some());
            }
        }
    }

    #[test]
    fn no_odd_words_fail(parts in prop::collection::vec(prop::sample::select(vec![
        "your account", "is", " ", "\n", "@", ".", "active", "“", "\"", "é", "а", "\u{200b}", "- ", "1.", "if", ",", "?", ":", "me", "lafleur", "uni.example", "2 December", "14 h", "NX5H-2TBM",
    ]), 0..60)) {
        for_stranger(&parts.concat());
    }
}
