//! The reading end of the inbox ring. JavaScript wrote it, so nothing is believed: a size that cannot be loses the
//! rest of what was published, and is counted.

use crate::memory::{Memory, Word};
use crate::side::SideBuffers;
use rhai_bridge_core::message::{port_kind, HEADER_BYTES};

/// The consumer's state of the inbox ring.
#[derive(Debug)]
pub struct InRing {
    memory: Memory,
    /// Bytes ever read.
    tail: u32,
    /// Bytes ever published, as far as seen.
    head: u32,
}

/// What stands next in the ring.
#[derive(Debug)]
pub enum Mail<'a> {
    /// A record in the ring.
    Record(&'a [u8]),
    /// A record from a side buffer.
    Spilled(Vec<u8>),
    /// Bytes that make no record.
    Broken,
}

impl InRing {
    /// The end of a fresh ring.
    pub fn new(memory: Memory) -> Self {
        Self { memory, tail: 0, head: 0 }
    }

    /// Whether JavaScript has published more than was read.
    pub fn has_mail(&self) -> bool {
        self.memory.load(Word::InHead) != self.tail
    }

    /// Looks how much was published; `next` reads up to there.
    pub fn look(&mut self) {
        self.head = self.memory.load(Word::InHead);
    }

    /// Lets JavaScript overwrite everything read so far; `is_own` on its own thread.
    pub fn release(&self, is_own: bool) {
        self.memory.store_end(Word::InTail, self.tail, is_own);
    }

    /// The next record. What it borrows stays in place until `release`.
    pub fn next(&mut self, side: &SideBuffers) -> Option<Mail<'_>> {
        loop {
            let left = self.head.wrapping_sub(self.tail);
            if left == 0 {
                return None;
            }
            let Some((offset, size, kind)) = self.read_head(left) else {
                self.tail = self.head;
                return Some(Mail::Broken);
            };
            self.tail = self.tail.wrapping_add(size);
            match kind {
                port_kind::PAD => {}
                port_kind::SPILL => return Some(self.spilled(offset, side)),
                // SAFETY: `read_head` checked the range; it stays ours until `release`.
                _ => return Some(Mail::Record(unsafe { self.memory.inbox(offset, size) })),
            }
        }
    }

    /// Offset, size and kind of the record at the tail, when they can be true.
    fn read_head(&self, left: u32) -> Option<(u32, u32, u32)> {
        let offset = self.tail & (self.memory.in_bytes - 1);
        if left < 8 || left > self.memory.in_bytes || !offset.is_multiple_of(8) {
            return None;
        }
        let (size, kind) = (self.word(offset, 0), self.word(offset, 1));
        let least = if kind == port_kind::PAD { 8 } else { HEADER_BYTES as u32 };
        let fits = size >= least && size.is_multiple_of(8) && size <= left && size <= self.memory.in_bytes - offset;
        fits.then_some((offset, size, kind))
    }

    /// A header word.
    fn word(&self, offset: u32, index: u32) -> u32 {
        // SAFETY: `read_head` saw to it that 8 bytes (16 for the id words of a checked record) are published, and they
        // end before the ring does because `offset` is a multiple of 8.
        let bytes = unsafe { self.memory.inbox(offset + index * 4, 4) };
        u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
    }

    fn spilled(&self, offset: u32, side: &SideBuffers) -> Mail<'static> {
        match side.take(self.word(offset, 2)) {
            Some(bytes) if bytes.len() >= HEADER_BYTES => Mail::Spilled(bytes),
            _ => Mail::Broken,
        }
    }
}
