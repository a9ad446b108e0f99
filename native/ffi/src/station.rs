//! A core with its ends of the rings: what the baton gives access to.

use crate::inbox::{InRing, Mail};
use crate::memory::Word;
use crate::outbox::OutRing;
use crate::port::{Holder, NativePort};
use crate::worker::Shared;
use rhai_bridge_core::message::Id;
use rhai_bridge_core::{Budget, Core, Port, StepResult};

const NO_DEADLINE: u32 = u32::MAX;

/// Everything that is only touched with the baton in hand.
pub struct Station {
    /// The scheduler and all it owns.
    pub core: Core,
    inbox: InRing,
    out: OutRing,
    /// Records of the inbox ring that made no sense.
    pub broken_records: u64,
}

// SAFETY: a core is a closed graph: every `Rc` and `RefCell` it holds is reachable from it alone, it borrows nothing,
// uses no thread-locals (neither do rhai nor our crates), and what leaves it are bytes. So it may change threads as
// one piece as long as one thread touches it at a time, which the mutex around the station (the baton) sees to.
unsafe impl Send for Station {}

impl Station {
    /// A fresh core at the ends of fresh rings.
    pub fn new(core: Core, memory: crate::memory::Memory) -> Self {
        Self {
            core,
            inbox: InRing::new(memory),
            out: OutRing::new(memory),
            broken_records: 0,
        }
    }

    /// Takes what came, runs what can run until the budget is used up, and shows JavaScript the outcome.
    /// With `only`, runs nothing but that run.
    pub fn turn(&mut self, shared: &Shared, holder: Holder, budget: Budget, only: Option<Id>) -> StepResult {
        let result = loop {
            self.drain(shared, holder);
            let mut port = NativePort {
                shared,
                out: &mut self.out,
                holder,
            };
            let result = match only {
                Some(run) => self.core.step_run(run, &mut port, budget),
                None => self.core.step(&mut port, budget),
            };
            let is_over = result != StepResult::More || port.is_full() || port.now_ns() >= budget.until_ns;
            if is_over || !self.inbox.has_mail() {
                break result;
            }
        };
        self.show(shared, holder);
        result
    }

    /// Gives every record of the inbox to the core.
    fn drain(&mut self, shared: &Shared, holder: Holder) {
        if !self.inbox.has_mail() {
            return;
        }
        self.inbox.look();
        let now_ns = shared.now_ns();
        let mut port = NativePort {
            shared,
            out: &mut self.out,
            holder,
        };
        while let Some(mail) = self.inbox.next(&shared.side_in) {
            match mail {
                Mail::Record(record) => self.core.receive(record, now_ns, &mut port),
                Mail::Spilled(record) => self.core.receive(&record, now_ns, &mut port),
                Mail::Broken => self.broken_records += 1,
            }
        }
        self.inbox.release();
        if holder == Holder::Worker && shared.memory.swap(Word::WantSpace, 0) == 1 {
            shared.wake_javascript();
        }
    }

    fn show(&mut self, shared: &Shared, holder: Holder) {
        let is_news = self.out.publish(&shared.side_out);
        if is_news && holder == Holder::Worker {
            shared.wake_javascript();
        }
        shared.set_nearest(self.core.next_deadline());
        let ms = self.core.next_deadline().map_or(NO_DEADLINE, |at_ns| ms_until(at_ns, shared.now_ns()));
        shared.memory.store(Word::Deadline, ms);
    }

    /// Whether records wait for JavaScript to drain.
    pub fn is_full(&self) -> bool {
        self.out.is_full()
    }
}

/// Whole milliseconds, rounded up so that a timer of that length is not early.
fn ms_until(at_ns: u64, now_ns: u64) -> u32 {
    let ms = at_ns.saturating_sub(now_ns).div_ceil(1_000_000);
    u32::try_from(ms).unwrap_or(NO_DEADLINE - 1).min(NO_DEADLINE - 1)
}
