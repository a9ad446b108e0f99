//! Runs that JavaScript steps by hand: nothing but a FUEL record lets them go on, and they stop when it is used up.
//! They are never in the ready queue, so no other step touches them.

use crate::codec::{Malformed, Reader};
use crate::core::{Core, StepResult};
use crate::message::{start_flag, Id};
use crate::runs::{Phase, Run};
use std::collections::HashMap;

/// Operations each run may still use, by slot.
#[derive(Debug, Default)]
pub struct Fuel {
    left: HashMap<u32, u64>,
}

impl Run {
    /// Whether it is stepped by hand.
    #[must_use]
    pub fn is_by_hand(&self) -> bool {
        self.has_flag(start_flag::BY_HAND)
    }
}

impl Core {
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub(crate) fn receive_fuel(&mut self, id: Id, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        let fuel = reader.f64()? as u64;
        if self.runs.get(id).is_some_and(|run| run.is_by_hand()) {
            self.fuel.left.insert(id.slot, fuel);
        }
        Ok(())
    }

    /// Operations for the next slice of a run: `usual`, or less when its fuel is less.
    pub(crate) fn slice_of(&self, run: &Run, usual: i64) -> i64 {
        if !run.is_by_hand() {
            return usual;
        }
        let left = self.fuel.left.get(&run.id.slot).copied().unwrap_or(0);
        // A slice ends when fewer than none are left: one more than it was given.
        i64::try_from(left).map_or(usual, |left| usual.min(left)) - 1
    }

    /// Books what a slice used.
    pub(crate) fn use_fuel(&mut self, run: &Run, used: u64) {
        if !run.is_by_hand() {
            return;
        }
        if let Some(left) = self.fuel.left.get_mut(&run.id.slot) {
            *left = left.saturating_sub(used.max(1));
        }
    }

    /// Whether a step may run `id`.
    pub(crate) fn has_fuel(&mut self, id: Id) -> bool {
        let is_by_hand = self.runs.get(id).is_some_and(|run| run.is_by_hand());
        !is_by_hand || self.fuel.left.get(&id.slot).is_some_and(|left| *left > 0)
    }

    /// Takes `id` to be stepped directly, if it may be.
    pub(crate) fn take_steppable(&mut self, id: Id) -> Option<Box<Run>> {
        if self.has_fuel(id) {
            self.take_queued(id)
        } else {
            None
        }
    }

    /// Whether a run that is stepped directly can go on by itself.
    pub(crate) fn found_of(&mut self, id: Id) -> StepResult {
        let is_queued = self.runs.get(id).is_some_and(|run| run.phase == Phase::Queued);
        if is_queued && self.has_fuel(id) {
            StepResult::More
        } else {
            StepResult::Idle
        }
    }

    /// A run that ended needs none.
    pub(crate) fn drop_fuel(&mut self, run: &Run) {
        if run.is_by_hand() {
            self.fuel.left.remove(&run.id.slot);
        }
    }
}
