//! The core as a WebAssembly module: the same records as in the native rings, as plain bytes in the module's memory.
//!
//! JavaScript writes a batch of records where [`rhai_bridge_inbox`] says, calls [`rhai_bridge_receive`], steps, and
//! reads the batch that [`rhai_bridge_outbox`] points at. One instance holds one core. Both buffers belong to the
//! module: nothing is ever freed from outside, and a pointer is good until the next call of any export.
//! The only import is a clock.

#![allow(
    unsafe_code,
    reason = "exports need fixed symbol names, and the clock is an import"
)]

mod batch;
mod clock;
mod port;

use batch::records_of;
use port::BatchPort;
use rhai_bridge_core::message::PROTOCOL_VERSION;
use rhai_bridge_core::{Budget, Core, Port, StepResult};
use std::cell::RefCell;

#[derive(Default)]
struct Instance {
    core: Core,
    port: BatchPort,
    inbox: Vec<u8>,
}

thread_local! {
    static INSTANCE: RefCell<Instance> = RefCell::default();
}

fn with<T>(work: impl FnOnce(&mut Instance) -> T) -> T {
    INSTANCE.with_borrow_mut(work)
}

/// The version of the records that this module speaks.
#[no_mangle]
pub extern "C" fn rhai_bridge_version() -> u32 {
    PROTOCOL_VERSION
}

/// Room for a batch of `bytes` bytes.
#[no_mangle]
pub extern "C" fn rhai_bridge_inbox(bytes: usize) -> *mut u8 {
    with(|instance| {
        instance.inbox.clear();
        instance.inbox.resize(bytes, 0);
        instance.inbox.as_mut_ptr()
    })
}

/// Takes the whole records of the batch in the inbox; returns how many there were. A record whose size is impossible
/// ends the batch.
#[no_mangle]
pub extern "C" fn rhai_bridge_receive() -> u32 {
    with(|Instance { core, port, inbox }| {
        let mut count = 0;
        for record in records_of(inbox) {
            let now_ns = port.now_ns();
            core.receive(record, now_ns, port);
            count += 1;
        }
        inbox.clear();
        count
    })
}

/// Runs for about `max_micros` microseconds. 0: nothing can run; 1: there is more to run; 3: the core is broken.
#[no_mangle]
pub extern "C" fn rhai_bridge_step(max_micros: u32) -> u32 {
    with(|Instance { core, port, .. }| {
        let until_ns = port.now_ns() + u64::from(max_micros) * 1000;
        match core.step(port, Budget::until(until_ns)) {
            StepResult::Idle => 0,
            StepResult::More => 1,
            StepResult::Broken => 3,
        }
    })
}

/// Where the records for JavaScript are.
#[no_mangle]
pub extern "C" fn rhai_bridge_outbox() -> *const u8 {
    with(|instance| instance.port.outbox.as_ptr())
}

/// How many bytes of them there are.
#[no_mangle]
pub extern "C" fn rhai_bridge_outbox_bytes() -> usize {
    with(|instance| instance.port.outbox.len())
}

/// JavaScript has read them.
#[no_mangle]
pub extern "C" fn rhai_bridge_clear_outbox() {
    with(|instance| instance.port.outbox.clear());
}

/// Milliseconds from now until the core must be stepped though no record came; infinite when it need not be.
#[no_mangle]
pub extern "C" fn rhai_bridge_deadline_ms() -> f64 {
    with(|Instance { core, port, .. }| match core.next_deadline() {
        Some(at_ns) => at_ns.saturating_sub(port.now_ns()) as f64 / 1e6,
        None => f64::INFINITY,
    })
}
