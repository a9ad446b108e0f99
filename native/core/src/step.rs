//! Who runs next, for how long, and what their step led to.
//!
//! A slice is a fixed amount of fuel (about 20–50 µs of script); between slices the clock is read once, deadlines
//! are looked at and mail ends the step. So nothing waits for longer than a slice, natives aside.

use crate::core::{Budget, Core, StepResult};
use crate::deadlines::NEVER;
use crate::failed::Failed;
use crate::guard::guarded;
use crate::message::Id;
use crate::port::Port;
use crate::programs::{caller_scope, Source};
use crate::runs::{Body, Call, Fresh, Phase, Run};
use rhai_bridge_vm::{Failure, FailureKind, Machine, Meter, Program, Step};
use std::rc::Rc;

/// Operations in a slice.
const SLICE_FUEL: i64 = 4096;

impl Run {
    /// What ended its machine.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn failed(&mut self, failure: Failure, now_ns: u64) -> Box<Failed> {
        if failure.kind != FailureKind::Late {
            return Box::new(Failed::machine(failure));
        }
        self.enter(Phase::Running, now_ns);
        Box::new(self.late(now_ns).at(failure.trace))
    }
}

impl Core {
    /// Runs what is ready, until the budget is used up or nothing is left.
    pub fn step(&mut self, port: &mut dyn Port, budget: Budget) -> StepResult {
        self.guarded_step(port, |core, port| core.run_ready(port, budget))
    }

    /// Runs one run only (synchronous `eval`); Idle when it waits or has ended.
    pub fn step_run(&mut self, id: Id, port: &mut dyn Port, budget: Budget) -> StepResult {
        self.guarded_step(port, |core, port| core.run_one(id, port, budget))
    }

    fn guarded_step(&mut self, port: &mut dyn Port, work: impl FnOnce(&mut Self, &mut dyn Port) -> StepResult) -> StepResult {
        if self.is_broken {
            return StepResult::Broken;
        }
        let result = guarded(|| work(self, port));
        self.tell_released(port);
        match result {
            Ok(result) => result,
            Err(panic) => {
                let now_ns = port.now_ns();
                self.break_down(&panic, now_ns, port);
                StepResult::Broken
            }
        }
    }

    fn run_ready(&mut self, port: &mut dyn Port, budget: Budget) -> StepResult {
        let mut now_ns = port.now_ns();
        let mut deferred = Vec::new();
        self.expire(now_ns, port);
        if !self.compiles.is_empty() {
            self.compile_waiting(budget.max_source_bytes, port);
        }
        while !port.is_full() {
            let Some(run) = self.take_ready() else { break };
            if self.must_defer(&run, budget) {
                deferred.push((run.id, run.priority));
                self.runs.put_back(run);
                continue;
            }
            now_ns = self.slice(run, now_ns, port);
            port.publish();
            if now_ns >= budget.until_ns || port.has_mail() {
                break;
            }
            self.expire(now_ns, port);
        }
        self.relist(deferred);
        if self.has_work() {
            StepResult::More
        } else {
            StepResult::Idle
        }
    }

    fn run_one(&mut self, id: Id, port: &mut dyn Port, budget: Budget) -> StepResult {
        let mut now_ns = port.now_ns();
        self.expire(now_ns, port);
        while let Some(run) = self.take_steppable(id) {
            now_ns = self.slice(run, now_ns, port);
            port.publish();
            if now_ns >= budget.until_ns || port.has_mail() || port.is_full() {
                break;
            }
            self.expire(now_ns, port);
        }
        self.found_of(id)
    }

    /// Puts a queued run into the ready queue, once.
    pub(crate) fn list(&mut self, run: &mut Run) {
        if !run.is_listed && !run.is_by_hand() {
            run.is_listed = true;
            self.ready.push(run.id, run.priority);
        }
    }

    fn take_ready(&mut self) -> Option<Box<Run>> {
        while let Some(id) = self.ready.pop() {
            let Some(run) = self.runs.get(id) else { continue };
            run.is_listed = false;
            if run.phase == Phase::Queued {
                return self.runs.take(id);
            }
        }
        None
    }

    pub(crate) fn take_queued(&mut self, id: Id) -> Option<Box<Run>> {
        let run = self.runs.get(id).filter(|run| run.phase == Phase::Queued)?;
        if run.is_listed && self.ready.pop_last(id, run.priority) {
            run.is_listed = false;
        }
        self.runs.take(id)
    }

    fn must_defer(&self, run: &Run, budget: Budget) -> bool {
        match &run.body {
            Body::Fresh(fresh) => fresh.source.text.len() > budget.max_source_bytes && fresh.source.compiled(&self.hosts).is_none(),
            _ => false,
        }
    }

    fn relist(&mut self, deferred: Vec<(Id, i32)>) {
        for (id, priority) in deferred.into_iter().rev() {
            if let Some(run) = self.runs.get(id) {
                run.is_listed = true;
                self.ready.push_front(id, priority);
            }
        }
    }

