//! What a run may use, and the meter that counts it. Every check is O(1); 0 always means unlimited.

/// Hard limits of one run. `0` = unlimited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Operations of the whole run: one back-edge, one call, or one cost unit of a native.
    pub max_operations: u64,
    /// Script calls on top of each other.
    pub max_call_depth: u32,
    /// Bytes of one string.
    pub max_string_bytes: u64,
    /// Elements of one array or bytes of one blob.
    pub max_array_length: u64,
    /// Entries of one object map.
    pub max_map_size: u64,
    /// Containers inside containers.
    pub max_value_depth: u32,
    /// Bytes of everything the run holds.
    pub max_memory_bytes: u64,
}

/// The counters of a run while it is stepped.
#[derive(Debug, Clone, Copy, Default)]
pub struct Meter {
    /// Operations left in this slice; a step ends with `OutOfFuel` when it falls below zero.
    pub fuel: i64,
    /// Operations of the run so far (what was used of `fuel` is added when a step ends).
    pub operations: u64,
    /// The run's limits.
    pub limits: Limits,
}
