//! Natives by name, from registers; and the functions that only the machine can answer.

use super::super::native::SiteCache;
use super::super::operators::mismatch;
use super::super::routine::RoutineState;
use super::super::{Error, Machine, Place};
use super::callback::start_routine;
use super::method::method;
use super::{Context, Flow};
use crate::bytecode::Reg;
use crate::program::{Meaning, Program, Site};
use crate::value::Value;
use crate::Vm;
use rhai::{Dynamic, EvalAltResult, ImmutableString, Position};
use smallvec::SmallVec;
use std::cell::RefCell;

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
    let cache = RefCell::new(SiteCache::default());
    Site {
        name: name.into(),
        argc: argc as u16,
        meaning: Meaning::default(),
        position,
        argument_position: position,
        cache,
    }
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
            let mut copy = Value::Dyn(regs[usize::from(target)].read_dynamic());
            std::mem::swap(&mut copy, &mut regs[usize::from(target)]);
            let result = named(m, cx, site, Some(target), args, dst);
            // A callback loop has taken the copy; the variable itself goes back at once.
            m.restore_caller_register(target, copy);
            return result;
        }
        return method(m, cx, site, target, args.0, dst, true);
    }
    let described = &program.sites[site];
    let regs = m.registers();
    let list = &mut regs[first..first + argc];
    if &*described.name == "is_def_fn" && matches!(argc, 2 | 3) {
        let list = std::mem::take(&mut list.iter_mut().map(Value::take).collect::<SmallVec<[Value; 4]>>());
        let value = is_defined(cx.vm, m.unit(cx.unit.home).0, &list, described.position)?;
        m.set_register(dst, value);
        return Ok(Flow::Next);
    }
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

pub(super) fn is_defined(vm: &Vm, program: &Program, args: &[Value], position: Position) -> Result<Value, Error> {
    let text = |v: &Value| match v {
        Value::Dyn(d) => d
            .as_immutable_string_ref()
            .map(|s| s.clone())
            .map_err(|t| mismatch(vm, std::any::type_name::<ImmutableString>(), t, position)),
        other => Err(mismatch(vm, std::any::type_name::<ImmutableString>(), other.type_name(), position)),
    };
    let count = |v: &Value| v.int().ok_or_else(|| mismatch(vm, "i64", v.type_name(), position));
    let found = match args {
        [name, n] => {
            let name = text(name)?;
            usize::try_from(count(n)?).is_ok_and(|n| program.find(&name, n).is_some())
        }
        [this, name, n] => {
            let (this, name) = (text(this)?, text(name)?);
            usize::try_from(count(n)?).is_ok_and(|n| program.find_typed(&this, &name, n).is_some())
        }
        _ => return Err(EvalAltResult::ErrorFunctionNotFound("is_def_fn".into(), position).into()),
    };
    Ok(Value::Bool(found))
}
