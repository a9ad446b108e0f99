//! Runs: one evaluation each, from START to DONE or FAILED, and the table they live in.
//!
//! Ten thousand of them may wait at once, so a run is one small box: what is rare is boxed again, times are three
//! counters, and the table itself is a pointer per slot. JavaScript gives the ids.

use crate::deadlines::NEVER;
use crate::guard::guarded;
use crate::limits::RunLimits;
use crate::message::Id;
use crate::programs::Source;
use rhai::Dynamic;
use rhai_bridge_vm::{Binding, Callable, Home, Machine, TraceFrame};
use std::rc::Rc;

/// Slots JavaScript may use; beyond is a protocol error, not an allocation.
const MAX_SLOTS: usize = 1 << 22;

/// What a run waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// A turn.
    Queued = 0,
    /// Nothing: it is being stepped.
    Running = 1,
    /// The host.
    Waiting = 2,
}

/// What a run has used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Operations.
    pub operations: u64,
    /// Time being stepped.
    pub script_ns: u64,
    /// Time waiting for the host.
    pub host_ns: u64,
    /// Time waiting for a turn.
    pub queue_ns: u64,
}

/// What is stepped.
pub enum Body {
    /// Not begun: the program may not even be compiled.
    Fresh(Fresh),
    /// The root fiber. (A run may get more fibers; they will live beside it.)
    Fiber(Machine),
    /// Ended, or lost in a panic.
    Gone,
}

/// What a run starts from.
pub struct Fresh {
    /// Its script.
    pub source: Rc<Source>,
    /// Its variables.
    pub scope: Vec<Binding>,
    /// A function to call instead of the script's top level.
    pub call: Option<Call>,
}

/// A function that a run calls instead of a script's top level.
pub enum Call {
    /// The script's own, by name.
    Named(String, Vec<Dynamic>),
    /// One that the host holds. The script then calls `f` with `a0`, `a1` … in case it is no function of a script.
    Held(Callable, Vec<Dynamic>),
}

/// One evaluation.
pub struct Run {
    /// JavaScript's number for it.
    pub id: Id,
    /// The machine, or what it will be made of.
    pub body: Body,
    /// What it may use.
    pub limits: Rc<RunLimits>,
    /// Operations so far.
    pub operations: u64,
    /// Bytes its values hold.
    pub memory_bytes: i64,
    /// The open request; meaningful while `phase` is `Waiting`.
    pub request: Id,
    /// When its wall-clock limit is up.
    pub wall_deadline_ns: u64,
    /// When its host call's limit is up.
    pub host_deadline_ns: u64,
    /// When `phase` began.
    since_ns: u64,
    /// Time by phase: queued, running, waiting.
    spent_ns: [u64; 3],
    /// Bytes printed.
    pub output_bytes: u64,
    /// Order among the ready.
    pub priority: i32,
    /// What it waits for.
    pub phase: Phase,
    /// Whether the ready queue has an entry of it.
    pub is_listed: bool,
    /// Flags of its START ([`crate::message::start_flag`]).
    pub flags: u8,
}

impl Run {
    /// A run that starts now.
    pub fn new(id: Id, fresh: Fresh, limits: Rc<RunLimits>, priority: i32, flags: u8, now_ns: u64) -> Self {
        Self {
            id,
            body: Body::Fresh(fresh),
            wall_deadline_ns: crate::limits::deadline_ns(now_ns, limits.timeout_ms),
            host_deadline_ns: NEVER,
            limits,
            operations: 0,
            memory_bytes: 0,
            request: Id {
                slot: u32::MAX,
                generation: 0,
            },
            since_ns: now_ns,
            spent_ns: [0; 3],
            output_bytes: 0,
            priority,
            phase: Phase::Queued,
            is_listed: false,
            flags,
        }
    }

    /// It has waited for a turn for so long before now.
    pub(crate) fn wait_before(&mut self, ns: u64) {
        let waited_ns = &mut self.spent_ns[Phase::Queued as usize];
        *waited_ns = waited_ns.saturating_add(ns);
        if self.wall_deadline_ns != NEVER {
            self.wall_deadline_ns = self.wall_deadline_ns.saturating_sub(ns);
        }
    }

    /// Changes phase and books the time of the old one.
    pub fn enter(&mut self, phase: Phase, now_ns: u64) {
        self.spent_ns[self.phase as usize] += now_ns.saturating_sub(self.since_ns);
        self.since_ns = now_ns;
        self.phase = phase;
    }

