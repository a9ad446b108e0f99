//! The core: runs, their limits and deadlines, and the bytes they exchange with JavaScript.
//!
//! A port (`ffi`, `wasm`) feeds it records and steps it; it answers through the port. It never starts a thread,
//! never reads a clock (every time is an argument) and holds nothing of JavaScript but ids.

#![forbid(unsafe_code)]

pub mod codec;
pub mod values;
