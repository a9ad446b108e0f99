//! The memory shared with JavaScript: a control block of 1024 bytes, the outbox ring, the inbox ring.
//!
//! One `ArrayBuffer`, allocated and owned by JavaScript, alive and never moved until the core is stopped (the addon
//! holds a reference). Control words are atomics on both sides, each on a cache line of its own. Ring bytes belong
//! to one side at a time: the producer's until it publishes the head, the consumer's until it publishes the tail.

use crate::doze::Words;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};

/// Bytes before the rings.
pub const CONTROL_BYTES: usize = 1024;
const LINE_BYTES: usize = 64;
const MIN_RING_BYTES: u32 = 1024;

/// A control word; the number is its cache line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Bytes ever written to the outbox (by the core).
    OutHead = 0,
    /// Bytes ever read from the outbox (by JavaScript).
    OutTail = 1,
    /// Bytes ever written to the inbox (by JavaScript).
    InHead = 2,
    /// Bytes ever read from the inbox (by the core).
    InTail = 3,
    /// 1 while the worker sleeps or was never started.
    Sleeping = 4,
    /// 1 from a wake-up of JavaScript until it begins to drain.
    Wake = 5,
    /// 1 while JavaScript waits for room in the inbox.
    WantSpace = 6,
    /// 1 while the core waits for room in the outbox.
    OutOverflow = 7,
    /// Milliseconds until the nearest deadline.
    Deadline = 8,
    /// Protocol version, written by JavaScript.
    Version = 9,
    /// Nanoseconds of the last step on the JavaScript thread.
    StepNs = 10,
}

/// Where the shared memory is.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    base: *mut u8,
    /// Size of the outbox ring, a power of two.
    pub out_bytes: u32,
    /// Size of the inbox ring, a power of two.
    pub in_bytes: u32,
}

// SAFETY: the pointer is used for atomics and for ring bytes that belong to one side at a time (see the top); the
// memory outlives every user because the worker is joined before JavaScript lets go of the buffer.
unsafe impl Send for Memory {}
// SAFETY: as above; `&Memory` gives nothing that `Memory` (Copy) does not.
unsafe impl Sync for Memory {}

impl Memory {
    /// Describes the memory; `None` when its size or alignment is not what the protocol says.
    ///
    /// # Safety
    /// `base` points to `length` bytes that stay valid and in place until the last use of the value and its copies,
    /// and that nobody else but JavaScript, by the protocol, touches.
    pub unsafe fn new(base: *mut u8, length: usize, out_bytes: u32, in_bytes: u32) -> Option<Self> {
        let is_ring = |bytes: u32| bytes.is_power_of_two() && (MIN_RING_BYTES..=1 << 30).contains(&bytes);
        let needed = CONTROL_BYTES + out_bytes as usize + in_bytes as usize;
        let fits = is_ring(out_bytes) && is_ring(in_bytes) && length >= needed;
        (fits && !base.is_null() && (base as usize).is_multiple_of(8)).then_some(Self { base, out_bytes, in_bytes })
    }

    fn word(&self, word: Word) -> &AtomicU32 {
        // SAFETY: `new` checked that the control block is inside the memory and aligned; atomics may be shared.
        unsafe { AtomicU32::from_ptr(self.base.add(word as usize * LINE_BYTES).cast()) }
    }

    /// Reads a control word.
    pub fn load(&self, word: Word) -> u32 {
        self.word(word).load(SeqCst)
    }

    /// Writes a control word.
    pub fn store(&self, word: Word, value: u32) {
        self.word(word).store(value, SeqCst);
    }

    /// Writes a control word that only the JavaScript thread uses.
    pub fn store_own(&self, word: Word, value: u32) {
        self.word(word).store(value, Relaxed);
    }

    /// Moves the end of a ring that the JavaScript thread reads next: on that thread a plain store is enough, and the
    /// other thread sees it with the baton.
    pub fn store_end(&self, word: Word, value: u32, is_own: bool) {
        if is_own {
            self.store_own(word, value);
        } else {
            self.store(word, value);
        }
    }

