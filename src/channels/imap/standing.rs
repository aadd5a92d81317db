//! What stands in the drafts and the sent folder, and the one thing that is ever taken away: a draft.

use super::folders::Way;
use super::line::{Line, Trouble};
use super::{Imap, names};
use crate::channels::Fault;
use crate::channels::heading;
use crate::channels::mailbox::{Room, Standing, Waiting};

/// UIDs of one command.
const SET: usize = 200;

impl Imap {
    /// Searches, checks by the header, and fetches.
    pub async fn standing(&mut self, room: Room, message_id: &str, token: &str) -> Result<Vec<Standing>, Fault> {
        let (id, named) = (message_id.to_owned(), token.to_owned());
        let found = self.with_line(move |line| Box::pin(async move { line.perhaps(room, &id, &named).await })).await;
        let (epoch, perhaps) = found.map_err(|t| self.told(t))?;
        if room == Room::Drafts {
            self.drafts_epoch = Some(epoch);
        }
        let heads = self.heads(room, epoch, &perhaps).await?;
        let meant = |w: &Waiting| heads.iter().any(|h| h.uid == w.uid && heading::is_meant(&h.raw, message_id, token));
        let meant: Vec<Waiting> = perhaps.iter().filter(|w| meant(w)).cloned().collect();
        let arrivals = self.fetch_in(room, epoch, &meant).await?;
        Ok(arrivals.into_iter().map(|a| Standing { uid: a.uid, raw: a.raw }).collect())
    }

    /// Takes away one draft that `standing` told of.
    pub async fn remove_draft(&mut self, uid: &str) -> Result<(), Fault> {
        let number = uid.parse().ok().filter(|n| *n > 0).ok_or_else(|| Fault::Permanent("a UID that is no number".into()))?;
        let Some(epoch) = self.drafts_epoch else {
            return Err(Fault::passing("which draft is meant is not known: look for it first"));
        };
        self.with_line(move |line| Box::pin(async move { line.remove_draft(epoch, number).await })).await.map_err(|t| self.told(t))
    }
}

impl Line {
    /// The folder's UIDVALIDITY, and which messages the server says to be meant. What somebody marked as deleted is gone.
    async fn perhaps(&mut self, room: Room, message_id: &str, token: &str) -> Result<(u32, Vec<Waiting>), Trouble> {
        let Some(folder) = self.enter(room).await? else { return Ok((0, Vec::new())) };
        let mut uids = Vec::new();
        for (field, id) in [("Message-ID", message_id), ("References", token)] {
            // What cannot be written in a command stands in no header either.
            if let Some(id) = names::quoted(id).filter(|_| !id.is_empty()) {
                uids.extend(self.search(&format!("UNDELETED HEADER {field} {id}")).await?);
            }
        }
        uids.sort_unstable();
        uids.dedup();
        let mut waiting = Vec::with_capacity(uids.len());
        for set in uids.chunks(SET) {
            waiting.extend(self.sizes(&names::set(set), |uid| set.binary_search(&uid).is_ok()).await?);
        }
        Ok((folder.validity, waiting))
    }

    /// Flags this one message `\Deleted`, and expunges it alone. Without UIDPLUS it stays flagged: a plain EXPUNGE would
    /// take what others flagged with it.
    async fn remove_draft(&mut self, epoch: u32, uid: u32) -> Result<(), Trouble> {
        let Some(folder) = self.open(Room::Drafts, Way::Writing).await? else { return Ok(()) };
        if folder.validity != epoch {
            return Err(Trouble::Told(Fault::passing("the drafts folder was renumbered: look for the draft again")));
        }
        match self.run("mark a draft as deleted", &format!("UID STORE {uid} +FLAGS.SILENT (\\Deleted)"), |_| {}).await {
            // Not every server takes it for done when the message is gone.
            Err(Trouble::Refused { bad: false, .. }) if self.search(&format!("UID {uid}")).await?.is_empty() => return Ok(()),
            marked => marked?,
        }
        if self.offers.has("UIDPLUS") {
            self.run("take a draft away", &format!("UID EXPUNGE {uid}"), |_| {}).await?;
        }
        Ok(())
    }
}
