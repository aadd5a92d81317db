//! A Maildir, or a folder of `.eml` files, as a mailbox. A file is taken when it is whole: a Maildir says so by moving
//! it out of `tmp`, a plain folder by a size that stands still.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest as _, Sha256};

use super::imap::{utf7, with_crlf};
use super::mailbox::{Arrival, BEGINNING, LARGEST, Look, MailboxSettings, Room, Standing, Waiting, Wake};
use super::{Fault, heading};
use crate::clock::{Clock as _, System};

/// How often a folder is looked at while somebody waits.
const BEAT: Duration = Duration::from_millis(250);
/// A file written to more recently than this (in milliseconds) may still grow.
const YOUNG: i128 = 600;
/// How often a young file is looked at again before it is left for the next look.
const TRIES: u32 = 8;
/// How much of a file is read for its header.
const HEADER: u64 = 256 * 1024;

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
    drafts: String,
    sent: String,
    /// The names seen at the last look.
    seen: HashMap<Room, BTreeSet<String>>,
}

impl Shelf {
    /// Opens a Maildir; an empty folder becomes one.
    pub async fn maildir(path: &Path, settings: &MailboxSettings) -> Result<Self, Fault> {
        Self::open(path, Kind::Maildir, settings).await
    }

    /// Opens a folder of `.eml` files.
    pub async fn folder(path: &Path, settings: &MailboxSettings) -> Result<Self, Fault> {
        Self::open(path, Kind::Folder, settings).await
    }

    async fn open(path: &Path, kind: Kind, settings: &MailboxSettings) -> Result<Self, Fault> {
        let root = path.to_owned();
        on_disk(path, move || {
            if !fs::metadata(&root)?.is_dir() {
                return Err(io::ErrorKind::NotADirectory.into());
            }
            if kind == Kind::Maildir { make_maildir(&root) } else { Ok(()) }
        })
        .await
        .map_err(|fault| Fault::Permanent(fault.to_string()))?;
        let (drafts, sent) = (settings.drafts.clone(), settings.sent.clone());
        Ok(Self { path: path.to_owned(), kind, drafts, sent, seen: HashMap::new() })
    }

    pub async fn look(&mut self, room: Room) -> Result<Look, Fault> {
        let Some(mut files) = self.present(room).await? else {
            return Ok(Look { epoch: 0, waiting: Vec::new(), next: 1 });
        };
        for _ in 0..TRIES {
            if !files.iter().any(|(name, file)| self.may_grow(room, name, file)) {
                break;
            }
            System.rest(BEAT).await;
            files = self.present(room).await?.unwrap_or_default();
        }
        files.retain(|name, file| !self.may_grow(room, name, file) && (self.kind == Kind::Maildir || file.size > 0));
        self.seen.insert(room, files.keys().cloned().collect());
        let mut waiting: Vec<(&String, &File)> = files.iter().collect();
        waiting.sort_by_key(|(name, file)| (file.changed, (*name).clone()));
        let waiting = waiting.into_iter().map(|(name, file)| Waiting { uid: name.clone(), size: file.size }).collect();
        Ok(Look { epoch: 0, waiting, next: 0 })
    }

    fn was_seen(&self, room: Room, name: &str) -> bool {
        self.seen.get(&room).is_some_and(|seen| seen.contains(name))
    }

    /// Whether this file of a plain folder is new and was written to a moment ago. What we put there was whole from the start.
    fn may_grow(&self, room: Room, name: &str, file: &File) -> bool {
        let now = System.now();
        let changed = jiff::Timestamp::try_from(file.changed).unwrap_or(now);
        // A time in the future is another machine's clock, and says nothing.
        let fresh = (0..YOUNG).contains(&now.duration_since(changed).as_millis());
        self.kind == Kind::Folder && fresh && !name.contains(MARK) && !self.was_seen(room, name)
    }

    /// What is in a room now; `None` where a room beside the inbox does not exist.
    async fn present(&self, room: Room) -> Result<Option<BTreeMap<String, File>>, Fault> {
        let (place, kind) = (self.place(room), self.kind);
        on_disk(&self.path, move || list_room(&place, kind, room)).await
    }

    pub async fn fetch(&mut self, room: Room, wanted: &[Waiting]) -> Result<Vec<Arrival>, Fault> {
        self.each(room, wanted, read).await
    }

    pub async fn heads(&mut self, room: Room, of: &[Waiting]) -> Result<Vec<Arrival>, Fault> {
        self.each(room, of, |path| Ok((heading::fields(&head(path)?), Some(fs::metadata(path)?.len())))).await
    }

