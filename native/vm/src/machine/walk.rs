//! Short walks: chains over plain maps and arrays, read or changed in place, nothing copied but the value at the end.
//!
//! Most chains need nothing else. Whatever is not plain (a shared or constant value, a missing entry, a type of the
//! host, an overflow) is left untouched, and the long way in `path` decides.

use super::indexing;
use super::text;
use crate::bytecode::Reg;
use crate::light::Light;
use crate::program::{Arithmetic, Chain, End, Link, Step};
use crate::value::Value;
use crate::Vm;
use rhai::{Array, Dynamic, ImmutableString, Map};

/// Runs the whole chain; `false`: nothing happened.
pub(super) fn run(chain: &Chain, regs: &mut [Value], vm: &Vm, spare: &mut Value, d: Reg) -> bool {
    if !chain.plain {
        return false;
    }
    let root = usize::from(chain.root);
    let End::Get = chain.end else {
        // The root is out of its register while the walk reads the other registers.
        let mut target = regs[root].take();
        let done = assign(chain, &mut target, regs, vm);
        regs[root] = target;
        return done;
    };
    let Value::Dyn(target) = &regs[root] else { return false };
    match read(target, &chain.links, regs, spare) {
        Some(light) => {
            regs[usize::from(d)].put(light, spare);
            true
        }
        None => false,
    }
}

fn assign(chain: &Chain, target: &mut Value, regs: &mut [Value], vm: &Vm) -> bool {
    let Value::Dyn(target) = target else { return false };
    match chain.end {
        End::Get => false,
        End::Set(register) => {
            if !regs[usize::from(register)].is_light() {
                return false;
            }
            let source = &regs[usize::from(register)];
            // Text is copied by reference; scalars never leave for memory.
            let done = change(target, &chain.links, regs, &mut |place| {
                match source {
                    Value::Int(i) => *place = Dynamic::from_int(*i),
                    other => *place = other.read_dynamic(),
                }
                true
            });
            if done {
                regs[usize::from(register)] = Value::Unit;
            }
            done
        }
        End::OpSet(_, register, how) => {
            let value = &regs[usize::from(register)];
            let done = change(target, &chain.links, regs, &mut |place| calculate(place, how, value, vm));
            if done {
                regs[usize::from(register)] = Value::Unit;
            }
            done
        }
    }
}

/// The value at the end of the links.
pub(super) fn read(target: &Dynamic, links: &[Link], regs: &[Value], spare: &mut Value) -> Option<Light> {
    if target.is_shared() {
        return None;
    }
    let [link, rest @ ..] = links else {
        return Light::light_copy_of(target, spare);
    };
    match &link.step {
        Step::Property { name, .. } => read(target.read_lock::<Map>()?.get(name.as_str())?, rest, regs, spare),
        Step::Index(register) => match &regs[usize::from(*register)] {
            Value::Int(index) => {
                let array = target.read_lock::<Array>()?;
                read(array.get(indexing::offset(array.len(), *index, true)?)?, rest, regs, spare)
            }
            Value::Dyn(key) if !key.is_shared() => {
                let key = key.read_lock::<ImmutableString>()?;
                read(target.read_lock::<Map>()?.get(key.as_str())?, rest, regs, spare)
            }
            _ => None,
        },
        Step::Method { .. } => None,
    }
}

/// Lets `apply` change the place at the end of the links; `false`: nothing changed.
pub(super) fn change(target: &mut Dynamic, links: &[Link], regs: &[Value], apply: &mut impl FnMut(&mut Dynamic) -> bool) -> bool {
    if target.is_shared() {
        return false;
    }
    let [link, rest @ ..] = links else {
        return !target.is_read_only() && apply(target);
    };
    match &link.step {
        Step::Property { name, .. } => match target.write_lock::<Map>() {
            Some(mut map) => map.get_mut(name.as_str()).is_some_and(|item| change(item, rest, regs, apply)),
            None => false,
        },
        Step::Index(register) => match &regs[usize::from(*register)] {
            Value::Int(index) => match target.write_lock::<Array>() {
                Some(mut array) => {
                    let at = indexing::offset(array.len(), *index, true);
                    at.and_then(|at| array.get_mut(at)).is_some_and(|item| change(item, rest, regs, apply))
                }
                None => false,
            },
            Value::Dyn(key) if !key.is_shared() => {
                let (Some(key), Some(mut map)) = (key.read_lock::<ImmutableString>(), target.write_lock::<Map>()) else {
                    return false;
                };
                map.get_mut(key.as_str()).is_some_and(|item| change(item, rest, regs, apply))
            }
            _ => false,
        },
        Step::Method { .. } => false,
    }
}

/// `place op= value` for numbers, and text behind text.
fn calculate(place: &mut Dynamic, how: Arithmetic, value: &Value, vm: &Vm) -> bool {
    if place.tag() != 0 {
        return false;
    }
    match value {
        Value::Int(y) => {
            let Ok(x) = place.as_int() else { return false };
            let sum = match how {
                Arithmetic::Add => x.checked_add(*y),
                Arithmetic::Sub => x.checked_sub(*y),
                Arithmetic::Mul => x.checked_mul(*y),
                Arithmetic::Other => None,
            };
            let Some(sum) = sum else { return false };
            *place = Dynamic::from_int(sum);
            true
        }
        Value::Float(y) => {
            let Ok(x) = place.as_float() else { return false };
            let sum = match how {
                Arithmetic::Add => x + y,
                Arithmetic::Sub => x - y,
                Arithmetic::Mul => x * y,
                Arithmetic::Other => return false,
            };
            *place = Dynamic::from_float(sum);
            true
        }
        Value::Dyn(more) => how == Arithmetic::Add && text::append(place, more, vm),
        _ => false,
    }
}
