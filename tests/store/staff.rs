//! Accounts of staff, their sessions, links, tokens, second factors and failed tries.

use jiff::SignedDuration;
use usher::clock::{Clock, System, secret};
use usher::facts::Language;
use usher::store::Store;
use usher::store::sessions::{ApiToken, Lasts, Opens, Session, Stage};
use usher::store::staff::{Act, Changed, Preferences, Role, Staff};
use usher::store::tries::Counted;

use super::server::both;
use super::{later, now};

const LASTS: Lasts =
    Lasts { idle: SignedDuration::from_mins(30), longest: SignedDuration::from_hours(12), half: SignedDuration::from_mins(10) };

fn fresh() -> String {
    System.id().to_string()
}

fn act(entry: &str) -> Act<'_> {
    Act { entry, by: None, now: now() }
}

async fn account(store: &Store, name: &str, role: Role) -> Staff {
    let (id, email) = (fresh(), format!("{name}@nexam.example"));
    assert!(store.add_staff(&id, &email, name, role, act(&fresh())).await.unwrap());
    store.staff(&id).await.unwrap().unwrap()
}

fn session(id: &str, staff: &Staff, stage: Stage) -> Session {
    let (began_at, seen_at) = (now(), now());
    Session { id: id.into(), staff_id: staff.id.clone(), stage, browser: "Firefox, Linux".into(), began_at, seen_at }
}

async fn sign_in(store: &Store, staff: &Staff, stage: Stage) -> [u8; 32] {
    let hash = secret();
    store.begin_session(&session(&fresh(), staff, stage), &hash, None, LASTS, act(&fresh())).await.unwrap();
    hash
}

#[tokio::test]
async fn an_address_has_one_account_with_what_its_owner_chose() {
    let (stores, _folder, _server) = both("accounts").await;
    for store in stores {
        let lea = account(&store, "lea", Role::Send).await;
        assert!(lea.role == Role::Send && !lea.has_password && !lea.second_factor && lea.keys && lea.language.is_none());
        assert!(!store.add_staff(&fresh(), "lea@nexam.example", "Another", Role::Operator, act(&fresh())).await.unwrap());
        let chosen = Preferences { name: "Léa", language: Some(Language::Fr), theme: "dark", keys: false, zone: "Europe/Paris" };
        store.set_preferences(&lea.id, chosen).await.unwrap();
        store.set_password(&lea.id, "$argon2id$", None, act(&fresh())).await.unwrap();
        let known = store.credentials("lea@nexam.example").await.unwrap().unwrap();
        let all = store.all_staff().await.unwrap();
        assert_eq!((known.password.as_str(), &known.staff, all.as_slice()), ("$argon2id$", &all[0], std::slice::from_ref(&known.staff)));
        assert_eq!((known.staff.name.as_str(), known.staff.theme.as_str(), known.staff.zone.as_str()), ("Léa", "dark", "Europe/Paris"));
        assert!(known.staff.language == Some(Language::Fr) && !known.staff.keys && known.staff.has_password);
        assert!(store.bind_subject(&lea.id, "https://id.example 1").await.unwrap());
        assert!(store.bind_subject(&lea.id, "https://id.example 1").await.unwrap());
        assert!(!store.bind_subject(&lea.id, "https://id.example 2").await.unwrap());
        assert_eq!(store.staff_by_subject("https://id.example 1").await.unwrap().unwrap().id, lea.id);
        assert!(store.credentials("nobody@nexam.example").await.unwrap().is_none());
    }
}

#[tokio::test]
async fn somebody_always_operates_the_desk() {
    let (stores, _folder, _server) = both("operators").await;
    for store in stores {
        let (ada, bob) = (account(&store, "ada", Role::Operator).await, account(&store, "bob", Role::Look).await);
        assert_eq!(store.disable_staff(&ada.id, act(&fresh())).await.unwrap(), Changed::LastOperator);
        assert_eq!(store.set_role(&ada.id, Role::Lead, act(&fresh())).await.unwrap(), Changed::LastOperator);
        assert_eq!(store.set_role(&ada.id, Role::Operator, act(&fresh())).await.unwrap(), Changed::Nothing);
        assert_eq!(store.set_role(&bob.id, Role::Operator, act(&fresh())).await.unwrap(), Changed::Done);
        // Each lowers the other at the same moment.
        let (one, two) = (fresh(), fresh());
        let (a, b) = tokio::join!(store.set_role(&ada.id, Role::Look, act(&one)), store.set_role(&bob.id, Role::Look, act(&two)));
        let mut came = [a.unwrap(), b.unwrap()];
        came.sort_by_key(|c| *c == Changed::LastOperator);
        assert_eq!(came, [Changed::Done, Changed::LastOperator]);
    }
}

