//! A register on its way from its source into the store: read on one thread, laid in on another, a few thousand rows between them.

use std::path::Path;

use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::channels::{self, files, platform::Platform};
use crate::fault::{Fault, Faults};
use crate::people::codes::Seal;
use crate::people::import::{Options, Record, Table, Taker};
use crate::store::directory::stage::Staging;
use crate::store::{Store, StoreError};

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
    /// What is allowed and yet worth a look, or why rows were left out.
    pub remarks: Vec<Fault>,
    /// Rows of a live source that have faults.
    pub left_out: usize,
    /// When the newest of the files was written; `None`: a live source.
    pub written_at: Option<Timestamp>,
}

impl Staged {
    /// Of when it is: files are as old as the newest of them, a live source is of `now`.
    pub fn as_of(&self, now: Timestamp) -> Timestamp {
        self.written_at.map_or(now, |at| at.min(now))
    }
}

/// Lays the five files of `folder` beside the register in force. The inner error is the files'.
///
/// # Errors
/// When the store fails.
pub async fn of_files(store: &Store, folder: &Path, seal: &Seal, progress: Progress) -> anyhow::Result<Result<Staged, Faults>> {
    let mut staging = store.stage().await?;
    let (send, mut batches) = mpsc::channel(WAITING);
    let written_at = files::register::written_at(&files::register::stamps(folder));
    let (folder, options) = (folder.to_owned(), Options { seal: seal.clone(), as_of: None });
    let reading = tokio::task::spawn_blocking(move || {
        let mut hand = Hand { batch: Vec::with_capacity(BATCH), send, progress };
        let read = files::register::read(&folder, &options, &mut hand);
        hand.over();
        read
    });
    while let Some(batch) = batches.recv().await {
        staging.add(&batch).await?;
    }
    Ok(reading.await?.map(|remarks| Staged { staging, remarks, left_out: 0, written_at }))
}

/// Lays what the platform's database holds beside the register in force. The inner error is that database's.
///
/// # Errors
/// When the store fails.
pub async fn of_platform(store: &Store, platform: &Platform, seal: &Seal) -> anyhow::Result<Result<Staged, channels::Fault>> {
    let mut staging = store.stage().await?;
    let (send, batches) = mpsc::channel::<Vec<Record>>(WAITING);
    let laying = async {
        // Dropped when laying in ends, however it ends: nobody waits for room then.
        let mut batches = batches;
        while let Some(batch) = batches.recv().await {
            staging.add(&batch).await?;
        }
        Ok::<_, StoreError>(())
    };
    let reading = async move { platform.read(seal, &send).await };
    let (read, laid) = tokio::join!(reading, laying);
    laid?;
    Ok(read.map(|read| Staged { staging, remarks: read.faults, left_out: read.left_out, written_at: None }))
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
