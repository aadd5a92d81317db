//! A Maildir, or a folder of `.eml` files, as a mailbox. A file is taken when it is whole: a Maildir says so by moving
//! it out of `tmp`, a plain folder by a size that stands still.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest as _, Sha256};

use super::Fault;
use super::imap::{utf7, with_crlf};
use super::mailbox::{Arrival, BEGINNING, LARGEST, Look, Waiting, Wake};
use crate::clock::{Clock as _, System};

/// How often a folder is looked at while somebody waits.
const BEAT: Duration = Duration::from_millis(250);
/// A file written to more recently than this (in milliseconds) may still grow.
const YOUNG: i128 = 600;
/// How often a young file is looked at again before it is left for the next look.
const TRIES: u32 = 8;
/// How much of a file is searched for its Message-ID.
const HEADER: u64 = 64 * 1024;

/// How the files lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Maildir,
    Folder,
}

/// A mailbox on disk.
#[derive(Debug)]
pub(super) struct Shelf {
    path: PathBuf,
    kind: Kind,
    /// The names seen at the last look.
    seen: BTreeSet<String>,
}

impl Shelf {
    /// Opens a Maildir; an empty folder becomes one.
    pub async fn maildir(path: &Path) -> Result<Self, Fault> {
        Self::open(path, Kind::Maildir).await
    }

    /// Opens a folder of `.eml` files.
    pub async fn folder(path: &Path) -> Result<Self, Fault> {
        Self::open(path, Kind::Folder).await
    }

    async fn open(path: &Path, kind: Kind) -> Result<Self, Fault> {
        let root = path.to_owned();
        on_disk(path, move || {
            if !fs::metadata(&root)?.is_dir() {
                return Err(io::ErrorKind::NotADirectory.into());
            }
            if kind == Kind::Maildir { make_maildir(&root) } else { Ok(()) }
        })
        .await
        .map_err(|fault| Fault::Permanent(fault.to_string()))?;
        Ok(Self { path: path.to_owned(), kind, seen: BTreeSet::new() })
    }

    pub async fn look(&mut self) -> Result<Look, Fault> {
        let mut files = self.present().await?;
        for _ in 0..TRIES {
            if !files.iter().any(|(name, file)| self.may_grow(name, file)) {
                break;
            }
            System.rest(BEAT).await;
            files = self.present().await?;
        }
        files.retain(|name, file| !self.may_grow(name, file) && (self.kind == Kind::Maildir || file.size > 0));
        self.seen = files.keys().cloned().collect();
        let mut waiting: Vec<(&String, &File)> = files.iter().collect();
        waiting.sort_by_key(|(name, file)| (file.changed, (*name).clone()));
        let waiting = waiting.into_iter().map(|(name, file)| Waiting { uid: name.clone(), size: file.size }).collect();
        Ok(Look { epoch: 0, waiting, next: 0 })
    }

    /// Whether this file of a plain folder is new and was written to a moment ago.
    fn may_grow(&self, name: &str, file: &File) -> bool {
        let now = System.now();
        let changed = jiff::Timestamp::try_from(file.changed).unwrap_or(now);
        // A time in the future is another machine's clock, and says nothing.
        let fresh = (0..YOUNG).contains(&now.duration_since(changed).as_millis());
        self.kind == Kind::Folder && fresh && !self.seen.contains(name)
    }

    async fn present(&self) -> Result<BTreeMap<String, File>, Fault> {
        let (path, kind) = (self.path.clone(), self.kind);
        on_disk(&self.path, move || list(&path, kind)).await
    }

