//! Side buffers: records too big for a ring, by number (the ring carries a SPILL record in their place, so their order
//! is kept), and big texts and blobs of records, by the same numbers.

use rhai_bridge_core::codec::Asides;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Big records of one direction.
#[derive(Debug, Default)]
pub struct SideBuffers {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    next: u32,
    buffers: HashMap<u32, Vec<u8>>,
}

impl SideBuffers {
    /// Keeps `bytes` and gives their number.
    pub fn put(&self, bytes: Vec<u8>) -> u32 {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let id = inner.next;
        inner.next = id.wrapping_add(1);
        inner.buffers.insert(id, bytes);
        id
    }

    /// Buffers held.
    pub fn count(&self) -> usize {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).buffers.len()
    }

    /// Gives buffer `id` away, once.
    pub fn take(&self, id: u32) -> Option<Vec<u8>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).buffers.remove(&id)
    }
}

impl Asides for SideBuffers {
    fn put(&self, bytes: Vec<u8>) -> u32 {
        Self::put(self, bytes)
    }
    fn take(&self, id: u32) -> Option<Vec<u8>> {
        Self::take(self, id)
    }
}
