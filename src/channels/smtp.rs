//! Sending by SMTP (RFC 5321), one step at a time: which step failed decides whether the message may have gone.

mod dialogue;
mod login;
mod settings;

pub use settings::SmtpSettings;

use std::future::Future;
use std::time::Duration;

use tokio::time::timeout;

use self::dialogue::{Dialogue, Reply, Trouble};
use self::login::Login;
use super::Fault;
use super::imap::with_crlf;
use super::tls::{Peer, Tls};
use crate::message::address::Address;

/// How long the mail server may take, and where (RFC 5321 section 4.5.3.2 is longer before the message: nothing is lost there by asking again).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For a TCP connection, and for a TLS handshake.
    pub connect: Duration,
    /// For the answer to any command before the message.
    pub reply: Duration,
    /// For the answer to the whole message: giving up early would leave a reply in doubt that was well on its way.
    pub accept: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(20), reply: Duration::from_secs(60), accept: Duration::from_secs(600) }
    }
}

/// How long a server that refused our login is left in peace: some lock an account that asks too often.
const AFTER_REFUSED_LOGIN: u64 = 120_000;
/// How long a server is left in peace that closes (421), or that is spoken to by too many at once (432).
const AFTER_TOO_MUCH: u64 = 60_000;

/// A way to a mail server.
#[derive(Debug)]
pub struct Smtp {
    peer: Peer,
    login: Login,
    from: Address,
    /// Of automatic replies; empty: the null sender.
    return_path: String,
    limits: Limits,
}

impl Smtp {
    /// Prepares the way; nothing is connected yet.
    ///
    /// # Errors
    /// `Permanent` when settings or files are wrong.
    pub fn new(settings: &SmtpSettings) -> Result<Self, Fault> {
        Self::with_limits(settings, Limits::default())
    }

    /// [`Smtp::new`] with time limits of one's own.
    ///
    /// # Errors
    /// As [`Smtp::new`].
    pub fn with_limits(settings: &SmtpSettings, limits: Limits) -> Result<Self, Fault> {
        let port = settings.port.unwrap_or(if settings.tls == Tls::Implicit { 465 } else { 587 });
        let peer = Peer::new(&settings.host, port, settings.tls, settings.ca_file.as_deref())?;
        let from = Address::parse(&settings.from).ok_or_else(|| Fault::Permanent("[smtp] `from` is no address".into()))?;
        let return_path = match settings.return_path.trim() {
            "" => String::new(),
            written => {
                Address::parse(written).ok_or_else(|| Fault::Permanent("[smtp] `return_path` is no address".into()))?.as_str().to_owned()
            }
        };
        Ok(Self { peer, login: Login::new(settings)?, from, return_path, limits })
    }

    /// Signs in and hangs up: for `usher doctor`.
    ///
    /// # Errors
    /// What does not work.
    pub async fn check(&self) -> Result<(), Fault> {
        let mut line = self.connect().await?;
        self.sign_in(&mut line).await?;
        hang_up(line).await;
        Ok(())
    }

    /// Hands one finished message over, to one recipient. `automatic`: the envelope sender is
    /// `return_path`, or `<>` (RFC 3834 section 3.3).
    ///
    /// # Errors
    /// `Passing` for 4xx and for anything before the message was offered (a refused login too: it is the house's fault, not
    /// the reply's), `Permanent` for 5xx, `Unsure` when it may have gone.
    pub async fn send(&self, to: &Address, automatic: bool, mail: &[u8]) -> Result<(), Fault> {
        let mail = with_crlf(mail);
        let mut line = self.connect().await?;
        self.sign_in(&mut line).await.map_err(|fault| match fault {
            // Only the operator can mend a wrong password or a withdrawn consent; the reply waits for the mending where it is.
            Fault::Permanent(what) => Fault::Passing { what, after_ms: Some(AFTER_REFUSED_LOGIN) },
            other => other,
        })?;
        let sender = if automatic { self.return_path.as_str() } else { self.from.as_str() };
        let options = self.options(&line, !sender.is_ascii() || !to.as_str().is_ascii(), &mail)?;
        self.step(line.command(&format!("MAIL FROM:<{sender}>{options}")), 2, "the sender").await?;
        self.step(line.command(&format!("RCPT TO:<{to}>")), 2, "the recipient").await?;
        self.step(line.command("DATA"), 3, "a message now").await?;
        self.hand_over(&mut line, &mail).await?;
        // The message has its answer by now: how the server says goodbye is of no interest.
        hang_up(line).await;
        Ok(())
    }

