//! Sending by SMTP (RFC 5321), one step at a time: which step failed decides whether the message may have gone.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use lettre::transport::smtp;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufStream, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Fault;
use super::imap::with_crlf;
use super::tls::{Peer, Stream, Tls, secret};
use crate::message::address::Address;

/// `[smtp]`.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmtpSettings {
    /// Host.
    pub host: String,
    /// 465 for implicit TLS, 587 otherwise.
    pub port: Option<u16>,
    /// How the connection is protected.
    pub tls: Tls,
    /// Login name; empty: no login.
    pub user: String,
    /// Password.
    pub password: Option<SecretString>,
    /// File that holds the password.
    pub password_file: Option<PathBuf>,
    /// The desk's address in From.
    pub from: String,
    /// Own root certificates (PEM), beside the system's.
    pub ca_file: Option<PathBuf>,
}

impl Default for SmtpSettings {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: None,
            tls: Tls::default(),
            user: String::new(),
            password: None,
            password_file: None,
            from: "support@nexam.example".into(),
            ca_file: None,
        }
    }
}

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

/// A way to a mail server.
#[derive(Debug)]
pub struct Smtp {
    peer: Peer,
    login: Option<(String, SecretString)>,
    from: Address,
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
        let password = secret(settings.password.as_ref(), settings.password_file.as_deref())?;
        let login = match (settings.user.is_empty(), password) {
            (true, _) => None,
            (false, Some(password)) => Some((settings.user.clone(), password)),
            (false, None) => return Err(Fault::Permanent("[smtp] has a `user`, but neither `password` nor `password_file`".into())),
        };
        let from = Address::parse(&settings.from).ok_or_else(|| Fault::Permanent("[smtp] `from` is no address".into()))?;
        Ok(Self { peer, login, from, limits })
    }

    /// Signs in and hangs up: for `usher doctor`.
    ///
    /// # Errors
    /// What does not work.
    pub async fn check(&self) -> Result<(), Fault> {
        let mut line = self.connect().await?;
        self.sign_in(&mut line).await.map_err(|fault| match fault {
            // Only the operator can mend a wrong password; a reply that waits for the mending stays where it is.
            Fault::Passing { what, after_ms: Some(AFTER_REFUSED_LOGIN) } => Fault::Permanent(what),
            other => other,
        })?;
        self.hang_up(line).await;
        Ok(())
    }

    /// Hands one finished message over, to one recipient. `null_sender`: the envelope sender is `<>` (RFC 3834 section 3.3).
    ///
    /// # Errors
    /// `Passing` for 4xx and for anything before the message was offered (a refused login too: it is the house's fault, not
    /// the reply's), `Permanent` for 5xx, `Unsure` when it may have gone.
    pub async fn send(&self, to: &Address, null_sender: bool, mail: &[u8]) -> Result<(), Fault> {
        let mail = with_crlf(mail);
        let mut line = self.connect().await?;
        self.sign_in(&mut line).await?;
        let sender = if null_sender { None } else { Some(envelope_address(&self.from)?) };
        let options = self.options(&line, sender.is_some() && !self.from.as_str().is_ascii() || !to.as_str().is_ascii(), &mail)?;
        let recipient = envelope_address(to)?;
        self.before(line.command(Mail::new(sender, options)), "the sender").await?;
        self.before(line.command(Rcpt::new(recipient, Vec::new())), "the recipient").await?;
        self.before(line.command(Data), "a message now").await?;
        // From here on silence proves nothing: the message may be there. Only a reply code is an answer.
        // The end of data brings its own line end.
        let body = mail.strip_suffix(b"\r\n").unwrap_or(&mail);
        match timeout(self.limits.accept, line.message(body)).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                return Err(self.answered(&error, "the message").unwrap_or_else(|| self.unsure("broke the connection off")));
            }
            Err(_) => return Err(self.unsure("fell silent")),
        }
        self.hang_up(line).await;
        Ok(())
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Fault> {
        let connect = self.limits.connect;
        let tcp = self.peer.dial(connect).await?;
        let hello = ClientId::default();
        let stream = match self.peer.tls {
            Tls::Implicit => Greeted::by_server(self.peer.secure(tcp, connect).await?),
            Tls::None => Greeted::by_server(Box::new(tcp)),
            Tls::Starttls => {
                let plain = timeout(self.limits.reply, self.ask_for_tls(tcp, &hello));
                let plain = plain.await.unwrap_or_else(|_| Err(self.passing("is silent where it should answer")))?;
                Greeted::already(self.peer.secure(plain, connect).await?)
            }
        };
        self.before(AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello), "a connection").await
    }

    /// Greeting, EHLO and STARTTLS, by hand: lettre keeps what it read in clear and would believe it behind TLS.
    async fn ask_for_tls(&self, tcp: TcpStream, hello: &ClientId) -> Result<TcpStream, Fault> {
        let mut wire = BufStream::new(tcp);
        self.plain_reply(&mut wire, None, b'2').await?;
        let offers = self.plain_reply(&mut wire, Some(&format!("EHLO {hello}\r\n")), b'2').await?;
        if !offers.iter().any(|line| line.get(4..).is_some_and(|w| w.trim().eq_ignore_ascii_case("STARTTLS"))) {
            let what = "does not offer STARTTLS; nothing was sent in clear. Set `tls = \"implicit\"` (port 465) if it can";
            return Err(Fault::Permanent(format!("{}:{} {what}", self.peer.host, self.peer.port)));
        }
        self.plain_reply(&mut wire, Some("STARTTLS\r\n"), b'2').await?;
        Ok(wire.into_inner())
    }

    async fn plain_reply(&self, wire: &mut BufStream<TcpStream>, command: Option<&str>, wanted: u8) -> Result<Vec<String>, Fault> {
        let broken = |e: std::io::Error| self.passing(&format!("breaks the connection off ({})", e.kind()));
        if let Some(command) = command {
            wire.write_all(command.as_bytes()).await.map_err(broken)?;
            wire.flush().await.map_err(broken)?;
        }
        let mut lines = Vec::new();
        loop {
            let mut line = Vec::new();
            (&mut *wire).take(2048).read_until(b'\n', &mut line).await.map_err(broken)?;
            if !line.ends_with(b"\n") || lines.len() > 100 {
                return Err(self.passing("does not speak SMTP"));
            }
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            let last = text.as_bytes().get(3) != Some(&b'-');
            lines.push(text);
            if last {
                break;
            }
        }
        match lines.last().and_then(|line| line.bytes().next()) {
            Some(first) if first == wanted => Ok(lines),
            Some(b'5') => Err(Fault::Permanent(format!("{}:{} refuses to talk before TLS", self.peer.host, self.peer.port))),
            _ => Err(self.passing("does not begin TLS now")),
        }
    }

    async fn sign_in(&self, line: &mut AsyncSmtpConnection) -> Result<(), Fault> {
        let Some((user, password)) = &self.login else { return Ok(()) };
        let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
        let asked = timeout(self.limits.reply, line.auth(&[Mechanism::Plain, Mechanism::Login], &credentials)).await;
        let refused = |what: &str| Fault::Passing {
            what: format!("{}:{} {what}", self.peer.host, self.peer.port),
            after_ms: Some(AFTER_REFUSED_LOGIN),
        };
        match asked {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(e)) if e.is_permanent() => Err(refused("refuses the login: check `user` and `password` (or `password_file`) of [smtp]")),
            Ok(Err(e)) if e.is_client() => Err(refused("offers no way to sign in with a password")),
            Ok(Err(e)) => Err(self.answered(&e, "the login").unwrap_or_else(|| self.passing("breaks the login off"))),
            Err(_) => Err(self.passing("is silent where it should answer")),
        }
    }

    fn options(&self, line: &AsyncSmtpConnection, wide_addresses: bool, mail: &[u8]) -> Result<Vec<MailParameter>, Fault> {
        let refuse = |what: &str| Err(Fault::Permanent(format!("{}:{} {what}; nothing was sent", self.peer.host, self.peer.port)));
        let mut options = Vec::new();
        if wide_addresses {
            if !line.server_info().supports_feature(Extension::SmtpUtfEight) {
                return refuse("takes no address beyond ASCII (SMTPUTF8)");
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        if !mail.is_ascii() {
            if !line.server_info().supports_feature(Extension::EightBitMime) {
                return refuse("takes no message beyond ASCII (8BITMIME)");
            }
            options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        Ok(options)
    }

    /// A step before the message: whatever fails here, nothing was sent.
    async fn before<T>(&self, step: impl Future<Output = Result<T, smtp::Error>>, what: &str) -> Result<T, Fault> {
        match timeout(self.limits.reply, step).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => {
                Err(self.answered(&error, what).unwrap_or_else(|| self.passing("breaks the connection off; nothing was sent")))
            }
            Err(_) => Err(self.passing("is silent where it should answer; nothing was sent")),
        }
    }

    /// What a reply code means. The reply's text is left out: it often quotes addresses.
    fn answered(&self, error: &smtp::Error, what: &str) -> Option<Fault> {
        let code = error.status()?;
        let told = format!("{}:{} does not take {what} (SMTP {code})", self.peer.host, self.peer.port);
        Some(if error.is_permanent() { Fault::Permanent(told) } else { Fault::passing(told) })
    }

    /// The message has its answer by now: how the server says goodbye is of no interest.
    async fn hang_up(&self, mut line: AsyncSmtpConnection) {
        let _ = timeout(Duration::from_secs(2), line.quit()).await;
    }

    fn passing(&self, what: &str) -> Fault {
        Fault::passing(format!("{}:{} {what}", self.peer.host, self.peer.port))
    }

    fn unsure(&self, what: &str) -> Fault {
        Fault::Unsure(format!("{}:{} {what} after the message was handed over: it may have gone", self.peer.host, self.peer.port))
    }
}

fn envelope_address(address: &Address) -> Result<lettre::Address, Fault> {
    address.as_str().parse().map_err(|_| Fault::Permanent("an address that no envelope can hold".into()))
}

/// A connection on which a greeting can be read. Behind STARTTLS the server gives none, and lettre waits for one.
#[derive(Debug)]
struct Greeted {
    greeting: &'static [u8],
    stream: Box<dyn Stream>,
}

impl Greeted {
    fn by_server(stream: Box<dyn Stream>) -> Self {
        Self { greeting: b"", stream }
    }

    fn already(stream: Box<dyn Stream>) -> Self {
        Self { greeting: b"220 go on\r\n", stream }
    }
}

impl AsyncTokioStream for Greeted {
    fn peer_addr(&self) -> std::io::Result<std::net::SocketAddr> {
        Err(std::io::ErrorKind::Unsupported.into())
    }
}

impl AsyncRead for Greeted {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        if self.greeting.is_empty() {
            return Pin::new(&mut self.stream).poll_read(cx, buf);
        }
        let (now, later) = self.greeting.split_at(self.greeting.len().min(buf.remaining()));
        buf.put_slice(now);
        self.greeting = later;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Greeted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
