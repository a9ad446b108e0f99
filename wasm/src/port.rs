//! The way out of a core: records are gathered into one batch until JavaScript takes them.

use crate::clock;
use rhai_bridge_core::Port;

/// Gathers records; never full, for JavaScript takes the batch after every step.
#[derive(Default)]
pub struct BatchPort {
    pub outbox: Vec<u8>,
}

impl Port for BatchPort {
    fn now_ns(&mut self) -> u64 {
        clock::now_ns()
    }

    fn push(&mut self, record: &[u8]) {
        self.outbox.extend_from_slice(record);
    }
}
