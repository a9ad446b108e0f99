//! Natives by name, from registers; and the functions that only the machine can answer.

use super::super::routine::RoutineState;
use super::super::{Error, Machine, Place};
use super::callback::start_routine;
use super::method::method;
use super::{reflection, Args, Context, Flow};
use crate::bytecode::Reg;
use crate::program::{Meaning, Site};
use crate::value::Value;
use crate::Vm;
use rhai::{Dynamic, Position};
use smallvec::SmallVec;

/// Calls a native with a target (or none) and arguments from registers, which are left empty.
pub(in crate::machine) fn call_native_method(vm: &mut Vm, site: &Site, target: &mut Dynamic, args: &mut [Value]) -> Result<Dynamic, Error> {
    let mut list: SmallVec<[&mut Dynamic; 6]> = SmallVec::new();
    list.push(target);
    list.extend(args.iter_mut().map(Value::dynamic_mut));
    let result = vm.call_native(site, &mut list, true);
    drop(list);
    args.fill(Value::Unit);
    result
}

pub(super) fn call_native_function(vm: &mut Vm, site: &Site, args: &mut [Value]) -> Result<Dynamic, Error> {
    let mut list: SmallVec<[&mut Dynamic; 6]> = args.iter_mut().map(Value::dynamic_mut).collect();
    let result = vm.call_native(site, &mut list, false);
    drop(list);
    args.fill(Value::Unit);
    result
}

pub(super) fn call_native_by_name(vm: &mut Vm, name: &str, args: &mut [Value], position: Position) -> Result<Dynamic, Error> {
    call_native_function(vm, &temporary_site(name, args.len(), position), args)
}

/// A call site for a name known only now.
pub(super) fn temporary_site(name: &str, argc: usize, position: Position) -> Site {
    Site::new(name.into(), argc, Meaning::default(), position)
}

/// `name(arguments)` that is no function of the script: a native, or a callback loop written as a function.
pub(in crate::machine) fn named(
    m: &mut Machine,
    cx: &mut Context<'_>,
    site: usize,
    target: Option<Reg>,
    args: (Reg, u16),
    dst: Reg,
) -> Result<Flow, Error> {
    let program = cx.program;
    let (first, argc) = (usize::from(args.0), usize::from(args.1));
    if let Some(target) = target {
        let regs = m.registers();
        if regs[usize::from(target)].is_shared() || matches!(&regs[usize::from(target)], Value::Dyn(d) if d.is_read_only()) {
            // rhai passes captured variables and constants by value here.
            let mut copy = Value::Dyn(cx.vm.ledger.read_dynamic(&regs[usize::from(target)])?);
            std::mem::swap(&mut copy, &mut regs[usize::from(target)]);
            let result = named(m, cx, site, Some(target), args, dst);
            // A callback loop has taken the copy; the variable itself goes back at once.
            m.restore_caller_register(target, copy);
            return result;
        }
        return method(m, cx, site, target, args.0, dst, true);
    }
    let described = &program.sites[site];
    let list = &mut m.registers()[first..first + argc];
    if described.meaning.reflects {
        let list: Args = list.iter_mut().map(Value::take).collect();
        if let Some(value) = reflection::call(cx.vm, m.unit(cx.unit.home).0, described, &list)? {
            m.set_register(dst, value);
            return Ok(Flow::Next);
        }
        for (register, value) in m.registers()[first..].iter_mut().zip(list) {
            *register = value;
        }
    }
    let list = &mut m.registers()[first..first + argc];
    if let (Some(kind), [target, rest @ ..]) = (described.meaning.routine, &mut *list) {
        if kind.applies(target, rest) {
            let target = target.take_dynamic();
            let rest: SmallVec<[Dynamic; 3]> = rest.iter_mut().map(Value::take_dynamic).collect();
            let state = RoutineState::new(kind, rest, described.position)?;
            return start_routine(m, cx, state, target, Place::None, dst);
        }
    }
    let value = call_native_function(cx.vm, described, list)?;
    m.set_register(dst, Value::from(value));
    Ok(Flow::Next)
}

impl Machine {
    /// Writes a register of the frame that was on top when the call began.
    pub(super) fn restore_caller_register(&mut self, register: Reg, value: Value) {
        let index = self.frames.iter().rposition(|f| f.routine.is_none()).unwrap_or(0);
        let frame = &self.frames[index];
        if register < self.function_of(frame).registers {
            let at = frame.base as usize + usize::from(register);
            self.stack[at] = value;
        }
    }
}
