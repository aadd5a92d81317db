//! usher.toml, the environment and secret files, put together; all faults at once.

mod sections;
mod signing;

pub use sections::{MailSettings, OnCallSettings, RetentionSettings};

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use toml::{Table, Value};

use crate::channels::discord::DiscordSettings;
use crate::channels::mailbox::MailboxSettings;
use crate::channels::platform::Platform;
use crate::channels::smtp::SmtpSettings;
use crate::channels::tls::Tls;
use crate::desk::DeskSettings;
use crate::draft::templates::Letterhead;
use crate::fault::{Fault, Faults};
use crate::message::{Identity, address::Address};
use crate::rules::policy::Limits;
use crate::store::StoreSettings;
use crate::worker::{RepliesSettings, mirror::DirectorySettings};

/// Faults that are told of one file.
const MOST_FAULTS: usize = 50;
/// Keys whose value in the environment is a list with commas.
const LISTS: [&str; 5] = ["automatic", "own", "own_lists", "forms", "mail"];

/// Everything that usher.toml can say.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// `[store]`.
    pub store: StoreSettings,
    /// `[directory]`.
    pub directory: DirectorySettings,
    /// `[mailbox.NAME]`.
    pub mailbox: BTreeMap<String, MailboxSettings>,
    /// `[smtp]`.
    pub smtp: Option<SmtpSettings>,
    /// `[mail]`.
    pub mail: MailSettings,
    /// `[replies]`.
    pub replies: RepliesSettings,
    /// `[urgency]`.
    pub urgency: Limits,
    /// `[discord]`.
    pub discord: Option<DiscordSettings>,
    /// `[on_call]`.
    pub on_call: OnCallSettings,
    /// `[desk]`.
    pub desk: DeskSettings,
    /// `[retention]`.
    pub retention: RetentionSettings,
    /// Folder of changed rules; the built-in ones when absent.
    pub rules: Option<PathBuf>,
    /// Folder of changed templates; the built-in ones when absent.
    pub templates: Option<PathBuf>,
}

