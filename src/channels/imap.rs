//! IMAP by async-imap as transport and parser, under a thin layer of our own: the crate's fetch, append and idle keep
//! silent about errors (a tagged NO, a closed connection, an answer out of order), and each of those is a lost mail.

mod append;
mod door;
mod ear;
mod fetch;
mod folders;
mod guard;
mod line;
mod names;
mod read;
mod standing;

pub(super) use append::with_crlf;
pub(super) use names::utf7;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::timeout;

use self::ear::Ear;
use self::fetch::Losses;
use self::folders::Rooms;
use self::line::{Line, Trouble};
use super::Fault;
use super::mailbox::{Auth, Cursor, Look, MailboxSettings, Patience, Room, Wake};
use super::tls::{Peer, Tls, secret};
use super::token::Issuer;
use crate::clock::{Clock as _, System};

/// A connection unused for so long is asked whether it still stands before it is trusted with a command.
const STALE: i64 = 10;
/// Gmail ends a session about when its bearer token ends, after an hour.
const BEARER: Duration = Duration::from_secs(45 * 60);

/// How to reach and sign in to one mailbox.
pub(super) struct Account {
    peer: Peer,
    user: String,
    password: SecretString,
    /// Who gives the bearer token; `None`: the password signs in.
    issuer: Option<Issuer>,
    rooms: Rooms,
    patience: Patience,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Account({:?})", self.peer)
    }
}

impl Account {
    fn new(settings: &MailboxSettings, host: &str, patience: Patience) -> Result<Self, Fault> {
        let port = settings.port.unwrap_or(if settings.tls == Tls::Implicit { 993 } else { 143 });
        let peer = Peer::new(host, port, settings.tls, settings.ca_file.as_deref())?;
        let wanting = |what: &str| Fault::Permanent(format!("{host}: {what}"));
        if settings.user.is_empty() {
            return Err(wanting("no `user` to sign in as"));
        }
        let password = secret(settings.password.as_ref(), settings.password_file.as_deref())?;
        if settings.auth == Auth::Password && password.is_none() {
            return Err(wanting("neither `password` nor `password_file` is set"));
        }
        let issuer = (settings.auth == Auth::Xoauth2).then(|| settings.tokens.issuer(&settings.token())).transpose()?;
        let secret = password.as_ref().map_or("", |p| p.expose_secret());
        if [settings.user.as_str(), secret].iter().any(|s| s.contains(['\0', '\r', '\n', '\x01'])) {
            return Err(wanting("`user` or the password holds a line break or a control character"));
        }
        Ok(Self {
            peer,
            user: settings.user.clone(),
            password: password.unwrap_or_default(),
            issuer,
            rooms: Rooms { inbox: settings.inbox.clone(), drafts: settings.drafts.clone(), sent: settings.sent.clone() },
            patience: Patience {
                session: if settings.auth == Auth::Xoauth2 { patience.session.min(BEARER) } else { patience.session },
                ..patience
            },
        })
    }
}

/// One IMAP mailbox: a connection that works, and one that waits in IDLE once somebody waits.
#[derive(Debug)]
pub(super) struct Imap {
    account: Arc<Account>,
    poll: Duration,
    work: Option<(Line, Timestamp)>,
    ear: Option<Ear>,
    /// UIDVALIDITY and UIDNEXT of the last look into the inbox.
    looked: (u32, u32),
    /// UIDVALIDITY of the drafts folder when it was last asked what stands there.
    drafts_epoch: Option<u32>,
    losses: Losses,
}

type Work<'l, T> = Pin<Box<dyn Future<Output = Result<T, Trouble>> + Send + 'l>>;

impl Imap {
    pub async fn open(settings: &MailboxSettings, host: &str, patience: Patience) -> Result<Self, Fault> {
        let account = Arc::new(Account::new(settings, host, patience)?);
        let poll = Duration::try_from(settings.poll).unwrap_or(Duration::from_secs(60));
        let mut imap = Self { account, poll, work: None, ear: None, looked: (0, 0), drafts_epoch: None, losses: Losses::default() };
        imap.with_line(|line| Box::pin(async move { line.enter(Room::Inbox).await.map(|_| ()) })).await.map_err(|t| imap.told(t))?;
        Ok(imap)
    }

    pub async fn look(&mut self, room: Room, cursor: Option<Cursor>) -> Result<Look, Fault> {
        let looked = self.with_line(move |line| Box::pin(async move { line.look(room, cursor).await })).await;
        let (look, validity) = looked.map_err(|t| self.told(t))?;
        if room == Room::Inbox {
            self.looked = (validity, look.next);
            if let Some(ear) = &self.ear {
                ear.heard().looked.store(look.next, Ordering::Relaxed);
            }
        }
        Ok(look)
    }

