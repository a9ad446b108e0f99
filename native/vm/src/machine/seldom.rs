//! Instructions that no loop is made of: names that exist at run time, modules, `eval`, pointers, literals of containers.
//!
//! They stand apart to keep the loop's own function small: a browser compiles it as a whole before the first script runs.
//! The loop has written everything back when it calls, and reads everything anew afterwards.

use super::invoke::{self, Context, Flow};
use super::operators::mismatch;
use super::{iterate, origin, Code, Error, Machine, Place};
use crate::bytecode::{Op, Reg};
use crate::program::{Function, Program, Site};
use crate::value::Value;
use crate::Vm;
use rhai::{Array, Dynamic, EvalAltResult, ImmutableString, Map};

/// Runs the instruction at `place` of `function`.
#[inline(never)]
pub(super) fn run(m: &mut Machine, cx: &mut Context<'_>, (function, place): (&Function, usize), op: Op) -> Result<Flow, Error> {
    let program = cx.program;
    let site = function.site(place);
    let position = function.positions[place];
    let described = || &program.sites[site];
    match op {
        Op::LoadNamed(d, a) => load_named(m, cx, described(), d, a)?,
        Op::Lend(d, a) => m.lend_named(described(), a, d)?,
        Op::GiveBack => m.give_back_named(),
        Op::Declare(a, depth) => {
            let value = register(m, a).take();
            m.declare_named(described(), value, depth);
        }
        Op::Export(a) => m.export(&program.sites[site], &program.sites[site + 1], a)?,
        Op::ModuleVariable(d, n) => {
            let value = m.module_variable(&program.namespaces[usize::from(n)], described())?;
            *register(m, d) = Value::Dyn(value);
        }
        Op::CallModule(at, d, n) => {
            cx.meter.fuel -= 1;
            return invoke::call_module(m, cx, site, n, at, d);
        }
        Op::CallHome(index, at, dst) => return call_home(m, cx, index, at, dst),
        Op::CallPtr(target, at, dst) => {
            cx.meter.fuel -= 1;
            return invoke::pointer_in_register(m, cx, site, target, at, dst);
        }
        Op::Eval(d, a) => return invoke::eval(m, cx, site, a, d),
        Op::CallInside(d, at) => return invoke::call_inside(m, cx, site, at, d),
        Op::IsDefined(d, a) => {
            let name = register(m, a).read_dynamic().into_immutable_string();
            let name = name.map_err(|t| mismatch(cx.vm, std::any::type_name::<ImmutableString>(), t, position))?;
            let found = m.is_defined(&name);
            *register(m, d) = Value::Bool(found);
        }
        Op::LoadGlobal(d) => load_global(m, cx, described(), d)?,
        Op::StoreGlobal(a) => store_global(m, cx, described(), a)?,
        Op::Freeze(a) => {
            let a = register(m, a);
            *a = Value::Dyn(a.take_dynamic().into_read_only());
        }
        Op::Curry(d, at, n) => {
            let value = invoke::curry(cx.vm, described(), registers(m, at, n.into()))?;
            *register(m, d) = value;
        }
        Op::MakeFn(d, a) => {
            let value = invoke::make_pointer(cx.vm, Program::home(program), described(), register(m, a))?;
            *register(m, d) = value;
        }
        Op::Array(d, at, n) => {
            let value = array(cx.vm, registers(m, at, n.into()))?;
            *register(m, d) = value;
        }
        Op::Map(d, at, _) => {
            let keys = &program.shape_keys[site];
            let value = map(cx.vm, keys, registers(m, at, keys.len()))?;
            *register(m, d) = value;
        }
        Op::IterInit(a) => {
            let source = register(m, a).take_dynamic().flatten();
            let iterator = iterate::open(cx.vm, source, position)?;
            m.iterators.push(iterator);
        }
        _ => unreachable!("an instruction of the loop"),
    }
    Ok(Flow::Next)
}

fn register(m: &mut Machine, register: Reg) -> &mut Value {
    &mut m.registers()[usize::from(register)]
}

fn registers(m: &mut Machine, at: Reg, count: usize) -> &mut [Value] {
    let first = usize::from(at);
    &mut m.registers()[first..first + count]
}

fn load_named(m: &mut Machine, cx: &mut Context<'_>, site: &Site, d: Reg, a: Reg) -> Result<(), Error> {
    let value = match m.named_value(cx.vm, site, a)? {
        Some(value) => value,
        None if site.meaning.function.is_some() => Value::Dyn(origin::pointer(&site.name, Program::home(cx.program))?.into()),
        None => return Err(unknown(site)),
    };
    *register(m, d) = value;
    Ok(())
}

pub(super) fn unknown(site: &Site) -> Error {
    EvalAltResult::ErrorVariableNotFound(site.name.to_string(), site.position).into()
}

/// `global::NAME`: what this run has made of it, else what it was given.
fn load_global(m: &mut Machine, cx: &mut Context<'_>, site: &Site, d: Reg) -> Result<(), Error> {
    let made = m.extra.as_ref().map_or(&[][..], |e| &e.constants);
    let made = made.iter().find(|(u, n, _)| *u == cx.unit.home && *n == site.name);
    let found = made.map(|(_, _, value)| value).or_else(|| m.given_constant(cx.unit.home, &site.name));
    let Some(value) = found else {
        return Err(EvalAltResult::ErrorVariableNotFound(format!("global::{}", site.name), site.position).into());
    };
    let value = cx.vm.ledger.copy(value)?;
    *register(m, d) = Value::from(value);
    Ok(())
}

fn store_global(m: &mut Machine, cx: &mut Context<'_>, site: &Site, a: Reg) -> Result<(), Error> {
    let value = cx.vm.ledger.read_dynamic(register(m, a))?;
    let constants = &mut m.extra.get_or_insert_with(Box::default).constants;
    constants.retain(|(u, n, _)| *u != cx.unit.home || *n != site.name);
    constants.push((cx.unit.home, site.name.clone(), value));
    Ok(())
}

/// A function of the program that the code in progress runs inside of.
fn call_home(m: &mut Machine, cx: &mut Context<'_>, index: u16, at: Reg, dst: Reg) -> Result<Flow, Error> {
    cx.meter.fuel -= 1;
    let code = Code {
        unit: cx.unit.home,
        function: index,
    };
    let argc = Program::home(cx.program).functions[usize::from(index)].parameters;
    let args = registers(m, at, argc.into()).iter_mut().map(Value::take).collect();
    invoke::enter(m, cx, code, args, None, Place::None, dst)
}

fn array(vm: &mut Vm, items: &mut [Value]) -> Result<Value, Error> {
    for item in items.iter() {
        vm.ledger.store_value(item, 0)?;
    }
    let array: Array = items.iter_mut().map(Value::take_dynamic).collect();
    vm.limits.check_array(array.len())?;
    Ok(Value::Dyn(array.into()))
}

fn map(vm: &mut Vm, keys: &[ImmutableString], items: &mut [Value]) -> Result<Value, Error> {
    for item in items.iter() {
        vm.ledger.store_value(item, 0)?;
    }
    let map: Map = keys.iter().zip(items).map(|(k, v)| (k.as_str().into(), v.take_dynamic())).collect();
    vm.limits.check_map(map.len())?;
    Ok(Value::Dyn(Dynamic::from_map(map)))
}