    /// One slice of `run`; returns the time after it.
    fn slice(&mut self, mut run: Box<Run>, now_ns: u64, port: &mut dyn Port) -> u64 {
        run.enter(Phase::Running, now_ns);
        port.running(run.id);
        self.counters.slices += 1;
        let stepped = self.begin(&mut run).and_then(|()| self.step_machine(&mut run, now_ns));
        let now_ns = port.now_ns();
        let printed = self.send_output(&mut run, port);
        match printed.and(stepped) {
            Ok(Step::Done(value)) => self.finish(run, Ok(value), now_ns, port),
            Ok(Step::Failed(failure)) => {
                let failed = run.failed(*failure, now_ns);
                self.finish(run, Err(failed), now_ns, port);
            }
            Ok(Step::Suspended) => self.post_request(run, now_ns, port),
            Ok(Step::OutOfFuel) => self.requeue(run, now_ns, port),
            Err(failed) => self.finish(run, Err(failed), now_ns, port),
        }
        now_ns
    }

    /// Makes the machine of a fresh run.
    fn begin(&mut self, run: &mut Run) -> Result<(), Box<Failed>> {
        if !matches!(run.body, Body::Fresh(_)) {
            return Ok(()); // nearly always: nothing is moved to find that out
        }
        if let Body::Fresh(fresh) = std::mem::replace(&mut run.body, Body::Gone) {
            run.body = Body::Fiber(self.make_machine(fresh, run)?);
        }
        Ok(())
    }

    fn make_machine(&mut self, fresh: Fresh, run: &Run) -> Result<Machine, Box<Failed>> {
        let Fresh { source, mut scope, mut call } = fresh;
        if let Some(Call::Held(function, args)) = call {
            match function.machine(&self.vm, &args) {
                Some(machine) => return Ok(machine),
                None => (scope, call) = (caller_scope(&function, args), None),
            }
        }
        let program = self.program(&source, run)?;
        match call {
            Some(Call::Held(..)) | None => Ok(Machine::next(&mut self.vm, &program, scope)),
            Some(Call::Named(name, args)) => Machine::call(&program, &name, args, scope).map_err(|failure| Box::new(Failed::machine(*failure))),
        }
    }

    fn step_machine(&mut self, run: &mut Run, now_ns: u64) -> Result<Step, Box<Failed>> {
        let fuel = self.slice_of(run, SLICE_FUEL);
        let deadline_ns = run.slice_deadline_ns(now_ns);
        let Body::Fiber(machine) = &mut run.body else {
            return Err(Box::new(Failed::internal("stepped after its end")));
        };
        let mut meter = Meter {
            fuel,
            operations: run.operations,
            memory_bytes: run.memory_bytes,
            deadline_ns: (deadline_ns != NEVER).then_some(deadline_ns),
            limits: run.limits.vm,
            stop_each: false,
        };
        let stepped = guarded(|| machine.step(&mut self.vm, &mut meter));
        let used = meter.operations.saturating_sub(run.operations);
        run.operations = meter.operations;
        run.memory_bytes = meter.memory_bytes;
        self.use_fuel(run, used);
        stepped.map_err(|panic| {
            self.counters.panics += 1;
            // Half-done registers are not even dropped: their destructors might panic again.
            std::mem::forget(std::mem::replace(&mut run.body, Body::Gone));
            Box::new(Failed::internal(panic))
        })
    }

    fn program(&mut self, source: &Source, run: &Run) -> Result<Rc<Program>, Box<Failed>> {
        let compiled = match source.compiled(&self.hosts) {
            Some(compiled) => compiled,
            None => {
                self.counters.compiles += 1;
                let bounds = run.compile_bounds(self.vm.now_ns());
                let compiled = source.compile(&mut self.vm, &self.hosts, bounds);
                compiled.map_err(|panic| Box::new(Failed::internal(panic)))?
            }
        };
        compiled.map_err(|error| match error.limit {
            Some(hit) if hit.name == "computeMs" => Box::new(run.late(self.vm.now_ns())),
            _ => Box::new(Failed::syntax(&error, &source.name)),
        })
    }

    /// The end of a slice inside a computation.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn requeue(&mut self, mut run: Box<Run>, now_ns: u64, port: &mut dyn Port) {
        run.enter(Phase::Queued, now_ns);
        if let Some(failed) = run.time_is_up(now_ns) {
            return self.fail_here(run, failed, now_ns, port);
        }
        self.list(&mut run);
        self.runs.put_back(run);
    }

    /// Ends runs and host calls whose time is up.
    fn expire(&mut self, now_ns: u64, port: &mut dyn Port) {
        while let Some(slot) = self.deadlines.pop_due(now_ns) {
            self.expire_slot(slot, now_ns, port);
            if let Some(run) = self.runs.in_slot(slot) {
                self.deadlines.arm(slot, run.deadline_ns());
            }
        }
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn expire_slot(&mut self, slot: u32, now_ns: u64, port: &mut dyn Port) {
        let Some(run) = self.runs.in_slot(slot) else { return };
        let id = run.id;
        run.enter(run.phase, now_ns);
        if let Some(failed) = run.time_is_up(now_ns) {
            if let Some(run) = self.runs.take(id) {
                self.fail_here(run, failed, now_ns, port);
            }
        } else if run.phase == Phase::Waiting && run.host_deadline_ns <= now_ns {
            self.time_out_call(id, now_ns, port);
        }
    }
}
