//! `usher token`: the access token of a mailbox or of `[smtp]`.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context, bail};
use clap::Args;
use secrecy::ExposeSecret;

use super::{Done, settings};
use crate::channels::mailbox::Auth;
use crate::channels::token::{TokenSettings, Tokens};
use crate::settings::Settings;

/// Print an access token, for a program that signs in to the same mailbox.
#[derive(Debug, Args)]
#[command(
    after_help = "The token stands alone on standard output, so that other programs can take it from there:\n  token_command = \"usher --config /etc/usher/usher.toml token support\"\n\nNAME is that of a [mailbox.NAME] with auth = \"xoauth2\", or `smtp` for [smtp]. A new refresh token that comes along is written to refresh_token_file. The token opens the mailbox until it expires: keep it out of logs, command lines and shell histories.\n\nWhere it fails, the message says what to mend. A mailbox that must be authorised again needs a new refresh token in its refresh_token_file, or the consent of an administrator.\n\nExit codes: 0 printed, 2 there is no token."
)]
pub struct Token {
    /// A mailbox of the settings, or `smtp`.
    name: String,
}

impl Token {
    pub async fn run(self, config: &Path) -> anyhow::Result<Done> {
        let settings = settings(config)?;
        let (auth, token, tokens) = section(&settings, &self.name)?;
        if auth != Auth::Xoauth2 {
            bail!("`{}` signs in with a password: a token needs auth = \"xoauth2\", with token_command or token_url", self.name);
        }
        let bearer = tokens.bearer(&token).await.with_context(|| format!("There is no token for `{}`", self.name))?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", bearer.token().expose_secret()).and_then(|()| out.flush()).context("The token cannot be printed")?;
        Ok(Done::Fine)
    }
}

/// How `name` signs in.
fn section<'s>(settings: &'s Settings, name: &str) -> anyhow::Result<(Auth, TokenSettings, &'s Tokens)> {
    if let Some(mailbox) = settings.mailbox.get(name) {
        return Ok((mailbox.auth, mailbox.token(), &mailbox.tokens));
    }
    if let Some(smtp) = settings.smtp.as_ref().filter(|_| name == "smtp") {
        return Ok((smtp.auth, smtp.token(), &smtp.tokens));
    }
    let mut known: Vec<&str> = settings.mailbox.keys().map(String::as_str).collect();
    known.extend(settings.smtp.as_ref().map(|_| "smtp"));
    bail!("`{name}` is no mailbox of the settings; there is {}", if known.is_empty() { "none".to_owned() } else { known.join(", ") })
}
