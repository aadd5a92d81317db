//! A desk of its own for each test, and browsers to look at it with.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::header::{HeaderMap, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use ulid::Ulid;
use usher::channels::mailbox::{MailboxSettings, Start};
use usher::clock::{Clock, System};
use usher::desk::{self, DeskSettings, Works, password};
use usher::message::thread::Threads;
use usher::people::codes::Seal;
use usher::store::staff::{Act, Role};
use usher::store::{Store, StoreSettings};
use usher::triage::playbook::Playbook;
use usher::worker::mirror::DirectorySettings;
use usher::worker::{RepliesSettings, Until};

/// The password of everybody here.
pub const PASSWORD: &str = "quatre chats gris";

/// A clock that a test moves on.
#[derive(Debug, Default)]
pub struct Hands(Mutex<SignedDuration>);

impl Hands {
    pub fn on(&self, by: SignedDuration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        System.now() + *self.0.lock().unwrap()
    }

    fn id(&self) -> Ulid {
        System.id()
    }

    fn rest(&self, pause: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        System.rest(pause)
    }
}

/// A running desk.
pub struct House {
    pub url: String,
    pub store: Store,
    pub clock: Arc<Hands>,
    hash: String,
    _folder: tempfile::TempDir,
}

impl House {
    /// Opens one with `[desk]` as a test wants it.
    pub async fn open(change: impl FnOnce(&mut DeskSettings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("usher.db").display());
        let store = Store::open(&StoreSettings { url, ..StoreSettings::default() }).await.unwrap();
        let clock = Arc::new(Hands::default());
        let mut settings = DeskSettings { listen: "127.0.0.1:0".into(), ..DeskSettings::default() };
        change(&mut settings);
        let listener = desk::listen(&settings).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let works = Works {
            store: store.clone(),
            playbook: Arc::new(Playbook::built_in(Default::default(), Default::default(), Default::default()).unwrap()),
            in_force: Arc::default(),
            // The desk takes the register in by itself.
            alone: Some(seal()),
            threads: Threads::new(&[1; 32]),
            from: "support@nexam.example".into(),
            settings,
            mailboxes: BTreeMap::new(),
            trial: false,
            hold: SignedDuration::from_secs(10),
            key: [1; 32],
            clock: clock.clone(),
        };
        tokio::spawn(desk::serve(works, listener, std::future::pending()));
        let hash = password::hashed(PASSWORD).await.unwrap();
        Self { url, store, clock, hash, _folder: folder }
    }

    /// Judges mails as the worker does, against two candidates: Ada Roy, activated, of Lakeshore; Amélie Tremblay, whose code expired.
    pub async fn judge(&self, mails: &[String]) {
        let folder = self._folder.path().join(System.id().to_string());
        let directory = self._folder.path().join("directory");
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::create_dir_all(&folder).unwrap();
        for (name, text) in register(self.clock.now()) {
            std::fs::write(directory.join(name), text).unwrap();
        }
        for (at, mail) in mails.iter().enumerate() {
            std::fs::write(folder.join(format!("{at:03}.eml")), mail).unwrap();
        }
        let mailbox = MailboxSettings { folder: Some(folder), start: Start::All, ..MailboxSettings::default() };
        let works = usher::worker::Works {
            store: self.store.clone(),
            seal: seal(),
            threads: Threads::new(&[1; 32]),
            playbook: Arc::new(Playbook::built_in(Default::default(), Default::default(), Default::default()).unwrap()),
            in_force: Arc::default(),
            directory: DirectorySettings { path: Some(directory), ..DirectorySettings::default() },
            platform: None,
            intake: true,
            mailboxes: [(System.id().to_string(), mailbox)].into(),
            smtp: None,
            discord: None,
            replies: RepliesSettings::default(),
            from: "support@nexam.example".into(),
            desk_url: String::new(),
            clock: self.clock.clone(),
        };
        usher::worker::run(works, Until::Idle).await.unwrap();
        // The desk looks for a new register every few seconds.
        System.rest(Duration::from_secs(6)).await;
    }

    /// An account `name@nexam.example` with the usual password; its id.
    pub async fn account(&self, name: &str, role: Role) -> String {
        let (id, email) = (System.id().to_string(), format!("{name}@nexam.example"));
        let entry = System.id().to_string();
        assert!(self.store.add_staff(&id, &email, name, role, Act { entry: &entry, by: None, now: self.clock.now() }).await.unwrap());
        let entry = System.id().to_string();
        self.store.set_password(&id, &self.hash, None, Act { entry: &entry, by: None, now: self.clock.now() }).await.unwrap();
        id
    }

