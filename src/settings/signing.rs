//! How the settings sign in: which of password, command and token endpoint, and what each of them needs.

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use super::{Settings, line_of_section};
use crate::channels::mailbox::{Auth, MailboxSettings};
use crate::channels::smtp::SmtpSettings;
use crate::channels::token::{TokenSettings, Tokens};
use crate::desk::DeskSettings;
use crate::fault::Fault;

impl Settings {
    /// Whoever signs in with the same token settings shall use the same token: one request, one refresh token.
    pub(super) fn share_tokens(&mut self) {
        let all = self.mailbox.values_mut().map(|m| &mut m.tokens).chain(self.smtp.as_mut().map(|s| &mut s.tokens));
        let tokens = Tokens::default();
        all.for_each(|own| *own = tokens.clone());
    }
}

/// What `[mailbox.NAME]` says of signing in and cannot mean.
pub(super) fn mailbox(name: &str, mailbox: &MailboxSettings, text: &str, fault: &mut impl FnMut(Option<usize>, String, &str)) {
    let passwords = mailbox.password.is_some() && mailbox.password_file.is_some();
    contradictions(&format!("mailbox.{name}"), passwords, mailbox.auth, &mailbox.token(), text, fault);
}

/// What `[smtp]` says of signing in and cannot mean.
pub(super) fn smtp(smtp: &SmtpSettings, text: &str, fault: &mut impl FnMut(Option<usize>, String, &str)) {
    let passwords = smtp.password.is_some() && smtp.password_file.is_some();
    contradictions("smtp", passwords, smtp.auth, &smtp.token(), text, fault);
}

/// What `[desk]` says of signing in and cannot mean.
pub(super) fn desk(desk: &DeskSettings, text: &str, fault: &mut impl FnMut(Option<usize>, String, &str)) {
    let mut told = |key: &str, what: &str, remedy: &str| fault(line_of_key(text, "desk", key), format!("[desk] {key} {what}"), remedy);
    let minute = SignedDuration::from_mins(1);
    for (key, _) in [("idle", desk.idle), ("longest", desk.longest)].into_iter().filter(|(_, lasts)| *lasts < minute) {
        told(key, "is under a minute", "Write a length such as \"30m\" or \"12h\".");
    }
    let host = desk.url.split_once("://").map(|(_, rest)| rest.split(['/', '?']).next().unwrap_or(rest));
    let name =
        host.map(|host| host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |(name, _)| name));
    let own = name.is_some_and(super::is_loopback);
    let safe = desk.url.starts_with("https://") || own && desk.url.starts_with("http://");
    if !safe {
        told("url", "would have passwords travel in clear", "Write https://…; http:// is for this machine only.");
    }
    let openid = desk.openid.as_ref().filter(|o| !o.is_safe() || o.client_id.is_empty());
    if TimeZone::get(&desk.time_zone).is_err() {
        told("time_zone", "names no time zone", "Write it like America/Toronto.");
    }
    if openid.is_some() {
        let line = line_of_section(text, "desk.openid");
        fault(
            line,
            "[desk.openid] needs an https `issuer` and a `client_id`".into(),
            "The provider gives both when the desk is registered there.",
        );
    }
}

fn contradictions(
    section: &str,
    passwords: bool,
    auth: Auth,
    token: &TokenSettings,
    text: &str,
    fault: &mut impl FnMut(Option<usize>, String, &str),
) {
    if passwords {
        fault(line_of_section(text, section), format!("[{section}] has password and password_file"), "Keep one; the file is safer.");
    }
    if auth == Auth::Xoauth2 {
        for (key, what, remedy) in token.contradictions() {
            fault(line_of_key(text, section, key), format!("[{section}] {what}"), remedy);
        }
    } else if token.command.is_some() || token.url.is_some() {
        let key = if token.command.is_some() { "token_command" } else { "token_url" };
        let what = format!("[{section}] has {key} but signs in with a password");
        fault(line_of_key(text, section, key), what, "Add auth = \"xoauth2\", or remove the key.");
    }
}

