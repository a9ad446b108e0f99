//! Operators and assignments beyond the loop's fast paths: floats in any form, strings, and everything native.

use super::floats;
use super::native::at;
use super::text;
use super::Error;
use crate::bytecode::Reg;
use crate::program::{Function, Program, Site};
use crate::value::{is_lent, Value};
use crate::{natives, Vm};
use rhai::{Dynamic, EvalAltResult, ImmutableString, Position};

/// A captured variable is in use elsewhere.
#[cold]
pub(crate) fn data_race(position: Position) -> Error {
    EvalAltResult::ErrorDataRace(String::new(), position).into()
}

/// rhai's "Data type incorrect".
#[cold]
pub(crate) fn mismatch(vm: &Vm, expected: &str, actual: &str, position: Position) -> Error {
    // rhai writes the inner names of types here; those of ours tell nothing to anybody.
    let is_ours = actual.starts_with("rhai_bridge_");
    let actual = if is_ours { vm.engine.map_type_name(actual) } else { actual };
    EvalAltResult::ErrorMismatchDataType(vm.engine.map_type_name(expected).into(), actual.into(), position).into()
}

/// An instruction's function and its place there.
pub(super) type At<'a> = (&'a Program, &'a Function, usize);

/// The second operand of an instruction.
#[derive(Debug, Clone, Copy)]
pub(super) enum Operand {
    Register(Reg),
    Int(i16),
}

/// `d = a op b` without a fast path.
#[inline(never)]
pub(super) fn binary_into(vm: &mut Vm, at: At<'_>, registers: &mut [Value], d: Reg, (a, b): (Reg, Operand)) -> Result<(), Error> {
    let value = calculate(vm, at, registers, a, b)?;
    registers[usize::from(d)] = value;
    Ok(())
}

fn calculate(vm: &mut Vm, (program, function, place): At<'_>, registers: &[Value], a: Reg, b: Operand) -> Result<Value, Error> {
    let site = &program.sites[function.site(place)];
    let a = &registers[usize::from(a)];
    match b {
        Operand::Register(b) => binary(vm, site, a, &registers[usize::from(b)]),
        Operand::Int(b) => binary(vm, site, a, &Value::Int(b.into())),
    }
}

/// Whether `a op b` holds, without a fast path.
#[inline(never)]
pub(super) fn holds(vm: &mut Vm, at: At<'_>, registers: &[Value], a: Reg, b: Operand) -> Result<bool, Error> {
    let value = calculate(vm, at, registers, a, b)?;
    truth(vm, &value, at.1.positions[at.2])
}

/// Whether the value is `true`; it must be one of the two.
#[inline(never)]
pub(super) fn truth(vm: &Vm, value: &Value, position: Position) -> Result<bool, Error> {
    value.bool().map_err(|name| mismatch(vm, "bool", name, position))
}

/// `a op b` without a fast path.
#[inline(never)]
pub(crate) fn binary(vm: &mut Vm, site: &Site, a: &Value, b: &Value) -> Result<Value, Error> {
    if let (Some(x), Some(y)) = (a.float(), b.float()) {
        if let Some(value) = float_operator(&site.name, x, y) {
            return Ok(value);
        }
    }
    if let (Value::Dyn(x), Value::Dyn(y)) = (a, b) {
        if let Some(value) = text_operator(vm, site, x, y)? {
            return Ok(value);
        }
    }
    let (mut x, mut y) = (vm.ledger.read_dynamic(a)?, vm.ledger.read_dynamic(b)?);
    vm.call_native(site, &mut [&mut x, &mut y], false).map(Value::from)
}

fn float_operator(name: &str, x: f64, y: f64) -> Option<Value> {
    Some(match name {
        "+" => Value::Float(x + y),
        "-" => Value::Float(x - y),
        "*" => Value::Float(x * y),
        "/" => Value::Float(x / y),
        "<" => Value::Bool(floats::less(x, y)),
        "<=" => Value::Bool(floats::less_or_equal(x, y)),
        ">" => Value::Bool(floats::greater(x, y)),
        ">=" => Value::Bool(floats::greater_or_equal(x, y)),
        "==" => Value::Bool(floats::equal(x, y)),
        "!=" => Value::Bool(floats::different(x, y)),
        _ => return None,
    })
}

fn text_operator(vm: &mut Vm, site: &Site, x: &Dynamic, y: &Dynamic) -> Result<Option<Value>, Error> {
    if x.is_shared() || y.is_shared() {
        return Ok(None);
    }
    let (Ok(a), Ok(b)) = (x.as_immutable_string_ref(), y.as_immutable_string_ref()) else {
        return Ok(None);
    };
    Ok(match &*site.name {
        "==" => Some(Value::Bool(*a == *b)),
        "!=" => Some(Value::Bool(*a != *b)),
        "+" => {
            vm.text_grows(a.len() + b.len(), a.len() + b.len()).map_err(|e| at(e, site.position))?;
            Some(Value::Dyn((&*a + &*b).into()))
        }
        _ => None,
    })
}

