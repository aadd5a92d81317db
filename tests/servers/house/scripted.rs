//! An IMAP server that behaves, except where a test's script says otherwise. One thread a connection, one line at a time.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What a script did with a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// Nothing: answer as a good server does.
    Nothing,
    /// It answered.
    All,
    /// Cut the connection.
    Cut,
}

/// What the good part of the server knows.
#[derive(Debug, Clone)]
pub struct Shop {
    pub capabilities: String,
    pub validity: u32,
    /// `None`: EXAMINE does not tell UIDNEXT.
    pub next: Option<u32>,
    /// UID and text.
    pub mails: Vec<(u32, Vec<u8>)>,
    pub greeting: String,
}

impl Default for Shop {
    fn default() -> Self {
        Self {
            capabilities: "IDLE ID UIDPLUS".into(),
            validity: 7,
            next: Some(1),
            mails: Vec::new(),
            greeting: "* OK at your service".into(),
        }
    }
}

impl Shop {
    /// A shop with mails under UIDs 1, 2, 3…
    pub fn with(mails: &[&str]) -> Self {
        let mails: Vec<_> = (1..).zip(mails.iter().map(|m| m.as_bytes().to_vec())).collect();
        Self { next: Some(u32::try_from(mails.len()).unwrap() + 1), mails, ..Self::default() }
    }
}

/// A running server. Its threads end with their connections.
pub struct Scripted {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
}

/// One connection as a script sees it.
pub struct Talk {
    stream: BufReader<TcpStream>,
    heard: Arc<Mutex<Vec<String>>>,
    pub shop: Shop,
    /// Counted from 1.
    pub connection: usize,
}

