//! Array methods: what is stored is checked for its depth, what is moved or copied is counted.

use super::{by_size, maps, operations, span, start_and_len, text, Args, Guarded};
use crate::ledger::{ITEMS_PER_OPERATION, ITEM_BYTES};
use crate::machine::Error;
use crate::program::Site;
use crate::Vm;
use rhai::{Array, Dynamic, FnPtr};

/// Elements moved in the time of one operation: moving is a plain copy of memory.
const MOVED_PER_OPERATION: usize = 64;

/// `push`, `set`, `insert`, `splice`, `mixin`, `fill_with`: the arguments go into the target.
pub(super) fn store(vm: &mut Vm, site: &Site, args: Args<'_, '_>) -> Guarded {
    let [target, rest @ ..] = args else { return Ok(None) };
    if is_text(target) {
        return text::store(vm, target, rest);
    }
    // The elements of what is spliced or mixed in go to the level of the target's own.
    let merges = matches!(site.name.as_str(), "splice" | "mixin" | "fill_with");
    let level = vm.ledger.level;
    for value in rest.iter() {
        if merges {
            vm.ledger.merge(value, level)?;
        } else {
            vm.ledger.store(value, level)?;
        }
    }
    match site.name.as_str() {
        "push" | "set" => {}
        "insert" => moved(vm, target)?,
        _ => {
            moved(vm, target)?;
            vm.ledger.charge(rest.iter().map(|d| operations(d)).sum())?;
        }
    }
    match (site.name.as_str(), rest) {
        ("mixin" | "fill_with", [other]) => maps::merge(vm, target, other, site.name == "fill_with"),
        _ => Ok(None),
    }
}

/// `pop`, `shift`, `remove`: only `pop` moves nothing.
pub(super) fn take(vm: &mut Vm, site: &Site, args: Args<'_, '_>) -> Guarded {
    match args {
        [target] if site.name == "pop" && !is_text(target) => Ok(None),
        [target, ..] if !is_text(target) => {
            moved(vm, target)?;
            Ok(None)
        }
        _ => text::take(vm, site, args),
    }
}

fn is_text(d: &Dynamic) -> bool {
    d.is_string()
}

/// All elements behind a place move.
fn moved(vm: &mut Vm, target: &Dynamic) -> Result<(), Error> {
    let length = target.as_array_ref().map_or(0, |a| a.len());
    vm.ledger.charge(length / MOVED_PER_OPERATION)
}

/// `get`: a copy of an element.
pub(super) fn get(vm: &mut Vm, site: &Site, args: Args<'_, '_>) -> Guarded {
    let [target, key] = args else { return by_size(vm, site, args) };
    if target.is_read_only() && target.is_array() {
        return Ok(None); // rhai refuses
    }
    if let (Ok(array), Ok(index)) = (target.as_array_ref(), key.as_int()) {
        let (at, _) = span(array.len(), index, 0);
        let item = array.get(at).map_or(Ok(Dynamic::UNIT), |item| vm.ledger.copy_item(item))?;
        return Ok(Some(item));
    }
    if let (Ok(map), Ok(key)) = (target.as_map_ref(), key.as_immutable_string_ref()) {
        let item = map.get(key.as_str()).map_or(Ok(Dynamic::UNIT), |item| vm.ledger.copy_item(item))?;
        return Ok(Some(item));
    }
    by_size(vm, site, args)
}

/// `extract`: a copy of a part.
pub(super) fn extract(vm: &mut Vm, site: &Site, args: Args<'_, '_>) -> Guarded {
    let part = match args {
        [target, ..] if target.is_read_only() => None, // rhai refuses
        [target, start, len] if target.is_array() => start.as_int().ok().zip(len.as_int().ok()),
        [target, start] if target.is_array() => start_and_len(start).or_else(|| start.as_int().ok().map(|start| (start, i64::MAX))),
        _ => None,
    };
    let Some((start, len)) = part else { return by_size(vm, site, args) };
    let Ok(array) = args[0].as_array_ref() else { return Ok(None) };
    let (start, len) = span(array.len(), start, len);
    let copy: Array = vm.ledger.copy_array(&array[start..start + len])?;
    Ok(Some(Dynamic::from_array(copy)))
}

/// `pad` of arrays; blobs and text have their own.
pub(super) fn pad(vm: &mut Vm, site: &Site, args: Args<'_, '_>) -> Guarded {
    let [target, length, item] = args else { return by_size(vm, site, args) };
    let Ok(length) = length.as_int() else { return Ok(None) };
    let length = super::to_size(length);
    if is_text(target) {
        return text::pad(vm, site, target, length, item);
    }
    if let Ok(blob) = target.as_blob_ref() {
        if length > blob.len() {
            vm.limits.check_array(length)?;
            vm.ledger.reserve(length)?;
            vm.ledger.charge_bytes(length)?;
        }
        return Ok(None);
    }
    if target.is_read_only() {
        return Ok(None); // rhai refuses
    }
    let Ok(mut array) = target.as_array_mut() else { return Ok(None) };
    let old = array.len();
    if length <= old {
        return Ok(Some(Dynamic::UNIT));
    }
    vm.limits.check_array(length)?;
    let level = vm.ledger.level;
    vm.ledger.store(item, level)?;
    vm.ledger.reserve(length * ITEM_BYTES)?;
    array.reserve_exact(length - old);
    for i in old..length {
        if i % ITEMS_PER_OPERATION == 0 {
            vm.ledger.charge(1)?;
        }
        array.push(vm.ledger.copy_item(item)?);
    }
    Ok(Some(Dynamic::UNIT))
}

/// Whether the call has a callback: those run in the machine.
pub(super) fn has_callback(args: &[&mut Dynamic]) -> bool {
    args.iter().any(|d| d.is::<FnPtr>())
}
