//! `usher ledger`: every message of the mailboxes and its fate.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use comfy_table::{Table, presets};

use super::{Done, playbook, screen, serve, settings};
use crate::store::Store;
use crate::worker;

/// Every message of the mailboxes and its fate; what was set aside can be had and tried again.
#[derive(Debug, Args)]
#[command(
    after_help = "Fates: ticket, follow-up, ignored (a machine wrote it, or the person says that it is settled), duplicate, history (was there before usher\nbegan), gone (moved or deleted before it could be fetched), waiting (to be judged), quarantined (judging it failed; a person has to read it).\n\nExit codes: 0 fine, 1 something is quarantined or the ledger has a gap, 2 could not run."
)]
pub struct Ledger {
    #[command(subcommand)]
    wish: Option<Wish>,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    /// One mailbox; all when absent.
    #[arg(long, global = true)]
    mailbox: Option<String>,
    /// Only this fate.
    #[arg(long)]
    fate: Option<String>,
    /// Only how many there are of each fate.
    #[arg(long)]
    count: bool,
}

#[derive(Debug, Subcommand)]
enum Wish {
    /// Compare with the server: which of its messages have no line here. Stop `usher serve` first, or let it do so (every hour).
    Reconcile {
        /// Take in what is missing.
        #[arg(long)]
        mend: bool,
    },
    /// The message as it came, on standard output.
    Raw {
        /// Its UID.
        uid: String,
    },
    /// Give quarantined messages another try: all, or one.
    Retry {
        /// Its UID.
        uid: Option<String>,
    },
}

impl Ledger {
    pub async fn run(self, config: &Path) -> anyhow::Result<Done> {
        let settings = settings(config)?;
        let store = Store::open(&settings.store).await?;
        match &self.wish {
            None => self.list(&store).await,
            Some(Wish::Reconcile { mend }) => {
                let works = serve::works(&settings, store, Arc::new(playbook(&settings)?))?;
                self.reconcile(works, *mend).await
            }
            Some(Wish::Raw { uid }) => {
                let name = self.one(&store).await?;
                let raw = store.raw(&name, uid).await?.with_context(|| {
                    format!("Nothing is kept of message {uid} of mailbox {name}: it is unknown, history, gone, a duplicate, or was purged")
                })?;
                std::io::stdout().lock().write_all(&raw).context("The message cannot be printed")?;
                Ok(Done::Fine)
            }
            Some(Wish::Retry { uid }) => {
                let mut again = 0;
                for name in self.names(&store).await? {
                    again += store.try_again(&name, uid.as_deref()).await?;
                }
                println!("{again} messages are tried again by `usher serve`.");
                Ok(if again > 0 || uid.is_none() { Done::Fine } else { Done::Faults })
            }
        }
    }

    async fn names(&self, store: &Store) -> anyhow::Result<Vec<String>> {
        Ok(match &self.mailbox {
            Some(name) => vec![name.clone()],
            None => store.mailboxes().await?,
        })
    }

    async fn one(&self, store: &Store) -> anyhow::Result<String> {
        match self.names(store).await?.as_slice() {
            [name] => Ok(name.clone()),
            names => anyhow::bail!("say of which mailbox, with --mailbox: {}", names.join(", ")),
        }
    }

    async fn list(&self, store: &Store) -> anyhow::Result<Done> {
        let mut table = Table::new();
        table.load_style(presets::UTF8_BORDERS_ONLY).set_header(["Mailbox", "UID", "Fate", "Because"]);
        let (mut quarantined, mut counts) = (0, BTreeMap::<(String, String), usize>::new());
        for name in self.names(store).await? {
            for row in store.ledger(&name).await? {
                quarantined += usize::from(row.fate == "quarantined");
                *counts.entry((row.mailbox.clone(), row.fate.clone())).or_default() += 1;
                if self.count || self.fate.as_ref().is_some_and(|fate| *fate != row.fate) {
                    continue;
                }
                if self.json {
                    println!("{}", serde_json::to_string(&row)?);
                } else {
                    table.add_row([screen::safe(&row.mailbox), screen::safe(&row.uid), row.fate, screen::safe(&row.why)]);
                }
            }
        }
        if !self.json && !self.count {
            println!("{table}");
        }
        if self.count {
            for ((mailbox, fate), count) in counts {
                println!("{}  {fate}  {count}", screen::safe(&mailbox));
            }
        }
        Ok(if quarantined == 0 { Done::Fine } else { Done::Faults })
    }

    async fn reconcile(&self, works: worker::Works, mend: bool) -> anyhow::Result<Done> {
        let names: Vec<String> = match &self.mailbox {
            Some(name) => vec![name.clone()],
            None => works.mailboxes.keys().cloned().collect(),
        };
        let mut gaps = 0;
        for (name, found) in worker::reconcile(works, &names, mend).await? {
            match found {
                Ok(0) => println!("{name}: every message of the server has its fate."),
                Ok(count) => {
                    gaps += count;
                    let remedy = if mend { "they are taken in now" } else { "take them in with --mend" };
                    println!("{name}: {count} messages of the server have no line in the ledger; {remedy}.");
                }
                Err(fault) => {
                    gaps += 1;
                    println!("{name}: {fault}");
                }
            }
        }
        Ok(if gaps == 0 { Done::Fine } else { Done::Faults })
    }
}