/// `op a` without a fast path.
#[inline(never)]
pub(crate) fn unary(vm: &mut Vm, site: &Site, a: &Value) -> Result<Value, Error> {
    match (&*site.name, a) {
        ("-", Value::Int(i)) => i
            .checked_neg()
            .map(Value::Int)
            .ok_or_else(|| EvalAltResult::ErrorArithmetic("integer overflow".into(), site.position).into()),
        ("-", Value::Float(f)) => Ok(Value::Float(-f)),
        _ => {
            let mut x = vm.ledger.read_dynamic(a)?;
            vm.call_native(site, &mut [&mut x], false).map(Value::from)
        }
    }
}

/// `variable = value`, through a captured variable's cell.
#[inline(never)]
pub(crate) fn set(site: &Site, target: &mut Value, value: Value) -> Result<(), Error> {
    let Value::Dyn(d) = target else {
        *target = value;
        return Ok(());
    };
    if d.is_read_only() {
        return Err(EvalAltResult::ErrorAssignmentToConstant(site.name.to_string(), site.position).into());
    }
    if !d.is_shared() {
        *target = value;
        return Ok(());
    }
    let mut cell = d.write_lock::<Dynamic>().ok_or_else(|| data_race(site.position))?;
    if is_lent(&cell) {
        return Err(data_race(site.position));
    }
    *cell = value.into();
    Ok(())
}

/// The next value of a `for` variable: through its cell, when a closure captured it.
#[inline]
pub(crate) fn set_loop_variable(target: &mut Value, value: Value) {
    if let Value::Dyn(d) = target {
        if d.is_shared() {
            if let Some(mut cell) = d.write_lock::<Dynamic>() {
                *cell = value.into();
            }
            return;
        }
    }
    *target = value;
}

/// `variable op= value`. Sites: the variable's name, then `op=`, then `op`.
#[inline(never)]
pub(crate) fn op_set(vm: &mut Vm, program: &Program, site: usize, target: &mut Value, mut value: Dynamic) -> Result<(), Error> {
    let name = &program.sites[site];
    if matches!(target, Value::Dyn(d) if d.is_read_only()) {
        return Err(EvalAltResult::ErrorAssignmentToConstant(name.name.to_string(), name.position).into());
    }
    if let Value::Dyn(d) = target {
        if d.is_shared() {
            let mut cell = d.write_lock::<Dynamic>().ok_or_else(|| data_race(name.position))?;
            if is_lent(&cell) {
                return Err(data_race(name.position));
            }
            return op_assign(vm, program, site + 1, &mut cell, &mut value);
        }
    }
    let result = op_assign(vm, program, site + 1, target.dynamic_mut(), &mut value);
    *target = Value::from(target.take_dynamic());
    result
}

/// `place op= value`: rhai's op-assignment when there is one, else the operator and a plain assignment.
pub(crate) fn op_assign(vm: &mut Vm, program: &Program, site: usize, place: &mut Dynamic, value: &mut Dynamic) -> Result<(), Error> {
    let assign = &program.sites[site];
    if &*assign.name == "+=" && (text::append(place, value, vm) || append(vm, assign, place, value)?) {
        return Ok(());
    }
    match vm.call_native(assign, &mut [place, value], true) {
        Ok(_) => Ok(()),
        Err(e) if matches!(&*e, EvalAltResult::ErrorFunctionNotFound(f, _) if f.starts_with(assign.name.as_str())) => {
            *place = vm.call_native(&program.sites[site + 1], &mut [place, value], true)?;
            Ok(())
        }
        Err(e) => Err(e),
    }
}

/// String building in place, when it is work worth counting.
fn append(vm: &mut Vm, site: &Site, place: &mut Dynamic, value: &Dynamic) -> Result<bool, Error> {
    let (Ok(mut text), Ok(more)) = (place.as_immutable_string_mut(), value.as_immutable_string_ref()) else {
        return Ok(false);
    };
    if text.strong_count() > 1 {
        vm.ledger.charge_bytes(text.len())?; // it is copied before it grows
    }
    vm.text_grows(text.len() + more.len(), more.len()).map_err(|e| at(e, site.position))?;
    *text += more.as_str();
    Ok(true)
}

/// Text of interpolated values, put together in a buffer that is kept.
#[inline(never)]
pub(crate) fn interpolate(vm: &mut Vm, site: &Site, parts: &mut [Value]) -> Result<Value, Error> {
    let mut buffer = std::mem::take(&mut vm.buffer);
    buffer.clear();
    let result = interpolate_into(vm, site, parts, &mut buffer);
    let text = result.map(|()| Value::Dyn(ImmutableString::from(buffer.as_str()).into()));
    if buffer.capacity() <= KEPT_BYTES {
        vm.buffer = buffer;
    }
    text
}

/// A larger buffer is not kept.
const KEPT_BYTES: usize = 4096;

fn interpolate_into(vm: &mut Vm, site: &Site, parts: &mut [Value], buffer: &mut String) -> Result<(), Error> {
    for part in parts {
        match part {
            Value::Int(i) => text::push_int(buffer, *i),
            Value::Bool(b) => buffer.push_str(if *b { "true" } else { "false" }),
            _ => {
                let d = part.dynamic_mut();
                let is_text = d.read_lock::<ImmutableString>().map(|piece| buffer.push_str(&piece)).is_some();
                if !is_text {
                    buffer.push_str(&natives::text_of(vm, site, d)?);
                }
            }
        }
        vm.text_is_made(buffer.len()).map_err(|e| at(e, site.position))?;
        *part = Value::Unit;
    }
    Ok(())
}
