//! One file a command; speaks to the terminal, decides nothing.

mod alias;
mod demo;
mod directory;
mod doctor;
mod import;
mod init;
mod intake;
mod ledger;
mod marked;
mod outbox;
mod read;
mod resolve;
mod rules;
mod screen;
mod serve;
mod token;
mod triage;
mod user;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::channels::cache::Cache;
use crate::clock;
use crate::facts::learn::{Judges, kept};
use crate::facts::lessons::LABELS;
use crate::fault::TextFile;
use crate::people::codes::Seal;
use crate::settings::Settings;
use crate::store::key;
use crate::triage::playbook::Playbook;

/// Reads the support mailbox of an evaluation platform, finds out who cannot get in and why, and has the right reply waiting.
#[derive(Debug, Parser)]
#[command(
    name = "usher",
    version,
    after_help = "First steps:\n  usher demo              everything at work on sample mail, nothing to set up\n  usher triage mail.eml   the verdict on one message\n  usher init              write settings, rules and templates to edit\n  usher doctor            check that everything is in place\n\nExit codes: 0 fine, 1 found faults, 2 could not run."
)]
struct Arguments {
    /// Settings file.
    #[arg(long, global = true, default_value = "usher.toml", env = "USHER_CONFIG")]
    config: PathBuf,
    /// Say more about what happens, on standard error.
    #[arg(long, short, global = true)]
    verbose: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The main job on sample mail, with nothing to set up.
    Demo(demo::Demo),
    /// Write a commented usher.toml, rules/ and templates/.
    Init(init::Init),
    /// Check settings, rules, templates, directory, database, mail servers and chat.
    Doctor,
    /// Run: mail in, drafts and replies out, alarms, desk.
    Serve(serve::Serve),
    /// What a message is and says; needs no directory, no network, no settings.
    Read(read::Read),
    /// The verdict on messages, with its reasons.
    Triage(triage::Triage),
    /// The register of candidates.
    #[command(subcommand)]
    Directory(directory::Directory),
    /// The rules.
    #[command(subcommand)]
    Rules(rules::Rules),
    /// Every message of the mailboxes and its fate; what was set aside can be had and tried again.
    Ledger(ledger::Ledger),
    /// Replies on their way out, and why some are not.
    Outbox(outbox::Outbox),
    /// Take one message from standard input, as a mail server's pipe hands it over.
    Intake(intake::Intake),
    /// Who works at the desk: accounts and their roles.
    #[command(subcommand)]
    User(user::User),
    /// An access token of a mailbox or of [smtp], alone on standard output.
    Token(token::Token),
}

/// What a command came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    Fine,
    Faults,
    /// A passing fault, as mail servers understand it (sysexits.h: EX_TEMPFAIL): the message stays with them and comes again.
    Later,
}

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    // Reading strangers' mail must not end because whoever reads our output went away.
    let arguments = Arguments::parse();
    let level = if arguments.verbose { "usher=info" } else { "usher=warn" };
    let filter = tracing_subscriber::EnvFilter::try_from_env("USHER_LOG").unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(level));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).init();
    match run(arguments) {
        Ok(Done::Fine) => ExitCode::SUCCESS,
        Ok(Done::Faults) => ExitCode::from(1),
        Ok(Done::Later) => ExitCode::from(75),
        Err(error) => {
            eprintln!("usher: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<Done> {
    let config = arguments.config.as_path();
    match arguments.command {
        Command::Demo(demo) => wait_for(demo.run()),
        Command::Init(init) => init.run(),
        Command::Doctor => wait_for(doctor::run(config)),
        Command::Serve(serve) => wait_for(serve.run(config)),
        Command::Read(read) => read.run(config),
        Command::Triage(triage) => triage.run(config),
        Command::Directory(directory) => wait_for(directory.run(config)),
        Command::Rules(rules) => rules.run(config),
        Command::Ledger(ledger) => wait_for(ledger.run(config)),
        Command::Outbox(outbox) => wait_for(outbox.run(config)),
        Command::Intake(intake) => wait_for(async { Ok(intake.run(config).await) }),
        Command::User(user) => wait_for(user.run(config)),
        Command::Token(token) => wait_for(token.run(config)),
    }
}

fn wait_for<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

/// The settings, which must be there.
fn settings(config: &Path) -> anyhow::Result<Settings> {
    Ok(Settings::load(config, std::env::vars())?)
}

/// The settings where there are any; files can be read without.
fn settings_if_any(config: &Path) -> anyhow::Result<Settings> {
    if config.exists() { settings(config) } else { Ok(Settings::default()) }
}

/// The key of `[store] key_file`, which is made where there is none.
fn house_key(settings: &Settings) -> anyhow::Result<[u8; 32]> {
    Ok(key::kept(&settings.store.key_file, clock::secret())?)
}

/// Seals codes under the key of the house.
fn seal(settings: &Settings) -> anyhow::Result<Seal> {
    Ok(Seal::new(&house_key(settings)?))
}

/// The rules and templates that the settings name, else those built in; what was learned from the rules is kept for the next time.
fn playbook(settings: &Settings) -> anyhow::Result<Playbook> {
    let rules = rule_files(settings)?;
    let templates = texts(settings.templates.as_deref(), &["hbs"], Playbook::built_in_files().1)?;
    let (cache, name) = (Cache::of_user(|name| std::env::var_os(name)), kept::name(&rules));
    let kept = cache.as_ref().and_then(|cache| Judges::from_bytes(&cache.read(&name)?, &name, LABELS));
    let forgetful = cache.filter(|_| kept.is_none());
    let playbook = Playbook::load(&rules, &templates, kept, settings.identity(), settings.letterhead(), settings.urgency)?;
    if let Some(cache) = forgetful {
        cache.keep(&name, &playbook.lexicon.judges().to_bytes(&name));
    }
    Ok(playbook)
}

/// The rules that the settings name, else those built in.
fn rule_files(settings: &Settings) -> anyhow::Result<Vec<TextFile>> {
    texts(settings.rules.as_deref(), &["toml"], Playbook::built_in_files().0)
}

fn texts(folder: Option<&Path>, endings: &[&str], built_in: Vec<TextFile>) -> anyhow::Result<Vec<TextFile>> {
    match folder {
        Some(folder) => crate::channels::files::texts(folder, endings).map_err(anyhow::Error::msg),
        None => Ok(built_in),
    }
}
