//! Alarms, posted to a stand-in that is as strict as Discord.

use std::time::Duration;

use usher::channels::Fault;
use usher::channels::discord::{Alarm, Discord, DiscordSettings};

use crate::house::discord::{CHANNEL, DiscordStandIn, Mishap, ROLE, TOKEN};
use crate::house::now;

fn way(server: &DiscordStandIn) -> Discord {
    Discord::new(&settings(server)).unwrap()
}

fn settings(server: &DiscordStandIn) -> DiscordSettings {
    DiscordSettings { token: Some(TOKEN.into()), api: server.api(), channel: Some(CHANNEL), role: Some(ROLE), ..DiscordSettings::default() }
}

fn alarm(nonce: &str) -> Alarm {
    Alarm {
        ticket: "T-104".into(),
        case: "code-expired".into(),
        starts_at: Some(1_790_000_000),
        draft_ready: true,
        url: "https://desk.nexam.example/tickets/T-104".into(),
        nonce: nonce.into(),
    }
}

#[tokio::test]
async fn an_alarm_is_posted_once_however_often_it_is_tried() {
    let server = DiscordStandIn::start();
    let discord = way(&server);
    discord.check().await.unwrap();
    server.meet(&[Mishap::Status(502), Mishap::After]);
    assert!(matches!(discord.post(&alarm("u-1")).await, Err(Fault::Passing { .. })));
    assert!(matches!(discord.post(&alarm("u-1")).await, Err(Fault::Passing { .. })));
    let id = discord.post(&alarm("u-1")).await.unwrap();
    assert_eq!(discord.post(&alarm("u-1")).await.unwrap(), id);
    assert_eq!(server.messages().len(), 1);
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_hanging_discord_is_left_after_five_seconds_and_nothing_is_doubled() {
    let server = DiscordStandIn::start();
    let discord = way(&server);
    server.meet(&[Mishap::Hang]);
    let began = now();
    assert!(matches!(discord.post(&alarm("u-1")).await, Err(Fault::Passing { .. })));
    assert!(began.elapsed() < Duration::from_secs(8));
    discord.post(&alarm("u-1")).await.unwrap();
    assert_eq!(server.messages().len(), 1);
}

#[tokio::test]
async fn a_rest_that_discord_asks_for_is_kept() {
    let server = DiscordStandIn::start();
    let discord = way(&server);
    server.meet(&[Mishap::Slow(64.0)]);
    let Err(Fault::Passing { after_ms: Some(rest), .. }) = discord.post(&alarm("u-1")).await else { panic!("a rest is named") };
    assert!((64_000..65_000).contains(&rest));
    let Err(Fault::Passing { after_ms: Some(rest), .. }) = discord.post(&alarm("u-1")).await else { panic!("the rest still holds") };
    assert!((60_000..=64_001).contains(&rest));
    assert_eq!(server.requests(), 1, "nothing is asked before the rest is over");
}

#[tokio::test]
async fn a_burst_keeps_to_the_rate_that_the_headers_tell() {
    let server = DiscordStandIn::with_limit(5, Duration::from_millis(400));
    let discord = std::sync::Arc::new(way(&server));
    let mut posts = tokio::task::JoinSet::new();
    for n in 0..23 {
        let discord = std::sync::Arc::clone(&discord);
        posts.spawn(async move { discord.post(&alarm(&format!("u-{n}"))).await });
    }
    while let Some(posted) = posts.join_next().await {
        posted.unwrap().unwrap();
    }
    assert_eq!(server.messages().len(), 23);
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_refused_token_is_not_tried_again_and_never_shown() {
    let server = DiscordStandIn::start();
    let discord = Discord::new(&DiscordSettings { token: Some("wrong.secret.token".into()), ..settings(&server) }).unwrap();
    for _ in 0..3 {
        let fault = discord.post(&alarm("u-1")).await.unwrap_err();
        assert!(matches!(fault, Fault::Permanent(_)));
        assert!(!format!("{fault:?}").contains("wrong.secret"));
    }
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn faults_say_whether_trying_again_can_help() {
    let cases = [(403, true), (404, true), (500, false), (503, false), (408, false), (405, true)];
    for (status, permanent) in cases {
        let server = DiscordStandIn::start();
        server.meet(&[Mishap::Status(status)]);
        let fault = way(&server).post(&alarm("u-1")).await.unwrap_err();
        assert_eq!(matches!(fault, Fault::Permanent(_)), permanent, "{status}: {fault}");
        assert!(!fault.to_string().contains("@everyone"), "what Discord wrote is not repeated");
    }
    let server = DiscordStandIn::start();
    server.meet(&[Mishap::Elsewhere, Mishap::Page]);
    assert!(matches!(way(&server).post(&alarm("u-1")).await, Err(Fault::Permanent(_))), "a redirection is not followed");
    assert!(matches!(way(&server).post(&alarm("u-1")).await, Err(Fault::Passing { .. })), "a friendly page is no message");
    let wrong = Discord::new(&DiscordSettings { channel: Some(1), ..settings(&server) }).unwrap();
    assert!(matches!(wrong.check().await, Err(Fault::Permanent(_))));
    let gone = { DiscordStandIn::start().api() };
    let nobody = Discord::new(&DiscordSettings { api: gone, ..settings(&server) }).unwrap();
    assert!(matches!(nobody.post(&alarm("u-1")).await, Err(Fault::Passing { .. })));
}

#[tokio::test]
async fn a_message_that_discord_dislikes_goes_out_bare() {
    let server = DiscordStandIn::start();
    server.meet(&[Mishap::Status(400)]);
    way(&server).post(&alarm("u-1")).await.unwrap();
    let messages = server.messages();
    assert_eq!(messages.len(), 1);
    assert!(messages[0]["embeds"].as_array().unwrap().is_empty());
    assert!(messages[0]["content"].as_str().unwrap().contains("T-104"));
}

#[tokio::test]
async fn hostile_words_call_nobody_and_break_no_limit() {
    let server = DiscordStandIn::start();
    let hostile = Alarm { case: "@everyone <@&750> [x](http://evil.example) ".repeat(500), ticket: "`*".repeat(5000), ..alarm("u-1") };
    way(&server).post(&hostile).await.unwrap();
    assert_eq!(server.violations(), Vec::<String>::new());
    let content = server.messages()[0]["content"].as_str().unwrap().to_owned();
    assert!(!content.contains("@everyone") && !content.contains("http://evil"));
    assert_eq!(server.messages()[0]["allowed_mentions"]["parse"], serde_json::json!([]));
}
