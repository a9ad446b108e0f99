//! One fiber (base for the seam; the machine itself follows).

use crate::{Failure, Meter, Program, TraceFrame, Vm};
use rhai::{Dynamic, ImmutableString};
use std::rc::Rc;

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

/// One fiber of a run.
pub struct Machine {}

impl Machine {
    /// A fiber at the start of `program`.
    pub fn new(_program: &Rc<Program>, _scope: Vec<Binding>) -> Self {
        Self {}
    }
    /// A fiber at the start of one function.
    pub fn call(
        _p: &Rc<Program>,
        _function: &str,
        _args: Vec<Dynamic>,
        _scope: Vec<Binding>,
    ) -> Result<Self, Box<Failure>> {
        Ok(Self {})
    }
    /// Runs until one of [`Step`].
    pub fn step(&mut self, _vm: &mut Vm, _meter: &mut Meter) -> Step {
        Step::Done(Dynamic::UNIT)
    }
    /// What a suspended machine waits for.
    pub fn host_call(&self) -> HostCall<'_> {
        HostCall {
            function: 0,
            name: "",
            argc: 0,
            line: 0,
            column: 0,
        }
    }
    /// Moves argument `index` of the pending host call out of the machine (never a shared value).
    pub fn take_argument(&mut self, _index: u32) -> Dynamic {
        Dynamic::UNIT
    }
    /// The answer: a value, or a value to throw.
    pub fn resume(&mut self, _reply: Result<Dynamic, Dynamic>) {}
    /// The root scope's variables.
    pub fn bindings(&self) -> Vec<Binding> {
        Vec::new()
    }
    /// Where it stands, innermost first.
    pub fn trace(&self) -> Vec<TraceFrame> {
        Vec::new()
    }
    /// Bytes of heap the fiber holds.
    pub fn heap_bytes(&self) -> usize {
        0
    }
}
