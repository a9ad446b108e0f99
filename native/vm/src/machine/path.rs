//! Chains at run time: walks a path from its root, holding each container only while the instruction runs.
//!
//! When a step must run code of the script (a method, a closure in a map, a callback loop), the value it stands on is
//! moved out as the callee's `this`; the frame remembers the place, and the instruction begins again behind that step
//! when the callee has returned.
//!
//! long because: the steps of a walk call each other, and each ends or goes on with the next.

use super::frame::ROOT_ONLY;
use super::invoke::{self, Flow, MethodCall};
use super::operators::{data_race, mismatch, op_assign};
use super::{indexing, member, place, Error, Machine, Place};
use crate::bytecode::Reg;
use crate::depth::is_container;
use crate::light::Light;
use crate::program::{Chain, End, Link, Program, Step};
use crate::value::{is_lent, lent, Value};
use crate::Vm;
use rhai::{Array, Dynamic, EvalAltResult, ImmutableString, Position};

/// `array[index]` of a plain array; anything else is left to the chain.
#[inline]
pub(super) fn element(target: &Dynamic, index: i64, spare: &mut Value) -> Option<Light> {
    if target.is_shared() {
        return None;
    }
    let array = target.read_lock::<Array>()?;
    let at = indexing::offset(array.len(), index, true)?;
    // Containers are copied by the chain, which counts what that takes.
    array.get(at).and_then(|item| Light::light_copy_of(item, spare))
}

/// `array[index] = value` of a plain array; `false`: nothing happened.
#[inline]
pub(super) fn set_element(target: &mut Dynamic, index: i64, value: &mut Value) -> bool {
    if target.is_shared() || target.is_read_only() || matches!(&*value, Value::Dyn(d) if is_container(d)) {
        return false;
    }
    let Some(mut array) = target.write_lock::<Array>() else { return false };
    let length = array.len();
    match indexing::offset(length, index, true).and_then(|at| array.get_mut(at)) {
        Some(item) if !item.is_shared() && !item.is_read_only() => {
            value.store(item);
            true
        }
        _ => false,
    }
}

/// How a walk ended.
pub(super) enum Walk {
    Value(Dynamic),
    /// Link `at` runs code: its target was moved out.
    Call {
        at: usize,
        target: Dynamic,
        call: MethodCall,
    },
    /// Link `at` is a property of a host object.
    Member {
        at: usize,
        ask: member::Use,
    },
}

/// One walk: what it needs besides the target.
pub(super) struct Walker<'a> {
    pub(super) vm: &'a mut Vm,
    pub(super) program: &'a Program,
    pub(super) chain: &'a Chain,
    pub(super) regs: &'a mut [Value],
    /// Containers around the value the walk begins with, minus the links done before.
    pub(super) above: i64,
    /// The unit whose functions calls by name mean.
    pub(super) home: u32,
}

/// Runs chain `index`; its value goes to register `d`.
pub(super) fn run(m: &mut Machine, cx: &mut invoke::Context<'_>, index: u32, d: Reg) -> Result<Flow, Error> {
    let program = cx.program;
    let chain = &program.chains[index as usize];
    let outer = m.outer(chain.root);
    let mut pending = m.take_pending();
    let regs = m.registers();
    let done = match &pending {
        Some(pending) => pending.done,
        None if chain.state == Reg::MAX => 0,
        None => regs[usize::from(chain.state)].int().unwrap_or(0) as usize,
    };
    let root = usize::from(if done == 0 { chain.root } else { chain.carry });
    // The root is out of its register while the walk holds the other registers.
    let mut target: Dynamic = match &mut pending {
        Some(pending) => std::mem::take(&mut pending.value),
        None => regs[root].take_dynamic(),
    };
    // A captured root is held to the end of its chain, also behind a call.
    let mut held = match &regs[usize::from(chain.root)] {
        Value::Dyn(d) if done > 0 && d.is_shared() => Some(d.clone()),
        _ => None,
    };
    let guard = held.as_mut().and_then(|d| d.write_lock::<Dynamic>());
    let mut walker = Walker {
        vm: cx.vm,
        program,
        chain,
        regs,
        above: if done == 0 { i64::from(outer) } else { -(done as i64) },
        home: cx.unit.home,
    };
    let walked = walker.step_into(&mut target, done);
    let regs = walker.regs;
    drop(guard);
    if pending.is_none() {
        let target = std::mem::take(&mut target);
        regs[root] = if target.is_read_only() {
            Value::Dyn(target)
        } else {
            Value::from(target)
        };
    }
    let (walk, changed) = walked?;
    match walk {
        Walk::Value(value) => {
            if chain.state != Reg::MAX {
                regs[usize::from(chain.state)] = Value::Unit;
            }
            if let Some(read) = pending.filter(|_| changed) {
                return member::write_back(m, chain, read, target, value, d);
            }
            regs[usize::from(d)] = Value::from(value.flatten());
            Ok(Flow::Next)
        }
        Walk::Call { at, target, call } => {
            regs[usize::from(chain.state)] = Value::Int(at as i64 + 1);
            let place = match (is_place(chain, done, at), place::hold_root(chain, regs)) {
                (true, _) => Place::Chain(index, at as u16),
                (false, true) => Place::Chain(index, ROOT_ONLY),
                (false, false) => Place::None,
            };
            // The instruction runs again when the callee has returned.
            m.repeat_instruction();
            invoke::call_method(m, cx, call, target, place, chain.carry)
        }
        Walk::Member { at, ask } => Ok(member::ask(m, at, ask, d)),
    }
}

