//! The worker thread of a core: started when it is first needed, steps while there is work, sleeps otherwise.
//! How the two threads wake each other is `doze`'s.

use crate::allocator;
use crate::doze::{must_wake_javascript, Doze, NEVER};
use crate::memory::{Memory, Word};
use crate::port::Holder;
use crate::side::SideBuffers;
use crate::station::{Station, Turn};
use rhai_bridge_core::{guarded, Budget, Core, StepResult};
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::{JoinHandle, Thread};
use std::time::Duration;

/// The worker lets the baton go this often, so that it can be stopped and asked.
const TURN_NS: u64 = 1_000_000;
/// rhai's parser is recursive; the memory is reserved, not used.
const STACK_BYTES: usize = 8 << 20;

/// What wakes the JavaScript thread: a C function that may be called on any thread.
#[derive(Debug, Clone, Copy)]
pub struct WakeTarget {
    /// The function.
    pub call: extern "C" fn(*mut std::ffi::c_void),
    /// Its argument.
    pub context: *mut std::ffi::c_void,
}

// SAFETY: the header demands that the function may be called on any thread until `rb_core_stop` has returned, and the
// worker, its only caller besides the JavaScript thread, is joined there. The pointer is only passed through.
unsafe impl Send for WakeTarget {}
// SAFETY: as above.
unsafe impl Sync for WakeTarget {}

/// What both threads share.
pub struct Shared {
    /// Rings and control words.
    pub memory: Memory,
    /// The baton: whoever holds it may touch the core.
    baton: Mutex<Station>,
    /// Big records to JavaScript.
    pub side_out: Arc<SideBuffers>,
    /// Big records from JavaScript.
    pub side_in: Arc<SideBuffers>,
    wake: WakeTarget,
    /// How they sleep and wake.
    pub doze: Doze,
    /// Wake-ups of JavaScript.
    pub wakes: AtomicU64,
    /// Times the worker fell asleep.
    pub parks: AtomicU64,
}

impl Shared {
    /// Shares a fresh core at the ends of fresh rings.
    pub fn new(memory: Memory, core: Core, wake: WakeTarget) -> Arc<Self> {
        let (side_out, side_in) = (Arc::new(SideBuffers::default()), Arc::new(SideBuffers::default()));
        let station = Station::new(core.with_asides(side_in.clone(), side_out.clone()), memory);
        Arc::new(Self {
            memory,
            baton: Mutex::new(station),
            side_out,
            side_in,
            wake,
            doze: Doze::default(),
            wakes: AtomicU64::new(0),
            parks: AtomicU64::new(0),
        })
    }

    /// Nanoseconds of a monotonic clock.
    pub fn now_ns(&self) -> u64 {
        crate::clock::now_ns()
    }

    /// Waits for the baton.
    fn take_baton(&self) -> MutexGuard<'_, Station> {
        self.baton.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The baton, if nobody holds it.
    pub fn try_baton(&self) -> Option<MutexGuard<'_, Station>> {
        match self.baton.try_lock() {
            Ok(station) => Some(station),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Wakes JavaScript, once until it drains.
    pub fn wake_javascript(&self) {
        if must_wake_javascript(&self.memory) {
            self.wakes.fetch_add(1, SeqCst);
            (self.wake.call)(self.wake.context);
        }
    }

    /// Mail, or the wish to stop: the worker should look up.
    pub fn has_news(&self) -> bool {
        self.doze.has_news(&self.memory)
    }

    /// Whether there is a deadline that the sleeping worker does not know of.
    pub fn has_unwatched_deadline(&self) -> bool {
        self.doze.has_unwatched_deadline(&self.memory)
    }

    /// Sleeps until there is something to do.
    fn park(&self) {
        allocator::tell();
        self.doze.park(&self.memory, |until_ns| {
            self.parks.fetch_add(1, SeqCst);
            self.sleep_until(until_ns);
        });
    }

    fn sleep_until(&self, until_ns: u64) {
        if until_ns == NEVER {
            std::thread::park();
        } else {
            std::thread::park_timeout(Duration::from_nanos(until_ns.saturating_sub(self.now_ns())));
        }
    }

    /// The thread's whole life.
    fn work(&self) {
        while !self.doze.is_stopped() {
            let is_stuck = {
                let mut station = self.take_baton();
                let now_ns = self.now_ns();
                let budget = Budget::until(now_ns + TURN_NS);
                let result = station.turn(
                    self,
                    Turn {
                        holder: Holder::Worker,
                        budget,
                        only: None,
                    },
                    now_ns,
                );
                result != StepResult::More || station.is_full()
            };
            if is_stuck {
                self.park();
            }
        }
    }
}

/// The thread of a worker core, from the JavaScript thread's side.
#[derive(Debug, Default)]
pub struct Worker {
    handle: Option<JoinHandle<()>>,
}

impl Worker {
    /// Hands the worker what there is; starts it when it was never needed before.
    pub fn wake(&mut self, shared: &Arc<Shared>) -> bool {
        shared.doze.kick();
        match &self.handle {
            None => self.start(shared),
            Some(handle) => {
                unpark(shared, handle.thread());
                true
            }
        }
    }

    fn start(&mut self, shared: &Arc<Shared>) -> bool {
        shared.memory.store(Word::Sleeping, 0);
        let inner = Arc::clone(shared);
        let builder = std::thread::Builder::new().name("rhai-worker".to_owned()).stack_size(STACK_BYTES);
        // A panic that gets here was not caught by the core's own guards: the thread ends, `join` swallows it.
        let life = move || {
            drop(guarded(|| inner.work()));
            allocator::tell();
        };
        self.handle = builder.spawn(life).ok();
        self.handle.is_some()
    }

    /// Stops and joins the thread. The slice it is in ends first.
    pub fn stop(&mut self, shared: &Shared) {
        shared.doze.stop();
        if let Some(handle) = self.handle.take() {
            handle.thread().unpark();
            let _ = handle.join();
        }
    }
}

fn unpark(shared: &Shared, thread: &Thread) {
    if shared.doze.rouse(&shared.memory) {
        thread.unpark();
    }
}