    /// What the run has used up to its last change of phase.
    #[must_use]
    pub fn spent(&self) -> Spent {
        let [queue_ns, script_ns, host_ns] = self.spent_ns;
        Spent {
            operations: self.operations,
            script_ns,
            host_ns,
            queue_ns,
        }
    }

    /// The next moment something is due.
    #[must_use]
    pub fn deadline_ns(&self) -> u64 {
        self.wall_deadline_ns.min(self.host_deadline_ns)
    }

    /// Its variables; `None` before it has begun.
    #[must_use]
    pub fn bindings(&self) -> Option<Vec<Binding>> {
        match &self.body {
            Body::Fiber(machine) => Some(machine.bindings()),
            _ => None,
        }
    }

    /// What functions of its machine need to be called without it.
    #[must_use]
    pub fn home(&self) -> Option<Home> {
        match &self.body {
            Body::Fiber(machine) => Some(machine.home()),
            _ => None,
        }
    }

    /// Where it stands, innermost first.
    #[must_use]
    pub fn trace(&self) -> Vec<TraceFrame> {
        match &self.body {
            Body::Fiber(machine) => guarded(|| machine.trace()).unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// The host function it waits for: name and id.
    #[must_use]
    pub fn function(&self) -> (String, u32) {
        match &self.body {
            Body::Fiber(machine) if self.phase == Phase::Waiting => {
                let call = machine.host_call();
                (call.name.to_owned(), call.function)
            }
            _ => (String::new(), u32::MAX),
        }
    }

    /// Whether a START flag is set.
    #[must_use]
    pub fn has_flag(&self, flag: u32) -> bool {
        u32::from(self.flags) & flag != 0
    }
}

/// Live runs by slot.
#[derive(Default)]
pub struct Runs {
    slots: Vec<Option<Box<Run>>>,
    /// Live runs.
    pub live: usize,
    /// The live run that is taken out at the moment: after a panic somebody must still end it.
    taken: Option<Id>,
    /// The box of a run that ended, for the next.
    spare: Option<Box<Run>>,
}

impl Runs {
    /// Whether `id` can be started: its slot is in range and free.
    #[must_use]
    pub fn is_free(&self, id: Id) -> bool {
        let slot = id.slot as usize;
        slot < MAX_SLOTS && self.slots.get(slot).is_none_or(Option::is_none)
    }

    /// Boxes a run.
    pub fn boxed(&mut self, run: Run) -> Box<Run> {
        match self.spare.take() {
            Some(mut place) => {
                *place = run;
                place
            }
            None => Box::new(run),
        }
    }

    /// Keeps the box of a run that ended and left nothing.
    pub fn keep(&mut self, run: Box<Run>) {
        self.spare = Some(run);
    }

    /// Adds a run whose slot is free.
    pub fn add(&mut self, run: Box<Run>) {
        self.live += 1;
        let slot = run.id.slot as usize;
        if slot >= self.slots.len() {
            self.slots.resize_with(slot + 1, || None);
        }
        self.slots[slot] = Some(run);
    }

    /// The live run `id`.
    pub fn get(&mut self, id: Id) -> Option<&mut Run> {
        self.in_slot(id.slot).filter(|run| run.id == id)
    }

    /// The live run in `slot`.
    pub fn in_slot(&mut self, slot: u32) -> Option<&mut Run> {
        self.slots.get_mut(slot as usize)?.as_deref_mut()
    }

    /// Takes `id` out to work on it; it goes back with `put_back`, or is gone with `forget`.
    pub fn take(&mut self, id: Id) -> Option<Box<Run>> {
        let place = self.slots.get_mut(id.slot as usize)?;
        if place.as_ref().is_none_or(|run| run.id != id) {
            return None;
        }
        self.taken = Some(id);
        place.take()
    }

    /// Puts a taken run back.
    pub fn put_back(&mut self, run: Box<Run>) {
        self.taken = None;
        let slot = run.id.slot as usize;
        self.slots[slot] = Some(run);
    }

    /// A taken run has ended.
    pub fn forget(&mut self) {
        self.taken = None;
        self.live -= 1;
    }

    /// The run that was taken out and neither came back nor ended.
    pub fn lost(&mut self) -> Option<Id> {
        let lost = self.taken.take()?;
        self.live -= 1;
        Some(lost)
    }

    /// Ids of all live runs.
    #[must_use]
    pub fn ids(&self) -> Vec<Id> {
        self.slots.iter().flatten().map(|run| run.id).collect()
    }
}
