//! The five CSV files of the register in a folder: never taken while somebody writes them.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::time::SystemTime;

use jiff::Timestamp;

use crate::fault::{Fault, Faults};
use crate::people::import::{self, Options, Table, Taker};

/// When each of the five files was last written, and its size; `None`: it is not there.
pub type Stamps = [Option<(SystemTime, u64)>; 5];

/// The stamps of the files in `folder`.
pub fn stamps(folder: &Path) -> Stamps {
    Table::ALL.map(|table| {
        let meta = fs::metadata(folder.join(table.file())).ok()?;
        Some((meta.modified().ok()?, meta.len()))
    })
}

/// When the newest of the files was written.
pub fn written_at(stamps: &Stamps) -> Option<Timestamp> {
    stamps.iter().flatten().filter_map(|(at, _)| Timestamp::try_from(*at).ok()).max()
}

/// Reads the register of `folder` into `taker`; answers what is allowed and yet worth a look. See [`import::read`].
///
/// # Errors
/// Every fault of every file at once; a file that was written meanwhile is one.
pub fn read(folder: &Path, options: &Options, taker: &mut dyn Taker) -> Result<Vec<Fault>, Faults> {
    if !folder.is_dir() {
        return Err(Faults(vec![Fault::new(
            folder.display().to_string(),
            None,
            "there is no such folder",
            "Name the folder of the five files.",
        )]));
    }
    let before = stamps(folder);
    let mut open = |table: Table| match File::open(folder.join(table.file())) {
        Ok(file) => Ok(Some(Box::new(file) as Box<dyn Read>)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    };
    let read = import::read(&mut open, options, taker);
    let written = Table::ALL.into_iter().zip(before.iter().zip(stamps(folder))).filter(|(_, (before, after))| **before != *after);
    let written: Vec<Fault> = written
        .map(|(table, _)| {
            Fault::new(table.file(), None, "was written while it was read", "Import again when whoever writes it has finished.")
        })
        .collect();
    if written.is_empty() { read } else { Err(Faults(written)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::Tables;
    use crate::people::codes::Seal;
    use crate::people::import::Record;

    /// Somebody who writes a file while it is read.
    struct Meddler<'a>(&'a Path);

    impl Taker for Meddler<'_> {
        fn record(&mut self, record: Record) {
            if matches!(record, Record::Candidate(_)) {
                fs::write(self.0.join("invitations.csv"), "invitation_id").unwrap();
            }
        }
    }

    #[test]
    fn files_that_are_written_while_they_are_read_are_not_taken() {
        let place = tempfile::tempdir().unwrap();
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/directory");
        for name in import::FILES {
            fs::copy(from.join(name), place.path().join(name)).unwrap();
        }
        let options = Options { seal: Seal::new(&[1; 32]), as_of: None };
        let mut tables = Tables::default();
        assert!(read(place.path(), &options, &mut tables).is_ok() && !tables.candidates.is_empty());
        let told = read(place.path(), &options, &mut Meddler(place.path())).unwrap_err().to_string();
        assert!(told.contains("invitations.csv: was written while it was read"), "{told}");
        assert!(read(&place.path().join("none"), &options, &mut tables).unwrap_err().to_string().contains("no such folder"));
    }
}
