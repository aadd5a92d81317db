//! The key of the house, under which codes are sealed and conversations marked: a file beside the settings, outside the database and its backups.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use super::StoreError;

/// The key in `file`; made with `fresh` where there is none.
///
/// # Errors
/// When the file cannot be read or made, or holds no key.
pub fn kept(file: &Path, fresh: [u8; 32]) -> Result<[u8; 32], StoreError> {
    let unusable = |what: String| StoreError::Unusable(format!("[store] key_file {}: {what}", file.display()));
    if make(file, fresh).map_err(|e| unusable(e.to_string()))? {
        return Ok(fresh);
    }
    let text = std::fs::read_to_string(file).map_err(|e| unusable(e.to_string()))?;
    read(text.trim()).ok_or_else(|| {
        unusable("holds no key (64 hexadecimal digits); restore it, or remove it to have codes sealed anew at the next import".into())
    })
}

/// Makes the file with `fresh`, for its owner alone; `false`: there is one.
///
/// # Errors
/// When it cannot be made.
pub fn make(file: &Path, fresh: [u8; 32]) -> std::io::Result<bool> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let hex: String = fresh.iter().map(|byte| format!("{byte:02x}")).collect();
    match options.open(file) {
        Ok(mut file) => file.write_all(format!("{hex}\n").as_bytes()).and_then(|()| file.sync_all()).map(|()| true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

/// What is wrong with the file, if anything: others may read it, or it is no key.
pub fn trouble(file: &Path) -> Option<String> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Err(error) => return Some(format!("cannot be read: {error}")),
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(file).map_or(0, |m| m.permissions().mode()) & 0o777;
        if mode & 0o077 != 0 {
            return Some(format!("others on this machine may read it (mode {mode:o})"));
        }
    }
    read(text.trim()).is_none().then(|| "holds no key (64 hexadecimal digits)".into())
}

fn read(hex: &str) -> Option<[u8; 32]> {
    let bytes: Option<Vec<u8>> =
        hex.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
    bytes.filter(|_| hex.len() == 64)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_for_its_owner_alone_and_found_again() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("usher.key");
        assert_eq!(trouble(&file), None, "none yet");
        assert_eq!(kept(&file, [0xab; 32]).unwrap(), [0xab; 32]);
        assert_eq!(kept(&file, [1; 32]).unwrap(), [0xab; 32], "the file's key, not the fresh one");
        assert_eq!(trouble(&file), None);
        std::fs::write(&file, "no key").unwrap();
        assert!(kept(&file, [1; 32]).unwrap_err().to_string().contains("holds no key"));
        assert!(trouble(&file).is_some());
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_may_read_is_told() {
        use std::os::unix::fs::PermissionsExt as _;
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("usher.key");
        make(&file, [1; 32]).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(trouble(&file).unwrap().contains("644"));
    }
}
