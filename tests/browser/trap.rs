//! Everything in the world but this desk: whatever the browser asks for elsewhere ends here and is written down.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A listener that keeps what it hears. It ends with the process.
pub struct Trap {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Trap {
    /// Starts one that answers everything with `page`.
    pub fn start(page: impl Fn() -> String + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&heard);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let said = hear(stream, &page());
                kept.lock().unwrap().push(said);
            }
        });
        Self { port, heard }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// What it heard so far that came for somebody: a browser opens connections that say nothing.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().iter().filter(|said| !said.is_empty()).cloned().collect()
    }
}

fn hear(mut stream: TcpStream, page: &str) -> String {
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    let mut bytes = [0; 2048];
    let read = stream.read(&mut bytes).unwrap_or(0);
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", page.len());
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(page.as_bytes()));
    String::from_utf8_lossy(&bytes[..read]).into_owned()
}
