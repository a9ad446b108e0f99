//! The machine: one fiber, with its frames and registers on the heap, so that it can stop at any instruction.
//!
//! `step` runs the loop in `run.rs`. What an instruction cannot do in a few lines stands beside it: `operators`,
//! `path` (chains), `invoke` (calls), `routine` (natives that call back), `iterate`, `unwind` (errors).

mod floats;
mod indexing;
mod invoke;
mod iterate;
mod native;
mod operators;
mod path;
mod routine;
mod run;
mod unwind;

pub(crate) use native::SiteCache;
pub(crate) use routine::Routine;

use crate::bytecode::Reg;
use crate::compile::line_column;
use crate::program::Program;
use crate::value::Value;
use crate::{Failure, Meter, TraceFrame, Vm};
use iterate::Iter;
use rhai::{Dynamic, EvalAltResult, ImmutableString, Position};
use routine::RoutineState;
use std::rc::Rc;

/// Errors inside the machine are rhai's own, so that texts and classes are too.
pub(crate) type Error = Box<EvalAltResult>;

/// A variable of the root scope.
#[derive(Debug, Clone)]
pub struct Binding {
    /// Its name.
    pub name: ImmutableString,
    /// Its value.
    pub value: Dynamic,
    /// Declared `const`.
    pub constant: bool,
}

/// The host call a suspended machine waits for.
#[derive(Debug, Clone, Copy)]
pub struct HostCall<'a> {
    /// Id from [`crate::HostNames`].
    pub function: u32,
    /// Its name.
    pub name: &'a str,
    /// How many arguments; each is taken once with [`Machine::take_argument`].
    pub argc: u32,
    /// 1-based line of the call.
    pub line: u32,
    /// 1-based column of the call.
    pub column: u32,
}

/// How a step ended.
#[derive(Debug)]
pub enum Step {
    /// The run's value.
    Done(Dynamic),
    /// The run's end.
    Failed(Box<Failure>),
    /// It waits for [`Machine::resume`].
    Suspended,
    /// Step again.
    OutOfFuel,
}

/// Where a callee's `this` goes back to, in the caller's frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nowhere: it was a temporary.
    None,
    /// A variable.
    Variable(Reg),
    /// Element reached by the first links of a chain.
    Chain(u32, u16),
    /// The item a routine handed out.
    Item,
}

/// One call in progress.
#[derive(Debug)]
pub(crate) struct Frame {
    /// Next instruction.
    pub(crate) pc: u32,
    /// First register.
    pub(crate) base: u32,
    pub(crate) function: u16,
    /// Register of the caller that takes the result.
    pub(crate) dst: Reg,
    pub(crate) place: Place,
    /// Set when the frame is no code but a native's callback loop.
    pub(crate) routine: Option<Box<RoutineState>>,
}

/// An open `try` or `catch` block.
#[derive(Debug)]
pub(crate) struct Handler {
    /// Index of its frame.
    frame: u32,
    /// Where the handler's code begins.
    pc: u32,
    /// Iterators open at that place.
    iterators: u32,
    /// Register of the error, in that frame.
    register: Reg,
    /// The handler names its error.
    named: bool,
    /// A catch block in progress: the error it caught, for a bare `throw`.
    caught: Option<Error>,
}

/// What the fiber does next.
#[derive(Debug, Default)]
enum State {
    #[default]
    Ready,
    /// Waits for the host; arguments start at this absolute register.
    Waiting {
        function: u32,
        site: u32,
        first: u32,
        argc: u16,
        dst: Target,
    },
    /// The host threw this.
    Thrown(Dynamic),
    Ended,
}

/// Who takes a host call's result.
#[derive(Debug, Clone, Copy)]
enum Target {
    /// An absolute register.
    Register(u32),
    /// The routine on top of the frames.
    Routine,
}

/// What the root scope holds besides the program's own variables.
#[derive(Debug, Default)]
struct Extra {
    /// Variables the script does not mention.
    bindings: Vec<Binding>,
    /// `global::` constants.
    constants: Vec<(ImmutableString, Dynamic)>,
}

/// One fiber of a run.
#[derive(Debug)]
pub struct Machine {
    program: Rc<Program>,
    stack: Vec<Value>,
    frames: Vec<Frame>,
    handlers: Vec<Handler>,
    iterators: Vec<Iter>,
    state: State,
    extra: Option<Box<Extra>>,
}

impl Machine {
    /// A fiber at the start of `program`, with these variables in its root scope.
    #[must_use]
    pub fn new(program: &Rc<Program>, scope: Vec<Binding>) -> Self {
        let mut machine = Self::empty(program);
        let registers = usize::from(program.functions[0].registers);
        machine.stack = Vec::with_capacity(registers);
        machine.stack.resize(registers, Value::Unit);
        for variable in &program.root {
            machine.stack[usize::from(variable.register)] = Value::Unbound;
        }
        machine.bind(scope);
        machine.frames.reserve_exact(1);
        machine.frames.push(Frame {
            pc: 0,
            base: 0,
            function: 0,
            dst: 0,
            place: Place::None,
            routine: None,
        });
        machine
    }

