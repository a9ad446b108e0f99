//! The parts of a fiber: frames, handlers, what it waits for. Plain data.

use super::member::Pending;
use super::modules::Modules;
use super::routine::RoutineState;
use super::scopes::{Loan, Named};
use super::Error;
use crate::bytecode::Reg;
use crate::program::Program;
use rhai::{Dynamic, ImmutableString};
use std::collections::HashMap;
use std::rc::Rc;

/// Where a callee's `this` goes back to, in the caller's frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nowhere: it was a temporary.
    None,
    /// A variable.
    Variable(Reg),
    /// Element reached by the first links of a chain; `ROOT_ONLY`: it was a temporary, only the root is held.
    Chain(u32, u16),
    /// The item a routine handed out.
    Item,
}

/// See [`Place::Chain`].
pub(crate) const ROOT_ONLY: u16 = u16::MAX;

/// What ends with a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A call of a function (or the script's top level).
    Call,
    /// Code that runs in its caller's scope and registers: the text of `eval`, a function called with `!`.
    Inside,
    /// A module's top level: what it exports is bound in the caller.
    Module,
}

/// A function of one of the programs a fiber runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Code {
    pub(crate) unit: u32,
    pub(crate) function: u16,
}

/// A program in use by a fiber. Unit 0 is the script's own.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) program: Rc<Program>,
    /// The unit whose functions its calls by name mean: its own, or for the text of `eval` its caller's.
    pub(super) home: u32,
}

/// One call in progress.
#[derive(Debug)]
pub(crate) struct Frame {
    /// Next instruction.
    pub(crate) pc: u32,
    /// First register.
    pub(crate) base: u32,
    /// Whose function.
    pub(crate) unit: u32,
    pub(crate) function: u16,
    /// Register of the caller that takes the result.
    pub(crate) dst: Reg,
    pub(crate) kind: Kind,
    pub(crate) place: Place,
    /// Containers around the value that was lent to it as `this` (or to walk): stores into it count them.
    pub(crate) outer: u16,
    /// Set when the frame is no code but a native's callback loop.
    pub(crate) routine: Option<Box<RoutineState>>,
}

impl Frame {
    /// A frame at the start of a function.
    #[inline]
    pub(crate) fn call(code: Code, base: u32, dst: Reg) -> Self {
        Self {
            pc: 0,
            base,
            unit: code.unit,
            function: code.function,
            dst,
            kind: Kind::Call,
            place: Place::None,
            outer: 0,
            routine: None,
        }
    }
}

/// An open `try` or `catch` block.
#[derive(Debug)]
pub(crate) struct Handler {
    /// Index of its frame.
    pub(super) frame: u32,
    /// Where the handler's code begins.
    pub(super) pc: u32,
    /// Iterators open at that place.
    pub(super) iterators: u32,
    /// Register of the error, in that frame.
    pub(super) register: Reg,
    /// The handler names its error.
    pub(super) named: bool,
    /// A catch block in progress: the error it caught, for a bare `throw`.
    pub(super) caught: Option<Error>,
}

/// What the fiber does next.
#[derive(Debug, Default)]
pub(super) enum State {
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
    /// The host's answer to an `import`.
    Imported(Dynamic),
    /// The host threw this.
    Thrown(Dynamic),
    Ended,
}

/// Who takes a host call's result.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    /// An absolute register.
    Register(u32),
    /// The routine on top of the frames.
    Routine,
    /// The chain in progress, which begins again.
    Chain,
    /// Nobody: an absolute register gets what the chain is worth.
    Kept(u32),
    /// The `import` in progress.
    Import,
}

/// What the root scope holds besides the program's own variables.
#[derive(Debug, Default)]
pub(super) struct Extra {
    /// Variables that are found by name.
    pub(super) variables: Vec<Named>,
    /// Those that are away in a register.
    pub(super) lent: Vec<Loan>,
    /// `global::` constants, each of its unit.
    pub(super) constants: Vec<(u32, ImmutableString, Dynamic)>,
    /// Programs beside the script's own: text of `eval`, modules, closures that came from elsewhere.
    pub(super) units: Vec<Unit>,
    /// Numbers of the units that are the only one of their program: modules, and programs that closures came from.
    pub(super) numbers: HashMap<*const Program, u32>,
    /// Modules and imports.
    pub(super) modules: Modules,
    /// The path the host was asked for last.
    pub(super) asked: ImmutableString,
    /// Each unit's pointers to functions by name, made at their first use.
    pub(super) pointers: Vec<Vec<Dynamic>>,
    /// The chain that waits for a property of a host object.
    pub(super) pending: Option<Pending>,
    /// The member asked for last, as `Class.member`.
    pub(super) member: ImmutableString,
}
