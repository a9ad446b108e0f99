//! A core with its ends of the rings: what the baton gives access to.

use crate::inbox::{InRing, Mail};
use crate::memory::Word;
use crate::outbox::OutRing;
use crate::port::{Holder, NativePort};
use crate::worker::Shared;
use rhai_bridge_core::message::Id;
use rhai_bridge_core::{Budget, Core, Port, StepResult};

const NO_DEADLINE: u32 = u32::MAX;

/// Who steps, for how long, and what.
#[derive(Debug, Clone, Copy)]
pub struct Turn {
    /// Who holds the baton.
    pub holder: Holder,
    /// How long.
    pub budget: Budget,
    /// Only this run, if any.
    pub only: Option<Id>,
}

/// Everything that is only touched with the baton in hand.
pub struct Station {
    /// The scheduler and all it owns.
    pub core: Core,
    inbox: InRing,
    out: OutRing,
    /// Records of the inbox ring that made no sense.
    pub broken_records: u64,
    /// The nearest deadline that the worker knows of.
    told_deadline_ns: Option<u64>,
}

// SAFETY: a core is a closed graph: every `Rc` and `RefCell` it holds is reachable from it alone, it borrows nothing,
// uses no thread-locals (neither do rhai nor our crates; the allocator's account per thread is only ever read as a
// difference within one step), and what leaves it are bytes. So it may change threads as
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
            told_deadline_ns: None,
        }
    }

    /// Takes what came, runs what can run until the budget is used up, and shows JavaScript the outcome.
    /// `now_ns` was read a moment ago. With `turn.only`, runs nothing but that run.
    pub fn turn(&mut self, shared: &Shared, turn: Turn, now_ns: u64) -> StepResult {
        let Turn { holder, budget, only } = turn;
        let mut port = NativePort {
            shared,
            out: &mut self.out,
            holder,
            now_ns,
            is_fresh: true,
        };
        let result = loop {
            if drain(&mut self.inbox, &mut self.core, &mut port, &mut self.broken_records) {
                let_javascript_send_more(shared, holder);
            }
            let result = match only {
                Some(run) => self.core.step_run(run, &mut port, budget),
                None => self.core.step(&mut port, budget),
            };
            let is_over = result != StepResult::More || port.is_full() || port.now_ns >= budget.until_ns;
            if is_over || !self.inbox.has_mail() {
                break result;
            }
        };
        let end_ns = port.now_ns;
        self.show(shared, holder, end_ns);
        if holder == Holder::JavaScript {
            let spent_ns = u32::try_from(end_ns - now_ns).unwrap_or(u32::MAX >> 1);
            shared.memory.store_own(Word::StepNs, spent_ns.clamp(1, u32::MAX >> 1));
        }
        result
    }

    fn show(&mut self, shared: &Shared, holder: Holder, now_ns: u64) {
        let is_news = self.out.publish(&shared.side_out, holder == Holder::JavaScript);
        if is_news && holder == Holder::Worker {
            shared.wake_javascript();
        }
        let deadline_ns = self.core.next_deadline();
        if self.told_deadline_ns != deadline_ns {
            self.told_deadline_ns = deadline_ns;
            shared.doze.set_nearest(deadline_ns);
        }
        // Only who steps a core without a thread has to watch its clock.
        if holder == Holder::JavaScript {
            let ms = deadline_ns.map_or(NO_DEADLINE, |at_ns| ms_until(at_ns, now_ns));
            shared.memory.store_own(Word::Deadline, ms);
        }
    }

    /// Whether records wait for JavaScript to drain.
    pub fn is_full(&self) -> bool {
        self.out.is_full()
    }
}

/// Gives every record of the inbox to the core. Tells whether there were any.
fn drain(inbox: &mut InRing, core: &mut Core, port: &mut NativePort<'_>, broken: &mut u64) -> bool {
    if !inbox.has_mail() {
        return false;
    }
    inbox.look();
    let now_ns = port.now_ns;
    while let Some(mail) = inbox.next(&port.shared.side_in) {
        match mail {
            Mail::Record(record) => core.receive(record, now_ns, port),
            Mail::Spilled(record) => core.receive(&record, now_ns, port),
            Mail::Broken => *broken += 1,
        }
    }
    inbox.release(port.holder == Holder::JavaScript);
    true
}

/// The inbox has room again: JavaScript is told, if it said that it waits.
fn let_javascript_send_more(shared: &Shared, holder: Holder) {
    if holder == Holder::Worker && shared.memory.swap(Word::WantSpace, 0) == 1 {
        shared.wake_javascript();
    }
}

/// Whole milliseconds, rounded up so that a timer of that length is not early.
fn ms_until(at_ns: u64, now_ns: u64) -> u32 {
    let ms = at_ns.saturating_sub(now_ns).div_ceil(1_000_000);
    u32::try_from(ms).unwrap_or(NO_DEADLINE - 1).min(NO_DEADLINE - 1)
}
