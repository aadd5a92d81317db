//! `usher intake`: a second way in, for pipes.

use std::path::Path;

use clap::Args;
use tokio::io::AsyncReadExt as _;

use super::{Done, settings};
use crate::channels::mailbox::LARGEST;
use crate::clock::{Clock, System};
use crate::store::Store;
use crate::worker::intake::arrival;

/// Take one message from standard input, as a mail server's pipe hands it over.
#[derive(Debug, Args)]
#[command(
    after_help = "Postfix (master.cf):\n  usher unix - n n - - pipe flags=DRhu user=usher argv=/usr/bin/usher --config /etc/usher/usher.toml intake --mailbox support\nprocmail:\n  :0 w\n  | usher --config /etc/usher/usher.toml intake --mailbox support\n\n(R gives the envelope sender, without which a bounce is not known.) The message is in the database when the command ends with 0; a running `usher serve` judges it. Exit codes: 0 taken (or known already),\n75 a passing fault: the mail server keeps the message and tries again; 2 the command is used wrongly."
)]
pub struct Intake {
    /// The mailbox under whose name it is kept, and whose drafts folder gets the draft; without one the draft stays on the desk.
    #[arg(long, default_value = "pipe")]
    mailbox: String,
}

impl Intake {
    /// Whatever goes wrong may be mended while the mail server keeps the message: nothing is refused for good.
    pub async fn run(self, config: &Path) -> Done {
        match self.take(config).await {
            Ok(()) => Done::Fine,
            Err(error) => {
                eprintln!("usher: the message was not taken, the mail server may try again: {error:#}");
                Done::Later
            }
        }
    }

    async fn take(&self, config: &Path) -> anyhow::Result<()> {
        let mut raw = Vec::new();
        let mut input = tokio::io::stdin();
        (&mut input).take(LARGEST).read_to_end(&mut raw).await?;
        // What is beyond the limit is counted and left; the mail server must not find its pipe closed.
        let beyond = tokio::io::copy(&mut input, &mut tokio::io::sink()).await?;
        anyhow::ensure!(!raw.is_empty(), "standard input held nothing");
        let store = Store::open(&settings(config)?.store).await?;
        let size = raw.len() as u64 + beyond;
        let id = System.id().to_string();
        // No server numbers it: its id does.
        let message = arrival(id.clone(), id, raw, size, false);
        store.admit(&self.mailbox, PIPED, None, &[message], System.now()).await?;
        Ok(())
    }
}

/// The epoch of messages that no server numbered.
const PIPED: i64 = -1;
