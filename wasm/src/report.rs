//! What JavaScript reads after each call, from one fixed place in the memory: cheaper than a call for each figure.

use crate::port::BatchPort;
use rhai_bridge_core::Core;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Stands for "no deadline".
const NEVER: u32 = u32::MAX;

/// Six words, as `src/backend/wasm/instance.ts` reads them.
#[repr(C)]
struct Report {
    /// Where the records for JavaScript are.
    outbox: AtomicU32,
    /// How many bytes of them there are.
    outbox_bytes: AtomicU32,
    /// Milliseconds until the core must be stepped though no record came.
    deadline_ms: AtomicU32,
    /// How long the last step took; never 0, for a page's clock may stand still meanwhile.
    step_ns: AtomicU32,
    /// Where a batch for the core may be written.
    inbox: AtomicU32,
    /// And how many bytes there are for it.
    inbox_bytes: AtomicU32,
}

static REPORT: Report = Report {
    outbox: AtomicU32::new(0),
    outbox_bytes: AtomicU32::new(0),
    deadline_ms: AtomicU32::new(NEVER),
    step_ns: AtomicU32::new(1),
    inbox: AtomicU32::new(0),
    inbox_bytes: AtomicU32::new(0),
};

/// Where it stands.
pub fn address() -> *const u32 {
    (&raw const REPORT).cast()
}

/// The records that wait to be read.
pub fn outbox(port: &BatchPort) {
    REPORT
        .outbox
        .store(port.outbox.as_ptr() as usize as u32, Relaxed);
    REPORT.outbox_bytes.store(port.outbox.len() as u32, Relaxed);
}

/// The room for a batch.
pub fn inbox(room: &[u8]) {
    REPORT.inbox.store(room.as_ptr() as usize as u32, Relaxed);
    REPORT.inbox_bytes.store(room.len() as u32, Relaxed);
}

/// A step that began at `begin_ns` has ended.
pub fn step(core: &Core, port: &BatchPort, begin_ns: u64) {
    let now_ns = port.latest_ns();
    let deadline_ms = core
        .next_deadline()
        .map(|at_ns| at_ns.saturating_sub(now_ns).div_ceil(1_000_000));
    REPORT.deadline_ms.store(
        deadline_ms.map_or(NEVER, |ms| ms.min(u64::from(NEVER) - 1) as u32),
        Relaxed,
    );
    let step_ns = now_ns
        .saturating_sub(begin_ns)
        .clamp(1, u64::from(u32::MAX));
    REPORT.step_ns.store(step_ns as u32, Relaxed);
    outbox(port);
}