    /// A browser that speaks from 127.0.0.`from`.
    pub fn browser(&self, from: u8) -> Browser {
        let client = Client::builder().redirect(Policy::none()).local_address(IpAddr::from([127, 0, 0, from])).build().unwrap();
        Browser { url: self.url.clone(), client, cookies: BTreeMap::new(), csrf: String::new() }
    }

    /// A browser that signed in.
    pub async fn signed_in(&self, name: &str) -> Browser {
        let mut browser = self.browser(1);
        let answer = browser.sign_in(name, PASSWORD).await;
        assert_eq!((answer.status, answer.to.as_str()), (303, "/"), "{}", answer.body);
        browser
    }
}

fn seal() -> Seal {
    Seal::new(&[1; 32])
}

/// A register of two candidates, dated by `now`.
fn register(now: Timestamp) -> [(&'static str, String); 5] {
    let day = |days: i64| (now + SignedDuration::from_hours(24 * days)).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    [
        (
            "institutions.csv",
            "institution_id,name,domains,coordinator_name,coordinator_email,language,time_zone\n\
             I1,Lakeshore Polytechnic,lakeshore.example,Rosa Lind,rlind@lakeshore.example,en,America/Toronto\n"
                .into(),
        ),
        (
            "evaluations.csv",
            format!("evaluation_id,institution_id,course_code,title_en,title_fr,starts_at\nE1,I1,ELEC 1101,Circuits,Circuits,{}\n", day(9)),
        ),
        (
            "candidates.csv",
            "candidate_id,first_name,last_name,email,institution_id,language\n\
             C1,Ada,Roy,ada.roy-lindqvist@lakeshore.example,I1,en\nC2,Amélie,Tremblay,atremblay@lakeshore.example,I1,fr\n"
                .into(),
        ),
        ("registrations.csv", "candidate_id,evaluation_id\nC1,E1\nC2,E1\n".into()),
        (
            "invitations.csv",
            format!(
                "invitation_id,candidate_id,code,sent_at,activation_started_at,activated_at\n\
                 V1,C1,K7Q2MX94T,{},{},{}\nV2,C2,P3W8ZR61N,{},,\n",
                day(-10),
                day(-9),
                day(-9),
                day(-40)
            ),
        ),
    ]
}

/// A mail that our own server vouches for.
pub fn mail(from: &str, id: &str, words: &str) -> String {
    let domain = from.rsplit_once('@').map_or(from, |(_, domain)| domain);
    format!(
        "Received: from a.example by mx.nexam.example; {date}\nAuthentication-Results: mx.nexam.example; dmarc=pass header.from={domain}\n\
         From: {from}\nTo: support@nexam.example\nSubject: cannot get in\nDate: {date}\nMessage-ID: <{id}@{domain}>\n\n{words}\n",
        date = System.now().strftime("%a, %d %b %Y %H:%M:%S +0000")
    )
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub to: String,
    pub body: String,
    pub headers: HeaderMap,
}

impl Answer {
    /// What stands between two marks for the first time.
    pub fn between(&self, before: &str, after: &str) -> &str {
        let (_, rest) = self.body.split_once(before).unwrap_or_else(|| panic!("no {before} in {}", self.body));
        rest.split_once(after).unwrap().0
    }
}

/// Keeps cookies, and fills in the secret of the forms it saw last.
#[derive(Clone)]
pub struct Browser {
    pub url: String,
    pub client: Client,
    pub cookies: BTreeMap<String, String>,
    pub csrf: String,
}

impl Browser {
    /// Sends a request as it is, with the cookies.
    pub async fn send(&mut self, request: RequestBuilder) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = if cookies.is_empty() { request } else { request.header("cookie", cookies.join("; ")) };
        let response = request.send().await.unwrap();
        for set in response.headers().get_all(SET_COOKIE) {
            let (name, value) = set.to_str().unwrap().split_once(';').unwrap().0.split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let to = headers.get(LOCATION).map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
        let answer = Answer { status, to, headers, body: response.text().await.unwrap() };
        if answer.body.contains("name=\"csrf\"") {
            self.csrf = answer.between("name=\"csrf\" value=\"", "\"").to_owned();
        }
        answer
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(self.client.get(format!("{}{path}", self.url)).header("accept-language", "en")).await
    }

    /// A form of the page that was seen last.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut fields = fields.to_vec();
        let csrf = self.csrf.clone();
        fields.push(("csrf", &csrf));
        let request = self.client.post(format!("{}{path}", self.url)).header("origin", &self.url).form(&fields);
        self.send(request.header("accept-language", "en")).await
    }

    pub async fn sign_in(&mut self, name: &str, password: &str) -> Answer {
        let email = format!("{name}@nexam.example");
        self.post("/sign-in", &[("email", &email), ("password", password), ("next", "/")]).await
    }

    /// Whether it is signed in.
    pub async fn is_in(&mut self) -> bool {
        self.get("/me").await.status == 200
    }
}
