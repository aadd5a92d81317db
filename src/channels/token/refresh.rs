//! The file that holds the refresh token: read under a lock that other processes honour, written whole or not at all.

use std::fs::{self, File, TryLockError};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, fchown};
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use crate::channels::Fault;
use crate::clock::{Clock as _, System};

/// How often, and how many times, a file that another process holds is tried again (30 s in all: its request takes at most 20).
const PAUSE: Duration = Duration::from_millis(100);
const TRIES: u32 = 300;
/// No refresh token is longer.
const LONGEST: u64 = 64 * 1024;

/// A refresh token. Until this value goes, no other process uses the same one: where each use makes a new one, the second
/// use of an old one is taken for theft.
pub(super) struct Refresh {
    path: PathBuf,
    file: File,
    token: SecretString,
}

impl Refresh {
    /// Takes the file and reads it.
    pub async fn take(path: &Path) -> Result<Self, Fault> {
        for _ in 0..TRIES {
            match Self::try_take(path) {
                Ok(Some(taken)) => return Ok(taken),
                Ok(None) => System.rest(PAUSE).await,
                Err(error) => return Err(Fault::Permanent(format!("{}: cannot be read ({})", path.display(), error.kind()))),
            }
        }
        Err(Fault::passing(format!("{}: another process holds it", path.display())))
    }

    /// `None`: somebody else holds it, or has just put another in its place.
    fn try_take(path: &Path) -> std::io::Result<Option<Self>> {
        let path = fs::canonicalize(path)?;
        let file = File::open(&path)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Ok(None),
            // A file system without locks: one process is all it can serve.
            Err(TryLockError::Error(_)) | Ok(()) => {}
        }
        let (open, named) = (file.metadata()?, fs::metadata(&path)?);
        if (open.dev(), open.ino()) != (named.dev(), named.ino()) {
            return Ok(None);
        }
        let mut text = String::new();
        (&file).take(LONGEST).read_to_string(&mut text)?;
        Ok(Some(Self { path, file, token: text.trim().to_owned().into() }))
    }

    /// What the file holds.
    pub fn token(&self) -> &SecretString {
        &self.token
    }

    /// Puts a new token in its place: beside it first, on the disk, then under its name. For its owner alone.
    pub fn put(&self, token: &SecretString) -> Result<(), Fault> {
        self.try_put(token).map_err(|error| {
            let what = "a new refresh token cannot be written";
            Fault::Permanent(format!("{}: {what} ({}); its access token is not used", self.path.display(), error.kind()))
        })
    }

    fn try_put(&self, token: &SecretString) -> std::io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("/"));
        let mut new = tempfile::NamedTempFile::new_in(folder)?;
        // An operator's `usher token` as root shall not lock the service out of its own file.
        if let Ok(old) = self.file.metadata() {
            let _ = fchown(new.as_file(), Some(old.uid()), Some(old.gid()));
        }
        new.write_all(token.expose_secret().as_bytes())?;
        new.write_all(b"\n")?;
        new.as_file().sync_all()?;
        new.persist(&self.path).map_err(|e| e.error)?;
        File::open(folder)?.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[tokio::test]
    async fn a_new_token_stands_under_the_same_name_for_its_owner_alone() {
        let place = tempfile::tempdir().unwrap();
        let (file, link) = (place.path().join("refresh"), place.path().join("link"));
        fs::write(&file, "first\n").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let taken = Refresh::take(&link).await.unwrap();
        assert_eq!(taken.token().expose_secret(), "first");
        assert!(Refresh::try_take(&file).unwrap().is_none(), "nobody else uses it meanwhile");
        taken.put(&"second".to_owned().into()).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink(), "a link stays a link");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        drop(taken);
        assert_eq!(Refresh::take(&file).await.unwrap().token().expose_secret(), "second");
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 2, "nothing is left beside it");
    }

    #[tokio::test]
    async fn a_file_that_is_not_there_is_named() {
        let fault = Refresh::take(Path::new("/nowhere/refresh")).await.err().unwrap();
        assert!(matches!(&fault, Fault::Permanent(what) if what.contains("/nowhere/refresh")), "{fault}");
    }
}