    /// A fiber at the start of one function of `program`.
    ///
    /// # Errors
    /// The program has no function of this name and arity.
    pub fn call(program: &Rc<Program>, function: &str, args: Vec<Dynamic>, _scope: Vec<Binding>) -> Result<Self, Box<Failure>> {
        let Some(index) = program.find(function, args.len()) else {
            let error = EvalAltResult::ErrorFunctionNotFound(format!("{function} ({} arguments)", args.len()), Position::NONE);
            return Err(Box::new(unwind::failure(error.into(), Vec::new(), &crate::Limits::default())));
        };
        let callee = &program.functions[usize::from(index)];
        let mut machine = Self::empty(program);
        machine.stack = args.into_iter().map(Value::from).collect();
        machine.stack.resize(usize::from(callee.registers).max(machine.stack.len()), Value::Unit);
        if let Some(this) = callee.this {
            machine.stack[usize::from(this)] = Value::Unbound;
        }
        machine.frames.push(Frame {
            pc: 0,
            base: 0,
            function: index,
            dst: 0,
            place: Place::None,
            routine: None,
        });
        Ok(machine)
    }

    fn empty(program: &Rc<Program>) -> Self {
        Self {
            program: program.clone(),
            stack: Vec::new(),
            frames: Vec::new(),
            handlers: Vec::new(),
            iterators: Vec::new(),
            state: State::Ready,
            extra: None,
        }
    }