    /// What `read` makes of each of these files; one that is gone is left out.
    async fn each(
        &self,
        room: Room,
        wanted: &[Waiting],
        read: impl Fn(&Path) -> io::Result<(Vec<u8>, Option<u64>)> + Send + 'static,
    ) -> Result<Vec<Arrival>, Fault> {
        let (root, kind, wanted) = (self.place(room), self.kind, wanted.to_vec());
        on_disk(&self.path, move || {
            let mut arrivals = Vec::with_capacity(wanted.len());
            let list = || Ok::<_, io::Error>(list_room(&root, kind, room)?.unwrap_or_default());
            let mut files = list()?;
            for waiting in wanted {
                let mut found = files.get(&waiting.uid).map(|f| read(&f.path));
                if !matches!(found, Some(Ok(_))) {
                    // A mail program moved it meanwhile (from new to cur, or to other flags): its name is still its own.
                    files = list()?;
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

    /// The messages that are meant, by their headers. What a mail program flagged as trashed does not stand any more.
    pub async fn standing(&mut self, room: Room, message_id: &str, token: &str) -> Result<Vec<Standing>, Fault> {
        let Some(files) = self.present(room).await? else { return Ok(Vec::new()) };
        let (id, token) = (message_id.to_owned(), token.to_owned());
        on_disk(&self.path, move || {
            let mut standing = Vec::new();
            for (uid, file) in files.into_iter().filter(|(_, file)| !file.trashed) {
                // One that moved or went meanwhile is met, or missed, by the next call.
                let meant = head(&file.path).is_ok_and(|head| heading::is_meant(&head, &id, &token));
                if let Some((raw, _)) = meant.then(|| read(&file.path).ok()).flatten() {
                    standing.push(Standing { uid, raw });
                }
            }
            Ok(standing)
        })
        .await
    }

    /// Removes one draft, wherever a mail program moved it meanwhile.
    pub async fn remove_draft(&mut self, uid: &str) -> Result<(), Fault> {
        for _ in 0..TRIES {
            let Some(file) = self.present(Room::Drafts).await?.and_then(|mut files| files.remove(uid)) else { return Ok(()) };
            let removed = on_disk(&self.path, move || match fs::remove_file(&file.path) {
                Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
                other => other.map(|()| true),
            });
            if removed.await? {
                return Ok(());
            }
        }
        Err(Fault::passing(format!("{}: a draft that never keeps its name", self.path.display())))
    }

    pub async fn wait(&mut self, at_most: Duration) -> Result<Wake, Fault> {
        let beats = at_most.as_millis().div_ceil(BEAT.as_millis()).max(1);
        let mut waited = Duration::ZERO;
        for _ in 0..beats {
            let files = self.present(Room::Inbox).await?.unwrap_or_default();
            if files.iter().any(|(name, file)| !self.was_seen(Room::Inbox, name) && (self.kind == Kind::Maildir || file.size > 0)) {
                return Ok(Wake::Mail);
            }
            let pause = BEAT.min(at_most.saturating_sub(waited));
            System.rest(pause).await;
            waited += pause;
        }
        Ok(Wake::Quiet)
    }

    pub async fn holds(&mut self, room: Room, message_id: &str) -> Result<bool, Fault> {
        let Some(files) = self.present(room).await? else { return Ok(false) };
        let id = message_id.to_owned();
        on_disk(&self.path, move || {
            let mark = mark(&id);
            if files.keys().any(|name| name.contains(&mark)) {
                return Ok(true);
            }
            // Files that others put here carry no mark of ours: their headers are asked.
            let others = files.iter().filter(|(name, _)| !name.contains(MARK));
            let id_of = |file: &File| heading::message_id(&head(&file.path).ok()?);
            Ok(others.into_iter().any(|(_, file)| id_of(file).is_some_and(|theirs| theirs == id)))
        })
        .await
    }

    /// Puts a message into a folder beside the mailbox, whole or not at all.
    pub async fn put(&mut self, room: Room, flags: &'static str, mail: &[u8]) -> Result<(), Fault> {
        let (place, kind, mail) = (self.place(room), self.kind, with_crlf(mail));
        let stamp = format!("{}.{}", System.now().as_second(), System.id());
        on_disk(&self.path, move || {
            let id = heading::message_id(&mail).unwrap_or_else(|| stamp.clone());
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
    fn place(&self, room: Room) -> PathBuf {
        let folder = match room {
            Room::Inbox => return self.path.clone(),
            Room::Drafts => &self.drafts,
            Room::Sent => &self.sent,
        };
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
    /// A mail program flagged it for removal.
    trashed: bool,
}

/// What is in a room; `None` where a room beside the inbox does not exist.
fn list_room(place: &Path, kind: Kind, room: Room) -> io::Result<Option<BTreeMap<String, File>>> {
    match list(place, kind) {
        Err(e) if e.kind() == io::ErrorKind::NotFound && room != Room::Inbox => Ok(None),
        files => files.map(Some),
    }
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
            let (plain, flags) = name.split_once(":2,").unwrap_or((name.as_ref(), ""));
            let changed = meta.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            let trashed = kind == Kind::Maildir && flags.contains('T');
            files.insert(plain.to_owned(), File { path: entry.path(), size: meta.len(), changed, trashed });
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

fn head(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    fs::File::open(path)?.take(HEADER).read_to_end(&mut head)?;
    Ok(head)
}

/// Runs file work where it may block.
async fn on_disk<T: Send + 'static>(path: &Path, work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, Fault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(e)) => Err(Fault::passing(format!("{}: {}", path.display(), e.kind()))),
        Err(_) => Err(Fault::passing(format!("{}: the work was broken off", path.display()))),
    }
}
