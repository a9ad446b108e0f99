//! What a routine does with its callback's answers, and what it is worth in the end.

use super::{Routine, RoutineState};
use rhai::{Dynamic, Map};

impl RoutineState {
    /// Uses what the callback returned; `Some` ends the routine.
    pub(super) fn take(&mut self, value: Dynamic) -> Option<Dynamic> {
        let at = self.current();
        let yes = value.as_bool().unwrap_or(false);
        match self.kind {
            Routine::Map => self.output.push(value),
            Routine::Zip => self.output.push(value),
            Routine::Filter if yes => self.keep(at),
            Routine::Filter | Routine::ForEach => {}
            Routine::Reduce | Routine::ReduceRev => self.carry = value,
            Routine::Some if yes => return Some(true.into()),
            Routine::All if !yes => return Some(false.into()),
            Routine::Some | Routine::All => {}
            Routine::Find if yes => return Some(self.items[at].clone()),
            Routine::IndexOf if yes => return Some(Dynamic::from_int(at as i64)),
            Routine::Find | Routine::IndexOf => {}
            Routine::FindMap if !value.is_unit() => return Some(value),
            Routine::FindMap => {}
            Routine::Dedup => {
                if !yes {
                    let item = self.items[at].clone();
                    self.output.push(item);
                }
            }
            Routine::Drain => self.remove_if(at, yes),
            Routine::Retain => self.remove_if(at, !yes),
            Routine::Sort | Routine::Order => self.merge_one(&value),
        }
        None
    }

    pub(super) fn keep(&mut self, at: usize) {
        let item = self.items[at].clone();
        self.output.push(item);
        if self.is_map {
            self.output_keys.push(self.keys[at].clone());
        }
    }

    /// Marks the item as removed: it goes to the output, the others stay in order.
    pub(super) fn remove_if(&mut self, at: usize, remove: bool) {
        if !remove {
            return;
        }
        let item = self.items.remove(at);
        self.output.push(item);
        if self.is_map {
            let key = self.keys.remove(at);
            self.output_keys.push(key);
        }
        self.next -= 1;
    }

    pub(super) fn result(&mut self) -> Dynamic {
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
