//! From an open port to a signed-in connection: greeting, STARTTLS, login. Read line by line and by hand, so that
//! a greeting no parser likes keeps nobody out, and so that nothing said before TLS is believed behind it.

use std::collections::BTreeSet;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret as _;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufStream};
use tokio::time::timeout;

use super::guard::Guard;
use super::line::{THROTTLED, peace};
use super::{Account, names};
use crate::channels::Fault;
use crate::channels::tls::{Stream, Tls};
use crate::channels::token::Bearer;

/// A guarded, buffered connection. The write buffer makes one packet of a command.
pub(super) type Wire = BufStream<Guard<Box<dyn Stream>>>;

/// What the server says it can do, in capital letters.
#[derive(Debug, Default, Clone)]
pub(super) struct Offers(BTreeSet<String>);

impl Offers {
    pub fn has(&self, what: &str) -> bool {
        self.0.contains(what)
    }

    fn read(text: &str) -> Self {
        Self(text.split_ascii_whitespace().map(str::to_ascii_uppercase).collect())
    }
}

/// Connects, protects and signs in.
pub(super) async fn enter(account: &Account) -> Result<(Wire, Offers), Fault> {
    let limit = account.patience.connect;
    let tcp = account.peer.dial(limit).await?;
    let mut door = match account.peer.tls {
        Tls::Implicit => Door::new(account, account.peer.secure(tcp, limit).await?),
        Tls::Starttls | Tls::None => Door::new(account, Box::new(tcp)),
    };
    let mut welcome = door.greeting().await?;
    if account.peer.tls == Tls::Starttls {
        door = door.starttls(welcome).await?;
        welcome = Welcome::SignIn;
    }
    let mut offers = door.capabilities().await?;
    if welcome == Welcome::SignIn {
        door.sign_in(&offers).await?;
        door.signed_in = true;
        offers = door.capabilities().await?;
    }
    if offers.has("ID") {
        // Some providers turn away clients that do not introduce themselves; the answer is of no interest.
        door.command("ID (\"name\" \"usher\")", &[]).await?;
    }
    Ok((door.wire, offers))
}

/// What the greeting asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Welcome {
    SignIn,
    SignedIn,
}

/// A tagged answer.
struct Reply {
    status: String,
    text: String,
    untagged: Vec<String>,
}

struct Door<'a> {
    account: &'a Account,
    wire: Wire,
    tag: u32,
    signed_in: bool,
}

impl<'a> Door<'a> {
    fn new(account: &'a Account, stream: Box<dyn Stream>) -> Self {
        Self { account, wire: BufStream::with_capacity(64 * 1024, 8 * 1024, Guard::new(stream)), tag: 0, signed_in: false }
    }

    async fn greeting(&mut self) -> Result<Welcome, Fault> {
        let line = self.line().await?;
        let mut words = line.split_ascii_whitespace();
        match (words.next(), words.next().map(str::to_ascii_uppercase).as_deref()) {
            (Some("*"), Some("OK")) => Ok(Welcome::SignIn),
            (Some("*"), Some("PREAUTH")) => Ok(Welcome::SignedIn),
            (Some("*"), Some("BYE")) => Err(self.passing("turns the connection away at the door")),
            _ => Err(self.passing("does not greet as an IMAP server does")),
        }
    }

    async fn starttls(mut self, welcome: Welcome) -> Result<Self, Fault> {
        // PREAUTH before TLS would keep everything in clear: what a man in the middle says.
        if welcome == Welcome::SignedIn || !self.capabilities().await?.has("STARTTLS") {
            return Err(self.permanent("does not offer STARTTLS; nothing was sent in clear. Set `tls = \"implicit\"` (port 993) if it can"));
        }
        if self.command("STARTTLS", &[]).await?.status != "OK" {
            return Err(self.passing("refuses STARTTLS now; nothing was sent in clear"));
        }
        // Whatever already lies in the buffer was said in clear by who knows whom: it goes with the buffer.
        let plain = self.wire.into_inner().into_inner();
        let secured = self.account.peer.secure(plain, self.account.patience.connect).await?;
        Ok(Self { tag: self.tag, ..Self::new(self.account, secured) })
    }

    async fn capabilities(&mut self) -> Result<Offers, Fault> {
        let reply = self.command("CAPABILITY", &[]).await?;
        if reply.status != "OK" {
            return Err(self.passing("does not say what it can do"));
        }
        let lines = reply.untagged.iter().filter_map(|l| strip_prefix_caseless(l, "* CAPABILITY "));
        Ok(Offers::read(&lines.collect::<Vec<_>>().join(" ")))
    }

