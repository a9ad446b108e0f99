//! The clock: an import of the module, since WebAssembly has none. Built for another target (tests, lints), the machine's own.

#[cfg(target_arch = "wasm32")]
pub fn now_ns() -> u64 {
    #[link(wasm_import_module = "rhai_bridge")]
    extern "C" {
        /// Milliseconds since 1970, by a clock that never goes back: `performance.timeOrigin + performance.now()`.
        fn now_ms() -> f64;
    }
    // SAFETY: the import takes nothing, returns a number and cannot call back into the module.
    (unsafe { now_ms() } * 1e6) as u64
}

#[cfg(not(target_arch = "wasm32"))]
pub fn now_ns() -> u64 {
    use std::sync::OnceLock;
    use std::time::Instant;
    static BEGIN: OnceLock<Instant> = OnceLock::new();
    BEGIN.get_or_init(Instant::now).elapsed().as_nanos() as u64
}
