//! The user's cache folder, where what takes long to learn is kept. Nothing in it is needed, so nothing that is wrong with it is a fault.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// Whatever is larger was not written here.
const LARGEST: u64 = 256 * 1024 * 1024;
/// So many files are left: a few sets of rules, or versions of the program, in turn.
const MOST: usize = 3;
/// How the names of our files begin.
const PREFIX: &str = "learned-";

/// The folder, which may not be there yet.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// `$XDG_CACHE_HOME/usher`, else `~/.cache/usher`; none where the environment names neither.
    pub fn of_user(variable: impl Fn(&str) -> Option<OsString>) -> Option<Self> {
        // A relative path is none at all (XDG Base Directory Specification).
        let absolute = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let folder = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
        Some(Self { folder: folder.join("usher") })
    }

    /// What is kept under `name`, if it is there and can be read.
    pub fn read(&self, name: &str) -> Option<Vec<u8>> {
        let path = self.path(name);
        let size = fs::metadata(&path).ok().filter(|meta| meta.is_file() && meta.len() <= LARGEST)?.len();
        let mut bytes = Vec::with_capacity(usize::try_from(size).ok()?);
        File::open(path).ok()?.take(LARGEST).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    /// Keeps `bytes` under `name`, whole or not at all, and removes what has not been written for longest.
    pub fn keep(&self, name: &str, bytes: &[u8]) {
        let kept = self.write(name, bytes).and_then(|()| self.clear(&self.path(name)));
        if let Err(error) = kept {
            tracing::info!(%error, "what was learned could not be kept");
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{PREFIX}{name}"))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let mut file = tempfile::Builder::new().prefix(PREFIX).tempfile_in(&self.folder)?;
        file.write_all(bytes)?;
        file.persist(self.path(name)).map(drop).map_err(|e| e.error)
    }

    /// Removes all but a few of our files, the oldest first, never `own`.
    fn clear(&self, own: &Path) -> io::Result<()> {
        let mut ours = Vec::new();
        for entry in fs::read_dir(&self.folder)?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(PREFIX) && entry.path() != own {
                ours.push((entry.metadata()?.modified()?, entry.path()));
            }
        }
        ours.sort_unstable();
        let (old, _) = ours.split_at((ours.len() + 1).saturating_sub(MOST));
        old.iter().try_for_each(|(_, path)| fs::remove_file(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Option<PathBuf> {
        Cache::of_user(|name| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| value.into())).map(|cache| cache.folder)
    }

    #[test]
    fn the_folder_is_where_the_environment_says() {
        let cases = [
            (&[("XDG_CACHE_HOME", "/c"), ("HOME", "/h")][..], Some("/c/usher")),
            (&[("HOME", "/h")], Some("/h/.cache/usher")),
            (&[("XDG_CACHE_HOME", "c"), ("HOME", "/h")], Some("/h/.cache/usher")),
            (&[("XDG_CACHE_HOME", ""), ("HOME", "h")], None),
            (&[], None),
        ];
        for (variables, expected) in cases {
            assert_eq!(of(variables), expected.map(PathBuf::from), "{variables:?}");
        }
    }

    #[test]
    fn a_few_are_kept_and_the_oldest_goes() {
        let place = tempfile::tempdir().unwrap();
        let cache = Cache { folder: place.path().join("usher") };
        assert_eq!(cache.read("a"), None);
        for (at, name) in ["a", "b", "c", "d"].iter().enumerate() {
            cache.keep(name, name.as_bytes());
            let written = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000 + at as u64);
            File::options().append(true).open(cache.path(name)).unwrap().set_modified(written).unwrap();
        }
        fs::write(cache.folder.join("another's"), "x").unwrap();
        cache.keep("e", b"e");
        let kept: Vec<_> = ["a", "b", "c", "d", "e"].iter().filter(|name| cache.read(name).is_some()).collect();
        assert_eq!(kept, [&"c", &"d", &"e"]);
        assert_eq!(fs::read_dir(&cache.folder).unwrap().count(), 4);
    }

    #[test]
    fn a_place_that_cannot_be_written_or_read_is_no_fault() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("file"), "x").unwrap();
        let cache = Cache { folder: place.path().join("file/usher") };
        cache.keep("a", b"a");
        assert_eq!(cache.read("a"), None);
        let cache = Cache { folder: place.path().to_owned() };
        fs::create_dir(cache.path("a")).unwrap();
        cache.keep("a", b"a");
        assert_eq!(cache.read("a"), None);
    }
}