#[tokio::test]
async fn a_session_ends_by_idleness_by_age_by_sign_out_and_with_its_account() {
    let (stores, _folder, _server) = both("sessions").await;
    for store in stores {
        let (lea, _ada) = (account(&store, "lea", Role::Send).await, account(&store, "ada", Role::Operator).await);
        let open = async |hash: &[u8; 32], at: jiff::Timestamp| store.session(hash, LASTS, true, at).await.unwrap().is_some();
        let hash = sign_in(&store, &lea, Stage::Full).await;
        assert!(!open(&secret(), now()).await);
        assert!(open(&hash, later(29 * 60)).await && open(&hash, later(58 * 60)).await, "used, it lasts");
        assert!(!open(&hash, later(89 * 60)).await, "half an hour without a request");
        assert_eq!(store.staff(&lea.id).await.unwrap().unwrap().seen_at, Some(later(58 * 60)));
        for minutes in (60..12 * 60).step_by(20) {
            assert!(open(&hash, later(minutes * 60)).await, "{minutes}");
        }
        assert!(!open(&hash, later(12 * 3600)).await, "twelve hours at most");

        let unseen = sign_in(&store, &lea, Stage::Full).await;
        assert!(store.session(&unseen, LASTS, false, later(20 * 60)).await.unwrap().is_some(), "the page asked by itself");
        assert!(!open(&unseen, later(31 * 60)).await, "which kept nothing open");
        let half = sign_in(&store, &lea, Stage::Factor).await;
        assert!(open(&half, later(599)).await && !open(&half, later(600)).await);

        let (one, two) = (sign_in(&store, &lea, Stage::Full).await, sign_in(&store, &lea, Stage::Full).await);
        let (kept, _) = store.session(&one, LASTS, false, now()).await.unwrap().unwrap();
        assert!(!store.end_session(&kept.id, "somebody else", act(&fresh())).await.unwrap());
        store.set_password(&lea.id, "$argon2id$", Some(&kept.id), act(&fresh())).await.unwrap();
        assert!(open(&one, now()).await && !open(&two, now()).await, "a new password ends all others");
        assert_eq!(store.sessions(Some(&lea.id), LASTS, now()).await.unwrap().len(), 1);
        let three = secret();
        store.begin_session(&session(&fresh(), &lea, Stage::Full), &three, Some(&one), LASTS, act(&fresh())).await.unwrap();
        assert!(!open(&one, now()).await, "the new one took its place");
        assert_eq!(store.disable_staff(&lea.id, act(&fresh())).await.unwrap(), Changed::Done);
        assert!(!open(&three, now()).await && store.sessions(None, LASTS, now()).await.unwrap().is_empty());
        assert_eq!(store.enable_staff(&lea.id, act(&fresh())).await.unwrap(), Changed::Done);
        assert!(!open(&three, now()).await, "what was ended stays so");
    }
}

#[tokio::test]
async fn a_link_is_good_once_and_looking_uses_nothing_up() {
    let (stores, _folder, _server) = both("links").await;
    for store in stores {
        let lea = account(&store, "lea", Role::Send).await;
        let (old, hash) = (secret(), secret());
        store.one_time_link(&lea.id, &old, Opens::Password, later(60), act(&fresh())).await.unwrap();
        store.one_time_link(&lea.id, &hash, Opens::SignIn, later(60), act(&fresh())).await.unwrap();
        assert!(store.link(&old, now()).await.unwrap().is_none(), "the newer one counts");
        for _ in 0..3 {
            let (staff, opens) = store.link(&hash, later(59)).await.unwrap().unwrap();
            assert_eq!((staff.id, opens), (lea.id.clone(), Opens::SignIn));
        }
        assert!(store.link(&hash, later(60)).await.unwrap().is_none() && !store.use_link(&hash, later(60)).await.unwrap());
        let (a, b) = tokio::join!(store.use_link(&hash, now()), store.use_link(&hash, now()));
        assert!(a.unwrap() != b.unwrap() && store.link(&hash, now()).await.unwrap().is_none());
        store.one_time_link(&lea.id, &old, Opens::Password, later(60), act(&fresh())).await.unwrap();
        store.reset_staff(&lea.id, false, act(&fresh())).await.unwrap();
        assert!(store.link(&old, now()).await.unwrap().is_none(), "a reset ends it");
    }
}

