//! The core's own types inside scripts: things of the host that a script can hold but not open.

mod host_error;
mod timestamp;

pub use host_error::{HostError, Origin, NO_HANDLE};
pub use rhai_bridge_vm::HostObject;
pub use timestamp::{Clock, Timestamp};

use rhai::Engine;

/// Makes the types known to a core's engine, whose timestamps are read off `clock`. Before its first compile.
pub fn register(engine: &mut Engine, clock: &Clock) {
    host_error::register(engine);
    timestamp::register(engine, clock);
}
