//! Calls that the loop cannot make by itself: natives by name, methods, function pointers, callback loops.
//!
//! A call of script code only pushes a frame; a call of the host only sets the machine's state; so every caller gets
//! a [`Flow`] and lets the loop go on from the machine's frames.

use super::native::{at, SiteCache};
use super::operators::{data_race, mismatch};
use super::routine::{Ask, Callee, RoutineState};
use super::{path, Error, Frame, Machine, Place, State, Target};
use crate::bytecode::Reg;
use crate::program::{Meaning, Program, Site};
use crate::value::{is_lent, lent, Value};
use crate::{Meter, Vm};
use rhai::{Dynamic, EvalAltResult, FnPtr, ImmutableString, Position};
use smallvec::SmallVec;
use std::cell::RefCell;

/// Arguments on their way to a callee.
pub(super) type Args = SmallVec<[Value; 4]>;

/// What a call did.
pub(super) enum Flow {
    /// The value is in its register.
    Next,
    /// A frame was pushed (or popped).
    Entered,
    /// The machine waits for the host.
    Suspended,
    /// The slice is used up; the routine on top goes on later.
    OutOfFuel,
}

/// What a method call turned out to be.
pub(super) enum MethodCall {
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

/// Makes room for registers up to `end`: exactly while small, so that a waiting fiber is small.
#[cold]
pub(super) fn grow(stack: &mut Vec<Value>, end: usize) {
    if stack.capacity() < end {
        let more = if end < 64 { end - stack.len() } else { end };
        stack.reserve_exact(more);
    }
    stack.resize(end, Value::Unit);
}

impl Machine {
    /// Registers of the frame on top.
    pub(super) fn registers(&mut self, program: &Program) -> &mut [Value] {
        let Some(frame) = self.frames.last() else { return &mut [] };
        let base = frame.base as usize;
        let end = base + usize::from(program.functions[usize::from(frame.function)].registers);
        &mut self.stack[base..end]
    }

    /// The instruction in progress runs again when the callee has returned.
    pub(super) fn repeat_instruction(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.pc -= 1;
        }
    }

    /// First free register above the frame on top.
    fn top(&self, program: &Program) -> usize {
        self.frames.last().map_or(0, |f| {
            f.base as usize
                + if f.routine.is_some() {
                    0
                } else {
                    usize::from(program.functions[usize::from(f.function)].registers)
                }
        })
    }

    fn set_register(&mut self, program: &Program, dst: Reg, value: Value) {
        if let Some(register) = self.registers(program).get_mut(usize::from(dst)) {
            *register = value;
        }
    }
}

fn depth_left(m: &Machine, meter: &Meter, position: Position) -> Result<(), Error> {
    let limit = meter.limits.max_call_depth as usize;
    if limit > 0 && m.frames.len() >= limit {
        return Err(EvalAltResult::ErrorStackOverflow(position).into());
    }
    Ok(())
}

/// Pushes a frame of script function `index` above the one on top.
fn enter(
    m: &mut Machine,
    program: &Program,
    meter: &Meter,
    index: u16,
    args: Args,
    this: Option<Value>,
    place: Place,
    dst: Reg,
) -> Result<Flow, Error> {
    depth_left(m, meter, m.position())?;
    let callee = &program.functions[usize::from(index)];
    let base = m.top(program);
    let end = base + usize::from(callee.registers);
    if m.stack.len() < end {
        grow(&mut m.stack, end);
    }
    for (register, value) in m.stack[base..].iter_mut().zip(args) {
        *register = value;
    }
    if let Some(register) = callee.this {
        m.stack[base + usize::from(register)] = this.unwrap_or(Value::Unbound);
    }
    m.frames.push(Frame {
        pc: 0,
        base: base as u32,
        function: index,
        dst,
        place,
        routine: None,
    });
    Ok(Flow::Entered)
}

