//! `usher user`: who works at the desk.

use std::io::{BufRead as _, IsTerminal as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use clap::Subcommand;
use comfy_table::{Table, presets};
use console::Term;

use super::{Done, screen, settings};
use crate::clock::{Clock, System};
use crate::desk::{password, welcome};
use crate::message::address::Address;
use crate::store::Store;
use crate::store::sessions::Opens;
use crate::store::staff::{Act, Changed, Role, Staff};

/// Accounts of the desk.
#[derive(Debug, Subcommand)]
pub enum User {
    /// Make an account. The password is asked for on the terminal, else read from one line of standard input; where none is given, a
    /// one-time link is printed, good for 24 hours, with which the person chooses one.
    Add {
        /// Their address; they sign in with it.
        email: String,
        /// As colleagues see it.
        #[arg(long)]
        name: String,
        /// look, draft, send, lead or operator; each may also do what those before it may.
        #[arg(long, value_parser = role)]
        role: Role,
        /// A file whose first line is the password.
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// The accounts.
    List {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Give an account another role.
    Role {
        /// Whose.
        email: String,
        /// look, draft, send, lead or operator.
        #[arg(value_parser = role)]
        role: Role,
    },
    /// Take the password away, end all sessions, links and API tokens, and print a new one-time link.
    Reset {
        /// Whose.
        email: String,
        /// Remove the second factor too.
        #[arg(long)]
        second_factor: bool,
    },
    /// Shut an account: its sessions, links and API tokens end at once.
    Disable {
        /// Whose.
        email: String,
    },
    /// Open a shut account again.
    Enable {
        /// Whose.
        email: String,
    },
}

fn role(name: &str) -> Result<Role, String> {
    Role::parse(name).ok_or_else(|| format!("there is no role `{name}`; there are {}", Role::ALL.map(Role::as_str).join(", ")))
}

/// The store, and what the journal's line about a change needs: nobody signed in for it.
struct Desk {
    store: Store,
    url: String,
}

impl User {
    pub async fn run(self, config: &Path) -> anyhow::Result<Done> {
        let settings = settings(config)?;
        let desk = Desk { store: Store::open(&settings.store).await?, url: settings.desk.url };
        match self {
            Self::Add { email, name, role, password_file } => desk.add(&email, &name, role, password_file.as_deref()).await,
            Self::List { json } => desk.list(json).await,
            Self::Role { email, role } => desk.role(&email, role).await,
            Self::Reset { email, second_factor } => desk.reset(&email, second_factor).await,
            Self::Disable { email } => desk.disable(&email).await,
            Self::Enable { email } => desk.enable(&email).await,
        }
    }
}

impl Desk {
    /// The account of an address.
    async fn wanted(&self, email: &str) -> anyhow::Result<Staff> {
        let email = address(email)?;
        let found = self.store.credentials(email.as_str()).await?;
        Ok(found.with_context(|| format!("{email} has no account: see `usher user list`"))?.staff)
    }

    async fn add(&self, email: &str, name: &str, role: Role, file: Option<&Path>) -> anyhow::Result<Done> {
        let (email, name) = (address(email)?, name.trim());
        ensure!(!name.is_empty() && name.chars().count() <= 80, "--name: a name has 1 to 80 characters");
        ensure!(self.store.credentials(email.as_str()).await?.is_none(), "{email} has an account already");
        let password = given(file)?;
        if let Some(password) = &password {
            fit(password, email.as_str(), name)?;
        }
        let (id, entry) = (System.id().to_string(), System.id().to_string());
        let made = self.store.add_staff(&id, email.as_str(), name, role, act(&entry)).await?;
        ensure!(made, "{email} has an account already");
        println!("{email} may {} from now on.", role.as_str());
        match password {
            Some(password) => {
                let hash = password::hashed(&password).await.context("The password could not be kept")?;
                self.store.set_password(&id, &hash, None, act(&System.id().to_string())).await?;
            }
            None => self.link(&id).await?,
        }
        Ok(Done::Fine)
    }

    async fn link(&self, staff: &str) -> anyhow::Result<()> {
        let entry = System.id().to_string();
        let until = System.now() + welcome::LASTS;
        let link = welcome::link(&self.store, &self.url, staff, Opens::Password, until, act(&entry)).await?;
        println!("Hand this link over; it is good once, within 24 hours:\n{link}");
        Ok(())
    }

    async fn list(&self, json: bool) -> anyhow::Result<Done> {
        let mut table = Table::new();
        table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_header(["E-mail", "Name", "Role", "Second factor", "Last seen", ""]);
        for staff in self.store.all_staff().await? {
            let state = match (staff.disabled_at.is_some(), staff.has_password) {
                (true, _) => "disabled",
                (false, false) => "no password yet",
                (false, true) => "",
            };
            if json {
                let line = serde_json::json!({"id": staff.id, "email": staff.email, "name": staff.name, "role": staff.role,
                    "second_factor": staff.second_factor, "seen_at": staff.seen_at, "disabled_at": staff.disabled_at,
                    "has_password": staff.has_password});
                println!("{line}");
                continue;
            }
            let seen = staff.seen_at.map_or_else(|| "never".to_owned(), |at| at.to_string());
            let factor = if staff.second_factor { "yes" } else { "no" };
            let cells = [&staff.email, &staff.name, staff.role.as_str(), factor, &seen, state];
            table.add_row(cells.map(screen::safe));
        }
        if !json {
            println!("{}", if table.is_empty() { "There is no account: `usher user add`.".to_owned() } else { table.to_string() });
        }
        Ok(Done::Fine)
    }

    async fn role(&self, email: &str, role: Role) -> anyhow::Result<Done> {
        let staff = self.wanted(email).await?;
        let changed = self.store.set_role(&staff.id, role, act(&System.id().to_string())).await?;
        Ok(told(changed, &format!("{} may {} from now on.", staff.email, role.as_str())))
    }

    async fn reset(&self, email: &str, second_factor: bool) -> anyhow::Result<Done> {
        let staff = self.wanted(email).await?;
        ensure!(staff.disabled_at.is_none(), "{} is disabled: `usher user enable {}` first", staff.email, staff.email);
        self.store.reset_staff(&staff.id, second_factor, act(&System.id().to_string())).await?;
        println!("{}: all sessions have ended, and the password is gone.", staff.email);
        self.link(&staff.id).await?;
        Ok(Done::Fine)
    }

    async fn disable(&self, email: &str) -> anyhow::Result<Done> {
        let staff = self.wanted(email).await?;
        let changed = self.store.disable_staff(&staff.id, act(&System.id().to_string())).await?;
        Ok(told(changed, &format!("{} is disabled; all its sessions have ended.", staff.email)))
    }

    async fn enable(&self, email: &str) -> anyhow::Result<Done> {
        let staff = self.wanted(email).await?;
        let changed = self.store.enable_staff(&staff.id, act(&System.id().to_string())).await?;
        Ok(told(changed, &format!("{} is open again.", staff.email)))
    }
}

fn act(entry: &str) -> Act<'_> {
    Act { entry, by: None, now: System.now() }
}

fn told(changed: Changed, done: &str) -> Done {
    match changed {
        Changed::Done => println!("{done}"),
        Changed::Nothing => println!("It was so already."),
        Changed::LastOperator => {
            println!("Nothing was changed: somebody has to operate the desk. Make another account an operator first.");
            return Done::Faults;
        }
    }
    Done::Fine
}

fn address(written: &str) -> anyhow::Result<Address> {
    Address::parse(written).with_context(|| format!("`{}` is no address", screen::safe(written)))
}

fn fit(password: &str, email: &str, name: &str) -> anyhow::Result<()> {
    match password::fit(password, email, name) {
        Ok(()) => Ok(()),
        Err(password::Unfit::Short) => anyhow::bail!("a password has at least {} characters", password::SHORTEST),
        Err(password::Unfit::Long) => anyhow::bail!("a password has at most 256 bytes"),
        Err(password::Unfit::Guessable) => {
            anyhow::bail!("the account's own name or address, or one character repeated, is too easy to guess")
        }
    }
}

/// The password from a file, from the terminal (twice, unseen), or from a line of standard input; `None`: none was given.
fn given(file: Option<&Path>) -> anyhow::Result<Option<String>> {
    let some = |text: &str| Some(text.lines().next().unwrap_or_default().to_owned()).filter(|line| !line.is_empty());
    if let Some(file) = file {
        let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
        return Ok(Some(some(&text).with_context(|| format!("the first line of {} is empty", file.display()))?));
    }
    if !std::io::stdin().is_terminal() {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        return Ok(some(&line));
    }
    let ask = |what: &str| -> std::io::Result<String> {
        eprint!("{what}");
        Term::stderr().read_secure_line()
    };
    let Some(password) = some(&ask("Password (empty: print a link with which the person chooses one): ")?) else { return Ok(None) };
    ensure!(password == ask("Again: ")?, "the two passwords differ");
    Ok(Some(password))
}
