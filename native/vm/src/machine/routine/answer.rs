//! What a routine does with its callback's answers, and what it is worth in the end.

use super::super::Error;
use super::{Routine, RoutineState};
use crate::ledger::Ledger;
use rhai::{Dynamic, Map};

impl RoutineState {
    /// Uses what the callback returned; `Some` ends the routine.
    pub(super) fn take(&mut self, value: Dynamic, ledger: &mut Ledger) -> Result<Option<Dynamic>, Error> {
        let at = self.current();
        let yes = value.as_bool().unwrap_or(false);
        match self.kind {
            Routine::Map | Routine::Zip => {
                ledger.store(&value, 0)?;
                self.output.push(value);
            }
            Routine::Filter if yes => self.keep(at, ledger)?,
            Routine::Filter | Routine::ForEach => {}
            Routine::Reduce | Routine::ReduceRev => self.carry = value,
            Routine::Some if yes => return Ok(Some(true.into())),
            Routine::All if !yes => return Ok(Some(false.into())),
            Routine::Some | Routine::All => {}
            Routine::Find if yes => return Ok(Some(ledger.copy(&self.items[at])?)),
            Routine::IndexOf if yes => return Ok(Some(Dynamic::from_int(at as i64))),
            Routine::Find | Routine::IndexOf => {}
            Routine::FindMap if !value.is_unit() => return Ok(Some(value)),
            Routine::FindMap => {}
            Routine::Dedup => {
                if !yes {
                    self.output.push(ledger.copy(&self.items[at])?);
                }
            }
            Routine::Drain => self.remove_if(at, yes),
            Routine::Retain => self.remove_if(at, !yes),
            Routine::Sort | Routine::Order => self.merge_one(&value),
        }
        Ok(None)
    }

    pub(super) fn keep(&mut self, at: usize, ledger: &mut Ledger) -> Result<(), Error> {
        self.output.push(ledger.copy(&self.items[at])?);
        if self.is_map {
            self.output_keys.push(self.keys[at].clone());
        }
        Ok(())
    }

    /// A removed item goes to the output; the others move up to those that stay, in order. The gap is closed in the end.
    pub(super) fn remove_if(&mut self, at: usize, remove: bool) {
        if remove {
            self.output.push(std::mem::take(&mut self.items[at]));
            if self.is_map {
                self.output_keys.push(std::mem::take(&mut self.keys[at]));
            }
            return;
        }
        self.items.swap(self.stayed, at);
        if self.is_map {
            self.keys.swap(self.stayed, at);
        }
        self.stayed += 1;
    }

    /// Closes the gap of what was removed: between the items that stayed and those not asked about yet.
    pub(super) fn close_gap(&mut self) {
        let asked = self.stayed + self.output.len();
        if matches!(self.kind, Routine::Drain | Routine::Retain) && asked <= self.items.len() {
            self.items.drain(self.stayed..asked);
            if self.is_map {
                self.keys.drain(self.stayed..asked);
            }
        }
    }

    pub(super) fn result(&mut self) -> Dynamic {
        self.close_gap();
        self.stayed = 0;
        let output = std::mem::take(&mut self.output);
        match self.kind {
            Routine::Map if self.is_map => {
                let map: Map = self.keys.iter().map(|k| k.as_str().into()).zip(output).collect();
                Dynamic::from_map(map)
            }
            Routine::Filter | Routine::Drain | Routine::Retain if self.is_map => {
                let map: Map = self.output_keys.iter().map(|k| k.as_str().into()).zip(output).collect();
                Dynamic::from_map(map)
            }
            Routine::Map | Routine::Filter | Routine::Zip | Routine::Drain | Routine::Retain => Dynamic::from_array(output),
            Routine::Reduce | Routine::ReduceRev => std::mem::take(&mut self.carry),
            Routine::Some => false.into(),
            Routine::All => true.into(),
            Routine::IndexOf => Dynamic::from_int(-1),
            Routine::Dedup => {
                self.items = output;
                Dynamic::UNIT
            }
            Routine::Order => Dynamic::from_array(std::mem::take(&mut self.items)),
            Routine::ForEach | Routine::Find | Routine::FindMap | Routine::Sort => Dynamic::UNIT,
        }
    }
}
