//! Method calls: what `target.name(…)` turns out to be, and running it with the target lent.

use super::super::operators::{data_race, mismatch};
use super::super::routine::RoutineState;
use super::super::{Error, Machine, Place};
use super::callback::start_routine;
use super::named::{call_native_method, temporary_site};
use super::pointer::{call_other, call_pointer, curried, find_script};
use super::{absolute, depth_left, enter, give_back, keep, wait, Args, Context, Flow};
use crate::bytecode::Reg;
use crate::program::{Program, Site};
use crate::value::{is_lent, lent, Value};
use crate::Vm;
use rhai::{Dynamic, EvalAltResult, FnPtr};

/// What a method call turned out to be.
pub(in crate::machine) enum MethodCall {
    /// A native, to be called in place.
    Native,
    /// A value that needs no call.
    Value(Value),
    /// Script function, `this` bound.
    Script { function: u16, args: Args },
    /// Function pointer; `bound`: the target is its `this`.
    Pointer { pointer: FnPtr, args: Args, bound: bool, site: u32 },
    /// Host function; the target is its first argument.
    Host { function: u32, args: Args, site: u32 },
    /// A native's callback loop over the target.
    Routine { state: Box<RoutineState> },
}
/// Finds out what `target.name(arguments)` is. Arguments leave their registers unless it is a native.
pub(in crate::machine) fn resolve_method(
    vm: &mut Vm,
    program: &Program,
    index: usize,
    target: &Dynamic,
    regs: &mut [Value],
    base: Reg,
) -> Result<MethodCall, Error> {
    let site = &program.sites[index];
    let first = usize::from(base);
    let argc = usize::from(site.argc);
    let args = &mut regs[first..first + argc];
    match &*site.name {
        "call" => return resolve_call(vm, index, site, target, args),
        "curry" => return curry_method(vm, site, target, args).map(MethodCall::Value),
        _ => {}
    }
    if let Ok(map) = target.as_map_ref() {
        if let Some(pointer) = map.get(site.name.as_str()).and_then(|v| v.read_lock::<FnPtr>().map(|p| p.clone())) {
            let args = args.iter_mut().map(Value::take).collect();
            return Ok(MethodCall::Pointer {
                pointer,
                args,
                bound: true,
                site: index as u32,
            });
        }
    }
    let typed = site
        .meaning
        .typed
        .then(|| program.find_typed(vm.engine.map_type_name(target.type_name()), &site.name, argc))
        .flatten();
    if let Some(function) = typed.or(site.meaning.method) {
        return Ok(MethodCall::Script {
            function,
            args: args.iter_mut().map(Value::take).collect(),
        });
    }
    if let Some(function) = site.meaning.host {
        let mut list = Args::new();
        list.push(Value::from(target.clone()));
        list.extend(args.iter_mut().map(Value::take));
        return Ok(MethodCall::Host {
            function,
            args: list,
            site: index as u32,
        });
    }
    if let Some(kind) = site.meaning.routine.filter(|k| k.applies_to(target, args)) {
        let args = args.iter_mut().map(Value::take_dynamic).collect();
        return Ok(MethodCall::Routine {
            state: RoutineState::new(kind, args, site.position)?,
        });
    }
    Ok(MethodCall::Native)
}

/// `pointer.call(…)`, or `value.call(pointer, …)` with `this`.
pub(super) fn resolve_call(vm: &Vm, index: usize, site: &Site, target: &Dynamic, args: &mut [Value]) -> Result<MethodCall, Error> {
    if let Some(pointer) = target.read_lock::<FnPtr>() {
        let args = args.iter_mut().map(Value::take).collect();
        return Ok(MethodCall::Pointer {
            pointer: pointer.clone(),
            args,
            bound: false,
            site: index as u32,
        });
    }
    let pointer_type = std::any::type_name::<FnPtr>();
    let [first, rest @ ..] = args else {
        return Err(mismatch(vm, pointer_type, vm.engine.map_type_name(target.type_name()), site.position));
    };
    match first.take_dynamic().try_cast_result::<FnPtr>() {
        Ok(pointer) => Ok(MethodCall::Pointer {
            pointer,
            args: rest.iter_mut().map(Value::take).collect(),
            bound: true,
            site: index as u32,
        }),
        Err(other) => Err(mismatch(
            vm,
            pointer_type,
            vm.engine.map_type_name(other.type_name()),
            site.argument_position,
        )),
    }
}

