//! A headless Chromium of its own, moved by keys.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::http::Method;
use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::key::Key;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::Url;
use serde_json::{Value, json};

use crate::house::{free_port, now, rest, within};

/// Longer than anything on this machine takes.
const PATIENCE: Duration = Duration::from_secs(20);

const FLAGS: [&str; 12] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=AutofillServerCommunication,OptimizationHints,Translate",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
];

/// A browser with an empty profile. It ends with this value.
pub struct Browser {
    client: Client,
    driver: Child,
    profile: tempfile::TempDir,
    /// Where the desk is.
    url: String,
}

impl Browser {
    /// Starts one that reaches this machine and nothing else.
    pub async fn start(url: &str) -> Self {
        Self::with(url, "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1").await
    }

    /// Starts one whose host names lead where Chromium's `--host-resolver-rules` say.
    pub async fn with(url: &str, hosts: &str) -> Self {
        let port = free_port();
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}")).process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let driver = command.spawn().expect("chromedriver is not installed: tests/run installs it (chromium chromium-driver)");
        within(PATIENCE, "chromedriver", || std::net::TcpStream::connect(("127.0.0.1", port)).ok());
        let profile = tempfile::Builder::new().prefix("usher-browser-").tempdir().unwrap();
        let mut flags: Vec<String> = FLAGS.map(str::to_owned).into();
        flags.push(format!("--user-data-dir={}", profile.path().display()));
        flags.push(format!("--host-resolver-rules={hosts}"));
        flags.push("--window-size=1440,900".into());
        let wanted = json!({
            "browserName": "chrome",
            "goog:chromeOptions": {"args": flags},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            "timeouts": {"script": 60_000, "pageLoad": 60_000},
        });
        let Value::Object(wanted) = wanted else { unreachable!() };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("Chromium starts (tests/run installs it)");
        let browser = Self { client, driver, profile, url: url.to_owned() };
        browser.size(1440, 900).await;
        browser
    }

    /// Opens a page of the desk, or one elsewhere.
    pub async fn open(&self, path: &str) {
        let url = if path.starts_with('/') { format!("{}{path}", self.url) } else { path.to_owned() };
        self.client.goto(&url).await.unwrap_or_else(|e| panic!("{url}: {e}"));
    }

    /// What a script of the test's own answers; the page's policy does not bind it.
    pub async fn script(&self, body: &str, arguments: Vec<Value>) -> Value {
        self.client.execute(body, arguments).await.unwrap_or_else(|e| panic!("{body}: {e}"))
    }

    /// The value of an expression.
    pub async fn value(&self, expression: &str) -> Value {
        self.script(&format!("return ({expression})"), Vec::new()).await
    }

    /// The value of an expression as text.
    pub async fn text(&self, expression: &str) -> String {
        self.value(expression).await.as_str().unwrap_or_default().to_owned()
    }

    /// What the page says.
    pub async fn words(&self) -> String {
        self.text("document.body.innerText").await
    }

    /// What a promise of the test's own comes to.
    pub async fn promise(&self, expression: &str) -> Value {
        let body = format!("const done = arguments[0]; ({expression}).then(done, (e) => done(`failed: ${{e}}`))");
        self.client.execute_async(&body, Vec::new()).await.unwrap_or_else(|e| panic!("{expression}: {e}"))
    }

    /// Waits until an expression is true of the page.
    pub async fn until(&self, what: &str, expression: &str) -> Value {
        let began = now();
        let body = format!("return ({expression})");
        loop {
            // Between two pages there is no document to ask.
            let value = self.client.execute(&body, Vec::new()).await.unwrap_or_default();
            if !matches!(value, Value::Null | Value::Bool(false)) && value != "" && value != 0 {
                return value;
            }
            if began.elapsed() > PATIENCE {
                let at = self.client.current_url().await.map(|u| u.to_string()).unwrap_or_default();
                panic!("{what}: not within {PATIENCE:?} ({expression}) at {at}:\n{}", self.words().await);
            }
            rest(Duration::from_millis(40));
        }
    }

    /// The path of the page that is open.
    pub async fn path(&self) -> String {
        self.text("location.pathname").await
    }

    /// The way to somebody's ticket, as the queue that is open leads there.
    pub async fn row(&self, name: &str) -> String {
        let wanted = format!("[...document.querySelectorAll('.tk')].find((r) => r.textContent.includes({name:?}))?.getAttribute('href')");
        self.until(&format!("{name} is in the queue"), &wanted).await.as_str().unwrap().to_owned()
    }

    /// Types text into whatever has the focus.
    pub async fn keys(&self, text: &str) {
        let keys = text
            .chars()
            .fold(KeyActions::new("keys".into()), |keys, value| keys.then(KeyAction::Down { value }).then(KeyAction::Up { value }));
        self.client.perform_actions(keys).await.unwrap();
    }

    /// Presses one key.
    pub async fn press(&self, key: Key) {
        self.keys(&char::from(key).to_string()).await;
    }

    /// Presses a key while Ctrl is held.
    pub async fn ctrl(&self, value: char) {
        let control = char::from(Key::Control);
        let keys = KeyActions::new("keys".into())
            .then(KeyAction::Down { value: control })
            .then(KeyAction::Down { value })
            .then(KeyAction::Up { value })
            .then(KeyAction::Up { value: control });
        self.client.perform_actions(keys).await.unwrap();
    }

    /// Presses Tab until what is named has the focus: it is within reach of the keyboard, and is seen when it has the focus.
    pub async fn tab_to(&self, css: &str) {
        for _ in 0..150 {
            self.press(Key::Tab).await;
            let at = self.script("const e = document.activeElement; return Boolean(e && e.matches(arguments[0]))", vec![css.into()]).await;
            if at == true {
                let seen =
                    "const r = document.activeElement.getBoundingClientRect(); return r.width > 0 && r.bottom > 0 && r.top < innerHeight";
                assert_eq!(self.script(seen, Vec::new()).await, true, "{css} has the focus and is not seen");
                return;
            }
        }
        panic!("Tab does not lead to {css} at {}:\n{}", self.path().await, self.words().await);
    }

    /// Touches what is named, as a finger would.
    pub async fn click(&self, css: &str) {
        let found = self.client.find(Locator::Css(css)).await.unwrap_or_else(|e| panic!("{css}: {e}"));
        found.click().await.unwrap_or_else(|e| panic!("{css}: {e}"));
    }

    /// Makes the window so large.
    pub async fn size(&self, width: u32, height: u32) {
        self.tell("Emulation.setDeviceMetricsOverride", json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}))
            .await;
    }

    /// `light` or `dark`, as the system would ask for it.
    pub async fn theme(&self, name: &str) {
        self.tell("Emulation.setEmulatedMedia", json!({"features": [{"name": "prefers-color-scheme", "value": name}]})).await;
    }

    /// Takes script away from all pages, or gives it back.
    pub async fn without_script(&self, without: bool) {
        self.tell("Emulation.setScriptExecutionDisabled", json!({"value": without})).await;
    }

    /// A picture of the window.
    pub async fn picture(&self, file: &Path) {
        std::fs::write(file, self.client.screenshot().await.unwrap()).unwrap();
    }

    /// Tells Chromium something in its own protocol.
    pub async fn tell(&self, command: &'static str, parameters: Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        self.client.issue_cmd(Own { path: "goog/cdp/execute", body }).await.unwrap_or_else(|e| panic!("{command}: {e}"))
    }

    /// What the console said since it was last asked.
    pub async fn console(&self) -> Vec<String> {
        let said = self.log("browser").await;
        said.iter().map(|line| line["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The addresses that pages and their frames asked for since this was last asked.
    pub async fn requests(&self) -> Vec<String> {
        let lines = self.log("performance").await;
        let told = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line["message"].as_str()?).ok());
        told.filter(|line| line["message"]["method"] == "Network.requestWillBeSent")
            .map(|line| line["message"]["params"]["request"]["url"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    async fn log(&self, kind: &str) -> Vec<Value> {
        let said = self.client.issue_cmd(Own { path: "se/log", body: json!({"type": kind}) }).await.unwrap();
        said.as_array().cloned().unwrap_or_default()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Chromium leads a group of its own; it says its number in its profile.
        let lock = std::fs::read_link(self.profile.path().join("SingletonLock")).ok();
        let chromium = lock.and_then(|l| l.to_string_lossy().rsplit_once('-').map(|(_, id)| id.to_owned()));
        let groups = [chromium, Some(format!("-{}", self.driver.id()))];
        for whom in groups.into_iter().flatten() {
            drop(Command::new("kill").args(["-KILL", "--", &whom]).stderr(Stdio::null()).status());
        }
        let _ = self.driver.wait();
    }
}

/// A command beyond WebDriver's own.
#[derive(Debug)]
struct Own {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Own {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as std::str::FromStr>::Err> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}
