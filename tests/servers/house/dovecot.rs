//! A real Dovecot on ports of its own, without any rights, in a folder that goes with it.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::trust::{Flaw, Trust};
use super::{end, free_port, greeted, id, is_root, rest, within};

/// The mailbox's user, and the password of all.
pub const USER: &str = "support";
pub const PASSWORD: &str = "secret";

/// What bearer tokens are signed with.
const TOKEN_KEY: &[u8] = b"the key of the house of servers, long enough";

/// A running Dovecot. It ends with this value.
pub struct Dovecot {
    place: tempfile::TempDir,
    child: Option<Child>,
    port: u16,
    tls_port: u16,
    trust: Trust,
    owner: Option<(u32, u32)>,
    delivered: AtomicU64,
}

impl Dovecot {
    /// Starts one with an empty mailbox.
    pub fn start() -> Self {
        Self::with_flaw(Flaw::None)
    }

    /// Starts one whose certificate has a flaw.
    pub fn with_flaw(flaw: Flaw) -> Self {
        Self::with(flaw, true)
    }

    /// Starts one that marks no folder for any purpose.
    pub fn without_marks() -> Self {
        Self::with(Flaw::None, false)
    }

    fn with(flaw: Flaw, marks: bool) -> Self {
        let place = tempfile::Builder::new().prefix("usher-dovecot-").tempdir_in("/tmp").unwrap();
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let trust = Trust::new(place.path(), flaw);
        let owner = is_root().then(|| (id(&["-u", "nobody"]).parse().unwrap(), id(&["-g", "nobody"]).parse().unwrap()));
        let mut dovecot = Self { place, child: None, port: free_port(), tls_port: free_port(), trust, owner, delivered: AtomicU64::new(0) };
        dovecot.furnish(marks);
        dovecot.run();
        dovecot
    }

    fn furnish(&self, marks: bool) {
        let root = self.root();
        let mail = self.maildir();
        for folder in
            ["run", "state", "keys/default/HS256"].map(|f| root.join(f)).iter().chain(&["tmp", "new", "cur"].map(|f| mail.join(f)))
        {
            fs::create_dir_all(folder).unwrap();
        }
        fs::write(root.join("keys/default/HS256/default"), STANDARD.encode(TOKEN_KEY)).unwrap();
        let oauth = format!(
            "introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix={}/keys/\nusername_attribute = sub\n",
            root.display()
        );
        fs::write(root.join("oauth2.conf"), oauth).unwrap();
        let (user, group) = if self.owner.is_some() { ("nobody".to_owned(), id(&["-gn", "nobody"])) } else { (id(&["-un"]), id(&["-gn"])) };
        let conf = include_str!("dovecot.conf")
            .replace("@D@", &root.display().to_string())
            .replace("@U@", &user)
            .replace("@G@", &group)
            .replace("@PORT@", &self.port.to_string())
            .replace("@TLS_PORT@", &self.tls_port.to_string())
            .replace("@PASSWORD@", PASSWORD)
            .replace("special_use =", if marks { "special_use =" } else { "# special_use =" });
        fs::write(root.join("dovecot.conf"), conf).unwrap();
        if let Some((uid, gid)) = self.owner {
            let given = Command::new("chown").arg("-R").arg(format!("{uid}:{gid}")).arg(root).status().unwrap();
            assert!(given.success());
        }
    }

