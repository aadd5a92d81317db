//! Messages and text files on disk: `.eml` files, folders of them, Maildir, mbox, standard input. One message at a time
//! is held in memory, however many there are.

mod mbox;
pub mod register;

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};

use self::mbox::Mbox;
use crate::fault::TextFile;

/// One raw message and the name it is known by (the path as given or met; in an mbox `PATH#N`, N from 1).
#[derive(Debug, Clone)]
pub struct RawMail {
    /// Name for people and for `file` in JSON.
    pub name: String,
    /// RFC 5322 bytes.
    pub raw: Vec<u8>,
}

/// A single message above this is an error in its place: nothing that a mail server delivers is larger.
const LARGEST: u64 = 64 * 1024 * 1024;
/// How deep folders may lie in each other.
const DEEPEST: usize = 32;
/// How much of a file is read to tell what it is.
const SAMPLE: usize = 8 * 1024;

type Mails = Box<dyn Iterator<Item = Result<RawMail, String>>>;

/// Every message under `paths` in order; folders by name; `-` is standard input (one message, or an mbox).
/// A path that cannot be read yields its error in its place; the rest goes on.
pub fn mails(paths: &[PathBuf]) -> Mails {
    let paths: Vec<PathBuf> = paths.to_vec();
    Box::new(paths.into_iter().flat_map(|path| {
        if path == Path::new("-") {
            return of_stream("-", io::stdin(), false);
        }
        match fs::metadata(&path) {
            Ok(meta) if meta.is_dir() => in_folder(path, 0),
            Ok(_) => of_file(&path),
            Err(e) => fault(&path, &e),
        }
    }))
}

fn fault(path: &Path, error: &io::Error) -> Mails {
    Box::new(std::iter::once(Err(format!("{}: cannot be read ({})", path.display(), error.kind()))))
}

fn in_folder(folder: PathBuf, depth: usize) -> Mails {
    if depth > DEEPEST {
        return Box::new(std::iter::once(Err(format!("{}: folders lie too deep in each other", folder.display()))));
    }
    let is_maildir = folder.join("new").is_dir() && folder.join("cur").is_dir();
    let listed = if is_maildir { maildir(&folder) } else { names(&folder) };
    match listed {
        Err(e) => fault(&folder, &e),
        Ok(paths) => Box::new(paths.into_iter().flat_map(move |path| match fs::symlink_metadata(&path) {
            // A link to a folder may lead round in a circle; one to a file may not.
            Ok(meta) if meta.is_dir() => in_folder(path, depth + 1),
            Ok(_) if is_maildir || is_mail(&path) => of_file(&path),
            Ok(_) => Box::new(std::iter::empty()),
            Err(e) => fault(&path, &e),
        })),
    }
}

/// What stands in a folder, by name; hidden files are nobody's mail.
fn names(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

fn maildir(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = names(&folder.join("cur"))?;
    paths.extend(names(&folder.join("new"))?);
    // The name begins with the time of delivery: that is the order, whichever of the two it lies in.
    paths.sort_by(|a, b| a.file_name().cmp(&b.file_name()));
    paths.retain(|path| path.is_file());
    Ok(paths)
}

/// Whether a file met in a folder is mail: by its ending, or by how it begins.
fn is_mail(path: &Path) -> bool {
    let ending = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    if !path.is_file() {
        return false;
    }
    if matches!(ending.as_deref(), Some("eml" | "mbox" | "mbx")) {
        return true;
    }
    let mut sample = Vec::new();
    File::open(path).is_ok_and(|file| file.take(SAMPLE as u64).read_to_end(&mut sample).is_ok()) && begins_like_mail(&sample)
}

/// A header field at the very beginning, and one among the first that only mail has.
fn begins_like_mail(sample: &[u8]) -> bool {
    let text = String::from_utf8_lossy(sample);
    let mut lines = text.lines();
    if text.starts_with("From ") {
        lines.next();
    }
    let mut known = false;
    for (n, line) in lines.enumerate() {
        if n > 0 && (line.is_empty() || line.starts_with([' ', '\t'])) {
            if line.is_empty() {
                break;
            }
            continue;
        }
        let Some((name, _)) = line.split_once(':').filter(|(name, _)| !name.is_empty() && name.bytes().all(|b| (33..=126).contains(&b)))
        else {
            // The sample may end inside a line; anything else that is no field is no header.
            return known && n > 0 && text.lines().count() == n + 1;
        };
        known |=
            ["from", "received", "message-id", "return-path", "delivered-to", "mime-version"].iter().any(|f| name.eq_ignore_ascii_case(f));
    }
    known
}

fn of_file(path: &Path) -> Mails {
    let is_eml = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("eml"));
    match File::open(path) {
        Ok(file) => of_stream(&path.display().to_string(), file, is_eml),
        Err(e) => fault(path, &e),
    }
}

/// One message, or an mbox when it begins with a `From ` line (in an `.eml` file such a line is a leftover, which parsing knows).
fn of_stream(name: &str, stream: impl Read + 'static, single: bool) -> Mails {
    let mut reader = BufReader::with_capacity(64 * 1024, stream);
    match reader.fill_buf() {
        Err(e) => fault(Path::new(name), &e),
        // `From : Ada` is a header field with a blank too many.
        Ok(begin) if begin.starts_with(MBOX) && begin.get(MBOX.len()) != Some(&b':') && !single => {
            reader.consume(MBOX.len());
            Box::new(Mbox::new(name.to_owned(), reader))
        }
        Ok(_) => Box::new(std::iter::once(whole(name, reader))),
    }
}

