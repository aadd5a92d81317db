//! A whole desk: mail at one end, mail at the other, staff in between.

use std::fs::{self, File};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::key::Key;

use crate::browser::Browser;
use crate::house::dovecot::Dovecot;
use crate::house::smtp::{Kept, SmtpSink};
use crate::house::{free_port, rest, within};
use crate::post::Post;

/// The password of everybody here.
pub const PASSWORD: &str = "quatre chats gris";
/// Whoever may send.
pub const MARC: &str = "marc.lefort@nexam.example";
/// A colleague of the same role.
pub const LEA: &str = "lea.brodeur@nexam.example";
/// Whoever runs the desk.
pub const OLGA: &str = "olga.petit@nexam.example";

const STAFF: [(&str, &str, &str); 3] = [(MARC, "Marc Lefort", "send"), (LEA, "Léa Brodeur", "send"), (OLGA, "Olga Petit", "operator")];

/// A running desk with everything it speaks to. It ends with this value.
pub struct Bench {
    pub dovecot: Dovecot,
    pub sink: SmtpSink,
    pub url: String,
    post: Post,
    _register: tempfile::TempDir,
    child: Child,
}

impl Bench {
    /// Starts one with a register, after usher has taken `mail`; replies are held for `hold`.
    pub fn start(register: tempfile::TempDir, mail: &[Vec<u8>], hold: &str) -> Self {
        let (dovecot, sink, port) = (Dovecot::start(), SmtpSink::start(), free_port());
        let url = format!("http://127.0.0.1:{port}");
        let more = format!(
            "url = \"{url}\"\ntime_zone = \"America/Toronto\"\n[smtp]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n\
             from = \"support@nexam.example\"\n[replies]\nhold = \"{hold}\"\n",
            sink.port()
        );
        let post = Post::with(&dovecot, register.path(), &more);
        post.set("listen = \"127.0.0.1:0\"", &format!("listen = \"127.0.0.1:{port}\""));
        let secret = post.folder.path().join("password");
        fs::write(&secret, PASSWORD).unwrap();
        for (email, name, role) in STAFF {
            let file = secret.display().to_string();
            let added = post.usher(&["user", "add", email, "--name", name, "--role", role, "--password-file", &file]).output().unwrap();
            assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
        }
        mail.iter().for_each(|mail| dovecot.deliver(mail));
        let log = File::create(post.folder.path().join("usher.log")).unwrap();
        let mut command = post.usher(&["serve"]);
        let child = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let bench = Self { dovecot, sink, url, post, _register: register, child };
        within(Duration::from_secs(60), "the desk opens", || std::net::TcpStream::connect(("127.0.0.1", port)).ok());
        bench.judged(mail.len());
        bench
    }

    /// Waits until so many messages have a fate.
    pub fn judged(&self, count: usize) {
        within(Duration::from_secs(60), "all mail is judged", || {
            let done = self.post.ledger().iter().filter(|row| row["fate"] != "waiting").count();
            (done >= count).then_some(())
        });
    }

    /// Runs a command of usher's beside the desk; answers what it prints.
    pub fn usher(&self, arguments: &[&str]) -> String {
        let out = self.post.usher(arguments).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    }

    /// Waits until so many mails arrived, and then a while longer: none may follow.
    pub fn arrived(&self, count: usize) -> Vec<Kept> {
        within(Duration::from_secs(30), &format!("{count} mails arrive"), || (self.sink.mails().len() >= count).then_some(()));
        rest(Duration::from_millis(700));
        let mails = self.sink.mails();
        assert_eq!(mails.len(), count, "{:?}", mails.iter().map(|m| &m.to).collect::<Vec<_>>());
        mails
    }

    /// A browser in which somebody signed in, by keys alone.
    pub async fn at_work(&self, email: &str) -> Browser {
        let browser = Browser::start(&self.url).await;
        self.sign_in(&browser, email).await;
        browser
    }

    /// Signs in, by keys alone.
    pub async fn sign_in(&self, browser: &Browser, email: &str) {
        browser.open("/").await;
        browser.until("the page asks who it is", "location.pathname === '/sign-in' && document.activeElement.name === 'email'").await;
        browser.keys(email).await;
        browser.press(Key::Tab).await;
        browser.keys(PASSWORD).await;
        browser.press(Key::Enter).await;
        browser.until("the queue opens", "location.pathname === '/queue' && document.readyState === 'complete'").await;
    }

    /// The log so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.post.folder.path().join("usher.log")).unwrap_or_default()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        drop(Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status());
        for _ in 0..100 {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            rest(Duration::from_millis(30));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
