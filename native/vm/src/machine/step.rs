//! One step of a fiber: opens the account, runs the loop until it ends for good, hands errors to their handlers, closes.
//!
//! A host call costs this way twice, so what is passed on is small: see [`run::Exit`].

use super::frame::{Frame, State};
use super::units::UnitNumber;
use super::{run, unwind, Error, Machine, Step};
use crate::ledger::{out_of_memory, Ledger};
use crate::value::Value;
use crate::{Failure, Meter, Vm};
use rhai::EvalAltResult;

impl Machine {
    /// Runs until one of [`Step`].
    pub fn step(&mut self, vm: &mut Vm, meter: &mut Meter) -> Step {
        let allowance = meter
            .limits
            .max_operations
            .checked_sub(meter.operations)
            .filter(|_| meter.limits.max_operations > 0);
        let slice = allowance.map_or(meter.fuel, |left| meter.fuel.min(i64::try_from(left).unwrap_or(i64::MAX)));
        let set_aside = meter.fuel - slice;
        meter.fuel = slice;
        vm.limits = meter.limits;
        vm.ledger.open(meter);
        self.free_cells(&vm.ledger);
        let mut done = Value::Unit;
        let exit = self.advance(vm, meter, &mut done);
        vm.ledger.close(meter);
        if matches!(exit, Ok(run::Exit::Suspended)) {
            meter.fuel -= 1; // a call of the host is a call
        }
        meter.operations += u64::try_from(slice.saturating_sub(meter.fuel)).unwrap_or(0);
        let exhausted = meter.limits.max_operations > 0 && meter.operations > meter.limits.max_operations;
        meter.fuel += set_aside;
        match exit {
            Ok(run::Exit::Suspended | run::Exit::OutOfFuel | run::Exit::OtherUnit) if exhausted => {
                self.fail(EvalAltResult::ErrorTooManyOperations(self.position()).into(), &meter.limits)
            }
            Ok(run::Exit::Suspended) => Step::Suspended,
            Ok(run::Exit::OutOfFuel | run::Exit::OtherUnit) => Step::OutOfFuel,
            Ok(run::Exit::Done) => {
                self.state = State::Ended;
                Step::Done(done.into())
            }
            Err(failure) => {
                self.state = State::Ended;
                Step::Failed(failure)
            }
        }
    }

    /// Runs until the loop ends for good; errors go to their handlers. The run's value goes to `done`.
    fn advance(&mut self, vm: &mut Vm, meter: &mut Meter, done: &mut Value) -> Result<run::Exit, Box<Failure>> {
        let mut ready = match self.state {
            State::Ready if vm.ledger.check_memory().is_ok() => Ok(()),
            _ => self.begin(vm, meter),
        };
        loop {
            match ready.and_then(|()| self.run_loop(vm, meter, done)) {
                Ok(run::Exit::OtherUnit) => {}
                Ok(exit) => {
                    self.shrink();
                    return Ok(exit);
                }
                Err(error) => match self.unwind(vm, error, &meter.limits) {
                    Ok(()) => {}
                    Err(unwind::Ended::Failed(failure)) => return Err(failure),
                    Err(unwind::Ended::Exit(value)) => {
                        *done = Value::Dyn(value);
                        return Ok(run::Exit::Done);
                    }
                },
            }
            ready = Ok(());
        }
    }

    /// Takes what the host answered, or says why the loop cannot go on.
    #[cold]
    fn begin(&mut self, vm: &mut Vm, meter: &Meter) -> Result<(), Error> {
        match std::mem::take(&mut self.state) {
            State::Ready => Err(out_of_memory()),
            State::Imported(answer) => self.imported(vm, answer, &meter.limits),
            State::Thrown(value) => Err(EvalAltResult::ErrorRuntime(value, self.position()).into()),
            State::Waiting { .. } | State::Ended => {
                Err(EvalAltResult::ErrorSystem("stepped while waiting or after the end".into(), "".into()).into())
            }
        }
    }

    #[inline]
    fn run_loop(&mut self, vm: &mut Vm, meter: &mut Meter, done: &mut Value) -> Result<run::Exit, Error> {
        vm.foreign_methods = match &self.extra {
            Some(extra) if !extra.modules.imports.is_empty() => self.foreign_methods(),
            _ => None,
        };
        let number = self.frames.last().map_or(0, |f| f.unit);
        let (program, home) = self.unit(number);
        let unit = UnitNumber { own: number, home };
        let program = program.clone();
        // In WebAssembly nobody asks for it, and a second copy of the loop is a thirtieth of the module.
        if meter.stop_each && cfg!(not(target_arch = "wasm32")) {
            run::run::<true>(self, vm, &program, unit, meter, done)
        } else {
            run::run::<false>(self, vm, &program, unit, meter, done)
        }
    }

    /// Looks for captured variables that cannot be reached any more, when memory gets short.
    fn free_cells(&mut self, ledger: &Ledger) {
        if let Some(cells) = self.cells.as_mut().filter(|cells| cells.has_grown()) {
            if ledger.is_short() {
                cells.collect();
            }
        }
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn fail(&mut self, error: Error, limits: &crate::Limits) -> Step {
        let trace = self.trace();
        self.state = State::Ended;
        Step::Failed(Box::new(unwind::failure(error, trace, limits)))
    }

    /// A waiting fiber keeps only what it needs.
    #[inline]
    fn shrink(&mut self) {
        if self.stack.capacity() >= 64 && matches!(self.state, State::Waiting { .. }) {
            self.shrink_stack();
        }
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn shrink_stack(&mut self) {
        // A callee's window may end before its caller's.
        let window = |f: &Frame| f.base as usize + usize::from(self.function_of(f).registers);
        let mut used = self.frames.iter().map(window).max().unwrap_or(0);
        if let State::Waiting { first, argc, .. } = self.state {
            used = used.max(first as usize + usize::from(argc));
        }
        if self.stack.capacity() > used * 2 {
            self.stack.truncate(used);
            self.stack.shrink_to_fit();
        }
    }
}
