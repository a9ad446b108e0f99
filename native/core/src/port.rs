//! What a core needs from the world: a clock and a way out. A port (native thread, WASM worker, test) implements it.

use crate::message::Id;

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
    /// This run is stepped next: whoever cannot survive a panic can tell at least whose it was.
    fn running(&mut self, _run: Id) {}
}
