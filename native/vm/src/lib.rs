//! The language machine: rhai's parser in front, a compiler to bytecode, and a machine that can stop anywhere.
//!
//! `core` is the only caller. Nothing here knows threads, clocks, I/O or JavaScript.
//! Start reading at [`Vm::compile`] (text to [`Program`]) and [`Machine::step`] (one fiber, run until it ends,
//! waits for the host, or has used its fuel).

mod bytecode;
mod callable;
mod cells;
mod chain;
mod compile;
mod copy;
mod depth;
mod failure;
mod host_object;
mod hosts;
mod ledger;
mod light;
mod limits;
mod machine;
mod namespace;
mod natives;
mod outline;
mod parse;
mod program;
mod site;
mod suffix;
mod switch_table;
mod value;
mod verify;
mod vm;

pub use callable::{Callable, Home, Identity, Origins};
pub use failure::{CompileError, Failure, FailureKind, LimitHit, TraceFrame};
pub use host_object::{HostClass, HostObject, Member, Released, WeakHostObject, CALL_MEMBER, GET_MEMBER, SET_MEMBER};
pub use hosts::HostNames;
pub use ledger::Probes;
pub use limits::{Limits, Meter};
pub use machine::{Binding, HostCall, Machine, Step, IMPORT};
pub use program::{FunctionInfo, HostUse, Program};
pub use vm::{CompileOptions, Output, Vm};
