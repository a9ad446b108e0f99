//! The core's view of the world: a clock since the core was made, and the outbox ring.

use crate::outbox::OutRing;
use crate::worker::Shared;
use rhai_bridge_core::Port;

/// Who holds the baton.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// The JavaScript thread: it drains after the step, so nobody is woken.
    JavaScript,
    /// The worker: JavaScript is woken, once per drain.
    Worker,
}

/// The port of one step.
pub struct NativePort<'a> {
    /// The world.
    pub shared: &'a Shared,
    /// The outbox's end.
    pub out: &'a mut OutRing,
    /// Whose step it is.
    pub holder: Holder,
    /// What the clock said last.
    pub now_ns: u64,
    /// Whether `now_ns` was read a moment ago: the next look at the clock is spared.
    pub is_fresh: bool,
}

impl Port for NativePort<'_> {
    fn now_ns(&mut self) -> u64 {
        if !std::mem::take(&mut self.is_fresh) {
            self.now_ns = self.shared.now_ns();
        }
        self.now_ns
    }

    fn push(&mut self, record: &[u8]) {
        self.out.push(record, &self.shared.side_out);
    }

    fn publish(&mut self) {
        // On the JavaScript thread nobody looks before the step is over: `Station::turn` publishes then.
        if self.holder == Holder::Worker && self.out.publish(&self.shared.side_out, false) {
            self.shared.wake_javascript();
        }
    }

    fn has_mail(&mut self) -> bool {
        self.holder == Holder::Worker && self.shared.has_news()
    }

    fn is_full(&mut self) -> bool {
        self.out.is_full()
    }
}