impl Scripted {
    /// Starts one. `script` sees each command (tag and rest of the line) before the good server does.
    pub fn start(shop: Shop, script: impl Fn(&mut Talk, &str, &str) -> Said + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (heard, connections) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<AtomicUsize>::default());
        let script = Arc::new(script);
        let (log, counter) = (Arc::clone(&heard), Arc::clone(&connections));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (shop, script, heard) = (shop.clone(), Arc::clone(&script), Arc::clone(&log));
                let connection = counter.fetch_add(1, Ordering::SeqCst) + 1;
                std::thread::spawn(move || {
                    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
                    let mut talk = Talk { stream: BufReader::new(stream), heard, shop, connection };
                    talk.attend(&*script);
                });
            }
        });
        Self { port, heard, connections }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Every line the client sent, without tags; literals as one line.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Talk {
    /// Sends text as it is; line ends are the script's own.
    pub fn say(&mut self, text: &str) {
        self.give(text.as_bytes());
    }

    /// Sends bytes as they are.
    pub fn give(&mut self, bytes: &[u8]) {
        let _ = self.stream.get_mut().write_all(bytes);
        let _ = self.stream.get_mut().flush();
    }

    /// The next line of the client, without its end.
    pub fn hear(&mut self) -> Option<String> {
        let mut line = Vec::new();
        let read = self.stream.read_until(b'\n', &mut line).ok()?;
        (read > 0).then(|| String::from_utf8_lossy(&line).trim_end().to_owned())
    }

    /// A literal of the client.
    pub fn literal(&mut self, length: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }

    /// A whole FETCH answer of one message.
    pub fn body(&mut self, uid: u32) -> String {
        let text =
            self.shop.mails.iter().find(|(n, _)| *n == uid).map(|(_, t)| String::from_utf8_lossy(t).into_owned()).unwrap_or_default();
        format!("* {uid} FETCH (UID {uid} BODY[] {{{}}}\r\n{text})\r\n", text.len())
    }

    fn attend(&mut self, script: &dyn Fn(&mut Self, &str, &str) -> Said) {
        let greeting = self.shop.greeting.clone();
        self.say(&format!("{greeting}\r\n"));
        while let Some(line) = self.hear() {
            let (tag, command) = line.split_once(' ').map(|(t, c)| (t.to_owned(), c.to_owned())).unwrap_or((line.clone(), String::new()));
            self.heard.lock().unwrap().push(command.clone());
            match script(self, &tag, &command) {
                Said::All => {}
                Said::Cut => return,
                Said::Nothing => self.serve(&tag, &command),
            }
        }
    }

    fn serve(&mut self, tag: &str, command: &str) {
        let upper = command.to_uppercase();
        match upper.split(' ').next().unwrap_or_default() {
            "CAPABILITY" => self.say(&format!("* CAPABILITY IMAP4rev1 {}\r\n", self.shop.capabilities)),
            "EXAMINE" | "SELECT" => self.examine(),
            "LIST" => self.say("* LIST () \"/\" \"x\"\r\n"),
            "STATUS" => self.say("* STATUS \"x\" (MESSAGES 0)\r\n"),
            "UID" if upper.contains("RFC822.SIZE") => self.sizes(&upper),
            "UID" if upper.starts_with("UID FETCH") => self.bodies(&upper),
            "UID" => self.search(&upper),
            "IDLE" => {
                self.say("+ idling\r\n");
                if self.hear().is_none() {
                    return;
                }
            }
            "APPEND" => self.take(command),
            _ => {}
        }
        self.say(&format!("{tag} OK done\r\n"));
    }

    fn examine(&mut self) {
        let Shop { validity, next, mails, .. } = self.shop.clone();
        self.say(&format!("* {} EXISTS\r\n* OK [UIDVALIDITY {validity}] stands\r\n", mails.len()));
        if let Some(next) = next {
            self.say(&format!("* OK [UIDNEXT {next}] next\r\n"));
        }
    }

    fn sizes(&mut self, command: &str) {
        for (uid, text) in self.asked(command) {
            self.say(&format!("* {uid} FETCH (UID {uid} RFC822.SIZE {})\r\n", text.len()));
        }
    }

    fn bodies(&mut self, command: &str) {
        let part = if command.contains("[HEADER]") {
            "[HEADER]"
        } else if command.contains("[HEADER.FIELDS") {
            "[HEADER.FIELDS (MESSAGE-ID DATE FROM TO SUBJECT IN-REPLY-TO REFERENCES)]"
        } else if command.contains("<0.") {
            "[]<0>"
        } else {
            "[]"
        };
        for (uid, text) in self.asked(command) {
            let head = |text: &[u8]| text.windows(4).position(|w| w == b"\r\n\r\n").map_or(text.len(), |at| at + 4);
            let text = match part {
                "[]" => text,
                "[]<0>" => text.iter().take(256 * 1024).copied().collect(),
                _ => text[..head(&text)].to_vec(),
            };
            self.say(&format!("* {uid} FETCH (UID {uid} BODY{part} {{{}}}\r\n", text.len()));
            self.give(&text);
            self.say(")\r\n");
        }
    }

    fn search(&mut self, command: &str) {
        let uids: Vec<String> = if command.contains("SEARCH UID") {
            self.asked(&command.replace("SEARCH UID", "FETCH")).iter().map(|(uid, _)| uid.to_string()).collect()
        } else {
            let id = command.rsplit('"').nth(1).unwrap_or("\0").to_lowercase();
            let holds = |text: &[u8]| String::from_utf8_lossy(text).to_lowercase().contains(&id);
            self.shop.mails.iter().filter(|(_, t)| holds(t)).map(|(uid, _)| uid.to_string()).collect()
        };
        self.say(&format!("* SEARCH {}\r\n", uids.join(" ")).replace(" \r\n", "\r\n"));
    }

    /// Takes a literal and its line end.
    pub fn take(&mut self, command: &str) {
        let length = command.rsplit('{').next().and_then(|r| r.trim_end_matches('}').parse().ok()).unwrap_or(0);
        self.say("+ go on\r\n");
        if let Some(bytes) = self.literal(length) {
            self.heard.lock().unwrap().push(String::from_utf8_lossy(&bytes).into_owned());
        }
        self.hear();
    }

    /// The messages that a command's set names.
    pub fn asked(&self, command: &str) -> Vec<(u32, Vec<u8>)> {
        let set = command.split(' ').nth(2).unwrap_or_default();
        let last = self.shop.mails.last().map_or(0, |(uid, _)| *uid);
        let number = |text: &str| if text == "*" { last } else { text.parse().unwrap_or(0) };
        let holds = |uid: u32| {
            set.split(',').any(|run| {
                let (a, b) = run.split_once(':').unwrap_or((run, run));
                let (a, b) = (number(a), number(b));
                (a.min(b)..=a.max(b)).contains(&uid)
            })
        };
        self.shop.mails.iter().filter(|(uid, _)| holds(*uid)).cloned().collect()
    }
}

/// A server on one port that hands each raw connection to `script`, for what is no IMAP.
pub fn raw(script: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let script = Arc::new(script);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let script = Arc::clone(&script);
            stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
            std::thread::spawn(move || script(stream));
        }
    });
    port
}

/// One line from a raw connection, byte by byte so that nothing behind it is taken.
pub fn line(stream: &mut impl Read) -> String {
    let (mut out, mut byte) = (Vec::new(), [0]);
    while stream.read(&mut byte).is_ok_and(|n| n > 0) && byte[0] != b'\n' {
        out.push(byte[0]);
    }
    String::from_utf8_lossy(&out).trim_end().to_owned()
}
