//! Which folder of the server a room is, and how it is opened. The names in the settings win; where the server has no such
//! folder, the one that it marks for the purpose (RFC 6154) is used.

use imap_proto::{MailboxDatum, NameAttribute, Response, ResponseCode, Status, StatusAttribute};

use super::line::{Line, Trouble};
use super::names;
use crate::channels::Fault;
use crate::channels::mailbox::Room;

/// The folders' names in the settings.
#[derive(Debug, Clone)]
pub(super) struct Rooms {
    pub inbox: String,
    pub drafts: String,
    pub sent: String,
}

impl Rooms {
    pub fn name(&self, room: Room) -> &str {
        match room {
            Room::Inbox => &self.inbox,
            Room::Drafts => &self.drafts,
            Room::Sent => &self.sent,
        }
    }
}

/// The folders that the server marks, as it wants their names written.
#[derive(Debug, Clone, Default)]
pub(super) struct Marked {
    drafts: Option<String>,
    sent: Option<String>,
}

/// Where the rooms are on this connection.
#[derive(Debug)]
pub(super) struct Plan {
    rooms: Rooms,
    /// What the server marks, once it was asked.
    marked: Option<Marked>,
    /// Rooms whose name in the settings names nothing.
    elsewhere: Vec<(Room, String)>,
}

impl Plan {
    pub fn new(rooms: Rooms) -> Self {
        Self { rooms, marked: None, elsewhere: Vec::new() }
    }

    /// The name in the settings, for people.
    pub fn name(&self, room: Room) -> &str {
        self.rooms.name(room)
    }

    /// The room's name as the server wants it.
    pub fn written(&self, room: Room) -> Result<String, Trouble> {
        let elsewhere = self.elsewhere.iter().find(|(r, _)| *r == room).map(|(_, name)| name.clone());
        let fault = || Trouble::Told(Fault::Permanent("a folder's name in the settings holds a line break".into()));
        elsewhere.or_else(|| names::folder(self.name(room))).ok_or_else(fault)
    }
}

/// What SELECT and EXAMINE say of a folder.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Folder {
    pub validity: u32,
    /// Some servers leave it out.
    pub next: Option<u32>,
    /// How many messages there are.
    pub exists: u32,
}

/// How a folder is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// EXAMINE: nothing can be changed.
    Reading,
    /// SELECT.
    Writing,
}

impl Line {
    /// Opens a room for reading. `None`: there is no such folder; the one that is read must be there.
    pub async fn enter(&mut self, room: Room) -> Result<Option<Folder>, Trouble> {
        let found = self.open(room, Way::Reading).await?;
        if found.is_none() && room == Room::Inbox {
            let what = format!("the mailbox has no folder “{}”: set `inbox`", self.plan.name(room));
            return Err(Trouble::Told(Fault::Permanent(what)));
        }
        Ok(found)
    }

    /// Opens a room, where the settings or else the server's marks say it is.
    pub async fn open(&mut self, room: Room, way: Way) -> Result<Option<Folder>, Trouble> {
        match self.open_once(room, way).await? {
            None if self.turn_to_marked(room).await? => self.open_once(room, way).await,
            found => Ok(found),
        }
    }