    pub async fn fetch(&mut self, wanted: &[Waiting]) -> Result<Vec<Arrival>, Fault> {
        let (root, kind, wanted) = (self.path.clone(), self.kind, wanted.to_vec());
        on_disk(&self.path, move || {
            let mut arrivals = Vec::with_capacity(wanted.len());
            let mut files = list(&root, kind)?;
            for waiting in wanted {
                let mut found = files.get(&waiting.uid).map(|f| read(&f.path));
                if !matches!(found, Some(Ok(_))) {
                    // A mail program moved it meanwhile (from new to cur, or to other flags): its name is still its own.
                    files = list(&root, kind)?;
                    found = files.get(&waiting.uid).map(|f| read(&f.path));
                }
                match found {
                    Some(Ok((raw, cut_from))) => arrivals.push(Arrival { uid: waiting.uid, raw, cut_from }),
                    Some(Err(e)) if e.kind() != io::ErrorKind::NotFound => return Err(e),
                    Some(Err(_)) | None => {}
                }
            }
            Ok(arrivals)
        })
        .await
    }

    pub async fn wait(&mut self, at_most: Duration) -> Result<Wake, Fault> {
        let beats = at_most.as_millis().div_ceil(BEAT.as_millis()).max(1);
        let mut waited = Duration::ZERO;
        for _ in 0..beats {
            let files = self.present().await?;
            if files.iter().any(|(name, file)| !self.seen.contains(name) && (self.kind == Kind::Maildir || file.size > 0)) {
                return Ok(Wake::Mail);
            }
            let pause = BEAT.min(at_most.saturating_sub(waited));
            System.rest(pause).await;
            waited += pause;
        }
        Ok(Wake::Quiet)
    }

    pub async fn holds(&mut self, folder: &str, message_id: &str) -> Result<bool, Fault> {
        let (place, kind, id) = (self.place(folder), self.kind, message_id.to_owned());
        on_disk(&self.path, move || {
            let files = match list(&place, kind) {
                Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
                files => files?,
            };
            let mark = mark(&id);
            if files.keys().any(|name| name.contains(&mark)) {
                return Ok(true);
            }
            // Files that others put here carry no mark of ours: their headers are asked.
            let others = files.iter().filter(|(name, _)| !name.contains(MARK));
            Ok(others.into_iter().any(|(_, file)| message_id_of(&file.path).is_some_and(|theirs| theirs == id)))
        })
        .await
    }

    /// Puts a message into a folder beside the mailbox, whole or not at all.
    pub async fn put(&mut self, folder: &str, flags: &'static str, mail: &[u8]) -> Result<(), Fault> {
        let (place, kind, mail) = (self.place(folder), self.kind, with_crlf(mail));
        let stamp = format!("{}.{}", System.now().as_second(), System.id());
        on_disk(&self.path, move || {
            let id = header_value(&mail, "message-id").unwrap_or_else(|| stamp.clone());
            let name = format!("{stamp}{}", mark(&id));
            let (from, to) = match kind {
                Kind::Maildir => {
                    make_maildir(&place)?;
                    fs::write(place.join("maildirfolder"), b"")?;
                    (place.join("tmp").join(&name), place.join("cur").join(format!("{name}:2,{flags}")))
                }
                Kind::Folder => {
                    fs::create_dir_all(&place)?;
                    (place.join(format!(".{name}.tmp")), place.join(format!("{name}.eml")))
                }
            };
            let mut file = fs::File::create_new(&from)?;
            file.write_all(&mail).and_then(|()| file.sync_all()).inspect_err(|_| drop(fs::remove_file(&from)))?;
            fs::rename(&from, &to)?;
            // The name is on disk once its folder is.
            fs::File::open(to.parent().unwrap_or(&place))?.sync_all()
        })
        .await
    }

    /// Maildir++ puts sub-folders beside `cur`, with a dot before the name; a plain folder has plain sub-folders.
    fn place(&self, folder: &str) -> PathBuf {
        match self.kind {
            Kind::Maildir => self.path.join(format!(".{}", utf7(&folder.replace('/', ".")))),
            Kind::Folder => self.path.join(folder.replace(['/', '\\'], "-")),
        }
    }
}

/// A file that is there now.
#[derive(Debug, Clone, PartialEq, Eq)]
struct File {
    path: PathBuf,
    size: u64,
    changed: SystemTime,
}

