//! Putting a lent value back where a chain took it from: through containers only.

use super::frame::ROOT_ONLY;
use super::indexing;
use super::path::Walker;
use crate::program::{Chain, Program, Step};
use crate::value::{lent, Value};
use crate::Vm;
use rhai::{Dynamic, ImmutableString};

/// Takes the value of a captured root out of its cell, for the time a callee runs; whether there is one.
pub(super) fn hold_root(chain: &Chain, regs: &mut [Value]) -> bool {
    let root = match &regs[usize::from(chain.root)] {
        Value::Dyn(d) if d.is_shared() => d.clone(),
        _ => return false,
    };
    regs[usize::from(chain.held)] = exchange(root, lent()).map_or(Value::Unit, Value::Dyn);
    true
}

/// Puts the value of a captured root back into its cell.
fn release_root(chain: &Chain, regs: &mut [Value]) {
    let root = match &regs[usize::from(chain.root)] {
        Value::Dyn(d) if d.is_shared() => d.clone(),
        _ => return,
    };
    if let Value::Dyn(value) = regs[usize::from(chain.held)].take() {
        exchange(root, value);
    }
}

fn exchange(mut cell: Dynamic, value: Dynamic) -> Option<Dynamic> {
    cell.write_lock::<Dynamic>().map(|mut inner| std::mem::replace(&mut *inner, value))
}

/// Puts a lent value back where chain `index` took it from.
pub(super) fn put_back(vm: &mut Vm, program: &Program, regs: &mut [Value], index: u32, at: u16, value: Dynamic) {
    let chain = &program.chains[index as usize];
    release_root(chain, regs);
    if at == ROOT_ONLY {
        return;
    }
    let root = usize::from(chain.root);
    let mut target: Dynamic = regs[root].take_dynamic();
    // Only containers are walked: nothing is called.
    let mut walker = Walker {
        vm,
        program,
        chain,
        regs,
        above: 0,
        home: 0,
    };
    let mut value = Some(value);
    walker.replace(&mut target, 0, usize::from(at), &mut value);
    let regs = walker.regs;
    regs[root] = Value::from(target);
}

impl Walker<'_> {
    /// Walks containers only, to link `end`, and puts the value there.
    fn replace(&mut self, target: &mut Dynamic, i: usize, end: usize, value: &mut Option<Dynamic>) {
        if target.is_shared() {
            if let Some(mut inner) = target.write_lock::<Dynamic>() {
                self.replace(&mut inner, i, end, value);
            }
            return;
        }
        if i == end {
            if let Some(value) = value.take() {
                *target = value;
            }
            return;
        }
        match &self.chain.links[i].step {
            Step::Index(register) => {
                let index = self.regs[usize::from(*register)].read_dynamic();
                if let Ok(at) = index.as_int() {
                    if let Ok(mut array) = target.as_array_mut() {
                        let length = array.len();
                        if let Some(at) = indexing::offset(length, at, true) {
                            self.replace(&mut array[at], i + 1, end, value);
                        }
                    }
                } else if let Ok(key) = index.as_immutable_string_ref() {
                    self.replace_entry(target, &key, i, end, value);
                }
            }
            Step::Property { name, .. } => self.replace_entry(target, name, i, end, value),
            Step::Method { .. } => {}
        }
    }

    fn replace_entry(&mut self, target: &mut Dynamic, key: &ImmutableString, i: usize, end: usize, value: &mut Option<Dynamic>) {
        if let Ok(mut map) = target.as_map_mut() {
            if let Some(item) = map.get_mut(key.as_str()) {
                self.replace(item, i + 1, end, value);
            }
        }
    }
}
