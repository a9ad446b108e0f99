//! The core: runs, their limits and deadlines, and the bytes they exchange with JavaScript.
//!
//! A port (`ffi`, `wasm`) feeds it records and steps it; it answers through the port. It never starts a thread,
//! never reads a clock (every time is an argument) and holds nothing of JavaScript but ids.

#![forbid(unsafe_code)]

mod by_hand;
mod calls;
pub mod codec;
mod compile;
mod core;
mod counters;
mod deadlines;
mod failed;
mod finish;
mod guard;
pub mod handles;
mod hosts;
mod limits;
pub mod message;
mod output;
#[cfg(test)]
mod panic_tests;
mod port;
mod programs;
mod ready;
mod receive;
mod requests;
mod run_time;
mod runs;
mod scope;
mod step;
pub mod values;

pub use crate::core::{Budget, Core, StepResult};
pub use counters::Counters;
pub use guard::guarded;
pub use port::Port;
pub use rhai_bridge_vm::Probes;

/// Bytes of a run's box in the table, its machine's own heap not counted.
#[must_use]
pub fn run_bytes() -> usize {
    std::mem::size_of::<runs::Run>()
}