/// Every message by its name without flags.
fn list(root: &Path, kind: Kind) -> io::Result<BTreeMap<String, File>> {
    let places = match kind {
        // `new` comes first and last: a file that moves on to `cur` meanwhile is met at least once.
        Kind::Maildir => vec![root.join("new"), root.join("cur"), root.join("new")],
        Kind::Folder => vec![root.to_owned()],
    };
    let mut files = BTreeMap::new();
    for place in places {
        for entry in fs::read_dir(&place)? {
            let entry = entry?;
            let written = entry.file_name();
            let name = written.to_string_lossy();
            if name.starts_with('.') {
                continue;
            }
            let is_mail = kind == Kind::Maildir || name.len() > 4 && name.to_ascii_lowercase().ends_with(".eml");
            let Some(meta) = fs::metadata(entry.path()).ok().filter(|m| is_mail && m.is_file()) else { continue };
            let plain = name.split_once(":2,").map_or(name.as_ref(), |(plain, _)| plain);
            let changed = meta.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            files.insert(plain.to_owned(), File { path: entry.path(), size: meta.len(), changed });
        }
    }
    Ok(files)
}

fn read(path: &Path) -> io::Result<(Vec<u8>, Option<u64>)> {
    let file = fs::File::open(path)?;
    let size = file.metadata()?.len();
    let limit = if size > LARGEST { u64::from(BEGINNING) } else { LARGEST };
    let mut raw = Vec::new();
    file.take(limit).read_to_end(&mut raw)?;
    Ok((raw, (size > LARGEST).then_some(size)))
}

fn make_maildir(path: &Path) -> io::Result<()> {
    ["tmp", "new", "cur"].iter().try_for_each(|part| fs::create_dir_all(path.join(part)))
}

const MARK: &str = ".usher-";

/// A part of a file's name that tells the Message-ID of what we put there, so that no file need be opened to find it.
fn mark(message_id: &str) -> String {
    let digest = Sha256::digest(message_id.as_bytes());
    let hex: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("{MARK}{hex}")
}

fn message_id_of(path: &Path) -> Option<String> {
    let mut head = Vec::new();
    fs::File::open(path).ok()?.take(HEADER).read_to_end(&mut head).ok()?;
    header_value(&head, "message-id")
}

/// The value of a header in its first line or its first continuation, without angle brackets.
fn header_value(mail: &[u8], name: &str) -> Option<String> {
    let head = mail.get(..mail.len().min(64 * 1024)).unwrap_or(mail);
    let text = String::from_utf8_lossy(head);
    let mut lines = text.lines().take_while(|line| !line.is_empty()).peekable();
    while let Some(line) = lines.next() {
        let Some((field, value)) = line.split_once(':') else { continue };
        if !field.trim_end().eq_ignore_ascii_case(name) {
            continue;
        }
        let folded = lines.peek().filter(|next| value.trim().is_empty() && next.starts_with([' ', '\t']));
        let value = folded.copied().unwrap_or(value).trim().trim_start_matches('<').trim_end_matches('>');
        return (!value.is_empty()).then(|| value.to_owned());
    }
    None
}

/// Runs file work where it may block.
async fn on_disk<T: Send + 'static>(path: &Path, work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, Fault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(e)) => Err(Fault::passing(format!("{}: {}", path.display(), e.kind()))),
        Err(_) => Err(Fault::passing(format!("{}: the work was broken off", path.display()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_id_is_found_as_headers_are_written() {
        let cases: [(&str, &[u8], Option<&str>); 5] = [
            ("plain", b"From: a@b.example\r\nMessage-ID: <x@y>\r\n\r\nbody", Some("x@y")),
            ("other capitals, Unix line ends", b"MESSAGE-Id:<x@y>\nTo: z\n\n", Some("x@y")),
            ("folded", b"Message-ID:\r\n <x@y>\r\n\r\n", Some("x@y")),
            ("only in the body", b"From: a@b.example\r\n\r\nMessage-ID: <x@y>\r\n", None),
            ("none", b"", None),
        ];
        for (says, mail, expected) in cases {
            assert_eq!(header_value(mail, "message-id").as_deref(), expected, "{says}");
        }
    }
}