/// Stops for host function `function`.
fn wait(m: &mut Machine, program: &Program, function: u32, site: u32, args: Args, dst: Target) -> Flow {
    let first = m.top(program);
    let end = first + args.len();
    if m.stack.len() < end {
        grow(&mut m.stack, end);
    }
    let argc = args.len() as u16;
    for (register, value) in m.stack[first..].iter_mut().zip(args) {
        *register = value;
    }
    m.state = State::Waiting {
        function,
        site,
        first: first as u32,
        argc,
        dst,
    };
    Flow::Suspended
}

fn absolute(m: &Machine, dst: Reg) -> Target {
    Target::Register(m.frames.last().map_or(0, |f| f.base) + u32::from(dst))
}

// ---------------------------------------------------------------- natives

/// Calls a native with a target (or none) and arguments from registers, which are left empty.
pub(super) fn call_native_method(vm: &mut Vm, site: &Site, target: &mut Dynamic, args: &mut [Value]) -> Result<Dynamic, Error> {
    let mut list: SmallVec<[&mut Dynamic; 6]> = SmallVec::new();
    list.push(target);
    list.extend(args.iter_mut().map(Value::dynamic_mut));
    let result = vm.call_native(site, &mut list, true);
    drop(list);
    args.fill(Value::Unit);
    result
}

fn call_native_function(vm: &mut Vm, site: &Site, args: &mut [Value]) -> Result<Dynamic, Error> {
    let mut list: SmallVec<[&mut Dynamic; 6]> = args.iter_mut().map(Value::dynamic_mut).collect();
    let result = vm.call_native(site, &mut list, false);
    drop(list);
    args.fill(Value::Unit);
    result
}

fn call_native_by_name(vm: &mut Vm, name: &str, args: &mut [Value], position: Position) -> Result<Dynamic, Error> {
    call_native_function(vm, &temporary_site(name, args.len(), position), args)
}

