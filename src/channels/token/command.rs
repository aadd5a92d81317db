//! A bearer token from a command of the operator's own.

use std::process::Stdio;
use std::time::Duration;

use secrecy::SecretString;
use tokio::process::Command;
use tokio::time::timeout;

use crate::channels::Fault;

/// How long the command may take.
const AT_MOST: Duration = Duration::from_secs(30);
/// Stands in the environment of the command: were it `usher token` for the very mailbox it serves, it would call itself for ever.
const WITHIN: &str = "USHER_WITHIN_TOKEN_COMMAND";

/// Runs `command` in a shell and takes the first line it prints. What it says on standard error is not repeated: it may hold secrets.
pub(super) async fn bearer(command: &str) -> Result<SecretString, Fault> {
    if std::env::var_os(WITHIN).is_some() {
        return Err(Fault::Permanent("`token_command` runs usher for a token that comes from a `token_command` again".into()));
    }
    let running =
        Command::new("sh").arg("-c").arg(command).env(WITHIN, "1").stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).output();
    let output = match timeout(AT_MOST, running).await {
        Ok(Ok(output)) => output,
        Ok(Err(e)) => return Err(Fault::passing(format!("`token_command` cannot be run ({})", e.kind()))),
        Err(_) => return Err(Fault::passing(format!("`token_command` takes longer than {} s", AT_MOST.as_secs()))),
    };
    if !output.status.success() {
        return Err(Fault::passing(format!("`token_command` fails ({})", output.status)));
    }
    let printed = String::from_utf8_lossy(&output.stdout);
    let first = printed.lines().next().unwrap_or_default().trim();
    if first.is_empty() || !first.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Fault::passing("`token_command` prints no token"));
    }
    Ok(first.to_owned().into())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[tokio::test]
    async fn the_first_line_is_the_token_and_a_failing_command_is_a_passing_fault() {
        assert_eq!(bearer("printf 'ya29.a-b_c\\nmore'").await.unwrap().expose_secret(), "ya29.a-b_c");
        for (says, command) in
            [("it fails", "echo secret >&2; exit 3"), ("it prints nothing", "true"), ("it prints a sentence", "echo not a token")]
        {
            let fault = bearer(command).await.unwrap_err();
            assert!(matches!(fault, Fault::Passing { .. }), "{says}");
            assert!(!fault.to_string().contains("secret"), "{says}");
        }
    }
}
