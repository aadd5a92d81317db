//! The only place that asks the time, sleeps or rolls dice; everything else is handed a [`Clock`] or a `now`.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ulid::{Generator, Ulid};

/// Time, rest and fresh identifiers, so that a test can say what they are.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
    /// A new identifier, sortable by the time it was made.
    fn id(&self) -> Ulid;
    /// Waits for `pause`.
    fn rest(&self, pause: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

impl Clock for System {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine's clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    /// Of two ids the later one is the greater, within one millisecond too.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that rolls dice")]
    fn id(&self) -> Ulid {
        static IN_ORDER: Mutex<Generator> = Mutex::new(Generator::new());
        IN_ORDER.lock().unwrap_or_else(PoisonError::into_inner).generate().unwrap_or_else(|_| Ulid::new())
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that sleeps")]
    fn rest(&self, pause: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(pause))
    }
}

/// Measures how long something takes.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts now.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine's clock")]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// Nanoseconds since the start.
    pub fn nanoseconds(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// 256 fresh bits that nobody can guess: a key, a token.
#[expect(clippy::expect_used, reason = "a machine without randomness must neither seal anything nor sign anybody in")]
pub fn secret() -> [u8; 32] {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).expect("the machine gives random bytes");
    secret
}

/// A clock that always runs a fixed distance away from the machine's: a test's "tomorrow".
#[derive(Debug, Clone, Copy, Default)]
pub struct Shifted(pub SignedDuration);

impl Clock for Shifted {
    fn now(&self) -> Timestamp {
        System.now().saturating_add(self.0).unwrap_or(Timestamp::MAX)
    }

    fn id(&self) -> Ulid {
        System.id()
    }

    fn rest(&self, pause: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        System.rest(pause)
    }
}
