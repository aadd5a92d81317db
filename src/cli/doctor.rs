//! `usher doctor`: one line a check, and what to do where it fails.

use std::path::Path;

use jiff::Unit;

use super::{Done, playbook, serve, settings};
use crate::channels::discord::Discord;
use crate::channels::files;
use crate::channels::mailbox::{Auth, Source};
use crate::channels::smtp::Smtp;
use crate::channels::token::{TokenSettings, Tokens};
use crate::clock::{self, Clock, System};
use crate::people::codes::Seal;
use crate::people::import::{Options, Record, Taker};
use crate::settings::Settings;
use crate::store::{Store, key};
use crate::triage::examples;

/// Counts rows and keeps none.
#[derive(Default)]
struct Count {
    candidates: u64,
    invitations: u64,
}

impl Taker for Count {
    fn record(&mut self, record: Record) {
        match record {
            Record::Candidate(_) => self.candidates += 1,
            Record::Invitation(_) => self.invitations += 1,
            _ => {}
        }
    }
}

#[derive(Default)]
struct Doctor {
    failed: usize,
}

impl Doctor {
    fn say<E: std::fmt::Display>(&mut self, what: &str, result: Result<String, E>, remedy: &str) {
        match result {
            Ok(found) => println!("ok    {what:<22}{found}"),
            Err(error) => {
                self.failed += 1;
                println!("FAIL  {what:<22}{error}\n      {:<22}→ {remedy}", "");
            }
        }
    }

    fn warn(what: &str, found: &str, remedy: &str) {
        println!("warn  {what:<22}{found}\n      {:<22}→ {remedy}", "");
    }
}

/// Checks everything.
///
/// # Errors
/// Never: what fails is told in its line.
pub async fn run(config: &Path) -> anyhow::Result<Done> {
    let mut doctor = Doctor::default();
    let settings = match settings(config) {
        Ok(settings) => settings,
        Err(error) => {
            doctor.say::<anyhow::Error>("settings", Err(error), "Mend these lines; usher.example.toml lists the keys.");
            return Ok(Done::Faults);
        }
    };
    doctor.say::<String>("settings", Ok(config.display().to_string()), "");
    for key in settings.open_secrets() {
        Doctor::warn("secrets", &format!("{key} stands in the file"), "Move it to a file (…_file) or to the environment.");
    }
    on_disk(&mut doctor, &settings);
    store(&mut doctor, &settings).await;
    machines(&mut doctor, &settings).await;
    let clock = System.now();
    doctor.say(
        "clock",
        if clock.as_second() > 1_700_000_000 { Ok(clock.to_string()) } else { Err("the clock is wrong") },
        "Set the machine's clock.",
    );
    Doctor::warn(
        "authentication",
        &format!("results of `{}` are trusted", settings.mail.authserv_id),
        "Make sure that your mail server adds one to every message and strips those of strangers (RFC 8601 section 5).",
    );
    println!("{}", if doctor.failed == 0 { "Everything is in place.".to_owned() } else { format!("{} checks failed.", doctor.failed) });
    Ok(if doctor.failed == 0 { Done::Fine } else { Done::Faults })
}

fn on_disk(doctor: &mut Doctor, settings: &Settings) {
    match playbook(settings) {
        Ok(playbook) => {
            let checked = examples::check(&playbook);
            let failed = checked.iter().filter(|c| !c.passed).count();
            let told = format!("{} cases, {} examples", playbook.rulebook.cases.len(), checked.len());
            doctor.say(
                "rules and templates",
                if failed == 0 { Ok(told) } else { Err(format!("{failed} examples fail")) },
                "Run `usher rules check`.",
            );
            let named = serve::known_cases(settings, &playbook).map(|()| match settings.replies.automatic.len() {
                0 => "none: usher only drafts".to_owned(),
                _ => settings.replies.automatic.join(", "),
            });
            doctor.say("automatic replies", named, "Name cases of rules/policy.toml, or leave the list empty.");
        }
        Err(error) => doctor.say::<anyhow::Error>("rules and templates", Err(error), "Mend these lines."),
    }
    if let Some(folder) = &settings.directory.path {
        let mut count = Count::default();
        let read = files::register::read(folder, &Options { seal: Seal::new(&clock::secret()), as_of: None }, &mut count);
        let told = read.map(|_| format!("{} candidates, {} invitations", count.candidates, count.invitations));
        doctor.say("directory files", told, "Mend these lines; nothing is taken from faulty files.");
    }
}

