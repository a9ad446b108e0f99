//! The module is parted in two when it is built (scripts/wasm/split.mjs): what a first script needs, and the rest. Functions of the first
//! part call [`load`] before the first call of one of the rest; it does not return before the rest is there.

#[link(wasm_import_module = "rhai_bridge")]
extern "C" {
    /// (The number says nothing: V8 has one wrapper for this and the clock, where both give one.)
    fn load() -> f64;
}

/// Makes the rest be there, for whoever wants it before it is needed.
#[no_mangle]
pub extern "C" fn rhai_bridge_load() -> f64 {
    // SAFETY: it takes nothing, gives a number, and touches nothing that this module knows of.
    unsafe { load() }
}
