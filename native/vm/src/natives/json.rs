//! JSON. Writing is rhai's, after the value was weighed; reading is rhai's parser, after the text was.

use super::{by_size, Args, Guarded};
use crate::depth::is_container;
use crate::ledger::too_deep;
use crate::machine::Error;
use crate::program::Site;
use crate::Vm;
use rhai::{Dynamic, FnPtr};

/// What a value of each kind may take while rhai parses it: its syntax tree and itself.
const OBJECT_BYTES: usize = 700;
const ARRAY_BYTES: usize = 200;
const ITEM_BYTES: usize = 160;
/// Operations that parsing a piece of text takes, per byte.
const OPERATIONS_PER_BYTE: usize = 8;

/// `map.to_json()`.
pub(super) fn to_json(vm: &mut Vm, site: &Site, args: Args<'_, '_>) -> Guarded {
    let [target] = args else { return by_size(vm, site, args) };
    let mut bytes = 0;
    let room = vm.ledger.max_depth();
    weigh(vm, target, room, &mut bytes)?;
    vm.text_is_made(bytes)?;
    Ok(None)
}

/// The least length of a value's JSON. rhai writes what a closure has captured, and what that has captured, recursively.
fn weigh(vm: &mut Vm, value: &Dynamic, room: u32, bytes: &mut usize) -> Result<(), Error> {
    vm.ledger.charge(4)?;
    *bytes += 2;
    if value.is_shared() {
        return match value.read_lock::<Dynamic>() {
            Some(inner) => weigh(vm, &inner, room, bytes),
            None => Ok(()),
        };
    }
    if is_container(value) && room == 0 {
        return Err(too_deep());
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        *bytes += text.len();
        vm.ledger.charge_bytes(4 * text.len())?;
    } else if let Ok(array) = value.as_array_ref() {
        for item in array.iter() {
            weigh(vm, item, room - 1, bytes)?;
        }
    } else if let Ok(map) = value.as_map_ref() {
        for (key, item) in map.iter() {
            *bytes += key.len() + 3;
            weigh(vm, item, room - 1, bytes)?;
        }
    } else if let Some(pointer) = value.read_lock::<FnPtr>() {
        for item in pointer.curry() {
            weigh(vm, item, room - 1, bytes)?;
        }
    }
    Ok(())
}

/// `parse_json(text)`.
pub(super) fn parse_json(vm: &mut Vm, _: &Site, args: Args<'_, '_>) -> Guarded {
    let [source] = args else { return Ok(None) };
    let Ok(source) = source.as_immutable_string_ref() else { return Ok(None) };
    let (mut bytes, mut depth, mut in_text) = (0, 0, false);
    let mut escaped = false;
    for byte in source.bytes() {
        if in_text {
            in_text = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            bytes += 1;
            continue;
        }
        match byte {
            b'"' => in_text = true,
            b'{' | b'[' => {
                depth += 1;
                bytes += if byte == b'{' { OBJECT_BYTES } else { ARRAY_BYTES };
            }
            b'}' | b']' => depth -= 1,
            b',' | b':' => bytes += ITEM_BYTES,
            _ => {}
        }
        if depth > i64::from(vm.ledger.max_depth()) {
            return Err(too_deep());
        }
    }
    vm.ledger.charge(source.len() / 8 * OPERATIONS_PER_BYTE)?;
    vm.ledger.reserve(bytes)?;
    Ok(None)
}
