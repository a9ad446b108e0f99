//! Steps of a chain on types that are no containers of ours: their getters, setters and indexers, all native.

use super::path::{Walk, Walker};
use super::Error;
use crate::host_object::HostObject;
use crate::program::{End, Link};
use rhai::{Dynamic, EvalAltResult, ImmutableString, Position};

impl Walker<'_> {
    /// `[index]` of a type with its own indexer.
    pub(super) fn indexer(&mut self, target: &mut Dynamic, i: usize, link: &Link, mut index: Dynamic) -> Result<(Walk, bool), Error> {
        let (get, set) = (
            &self.program.sites[self.chain.index_get as usize],
            &self.program.sites[self.chain.index_set as usize],
        );
        if let (true, End::Set(register)) = (self.is_last(i), self.chain.end) {
            let mut value = self.regs[usize::from(register)].take_dynamic();
            drop(
                self.vm
                    .call_native(set, &mut [target, &mut index, &mut value], true)
                    .map_err(|e| moved(e, link.operator))?,
            );
            return Ok((Walk::Value(Dynamic::UNIT), true));
        }
        let mut value = self
            .vm
            .call_native(get, &mut [target, &mut index.clone()], true)
            .map_err(|e| moved(e, link.operator))?;
        let (walk, changed) = self.step_into(&mut value, i + 1)?;
        if changed {
            match self.vm.call_native(set, &mut [target, &mut index, &mut value], true) {
                Err(e) if !self.is_last(i) && matches!(*e, EvalAltResult::ErrorIndexingType(..)) => {}
                other => drop(other?),
            }
        }
        Ok((walk, changed))
    }

    /// `.name` of a type that is no map: getter and setter, else its indexer by text.
    pub(super) fn accessor(
        &mut self,
        target: &mut Dynamic,
        i: usize,
        name: &ImmutableString,
        getter: u32,
        setter: u32,
    ) -> Result<(Walk, bool), Error> {
        if let Some(object) = target.read_lock::<HostObject>().map(|o| o.clone()) {
            return self.member(object, i, name, self.chain.links[i].position);
        }
        if let Some(mut value) = self.assigned(i) {
            self.set_property(target, name, setter, &mut value)?;
            return Ok((Walk::Value(Dynamic::UNIT), true));
        }
        let mut value = self.get_property(target, name, getter)?;
        let (walk, changed) = self.step_into(&mut value, i + 1)?;
        if changed {
            match self.set_property(target, name, setter, &mut value) {
                Err(e) if !self.is_last(i) && matches!(*e, EvalAltResult::ErrorDotExpr(..)) => {}
                other => other?,
            }
        }
        Ok((walk, changed))
    }

    /// The value that is assigned to link `i`.
    pub(super) fn assigned(&mut self, i: usize) -> Option<Dynamic> {
        match self.chain.end {
            End::Set(register) if self.is_last(i) => Some(self.regs[usize::from(register)].take_dynamic()),
            _ => None,
        }
    }

    pub(super) fn get_property(&mut self, target: &mut Dynamic, name: &ImmutableString, getter: u32) -> Result<Dynamic, Error> {
        let result = self.vm.call_native(&self.program.sites[getter as usize], &mut [target], true);
        let Err(error) = result else { return result };
        if !matches!(*error, EvalAltResult::ErrorDotExpr(..)) {
            return Err(error);
        }
        let mut key: Dynamic = name.clone().into();
        let site = &self.program.sites[self.chain.index_get as usize];
        self.vm.call_native(site, &mut [target, &mut key], true).map_err(|e| prefer(e, error))
    }

    pub(super) fn set_property(&mut self, target: &mut Dynamic, name: &ImmutableString, setter: u32, value: &mut Dynamic) -> Result<(), Error> {
        let result = self.vm.call_native(&self.program.sites[setter as usize], &mut [target, value], true);
        let Err(error) = result else { return Ok(()) };
        if !matches!(*error, EvalAltResult::ErrorDotExpr(..)) {
            return Err(error);
        }
        let mut key: Dynamic = name.clone().into();
        let site = &self.program.sites[self.chain.index_set as usize];
        self.vm
            .call_native(site, &mut [target, &mut key, value], true)
            .map(drop)
            .map_err(|e| prefer(e, error))
    }
}

/// The indexer's error stands at its own bracket: one site serves the whole chain.
fn moved(mut error: Error, operator: Position) -> Error {
    if matches!(*error, EvalAltResult::ErrorIndexingType(..)) {
        error.set_position(operator);
    }
    error
}

/// An indexer that does not exist leaves the accessor's error.
fn prefer(from_indexer: Error, from_accessor: Error) -> Error {
    if matches!(*from_indexer, EvalAltResult::ErrorIndexingType(..)) {
        from_accessor
    } else {
        from_indexer
    }
}