    /// Writes a control word and gives what it was.
    pub fn swap(&self, word: Word, value: u32) -> u32 {
        self.word(word).swap(value, SeqCst)
    }

    /// Copies `bytes` into the outbox ring at `offset`.
    ///
    /// # Safety
    /// The range is inside the ring and belongs to the producer: at or after the head, before tail + size.
    pub unsafe fn write_out(&self, offset: u32, bytes: &[u8]) {
        debug_assert!(offset as usize + bytes.len() <= self.out_bytes as usize);
        // SAFETY: inside the allocation by the caller's promise; `bytes` is Rust memory, so they cannot overlap.
        unsafe {
            let target = self.base.add(CONTROL_BYTES + offset as usize);
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), target, bytes.len());
        }
    }

    /// The bytes of the inbox ring from `offset`, `length` long.
    ///
    /// # Safety
    /// The range is inside the ring and belongs to the consumer (between tail and head) as long as the slice lives.
    pub unsafe fn inbox(&self, offset: u32, length: u32) -> &[u8] {
        debug_assert!(offset + length <= self.in_bytes);
        let start = CONTROL_BYTES + self.out_bytes as usize + offset as usize;
        // SAFETY: inside the allocation, and JavaScript does not write what it has published, by the caller's promise.
        unsafe { std::slice::from_raw_parts(self.base.add(start), length as usize) }
    }
}

impl Words for Memory {
    fn load(&self, word: Word) -> u32 {
        Self::load(self, word)
    }
    fn store(&self, word: Word, value: u32) {
        Self::store(self, word, value);
    }
    fn swap(&self, word: Word, value: u32) -> u32 {
        Self::swap(self, word, value)
    }
}

#[cfg(test)]
impl Memory {
    /// JavaScript's reading of the outbox.
    pub fn read_out(&self, offset: u32, length: u32) -> Vec<u8> {
        assert!(offset + length <= self.out_bytes);
        // SAFETY: in bounds; tests read only what was published.
        unsafe { std::slice::from_raw_parts(self.base.add(CONTROL_BYTES + offset as usize), length as usize).to_vec() }
    }

    /// JavaScript's writing of the inbox.
    pub fn write_in(&self, offset: u32, bytes: &[u8]) {
        assert!(offset as usize + bytes.len() <= self.in_bytes as usize);
        let start = CONTROL_BYTES + self.out_bytes as usize + offset as usize;
        // SAFETY: in bounds; tests write only what the core has released.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), self.base.add(start), bytes.len()) };
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Memory as JavaScript allocates it.
    pub struct Buffer {
        _words: Vec<u64>,
    }

    /// A zeroed buffer with rings of these sizes, and the memory in it.
    pub fn buffer(out_bytes: u32, in_bytes: u32) -> (Buffer, Memory) {
        let length = CONTROL_BYTES + out_bytes as usize + in_bytes as usize;
        let mut words = vec![0u64; length / 8];
        // SAFETY: the vector is never resized and outlives the memory in every test.
        let memory = unsafe { Memory::new(words.as_mut_ptr().cast(), length, out_bytes, in_bytes) };
        (Buffer { _words: words }, memory.expect("valid"))
    }

    #[test]
    fn a_wrong_size_or_alignment_is_refused() {
        let mut words = vec![0u64; 512];
        let base: *mut u8 = words.as_mut_ptr().cast();
        // SAFETY: nothing is dereferenced.
        let is_ok = |at: usize, length, out, inn| unsafe { Memory::new(base.add(at), length, out, inn).is_some() };
        assert!(is_ok(0, 4096, 1024, 2048));
        assert!(!is_ok(0, 4095, 1024, 2048));
        assert!(!is_ok(4, 4092, 1024, 1024));
        assert!(!is_ok(0, 4096, 1000, 1024));
        assert!(!is_ok(0, 4096, 0, 1024));
    }
}
