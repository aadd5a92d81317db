//! What the statistics count.

use jiff::{SignedDuration, Timestamp};
use usher::people::InvitationState;
use usher::store::outbox::{Budgets, End, Taken};
use usher::store::settle::{Becomes, NewTicket, Settlement};
use usher::store::statistics::{Answer, Span};
use usher::store::{Store, inbox::NewMessage};

use crate::server::both;
use crate::{arrival, later, now, settlement, ticket};

const BUDGETS: Budgets = Budgets {
    daily_per_sender: 9,
    monthly_per_sender: 9,
    hourly_per_domain: 9,
    hourly_same_text: 9,
    hourly_total: 9,
    per_minute: 9,
    register_is_fresh: true,
};

/// Statements that no method of the store makes.
pub async fn run(store: &Store, statements: &[String]) {
    for sql in statements {
        let sql = sqlx::AssertSqlSafe(sql.clone());
        match store {
            Store::Sqlite(pool, _) => sqlx::query(sql).execute(pool).await.map(drop),
            Store::Postgres(pool) => sqlx::query(sql).execute(pool).await.map(drop),
        }
        .unwrap();
    }
}

const RULE: &str = "cases/120-code-expired.toml";

fn hour() -> Span {
    Span { from: now(), to: later(3_600) }
}

async fn opened(store: &Store, id: &str, change: impl FnOnce(&mut NewTicket)) {
    store.admit("support", 1, Some(2), &[arrival(id, id, id)], now()).await.unwrap();
    let mut new = ticket(id, None);
    change(&mut new);
    assert_eq!(store.settle(&[settlement(id, Becomes::Ticket(Box::new(new)))], now()).await.unwrap(), 1);
}

async fn ignored(store: &Store, id: &str, at: Timestamp) {
    store.admit("support", 1, Some(2), &[NewMessage { raw: b"From: a\n\nout\n".to_vec(), ..arrival(id, id, id) }], at).await.unwrap();
    let one = Settlement { fate: "ignored", why: "automatic: a machine wrote it".into(), ..settlement(id, Becomes::Nothing) };
    assert_eq!(store.settle(&[one], at).await.unwrap(), 1);
}

/// A ticket that may be answered by machine, with a reply that waits, is only shown, or none.
fn by_machine(id: &str, state: Option<&'static str>) -> impl FnOnce(&mut NewTicket) {
    let mut reply = ticket(id, Some(now())).reply.unwrap();
    move |t| {
        t.action = "auto_reply".into();
        t.urgency = "later".into();
        t.reply = state.map(|state| {
            reply.state = state;
            reply
        });
    }
}

#[tokio::test]
async fn tickets_are_counted_by_case_and_by_what_was_done() {
    let (stores, _folder, _server) = both("conclusions").await;
    for store in stores {
        opened(&store, "sent", by_machine("sent", Some("queued"))).await;
        opened(&store, "shown", by_machine("shown", Some("shadow"))).await;
        opened(&store, "none", by_machine("none", None)).await;
        opened(&store, "escalated", |t| t.action = "escalate".into()).await;
        opened(&store, "technical", |t| (t.case, t.action) = ("technical".into(), "hand_over".into())).await;
        opened(&store, "before", |t| t.received_at = later(-1)).await;
        opened(&store, "after", |t| t.received_at = later(3_600)).await;
        let counted: Vec<_> = store.conclusions(hour()).await.unwrap().into_iter().map(|c| (c.case, c.action, c.tickets)).collect();
        let expected = [
            ("code_expired", "auto_reply", 1),
            ("code_expired", "draft", 2),
            ("code_expired", "escalate", 1),
            ("technical", "hand_over", 1),
        ];
        assert_eq!(counted, expected.map(|(case, action, n)| (case.to_owned(), action.to_owned(), n)));
    }
}

