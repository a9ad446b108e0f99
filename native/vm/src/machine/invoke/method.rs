//! Method calls: what `target.name(…)` turns out to be, and running it with the target lent.

use super::super::operators::data_race;
use super::super::routine::RoutineState;
use super::super::{Code, Error, Machine, Place};
use super::callback::start_routine;
use super::named::{call_native_method, temporary_site};
use super::pointer::{call_other, call_pointer, curried};
use super::resolve::{may_lend, resolve_method};
use super::{absolute, depth_left, enter, give_back, keep, wait, Args, Context, Flow};
use crate::bytecode::Reg;
use crate::value::{is_lent, lent, Value};
use rhai::{Dynamic, FnPtr};

/// What a method call turned out to be.
pub(in crate::machine) enum MethodCall {
    /// A native, to be called in place.
    Native,
    /// A value that needs no call.
    Value(Value),
    /// Script function, `this` bound.
    Script { code: Code, args: Args },
    /// Function pointer; `bound`: the target is its `this`.
    Pointer { pointer: FnPtr, args: Args, bound: bool, site: u32 },
    /// Host function; the target is its first argument.
    Host { function: u32, args: Args, site: u32 },
    /// A native's callback loop over the target.
    Routine { state: Box<RoutineState> },
}
/// `target.method(arguments)` on one register. `function_style`: written `method(target, …)`.
pub(in crate::machine) fn method(
    m: &mut Machine,
    cx: &mut Context<'_>,
    site: usize,
    target: Reg,
    base: Reg,
    dst: Reg,
    function_style: bool,
) -> Result<Flow, Error> {
    let program = cx.program;
    let described = &program.sites[site];
    let outer = m.outer(target);
    let regs = m.registers();
    // The target is out of its register while the call holds the others.
    let mut taken: Dynamic = regs[usize::from(target)].take_dynamic();
    cx.vm.ledger.level = u32::from(outer);
    let outcome = on_target(cx, site, &mut taken, regs, base, function_style);
    match outcome {
        Ok((MethodCall::Native, value)) => {
            regs[usize::from(target)] = keep(taken);
            regs[usize::from(dst)] = value;
            Ok(Flow::Next)
        }
        Ok((MethodCall::Value(value), _)) => {
            regs[usize::from(target)] = keep(taken);
            regs[usize::from(dst)] = value;
            Ok(Flow::Next)
        }
        Ok((call, _)) => {
            if let Err(error) = may_lend(described, &call, &taken) {
                regs[usize::from(target)] = keep(taken);
                return Err(error);
            }
            let lent_value = if taken.is_shared() {
                let Some(mut cell) = taken.write_lock::<Dynamic>() else {
                    return Err(data_race(described.position));
                };
                let value = std::mem::replace(&mut *cell, lent());
                drop(cell);
                regs[usize::from(target)] = Value::Dyn(taken);
                value
            } else {
                taken
            };
            call_method(m, cx, call, lent_value, Place::Variable(target), dst)
        }
        Err(error) => {
            regs[usize::from(target)] = keep(taken);
            Err(error)
        }
    }
}

/// Resolves the call and, when it is native, makes it.
pub(super) fn on_target(
    cx: &mut Context<'_>,
    site: usize,
    target: &mut Dynamic,
    regs: &mut [Value],
    base: Reg,
    function_style: bool,
) -> Result<(MethodCall, Value), Error> {
    let program = cx.program;
    let described = &program.sites[site];
    if target.is_shared() {
        if &*described.name == "is_shared" && described.argc == 0 {
            return Ok((MethodCall::Native, Value::Bool(true)));
        }
        let mut inner = target.write_lock::<Dynamic>().ok_or_else(|| data_race(described.position))?;
        if is_lent(&inner) {
            return Err(data_race(described.position));
        }
        return on_target(cx, site, &mut inner, regs, base, function_style);
    }
    let first = usize::from(base);
    let argc = usize::from(described.argc);
    let call = if function_style {
        match described.meaning.routine.filter(|k| k.applies_to(target, &regs[first..first + argc])) {
            Some(kind) => {
                let args = regs[first..first + argc].iter_mut().map(Value::take_dynamic).collect();
                MethodCall::Routine {
                    state: RoutineState::new(kind, args, described.position)?,
                }
            }
            None => MethodCall::Native,
        }
    } else {
        resolve_method(cx.vm, program, cx.unit.home, site, target, regs, base)?
    };
    match call {
        MethodCall::Native => {
            let value = call_native_method(cx.vm, described, target, &mut regs[first..first + argc])?;
            Ok((MethodCall::Native, Value::from(value)))
        }
        other => Ok((other, Value::Unit)),
    }
}