    async fn open_once(&mut self, room: Room, way: Way) -> Result<Option<Folder>, Trouble> {
        self.open_folder = None;
        let name = self.plan.written(room)?;
        let mut found = Folder::default();
        let command = format!("{} {name}", if way == Way::Reading { "EXAMINE" } else { "SELECT" });
        let opened = self.run("open the folder", &command, |answer| {
            if let Response::MailboxData(MailboxDatum::Exists(n)) = answer {
                found.exists = *n;
            }
            if let Response::Data { status: Status::Ok, outcome } = answer {
                match outcome.code {
                    Some(ResponseCode::UidValidity(n)) => found.validity = n,
                    Some(ResponseCode::UidNext(n)) => found.next = Some(n),
                    _ => {}
                }
            }
        });
        match opened.await {
            Ok(()) => {}
            Err(Trouble::Refused { bad: false, .. }) if !self.exists(&name).await? => return Ok(None),
            Err(trouble) => return Err(trouble),
        }
        if found.validity == 0 || found.next.is_none() {
            self.complete(&name, &mut found).await?;
        }
        if found.validity == 0 {
            let what = "the server gives the folder no UIDVALIDITY: without it no message can be told from another";
            return Err(Trouble::Told(Fault::Permanent(what.into())));
        }
        if way == Way::Reading {
            self.open_folder = Some((room, found.validity));
        }
        Ok(Some(found))
    }

    /// Asks STATUS for what was left out. A refusal is no trouble: not every server answers for an open folder.
    async fn complete(&mut self, name: &str, found: &mut Folder) -> Result<(), Trouble> {
        let command = format!("STATUS {name} (UIDNEXT UIDVALIDITY)");
        let asked = self.run("tell the folder's state", &command, |answer| {
            if let Response::MailboxData(MailboxDatum::Status { status, .. }) = answer {
                for attribute in status {
                    match attribute {
                        StatusAttribute::UidNext(n) => found.next = found.next.or(Some(*n)),
                        StatusAttribute::UidValidity(n) if found.validity == 0 => found.validity = *n,
                        _ => {}
                    }
                }
            }
        });
        match asked.await {
            Err(Trouble::Refused { .. }) => Ok(()),
            other => other,
        }
    }

    pub async fn exists(&mut self, name: &str) -> Result<bool, Trouble> {
        let mut listed = false;
        self.run("list folders", &format!("LIST \"\" {name}"), |answer| {
            listed |= matches!(answer, Response::MailboxData(MailboxDatum::List(_)));
        })
        .await?;
        Ok(listed)
    }

    /// Uses from now on the folder that the server marks for the purpose of `room`, which was found missing. Whether there is one.
    pub async fn turn_to_marked(&mut self, room: Room) -> Result<bool, Trouble> {
        if room == Room::Inbox || self.plan.elsewhere.iter().any(|(r, _)| *r == room) {
            return Ok(false);
        }
        let marked = match self.plan.marked.clone() {
            Some(marked) => marked,
            None => self.marked().await?,
        };
        let place = if room == Room::Drafts { marked.drafts.clone() } else { marked.sent.clone() };
        self.plan.marked = Some(marked);
        let found = place.is_some();
        self.plan.elsewhere.extend(place.map(|name| (room, name)));
        Ok(found)
    }

    /// What the server marks. Many do so in a plain LIST; only a server that says so is asked for it by name.
    async fn marked(&mut self) -> Result<Marked, Trouble> {
        let asked = self.offers.has("SPECIAL-USE") && self.offers.has("LIST-EXTENDED");
        let command = if asked { "LIST \"\" \"*\" RETURN (SPECIAL-USE)" } else { "LIST \"\" \"*\"" };
        let mut marked = Marked::default();
        let listed = self.run("list folders", command, |answer| {
            let Response::MailboxData(MailboxDatum::List(folder)) = answer else { return };
            let has = |mark: &NameAttribute<'_>| folder.name_attributes.contains(mark);
            // The parser leaves escapes as they are: a name that has some is not guessed at.
            let name = names::quoted(&folder.name).filter(|_| !has(&NameAttribute::NoSelect) && !folder.name.contains(['"', '\\']));
            for (mark, place) in [(NameAttribute::Drafts, &mut marked.drafts), (NameAttribute::Sent, &mut marked.sent)] {
                if place.is_none() && has(&mark) {
                    place.clone_from(&name);
                }
            }
        });
        match listed.await {
            Ok(()) | Err(Trouble::Refused { .. }) => Ok(marked),
            Err(trouble) => Err(trouble),
        }
    }
}
