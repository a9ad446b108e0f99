//! The machine: one fiber, with its frames and registers on the heap, so that it can stop at any instruction.
//!
//! `step` runs the loop in `run.rs`. What an instruction cannot do in a few lines stands beside it: `operators`,
//! `path` (chains), `invoke` (calls), `routine` (natives that call back), `iterate`, `unwind` (errors).

mod accessor;
mod direct;
mod entry;
mod floats;
mod frame;
mod indexing;
mod inspect;
mod invoke;
mod iterate;
mod member;
mod modules;
mod native;
mod operators;
pub(crate) mod origin;
mod path;
mod place;
mod registers;
mod routine;
mod run;
mod scopes;
mod seldom;
mod spare;
mod step;
mod text;
#[cfg(test)]
mod unchecked;
mod units;
mod unwind;
mod waiting;
mod walk;

pub(crate) use direct::Direct;
pub(crate) use invoke::reflects;
pub(crate) use modules::ForeignMethod;
pub use modules::IMPORT;
pub(crate) use native::{at, SiteCache};
pub(crate) use origin::{name_of, of as origin_of, spelled};
pub(crate) use routine::Routine;
pub(crate) use spare::Spare;
pub use waiting::HostCall;

use crate::cells::Cells;
use crate::program::Program;
use crate::value::Value;
use crate::{Failure, Vm};
use frame::{Code, Extra, Frame, Handler, Kind, Place, State, Target};
use iterate::Iter;
use rhai::{Dynamic, EvalAltResult, FnPtr, ImmutableString, Position};
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
    /// Captured variables; dropped after everything that refers to them.
    cells: Option<Box<Cells>>,
}

impl Machine {
    /// A fiber at the start of `program`, with these variables in its root scope.
    #[must_use]
    pub fn new(program: &Rc<Program>, scope: Vec<Binding>) -> Self {
        let (stack, frames) = (Vec::with_capacity(program.functions[0].registers.into()), Vec::with_capacity(1));
        Self::in_room(program, scope, stack, frames)
    }

    /// The same in the room that a machine has left, if there is any ([`Machine::retire`]).
    #[must_use]
    pub fn next(vm: &mut Vm, program: &Rc<Program>, scope: Vec<Binding>) -> Self {
        let (stack, frames) = (vm.spare.stack(program.functions[0].registers.into()), vm.spare.frames());
        Self::in_room(program, scope, stack, frames)
    }

    #[inline]
    fn in_room(program: &Rc<Program>, scope: Vec<Binding>, stack: Vec<Value>, frames: Vec<Frame>) -> Self {
        let mut machine = Self {
            stack,
            frames,
            ..Self::empty(program)
        };
        machine.stack.resize(program.functions[0].registers.into(), Value::Unit);
        for variable in &program.root {
            machine.stack[usize::from(variable.register)] = Value::Unbound;
        }
        machine.bind(scope);
        machine.frames.push(Frame::call(Code { unit: 0, function: 0 }, 0, 0));
        machine
    }

    /// A fiber at the start of one function of `program`.
    ///
    /// # Errors
    /// The program has no function of this name and arity.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub fn call(program: &Rc<Program>, function: &str, args: Vec<Dynamic>, scope: Vec<Binding>) -> Result<Self, Box<Failure>> {
        let Some(index) = program.find(function, args.len()) else {
            let error = EvalAltResult::ErrorFunctionNotFound(format!("{function} ({} arguments)", args.len()), Position::NONE);
            return Err(Box::new(unwind::failure(error.into(), Vec::new(), &crate::Limits::default())));
        };
        let callee = &program.functions[usize::from(index)];
        let mut machine = Self::empty(program);
        machine.stack = args.into_iter().map(Value::from).collect(); // shared ones stay shared
        machine.stack.resize(usize::from(callee.registers).max(machine.stack.len()), Value::Unit);
        if let Some(this) = callee.this {
            machine.stack[usize::from(this)] = Value::Unbound;
        }
        machine.frames.push(Frame::call(Code { unit: 0, function: index }, 0, 0));
        for Binding { name, value, .. } in scope.into_iter().filter(|binding| binding.constant) {
            machine.extra.get_or_insert_with(Box::default).constants.push((0, name, value));
        }
        Ok(machine)
    }

    /// A fiber that calls what a function pointer names: in the program it comes from, or else in `program`.
    ///
    /// # Errors
    /// There is no function of the script of this name for so many arguments.
    pub fn call_pointer(vm: &Vm, program: &Rc<Program>, pointer: &FnPtr, args: Vec<Dynamic>) -> Result<Self, Box<Failure>> {
        let origin = origin::of(vm, pointer);
        let all = pointer.curry().iter().cloned().chain(args).collect();
        Self::call(origin.as_ref().unwrap_or(program), pointer.fn_name(), all, Vec::new())
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
            cells: None,
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
                None => {
                    let value = if binding.constant {
                        Value::Dyn(binding.value.into_read_only())
                    } else {
                        Value::from(binding.value)
                    };
                    self.extra.get_or_insert_with(Box::default).add_outer(binding.name, value);
                }
            }
        }
    }
}

/// A captured variable with this value.
fn share(cells: &mut Option<Box<Cells>>, vm: &Vm, value: Dynamic) -> Dynamic {
    cells.get_or_insert_with(|| Box::new(Cells::new(&vm.kept))).share(value)
}
