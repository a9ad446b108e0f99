//! The allocator: the standard library's own with an account, by which the machine holds a run to `maxMemoryBytes`. It
//! also notes in the epitaph when there is no memory left, for the trap that follows looks like any other.

use crate::epitaph;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

/// Bytes taken and not given back. An instance has one thread, so loads and stores suffice.
static LIVE: AtomicI64 = AtomicI64::new(0);

/// What [`LIVE`] says now.
pub fn live_bytes() -> i64 {
    LIVE.load(Relaxed)
}

/// What a block takes: in 32 bits sizes are rounded up to 8, behind a header of 4.
#[inline]
fn block(size: usize) -> i64 {
    (size.saturating_add(4 + 7) & !7).max(16) as i64
}

#[inline]
fn count(bytes: i64) {
    LIVE.store(LIVE.load(Relaxed).wrapping_add(bytes), Relaxed);
}

/// Counts a block that was asked for, or notes that there is none.
#[inline]
fn taken(memory: *mut u8, bytes: i64) -> *mut u8 {
    if memory.is_null() {
        epitaph::out_of_memory();
    } else {
        count(bytes);
    }
    memory
}

struct Counted;

// SAFETY: every call is passed on unchanged to `System`, and its answer back; counting neither allocates nor unwinds.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is System's.
        taken(unsafe { System.alloc(layout) }, block(layout.size()))
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is System's.
        taken(unsafe { System.alloc_zeroed(layout) }, block(layout.size()))
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if size == layout.size() {
            return memory; // rhai's strings ask for what they have at every append
        }
        // SAFETY: the caller's promise is System's.
        let moved = unsafe { System.realloc(memory, layout, size) };
        taken(moved, block(size) - block(layout.size()))
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(-block(layout.size()));
        // SAFETY: the caller's promise is System's.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counted = Counted;
