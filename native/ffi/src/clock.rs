//! The one clock of the process: ports and machines compare its values, and scripts see them as timestamps.

use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

/// Nanoseconds since 1970, by a clock that never goes back: wall time when it is first read, steady from then on.
#[inline]
pub fn now_ns() -> u64 {
    static BEGIN: OnceLock<u64> = OnceLock::new();
    let begin = BEGIN.get_or_init(|| {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        nanos(since_epoch).saturating_sub(steady_ns())
    });
    begin.saturating_add(steady_ns())
}

/// What `Instant` reads, without its arithmetic: that would double what a look at the clock takes, and every host call has two.
#[cfg(target_os = "linux")]
fn steady_ns() -> u64 {
    let mut at = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `at` is valid for the write; there is no other requirement.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut at) };
    at.tv_sec as u64 * 1_000_000_000 + at.tv_nsec as u64
}

#[cfg(not(target_os = "linux"))]
fn steady_ns() -> u64 {
    use std::time::Instant;
    static FIRST: OnceLock<Instant> = OnceLock::new();
    nanos(FIRST.get_or_init(Instant::now).elapsed())
}

fn nanos(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
