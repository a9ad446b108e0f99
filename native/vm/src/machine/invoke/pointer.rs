//! Function pointers: finding what they name, calling them, making and currying them.

use super::super::native::at;
use super::super::operators::mismatch;
use super::super::{origin, Error, Machine, Place};
use super::named::call_native_by_name;
use super::{absolute, enter, wait, Args, Context, Flow};
use crate::bytecode::Reg;
use crate::program::{Program, Site};
use crate::value::Value;
use crate::Vm;
use rhai::{FnPtr, ImmutableString};
use std::rc::Rc;

/// Curried arguments go in front, shared ones shared.
pub(super) fn curried(pointer: &FnPtr, args: Args) -> Args {
    if pointer.curry().is_empty() {
        return args;
    }
    pointer.curry().iter().cloned().map(Value::Dyn).chain(args).collect()
}

pub(super) fn call_pointer(m: &mut Machine, cx: &mut Context<'_>, pointer: &FnPtr, args: Args, site: u32, dst: Reg) -> Result<Flow, Error> {
    match m.find_code(cx.vm, cx.unit.home, pointer, args.len()) {
        Some(code) => enter(m, cx, code, curried(pointer, args), None, Place::None, dst),
        None => call_other(m, cx, pointer, curried(pointer, args), site, dst),
    }
}

/// A pointer to a host function or a native.
pub(super) fn call_other(m: &mut Machine, cx: &mut Context<'_>, pointer: &FnPtr, mut args: Args, site: u32, dst: Reg) -> Result<Flow, Error> {
    let program = cx.program;
    if let Some(function) = program.hosts.get(pointer.fn_name()) {
        let dst = absolute(m, dst);
        return Ok(wait(m, function, site, args, dst));
    }
    let position = program.sites[site as usize].position;
    let value = call_native_by_name(cx.vm, &origin::name_of(pointer), &mut args, position)?;
    m.set_register(dst, Value::from(value));
    Ok(Flow::Next)
}

/// `call(pointer, arguments)`.
pub(in crate::machine) fn pointer_in_register(
    m: &mut Machine,
    cx: &mut Context<'_>,
    site: usize,
    target: Reg,
    base: Reg,
    dst: Reg,
) -> Result<Flow, Error> {
    let program = cx.program;
    let described = &program.sites[site];
    let regs = m.registers();
    let first = usize::from(base);
    let args: Args = regs[first..first + usize::from(described.argc)].iter_mut().map(Value::take).collect();
    match cx.vm.ledger.read_dynamic(&regs[usize::from(target)])?.try_cast_result::<FnPtr>() {
        Ok(pointer) => call_pointer(m, cx, &pointer, args, site as u32, dst),
        Err(other) => Err(mismatch(
            cx.vm,
            std::any::type_name::<FnPtr>(),
            cx.vm.engine.map_type_name(other.type_name()),
            described.argument_position,
        )),
    }
}

/// `curry(pointer, values)` over the registers given.
pub(in crate::machine) fn curry(vm: &mut Vm, site: &Site, registers: &mut [Value]) -> Result<Value, Error> {
    let [first, rest @ ..] = registers else { return Ok(Value::Unit) };
    match first.take_dynamic().flatten().try_cast_result::<FnPtr>() {
        Ok(mut pointer) => {
            for value in rest {
                vm.ledger.store_value(value, 0)?;
                pointer.add_curry(value.take_dynamic());
            }
            Ok(Value::Dyn(pointer.into()))
        }
        Err(other) => Err(mismatch(
            vm,
            std::any::type_name::<FnPtr>(),
            vm.engine.map_type_name(other.type_name()),
            site.argument_position,
        )),
    }
}

/// `Fn(name)`: a function of the script's own keeps its program.
pub(in crate::machine) fn make_pointer(vm: &Vm, home: &Rc<Program>, site: &Site, name: &Value) -> Result<Value, Error> {
    let name = name.read_dynamic().into_immutable_string();
    let name: ImmutableString = name.map_err(|t| mismatch(vm, std::any::type_name::<ImmutableString>(), t, site.argument_position))?;
    let pointer = if home.by_name.contains_key(&name) {
        origin::pointer(&name, home)
    } else {
        FnPtr::new(name)
    };
    pointer.map(|p| Value::Dyn(p.into())).map_err(|e| at(e, site.argument_position))
}