    fn bind(&mut self, scope: Vec<Binding>) {
        let program = self.program.clone();
        for binding in scope {
            let known = program.root.iter().find(|v| v.outer && v.name == binding.name);
            match known {
                Some(variable) => {
                    let value = if binding.constant {
                        Value::Dyn(binding.value.into_read_only())
                    } else {
                        Value::from(binding.value)
                    };
                    self.stack[usize::from(variable.register)] = value;
                }
                None => self.extra.get_or_insert_with(Box::default).bindings.push(binding),
            }
        }
    }

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
        let step = self.advance(vm, meter);
        meter.operations += u64::try_from(slice - meter.fuel.max(-1)).unwrap_or(0);
        let exhausted = meter.limits.max_operations > 0 && meter.operations > meter.limits.max_operations;
        meter.fuel += set_aside;
        if exhausted && matches!(step, Step::OutOfFuel) {
            return self.fail(EvalAltResult::ErrorTooManyOperations(self.position()).into(), &meter.limits);
        }
        step
    }

    fn advance(&mut self, vm: &mut Vm, meter: &mut Meter) -> Step {
        let program = self.program.clone();
        let mut result = match std::mem::take(&mut self.state) {
            State::Ready => self.run_loop(vm, &program, meter),
            State::Thrown(value) => Err(EvalAltResult::ErrorRuntime(value, self.position()).into()),
            other => {
                self.state = other;
                return self.fail(
                    EvalAltResult::ErrorSystem("stepped while waiting or after the end".into(), "".into()).into(),
                    &meter.limits,
                );
            }
        };
        loop {
            match result {
                Ok(run::Exit::Done(value)) => {
                    self.state = State::Ended;
                    return Step::Done(value.into());
                }
                Ok(run::Exit::Suspended) => {
                    self.shrink();
                    return Step::Suspended;
                }
                Ok(run::Exit::OutOfFuel) => return Step::OutOfFuel,
                Err(error) => match self.unwind(vm, error, &meter.limits) {
                    Ok(()) => result = self.run_loop(vm, &program, meter),
                    Err(unwind::Ended::Failed(failure)) => {
                        self.state = State::Ended;
                        return Step::Failed(failure);
                    }
                    Err(unwind::Ended::Exit(value)) => {
                        self.state = State::Ended;
                        return Step::Done(value);
                    }
                },
            }
        }
    }

    fn run_loop(&mut self, vm: &mut Vm, program: &Program, meter: &mut Meter) -> Result<run::Exit, Error> {
        if meter.stop_each {
            run::run::<true>(self, vm, program, meter)
        } else {
            run::run::<false>(self, vm, program, meter)
        }
    }

    fn fail(&mut self, error: Error, limits: &crate::Limits) -> Step {
        let trace = self.trace();
        self.state = State::Ended;
        Step::Failed(Box::new(unwind::failure(error, trace, limits)))
    }

    /// A waiting fiber keeps only what it needs.
    fn shrink(&mut self) {
        if self.stack.capacity() < 64 {
            return;
        }
        // A callee's window may end before its caller's.
        let window = |f: &Frame| f.base as usize + usize::from(self.program.functions[usize::from(f.function)].registers);
        let mut used = self.frames.iter().map(window).max().unwrap_or(0);
        if let State::Waiting { first, argc, .. } = self.state {
            used = used.max(first as usize + usize::from(argc));
        }
        if self.stack.capacity() > used * 2 {
            self.stack.truncate(used);
            self.stack.shrink_to_fit();
        }
    }

    /// What a suspended machine waits for.
    #[must_use]
    pub fn host_call(&self) -> HostCall<'_> {
        let State::Waiting { function, site, argc, .. } = &self.state else {
            return HostCall {
                function: u32::MAX,
                name: "",
                argc: 0,
                line: 0,
                column: 0,
            };
        };
        let (line, column) = line_column(self.position());
        let name = self.program.sites.get(*site as usize).map_or("", |s| s.name.as_str());
        HostCall {
            function: *function,
            name,
            argc: u32::from(*argc),
            line,
            column,
        }
    }

    /// Moves argument `index` of the pending host call out of the machine (never a shared value).
    pub fn take_argument(&mut self, index: u32) -> Dynamic {
        match &self.state {
            State::Waiting { first, .. } => self.stack.get_mut((first + index) as usize).map_or(Dynamic::UNIT, Value::take_dynamic),
            _ => Dynamic::UNIT,
        }
    }

    /// The answer: a value, or a value to throw at the call. Without a pending call it does nothing.
    pub fn resume(&mut self, reply: Result<Dynamic, Dynamic>) {
        let State::Waiting { dst, .. } = self.state else { return };
        match (reply, dst) {
            (Err(value), _) => self.state = State::Thrown(value),
            (Ok(value), Target::Register(register)) => {
                self.state = State::Ready;
                self.stack[register as usize] = Value::from(value);
            }
            (Ok(value), Target::Routine) => {
                self.state = State::Ready;
                if let Some(routine) = self.frames.last_mut().and_then(|f| f.routine.as_mut()) {
                    routine.returned = Some(value);
                }
            }
        }
    }

    /// The root scope's variables: those it began with, then those the script declared.
    #[must_use]
    pub fn bindings(&self) -> Vec<Binding> {
        let mut list: Vec<Binding> = self.extra.as_ref().map_or(Vec::new(), |e| e.bindings.clone());
        for variable in &self.program.root {
            match self.stack.get(usize::from(variable.register)) {
                None | Some(Value::Unbound) => {}
                Some(value) => {
                    let constant = variable.constant || matches!(value, Value::Dyn(d) if d.is_read_only());
                    list.push(Binding {
                        name: variable.name.clone(),
                        value: value.read_dynamic(),
                        constant,
                    });
                }
            }
        }
        list
    }

    /// The same, for a fiber that is not needed any more: values are moved out.
    #[must_use]
    pub fn into_bindings(mut self) -> Vec<Binding> {
        let mut list: Vec<Binding> = self.extra.take().map_or(Vec::new(), |e| e.bindings);
        for variable in &self.program.root {
            let Some(slot) = self.stack.get_mut(usize::from(variable.register)) else {
                continue;
            };
            if matches!(slot, Value::Unbound) {
                continue;
            }
            let constant = variable.constant || matches!(slot, Value::Dyn(d) if d.is_read_only());
            let value = if constant || slot.is_shared() {
                slot.read_dynamic()
            } else {
                slot.take_dynamic()
            };
            list.push(Binding {
                name: variable.name.clone(),
                value,
                constant,
            });
        }
        list
    }

    /// Where it stands, innermost first.
    #[must_use]
    pub fn trace(&self) -> Vec<TraceFrame> {
        (0..self.frames.len()).rev().map(|i| self.trace_frame(i)).collect()
    }

    fn trace_frame(&self, index: usize) -> TraceFrame {
        let frame = &self.frames[index];
        let (line, column) = line_column(self.position_of(index));
        let function = match &frame.routine {
            Some(routine) => routine.kind.name().to_owned(),
            None => readable(&self.program.functions[usize::from(frame.function)].name),
        };
        TraceFrame {
            function,
            source: self.program.name.to_string(),
            line,
            column,
        }
    }

    /// Position of the instruction in progress.
    fn position(&self) -> Position {
        self.frames.len().checked_sub(1).map_or(Position::NONE, |i| self.position_of(i))
    }

    fn position_of(&self, index: usize) -> Position {
        let mut index = index;
        while self.frames[index].routine.is_some() && index > 0 {
            index -= 1;
        }
        let frame = &self.frames[index];
        let function = &self.program.functions[usize::from(frame.function)];
        function
            .positions
            .get((frame.pc as usize).saturating_sub(1))
            .copied()
            .unwrap_or(Position::NONE)
    }

    /// Bytes of heap the fiber holds, its values' own heap not counted.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        use std::mem::size_of;
        self.stack.capacity() * size_of::<Value>()
            + self.frames.capacity() * size_of::<Frame>()
            + self.handlers.capacity() * size_of::<Handler>()
            + self.iterators.capacity() * size_of::<Iter>()
            + self.extra.as_ref().map_or(0, |_| size_of::<Extra>())
    }
}

/// Closures have names no reader knows.
fn readable(name: &str) -> String {
    if name.starts_with("anon$") {
        "closure".to_owned()
    } else {
        name.to_owned()
    }
}
