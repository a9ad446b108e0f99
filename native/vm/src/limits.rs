//! What a run may use, and the meter that counts it. Every check is O(1); 0 always means unlimited.

use crate::ledger::depth_limit;
use crate::machine::Error;
use crate::LimitHit;
use rhai::{Dynamic, EvalAltResult, Position};

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
    /// Containers inside containers; 0 and everything above 256 mean 256.
    pub max_value_depth: u32,
    /// Bytes of everything the run holds.
    pub max_memory_bytes: u64,
    /// Bytes of one text given to `eval`, and of a module's source.
    pub max_source_bytes: u64,
}

impl Limits {
    /// Checks the size of a value that just came to be; O(1).
    pub(crate) fn check(&self, value: &Dynamic) -> Result<(), Error> {
        if self.max_string_bytes > 0 {
            if let Ok(text) = value.as_immutable_string_ref() {
                return self.check_text(text.len());
            }
        }
        if self.max_array_length > 0 {
            if let Ok(array) = value.as_array_ref() {
                return self.check_array(array.len());
            }
            if let Ok(blob) = value.as_blob_ref() {
                return self.check_array(blob.len());
            }
        }
        if self.max_map_size > 0 {
            if let Ok(map) = value.as_map_ref() {
                return self.check_map(map.len());
            }
        }
        Ok(())
    }

    /// Checks the length of a string in bytes.
    #[inline]
    pub(crate) fn check_text(&self, bytes: usize) -> Result<(), Error> {
        check(bytes, self.max_string_bytes, "Length of string")
    }

    /// Checks the length of a script's text that came to be in a run.
    pub(crate) fn check_source(&self, bytes: usize) -> Result<(), Error> {
        check(bytes, self.max_source_bytes, "Source")
    }

    /// Checks the length of an array or blob.
    #[inline]
    pub(crate) fn check_array(&self, length: usize) -> Result<(), Error> {
        check(length, self.max_array_length, "Size of array/BLOB")
    }

    /// Checks the number of a map's entries.
    #[inline]
    pub(crate) fn check_map(&self, size: usize) -> Result<(), Error> {
        check(size, self.max_map_size, "Size of object map")
    }

    /// Whether a string may be so long; the fast paths ask, and leave the error to the slow ones.
    #[inline]
    pub(crate) fn fits_text(&self, bytes: usize) -> bool {
        self.max_string_bytes == 0 || bytes as u64 <= self.max_string_bytes
    }

    /// The same for the length of an array.
    #[inline]
    pub(crate) fn fits_array(&self, length: usize) -> bool {
        self.max_array_length == 0 || length as u64 <= self.max_array_length
    }

    /// The limit that one of rhai's own errors stands for.
    pub(crate) fn hit(&self, error: &EvalAltResult) -> Option<LimitHit> {
        let (name, value) = match error {
            EvalAltResult::ErrorTooManyOperations(_) => ("maxOperations", self.max_operations),
            EvalAltResult::ErrorStackOverflow(_) => ("maxCallDepth", u64::from(self.max_call_depth)),
            EvalAltResult::ErrorDataTooLarge(what, _) if what == "Source" => ("maxSourceBytes", self.max_source_bytes),
            EvalAltResult::ErrorDataTooLarge(what, _) if what.starts_with("Length") => ("maxStringBytes", self.max_string_bytes),
            EvalAltResult::ErrorDataTooLarge(what, _) if what.starts_with("Size of object") => ("maxMapSize", self.max_map_size),
            EvalAltResult::ErrorDataTooLarge(what, _) if what.starts_with("Memory") => ("maxMemoryBytes", self.max_memory_bytes),
            EvalAltResult::ErrorDataTooLarge(what, _) if what.starts_with("Depth") => ("maxValueDepth", u64::from(depth_limit(self))),
            EvalAltResult::ErrorDataTooLarge(..) => ("maxArrayLength", self.max_array_length),
            _ => return None,
        };
        Some(LimitHit { name, value })
    }
}

#[inline]
fn check(size: usize, limit: u64, what: &str) -> Result<(), Error> {
    if limit > 0 && size as u64 > limit {
        return Err(too_large(what));
    }
    Ok(())
}

#[cold]
fn too_large(what: &str) -> Error {
    EvalAltResult::ErrorDataTooLarge(what.to_owned(), Position::NONE).into()
}

/// The counters of a run while it is stepped.
#[derive(Debug, Clone, Copy, Default)]
pub struct Meter {
    /// Operations left in this slice; a step ends with `OutOfFuel` when it falls below zero.
    pub fuel: i64,
    /// Operations of the run so far (what was used of `fuel` is added when a step ends).
    pub operations: u64,
    /// Bytes the run holds: what it held before the step, then after it.
    pub memory_bytes: i64,
    /// When long natives must end, on the clock of [`crate::Probes`]; `None` = never.
    pub deadline_ns: Option<u64>,
    /// The run's limits.
    pub limits: Limits,
    /// For tests: a step ends after every single instruction.
    pub stop_each: bool,
}
