//! The C ABI, function by function as `native/include/rhai_bridge.h` says. Every body runs inside a guard, so a panic
//! never crosses; every pointer is used as the header promises.

use crate::early::Early;
use crate::memory::{Memory, Word};
use crate::port::Holder;
use crate::station::Turn;
use crate::worker::{Shared, WakeTarget, Worker};
use rhai_bridge_core::message::{Id, PROTOCOL_VERSION};
use rhai_bridge_core::{guarded, Budget, Counters, Probes, StepResult};
use std::cell::{Cell, RefCell};
use std::ffi::{c_char, c_void};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Once};

/// A home core: no thread.
pub const RB_HOME: u32 = 0;
/// A worker core.
pub const RB_WORKER: u32 = 1;
/// All is well.
pub const RB_OK: u32 = 0;
/// The memory is not what the protocol says.
pub const RB_BAD_MEMORY: u32 = 1;
/// JavaScript speaks another version.
pub const RB_BAD_VERSION: u32 = 2;
/// A bug of ours.
pub const RB_PANIC: u32 = 3;
/// Nothing can run.
pub const RB_IDLE: u32 = 0;
/// There is more to run.
pub const RB_MORE: u32 = 1;
/// The worker holds the core.
pub const RB_BUSY: u32 = 2;
/// The core is broken.
pub const RB_BROKEN: u32 = 3;

/// Sources above this are compiled on the worker.
const ASSIST_SOURCE_BYTES: usize = 4096;
/// Counters of the port, before the core's own.
const PORT_COUNTERS: [&str; 7] = ["wakes", "parks", "steps", "busySteps", "brokenRecords", "sideBuffers", "processBytes"];
const COUNTERS: usize = PORT_COUNTERS.len() + Counters::COUNT;

/// What C++ holds. Used by the owner thread only; the thread of a worker core shares `shared` alone.
pub struct RbCore {
    pub(crate) shared: Arc<Shared>,
    worker: RefCell<Worker>,
    is_home: bool,
    is_stopped: Cell<bool>,
    pub(crate) is_busy: Cell<bool>,
    steps: Cell<u64>,
    busy_steps: Cell<u64>,
    last_counters: Cell<[f64; COUNTERS]>,
}

/// Runs `work` on a core; a panic or a null pointer gives `otherwise`.
pub(crate) fn with_core<T>(core: *const RbCore, otherwise: T, work: impl FnOnce(&RbCore) -> T) -> T {
    // SAFETY: the header: `core` is NULL or came from `rb_core_new` and was not freed; owner thread only.
    let Some(core) = (unsafe { core.as_ref() }) else { return otherwise };
    guarded(|| work(core)).unwrap_or(otherwise)
}

/// Our panics are caught and reported as errors: nothing is printed. (This copy of std serves this library alone.)
pub(crate) fn silence_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| std::panic::set_hook(Box::new(|_| {})));
}

/// See the header.
///
/// # Safety
/// As the header says of `memory`, `wake`, `context`, `early` and `status`.
#[no_mangle]
pub unsafe extern "C" fn rb_core_new(
    memory: *mut u8,
    length: usize,
    outbox_bytes: u32,
    inbox_bytes: u32,
    kind: u32,
    wake: extern "C" fn(*mut c_void),
    context: *mut c_void,
    early: *const Early,
    status: *mut u32,
) -> *mut RbCore {
    silence_panics();
    // SAFETY: the header's promise about `memory` is what `Memory::new` asks for.
    let memory = unsafe { Memory::new(memory, length, outbox_bytes, inbox_bytes) };
    let wake = WakeTarget { call: wake, context };
    // SAFETY: the header: `early` is NULL or came from `rb_early_begin` of this thread and was not freed.
    let early = unsafe { early.as_ref() };
    let made = guarded(|| make(memory, kind, wake, early)).unwrap_or(Err(RB_PANIC));
    // SAFETY: the header: `status` is NULL or valid for a write.
    if let Some(status) = unsafe { status.as_mut() } {
        *status = made.as_ref().err().copied().unwrap_or(RB_OK);
    }
    made.map_or(std::ptr::null_mut(), |core| Box::into_raw(Box::new(core)))
}

fn make(memory: Option<Memory>, kind: u32, wake: WakeTarget, early: Option<&Early>) -> Result<RbCore, u32> {
    let memory = memory.ok_or(RB_BAD_MEMORY)?;
    if memory.load(Word::Version) != PROTOCOL_VERSION {
        return Err(RB_BAD_VERSION);
    }
    memory.store(Word::Sleeping, 1);
    memory.store(Word::Deadline, u32::MAX);
    crate::allocator::core_made();
    let mut core = early.and_then(Early::take).unwrap_or_default();
    core.set_probes(Probes {
        live_bytes: crate::allocator::live_bytes,
        now_ns: crate::clock::now_ns,
    });
    Ok(RbCore {
        shared: Shared::new(memory, core, wake),
        worker: RefCell::default(),
        is_home: kind == RB_HOME,
        is_stopped: Cell::new(false),
        is_busy: Cell::new(false),
        steps: Cell::new(0),
        busy_steps: Cell::new(0),
        last_counters: Cell::new([0.0; COUNTERS]),
    })
}

