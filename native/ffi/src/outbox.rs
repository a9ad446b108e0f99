//! The writing end of the outbox ring. A record never wraps (PAD fills the rest), a big one goes to a side buffer,
//! and what finds no room waits in order.

use crate::memory::{Memory, Word};
use crate::side::SideBuffers;
use rhai_bridge_core::message::{port_kind, HEADER_BYTES};
use std::collections::VecDeque;

/// The producer's state of the outbox ring.
#[derive(Debug)]
pub struct OutRing {
    memory: Memory,
    /// Bytes ever written, published or not.
    head: u32,
    /// What JavaScript knows of `head`.
    published: u32,
    /// Records that wait for room. Bounded by what one slice can write: no script runs while it is not empty.
    waiting: VecDeque<Box<[u8]>>,
}

impl OutRing {
    /// The end of a fresh ring.
    pub fn new(memory: Memory) -> Self {
        Self {
            memory,
            head: 0,
            published: 0,
            waiting: VecDeque::new(),
        }
    }

    /// Writes a record, or keeps it until there is room.
    pub fn push(&mut self, record: &[u8], side: &SideBuffers) {
        if !self.waiting.is_empty() || !self.write(record, side) {
            self.waiting.push_back(record.into());
        }
    }

    /// Whether records wait for room.
    pub fn is_full(&self) -> bool {
        !self.waiting.is_empty()
    }

    fn write(&mut self, record: &[u8], side: &SideBuffers) -> bool {
        if record.len() <= self.memory.out_bytes as usize / 4 {
            return self.write_bytes(record);
        }
        if !self.has_room(HEADER_BYTES as u32) {
            return false;
        }
        let id = side.put(record.to_vec());
        self.write_bytes(&header(HEADER_BYTES as u32, port_kind::SPILL, id, record.len() as u32))
    }

    fn has_room(&self, length: u32) -> bool {
        let used = self.head.wrapping_sub(self.memory.load(Word::OutTail));
        let rest = self.rest();
        let needed = if rest < length { rest + length } else { length };
        used <= self.memory.out_bytes && needed <= self.memory.out_bytes - used
    }

    /// Bytes up to the end of the ring.
    fn rest(&self) -> u32 {
        self.memory.out_bytes - self.offset()
    }

    fn offset(&self) -> u32 {
        self.head & (self.memory.out_bytes - 1)
    }

    fn write_bytes(&mut self, bytes: &[u8]) -> bool {
        let length = bytes.len() as u32;
        if !self.has_room(length) {
            return false;
        }
        let rest = self.rest();
        if rest < length {
            self.put(&header(rest, port_kind::PAD, 0, 0)[..8]);
            self.head = self.head.wrapping_add(rest);
        }
        self.put(bytes);
        self.head = self.head.wrapping_add(length);
        true
    }

    fn put(&self, bytes: &[u8]) {
        // SAFETY: `has_room` found the range between head and tail + size, and it does not reach beyond the end
        // (`write_bytes` pads first); 8 bytes always fit because everything is a multiple of 8.
        unsafe { self.memory.write_out(self.offset(), bytes) };
    }

    /// Writes what waited and shows JavaScript everything written; `is_own` on its own thread. Tells whether there is
    /// news for it.
    pub fn publish(&mut self, side: &SideBuffers, is_own: bool) -> bool {
        self.flush(side);
        let is_news = self.published != self.head;
        self.show(is_own);
        self.mark_overflow(side);
        is_news
    }

    fn show(&mut self, is_own: bool) {
        if self.published != self.head {
            self.published = self.head;
            self.memory.store_end(Word::OutHead, self.head, is_own);
        }
    }

    fn flush(&mut self, side: &SideBuffers) {
        while let Some(record) = self.waiting.pop_front() {
            if !self.write(&record, side) {
                self.waiting.push_front(record);
                break;
            }
        }
    }

    /// Says whether records wait. Said first and looked again afterwards, so that a drain in between is not missed.
    fn mark_overflow(&mut self, side: &SideBuffers) {
        if self.waiting.is_empty() {
            if self.memory.load(Word::OutOverflow) != 0 {
                self.memory.store(Word::OutOverflow, 0);
            }
            return;
        }
        self.memory.store(Word::OutOverflow, 1);
        self.flush(side);
        self.show(false);
        if self.waiting.is_empty() {
            self.memory.store(Word::OutOverflow, 0);
        }
    }
}

fn header(size: u32, kind: u32, slot: u32, generation: u32) -> [u8; HEADER_BYTES] {
    let mut bytes = [0; HEADER_BYTES];
    for (place, word) in bytes.chunks_exact_mut(4).zip([size, kind, slot, generation]) {
        place.copy_from_slice(&word.to_le_bytes());
    }
    bytes
}
