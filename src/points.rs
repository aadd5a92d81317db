//! Named places where a test may end the program as a power cut would, to see that nothing is lost and nothing happens twice.
//! In a release build they are nothing.

/// Passes the place `name`. `USHER_FAIL_AT=name` or `name:3` ends the program there, at the first or third time it comes by;
/// `USHER_POINTS` names a file in which each place passed is noted.
#[cfg(not(debug_assertions))]
#[inline]
pub fn pass(_name: &'static str) {}

/// Passes the place `name`. `USHER_FAIL_AT=name` or `name:3` ends the program there, at the first or third time it comes by;
/// `USHER_POINTS` names a file in which each place passed is noted.
#[cfg(debug_assertions)]
pub fn pass(name: &'static str) {
    armed::pass(name);
}

#[cfg(debug_assertions)]
mod armed {
    use std::io::Write as _;
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    struct Points {
        fail_at: Option<(String, u64)>,
        notes: Option<std::path::PathBuf>,
    }

    static POINTS: LazyLock<Points> = LazyLock::new(|| Points {
        fail_at: std::env::var("USHER_FAIL_AT").ok().map(|wanted| match wanted.split_once(':') {
            Some((name, nth)) => (name.to_owned(), nth.parse().unwrap_or(1)),
            None => (wanted, 1),
        }),
        notes: std::env::var_os("USHER_POINTS").map(Into::into),
    });
    static PASSED: AtomicU64 = AtomicU64::new(0);

    pub(super) fn pass(name: &str) {
        if let Some(file) = &POINTS.notes
            && let Ok(mut file) = std::fs::OpenOptions::new().create(true).append(true).open(file)
        {
            drop(writeln!(file, "{name}"));
        }
        if let Some((wanted, nth)) = &POINTS.fail_at
            && wanted == name
            && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == *nth
        {
            // No destructor runs, no buffer is written: what is not on the disk by now is not.
            std::process::abort();
        }
    }
}
