//! The native port: a core behind two rings in one JavaScript `ArrayBuffer`, a baton, and a worker thread.
//!
//! `memory` is the shared memory, `outbox` and `inbox` the two ends of it that Rust holds, `side` what is too big
//! for a ring, `station` a core with its ends, `early` the first one before it is asked for, `worker` the thread, `doze` how it sleeps and is woken, `c_api` and `c_spill` what C++ calls
//! (contract: `native/include/rhai_bridge.h`). All `unsafe` of the native build is here: raw memory that JavaScript
//! also writes, and moving a core between threads as a whole.

mod allocator;
mod c_api;
mod c_spill;
mod clock;
mod doze;
mod early;
mod inbox;
mod memory;
#[cfg(all(test, feature = "model"))]
mod models;
mod outbox;
mod port;
#[cfg(test)]
mod ring_tests;
mod side;
mod spares;
mod station;
mod worker;

pub use c_api::*;
pub use c_spill::*;
pub use early::*;