/// Runs a resolved method call. `target` was moved out of `place`.
pub(in crate::machine) fn call_method(
    m: &mut Machine,
    cx: &mut Context<'_>,
    call: MethodCall,
    target: Dynamic,
    place: Place,
    dst: Reg,
) -> Result<Flow, Error> {
    match call {
        MethodCall::Script { code, args } => bound_call(m, cx, code, args, target, place, dst),
        MethodCall::Routine { state } => start_routine(m, cx, state, target, place, dst),
        MethodCall::Host { function, args, site } => {
            give_back(m, cx.vm, place, target);
            let dst = absolute(m, dst);
            Ok(wait(m, function, site, args, dst))
        }
        MethodCall::Pointer { pointer, args, bound, site } if bound => match m.find_code(cx.vm, cx.unit.home, &pointer, args.len()) {
            Some(code) => {
                let args = curried(&pointer, args);
                bound_call(m, cx, code, args, target, place, dst)
            }
            None => bound_native(m, cx, &pointer, (curried(&pointer, args), site), target, place, dst),
        },
        MethodCall::Pointer { pointer, args, site, .. } => {
            give_back(m, cx.vm, place, target);
            call_pointer(m, cx, &pointer, args, site, dst)
        }
        MethodCall::Native | MethodCall::Value(_) => {
            give_back(m, cx.vm, place, target);
            Ok(Flow::Next)
        }
    }
}

/// A native or a host function with a target in front; a native may change it in place.
pub(super) fn bound_native(
    m: &mut Machine,
    cx: &mut Context<'_>,
    pointer: &FnPtr,
    args: (Args, u32),
    target: Dynamic,
    place: Place,
    dst: Reg,
) -> Result<Flow, Error> {
    let ((mut args, site), mut target) = (args, target);
    let program = cx.program;
    if program.hosts.get(pointer.fn_name()).is_some() {
        args.insert(0, Value::from(cx.vm.ledger.copy(&target)?));
        give_back(m, cx.vm, place, target);
        return call_other(m, cx, pointer, args, site, dst);
    }
    let native = temporary_site(pointer.fn_name(), args.len(), program.sites[site as usize].position);
    let result = call_native_method(cx.vm, &native, &mut target, &mut args);
    give_back(m, cx.vm, place, target);
    m.set_register(dst, Value::from(result?));
    Ok(Flow::Next)
}

/// A script function with `this`; one that does not use it leaves the target where it was.
pub(super) fn bound_call(
    m: &mut Machine,
    cx: &mut Context<'_>,
    code: Code,
    args: Args,
    target: Dynamic,
    place: Place,
    dst: Reg,
) -> Result<Flow, Error> {
    if m.unit(code.unit).0.functions[usize::from(code.function)].this.is_none() {
        give_back(m, cx.vm, place, target);
        return enter(m, cx, code, args, None, Place::None, dst);
    }
    if let Err(error) = depth_left(m, cx.meter, m.position()) {
        give_back(m, cx.vm, place, target);
        return Err(error);
    }
    enter(m, cx, code, args, Some(keep(target)), place, dst)
}