pub(super) fn curry_method(vm: &Vm, site: &Site, target: &Dynamic, args: &mut [Value]) -> Result<Value, Error> {
    let Some(mut pointer) = target.read_lock::<FnPtr>().map(|p| p.clone()) else {
        return Err(mismatch(
            vm,
            std::any::type_name::<FnPtr>(),
            vm.engine.map_type_name(target.type_name()),
            site.position,
        ));
    };
    for value in args {
        pointer.add_curry(value.take_dynamic());
    }
    Ok(Value::Dyn(pointer.into()))
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
    let regs = m.registers(program);
    // The target is out of its register while the call holds the others.
    let mut taken: Dynamic = regs[usize::from(target)].take_dynamic();
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

/// Refuses what rhai refuses before a callee gets the target: changing a constant, and a callback that captured the
/// very variable it is called on.
pub(super) fn may_lend(site: &Site, call: &MethodCall, target: &Dynamic) -> Result<(), Error> {
    if let MethodCall::Routine { state } = call {
        if target.is_read_only() && !state.kind.is_pure() {
            return Err(EvalAltResult::ErrorNonPureMethodCallOnConstant(site.name.to_string(), site.position).into());
        }
    }
    if !target.is_shared() {
        return Ok(());
    }
    let mut held = target.clone();
    let guard = held.write_lock::<Dynamic>();
    let is_locked = |v: &Value| matches!(v, Value::Dyn(d) if d.is_locked());
    let (locked, name) = match call {
        MethodCall::Routine { state } => (state.pointer().curry().iter().any(Dynamic::is_locked).then_some(0), site.name.as_str()),
        MethodCall::Pointer { pointer, bound: true, .. } => (pointer.curry().iter().position(Dynamic::is_locked), pointer.fn_name()),
        MethodCall::Script { args, .. } => (args.iter().position(is_locked), site.name.as_str()),
        _ => (None, ""),
    };
    drop(guard);
    match locked {
        Some(n) => Err(EvalAltResult::ErrorDataRace(format!("argument #{} of function '{name}'", n + 1), site.position).into()),
        None => Ok(()),
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
        resolve_method(cx.vm, program, site, target, regs, base)?
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
    let program = cx.program;
    match call {
        MethodCall::Script { function, args } => bound_call(m, cx, function, args, target, place, dst),
        MethodCall::Routine { state } => start_routine(m, cx, state, target, place, dst),
        MethodCall::Host { function, args, site } => {
            give_back(m, cx.vm, cx.program, place, target);
            let dst = absolute(m, dst);
            Ok(wait(m, program, function, site, args, dst))
        }
        MethodCall::Pointer { pointer, args, bound, site } if bound => match find_script(program, &pointer, args.len()) {
            Some(function) => {
                let args = curried(&pointer, args);
                bound_call(m, cx, function, args, target, place, dst)
            }
            None => bound_native(m, cx, &pointer, (curried(&pointer, args), site), target, place, dst),
        },
        MethodCall::Pointer { pointer, args, site, .. } => {
            give_back(m, cx.vm, cx.program, place, target);
            call_pointer(m, cx, &pointer, args, site, dst)
        }
        MethodCall::Native | MethodCall::Value(_) => {
            give_back(m, cx.vm, cx.program, place, target);
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
        args.insert(0, Value::from(target.clone()));
        give_back(m, cx.vm, cx.program, place, target);
        return call_other(m, cx, pointer, args, site, dst);
    }
    let native = temporary_site(pointer.fn_name(), args.len(), program.sites[site as usize].position);
    let result = call_native_method(cx.vm, &native, &mut target, &mut args);
    give_back(m, cx.vm, cx.program, place, target);
    m.set_register(program, dst, Value::from(result?));
    Ok(Flow::Next)
}

/// A script function with `this`; one that does not use it leaves the target where it was.
pub(super) fn bound_call(
    m: &mut Machine,
    cx: &mut Context<'_>,
    function: u16,
    args: Args,
    target: Dynamic,
    place: Place,
    dst: Reg,
) -> Result<Flow, Error> {
    let program = cx.program;
    if program.functions[usize::from(function)].this.is_none() {
        give_back(m, cx.vm, cx.program, place, target);
        return enter(m, cx, function, args, None, Place::None, dst);
    }
    if let Err(error) = depth_left(m, cx.meter, m.position()) {
        give_back(m, cx.vm, cx.program, place, target);
        return Err(error);
    }
    enter(m, cx, function, args, Some(keep(target)), place, dst)
}