#[tokio::test]
async fn the_first_reply_counts_whoever_sent_it() {
    let (stores, _folder, _server) = both("answers").await;
    for store in stores {
        opened(&store, "alone", by_machine("alone", Some("queued"))).await;
        let Taken::Send(row) = store.take_reply(&BUDGETS, later(1)).await.unwrap() else { panic!("it is due") };
        assert!(store.finish(&row, End::Sent, "", "j-sent", later(300)).await.unwrap());
        store.note("j-later", Some("t-alone"), "answered", "from a mail program", later(900)).await.unwrap();
        opened(&store, "imminent", |t| t.received_at = later(60)).await;
        store.note("j-person", Some("t-imminent"), "answered", "from a mail program", later(180)).await.unwrap();
        opened(&store, "ahead", |t| (t.received_at, t.urgency) = (later(500), "soon".into())).await;
        store.note("n-ahead", Some("t-ahead"), "answered", "from a mail program", later(400)).await.unwrap();
        opened(&store, "unanswered", |_| ()).await;
        let answers = store.answers(hour()).await.unwrap();
        let answer = |received: i64, imminent, seconds, alone| Answer {
            received_at: later(received),
            imminent,
            waited: SignedDuration::from_secs(seconds),
            alone,
        };
        assert_eq!(answers, [answer(0, false, 300, true), answer(60, true, 120, false), answer(500, false, 0, false)]);
        assert_eq!(store.answers(Span { from: later(3_600), to: later(7_200) }).await.unwrap(), []);
    }
}

#[tokio::test]
async fn machines_and_thanks_are_no_requests() {
    let (stores, _folder, _server) = both("no_requests").await;
    for store in stores {
        opened(&store, "m1", |_| ()).await;
        ignored(&store, "m2", later(10)).await;
        ignored(&store, "m3", later(-10)).await;
        store.note("j-thanks", Some("t-m1"), "closed", "the person says that it is settled", later(20)).await.unwrap();
        assert_eq!(store.no_requests(hour()).await.unwrap(), 2);
    }
}