/// How every message of an mbox begins.
const MBOX: &[u8] = b"From ";

fn whole(name: &str, reader: impl Read) -> Result<RawMail, String> {
    let mut raw = Vec::new();
    reader.take(LARGEST + 1).read_to_end(&mut raw).map_err(|e| format!("{name}: cannot be read ({})", e.kind()))?;
    if raw.len() as u64 > LARGEST {
        return Err(format!("{name}: larger than {} MiB; no message is", LARGEST / 1024 / 1024));
    }
    Ok(RawMail { name: name.to_owned(), raw })
}

/// Every file under `folder` with one of `endings` (without dot), sorted by path.
///
/// # Errors
/// When the folder or a file cannot be read, or is not UTF-8; says which.
pub fn texts(folder: &Path, endings: &[&str]) -> Result<Vec<TextFile>, String> {
    let mut found = Vec::new();
    collect_texts(folder, "", endings, 0, &mut found)?;
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

fn collect_texts(folder: &Path, under: &str, endings: &[&str], depth: usize, found: &mut Vec<TextFile>) -> Result<(), String> {
    let says = |path: &Path, e: &io::Error| format!("{}: cannot be read ({})", path.display(), e.kind());
    if depth > DEEPEST {
        return Err(format!("{}: folders lie too deep in each other", folder.display()));
    }
    for path in names(folder).map_err(|e| says(folder, &e))? {
        let name = format!("{under}{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            collect_texts(&path, &format!("{name}/"), endings, depth + 1, found)?;
        } else if path.extension().is_some_and(|e| endings.iter().any(|ending| e == *ending)) {
            let text = fs::read_to_string(&path).map_err(|e| match e.kind() {
                io::ErrorKind::InvalidData => format!("{}: is not UTF-8 text", path.display()),
                _ => says(&path, &e),
            })?;
            // Some editors begin a file with a byte order mark; it is no part of the text.
            found.push(TextFile { path: name, text: text.trim_start_matches('\u{feff}').to_owned() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_as_mail_by_how_it_begins() {
        let cases: [(&str, &[u8], bool); 7] = [
            ("a mail", b"From: a@b.example\nSubject: x\n\nhello", true),
            ("a mail with folded fields", b"Received: from x\n\tby y\nFrom: a\n\n", true),
            ("an mbox", b"From a@b.example Mon Nov 23 10:00:00 2026\nFrom: a\n\n", true),
            ("a note with a colon", b"Dear all: hello\n", false),
            ("a settings file", b"host: x\nport: 1\n\n", false),
            ("JSON", b"{\"from\": 1}\n", false),
            ("nothing", b"", false),
        ];
        for (says, sample, expected) in cases {
            assert_eq!(begins_like_mail(sample), expected, "{says}");
        }
    }

    #[test]
    fn mails_come_by_path_and_a_missing_one_stops_nothing() {
        let place = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| {
            let path = place.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        put("b/2.eml", "From: two@b.example\n\n2");
        put("b/1.eml", "From whoever Mon Nov 23 10:00:00 2026\nFrom: one@b.example\n\n1");
        put("b/notes.txt", "not a mail");
        put("b/.hidden.eml", "From: x@b.example\n\n");
        put("b/md/new/1790000002.a", "From: four@b.example\n\n");
        put("b/md/cur/1790000001.b:2,S", "From: three@b.example\n\n");
        put("b/md/tmp/1790000000.c", "From: half");
        let paths = [place.path().join("none.eml"), place.path().join("b")];
        let found: Vec<_> = mails(&paths).collect();
        assert!(found[0].as_ref().unwrap_err().contains("none.eml"));
        let texts: Vec<_> = found[1..].iter().map(|m| String::from_utf8(m.as_ref().unwrap().raw.clone()).unwrap()).collect();
        assert_eq!(
            texts,
            [
                "From whoever Mon Nov 23 10:00:00 2026\nFrom: one@b.example\n\n1",
                "From: two@b.example\n\n2",
                "From: three@b.example\n\n",
                "From: four@b.example\n\n"
            ]
        );
    }

    #[test]
    fn texts_are_found_by_their_ending_and_named_from_the_folder() {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir(place.path().join("cases")).unwrap();
        fs::write(place.path().join("cases/20-b.toml"), "b").unwrap();
        fs::write(place.path().join("cases/10-a.toml"), "\u{feff}a").unwrap();
        fs::write(place.path().join("policy.toml"), "p").unwrap();
        fs::write(place.path().join("notes.md"), "n").unwrap();
        let found = texts(place.path(), &["toml"]).unwrap();
        let seen: Vec<_> = found.iter().map(|f| (f.path.as_str(), f.text.as_str())).collect();
        assert_eq!(seen, [("cases/10-a.toml", "a"), ("cases/20-b.toml", "b"), ("policy.toml", "p")]);
        fs::write(place.path().join("bad.toml"), b"\xff").unwrap();
        assert!(texts(place.path(), &["toml"]).unwrap_err().contains("bad.toml"));
        assert!(texts(&place.path().join("none"), &["toml"]).unwrap_err().contains("none"));
    }
}
