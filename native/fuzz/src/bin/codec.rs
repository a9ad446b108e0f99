//! Any bytes: decoding gives values or an error, never a panic; what was decoded encodes, and decodes to the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rhai::Dynamic;
use rhai_bridge_core::codec::{Decoder, Encoder, VERSION};

fn encode(values: &[Dynamic]) -> Option<Vec<u8>> {
    let mut out = Encoder::new();
    out.u8(VERSION);
    for value in values {
        out.value(value, 0).ok()?;
    }
    Some(out.into_bytes())
}

fuzz_target!(|bytes: &[u8]| {
    for depth in [0, 8] {
        let Ok(values) = Decoder::standalone(bytes, depth) else { continue };
        let Some(first) = encode(&values) else { continue };
        let again = Decoder::standalone(&first, 0).expect("what we wrote reads");
        assert_eq!(again.len(), values.len());
        assert_eq!(encode(&again).as_ref(), Some(&first), "a value changed on its way");
    }
});