#[tokio::test]
async fn what_was_corrected_is_counted_unless_it_was_taken_back() {
    let (stores, _folder, _server) = both("corrected").await;
    for store in stores {
        opened(&store, "m1", |_| ()).await;
        let at = now().as_millisecond();
        let line = |id: &str, at: i64, kind: &str, said: &str, back: &str| {
            let rule = RULE;
            format!(
                "INSERT INTO correction (id, ticket_id, at, staff_id, kind, rule, said, instead_of, taken_back_at)
                VALUES ('{id}', 't-m1', {at}, 's', '{kind}', '{rule}', '{said}', 'code_expired', {back})"
            )
        };
        let lines = [
            line("c1", at, "case", r#"{"case":"technical"}"#, "NULL"),
            line("c2", at + 1, "case", r#"{"case":"technical"}"#, "NULL"),
            line("c3", at + 2, "fact.first_name", r#"{"fact":["first_name","Ada"]}"#, "NULL"),
            line("c4", at + 3, "case", r#"{"case":"technical"}"#, "5"),
            line("c6", at + 3, "text", "", "NULL"),
            line("c7", at + 3, "note", "please call her", "NULL"),
            line("c5", at - 1, "case", r#"{"case":"technical"}"#, "NULL"),
        ];
        run(&store, &lines).await;
        let corrected = store.corrected(hour()).await.unwrap();
        let told: Vec<_> = corrected.iter().map(|c| (c.rule.as_str(), c.kind.as_str(), c.said.as_str(), c.times)).collect();
        assert_eq!(told, [(RULE, "case", r#"{"case":"technical"}"#, 2), (RULE, "fact.first_name", "", 1)]);
    }
}

/// Candidates of one evaluation, each with the instants of their invitations, in days from now: sent, begun, activated.
type Invited = (&'static str, &'static [[Option<i64>; 3]], InvitationState);
const CANDIDATES: [Invited; 9] = [
    ("nobody invited", &[], InvitationState::NotInvited),
    ("not sent yet", &[[Some(1), None, None]], InvitationState::NotInvited),
    ("waits", &[[Some(-3), None, None]], InvitationState::Pending),
    ("thirty days to the millisecond", &[[Some(-30), None, None]], InvitationState::Pending),
    ("expired", &[[Some(-31), None, None]], InvitationState::Expired),
    ("begun", &[[Some(-31), Some(-30), None]], InvitationState::ActivationStarted),
    ("the older was begun", &[[Some(-50), Some(-49), None], [Some(-40), None, None]], InvitationState::Expired),
    ("active", &[[Some(-50), Some(-49), Some(-49)], [Some(-40), None, None]], InvitationState::Activated),
    ("active from tomorrow on", &[[Some(-3), None, Some(1)]], InvitationState::Pending),
];

/// The register of [`CANDIDATES`], and evaluations that nobody asks for.
fn register() -> Vec<String> {
    let day = |days: i64| now().as_millisecond() + days * 86_400_000;
    let evaluation =
        |id: &str, days: i64| format!("INSERT INTO evaluation VALUES ('{id}', 'I1', 'BIO-1', 'Biology', 'Biologie', {})", day(days));
    let mut sql = vec![
        "INSERT INTO institution VALUES ('I1', 'Uni', 'uni.example', 'Coordinator', 'c@uni.example', 'fr', 'America/Montreal')".to_owned(),
        evaluation("E1", 2),
        evaluation("E2", 1),
        evaluation("over", -1),
        evaluation("far", 90),
        "INSERT INTO registration VALUES ('C0', 'E2')".to_owned(),
        "INSERT INTO registration VALUES ('C0', 'over')".to_owned(),
    ];
    for (at, (name, invitations, _)) in CANDIDATES.iter().enumerate() {
        sql.push(format!("INSERT INTO candidate VALUES ('C{at}', 'Ada', '{name}', 'c{at}@uni.example', 'I1', 'en')"));
        sql.push(format!("INSERT INTO registration VALUES ('C{at}', 'E1')"));
        for (n, times) in invitations.iter().enumerate() {
            let [sent, begun, done] = times.map(|t| t.map_or("NULL".to_owned(), |days| day(days).to_string()));
            sql.push(format!(
                "INSERT INTO invitation (id, candidate_id, sent_at, activation_started_at, activated_at) VALUES ('V{at}-{n}', 'C{at}', {sent}, {begun}, {done})"
            ));
        }
    }
    sql
}

#[tokio::test]
async fn the_evaluations_ahead_count_their_candidates_as_the_states_have_it() {
    let (stores, _folder, _server) = both("ahead").await;
    for store in stores {
        run(&store, &register()).await;
        let ahead = store.ahead(Span { from: now(), to: later(30 * 86_400) }, 10).await.unwrap();
        let told: Vec<_> =
            ahead.iter().map(|a| (a.id.as_str(), a.institution.as_str(), a.registered, a.not_activated, a.expired)).collect();
        let is = |wanted: InvitationState| CANDIDATES.iter().filter(|(_, _, state)| *state == wanted).count() as i64;
        let not_activated = CANDIDATES.len() as i64 - is(InvitationState::Activated);
        assert_eq!(told, [("E2", "Uni", 1, 1, 0), ("E1", "Uni", 9, not_activated, is(InvitationState::Expired))]);
        assert_eq!(store.ahead(Span { from: now(), to: later(30 * 86_400) }, 1).await.unwrap().len(), 1, "no more than asked for");
        let listed = store.not_activated("E1", now()).await.unwrap();
        let mut expected: Vec<_> = CANDIDATES.iter().filter(|(_, _, state)| *state != InvitationState::Activated).collect();
        expected.sort_by_key(|(name, ..)| *name);
        let (listed, expected): (Vec<_>, Vec<_>) = (
            listed.into_iter().map(|l| (l.name, l.state)).collect(),
            expected.into_iter().map(|(n, _, s)| (format!("Ada {n}"), *s)).collect(),
        );
        assert_eq!(listed, expected);
        assert_eq!(store.course_code("E1").await.unwrap().as_deref(), Some("BIO-1"));
        assert_eq!(store.course_code("none").await.unwrap(), None);
    }
}
