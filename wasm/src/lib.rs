//! The core as a WebAssembly module: the same records as in the native rings, as plain bytes in the module's memory.
//!
//! JavaScript writes a batch of records where [`rhai_bridge_inbox`] says, calls [`rhai_bridge_receive`], steps, and
//! reads the batch that [`rhai_bridge_outbox`] points at. One instance holds one core. Both buffers belong to the
//! module: nothing is ever freed from outside, and a pointer is good until the next call of any export.
//! The only import is a clock. A panic ends the instance, not a run: what it still says stands in the [`epitaph`].

#![allow(
    unsafe_code,
    reason = "exports need fixed symbol names, the clock is an import, and the epitaph is read from outside"
)]

mod batch;
mod clock;
mod epitaph;
mod memory;
mod port;

use batch::records_of;
use port::BatchPort;
use rhai_bridge_core::message::{Id, PROTOCOL_VERSION};
use rhai_bridge_core::{Budget, Core, Counters, Port, Probes, StepResult};
use std::cell::RefCell;

struct Instance {
    core: Core,
    port: BatchPort,
    inbox: Vec<u8>,
    counters: [f64; Counters::COUNT],
    counter_names: String,
}

impl Default for Instance {
    fn default() -> Self {
        epitaph::install();
        let mut core = Core::new();
        core.set_probes(Probes {
            live_bytes: memory::live_bytes,
            now_ns: clock::now_ns,
        });
        Self {
            core,
            port: BatchPort::default(),
            inbox: Vec::new(),
            counters: [0.0; Counters::COUNT],
            counter_names: Counters::NAMES.join(" "),
        }
    }
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
    /// An inbox that one large record made larger than this is given back.
    const KEEP_BYTES: usize = 1 << 20;
    with(
        |Instance {
             core, port, inbox, ..
         }| {
            let mut count = 0;
            let now_ns = port.now_ns();
            for record in records_of(inbox) {
                core.receive(record, now_ns, port);
                count += 1;
            }
            if inbox.capacity() > KEEP_BYTES {
                *inbox = Vec::new();
            }
            count
        },
    )
}

/// Runs for about `max_micros` microseconds. 0: nothing can run; 1: there is more to run; 3: the core is broken.
#[no_mangle]
pub extern "C" fn rhai_bridge_step(max_micros: u32) -> u32 {
    with(|Instance { core, port, .. }| {
        let budget = budget(port, max_micros);
        code(core.step(port, budget))
    })
}

/// The same for one run only, for callers that cannot wait.
#[no_mangle]
pub extern "C" fn rhai_bridge_step_run(slot: u32, generation: u32, max_micros: u32) -> u32 {
    with(|Instance { core, port, .. }| {
        let budget = budget(port, max_micros);
        code(core.step_run(Id { slot, generation }, port, budget))
    })
}

fn budget(port: &mut BatchPort, max_micros: u32) -> Budget {
    Budget::until(port.now_ns() + u64::from(max_micros) * 1000)
}

fn code(result: StepResult) -> u32 {
    epitaph::nobody_runs();
    match result {
        StepResult::Idle => 0,
        StepResult::More => 1,
        StepResult::Broken => 3,
    }
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

/// JavaScript has read the first `bytes` of them.
#[no_mangle]
pub extern "C" fn rhai_bridge_outbox_taken(bytes: usize) {
    with(|instance| instance.port.taken(bytes));
}

/// Milliseconds from now until the core must be stepped though no record came; infinite when it need not be.
#[no_mangle]
pub extern "C" fn rhai_bridge_deadline_ms() -> f64 {
    with(|Instance { core, port, .. }| match core.next_deadline() {
        Some(at_ns) => at_ns.saturating_sub(port.now_ns()) as f64 / 1e6,
        None => f64::INFINITY,
    })
}

/// Where the counters are: one f64 for each name of [`rhai_bridge_counter_names`].
#[no_mangle]
pub extern "C" fn rhai_bridge_counters() -> *const f64 {
    with(|instance| {
        instance.counters = instance.core.counters().list();
        instance.counters.as_ptr()
    })
}

/// Where their names are, separated by spaces.
#[no_mangle]
pub extern "C" fn rhai_bridge_counter_names() -> *const u8 {
    with(|instance| instance.counter_names.as_ptr())
}

/// How many bytes the names take.
#[no_mangle]
pub extern "C" fn rhai_bridge_counter_names_bytes() -> usize {
    with(|instance| instance.counter_names.len())
}

/// Where the last words of this instance will stand; see [`epitaph`]. To be asked for while it lives.
#[no_mangle]
pub extern "C" fn rhai_bridge_epitaph() -> *const u32 {
    epitaph::address()
}
