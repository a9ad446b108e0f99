//! The process's allocator with an account: how many bytes each thread has taken and not given back.
//!
//! A core is stepped by one thread at a time, and what a run allocates in a step is the difference between two looks at
//! this account. So the account is per thread and costs an addition; what is freed on another thread shows there.
//! Big blocks are kept for a while when they are freed (`spares`).

use crate::spares::Spares;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};

thread_local! {
    static LIVE: Cell<i64> = const { Cell::new(0) };
    /// What of it is in `TOLD`.
    static TOLD_HERE: Cell<i64> = const { Cell::new(0) };
}

/// What all threads have told of their accounts.
static TOLD: AtomicI64 = AtomicI64::new(0);

/// Tells the process what this thread's account says now, and gives what all threads have told: the bytes that this
/// library holds. Exact when every thread that worked since has told; a worker tells whenever it goes to sleep or ends.
pub fn tell() -> i64 {
    let live = LIVE.get();
    let news = live - TOLD_HERE.replace(live);
    TOLD.fetch_add(news, SeqCst) + news
}

/// Bytes this thread has allocated minus those it has freed.
pub fn live_bytes() -> i64 {
    LIVE.get()
}

/// The system's allocator, counted.
pub struct Counted;

#[global_allocator]
static ALLOCATOR: Counted = Counted;

static SPARES: Spares = Spares::new();

/// A core was made: from now on big blocks are kept.
pub fn core_made() {
    SPARES.retain();
}

/// A core is gone; with the last one go the blocks that were kept.
pub fn core_gone() {
    // SAFETY: a kept block came from the system's allocator, which asks for no more than its start to free it: the
    // alignment of every kept block is one that all of its blocks have.
    SPARES.release(|start| unsafe { System.dealloc(start, Layout::new::<u64>()) });
}

/// A core sends big values to JavaScript: more blocks are kept until it says that it has stopped.
pub fn core_busy(is_busy: bool) {
    if is_busy {
        SPARES.begin_busy();
    } else {
        // SAFETY: as in `core_gone`.
        SPARES.end_busy(|start| unsafe { System.dealloc(start, Layout::new::<u64>()) });
    }
}

/// What a block takes from the heap: sizes are rounded up, and each block has a header.
#[inline]
fn block(size: usize) -> i64 {
    (size.saturating_add(8 + 15) & !15).max(32) as i64
}

#[inline]
fn count(bytes: i64) {
    LIVE.set(LIVE.get().wrapping_add(bytes));
}

// SAFETY: every method passes its arguments on to the system's allocator and gives back what that gave, or what it gave
// before for a block at least as big and aligned as well (`Spares`); the account is a plain thread-local integer without
// a destructor, which allocates nothing and is there as long as the thread.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(block(layout.size()));
        let real = real(layout);
        if let Some(spare) = size_to_keep(layout).and_then(|size| SPARES.take(size)) {
            return spare;
        }
        // SAFETY: the caller's promises are the system allocator's conditions; `real` is no smaller.
        unsafe { System.alloc(real) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(block(layout.size()));
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(real(layout)) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-block(layout.size()));
        if size_to_keep(layout).is_some_and(|size| SPARES.keep(pointer, size)) {
            return;
        }
        // SAFETY: as above; the block was asked for with this `real` layout.
        unsafe { System.dealloc(pointer, real(layout)) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if size == layout.size() {
            return pointer; // rhai's strings ask for what they have at every append
        }
        count(block(size) - block(layout.size()));
        // SAFETY: the caller promises a size that makes a layout with this alignment.
        let wanted = real(unsafe { Layout::from_size_align_unchecked(size, layout.align()) });
        let has = real(layout);
        if has == wanted && size_to_keep(layout).is_some() {
            return pointer;
        }
        // SAFETY: as above.
        unsafe { System.realloc(pointer, has, wanted.size()) }
    }
}

/// The size a block is kept under when it is freed, if it may be kept at all.
#[inline]
fn size_to_keep(layout: Layout) -> Option<usize> {
    Spares::is_for(layout.size(), layout.align()).then(|| Spares::rounded(layout.size()))
}

/// What the system is asked for.
#[inline]
fn real(layout: Layout) -> Layout {
    match size_to_keep(layout) {
        // SAFETY: at most an eighth above a few megabytes, and the alignment is the layout's own.
        Some(size) => unsafe { Layout::from_size_align_unchecked(size, layout.align()) },
        None => layout,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_thread_allocates_and_frees_shows_in_its_account() {
        let before = live_bytes();
        let bytes = vec![0_u8; 100_000];
        assert!((100_000..100_100).contains(&(live_bytes() - before)));
        drop(bytes);
        assert_eq!(live_bytes(), before);
    }
}
