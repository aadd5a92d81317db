//! A register on its way from its source into the store: read on one thread, laid in on another, a few thousand rows between them.

use std::path::Path;

use tokio::sync::mpsc;

use crate::channels::files;
use crate::fault::{Fault, Faults};
use crate::people::import::{Record, Table, Taker};
use crate::store::Store;
use crate::store::directory::stage::Staging;

/// Rows that are handed over at once.
const BATCH: usize = 2_000;
/// Batches that may wait.
const WAITING: usize = 8;

/// What is said of progress: table, rows, bytes.
pub type Progress = Box<dyn FnMut(Table, u64, u64) + Send>;

/// A register that was read without fault and lies beside the one in force.
#[derive(Debug)]
pub struct Staged {
    /// To be compared and taken over.
    pub staging: Staging,
    /// What is allowed and yet worth a look.
    pub remarks: Vec<Fault>,
}

/// Lays the five files of `folder` beside the register in force. The inner error is the files'.
///
/// # Errors
/// When the store fails.
pub async fn of_files(store: &Store, folder: &Path, progress: Progress) -> anyhow::Result<Result<Staged, Faults>> {
    let mut staging = store.stage().await?;
    let (send, mut batches) = mpsc::channel(WAITING);
    let folder = folder.to_owned();
    let reading = tokio::task::spawn_blocking(move || {
        let mut hand = Hand { batch: Vec::with_capacity(BATCH), send, progress };
        let read = files::register::read(&folder, None, &mut hand);
        hand.over();
        read
    });
    while let Some(batch) = batches.recv().await {
        staging.add(&batch).await?;
    }
    Ok(reading.await?.map(|remarks| Staged { staging, remarks }))
}

struct Hand {
    batch: Vec<Record>,
    send: mpsc::Sender<Vec<Record>>,
    progress: Progress,
}

impl Hand {
    fn over(&mut self) {
        // Nobody takes it any more when the store has failed, and that is told there.
        drop(self.send.blocking_send(std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH))));
    }
}

impl Taker for Hand {
    fn record(&mut self, record: Record) {
        self.batch.push(record);
        if self.batch.len() == BATCH {
            self.over();
        }
    }

    fn progress(&mut self, table: Table, rows: u64, bytes: u64) {
        (self.progress)(table, rows, bytes);
    }
}