/// Whether link `at` stands on something that can be written back: reached from the root by containers alone.
fn is_place(chain: &Chain, done: usize, at: usize) -> bool {
    done == 0 && !chain.links[..at].iter().any(|l| matches!(l.step, Step::Method { .. }))
}

impl Walker<'_> {
    /// Continues at link `i` on `target`; tells whether the target may have changed.
    pub(super) fn step_into(&mut self, target: &mut Dynamic, i: usize) -> Result<(Walk, bool), Error> {
        if target.is_shared() {
            let position = self.chain.links.get(i).map_or(self.chain.position, |l| l.position);
            let mut inner = target.write_lock::<Dynamic>().ok_or_else(|| data_race(position))?;
            if is_lent(&inner) {
                return Err(data_race(position));
            }
            return self.step_into(&mut inner, i);
        }
        let Some(link) = self.chain.links.get(i) else {
            return self.finish(target);
        };
        if link.elvis && target.is_unit() {
            return Ok((Walk::Value(Dynamic::UNIT), false));
        }
        match &link.step {
            Step::Index(register) => {
                let index = self.vm.ledger.read_dynamic(&self.regs[usize::from(*register)])?;
                self.index(target, i, link, index)
            }
            Step::Property { name, getter, setter } => {
                if target.is_map() {
                    return self.entry(target, i, name, link.position);
                }
                self.accessor(target, i, name, *getter, *setter)
            }
            Step::Method { site, base } => self.method(target, i, *site, *base),
        }
    }

    /// The end of the path: read, assign or op-assign.
    fn finish(&mut self, target: &mut Dynamic) -> Result<(Walk, bool), Error> {
        let constant = |c: &Chain| Error::from(EvalAltResult::ErrorAssignmentToConstant(c.name.to_string(), c.position));
        match self.chain.end {
            End::Get => Ok((Walk::Value(self.vm.ledger.copy(target)?), false)),
            End::Set(_) | End::OpSet(..) if target.is_read_only() => Err(constant(self.chain)),
            End::Set(register) => {
                let level = self.level(self.chain.links.len()).saturating_sub(1);
                self.vm.ledger.store_value(&self.regs[usize::from(register)], level)?;
                *target = self.regs[usize::from(register)].take_dynamic();
                Ok((Walk::Value(Dynamic::UNIT), true))
            }
            End::OpSet(site, register, _) => {
                let mut value = self.vm.ledger.read_dynamic(&self.regs[usize::from(register)])?;
                self.vm.ledger.level = self.level(self.chain.links.len());
                op_assign(self.vm, self.program, site as usize, target, &mut value)?;
                Ok((Walk::Value(Dynamic::UNIT), true))
            }
        }
    }

    /// Containers around the value that link `i` works on.
    fn level(&self, i: usize) -> u32 {
        u32::try_from(self.above + i as i64).unwrap_or(0)
    }

    pub(super) fn is_last(&self, i: usize) -> bool {
        i + 1 == self.chain.links.len()
    }

    fn assigns(&self, i: usize) -> bool {
        self.is_last(i) && !matches!(self.chain.end, End::Get)
    }

    fn index(&mut self, target: &mut Dynamic, i: usize, link: &Link, index: Dynamic) -> Result<(Walk, bool), Error> {
        if target.is_array() {
            let at = index.as_int().map_err(|t| mismatch(self.vm, "i64", t, link.position))?;
            let Ok(mut array) = target.as_array_mut() else {
                return Err(data_race(link.position));
            };
            let length = array.len();
            return match indexing::offset(length, at, true) {
                Some(at) => self.step_into(&mut array[at], i + 1),
                None => Err(EvalAltResult::ErrorArrayBounds(length, at, link.position).into()),
            };
        }
        if target.is_map() {
            let Ok(key) = index.as_immutable_string_ref().map(|k| k.clone()) else {
                return Err(mismatch(
                    self.vm,
                    std::any::type_name::<ImmutableString>(),
                    index.type_name(),
                    link.position,
                ));
            };
            return self.entry(target, i, &key, link.position);
        }
        if let Ok(text) = target.as_immutable_string_ref() {
            let reach = index
                .as_int()
                .map_or(text.len(), |i| usize::try_from(i.unsigned_abs()).unwrap_or(usize::MAX));
            self.vm.ledger.charge_bytes(text.len().min(reach.saturating_mul(4)))?;
        }
        match indexing::read(self.vm, target, &index, link.position) {
            Some(found) => self.virtual_element(target, i, found?),
            None => self.indexer(target, i, link, index),
        }
    }

    /// A map's entry; a missing one is `()`, and is made when something is assigned.
    fn entry(&mut self, target: &mut Dynamic, i: usize, key: &ImmutableString, position: Position) -> Result<(Walk, bool), Error> {
        let assigns = self.assigns(i);
        let result = {
            let Ok(mut map) = target.as_map_mut() else {
                return Err(data_race(position));
            };
            if assigns && !map.contains_key(key.as_str()) {
                map.insert(key.as_str().into(), Dynamic::UNIT);
            }
            match map.get_mut(key.as_str()) {
                Some(value) => self.step_into(value, i + 1),
                None => self.step_into(&mut Dynamic::UNIT.clone(), i + 1),
            }
        };
        if assigns {
            let size = target.as_map_ref().map_or(0, |m| m.len());
            self.vm.limits.check_map(size)?;
        }
        result
    }

    fn virtual_element(&mut self, target: &mut Dynamic, i: usize, found: (Dynamic, indexing::Spot)) -> Result<(Walk, bool), Error> {
        let (mut value, spot) = found;
        let (walk, changed) = self.step_into(&mut value, i + 1)?;
        if changed {
            if target.is_read_only() {
                let c = self.chain;
                return Err(EvalAltResult::ErrorAssignmentToConstant(c.name.to_string(), c.position).into());
            }
            if let Ok(text) = target.as_immutable_string_ref() {
                self.vm.ledger.charge_bytes(8 * text.len())?;
                self.vm.ledger.reserve(2 * text.len())?;
            }
            indexing::write(target, &spot, &value, self.chain.end_position)?;
        }
        Ok((walk, changed))
    }

    /// A native runs here; code of the script stops the walk.
    fn method(&mut self, target: &mut Dynamic, i: usize, site: u32, base: Reg) -> Result<(Walk, bool), Error> {
        self.refuse_locked(i, site, base)?;
        let call = invoke::resolve_method(self.vm, self.program, self.home, site as usize, target, self.regs, base)?;
        if let MethodCall::Value(value) = call {
            return self.step_into(&mut value.into(), i + 1);
        }
        invoke::refuse_constant(&self.program.sites[site as usize], &call, target)?;
        if !matches!(call, MethodCall::Native) {
            // The value is lent to the callee. A temporary needs no mark, but it does no harm.
            let target = std::mem::replace(target, lent());
            return Ok((Walk::Call { at: i, target, call }, false));
        }
        let argc = usize::from(self.program.sites[site as usize].argc);
        let first = usize::from(base);
        self.vm.ledger.level = self.level(i);
        let mut value = invoke::call_native_method(self.vm, &self.program.sites[site as usize], target, &mut self.regs[first..first + argc])?;
        let (walk, _) = self.step_into(&mut value, i + 1)?;
        Ok((walk, !self.program.sites[site as usize].cache.borrow().is_pure()))
    }

    /// The root of the chain is held: an argument that captured it cannot be used.
    fn refuse_locked(&self, i: usize, site: u32, base: Reg) -> Result<(), Error> {
        let site = &self.program.sites[site as usize];
        let args = &self.regs[usize::from(base)..][..usize::from(site.argc)];
        match args.iter().position(|v| matches!(v, Value::Dyn(d) if d.is_locked())) {
            None => Ok(()),
            Some(n) => {
                let n = n + if is_place(self.chain, 0, i) { 1 } else { 2 };
                Err(EvalAltResult::ErrorDataRace(format!("argument #{n} of function '{}'", site.name), site.position).into())
            }
        }
    }
}
