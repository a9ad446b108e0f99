//! Comparing values that hold values: element by element, each counted, so that it can be stopped.
//!
//! Elements of the same simple type are compared here; every other pair goes to rhai's `==`, whose overloads and errors
//! count: two values of different types without an `==` of theirs are different, of the same type they are an error.

use super::{arrays, by_size, pieces, span, text, Args, Guarded};
use crate::machine::Error;
use crate::program::Site;
use crate::Vm;
use rhai::{Dynamic, EvalAltResult};

/// What a call of a native costs inside one of rhai's natives.
const NATIVE_CALL_OPERATIONS: usize = 8;

/// `a == b`, `a != b`.
pub(super) fn compare(vm: &mut Vm, site: &Site, args: Args<'_, '_>) -> Guarded {
    let [a, b] = args else { return by_size(vm, site, args) };
    let alike = a.is_array() && b.is_array() || a.is_map() && b.is_map();
    if !alike {
        return by_size(vm, site, args);
    }
    let equal = equal_containers(vm, a, b)?;
    Ok(Some((equal == (site.name == "==")).into()))
}

fn equal_containers(vm: &mut Vm, a: &Dynamic, b: &Dynamic) -> Result<bool, Error> {
    if let (Ok(x), Ok(y)) = (a.as_array_ref(), b.as_array_ref()) {
        if x.len() != y.len() {
            return Ok(false);
        }
        for (item, other) in x.iter().zip(y.iter()) {
            if !equal(vm, item, other, true)? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    let (Ok(x), Ok(y)) = (a.as_map_ref(), b.as_map_ref()) else {
        return Ok(false);
    };
    if x.len() != y.len() {
        return Ok(false);
    }
    for (key, item) in x.iter() {
        match y.get(key) {
            Some(other) if equal(vm, item, other, false)? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

/// Whether two elements are equal. `lenient`: values of different types that cannot be compared are different.
fn equal(vm: &mut Vm, a: &Dynamic, b: &Dynamic, lenient: bool) -> Result<bool, Error> {
    vm.ledger.charge(1)?;
    if let (Ok(x), Ok(y)) = (a.as_int(), b.as_int()) {
        return Ok(x == y);
    }
    if let (Ok(x), Ok(y)) = (a.as_immutable_string_ref(), b.as_immutable_string_ref()) {
        vm.ledger.charge_bytes(x.len().min(y.len()))?;
        return Ok(*x == *y);
    }
    if a.is_array() && b.is_array() || a.is_map() && b.is_map() {
        return equal_containers(vm, a, b);
    }
    equal_by_native(vm, a, b, lenient)
}

/// What rhai's `==` says.
fn equal_by_native(vm: &mut Vm, a: &Dynamic, b: &Dynamic, lenient: bool) -> Result<bool, Error> {
    let same_type = a.type_id() == b.type_id();
    let is_container = |d: &Dynamic| d.is_array() || d.is_map();
    if lenient && !same_type && (is_container(a) || is_container(b)) {
        return Ok(false);
    }
    let (mut x, mut y) = (vm.ledger.copy(a)?, vm.ledger.copy(b)?);
    let site = vm.equals.clone();
    match vm.call_native(&site, &mut [&mut x, &mut y], true) {
        Ok(equal) => Ok(equal.as_bool().unwrap_or(false)),
        Err(error) if lenient && !same_type && is_missing(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

fn is_missing(error: &EvalAltResult) -> bool {
    matches!(error, EvalAltResult::ErrorFunctionNotFound(name, _) if name.starts_with("=="))
}

/// `contains` and `index_of` without a callback.
pub(super) fn search(vm: &mut Vm, site: &Site, args: Args<'_, '_>) -> Guarded {
    if arrays::has_callback(args) {
        return Ok(None);
    }
    let (target, value, start) = match args {
        // A text is the name of a function first; rhai's own native knows.
        [target, value, ..] if site.name == "index_of" && target.is_array() && value.is_string() => {
            let length = target.as_array_ref().map_or(0, |a| a.len());
            vm.ledger.charge(NATIVE_CALL_OPERATIONS.saturating_mul(length))?;
            return Ok(None);
        }
        [target, value] if target.is_array() => (&**target, &**value, 0),
        [target, value, start] if target.is_array() && site.name == "index_of" => match start.as_int() {
            Ok(start) => (&**target, &**value, start),
            Err(_) => return Ok(None),
        },
        [target, ..] if target.is_map() => return Ok(None),
        _ => return search_text(vm, site, args),
    };
    let Ok(array) = target.as_array_ref() else { return Ok(None) };
    let (start, _) = span(array.len(), start, 0);
    let mut found = None;
    for (i, item) in array.iter().enumerate().skip(start) {
        if equal(vm, item, value, true)? {
            found = Some(i);
            break;
        }
    }
    Ok(Some(match site.name.as_str() {
        "contains" => found.is_some().into(),
        _ => Dynamic::from_int(found.map_or(-1, |i| i as i64)),
    }))
}

/// The same in a text.
fn search_text(vm: &mut Vm, site: &Site, args: Args<'_, '_>) -> Guarded {
    by_size(vm, site, args)?;
    let (text, find, start) = match args {
        [text, find] => (pieces::long_text(text), text::pattern(find), Some(0)),
        [text, find, start] if site.name == "index_of" => (pieces::long_text(text), text::pattern(find), start.as_int().ok()),
        _ => return Ok(None),
    };
    let (Some(text), Some(find), Some(start)) = (text, find, start) else {
        return Ok(None);
    };
    if find.is_empty() {
        return Ok(None);
    }
    if site.name == "contains" {
        return Ok(Some((pieces::count_matches(vm, &text, &find, 1)? > 0).into()));
    }
    pieces::index_of(vm, &text, &find, start).map(|index| Some(Dynamic::from_int(index)))
}

/// `dedup` without a callback: an error of the comparison means "different", as in rhai.
pub(super) fn dedup(vm: &mut Vm, site: &Site, args: Args<'_, '_>) -> Guarded {
    let [target] = args else { return by_size(vm, site, args) };
    if target.is_read_only() {
        return Ok(None);
    }
    let Ok(mut array) = target.as_array_mut() else { return Ok(None) };
    let mut kept = 0;
    for i in 1..array.len() {
        let same = match equal(vm, &array[kept], &array[i], true) {
            Ok(same) => same,
            Err(error) if error.is_catchable() => false,
            Err(error) => return Err(error),
        };
        if !same {
            kept += 1;
            array.swap(kept, i);
        }
    }
    let length = array.len().min(kept + 1);
    array.truncate(length);
    Ok(Some(Dynamic::UNIT))
}
