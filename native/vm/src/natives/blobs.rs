//! Making blobs, and arrays of them.

use super::{by_size, Args, Guarded};
use crate::ledger::ITEM_BYTES;
use crate::program::Site;
use crate::Vm;

/// `blob(length)` and `blob(length, value)`.
pub(super) fn blob(vm: &mut Vm, _: &Site, args: Args<'_, '_>) -> Guarded {
    if let Some(length) = args.first().and_then(|d| d.as_int().ok()).filter(|n| *n >= 0) {
        let length = super::to_size(length);
        vm.limits.check_array(length)?;
        vm.ledger.reserve(length)?;
        vm.ledger.charge_bytes(length)?;
    }
    Ok(None)
}

/// `to_array`: sixteen times the size.
pub(super) fn to_array(vm: &mut Vm, site: &Site, args: Args<'_, '_>) -> Guarded {
    if let Some(length) = args.first().and_then(|d| d.as_blob_ref().ok().map(|blob| blob.len())) {
        vm.limits.check_array(length)?;
        vm.ledger.reserve(length * ITEM_BYTES)?;
        vm.ledger.charge_items(length)?;
    }
    by_size(vm, site, args)
}
