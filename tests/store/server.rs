//! The two databases that every promise is held on.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use usher::clock::{Clock, System};
use usher::store::{Store, StoreSettings};

/// A Postgres server of this test run's own.
pub struct Server {
    folder: tempfile::TempDir,
    process: Child,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Server {
    /// Starts one on a socket in a temporary folder; `None`: Postgres is not installed.
    pub fn start() -> Option<Self> {
        let programs = programs()?;
        let folder = tempfile::Builder::new().prefix("usher-pg-").tempdir_in("/tmp").unwrap();
        let root = Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout == b"0\n");
        let run = |program: &str| {
            if !root {
                return Command::new(programs.join(program));
            }
            let mut command = Command::new("setpriv");
            command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]).arg(programs.join(program));
            command
        };
        if root {
            assert!(Command::new("chown").arg("nobody").arg(folder.path()).status().unwrap().success());
        }
        let data = folder.path().join("data");
        let made = run("initdb").args(["-A", "trust", "-U", "usher", "-E", "UTF8", "--no-sync", "-D"]).arg(&data).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let process = run("postgres")
            .arg("-D")
            .arg(&data)
            .args(["-c", "listen_addresses=", "-c", "fsync=off", "-k"])
            .arg(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Some(Self { folder, process })
    }

    pub async fn fresh(&self, name: &str) -> Store {
        Store::open(&StoreSettings { url: self.database(name).await, ..StoreSettings::default() }).await.expect("the database opens")
    }

    /// The URL of a new, empty database.
    pub async fn database(&self, name: &str) -> String {
        let socket = self.folder.path().display().to_string().replace('/', "%2F");
        let url = |database: &str| format!("postgres://usher@{socket}/{database}");
        for _ in 0..200 {
            let psql = Command::new("psql")
                .args(["-h", &self.folder.path().display().to_string(), "-U", "usher", "-d", "postgres", "-c"])
                .arg(format!("CREATE DATABASE {name}"))
                .output()
                .unwrap();
            if psql.status.success() {
                break;
            }
            System.rest(std::time::Duration::from_millis(50)).await;
        }
        url(name)
    }
}

fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let found = versions.filter_map(Result::ok).map(|v| v.path().join("bin")).find(|bin| bin.join("initdb").exists());
    assert!(found.is_some() || std::env::var_os("CI").is_none(), "Postgres is not installed: apt-get install postgresql");
    found
}

/// Both databases, empty. They live as long as what is returned beside them.
pub async fn both(name: &str) -> (Vec<Store>, tempfile::TempDir, Option<Server>) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("usher.db").display());
    let mut stores = vec![Store::open(&StoreSettings { url, ..StoreSettings::default() }).await.unwrap()];
    let server = Server::start();
    match &server {
        Some(server) => stores.push(server.fresh(name).await),
        None => println!("left out: Postgres is not installed"),
    }
    (stores, folder, server)
}
