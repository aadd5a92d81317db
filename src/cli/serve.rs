//! `usher serve`: mail in, drafts and replies out, alarms, desk.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use secrecy::ExposeSecret;

use super::{Done, house_key, playbook, settings};
use crate::channels::platform::Platform;
use crate::clock::System;
use crate::desk;
use crate::message::thread::Threads;
use crate::people::codes::Seal;
use crate::settings::Settings;
use crate::store::Store;
use crate::triage::playbook::Playbook;
use crate::worker::{self, Report, Until, Works};

const ROLES: [&str; 5] = ["intake", "triage", "deliver", "alarm", "desk"];

/// Run: mail in, drafts and replies out, alarms, desk.
#[derive(Debug, Args)]
#[command(
    after_help = "Nothing is sent until [replies] automatic names a case: usher only writes drafts.\nCtrl-C or SIGTERM stops it cleanly."
)]
pub struct Serve {
    /// Only these roles: intake, triage, deliver, alarm, desk. All but `desk` run together.
    #[arg(long, value_delimiter = ',', value_name = "ROLE")]
    only: Vec<String>,
    /// Drain what is there and exit.
    #[arg(long)]
    until_idle: bool,
}

impl Serve {
    pub async fn run(self, config: &Path) -> anyhow::Result<Done> {
        if let Some(unknown) = self.only.iter().find(|role| !ROLES.contains(&role.as_str())) {
            anyhow::bail!("--only {unknown}: there is no such role; there are {}", ROLES.join(", "));
        }
        let settings = settings(config)?;
        let playbook = Arc::new(playbook(&settings)?);
        known_cases(&settings, &playbook)?;
        let store = Store::open(&settings.store).await.context("The store cannot be opened")?;
        let wants = |role: &str| self.only.is_empty() || self.only.iter().any(|r| r == role);
        let desk_wanted = wants("desk") && !self.until_idle;
        let works_wanted = ["intake", "triage", "deliver", "alarm"].iter().any(|r| wants(r));
        let mut works = works(&settings, store.clone(), playbook)?;
        works.intake = wants("intake");
        works.smtp = works.smtp.filter(|_| wants("deliver"));
        works.discord = works.discord.filter(|_| wants("alarm"));
        if desk_wanted {
            let listener = desk::listen(&settings.desk).await?;
            eprintln!("usher: the desk is at http://{}", listener.local_addr()?);
            if works.store.all_staff().await?.is_empty() {
                eprintln!("usher: nobody can sign in yet: `usher user add EMAIL --name NAME --role operator`");
            }
            let serving = tokio::spawn(desk::serve(desk_works(&settings, &works, !works_wanted)?, listener, std::future::pending()));
            if !works_wanted {
                return serving.await?.map(|()| Done::Fine).map_err(Into::into);
            }
        }
        let until = if self.until_idle { Until::Idle } else { Until::Stopped };
        let report = worker::run(works, until).await?;
        Ok(tell(&report))
    }
}

/// What the worker needs of the settings.
pub fn works(settings: &Settings, store: Store, playbook: Arc<Playbook>) -> anyhow::Result<Works> {
    let key = house_key(settings)?;
    Ok(Works {
        store,
        seal: Seal::new(&key),
        threads: Threads::new(&key),
        playbook,
        in_force: Arc::default(),
        directory: settings.directory.clone(),
        platform: platform(settings)?,
        intake: true,
        mailboxes: settings.mailbox.clone(),
        smtp: settings.smtp.clone(),
        discord: settings.discord.clone(),
        replies: settings.replies.clone(),
        from: settings.from(),
        desk_url: settings.desk.url.clone(),
        clock: Arc::new(System),
    })
}

/// What the desk needs of the settings; it shares the register with the loops beside it, unless it is `alone`.
pub fn desk_works(settings: &Settings, works: &Works, alone: bool) -> anyhow::Result<desk::Works> {
    Ok(desk::Works {
        store: works.store.clone(),
        playbook: Arc::clone(&works.playbook),
        in_force: Arc::clone(&works.in_force),
        alone: alone.then(|| works.seal.clone()),
        threads: works.threads.clone(),
        from: works.from.clone(),
        settings: settings.desk.clone(),
        mailboxes: settings.mailbox.iter().map(|(name, m)| (name.clone(), m.save_drafts)).collect(),
        trial: settings.smtp.is_none(),
        hold: settings.replies.hold,
        key: house_key(settings)?,
        clock: Arc::new(System),
    })
}

/// The way to `[directory] url`, where that is the source.
pub fn platform(settings: &Settings) -> anyhow::Result<Option<Platform>> {
    let url = settings.directory.url.as_ref().map(ExposeSecret::expose_secret);
    Ok(url.map(|url| Platform::new(url, &settings.directory.queries)).transpose()?)
}

/// `[replies] automatic` may only name cases that the policy lets a machine answer.
pub fn known_cases(settings: &Settings, playbook: &Playbook) -> anyhow::Result<()> {
    let allowed = &playbook.rulebook.policy.automatic;
    for case in &settings.replies.automatic {
        anyhow::ensure!(
            allowed.contains(case),
            "[replies] automatic: `{case}` is no case that may be answered without a person; those are {}",
            allowed.join(", ")
        );
    }
    Ok(())
}

fn tell(report: &Report) -> Done {
    eprintln!(
        "usher: {} messages taken, {} judged, {} drafts saved, {} replies sent, {} alarms posted",
        report.taken, report.judged, report.drafts, report.sent, report.alarms
    );
    if report.held > 0 {
        eprintln!("usher: {} replies were left to a person; `usher outbox` says why", report.held);
    }
    if report.shadow > 0 {
        eprintln!(
            "usher: {} replies would have been sent, had [replies] automatic named their cases; `usher outbox --all` lists them",
            report.shadow
        );
    }
    for trouble in &report.troubles {
        eprintln!("usher: {trouble}");
    }
    if report.troubles.is_empty() { Done::Fine } else { Done::Faults }
}
