//! The allocator: the standard library's own, which also notes in the epitaph when there is no memory left, for the
//! trap that follows looks like any other.

use crate::epitaph;
use std::alloc::{GlobalAlloc, Layout, System};

struct Noting;

fn noted(memory: *mut u8) -> *mut u8 {
    if memory.is_null() {
        epitaph::out_of_memory();
    }
    memory
}

// SAFETY: every call is passed on unchanged to `System`, and its answer back; noting it neither allocates nor unwinds.
unsafe impl GlobalAlloc for Noting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is System's.
        noted(unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is System's.
        noted(unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise is System's.
        noted(unsafe { System.realloc(memory, layout, size) })
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is System's.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Noting = Noting;