impl Settings {
    /// Reads `path`, lays the environment over it, and checks everything.
    ///
    /// # Errors
    /// All faults at once, each with file, line and what to do.
    pub fn load(path: &Path, environment: impl Iterator<Item = (String, String)>) -> Result<Self, Faults> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|e| {
            Faults(vec![Fault::new(&name, None, format!("cannot be read: {e}"), "Run `usher init`, or name it with --config.")])
        })?;
        let mut settings = Self::read(&name, &text, environment)?;
        settings.beside(path.parent().unwrap_or(Path::new(".")));
        Ok(settings)
    }

    /// As [`Settings::load`], from text.
    ///
    /// # Errors
    /// All faults at once.
    pub fn read(name: &str, text: &str, environment: impl Iterator<Item = (String, String)>) -> Result<Self, Faults> {
        let mut faults = written_faults(name, text);
        if !faults.is_empty() {
            return Err(Faults(faults));
        }
        let mut table: Table = toml::from_str(text).unwrap_or_default();
        for (variable, value) in environment {
            overlay(&mut table, &variable, &value);
        }
        let mut settings = Self::deserialize(Value::Table(table)).map_err(|e| {
            let what = e.message().replace('\n', " ");
            Faults(vec![Fault::new("the environment", None, what, "Mend or unset the USHER_… variable of that key.")])
        })?;
        settings.share_tokens();
        faults.extend(settings.contradictions(name, text));
        if faults.is_empty() { Ok(settings) } else { Err(Faults(faults)) }
    }

    /// Paths are meant beside the file that names them.
    fn beside(&mut self, folder: &Path) {
        let join = |path: &mut Option<PathBuf>| {
            if let Some(p) = path.as_mut().filter(|p| p.is_relative()) {
                *p = folder.join(&*p);
            }
        };
        join(&mut self.directory.path);
        if self.store.key_file.is_relative() {
            self.store.key_file = folder.join(&self.store.key_file);
        }
        join(&mut self.rules);
        join(&mut self.templates);
        join(&mut self.on_call.webhook_secret_file);
        for mailbox in self.mailbox.values_mut() {
            [&mut mailbox.password_file, &mut mailbox.ca_file, &mut mailbox.maildir, &mut mailbox.folder].into_iter().for_each(join);
            [&mut mailbox.client_secret_file, &mut mailbox.refresh_token_file].into_iter().for_each(join);
        }
        if let Some(smtp) = &mut self.smtp {
            [&mut smtp.password_file, &mut smtp.ca_file].into_iter().for_each(join);
            [&mut smtp.client_secret_file, &mut smtp.refresh_token_file].into_iter().for_each(join);
        }
        let discord = self.discord.as_mut().map(|d| &mut d.token_file);
        let openid = self.desk.openid.as_mut().map(|o| &mut o.client_secret_file);
        discord.into_iter().chain(openid).for_each(join);
        let beside = |url: &str| {
            let file = url.strip_prefix("sqlite:").filter(|f| !f.starts_with(['/', ':']) && !f.is_empty());
            file.map(|f| format!("sqlite:{}", folder.join(f).display()))
        };
        if let Some(url) = beside(&self.store.url) {
            self.store.url = url;
        }
        if let Some(url) = self.directory.url.as_ref().and_then(|url| beside(url.expose_secret())) {
            self.directory.url = Some(url.into());
        }
    }

    /// What each setting by itself allows and all together do not.
    fn contradictions(&self, name: &str, text: &str) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut fault = |line: Option<usize>, what: String, remedy: &str| faults.push(Fault::new(name, line, what, remedy));
        for (name, mailbox) in &self.mailbox {
            mailbox_contradictions(name, mailbox, text, &mut fault);
            signing::mailbox(name, mailbox, text, &mut fault);
        }
        if let Some(smtp) = &self.smtp {
            smtp_contradictions(smtp, text, &mut fault);
            signing::smtp(smtp, text, &mut fault);
        }
        signing::desk(&self.desk, text, &mut fault);
        for (key, addresses) in [("own", &self.mail.own), ("forms", &self.mail.forms), ("mail", &self.on_call.mail)] {
            for address in addresses.iter().filter(|a| Address::parse(a).is_none()) {
                fault(line_with(text, address), format!("{key}: `{address}` is no address"), "Write it as name@domain.");
            }
        }
        if self.directory.url.is_some() && self.directory.path.is_some() {
            fault(line_of_section(text, "directory"), "[directory] has path and url".into(), "Keep the one that is the source.");
        }
        if let Some(Err(what)) = self.directory.url.as_ref().map(|url| Platform::check(url.expose_secret())) {
            fault(line_of_section(text, "directory"), what.to_string(), "Write postgres://user:password@host/database or sqlite:file.");
        }
        let periods =
            [("refresh", self.directory.refresh), ("changes", self.directory.changes), ("stale_after", self.directory.stale_after)];
        for (key, _) in periods.into_iter().filter(|(_, period)| *period < SignedDuration::from_secs(1)) {
            fault(line_of_section(text, "directory"), format!("[directory] {key} is under a second"), "Write a length such as \"10m\".");
        }
        if self.mail.own.is_empty() {
            fault(
                line_of_section(text, "mail"),
                "[mail] own is empty".into(),
                "Name the desk's own address, so that its own mail is never answered.",
            );
        }
        if self.smtp.is_none() && self.replies.acknowledge {
            fault(
                line_of_section(text, "replies"),
                "[replies] acknowledge is set but there is no [smtp]".into(),
                "Add [smtp], or leave acknowledge false.",
            );
        }
        if self.smtp.is_none() && !self.replies.automatic.is_empty() {
            fault(
                line_of_section(text, "replies"),
                "[replies] automatic names cases but there is no [smtp]".into(),
                "Add [smtp], or leave automatic empty.",
            );
        }
        faults
    }

    /// Who the desk is.
    pub fn identity(&self) -> Identity {
        let addresses = |list: &[String]| list.iter().filter_map(|a| Address::parse(a)).collect();
        Identity {
            own: addresses(&self.mail.own),
            authserv_id: self.mail.authserv_id.clone(),
            own_lists: self.mail.own_lists.clone(),
            forms: addresses(&self.mail.forms),
        }
    }

    /// What stands on replies.
    pub fn letterhead(&self) -> Letterhead {
        Letterhead {
            sign_in_url: self.mail.sign_in_url.clone(),
            code_url: self.mail.code_url.clone(),
            signature_en: self.mail.signature_en.clone(),
            signature_fr: self.mail.signature_fr.clone(),
            invitations_from: self.mail.invitations_from.clone(),
        }
    }

    /// The From of drafts and replies: `[smtp] from`, else the desk's first own address.
    pub fn from(&self) -> String {
        self.smtp.as_ref().map(|s| s.from.clone()).or_else(|| self.mail.own.first().cloned()).unwrap_or_default()
    }

    /// Secrets that stand in the file itself, by their keys.
    pub fn open_secrets(&self) -> Vec<String> {
        let mut keys: Vec<String> =
            self.mailbox.iter().filter(|(_, m)| m.password.is_some()).map(|(n, _)| format!("mailbox.{n}.password")).collect();
        let has = |secret: Option<&SecretString>| secret.is_some();
        keys.extend(has(self.smtp.as_ref().and_then(|s| s.password.as_ref())).then(|| "smtp.password".to_owned()));
        keys.extend(has(self.discord.as_ref().and_then(|d| d.token.as_ref())).then(|| "discord.token".to_owned()));
        keys
    }
}

