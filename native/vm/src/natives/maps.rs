//! Map methods that list what the map holds, or put many entries into it.

use super::{by_size, pieces, Args, Guarded};
use crate::ledger::ITEM_BYTES;
use crate::program::Site;
use crate::Vm;
use rhai::{Array, Dynamic, Map};

/// What a key as a value takes besides its text.
const KEY_BYTES: usize = 48;

/// Smaller ones are rhai's to merge.
const MANY: usize = 4096;

/// `mixin`, `fill_with` and `+=` with a large map, which is used up.
pub(super) fn merge(vm: &mut Vm, target: &mut Dynamic, other: &mut Dynamic, keep: bool) -> Guarded {
    let is_large = target.is_map() && !target.is_read_only() && other.as_map_ref().is_ok_and(|map| map.len() > MANY);
    if !is_large {
        return Ok(None);
    }
    let Some(other) = std::mem::take(other).flatten().try_cast::<Map>() else {
        return Ok(None);
    };
    let Ok(mut map) = target.as_map_mut() else { return Ok(None) };
    pieces::merge(vm, &mut map, other, keep)?;
    vm.limits.check_map(map.len())?;
    Ok(Some(Dynamic::UNIT))
}

/// `keys` and `values`.
pub(super) fn list(vm: &mut Vm, site: &Site, args: Args<'_, '_>) -> Guarded {
    let [target] = args else { return by_size(vm, site, args) };
    let Ok(map) = target.as_map_ref() else { return Ok(None) };
    vm.ledger.charge(map.len())?;
    if site.name == "keys" {
        let text: usize = map.keys().map(|key| key.len()).sum();
        vm.ledger.reserve(map.len() * (ITEM_BYTES + KEY_BYTES) + text)?;
        return Ok(None);
    }
    vm.ledger.reserve(map.len() * ITEM_BYTES)?;
    let mut values = Array::with_capacity(map.len());
    for item in map.values() {
        values.push(vm.ledger.copy_item(item)?);
    }
    Ok(Some(Dynamic::from_array(values)))
}