/// A call site for a name known only now.
fn temporary_site(name: &str, argc: usize, position: Position) -> Site {
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
pub(super) fn named(
    m: &mut Machine,
    vm: &mut Vm,
    program: &Program,
    meter: &mut Meter,
    site: usize,
    target: Option<Reg>,
    args: (Reg, u16),
    dst: Reg,
) -> Result<Flow, Error> {
    let (first, argc) = (usize::from(args.0), usize::from(args.1));
    if let Some(target) = target {
        let regs = m.registers(program);
        if regs[usize::from(target)].is_shared() || matches!(&regs[usize::from(target)], Value::Dyn(d) if d.is_read_only()) {
            // rhai passes captured variables and constants by value here.
            let mut copy = Value::Dyn(regs[usize::from(target)].read_dynamic());
            std::mem::swap(&mut copy, &mut regs[usize::from(target)]);
            let result = named(m, vm, program, meter, site, Some(target), args, dst);
            // A callback loop has taken the copy; the variable itself goes back at once.
            m.restore_caller_register(program, target, copy);
            return result;
        }
        return method(m, vm, program, meter, site, target, args.0, dst, true);
    }
    let described = &program.sites[site];
    let regs = m.registers(program);
    let list = &mut regs[first..first + argc];
    if &*described.name == "is_def_fn" && matches!(argc, 2 | 3) {
        let value = is_defined(vm, program, list, described.position)?;
        m.set_register(program, dst, value);
        return Ok(Flow::Next);
    }
    if let (Some(kind), [target, rest @ ..]) = (described.meaning.routine, &mut *list) {
        if kind.applies(target, rest) {
            let target = target.take_dynamic();
            let rest: SmallVec<[Dynamic; 3]> = rest.iter_mut().map(Value::take_dynamic).collect();
            let state = RoutineState::new(kind, rest, described.position)?;
            return start_routine(m, vm, program, meter, state, target, Place::None, dst);
        }
    }
    let value = call_native_function(vm, described, list)?;
    m.set_register(program, dst, Value::from(value));
    Ok(Flow::Next)
}

impl Machine {
    /// Writes a register of the frame that was on top when the call began.
    fn restore_caller_register(&mut self, program: &Program, register: Reg, value: Value) {
        let index = self.frames.iter().rposition(|f| f.routine.is_none()).unwrap_or(0);
        let frame = &self.frames[index];
        if usize::from(register) < usize::from(program.functions[usize::from(frame.function)].registers) {
            self.stack[frame.base as usize + usize::from(register)] = value;
        }
    }
}

fn is_defined(vm: &Vm, program: &Program, args: &[Value], position: Position) -> Result<Value, Error> {
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

// ---------------------------------------------------------------- methods

/// Finds out what `target.name(arguments)` is. Arguments leave their registers unless it is a native.
pub(super) fn resolve_method(
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
fn resolve_call(vm: &Vm, index: usize, site: &Site, target: &Dynamic, args: &mut [Value]) -> Result<MethodCall, Error> {
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

fn curry_method(vm: &Vm, site: &Site, target: &Dynamic, args: &mut [Value]) -> Result<Value, Error> {
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
#[allow(clippy::too_many_arguments)]
pub(super) fn method(
    m: &mut Machine,
    vm: &mut Vm,
    program: &Program,
    meter: &mut Meter,
    site: usize,
    target: Reg,
    base: Reg,
    dst: Reg,
    function_style: bool,
) -> Result<Flow, Error> {
    let described = &program.sites[site];
    let regs = m.registers(program);
    // The target is out of its register while the call holds the others.
    let mut taken: Dynamic = regs[usize::from(target)].take_dynamic();
    let outcome = on_target(vm, program, site, &mut taken, regs, base, function_style);
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
            method_call(m, vm, program, meter, call, lent_value, Place::Variable(target), dst)
        }
        Err(error) => {
            regs[usize::from(target)] = keep(taken);
            Err(error)
        }
    }
}

/// Refuses what rhai refuses before a callee gets the target: changing a constant, and a callback that captured the
/// very variable it is called on.
fn may_lend(site: &Site, call: &MethodCall, target: &Dynamic) -> Result<(), Error> {
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

/// A variable's content in its register form; constants stay closed.
fn keep(d: Dynamic) -> Value {
    if d.is_read_only() {
        Value::Dyn(d)
    } else {
        Value::from(d)
    }
}

/// Resolves the call and, when it is native, makes it.
fn on_target(
    vm: &mut Vm,
    program: &Program,
    site: usize,
    target: &mut Dynamic,
    regs: &mut [Value],
    base: Reg,
    function_style: bool,
) -> Result<(MethodCall, Value), Error> {
    let described = &program.sites[site];
    if target.is_shared() {
        if &*described.name == "is_shared" && described.argc == 0 {
            return Ok((MethodCall::Native, Value::Bool(true)));
        }
        let mut inner = target.write_lock::<Dynamic>().ok_or_else(|| data_race(described.position))?;
        if is_lent(&inner) {
            return Err(data_race(described.position));
        }
        return on_target(vm, program, site, &mut inner, regs, base, function_style);
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
        resolve_method(vm, program, site, target, regs, base)?
    };
    match call {
        MethodCall::Native => {
            let value = call_native_method(vm, described, target, &mut regs[first..first + argc])?;
            Ok((MethodCall::Native, Value::from(value)))
        }
        other => Ok((other, Value::Unit)),
    }
}

/// Runs a resolved method call. `target` was moved out of `place`.
#[allow(clippy::too_many_arguments)]
pub(super) fn method_call(
    m: &mut Machine,
    vm: &mut Vm,
    program: &Program,
    meter: &mut Meter,
    call: MethodCall,
    target: Dynamic,
    place: Place,
    dst: Reg,
) -> Result<Flow, Error> {
    match call {
        MethodCall::Script { function, args } => bound_call(m, vm, program, meter, function, args, target, place, dst),
        MethodCall::Routine { state } => start_routine(m, vm, program, meter, state, target, place, dst),
        MethodCall::Host { function, args, site } => {
            give_back(m, vm, program, place, target);
            let dst = absolute(m, dst);
            Ok(wait(m, program, function, site, args, dst))
        }
        MethodCall::Pointer { pointer, args, bound, site } if bound => match find_script(program, &pointer, args.len()) {
            Some(function) => {
                let args = curried(&pointer, args);
                bound_call(m, vm, program, meter, function, args, target, place, dst)
            }
            None => bound_native(m, vm, program, &pointer, curried(&pointer, args), site, target, place, dst),
        },
        MethodCall::Pointer { pointer, args, site, .. } => {
            give_back(m, vm, program, place, target);
            call_pointer(m, vm, program, meter, &pointer, args, site, dst)
        }
        MethodCall::Native | MethodCall::Value(_) => {
            give_back(m, vm, program, place, target);
            Ok(Flow::Next)
        }
    }
}

/// A native or a host function with a target in front; a native may change it in place.
#[allow(clippy::too_many_arguments)]
fn bound_native(
    m: &mut Machine,
    vm: &mut Vm,
    program: &Program,
    pointer: &FnPtr,
    mut args: Args,
    site: u32,
    mut target: Dynamic,
    place: Place,
    dst: Reg,
) -> Result<Flow, Error> {
    if program.hosts.get(pointer.fn_name()).is_some() {
        args.insert(0, Value::from(target.clone()));
        give_back(m, vm, program, place, target);
        return call_other(m, vm, program, pointer, args, site, dst);
    }
    let native = temporary_site(pointer.fn_name(), args.len(), program.sites[site as usize].position);
    let result = call_native_method(vm, &native, &mut target, &mut args);
    give_back(m, vm, program, place, target);
    m.set_register(program, dst, Value::from(result?));
    Ok(Flow::Next)
}

/// A script function with `this`; one that does not use it leaves the target where it was.
#[allow(clippy::too_many_arguments)]
fn bound_call(
    m: &mut Machine,
    vm: &mut Vm,
    program: &Program,
    meter: &mut Meter,
    function: u16,
    args: Args,
    target: Dynamic,
    place: Place,
    dst: Reg,
) -> Result<Flow, Error> {
    if program.functions[usize::from(function)].this.is_none() {
        give_back(m, vm, program, place, target);
        return enter(m, program, meter, function, args, None, Place::None, dst);
    }
    if let Err(error) = depth_left(m, meter, m.position()) {
        give_back(m, vm, program, place, target);
        return Err(error);
    }
    enter(m, program, meter, function, args, Some(keep(target)), place, dst)
}

/// Puts a lent value back into the frame on top.
pub(super) fn give_back(m: &mut Machine, vm: &mut Vm, program: &Program, place: Place, value: Dynamic) {
    match place {
        Place::None => {}
        Place::Item => {
            if let Some(routine) = m.frames.last_mut().and_then(|f| f.routine.as_mut()) {
                routine.put_item(value);
            }
        }
        Place::Variable(register) => {
            let slot = &mut m.registers(program)[usize::from(register)];
            match slot {
                Value::Dyn(d) if d.is_shared() => {
                    if let Some(mut cell) = d.write_lock::<Dynamic>() {
                        *cell = value;
                    }
                }
                slot => *slot = keep(value),
            }
        }
        Place::Chain(chain, link) => path::put_back(vm, program, m.registers(program), chain, link, value),
    }
}

// ---------------------------------------------------------------- function pointers

fn find_script(program: &Program, pointer: &FnPtr, argc: usize) -> Option<u16> {
    program.find(pointer.fn_name(), pointer.curry().len() + argc)
}

/// Curried arguments go in front, shared ones shared.
fn curried(pointer: &FnPtr, args: Args) -> Args {
    if pointer.curry().is_empty() {
        return args;
    }
    pointer.curry().iter().cloned().map(Value::Dyn).chain(args).collect()
}

#[allow(clippy::too_many_arguments)]
fn call_pointer(
    m: &mut Machine,
    vm: &mut Vm,
    program: &Program,
    meter: &mut Meter,
    pointer: &FnPtr,
    args: Args,
    site: u32,
    dst: Reg,
) -> Result<Flow, Error> {
    match find_script(program, pointer, args.len()) {
        Some(function) => enter(m, program, meter, function, curried(pointer, args), None, Place::None, dst),
        None => call_other(m, vm, program, pointer, curried(pointer, args), site, dst),
    }
}

/// A pointer to a host function or a native.
fn call_other(m: &mut Machine, vm: &mut Vm, program: &Program, pointer: &FnPtr, mut args: Args, site: u32, dst: Reg) -> Result<Flow, Error> {
    if let Some(function) = program.hosts.get(pointer.fn_name()) {
        let dst = absolute(m, dst);
        return Ok(wait(m, program, function, site, args, dst));
    }
    let position = program.sites[site as usize].position;
    let value = call_native_by_name(vm, pointer.fn_name(), &mut args, position)?;
    m.set_register(program, dst, Value::from(value));
    Ok(Flow::Next)
}

/// `call(pointer, arguments)`.
#[allow(clippy::too_many_arguments)]
pub(super) fn pointer_in_register(
    m: &mut Machine,
    vm: &mut Vm,
    program: &Program,
    meter: &mut Meter,
    site: usize,
    target: Reg,
    base: Reg,
    dst: Reg,
) -> Result<Flow, Error> {
    let described = &program.sites[site];
    let regs = m.registers(program);
    let first = usize::from(base);
    let args: Args = regs[first..first + usize::from(described.argc)].iter_mut().map(Value::take).collect();
    match regs[usize::from(target)].read_dynamic().try_cast_result::<FnPtr>() {
        Ok(pointer) => call_pointer(m, vm, program, meter, &pointer, args, site as u32, dst),
        Err(other) => Err(mismatch(
            vm,
            std::any::type_name::<FnPtr>(),
            vm.engine.map_type_name(other.type_name()),
            described.argument_position,
        )),
    }
}

/// `curry(pointer, values)` over the registers given.
pub(super) fn curry(vm: &Vm, site: &Site, registers: &mut [Value]) -> Result<Value, Error> {
    let [first, rest @ ..] = registers else { return Ok(Value::Unit) };
    match first.take_dynamic().flatten().try_cast_result::<FnPtr>() {
        Ok(mut pointer) => {
            for value in rest {
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

/// `Fn(name)`.
pub(super) fn make_pointer(vm: &Vm, site: &Site, name: &Value) -> Result<Value, Error> {
    let name = name.read_dynamic().into_immutable_string();
    let name: ImmutableString = name.map_err(|t| mismatch(vm, std::any::type_name::<ImmutableString>(), t, site.argument_position))?;
    FnPtr::new(name).map(|p| Value::Dyn(p.into())).map_err(|e| at(e, site.argument_position))
}

// ---------------------------------------------------------------- callback loops

#[allow(clippy::too_many_arguments)]
fn start_routine(
    m: &mut Machine,
    vm: &mut Vm,
    program: &Program,
    meter: &mut Meter,
    mut state: Box<RoutineState>,
    target: Dynamic,
    place: Place,
    dst: Reg,
) -> Result<Flow, Error> {
    state.begin(program, target);
    let base = m.top(program) as u32;
    let function = m.frames.last().map_or(0, |f| f.function);
    m.frames.push(Frame {
        pc: 0,
        base,
        function,
        dst,
        place,
        routine: Some(state),
    });
    continue_routine(m, vm, program, meter)
}

/// Lets the routine on top go on until it needs script code, the host, or is done.
pub(super) fn continue_routine(m: &mut Machine, vm: &mut Vm, program: &Program, meter: &mut Meter) -> Result<Flow, Error> {
    loop {
        let position = m.position();
        let Some(state) = m.frames.last_mut().and_then(|f| f.routine.as_mut()) else {
            return Ok(Flow::Entered);
        };
        if meter.fuel < 0 {
            return Ok(Flow::OutOfFuel);
        }
        meter.fuel -= 1;
        match state.advance() {
            Ask::Done(value) => return end_routine(m, vm, program, value),
            Ask::Call { mut this, args, extra } => match state.callee.clone() {
                Callee::Script(function) => {
                    if program.functions[usize::from(function)].this.is_none() {
                        if let Some(item) = this.take() {
                            state.put_item(item.into());
                        }
                    }
                    let place = if this.is_some() { Place::Item } else { Place::None };
                    return enter(m, program, meter, function, args, this, place, 0);
                }
                Callee::Host(function) => return Ok(wait(m, program, function, u32::MAX, args, Target::Routine)),
                Callee::Native(name) => {
                    let moves = state.kind.moves_item();
                    let value = native_callback(vm, &name, this, args, extra, moves, position)?;
                    if let Some(state) = m.frames.last_mut().and_then(|f| f.routine.as_mut()) {
                        state.returned = Some(value);
                    }
                }
            },
        }
    }
}

/// A callback that is a native takes the item as its first argument.
///
/// rhai tries three forms: the item in front, the item among the arguments, and those with the extra argument.
fn native_callback(
    vm: &mut Vm,
    name: &str,
    this: Option<Value>,
    args: Args,
    extra: Option<Value>,
    moves: bool,
    position: Position,
) -> Result<Dynamic, Error> {
    let Some(item) = this else {
        return call_native_by_name(vm, name, &mut args.clone(), position);
    };
    let in_front = |args: Args| -> Args { std::iter::once(item.clone()).chain(args).collect() };
    let among = |args: Args| -> Args {
        if moves {
            args.into_iter().chain([item.clone()]).collect()
        } else {
            in_front(args)
        }
    };
    let mut forms: SmallVec<[Args; 3]> = SmallVec::new();
    forms.push(in_front(args.clone()));
    forms.push(among(args.clone()));
    forms.push(among(args).into_iter().chain(extra).collect());
    let mut result = Ok(Dynamic::UNIT);
    for mut form in forms {
        result = call_native_by_name(vm, name, &mut form, position);
        match &result {
            Err(e) if matches!(&**e, EvalAltResult::ErrorFunctionNotFound(f, _) if f.starts_with(name)) => {}
            _ => break,
        }
    }
    result
}

fn end_routine(m: &mut Machine, vm: &mut Vm, program: &Program, value: Dynamic) -> Result<Flow, Error> {
    let Some(frame) = m.frames.pop() else { return Ok(Flow::Next) };
    vm.limits.check(&value)?;
    if let Some(mut state) = frame.routine {
        let target = state.end();
        give_back(m, vm, program, frame.place, target);
    }
    m.set_register(program, frame.dst, Value::from(value));
    Ok(Flow::Next)
}

/// Leaves a script frame that was lent a `this` or was called by a routine.
pub(super) fn leave(m: &mut Machine, vm: &mut Vm, program: &Program, meter: &mut Meter, value: Value) -> Result<Flow, Error> {
    let Some(dst) = drop_frame(m, vm, program) else { return Ok(Flow::Next) };
    if let Some(state) = m.frames.last_mut().and_then(|f| f.routine.as_mut()) {
        state.returned = Some(value.into());
        return continue_routine(m, vm, program, meter);
    }
    m.set_register(program, dst, value);
    Ok(Flow::Next)
}

/// Pops the frame on top, gives back what it was lent, empties its registers. Returns its destination.
pub(super) fn drop_frame(m: &mut Machine, vm: &mut Vm, program: &Program) -> Option<Reg> {
    let frame = m.frames.pop()?;
    let lent_value = match frame.routine {
        Some(mut state) => Some(state.end()),
        None => {
            let callee = &program.functions[usize::from(frame.function)];
            let base = frame.base as usize;
            let this = callee.this.map(|r| m.stack[base + usize::from(r)].take_dynamic());
            for register in &mut m.stack[base..base + usize::from(callee.registers)] {
                if let Value::Dyn(_) = register {
                    *register = Value::Unit;
                }
            }
            this
        }
    };
    if let Some(value) = lent_value {
        give_back(m, vm, program, frame.place, value);
    }
    Some(frame.dst)
}
