//! A mail server that misbehaves at each stage, under the whole program.

use sqlx::Connection as _;

use crate::bench::{Bench, GENEROUS, smtp};
use crate::check::Tally;
use crate::house::scripted_smtp::{Mishap, ScriptedSmtp, Stage};
use crate::house::smtp::SmtpSink;
use crate::letters::header;

/// Every stage at which a server may say no.
const STAGES: [Stage; 6] = [Stage::Banner, Stage::Hello, Stage::Mail, Stage::Rcpt, Stage::Data, Stage::Dot];

/// A drain by another mail server.
fn by(bench: &Bench, server: &ScriptedSmtp) {
    bench.drain_by(&[("USHER_SMTP_PORT", server.port().to_string())]);
}

fn has_draft(bench: &Bench, id: &str) -> bool {
    bench.dovecot.drafts().iter().any(|mail| header(mail, "In-Reply-To") == format!("<{id}>"))
}

#[test]
fn what_a_mail_server_refuses_for_good_is_left_as_a_draft_and_what_it_puts_off_waits() {
    let mut bench = Bench::start("refused", 60, &format!("{}{GENEROUS}", smtp(1)));
    for (n, stage) in STAGES.into_iter().enumerate() {
        let server = ScriptedSmtp::start(stage, Mishap::Say("554 5.7.1 no"));
        let (_, id) = bench.request(true);
        by(&bench, &server);
        assert_eq!(bench.replies("failed"), n + 1, "{stage:?}");
        assert!(has_draft(&bench, &id), "{stage:?}: a person finds the draft in the folder");
    }
    for (n, stage) in STAGES.into_iter().enumerate() {
        for (m, said) in ["421 4.3.2 closing", "450 4.2.0 later"].into_iter().enumerate() {
            let server = ScriptedSmtp::start(stage, Mishap::Say(said));
            let (_, id) = bench.request(true);
            by(&bench, &server);
            assert_eq!(bench.replies("retry"), 2 * n + m + 1, "{stage:?} {said}");
            assert!(!has_draft(&bench, &id), "{stage:?} {said}: it is sent later");
            let taken = server.taken();
            assert!(taken.iter().all(|t| t.answered.as_deref() == Some(said)), "{stage:?} {said}: {taken:?}");
        }
    }
    assert_eq!(Tally::of(&bench, &[]).drafted_twice, 0);
}

#[tokio::test]
async fn a_reply_whose_answer_was_lost_is_never_sent_again_and_its_copy_among_sent_mail_settles_it() {
    let sink = SmtpSink::start();
    let mut bench = Bench::start("dot", 10, &format!("{}{GENEROUS}", smtp(sink.port())));
    let cut = ScriptedSmtp::start(Stage::Dot, Mishap::Cut);
    bench.request(true);
    by(&bench, &cut);
    assert_eq!((cut.taken().len(), bench.replies("unknown")), (1, 1), "it may have left");
    for _ in 0..3 {
        let said = bench.drain();
        assert_eq!((cut.taken().len(), sink.mails().len(), bench.replies("unknown")), (1, 0, 1), "it is left to a person: {said}");
    }
    // It had left: the mail server keeps what it sends. Usher looks again after two minutes, which are over now.
    bench.dovecot.deliver_to("Sent", &cut.taken()[0].raw);
    let url = format!("sqlite:{}", bench.path().join("usher.db").display());
    let mut clock = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::query("UPDATE outbox SET next_at = 0 WHERE state = 'unknown'").execute(&mut clock).await.unwrap();
    clock.close().await.unwrap();
    bench.drain();
    let tally = Tally::of(&bench, &[cut.taken()[0].raw.clone()]);
    assert_eq!((tally, sink.mails().len()), (Tally::default(), 0), "it is known to have left");
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build has no points")]
fn a_reply_that_was_taken_before_the_program_died_is_found_among_sent_mail_or_left_to_a_person() {
    let sink = SmtpSink::start();
    let mut bench = Bench::start("taken", 10, &format!("{}{GENEROUS}", smtp(sink.port())));
    for copied in [true, false] {
        bench.request(true);
        assert!(bench.run_into("handed over", 1));
        let mails: Vec<_> = sink.mails().into_iter().map(|kept| kept.raw).collect();
        if copied {
            bench.dovecot.deliver_to("Sent", mails.last().unwrap());
        }
        bench.drain();
        bench.drain();
        let expected = Tally { in_doubt: usize::from(!copied), ..Tally::default() };
        assert_eq!((Tally::of(&bench, &mails), sink.mails().len()), (expected, mails.len()));
    }
}
