//! The host functions that scripts of the corpus may call; one meaning for the oracle and for the machine.

use rhai::{Dynamic, Engine, EvalAltResult, Position};
use rhai_bridge_vm::HostNames;

/// Names, in the order of their ids.
pub const NAMES: [&str; 4] = ["host_id", "host_add", "host_fail", "host_null"];

/// What the host answers: a value, or a value to throw.
pub fn answer(name: &str, mut args: Vec<Dynamic>) -> Result<Dynamic, Dynamic> {
    match (name, args.len()) {
        ("host_id", 1) => Ok(args.remove(0)),
        ("host_add", 2) => Ok(add(&args[0], &args[1])),
        ("host_fail", 1) => Err(args.remove(0)),
        ("host_null", 0) => Ok(Dynamic::UNIT),
        (name, argc) => Err(format!("no host function {name} with {argc} arguments").into()),
    }
}

fn add(left: &Dynamic, right: &Dynamic) -> Dynamic {
    match (left.as_int(), right.as_int(), left.as_float(), right.as_float()) {
        (Ok(left), Ok(right), ..) => left.wrapping_add(right).into(),
        (_, _, Ok(left), Ok(right)) => (left + right).into(),
        _ => format!("{left}{right}").into(),
    }
}

/// The table the compiler gets.
pub fn names() -> HostNames {
    let mut names = HostNames::new();
    for (id, name) in NAMES.iter().enumerate() {
        names.insert(name, id as u32);
    }
    names
}

/// The same functions as natives of rhai's own evaluator.
pub fn register(engine: &mut Engine) {
    engine
        .register_fn("host_id", |value: Dynamic| value)
        .register_fn("host_add", |left: Dynamic, right: Dynamic| add(&left, &right))
        .register_fn("host_fail", |value: Dynamic| -> Result<Dynamic, Box<EvalAltResult>> {
            Err(EvalAltResult::ErrorRuntime(value, Position::NONE).into())
        })
        .register_fn("host_null", || ());
}
