//! What `target.name(…)` is, in rhai's order: words, closures in maps, the script's methods, the host, natives; and
//! what is refused before a callee gets the target.

use super::super::member::method_arguments;
use super::super::modules::foreign_method;
use super::super::operators::mismatch;
use super::super::origin::name_of;
use super::super::routine::RoutineState;
use super::super::{Code, Error};
use super::method::MethodCall;
use super::Args;
use crate::bytecode::Reg;
use crate::host_object::{HostObject, CALL_MEMBER};
use crate::program::{Program, Site};
use crate::value::Value;
use crate::Vm;
use rhai::{Dynamic, EvalAltResult, FnPtr, ImmutableString};

/// Finds out what `target.name(arguments)` is. Arguments leave their registers unless it is a native.
pub(in crate::machine) fn resolve_method(
    vm: &mut Vm,
    program: &Program,
    home: u32,
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
        .then(|| match target.read_lock::<HostObject>() {
            Some(object) => program.find_typed(&object.class().name, &site.name, argc),
            None => program.find_typed(vm.engine.map_type_name(target.type_name()), &site.name, argc),
        })
        .flatten();
    if let Some(function) = typed.or(site.meaning.method) {
        return Ok(MethodCall::Script {
            code: Code { unit: home, function },
            args: args.iter_mut().map(Value::take).collect(),
        });
    }
    if let Some(args) = method_arguments(site, target, args) {
        return Ok(MethodCall::Host {
            function: CALL_MEMBER,
            args,
            site: index as u32,
        });
    }
    if let Some(function) = site.meaning.host {
        let mut list = Args::new();
        list.push(Value::from(vm.ledger.copy(target)?));
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
    if let Some(code) = foreign_method(
        vm.foreign_methods.as_deref(),
        vm.engine.map_type_name(target.type_name()),
        &site.name,
        argc,
    ) {
        let args = args.iter_mut().map(Value::take).collect();
        return Ok(MethodCall::Script { code, args });
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

pub(super) fn curry_method(vm: &mut Vm, site: &Site, target: &Dynamic, args: &mut [Value]) -> Result<Value, Error> {
    let Ok(mut pointer) = vm.ledger.copy(target)?.try_cast_result::<FnPtr>() else {
        return Err(mismatch(
            vm,
            std::any::type_name::<FnPtr>(),
            vm.engine.map_type_name(target.type_name()),
            site.position,
        ));
    };
    vm.ledger.charge(pointer.curry().len())?;
    for value in args {
        vm.ledger.store_value(value, 0)?;
        pointer.add_curry(value.take_dynamic());
    }
    Ok(Value::Dyn(pointer.into()))
}

/// A callback loop that changes its container, on a constant.
pub(in crate::machine) fn refuse_constant(site: &Site, call: &MethodCall, target: &Dynamic) -> Result<(), Error> {
    match call {
        MethodCall::Routine { state } if target.is_read_only() && !state.kind.is_pure() => {
            Err(EvalAltResult::ErrorNonPureMethodCallOnConstant(site.name.to_string(), site.position).into())
        }
        _ => Ok(()),
    }
}

/// Refuses what rhai refuses before a callee gets the target: changing a constant, and a callback that captured the
/// very variable it is called on.
pub(in crate::machine) fn may_lend(site: &Site, call: &MethodCall, target: &Dynamic) -> Result<(), Error> {
    refuse_constant(site, call, target)?;
    if !target.is_shared() {
        return Ok(());
    }
    let mut held = target.clone();
    let guard = held.write_lock::<Dynamic>();
    let is_locked = |v: &Value| matches!(v, Value::Dyn(d) if d.is_locked());
    let (locked, name) = match call {
        MethodCall::Routine { state } => (state.pointer().curry().iter().any(Dynamic::is_locked).then_some(0), site.name.clone()),
        MethodCall::Pointer { pointer, bound: true, .. } if &*site.name == "call" => {
            (pointer.curry().iter().position(Dynamic::is_locked), name_of(pointer))
        }
        MethodCall::Script { args, .. } => (args.iter().position(is_locked), site.name.clone()),
        _ => (None, ImmutableString::new()),
    };
    drop(guard);
    match locked {
        Some(n) => Err(EvalAltResult::ErrorDataRace(format!("argument #{} of function '{name}'", n + 1), site.position).into()),
        None => Ok(()),
    }
}
