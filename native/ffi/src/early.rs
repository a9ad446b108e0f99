//! An environment's first core, made on a thread of its own from when the addon is loaded: by the time the first engine asks for a
//! core, it is there. Making one takes half a millisecond, a tenth of a process's whole way to its first result.

use crate::c_api::silence_panics;
use rhai_bridge_core::{guarded, Core};
use std::cell::Cell;
use std::thread::{Builder, JoinHandle};

/// Making a core needs little of it.
const STACK_BYTES: usize = 1 << 20;

/// A core on its way from the thread that made it.
struct Parcel(Core);

// SAFETY: a core that was just made is a closed graph that borrows nothing and uses no thread-locals (`station` says why that
// suffices); the thread that made it gives it away whole, as its result, and ends.
unsafe impl Send for Parcel {}

/// A core that is being made, until it is taken.
pub struct Early {
    thread: Cell<Option<JoinHandle<Parcel>>>,
}

impl Early {
    /// Begins to make a core; nothing where there is no thread to be had.
    pub fn begin() -> Option<Self> {
        let make = || {
            let parcel = Parcel(Core::new());
            crate::allocator::tell();
            parcel
        };
        let thread = Builder::new().name("rhai-bridge early".into()).stack_size(STACK_BYTES).spawn(make).ok()?;
        Some(Self {
            thread: Cell::new(Some(thread)),
        })
    }

    /// The core, once; waits for it.
    pub fn take(&self) -> Option<Core> {
        let thread = self.thread.take()?;
        thread.join().ok().map(|Parcel(core)| core)
    }
}

impl Drop for Early {
    fn drop(&mut self) {
        drop(self.take());
    }
}

/// See the header.
#[no_mangle]
pub extern "C" fn rb_early_begin() -> *mut Early {
    silence_panics();
    let begun = guarded(Early::begin).ok().flatten();
    begun.map_or(std::ptr::null_mut(), |early| Box::into_raw(Box::new(early)))
}

/// See the header.
///
/// # Safety
/// `early` is NULL or came from `rb_early_begin`, and is not used afterwards.
#[no_mangle]
pub unsafe extern "C" fn rb_early_free(early: *mut Early) {
    if !early.is_null() {
        // SAFETY: by the caller's promise.
        let early = unsafe { Box::from_raw(early) };
        let _ = guarded(move || drop(early));
    }
}
