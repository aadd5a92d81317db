//! `usher outbox`: replies on their way out, and why some are not.

use std::path::Path;

use clap::{Args, Subcommand};
use comfy_table::{Table, presets};

use super::{Done, screen, settings};
use crate::clock::{Clock, System};
use crate::store::{Store, outgoing::Wish};
use crate::worker;

/// Replies on their way out, and why some are not.
#[derive(Debug, Args)]
#[command(
    after_help = "States: queued (waits out its hold), sending, retry (the mail server put it off), sent; held (a budget is spent, or the register\nchanged), failed (the mail server refuses it), unknown (the line broke while it was handed over: it may have left; look whether it did, then\n`send` or `cancel`), returned (it came back), cancelled, shadow (what would have been sent, had [replies] automatic named its case).\n\nExit codes: 0 nothing waits for a person, 1 something does, 2 could not run."
)]
pub struct Outbox {
    #[command(subcommand)]
    wish: Option<Steer>,
    /// All of them, not only those that are not done with.
    #[arg(long)]
    all: bool,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Steer {
    /// Send the reply of this ticket though it was held, failed, or may have left.
    Send {
        /// The ticket: 104 or T-104.
        ticket: String,
    },
    /// The reply of this ticket shall not leave; its draft is left for a person.
    Cancel {
        /// The ticket: 104 or T-104.
        ticket: String,
    },
}

impl Outbox {
    pub async fn run(self, config: &Path) -> anyhow::Result<Done> {
        let settings = settings(config)?;
        let store = Store::open(&settings.store).await?;
        match &self.wish {
            Some(Steer::Send { ticket }) => steer(&store, ticket, Wish::Send, &settings.from()).await,
            Some(Steer::Cancel { ticket }) => steer(&store, ticket, Wish::Cancel, "").await,
            None => self.list(&store).await,
        }
    }

    async fn list(&self, store: &Store) -> anyhow::Result<Done> {
        let lines = store.outbox(!self.all, 1_000).await?;
        let mut table = Table::new();
        table.load_style(presets::UTF8_BORDERS_ONLY).set_header(["Ticket", "Kind", "State", "Case", "Queued", "Next", "Tries", "Because"]);
        for line in &lines {
            if self.json {
                println!("{}", serde_json::to_string(line)?);
            }
            table.add_row([
                format!("T-{}", line.ticket),
                line.kind.clone(),
                line.state.clone(),
                screen::words(&line.case),
                line.queued_at.strftime("%Y-%m-%d %H:%M").to_string(),
                line.next_at.map(|at| at.strftime("%H:%M:%S").to_string()).unwrap_or_default(),
                line.attempts.to_string(),
                screen::safe(&line.why),
            ]);
        }
        if !self.json {
            match lines.is_empty() {
                true => println!("No reply waits."),
                false => println!("{table}"),
            }
        }
        let waits = lines.iter().any(|l| matches!(l.state.as_str(), "held" | "failed" | "unknown" | "returned"));
        Ok(if waits { Done::Faults } else { Done::Fine })
    }
}

async fn steer(store: &Store, ticket: &str, wish: Wish, from: &str) -> anyhow::Result<Done> {
    let digits = ticket.trim_start_matches(['T', 't', '-']);
    let Ok(number) = digits.parse::<i64>() else { anyhow::bail!("`{ticket}` is no ticket's number; write 104 or T-104") };
    let now = System.now();
    // What a person sends is a person's: without the marks and the note of an automatic reply.
    let mail = match (wish, store.reply_to_approve(number).await?) {
        (Wish::Send, Some((draft, message_id))) => worker::as_a_persons(&draft, from, &message_id).ok(),
        _ => None,
    };
    let Some((id, before)) = store.steer(number, wish, mail.as_deref(), now).await? else {
        println!("T-{number} has no reply that waits, or it is being sent at this moment; `usher outbox --all` lists them.");
        return Ok(Done::Faults);
    };
    let (event, told) = match wish {
        Wish::Send => ("sent anyway", "leaves with the next round of `usher serve`"),
        Wish::Cancel => ("cancelled", "does not leave; its draft is left for a person"),
    };
    store.note(&System.id().to_string(), Some(&id), event, &format!("on the command line; it was {before}"), now).await?;
    println!("The reply of T-{number} {told}.");
    Ok(Done::Fine)
}
