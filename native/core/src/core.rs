//! A core: everything that belongs to one scheduler, single-threaded, `Rc` inside, moved only as a whole.
//!
//! A port calls [`Core::receive`] with each record from JavaScript and [`Core::step`] while there is work. The parts
//! of the behaviour are in `receive` (records in), `step` (who runs), `calls` (host calls), `finish` (ends).

use crate::by_hand::Fuel;
use crate::codec::{Asides, Decoder};
use crate::compile::CompileJob;
use crate::counters::Counters;
use crate::deadlines::Deadlines;
use crate::handles::SharedHandles;
use crate::hosts::Hosts;
use crate::limits::LimitTables;
use crate::message::Outbox;
use crate::programs::Programs;
use crate::ready::Ready;
use crate::requests::Requests;
use crate::runs::Runs;
use crate::scope::OwnScope;
use crate::values::Clock;
use rhai_bridge_vm::{Probes, Vm};
use std::cell::Cell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

/// A scheduler with its programs, runs and rhai engine.
pub struct Core {
    pub(crate) vm: Vm,
    /// What timestamps are read off.
    clock: Clock,
    pub(crate) programs: Programs,
    pub(crate) compiles: VecDeque<CompileJob>,
    pub(crate) hosts: Hosts,
    pub(crate) limits: LimitTables,
    pub(crate) scope: OwnScope,
    pub(crate) runs: Runs,
    pub(crate) requests: Requests,
    pub(crate) ready: Ready,
    pub(crate) fuel: Fuel,
    pub(crate) deadlines: Deadlines,
    /// What crossed as a number; `inbox` and `out` share it.
    pub(crate) handles: SharedHandles,
    pub(crate) inbox: Decoder,
    pub(crate) out: Outbox,
    pub(crate) counters: Counters,
    pub(crate) is_tracing: bool,
    /// A panic outside a machine: nothing here is trusted any more, every run was ended, no other starts.
    pub(crate) is_broken: bool,
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepResult {
    /// Nothing can run until a record comes or a deadline is due.
    Idle,
    /// The budget is used up, mail waits, or the outbox is full; there is more to run.
    More,
    /// The core is broken; all its runs have ended. Make a new one.
    Broken,
}

/// How long a step may go on.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// The step ends with the slice that passes this moment.
    pub until_ns: u64,
    /// Sources longer than this are left for somebody else to compile.
    pub max_source_bytes: usize,
}

impl Budget {
    /// Until `until_ns`, whatever there is to compile.
    #[must_use]
    pub fn until(until_ns: u64) -> Self {
        Self {
            until_ns,
            max_source_bytes: usize::MAX,
        }
    }
}

impl Core {
    /// A core with nothing in it. Costs an engine with rhai's standard packages (about 0.1 ms).
    #[must_use]
    pub fn new() -> Self {
        let mut vm = Vm::new();
        let clock: Clock = Rc::new(Cell::new(|| 0));
        crate::values::register(vm.engine_mut(), &clock);
        let handles = SharedHandles::default();
        Self {
            vm,
            clock,
            programs: Programs::default(),
            compiles: VecDeque::new(),
            hosts: Hosts::default(),
            limits: LimitTables::default(),
            scope: OwnScope::default(),
            runs: Runs::default(),
            requests: Requests::default(),
            ready: Ready::default(),
            fuel: Fuel::default(),
            deadlines: Deadlines::default(),
            inbox: Decoder::with_handles(handles.clone()),
            out: Outbox::with_handles(handles.clone()),
            handles,
            counters: Counters::default(),
            is_tracing: false,
            is_broken: false,
        }
    }

    /// Gives the machine its clock, which must be the port's and count from 1970, and its account of memory. Without, natives are not stopped by
    /// deadlines and `maxMemoryBytes` is not enforced.
    pub fn set_probes(&mut self, probes: Probes) {
        self.clock.set(probes.now_ns);
        self.vm.set_probes(probes);
    }

    /// The port carries big texts and blobs in buffers of their own, from and to these stores.
    #[must_use]
    pub fn with_asides(mut self, inbox: Arc<dyn Asides>, outbox: Arc<dyn Asides>) -> Self {
        self.inbox.take_aside(inbox);
        self.out.put_aside(outbox);
        self
    }

    /// The next moment the core must be stepped even if no record comes.
    #[must_use]
    pub fn next_deadline(&self) -> Option<u64> {
        self.deadlines.first_ns()
    }

    /// Whether a step would find something to run.
    #[must_use]
    pub fn has_work(&self) -> bool {
        !self.ready.is_empty() || !self.compiles.is_empty()
    }

    /// Functions of scripts that the host holds.
    #[must_use]
    pub fn functions_given_out(&self) -> usize {
        self.handles.closures.borrow().live()
    }

    /// What it has done and holds.
    #[must_use]
    pub fn counters(&self) -> Counters {
        Counters {
            records_out: self.out.records,
            bytes_out: self.out.bytes,
            live_runs: self.runs.live as u64,
            open_requests: self.requests.open as u64,
            ready: self.ready.len() as u64,
            deadlines: self.deadlines.len() as u64,
            programs: self.programs.count as u64,
            ..self.counters
        }
    }
}

impl Default for Core {
    fn default() -> Self {
        Self::new()
    }
}