    fn run(&mut self) {
        let program = ["/usr/sbin/dovecot", "/usr/local/sbin/dovecot", "/usr/bin/dovecot"].into_iter().find(|p| Path::new(p).exists());
        let program = program.expect("Dovecot is not installed: tests/run installs it");
        let mut command = match self.owner {
            Some((uid, gid)) => {
                let mut command = Command::new("setpriv");
                command.arg(format!("--reuid={uid}")).arg(format!("--regid={gid}")).arg("--clear-groups").arg(program);
                command
            }
            None => Command::new(program),
        };
        command.arg("-F").arg("-c").arg(self.root().join("dovecot.conf"));
        self.child = Some(command.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        let (port, log) = (self.port, self.root().join("dovecot.log"));
        within(Duration::from_secs(20), &format!("Dovecot's greeting (see {})", log.display()), || greeted(port, "* OK").then_some(()));
    }

    /// Stops it; the mail stays.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            end(&mut child);
        }
    }

    /// Starts it again after [`Dovecot::stop`].
    pub fn start_again(&mut self) {
        self.run();
    }

    /// Makes the server forget all its numbers: UIDs start at 1 under another UIDVALIDITY, over the same mail.
    pub fn reset_uid_validity(&mut self) {
        self.stop();
        // UIDVALIDITY is the second in which the folder is met first.
        rest(Duration::from_millis(1100));
        for entry in fs::read_dir(self.maildir()).unwrap().map(Result::unwrap) {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with("dovecot") {
                fs::remove_file(entry.path()).unwrap();
            }
        }
        self.run();
    }

    /// Puts a message into the inbox, as a mail server would.
    pub fn deliver(&self, mail: &[u8]) {
        self.deliver_to("", mail);
    }

    /// Puts a message into a sub-folder, as another program would; without a name: into the inbox.
    pub fn deliver_to(&self, folder: &str, mail: &[u8]) {
        let maildir = if folder.is_empty() { self.maildir() } else { self.maildir().join(format!(".{folder}")) };
        // Dovecot makes a folder's own folders when it is first used.
        for part in [&maildir, &maildir.join("tmp"), &maildir.join("new"), &maildir.join("cur")] {
            if fs::create_dir(part).is_ok()
                && let Some((uid, gid)) = self.owner
            {
                chown(part, Some(uid), Some(gid)).unwrap();
            }
        }
        let number = self.delivered.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}.M{number:06}.house", 1_790_000_000 + number);
        let (half, whole) = (maildir.join("tmp").join(&name), maildir.join("new").join(&name));
        fs::write(&half, mail).unwrap();
        if let Some((uid, gid)) = self.owner {
            chown(&half, Some(uid), Some(gid)).unwrap();
        }
        fs::rename(half, whole).unwrap();
    }

    /// Puts a message into a sub-folder, as another program would.
    pub fn put(&self, folder: &str, mail: &[u8]) {
        let number = self.delivered.fetch_add(1, Ordering::Relaxed);
        let file = self.maildir().join(format!(".{folder}")).join("cur").join(format!("{}.M{number:06}.house:2,S", 1_790_000_000 + number));
        fs::write(&file, mail).unwrap();
        if let Some((uid, gid)) = self.owner {
            chown(&file, Some(uid), Some(gid)).unwrap();
        }
    }

    /// What lies in the drafts folder, by time.
    pub fn drafts(&self) -> Vec<Vec<u8>> {
        self.folder("Drafts")
    }

    /// What lies in a sub-folder, by name of file.
    pub fn folder(&self, name: &str) -> Vec<Vec<u8>> {
        self.folder_files(name).iter().map(|path| fs::read(path).unwrap()).collect()
    }

    /// The files of a sub-folder; their names carry the flags.
    pub fn folder_files(&self, name: &str) -> Vec<PathBuf> {
        self.files(&self.maildir().join(format!(".{name}")))
    }

    /// Flags a message of a sub-folder, as another program would.
    pub fn flag(&self, path: &Path, flag: char) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let (plain, flags) = name.split_once(":2,").unwrap_or((&name, ""));
        let mut flags: Vec<char> = flags.chars().chain([flag]).collect();
        flags.sort_unstable();
        let cur = path.parent().unwrap().with_file_name("cur");
        fs::rename(path, cur.join(format!("{plain}:2,{}", flags.into_iter().collect::<String>()))).unwrap();
    }

    /// How many messages the inbox has.
    pub fn inbox_count(&self) -> usize {
        self.files(&self.maildir()).len()
    }

    /// The files of the inbox; their names carry the flags.
    pub fn inbox_files(&self) -> Vec<PathBuf> {
        self.files(&self.maildir())
    }

    fn files(&self, maildir: &Path) -> Vec<PathBuf> {
        let mut paths: Vec<PathBuf> = ["new", "cur"]
            .iter()
            .filter_map(|part| fs::read_dir(maildir.join(part)).ok())
            .flat_map(|entries| entries.map(|e| e.unwrap().path()))
            .collect();
        paths.sort_by(|a, b| a.file_name().cmp(&b.file_name()));
        paths
    }

    /// A bearer token for `user`, good for an hour from now, or expired an hour ago.
    pub fn token(&self, user: &str, good: bool) -> String {
        let now = jiff::Timestamp::from_second(usher::clock::Clock::now(&usher::clock::System).as_second()).unwrap().as_second();
        let until = if good { now + 3600 } else { now - 3600 };
        let head = URL_SAFE_NO_PAD.encode(br#"{"alg":"HS256","typ":"JWT"}"#);
        let body = URL_SAFE_NO_PAD.encode(format!(r#"{{"sub":"{user}","iat":{},"exp":{until}}}"#, now - 7200));
        let mut mac = Hmac::<Sha256>::new_from_slice(TOKEN_KEY).unwrap();
        mac.update(format!("{head}.{body}").as_bytes());
        format!("{head}.{body}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    /// Port without TLS, where STARTTLS is offered.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Port with TLS from the first byte.
    pub fn tls_port(&self) -> u16 {
        self.tls_port
    }

    /// The root that signed its certificate.
    pub fn ca_file(&self) -> &Path {
        &self.trust.ca_file
    }

    /// What Dovecot has to say.
    pub fn log(&self) -> String {
        fs::read_to_string(self.root().join("dovecot.log")).unwrap_or_default()
    }

    fn root(&self) -> &Path {
        self.place.path()
    }

    fn maildir(&self) -> PathBuf {
        self.root().join("mail").join(USER).join("Maildir")
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        self.stop();
    }
}
