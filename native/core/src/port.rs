//! What a core needs from the world: a clock and a way out. A port (native thread, WASM worker, test) implements it.

/// The world as a core sees it. No method may call back into the core.
pub trait Port {
    /// Nanoseconds of a monotonic clock. All times of a core are on it.
    fn now_ns(&mut self) -> u64;
    /// Takes one whole record (copied before it returns). Never fails: what does not fit, the port keeps.
    fn push(&mut self, record: &[u8]);
    /// Makes what was pushed visible to JavaScript. Called after every slice.
    fn publish(&mut self) {}
    /// Whether records wait to be received: a step then ends after the slice it is in.
    fn has_mail(&mut self) -> bool {
        false
    }
    /// Whether records wait for room in the outbox: no script runs until JavaScript has drained.
    fn is_full(&mut self) -> bool {
        false
    }
}

#[cfg(test)]
/// A port for tests: a clock that is set by hand, and records in a list.
#[derive(Debug, Default)]
pub struct TestPort {
    /// What the clock says.
    pub clock_ns: u64,
    /// Every look at the clock moves it on by this much.
    pub tick_ns: u64,
    /// Every record pushed so far.
    pub records: Vec<Vec<u8>>,
}

#[cfg(test)]
impl Port for TestPort {
    fn now_ns(&mut self) -> u64 {
        self.clock_ns += self.tick_ns;
        self.clock_ns
    }

    fn push(&mut self, record: &[u8]) {
        self.records.push(record.to_vec());
    }
}