/// What one `[mailbox.NAME]` allows and all together does not.
fn mailbox_contradictions(name: &str, mailbox: &MailboxSettings, text: &str, fault: &mut impl FnMut(Option<usize>, String, &str)) {
    let section = format!("mailbox.{name}");
    let line = line_of_section(text, &section);
    let ways = [mailbox.host.is_some(), mailbox.maildir.is_some(), mailbox.folder.is_some()];
    if ways.iter().filter(|w| **w).count() != 1 {
        fault(
            line,
            format!("[{section}] needs exactly one of host, maildir and folder"),
            "Name the IMAP server as host, or a folder on this machine.",
        );
    }
    if mailbox.host.as_deref().is_some_and(|h| mailbox.tls == Tls::None && !is_loopback(h)) {
        fault(
            line,
            format!("[{section}] would send the password in clear"),
            "Use tls = \"implicit\" or \"starttls\"; \"none\" is for this machine only.",
        );
    }
    if mailbox.poll < SignedDuration::from_secs(1) {
        fault(line, format!("[{section}] poll is under a second"), "Write poll = \"60s\".");
    }
}

/// What `[smtp]` allows and all together does not.
fn smtp_contradictions(smtp: &SmtpSettings, text: &str, fault: &mut impl FnMut(Option<usize>, String, &str)) {
    let line = line_of_section(text, "smtp");
    if smtp.host.is_empty() {
        fault(line, "[smtp] has no host".into(), "Name the mail server, or remove the section.");
    }
    if smtp.tls == Tls::None && !is_loopback(&smtp.host) && !smtp.host.is_empty() {
        fault(line, "[smtp] would send mail and password in clear".into(), "Use tls = \"implicit\" or \"starttls\".");
    }
    if smtp.per_minute == Some(0) {
        fault(line, "[smtp] per_minute is 0".into(), "Write how many messages the server takes a minute, or leave it out.");
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Every fault of the text by itself: after each, its line is taken out and the rest is read again.
fn written_faults(name: &str, text: &str) -> Vec<Fault> {
    let mut lines: Vec<&str> = text.lines().collect();
    let mut faults = Vec::new();
    for _ in 0..MOST_FAULTS {
        let now = lines.join("\n");
        let Err(error) = toml::from_str::<Settings>(&now) else { break };
        let line = error.span().map(|s| Fault::line_of(&now, s.start));
        let what = error.message().replace('\n', " ");
        faults.push(Fault::new(name, line, what.clone(), remedy(&what)));
        match line.and_then(|l| lines.get_mut(l - 1)) {
            Some(line) if !line.trim().is_empty() => *line = "",
            _ => break,
        }
    }
    faults.sort();
    faults
}

/// The nearest key that exists, where a key does not.
fn remedy(what: &str) -> String {
    let mut named = what.split('`').skip(1).step_by(2);
    let Some(wrong) = named.next().filter(|_| what.contains("unknown field")) else {
        return "See usher.example.toml for the keys and their values.".into();
    };
    let far = |key: &str| strsim::damerau_levenshtein(wrong, key);
    let nearest = named.min_by_key(|key| far(key));
    match nearest.filter(|key| far(key) <= 2) {
        Some(near) => format!("Did you mean `{near}`?"),
        None => "Remove it; usher.example.toml lists the keys.".into(),
    }
}

fn line_of_section(text: &str, section: &str) -> Option<usize> {
    line_with(text, &format!("[{section}]"))
}

fn line_with(text: &str, words: &str) -> Option<usize> {
    text.find(words).map(|at| Fault::line_of(text, at))
}

/// `USHER_MAILBOX_SUPPORT_PASSWORD` is `[mailbox.support] password`, `USHER_STORE_URL` is `[store] url`.
fn overlay(table: &mut Table, variable: &str, value: &str) {
    const SECTIONS: [&str; 10] = ["store", "directory", "smtp", "mail", "replies", "urgency", "discord", "on_call", "desk", "retention"];
    let Some(key) = variable.strip_prefix("USHER_").map(str::to_lowercase) else { return };
    if let Some(rest) = key.strip_prefix("mailbox_") {
        let boxes = table.entry("mailbox").or_insert_with(|| Value::Table(Table::new()));
        let Some(boxes) = boxes.as_table_mut() else { return };
        let known = boxes.keys().filter(|name| rest.starts_with(&format!("{name}_"))).max_by_key(|n| n.len()).cloned();
        let Some(name) = known.or_else(|| rest.split_once('_').map(|(name, _)| name.to_owned())) else { return };
        let key = rest.get(name.len() + 1..).unwrap_or_default().to_owned();
        if let Some(section) = boxes.entry(name).or_insert_with(|| Value::Table(Table::new())).as_table_mut() {
            section.insert(key.clone(), parsed(&key, value));
        }
        return;
    }
    let Some(section) = SECTIONS.iter().find(|s| key.starts_with(&format!("{s}_"))) else { return };
    let name = key.get(section.len() + 1..).unwrap_or_default().to_owned();
    if let Some(section) = table.entry(*section).or_insert_with(|| Value::Table(Table::new())).as_table_mut() {
        section.insert(name.clone(), parsed(&name, value));
    }
}

/// A list, a number or a boolean where it is one, else text.
fn parsed(key: &str, value: &str) -> Value {
    if LISTS.contains(&key) && !value.trim_start().starts_with('[') {
        return Value::Array(value.split(',').map(str::trim).filter(|v| !v.is_empty()).map(|v| Value::String(v.to_owned())).collect());
    }
    let typed = toml::from_str::<Table>(&format!("v = {value}")).ok().and_then(|mut t| t.remove("v"));
    let secret = ["password", "token", "client"].iter().any(|word| key.contains(word)) || key == "user" || key == "scope";
    typed.filter(|v| !secret && !v.is_str() && !v.is_datetime()).unwrap_or_else(|| Value::String(value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, Vec<Fault>> {
        Settings::read("usher.toml", text, std::iter::empty()).map_err(|f| f.0)
    }

    #[test]
    fn all_faults_are_told_at_once_with_their_lines() {
        let faults = read("[store]\nulr = \"x\"\n[mailbox.support]\nport = \"many\"\n[replies]\nhold = 3\n").unwrap_err();
        let lines: Vec<_> = faults.iter().map(|f| f.line).collect();
        assert_eq!(lines, [Some(2), Some(4), Some(6)], "{faults:?}");
        assert!(faults[0].remedy.contains("`url`"), "{faults:?}");
    }

    #[test]
    fn contradictions_are_told() {
        let faults =
            read("[mailbox.a]\nuser = \"x\"\n[mailbox.b]\nhost = \"mail.uni.example\"\ntls = \"none\"\n[mail]\nown = [\"support\"]\n")
                .unwrap_err();
        assert_eq!(faults.len(), 3, "{faults:?}");
    }

    #[test]
    fn a_directory_has_one_source_that_can_be_read() {
        let cases = [
            ("path = \"d\"\nurl = \"sqlite:p.db\"", "path and url"),
            ("url = \"mysql://p\"", "neither sqlite: nor postgres://"),
            ("refresh = \"0s\"", "refresh is under a second"),
            ("[directory.queries]\ncandidate = \"SELECT 1\"", "candidate"),
        ];
        for (text, expected) in cases {
            let faults = read(&format!("[mail]\nown = [\"a@b.example\"]\n[directory]\n{text}\n")).unwrap_err();
            assert!(faults.len() == 1 && faults[0].what.contains(expected), "{faults:?}");
        }
    }

    #[test]
    fn the_environment_has_the_last_word() {
        let environment = [
            ("USHER_STORE_URL", "sqlite:other.db"),
            ("USHER_MAILBOX_SUPPORT_PASSWORD", "12345"),
            ("USHER_REPLIES_HOLD", "5s"),
            ("USHER_MAIL_OWN", "a@b.example, c@d.example"),
        ];
        let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        let settings = Settings::read("usher.toml", "[mailbox.support]\nhost = \"mail.uni.example\"\n", environment).unwrap();
        assert_eq!(settings.store.url, "sqlite:other.db");
        assert!(settings.mailbox["support"].password.is_some());
        assert_eq!((settings.replies.hold, settings.mail.own.len()), (SignedDuration::from_secs(5), 2));
    }
}
