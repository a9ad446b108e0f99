//! Map methods that list what the map holds.

use super::{by_size, Args, Guarded};
use crate::ledger::ITEM_BYTES;
use crate::program::Site;
use crate::Vm;
use rhai::{Array, Dynamic};

/// What a key as a value takes besides its text.
const KEY_BYTES: usize = 48;

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
