//! How deep a value is, and the one check that keeps every value shallow.
//!
//! rhai drops, clones, prints and compares values recursively, so a value nested without end would end the process.
//! The rule: **before a container is stored into a container, it is walked** and must fit below the place it goes to.
//!
//! Why this is O(1) amortised: values are copied, not referenced. What is stored was built or copied a moment ago, and
//! that took a visit of each of its elements, at several times the cost of this walk, which allocates nothing and looks
//! at a tag per element. Only a value that was *moved* out of one container into another is walked without having been
//! copied; the walk is charged as operations, so it is metered work like any other. Scalars and text cost one test.
//!
//! Captured variables end a walk: they are cells, and cells are never dropped from inside a value (see `cells.rs`).

use crate::ledger::{too_deep, Ledger};
use crate::machine::Error;
use crate::value::Value;
use rhai::{Dynamic, FnPtr};

/// Whether the value can hold others.
#[inline]
pub(crate) fn is_container(d: &Dynamic) -> bool {
    !d.is_shared() && (d.is_array() || d.is_map() || d.is_fnptr())
}

impl Ledger {
    /// Checks a value that goes into a container; `level` containers are around that place besides the container.
    #[inline]
    pub(crate) fn store(&mut self, d: &Dynamic, level: u32) -> Result<(), Error> {
        if is_container(d) {
            return self.store_container(d, level);
        }
        Ok(())
    }

    /// The same for a register.
    #[inline]
    pub(crate) fn store_value(&mut self, v: &Value, level: u32) -> Result<(), Error> {
        match v {
            Value::Dyn(d) => self.store(d, level),
            _ => Ok(()),
        }
    }

    /// Checks a container whose elements go into another one, at whose level they then are.
    pub(crate) fn merge(&mut self, d: &Dynamic, level: u32) -> Result<(), Error> {
        match level.checked_sub(1) {
            Some(level) => self.store(d, level),
            // The target is no deeper than what is merged into it, and that was checked when it was made.
            None => Ok(()),
        }
    }

    #[inline(never)]
    fn store_container(&mut self, d: &Dynamic, level: u32) -> Result<(), Error> {
        let room = self.max_depth().saturating_sub(level).saturating_sub(1);
        let mut seen = 0;
        let fits = fits(d, room, &mut seen);
        self.charge_items(seen / 2)?;
        if fits {
            Ok(())
        } else {
            Err(too_deep())
        }
    }
}

/// Whether the value is at most `room` containers deep.
fn fits(d: &Dynamic, room: u32, seen: &mut usize) -> bool {
    if !is_container(d) {
        return true;
    }
    if room == 0 {
        return false;
    }
    if let Ok(array) = d.as_array_ref() {
        *seen += array.len();
        return array.iter().all(|item| fits(item, room - 1, seen));
    }
    if let Ok(map) = d.as_map_ref() {
        *seen += map.len();
        return map.values().all(|item| fits(item, room - 1, seen));
    }
    match d.read_lock::<FnPtr>() {
        Some(pointer) => {
            *seen += pointer.curry().len();
            pointer.curry().iter().all(|item| fits(item, room - 1, seen))
        }
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, Meter};
    use rhai::Array;

    fn nested(depth: u32) -> Dynamic {
        (1..depth).fold(Dynamic::from(Array::new()), |inner, _| Dynamic::from(vec![inner]))
    }

    fn ledger(max_value_depth: u32) -> Ledger {
        let mut ledger = Ledger::new();
        ledger.open(&Meter {
            limits: Limits {
                max_value_depth,
                ..Limits::default()
            },
            ..Meter::default()
        });
        ledger
    }

    #[test]
    fn a_value_fits_when_it_and_what_is_around_it_are_no_deeper_than_the_limit() {
        let mut ledger = ledger(10);
        assert!(ledger.store(&nested(9), 0).is_ok());
        assert!(ledger.store(&nested(10), 0).is_err());
        assert!(ledger.store(&nested(5), 4).is_ok());
        assert!(ledger.store(&nested(5), 5).is_err());
        assert!(ledger.store(&Dynamic::from_int(1), 99).is_ok());
    }

    #[test]
    fn unlimited_still_ends_before_the_stack_does() {
        let mut ledger = ledger(0);
        assert!(ledger.store(&nested(255), 0).is_ok());
        assert!(ledger.store(&nested(256), 0).is_err());
    }

    #[test]
    fn a_captured_variable_ends_the_walk() {
        let mut ledger = ledger(10);
        assert!(ledger.store(&nested(30).into_shared(), 0).is_ok());
    }
}