impl RbCore {
    fn step(&self, max_micros: u32, only: Option<Id>) -> u32 {
        if self.is_stopped.get() {
            return RB_IDLE;
        }
        self.steps.set(self.steps.get() + 1);
        let Some(mut station) = self.shared.try_baton() else {
            self.busy_steps.set(self.busy_steps.get() + 1);
            return RB_BUSY;
        };
        let now_ns = self.shared.now_ns();
        let until_ns = now_ns + u64::from(max_micros) * 1000;
        let max_source_bytes = if self.is_home { usize::MAX } else { ASSIST_SOURCE_BYTES };
        let budget = Budget { until_ns, max_source_bytes };
        let result = station.turn(
            &self.shared,
            Turn {
                holder: Holder::JavaScript,
                budget,
                only,
            },
            now_ns,
        );
        drop(station);
        if !self.is_home && self.shared.has_unwatched_deadline() {
            self.worker.borrow_mut().wake(&self.shared);
        }
        match result {
            StepResult::Idle => RB_IDLE,
            StepResult::More => RB_MORE,
            StepResult::Broken => RB_BROKEN,
        }
    }

    fn wake(&self) -> u32 {
        let is_awake = self.is_home || self.is_stopped.get() || self.worker.borrow_mut().wake(&self.shared);
        if is_awake {
            RB_OK
        } else {
            RB_PANIC
        }
    }

    fn counters(&self) -> [f64; COUNTERS] {
        if let Some(station) = self.shared.try_baton() {
            let mut all = [0.0; COUNTERS];
            all[4] = station.broken_records as f64;
            all[PORT_COUNTERS.len()..].copy_from_slice(&station.core.counters().list());
            self.last_counters.set(all);
        }
        let mut all = self.last_counters.get();
        all[0] = self.shared.wakes.load(Relaxed) as f64;
        all[1] = self.shared.parks.load(Relaxed) as f64;
        all[2] = self.steps.get() as f64;
        all[3] = self.busy_steps.get() as f64;
        all[5] = (self.shared.side_in.count() + self.shared.side_out.count()) as f64;
        all[6] = crate::allocator::tell() as f64;
        all
    }

    fn stop(&self) {
        if !self.is_stopped.replace(true) {
            self.worker.borrow_mut().stop(&self.shared);
        }
    }
}

/// See the header.
#[no_mangle]
pub extern "C" fn rb_core_step(core: *const RbCore, max_micros: u32) -> u32 {
    with_core(core, RB_BROKEN, |core| core.step(max_micros, None))
}

/// See the header.
#[no_mangle]
pub extern "C" fn rb_core_step_run(core: *const RbCore, slot: u32, generation: u32, max_micros: u32) -> u32 {
    with_core(core, RB_BROKEN, |core| core.step(max_micros, Some(Id { slot, generation })))
}

/// See the header.
#[no_mangle]
pub extern "C" fn rb_core_wake(core: *const RbCore) -> u32 {
    with_core(core, RB_PANIC, RbCore::wake)
}

/// See the header.
#[no_mangle]
pub extern "C" fn rb_counter_count() -> usize {
    COUNTERS
}

/// See the header.
///
/// # Safety
/// `length` is valid for a write.
#[no_mangle]
pub unsafe extern "C" fn rb_counter_name(index: usize, length: *mut usize) -> *const c_char {
    let name = PORT_COUNTERS.iter().chain(&Counters::NAMES).nth(index).copied().unwrap_or("");
    // SAFETY: by the caller's promise.
    unsafe { *length = name.len() };
    name.as_ptr().cast()
}

/// See the header.
///
/// # Safety
/// `values` is valid for `rb_counter_count()` writes.
#[no_mangle]
pub unsafe extern "C" fn rb_core_counters(core: *const RbCore, values: *mut f64) {
    let all = with_core(core, [0.0; COUNTERS], RbCore::counters);
    // SAFETY: by the caller's promise; a local array cannot overlap it.
    unsafe { std::ptr::copy_nonoverlapping(all.as_ptr(), values, COUNTERS) };
}

/// See the header.
#[no_mangle]
pub extern "C" fn rb_core_stop(core: *const RbCore) {
    with_core(core, (), RbCore::stop);
}

/// See the header.
///
/// # Safety
/// `core` is NULL or came from `rb_core_new`, and is not used afterwards.
#[no_mangle]
pub unsafe extern "C" fn rb_core_free(core: *mut RbCore) {
    rb_core_stop(core);
    crate::c_spill::rb_core_busy(core, 0);
    if !core.is_null() {
        // SAFETY: by the caller's promise; the thread, the only other user of its parts, was joined.
        let core = unsafe { Box::from_raw(core) };
        let _ = guarded(move || drop(core));
        crate::allocator::core_gone();
    }
}
