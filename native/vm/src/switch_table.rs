//! What a `switch` needs besides code: where each value goes. Made by the compiler, read by the machine.

use crate::value::Value;
use rhai::INT;
use std::cell::Cell;

/// A switch: cases by hash or by integer range, each a list of arms that are tried in order.
#[derive(Debug)]
pub(crate) struct SwitchTable {
    /// Value hash → absolute instruction of its first test; sorted.
    pub(crate) cases: Vec<(u64, u32)>,
    /// Integers met before and where they went: a hash per visit saved.
    pub(crate) memo: [Cell<(INT, u32)>; SWITCH_MEMO],
    /// Where ranges (or else the default) are tried.
    pub(crate) otherwise: u32,
    /// Where an unhashable value goes.
    pub(crate) default: u32,
}

/// Integers that a switch remembers.
pub(crate) const SWITCH_MEMO: usize = 16;
/// No instruction: nothing remembered.
pub(crate) const NOWHERE: u32 = u32::MAX;

impl SwitchTable {
    pub(crate) fn new() -> Self {
        Self {
            cases: Vec::new(),
            memo: std::array::from_fn(|_| Cell::new((0, NOWHERE))),
            otherwise: 0,
            default: 0,
        }
    }

    /// Where the value of this hash goes.
    pub(crate) fn target(&self, hash: u64) -> u32 {
        match self.cases.binary_search_by_key(&hash, |case| case.0) {
            Ok(at) => self.cases[at].1,
            Err(_) => self.otherwise,
        }
    }
}

/// A range of a switch arm; takes integers and floats.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SwitchRange {
    pub(crate) start: INT,
    pub(crate) end: INT,
    pub(crate) inclusive: bool,
}

impl SwitchRange {
    /// Whether the value of the switch lies in it.
    pub(crate) fn contains(self, value: &Value) -> bool {
        if let Some(i) = value.int() {
            return i >= self.start && (i < self.end || self.inclusive && i == self.end);
        }
        let Some(f) = value.float() else { return false };
        f >= self.start as f64 && (f < self.end as f64 || self.inclusive && f <= self.end as f64)
    }
}