#[tokio::test]
async fn a_code_is_good_once_and_a_reset_takes_the_second_factor_only_where_that_is_said() {
    let (stores, _folder, _server) = both("factors").await;
    for store in stores {
        let lea = account(&store, "lea", Role::Send).await;
        let (made_of, codes) = (secret(), [secret(), secret()]);
        store.offer_factor(&lea.id, &made_of).await.unwrap();
        assert!(!store.confirm_factor(&lea.id, &secret(), 100, &codes, act(&fresh())).await.unwrap(), "another was offered");
        assert!(store.confirm_factor(&lea.id, &made_of, 100, &codes, act(&fresh())).await.unwrap());
        let known = store.credentials_of(&lea.id).await.unwrap().unwrap();
        assert!(known.staff.second_factor && known.offered.is_none());
        assert_eq!(known.factor.as_deref(), Some(made_of.as_slice()));
        assert!(!store.use_step(&lea.id, 100).await.unwrap() && store.use_step(&lea.id, 101).await.unwrap());
        assert!(!store.use_step(&lea.id, 101).await.unwrap() && !store.use_step(&lea.id, 99).await.unwrap());
        assert!(store.use_recovery_code(&lea.id, &codes[0], act(&fresh())).await.unwrap());
        assert!(!store.use_recovery_code(&lea.id, &codes[0], act(&fresh())).await.unwrap());
        assert_eq!(store.recovery_codes_left(&lea.id).await.unwrap(), 1);
        store.reset_staff(&lea.id, false, act(&fresh())).await.unwrap();
        assert!(store.staff(&lea.id).await.unwrap().unwrap().second_factor);
        store.reset_staff(&lea.id, true, act(&fresh())).await.unwrap();
        assert!(!store.staff(&lea.id).await.unwrap().unwrap().second_factor);
        assert!(!store.use_recovery_code(&lea.id, &codes[1], act(&fresh())).await.unwrap());
    }
}

#[tokio::test]
async fn a_token_is_its_accounts_until_it_is_revoked() {
    let (stores, _folder, _server) = both("tokens").await;
    for store in stores {
        let (lea, _ada) = (account(&store, "lea", Role::Send).await, account(&store, "ada", Role::Operator).await);
        let token = |name: &str| ApiToken {
            id: fresh(),
            staff_id: lea.id.clone(),
            name: name.into(),
            scope: "read".into(),
            created_at: now(),
            used_at: None,
        };
        let (one, two, hashes) = (token("wall"), token("report"), [secret(), secret()]);
        store.add_token(&one, &hashes[0], act(&fresh())).await.unwrap();
        store.add_token(&two, &hashes[1], act(&fresh())).await.unwrap();
        assert_eq!(store.tokens(&lea.id).await.unwrap(), [two.clone(), one.clone()]);
        let (found, staff) = store.token(&hashes[0], later(5)).await.unwrap().unwrap();
        assert_eq!((found, staff.id.as_str()), (one.clone(), lea.id.as_str()));
        assert_eq!(store.tokens(&lea.id).await.unwrap()[1].used_at, Some(later(5)));
        assert!(!store.revoke_token(&one.id, "somebody else", act(&fresh())).await.unwrap());
        assert!(store.revoke_token(&one.id, &lea.id, act(&fresh())).await.unwrap());
        assert!(store.token(&hashes[0], now()).await.unwrap().is_none());
        store.disable_staff(&lea.id, act(&fresh())).await.unwrap();
        assert!(store.token(&hashes[1], now()).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_hundred_tries_at_once_are_a_hundred_and_one_that_succeeds_is_taken_back() {
    let (stores, _folder, _server) = both("tries").await;
    for store in stores {
        let counted = |name: &str, free| Counted { name: name.into(), free };
        let (own, shared) = (counted("own", 5), [counted("a", 30)]);
        let all = [own.clone(), shared[0].clone()];
        let tries = futures_util::future::join_all((0..100).map(|_| store.try_sign_in(&all, now()))).await;
        let made = tries.into_iter().filter(|t| t.as_ref().unwrap().is_none()).count();
        assert_eq!(made, 5);
        assert_eq!(store.try_sign_in(&all, later(3)).await.unwrap().map(|w| w.as_secs()), Some(7));
        assert_eq!(store.try_sign_in(&all, later(10)).await.unwrap(), None);
        assert_eq!(store.try_sign_in(&all, later(10)).await.unwrap().map(|w| w.as_secs()), Some(20), "twice as long");
        // It was right: the account's own are forgotten, and the shared count is as if it had not been.
        store.signed_in_after_tries(&own, &shared).await.unwrap();
        for _ in 0..5 {
            assert_eq!(store.try_sign_in(&all, later(11)).await.unwrap(), None);
        }
        let many = counted("a", 11);
        assert_eq!(store.try_sign_in(std::slice::from_ref(&many), later(11)).await.unwrap(), None, "six less one and five");
        assert!(store.try_sign_in(&[many], later(11)).await.unwrap().is_some());
        assert_eq!(store.try_sign_in(&all, later(2_000)).await.unwrap(), None, "forgotten by then");
    }
}
