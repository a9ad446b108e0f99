//! The benches with the product's allocator and clock, so that every limit costs what it costs in the product.
//!
//! `scripts/bench-machine.mjs` takes the times with limits from here and those without from `bench_machine`, which has the
//! system's allocator.

#[allow(unsafe_code, dead_code)]
#[path = "../../../ffi/src/allocator.rs"]
mod allocator;
#[allow(dead_code)]
#[path = "../bench_machine/main.rs"]
mod bench;
#[allow(unsafe_code)]
#[path = "../../../ffi/src/clock.rs"]
mod clock;
#[allow(dead_code, unsafe_code)]
#[path = "../../../ffi/src/spares.rs"]
mod spares;

fn main() {
    bench::bench(rhai_bridge_vm::Probes {
        live_bytes: allocator::live_bytes,
        now_ns: clock::now_ns,
    });
}
