//! Big blocks that were freed lately, for whoever needs one next. A fresh block is made of pages that the system has to
//! find and clear: for a megabyte that takes up to twenty times as long as filling it. Used by the allocator alone, on
//! any thread; kept only while there are cores, and never more than [`MOST_BYTES`].

use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};

/// Smaller blocks come from pages that the system's allocator keeps anyway.
pub const SMALLEST: usize = 128 << 10;
/// Larger ones are too rare to be kept.
pub const LARGEST: usize = 2 << 20;
/// What is kept of them at any time.
const FEW_BYTES: usize = 8 << 20;
/// What is kept while big values go to JavaScript: V8 holds on to about as much before it collects, and gives all back
/// at once.
const MANY_BYTES: usize = 128 << 20;
const PLACES: usize = 256;
/// What the system's allocator guarantees for every block.
const MOST_ALIGN: usize = 16;

#[derive(Clone, Copy)]
struct Block {
    start: *mut u8,
    size: usize,
}

struct Shelf {
    blocks: [Block; PLACES],
    count: usize,
    bytes: usize,
}

/// The blocks, behind a lock that nobody waits for: who finds it taken goes to the system.
pub struct Spares {
    is_taken: AtomicBool,
    cores: AtomicUsize,
    /// Cores that have sent big values to JavaScript lately.
    busy: AtomicUsize,
    shelf: UnsafeCell<Shelf>,
}

// SAFETY: `shelf` is only touched by whoever has set `is_taken`, which `with` does; blocks belong to no thread.
unsafe impl Sync for Spares {}

impl Spares {
    pub const fn new() -> Self {
        let nothing = Block {
            start: std::ptr::null_mut(),
            size: 0,
        };
        Self {
            is_taken: AtomicBool::new(false),
            cores: AtomicUsize::new(0),
            busy: AtomicUsize::new(0),
            shelf: UnsafeCell::new(Shelf {
                blocks: [nothing; PLACES],
                count: 0,
                bytes: 0,
            }),
        }
    }

    /// Whether a block of this size and alignment may be kept.
    #[inline]
    pub fn is_for(size: usize, align: usize) -> bool {
        (SMALLEST..=LARGEST).contains(&size) && align <= MOST_ALIGN
    }

    /// Blocks come in few sizes, so that one fits the next who asks: up to an eighth larger, pages that nobody touches.
    /// Never the size itself: text grows by one byte for a zero at its end, and must fit as well.
    #[inline]
    pub fn rounded(size: usize) -> usize {
        let step = 1 << (size.ilog2() - 3);
        (size / step + 1) * step
    }

    fn with<T>(&self, work: impl FnOnce(&mut Shelf) -> Option<T>) -> Option<T> {
        if self.is_taken.swap(true, Acquire) {
            return None;
        }
        // SAFETY: `is_taken` was false and is ours now, so nobody else has the shelf.
        let found = work(unsafe { &mut *self.shelf.get() });
        self.is_taken.store(false, Release);
        found
    }

    /// A block of at least `size` bytes, and not of many more.
    pub fn take(&self, size: usize) -> Option<*mut u8> {
        self.with(|shelf| shelf.take(size))
    }

    /// Keeps a block; false when it must be freed.
    pub fn keep(&self, start: *mut u8, size: usize) -> bool {
        self.cores.load(Relaxed) > 0 && self.with(|shelf| shelf.keep(Block { start, size }, self.most())).is_some()
    }

    fn most(&self) -> usize {
        if self.busy.load(Relaxed) > 0 {
            MANY_BYTES
        } else {
            FEW_BYTES
        }
    }

    /// A core begins to send big values.
    pub fn begin_busy(&self) {
        self.busy.fetch_add(1, Relaxed);
    }

    /// It has not for a while; `free` gets what is too much now.
    pub fn end_busy(&self, free: impl Fn(*mut u8)) {
        self.busy.fetch_sub(1, Relaxed);
        while let Some(block) = self.with(|shelf| if shelf.bytes > self.most() { shelf.last() } else { None }) {
            free(block.start);
        }
    }

