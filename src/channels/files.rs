//! Messages and text files on disk: `.eml` files, folders of them, Maildir, mbox, standard input.

use std::path::{Path, PathBuf};

use crate::fault::TextFile;

/// One raw message and the name it is known by (the path as given or met; in an mbox `PATH#N`, N from 1).
#[derive(Debug, Clone)]
pub struct RawMail {
    /// Name for people and for `file` in JSON.
    pub name: String,
    /// RFC 5322 bytes.
    pub raw: Vec<u8>,
}

/// Every message under `paths` in order; folders by name; `-` is standard input (one message, or an mbox).
/// A path that cannot be read yields its error in its place; the rest goes on.
pub fn mails(_paths: &[PathBuf]) -> Box<dyn Iterator<Item = Result<RawMail, String>>> {
    todo!("stub")
}

/// Every file under `folder` with one of `endings` (without dot), sorted by path.
///
/// # Errors
/// When the folder or a file cannot be read, or is not UTF-8; says which.
pub fn texts(_folder: &Path, _endings: &[&str]) -> Result<Vec<TextFile>, String> {
    todo!("stub")
}
