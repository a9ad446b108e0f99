//! `sort` and `order`: a merge sort from the bottom up, one comparison at a time. Stable, like rhai's.

use super::super::invoke::Args;
use super::super::Error;
use super::{Ask, RoutineState};
use crate::ledger::Ledger;
use crate::value::Value;
use rhai::{Array, Dynamic};

/// Bottom-up merge sort: runs of `width` in `items` are merged into `output`.
#[derive(Debug, Default)]
pub(super) struct Merge {
    pub(super) width: usize,
    pub(super) low: usize,
    pub(super) left: usize,
    pub(super) right: usize,
}

impl RoutineState {
    pub(super) fn advance_sort(&mut self, ledger: &mut Ledger) -> Result<Ask, Error> {
        let Some((left, right)) = self.next_pair() else {
            return Ok(Ask::Done(self.result()));
        };
        let mut args: Args = self.pointer.curry().iter().cloned().map(Value::Dyn).collect();
        args.push(Value::from(ledger.copy(&self.items[left])?));
        args.push(Value::from(ledger.copy(&self.items[right])?));
        Ok(Ask::Call {
            this: None,
            args,
            extra: None,
        })
    }

    /// The next two items to compare; none when all is sorted.
    pub(super) fn next_pair(&mut self) -> Option<(usize, usize)> {
        let length = self.items.len();
        loop {
            if self.merge.width >= length {
                return None;
            }
            let middle = (self.merge.low + self.merge.width).min(length);
            let high = (self.merge.low + 2 * self.merge.width).min(length);
            if self.merge.left < middle && self.merge.right < high {
                return Some((self.merge.left, self.merge.right));
            }
            for i in (self.merge.left..middle).chain(self.merge.right..high) {
                self.output.push(std::mem::take(&mut self.items[i]));
            }
            self.merge.low = high;
            if high >= length {
                self.items = std::mem::take(&mut self.output);
                self.output.reserve_exact(length);
                self.merge.low = 0;
                self.merge.width *= 2;
            }
            self.merge.left = self.merge.low;
            self.merge.right = (self.merge.low + self.merge.width).min(length);
        }
    }

    /// Moves the smaller of the two compared items; equal ones stay in order.
    pub(super) fn merge_one(&mut self, order: &Dynamic) {
        let (left, right) = (self.merge.left, self.merge.right);
        let order = order.as_int().ok().or_else(|| order.as_bool().ok().map(|less| if less { -1 } else { 1 }));
        let after = match order {
            Some(order) => order > 0,
            None => self.items[left].type_id() > self.items[right].type_id(),
        };
        self.merge(after);
    }

    /// Moves the right one of the compared items when it comes first, else the left one.
    pub(super) fn merge(&mut self, right_first: bool) {
        let (left, right) = (self.merge.left, self.merge.right);
        let after = right_first;
        let from = if after { right } else { left };
        self.output.push(std::mem::take(&mut self.items[from]));
        if after {
            self.merge.right += 1;
        } else {
            self.merge.left += 1;
        }
    }

    /// The items of a merge that was stopped: those done, then those of the current runs, then the rest.
    pub(super) fn unmerged(&mut self, items: Array) -> Array {
        let middle = (self.merge.low + self.merge.width).min(items.len());
        let (left, right) = (self.merge.left, self.merge.right);
        let mut all = std::mem::take(&mut self.output);
        for (i, item) in items.into_iter().enumerate() {
            if i >= left && i < middle || i >= right {
                all.push(item);
            }
        }
        all
    }
}
