//! `usher directory alias`: addresses that staff confirmed to be a candidate's.

use anyhow::Context as _;
use clap::Subcommand;

use super::{Done, screen};
use crate::clock::{Clock, System};
use crate::message::address::Address;
use crate::store::{Store, aliases::Confirmed};

/// Addresses that somebody writes from beside the registered one.
#[derive(Debug, Subcommand)]
pub enum Alias {
    /// From now on mail from ADDRESS is taken for that candidate's; never as proof: no reply leaves without a person by it.
    Confirm {
        /// The other address.
        address: String,
        /// `candidate_id`.
        candidate: String,
        /// Who confirms it, for the journal.
        #[arg(long, default_value = "the command line")]
        by: String,
    },
    /// ADDRESS counts no more.
    Withdraw {
        /// The other address.
        address: String,
        /// Who withdraws it, for the journal.
        #[arg(long, default_value = "the command line")]
        by: String,
    },
    /// The addresses in force.
    List,
}

impl Alias {
    pub(super) async fn run(self, store: &Store) -> anyhow::Result<Done> {
        match self {
            Self::Confirm { address, candidate, by } => confirm(store, &mailbox(&address)?, &candidate, &by).await,
            Self::Withdraw { address, by } => {
                let address = mailbox(&address)?;
                let gone = store.withdraw_alias(&address, &by, &System.id().to_string(), System.now()).await?;
                println!("{address} {}.", if gone { "counts no more" } else { "was not confirmed as anybody's" });
                Ok(if gone { Done::Fine } else { Done::Faults })
            }
            Self::List => {
                let aliases = store.aliases().await?;
                for alias in &aliases {
                    let line =
                        format!("{}  {}  confirmed {} by {}", alias.candidate_id, alias.address, alias.confirmed_at, alias.confirmed_by);
                    println!("{}", screen::safe(&line));
                }
                if aliases.is_empty() {
                    println!("No address was confirmed.");
                }
                Ok(Done::Fine)
            }
        }
    }
}

fn mailbox(written: &str) -> anyhow::Result<String> {
    let address = Address::parse(written).with_context(|| format!("`{}` is no address", screen::safe(written)))?;
    Ok(address.as_str().to_owned())
}

async fn confirm(store: &Store, address: &str, candidate: &str, by: &str) -> anyhow::Result<Done> {
    let ids = [System.id().to_string(), System.id().to_string()];
    let [line, entry] = ids;
    let (done, said) = match store.confirm_alias(address, candidate, by, [&line, &entry], System.now()).await? {
        Confirmed::Done => (Done::Fine, format!("{address} counts as {candidate}'s from now on, in every running service within seconds.")),
        Confirmed::Already => (Done::Fine, format!("{address} counted as {candidate}'s already.")),
        Confirmed::Nobody => {
            (Done::Faults, format!("Nobody registered has the id {}: see `usher directory find`.", screen::safe(candidate)))
        }
        Confirmed::Registered(owner) => (Done::Faults, format!("{address} is the registered address of {owner}: it stays that person's.")),
        Confirmed::Anothers(holder) => {
            (Done::Faults, format!("{address} was confirmed as {holder}'s: `usher directory alias withdraw {address}` first."))
        }
    };
    println!("{}", screen::safe(&said));
    Ok(done)
}