/// The line on which `key` stands in `[section]`; that of the section where the key comes from elsewhere.
fn line_of_key(text: &str, section: &str, key: &str) -> Option<usize> {
    let header = format!("[{section}]");
    let at = text.find(&header)?;
    let body = text.get(at + header.len()..)?;
    let mut from = at + header.len();
    for line in body.split_inclusive('\n') {
        let written = line.trim_start();
        if written.starts_with('[') {
            break;
        }
        if written.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('=')) {
            return Some(Fault::line_of(text, from));
        }
        from += line.len();
    }
    line_of_section(text, section)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const OWN: &str = "[mail]\nown = [\"a@b.example\"]\n";

    fn read(text: &str, environment: &[(&str, &str)]) -> Result<Settings, Vec<Fault>> {
        let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        Settings::read("usher.toml", &format!("{OWN}{text}"), environment).map_err(|faults| faults.0)
    }

    #[test]
    fn what_the_desk_cannot_mean_is_told_with_its_line() {
        let cases = [
            ("url = \"http://desk.nexam.example\"", 4, "in clear"),
            ("url = \"http://localhost.evil.example:8080\"", 4, "in clear"),
            ("second_factor = \"required\"\nidle = \"30s\"", 5, "idle is under a minute"),
            ("time_zone = \"Montreal\"", 4, "no time zone"),
            ("second_factor = \"often\"", 4, "often"),
            ("[desk.openid]\nissuer = \"http://id.nexam.example\"\nclient_id = \"usher\"", 4, "https `issuer`"),
        ];
        for (desk, line, expected) in cases {
            let faults = read(&format!("[desk]\n{desk}\n"), &[]).unwrap_err();
            assert!(faults.len() == 1 && faults[0].what.contains(expected) && faults[0].line == Some(line), "{faults:?}");
        }
        for url in ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:8080", "https://desk.nexam.example/"] {
            read(&format!("[desk]\nurl = \"{url}\"\nidle = \"1h\"\nbehind_proxy = true\n"), &[]).unwrap();
        }
    }

    #[test]
    fn what_a_token_needs_is_told_with_its_line() {
        let cases = [
            ("auth = \"xoauth2\"", 5, "needs token_command or token_url"),
            (
                "auth = \"xoauth2\"\ntoken_command = \"p\"\ntoken_url = \"https://l.example/t\"\nclient_id = \"c\"\nrefresh_token_file = \"r\"",
                7,
                "token_command and token_url",
            ),
            ("auth = \"xoauth2\"\ntoken_url = \"https://l.example/t\"\nrefresh_token_file = \"r\"", 6, "needs client_id"),
            (
                "auth = \"xoauth2\"\nclient_id = \"c\"\nrefresh_token_file = \"r\"\ntoken_url = \"http://l.example/t\"",
                8,
                "no https address",
            ),
            (
                "auth = \"xoauth2\"\nclient_id = \"c\"\ntoken_url = \"https://l.example/t\"",
                7,
                "needs refresh_token_file or client_secret_file",
            ),
            ("token_command = \"p\"", 5, "signs in with a password"),
            ("password = \"p\"\npassword_file = \"p\"", 3, "password and password_file"),
        ];
        for section in ["mailbox.support", "smtp"] {
            for (text, line, expected) in cases {
                let faults = read(&format!("[{section}]\nhost = \"m.example\"\n{text}\n"), &[]).unwrap_err();
                let told = faults.first().map(|f| (f.line, f.what.contains(expected) && f.what.contains(section)));
                assert_eq!(told, Some((Some(line), true)), "{section}: {text}: {faults:?}");
                assert_eq!(faults.len(), 1, "{faults:?}");
            }
        }
    }

    #[test]
    fn the_environment_can_say_all_of_it_and_both_ends_share_the_token() {
        let settings = read(
            "[mailbox.support]\nhost = \"m.example\"\n",
            &[
                ("USHER_MAILBOX_SUPPORT_AUTH", "xoauth2"),
                ("USHER_MAILBOX_SUPPORT_TOKEN_URL", "https://l.example/t"),
                ("USHER_MAILBOX_SUPPORT_CLIENT_ID", "0815"),
                ("USHER_MAILBOX_SUPPORT_CLIENT_SECRET_FILE", "secret"),
                ("USHER_MAILBOX_SUPPORT_SCOPE", "mail"),
                ("USHER_SMTP_HOST", "m.example"),
                ("USHER_SMTP_AUTH", "xoauth2"),
                ("USHER_SMTP_TOKEN_URL", "https://l.example/t"),
                ("USHER_SMTP_CLIENT_ID", "0815"),
                ("USHER_SMTP_CLIENT_SECRET_FILE", "secret"),
                ("USHER_SMTP_SCOPE", "mail"),
                ("USHER_SMTP_PER_MINUTE", "5"),
                ("USHER_SMTP_SAVES_COPY", "true"),
            ],
        );
        let mut settings = settings.unwrap();
        settings.beside(Path::new("/etc/usher"));
        let (mailbox, smtp) = (settings.mailbox.remove("support").unwrap(), settings.smtp.unwrap());
        assert_eq!(mailbox.token(), smtp.token());
        assert_eq!(mailbox.token().client_id.as_deref(), Some("0815"));
        assert_eq!(mailbox.token().client_secret_file.as_deref(), Some(Path::new("/etc/usher/secret")));
        assert_eq!((smtp.per_minute(), smtp.saves_copy()), (5, true));
        assert!(mailbox.tokens.shares_with(&smtp.tokens));
    }
}