    async fn sign_in(&mut self, offers: &Offers) -> Result<(), Fault> {
        let account = self.account;
        let bearer = match &account.issuer {
            Some(issuer) => Some(issuer.bearer().await?),
            None => None,
        };
        let reply = match &bearer {
            // The second answer is empty: it closes the exchange after the server has told its reasons.
            Some(bearer) => self.command("AUTHENTICATE XOAUTH2", &[bearer.xoauth2(&account.user), String::new()]).await?,
            None => {
                let secret = account.password.expose_secret();
                let login = names::quoted(&account.user).zip(names::quoted(secret)).filter(|_| !offers.has("LOGINDISABLED"));
                match login {
                    Some((user, password)) => self.command(&format!("LOGIN {user} {password}"), &[]).await?,
                    None if offers.has("AUTH=PLAIN") => {
                        let both = STANDARD.encode(format!("\0{}\0{secret}", account.user));
                        self.command("AUTHENTICATE PLAIN", &[both]).await?
                    }
                    None => return Err(self.permanent("takes no password on this connection: another `tls` or `auth` is needed")),
                }
            }
        };
        if reply.status != "OK" {
            return Err(self.not_let_in(&reply, bearer.as_ref()));
        }
        bearer.as_ref().inspect(|bearer| bearer.accepted());
        Ok(())
    }

    /// Whether a refused login can be let in later without anybody's doing.
    fn not_let_in(&self, reply: &Reply, bearer: Option<&Bearer>) -> Fault {
        let code = names::code(&reply.text);
        let shown = code.as_deref().map(|c| format!(" [{c}]")).unwrap_or_default();
        let text = reply.text.to_lowercase();
        let busy = ["too many", "try again", "later", "tempor", "throttl", "unavailable", "busy", "limit"].iter().any(|w| text.contains(w));
        match code.as_deref() {
            Some("AUTHENTICATIONFAILED" | "AUTHORIZATIONFAILED" | "EXPIRED" | "PRIVACYREQUIRED") => {}
            Some(code) => return self.later(&format!("does not let us in now{shown}"), peace(Some(code))),
            None if busy || reply.status == "BAD" => return self.passing("does not let us in now"),
            None => {}
        }
        let Some((bearer, issuer)) = bearer.zip(self.account.issuer.as_ref()) else {
            return self.permanent(&format!("refuses the login{shown}: check `user` and `password` (or `password_file`)"));
        };
        // The next attempt asks for a fresh token: an expired one is nobody's fault.
        bearer.refused();
        self.passing(&format!("does not take the bearer token{shown}: look at {} if this goes on", issuer.setting()))
    }

    /// Sends a command, answers its continuations by `answers` in turn, and reads to the tagged line.
    async fn command(&mut self, command: &str, answers: &[String]) -> Result<Reply, Fault> {
        self.tag += 1;
        let tag = format!("d{}", self.tag);
        self.say(&format!("{tag} {command}\r\n")).await?;
        let mut answers = answers.iter();
        let mut untagged = Vec::new();
        for _ in 0..1000 {
            let line = self.line().await?;
            if line.starts_with('+') {
                let answer = answers.next().map_or("*", String::as_str);
                self.say(&format!("{answer}\r\n")).await?;
            } else if let Some(rest) = line.strip_prefix(&tag).and_then(|r| r.strip_prefix(' ')) {
                let (status, text) = rest.trim_start().split_once(' ').unwrap_or((rest, ""));
                return Ok(Reply { status: status.to_ascii_uppercase(), text: text.to_owned(), untagged });
            } else if strip_prefix_caseless(&line, "* BYE").is_some() {
                return Err(match self.signed_in {
                    true => self.later("says goodbye right after the login", Some(THROTTLED)),
                    false => self.passing("closes the connection before we are signed in"),
                });
            } else {
                untagged.push(line);
            }
        }
        Err(self.passing("says too much before we are signed in"))
    }

    async fn say(&mut self, text: &str) -> Result<(), Fault> {
        let limit = self.account.patience.silence;
        let saying = async {
            self.wire.write_all(text.as_bytes()).await?;
            self.wire.flush().await
        };
        match timeout(limit, saying).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(e)) => Err(self.passing(&format!("breaks the connection off ({})", e.kind()))),
            Err(_) => Err(self.passing("does not listen")),
        }
    }

    async fn line(&mut self) -> Result<String, Fault> {
        let limit: Duration = self.account.patience.silence;
        let mut bytes = Vec::new();
        match timeout(limit, self.wire.read_until(b'\n', &mut bytes)).await {
            Ok(Ok(_)) if bytes.ends_with(b"\n") => Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned()),
            Ok(Ok(_)) => Err(self.passing("closes the connection before we are signed in")),
            Ok(Err(e)) => Err(self.passing(&format!("breaks the connection off ({})", e.kind()))),
            Err(_) => Err(self.passing("is silent where it should answer")),
        }
    }

    fn passing(&self, what: &str) -> Fault {
        self.later(what, None)
    }

    fn later(&self, what: &str, after_ms: Option<u64>) -> Fault {
        Fault::Passing { what: format!("{}:{} {what}", self.account.peer.host, self.account.peer.port), after_ms }
    }

    fn permanent(&self, what: &str) -> Fault {
        Fault::Permanent(format!("{}:{} {what}", self.account.peer.host, self.account.peer.port))
    }
}

fn strip_prefix_caseless<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let head = text.get(..prefix.len())?;
    if head.eq_ignore_ascii_case(prefix) { text.get(prefix.len()..) } else { None }
}
