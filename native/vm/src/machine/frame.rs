//! The parts of a fiber: frames, handlers, what it waits for. Plain data.

use super::member::Pending;
use super::routine::RoutineState;
use super::{Binding, Error};
use crate::bytecode::Reg;
use rhai::{Dynamic, ImmutableString};

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
}

/// What the root scope holds besides the program's own variables.
#[derive(Debug, Default)]
pub(super) struct Extra {
    /// Variables the script does not mention.
    pub(super) bindings: Vec<Binding>,
    /// `global::` constants.
    pub(super) constants: Vec<(ImmutableString, Dynamic)>,
    /// The chain that waits for a property of a host object.
    pub(super) pending: Option<Pending>,
    /// The member asked for last, as `Class.member`.
    pub(super) member: ImmutableString,
}