    /// Waits by IDLE where the server has it, else by the clock.
    pub async fn wait(&mut self, at_most: Duration) -> Wake {
        let (account, next) = (&self.account, self.looked.1);
        let ear = self.ear.get_or_insert_with(|| Ear::open(Arc::clone(account), next));
        let heard = ear.heard();
        let deaf = heard.deaf.load(Ordering::Relaxed);
        let span = if deaf { at_most.min(self.poll) } else { at_most };
        match timeout(span, heard.wake.notified()).await {
            Ok(()) => Wake::Mail,
            Err(_) if heard.deaf.load(Ordering::Relaxed) => Wake::Mail,
            Err(_) => Wake::Quiet,
        }
    }

    pub async fn holds(&mut self, room: Room, message_id: &str) -> Result<bool, Fault> {
        let id = message_id.to_owned();
        self.with_line(move |line| Box::pin(async move { line.holds(room, &id).await })).await.map_err(|t| self.told(t))
    }

    pub async fn append(&mut self, room: Room, flags: &'static str, mail: &[u8]) -> Result<(), Fault> {
        let mail = mail.to_vec();
        let appended = self.with_line(move |line| Box::pin(async move { line.append(room, flags, &mail).await })).await;
        appended.map_err(|trouble| match trouble {
            // A parser that broke during an append broke after the first command: nobody knows how far it came.
            Trouble::Garbled => Fault::Unsure(format!("{}: the answer to a message cannot be read", self.account.peer.host)),
            other => self.told(other),
        })
    }

    fn told(&self, trouble: Trouble) -> Fault {
        trouble.fault(&self.account.peer.host)
    }

    /// Lends the working connection to `job` in a task of its own, where a panic of the parser ends the connection and
    /// not the program. A connection that fell out of step is dropped.
    async fn with_line<T, J>(&mut self, job: J) -> Result<T, Trouble>
    where
        T: Send + 'static,
        J: for<'l> FnOnce(&'l mut Line) -> Work<'l, T> + Send + 'static,
    {
        let mut line = self.line().await?;
        let mut task = tokio::task::JoinSet::new();
        task.spawn(async move {
            let result = job(&mut line).await;
            (line, result)
        });
        let Some(Ok((line, result))) = task.join_next().await else { return Err(Trouble::Garbled) };
        if result.as_ref().err().is_none_or(Trouble::leaves_line_whole) {
            self.work = Some((line, System.now()));
        }
        result
    }

    /// The working connection, asked whether it still stands when it was long unused; else a new one.
    async fn line(&mut self) -> Result<Line, Trouble> {
        if let Some((mut line, used)) = self.work.take() {
            if line.left().is_zero() {
                return Ok(Line::connect(&self.account).await?);
            }
            if System.now().duration_since(used).as_secs() < STALE {
                return Ok(line);
            }
            let mut asking = tokio::task::JoinSet::new();
            asking.spawn(async move {
                let alive = line.run("answer", "NOOP", |_| {}).await.is_ok();
                (line, alive)
            });
            if let Some(Ok((line, true))) = asking.join_next().await {
                return Ok(line);
            }
        }
        Ok(Line::connect(&self.account).await?)
    }
}

/// How long to rest after so many failures in a row: 1 s, doubled to 80 s, and up to a quarter more by chance, so that
/// many clients of one server do not come back in step.
fn backoff(failures: u32) -> Duration {
    let base = 1000_u64.saturating_mul(1 << failures.saturating_sub(1).min(7)).min(80_000);
    let chance = u64::try_from(System.id().random() % 1000).unwrap_or_default();
    Duration::from_millis(base + base * chance / 4000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_with_a_bearer_token_is_made_anew_sooner() {
        let signed_in = |auth| MailboxSettings {
            user: "support".into(),
            password: Some("secret".into()),
            token_command: Some("print-a-token".into()),
            tls: Tls::None,
            auth,
            ..MailboxSettings::default()
        };
        let session = |auth| Account::new(&signed_in(auth), "localhost", Patience::default()).map(|a| a.patience.session).ok();
        assert_eq!(session(Auth::Password), Some(Duration::from_secs(23 * 3600)));
        assert_eq!(session(Auth::Xoauth2), Some(Duration::from_secs(45 * 60)));
    }

    #[test]
    fn rests_grow_to_eighty_seconds_and_no_further() {
        for (failures, least) in [(0, 1), (1, 1), (2, 2), (5, 16), (8, 80), (1000, 80)] {
            let rest = backoff(failures).as_secs_f64();
            assert!((f64::from(least)..=f64::from(least) * 1.25).contains(&rest), "{failures}: {rest}");
        }
    }
}
