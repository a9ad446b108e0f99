//! The golden vectors of `test/vectors/values.json`: the same bytes are read here and by the TypeScript codec.
//!
//! A vector describes values in tagged JSON (`{"int":"5"}`, `{"map":[["k",{"unit":true}]]}` …). Where `rust` is
//! true this encoder writes exactly `hex`; every vector decodes to its values; every `bad` one is refused.

use super::{Decoder, Encoder, Malformed, Reader, VERSION};
use crate::handles::SharedHandles;
use crate::values::{HostError, HostObject, Timestamp};
use rhai::{Array, Dynamic, Engine, FnPtr, Map};

const FILE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../test/vectors/values.json"));

fn vectors(part: &str) -> Vec<Map> {
    let mut engine = Engine::new();
    engine.set_max_expr_depths(0, 0);
    let mut file = engine.parse_json(FILE, true).expect("values.json parses");
    let list = file.remove(part).expect("its part is there");
    list.into_array().expect("a list").into_iter().map(Dynamic::cast::<Map>).collect()
}

fn text(map: &Map, key: &str) -> String {
    map[key].clone().into_string().expect("a string")
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex"))
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The value a description means.
fn value(description: &Dynamic) -> Dynamic {
    let map = description.as_map_ref().expect("a tagged value");
    let (tag, body) = map.iter().next().expect("one tag");
    match tag.as_str() {
        "unit" => Dynamic::UNIT,
        "bool" | "string" => body.clone(),
        "int" => string(body).parse::<i64>().expect("int").into(),
        "float" => float(&string(body)).into(),
        "char" => string(body).chars().next().expect("char").into(),
        "blob" => Dynamic::from_blob(bytes(&string(body))),
        "array" => list(body).iter().map(value).collect::<Array>().into(),
        "map" => entries(&list(body)).into(),
        "repeat" => repeated(&list(body)),
        _ => opaque(tag.as_str(), body),
    }
}

fn opaque(tag: &str, body: &Dynamic) -> Dynamic {
    match tag {
        "range" => range(&list(body)),
        "timestamp" => Dynamic::from(Timestamp {
            epoch_ms: float(&string(body)),
        }),
        "hostObject" => Dynamic::from(HostObject::new(number(body), Default::default(), Default::default())),
        "function" => FnPtr::new(string(&list(body)[2])).expect("a name").into(),
        "hostError" => {
            let parts = list(body);
            let (name, message, code) = (string(&parts[1]), string(&parts[2]), string(&parts[3]));
            Dynamic::from(HostError::thrown(number(&parts[0]), &name, &message, &code))
        }
        other => panic!("unknown tag {other}"),
    }
}

fn range(parts: &Array) -> Dynamic {
    let bound = |at: usize| string(&parts[at]).parse::<i64>().expect("int");
    if parts[2].as_bool() == Ok(true) {
        Dynamic::from(bound(0)..=bound(1))
    } else {
        Dynamic::from(bound(0)..bound(1))
    }
}

/// `["text", n]`: the text n times.
fn repeated(parts: &Array) -> Dynamic {
    string(&parts[0]).repeat(number(&parts[1]) as usize).into()
}

fn entries(pairs: &Array) -> Map {
    let mut map = Map::new();
    for pair in pairs.iter().map(list) {
        map.insert(string(&pair[0]).into(), value(&pair[1]));
    }
    map
}

fn list(value: &Dynamic) -> Array {
    value.clone().into_array().expect("a list")
}

fn string(value: &Dynamic) -> String {
    value.clone().into_string().expect("a string")
}

fn number(value: &Dynamic) -> u32 {
    value.as_int().expect("a number") as u32
}

fn float(text: &str) -> f64 {
    text.parse().expect("a float") // "NaN", "inf", "-0" are Rust's own spellings too
}

/// A standalone value of a core, whose functions may leave it.
fn encode(values: &[Dynamic], handles: &SharedHandles) -> Vec<u8> {
    let mut encoder = Encoder::with_handles(handles.clone());
    encoder.u8(VERSION);
    values.iter().for_each(|value| encoder.value(value, 0).expect("encodes"));
    encoder.into_bytes()
}

fn decode(bytes: &[u8], handles: &SharedHandles) -> Result<Vec<Dynamic>, Malformed> {
    let mut reader = Reader::new(bytes, 1);
    let mut decoder = Decoder::with_handles(handles.clone());
    let mut values = Vec::new();
    while reader.left() > 0 {
        values.push(decoder.value(&mut reader, 0)?);
    }
    Ok(values)
}

fn values(vector: &Map) -> Vec<Dynamic> {
    list(&vector["values"]).iter().map(value).collect()
}

#[test]
fn this_encoder_writes_the_golden_bytes() {
    for vector in vectors("values").iter().filter(|vector| vector["rust"].as_bool() == Ok(true)) {
        let written = encode(&values(vector), &SharedHandles::default());
        assert_eq!(hex(&written), text(vector, "hex"), "{}", text(vector, "name"));
    }
}

#[test]
fn the_golden_bytes_decode_to_their_values() {
    for vector in vectors("values") {
        let handles = SharedHandles::default();
        let meant = encode(&values(&vector), &handles);
        let read = decode(&bytes(&text(&vector, "hex")), &handles).expect("decodes");
        let again = encode(&read, &handles);
        assert_eq!(hex(&again), hex(&meant), "{}", text(&vector, "name"));
    }
}

#[test]
fn malformed_bytes_are_refused() {
    for vector in vectors("bad") {
        let read = Decoder::standalone(&bytes(&text(&vector, "hex")), 128);
        assert!(read.is_err(), "{}: {read:?}", text(&vector, "name"));
    }
}

#[test]
fn a_golden_value_cut_short_anywhere_is_never_a_panic() {
    for vector in vectors("values") {
        let whole = bytes(&text(&vector, "hex"));
        for length in 0..whole.len() {
            let _ = Decoder::standalone(&whole[..length], 0);
        }
    }
}

#[test]
fn a_golden_value_with_any_byte_changed_is_never_a_panic() {
    for vector in vectors("values") {
        let mut whole = bytes(&text(&vector, "hex"));
        for at in 1..whole.len() {
            for flip in [1, 0x7f, 0xff] {
                whole[at] ^= flip;
                let _ = Decoder::standalone(&whole, 0);
                whole[at] ^= flip;
            }
        }
    }
}

/// Prints what the file should say; `scripts/vectors.mjs` calls this.
#[test]
#[ignore = "a tool for adding vectors"]
fn print_golden_bytes() {
    for vector in vectors("values").iter().filter(|vector| vector["rust"].as_bool() == Ok(true)) {
        let written = encode(&values(vector), &SharedHandles::default());
        println!("GOLD {}\t{}", text(vector, "name"), hex(&written));
    }
}