async fn store(doctor: &mut Doctor, settings: &Settings) {
    let file = &settings.store.key_file;
    let key = match key::trouble(file) {
        Some(what) => Err(format!("{} {what}", file.display())),
        None if file.exists() => Ok(file.display().to_string()),
        None => Ok(format!("{} is made at the first start", file.display())),
    };
    doctor.say("key", key, "Make it readable for usher alone (chmod 600), keep it out of the database's backups, and keep a copy of it.");
    match Store::open(&settings.store).await {
        Ok(store) => {
            doctor.say::<String>("store", Ok("opened and up to date".into()), "");
            let register = match store.directory_status().await {
                Ok(Some(status)) => Ok(format!("version {} of {}", status.version, status.imported_at)),
                Ok(None) if settings.directory.path.is_some() || settings.directory.url.is_some() => {
                    Ok("none yet; it is taken at the first start".into())
                }
                Ok(None) => Err("there is none".to_owned()),
                Err(error) => Err(error.to_string()),
            };
            if let Ok(Some(since)) = store.directory_stale_since(System.now()).await {
                let told: Result<String, _> = Err(format!("its source was last looked at {since}: replies wait until that succeeds again"));
                doctor.say("register's age", told, "See why [directory] path or url is not read; `usher serve` looks by itself.");
            }
            doctor.say("register", register, "Set [directory] path or url, or run `usher directory import DIR`.");
        }
        Err(error) => doctor.say("store", Err(error), "Check [store] url, the folder's permissions, and that the database runs."),
    }
}

async fn machines(doctor: &mut Doctor, settings: &Settings) {
    if let Ok(Some(platform)) = serve::platform(settings) {
        let probed = platform.probe().await.map(|()| "each of the five queries runs".to_owned());
        doctor.say(
            "live directory",
            probed,
            "Check [directory] url and [directory.queries]; examples/platform-view.sql has views to begin with.",
        );
    }
    for (name, mailbox) in &settings.mailbox {
        if mailbox.auth == Auth::Xoauth2 && !token(doctor, name, &mailbox.token(), &mailbox.tokens).await {
            continue;
        }
        let looked = match Source::open(mailbox).await {
            Ok(mut source) => match source.look(None).await {
                Ok(look) => source
                    .has_draft("usher.doctor@localhost")
                    .await
                    .map(|_| format!("{} messages, drafts folder reached", look.waiting.len())),
                Err(fault) => Err(fault),
            },
            Err(fault) => Err(fault),
        };
        doctor.say(&format!("mailbox {name}"), looked, "Check host, port, tls, user and password, and the names of inbox and drafts.");
    }
    if settings.mailbox.is_empty() {
        doctor.say("mailbox", Err("there is none"), "Add [mailbox.support] with host, user and password_file.");
    }
    if let Some(smtp) = &settings.smtp
        && (smtp.auth == Auth::Password || token(doctor, "smtp", &smtp.token(), &smtp.tokens).await)
    {
        let checked = match Smtp::new(smtp) {
            Ok(way) => way.check().await.map(|()| "signed in".to_owned()),
            Err(fault) => Err(fault),
        };
        doctor.say("smtp", checked, "Check host, port, tls, user and password.");
    }
    if let Some(discord) = &settings.discord {
        let checked = match Discord::new(discord) {
            Ok(way) => way.check().await.map(|()| "the channel is reached".to_owned()),
            Err(fault) => Err(fault),
        };
        doctor.say("discord", checked, "Check token and channel, and that the bot may send messages there.");
    }
}

/// Whether there is a token to sign in with; without one the server need not be tried.
async fn token(doctor: &mut Doctor, name: &str, settings: &TokenSettings, tokens: &Tokens) -> bool {
    let asked = tokens.bearer(settings).await;
    let good = asked.is_ok();
    let told = asked.map(|_| match tokens.age(settings) {
        Some(age) => format!("good until {}", age.expires.round(Unit::Second).unwrap_or(age.expires)),
        None => "printed by token_command".to_owned(),
    });
    let remedy = "Check token_url, client_id, scope and the files with client secret and refresh token, or what token_command does.";
    doctor.say(&format!("token {name}"), told, remedy);
    good
}
