//! The core as a WebAssembly module: the same records as in the native rings, as plain bytes in the module's memory.
//!
//! JavaScript writes a batch of records into the inbox, steps, and reads the batch of the outbox; the [`report`] says where both are.
//! A host call is one call of [`rhai_bridge_step`]: it also takes the inbox's batch, and forgets what was read of the outbox.
//! One instance holds one core. Both buffers belong to the module: nothing is ever freed from outside, and they stay where they are
//! until the next call of any export.
//! The imports are a clock, which is not asked while the instance is made, and the loader of the module's [`rest`]. A panic ends the instance, not a run: what it still says stands in the [`epitaph`].

#![allow(
    unsafe_code,
    reason = "exports need fixed symbol names, the clock and the loader are imports, and the epitaph is read from outside"
)]

mod batch;
mod clock;
mod epitaph;
mod memory;
mod port;
mod report;
mod rest;

use batch::records_of;
use port::{BatchPort, FULL_BYTES};
use rhai_bridge_core::message::{Id, PROTOCOL_VERSION};
use rhai_bridge_core::{Budget, Core, Counters, Port, Probes, StepResult};
use std::cell::RefCell;
use std::mem::ManuallyDrop;

struct Instance {
    core: Core,
    port: BatchPort,
    /// As long as the room that JavaScript may write into.
    inbox: Vec<u8>,
    counters: [f64; Counters::COUNT],
    counter_names: String,
}

/// Room for the batches of nearly every host call, which so need not be asked for.
const INBOX_BYTES: usize = 1 << 12;
/// An inbox that one large batch made larger than this is given back.
const KEEP_BYTES: usize = 1 << 20;

impl Instance {
    fn new() -> Self {
        epitaph::install();
        let mut core = Core::new();
        core.set_probes(Probes {
            live_bytes: memory::live_bytes,
            now_ns: clock::now_ns,
        });
        Self {
            core,
            port: BatchPort::default(),
            inbox: vec![0; INBOX_BYTES],
            counters: [0.0; Counters::COUNT],
            counter_names: Counters::NAMES.join(" "),
        }
    }

    /// Makes room for a batch of `bytes` bytes.
    fn make_room(&mut self, bytes: usize) {
        if self.inbox.len() < bytes {
            self.inbox = vec![0; bytes];
        }
        report::inbox(&self.inbox);
    }

    /// Takes the whole records of the first `bytes` of the inbox.
    fn receive(&mut self, bytes: usize, now_ns: u64) -> u32 {
        let mut count = 0;
        for record in records_of(self.inbox.get(..bytes).unwrap_or_default()) {
            self.core.receive(record, now_ns, &mut self.port);
            count += 1;
        }
        if self.inbox.len() > KEEP_BYTES {
            self.inbox = vec![0; INBOX_BYTES];
            report::inbox(&self.inbox);
        }
        count
    }

    fn step(
        &mut self,
        told: Told,
        step: impl FnOnce(&mut Core, &mut BatchPort, Budget) -> StepResult,
    ) -> u32 {
        let begin_ns = self.port.begin();
        self.port.taken(told.read_bytes);
        self.port.full_bytes = told.full_bytes;
        if told.batch_bytes > 0 {
            self.receive(told.batch_bytes, begin_ns);
        }
        let budget = Budget::until(begin_ns + u64::from(told.max_micros) * 1000);
        let found = step(&mut self.core, &mut self.port, budget);
        epitaph::nobody_runs();
        report::step(&self.core, &self.port, begin_ns);
        code(found)
    }
}

/// What JavaScript says with a step.
struct Told {
    max_micros: u32,
    /// The batch in the inbox.
    batch_bytes: usize,
    /// It has read so much of the outbox.
    read_bytes: usize,
    /// It wants to hear of so much before more is run.
    full_bytes: usize,
}

thread_local! {
    /// Never dropped: an instance ends with its memory, and the code that would take a core apart is not even compiled.
    static INSTANCE: ManuallyDrop<RefCell<Option<Instance>>> =
        const { ManuallyDrop::new(RefCell::new(None)) };
}

/// Makes the instance. Called when the module is built (scripts/wasm/snapshot.mjs): whoever instantiates it finds one, and the
/// code that made it is no part of the module.
#[no_mangle]
pub extern "C" fn rhai_bridge_prepare() {
    INSTANCE.with(|instance| {
        let made = Instance::new();
        report::inbox(&made.inbox);
        *instance.borrow_mut() = Some(made);
    });
}

fn with<T>(work: impl FnOnce(&mut Instance) -> T) -> T {
    INSTANCE.with(|instance| match &mut *instance.borrow_mut() {
        Some(instance) => work(instance),
        None => unreachable!("prepared when the module was built"),
    })
}

/// The version of the records that this module speaks.
#[no_mangle]
pub extern "C" fn rhai_bridge_version() -> u32 {
    PROTOCOL_VERSION
}

/// Makes room for a batch of `bytes` bytes; the report says where. Only for more than fits where it was.
#[no_mangle]
pub extern "C" fn rhai_bridge_inbox(bytes: usize) {
    with(|instance| instance.make_room(bytes));
}

/// Takes the whole records of a batch of `batch_bytes` in the inbox; returns how many there were. A record whose size is
/// impossible ends the batch.
#[no_mangle]
pub extern "C" fn rhai_bridge_receive(batch_bytes: usize) -> u32 {
    with(|instance| {
        let now_ns = instance.port.now_ns();
        let count = instance.receive(batch_bytes, now_ns);
        report::outbox(&instance.port);
        count
    })
}

/// Forgets the first `read_bytes` of the outbox, takes the batch in the inbox, and runs for about `max_micros` microseconds, or
/// until the outbox has `full_bytes`. 0: nothing can run; 1: there is more to run; 3: the core is broken. What else there is to
/// know stands in the [`report`].
#[no_mangle]
pub extern "C" fn rhai_bridge_step(
    max_micros: u32,
    batch_bytes: usize,
    read_bytes: usize,
    full_bytes: usize,
) -> u32 {
    let told = Told {
        max_micros,
        batch_bytes,
        read_bytes,
        full_bytes,
    };
    with(|instance| instance.step(told, |core, port, budget| core.step(port, budget)))
}

/// The same for one run only, for callers that cannot wait.
#[no_mangle]
pub extern "C" fn rhai_bridge_step_run(
    slot: u32,
    generation: u32,
    max_micros: u32,
    batch_bytes: usize,
    read_bytes: usize,
) -> u32 {
    let run = Id { slot, generation };
    let told = Told {
        max_micros,
        batch_bytes,
        read_bytes,
        full_bytes: FULL_BYTES,
    };
    with(|instance| instance.step(told, |core, port, budget| core.step_run(run, port, budget)))
}

fn code(result: StepResult) -> u32 {
    match result {
        StepResult::Idle => 0,
        StepResult::More => 1,
        StepResult::Broken => 3,
    }
}

/// Where the [`report`] of the last call stands. To be asked for once.
#[no_mangle]
pub extern "C" fn rhai_bridge_report() -> *const u32 {
    report::address()
}

/// Forgets the first `bytes` of the outbox; for many bytes, whose memory is better given back before the next step.
#[no_mangle]
pub extern "C" fn rhai_bridge_outbox_taken(bytes: usize) {
    with(|instance| {
        instance.port.taken(bytes);
        report::outbox(&instance.port);
    });
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
