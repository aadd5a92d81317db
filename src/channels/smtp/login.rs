//! Signing in: PLAIN or LOGIN with a password, XOAUTH2 with a bearer token.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};

use super::dialogue::{Dialogue, Reply};
use super::{Smtp, SmtpSettings};
use crate::channels::Fault;
use crate::channels::mailbox::Auth;
use crate::channels::tls::secret;
use crate::channels::token::Issuer;

/// Who we are to the server.
#[derive(Debug)]
pub(super) enum Login {
    Nobody,
    Password { user: String, password: SecretString },
    Token { user: String, issuer: Issuer },
}

impl Login {
    pub fn new(settings: &SmtpSettings) -> Result<Self, Fault> {
        let wrong = |what: &str| Err(Fault::Permanent(format!("[smtp] {what}")));
        let user = settings.user.clone();
        let odd = |text: &str| text.contains(['\0', '\r', '\n', '\x01']);
        if odd(&user) {
            return wrong("`user` holds a line break or a control character");
        }
        if settings.auth == Auth::Xoauth2 {
            let issuer = settings.tokens.issuer(&settings.token())?;
            return if user.is_empty() { wrong("has no `user` to sign in as") } else { Ok(Self::Token { user, issuer }) };
        }
        let password = secret(settings.password.as_ref(), settings.password_file.as_deref())?;
        match (user.is_empty(), password) {
            (true, _) => Ok(Self::Nobody),
            (false, Some(password)) if odd(password.expose_secret()) => wrong("the password holds a line break or a control character"),
            (false, Some(password)) => Ok(Self::Password { user, password }),
            (false, None) => wrong("has a `user`, but neither `password` nor `password_file`"),
        }
    }
}

impl Smtp {
    /// Signs in, where the settings say how.
    ///
    /// # Errors
    /// `Permanent` where only the operator can mend it.
    pub(super) async fn sign_in(&self, line: &mut Dialogue) -> Result<(), Fault> {
        match &self.login {
            Login::Nobody => Ok(()),
            Login::Password { user, password } => {
                let reply = self.by_password(line, user, password).await?;
                self.let_in(&reply, "refuses the login", "check `user` and `password` (or `password_file`) of [smtp]")
            }
            Login::Token { user, issuer } => {
                if !line.signs_in_by("XOAUTH2") {
                    return Err(self.permanent("offers no way to sign in with a bearer token (XOAUTH2)"));
                }
                let bearer = issuer.bearer().await?;
                let mut reply = self.heard(line.command(&format!("AUTH XOAUTH2 {}", bearer.xoauth2(user)))).await?;
                if reply.code == 334 {
                    // The server tells its reasons as a question. Only an empty answer brings the refusal itself.
                    reply = self.heard(line.command("")).await?;
                }
                match reply.class() {
                    2 => bearer.accepted(),
                    5 => bearer.refused(),
                    _ => {}
                }
                self.let_in(&reply, "does not take the bearer token", &format!("look at {}", issuer.setting()))
            }
        }
    }

    async fn by_password(&self, line: &mut Dialogue, user: &str, password: &SecretString) -> Result<Reply, Fault> {
        let password = password.expose_secret();
        if line.signs_in_by("PLAIN") {
            let both = STANDARD.encode(format!("\0{user}\0{password}"));
            return self.heard(line.command(&format!("AUTH PLAIN {both}"))).await;
        }
        if !line.signs_in_by("LOGIN") {
            return Err(self.permanent("offers no way to sign in with a password"));
        }
        let mut reply = self.heard(line.command("AUTH LOGIN")).await?;
        for answer in [user, password] {
            if reply.code == 334 {
                reply = self.heard(line.command(&STANDARD.encode(answer))).await?;
            }
        }
        Ok(reply)
    }

    fn let_in(&self, reply: &Reply, refusal: &str, remedy: &str) -> Result<(), Fault> {
        match reply.class() {
            2 => Ok(()),
            5 => Err(self.permanent(&format!("{refusal} ({}): {remedy}", reply.codes()))),
            _ => Err(self.answered(reply, "the login")),
        }
    }

    fn permanent(&self, what: &str) -> Fault {
        Fault::Permanent(format!("{}:{} {what}", self.peer.host, self.peer.port))
    }
}
