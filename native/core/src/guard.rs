//! Panics end a run, never the process.

use std::panic::{catch_unwind, AssertUnwindSafe};

/// Runs `work`; a panic becomes its text. Whoever calls this uses nothing that `work` may have left half done.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<&str>().map(ToString::to_string);
        text.or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a panic without text".to_owned())
    })
}