    /// Once the final dot may have left, silence proves nothing: only a reply code is an answer.
    async fn hand_over(&self, line: &mut Dialogue, mail: &[u8]) -> Result<(), Fault> {
        let mut whole = false;
        let what = match timeout(self.limits.accept, line.message(mail, &mut whole)).await {
            Ok(Ok(reply)) => match reply.class() {
                2 => return Ok(()),
                4 | 5 => return Err(self.answered(&reply, "the message")),
                _ => "gives no final answer",
            },
            Ok(Err(Trouble::Cut(_))) => "breaks the connection off",
            Ok(Err(Trouble::NoReply)) => "does not speak SMTP",
            Err(_) => "falls silent",
        };
        let told = format!("{}:{} {what}", self.peer.host, self.peer.port);
        Err(match whole {
            true => Fault::Unsure(format!("{told} after the message was handed over: it may have gone")),
            false => Fault::passing(format!("{told} before it has the whole message; nothing was sent")),
        })
    }

    async fn connect(&self) -> Result<Dialogue, Fault> {
        let limit = self.limits.connect;
        let tcp = self.peer.dial(limit).await?;
        let name = own_name();
        let mut line = match self.peer.tls {
            Tls::Implicit => Dialogue::new(self.peer.secure(tcp, limit).await?),
            Tls::None | Tls::Starttls => Dialogue::new(Box::new(tcp)),
        };
        self.step(line.reply(), 2, "a connection").await?;
        if self.peer.tls == Tls::Starttls {
            self.step(line.hello(&name), 2, "a connection").await?;
            if !line.offers("STARTTLS") {
                let what = "does not offer STARTTLS; nothing was sent in clear. Set `tls = \"implicit\"` (port 465) if it can";
                return Err(Fault::Permanent(format!("{}:{} {what}", self.peer.host, self.peer.port)));
            }
            self.step(line.command("STARTTLS"), 2, "TLS").await?;
            // What was said in clear, by who knows whom, goes with the buffer and the offers.
            line = Dialogue::new(self.peer.secure(line.into_inner(), limit).await?);
        }
        self.step(line.hello(&name), 2, "a connection").await?;
        Ok(line)
    }

    /// The options of MAIL that this message needs.
    fn options(&self, line: &Dialogue, wide_addresses: bool, mail: &[u8]) -> Result<String, Fault> {
        let refuse = |what: &str| Err(Fault::Permanent(format!("{}:{} {what}; nothing was sent", self.peer.host, self.peer.port)));
        let mut options = String::new();
        if wide_addresses {
            if !line.offers("SMTPUTF8") {
                return refuse("takes no address beyond ASCII (SMTPUTF8)");
            }
            options.push_str(" SMTPUTF8");
        }
        if !mail.is_ascii() {
            if !line.offers("8BITMIME") {
                return refuse("takes no message beyond ASCII (8BITMIME)");
            }
            options.push_str(" BODY=8BITMIME");
        }
        Ok(options)
    }

    /// A step before the message: whatever fails here, nothing was sent.
    async fn step(&self, step: impl Future<Output = Result<Reply, Trouble>>, wanted: u16, what: &str) -> Result<Reply, Fault> {
        let reply = self.heard(step).await?;
        if reply.class() == wanted { Ok(reply) } else { Err(self.answered(&reply, what)) }
    }

    /// Whatever is answered in time.
    async fn heard(&self, step: impl Future<Output = Result<Reply, Trouble>>) -> Result<Reply, Fault> {
        match timeout(self.limits.reply, step).await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(Trouble::Cut(kind))) => Err(self.passing(&format!("breaks the connection off ({kind}); nothing was sent"))),
            Ok(Err(Trouble::NoReply)) => Err(self.passing("does not speak SMTP; nothing was sent")),
            Err(_) => Err(self.passing("is silent where it should answer; nothing was sent")),
        }
    }

    /// What a reply code means. The reply's text is left out: it often quotes addresses.
    fn answered(&self, reply: &Reply, what: &str) -> Fault {
        let told = format!("{}:{} does not take {what} ({})", self.peer.host, self.peer.port, reply.codes());
        match reply.code {
            421 | 432 => Fault::Passing { what: told, after_ms: Some(AFTER_TOO_MUCH) },
            500..=599 => Fault::Permanent(told),
            _ => Fault::passing(told),
        }
    }

    fn passing(&self, what: &str) -> Fault {
        Fault::passing(format!("{}:{} {what}", self.peer.host, self.peer.port))
    }
}

async fn hang_up(mut line: Dialogue) {
    let _ = timeout(Duration::from_secs(2), line.command("QUIT")).await;
}

/// What EHLO names: this machine, or its loopback address where its name is none that a mail server would take.
fn own_name() -> String {
    let name = hostname::get().ok().and_then(|name| name.into_string().ok());
    let plain = |name: &String| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    name.filter(plain).unwrap_or_else(|| "[127.0.0.1]".into())
}
