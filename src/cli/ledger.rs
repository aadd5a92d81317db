//! `usher ledger`: every message of the mailboxes and its fate.

use std::path::Path;

use clap::Args;
use comfy_table::{Table, presets};

use super::{Done, screen, settings};
use crate::store::Store;

/// Every message of the mailboxes and its fate.
#[derive(Debug, Args)]
pub struct Ledger {
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    /// One mailbox; all when absent.
    #[arg(long)]
    mailbox: Option<String>,
}

impl Ledger {
    pub async fn run(self, config: &Path) -> anyhow::Result<Done> {
        let store = Store::open(&settings(config)?.store).await?;
        let names = match self.mailbox {
            Some(name) => vec![name],
            None => store.mailboxes().await?,
        };
        let mut table = Table::new();
        table.load_style(presets::UTF8_BORDERS_ONLY).set_header(["Mailbox", "UID", "Fate", "Because"]);
        let mut quarantined = 0;
        for name in names {
            for row in store.ledger(&name).await? {
                quarantined += usize::from(row.fate == "quarantined");
                if self.json {
                    println!("{}", serde_json::to_string(&row)?);
                } else {
                    table.add_row([screen::safe(&row.mailbox), screen::safe(&row.uid), row.fate, screen::safe(&row.why)]);
                }
            }
        }
        if !self.json {
            println!("{table}");
        }
        Ok(if quarantined == 0 { Done::Fine } else { Done::Faults })
    }
}
