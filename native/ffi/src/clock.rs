//! The one clock of the process: ports and machines compare its values.

use std::sync::OnceLock;
use std::time::Instant;

/// Nanoseconds since the clock was first read.
pub fn now_ns() -> u64 {
    static BEGIN: OnceLock<Instant> = OnceLock::new();
    u64::try_from(BEGIN.get_or_init(Instant::now).elapsed().as_nanos()).unwrap_or(u64::MAX)
}
