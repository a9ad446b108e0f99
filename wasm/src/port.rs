//! The way out of a core: records are gathered into one batch until JavaScript takes them.

use crate::{clock, epitaph};
use rhai_bridge_core::message::Id;
use rhai_bridge_core::Port;

/// From here on no script runs until JavaScript has taken some of the batch; it may ask for less.
pub const FULL_BYTES: usize = 1 << 16;
/// A batch that one large record made larger than this is given back.
const KEEP_BYTES: usize = 1 << 20;

/// Gathers records; a record always finds room, the next slice may have to wait.
#[derive(Default)]
pub struct BatchPort {
    pub outbox: Vec<u8>,
    /// The next slice waits while the outbox has so much.
    pub full_bytes: usize,
    /// When the clock was looked at last; to ask it is a call to JavaScript.
    latest_ns: u64,
    /// It was looked at just now, by [`BatchPort::begin`].
    is_fresh: bool,
}

impl BatchPort {
    /// Looks at the clock; who asks next, is told the same.
    pub fn begin(&mut self) -> u64 {
        self.latest_ns = clock::now_ns();
        self.is_fresh = true;
        self.latest_ns
    }

    /// The last answer of the clock.
    pub fn latest_ns(&self) -> u64 {
        self.latest_ns
    }

    /// JavaScript has the first `bytes` of the batch.
    pub fn taken(&mut self, bytes: usize) {
        if bytes >= self.outbox.len() {
            self.outbox.clear(); // nearly always
        } else {
            self.outbox.drain(..bytes);
        }
        if self.outbox.is_empty() && self.outbox.capacity() > KEEP_BYTES {
            self.outbox = Vec::new();
        }
    }
}

impl Port for BatchPort {
    fn now_ns(&mut self) -> u64 {
        if !std::mem::take(&mut self.is_fresh) {
            self.latest_ns = clock::now_ns();
        }
        self.latest_ns
    }

    fn push(&mut self, record: &[u8]) {
        self.outbox.extend_from_slice(record);
    }

    fn is_full(&mut self) -> bool {
        self.outbox.len() >= self.full_bytes.min(FULL_BYTES)
    }

    fn running(&mut self, run: Id) {
        epitaph::runs(run);
    }
}
