//! JSON. Writing is rhai's, after the value was weighed; reading is rhai's parser, after the text was. What it finds must be data: rhai
//! would also evaluate expressions, by its own evaluator, which no limit reaches.

use super::{by_size, Args, Guarded};
use crate::depth::is_container;
use crate::ledger::too_deep;
use crate::machine::Error;
use crate::program::Site;
use crate::Vm;
use rhai::{Array, Dynamic, EvalAltResult, Expr, FnPtr, LexError, Map, ParseErrorType, Position, Stmt};

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

/// `parse_json(text)`. (Without a text there is no such function, as rhai says better.)
pub(super) fn parse_json(vm: &mut Vm, _: &Site, args: Args<'_, '_>) -> Guarded {
    let [source] = args else { return Ok(None) };
    let Ok(source) = source.as_immutable_string_ref() else { return Ok(None) };
    weigh_source(vm, &source)?;
    let ast = vm.parse_json(&source)?;
    vm.ledger.poll()?;
    let value = match ast.statements() {
        [Stmt::Expr(expression)] => data(expression)?,
        _ => Dynamic::UNIT,
    };
    if value.is_map() {
        return Ok(Some(value));
    }
    let found = vm.engine.map_type_name(value.type_name()).to_owned();
    Err(EvalAltResult::ErrorMismatchOutputType("map".to_owned(), found, Position::NONE).into())
}

/// What is written out, as a value.
fn data(expression: &Expr) -> Result<Dynamic, Error> {
    Ok(match expression {
        Expr::IntegerConstant(value, _) => Dynamic::from_int(*value),
        Expr::FloatConstant(value, _) => Dynamic::from_float(**value),
        Expr::CharConstant(value, _) => Dynamic::from_char(*value),
        Expr::StringConstant(value, _) => value.clone().into(),
        Expr::BoolConstant(value, _) => Dynamic::from_bool(*value),
        Expr::Unit(_) => Dynamic::UNIT,
        Expr::Array(items, _) => items.iter().map(data).collect::<Result<Array, Error>>()?.into(),
        Expr::Map(pairs, _) => {
            let pairs = pairs.0.iter().map(|(name, value)| Ok((name.name.as_str().into(), data(value)?)));
            pairs.collect::<Result<Map, Error>>()?.into()
        }
        Expr::Variable(variable, _, position) => return Err(EvalAltResult::ErrorVariableNotFound(variable.1.to_string(), *position).into()),
        other => {
            let why = LexError::Runtime("JSON holds data, no expressions".to_owned());
            return Err(EvalAltResult::ErrorParsing(ParseErrorType::BadInput(why), other.start_position()).into());
        }
    })
}

/// Charges what parsing takes.
fn weigh_source(vm: &mut Vm, source: &str) -> Result<(), Error> {
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
    vm.ledger.reserve(bytes)
}
