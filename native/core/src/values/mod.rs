//! The core's own types inside scripts: things of the host that a script can hold but not open.

mod host_error;

pub use host_error::{HostError, Origin, NO_HANDLE};
pub use rhai_bridge_vm::HostObject;

use rhai::Engine;

/// A moment, in milliseconds since 1970; what a JavaScript `Date` becomes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timestamp {
    /// Milliseconds since the epoch.
    pub epoch_ms: f64,
}

/// Makes the types known to a core's engine. Before its first compile.
pub fn register(engine: &mut Engine) {
    host_error::register(engine);
    engine
        .register_type_with_name::<Timestamp>("timestamp")
        .register_get("epoch_ms", |time: &mut Timestamp| time.epoch_ms)
        .register_fn("==", |a: Timestamp, b: Timestamp| a == b)
        .register_fn("!=", |a: Timestamp, b: Timestamp| a != b)
        .register_fn("-", |a: Timestamp, b: Timestamp| (a.epoch_ms - b.epoch_ms) / 1000.0);
}
