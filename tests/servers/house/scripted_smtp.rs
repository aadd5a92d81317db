//! An SMTP server that behaves, except at one stage. One thread a connection; it keeps a journal of what it was handed.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::rest;

/// Where the server may misbehave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Banner,
    Hello,
    Login,
    Mail,
    Rcpt,
    Data,
    /// While the message comes.
    Body,
    /// Once its final dot has come.
    Dot,
}

/// How it misbehaves there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// Says this instead; line ends are added.
    Say(&'static str),
    /// Says these bytes instead.
    Give(&'static [u8]),
    /// Cuts the connection instead of answering.
    Cut,
    /// Answers well, then cuts the connection.
    CutAfter,
    /// Says nothing until the other side goes.
    Never,
    /// Answers well, one byte a second.
    Slow,
}

/// A message whose final dot arrived, and what was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub raw: Vec<u8>,
    pub answered: Option<String>,
}

/// Whether the connection goes on.
#[derive(PartialEq, Eq)]
enum Then {
    GoOn,
    End,
}

#[derive(Default)]
struct Journal {
    taken: Vec<Taken>,
    heard: Vec<String>,
}

/// A running server. Its threads end with their connections.
pub struct ScriptedSmtp {
    port: u16,
    journal: Arc<Mutex<Journal>>,
}

impl ScriptedSmtp {
    /// One that behaves everywhere else.
    pub fn start(stage: Stage, mishap: Mishap) -> Self {
        Self::with(Some((stage, mishap)), "")
    }

    /// One that lets in whoever brings this bearer token.
    pub fn for_token(token: &str) -> Self {
        Self::with(None, token)
    }

    fn with(fault: Option<(Stage, Mishap)>, token: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let journal = Arc::<Mutex<Journal>>::default();
        let (shared, token) = (Arc::clone(&journal), token.to_owned());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (journal, token) = (Arc::clone(&shared), token.clone());
                std::thread::spawn(move || {
                    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
                    let _ = stream.set_nodelay(true);
                    Talk { stream: BufReader::new(stream), fault, token, journal }.attend();
                });
            }
        });
        Self { port, journal }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Every message whose final dot arrived.
    pub fn taken(&self) -> Vec<Taken> {
        self.journal.lock().unwrap().taken.clone()
    }

    /// Every line outside of messages.
    pub fn heard(&self) -> Vec<String> {
        self.journal.lock().unwrap().heard.clone()
    }
}

struct Talk {
    stream: BufReader<TcpStream>,
    fault: Option<(Stage, Mishap)>,
    token: String,
    journal: Arc<Mutex<Journal>>,
}

impl Talk {
    fn attend(&mut self) {
        if self.answer(Stage::Banner, "220 scripted.example") == Then::End {
            return;
        }
        while let Some(line) = self.hear() {
            let verb = line.split(' ').next().unwrap_or_default().to_uppercase();
            let then = match verb.as_str() {
                "EHLO" => {
                    self.answer(Stage::Hello, "250-scripted.example\r\n250-8BITMIME\r\n250-AUTH PLAIN XOAUTH2\r\n250 ENHANCEDSTATUSCODES")
                }
                "AUTH" => self.let_in(&line),
                "MAIL" => self.answer(Stage::Mail, "250 2.1.0 go on"),
                "RCPT" => self.answer(Stage::Rcpt, "250 2.1.5 go on"),
                "DATA" => self.data(),
                "QUIT" => {
                    self.say("221 bye");
                    Then::End
                }
                _ => self.say("500 5.5.2 what?"),
            };
            if then == Then::End {
                return;
            }
        }
    }

    /// SASL XOAUTH2 tells its reasons as a question, and refuses only when that was answered by nothing.
    fn let_in(&mut self, line: &str) -> Then {
        let Some(first) = line.strip_prefix("AUTH XOAUTH2 ") else { return self.answer(Stage::Login, "235 2.7.0 welcome") };
        let expected = STANDARD.encode(format!("user=support\x01auth=Bearer {}\x01\x01", self.token));
        if first == expected {
            return self.answer(Stage::Login, "235 2.7.0 welcome");
        }
        self.say(&format!("334 {}", STANDARD.encode(r#"{"status":"400","schemes":"Bearer","scope":"secret.example"}"#)));
        match self.hear().as_deref() {
            Some("") => self.say("535 5.7.8 no, ada@secret.example"),
            Some(_) => self.say("501 5.5.2 cannot be decoded"),
            None => Then::End,
        }
    }

    fn data(&mut self) -> Then {
        let good = "354 go on";
        if self.answer(Stage::Data, good) == Then::End {
            return Then::End;
        }
        if let Some((Stage::Data, Mishap::Say(said))) = self.fault
            && !said.starts_with('3')
        {
            return Then::GoOn;
        }
        if let Some((Stage::Body, mishap)) = self.fault {
            let _ = self.stream.read_exact(&mut [0; 1000]);
            return self.misbehave(mishap, "");
        }
        let mut raw = Vec::new();
        loop {
            let mut line = Vec::new();
            if !self.stream.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
                return Then::End;
            }
            match line.as_slice() {
                b".\r\n" => break,
                [b'.', rest @ ..] => raw.extend_from_slice(rest),
                whole => raw.extend_from_slice(whole),
            }
        }
        let answered = match self.fault {
            Some((Stage::Dot, Mishap::Say(said))) => Some(said.to_owned()),
            Some((Stage::Dot, Mishap::Cut | Mishap::Never | Mishap::Give(_))) => None,
            _ => Some("250 2.0.0 kept".to_owned()),
        };
        self.journal.lock().unwrap().taken.push(Taken { raw, answered });
        self.answer(Stage::Dot, "250 2.0.0 kept")
    }

    fn answer(&mut self, stage: Stage, good: &str) -> Then {
        match self.fault {
            Some((at, mishap)) if at == stage => self.misbehave(mishap, good),
            _ => self.say(good),
        }
    }

    fn misbehave(&mut self, mishap: Mishap, good: &str) -> Then {
        match mishap {
            Mishap::Say(said) => self.say(said),
            Mishap::Give(bytes) => self.give(bytes),
            Mishap::Cut => Then::End,
            Mishap::CutAfter => {
                self.say(good);
                Then::End
            }
            Mishap::Never => {
                let _ = self.stream.read_to_end(&mut Vec::new());
                Then::End
            }
            Mishap::Slow => {
                for byte in format!("{good}\r\n").bytes() {
                    if self.stream.get_mut().write_all(&[byte]).is_err() {
                        return Then::End;
                    }
                    rest(Duration::from_secs(1));
                }
                Then::GoOn
            }
        }
    }

    fn hear(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line).ok()?;
        let line = line.trim_end().to_owned();
        self.journal.lock().unwrap().heard.push(line.clone());
        (read > 0).then_some(line)
    }

    fn say(&mut self, text: &str) -> Then {
        self.give(format!("{text}\r\n").as_bytes())
    }

    fn give(&mut self, bytes: &[u8]) -> Then {
        if self.stream.get_mut().write_all(bytes).is_ok() { Then::GoOn } else { Then::End }
    }
}
