//! Running routines: natives that call back, polled here between the callbacks.

use super::super::routine::{Ask, Callee, RoutineState};
use super::super::{Code, Error, Frame, Machine, Place, Target};
use super::named::call_native_by_name;
use super::{enter, give_back, wait, Args, Context, Flow};
use crate::bytecode::Reg;
use crate::value::Value;
use crate::Vm;
use rhai::{Dynamic, EvalAltResult, Position};
use smallvec::SmallVec;

pub(super) fn start_routine(
    m: &mut Machine,
    cx: &mut Context<'_>,
    mut state: Box<RoutineState>,
    target: Dynamic,
    place: Place,
    dst: Reg,
) -> Result<Flow, Error> {
    let program = cx.program;
    let outer = m.outer_of(place);
    let (vm, home) = (&*cx.vm, cx.unit.home);
    state.begin(&program.hosts, target, &mut |pointer, argc| m.find_code(vm, home, pointer, argc));
    let base = m.top() as u32;
    let copied = state.copy_original(&mut cx.vm.ledger);
    let (unit, function) = m.frames.last().map_or((0, 0), |f| (f.unit, f.function));
    m.frames.push(Frame {
        place,
        outer,
        routine: Some(state),
        ..Frame::call(Code { unit, function }, base, dst)
    });
    copied?;
    continue_routine(m, cx)
}

/// Lets the routine on top go on until it needs script code, the host, or is done.
pub(in crate::machine) fn continue_routine(m: &mut Machine, cx: &mut Context<'_>) -> Result<Flow, Error> {
    loop {
        let position = m.position();
        let Some(state) = m.frames.last_mut().and_then(|f| f.routine.as_mut()) else {
            return Ok(Flow::Entered);
        };
        if cx.meter.fuel < 0 {
            return Ok(Flow::OutOfFuel);
        }
        cx.meter.fuel -= 1;
        match state.advance(&mut cx.vm.ledger)? {
            Ask::Done(value) => return end_routine(m, cx, value),
            Ask::Call { mut this, args, extra } => match state.callee.clone() {
                Callee::Script(code) => {
                    if m.unit(code.unit).0.functions[usize::from(code.function)].this.is_none() {
                        if let Some(item) = this.take() {
                            if let Some(state) = m.frames.last_mut().and_then(|f| f.routine.as_mut()) {
                                state.put_item(item.into());
                            }
                        }
                    }
                    let place = if this.is_some() { Place::Item } else { Place::None };
                    return enter(m, cx, code, args, this, place, 0);
                }
                Callee::Host(function) => return Ok(wait(m, function, u32::MAX, args, Target::Routine)),
                Callee::Native(name) => {
                    let moves = state.kind.moves_item();
                    let value = native_callback(cx.vm, &name, this, args, extra, moves, position)?;
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
pub(super) fn native_callback(
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

pub(super) fn end_routine(m: &mut Machine, cx: &mut Context<'_>, value: Dynamic) -> Result<Flow, Error> {
    let Some(frame) = m.frames.pop() else { return Ok(Flow::Next) };
    cx.vm.limits.check(&value)?;
    if let Some(mut state) = frame.routine {
        let target = state.end();
        give_back(m, cx.vm, frame.place, target);
    }
    m.set_register(frame.dst, Value::from(value));
    Ok(Flow::Next)
}
