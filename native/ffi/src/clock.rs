//! The one clock of the process: ports and machines compare its values, and scripts see them as timestamps.

use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Nanoseconds since 1970, by a clock that never goes back: wall time when it is first read, steady from then on.
pub fn now_ns() -> u64 {
    static BEGIN: OnceLock<(Instant, u64)> = OnceLock::new();
    let (begin, epoch_ns) = BEGIN.get_or_init(|| {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        (Instant::now(), nanos(since_epoch))
    });
    epoch_ns.saturating_add(nanos(begin.elapsed()))
}

fn nanos(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