    /// A core was made.
    pub fn retain(&self) {
        self.cores.fetch_add(1, Relaxed);
    }

    /// A core is gone; `free` gets what the last one leaves.
    pub fn release(&self, free: impl Fn(*mut u8)) {
        if self.cores.fetch_sub(1, Relaxed) == 1 {
            while let Some(block) = self.with(Shelf::last) {
                free(block.start);
            }
        }
    }
}

impl Shelf {
    fn take(&mut self, size: usize) -> Option<*mut u8> {
        let fits = |block: &Block| block.size >= size && block.size - size <= size / 4;
        let at = self.blocks[..self.count].iter().rposition(fits)?;
        Some(self.remove(at).start)
    }

    fn keep(&mut self, block: Block, most: usize) -> Option<()> {
        if self.count == PLACES || self.bytes + block.size > most {
            return None;
        }
        self.blocks[self.count] = block;
        self.count += 1;
        self.bytes += block.size;
        Some(())
    }

    fn last(&mut self) -> Option<Block> {
        self.count.checked_sub(1).map(|at| self.remove(at))
    }

    fn remove(&mut self, at: usize) -> Block {
        let block = self.blocks[at];
        self.count -= 1;
        self.blocks[at] = self.blocks[self.count];
        self.bytes -= block.size;
        block
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(number: usize) -> *mut u8 {
        std::ptr::without_provenance_mut(number << 12)
    }

    #[test]
    fn a_block_is_given_to_who_needs_about_as_much_once() {
        let spares = Spares::new();
        spares.retain();
        assert!(spares.keep(block(1), 1 << 20));
        assert_eq!(spares.take((1 << 20) + 1), None);
        assert_eq!(spares.take(1 << 19), None);
        assert_eq!(spares.take(900 << 10), Some(block(1)));
        assert_eq!(spares.take(900 << 10), None);
    }

    #[test]
    fn no_more_is_kept_than_the_bound_and_nothing_without_a_core() {
        let spares = Spares::new();
        assert!(!spares.keep(block(1), SMALLEST));
        spares.retain();
        let kept = (1..100).filter(|&number| spares.keep(block(number), LARGEST)).count();
        assert_eq!(kept, FEW_BYTES / LARGEST);
    }

    #[test]
    fn sizes_that_are_almost_the_same_are_the_same() {
        assert_eq!(Spares::rounded(1 << 20), Spares::rounded((1 << 20) + 1));
        for size in (SMALLEST..=LARGEST).step_by(4093) {
            let rounded = Spares::rounded(size);
            assert!(
                rounded > size && rounded - size <= size / 8 && rounded.is_multiple_of(4096),
                "{size} {rounded}"
            );
        }
    }

    #[test]
    fn more_is_kept_only_as_long_as_some_core_is_busy() {
        let spares = Spares::new();
        spares.retain();
        spares.begin_busy();
        spares.begin_busy();
        let kept = (1..100).filter(|&number| spares.keep(block(number), LARGEST)).count();
        assert_eq!(kept, MANY_BYTES / LARGEST);
        let freed = std::cell::Cell::new(0);
        spares.end_busy(|_| freed.set(freed.get() + 1));
        assert_eq!(freed.get(), 0);
        spares.end_busy(|_| freed.set(freed.get() + 1));
        assert_eq!(freed.get(), (MANY_BYTES - FEW_BYTES) / LARGEST);
        assert!(!spares.keep(block(1), SMALLEST));
    }

    #[test]
    fn the_last_core_leaves_nothing() {
        let spares = Spares::new();
        spares.retain();
        spares.retain();
        let freed = UnsafeCell::new(Vec::new());
        // SAFETY: one thread, one borrow at a time.
        let free = |start| unsafe { (*freed.get()).push(start) };
        assert!(spares.keep(block(1), SMALLEST) && spares.keep(block(2), SMALLEST));
        spares.release(free);
        assert_eq!(spares.take(SMALLEST), Some(block(2)));
        spares.release(free);
        assert_eq!(freed.into_inner(), [block(1)]);
        assert_eq!(spares.take(SMALLEST), None);
    }
}
