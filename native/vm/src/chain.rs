//! Chains as the compiler describes them: a path of properties, indices and methods from a root, and what happens at
//! its end. The machine walks them in `machine/walk.rs` (the short way) and `machine/path.rs`.

use crate::bytecode::Reg;
use rhai::{ImmutableString, Position};

/// One step of a chain.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) step: Step,
    /// `?.` or `?[`: `()` ends the chain.
    pub(crate) elvis: bool,
    /// Where the index or the property stands.
    pub(crate) position: Position,
    /// Where the operator stands.
    pub(crate) operator: Position,
}

/// What a step does.
#[derive(Debug)]
pub(crate) enum Step {
    /// `[register]`.
    Index(Reg),
    /// `.name`, with the sites of its getter and setter.
    Property { name: ImmutableString, getter: u32, setter: u32 },
    /// `.name(arguments from base)`.
    Method { site: u32, base: Reg },
}

/// How a chain ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum End {
    Get,
    /// Assigns the register.
    Set(Reg),
    /// Op-assigns the register (site of the operator).
    OpSet(u32, Reg, Arithmetic),
}

/// An operator that the machine can do in place on numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Sub,
    Mul,
    Other,
}

/// A path through properties, indices and methods, from a variable or a value.
#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) root: Reg,
    /// Name of the root variable, for error texts.
    pub(crate) name: ImmutableString,
    /// Where the root stands.
    pub(crate) position: Position,
    pub(crate) links: Vec<Link>,
    pub(crate) end: End,
    /// Position of the assignment.
    pub(crate) end_position: Position,
    /// Holds how many links are done (as an integer) when the chain called a function of the script.
    pub(crate) state: Reg,
    /// Holds the value the rest of the chain continues from.
    pub(crate) carry: Reg,
    /// Holds the value of a captured root while a callee runs: nobody else may look at it until the chain's end.
    pub(crate) held: Reg,
    /// No method is called on the way: a short walk may do.
    pub(crate) plain: bool,
    /// Site for indexers of other types.
    pub(crate) index_get: u32,
    pub(crate) index_set: u32,
}
