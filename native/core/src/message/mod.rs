//! The records a core and JavaScript exchange. Version 1; `src/protocol/messages.ts` is the other half.
//!
//! A record is `u32 size | u32 kind | u32 slot | u32 generation | payload`, padded with zeros to a multiple of 8,
//! and starts at a multiple of 8, so that padding inside it can be counted from its own start.

mod outbox;

pub use outbox::Outbox;

/// Protocol version, written by JavaScript into the control block.
pub const PROTOCOL_VERSION: u32 = 1;
/// Bytes before a record's payload.
pub const HEADER_BYTES: usize = 16;

/// A slot and the generation of its use: never the same again while anybody may hold it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Id {
    /// Place in a table.
    pub slot: u32,
    /// Which use of that place.
    pub generation: u32,
}

/// Kinds of records of the port itself; a core never sees them.
pub mod port_kind {
    /// Fills the rest of a ring.
    pub const PAD: u32 = 0xffff_0001;
    /// The record is in the side buffer `slot`, `generation` bytes long.
    pub const SPILL: u32 = 0xffff_0002;
}

/// Kinds of records from JavaScript.
pub mod inbox_kind {
    /// Start a run.
    pub const START: u32 = 1;
    /// A host function returned.
    pub const REPLY: u32 = 2;
    /// A host function threw.
    pub const THROW: u32 = 3;
    /// End a run.
    pub const CANCEL: u32 = 4;
    /// Keep a source; perhaps compile it now.
    pub const COMPILE: u32 = 5;
    /// Forget a source.
    pub const DROP_PROGRAM: u32 = 6;
    /// A host function is there.
    pub const DEFINE: u32 = 7;
    /// A host function is gone.
    pub const UNDEFINE: u32 = 8;
    /// A table of limits.
    pub const LIMITS: u32 = 9;
    /// Set a variable of the core's own scope.
    pub const SET_VAR: u32 = 10;
    /// Empty the core's own scope.
    pub const CLEAR_SCOPE: u32 = 11;
    /// Send the core's own scope.
    pub const GET_SCOPE: u32 = 12;
    /// Trace records on or off.
    pub const TRACE: u32 = 13;
    /// Operations that a run by hand may use.
    pub const FUEL: u32 = 15;
    /// JavaScript holds a function of a script no longer.
    pub const DROP_FUNCTION: u32 = 32;
}

/// Kinds of records to JavaScript.
pub mod outbox_kind {
    /// A host call.
    pub const REQUEST: u32 = 1;
    /// A run's value.
    pub const DONE: u32 = 2;
    /// A run's bad end.
    pub const FAILED: u32 = 3;
    /// `print`.
    pub const PRINT: u32 = 4;
    /// `debug`.
    pub const DEBUG: u32 = 5;
    /// What a compile found.
    pub const COMPILED: u32 = 6;
    /// Nobody waits for this request any more.
    pub const ABORTED: u32 = 7;
    /// The core's own scope.
    pub const SCOPE: u32 = 8;
    /// A step of a host call, when tracing.
    pub const TRACED: u32 = 9;
    /// No script holds host object `slot` any more; it was received `generation` times.
    pub const RELEASED: u32 = 32;
}

/// Flags of [`inbox_kind::START`].
pub mod start_flag {
    /// Variables follow.
    pub const SCOPE: u32 = 1;
    /// A function's name and arguments follow.
    pub const CALL: u32 = 2;
    /// Use the core's own scope and write it back.
    pub const OWN_SCOPE: u32 = 4;
    /// Send the variables back with DONE.
    pub const COMMIT: u32 = 8;
    /// Stepped by hand: only with FUEL.
    pub const BY_HAND: u32 = 16;
    /// Milliseconds follow (f64) for which the run has waited before it reached this core.
    pub const WAITED: u32 = 32;
    /// A function's handle follows: it is called instead of a program.
    pub const FUNCTION: u32 = 64;
}

/// Flags of [`inbox_kind::GET_SCOPE`].
pub mod scope_flag {
    /// Functions too; else they are refused, because they cannot leave their core.
    pub const FUNCTIONS: u32 = 1;
}

/// Flags of [`inbox_kind::COMPILE`].
pub mod compile_flag {
    /// Compile now and answer with COMPILED.
    pub const ANSWER: u32 = 1;
    /// Warnings too.
    pub const ANALYZE: u32 = 2;
    /// Functions that nobody knows are requests.
    pub const OPEN: u32 = 4;
}

/// Why a request is aborted.
pub mod abort_reason {
    /// Its run ended.
    pub const RUN_ENDED: u32 = 1;
    /// It took too long.
    pub const TIMED_OUT: u32 = 2;
}

/// Steps of a host call that the core traces (the others happen in JavaScript).
pub mod trace_step {
    /// The script reached the call.
    pub const CALL: u32 = 3;
    /// The request is in the outbox.
    pub const POSTED: u32 = 4;
    /// The script goes on.
    pub const RESUMED: u32 = 9;
}
